//! Finds what to read: `dbt_project.yml`, the manifest, the config.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use serde::Deserialize;
use thiserror::Error;

/// The file that makes a folder a dbt project.
pub const PROJECT_FILE: &str = "dbt_project.yml";
/// The config's names, in order of preference.
pub const CONFIG_FILES: [&str; 2] = ["dbt-steward.yml", "dbt-steward.yaml"];

/// What was found.
#[derive(Debug, Clone)]
pub struct Discovered {
    pub manifest: PathBuf,
    /// The project's own files, if they are there.
    pub project: Option<ProjectFiles>,
}

/// A dbt project on disk.
#[derive(Debug, Clone)]
pub struct ProjectFiles {
    /// The folder with `dbt_project.yml`, in the form it was reached: relative if the argument was.
    pub root: PathBuf,
    /// The text of `dbt_project.yml` that is of interest.
    pub settings: ProjectSettings,
}

/// The keys of `dbt_project.yml` that matter before anything is read. Everything else is skipped.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct ProjectSettings {
    pub name: Option<String>,
    pub target_path: Option<String>,
    pub packages_install_path: Option<String>,
    pub model_paths: Option<Vec<String>>,
}

/// Why nothing can be linted. Every variant ends the run with exit code 2.
#[derive(Debug, Error, Diagnostic)]
pub enum DiscoverError {
    #[error("{}: no such file or folder", path.display())]
    #[diagnostic(help("give the folder of a dbt project, or a manifest.json"))]
    Missing { path: PathBuf },

    #[error("no {PROJECT_FILE} in {} or any folder above it", path.display())]
    #[diagnostic(help("run dbt-steward in a dbt project, or give its folder or a manifest.json as argument"))]
    NoProject { path: PathBuf },

    #[error("{}: cannot be read: {source}", path.display())]
    #[diagnostic(help("check the permissions of the file and of the folders above it"))]
    Unreadable { path: PathBuf, source: std::io::Error },

    #[error("{}: {message}", path.display())]
    #[diagnostic(help("correct the file; `dbt parse` refuses it, too"))]
    BadProjectFile { path: PathBuf, message: String },

    #[error("{}: the project has no `name`", path.display())]
    #[diagnostic(help("add `name: your_project`; dbt demands it, too"))]
    NoName { path: PathBuf },

    #[error("no manifest at {}", path.display())]
    #[diagnostic(help("run `dbt parse` in the project (no warehouse needed), or pass one with --manifest FILE"))]
    NoManifest { path: PathBuf },
}

/// Finds project and manifest.
///
/// `argument` is a folder in or below which a project lies upwards, or a manifest of any name. `manifest` overrides where
/// the project's manifest is looked for, `target` is the value of `DBT_TARGET_PATH`.
///
/// # Errors
/// When there is no project or no manifest, or `dbt_project.yml` cannot be used.
pub fn discover(
    argument: &Path,
    manifest: Option<&Path>,
    target: Option<OsString>,
) -> Result<Discovered, DiscoverError> {
    let metadata = std::fs::metadata(argument).map_err(|source| missing(argument, source))?;
    if metadata.is_file() && !is_project_file(argument) {
        return Ok(bare(argument));
    }
    let start = if metadata.is_file() { argument.parent().unwrap_or(Path::new("")) } else { argument };
    let Some(root) = upwards(start, |folder| folder.join(PROJECT_FILE).is_file()) else {
        return match manifest {
            Some(manifest) => Ok(bare(manifest)),
            None => Err(DiscoverError::NoProject { path: argument.to_owned() }),
        };
    };
    let settings = read_settings(&root.join(PROJECT_FILE))?;
    let manifest = match manifest {
        Some(path) => path.to_owned(),
        None => root.join(target_folder(target, &settings)).join("manifest.json"),
    };
    if !manifest.exists() {
        return Err(DiscoverError::NoManifest { path: manifest });
    }
    Ok(Discovered { manifest, project: Some(ProjectFiles { root, settings }) })
}

/// A manifest alone. If it lies inside a project's folders, that project's files are at hand after all; whether it is
/// that project's manifest shows once its name is known.
fn bare(manifest: &Path) -> Discovered {
    let folder = manifest.parent().unwrap_or(Path::new(""));
    let root = upwards(folder, |folder| folder.join(PROJECT_FILE).is_file());
    let project = root.and_then(|root| {
        let settings = read_settings(&root.join(PROJECT_FILE)).ok()?;
        Some(ProjectFiles { root, settings })
    });
    Discovered { manifest: manifest.to_owned(), project }
}

fn is_project_file(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == PROJECT_FILE)
}

fn missing(path: &Path, source: std::io::Error) -> DiscoverError {
    match source.kind() {
        std::io::ErrorKind::NotFound => DiscoverError::Missing { path: path.to_owned() },
        _ => DiscoverError::Unreadable { path: path.to_owned(), source },
    }
}

/// dbt's order: `DBT_TARGET_PATH`, then `target-path`, then `target`.
fn target_folder(variable: Option<OsString>, settings: &ProjectSettings) -> PathBuf {
    let variable = variable.filter(|value| !value.is_empty()).map(PathBuf::from);
    variable.or_else(|| settings.target_path.as_ref().map(PathBuf::from)).unwrap_or_else(|| PathBuf::from("target"))
}

/// Reads `dbt_project.yml`.
fn read_settings(path: &Path) -> Result<ProjectSettings, DiscoverError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| DiscoverError::Unreadable { path: path.to_owned(), source })?;
    let settings: Option<ProjectSettings> = serde_yaml::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| DiscoverError::BadProjectFile { path: path.to_owned(), message: error.to_string() })?;
    let settings = settings.unwrap_or_default();
    if settings.name.is_none() {
        return Err(DiscoverError::NoName { path: path.to_owned() });
    }
    Ok(settings)
}

/// The config beside `dbt_project.yml` or in a folder above, up to the repository's root (the folder with `.git`).
pub fn find_config(project_root: &Path) -> Option<PathBuf> {
    let mut found = None;
    upwards(project_root, |folder| {
        found = CONFIG_FILES.iter().map(|name| folder.join(name)).find(|path| path.is_file());
        found.is_some() || folder.join(".git").exists()
    });
    found
}

/// The nearest folder, from `start` upwards, that fits. Relative folders stay relative (`..`, `../..`) as long as they
/// can, so that what is printed is what people can open.
pub fn upwards(start: &Path, mut fits: impl FnMut(&Path) -> bool) -> Option<PathBuf> {
    let absolute = std::path::absolute(start).ok()?;
    let mut shown = if start.as_os_str().is_empty() { PathBuf::from(".") } else { start.to_owned() };
    for folder in absolute.ancestors() {
        if fits(&shown) {
            return Some(shown);
        }
        shown = match shown.parent() {
            Some(parent) if !parent.as_os_str().is_empty() && !shown.ends_with("..") => parent.to_owned(),
            _ if shown.is_absolute() => folder.parent()?.to_owned(),
            Some(_) if !shown.ends_with("..") && shown != Path::new(".") => PathBuf::from("."),
            _ if shown == Path::new(".") => PathBuf::from(".."),
            _ => shown.join(".."),
        };
    }
    None
}
