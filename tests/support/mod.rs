//! What the tests of the binary share: temporary copies of fixture projects, and a run with its exact output.
#![allow(dead_code)] // Each test file is a crate of its own and uses a part of this.

pub mod needs;
pub mod site;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder in `fixtures/`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// A temporary folder in which the binary is run, so that paths in its output are relative and the same everywhere.
pub struct Desk {
    folder: TempDir,
    /// Where the binary starts, below the folder.
    pub start: PathBuf,
    variables: Vec<(String, String)>,
}

/// What a run printed and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Desk {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        // Marks the root of a repository, so that no config above the temporary folder is ever found.
        std::fs::create_dir(folder.path().join(".git")).expect("the folder is ours");
        Self { folder, start: PathBuf::new(), variables: Vec::new() }
    }

    /// With a copy of a fixture project as folder `shop`, `gym`, …
    pub fn with(fixture_name: &str, folder: &str) -> Self {
        let desk = Self::new();
        copy(&fixture(fixture_name), &desk.path(folder));
        desk
    }

    /// A copy of `fixtures/no-exposures` without its defects being of interest: three models, two source tables.
    pub fn gym() -> Self {
        Self::with("no-exposures", "gym")
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    pub fn read(&self, relative: &str) -> String {
        std::fs::read_to_string(self.path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
    }

    pub fn write(&self, relative: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().expect("the path is in a folder")).expect("the folder is ours");
        std::fs::write(&path, text).unwrap_or_else(|error| panic!("{relative}: {error}"));
        age(&path);
        self
    }

    /// Replaces a text that stands in the file exactly once.
    pub fn edit(&self, relative: &str, old: &str, new: &str) -> &Self {
        let text = self.read(relative);
        assert_eq!(text.matches(old).count(), 1, "{old:?} stands once in {relative}");
        self.write(relative, text.replacen(old, new, 1))
    }

    /// Changes a manifest as JSON, where its layout does not matter.
    pub fn edit_json(&self, relative: &str, change: impl FnOnce(&mut Value)) -> &Self {
        let mut value = serde_json::from_str(&self.read(relative)).expect("the file is JSON");
        change(&mut value);
        self.write(relative, value.to_string())
    }

    /// Sets a variable for all later runs.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// What is set for all runs.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The names of a folder's files, in order.
    pub fn names(&self, relative: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(relative)).expect("the folder is there");
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dbt-steward"));
        command.current_dir(self.folder.path().join(&self.start)).args(arguments).stdin(Stdio::null());
        // What the tester's own shell has set must not matter.
        for name in [
            "DBT_TARGET_PATH",
            "DBT_TARGET",
            "DBT_PROFILES_DIR",
            "NO_COLOR",
            "TZ",
            "LC_ALL",
            "LANG",
            "RAYON_NUM_THREADS",
        ] {
            command.env_remove(name);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.command(arguments).output().expect("the binary starts").into()
    }

    /// The findings as `path:line:column-end_line:end_column CODE subject`; `path:- CODE subject` without a line.
    pub fn places(&self, arguments: &[&str]) -> Vec<String> {
        self.json(arguments)["findings"].as_array().expect("findings are a list").iter().map(place).collect()
    }

    /// The output of `check --format json`, which must have run.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let run = self.run(&[&["check", "--quiet", "--format", "json"], arguments].concat());
        assert!(matches!(run.code, Some(0 | 1)), "{run:?}");
        serde_json::from_str(&run.stdout).expect("the output is JSON")
    }
}

fn place(finding: &Value) -> String {
    let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let (path, code, subject) = (text("path"), text("code"), text("subject"));
    match (&finding["line"], &finding["column"], &finding["end_line"], &finding["end_column"]) {
        (Value::Null, Value::Null, Value::Null, Value::Null) => format!("{path}:- {code} {subject}"),
        (line, column, end_line, end_column) => {
            format!("{path}:{line}:{column}-{end_line}:{end_column} {code} {subject}")
        }
    }
}

impl From<std::process::Output> for Run {
    fn from(output: std::process::Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Run {
    /// Asserts that nothing ran, and what was said about it.
    #[track_caller]
    pub fn refuses(&self, stderr: &str) {
        let expected = Self { code: Some(2), stdout: String::new(), stderr: stderr.to_owned() };
        assert_eq!(self.stderr, expected.stderr);
        assert_eq!(*self, expected);
    }

    /// Asserts exit code and stdout; stderr holds the summary, which names the time.
    #[track_caller]
    pub fn prints(&self, code: i32, stdout: &str) {
        assert_eq!(self.stdout, stdout, "{}", self.stderr);
        assert_eq!(self.code, Some(code), "{}", self.stderr);
    }

    /// stderr with the time left out.
    pub fn summary(&self) -> String {
        let timed = |line: &str| match line.split_once(" ran in ") {
            Some((before, after)) => {
                let rest = after.split_once(" ms").or_else(|| after.split_once(" s")).map_or("", |(_, rest)| rest);
                format!("{before} ran in …{rest}\n")
            }
            None => format!("{line}\n"),
        };
        self.stderr.lines().map(timed).collect()
    }
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the folder is ours");
    for entry in std::fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.expect("the folder can be listed");
        let target = to.join(entry.file_name());
        match entry.file_type().expect("the type is known").is_dir() {
            true => copy(&entry.path(), &target),
            false => {
                std::fs::copy(entry.path(), &target).expect("the file can be copied");
                age(&target);
            }
        }
    }
}

/// Makes a file older than every fixture's manifest, which then still fits it unless a checksum says otherwise.
fn age(path: &Path) {
    let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_600_000_000);
    let file = std::fs::File::options().write(true).open(path).expect("the file is ours");
    file.set_modified(long_ago).expect("the time can be set");
}
