use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::disabled::{self, Disabled, these};
use super::suggestion::key_tests;
use super::uniqueness::{Claims, KEY_TESTS, idle_constraint, is_any};
use crate::findings::Place;
use crate::project::{Resource, ResourceType};
use crate::rules::{Context, Node, Rule, declare_rule};
use crate::words::counted;

declare_rule! {
    /// # What it does
    /// Flags a model without a test of uniqueness.
    ///
    /// The weaker form of `missing-primary-key-test`, for projects that are not there yet: one test in `accepted` is
    /// enough, on any column, and so is a `unique` or `primary_key` constraint under an enforced contract on a table.
    /// Nothing need say that the column is filled. Where
    /// `untested-model` or `missing-primary-key-test` reports a model, this rule keeps silent on it.
    ///
    /// # Why it matters
    /// Repeated rows are the most common fault of a model and the hardest to see in its sums.
    ///
    /// # Example
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
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     columns:
    ///       - name: order_id
    ///         data_tests: [not_null, unique]
    /// ```
    MissingUniquenessTest(Options),
    code = "TST004",
    slug = "missing-uniqueness-test",
    area = Testing,
    trap = Govern,
    default = Off,
    strict = Off,
    since = "0.1.0",
    subjects = [Model]
}

/// Options of `missing-uniqueness-test`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Generic tests of uniqueness; with their package (`dbt_utils.unique_combination_of_columns`) or, for any package,
    /// without. An asterisk at the end is for any ending.
    pub accepted: Vec<String>,
}

/// Tests of one column, which `missing-primary-key-test` does not accept alone.
const COLUMN_TESTS: [&str; 2] = ["unique", "expect_column_values_to_be_unique"];

impl Default for Options {
    fn default() -> Self {
        Self { accepted: COLUMN_TESTS.iter().chain(&KEY_TESTS).map(|&name| name.to_owned()).collect() }
    }
}

impl Rule for MissingUniquenessTest {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        if self.is_met(model, cx) {
            return;
        }
        let (help, message) = match self.disabled(model, cx) {
            Some(disabled) if disabled.is_by_project(cx) => return,
            Some(disabled) => {
                let message = format!("model `{}` has a test of uniqueness, but it is disabled", model.label());
                (disabled.help(), message)
            }
            None => (key_tests(cx.project, model.resource), message(model, cx)),
        };
        let finding = cx.report(model, Place::Entry, message);
        finding.help(help);
        finding.evidence.extend(idle_constraint(model.resource).map(str::to_owned));
    }

    fn finish(&self, cx: &mut Context<'_>) {
        if cx.project.test_switches.is_empty() {
            return;
        }
        let models = cx.subjects(ResourceType::Model).filter(|model| !self.is_met(*model, cx));
        let found = models.filter_map(|model| Some((model, self.disabled(model, cx)?))).collect();
        let message =
            |key: &str, models: &[Node<'_>]| format!("{key} disables the tests of uniqueness of {}", these(models));
        disabled::report_by_project(found, cx, message, |_, _| {});
    }
}

impl MissingUniquenessTest {
    fn is_met(&self, model: Node<'_>, cx: &Context<'_>) -> bool {
        let mut tests = cx.project.generic_tests(model.id);
        if tests.any(|(_, _, test)| is_any(test, &self.options.accepted)) {
            return true;
        }
        let by_constraint = Claims::of_constraints(model.resource);
        by_constraint.key || !by_constraint.unique.is_empty()
    }

    /// The disabled tests that would be enough, were they enabled.
    fn disabled<'p>(&self, model: Node<'_>, cx: &Context<'p>) -> Option<Disabled<'p>> {
        let is_accepted = |test: &&Resource<'_>| {
            let generic = test.as_test().and_then(|test| test.generic.as_ref());
            generic.is_some_and(|generic| is_any(generic, &self.options.accepted))
        };
        Disabled::among(cx.project, cx.project.disabled_tests(model.id).filter(is_accepted).collect())
    }
}

fn message(model: Node<'_>, cx: &Context<'_>) -> String {
    match cx.project.tests(model.id).len() {
        0 => format!("model `{}` has no test, and so none of uniqueness", model.label()),
        tests => format!("model `{}` has {}, but none of uniqueness", model.label(), counted(tests, "test")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Constraint, Text};
    use crate::rules::tester::{column, findings, model, relation, subjects, test};

    #[test]
    fn any_uniqueness_test_is_enough() {
        for (name, is_enough) in [
            ("unique", true),
            ("expect_column_values_to_be_unique", true),
            ("unique_combination_of_columns", true),
            ("primary_key", true),
            ("not_null", false),
        ] {
            let orders = model("marts", "fct_orders");
            let test = test(name, &orders, "order_id");
            assert_eq!(subjects("TST004", &[orders, test]).is_empty(), is_enough, "{name}");
        }
    }

    #[test]
    fn says_what_to_add() {
        let mut orders = model("marts", "fct_orders");
        orders.columns = vec![column("order_id")];
        let test = test("not_null", &orders, "order_id");
        let found = findings("TST004", json!(null), &[orders, test]);
        assert_eq!(found[0].message, "model `fct_orders` has 1 test, but none of uniqueness");
        assert!(found[0].help.starts_with("add `data_tests: [unique, not_null]` to column `order_id` of a new entry"));
    }

    #[test]
    fn accepted_replaces_the_list() {
        let orders = model("marts", "fct_orders");
        let test = test("unique", &orders, "order_id");
        let found = findings("TST004", json!({"accepted": ["one_row_per"]}), &[orders, test]);
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn an_enforced_constraint_is_enough() {
        let mut orders = model("marts", "fct_orders");
        let test = test("not_null", &orders, "order_id");
        relation(&mut orders).constraints =
            vec![Constraint { kind: Text::from("unique"), columns: vec![Text::from("order_id")] }];
        assert_eq!(subjects("TST004", &[orders.clone(), test.clone()]), ["model.shop.fct_orders"]);
        relation(&mut orders).contract_enforced = true;
        assert!(subjects("TST004", &[orders, test]).is_empty());
    }

    #[test]
    fn graver_rules_speak_first() {
        let found = findings("TST004", json!(null), &[model("marts", "fct_orders")]);
        assert_eq!(found[0].message, "model `fct_orders` has no test, and so none of uniqueness");
        for code in ["TST001", "TST003"] {
            assert!(crate::rules::find(code).expect("registered").supersedes.contains(&"TST004"), "{code}");
        }
    }
}
