//! A project in a repository of its own.

use std::process::{Command, Output};

use crate::support::Desk;
use crate::support::needs::has_programs;

pub struct Repository {
    pub desk: Desk,
}

const PROPERTIES: &str = "\
models:
  - name: orders
    columns:
      - name: id
        data_tests: [unique, not_null]
  - name: customers
  - name: payments
";

impl Repository {
    /// With a project in `folder`, committed on branch `main`: three models without description, and a source. `None`
    /// without git.
    pub fn with_project(folder: &str) -> Option<Self> {
        let repository = Self::empty()?;
        let inside = |path: &str| if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
        let desk = &repository.desk;
        desk.write(&inside("dbt_project.yml"), "name: shop\nversion: '1.0'\n");
        desk.write(&inside("models/schema.yml"), PROPERTIES);
        for model in ["orders", "customers", "payments"] {
            desk.write(
                &inside(&format!("models/{model}.sql")),
                format!("select * from {{{{ source('erp', '{model}') }}}}\n"),
            );
        }
        let sources = "sources:\n  - name: erp\n    tables:\n      - name: orders\n      - name: customers\n      - name: payments\n";
        desk.write(&inside("models/sources.yml"), sources);
        repository.commit("a project");
        Some(repository)
    }

    /// A repository without any commit; `None` without git.
    pub fn empty() -> Option<Self> {
        if !has_programs(&["git"]) {
            return None;
        }
        let mut desk = Desk::new();
        let none = desk.path(".git/no-config");
        std::fs::write(&none, "").expect("the folder is ours");
        // The tester's own configuration must not matter.
        desk.set("GIT_CONFIG_GLOBAL", &none.to_string_lossy());
        desk.set("GIT_CONFIG_NOSYSTEM", "1");
        let repository = Self { desk };
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        Some(repository)
    }

    /// Runs git in the folder, and gives what it prints.
    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        self.git_in("", arguments)
    }

    #[track_caller]
    pub fn git_in(&self, folder: &str, arguments: &[&str]) -> String {
        let output = self.output(folder, arguments);
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("git prints text")
    }

    /// Runs git for something that it does not bring to an end, such as a merge with a conflict.
    #[track_caller]
    pub fn git_fails(&self, arguments: &[&str]) {
        assert!(!self.output("", arguments).status.success(), "git {arguments:?} succeeds");
    }

    fn output(&self, folder: &str, arguments: &[&str]) -> Output {
        let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgSign=false"];
        let mut git = Command::new("git");
        git.current_dir(self.desk.path(folder)).args(identity).args(arguments).envs(self.desk.variables());
        for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX"] {
            git.env_remove(name);
        }
        git.output().expect("git is installed")
    }

    /// Commits all there is.
    #[track_caller]
    pub fn commit(&self, message: &str) -> &Self {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
        self
    }

    /// A new branch, on which all that follows is done.
    pub fn branch(&self, name: &str) -> &Self {
        self.git(&["checkout", "--quiet", "-b", name]);
        self
    }

    /// The findings, as `CODE subject`, of the rules that are selected.
    #[track_caller]
    pub fn found(&self, select: &str, arguments: &[&str]) -> Vec<String> {
        let arguments = [&["--input", "project", "--select", select], arguments].concat();
        let output = self.desk.json(&arguments);
        let findings = output["findings"].as_array().expect("findings are a list").iter();
        let text = |value: &serde_json::Value| value.as_str().expect("it is text").to_owned();
        findings.map(|finding| format!("{} {}", text(&finding["code"]), text(&finding["subject"]))).collect()
    }
}

#[test]
fn without_git_a_test_says_that_it_is_skipped_or_fails() {
    let run = |required: Option<&str>| {
        let mut tests = Command::new(std::env::current_exe().expect("this is a program"));
        tests.args(["--exact", "base::what_is_as_it_was_breaks_nothing"]).env("PATH", "");
        tests.env_remove("DBT_STEWARD_REQUIRE_SHELL").envs(required.map(|name| (name, "1")));
        let output = tests.output().expect("the tests start");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let skipped = "skipped: base::what_is_as_it_was_breaks_nothing: git is not installed\n";
    assert_eq!(run(None), (true, skipped.to_owned()));
    assert!(!run(Some("DBT_STEWARD_REQUIRE_SHELL")).0);
}
