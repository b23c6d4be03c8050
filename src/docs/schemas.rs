//! JSON Schemas: of the config, for editors; of the JSON output, for programs.

use schemars::schema_for;
use serde_json::{Map, Value, json};

use crate::config::{File, Level, Selectors};
use crate::report::json::Output;
use crate::rules::{self, RuleInfo};

/// The schema of `dbt-steward.yml`.
pub fn config() -> String {
    let mut schema = schema_for!(File).to_value();
    let selectors = schema_for!(Selectors).to_value();
    let level = schema_for!(Level).to_value();
    merge_definitions(&mut schema, &selectors);
    let levels = json!({ "enum": level["enum"].clone() });
    let mut rules = Map::new();
    for rule in rules::all() {
        let setup = setup(rule, &selectors, &levels, &mut schema);
        rules.insert(rule.slug.to_owned(), setup);
        let by_slug = json!({ "$ref": format!("#/properties/rules/properties/{}", rule.slug) });
        rules.insert(rule.code.to_owned(), by_slug);
    }
    let mut block = selectors["properties"].as_object().cloned().unwrap_or_default();
    block.insert("rules".to_owned(), json!({ "type": "object", "additionalProperties": levels }));
    schema["properties"]["rules"] = json!({
        "description": "Severity and options of each rule, by slug or code.",
        "type": "object", "properties": rules, "additionalProperties": false,
    });
    schema["properties"]["overrides"] = json!({
        "description": "Other severities for a part of the project.",
        "type": "array",
        "items": { "type": "object", "properties": block, "required": ["rules"], "additionalProperties": false },
    });
    schema["title"] = json!("dbt-steward.yml");
    pretty(&schema)
}

/// A severity, a block, or a list of blocks.
fn setup(rule: &RuleInfo, selectors: &Value, levels: &Value, root: &mut Value) -> Value {
    let options = (rule.options_schema)().to_value();
    merge_definitions(root, &options);
    let mut properties = selectors["properties"].as_object().cloned().unwrap_or_default();
    properties.insert("severity".to_owned(), levels.clone());
    if let Some(own) = options.get("properties").and_then(Value::as_object) {
        properties.extend(own.clone());
    }
    let block = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    json!({
        "description": format!("{}: {}", rule.code, rule.summary()),
        "anyOf": [levels, block, { "type": "array", "items": block }],
    })
}

/// Definitions are shared by all parts, because references are relative to the whole schema.
fn merge_definitions(root: &mut Value, part: &Value) {
    let Some(definitions) = part.get("$defs").and_then(Value::as_object) else { return };
    if root.get("$defs").is_none() {
        root["$defs"] = json!({});
    }
    for (name, definition) in definitions {
        root["$defs"][name] = definition.clone();
    }
}

/// The schema of `check --format json`.
pub fn findings() -> String {
    pretty(&schema_for!(Output<'static>).to_value())
}

fn pretty(schema: &Value) -> String {
    let mut text = serde_json::to_string_pretty(schema).expect("plain values always serialise");
    text.push('\n');
    text
}
