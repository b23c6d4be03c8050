//! The fixture projects, finding by finding: every rule fires somewhere in them, at a place that is stated here.
//!
//! `tests/expected/*.txt` hold every finding with its exact span. They were checked by hand against what the fixtures'
//! author meant to be wrong. After a deliberate change, `UPDATE_EXPECTED=1 cargo test --test fixtures` rewrites them:
//! read the difference before committing it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs `check` from the repository's root, so that paths are the same on every machine.
fn check(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_dbt-steward"))
        .current_dir(root())
        .env_remove("DBT_TARGET_PATH")
        .args(["check", "--format", "json", "--exit-zero", "--today", "2026-01-01"])
        .args(arguments)
        .output()
        .expect("the binary starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the output is JSON")
}

fn findings(output: &Value) -> &[Value] {
    output["findings"].as_array().expect("findings are a list")
}

fn text<'v>(finding: &'v Value, key: &str) -> &'v str {
    finding[key].as_str().expect("the field is a string")
}

/// `path:line:column-end_line:end_column severity CODE slug subject: message`
fn line(finding: &Value) -> String {
    let number = |key: &str| finding[key].as_u64().map_or_else(|| "?".to_owned(), |number| number.to_string());
    format!(
        "{}:{}:{}-{}:{} {} {} {} {}: {}\n",
        text(finding, "path"),
        number("line"),
        number("column"),
        number("end_line"),
        number("end_column"),
        text(finding, "severity"),
        text(finding, "code"),
        text(finding, "slug"),
        text(finding, "subject"),
        text(finding, "message")
    )
}

fn assert_expected(name: &str, output: &Value) {
    let path: PathBuf = root().join("tests/expected").join(name);
    let found: String = findings(output).iter().map(line).collect();
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, &found).expect("the expected findings can be written");
    }
    let wanted = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let (found, wanted): (BTreeSet<&str>, BTreeSet<&str>) = (found.lines().collect(), wanted.lines().collect());
    let unexpected: Vec<_> = found.difference(&wanted).collect();
    let missing: Vec<_> = wanted.difference(&found).collect();
    assert!(unexpected.is_empty() && missing.is_empty(), "{name}\nunexpected: {unexpected:#?}\nmissing: {missing:#?}");
}

#[test]
fn shop_has_the_findings_its_author_meant() {
    assert_expected("shop.txt", &check(&["fixtures/shop"]));
}

#[test]
fn shop_has_every_finding_with_every_rule_on() {
    assert_expected("shop_every_rule.txt", &check(&["fixtures/shop", "--config", "fixtures/shop/every-rule.yml"]));
}

/// With every rule on, graver rules speak for these; alone they speak for themselves.
#[test]
fn shop_has_the_findings_that_graver_rules_supersede() {
    assert_expected("shop_superseded.txt", &check(&["fixtures/shop", "--select", "DAG001,DAG003,OWN001"]));
}

#[test]
fn other_fixtures_have_the_findings_their_author_meant() {
    for name in ["spans/transform", "no-exposures"] {
        let file = format!("{}.txt", name.replace('/', "_"));
        assert_expected(&file, &check(&[&format!("fixtures/{name}"), "--preset", "strict"]));
    }
    let manifest = "fixtures/refused-by-core/target/dbt2/manifest.json";
    assert_expected("refused_by_core.txt", &check(&["fixtures/refused-by-core", "--manifest", manifest]));
}

#[test]
fn spotless_is_clean_under_strict() {
    for manifest in ["fixtures/spotless/target/manifest.json", "fixtures/spotless/target/dbt2/manifest.json"] {
        let output = check(&["fixtures/spotless", "--manifest", manifest, "--preset", "strict"]);
        let found: Vec<String> = findings(&output).iter().map(line).collect();
        assert!(found.is_empty(), "{manifest}: {found:#?}");
        assert_eq!(output["summary"]["counts"]["models"], 17);
    }
}

/// Where a rule can only be shown by other means.
const ELSEWHERE: [(&str, &str); 11] = [
    ("ACC030", "compares two states; tests/changed/base.rs makes a second one"),
    ("ACC031", "compares two states; tests/changed/base.rs makes a second one"),
    ("ACC032", "compares two states; tests/changed/base.rs makes a second one"),
    ("ACC033", "compares two states; tests/changed/base.rs makes a second one"),
    ("ACC034", "compares two states; tests/changed/base.rs makes a second one"),
    ("ACC035", "compares two states; tests/changed/base.rs makes a second one"),
    ("DAG014", "dbt refuses cycles; tests/bad_input.rs edits one into a manifest"),
    ("DAG015", "dbt refuses references to nothing; tests/project_rules.rs reads a project's own files"),
    ("PRJ012", "the manifests are current; tests/project_rules.rs edits files after one was written"),
    ("PRJ013", "dbt refuses invalid YAML; tests/bad_input.rs breaks a file after the manifest was written"),
    ("SUP005", "it is about a baseline; tests/baseline records one"),
];

#[test]
fn every_rule_fires_in_a_fixture_at_a_real_span() {
    let mut fired = BTreeSet::new();
    for name in ["shop_every_rule.txt", "shop_superseded.txt", "refused_by_core.txt"] {
        let text = std::fs::read_to_string(root().join("tests/expected").join(name)).expect("the file is there");
        for line in text.lines() {
            let mut words = line.split(' ');
            let place = words.next().unwrap_or_default();
            assert!(!place.contains('?'), "{name}: no line: {line}");
            fired.insert(words.nth(1).unwrap_or_default().to_owned());
        }
    }
    let silent: Vec<&str> = dbt_steward::rules::all()
        .iter()
        .map(|rule| rule.code)
        .filter(|code| !fired.contains(*code) && ELSEWHERE.iter().all(|(other, _)| other != code))
        .collect();
    assert!(silent.is_empty(), "no fixture shows {silent:?}");
}
