//! JSON Schemas: of the config, for editors; of the JSON output, for programs.

use schemars::schema_for;
use serde_json::{Map, Value, json};

use crate::audit::Audit;
use crate::cel::{FieldInfo, Shape, Type};
use crate::config::{File, Level, Selectors};
use crate::project::Layer;
use crate::report::json::Output;
use crate::rules::policy::{At, Expectation, RESOURCE};
use crate::rules::{self, RuleInfo};

/// The schema of `dbt-steward.yml`.
pub fn config() -> String {
    let mut schema = schema_for!(File).to_value();
    schema["title"] = json!("dbt-steward.yml");
    let definitions = &mut schema["$defs"];
    let mut selectors = schema_for!(Selectors).to_value();
    if let Some(Value::Object(inner)) = selectors.get_mut("$defs").map(Value::take) {
        definitions.as_object_mut().expect("$defs is a map").extend(inner);
    }
    definitions["Selectors"] = json!({
        "type": "object", "description": selectors["description"], "properties": selectors["properties"],
    });
    definitions["Severity"] = severity();
    let mut rules = Map::new();
    for rule in rules::all() {
        let block = format!("rule.{}", rule.slug);
        definitions[&block] = options_block(rule, &selectors);
        rules.insert(rule.slug.to_owned(), setup(rule, &block));
        let by_slug = json!({ "$ref": format!("#/properties/rules/properties/{}", rule.slug) });
        rules.insert(rule.code.to_owned(), by_slug);
    }
    let severities: Map<String, Value> =
        rules.keys().map(|name| (name.clone(), json!({ "$ref": "#/$defs/Severity" }))).collect();
    let mut exception = selector_references(&selectors);
    exception.insert(
        "rules".to_owned(),
        json!({
            "description": "Severity of each rule here, by slug or code.",
            "type": "object", "properties": severities,
            "patternProperties": { (POLICY): { "$ref": "#/$defs/Severity" } }, "additionalProperties": false,
        }),
    );
    schema["properties"]["layers"]["propertyNames"] = json!({ "enum": Layer::NAMED });
    schema["properties"]["rules"] = json!({
        "description": "Severity and options of each rule, by slug or code.",
        "type": "object", "properties": rules,
        "patternProperties": { (POLICY): { "description": "A policy.", "anyOf": [
            { "$ref": "#/$defs/Severity" },
            {
                "type": "object", "properties": { "severity": { "$ref": "#/$defs/Severity" } },
                "additionalProperties": false,
            },
        ] } },
        "additionalProperties": false,
    });
    schema["properties"]["policies"] = policies(&selectors);
    schema["properties"]["overrides"] = json!({
        "description": "Other severities for a part of the project.",
        "type": "array",
        "items": { "type": "object", "properties": exception, "required": ["rules"], "additionalProperties": false },
    });
    pretty(&schema)
}

/// A policy's code.
const POLICY: &str = "^POL/[a-z0-9]+(-[a-z0-9]+)*$";

/// What may stand under `policies:`.
fn policies(selectors: &Value) -> Value {
    let text = |description: &str| json!({ "description": description, "type": ["string", "boolean"] });
    let mut properties = selector_references(selectors);
    let mut set = |name: &str, schema: Value| properties.insert(name.to_owned(), schema);
    set("when", text("What the policy is about: a CEL expression over `resource`. Everything, if there is none."));
    set("require", text("What must be true: a CEL expression over `resource`."));
    set("message", text("What is wrong where it is not, with expressions in braces: {resource.name}."));
    set("help", text("What to do about it, with expressions in braces."));
    set("severity", json!({ "$ref": "#/$defs/Severity" }));
    let places: Vec<&str> = At::words().collect();
    set(
        "at",
        json!({
            "description": "Where findings point: `entry` unless set.",
            "anyOf": [{ "enum": places }, { "type": "string", "pattern": "^meta\\." }],
        }),
    );
    let examples: Map<String, Value> = Expectation::ALL
        .into_iter()
        .map(|(key, _)| (key.to_owned(), json!({ "type": ["array", "null"], "items": record(&RESOURCE) })))
        .collect();
    set(
        "examples",
        json!({
            "description": "Resources that pass, fail or are skipped, for `dbt-steward policies test`.",
            "type": ["object", "null"], "properties": examples, "additionalProperties": false,
        }),
    );
    json!({
        "description": "Rules of your own, by name; their code is POL/ and the name.",
        "type": ["object", "null"],
        "propertyNames": { "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" },
        "additionalProperties": {
            "type": "object", "properties": properties, "required": ["require", "message"],
            "additionalProperties": false,
        },
    })
}

/// A part of a record, as an example gives it.
fn record(shape: &Shape) -> Value {
    let field = |field: &FieldInfo| {
        let mut schema = match field.kind {
            Type::Bool => json!({ "type": "boolean" }),
            Type::Word(words) => json!({ "enum": words.values }),
            Type::List(Type::Record(shape)) => json!({ "type": "array", "items": record(shape) }),
            Type::List(_) => json!({ "type": "array" }),
            Type::Any => json!({ "type": "object" }),
            // YAML reads some texts as numbers or dates, and they are texts all the same.
            _ => json!({ "type": ["string", "number", "boolean", "null"] }),
        };
        schema["description"] = json!(field.docs);
        (field.name.to_owned(), schema)
    };
    let fields: Map<String, Value> = shape.fields.iter().map(field).collect();
    json!({ "type": "object", "properties": fields, "additionalProperties": false })
}

fn severity() -> Value {
    let mut words = schema_for!(Level).to_value()["enum"].as_array().cloned().unwrap_or_default();
    // What validators that read YAML 1.1 see where `off` stands without quotes.
    words.push(json!(false));
    json!({ "description": "How grave a finding is; off switches the rule off.", "enum": words })
}

/// A severity, a block, or a list of blocks.
fn setup(rule: &RuleInfo, block: &str) -> Value {
    let (severity, block) = (json!({ "$ref": "#/$defs/Severity" }), json!({ "$ref": format!("#/$defs/{block}") }));
    json!({
        "description": format!("{}: {}", rule.code, rule.summary()),
        "anyOf": [severity, block, { "type": "array", "items": { "anyOf": [severity, block] } }],
    })
}

/// What may stand in a rule's block: severity, selectors, the rule's own options.
fn options_block(rule: &RuleInfo, selectors: &Value) -> Value {
    let options = (rule.options_schema)().to_value();
    let mut properties = selector_references(selectors);
    properties.insert("severity".to_owned(), json!({ "$ref": "#/$defs/Severity" }));
    if let Some(own) = options.get("properties").and_then(Value::as_object) {
        properties.extend(own.iter().map(|(name, property)| (name.clone(), inlined(property, &options))));
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn selector_references(selectors: &Value) -> Map<String, Value> {
    let names = selectors["properties"].as_object().into_iter().flat_map(Map::keys);
    names.map(|name| (name.clone(), json!({ "$ref": format!("#/$defs/Selectors/properties/{name}") }))).collect()
}

/// The same schema with what it refers to in its place: rules may give types of their own the same name.
fn inlined(schema: &Value, root: &Value) -> Value {
    match schema {
        Value::Object(map) => {
            let target = map.get("$ref").and_then(Value::as_str);
            let target = target.and_then(|name| root.pointer(name.trim_start_matches('#')));
            let mut merged = match target.map(|target| inlined(target, root)) {
                Some(Value::Object(target)) => target,
                _ => Map::new(),
            };
            let own = map.iter().filter(|(key, _)| *key != "$ref");
            // A description beside the reference is about this use, so it wins.
            merged.extend(own.map(|(key, value)| (key.clone(), inlined(value, root))));
            Value::Object(merged)
        }
        Value::Array(items) => items.iter().map(|item| inlined(item, root)).collect(),
        other => other.clone(),
    }
}

/// The schema of `check --format json`.
pub fn findings() -> String {
    let mut schema = schema_for!(Output<'static>).to_value();
    schema["title"] = json!("dbt-steward check --format json");
    pretty(&schema)
}

/// The schema of `audit --format json`.
pub fn audit() -> String {
    let mut schema = schema_for!(Audit).to_value();
    schema["title"] = json!("dbt-steward audit --format json");
    pretty(&schema)
}

fn pretty(schema: &Value) -> String {
    let mut text = serde_json::to_string_pretty(schema).expect("plain values always serialise");
    text.push('\n');
    text
}
