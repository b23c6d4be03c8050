//! What a properties file describes: from a resource to its entry in the tree.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::project::{Detail, Resource};
use crate::text::yaml::{Node, Yaml};

/// Paths from the root of a document to entries: document, then alternately a key's place and an item's place.
type Path = (usize, Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(&'static str),
    Item(usize),
}

/// Where each name stands, by section (`models`, `sources`, `tables`, …).
#[derive(Debug, Default)]
pub struct Entries {
    places: HashMap<(&'static str, String), Path>,
}

/// Sections that describe what files define.
const DESCRIBE_NODES: [&str; 6] = ["models", "seeds", "snapshots", "analyses", "functions", "data_tests"];

/// Sections whose items have a name and no items of interest below them.
const FLAT: [&str; 13] = [
    "seeds",
    "snapshots",
    "exposures",
    "metrics",
    "semantic_models",
    "saved_queries",
    "groups",
    "macros",
    "unit_tests",
    "analyses",
    "functions",
    "data_tests",
    "tests",
];

impl Entries {
    /// Indexes every document. Where a name stands twice, the entry counts that the project is read by: the first of what
    /// describes a node, which is what dbt refuses the second for, and else the later, as of two keys.
    pub fn new(yaml: &Yaml) -> Self {
        let mut entries = Self::default();
        for (index, document) in yaml.documents.iter().enumerate() {
            entries.add_models(index, document);
            entries.add_sources(index, document);
            for section in FLAT {
                for (item, node) in items(document, section) {
                    entries.add(section, name(node), (index, vec![Step::Key(section), Step::Item(item)]));
                }
            }
        }
        entries
    }

    /// Models, with the metrics and the semantic model that may stand inside an entry (dbt 1.12 on).
    fn add_models(&mut self, index: usize, document: &Node) {
        for (item, model) in items(document, "models") {
            let path = vec![Step::Key("models"), Step::Item(item)];
            if let Some(semantic) = model.get("semantic_model") {
                let mut inner = path.clone();
                let own_name = semantic.get("name").and_then(Node::as_str).map(str::to_owned);
                if own_name.is_some() {
                    inner.push(Step::Key("semantic_model"));
                }
                self.add("semantic_models", own_name.or_else(|| name(model)), (index, inner));
            }
            for (metric, node) in items(model, "metrics") {
                let inner = [path.as_slice(), &[Step::Key("metrics"), Step::Item(metric)]].concat();
                self.add("metrics", name(node), (index, inner));
            }
            self.add("models", name(model), (index, path));
        }
    }

    fn add_sources(&mut self, index: usize, document: &Node) {
        for (item, source) in items(document, "sources") {
            let path = vec![Step::Key("sources"), Step::Item(item)];
            let Some(group) = name(source) else { continue };
            for (table, node) in items(source, "tables") {
                let inner = [path.as_slice(), &[Step::Key("tables"), Step::Item(table)]].concat();
                let table = name(node).map(|table| format!("{group}.{table}"));
                // The source as this table sees it: one source may be spread over several entries.
                self.add("source_of", table.clone(), (index, path.clone()));
                self.add("tables", table, (index, inner));
            }
            self.add("sources", Some(group), (index, path));
        }
    }

    fn add(&mut self, section: &'static str, name: Option<String>, path: Path) {
        let Some(name) = name else { return };
        match self.places.entry((section, name)) {
            Entry::Occupied(_) if DESCRIBE_NODES.contains(&section) => {}
            entry => drop(entry.insert_entry(path)),
        }
    }

    /// The entry of a resource.
    pub fn find<'y>(&self, yaml: &'y Yaml, resource: &Resource<'_>) -> Option<&'y Node> {
        match &resource.detail {
            Detail::Source(source) => self.get(yaml, "tables", &format!("{}.{}", source.source_name, resource.name)),
            Detail::Test(_) => {
                self.get(yaml, "data_tests", &resource.name).or_else(|| self.get(yaml, "tests", &resource.name))
            }
            _ => self.get(yaml, resource.kind.properties_key()?, &resource.name),
        }
    }

    /// The source (the group of tables) that a source table is in.
    pub fn find_source_group<'y>(&self, yaml: &'y Yaml, resource: &Resource<'_>) -> Option<&'y Node> {
        let source = resource.as_source()?;
        self.get(yaml, "source_of", &format!("{}.{}", source.source_name, resource.name))
    }

    /// Every entry with its section and name; of several with one name, the last.
    pub fn all<'e, 'y: 'e>(&'e self, yaml: &'y Yaml) -> impl Iterator<Item = (&'static str, &'e str, &'y Node)> {
        let described = self.places.keys().filter(|(section, _)| *section != "source_of");
        described.filter_map(|(section, name)| Some((*section, name.as_str(), self.get(yaml, section, name)?)))
    }

    fn get<'y>(&self, yaml: &'y Yaml, section: &'static str, name: &str) -> Option<&'y Node> {
        let (document, steps) = self.places.get(&(section, name.to_owned()))?;
        let mut node = yaml.documents.get(*document)?;
        for step in steps {
            node = match step {
                Step::Key(key) => node.get(key)?,
                Step::Item(index) => node.items().get(*index)?,
            };
        }
        Some(node)
    }
}

fn items<'y>(node: &'y Node, key: &str) -> impl Iterator<Item = (usize, &'y Node)> {
    node.get(key).map_or(&[][..], Node::items).iter().enumerate()
}

/// What an entry of properties YAML calls itself.
pub(crate) fn name(node: &Node) -> Option<String> {
    node.get("name").and_then(Node::as_str).map(str::to_owned)
}
