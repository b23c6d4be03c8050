//! The root project's files: which there are, and how to get at one.

use std::path::Path;

use crate::discover::PROJECT_FILE;
use crate::files::{FileRef, Files};
use crate::input::project_files::{Found, Listing, Role};
use crate::paths;
use crate::text::SourceFile;
use crate::text::yaml::{Node, Yaml};

/// YAML files beside `dbt_project.yml` that dbt reads.
const BESIDE: [&str; 6] =
    [PROJECT_FILE, "packages.yml", "dependencies.yml", "profiles.yml", "selectors.yml", "vars.yml"];

/// The project's files, not yet read.
#[derive(Debug)]
pub(super) struct Tree<'f> {
    pub root: &'f Path,
    files: &'f Files,
    listing: &'f Listing,
}

/// A YAML file of the project.
#[derive(Debug)]
pub(super) struct YamlFile {
    pub path: String,
    /// Whether it describes resources; the others stand beside `dbt_project.yml`.
    pub is_properties: bool,
    file: FileRef,
}

impl YamlFile {
    /// Text and tree; `None` where the file cannot be read, which is a finding of its own.
    pub fn parsed(&self) -> Option<(&SourceFile, &Yaml)> {
        let file = self.file.text().ok()?;
        Some((&file.source, file.tree().ok()?))
    }
}

impl<'f> Tree<'f> {
    pub fn new(root: &'f Path, files: &'f Files, listing: &'f Listing) -> Self {
        Self { root, files, listing }
    }

    /// Folders in which resources lie.
    pub fn paths(&self) -> &[String] {
        &self.listing.paths
    }

    /// Files that dbt reads for that.
    pub fn of_role(&self, role: Role) -> impl Iterator<Item = &Found> {
        self.listing.files.iter().filter(move |(found, _)| *found == role).map(|(_, file)| file)
    }

    /// Paths of all files with code: models, tests, macros and so on.
    pub fn code_paths(&self) -> Vec<String> {
        let is_code = |role: Role| !matches!(role, Role::Seed | Role::Docs | Role::Properties);
        let found = self.listing.files.iter().filter(|(role, _)| is_code(*role));
        let mut paths: Vec<String> = found.map(|(_, file)| file.path()).collect();
        // A file may lie below two of the folders.
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// A file of the project; `None` where there is none.
    pub fn file(&self, path: &str) -> Option<FileRef> {
        self.files.get(self.root, path, &paths::shown(&self.root.join(path)))
    }

    /// Whether a YAML file of the project can be read, or is not there.
    pub fn is_readable(&self, path: &str) -> bool {
        self.file(path).is_none_or(|file| file.text().is_ok_and(|file| file.tree().is_ok()))
    }

    /// Every YAML file, in order of path.
    pub fn yaml(&self) -> Vec<YamlFile> {
        let beside = BESIDE.iter().map(|path| ((*path).to_owned(), false));
        let mut all: Vec<(String, bool)> = beside.collect();
        all.extend(self.of_role(Role::Properties).map(|file| (file.path(), true)));
        all.sort();
        all.dedup_by(|a, b| a.0 == b.0);
        let read = |(path, is_properties): (String, bool)| {
            let file = self.file(&path)?;
            Some(YamlFile { path, is_properties, file })
        };
        all.into_iter().filter_map(read).collect()
    }

    /// Does something with what a YAML file says, if it is there and readable.
    pub fn with_document<T>(&self, path: &str, look: impl FnOnce(&Node) -> T) -> Option<T> {
        let file = self.file(path)?;
        let (yaml, _) = file.text().ok()?.yaml().ok()?;
        yaml.documents.first().map(look)
    }
}
