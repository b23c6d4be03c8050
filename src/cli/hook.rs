//! `dbt-steward hook`: what pre-commit calls, so that a commit is held to what it changes.
//!
//! pre-commit passes the names of files, of deleted ones none, and several times where the names are too many for one
//! command. It does not say whether it runs for a commit, for `--all-files` or for files that somebody has named. That
//! shows by the files: those of a commit are staged.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::{CLEAN, check};
use crate::changes::{self, Git, GitError};
use crate::paths::shown;

/// The end of the command's help.
pub(super) const EXAMPLES: &str = "\
PATH is the project's folder, if that is not the repository's root, and the files that pre-commit
passes. What is checked:
  git commit                          what is staged, as with check --staged
  git push, --from-ref and --to-ref   what the branch has changed, as with check --since
  --all-files, --files                these files, each as a whole

In .pre-commit-config.yaml:
  - repo: https://github.com/dbt-steward/dbt-steward
    hooks:
      - id: dbt-steward
        args: [transform, --fail-on, error]";

/// Set by pre-commit when it compares two commits.
const FROM: &str = "PRE_COMMIT_FROM_REF";

/// Set by git for the hooks of a commit.
const INDEX: &str = "GIT_INDEX_FILE";

/// Arguments that do not go together.
#[derive(Debug, Error, Diagnostic)]
#[error("two folders are given: {} and {}", shown(first), shown(second))]
#[diagnostic(help("a hook is for one project: list it once for each, with `args: [FOLDER]`"))]
struct TwoFolders {
    first: PathBuf,
    second: PathBuf,
}

pub fn run(check: &mut check::Arguments) -> miette::Result<u8> {
    let (folders, files): (Vec<_>, Vec<_>) = check.paths.drain(..).partition(|path| path.is_dir());
    let folder = match folders.as_slice() {
        [] => PathBuf::from("."),
        [folder] => folder.clone(),
        [first, second, ..] => return Err(TwoFolders { first: first.clone(), second: second.clone() }.into()),
    };
    check.paths = vec![folder];
    let is_limited = check.changed.since.is_some() || check.changed.staged;
    if is_limited {
        return check::run(check);
    }
    if let Some(revision) = from_ref() {
        check.changed.since = Some(revision);
    } else if are_staged(&files)? {
        check.changed.staged = true;
    } else {
        check.paths = below(&check.paths[0], files);
        // Some, or all, may be of no interest to dbt.
        check.changed.allow_other_files = true;
    }
    if check.paths.is_empty() { Ok(CLEAN) } else { check::run(check) }
}

fn from_ref() -> Option<String> {
    std::env::var(FROM).ok().filter(|revision| !revision.is_empty())
}

/// Whether files are those of a commit.
fn are_staged(files: &[PathBuf]) -> Result<bool, GitError> {
    if files.is_empty() || std::env::var_os(INDEX).is_some() {
        return Ok(true);
    }
    let staged: HashSet<String> = changes::staged_names(&Git::open(Path::new("."))?)?.into_iter().collect();
    Ok(files.iter().all(|file| staged.contains(&shown(file))))
}

/// The files in a folder.
fn below(folder: &Path, files: Vec<PathBuf>) -> Vec<PathBuf> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = absolute(folder);
    files.into_iter().filter(|file| absolute(file).starts_with(&folder)).collect()
}
