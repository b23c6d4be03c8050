//! What git knows, asked of the `git` command.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use miette::Diagnostic;
use thiserror::Error;

use crate::paths::shown;

/// Why git has no answer. Every variant ends the run with exit code 2.
#[derive(Debug, Error, Diagnostic)]
pub enum GitError {
    #[error("git cannot be started")]
    #[diagnostic(help("install git, or give the changed files as arguments: dbt-steward check models/a.sql"))]
    Missing { source: std::io::Error },

    #[error("{} is in no git repository", shown(root))]
    #[diagnostic(help(
        "--since, --staged and a revision for --base ask git; give the changed files as arguments instead"
    ))]
    NotARepository { root: PathBuf },

    #[error("git does not trust the repository of {}: it belongs to another user", shown(root))]
    #[diagnostic(help(
        "where that is as it should be, as in a container: git config --global --add safe.directory '*'"
    ))]
    Untrusted { root: PathBuf },

    #[error("revision `{revision}` is not known in this {}", clone(*is_shallow))]
    #[diagnostic(help("{}", fetch(*is_shallow)))]
    UnknownRevision { revision: String, is_shallow: bool },

    #[error("`{revision}` and HEAD have no common commit in this {}", clone(*is_shallow))]
    #[diagnostic(help("{}", unrelated(*is_shallow)))]
    NoMergeBase { revision: String, is_shallow: bool },

    #[error("there is no room for the files of the base")]
    #[diagnostic(help("they are laid out in the system's folder for temporary files; TMPDIR names another"))]
    Temporary { source: std::io::Error },

    #[error("git {command} failed: {message}")]
    #[diagnostic(help("run it by hand in {} to see more", shown(root)))]
    Failed { command: String, message: String, root: PathBuf },
}

fn clone(is_shallow: bool) -> &'static str {
    if is_shallow { "shallow clone" } else { "repository" }
}

/// How to get history where the machinery of a CI system clones as little as it can.
const FULL_CLONE: &str = "fetch the whole history: `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` for GitLab, \
                          `fetchDepth: 0` for Azure, or run git fetch --unshallow";

fn fetch(is_shallow: bool) -> String {
    let remote = "a branch of the remote is written `origin/main`";
    match is_shallow {
        true => format!("{FULL_CLONE}; {remote}"),
        false => format!("git fetch brings what the remote has; {remote}"),
    }
}

fn unrelated(is_shallow: bool) -> String {
    match is_shallow {
        true => FULL_CLONE.to_owned(),
        false => "their histories are unrelated; name a revision that the current branch comes from".to_owned(),
    }
}

/// The repository that a folder is in.
#[derive(Debug)]
pub struct Git {
    root: PathBuf,
    /// The folder within the repository, with `/` at its end; empty for the repository's own.
    prefix: String,
    /// The file that names the commits which are being merged, if any are.
    merge_head: PathBuf,
}

/// Set for hooks by git itself, or by users for their own commands. They would have git take the current folder for the
/// repository's root, or read paths and objects otherwise.
const OF_HOOKS: [&str; 11] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
    "GIT_INDEX_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_EXTERNAL_DIFF",
];

/// Begins the variables that `git merge` sets, with the full name of a commit that is merged.
const OF_MERGES: &str = "GITHEAD_";

/// What a user may have configured and that changes an answer. A file that was written anew with the same text has not
/// changed; an untracked file is there, whether or not `git status` shows it; `git log` prints what it is asked for.
const SETTINGS: [&str; 4] =
    ["core.quotePath=off", "core.fsmonitor=false", "diff.autoRefreshIndex=true", "log.showSignature=false"];

/// The index that git has made for the commit that a hook is run for, as `git commit FILE` does.
const INDEX: &str = "GIT_INDEX_FILE";

impl Git {
    /// The repository around `root`.
    ///
    /// # Errors
    /// When there is none, or no git.
    pub fn open(root: &Path) -> Result<Self, GitError> {
        let mut git = Self { root: root.to_owned(), prefix: String::new(), merge_head: PathBuf::new() };
        // Two questions at once: each process takes as long as reading a hundred files.
        let answer = git.text(&["rev-parse", "--show-prefix", "--git-path", "MERGE_HEAD"])?;
        let (prefix, merge_head) = answer.trim_end().rsplit_once('\n').unwrap_or_default();
        prefix.trim_end_matches('\r').clone_into(&mut git.prefix);
        // Relative to where git is run.
        git.merge_head = root.join(merge_head);
        Ok(git)
    }

    /// The folder in the repository, with `/` at its end; empty for the repository's own.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The commit at which the current branch left that revision. What is being merged into it belongs to it already.
    ///
    /// # Errors
    /// When the revision is not known or the two have no common commit.
    pub fn merge_base(&self, revision: &str) -> Result<String, GitError> {
        let commit = self.commit(revision)?;
        let merged = self.merged();
        let mut arguments = vec!["merge-base", &commit, "HEAD"];
        arguments.extend(merged.iter().map(String::as_str));
        let output = self.output(self.command(&arguments))?;
        match output.status.code() {
            Some(0) => Ok(line(&output.stdout)),
            Some(1) => Err(GitError::NoMergeBase { revision: revision.to_owned(), is_shallow: self.is_shallow() }),
            _ => Err(self.failure("merge-base", &output)),
        }
    }

    /// The commits that are being merged into HEAD, as long as the merge is not committed.
    pub fn merged(&self) -> Vec<String> {
        let noted = std::fs::read_to_string(&self.merge_head).unwrap_or_default();
        let mut commits: Vec<String> = noted.lines().map(str::to_owned).collect();
        if commits.is_empty() {
            // A hook that is run before the merge is noted knows of it by a variable for each commit.
            let variables = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
            commits.extend(variables.filter_map(|name| name.strip_prefix(OF_MERGES).map(str::to_owned)));
            commits.retain(|commit| commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()));
            commits.sort();
        }
        commits
    }

    /// The full name of the commit that a revision names.
    ///
    /// # Errors
    /// When it is not known.
    pub fn commit(&self, revision: &str) -> Result<String, GitError> {
        let unknown = || GitError::UnknownRevision { revision: revision.to_owned(), is_shallow: self.is_shallow() };
        // git would take it for an option.
        if revision.starts_with('-') || revision.trim().is_empty() {
            return Err(unknown());
        }
        let wanted = format!("{revision}^{{commit}}");
        let output = self.output(self.command(&["rev-parse", "--verify", "--quiet", &wanted]))?;
        if output.status.success() { Ok(line(&output.stdout)) } else { Err(unknown()) }
    }

    fn is_shallow(&self) -> bool {
        self.text(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|answer| answer.trim() == "true")
    }

    /// What a git command prints.
    ///
    /// # Errors
    /// When it fails.
    pub fn bytes(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        self.answer(self.command(arguments), arguments[0])
    }

    /// As [`bytes`](Self::bytes), with the index of the commit that is being made, where a hook asks.
    ///
    /// # Errors
    /// When it fails.
    pub fn bytes_of_index(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let mut command = self.command(arguments);
        if let Some(index) = self.index_of_hook() {
            command.env(INDEX, index);
        }
        self.answer(command, arguments[0])
    }

    fn answer(&self, command: Command, name: &str) -> Result<Vec<u8>, GitError> {
        let output = self.output(command)?;
        if output.status.success() { Ok(output.stdout) } else { Err(self.failure(name, &output)) }
    }

    fn text(&self, arguments: &[&str]) -> Result<String, GitError> {
        Ok(String::from_utf8_lossy(&self.bytes(arguments)?).into_owned())
    }

    /// An index is for its own repository only: a hook of the one may ask for a project in the other, such as a
    /// submodule.
    fn index_of_hook(&self) -> Option<PathBuf> {
        let given = PathBuf::from(std::env::var_os(INDEX)?);
        let own = self.text(&["rev-parse", "--absolute-git-dir", "--show-toplevel"]).ok()?;
        let (folder, top) = own.split_once('\n')?;
        // A relative one is below the repository's root.
        let index = Path::new(top.trim_end()).join(given).canonicalize().ok()?;
        let folder = Path::new(folder.trim_end()).canonicalize().ok()?;
        index.starts_with(folder).then_some(index)
    }

    /// The texts of files at a commit, in the order of `paths`, which are relative to the repository; `None` for what is
    /// not there or no text.
    ///
    /// # Errors
    /// When git fails.
    pub fn texts(&self, commit: &str, paths: &[String]) -> Result<Vec<Option<String>>, GitError> {
        // A line break would be a second question.
        let name = |path: &String| if path.contains('\n') { ":".to_owned() } else { format!("{commit}:{path}") };
        let names: Vec<String> = paths.iter().map(name).collect();
        let objects = self.objects(&names)?;
        Ok(objects.into_iter().map(|bytes| String::from_utf8(bytes?).ok()).collect())
    }

    /// The bytes of files by name or id; `None` for what is not there.
    ///
    /// # Errors
    /// When git fails.
    pub fn objects(&self, names: &[String]) -> Result<Vec<Option<Vec<u8>>>, GitError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let questions: String = names.iter().map(|name| name.clone() + "\n").collect();
        let mut command = self.command(&["cat-file", "--batch"]);
        command.stdin(Stdio::piped());
        let output = fed(command, questions.into_bytes()).map_err(|source| GitError::Missing { source })?;
        if !output.status.success() {
            return Err(self.failure("cat-file", &output));
        }
        let mut rest = output.stdout.as_slice();
        Ok(names.iter().map(|_| object(&mut rest)).collect())
    }

    /// A git that asks nobody, writes nothing and is the same whatever the user has configured.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        OF_HOOKS.iter().for_each(|name| {
            command.env_remove(name);
        });
        command.arg("-C").arg(&self.root).args(["--no-pager", "--literal-pathspecs"]);
        for setting in SETTINGS {
            command.arg("-c").arg(setting);
        }
        let environment =
            [("GIT_OPTIONAL_LOCKS", "0"), ("GIT_TERMINAL_PROMPT", "0"), ("GIT_ASKPASS", ""), ("LC_ALL", "C")];
        command.envs(environment).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn output(&self, mut command: Command) -> Result<Output, GitError> {
        command.output().map_err(|source| GitError::Missing { source })
    }

    fn failure(&self, command: &str, output: &Output) -> GitError {
        let text = String::from_utf8_lossy(&output.stderr);
        let root = self.root.clone();
        if text.contains("not a git repository") {
            return GitError::NotARepository { root };
        }
        if text.contains("dubious ownership") {
            return GitError::Untrusted { root };
        }
        let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it says nothing");
        let message = first.trim_start_matches("fatal: ").trim_start_matches("error: ").to_owned();
        GitError::Failed { command: command.to_owned(), message, root }
    }
}

/// The first line of an answer.
fn line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).lines().next().unwrap_or_default().to_owned()
}

/// Runs a command that reads and writes at the same time.
fn fed(mut command: Command, input: Vec<u8>) -> std::io::Result<Output> {
    let mut child = command.spawn()?;
    let mut stdin = child.stdin.take().expect("stdin was set to a pipe");
    std::thread::scope(|scope| {
        // A command that ends early says why in its exit code.
        scope.spawn(move || stdin.write_all(&input));
        child.wait_with_output()
    })
}

/// Takes one object off what `git cat-file --batch` prints: `<id> blob <size>`, the bytes, a line feed.
fn object(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let head = String::from_utf8_lossy(&rest[..end]).into_owned();
    *rest = &rest[end + 1..];
    let (kind, size) = head.rsplit_once(' ')?;
    let size: usize = size.parse().ok()?;
    let bytes = rest.get(..size)?;
    let blob = kind.ends_with(" blob").then(|| bytes.to_vec());
    *rest = rest.get(size + 1..).unwrap_or_default();
    blob
}

/// The parts of an answer that ends each with a zero byte.
pub(super) fn parts(bytes: &[u8]) -> impl Iterator<Item = String> + '_ {
    let parts = bytes.split(|byte| *byte == 0).filter(|part| !part.is_empty());
    parts.map(|part| String::from_utf8_lossy(part).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_read_one_after_the_other() {
        let mut rest = &b"1f blob 4\na\nb\n\nHEAD:x missing\n2e tree 3\nxyz\n3d blob 2\n\xff\xfe\n4c blob 0\n\n"[..];
        let blobs: Vec<Option<Vec<u8>>> = (0..6).map(|_| object(&mut rest)).collect();
        let blob = |bytes: &[u8]| Some(bytes.to_vec());
        assert_eq!(blobs, [blob(b"a\nb\n"), None, None, blob(b"\xff\xfe"), blob(b""), None]);
    }
}
