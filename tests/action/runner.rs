//! What GitHub's runner does for a step: folders, files for outputs, variables.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::support::needs::has_programs;
use super::support::{Desk, Run};

/// A job on a runner.
pub struct Job {
    pub desk: Desk,
    variables: BTreeMap<String, String>,
}

impl Job {
    /// `None` where a program is missing that the scripts need.
    pub fn on(desk: Desk) -> Option<Self> {
        if !has_programs(&["bash", "curl", "jq", "tar", "unzip"]) {
            return None;
        }
        for folder in ["runner/temp", "runner/bin"] {
            std::fs::create_dir_all(desk.path(folder)).expect("the folder is ours");
        }
        for file in ["runner/output", "runner/summary", "runner/path"] {
            desk.write(file, "");
        }
        let mut job = Self { desk, variables: BTreeMap::new() };
        let path = |relative: &str| job.desk.path(relative).display().to_string();
        let variables = [
            ("GITHUB_OUTPUT", path("runner/output")),
            ("GITHUB_STEP_SUMMARY", path("runner/summary")),
            ("GITHUB_PATH", path("runner/path")),
            ("GITHUB_ACTION_PATH", env!("CARGO_MANIFEST_DIR").to_owned()),
            ("GITHUB_REPOSITORY", "acme/warehouse".to_owned()),
            ("RUNNER_TEMP", path("runner/temp")),
            ("RUNNER_OS", "Linux".to_owned()),
            ("RUNNER_ARCH", "X64".to_owned()),
        ];
        for (name, value) in variables {
            job.set(name, value);
        }
        Some(job)
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) -> &mut Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    /// Puts the built program on the job's PATH.
    pub fn with_program(self) -> Self {
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_dbt-steward"), self.desk.path("runner/bin/dbt-steward"))
            .expect("the folder is ours");
        self
    }

    /// Puts a script in the program's place.
    pub fn with_script(self, script: &str) -> Self {
        self.with_script_named("dbt-steward", script)
    }

    /// Puts a script in the place of some program.
    pub fn with_script_named(self, program: &str, script: &str) -> Self {
        let path = format!("runner/bin/{program}");
        self.desk.write(&path, script);
        let path = self.desk.path(&path);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("the file is ours");
        self
    }

    /// Runs a script of the action as a step.
    pub fn step(&self, script: &str) -> Run {
        self.run(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".github").join(script))
    }

    /// The same, with the desk in the place of the repository.
    pub fn copied_step(&self, script: &str) -> Run {
        let script = Path::new(".github").join(script);
        let copy = self.desk.path(&script.display().to_string());
        std::fs::create_dir_all(copy.parent().expect("it is in a folder")).expect("the folder is ours");
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(&script), &copy).expect("the script is there");
        self.run(&copy)
    }

    fn run(&self, script: &Path) -> Run {
        let mut command = Command::new("bash");
        command.arg("--noprofile").arg("--norc").arg(script).stdin(Stdio::null());
        command.current_dir(self.desk.path(&self.desk.start.display().to_string()));
        let bin = self.desk.path("runner/bin").display().to_string();
        let path = std::env::var("PATH").expect("there is a PATH");
        command.env("PATH", format!("{bin}:{path}")).env("NO_PROXY", "127.0.0.1").envs(&self.variables);
        command.output().expect("bash starts").into()
    }

    /// What the steps said in `GITHUB_OUTPUT`: the last value of each name counts.
    pub fn outputs(&self) -> BTreeMap<String, String> {
        let text = self.desk.read("runner/output");
        let pairs = text.lines().map(|line| line.split_once('=').expect("a name and a value"));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}
