//! Which projects the arguments name, and which of their files.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use crate::discover::{self, Discovered, PROJECT_FILE};
use crate::input::project_files::list;
use crate::paths::shown;

/// A project or manifest to lint.
#[derive(Debug)]
pub struct Target {
    pub discovered: Discovered,
    /// What of it was given; `None` where it was named as a whole.
    pub given: Option<Given>,
}

/// Parts of a project that were given.
#[derive(Debug, Default)]
pub struct Given {
    /// Relative to the project.
    pub files: Vec<String>,
    pub folders: Vec<Folder>,
}

/// A folder within a project.
#[derive(Debug)]
pub struct Folder {
    /// Relative to the project.
    pub path: String,
    /// As people can open it.
    pub shown: String,
}

impl Target {
    /// The files that were given, and those in the folders that dbt reads, relative to the project.
    pub fn given_paths(&self) -> Option<Vec<String>> {
        let given = self.given.as_ref()?;
        let mut paths = given.files.clone();
        let root = self.discovered.project.as_ref().map(|project| &project.root);
        if let Some(root) = root.filter(|_| !given.folders.is_empty()) {
            let is_in = |path: &str| {
                let below = |folder: &Folder| path.strip_prefix(&folder.path).is_some_and(|rest| rest.starts_with('/'));
                given.folders.iter().any(below)
            };
            let listing = list(root);
            paths.extend(listing.files.iter().map(|(_, found)| found.path()).filter(|path| is_in(path)));
            let is_meant = |path: &String| is_in(path) || given.folders.iter().any(|folder| folder.path == *path);
            paths.extend(listing.unread.into_iter().map(|folder| folder.path).filter(is_meant));
        }
        Some(paths)
    }
}

/// What the arguments come to.
#[derive(Debug)]
pub struct Targets {
    /// In the order in which they are first named.
    pub projects: Vec<Target>,
    /// Files that lie in no project.
    pub stray: Vec<PathBuf>,
}

/// Arguments that do not go together.
#[derive(Debug, Error, Diagnostic)]
pub enum TargetError {
    #[error("{} is {}, and other paths are given", shown(path), what)]
    #[diagnostic(help("give one project, or one manifest, or any number of files and folders within dbt projects"))]
    Mixed { path: PathBuf, what: &'static str },

    #[error("{} is in no dbt project", shown(path))]
    #[diagnostic(help(
        "there is no {PROJECT_FILE} in the folders above it; --allow-empty passes over such files, as a hook for a whole \
         repository has to"
    ))]
    Stray { path: PathBuf },

    #[error("files of several projects are given, and {option}")]
    #[diagnostic(help("{option} is about one project: run dbt-steward once for each"))]
    SeveralProjects { option: &'static str },

    #[error("--downstream is given without a state before the change")]
    #[diagnostic(help("say what has changed with --since REV or --staged"))]
    Downstream,

    #[error("files are given, and {option}")]
    #[diagnostic(help("both say what has changed: give the project's folder with {option}, or the files alone"))]
    FilesAnd { option: &'static str },
}

/// What dbt reads; anything else that is named alone is a manifest.
const EXTENSIONS: [&str; 7] = ["sql", "py", "js", "yml", "yaml", "md", "csv"];

/// Finds what the arguments name: a project's folder, a manifest, or files and folders within projects.
///
/// # Errors
/// When something is not there, or the arguments do not go together.
pub fn find(paths: &[PathBuf], manifest: Option<&Path>, allow_empty: bool) -> miette::Result<Targets> {
    let target_path = std::env::var_os("DBT_TARGET_PATH");
    match paths {
        [path] if is_whole(path) => {
            let discovered = discover::discover(path, manifest, target_path)?;
            Ok(Targets { projects: vec![Target { discovered, given: None }], stray: Vec::new() })
        }
        _ => of_files(paths, manifest, allow_empty, target_path.as_ref()),
    }
}

/// Whether a single argument stands for a project or a manifest as a whole. The current folder does, wherever in the
/// project it is: it is where the project is looked for without any argument.
fn is_whole(path: &Path) -> bool {
    if path.is_dir() {
        return is_current(path) || !is_within_project(path);
    }
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    !extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}

fn is_current(folder: &Path) -> bool {
    let current = std::env::current_dir().and_then(|current| current.canonicalize());
    folder.canonicalize().is_ok_and(|folder| current.is_ok_and(|current| folder == current))
}

/// Whether a folder is not a project's own, but one below it.
fn is_within_project(folder: &Path) -> bool {
    !folder.join(PROJECT_FILE).exists() && place(folder).is_some()
}

fn of_files(
    paths: &[PathBuf],
    manifest: Option<&Path>,
    allow_empty: bool,
    target_path: Option<&OsString>,
) -> miette::Result<Targets> {
    let mut targets = Targets { projects: Vec::new(), stray: Vec::new() };
    let mut roots: Vec<PathBuf> = Vec::new();
    for path in paths {
        check(path)?;
        let Some((shown_root, root, relative)) = place(path) else {
            targets.stray.push(path.clone());
            continue;
        };
        let index = match roots.iter().position(|known| *known == root) {
            Some(index) => index,
            None => {
                let discovered = discover::discover(&shown_root, manifest, target_path.cloned())?;
                roots.push(root);
                targets.projects.push(Target { discovered, given: Some(Given::default()) });
                roots.len() - 1
            }
        };
        let given = targets.projects[index].given.get_or_insert_default();
        match path.is_dir() {
            true => given.folders.push(Folder { path: relative, shown: shown(path) }),
            false => given.files.push(relative),
        }
    }
    if manifest.is_some() && targets.projects.len() > 1 {
        return Err(TargetError::SeveralProjects { option: "--manifest" }.into());
    }
    match targets.stray.first() {
        Some(path) if targets.projects.is_empty() && !allow_empty => {
            Err(TargetError::Stray { path: path.clone() }.into())
        }
        _ => Ok(targets),
    }
}

fn check(path: &Path) -> miette::Result<()> {
    let mixed = |what| TargetError::Mixed { path: path.to_owned(), what };
    match std::fs::metadata(path) {
        Err(source) => Err(discover::missing(path, source).into()),
        Ok(metadata) if metadata.is_dir() && is_within_project(path) => Ok(()),
        Ok(metadata) if metadata.is_dir() && path.join(PROJECT_FILE).exists() => Err(mixed("a project").into()),
        Ok(metadata) if metadata.is_dir() => Err(mixed("a folder in no project").into()),
        Ok(_) if path.extension().is_some_and(|extension| extension == "json") => Err(mixed("a manifest").into()),
        Ok(_) => Ok(()),
    }
}

/// The project around a file or folder: its folder as it can be shown and without symbolic links, and the path relative
/// to it.
fn place(path: &Path) -> Option<(PathBuf, PathBuf, String)> {
    let is_folder = path.is_dir();
    let folder = if is_folder { path } else { path.parent()? };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let root = discover::upwards(folder, |folder| folder.join(PROJECT_FILE).is_file())?;
    let (absolute, inside) = (root.canonicalize().ok()?, folder.canonicalize().ok()?);
    let mut below = inside.strip_prefix(&absolute).ok()?.to_owned();
    if !is_folder {
        below.push(path.file_name()?);
    }
    let parts = below.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    let relative = parts.collect::<Vec<_>>().join("/");
    Some((root, absolute, relative))
}
