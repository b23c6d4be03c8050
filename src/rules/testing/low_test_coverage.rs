use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::project::ResourceType;
use crate::rules::coverage::{Coverage, Minimum, Per, Words, validate_minimum};
use crate::rules::{BuildError, Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a project, layer, owner or folder in which the share of tested models is below a minimum.
    ///
    /// A model is tested if it has any data test or unit test, as `untested-model` counts them. With `of: sources`,
    /// `seeds` or `snapshots` the share is of those; with `of: columns` it is the share of the models' declared columns
    /// that have a data test of their own. A part with nothing in it is not flagged. Selectors of the rule limit what
    /// is counted, so that it can be set up once for each team with a minimum of its own.
    ///
    /// With `min: ratchet` no share may fall below what the baseline has recorded of it, for each part of its own. The
    /// share also falls when tested models go; then somebody has to agree, with `dbt-steward check --update-baseline
    /// --allow-growth`. A part that is new has no minimum until the baseline records one.
    ///
    /// # Why it matters
    /// A project that inherits a thousand untested models cannot test them all at once, but it can see to it that the
    /// share only rises. A number for each layer or owner says where to begin.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///   - name: dim_customers
    ///     columns:
    ///       - name: customer_id
    ///         data_tests: [unique, not_null]
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     columns:
    ///       - name: order_id
    ///         data_tests: [unique, not_null]
    ///   - name: dim_customers
    ///     columns:
    ///       - name: customer_id
    ///         data_tests: [unique, not_null]
    /// ```
    LowTestCoverage(Options),
    code = "TST010",
    slug = "low-test-coverage",
    area = Testing,
    trap = Govern,
    default = Off,
    since = "0.1.0",
    subjects = [Project],
    validate = validate
}

/// Options of `low-test-coverage`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Lowest share that will do, in percent; or `ratchet`, which is the share that the baseline has recorded.
    pub min: Minimum,
    /// What the share is taken over: the `project`, each `layer`, each `owner`, or each folder (`path`).
    pub per: Per,
    /// What is counted.
    pub of: Of,
}

/// What `low-test-coverage` counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Of {
    #[default]
    Models,
    /// Declared columns of models.
    Columns,
    /// Source tables.
    Sources,
    Seeds,
    Snapshots,
}

impl Of {
    fn kind(self) -> ResourceType {
        match self {
            Self::Models | Self::Columns => ResourceType::Model,
            Self::Sources => ResourceType::Source,
            Self::Seeds => ResourceType::Seed,
            Self::Snapshots => ResourceType::Snapshot,
        }
    }

    fn words(self) -> Words {
        let (of, things) = match self {
            Self::Models => ("models", "models"),
            Self::Columns => ("columns", "declared columns"),
            Self::Sources => ("sources", "source tables"),
            Self::Seeds => ("seeds", "seeds"),
            Self::Snapshots => ("snapshots", "snapshots"),
        };
        Words { of, things, covered: "tested", missing: "untested", repair: "test" }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self { min: Minimum::Percent(100.0), per: Per::default(), of: Of::default() }
    }
}

fn validate(options: &Options) -> Result<(), BuildError> {
    validate_minimum(options.min)
}

impl Rule for LowTestCoverage {
    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let Options { min, of, .. } = self.options;
        let kind = of.kind();
        let is_empty = cx.subjects(kind).next().is_none();
        let empty = is_empty.then(|| format!("there is no {} to take a share of", kind.label()));
        let is_ratchet = min == Minimum::Ratchet;
        let empty = empty.or_else(|| cx.unknown_share(kind, &["columns", "entry"]));
        empty.or_else(|| is_ratchet.then(|| self.coverage(cx).without_record(of.words(), cx))?)
    }

    fn check_project(&self, cx: &mut Context<'_>) {
        let Options { min, of, .. } = self.options;
        self.coverage(cx).report(min, of.words(), cx);
    }
}

impl LowTestCoverage {
    fn coverage(&self, cx: &Context<'_>) -> Coverage {
        let Options { per, of, .. } = self.options;
        let mut coverage = Coverage::new(per);
        for node in cx.subjects(of.kind()) {
            if of != Of::Columns {
                coverage.add(node, cx, !cx.project.tests(node.id).is_empty(), || node.label());
                continue;
            }
            for column in &node.columns {
                let is_tested = is_tested(&column.name, node, cx);
                coverage.add(node, cx, is_tested, || format!("{}.{}", node.label(), column.name));
            }
        }
        coverage
    }
}

fn is_tested(column: &str, model: Node<'_>, cx: &Context<'_>) -> bool {
    let mut tests = cx.project.data_tests(model.id);
    tests.any(|(_, test)| test.column.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(column)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::findings::{Finding, Place};
    use crate::project::Resource;
    use crate::rules::tester::{column, findings, model, source, test};

    /// Two tested of three, the gap in marts.
    fn project() -> Vec<Resource<'static>> {
        let mut staged = model("staging", "stg_orders");
        staged.columns = vec![column("ORDER_ID"), column("status")];
        staged.meta = json!({"owner": "Platform"}).as_object().cloned().unwrap_or_default();
        let orders = model("marts", "fct_orders");
        let customers = model("marts", "dim_customers");
        let tests = [test("unique", &staged, "order_id"), test("unique", &orders, "order_id")];
        [staged, orders, customers, source("erp", "orders")].into_iter().chain(tests).collect()
    }

    fn messages(options: Value) -> Vec<String> {
        findings("TST010", options, &project()).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn whole_project() {
        let found: Vec<Finding> = findings("TST010", json!(null), &project());
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "66.6 % of the models of project `shop` are tested (2 of 3); the minimum is 100 %"
        );
        assert_eq!(found[0].subject, "project.shop");
        assert_eq!(found[0].part, "models");
        assert_eq!(found[0].place, Place::ProjectKey(Vec::new()));
        assert_eq!(found[0].evidence, ["untested: dim_customers"]);
        assert_eq!(found[0].help, "test 1 more of them");
        assert!(messages(json!({"min": 66.6})).is_empty());
    }

    #[test]
    fn per_part() {
        let found = findings("TST010", json!({"per": "layer"}), &project());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].part, "models:layer:marts");
        assert_eq!(found[0].message, "50.0 % of the models in layer `marts` are tested (1 of 2); the minimum is 100 %");
        assert_eq!(
            messages(json!({"per": "owner"})),
            ["50.0 % of the models without owner are tested (1 of 2); the minimum is 100 %"]
        );
        assert_eq!(
            messages(json!({"per": "path"})),
            ["50.0 % of the models in `models/marts` are tested (1 of 2); the minimum is 100 %"]
        );
    }

    #[test]
    fn of_other_things() {
        assert_eq!(
            messages(json!({"of": "sources"})),
            ["0.0 % of the source tables of project `shop` are tested (0 of 1); the minimum is 100 %"]
        );
        assert_eq!(
            messages(json!({"of": "columns"})),
            ["50.0 % of the declared columns of project `shop` are tested (1 of 2); the minimum is 100 %"]
        );
        assert!(messages(json!({"of": "seeds"})).is_empty());
    }

    #[test]
    fn min_is_a_percentage() {
        let build = crate::rules::find("TST010").expect("registered").build;
        assert!(build(json!({"min": 101})).is_err());
        assert!(build(json!({"min": 99.5})).is_ok());
    }
}
