//! History and comparison: how a project comes along.

use std::process::Command;

use serde_json::{Value, json};

use super::support::needs::has_programs;
use super::worklist::{audit, on_two_sources, small};
use super::{Desk, list};

fn lines(desk: &Desk) -> Vec<Value> {
    desk.read("history.jsonl").lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

/// Commit, day and score of the runs that count.
fn trend(audit: &Value) -> Value {
    let of = |it: &Value| json!([it["commit"], it["date"], it["score"]]);
    list(&audit["history"]).iter().map(of).collect()
}

#[test]
fn each_run_adds_one_line_and_of_each_commit_the_last_counts() {
    let desk = small();
    let remember =
        |commit: &str, date: &str| audit(&desk, &["--history", "history.jsonl", "--commit", commit, "--date", date]);
    remember("a1", "2026-01-01");
    let second = remember("b2", "2026-01-02");
    assert_eq!(trend(&second), json!([["a1", "2026-01-01", 94.5], ["b2", "2026-01-02", 94.5]]));
    assert_eq!((&second["commit"], &second["date"]), (&json!("b2"), &json!("2026-01-02")));
    desk.edit(
        "p/models/staging/erp.yml",
        "      - name: orders\n",
        "      - name: orders\n        data_tests: [dbt_utils.equal_rowcount]\n",
    );
    // The newest run is the last, also of a commit that is older.
    let third = remember("a1", "2026-01-03");
    assert_eq!(trend(&third), json!([["b2", "2026-01-02", 94.5], ["a1", "2026-01-03", 100.0]]));
    let lines = lines(&desk);
    let commits: Vec<&Value> = lines.iter().map(|line| &line["commit"]).collect();
    assert_eq!(json!(commits), json!(["a1", "b2", "a1"]));
    let latest = &lines[2];
    assert_eq!((&latest["risk"], &latest["resources"]), (&json!(0.0), &json!(4)));
    assert_eq!(latest["findings"], json!({"error": 0, "warning": 0, "info": 0}));
    assert_eq!(latest["traps"]["govern"], json!(100.0));
    assert!(
        list(&latest["coverage"]).contains(&json!({"measure": "tested", "of": "sources", "covered": 1, "total": 1}))
    );
    let ran = list(&third["rules"]).iter().filter(|rule| rule["skipped"].is_null());
    let ran = ran.map(|rule| (rule["code"].as_str().unwrap().to_owned(), rule["severity"].clone()));
    assert_eq!(latest["rules"], Value::Object(ran.collect()));
    assert_eq!((&latest["input"], &third["input"]["kind"]), (&json!("files"), &json!("files")));
}

#[test]
fn without_git_of_each_day_the_last_counts() {
    let desk = small();
    audit(&desk, &["--history", "history.jsonl", "--date", "2026-01-01"]);
    audit(&desk, &["--history", "history.jsonl", "--date", "2026-01-01"]);
    let third = audit(&desk, &["--history", "history.jsonl", "--date", "2026-01-02"]);
    assert_eq!(trend(&third), json!([[null, "2026-01-01", 94.5], [null, "2026-01-02", 94.5]]));
}

#[test]
fn what_stands_in_a_history_stays_as_it_is() {
    let desk = small();
    audit(&desk, &["--history", "history.jsonl", "--commit", "a1"]);
    // A newer version knows more of a run, an older one less, and an editor took the last line feed away.
    let (newer, older) = (lines(&desk)[0].clone(), lines(&desk)[0].clone());
    let changed = |mut line: Value, change: fn(&mut Value)| {
        change(&mut line);
        line.to_string()
    };
    let newer = changed(newer, |line| (line["commit"], line["mood"]) = ("b2".into(), "good".into()));
    let older = changed(older, |line| {
        line["commit"] = "c3".into();
        line.as_object_mut().unwrap().retain(|key, _| !["rules", "input"].contains(&key.as_str()));
    });
    let text = format!("{newer}\n\n{older}");
    desk.write("history.jsonl", &text);
    let audit = audit(&desk, &["--history", "history.jsonl", "--commit", "d4"]);
    assert_eq!(list(&audit["history"]).len(), 3);
    let after = desk.read("history.jsonl");
    assert!(after.starts_with(&format!("{text}\n{{\"commit\":\"d4\",")), "{after}");
    assert_eq!((after.lines().count(), after.ends_with("}\n")), (4, true));
}

#[test]
fn runs_at_the_same_time_are_all_remembered() {
    let desk = small();
    let start = |number: usize| {
        let arguments = ["audit", "p", "--quiet", "--format", "csv", "--history", "history.jsonl", "--commit"];
        let mut command = desk.command(&[&arguments[..], &[&format!("c{number}")]].concat());
        command.stdout(std::process::Stdio::null()).spawn().expect("the binary starts")
    };
    let runs: Vec<_> = (0..8).map(start).collect();
    runs.into_iter().for_each(|mut run| assert!(run.wait().expect("it ends").success()));
    let mut commits: Vec<String> =
        lines(&desk).iter().map(|line| line["commit"].as_str().unwrap().to_owned()).collect();
    commits.sort();
    assert_eq!(commits, ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"]);
}

#[test]
fn no_report_takes_the_place_of_what_is_read_or_remembered() {
    let desk = small();
    audit(&desk, &["--history", "h.jsonl"]);
    let old = audit(&desk, &[]).to_string();
    desk.write("old.json", &old);
    let history = desk.read("h.jsonl");
    for (arguments, message) in [
        (["--history", "h.jsonl", "--format", "json=./h.jsonl"], "--history and --format would both be h.jsonl"),
        (["--history", "h.jsonl", "--output-file", "h.jsonl"], "--history and --format would both be h.jsonl"),
        (["--compare", "old.json", "--format", "json=p/../old.json"], "--compare and --format would both be old.json"),
    ] {
        desk.run(&[&["audit", "p"][..], &arguments].concat())
            .refuses(&format!("  × {message}\n  help: name another file for one of them\n"));
    }
    desk.run(&["audit", "p", "--history", "dbt-steward-audit.html"]).refuses(
        "  × --history and --format would both be dbt-steward-audit.html\n  help: name another file for one of them\n",
    );
    assert_eq!((desk.read("h.jsonl"), desk.read("old.json")), (history, old));
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

/// The names of what the field lists.
fn names(comparison: &Value, field: &str, name: &str) -> Vec<String> {
    list(&comparison[field]).iter().map(|it| it[name].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn what_a_rule_found_that_did_not_run_is_not_gone() {
    let desk = small();
    desk.edit("p/models/marts/marts.yml", "    description: One row per order.\n", "");
    desk.write("old.json", audit(&desk, &["--preset", "strict"]).to_string());
    let new = audit(&desk, &["--compare", "old.json"]);
    let comparison = &new["comparison"];
    assert_eq!((&comparison["fixed"], &comparison["new"], &comparison["done"]), (&json!([]), &json!([]), &json!([])));
    assert_eq!((&comparison["is_comparable"], &comparison["scores"]), (&json!(false), &json!([])));
    let untold = names(comparison, "untold", "code");
    assert!(untold.contains(&"SRC001".to_owned()) && !untold.contains(&"EXP005".to_owned()), "{untold:?}");
    let only_before: Vec<&str> =
        list(&comparison["rules"]["only_before"]).iter().map(|code| code.as_str().unwrap()).collect();
    assert!(untold.iter().all(|code| only_before.contains(&code.as_str())), "{untold:?}");
    assert_eq!(comparison["rules"]["only_now"], json!([]));

    // And the other way round: what it finds now is not new.
    desk.write("old.json", audit(&desk, &[]).to_string());
    let new = audit(&desk, &["--preset", "strict", "--compare", "old.json"]);
    let comparison = &new["comparison"];
    assert_eq!((&comparison["fixed"], &comparison["new"], &comparison["untold"]), (&json!([]), &json!([]), &json!([])));
    assert_eq!(list(&comparison["untold_new"]).len(), untold.len());
}

#[test]
fn what_gave_way_to_a_rule_that_is_off_now_is_not_new() {
    let desk = small();
    desk.edit("p/models/marts/marts.yml", "    config: {meta: {owner: Finance}}\n", "");
    desk.write("old.json", audit(&desk, &[]).to_string());
    desk.write("p/dbt-steward.yml", "extends: minimal\nrules: {EXP007: 'off', OWN001: warning}\n");
    let comparison = &audit(&desk, &["--compare", "old.json"])["comparison"];
    assert_eq!(names(comparison, "untold", "code"), ["EXP007"]);
    assert_eq!((&comparison["new"], list(&comparison["untold_new"]).len()), (&json!([]), 1));
}

#[test]
fn a_manifest_alone_does_not_make_findings_on_files_go_away() {
    let desk = Desk::with("shop", "shop");
    let audit = |path: &str, more: &[&str]| -> Value {
        let run = desk.run(&[&["audit", path, "--format", "json", "--today", "2026-01-01", "--quiet"], more].concat());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        serde_json::from_str(&run.stdout).expect("an audit is JSON")
    };
    let files = audit("shop", &["--input", "manifest"]);
    desk.write("old.json", files.to_string());
    desk.write("shop.manifest", desk.read("shop/target/manifest.json"));
    let bare = audit("shop.manifest", &["--compare", "old.json"]);
    let untold = names(&bare["comparison"], "untold", "code");
    assert!(untold.contains(&"PRJ009".to_owned()), "{untold:?}");
    assert_eq!(bare["comparison"]["is_comparable"], false);
    let fixed = names(&bare["comparison"], "fixed", "code");
    assert!(fixed.is_empty(), "{fixed:?}");
    // What comments suppress is no news either, where nobody reads them.
    assert_eq!(bare["comparison"]["new"], json!([]));
    assert!(!list(&bare["comparison"]["untold_new"]).is_empty());
}

#[test]
fn another_severity_is_no_better_and_no_worse() {
    let desk = small();
    desk.write("old.json", audit(&desk, &[]).to_string());
    desk.write("p/dbt-steward.yml", "extends: minimal\nrules: {TST002: error}\n");
    let comparison = &audit(&desk, &["--compare", "old.json"])["comparison"];
    assert_eq!(comparison["rules"], json!({"only_before": [], "only_now": [], "severity": ["TST002"]}));
    assert_eq!((&comparison["is_comparable"], &comparison["scores"]), (&json!(false), &json!([])));
    assert_eq!((&comparison["fixed"], &comparison["new"]), (&json!([]), &json!([])));
}

#[test]
fn an_action_is_done_where_nothing_of_it_is_left() {
    let desk = small();
    let model = |name: &str, owner: &str| {
        let config =
            if owner.is_empty() { String::new() } else { format!("{{{{ config(meta={{'owner': '{owner}'}}) }}}} ") };
        desk.write(
            &format!("p/models/a/{name}.sql"),
            format!("{config}select 1 as n from {{{{ ref('stg_orders') }}}}\n"),
        );
    };
    ["m0", "m1", "m2"].into_iter().for_each(|name| model(name, ""));
    desk.write("p/dbt-steward.yml", "extends: minimal\nrules: {OWN001: warning}\n");
    let own = |audit: &Value| -> Vec<String> {
        let actions = list(&audit["worklist"]).iter().filter(|action| action["kind"] == "own");
        actions.map(|action| action["id"].as_str().unwrap().to_owned()).collect()
    };
    let old = audit(&desk, &[]);
    assert_eq!(own(&old), ["own:models/a/:model"]);
    desk.write("old.json", old.to_string());
    // Most have an owner now, so that one would name one for the other by itself: the same work has another name.
    ["m0", "m1"].into_iter().for_each(|name| model(name, "Ana"));
    let half = audit(&desk, &["--compare", "old.json"]);
    assert_eq!(own(&half), ["own:model.small.m2"]);
    assert_eq!(half["comparison"]["done"], json!([]));
    model("m2", "Ana");
    let done = audit(&desk, &["--compare", "old.json"]);
    assert_eq!(names(&done["comparison"], "done", "id"), ["own:models/a/:model"]);
    // Other work of the same name is no part of it.
    desk.edit("p/models/a/m2.sql", "{{ config(meta={'owner': 'Ana'}) }} ", "");
    ["m3", "m4", "m5", "m6", "m7"].into_iter().for_each(|name| model(name, ""));
    desk.write("old.json", half.to_string());
    model("m2", "Ana");
    let other = audit(&desk, &["--compare", "old.json"]);
    assert_eq!(own(&other), ["own:models/a/:model"]);
    assert_eq!(names(&other["comparison"], "done", "id"), ["own:model.small.m2"]);
}

#[test]
fn freshness_of_one_source_of_two_is_done_by_itself() {
    let desk = on_two_sources();
    desk.write("old.json", audit(&desk, &[]).to_string());
    desk.edit(
        "p/models/staging/crm.yml",
        "      - name: people\n",
        "      - name: people\n        config: {freshness: {warn_after: {count: 1, period: day}}, loaded_at_field: at}\n",
    );
    let comparison = &audit(&desk, &["--compare", "old.json"])["comparison"];
    assert_eq!(names(comparison, "done", "id"), ["freshness:source.small.crm"]);
    assert_eq!(names(comparison, "fixed", "code"), ["SRC001"]);
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
    if !has_programs(&["git"]) {
        return;
    }
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

#[test]
fn a_last_run_from_before_the_manifest_is_told() {
    let desk = Desk::with("shop", "shop");
    let notes = |ended: &str| {
        let results = json!({
            "metadata": { "generated_at": ended },
            "results": [{"unique_id": "model.shop.fct_orders", "status": "error"}],
        });
        desk.write("shop/target/run_results.json", results.to_string());
        let run = desk.run(&["audit", "shop", "--input", "manifest", "--format", "json", "--quiet"]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        let audit: Value = serde_json::from_str(&run.stdout).unwrap();
        let failed = list(&audit["findings"]).iter().any(|it| it["why"].as_str().unwrap().contains("failed"));
        let notes = list(&audit["notes"]).iter().map(|note| note.as_str().unwrap().to_owned());
        (failed, notes.filter(|note| note.contains("run_results")).collect::<Vec<_>>())
    };
    let manifest: Value = serde_json::from_str(&desk.read("shop/target/manifest.json")).unwrap();
    let written = manifest["metadata"]["generated_at"].as_str().unwrap();
    let outdated = format!(
        "shop/target/run_results.json is of a run that ended at 2020-01-01T00:00:00Z, before the manifest was written at \
         {written}: what failed then may be mended."
    );
    assert_eq!(notes("2020-01-01T00:00:00Z"), (true, vec![outdated]));
    assert_eq!(notes("2099-01-01T00:00:00Z"), (true, Vec::new()));
}
