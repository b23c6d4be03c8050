//! What `dbt_project.yml` says of which tests are enabled.

use crate::project::{ResourceType, TestSwitch};
use crate::text::yaml::Node;

/// Sections that configure tests, with the former name.
const SECTIONS: [(&str, ResourceType); 3] =
    [("data_tests", ResourceType::Test), ("tests", ResourceType::Test), ("unit_tests", ResourceType::UnitTest)];

/// Every `enabled` in them.
pub(super) fn read(document: &Node) -> Vec<TestSwitch> {
    let mut switches = Vec::new();
    for (section, kind) in SECTIONS {
        if let Some(node) = document.get(section) {
            add(node, kind, &[section.to_owned()], &mut switches);
        }
    }
    switches
}

/// As dbt tells folders from configs: a key without `+` that holds a mapping is a folder.
fn add(node: &Node, kind: ResourceType, above: &[String], switches: &mut Vec<TestSwitch>) {
    for entry in node.entries() {
        let Some(key) = entry.key.as_str() else { continue };
        let keys = [above, &[key.to_owned()]].concat();
        if entry.value.as_mapping().is_some() {
            if !key.starts_with('+') {
                add(&entry.value, kind, &keys, switches);
            }
        } else if let ("enabled" | "+enabled", Some(value)) = (key, entry.value.as_scalar()) {
            let is_on = entry.value.as_bool() == Some(true);
            switches.push(TestSwitch { kind, keys, value: value.text().trim().to_owned(), is_on });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::text::yaml;

    #[test]
    fn every_enabled_of_tests_is_read_with_the_keys_above_it() {
        let text = "data_tests:\n  +severity: warn\n  shop:\n    +enabled: false\n    staging: {enabled: \"{{ var('on') }}\"}\n    \
                    +meta: {enabled: no}\nunit_tests:\n  +enabled: yes\nmodels: {+enabled: false}\n";
        let read = read(&yaml::parse(text).expect("valid YAML").documents[0]);
        let read: Vec<_> =
            read.iter().map(|switch| (switch.keys.join("."), switch.value.as_str(), switch.is_on)).collect();
        assert_eq!(
            read,
            [
                ("data_tests.shop.+enabled".to_owned(), "false", false),
                ("data_tests.shop.staging.enabled".to_owned(), "{{ var('on') }}", false),
                ("unit_tests.+enabled".to_owned(), "yes", true),
            ]
        );
    }
}
