//! What `dbt_project.yml` sets.

use crate::discover::PROJECT_FILE;
use crate::project::{ConfigFolder, ConfigSection, OwnFiles, ResourceType, Spot};
use crate::text::yaml::Node;

/// Sections that configure resources by folder, with former names.
const SECTIONS: [(&str, ResourceType); 14] = [
    ("models", ResourceType::Model),
    ("seeds", ResourceType::Seed),
    ("snapshots", ResourceType::Snapshot),
    ("sources", ResourceType::Source),
    ("data_tests", ResourceType::Test),
    ("tests", ResourceType::Test),
    ("unit_tests", ResourceType::UnitTest),
    ("metrics", ResourceType::Metric),
    ("semantic-models", ResourceType::SemanticModel),
    ("semantic_models", ResourceType::SemanticModel),
    ("saved-queries", ResourceType::SavedQuery),
    ("saved_queries", ResourceType::SavedQuery),
    ("exposures", ResourceType::Exposure),
    ("functions", ResourceType::Function),
];

/// Notes what the file sets.
pub(super) fn read(document: &Node, own: &mut OwnFiles) {
    if let Some(entry) = document.entry("require-dbt-version").filter(|entry| !entry.value.is_null()) {
        own.required_dbt = Some(required_dbt(&entry.value));
        own.required_dbt_at = Some(Spot::new(PROJECT_FILE, entry.value.span));
    }
    let flags = document.get("flags");
    own.nests_test_arguments =
        flags.and_then(|flags| flags.get("require_generic_test_arguments_property")).and_then(Node::as_bool);
    own.config_sections = SECTIONS.iter().filter_map(|(name, kind)| section(document, name, *kind)).collect();
}

/// The items of `require-dbt-version`, which may be one text.
pub(super) fn required_dbt(value: &Node) -> Vec<String> {
    let items = value.items().iter().chain(value.as_scalar().map(|_| value));
    items.filter_map(Node::as_str).map(str::to_owned).collect()
}

fn section(document: &Node, name: &str, kind: ResourceType) -> Option<ConfigSection> {
    let mut section = ConfigSection { name: name.to_owned(), kind, folders: Vec::new() };
    add_folders(document.get(name)?, None, &mut section.folders);
    Some(section)
}

/// As dbt tells folders from configs: a key without `+` that holds a mapping is a folder. Says whether anything is set.
fn add_folders(node: &Node, parent: Option<usize>, folders: &mut Vec<ConfigFolder>) -> bool {
    let mut sets_anything = false;
    for entry in node.entries() {
        let Some(name) = entry.key.as_str().filter(|name| !name.starts_with('+')) else {
            sets_anything = true;
            continue;
        };
        if entry.value.as_mapping().is_none() {
            sets_anything = true;
            continue;
        }
        let spot = Spot::new(PROJECT_FILE, entry.key.span);
        let place = folders.len();
        folders.push(ConfigFolder { name: name.to_owned(), parent, sets_anything: false, spot });
        let sets = add_folders(&entry.value, Some(place), folders);
        folders[place].sets_anything = sets;
        sets_anything |= sets;
    }
    sets_anything
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::yaml;

    fn own(text: &str) -> OwnFiles {
        let mut own = OwnFiles::default();
        read(&yaml::parse(text).expect("valid YAML").documents[0], &mut own);
        own
    }

    #[test]
    fn the_version_may_be_a_text_or_a_list() {
        assert_eq!(own("require-dbt-version: '>=1.9,<2'").required_dbt, Some(vec![">=1.9,<2".to_owned()]));
        assert_eq!(own("require-dbt-version: ['>=1.9', '<2']").required_dbt.map(|list| list.len()), Some(2));
        assert_eq!(own("require-dbt-version:").required_dbt, None);
        assert_eq!(own("flags: {require_generic_test_arguments_property: no}").nests_test_arguments, Some(false));
    }

    #[test]
    fn folders_are_mappings_without_a_plus() {
        let own = own(
            "models:\n  shop:\n    +meta: {a: 1}\n    staging:\n      schema: s\n    empty: {none: {}}\n    null:\n",
        );
        let folders: Vec<_> = own.config_sections[0]
            .folders
            .iter()
            .map(|folder| (folder.name.as_str(), folder.parent, folder.sets_anything))
            .collect();
        assert_eq!(
            folders,
            [("shop", None, true), ("staging", Some(0), true), ("empty", Some(0), false), ("none", Some(2), false)]
        );
    }
}
