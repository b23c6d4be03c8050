//! No output takes the place of what is read.

use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::destination::is_same;
use super::input::Loaded;
use crate::config::Config;
use crate::discover::{Discovered, PROJECT_FILE};
use crate::input::project_files::{Found, Role};
use crate::paths::shown;

/// A file that is named for an output and has something else in it.
#[derive(Debug, Error, Diagnostic)]
#[error("{} is {what}, and would be overwritten", shown(path))]
#[diagnostic(help("name another file to write to"))]
pub struct WouldOverwrite {
    path: PathBuf,
    what: &'static str,
}

impl WouldOverwrite {
    /// The baseline is compared with.
    pub fn baseline(path: &Path) -> Self {
        Self { path: path.to_owned(), what: "the baseline" }
    }
}

/// Files beside the project's own that dbt, its users and this program read or write.
const BESIDE: [&str; 7] =
    [PROJECT_FILE, "packages.yml", "dependencies.yml", "package-lock.yml", "profiles.yml", "selectors.yml", "vars.yml"];

/// What dbt writes beside a manifest.
const ARTIFACTS: [&str; 2] = ["run_results.json", "catalog.json"];

/// What a run reads.
pub struct Inputs<'i> {
    pub discovered: &'i Discovered,
    pub config: &'i Config,
    pub loaded: &'i Loaded,
}

impl Inputs<'_> {
    /// Whether a file may be written.
    ///
    /// # Errors
    /// When it is there, and one of those that are read.
    pub fn allow(&self, path: &Path) -> Result<(), WouldOverwrite> {
        // What is not there yet replaces nothing, and a device keeps nothing.
        if !path.is_file() {
            return Ok(());
        }
        match self.name(path) {
            Some(what) => Err(WouldOverwrite { path: path.to_owned(), what }),
            None => Ok(()),
        }
    }

    fn name(&self, path: &Path) -> Option<&'static str> {
        let manifest = &self.discovered.manifest;
        if is_same(path, manifest) {
            return Some("the manifest");
        }
        if ARTIFACTS.iter().any(|name| is_same(path, &manifest.with_file_name(name))) {
            return Some("an artifact of dbt");
        }
        if self.config.paths().any(|config| is_same(path, config)) {
            return Some("the config");
        }
        self.is_of_project(path).then_some("a file of the project")
    }

    fn is_of_project(&self, path: &Path) -> bool {
        let Some(project) = &self.discovered.project else { return false };
        if BESIDE.iter().any(|name| is_same(path, &project.root.join(name))) {
            return true;
        }
        let is_it = |role: Role, found: &Found| {
            let own = project.root.join(found.path());
            // A page of documentation may be one that was written here before.
            own.file_name() == path.file_name() && is_same(path, &own) && (role != Role::Docs || has_blocks(path))
        };
        self.loaded.listing(&project.root).files.iter().any(|(role, found)| is_it(*role, found))
    }
}

/// Whether a page has docs blocks.
fn has_blocks(path: &Path) -> bool {
    std::fs::read_to_string(path).map_or(true, |text| text.contains("{%"))
}
