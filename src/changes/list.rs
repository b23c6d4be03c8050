//! Which files have changed, as git tells it.

use std::collections::HashMap;

use super::git::{Git, GitError, parts};
use super::{Changes, Former, LostFile, is_yaml};

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

/// What has changed since the current branch left `revision`: commits, what is staged, what is not, new files.
///
/// `outside` are folders of the project that do not lie in it, relative to it.
///
/// # Errors
/// When git cannot tell.
pub fn since(git: &Git, revision: &str, outside: &[&str]) -> Result<Changes, GitError> {
    let base = git.merge_base(revision)?;
    let listed = || git.bytes(&[&DIFF[..], &[&base, "--", "."], outside].concat());
    let new = || {
        git.bytes(&[&["ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", "."], outside].concat())
    };
    let (listed, new) = rayon::join(listed, new);
    let mut files = parse(&listed?);
    // A repository within this one is listed as a folder.
    let new = new?;
    let new = parts(&new).filter(|path| !path.ends_with('/'));
    files.extend(new.map(|path| File { status: Status::Added, former: None, path }));
    changes(git, &base, files)
}

/// What the next commit changes: from each of its parents, where it merges.
///
/// # Errors
/// When git cannot tell.
pub fn staged(git: &Git, outside: &[&str]) -> Result<Vec<Changes>, GitError> {
    // Without naming HEAD, which the first commit does not have yet.
    let mut states = vec![staged_from(git, None, outside)?];
    for parent in git.merged() {
        states.push(staged_from(git, Some(&parent), outside)?);
    }
    Ok(states)
}

fn staged_from(git: &Git, parent: Option<&str>, outside: &[&str]) -> Result<Changes, GitError> {
    let parents: Vec<&str> = parent.into_iter().collect();
    let listed = git.bytes_of_index(&[&DIFF[..], &["--cached"], &parents, &["--", "."], outside].concat())?;
    changes(git, parent.unwrap_or("HEAD"), parse(&listed))
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
    fn before(&self) -> &String {
        self.former.as_ref().unwrap_or(&self.path)
    }

    /// Whether nothing is where it was.
    fn is_lost(&self) -> bool {
        self.status == Status::Deleted || self.former.is_some()
    }

    /// Whether its former text says what has changed: entries of YAML, or blocks of SQL that are not there any more.
    fn needs_text(&self) -> bool {
        let is_sql = || self.before().to_lowercase().ends_with(".sql");
        self.status != Status::Added && (is_yaml(self.before()) || self.is_lost() && is_sql())
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

fn changes(git: &Git, base: &str, files: Vec<File>) -> Result<Changes, GitError> {
    let wanted: Vec<String> = files.iter().filter(|file| file.needs_text()).map(|file| file.before().clone()).collect();
    let texts = git.texts(base, &wanted)?;
    let mut texts: HashMap<String, Option<String>> = wanted.into_iter().zip(texts).collect();
    let mut changes = Changes { base: Some(base.to_owned()), ..Changes::default() };
    for file in files {
        let text = texts.remove(file.before()).flatten();
        let (path, before) = (relative(git.prefix(), &file.path), relative(git.prefix(), file.before()));
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
