//! History and comparison: how a project comes along.

use std::process::Command;

use serde_json::{Value, json};

use super::worklist::{audit, small};
use super::{Desk, list};

fn lines(desk: &Desk) -> Vec<Value> {
    desk.read("history.jsonl").lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

#[test]
fn each_run_is_one_line_and_each_commit_has_one() {
    let desk = small();
    let remember =
        |commit: &str, date: &str| audit(&desk, &["--history", "history.jsonl", "--commit", commit, "--date", date]);
    remember("a1", "2026-01-01");
    let second = remember("b2", "2026-01-02");
    let trend: Vec<Value> = list(&second["history"]).iter().map(|it| json!([it["commit"], it["score"]])).collect();
    assert_eq!(json!(trend), json!([["a1", 94.5], ["b2", 94.5]]));
    assert_eq!((&second["commit"], &second["date"]), (&json!("b2"), &json!("2026-01-02")));
    desk.edit(
        "p/models/staging/erp.yml",
        "      - name: orders\n",
        "      - name: orders\n        data_tests: [dbt_utils.equal_rowcount]\n",
    );
    remember("b2", "2026-01-03");
    let lines = lines(&desk);
    assert_eq!(lines.len(), 2, "the second run of a commit takes the place of the first");
    assert_eq!(lines[0]["date"], "2026-01-01");
    let latest = &lines[1];
    assert_eq!(
        (&latest["date"], &latest["score"], &latest["risk"], &latest["resources"]),
        (&json!("2026-01-03"), &json!(100.0), &json!(0.0), &json!(4))
    );
    assert_eq!(latest["findings"], json!({"error": 0, "warning": 0, "info": 0}));
    assert_eq!(latest["traps"]["govern"], json!(100.0));
    assert!(
        list(&latest["coverage"]).contains(&json!({"measure": "tested", "of": "sources", "covered": 1, "total": 1}))
    );
}

#[test]
fn without_git_a_day_has_one_line() {
    let desk = small();
    audit(&desk, &["--history", "history.jsonl", "--date", "2026-01-01"]);
    audit(&desk, &["--history", "history.jsonl", "--date", "2026-01-01"]);
    audit(&desk, &["--history", "history.jsonl", "--date", "2026-01-02"]);
    let seen: Vec<Value> = lines(&desk).iter().map(|it| json!([it["commit"], it["date"]])).collect();
    assert_eq!(json!(seen), json!([[null, "2026-01-01"], [null, "2026-01-02"]]));
}

#[test]
fn a_line_that_is_none_is_an_error_and_nothing_is_written() {
    let desk = small();
    audit(&desk, &["--history", "history.jsonl", "--commit", "a1"]);
    let text = desk.read("history.jsonl") + "{\"commit\": 1}\n";
    desk.write("history.jsonl", &text);
    desk.run(&["audit", "p", "--history", "history.jsonl", "--output-file", "audit.md"]).refuses(
        "  × history.jsonl:2: this is no line of a history: invalid type: integer `1`, expected a string
  help: take the line out, or name another file; each line is one JSON object, as `audit
        --history` writes it
",
    );
    assert_eq!(desk.read("history.jsonl"), text);
    assert!(!desk.path("audit.md").exists());
}

#[test]
fn a_comparison_says_what_is_gone_new_and_done() {
    let desk = small();
    let old = audit(&desk, &["--commit", "a1"]);
    desk.write("old.json", old.to_string());
    desk.edit(
        "p/models/staging/erp.yml",
        "      - name: orders\n",
        "      - name: orders\n        data_tests: [dbt_utils.equal_rowcount]\n",
    );
    desk.edit("p/models/marts/marts.yml", "    config: {meta: {owner: Finance}}\n", "");
    let new = audit(&desk, &["--compare", "old.json"]);
    let comparison = &new["comparison"];
    assert_eq!((&comparison["commit"], &comparison["date"]), (&json!("a1"), &json!("2026-01-01")));
    let fixed: Vec<&Value> = list(&comparison["fixed"]).iter().map(|it| &it["message"]).collect();
    assert_eq!(json!(fixed), json!(["source table `erp.orders` has no test"]));
    let found: Vec<Value> = list(&comparison["new"])
        .iter()
        .map(|at| new["findings"][at.as_u64().unwrap() as usize]["message"].clone())
        .collect();
    assert_eq!(json!(found), json!(["model `fct_orders` feeds dashboard `board` and has no owner"]));
    let done: Vec<&Value> = list(&comparison["done"]).iter().map(|it| &it["id"]).collect();
    assert_eq!(json!(done), json!(["test:source.small.erp"]));
    let change = |scope: &str, name: Value| {
        let changes = list(&comparison["scores"]).iter();
        let mut of = changes.filter(|it| it["scope"] == scope && it["name"] == name);
        of.next().map(|it| json!([it["before"], it["after"]]))
    };
    assert_eq!(change("owner", json!("Data Platform")), Some(json!([89.4, 100.0])));
    assert_eq!(change("owner", json!(null)), Some(json!([null, 50.0])), "what has no owner was not there before");
    assert_eq!(change("layer", json!("staging")), None, "what is as before is not listed");
    assert!(list(&comparison["coverage"]).contains(&json!({
        "measure": "owned", "of": "models", "covered_before": 2, "total_before": 2, "covered": 1, "total": 2,
    })));
}

#[test]
fn what_is_grouped_otherwise_is_not_new() {
    let desk = small();
    for number in 0..5 {
        desk.write(&format!("p/models/a/m{number}.sql"), "select 1 as n from {{ ref('stg_orders') }}\n");
    }
    for file in ["p/models/marts/marts.yml", "p/models/staging/erp.yml"] {
        let text = desk.read(file).replace("    config: {meta: {owner: Finance}}\n", "");
        desk.write(file, text.replace("    config: {meta: {owner: Data Platform}}\n", ""));
    }
    let old = audit(&desk, &[]);
    desk.write("old.json", old.to_string());
    // One owner, and the one finding for all falls apart into one for each.
    desk.write("p/models/a/m0.sql", "{{ config(meta={'owner': 'Ana'}) }} select 1 as n from {{ ref('stg_orders') }}\n");
    let new = audit(&desk, &["--compare", "old.json"]);
    assert!(list(&new["findings"]).len() > list(&old["findings"]).len());
    assert_eq!(new["comparison"]["new"], json!([]));
    assert_eq!(new["comparison"]["fixed"], json!([]));
}

#[test]
fn only_an_audit_of_this_project_can_be_compared() {
    let desk = small();
    let old = audit(&desk, &[]);
    let refused = |text: &str, message: &str| {
        desk.write("old.json", text);
        let run = desk.run(&["audit", "p", "--compare", "old.json"]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
        assert!(run.stderr.starts_with(&format!("  × old.json: {message}")), "{}", run.stderr);
        assert!(run.stderr.contains("help: name a file that `dbt-steward audit --format json` has written"));
    };
    let changed = |key: &str, value: Value| {
        let mut old = old.clone();
        old[key] = value;
        old.to_string()
    };
    refused("", "this is no audit: EOF while parsing a value at line 1 column 0");
    refused("{}", "this is no audit: missing field `schema_version`");
    refused(
        &changed("schema_version", json!(2)),
        "this audit has format 2, and this version of dbt-steward reads format 1",
    );
    refused(&changed("project", json!("other")), "this is an audit of project `other`, not of `small`");
    let run = desk.run(&["audit", "p", "--compare", "nowhere.json"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.starts_with("  × nowhere.json cannot be read\n"), "{}", run.stderr);
}

fn git(desk: &Desk, arguments: &[&str]) -> String {
    let identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgsign=false"];
    let output = Command::new("git")
        .current_dir(desk.path(""))
        .args(identity)
        .args(arguments)
        .env("GIT_AUTHOR_DATE", "2025-06-01T12:00:00Z")
        .env("GIT_COMMITTER_DATE", "2025-06-01T12:00:00Z")
        .output()
        .expect("git is there");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("git prints text").trim().to_owned()
}

#[test]
fn git_tells_the_commit_and_how_often_a_file_changes() {
    let desk = small();
    git(&desk, &["init", "--quiet"]);
    for (at, text) in ["-- a\n", "-- bb\n", "-- ccc\n"].iter().enumerate() {
        let sql = format!("{text}select order_id from {{{{ source('erp', 'orders') }}}}\n");
        desk.write("p/models/staging/stg_orders.sql", sql);
        git(&desk, &["add", "."]);
        git(&desk, &["commit", "--quiet", "-m", &format!("change {at}")]);
    }
    desk.edit("p/models/staging/erp.yml", ", data_tests: [unique, not_null]", "");
    let of_staging = |audit: &Value| -> (Value, Value) {
        let findings = list(&audit["findings"]).iter();
        let mut found = findings.filter(|it| it["subject"] == "model.small.stg_orders" && it["code"] == "TST001");
        let found = found.next().unwrap_or_else(|| panic!("TST001 in {}", audit["findings"]));
        (found["why"].clone(), found["risk"].clone())
    };
    desk.write("p/dbt-steward.yml", "extends: minimal\nrules: {TST001: warning}\n");
    let plain = audit(&desk, &[]);
    assert_eq!(plain["commit"], json!(git(&desk, &["rev-parse", "HEAD"])));
    // 3 × (1 + 2 + ½ + ¼·log₂ 1)
    assert_eq!(of_staging(&plain), (json!("feeds 1 dashboard, 1 model"), json!(10.5)));
    let churned = audit(&desk, &["--churn"]);
    // Three commits add ½·log₂ 4.
    assert_eq!(of_staging(&churned), (json!("feeds 1 dashboard, 1 model; 3 commits in a year"), json!(13.5)));
    let a_year_later = audit(&desk, &["--churn", "--date", "2026-07-01"]);
    assert_eq!(of_staging(&a_year_later), of_staging(&plain));
}

#[test]
fn what_failed_in_the_last_run_weighs_more() {
    let desk = small();
    let results = |results: Value| json!({ "metadata": {}, "results": results, "elapsed_time": 1.0 }).to_string();
    desk.write(
        "p/target/run_results.json",
        results(json!([
            {"unique_id": "model.small.stg_orders", "status": "success"},
            {"unique_id": "model.small.fct_orders", "status": "error"},
        ])),
    );
    desk.edit("p/models/marts/marts.yml", "    config: {meta: {owner: Finance}}\n", "");
    let failed = audit(&desk, &[]);
    let found = list(&failed["findings"]).iter().find(|it| it["code"] == "EXP007").expect("it has no owner").clone();
    // 8 × (1 + 2 + 3)
    assert_eq!((&found["why"], &found["risk"]), (&json!("feeds 1 dashboard; failed in the last run"), &json!(48.0)));
    let notes = |audit: &Value| audit["notes"].to_string();
    assert!(!notes(&failed).contains("last run"), "{}", notes(&failed));

    desk.write("p/target/run_results.json", results(json!([{"unique_id": "model.other.x", "status": "error"}])));
    let foreign = notes(&audit(&desk, &[]));
    assert!(
        foreign.contains("p/target/run_results.json was left out: only 0 of its 1 nodes are of this project."),
        "{foreign}"
    );
    desk.write("p/target/run_results.json", "{");
    let broken = notes(&audit(&desk, &[]));
    assert!(
        broken.contains("p/target/run_results.json was left out: EOF while parsing an object at line 1 column 1."),
        "{broken}"
    );
}
