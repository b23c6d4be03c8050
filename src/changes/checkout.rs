//! A former state of a project, laid out in a temporary folder.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::git::{Git, GitError, parts};
use super::links;

/// What dbt reads. Of seeds the names are enough.
const EXTENSIONS: [&str; 6] = [".sql", ".py", ".js", ".yml", ".yaml", ".md"];

/// Where owners of files are written down, from the repository's root.
const CODEOWNERS: [&str; 4] = ["CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS"];

/// Files of a commit. They are gone when this is dropped.
#[derive(Debug)]
pub struct Checkout {
    folder: Folder,
    prefix: String,
}

impl Checkout {
    /// The project at that commit, with the folders `outside` that it reads.
    ///
    /// # Errors
    /// When git cannot tell, or there is no room for the files.
    pub fn new(git: &Git, commit: &str, outside: &[&str]) -> Result<Self, GitError> {
        let up = "../".repeat(git.prefix().matches('/').count());
        let owners: Vec<String> = CODEOWNERS.iter().map(|path| format!("{up}{path}")).collect();
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
        let folder = Folder::new().map_err(failed)?;
        // Marks the repository's root, up to which files are looked for.
        std::fs::create_dir(folder.0.join(".git")).map_err(failed)?;
        let empty = named.iter().map(|(_, path)| (path, &[][..]));
        let full = read.iter().zip(&contents).map(|((_, path), bytes)| (path, bytes.as_deref().unwrap_or_default()));
        let all: Vec<(&String, &[u8])> = full.chain(empty).collect();
        all.into_par_iter().try_for_each(|(path, bytes)| write(&folder.0, path, bytes)).map_err(failed)?;
        Ok(Self { folder, prefix: git.prefix().to_owned() })
    }

    /// The project's folder.
    pub fn root(&self) -> PathBuf {
        self.folder.0.join(&self.prefix)
    }
}

/// A folder that nobody else may look into, and that goes with its owner.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn new() -> std::io::Result<Self> {
        let (place, process) = (std::env::temp_dir(), std::process::id());
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let mut number = 0_u32;
        loop {
            let path = place.join(format!("dbt-steward-{process}-{number}"));
            match builder.create(&path) {
                Ok(()) => return Ok(Self(path)),
                // Left behind by a process of the same number that was killed, or made by somebody to be in the way.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && number < 1000 => number += 1,
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system, which clears that place now and then.
        let _ = std::fs::remove_dir_all(&self.0);
    }
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
