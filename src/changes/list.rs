//! Which files have changed, as git tells it.

use std::collections::HashMap;

use super::git::{Git, GitError, parts};
use super::{Changes, Former, LostFile, is_in, is_sql, is_yaml};
use crate::input::project_files::Folders;

/// The same output whatever the user has configured; `-O` undoes an order that is configured.
const DIFF: [&str; 11] = [
    "diff",
    "--name-status",
    "-z",
    "-M",
    "-l1000",
    "--no-relative",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=all",
    "-O/dev/null",
];

/// New files that are not ignored.
const NEW: [&str; 7] = ["ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", "."];

/// What has changed since the current branch left `revision`: commits, what is staged, what is not, new files.
///
/// # Errors
/// When git cannot tell.
pub fn since(git: &Git, revision: &str, folders: &Folders) -> Result<Changes, GitError> {
    let outside = outside(folders);
    let base = git.merge_base(revision)?;
    let listed = || git.bytes(&[&DIFF[..], &[&base, "--", "."], &outside].concat());
    let new = || git.bytes(&[&NEW[..], &outside].concat());
    let (listed, new) = rayon::join(listed, new);
    let mut files = parse(&listed?);
    // A repository within this one is listed as a folder.
    let new = new?;
    let new = parts(&new).filter(|path| !path.ends_with('/'));
    files.extend(new.map(|path| File { status: Status::Added, former: None, path }));
    changes(git, &base, files, folders)
}

/// What the next commit changes: from each of its parents, where it merges.
///
/// # Errors
/// When git cannot tell.
pub fn staged(git: &Git, folders: &Folders) -> Result<Vec<Changes>, GitError> {
    // Without naming HEAD, which the first commit does not have yet.
    let mut states = vec![staged_from(git, None, folders)?];
    for parent in git.merged() {
        states.push(staged_from(git, Some(&parent), folders)?);
    }
    Ok(states)
}

fn staged_from(git: &Git, parent: Option<&str>, folders: &Folders) -> Result<Changes, GitError> {
    let parents: Vec<&str> = parent.into_iter().collect();
    let arguments = [&DIFF[..], &["--cached"], &parents, &["--", "."], &outside(folders)].concat();
    let listed = git.bytes_of_index(&arguments)?;
    changes(git, parent.unwrap_or("HEAD"), parse(&listed), folders)
}

/// The names of the files that the next commit adds or changes, relative to the repository.
///
/// # Errors
/// When git cannot tell.
pub fn staged_names(git: &Git) -> Result<Vec<String>, GitError> {
    let files = parse(&git.bytes_of_index(&[&DIFF[..], &["--cached"]].concat())?);
    Ok(files.into_iter().filter(|file| file.status != Status::Deleted).map(|file| file.path).collect())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Added,
    Deleted,
    Changed,
}

/// Paths are relative to the repository.
#[derive(Debug, PartialEq, Eq)]
struct File {
    status: Status,
    /// The name before, of a file that was renamed.
    former: Option<String>,
    path: String,
}

impl File {
    /// The name before.
    fn before(&self) -> &str {
        self.former.as_ref().unwrap_or(&self.path)
    }

    /// Whether nothing is where it was.
    fn is_lost(&self) -> bool {
        self.status == Status::Deleted || self.former.is_some()
    }

    /// Whether its former text says what has changed: entries of YAML, or blocks of SQL that are not there any more.
    fn needs_text(&self) -> bool {
        self.status != Status::Added && (is_yaml(self.before()) || self.is_lost() && is_sql(self.before()))
    }
}

/// Reads what `git diff --name-status -z` prints.
fn parse(bytes: &[u8]) -> Vec<File> {
    let mut parts = parts(bytes);
    let mut files = Vec::new();
    while let (Some(status), Some(path)) = (parts.next(), parts.next()) {
        let (status, former, path) = match status.as_bytes()[0] {
            b'A' => (Status::Added, None, path),
            b'D' => (Status::Deleted, None, path),
            b'R' => (Status::Changed, Some(path), parts.next().unwrap_or_default()),
            b'C' => (Status::Added, None, parts.next().unwrap_or_default()),
            _ => (Status::Changed, None, path),
        };
        files.push(File { status, former, path });
    }
    files
}

/// For git's command line.
fn outside(folders: &Folders) -> Vec<&str> {
    folders.outside.iter().map(String::as_str).collect()
}

fn changes(git: &Git, base: &str, files: Vec<File>, folders: &Folders) -> Result<Changes, GitError> {
    let is_test = |path: &str| is_sql(path) && is_in(&relative(git.prefix(), path), &folders.tests);
    let is_former_test = |file: &File| file.status != Status::Added && is_test(file.before());
    let wanted = files.iter().filter(|file| file.needs_text() || is_former_test(file));
    let wanted: Vec<String> = wanted.map(|file| file.before().to_owned()).collect();
    let texts = git.texts(base, &wanted)?;
    let mut texts: HashMap<String, Option<String>> = wanted.into_iter().zip(texts).collect();
    let mut changes = Changes { base: Some(base.to_owned()), ..Changes::default() };
    for file in files {
        let text = texts.remove(file.before()).flatten();
        let (path, before) = (relative(git.prefix(), &file.path), relative(git.prefix(), file.before()));
        if is_former_test(&file) {
            changes.former_tests.extend(text.clone());
        }
        if file.is_lost() && !is_yaml(&before) {
            changes.lost.push(LostFile { path: before, text, is_renamed: file.former.is_some() });
            if file.former.is_some() {
                changes.files.insert(path, Former::Unknown);
            }
            continue;
        }
        let former = match (file.status, &file.former, text) {
            (Status::Deleted, _, text) => {
                changes.gone.insert(path, text.unwrap_or_default());
                continue;
            }
            (Status::Changed, Some(_), Some(text)) => {
                changes.gone.insert(before, text);
                Former::Renamed
            }
            (Status::Changed, None, Some(text)) if is_yaml(&file.path) => Former::Text(text),
            (Status::Added, ..) => Former::Nothing,
            _ => Former::Unknown,
        };
        changes.files.insert(path, former);
    }
    Ok(changes)
}

/// A path of the repository as one relative to the project, `../` and all.
fn relative(prefix: &str, path: &str) -> String {
    let mut prefix = prefix;
    let mut up = String::new();
    loop {
        if let Some(rest) = path.strip_prefix(prefix) {
            return up + rest;
        }
        up += "../";
        let folder = prefix.trim_end_matches('/');
        prefix = &prefix[..folder.rfind('/').map_or(0, |slash| slash + 1)];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_change_is_read() {
        let file = |status, former: Option<&str>, path: &str| File {
            status,
            former: former.map(str::to_owned),
            path: path.to_owned(),
        };
        assert_eq!(
            parse(b"A\0a b.sql\0M\0\xc3\xa9.yml\0D\0c.yml\0R087\0d.sql\0e.sql\0C100\0f\0g\0T\0h\0U\0i\0"),
            [
                file(Status::Added, None, "a b.sql"),
                file(Status::Changed, None, "é.yml"),
                file(Status::Deleted, None, "c.yml"),
                file(Status::Changed, Some("d.sql"), "e.sql"),
                file(Status::Added, None, "g"),
                file(Status::Changed, None, "h"),
                file(Status::Changed, None, "i"),
            ]
        );
        assert!(parse(b"").is_empty());
    }

    #[test]
    fn paths_are_relative_to_the_project() {
        assert_eq!(relative("", "models/a.sql"), "models/a.sql");
        assert_eq!(relative("dbt/shop/", "dbt/shop/models/a.sql"), "models/a.sql");
        assert_eq!(relative("dbt/shop/", "dbt/shared/a.sql"), "../shared/a.sql");
        assert_eq!(relative("dbt/shop/", "README.md"), "../../README.md");
    }
}
