//! Tests that are declared and do not run, and what in `dbt_project.yml` keeps them from it.

use std::collections::HashMap;

use super::{Detail, Project, RefCall, Resource, ResourceId, ResourceType, Test};

/// An `enabled` of `dbt_project.yml` that is about tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestSwitch {
    /// Data tests or unit tests.
    pub kind: ResourceType,
    /// The keys down to it, as written: `data_tests`, `shop`, `staging`, `+enabled`.
    pub keys: Vec<String>,
    /// As written: `false`, or a template.
    pub value: String,
    /// Whether the value is true and nothing else.
    pub is_on: bool,
}

impl TestSwitch {
    /// The folders it is about, the project's name first; empty for all tests of all projects.
    fn folders(&self) -> &[String] {
        &self.keys[1..self.keys.len() - 1]
    }

    /// Whether it is about a test, by the names dbt finds the configs of a resource by.
    fn is_about(&self, kind: ResourceType, package: &str, path: &str) -> bool {
        // The folder that dbt searches is no part of those names, nor is the file.
        let folders = path.split('/').skip(1);
        let count = path.split('/').count().saturating_sub(2);
        let mut names = std::iter::once(package).chain(folders.take(count));
        self.kind == kind && self.folders().iter().all(|folder| names.next() == Some(folder.as_str()))
    }
}

/// For each resource the tests that would belong to it if they were enabled: their places in [`Project::disabled`].
#[derive(Debug, Default)]
pub(super) struct DisabledTests(HashMap<ResourceId, Vec<usize>>);

impl DisabledTests {
    pub(super) fn new(project: &Project<'_>) -> Self {
        let mut tests: HashMap<ResourceId, Vec<usize>> = HashMap::new();
        for (place, resource) in project.disabled.iter().enumerate() {
            for subject in subjects(project, resource) {
                tests.entry(subject).or_default().push(place);
            }
        }
        Self(tests)
    }

    pub(super) fn of(&self, id: ResourceId) -> &[usize] {
        self.0.get(&id).map_or(&[], Vec::as_slice)
    }
}

/// What a disabled test is of. dbt looks for no parents of what is disabled, so that only names are left.
fn subjects(project: &Project<'_>, resource: &Resource<'_>) -> Vec<ResourceId> {
    let package = resource.package.as_str();
    match &resource.detail {
        Detail::Test(test) => match &test.generic {
            None => test.refs.iter().filter_map(|call| by_ref(project, package, call)).collect(),
            Some(_) => generic_subject(project, package, test).into_iter().collect(),
        },
        Detail::UnitTest(unit) => project.find(&format!("model.{package}.{}", unit.model)).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn generic_subject(project: &Project<'_>, package: &str, test: &Test<'_>) -> Option<ResourceId> {
    if let Some(attached) = &test.attached_node {
        return project.find(attached);
    }
    // A test of a source is attached to nothing; its `model` argument holds the call.
    let arguments = test.generic.as_ref()?.arguments();
    let call = arguments.get("model")?.as_str()?;
    let words: Vec<&str> = call.split(['\'', '"']).skip(1).step_by(2).collect();
    match words.as_slice() {
        [source, table] if call.contains("source(") => project.find(&format!("source.{package}.{source}.{table}")),
        [.., name] => of_name(project, package, name),
        [] => None,
    }
}

fn by_ref(project: &Project<'_>, package: &str, call: &RefCall<'_>) -> Option<ResourceId> {
    of_name(project, call.package.as_deref().unwrap_or(package), &call.name)
}

fn of_name(project: &Project<'_>, package: &str, name: &str) -> Option<ResourceId> {
    ["model", "seed", "snapshot"].iter().find_map(|kind| project.find(&format!("{kind}.{package}.{name}")))
}

impl<'a> Project<'a> {
    /// Data tests and unit tests of a node that are declared and disabled, in order of their unique ids.
    pub fn disabled_tests(&self, id: ResourceId) -> impl Iterator<Item = &Resource<'a>> {
        let tests = self.disabled_tests.get_or_init(|| DisabledTests::new(self));
        tests.of(id).iter().map(|&place| &self.disabled[place])
    }

    /// The key of `dbt_project.yml` that disables a test, or would disable one of that type in that file; `None` where none
    /// does, or where the file is not at hand.
    pub fn switch_of(&self, kind: ResourceType, package: &str, path: &str) -> Option<&TestSwitch> {
        let switches = self.test_switches.iter().filter(|switch| switch.is_about(kind, package, path));
        switches.max_by_key(|switch| switch.folders().len()).filter(|switch| !switch.is_on)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::TestSwitch;
    use crate::project::{Detail, Facts, GenericTest, Project, RefCall, Resource, ResourceType, Test, Text, UnitTest};
    use crate::rules::tester::{json_text, model, resource, source, test};

    fn named(project: &Project<'_>, id: &str) -> Vec<String> {
        let id = project.find(id).expect("it is there");
        project.disabled_tests(id).map(|test| test.unique_id.to_string()).collect()
    }

    #[test]
    fn disabled_tests_are_found_by_the_names_they_mention() {
        let (orders, table) = (model("marts", "fct_orders"), source("erp", "orders"));
        let of_source = Test {
            generic: Some(GenericTest {
                name: Text::from("unique"),
                kwargs: Some(json_text(json!({"model": "{{ get_where_subquery(source('erp', 'orders')) }}"}))),
                namespace: None,
            }),
            ..Test::default()
        };
        let singular =
            Test { refs: vec![RefCall { name: Text::from("fct_orders"), ..RefCall::default() }], ..Test::default() };
        let unit = UnitTest { model: Text::from("fct_orders") };
        let off = |id: &str, kind, detail| Resource { detail, ..resource(kind, id, "models/a.yml") };
        let disabled = vec![
            test("unique", &orders, "order_id"),
            off("test.shop.of_source", ResourceType::Test, Detail::Test(Box::new(of_source))),
            off("test.shop.singular", ResourceType::Test, Detail::Test(Box::new(singular))),
            off("unit_test.shop.adds_up", ResourceType::UnitTest, Detail::UnitTest(Box::new(unit))),
        ];
        let facts = Facts { resources: vec![orders, table], disabled, ..Facts::default() };
        let project = Project::from(facts);
        assert_eq!(
            named(&project, "model.shop.fct_orders"),
            ["test.shop.singular", "test.shop.unique_fct_orders_order_id", "unit_test.shop.adds_up"]
        );
        assert_eq!(named(&project, "source.shop.erp.orders"), ["test.shop.of_source"]);
    }

    #[test]
    fn the_deepest_key_that_is_about_a_test_decides() {
        let switch = |keys: &[&str], value: &str| TestSwitch {
            kind: ResourceType::Test,
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            value: value.to_owned(),
            is_on: value == "true",
        };
        let mut project = Project::from(Facts::default());
        project.test_switches = vec![
            switch(&["data_tests", "shop", "+enabled"], "false"),
            switch(&["data_tests", "shop", "staging", "+enabled"], "true"),
            switch(&["data_tests", "shop", "staging", "erp", "enabled"], "{{ target.name == 'prod' }}"),
        ];
        let keys =
            |package, path| project.switch_of(ResourceType::Test, package, path).map(|switch| switch.keys.join("."));
        assert_eq!(keys("shop", "models/marts/_m.yml").as_deref(), Some("data_tests.shop.+enabled"));
        assert_eq!(keys("shop", "models/_m.yml").as_deref(), Some("data_tests.shop.+enabled"));
        assert_eq!(keys("shop", "models/staging/_m.yml"), None);
        assert_eq!(keys("shop", "models/staging/erp/_m.yml").as_deref(), Some("data_tests.shop.staging.erp.enabled"));
        assert_eq!(keys("dbt_utils", "models/marts/_m.yml"), None);
        assert_eq!(project.switch_of(ResourceType::UnitTest, "shop", "models/_m.yml"), None);
    }
}
