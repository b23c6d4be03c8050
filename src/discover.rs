//! Finds what to read: `dbt_project.yml`, the manifest, the config.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::{Diagnostic, SourceSpan};
use serde::Deserialize;
use thiserror::Error;

use crate::paths::shown;
use crate::text::yaml::{Node, Resolved};
use crate::text::{SourceFile, Span, TextError, jinja, yaml};

/// The file that makes a folder a dbt project.
pub const PROJECT_FILE: &str = "dbt_project.yml";
/// The config's names, in order of preference.
pub const CONFIG_FILES: [&str; 2] = ["dbt-steward.yml", "dbt-steward.yaml"];

/// What was found.
#[derive(Debug, Clone)]
pub struct Discovered {
    /// The manifest: given by name, or where dbt puts it.
    pub manifest: PathBuf,
    /// Whether it is there; only one that was not asked for may be missing.
    pub has_manifest: bool,
    /// Whether it was asked for by name.
    pub is_given: bool,
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
    #[error("{}: no such file or folder", shown(path))]
    #[diagnostic(help("give the folder of a dbt project, or a manifest.json"))]
    Missing { path: PathBuf },

    #[error("{}: this symbolic link leads nowhere, or in a circle", shown(path))]
    #[diagnostic(help("give the folder of a dbt project, or a manifest.json"))]
    Link { path: PathBuf },

    #[error("no {PROJECT_FILE} in {} or any folder above it", shown(path))]
    #[diagnostic(help("{}", advice(below)))]
    NoProject { path: PathBuf, below: Vec<PathBuf> },

    #[error("{}: cannot be read", shown(path))]
    #[diagnostic(help("check the permissions of the file and of the folders above it"))]
    Unreadable { path: PathBuf, source: std::io::Error },

    #[error("{}: this is a folder, and should be a file", shown(path))]
    #[diagnostic(help("a dbt project has a file of this name, with its `name:` and its settings"))]
    Folder { path: PathBuf },

    #[error("{text}")]
    #[diagnostic(help("save the file as UTF-8; dbt demands it, too"))]
    NotText { text: TextError },

    #[error("{place}: {message}")]
    BadProjectFile {
        /// File, line and column.
        place: String,
        message: String,
        #[help]
        help: String,
        #[source_code]
        file: Arc<SourceFile>,
        #[label]
        span: SourceSpan,
    },

    #[error("{}: the project has no `name`", shown(path))]
    #[diagnostic(help("add `name: your_project`; dbt demands it, too"))]
    NoName { path: PathBuf },

    #[error("no manifest at {}", shown(path))]
    #[diagnostic(help(
        "run `dbt parse` in the project (no warehouse needed), pass one with --manifest FILE, or read the project's own \
         files with --input project"
    ))]
    NoManifest { path: PathBuf },

    #[error("there is no project to read around {}", shown(path))]
    #[diagnostic(help("give the folder of a dbt project, or leave out --input project"))]
    NoFiles { path: PathBuf },

    #[error("two manifests are given: {} and {}", shown(first), shown(second))]
    #[diagnostic(help("give a folder and --manifest FILE, or the file alone"))]
    TwoManifests { first: PathBuf, second: PathBuf },
}

/// What to do where there is no project. Many start in the root of a repository whose project lies in a subfolder.
fn advice(below: &[PathBuf]) -> String {
    match below {
        [] => "run dbt-steward in a dbt project, or give its folder or a manifest.json as argument".to_owned(),
        [project] => format!("there is one below: give its folder, {}", shown(project)),
        projects => {
            let names: Vec<String> = projects.iter().map(|project| shown(project)).collect();
            format!("there are some below: give the folder of one, {}", names.join(" or "))
        }
    }
}

/// Finds project and manifest.
///
/// `argument` is a folder in or below which a project lies upwards, or a manifest of any name. `manifest` overrides where
/// the project's manifest is looked for, `target` is the value of `DBT_TARGET_PATH`.
///
/// # Errors
/// When there is neither a project nor a manifest, or `dbt_project.yml` cannot be used.
pub fn discover(
    argument: &Path,
    manifest: Option<&Path>,
    target: Option<OsString>,
) -> Result<Discovered, DiscoverError> {
    let metadata = std::fs::metadata(argument).map_err(|source| missing(argument, source))?;
    if !metadata.is_dir() && !is_project_file(argument) {
        return match manifest {
            Some(other) => Err(DiscoverError::TwoManifests { first: argument.to_owned(), second: other.to_owned() }),
            None => Ok(bare(argument)),
        };
    }
    let start = if metadata.is_file() { argument.parent().unwrap_or(Path::new("")) } else { argument };
    // A folder of that name is not passed over: nobody would guess why the project is not found.
    let mut unreadable = None;
    let root = upwards(start, |folder| {
        let file = folder.join(PROJECT_FILE);
        // Where that cannot be told, a project further up is not the one that is meant.
        file.try_exists().unwrap_or_else(|error| {
            unreadable = Some(missing(&file, error));
            true
        })
    });
    if let Some(error) = unreadable {
        return Err(error);
    }
    let Some(root) = root else {
        return match manifest {
            Some(manifest) => existing(manifest).map(bare),
            None => Err(DiscoverError::NoProject { path: argument.to_owned(), below: projects_below(start) }),
        };
    };
    let settings = read_settings(&root.join(PROJECT_FILE))?;
    let is_given = manifest.is_some();
    let (manifest, has_manifest) = match manifest {
        Some(path) => (existing(path)?.to_owned(), true),
        None => {
            let path = root.join(target_folder(target, &settings)).join("manifest.json");
            let is_link = path.is_symlink();
            if is_link {
                existing(&path)?;
            }
            // Whoever may not look into the folder is told so when the manifest is to be read.
            let is_there = is_link || path.try_exists().unwrap_or(true);
            (path, is_there)
        }
    };
    Ok(Discovered { manifest, has_manifest, is_given, project: Some(ProjectFiles { root, settings }) })
}

/// A manifest that was asked for by name.
fn existing(manifest: &Path) -> Result<&Path, DiscoverError> {
    match std::fs::metadata(manifest) {
        Ok(_) => Ok(manifest),
        Err(source) => Err(missing(manifest, source)),
    }
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
    Discovered { manifest: manifest.to_owned(), has_manifest: true, is_given: true, project }
}

fn is_project_file(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == PROJECT_FILE)
}

/// Projects at most two levels below a folder, three of them: a hint, not a search.
fn projects_below(folder: &Path) -> Vec<PathBuf> {
    let folders = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let is_hidden = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with('.');
        let kept = entries.filter(|entry| !is_hidden(entry) && entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let mut paths: Vec<PathBuf> = kept.map(|entry| entry.path()).collect();
        paths.sort();
        paths
    };
    let children = folders(folder);
    let grandchildren = children.iter().flat_map(|child| folders(child));
    let all = children.iter().cloned().chain(grandchildren);
    let projects = all.filter(|folder| folder.join(PROJECT_FILE).is_file()).take(3);
    projects.map(|project| project.strip_prefix(".").map_or(project.clone(), Path::to_owned)).collect()
}

/// Why a path that was asked for cannot be used.
pub fn missing(path: &Path, source: std::io::Error) -> DiscoverError {
    match source.kind() {
        _ if path.is_symlink() && source.kind() != std::io::ErrorKind::PermissionDenied => {
            DiscoverError::Link { path: path.to_owned() }
        }
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
    if path.is_dir() {
        return Err(DiscoverError::Folder { path: path.to_owned() });
    }
    let bytes =
        crate::files::read(path).map_err(|source| DiscoverError::Unreadable { path: path.to_owned(), source })?;
    let file = SourceFile::from_bytes(shown(path), bytes).map_err(|text| DiscoverError::NotText { text })?;
    let file = Arc::new(file);
    let tree =
        yaml::parse(file.text()).map_err(|error| bad_project_file(&file, error.span, error.message, error.help))?;
    let document = tree.documents.first().filter(|document| !document.is_null());
    let settings = document.map(yaml::from_node::<ProjectSettings>).transpose();
    let settings = settings.map_err(|error| bad_project_file(&file, error.span, error.message, error.help))?;
    let settings = settings.unwrap_or_default().rendered();
    if settings.name.as_ref().is_none_or(String::is_empty) {
        return Err(DiscoverError::NoName { path: path.to_owned() });
    }
    match document.and_then(|document| mistake(document, &settings)) {
        Some((span, message)) => Err(bad_project_file(&file, span, message, None)),
        None => Ok(settings),
    }
}

/// What dbt refuses of values that have no type of their own here, and where.
fn mistake(document: &Node, settings: &ProjectSettings) -> Option<(Span, String)> {
    let is_text = |node: &Node| matches!(node.resolve(), Some(Resolved::Str(_) | Resolved::Timestamp(_)));
    if let (Some(node), Some(name)) = (document.get("name"), &settings.name) {
        if !is_text(node) {
            return Some((node.span, format!("`name` should be text, and YAML does not take `{name}` for it")));
        }
        if !is_project_name(name) && !name.contains("{{") {
            let rule = "a project's name has letters, digits and underscores, and no digit in front";
            return Some((node.span, format!("`{}` is no name: {rule}", name.escape_debug())));
        }
    }
    let vars = document.get("vars").filter(|vars| !vars.is_null() && vars.as_mapping().is_none())?;
    Some((vars.span, "`vars` should be a mapping of names to values".to_owned()))
}

/// `^[^\d\W]\w*$`, as Python reads it: a line break at the end is let through.
fn is_project_name(name: &str) -> bool {
    let name = name.strip_suffix('\n').unwrap_or(name);
    let is_of_word = |character: char| character.is_alphanumeric() || character == '_';
    !name.starts_with(|first: char| first.is_ascii_digit()) && !name.is_empty() && name.chars().all(is_of_word)
}

fn bad_project_file(file: &Arc<SourceFile>, span: Span, message: String, help: Option<String>) -> DiscoverError {
    let at = file.position(span.start);
    DiscoverError::BadProjectFile {
        place: format!("{}:{}:{}", file.path(), at.line, at.column),
        message,
        help: help.unwrap_or_else(|| "correct the file; dbt refuses it, too".to_owned()),
        file: file.clone(),
        span: span.range().into(),
    }
}

impl ProjectSettings {
    /// dbt renders `dbt_project.yml`; what people write there is `env_var()`, now and then.
    fn rendered(self) -> Self {
        let render = |value: Option<String>| value.map(|text| rendered(&text).unwrap_or(text));
        Self {
            name: render(self.name),
            target_path: render(self.target_path),
            packages_install_path: render(self.packages_install_path),
            model_paths: self.model_paths,
        }
    }
}

/// A value with its calls of `env_var` replaced; `None` where there is more than that to it.
fn rendered(text: &str) -> Option<String> {
    if !text.contains("{{") {
        return None;
    }
    let calls = jinja::calls(text).ok()?;
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, expression)) = rest.split_once("{{") {
        let (expression, after) = expression.split_once("}}")?;
        let call = calls.iter().find(|call| text.get(call.span.range()) == Some(expression.trim()))?;
        let (name, default) = call.as_env_var()?;
        let default = default.and_then(|argument| argument.as_text().map(str::to_owned));
        result = result + before + &std::env::var(name).ok().or(default)?;
        rest = after;
    }
    Some(result + rest)
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
