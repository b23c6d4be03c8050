//! What every template of a project can see.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::context::Remembered;
use super::environment::{Environment, Target, Vars};
use super::problem::Problem;
use super::project_file::DbtProject;
use super::search::UnreadFolder;
use crate::template::Macro;

/// The project with its packages, and the world around it.
#[derive(Debug)]
pub struct World {
    /// The root project first, then the packages by name.
    pub projects: Vec<DbtProject>,
    pub environment: Environment,
    pub target: Target,
    /// The variables of each project.
    pub vars: Vec<Vars>,
    pub macros: Macros,
    /// What macros gave that give the same to every node.
    pub remembered: Remembered,
    /// Packages that are asked for and not installed.
    pub missing: BTreeSet<String>,
    /// Whether a file that asks for packages cannot be read.
    pub may_miss_others: bool,
    /// Folders that are there and cannot be listed, each relative to its project.
    pub unread: Vec<(usize, UnreadFolder)>,
    /// What is wrong with files beside `dbt_project.yml`.
    pub problems: Vec<Problem>,
}

/// A macro of the project or of a package.
#[derive(Debug, Clone)]
pub struct MacroEntry {
    pub unique_id: String,
    pub package: usize,
    pub code: Arc<Macro>,
}

impl MacroEntry {
    /// The name that the unique id ends in.
    pub fn name(&self) -> &str {
        self.unique_id.rsplit_once('.').map_or("", |(_, name)| name)
    }
}

/// Macros by package and name.
#[derive(Debug, Default)]
pub struct Macros {
    by_package: Vec<HashMap<String, MacroEntry>>,
    /// What each macro calls, by unique ids.
    calls: HashMap<String, Vec<String>>,
}

impl Macros {
    pub fn new(packages: usize) -> Self {
        Self { by_package: vec![HashMap::new(); packages], calls: HashMap::new() }
    }

    /// Adds a macro; dbt refuses a second of one name, and so the first is kept.
    pub fn add(&mut self, name: &str, entry: MacroEntry) -> bool {
        let package = &mut self.by_package[entry.package];
        if package.contains_key(name) {
            return false;
        }
        package.insert(name.to_owned(), entry);
        true
    }

    /// A macro of one package.
    pub fn of(&self, package: usize, name: &str) -> Option<&MacroEntry> {
        self.by_package.get(package)?.get(name)
    }

    /// What a bare name means in a file of a package: its own macro, or the root project's.
    pub fn visible(&self, package: usize, name: &str) -> Option<&MacroEntry> {
        self.of(package, name).or_else(|| self.of(0, name))
    }

    /// What dbt takes a name for that it resolves without running anything: a macro of the package, of the root project,
    /// or of any package. Of several packages the one counts that the file system lists last, so that all are given.
    pub fn resolve(&self, package: usize, name: &str) -> Vec<&MacroEntry> {
        match self.visible(package, name) {
            Some(entry) => vec![entry],
            None => self.by_package.iter().filter_map(|macros| macros.get(name)).collect(),
        }
    }

    /// Notes what a macro calls.
    pub fn set_calls(&mut self, unique_id: &str, calls: Vec<String>) {
        self.calls.insert(unique_id.to_owned(), calls);
    }

    /// Unique ids of the macros that a macro calls, as they were noted.
    pub fn calls_of(&self, unique_id: &str) -> &[String] {
        self.calls.get(unique_id).map_or(&[], Vec::as_slice)
    }

    /// The macros that a macro calls.
    pub fn called_by(&self, unique_id: &str) -> impl Iterator<Item = &MacroEntry> {
        self.calls_of(unique_id).iter().filter_map(|id| {
            let (_, name) = id.rsplit_once('.')?;
            self.by_package.iter().filter_map(|macros| macros.get(name)).find(|entry| entry.unique_id == *id)
        })
    }
}

impl World {
    /// The name of the root project.
    pub fn root(&self) -> &str {
        &self.projects[0].name
    }

    pub fn package(&self, index: usize) -> &str {
        &self.projects[index].name
    }

    pub fn package_index(&self, name: &str) -> Option<usize> {
        self.projects.iter().position(|project| project.name == name)
    }

    /// The first folder that cannot be listed of a project or, for the root project, of any: its packages may read it, too.
    pub fn unread_folder(&self, project: usize) -> Option<&str> {
        let mut fitting = self.unread.iter().filter(|(index, _)| project == 0 || *index == project);
        fitting.next().map(|(_, folder)| folder.path.as_str())
    }

    /// The first folder with macros of a project that cannot be listed.
    pub fn unread_macros(&self, project: usize) -> Option<&str> {
        let paths = &self.projects.get(project)?.paths.macros;
        let has_macros = |folder: &UnreadFolder| {
            let is_around = |path: &String| {
                let path = path.trim_end_matches('/');
                folder.path == path || folder.contains(path) || folder.path.starts_with(&format!("{path}/"))
            };
            paths.iter().any(is_around)
        };
        let mut own = self.unread.iter().filter(|(index, _)| *index == project).map(|(_, folder)| folder);
        own.find(|folder| has_macros(folder)).map(|folder| folder.path.as_str())
    }

    /// Whether a generic test's arguments may stand under `arguments:`; dbt 1.12 takes it for granted.
    pub fn nests_arguments(&self) -> bool {
        self.projects[0].flag("require_generic_test_arguments_property").unwrap_or(true)
    }
}
