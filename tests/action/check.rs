//! The step that runs the check.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::runner::Job;
use super::support::Desk;

const GIT: &str = "git -c user.name=Ada -c user.email=ada@example.com";
const COMMIT: &str = "git -c user.name=Ada -c user.email=ada@example.com commit --quiet --message";

/// Notes its arguments, one a line, and leaves a report.
const STAND_IN: &str = r#"#!/usr/bin/env bash
JSON='{"summary": {"findings": {"error": 1, "warning": 2, "info": 0}, "baseline": {"new": 4, "fixed": 5}}}'
for argument in "$@"; do
    printf '%s\n' "$argument"
    case "$argument" in
        --format=json=*) echo "$JSON" >"${argument#*=*=}" ;;
        --format=*=*) echo >"${argument#*=*=}" ;;
    esac
done
"#;

#[test]
fn findings_are_counted_reported_and_left_for_the_last_step_to_fail() {
    let Some(mut job) = Job::on(Desk::gym()).map(Job::with_program) else { return };
    let run = job
        .set("INPUT_PATH", "gym")
        .set("INPUT_FORMAT", "github")
        .set("INPUT_FAIL_ON", "warning")
        .step("action/check.sh");
    assert_eq!(run.code, Some(0), "{run:?}");
    let direct = job.desk.run(&["check", "gym", "--format", "github", "--quiet"]);
    assert_eq!(run.stdout, direct.stdout);

    let findings = job.desk.json(&["gym"])["summary"]["findings"].clone();
    let outputs = job.outputs();
    for (output, severity) in [("errors", "error"), ("warnings", "warning"), ("infos", "info")] {
        assert_eq!(outputs[output], findings[severity].to_string(), "{output}");
    }
    assert_eq!((outputs["exit-code"].as_str(), outputs["has-findings"].as_str()), ("1", "true"));

    let total = findings.as_object().unwrap().values().map(|it| it.as_u64().unwrap()).sum::<u64>();
    assert_eq!((outputs["new"].as_str(), outputs["fixed"].as_str()), (total.to_string().as_str(), "0"));

    let sarif: Value = serde_json::from_str(&std::fs::read_to_string(&outputs["sarif-file"]).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len() as u64, total);
    let comment = std::fs::read_to_string(&outputs["comment-file"]).unwrap();
    assert!(comment.starts_with("<!-- dbt-steward: no_exposures -->\n### dbt-steward: "), "{comment}");
    assert_eq!(job.desk.read("runner/summary"), comment);
}

#[test]
fn a_clean_project_is_a_success_without_findings() {
    let Some(mut job) = Job::on(Desk::gym()).map(Job::with_program) else { return };
    let run = job.set("INPUT_PATH", "gym").set("INPUT_ARGS", "--select DOC001").step("action/check.sh");
    assert_eq!(run.code, Some(0), "{run:?}");
    let outputs = job.outputs();
    assert_eq!((outputs["exit-code"].as_str(), outputs["has-findings"].as_str()), ("0", "false"));
    assert_eq!(["errors", "warnings", "infos"].map(|name| outputs[name].as_str()), ["0"; 3]);
}

#[test]
fn what_could_not_run_says_so_and_has_no_reports() {
    let Some(mut job) = Job::on(Desk::new()).map(Job::with_program) else { return };
    let run = job.set("INPUT_PATH", "nowhere").step("action/check.sh");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("nowhere: no such file or folder"), "{run:?}");
    assert_eq!(job.outputs().into_iter().collect::<Vec<_>>(), [("exit-code".to_owned(), "2".to_owned())]);
}

#[test]
fn what_could_not_run_has_a_comment_that_says_why() {
    let Some(mut job) = Job::on(Desk::gym()).map(Job::with_program) else { return };
    // In a comment it is text, whatever it looks like.
    job.desk.write("gym/dbt-steward.yml", "rules:\n  '```@ada <b>': error\n");
    let run = job.set("INPUT_PATH", "gym").step("action/check.sh");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("there is no rule ````@ada <b>`"), "{run:?}");
    let comment = std::fs::read_to_string(&job.outputs()["comment-file"]).unwrap();
    let head = "<!-- dbt-steward: no_exposures -->\n### dbt-steward could not run\n\nWhether there are findings is not known:\n\n";
    let errors = run.stderr.lines().map(|line| format!("    {line}\n")).collect::<String>();
    assert_eq!(comment, format!("{head}{errors}"));
    assert!(comment.contains("dbt-steward.yml:2:3"), "{comment}");
    let outputs = job.outputs();
    assert_eq!(outputs.keys().collect::<Vec<_>>(), ["comment-file", "exit-code"]);

    // A manifest says its project's name, too.
    job.desk.write("gym/target/manifest.json", r#"{"metadata": {"project_name": "gym"}}"#);
    job.set("INPUT_PATH", "gym/target/manifest.json").step("action/check.sh");
    let comment = std::fs::read_to_string(&job.outputs()["comment-file"]).unwrap();
    assert!(comment.starts_with("<!-- dbt-steward: gym -->\n### dbt-steward could not run\n"), "{comment}");
}

#[test]
fn inputs_become_arguments_word_by_word() {
    let Some(mut job) = Job::on(Desk::new()).map(|job| job.with_script(STAND_IN)) else { return };
    job.set("INPUT_PATH", "the project").set("INPUT_CONFIG", "a config.yml").set("INPUT_SINCE", "origin/main");
    job.set("INPUT_DOWNSTREAM", "true").set("INPUT_BASELINE", "known.json").set("INPUT_FAIL_ON", "warning");
    job.set("INPUT_FORMAT", "junit=out.xml github");
    job.set("INPUT_ARGS", "--select DOC,OWN\n  --ignore 'NAM 001'  \"a b\" c\\ d\n");
    let run = job.step("action/check.sh");
    assert_eq!(run.code, Some(0), "{run:?}");
    let arguments: Vec<&str> = run.stdout.lines().filter(|line| !line.contains("runner/temp")).collect();
    let wanted = [
        "check",
        "--config=a config.yml",
        "--since=origin/main",
        "--downstream",
        "--baseline=known.json",
        "--fail-on=warning",
        "--format=junit=out.xml",
        "--format=github",
        "--select",
        "DOC,OWN",
        "--ignore",
        "NAM 001",
        "a b",
        "c d",
        "--",
        "the project",
    ];
    assert_eq!(arguments, wanted);
    let outputs = job.outputs();
    let counts = ["errors", "warnings", "infos", "new", "fixed"].map(|name| outputs[name].as_str());
    assert_eq!(counts, ["1", "2", "0", "4", "5"]);
}

#[test]
fn effects_elsewhere_are_looked_at_where_there_is_a_change_and_they_are_wanted() {
    let arguments = |since: &str, downstream: &str| {
        let mut job = Job::on(Desk::new())?.with_script(STAND_IN);
        let run = job.set("INPUT_SINCE", since).set("INPUT_DOWNSTREAM", downstream).step("action/check.sh");
        Some(run.stdout.lines().filter(|line| !line.contains("runner/temp")).collect::<Vec<_>>().join(" "))
    };
    let Some(wanted) = arguments("main", "true") else { return };
    assert_eq!(wanted, "check --since=main --downstream -- .");
    assert_eq!(arguments("main", "false").as_deref(), Some("check --since=main -- ."));
    assert_eq!(arguments("", "true").as_deref(), Some("check -- ."), "of a whole project there is no elsewhere");
}

#[test]
fn inputs_that_look_like_commands_are_not_run() {
    let Some(mut job) = Job::on(Desk::new()).map(|job| job.with_script(STAND_IN)) else { return };
    job.set("INPUT_PATH", "$(touch hit); touch hit").set("INPUT_SINCE", "`touch hit`\" && touch hit");
    job.set("INPUT_ARGS", "; touch hit $(touch hit) `touch hit` > hit * | touch hit");
    let run = job.step("action/check.sh");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.ends_with("--\n$(touch hit); touch hit\n"), "{run:?}");
    assert!(!job.desk.path("hit").exists());
}

#[test]
fn a_quote_without_end_is_an_error() {
    let Some(mut job) = Job::on(Desk::new()).map(|job| job.with_script(STAND_IN)) else { return };
    let run = job.set("INPUT_ARGS", "--select 'DOC").step("action/check.sh");
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("::error title=dbt-steward::`args` has a quote that does not end\n"), "{run:?}");
}

/// `actions/checkout` checks out the pull request as it would be merged. Since the event, somebody else's bad model has come
/// into the target.
#[test]
fn the_guide_s_revision_blames_nobody_for_what_others_have_merged() {
    let Some(mut job) = Job::on(Desk::new()).map(Job::with_program) else { return };
    let model = |name: &str| format!("echo 'select 1 as id' >models/{name}.sql && git add . && {COMMIT} {name}");
    let script = [
        "git init --quiet --initial-branch main && mkdir models && echo 'name: shop' >dbt_project.yml".to_owned(),
        model("old"),
        "git branch event && git switch --quiet --create topic".to_owned(),
        model("topic"),
        "git switch --quiet main".to_owned(),
        model("others"),
        "git update-ref refs/remotes/origin/main main && git checkout --quiet --detach".to_owned(),
        format!("{GIT} merge --quiet --no-ff --message merge topic"),
    ];
    let mut bash = Command::new("bash");
    bash.args(["-c", &script.join(" && ")]).current_dir(job.desk.path("")).env("GIT_CONFIG_GLOBAL", "/dev/null");
    assert!(bash.status().unwrap().success());

    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guides/github.md")).unwrap();
    let since = page.lines().find_map(|line| line.trim().strip_prefix("since: ")).expect("the guide has it");
    job.set("INPUT_ARGS", "--select DOC001 --format concise=found");
    let mut found = |since: &str| {
        let run = job.set("INPUT_SINCE", since).step("action/check.sh");
        assert_eq!((run.code, job.outputs()["exit-code"].as_str()), (Some(0), "1"), "{run:?}");
        let lines = job.desk.read("found");
        lines.lines().map(|line| line.split_once(':').unwrap().0.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found(&since.replace("${{ github.base_ref }}", "main")), ["models/topic.sql"]);
    assert_eq!(found("event"), ["models/others.sql", "models/topic.sql"], "which the event's own revision does");
}
