//! CODEOWNERS, as GitHub and GitLab read it: the last line whose pattern fits a file says who owns it.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use miette::Diagnostic;
use thiserror::Error;

use crate::discover;
use crate::files;
use crate::paths::shown;
use crate::project::FileOwners;
use crate::text::{SourceFile, TextError};

/// Where hosts look for the file below the repository's root, in their order.
pub const PLACES: [&str; 4] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// A CODEOWNERS that is there and does not say who owns what: to take it for none would leave all without an owner.
#[derive(Debug, Error, Diagnostic)]
pub enum CodeownersError {
    #[error("{}: cannot be read", shown(path))]
    #[diagnostic(help("let the user who runs dbt-steward read the file and the folders above it"))]
    Unreadable { path: PathBuf, source: std::io::Error },

    #[error("{text}")]
    NotText { text: TextError },
}

/// A repository's CODEOWNERS.
#[derive(Debug)]
pub struct Codeowners {
    matcher: Gitignore,
    /// Line and owners of each pattern; where one pattern stands twice, the later line's.
    owners: HashMap<String, (usize, Vec<String>)>,
    /// The project's folder relative to the repository's, with a `/` at the end, or empty.
    prefix: String,
}

impl Codeowners {
    /// Finds and reads the file for a project: in the project's folder or above it, up to the repository's root.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn find(project_root: &Path) -> Result<Option<Self>, CodeownersError> {
        let mut found: Option<(PathBuf, PathBuf)> = None;
        discover::upwards(project_root, |folder| {
            let file = PLACES.iter().map(|place| folder.join(place)).find(|file| is_there(file));
            found = file.map(|file| (folder.to_owned(), file));
            found.is_some() || folder.join(".git").exists()
        });
        let Some((root, path)) = found else { return Ok(None) };
        let bytes = files::read(&path).map_err(|source| CodeownersError::Unreadable { path: path.clone(), source })?;
        let file = SourceFile::from_bytes(shown(&path), bytes).map_err(|text| CodeownersError::NotText { text })?;
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let (root, project) = (absolute(&root), absolute(project_root));
        let below = project.strip_prefix(normal(&root)).map(Path::to_path_buf).unwrap_or_default();
        Ok(Some(Self::parse(file.text(), &below.to_string_lossy().replace('\\', "/"))))
    }

    /// Reads the file's text. `project` is the project's folder relative to the repository's root.
    pub fn parse(text: &str, project: &str) -> Self {
        let mut builder = GitignoreBuilder::new("");
        let mut owners = HashMap::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.split(" #").next().unwrap_or_default().trim();
            // GitLab's section headings are no patterns.
            if line.is_empty() || line.starts_with(['#', '[', '^']) {
                continue;
            }
            let mut words = line.split_whitespace();
            let pattern = words.next().unwrap_or_default();
            // A pattern that cannot be compiled owns nothing, as on the hosts.
            if builder.add_line(None, pattern).is_ok() {
                owners.insert(pattern.to_owned(), (number, words.map(str::to_owned).collect()));
            }
        }
        let prefix = if project.is_empty() { String::new() } else { format!("{}/", project.trim_end_matches('/')) };
        Self { matcher: builder.build().unwrap_or_else(|_| Gitignore::empty()), owners, prefix }
    }
}

/// Whether there is such a file, or something that may be one: nobody may look into a closed folder.
fn is_there(path: &Path) -> bool {
    match std::fs::metadata(path) {
        Ok(file) => !file.is_dir(),
        Err(error) => !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    }
}

/// Without `.` and `..`, so that one path can be cut off another.
fn normal(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                clean.pop();
            }
            std::path::Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}

impl FileOwners for Codeowners {
    fn owners(&self, path: &str) -> Option<String> {
        let full = format!("{}{path}", self.prefix);
        // A line fits a file by its own path or by a folder that it is in; the last line of all counts, wherever it fits.
        let paths = Path::new(&full).ancestors().filter(|path| !path.as_os_str().is_empty());
        let fitting = paths.enumerate().filter_map(|(depth, path)| self.line(path, depth > 0));
        let (_, owners) = fitting.max_by_key(|(number, _)| *number)?;
        (!owners.is_empty()).then(|| owners.join(" "))
    }
}

impl Codeowners {
    /// The last line that fits this very path.
    fn line(&self, path: &Path, is_folder: bool) -> Option<&(usize, Vec<String>)> {
        let pattern = self.matcher.matched(path, is_folder).inner()?.original();
        // `docs/*` owns the files in docs, not those in its folders: here the hosts differ from gitignore.
        if is_folder && pattern.ends_with("/*") {
            return None;
        }
        self.owners.get(pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::Codeowners;
    use crate::project::FileOwners;

    #[test]
    fn the_last_fitting_line_counts() {
        let file = Codeowners::parse(
            "# everything\n* @data\n/transform/models/marts/ @finance @bi  # marts\n*.py @science\n[Section]\n/transform/models/marts/open/\n/transform/macros/* @macros\n",
            "transform",
        );
        for (path, owner) in [
            ("models/staging/stg_orders.sql", Some("@data")),
            ("models/marts/fct_orders.sql", Some("@finance @bi")),
            ("models/marts/forecast.py", Some("@science")),
            ("models/marts/open/x.sql", None),
            ("macros/cents.sql", Some("@macros")),
            ("macros/dates/week.sql", Some("@data")),
        ] {
            assert_eq!(file.owners(path).as_deref(), owner, "{path}");
        }
    }
}
