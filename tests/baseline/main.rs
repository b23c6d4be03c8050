//! The baseline: what is recorded, what is new, what is fixed, and how the file behaves under git.

#[path = "../support/mod.rs"]
mod support;

mod bad_input;
mod groups;
mod known;
mod ratchet;
mod record;
mod renames;
mod update;

use support::{Desk, Run};

const FILE: &str = "shop/dbt-steward-baseline.json";

/// A project without anything in it, in folder `shop`.
fn shop() -> Desk {
    let desk = Desk::new();
    desk.write("shop/dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\n");
    desk
}

/// Adds models, each with its SQL.
fn models(desk: &Desk, models: &[(&str, &str)]) {
    for (path, sql) in models {
        desk.write(&format!("shop/models/{path}.sql"), format!("{sql}\n"));
    }
}

/// Records today's findings of these rules.
#[track_caller]
fn record(desk: &Desk, rules: &str) -> Run {
    let run = desk.run(&["baseline", "shop", "--select", rules]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{}", run.stderr);
    run
}

/// What is new by these rules, a line each: `CODE message`.
#[track_caller]
fn new(desk: &Desk, rules: &str) -> Vec<String> {
    let found = desk.json(&["shop", "--select", rules]);
    let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let findings = found["findings"].as_array().expect("findings are a list");
    findings.iter().map(|finding| format!("{} {}", text(finding, "code"), text(finding, "message"))).collect()
}

/// A run of `check` with these rules.
fn check(desk: &Desk, rules: &str, arguments: &[&str]) -> Run {
    desk.run(&[&["check", "shop", "--select", rules, "--format", "concise"], arguments].concat())
}

/// The lines that say how the run compares to the baseline.
fn told(run: &Run) -> Vec<&str> {
    run.stderr.lines().filter(|line| line.contains("baseline")).collect()
}
