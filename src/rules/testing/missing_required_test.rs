use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::Settings;
use crate::findings::Place;
use crate::project::{Resource, ResourceType};
use crate::rules::{BuildError, Context, Node, Rule, declare_rule};
use crate::words::{counted, listed};

declare_rule! {
    /// # What it does
    /// Flags a model that has fewer than `min` of the tests named in `tests`.
    ///
    /// A name counts once, however often the test is used, on the model or on its columns. With `of`, source tables,
    /// seeds and snapshots are looked at instead of models or besides them. The rule needs `tests`; without it, it does
    /// not run. Disabled tests do not count, and the finding names them.
    ///
    /// # Why it matters
    /// Some tests are house rules: a recency check on what a dashboard shows, a row count against the ledger on what
    /// finance reports. A rule that is written down here holds without anybody having to remember it in review.
    ///
    /// # Example
    /// ```yaml
    /// # dbt-steward.yml
    /// rules:
    ///   missing-required-test: { tests: [not_null, dbt_utils.recency], min: 2 }
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     columns:
    ///       - name: order_id
    ///         data_tests: [not_null]
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # dbt-steward.yml
    /// rules:
    ///   missing-required-test: { tests: [not_null, dbt_utils.recency], min: 2 }
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     data_tests:
    ///       - dbt_utils.recency:
    ///           arguments: {datepart: day, field: ordered_at, interval: 1}
    ///     columns:
    ///       - name: order_id
    ///         data_tests: [not_null]
    /// ```
    MissingRequiredTest(Options),
    code = "TST006",
    slug = "missing-required-test",
    area = Testing,
    trap = Govern,
    default = Off,
    strict = Off,
    since = "0.1.0",
    subjects = [Model, Source, Seed, Snapshot],
    validate = validate
}

/// Options of `missing-required-test`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Generic tests, with their package (`dbt_utils.recency`) or, for any package, without.
    pub tests: Vec<String>,
    /// How many of the named tests must be there.
    pub min: usize,
    /// What must have them.
    pub of: Vec<Of>,
}

impl Default for Options {
    fn default() -> Self {
        Self { tests: Vec::new(), min: 1, of: vec![Of::Models] }
    }
}

/// What `missing-required-test` looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Of {
    Models,
    /// Source tables.
    Sources,
    Seeds,
    Snapshots,
}

impl Of {
    fn kind(self) -> ResourceType {
        match self {
            Self::Models => ResourceType::Model,
            Self::Sources => ResourceType::Source,
            Self::Seeds => ResourceType::Seed,
            Self::Snapshots => ResourceType::Snapshot,
        }
    }
}

fn validate(options: &Options) -> Result<(), BuildError> {
    let Options { tests, min, of } = options;
    if !tests.is_empty() && *min > tests.len() {
        return Err(BuildError::new("min", format!("{min} of {} cannot be met", counted(tests.len(), "test"))));
    }
    if of.is_empty() {
        return Err(BuildError::new("of", "name at least one of models, sources, seeds, snapshots"));
    }
    Ok(())
}

impl Rule for MissingRequiredTest {
    fn unset(&self, _settings: &Settings) -> Option<String> {
        self.options.tests.is_empty().then(|| "its option `tests` names no test".to_owned())
    }

    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        let Options { tests, min, of } = &self.options;
        if !of.iter().any(|of| of.kind() == node.kind) {
            return;
        }
        let project = cx.project;
        let has = |wanted: &&String| project.generic_tests(node.id).any(|(_, _, test)| test.is(wanted));
        let (present, missing): (Vec<&String>, Vec<&String>) = tests.iter().partition(has);
        if present.len() >= *min {
            return;
        }
        let label = format!("{} `{}`", node.kind.label(), node.label());
        let absent = listed(missing.iter().map(|name| format!("`{name}`")));
        let is_disabled = |wanted: &str| {
            let mut tests = project.disabled_tests(node.id).filter_map(Resource::as_test);
            tests.any(|test| test.generic.as_ref().is_some_and(|generic| generic.is(wanted)))
        };
        let disabled = missing.iter().filter(|name| is_disabled(name)).map(|name| format!("`{name}`"));
        let disabled = listed(disabled);
        let message = match (tests.len(), min) {
            (1, _) => format!("{label} has no test {absent}"),
            (_, 1) => format!("{label} has none of the tests {absent}"),
            (total, min) if total == *min => format!("{label} has {} of the {total} required tests", present.len()),
            (total, min) => format!("{label} has {} of {total} tests, of which {min} are required", present.len()),
        };
        let finding = cx.report(node, Place::Entry, message);
        finding.help(match min - present.len() {
            still if still == missing.len() => format!("add {absent}"),
            still => format!("add {still} of {absent}"),
        });
        if !disabled.is_empty() {
            finding.evidence(format!("there, but disabled: {disabled}"));
            finding.help("enable what is there, before anything else is added");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::rules::tester::{findings, model, source, subjects, test};

    #[test]
    fn does_not_run_without_tests() {
        assert!(subjects("TST006", &[model("marts", "fct_orders")]).is_empty());
    }

    #[test]
    fn one_named_test() {
        let orders = model("marts", "fct_orders");
        let not_null = test("not_null", &orders, "order_id");
        let resources = [orders, not_null];
        assert!(findings("TST006", json!({"tests": ["not_null"]}), &resources).is_empty());
        let found = findings("TST006", json!({"tests": ["recency"]}), &resources);
        assert_eq!(found[0].message, "model `fct_orders` has no test `recency`");
        assert_eq!(found[0].help, "add `recency`");
    }

    #[test]
    fn min_counts_names_not_uses() {
        let orders = model("marts", "fct_orders");
        let tests = [test("not_null", &orders, "order_id"), test("not_null", &orders, "status")];
        let resources: Vec<_> = [orders].into_iter().chain(tests).collect();
        let options = json!({"tests": ["not_null", "unique", "recency"], "min": 2});
        let found = findings("TST006", options, &resources);
        assert_eq!(found[0].message, "model `fct_orders` has 1 of 3 tests, of which 2 are required");
        assert_eq!(found[0].help, "add 1 of `unique`, `recency`");
        let found = findings("TST006", json!({"tests": ["not_null", "unique"], "min": 2}), &resources);
        assert_eq!(found[0].message, "model `fct_orders` has 1 of the 2 required tests");
        assert_eq!(found[0].help, "add `unique`");
        assert!(findings("TST006", json!({"tests": ["not_null", "unique"]}), &resources).is_empty());
        let found = findings("TST006", json!({"tests": ["unique", "recency"]}), &resources);
        assert_eq!(found[0].message, "model `fct_orders` has none of the tests `unique`, `recency`");
    }

    #[test]
    fn of_says_what_is_looked_at() {
        let resources = [model("marts", "fct_orders"), source("erp", "orders")];
        let of = |kinds: &[&str]| {
            let options = json!({"tests": ["unique"], "of": kinds});
            findings("TST006", options, &resources).into_iter().map(|finding| finding.subject).collect::<Vec<_>>()
        };
        assert_eq!(of(&["sources"]), ["source.shop.erp.orders"]);
        assert_eq!(of(&["models", "sources"]), ["model.shop.fct_orders", "source.shop.erp.orders"]);
    }

    #[test]
    fn refuses_what_nothing_could_meet() {
        let build = crate::rules::find("TST006").expect("registered").build;
        assert!(build(json!({"tests": ["unique"], "min": 2})).is_err());
        assert!(build(json!({"tests": ["unique"], "of": []})).is_err());
    }
}
