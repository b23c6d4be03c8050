//! A former state of a project, laid out in a temporary folder.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tempfile::TempDir;

use super::git::{Git, GitError, parts};
use super::links;
use crate::input::codeowners;

/// What dbt reads. Of seeds the names are enough.
const EXTENSIONS: [&str; 6] = [".sql", ".py", ".js", ".yml", ".yaml", ".md"];

/// Files of a commit. They are gone when this is dropped.
#[derive(Debug)]
pub struct Checkout {
    folder: TempDir,
    prefix: String,
}

impl Checkout {
    /// The project at that commit, with the folders `outside` that it reads.
    ///
    /// # Errors
    /// When git cannot tell, or there is no room for the files.
    pub fn new(git: &Git, commit: &str, outside: &[&str]) -> Result<Self, GitError> {
        let up = "../".repeat(git.prefix().matches('/').count());
        let owners: Vec<String> = codeowners::PLACES.iter().map(|path| format!("{up}{path}")).collect();
        let mut arguments = vec!["ls-tree", "-r", "-z", "--full-name", commit, "--", "."];
        arguments.extend(outside);
        arguments.extend(owners.iter().map(String::as_str));
        let listed: Vec<Entry> = parts(&git.bytes(&arguments)?).filter_map(|line| Entry::parse(&line)).collect();
        let (links, files): (Vec<Entry>, Vec<Entry>) = listed.into_iter().partition(|entry| entry.is_link);
        let mut files: Vec<(String, String)> = files.into_iter().map(|entry| (entry.id, entry.path)).collect();
        files.extend(links::resolve(git, commit, links)?);
        let (read, named): (Vec<_>, Vec<_>) = files.into_iter().partition(|(_, path)| !is_seed(path));
        let names: Vec<String> = read.iter().map(|(id, _)| id.clone()).collect();
        let contents = git.objects(&names)?;
        let failed = |source| GitError::Temporary { source };
        let folder = private_folder().map_err(failed)?;
        // Marks the repository's root, up to which files are looked for.
        std::fs::create_dir(folder.path().join(".git")).map_err(failed)?;
        let empty = named.iter().map(|(_, path)| (path, &[][..]));
        let full = read.iter().zip(&contents).map(|((_, path), bytes)| (path, bytes.as_deref().unwrap_or_default()));
        let all: Vec<(&String, &[u8])> = full.chain(empty).collect();
        all.into_par_iter().try_for_each(|(path, bytes)| write(folder.path(), path, bytes)).map_err(failed)?;
        Ok(Self { folder, prefix: git.prefix().to_owned() })
    }

    /// The project's folder.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join(&self.prefix)
    }
}

/// A folder that nobody else may look into. What of it cannot be removed in the end is left to the system, which clears that
/// place now and then.
fn private_folder() -> std::io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("dbt-steward-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

/// What `git ls-tree` says of a file or a symbolic link: `100644 blob <id>\t<path>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub id: String,
    pub path: String,
    pub is_link: bool,
}

impl Entry {
    /// `None` for submodules and for what dbt does not read.
    fn parse(line: &str) -> Option<Self> {
        Self::of_any(line).filter(|entry| is_of_interest(&entry.path))
    }

    /// `None` for submodules.
    pub fn of_any(line: &str) -> Option<Self> {
        let (head, path) = line.split_once('\t')?;
        let mut words = head.split(' ');
        let (mode, kind, id) = (words.next()?, words.next()?, words.next()?);
        let is_link = mode == "120000";
        let is_file = (is_link || mode.starts_with("100")) && kind == "blob";
        is_file.then(|| Self { id: id.to_owned(), path: path.to_owned(), is_link })
    }
}

fn is_of_interest(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    is_seed(path) || name == "codeowners" || name == ".dbtignore" || EXTENSIONS.iter().any(|end| name.ends_with(end))
}

fn is_seed(path: &str) -> bool {
    path.to_lowercase().ends_with(".csv")
}

fn write(folder: &Path, path: &str, bytes: &[u8]) -> std::io::Result<()> {
    let path = folder.join(path);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(path, bytes)
}

#[cfg(test)]
mod tests {
    use super::Entry;

    #[test]
    fn only_files_that_dbt_reads_are_laid_out() {
        let path = |line: &str| Entry::parse(line).map(|entry| (entry.path, entry.is_link));
        assert_eq!(path("100644 blob 1f\tmodels/a b.sql"), Some(("models/a b.sql".to_owned(), false)));
        assert_eq!(path("100755 blob 1f\tseeds/A.CSV"), Some(("seeds/A.CSV".to_owned(), false)));
        assert_eq!(path("100644 blob 1f\t.github/CODEOWNERS"), Some((".github/CODEOWNERS".to_owned(), false)));
        assert_eq!(path("100644 blob 1f\tlogo.png"), None);
        assert_eq!(path("120000 blob 1f\tmodels/link.sql"), Some(("models/link.sql".to_owned(), true)));
        assert_eq!(path("160000 commit 1f\tother.sql"), None);
    }
}
