//! Which files belong to a project, as dbt looks for them.

use std::collections::HashMap;
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

/// Looks for files below one project's root; every folder is walked once, whatever number of file types lie in it.
#[derive(Debug)]
pub struct Search {
    root: PathBuf,
    ignored: Gitignore,
    walked: HashMap<String, Vec<String>>,
}

impl Search {
    pub fn new(root: &Path) -> Self {
        let mut builder = GitignoreBuilder::new(root);
        // A line that is no pattern is passed over; without the file nothing is ignored.
        let _ = builder.add(root.join(".dbtignore"));
        let ignored = builder.build().unwrap_or_else(|_| Gitignore::empty());
        Self { root: root.to_owned(), ignored, walked: HashMap::new() }
    }

    /// Files below these paths that end like this, sorted by path. Names that begin with `.`, `#` or `~` are left out,
    /// as dbt leaves them out, whereas folders of such names are searched.
    pub fn find(&mut self, paths: &[String], extensions: &[&str]) -> Vec<Found> {
        let mut found = Vec::new();
        for searched in paths {
            let Self { root, walked, .. } = self;
            let files = walked.entry(searched.clone()).or_insert_with(|| {
                if is_within_reach(root, searched) { walk(&root.join(searched)) } else { Vec::new() }
            });
            let fits = |relative: &&String| has_extension(relative, extensions);
            let fitting: Vec<String> = files.iter().filter(fits).cloned().collect();
            let all = fitting.into_iter().map(|relative| Found { searched: searched.clone(), relative });
            found.extend(all.filter(|file| !self.is_ignored(file)));
        }
        found.sort();
        found.dedup();
        found
    }

    fn is_ignored(&self, file: &Found) -> bool {
        !self.ignored.is_empty() && self.ignored.matched_path_or_any_parents(file.path(), false).is_ignore()
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

/// Every file below a folder, relative to it. Links to folders are not followed, so that a circle of them is none.
fn walk(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut open = vec![(folder.to_owned(), String::new())];
    while let Some((path, prefix)) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&path) else { continue };
        for entry in entries.flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let relative = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if kind.is_dir() {
                open.push((entry.path(), relative + "/"));
            } else if kind.is_file() || entry.path().is_file() {
                files.push(relative);
            }
        }
    }
    files.sort_unstable();
    files
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

    #[cfg(unix)]
    #[test]
    fn a_circle_of_links_is_no_circle() {
        let folder = project(&["models/a.sql"]);
        std::os::unix::fs::symlink(folder.path(), folder.path().join("models/up")).unwrap();
        let found = Search::new(folder.path()).find(&["models".to_owned()], &[".sql"]);
        assert_eq!(found.len(), 1);
    }
}
