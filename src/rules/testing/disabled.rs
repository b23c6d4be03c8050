//! Tests that are there and disabled: that is another defect than having none, and has another cure.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::suggestion;
use crate::findings::{Finding, Place};
use crate::project::{Project, Resource, ResourceType, TestSwitch};
use crate::rules::{Context, Node};
use crate::words::{counted, listed};

/// The disabled tests of one resource; at least one.
#[derive(Debug)]
pub(crate) struct Disabled<'p> {
    tests: Vec<&'p Resource<'p>>,
    /// The key of `dbt_project.yml` that disables all of them, if one does.
    switch: Option<&'p TestSwitch>,
}

impl<'p> Disabled<'p> {
    /// `None` where none is disabled.
    pub(crate) fn of(project: &'p Project<'p>, node: Node<'_>) -> Option<Self> {
        Self::among(project, project.disabled_tests(node.id).collect())
    }

    /// Those that are wanted.
    pub(crate) fn among(project: &'p Project<'p>, tests: Vec<&'p Resource<'p>>) -> Option<Self> {
        let switch = |test: &Resource<'_>| project.switch_of(test.kind, &test.package, &test.path);
        let first = switch(tests.first()?);
        let is_of_all = tests.iter().all(|test| switch(test) == first);
        Some(Self { switch: first.filter(|_| is_of_all), tests })
    }

    pub(crate) fn len(&self) -> usize {
        self.tests.len()
    }

    /// Whether a key of `dbt_project.yml` disables them, which is said once and not for each resource.
    pub(crate) fn is_by_project(&self, cx: &Context<'_>) -> bool {
        cx.as_one(self.switch.is_some()) && self.switch.is_some()
    }

    /// Whether one key of `dbt_project.yml` disables these and those.
    pub(crate) fn is_by_same(&self, other: &Disabled<'_>) -> bool {
        self.switch.is_some() && self.switch == other.switch
    }

    /// "3 tests, all of them disabled".
    pub(crate) fn in_words(&self) -> String {
        match self.tests.len() {
            1 => "1 test, which is disabled".to_owned(),
            2 => "2 tests, both of them disabled".to_owned(),
            count => format!("{count} tests, all of them disabled"),
        }
    }

    /// As [`in_words`](Self::in_words), for a resource that has `enabled` tests beside them and needs `min`.
    fn beside(&self, enabled: usize, min: usize) -> String {
        match (enabled, self.tests.len()) {
            (0, _) => self.in_words(),
            (_, count) => {
                format!("{} where {min} are required, and {count} more that are disabled", counted(enabled, "test"))
            }
        }
    }

    /// Where to enable them.
    pub(crate) fn help(&self) -> String {
        let it = if self.tests.len() == 1 { "it" } else { "them" };
        if let Some(switch) = self.switch {
            return format!("enable {it}: {}", in_project(switch));
        }
        let mut files: Vec<&str> = self.tests.iter().map(|test| test.path.as_str()).collect();
        files.sort_unstable();
        files.dedup();
        let files = listed(files);
        format!(
            "enable {it}: take `enabled: false` out of the `config` in {files}, or of what configures tests in dbt_project.yml"
        )
    }
}

/// "`+enabled: false` stands under `data_tests: shop:` in dbt_project.yml".
fn in_project(switch: &TestSwitch) -> String {
    format!("{} stands under {} in dbt_project.yml", written(switch), section(switch))
}

/// "`+enabled: false`".
fn written(switch: &TestSwitch) -> String {
    format!("`{}: {}`", switch.keys.last().map_or("enabled", String::as_str), switch.value)
}

/// "`data_tests: shop:`".
fn section(switch: &TestSwitch) -> String {
    let keys = switch.keys[..switch.keys.len() - 1].iter().map(|key| format!("{key}:"));
    format!("`{}`", keys.collect::<Vec<_>>().join(" "))
}

/// What disables a test that would be added to the resource, as an end of a sentence that advises to.
pub(super) fn caveat(project: &Project<'_>, resource: &Resource<'_>) -> Option<String> {
    let path = match resource.properties_path.as_deref() {
        Some(path) => Some(Cow::Borrowed(path)),
        None => project.properties_beside(resource).map(|file| file.path),
    };
    let path = path.as_deref().unwrap_or(&resource.path);
    let switch = project.switch_of(ResourceType::Test, &resource.package, path)?;
    Some(format!("; it will not run while {}", in_project(switch)))
}

/// The disabled tests of a resource that has fewer than `min`, where it would have as many with them.
pub(crate) fn that_suffice<'p>(project: &'p Project<'p>, node: Node<'_>, min: usize) -> Option<Disabled<'p>> {
    let enabled = project.tests(node.id).len();
    let disabled = if enabled < min { Disabled::of(project, node) } else { None };
    disabled.filter(|disabled| enabled + disabled.len() >= min)
}

/// What a resource that has fewer tests than `min` has, and what to do about it; `None` where [`report_counted`] says so
/// for the project as a whole.
pub(super) fn lack(node: Node<'_>, min: usize, cx: &Context<'_>) -> Option<(String, String)> {
    let enabled = cx.project.tests(node.id).len();
    Some(match that_suffice(cx.project, node, min) {
        Some(disabled) if disabled.is_by_project(cx) => return None,
        Some(disabled) => (disabled.beside(enabled, min), disabled.help()),
        None => {
            let has = match min {
                1 => "no test".to_owned(),
                _ => format!("{} where {min} are required", counted(enabled, "test")),
            };
            (has, suggestion::key_tests(cx.project, node.resource))
        }
    })
}

/// What the rules about the number of tests do about resources all of whose tests a key of `dbt_project.yml` disables.
pub(super) fn report_counted(cx: &mut Context<'_>, kinds: &[ResourceType], min: usize) {
    if cx.project.test_switches.is_empty() {
        return;
    }
    let subjects = kinds.iter().flat_map(|&kind| cx.subjects(kind));
    let found = subjects.filter_map(|node| Some((node, that_suffice(cx.project, node, min)?))).collect();
    let tests = if min == 1 { "all tests" } else { "tests" };
    report_by_project(found, cx, |key, nodes| format!("{key} disables {tests} of {}", these(nodes)), |_, _| {});
}

/// Reports once for each key of `dbt_project.yml` that disables tests what it disables them of. `message` gets the key,
/// "`+enabled: false` in dbt_project.yml", and these resources.
pub(crate) fn report_by_project<'p>(
    found: Vec<(Node<'p>, Disabled<'p>)>,
    cx: &mut Context<'p>,
    message: impl Fn(&str, &[Node<'p>]) -> String,
    mut complete: impl FnMut(&[Node<'p>], &mut Finding),
) {
    if !cx.as_one(!found.is_empty()) {
        return;
    }
    let mut switches: BTreeMap<&[String], (&TestSwitch, Vec<Node<'p>>)> = BTreeMap::new();
    for (node, disabled) in found {
        if let Some(switch) = disabled.switch {
            switches.entry(&switch.keys).or_insert_with(|| (switch, Vec::new())).1.push(node);
        }
    }
    for (switch, nodes) in switches.into_values() {
        let Some(severity) = nodes.iter().filter_map(|node| cx.severity(node.id)).max() else { continue };
        let message = message(&format!("{} in dbt_project.yml", written(switch)), &nodes);
        let finding = cx.report_project(Place::ProjectKey(switch.keys.clone()), message);
        finding.severity = severity;
        finding.part(format!("disabled:{}", switch.keys.join(".")));
        finding.help(format!(
            "take {} out of {}, or keep it for the folders whose tests are to rest; if tests are disabled where this was \
             read and enabled where they run, set it there",
            written(switch),
            section(switch)
        ));
        finding.stands_for(nodes.iter().map(|node| (node.unique_id.as_str(), "")));
        complete(&nodes, finding);
    }
}

/// "3 models and 1 seed: fct_orders, …".
pub(super) fn these(nodes: &[Node<'_>]) -> String {
    let mut kinds: BTreeMap<ResourceType, usize> = BTreeMap::new();
    nodes.iter().for_each(|node| *kinds.entry(node.kind).or_default() += 1);
    let kinds: Vec<String> = kinds.into_iter().map(|(kind, count)| counted(count, kind.label())).collect();
    format!("{}: {}", kinds.join(" and "), listed(nodes.iter().map(|node| node.label())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::findings::Finding;
    use crate::project::{Detail, Facts, Project, Resource, ResourceType, TestSwitch, Text, UnitTest};
    use crate::rules::tester::{exposure, findings_of, model, reading, resource, source, test};

    /// Models, a seed and a source table whose tests are all disabled, and a dashboard on the first model.
    fn facts() -> Facts<'static> {
        let (orders, customers) = (model("marts", "fct_orders"), model("marts", "dim_customers"));
        let codes = resource(ResourceType::Seed, "seed.shop.codes", "seeds/codes.csv");
        let table = source("erp", "orders");
        let mut of_table = test("unique", &table, "order_id");
        of_table.path = Text::from("models/sources.yml");
        let disabled = vec![
            test("unique", &orders, "order_id"),
            test("not_null", &orders, "order_id"),
            test("not_null", &customers, "customer_id"),
            test("unique", &codes, "code"),
            of_table,
        ];
        let board = reading(exposure("board"), &[&orders]);
        let resources = vec![orders, customers, codes, table, model("marts", "fct_bare"), board];
        Facts { name: Text::from("shop"), resources, disabled, ..Facts::default() }
    }

    fn by_project() -> Project<'static> {
        let mut project = Project::from(facts());
        project.test_switches = vec![TestSwitch {
            kind: ResourceType::Test,
            keys: ["data_tests", "shop", "+enabled"].map(str::to_owned).to_vec(),
            value: "false".to_owned(),
            is_on: false,
        }];
        project
    }

    fn messages(found: &[Finding]) -> Vec<&str> {
        found.iter().map(|finding| finding.message.as_str()).collect()
    }

    fn atoms(finding: &Finding) -> Vec<String> {
        finding.atoms().map(|atom| format!("{} {}", atom.code, atom.subject)).collect()
    }

    #[test]
    fn disabled_tests_are_not_no_tests() {
        let project = Project::from(facts());
        let found = findings_of("TST001", json!(null), &project);
        assert_eq!(
            messages(&found),
            [
                "model `dim_customers` has 1 test, which is disabled",
                "model `fct_bare` has no test",
                "model `fct_orders` has 2 tests, both of them disabled",
            ]
        );
        assert_eq!(
            found[2].help,
            "enable them: take `enabled: false` out of the `config` in models/schema.yml, or of what configures tests in \
             dbt_project.yml"
        );
        assert!(found[1].help.starts_with("add `columns: [{name: …"), "{}", found[1].help);
        assert_eq!(
            messages(&findings_of("TST001", json!({"min": 2}), &project)),
            [
                "model `dim_customers` has no test where 2 are required",
                "model `fct_bare` has no test where 2 are required",
                "model `fct_orders` has 2 tests, both of them disabled",
            ]
        );
        assert_eq!(
            messages(&findings_of("TST002", json!(null), &project)),
            ["source table `erp.orders` has 1 test, which is disabled"]
        );
        assert_eq!(
            messages(&findings_of("TST005", json!(null), &project)),
            ["seed `codes` has 1 test, which is disabled"]
        );
        assert_eq!(
            messages(&findings_of("EXP006", json!(null), &project)),
            ["model `fct_orders` feeds dashboard `board` and has 2 tests, both of them disabled"]
        );
    }

    #[test]
    fn enabled_ones_beside_them_are_counted() {
        let mut facts = facts();
        let unit = Detail::UnitTest(Box::new(UnitTest { model: Text::from("fct_orders") }));
        let unit_test = resource(ResourceType::UnitTest, "unit_test.shop.fct_orders.adds_up", "models/units.yml");
        let unit_test = reading(Resource { detail: unit, ..unit_test }, &[&facts.resources[0]]);
        facts.resources.push(unit_test);
        let found = findings_of("TST001", json!({"min": 3}), &Project::from(facts));
        assert_eq!(
            found[2].message,
            "model `fct_orders` has 1 test where 3 are required, and 2 more that are disabled"
        );
    }

    #[test]
    fn what_disables_them_for_the_project_is_one_finding() {
        let project = by_project();
        let found = findings_of("TST001", json!(null), &project);
        assert_eq!(
            messages(&found),
            [
                "model `fct_bare` has no test",
                "`+enabled: false` in dbt_project.yml disables all tests of 2 models: dim_customers, fct_orders",
            ]
        );
        assert_eq!(atoms(&found[1]), ["TST001 model.shop.dim_customers", "TST001 model.shop.fct_orders"]);
        assert_eq!(
            (found[1].subject.as_str(), found[1].part.as_str()),
            ("project.shop", "disabled:data_tests.shop.+enabled")
        );
        assert_eq!(
            found[1].help,
            "take `+enabled: false` out of `data_tests: shop:`, or keep it for the folders whose tests are to rest; if \
             tests are disabled where this was read and enabled where they run, set it there"
        );
        // What is added would not run either.
        assert!(
            found[0].help.ends_with(
                ", with the column that identifies a row; it will not run while `+enabled: false` stands under \
                 `data_tests: shop:` in dbt_project.yml"
            ),
            "{}",
            found[0].help
        );
        assert_eq!(
            messages(&findings_of("TST002", json!(null), &project)),
            ["`+enabled: false` in dbt_project.yml disables all tests of 1 source table: erp.orders"]
        );
        assert_eq!(
            messages(&findings_of("TST005", json!(null), &project)),
            ["`+enabled: false` in dbt_project.yml disables all tests of 1 seed: codes"]
        );
        let on_dashboards = findings_of("EXP006", json!(null), &project);
        assert_eq!(
            messages(&on_dashboards),
            [
                "`+enabled: false` in dbt_project.yml disables all tests of 2 models, and 1 of them feeds dashboards: fct_orders"
            ]
        );
        assert_eq!(atoms(&on_dashboards[0]), ["EXP006 model.shop.fct_orders"]);
        assert_eq!(on_dashboards[0].evidence, ["for example fct_orders → exposure board"]);
    }

    #[test]
    fn disabled_tests_of_the_key_are_named_as_such() {
        let found = findings_of("TST003", json!(null), &Project::from(facts()));
        assert_eq!(
            messages(&found),
            [
                "model `dim_customers` has no test, and so none that proves what identifies a row",
                "model `fct_bare` has no test, and so none that proves what identifies a row",
                "model `fct_orders` has tests that would prove what identifies a row, but they are disabled",
            ]
        );
        let found = findings_of("TST003", json!(null), &by_project());
        assert_eq!(
            found[2].message,
            "`+enabled: false` in dbt_project.yml disables the tests that would prove the keys of 1 model: fct_orders"
        );
        let found = findings_of("TST004", json!(null), &Project::from(facts()));
        assert_eq!(found[2].message, "model `fct_orders` has a test of uniqueness, but it is disabled");
        let found = findings_of("TST006", json!({"tests": ["unique"]}), &Project::from(facts()));
        assert_eq!(found[2].evidence, ["there, but disabled: `unique`"]);
        assert_eq!(found[2].help, "enable what is there, before anything else is added");
    }
}
