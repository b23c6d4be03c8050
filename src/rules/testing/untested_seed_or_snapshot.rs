use super::disabled;
use crate::findings::Place;
use crate::project::ResourceType;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a seed or a snapshot with no data test.
    ///
    /// Tests on it or on its columns count, and singular tests that `ref` it. Disabled tests do not count; a
    /// resource that has no others is told so, once for all of them where a key of `dbt_project.yml` disables them. Nor does
    /// a `relationships` test of another resource count that names this one as its target.
    ///
    /// # Why it matters
    /// A seed is a table that people edit by hand, and a snapshot is the only copy of a past that cannot be rebuilt. A
    /// repeated key in either doubles rows in every model that joins it.
    ///
    /// # Example
    /// ```yaml
    /// # seeds/_seeds.yml
    /// seeds:
    ///   - name: country_codes
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # seeds/_seeds.yml
    /// seeds:
    ///   - name: country_codes
    ///     columns:
    ///       - name: country_code
    ///         data_tests: [unique, not_null]
    /// ```
    UntestedSeedOrSnapshot(NoOptions),
    code = "TST005",
    slug = "untested-seed-or-snapshot",
    area = Testing,
    trap = Govern,
    default = Info,
    since = "0.1.0",
    subjects = [Seed, Snapshot]
}

impl Rule for UntestedSeedOrSnapshot {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        if !cx.project.tests(node.id).is_empty() {
            return;
        }
        let Some((has, help)) = disabled::lack(node, 1, cx) else { return };
        let rests_on_it = cx.exposure_evidence(node.id);
        let finding = cx.report(node, Place::Entry, format!("{} `{}` has {has}", node.kind.label(), node.name));
        finding.help(help);
        finding.evidence.extend(rests_on_it);
    }

    fn finish(&self, cx: &mut Context<'_>) {
        disabled::report_counted(cx, &[ResourceType::Seed, ResourceType::Snapshot], 1);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Resource, ResourceType};
    use crate::rules::tester::{exposure, findings, model, reading, resource, subjects, test};

    fn seed(name: &str) -> Resource<'static> {
        resource(ResourceType::Seed, &format!("seed.shop.{name}"), &format!("seeds/{name}.csv"))
    }

    fn snapshot(name: &str) -> Resource<'static> {
        resource(ResourceType::Snapshot, &format!("snapshot.shop.{name}"), &format!("snapshots/{name}.sql"))
    }

    #[test]
    fn flags_those_without_tests() {
        let tested = seed("country_codes");
        let unique = test("unique", &tested, "country_code");
        let resources = [tested, unique, seed("carriers"), snapshot("snap_prices"), model("marts", "fct_orders")];
        assert_eq!(subjects("TST005", &resources), ["seed.shop.carriers", "snapshot.shop.snap_prices"]);
    }

    #[test]
    fn says_what_rests_on_it() {
        let carriers = seed("carriers");
        let dim = reading(model("marts", "dim_carriers"), &[&carriers]);
        let kpis = reading(exposure("weekly_kpis"), &[&dim]);
        let found = findings("TST005", json!(null), &[carriers, dim, kpis]);
        assert_eq!(found[0].message, "seed `carriers` has no test");
        assert_eq!(found[0].evidence, ["a dashboard rests on it: seed carriers → dim_carriers → exposure weekly_kpis"]);
        assert_eq!(
            found[0].help,
            "add `columns: [{name: …, data_tests: [unique, not_null]}]` to a new entry `- name: carriers` under \
             `seeds:` in a YAML file beside seeds/carriers.csv, with the column that identifies a row"
        );
    }
}
