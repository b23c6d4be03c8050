//! What rules about the files themselves need to know: settings, packages, variables, and what is wrong in YAML.
//!
//! The same facts are gathered whether resources came from a manifest or from these files. Every file is taken from the
//! shared [`Files`], so that it is read and parsed once.

mod calls;
mod deprecated;
mod docs;
mod keys;
mod macros;
mod mentions;
mod orphans;
mod packages;
mod references;
mod secrets;
mod settings;
mod tree;
mod variables;

use std::path::Path;

use rayon::prelude::*;

use crate::discover::PROJECT_FILE;
use crate::files::Files;
use crate::input::project_files::Listing;
use crate::project::{Deprecated, DuplicateKey, Orphan, OwnFiles, Project, Secret, Spot};
pub use references::locate as locate_references;
use tree::{Tree, YamlFile};

/// Gathers the facts. `root` is the folder of the root project, `packages` where dbt installs packages, below it, and
/// `listing` says which files there are.
pub fn read(project: &Project<'_>, root: &Path, packages: &str, files: &Files, listing: &Listing) -> OwnFiles {
    let tree = Tree::new(root, files, listing);
    let mut own = OwnFiles { resource_paths: tree.paths().to_vec(), ..OwnFiles::default() };
    tree.with_document(PROJECT_FILE, |document| settings::read(document, &mut own));
    packages::read(&tree, &mut own);
    let yaml = tree.yaml();
    let names = orphans::Names::new(project, &tree);
    let parts: Vec<Parts> = yaml.par_iter().map(|file| Parts::of(file, &names)).collect();
    for part in parts {
        own.properties.extend(part.first);
        own.duplicate_keys.extend(part.duplicates);
        own.deprecated.extend(part.deprecated);
        own.uses_data_tests |= part.uses_data_tests;
        own.uses_test_arguments |= part.uses_test_arguments;
        own.secrets.extend(part.secrets);
        own.orphans.extend(part.orphans);
    }
    own.deprecated.extend(calls::deprecated(&tree));
    own.docs_mentions = docs::mentions(project, &yaml);
    let install = root.join(packages);
    let texts = mentions::Texts { tree: &tree, project, packages: &install, required: &own.packages };
    let (macros, variables, named) = (macros::uncalled(&texts), variables::unread(&texts), packages::named(&texts));
    let (has_packages, oldest) = (texts.has_packages(), packages::oldest_dbt(&texts));
    (own.uncalled_macros, own.named_packages) = (macros, named);
    (own.unread_variables, own.undecided_variables) = variables;
    (own.has_packages, own.oldest_dbt_of_packages) = (has_packages, oldest);
    own.is_package = root.join("integration_tests").join(PROJECT_FILE).is_file();
    own
}

/// What one YAML file gives.
#[derive(Debug, Default)]
struct Parts {
    first: Option<Spot>,
    duplicates: Vec<DuplicateKey>,
    deprecated: Vec<Deprecated>,
    uses_data_tests: bool,
    uses_test_arguments: bool,
    secrets: Vec<Secret>,
    orphans: Vec<Orphan>,
}

impl Parts {
    fn of(file: &YamlFile, names: &orphans::Names) -> Self {
        let Some((source, yaml)) = file.parsed() else { return Self::default() };
        let mut parts = Self { duplicates: keys::duplicates(&file.path, source, yaml), ..Self::default() };
        let Some(document) = yaml.documents.first() else { return parts };
        parts.secrets = secrets::find(&file.path, document);
        let found = deprecated::find(file, document);
        (parts.uses_data_tests, parts.uses_test_arguments) = (found.uses_data_tests, found.uses_test_arguments);
        parts.deprecated = found.into_facts(&file.path, source);
        if file.is_properties {
            parts.first = document.entries().next().map(|entry| Spot::new(&file.path, entry.key.span));
            parts.orphans = orphans::find(&file.path, document, names);
        }
        parts
    }
}
