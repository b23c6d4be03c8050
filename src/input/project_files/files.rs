//! The files of all projects, by what dbt reads them for.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::project_file::DbtProject;
use super::search::{Found, Search, UnreadFolder};
use crate::discover::PROJECT_FILE;
use crate::files::{FileRef, Files};

/// What a file is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Macro,
    GenericTest,
    Model,
    Snapshot,
    Analysis,
    SingularTest,
    Seed,
    Docs,
    Function,
    Properties,
}

/// One file that is there.
#[derive(Debug, Clone)]
pub struct Read {
    pub project: usize,
    pub role: Role,
    pub found: Found,
    /// `None` for a seed: its rows say nothing of governance.
    pub file: Option<FileRef>,
}

impl Read {
    /// The file's text, where it is any.
    pub fn text(&self) -> Option<&str> {
        Some(self.file.as_ref()?.text().ok()?.source.text())
    }
}

/// Finds every file and reads it, on all threads. Gives back, too, the folders of each project that cannot be listed.
pub fn read(
    projects: &[DbtProject],
    files: &Files,
    shown: &(dyn Fn(usize, &str) -> String + Sync),
) -> (Vec<Read>, Vec<(usize, UnreadFolder)>) {
    let (found, unread): (Vec<_>, Vec<Vec<UnreadFolder>>) = projects.par_iter().map(find).unzip();
    let listed = found.into_par_iter().enumerate();
    let listed: Vec<(usize, Role, Found)> = listed
        .flat_map_iter(|(index, found)| found.into_iter().map(move |(role, found)| (index, role, found)))
        .collect();
    let read = |(project, role, found): (usize, Role, Found)| {
        let path = found.path();
        let file = match role {
            Role::Seed => None,
            // Gone since it was found, or outside the project.
            // Below the folder that is searched, which may lie beside the project.
            _ => Some(files.get(
                &projects[project].root.join(&found.searched),
                &found.relative,
                &shown(project, &path),
            )?),
        };
        Some(Read { project, role, found, file })
    };
    let unread = unread.into_iter().enumerate();
    let unread = unread.flat_map(|(index, folders)| folders.into_iter().map(move |folder| (index, folder)));
    (listed.into_par_iter().filter_map(read).collect(), unread.collect())
}

/// Finds the files of one project, and the folders in which there may be more.
pub fn find(project: &DbtProject) -> (Vec<(Role, Found)>, Vec<UnreadFolder>) {
    let paths = &project.paths;
    let mut search = Search::new(&project.root);
    let mut all = Vec::new();
    let mut add = |role: Role, paths: &[String], extensions: &[&str]| {
        all.extend(search.find(paths, extensions).into_iter().map(|found| (role, found)));
    };
    add(Role::Macro, &paths.macros, &[".sql"]);
    add(Role::GenericTest, &paths.generic_tests(), &[".sql"]);
    add(Role::Model, &paths.models, &[".sql", ".py"]);
    add(Role::Snapshot, &paths.snapshots, &[".sql"]);
    add(Role::Analysis, &paths.analyses, &[".sql"]);
    add(Role::SingularTest, &paths.tests, &[".sql"]);
    add(Role::Seed, &paths.seeds, &[".csv"]);
    add(Role::Docs, &paths.docs, &[".md"]);
    add(Role::Function, &paths.functions, &[".sql", ".py", ".js"]);
    add(Role::Properties, &paths.all(), &[".yml", ".yaml"]);
    let is_apart = |(role, found): &(Role, Found)| {
        *role == Role::SingularTest && matches!(found.relative.split('/').next(), Some("generic" | "fixtures"))
    };
    all.retain(|entry| !is_apart(entry));
    (all, search.unread())
}

/// The folders of installed packages: those with a `dbt_project.yml` in the install path, by name. What cannot be looked
/// into is noted.
pub fn package_folders(root: &Path, install_path: &str, unread: &mut Vec<UnreadFolder>) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root.join(install_path)).map(|entries| entries.flatten().collect::<Vec<_>>());
    let entries = entries.unwrap_or_else(|error| {
        unread.extend(UnreadFolder::new(install_path, &error));
        Vec::new()
    });
    let names = entries.iter().map(|entry| entry.file_name());
    let paths = names.map(|name| format!("{}/{}", install_path.trim_end_matches('/'), name.to_string_lossy()));
    let mut folders: Vec<PathBuf> = paths.filter_map(|path| package_folder(root, &path, unread)).collect();
    folders.sort();
    folders
}

/// The folder of a package by its path; `None` where it has no `dbt_project.yml`, or that cannot be told, which is noted.
pub fn package_folder(root: &Path, path: &str, unread: &mut Vec<UnreadFolder>) -> Option<PathBuf> {
    let folder = root.join(path);
    match std::fs::metadata(folder.join(PROJECT_FILE)) {
        Ok(file) => file.is_file().then_some(folder),
        Err(error) => {
            unread.extend(UnreadFolder::new(path, &error));
            None
        }
    }
}
