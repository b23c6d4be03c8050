use crate::findings::Place;
use crate::rules::words::counted;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a source table that nothing reads: no model, snapshot, exposure, metric or semantic model.
    ///
    /// Readers in installed packages count. Tests are no readers, nor are analyses and disabled models. Source tables
    /// that installed packages define are not looked at.
    ///
    /// # Why it matters
    /// What is declared looks used. Somebody keeps loading it, pays for it and answers for the personal data in it, and
    /// nobody dares to switch it off.
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    /// ```
    /// ```sql
    /// -- models/staging/erp/stg_erp__orders.sql
    /// select order_id, ordered_at from {{ source('erp', 'orders') }}
    /// ```
    UnusedSource(NoOptions),
    code = "SRC004",
    slug = "unused-source",
    area = Sources,
    trap = ServeTheBusiness,
    default = Warning,
    since = "0.1.0",
    subjects = [Source],
    supersedes = ["SRC001", "SRC002", "TST002", "DOC003", "DOC011"]
}

impl Rule for UnusedSource {
    fn check(&self, table: Node<'_>, cx: &mut Context<'_>) {
        if cx.graph.consumers(table.id).next().is_some() {
            return;
        }
        let tests = cx.project.tests(table.id).len();
        let finding = cx.report(table, Place::Entry, format!("nothing reads source table `{}`", table.label()));
        finding.help(format!("read it in a staging model, or remove `- name: {}` from {}", table.name, table.path));
        if tests > 0 {
            finding.evidence(format!("{} on it all the same", counted(tests, "test")));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{ResourceType, Text};
    use crate::rules::tester::{exposure, findings, model, reading, resource, source, subjects, test};

    #[test]
    fn tests_do_not_read() {
        let orders = source("erp", "orders");
        let tests = [test("unique", &orders, "order_id"), test("not_null", &orders, "order_id")];
        let resources: Vec<_> = [orders].into_iter().chain(tests).collect();
        let found = findings("SRC004", json!(null), &resources);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "nothing reads source table `erp.orders`");
        assert_eq!(found[0].help, "read it in a staging model, or remove `- name: orders` from models/sources.yml");
        assert_eq!(found[0].evidence, ["2 tests on it all the same"]);
    }

    #[test]
    fn any_consumer_is_enough() {
        let tables = ["a", "b", "c", "d", "e"].map(|name| source("erp", name));
        let [a, b, c, d, e] = &tables;
        let snapshot = resource(ResourceType::Snapshot, "snapshot.shop.snap_b", "snapshots/b.sql");
        let analysis = resource(ResourceType::Analysis, "analysis.shop.look_at_e", "analyses/e.sql");
        let mut package_model = model("staging", "stg_d");
        package_model.package = Text::from("dbt_erp");
        let readers = [
            reading(model("staging", "stg_a"), &[a]),
            reading(snapshot, &[b]),
            reading(exposure("export"), &[c]),
            reading(package_model, &[d]),
            reading(analysis, &[e]),
        ];
        let resources: Vec<_> = tables.iter().cloned().chain(readers).collect();
        assert_eq!(subjects("SRC004", &resources), ["source.shop.erp.e"]);
    }
}
