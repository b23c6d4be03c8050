//! The project's own files, read as dbt's parser reads them: no manifest, no Python, no warehouse.
//!
//! dbt-core's own steps, in its order: projects and packages, files, macros; nodes are rendered for what they call;
//! properties YAML is laid over them; tests, sources and the rest are made of it; names are resolved to parents. What
//! comes out has the shape of `manifest.json` and is read by the same code as one.
//!
//! What cannot be known without dbt or its environment is unknown, with the reason, and never a guess.

mod assemble;
mod config;
mod context;
mod datum;
mod declared_tests;
mod doubles;
mod environment;
mod files;
mod generic_test;
mod generic_tests;
mod keypath;
mod load;
mod lookup;
mod manifest;
mod node;
mod overlap;
mod parse;
mod patch;
mod problem;
mod project_file;
mod properties;
mod resolve;
mod search;
mod semantic;
mod shape;
mod sources;
mod texts;
mod unread;
mod warehouse;
mod world;
mod write;
mod yaml_end;
mod yaml_only;

use std::path::Path;

pub use context::is_dbt_macro;
pub use datum::{Datum, Map};
pub use environment::{Environment, UnknownTarget};
pub use files::Role;
pub use load::{Folders, Listing, PACKAGE_FILES, folders, list};
pub use patch::Orphan;
pub use problem::Problem;
pub use resolve::Unresolved;
pub use search::{Found, UnreadFolder};

use crate::files::Files;

/// What the files say.
#[derive(Debug)]
pub struct ProjectInput {
    /// In the shape of `manifest.json`, in pieces.
    pub manifest: Vec<String>,
    /// Files, or parts of them, that cannot be read.
    pub problems: Vec<Problem>,
    /// Names that nothing defines.
    pub unresolved: Vec<Unresolved>,
    /// Entries of properties YAML that describe nothing.
    pub orphans: Vec<Orphan>,
    /// The root project's files.
    pub listing: Listing,
    /// A target that is asked for and that nobody has.
    pub unknown_target: Option<UnknownTarget>,
    #[expect(dead_code, reason = "freed with the rest, or never")]
    scraps: assemble::Scraps,
}

/// Reads the project in `root`, which has a `dbt_project.yml` that is known to be readable.
pub fn read(root: &Path, files: &Files, environment: Environment) -> ProjectInput {
    assemble::assemble(load::load(root, environment, files), files)
}
