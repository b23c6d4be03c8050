//! What files defined that are gone or go by another name.

use std::collections::HashSet;

use super::LostFile;
use super::entries::Key;
use crate::files::ProjectFile;
use crate::findings::{Finding, Part, Population};
use crate::project::{Layers, ResourceType, folder};
use crate::text::SourceFile;
use crate::text::jinja::BlockKind;

/// What is not there any more, by the names that others know it by.
#[derive(Debug, Default)]
pub(super) struct Lost {
    files: Vec<Definition>,
    /// Names of files, of blocks in them, and of entries that have changed or are gone.
    names: HashSet<String>,
    /// Whether an entry of a semantic model has changed: its measures have no entries of their own.
    has_semantic_models: bool,
    /// Whether an entry of a source table has: what is not defined by a file is lost with its entry.
    has_tables: bool,
}

/// What a file was.
#[derive(Debug)]
struct Definition {
    path: String,
    name: String,
    /// `None` for what no share is taken over, such as macros.
    kind: Option<ResourceType>,
}

/// Rules whose findings name what is missing, in their part: `ref:orders`, `models:orders.v2`.
const ABOUT_MISSING: [&str; 2] = ["DAG015", "PRJ011"];

impl Lost {
    pub fn new(files: &[LostFile], entries: &HashSet<Key>) -> Self {
        let mut lost = Self::default();
        for file in files {
            lost.add(file);
        }
        lost.names.extend(entries.iter().map(|(_, name)| name.clone()));
        let has = |wanted: &str| entries.iter().any(|(section, _)| *section == wanted);
        lost.has_semantic_models = has("semantic_models");
        lost.has_tables = has("tables");
        lost
    }

    fn add(&mut self, file: &LostFile) {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let text = file.text.as_ref().map(|text| text.as_bytes().to_vec()).unwrap_or_default();
        let source = SourceFile::from_bytes(file.path.as_str(), text).ok().map(ProjectFile::new);
        let blocks = source.as_ref().map_or(&[][..], |source| source.blocks());
        let kind = match extension.to_lowercase().as_str() {
            "csv" => Some(ResourceType::Seed),
            "sql" | "py" => kind_of(blocks.iter().map(|block| block.kind)),
            _ => None,
        };
        self.names.insert(stem.to_owned());
        for block in blocks {
            self.names.insert(block.name.clone());
            // dbt calls the macro of a generic test so.
            self.names.insert(format!("test_{}", block.name));
        }
        self.files.push(Definition { path: file.path.clone(), name: stem.to_owned(), kind });
    }

    /// Whether a finding says that something is missing which the change has taken away.
    pub fn explains(&self, finding: &Finding) -> bool {
        let named = finding.part.split_once(':').filter(|_| ABOUT_MISSING.contains(&finding.code));
        let Some((what, name)) = named else { return false };
        what == "measure" && self.has_semantic_models || self.has(name) || self.has_without_package(name)
    }

    fn has_without_package(&self, name: &str) -> bool {
        name.split_once('.').is_some_and(|(_, rest)| self.has(rest))
    }

    /// Under this name, or, for a version, in the file of the version or of the model.
    fn has(&self, name: &str) -> bool {
        let versioned = name.rsplit_once(".v");
        let of_version =
            |(model, version)| self.names.contains(model) || self.names.contains(&format!("{model}_v{version}"));
        self.names.contains(name) || versioned.is_some_and(of_version)
    }

    /// Whether what is gone counted in a share, or may have, where nothing tells any more.
    pub fn counted_in(&self, population: &Population, layers: &Layers) -> bool {
        let is_in = |file: &&Definition| match &population.part {
            Part::Whole | Part::Owner => true,
            Part::Folder(name) => folder(&file.path) == name,
            Part::Layer(layer) => layers.of_file(&file.path, &file.name) == *layer,
        };
        let is_file = self.files.iter().filter(|file| file.kind == Some(population.kind)).any(|file| is_in(&file));
        let is_everywhere = matches!(population.part, Part::Whole | Part::Owner);
        is_file || is_everywhere && self.has_tables && population.kind == ResourceType::Source
    }
}

/// What a file with these blocks defines; without any, a model. Singular tests and analyses have none either: a share of
/// tested models may fall with them.
fn kind_of(blocks: impl Iterator<Item = BlockKind>) -> Option<ResourceType> {
    let mut blocks = blocks.peekable();
    match blocks.peek() {
        None => Some(ResourceType::Model),
        Some(BlockKind::Snapshot) => Some(ResourceType::Snapshot),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Layer;

    fn lost(files: &[(&str, &str)]) -> Lost {
        let file = |(path, text): &(&str, &str)| LostFile {
            path: (*path).to_owned(),
            text: Some((*text).to_owned()),
            is_renamed: false,
        };
        Lost::new(&files.iter().map(file).collect::<Vec<_>>(), &HashSet::new())
    }

    #[test]
    fn names_are_those_of_files_and_of_blocks() {
        let lost = lost(&[
            ("models/fct_v2.sql", "select 1"),
            ("snapshots/all.sql", "{% snapshot prices %}{% endsnapshot %}"),
            ("macros/m.sql", "{% macro euros() %}{% endmacro %}{% test positive(model) %}{% endtest %}"),
        ]);
        for name in ["fct_v2", "fct.v2", "shop.fct.v2", "shop.prices", "euros", "test_positive"] {
            assert!(lost.has(name) || lost.has_without_package(name), "{name}");
        }
        for name in ["fct", "fct.v1", "fct_v", "dollars"] {
            assert!(!lost.has(name) && !lost.has_without_package(name), "{name}");
        }
    }

    #[test]
    fn what_counted_in_a_share_is_told_by_its_path() {
        let lost = lost(&[
            ("models/marts/fct.sql", "select 1"),
            ("seeds/countries.csv", ""),
            ("macros/m.sql", "{% macro m() %}{% endmacro %}"),
        ]);
        let counts =
            |kind, part| lost.counted_in(&Population { resources: Vec::new(), kind, part }, &Layers::default());
        assert!(counts(ResourceType::Model, Part::Whole) && counts(ResourceType::Seed, Part::Owner));
        assert!(!counts(ResourceType::Snapshot, Part::Whole));
        assert!(counts(ResourceType::Model, Part::Folder("models/marts".to_owned())));
        assert!(!counts(ResourceType::Model, Part::Folder("models".to_owned())));
        assert!(counts(ResourceType::Model, Part::Layer(Layer::Marts)));
        assert!(!counts(ResourceType::Model, Part::Layer(Layer::Staging)));
    }
}
