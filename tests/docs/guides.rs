//! What the guides show for CI systems and git hooks is run, in a repository, by a shell.
//!
//! `docs/guides/ci.md` is one story: its `console` blocks are run one after the other in one folder, its `diff` blocks are
//! applied, and what it shows as output is the output, but for lines left out by `…`. `exits: 1` above a block says how
//! its last command ends.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::commands::{Block, blocks, copy_folder, excerpts, normal};
use super::support::needs::has_programs;
use super::{read, root};

/// A repository with a copy of the shop, committed on `main`, and the remote `origin` to which that was pushed.
struct Shop {
    folder: TempDir,
    _origin: TempDir,
}

impl Shop {
    /// `None` without the programs that the guides' commands are.
    fn new() -> Option<Self> {
        if !has_programs(&["bash", "cat", "chmod", "cut", "git"]) {
            return None;
        }
        let [folder, origin] = [(); 2].map(|()| tempfile::tempdir().expect("a temporary folder can be made"));
        let remote = origin.path().display().to_string();
        let shop = Self { folder, _origin: origin };
        copy_folder(&root().join("fixtures/shop"), shop.folder.path());
        // The manifest's times are those of the copy.
        std::fs::remove_dir_all(shop.folder.path().join("target")).expect("the copy is ours");
        shop.succeeds(&format!(
            "git init --quiet --bare '{remote}' && git init --quiet --initial-branch=main && git add --all && \
             git commit --quiet --message=shop && git remote add origin '{remote}' && \
             git push --quiet --set-upstream origin main"
        ));
        Some(shop)
    }

    /// What a script prints, on stdout and stderr, and how it ends.
    fn run(&self, script: &str, variables: &[(&str, &str)]) -> (Option<i32>, String) {
        let program = Path::new(env!("CARGO_BIN_EXE_dbt-steward"));
        let path = std::env::var("PATH").expect("there is a PATH");
        let mut bash = Command::new("bash");
        bash.args(["-c", &format!("exec 2>&1\n{script}")]).current_dir(self.folder.path());
        for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX", "DBT_TARGET_PATH", "NO_COLOR"] {
            bash.env_remove(name);
        }
        let folder = program.parent().expect("the program is in a folder").display();
        bash.env("PATH", format!("{folder}:{path}")).env("GIT_CONFIG_GLOBAL", "/dev/null");
        for name in ["GIT_AUTHOR", "GIT_COMMITTER"] {
            bash.env(format!("{name}_NAME"), "Ada").env(format!("{name}_EMAIL"), "ada@example.com");
        }
        let output = bash.envs(variables.iter().copied()).output().expect("bash starts");
        (output.status.code(), String::from_utf8(output.stdout).expect("output is text"))
    }

    #[track_caller]
    fn succeeds(&self, script: &str) {
        let (code, printed) = self.run(script, &[]);
        assert_eq!(code, Some(0), "{script}\n{printed}");
    }

    /// A branch with a new mart without owner, description or test, in a project whose config says only this.
    fn with_bad_branch(config: &str) -> Option<Self> {
        let shop = Self::new()?;
        std::fs::write(shop.folder.path().join("dbt-steward.yml"), config).expect("the folder is ours");
        shop.succeeds(
            "git commit --quiet --all --message=config && git push --quiet && git switch --quiet --create topic && \
             echo \"select * from {{ ref('fct_orders') }}\" > models/reporting/company/rpt_topic.sql && \
             git add --all && git commit --quiet --message=topic",
        );
        Some(shop)
    }

    /// The branch has warnings, and no error.
    fn assert_only_warnings(&self) {
        let (_, printed) = self.run("dbt-steward check --since main --format ndjson --quiet", &[]);
        let severities: Vec<Value> =
            printed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["severity"].clone()).collect();
        assert!(severities.iter().all(|it| it != "error"), "{printed}");
        assert_eq!(severities.iter().filter(|it| *it == "warning").count(), 4, "{printed}");
    }
}

/// The `script:` or `bash:` of every step that starts dbt-steward.
fn steps(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, value)| match (key.as_str(), value) {
            ("bash", Value::String(step)) => found.push(step.clone()),
            _ => steps(value, found),
        }),
        Value::Array(items) => items.iter().for_each(|item| steps(item, found)),
        Value::String(step) => found.push(step.clone()),
        _ => {}
    }
}

fn steps_of(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for block in blocks(&page.into()).iter().filter(|block| block.language == "yaml") {
        let value: Value = serde_yaml::from_str(&block.text).unwrap_or_else(|error| panic!("{page}: {error}"));
        steps(&value, &mut found);
    }
    found.retain(|step| step.starts_with("dbt-steward "));
    found
}

#[test]
fn gitlab_s_job_fails_for_what_the_branch_has_made_worse() {
    let Some(shop) = Shop::with_bad_branch("extends: recommended\n") else { return };
    shop.assert_only_warnings();
    let (_, base) = shop.run("git rev-parse main", &[]);
    let steps = steps_of("docs/guides/gitlab.md");
    assert_eq!(steps.len(), 3, "two of the merge request, one of the default branch: {steps:?}");
    let ends = |step: &str| shop.run(step, &[("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.trim())]);
    assert_eq!(ends(&steps[0]), (Some(0), String::new()));
    let report = std::fs::read_to_string(shop.folder.path().join("gl-code-quality-report.json")).unwrap();
    let report: Vec<Value> = serde_json::from_str(&report).unwrap();
    assert!(report.len() > 100, "it has all findings, not only those of the branch: {}", report.len());
    let (code, printed) = ends(&steps[1]);
    let places: Vec<&str> = printed.lines().filter(|line| line.contains("╭─[")).collect();
    let here = "╭─[models/reporting/company/rpt_topic.sql:1:1]";
    assert!(!places.is_empty() && places.iter().all(|line| line.ends_with(here)), "{printed}");
    assert_eq!(code, Some(1), "{printed}");
    assert_eq!(ends(&steps[2]), (Some(0), String::new()));

    let Some(shop) = Shop::with_bad_branch("fail-on: error\n") else { return };
    let (_, base) = shop.run("git rev-parse main", &[]);
    let (code, printed) = shop.run(&steps[1], &[("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.trim())]);
    assert_eq!(code, Some(0), "the config decides: {printed}");
}

#[test]
fn azure_s_step_fails_for_what_the_branch_has_made_worse() {
    let Some(shop) = Shop::with_bad_branch("extends: recommended\n") else { return };
    shop.assert_only_warnings();
    let steps = steps_of("docs/guides/azure.md");
    assert_eq!(steps.len(), 1, "{steps:?}");
    let (code, printed) = shop.run(&steps[0], &[("SYSTEM_PULLREQUEST_TARGETBRANCHNAME", "main")]);
    assert_eq!(code, Some(1), "{printed}");
    let logged: Vec<&str> = printed.lines().filter(|line| line.starts_with("##vso[task.logissue ")).collect();
    let here = "sourcepath=models/reporting/company/rpt_topic.sql;";
    assert!(!logged.is_empty() && logged.iter().all(|line| line.contains(here)), "{printed}");
    let junit = std::fs::read_to_string(shop.folder.path().join("dbt-steward.xml")).unwrap();
    assert_eq!(junit.matches("<failure ").count(), logged.len(), "{junit}");
}

#[test]
fn the_story_is_true() {
    let page = "docs/guides/ci.md";
    let Some(shop) = Shop::new() else { return };
    let mut commands = 0;
    for block in blocks(&page.into()) {
        let place = format!("{page}:{}", block.line);
        match block.language.as_str() {
            "diff" => {
                std::fs::write(shop.folder.path().join(".git/page.diff"), &block.text).expect("the folder is ours");
                shop.succeeds("git apply .git/page.diff");
            }
            "console" => commands += told(&shop, &block, &place),
            _ => {}
        }
    }
    assert!(commands > 10, "the story has {commands} commands");
    assert!(read(page).contains("git merge"), "it ends well");
    shop.succeeds("test \"$(git rev-parse main)\" = \"$(git ls-remote origin main | cut -f 1)\"");
}

/// Runs a block's commands, and says how many they were.
fn told(shop: &Shop, block: &Block, place: &str) -> usize {
    let commands = block.commands();
    for (index, (command, shown)) in commands.iter().enumerate() {
        let is_last = index + 1 == commands.len();
        let wanted = block.option("exits").filter(|_| is_last).unwrap_or("0");
        let (code, printed) = shop.run(command, &[]);
        let printed = normal(&printed);
        assert_eq!(code.map(|code| code.to_string()).as_deref(), Some(wanted), "{place}: {command}\n{printed}");
        let mut rest = printed.as_str();
        for excerpt in excerpts(shown) {
            let Some((_, after)) = rest.split_once(&excerpt) else {
                panic!("{place}: {command} does not print, at all or in this order:\n{excerpt}\nbut:\n{printed}");
            };
            rest = after;
        }
        let is_complete = !shown.iter().any(|line| line.trim() == "…");
        let all = normal(&shown.join("\n"));
        assert!(!is_complete || printed.trim_end() == all.trim_end(), "{place}: {command} prints more:\n{printed}");
    }
    commands.len()
}
