//! What has changed, and which findings are about it.
//!
//! Files are given by hand, or git tells them. Of properties YAML whose former text git knows, only the entries count that
//! read otherwise than before: who touches one model of sixty in a file is not told of the debt of the others.

mod checkout;
mod entries;
mod git;
mod lines;
mod list;
mod tested;
mod touched;
mod unfollowed;

pub use checkout::Checkout;
pub use git::{Git, GitError};
pub use list::{since, staged, staged_names};
pub use touched::Touched;
pub use unfollowed::unfollowed;

use std::collections::BTreeMap;

/// Files that differ from an earlier state, by their paths relative to the project, with `/`.
#[derive(Debug, Default)]
pub struct Changes {
    /// Those that are there.
    pub files: BTreeMap<String, Former>,
    /// Texts of properties YAML that is gone, or goes by another name now, by its former path.
    pub gone: BTreeMap<String, String>,
    /// Other files that are gone, by their former paths.
    pub deleted: Vec<String>,
    /// Former texts of data tests in SQL that read otherwise now, or are gone.
    pub former_tests: Vec<String>,
    /// The commit that they are compared with, where git was asked.
    pub base: Option<String>,
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

    /// Whether nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// Files that are there, and files that are gone without having a new name.
    pub fn count(&self) -> usize {
        let renamed = self.files.values().filter(|former| **former == Former::Renamed).count();
        self.files.len() + self.gone.len() - renamed + self.deleted.len()
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
