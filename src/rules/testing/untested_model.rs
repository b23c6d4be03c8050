use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::disabled;
use crate::findings::Place;
use crate::project::ResourceType;
use crate::rules::{Context, Node, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a model with no data test and no unit test.
    ///
    /// Generic tests count wherever they stand, on the model or on one of its columns, and so do singular tests that
    /// `ref` the model and unit tests of it. Disabled tests do not count; a model that has no others is told so, and
    /// where it is a key of `dbt_project.yml` that disables them, one finding at that key is about all such models. Nor does a
    /// `relationships` test of another model count that names this one as its target. Tests with a `where` and tests that only warn count. Each version of a
    /// versioned model is looked at. Ephemeral models are, too: dbt tests them like any other.
    ///
    /// # Why it matters
    /// An untested model fails silently: the first to notice is whoever presents its numbers. A test is also the one
    /// statement about the data that stays true, because the build stops when it is not.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order that was paid for.
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order that was paid for.
    ///     columns:
    ///       - name: order_id
    ///         data_tests: [unique, not_null]
    /// ```
    UntestedModel(Options),
    code = "TST001",
    slug = "untested-model",
    area = Testing,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Model],
    supersedes = ["TST003", "TST004"]
}

/// Options of `untested-model`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Fewest tests, of any kind together.
    pub min: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { min: 1 }
    }
}

impl Rule for UntestedModel {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        if cx.project.tests(model.id).len() >= self.options.min {
            return;
        }
        let Some((has, help)) = disabled::lack(model, self.options.min, cx) else { return };
        let message = format!("model `{}` has {has}", model.label());
        let readers = readers(model, cx);
        let rests_on_it = cx.exposure_evidence(model.id);
        let finding = cx.report(model, Place::Entry, message);
        finding.help(help);
        finding.evidence.extend(readers);
        finding.evidence.extend(rests_on_it);
    }

    fn finish(&self, cx: &mut Context<'_>) {
        disabled::report_counted(cx, &[ResourceType::Model], self.options.min);
    }
}

/// Which models read it; `None` where none does.
fn readers(model: Node<'_>, cx: &Context<'_>) -> Option<String> {
    let models = cx.consumers(model.id).filter(|reader| reader.kind == ResourceType::Model);
    let names: Vec<String> = models.map(|reader| reader.label()).collect();
    (!names.is_empty()).then(|| format!("read by {}", listed(names)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Detail, ResourceType, Text, UnitTest};
    use crate::rules::tester::{exposure, findings, model, reading, resource, subjects, test};

    #[test]
    fn any_kind_of_test_counts() {
        let bare = model("marts", "fct_bare");
        let generic = model("marts", "fct_generic");
        let singular = model("marts", "fct_singular");
        let unit = model("marts", "fct_unit");
        let on_column = test("not_null", &generic, "order_id");
        let detail = Detail::Test(Box::default());
        let assertion = resource(ResourceType::Test, "test.shop.assert_positive", "tests/assert_positive.sql");
        let assertion = reading(crate::project::Resource { detail, ..assertion }, &[&singular]);
        let detail = Detail::UnitTest(Box::new(UnitTest { model: Text::from("fct_unit") }));
        let unit_test = resource(ResourceType::UnitTest, "unit_test.shop.fct_unit.adds_up", "models/units.yml");
        let unit_test = reading(crate::project::Resource { detail, ..unit_test }, &[&unit]);
        let resources = [bare, generic, singular, unit, on_column, assertion, unit_test];
        assert_eq!(subjects("TST001", &resources), ["model.shop.fct_bare"]);
    }

    #[test]
    fn the_target_of_relationships_is_not_tested_by_it() {
        let orders = model("marts", "fct_orders");
        let customers = model("marts", "dim_customers");
        let relationships = reading(test("relationships", &orders, "customer_id"), &[&customers]);
        assert_eq!(subjects("TST001", &[orders, customers, relationships]), ["model.shop.dim_customers"]);
    }

    #[test]
    fn min_is_the_fewest_that_suffice() {
        let orders = model("marts", "fct_orders");
        let one = test("unique", &orders, "order_id");
        let two = test("not_null", &orders, "order_id");
        let resources = [orders, one, two];
        assert!(findings("TST001", json!({"min": 2}), &resources).is_empty());
        let found = findings("TST001", json!({"min": 3}), &resources);
        assert_eq!(found[0].message, "model `fct_orders` has 2 tests where 3 are required");
        assert!(findings("TST001", json!({"min": 0}), &[model("marts", "fct_orders")]).is_empty());
    }

    #[test]
    fn says_who_relies_on_it() {
        let staged = model("staging", "stg_orders");
        let orders = reading(model("marts", "fct_orders"), &[&staged]);
        let unique = test("unique", &orders, "order_id");
        let kpis = reading(exposure("weekly_kpis"), &[&orders]);
        let found = findings("TST001", json!(null), &[staged, orders, unique, kpis]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "model `stg_orders` has no test");
        assert_eq!(
            found[0].evidence,
            ["read by fct_orders", "a dashboard rests on it: stg_orders → fct_orders → exposure weekly_kpis"]
        );
        assert_eq!(
            found[0].help,
            "add `columns: [{name: …, data_tests: [unique, not_null]}]` to a new entry `- name: stg_orders` under \
             `models:` in a YAML file beside models/staging/stg_orders.sql, with the column that identifies a row"
        );
    }
}
