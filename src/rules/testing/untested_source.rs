use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::disabled;
use crate::findings::Place;
use crate::project::{Resource, ResourceType};
use crate::rules::{Context, Node, Rule, declare_rule};
use crate::words::{counted, listed};

declare_rule! {
    /// # What it does
    /// Flags a source table with no test on it or on its columns.
    ///
    /// Generic tests and singular tests that read the table count; disabled tests do not, and a table that has no others
    /// is told so, once for all of them where a key of `dbt_project.yml` disables them. Nor does a `relationships` test of
    /// another table count that names this one as its target. Freshness is no test: it says when rows came, not
    /// whether they are right. Tests on the staging model do not count either: by then nobody can tell whether the
    /// loader or the model is at fault. Source tables that installed packages define are not looked at.
    ///
    /// # Why it matters
    /// Raw data changes without notice: a column is renamed, a key repeats, a loader fills in nulls. A test on the
    /// source finds that where it happened, before it has travelled through every model to a dashboard, and names the
    /// team that can repair it.
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    ///         columns:
    ///           - name: order_id
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    ///         columns:
    ///           - name: order_id
    ///             data_tests: [unique, not_null]
    /// ```
    UntestedSource(Options),
    code = "TST002",
    slug = "untested-source",
    area = Testing,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Source]
}

/// Options of `untested-source`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Fewest tests, on the table and its columns together.
    pub min: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { min: 1 }
    }
}

impl Rule for UntestedSource {
    fn check(&self, table: Node<'_>, cx: &mut Context<'_>) {
        if cx.project.tests(table.id).len() >= self.options.min {
            return;
        }
        let label = table.label();
        let Some((has, help)) = disabled::lack(table, self.options.min, cx) else { return };
        let message = format!("source table `{label}` has {has}");
        let readers = readers(table, cx);
        let rests_on_it = cx.exposure_evidence(table.id);
        let finding = cx.report(table, Place::Entry, message);
        finding.help(help).evidence(columns(&table)).evidence(readers);
        finding.evidence.extend(rests_on_it);
    }

    fn finish(&self, cx: &mut Context<'_>) {
        disabled::report_counted(cx, &[ResourceType::Source], self.options.min);
    }
}

fn columns(table: &Resource<'_>) -> String {
    match table.columns.len() {
        0 => "declares no column".to_owned(),
        count => {
            let names = listed(table.columns.iter().map(|column| column.name.as_str()));
            format!("declares {}: {names}", counted(count, "column"))
        }
    }
}

fn readers(table: Node<'_>, cx: &Context<'_>) -> String {
    let name = |reader: Node<'_>| match reader.kind {
        ResourceType::Model => reader.label(),
        kind => format!("{} {}", kind.label(), reader.label()),
    };
    let names: Vec<String> = cx.consumers(table.id).map(name).collect();
    match names.len() {
        0 => "read by nothing".to_owned(),
        _ => format!("read by {}", listed(names)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::findings::Place;
    use crate::project::{Detail, Resource, ResourceType, Text};
    use crate::rules::tester::{column, exposure, findings, model, reading, resource, source, subjects, test};

    #[test]
    fn says_how_much_rests_on_it() {
        let mut orders = source("erp", "orders");
        orders.columns = ["order_id", "status"].into_iter().map(column).collect();
        let staged = reading(model("staging", "stg_orders"), &[&orders]);
        let history =
            reading(resource(ResourceType::Snapshot, "snapshot.shop.snap_orders", "snapshots/s.sql"), &[&orders]);
        let mart = reading(model("marts", "fct_orders"), &[&staged]);
        let kpis = reading(exposure("weekly_kpis"), &[&mart]);
        let found = findings("TST002", json!(null), &[orders, staged, history, mart, kpis]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "source.shop.erp.orders");
        assert_eq!(found[0].message, "source table `erp.orders` has no test");
        assert_eq!(found[0].place, Place::Entry);
        assert_eq!(
            found[0].evidence,
            [
                "declares 2 columns: order_id, status",
                "read by stg_orders, snapshot snap_orders",
                "a dashboard rests on it: source table erp.orders → stg_orders → fct_orders → exposure weekly_kpis"
            ]
        );
        assert_eq!(
            found[0].help,
            "add `data_tests: [unique, not_null]` to column `order_id` of `- name: orders` of source `erp` in \
             models/sources.yml if it identifies a row"
        );
    }

    #[test]
    fn says_when_nothing_is_declared_and_nothing_reads_it() {
        let found = findings("TST002", json!(null), &[source("erp", "orders")]);
        assert_eq!(found[0].evidence, ["declares no column", "read by nothing"]);
        assert_eq!(
            found[0].help,
            "add `columns: [{name: …, data_tests: [unique, not_null]}]` to `- name: orders` of source `erp` in \
             models/sources.yml, with the column that identifies a row"
        );
    }

    #[test]
    fn tests_on_columns_and_singular_tests_count() {
        let orders = source("erp", "orders");
        let customers = source("erp", "customers");
        let products = source("erp", "products");
        let on_column = test("not_null", &orders, "order_id");
        let detail = Detail::Test(Box::default());
        let assertion = resource(ResourceType::Test, "test.shop.assert_customers", "tests/assert_customers.sql");
        let assertion = reading(Resource { detail, ..assertion }, &[&customers]);
        let resources = [orders, customers, products, on_column, assertion];
        assert_eq!(subjects("TST002", &resources), ["source.shop.erp.products"]);
    }

    #[test]
    fn the_target_of_relationships_is_not_tested_by_it() {
        let staged = model("staging", "stg_orders");
        let orders = source("erp", "orders");
        let relationships = reading(test("relationships", &staged, "order_id"), &[&orders]);
        assert_eq!(subjects("TST002", &[staged, orders, relationships]), ["source.shop.erp.orders"]);
    }

    #[test]
    fn tables_of_packages_are_none_of_ours() {
        let mut orders = source("erp", "orders");
        orders.package = Text::from("dbt_hubspot");
        assert!(subjects("TST002", &[orders]).is_empty());
    }

    #[test]
    fn min_is_the_fewest_that_suffice() {
        let orders = source("erp", "orders");
        let one = test("unique", &orders, "order_id");
        let two = test("not_null", &orders, "order_id");
        let resources = [orders, one, two];
        assert!(findings("TST002", json!({"min": 2}), &resources).is_empty());
        let found = findings("TST002", json!({"min": 3}), &resources);
        assert_eq!(found[0].message, "source table `erp.orders` has 2 tests where 3 are required");
    }
}
