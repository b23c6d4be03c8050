//! Entries of properties YAML that describe nothing.

use std::collections::{HashMap, HashSet};

use super::tree::Tree;
use crate::input::project_files::Role;
use crate::project::{Orphan, Project, ResourceType, Spot};
use crate::text::jinja::BlockKind;
use crate::text::yaml::{Node, nearest};

/// Sections whose entries describe what is defined elsewhere.
const SECTIONS: [(&str, ResourceType); 6] = [
    ("models", ResourceType::Model),
    ("seeds", ResourceType::Seed),
    ("snapshots", ResourceType::Snapshot),
    ("analyses", ResourceType::Analysis),
    ("macros", ResourceType::Macro),
    ("data_tests", ResourceType::Test),
];

/// Everything that can be described, by type.
#[derive(Debug, Default)]
pub(super) struct Names {
    names: HashMap<ResourceType, HashSet<String>>,
    /// Types of which there may be more, in files that cannot be read.
    open: HashSet<ResourceType>,
}

impl Names {
    /// Names of resources, disabled ones too, and of files: what was written after the manifest is there all the same.
    pub fn new(project: &Project<'_>, tree: &Tree<'_>) -> Self {
        let mut names = Self::default();
        for resource in project.resources.iter().chain(&project.disabled) {
            if SECTIONS.iter().any(|(_, kind)| *kind == resource.kind) {
                // Of a model with versions, each is `name.v1` and so on; the bare name would hide that one is missing.
                names.add(resource.kind, &resource.label());
            }
        }
        let files = [
            (Role::Model, ResourceType::Model),
            (Role::Seed, ResourceType::Seed),
            (Role::Analysis, ResourceType::Analysis),
            (Role::SingularTest, ResourceType::Test),
        ];
        for (role, kind) in files {
            tree.of_role(role).for_each(|file| names.add(kind, file.stem()));
        }
        names.add_blocks(tree);
        names
    }

    /// Snapshots and macros are named in their files.
    fn add_blocks(&mut self, tree: &Tree<'_>) {
        let roles = [
            (Role::Snapshot, ResourceType::Snapshot),
            (Role::Macro, ResourceType::Macro),
            (Role::GenericTest, ResourceType::Macro),
        ];
        for (role, kind) in roles {
            for found in tree.of_role(role) {
                let Some(file) = tree.file(&found.path()) else { continue };
                let Some(file) = file.text().ok().filter(|file| !file.may_have_more_blocks()) else {
                    self.open.insert(kind);
                    continue;
                };
                for block in file.blocks() {
                    match block.kind {
                        // dbt calls the macro of a generic test so, and finds nothing under the bare name.
                        BlockKind::Test => self.add(kind, &format!("test_{}", block.name)),
                        _ => self.add(kind, &block.name),
                    }
                }
            }
        }
    }

    fn add(&mut self, kind: ResourceType, name: &str) {
        self.names.entry(kind).or_default().insert(name.to_owned());
    }

    fn has(&self, kind: ResourceType, name: &str) -> bool {
        self.open.contains(&kind) || self.names.get(&kind).is_some_and(|names| names.contains(name))
    }

    fn nearest(&self, kind: ResourceType, name: &str) -> Option<String> {
        let test = format!("test_{name}");
        if kind == ResourceType::Macro && self.has(kind, &test) {
            return Some(test);
        }
        let mut known: Vec<&str> = self.names.get(&kind)?.iter().map(String::as_str).collect();
        known.sort_unstable();
        nearest(name, known).map(str::to_owned)
    }
}

/// The entries of a file that describe nothing.
pub(super) fn find(path: &str, document: &Node, names: &Names) -> Vec<Orphan> {
    let mut orphans = Vec::new();
    for (section, kind) in SECTIONS {
        for entry in document.get(section).map_or(&[][..], Node::items) {
            add(path, section, kind, entry, names, &mut orphans);
        }
    }
    orphans
}

fn add(path: &str, section: &'static str, kind: ResourceType, entry: &Node, names: &Names, orphans: &mut Vec<Orphan>) {
    let Some(at) = entry.get("name") else { return };
    let Some(name) = at.as_str().filter(|name| !name.is_empty() && !name.contains("{{")) else { return };
    let orphan = |spot: Spot, version: Option<String>| Orphan {
        spot,
        section,
        name: name.to_owned(),
        version,
        nearest: names.nearest(kind, name).filter(|near| near != name),
    };
    let versions = entry.get("versions").map_or(&[][..], Node::items);
    if kind == ResourceType::Model && !versions.is_empty() {
        for version in versions {
            let Some(number) = version.get("v").filter(|_| !has_version(name, version, names)) else { continue };
            let label = number.as_str().map(str::to_owned);
            orphans.push(orphan(Spot::new(path, number.span), label));
        }
        return;
    }
    // A snapshot with a `relation` is defined by its entry.
    let defines = kind == ResourceType::Snapshot && entry.get("relation").is_some();
    if !defines && !names.has(kind, name) {
        orphans.push(orphan(Spot::new(path, at.span), None));
    }
}

/// The file of a version is the one that `defined_in` names, `<name>_v<version>`, or `<name>` for the latest; which one
/// that is does not matter here.
fn has_version(name: &str, version: &Node, names: &Names) -> bool {
    let file = version.get("defined_in").and_then(Node::as_str);
    let label = version.get("v").and_then(Node::as_str).unwrap_or_default();
    let candidates =
        [file.unwrap_or_default().to_owned(), format!("{name}_v{label}"), format!("{name}.v{label}"), name.to_owned()];
    let has = |candidate: &String| names.has(ResourceType::Model, candidate);
    if file.is_some() { has(&candidates[0]) || has(&candidates[2]) } else { candidates.iter().any(has) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::yaml;

    fn orphans(text: &str) -> Vec<(String, Option<String>, Option<String>)> {
        let mut names = Names::default();
        for (kind, name) in [
            (ResourceType::Model, "orders"),
            (ResourceType::Model, "customers_v1"),
            (ResourceType::Model, "customers"),
            (ResourceType::Model, "prices.v2"),
            (ResourceType::Macro, "test_not_blank"),
        ] {
            names.add(kind, name);
        }
        let tree = yaml::parse(text).expect("valid YAML");
        let found = find("a.yml", &tree.documents[0], &names);
        found.into_iter().map(|orphan| (orphan.name, orphan.version, orphan.nearest)).collect()
    }

    #[test]
    fn an_entry_needs_something_to_describe() {
        let text = "models: [{name: orders}, {name: ordres}, {name: '{{ x }}'}, {}]\nsnapshots: [{name: s, relation: x}, {name: t}]\nmacros: [{name: not_blank}]\nexposures: [{name: e}]";
        assert_eq!(
            orphans(text),
            [
                ("ordres".to_owned(), None, Some("orders".to_owned())),
                ("t".to_owned(), None, None),
                ("not_blank".to_owned(), None, Some("test_not_blank".to_owned())),
            ]
        );
    }

    #[test]
    fn a_version_needs_its_file() {
        let text = "models:\n- name: customers\n  versions: [{v: 1}, {v: 2}, {v: 3, defined_in: gone}]\n- name: prices\n  versions: [{v: 1}, {v: 2}]";
        let versions: Vec<_> = orphans(text).into_iter().map(|(name, version, _)| (name, version)).collect();
        assert_eq!(
            versions,
            [("customers".to_owned(), Some("3".to_owned())), ("prices".to_owned(), Some("1".to_owned()))]
        );
    }
}
