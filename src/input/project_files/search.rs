//! Which files belong to a project, as dbt looks for them.

use std::collections::HashMap;
use std::fs::DirEntry;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::discover::upwards;
use crate::files::is_inside;

/// A file below one of the project's paths.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The entry of `model-paths` and the like that it was found below.
    pub searched: String,
    /// Relative to that, with `/`.
    pub relative: String,
}

impl Found {
    /// dbt's `original_file_path`: relative to the project, with `/`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.searched.trim_end_matches('/'), self.relative)
    }

    /// The file's name without its extension: what a model is called.
    pub fn stem(&self) -> &str {
        let name = self.relative.rsplit('/').next().unwrap_or(&self.relative);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// Folders between the searched path and the file.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.relative.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev()
    }
}

/// A folder that is there and cannot be listed: what lies in it is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnreadFolder {
    /// Relative to the project, with `/`.
    pub path: String,
    /// The system's words.
    pub reason: String,
}

impl UnreadFolder {
    /// `None` where the folder is not there, which is nothing to tell.
    pub fn new(path: &str, error: &io::Error) -> Option<Self> {
        let is_there = !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory);
        is_there.then(|| Self { path: path.trim_end_matches('/').to_owned(), reason: error.to_string() })
    }

    /// Whether a file or folder of the same project lies in it.
    pub fn contains(&self, path: &str) -> bool {
        path.strip_prefix(&self.path).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Looks for files below one project's root; every folder is walked once, whatever number of file types lie in it.
#[derive(Debug)]
pub struct Search {
    root: PathBuf,
    ignored: Gitignore,
    walked: HashMap<String, Walked>,
}

impl Search {
    pub fn new(root: &Path) -> Self {
        let mut builder = GitignoreBuilder::new(root);
        // A line that is no pattern is passed over; without the file nothing is ignored.
        let file = root.join(".dbtignore");
        if file.is_file() {
            let _ = builder.add(file);
        }
        let ignored = builder.build().unwrap_or_else(|_| Gitignore::empty());
        Self { root: root.to_owned(), ignored, walked: HashMap::new() }
    }

    /// Files below these paths that end like this, sorted by path, twice where two paths lead to one. Names that begin
    /// with `.`, `#` or `~` are left out, as dbt leaves them out, whereas folders of such names are searched.
    pub fn find(&mut self, paths: &[String], extensions: &[&str]) -> Vec<Found> {
        let mut found = Vec::new();
        for searched in paths {
            let Self { root, walked, .. } = self;
            let walked = walked.entry(searched.clone()).or_insert_with(|| {
                if is_within_reach(root, searched) { Walked::new(root, searched) } else { Walked::default() }
            });
            let fits = |relative: &&String| has_extension(relative, extensions);
            let fitting: Vec<String> = walked.files.iter().filter(fits).cloned().collect();
            let all = fitting.into_iter().map(|relative| Found { searched: searched.clone(), relative });
            found.extend(all.filter(|file| !self.is_ignored(&file.path(), false)));
        }
        found.sort();
        found
    }

    /// The folders below all paths searched so far that could not be listed, sorted by path.
    pub fn unread(&self) -> Vec<UnreadFolder> {
        let all = self.walked.values().flat_map(|walked| &walked.unread);
        let mut unread: Vec<UnreadFolder> =
            all.filter(|folder| !self.is_ignored(&folder.path, true)).cloned().collect();
        unread.sort_by(|a, b| a.path.split('/').cmp(b.path.split('/')));
        // One path that is searched may lie below another.
        unread.dedup_by(|inner, outer| inner.path == outer.path || outer.contains(&inner.path));
        unread
    }

    fn is_ignored(&self, path: &str, is_folder: bool) -> bool {
        !self.ignored.is_empty() && self.ignored.matched_path_or_any_parents(path, is_folder).is_ignore()
    }
}

/// Whether a path that the project file names may be searched: it lies in the project, or in the repository that the
/// project is a part of, as in one that several projects share.
pub fn is_within_reach(root: &Path, searched: &str) -> bool {
    if is_inside(Path::new(searched)) {
        return true;
    }
    let (Ok(root), Ok(folder)) = (root.canonicalize(), root.join(searched).canonicalize()) else { return false };
    let repository = upwards(&root, |folder| folder.join(".git").exists());
    repository.is_some_and(|repository| folder.starts_with(repository))
}

fn has_extension(relative: &str, extensions: &[&str]) -> bool {
    let name = relative.rsplit('/').next().unwrap_or(relative).to_lowercase();
    !name.starts_with(['.', '#', '~']) && extensions.iter().any(|extension| name.ends_with(extension))
}

/// What lies below a folder.
#[derive(Debug, Default)]
struct Walked {
    /// Every file, relative to the folder.
    files: Vec<String>,
    /// Relative to the project.
    unread: Vec<UnreadFolder>,
}

impl Walked {
    /// Links to folders are not followed, as dbt does not follow them, and so a circle of them is none.
    fn new(root: &Path, searched: &str) -> Self {
        let mut walked = Self::default();
        let mut open = vec![(root.join(searched), String::new())];
        while let Some((path, prefix)) = open.pop() {
            let entries = list(&path).unwrap_or_else(|error| {
                let path = format!("{}/{prefix}", searched.trim_end_matches('/'));
                walked.unread.extend(UnreadFolder::new(&path, &error));
                Vec::new()
            });
            for entry in entries {
                let Ok(kind) = entry.file_type() else { continue };
                let relative = format!("{prefix}{}", entry.file_name().to_string_lossy());
                if kind.is_dir() {
                    open.push((entry.path(), relative + "/"));
                } else if kind.is_file() || entry.path().is_file() {
                    walked.files.push(relative);
                }
            }
        }
        walked.files.sort_unstable();
        walked
    }
}

/// What a folder holds: all of it, for of a part nobody would know that it is one.
fn list(folder: &Path) -> io::Result<Vec<DirEntry>> {
    std::fs::read_dir(folder)?.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        folder
    }

    #[test]
    fn finds_what_dbt_finds() {
        let folder = project(&[
            "models/a.sql",
            "models/.hidden/b.SQL",
            "models/.c.sql",
            "models/#d.sql",
            "models/~e.sql",
            "models/f.yml",
            "models/old/g.sql",
            "more/h.py",
        ]);
        std::fs::write(folder.path().join(".dbtignore"), "old/\n").unwrap();
        let mut search = Search::new(folder.path());
        let found = search.find(&["models".to_owned(), "more/".to_owned()], &[".sql", ".py"]);
        let paths: Vec<String> = found.iter().map(Found::path).collect();
        assert_eq!(paths, ["models/.hidden/b.SQL", "models/a.sql", "more/h.py"]);
        assert_eq!(search.find(&["nowhere".to_owned()], &[".sql"]), []);
    }

    #[test]
    fn a_path_may_lead_into_the_repository_and_no_further() {
        let folder =
            project(&["repository/.git/HEAD", "repository/a/models/x.sql", "repository/shared/y.sql", "z.sql"]);
        let mut search = Search::new(&folder.path().join("repository/a"));
        let paths = ["models", "../shared", "../..", "../none"].map(str::to_owned);
        let found: Vec<String> = search.find(&paths, &[".sql"]).iter().map(Found::path).collect();
        assert_eq!(found, ["../shared/y.sql", "models/x.sql"]);
    }

    #[test]
    fn a_file_has_a_stem_and_folders() {
        let file = Found { searched: "models".to_owned(), relative: "marts/core/fct.v1.sql".to_owned() };
        assert_eq!(file.stem(), "fct.v1");
        assert_eq!(file.folders().collect::<Vec<_>>(), ["marts", "core"]);
    }

    /// A link that leads to itself cannot be listed by anybody, root included.
    #[cfg(unix)]
    #[test]
    fn a_folder_that_cannot_be_listed_is_noted_with_the_reason() {
        let folder = project(&["models/a.sql", "tests/generic/b.sql", "old/c.sql"]);
        for name in ["shared", "checks", "gone"] {
            std::os::unix::fs::symlink(name, folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join(".dbtignore"), "gone/\n").unwrap();
        let mut search = Search::new(folder.path());
        let paths = ["models", "shared/", "checks/generic", "checks", "gone", "nowhere", "models/a.sql"];
        let found = search.find(&paths.map(str::to_owned), &[".sql"]);
        assert_eq!(found.iter().map(Found::path).collect::<Vec<_>>(), ["models/a.sql"]);
        let reason = std::fs::read_dir(folder.path().join("shared")).unwrap_err().to_string();
        let unread = ["checks", "shared"].map(|path| UnreadFolder { path: path.to_owned(), reason: reason.clone() });
        assert_eq!(search.unread(), unread);
        assert!(unread[0].contains("checks/x") && !unread[0].contains("checks") && !unread[0].contains("checksum/x"));
    }

    #[cfg(unix)]
    #[test]
    fn a_circle_of_links_is_no_circle() {
        let folder = project(&["models/a.sql"]);
        std::os::unix::fs::symlink(folder.path(), folder.path().join("models/up")).unwrap();
        let found = Search::new(folder.path()).find(&["models".to_owned()], &[".sql"]);
        assert_eq!(found.len(), 1);
    }
}
