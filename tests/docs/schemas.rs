//! The JSON Schemas say what the program reads and writes.

use std::path::Path;

use dbt_steward::text::yaml;
use serde_json::{Value, json};

use super::{read, root, steward};

/// What the schema in docs/schema says of a value: nothing, or what is wrong.
fn problem(schema: &str, value: &Value) -> Option<String> {
    let schema: Value = serde_json::from_str(&read(Path::new("docs/schema").join(schema))).expect("a schema is JSON");
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("schema.json", schema).expect("the schema has a valid address");
    let index = compiler.compile("schema.json", &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
    schemas.validate(value, index).err().map(|error| format!("{error:#}"))
}

fn yaml_value(text: &str) -> Value {
    let tree = yaml::parse(text).expect("the file is YAML");
    yaml::from_node(&tree.documents[0]).expect("YAML has a value")
}

#[test]
fn output_is_as_its_schema_says() {
    for arguments in [
        vec!["check", "fixtures/shop", "--format", "json"],
        vec!["check", "fixtures/spotless", "--format", "json"],
        vec!["check", "fixtures/no-exposures", "--format", "json", "--preset", "strict", "--max-findings", "1"],
    ] {
        let output = steward(root(), &arguments);
        let value: Value = serde_json::from_slice(&output.stdout).expect("the output is JSON");
        assert_eq!(problem("findings.schema.json", &value), None, "{arguments:?}");
    }
}

#[test]
fn an_audit_is_as_its_schema_says() {
    for arguments in [
        vec!["audit", "fixtures/shop", "--format", "json"],
        vec!["audit", "fixtures/no-exposures", "--format", "json", "--preset", "strict"],
    ] {
        let output = steward(root(), &arguments);
        let value: Value = serde_json::from_slice(&output.stdout).expect("the output is JSON");
        assert_eq!(problem("audit.schema.json", &value), None, "{arguments:?}");
    }
    assert!(problem("audit.schema.json", &json!({ "schema_version": 1 })).is_some());
}

#[test]
fn output_without_places_is_as_its_schema_says() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let manifest = folder.path().join("shop.json");
    std::fs::copy(root().join("fixtures/shop/target/manifest.json"), manifest).expect("the folder is writable");
    let output = steward(folder.path(), &["check", "shop.json", "--format", "json"]);
    let value: Value = serde_json::from_slice(&output.stdout).expect("the output is JSON");
    assert_eq!(value["findings"][0]["line"], Value::Null);
    assert_eq!(problem("findings.schema.json", &value), None);
}

#[test]
fn schema_of_the_output_refuses_what_is_none() {
    assert!(problem("findings.schema.json", &json!({ "schema_version": 1 })).is_some());
}

#[test]
fn configs_of_fixtures_are_as_their_schema_says() {
    let mut configs = 0;
    for folder in std::fs::read_dir(root().join("fixtures")).expect("fixtures are readable") {
        let path = folder.expect("fixtures are readable").path().join("dbt-steward.yml");
        if path.is_file() {
            configs += 1;
            assert_eq!(problem("dbt-steward.schema.json", &yaml_value(&read(&path))), None, "{}", path.display());
        }
    }
    assert!(configs > 0, "no fixture has a config");
}

#[test]
fn configs_of_pages_are_as_their_schema_says() {
    for page in ["README.md", "docs/configuration.md", "docs/policies.md"] {
        let text = read(page);
        let blocks = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split_once("```"));
        for (block, _) in blocks {
            assert_eq!(problem("dbt-steward.schema.json", &yaml_value(block)), None, "{page}:\n{block}");
        }
    }
}

#[test]
fn schema_of_the_config_refuses_mistakes() {
    for mistake in [
        "fail_on: error",
        "extends: [strict]",
        "layers: { gold: { paths: [x] } }",
        "rules: { undocumented-modell: error }",
        "rules: { undocumented-model: fatal }",
        "rules: { DOC001: { min-len: 4 } }",
        "rules: { undocumented-model: { min-length: many } }",
        "rules: { undocumented-model: [{ layers: [gold] }] }",
        "policies: { x: { require: 'true' } }",
        "policies: { x: { require: 'true', message: m, requires: 'true' } }",
        "policies: { X y: { require: 'true', message: m } }",
        "policies: { x: { require: 'true', message: m, at: nowhere } }",
        "policies: { x: { require: 'true', message: m, examples: { pass: [{ ownr: me }] } } }",
        "rules: { POL/x: { paths: [a] } }",
        "overrides: [{ paths: [models/a] }]",
        "overrides: [{ paths: [models/a], rules: { undocumented-model: { min-length: 3 } } }]",
    ] {
        assert!(problem("dbt-steward.schema.json", &yaml_value(mistake)).is_some(), "{mistake}");
    }
}
