//! The schemas of the formats that have one; where they come from: schemas/README.md.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::cases;

struct Schema {
    schemas: boon::Schemas,
    index: boon::SchemaIndex,
}

impl Schema {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/schemas").join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut schemas = boon::Schemas::new();
        let mut compiler = boon::Compiler::new();
        // URIs, too, are to be what the schema says.
        compiler.enable_format_assertions();
        compiler.add_resource("schema.json", serde_json::from_str(&text).unwrap()).unwrap();
        let index = compiler.compile("schema.json", &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
        Self { schemas, index }
    }

    /// What is wrong with a value.
    fn problem(&self, value: &Value) -> Option<String> {
        self.schemas.validate(value, self.index).err().map(|error| format!("{error:#}"))
    }
}

#[test]
fn sarif_is_as_its_schema_says() {
    let schema = Schema::new("sarif-2.1.0.json");
    for case in cases() {
        let log: Value = serde_json::from_str(case.output("sarif")).unwrap();
        assert_eq!(schema.problem(&log), None, "{}", case.name);
        if case.name == "many findings" {
            let log: Value = serde_json::from_str(&case.run(&["--show-suppressed"])["sarif"]).unwrap();
            let results = log["runs"][0]["results"].as_array().unwrap().iter();
            let suppressed = results.filter(|it| it["suppressions"].as_array().is_some_and(|all| !all.is_empty()));
            assert_eq!(suppressed.count(), case.json()["suppressed"].as_array().unwrap().len());
            assert_eq!(schema.problem(&log), None, "with what is suppressed");
        }
    }
    assert!(schema.problem(&json!({ "version": "2.1.0" })).is_some(), "the schema refuses what is none");
    let uri =
        json!({ "version": "2.1.0", "runs": [{ "tool": { "driver": { "name": "x", "informationUri": "a b" } } }] });
    assert!(schema.problem(&uri).is_some(), "the schema looks at URIs");
}

#[test]
fn gitlab_takes_each_violation() {
    let schema = Schema::new("codeclimate.json");
    for case in cases() {
        let report: Value = serde_json::from_str(case.output("gitlab")).unwrap();
        let violations = report.as_array().unwrap();
        for violation in violations {
            assert_eq!(schema.problem(violation), None, "{}", case.name);
            // https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
            let severities = ["info", "minor", "major", "critical", "blocker"];
            assert!(severities.contains(&violation["severity"].as_str().unwrap()), "{violation}");
            assert!(violation["location"]["lines"]["begin"].as_u64().unwrap() > 0, "{violation}");
        }
        let fingerprints: BTreeSet<&str> =
            violations.iter().map(|violation| violation["fingerprint"].as_str().unwrap()).collect();
        assert_eq!(fingerprints.len(), violations.len(), "{}: a fingerprint occurs twice", case.name);
    }
    assert!(schema.problem(&json!({ "description": "x" })).is_some(), "the schema refuses what is none");
}

#[test]
fn reviewdog_takes_each_diagnostic() {
    let schema = Schema::new("reviewdog-diagnostic.json");
    for case in cases() {
        for line in case.output("rdjsonl").lines() {
            assert_eq!(schema.problem(&serde_json::from_str(line).unwrap()), None, "{}", case.name);
        }
    }
    assert!(schema.problem(&json!({ "severity": "FATAL" })).is_some(), "the schema refuses what is none");
}
