//! The files of all projects, by what dbt reads them for.

use std::path::PathBuf;

use rayon::prelude::*;

use super::project_file::DbtProject;
use super::search::{Found, Search};
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

/// Finds every file and reads it, on all threads.
pub fn read(projects: &[DbtProject], files: &Files, shown: &(dyn Fn(usize, &str) -> String + Sync)) -> Vec<Read> {
    let listed: Vec<(usize, Role, Found)> = projects
        .par_iter()
        .enumerate()
        .flat_map_iter(|(index, project)| find(project).into_iter().map(move |(role, found)| (index, role, found)))
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
    listed.into_par_iter().filter_map(read).collect()
}

/// Finds the files of one project.
pub fn find(project: &DbtProject) -> Vec<(Role, Found)> {
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
    all
}

/// The folders of installed packages: those with a `dbt_project.yml` in the install path, by name.
pub fn package_folders(root: &std::path::Path, install_path: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(root.join(install_path)) else { return Vec::new() };
    let folders = entries.flatten().map(|entry| entry.path());
    let mut folders: Vec<PathBuf> = folders.filter(|folder| folder.join("dbt_project.yml").is_file()).collect();
    folders.sort();
    folders
}
