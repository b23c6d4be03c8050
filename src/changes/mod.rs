//! What has changed, and which findings are about it.
//!
//! Files are given by hand, or git tells them. Of properties YAML whose former text git knows, only the entries count that
//! read otherwise than before: who touches one model of sixty in a file is not told of the debt of the others.

mod checkout;
mod entries;
mod git;
mod lines;
mod links;
mod list;
mod lost;
mod tested;
mod touched;
mod unfollowed;

pub use checkout::Checkout;
pub use git::{Git, GitError};
pub use list::{since, staged, staged_names};
pub use touched::Touched;
pub use unfollowed::unfollowed;

use std::collections::{BTreeMap, BTreeSet};

/// Files that differ from an earlier state, by their paths relative to the project, with `/`.
#[derive(Debug, Default)]
pub struct Changes {
    /// Those that are there.
    pub files: BTreeMap<String, Former>,
    /// Texts of properties YAML that is gone, or goes by another name now, by its former path.
    pub gone: BTreeMap<String, String>,
    /// Other files that are gone, or go by another name now.
    pub lost: Vec<LostFile>,
    /// Former texts of data tests in SQL that read otherwise now, or are gone.
    pub former_tests: Vec<String>,
    /// The commit that they are compared with, where git was asked.
    pub base: Option<String>,
}

/// A file other than YAML that is not where it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostFile {
    /// Its former path.
    pub path: String,
    /// Its former text, of SQL: what it defined may have names of its own.
    pub text: Option<String>,
    /// Whether it goes by another name now.
    pub is_renamed: bool,
}

/// What a file was before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Former {
    /// Not of interest, as for SQL, or not known: the file counts as a whole.
    Unknown,
    /// The file is new.
    Nothing,
    /// YAML under another name; its text is in [`Changes::gone`].
    Renamed,
    /// YAML of the same name, with this text.
    Text(String),
}

impl Changes {
    /// Files as somebody has named them: each counts as a whole.
    pub fn given(paths: impl IntoIterator<Item = String>) -> Self {
        let files = paths.into_iter().map(|path| (path, Former::Unknown)).collect();
        Self { files, ..Self::default() }
    }

    /// Files that are there, and files that are gone without having a new name.
    pub fn count(&self) -> usize {
        let renamed = self.files.values().filter(|former| **former == Former::Renamed).count();
        let deleted = self.lost.iter().filter(|lost| !lost.is_renamed).count();
        self.files.len() + self.gone.len() - renamed + deleted
    }

    /// The paths of all of them, former ones included.
    fn paths(&self) -> impl Iterator<Item = &str> {
        let lost = self.lost.iter().map(|lost| &lost.path);
        self.files.keys().chain(self.gone.keys()).chain(lost).map(String::as_str)
    }
}

/// How many files differ from all of several states.
pub fn count(states: &[Changes]) -> usize {
    match states {
        [one] => one.count(),
        [] => 0,
        [first, others @ ..] => {
            let others: Vec<BTreeSet<&str>> = others.iter().map(|state| state.paths().collect()).collect();
            let paths: BTreeSet<&str> = first.paths().collect();
            paths.into_iter().filter(|path| others.iter().all(|paths| paths.contains(path))).count()
        }
    }
}

/// Whether a path lies in one of the folders; both are relative to the project.
fn is_in(path: &str, folders: &[String]) -> bool {
    let in_folder = |folder: &String| {
        let folder = folder.trim_start_matches("./").trim_end_matches('/');
        path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    };
    folders.iter().any(in_folder)
}

/// Whether a file is SQL, as dbt tells.
fn is_sql(path: &str) -> bool {
    path.to_lowercase().ends_with(".sql")
}

/// Whether a file is YAML, as dbt tells.
fn is_yaml(path: &str) -> bool {
    let path = path.to_lowercase();
    path.ends_with(".yml") || path.ends_with(".yaml")
}
