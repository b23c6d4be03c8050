//! A rule's options, from the JSON Schema of their type.

use serde_json::Value;

use crate::rules::RuleInfo;

/// One option of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct OptionDoc {
    pub name: String,
    /// In words: "integer", "list of strings", "one of model, column".
    pub kind: String,
    pub default: Value,
    pub description: String,
}

/// The options in order of name.
pub fn of(rule: &RuleInfo) -> Vec<OptionDoc> {
    let schema = (rule.options_schema)().to_value();
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return Vec::new() };
    let option = |(name, property): (&String, &Value)| OptionDoc {
        name: name.clone(),
        kind: kind(property, &schema),
        default: property.get("default").cloned().unwrap_or(Value::Null),
        description: one_line(property.get("description").and_then(Value::as_str).unwrap_or_default()),
    };
    properties.iter().map(option).collect()
}

/// The type of a schema in words; references go into `root`'s definitions.
fn kind(schema: &Value, root: &Value) -> String {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(reference.trim_start_matches('#'));
        return target.map_or_else(String::new, |target| kind(target, root));
    }
    if let Some(choices) = choices(schema, root) {
        return choices;
    }
    match schema.get("type") {
        Some(Value::String(name)) => named_kind(name, schema, root),
        // `["string", "null"]`: null is what leaving the option out gives.
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .filter(|name| *name != "null")
            .map(|name| named_kind(name, schema, root))
            .collect::<Vec<_>>()
            .join(" or "),
        _ => "any".to_owned(),
    }
}

fn named_kind(name: &str, schema: &Value, root: &Value) -> String {
    match name {
        "array" => {
            let items = schema.get("items").map_or_else(|| "values".to_owned(), |items| kind(items, root));
            format!("list of {items}s")
        }
        "object" => "map".to_owned(),
        other => other.to_owned(),
    }
}

/// `enum`, or alternatives in `oneOf`/`anyOf`.
fn choices(schema: &Value, root: &Value) -> Option<String> {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        return Some(format!("one of {}", words.join(", ")));
    }
    let alternatives = schema.get("oneOf").or_else(|| schema.get("anyOf"))?.as_array()?;
    let constants: Vec<&str> = alternatives.iter().filter_map(|one| one.get("const")?.as_str()).collect();
    if constants.len() == alternatives.len() {
        return Some(format!("one of {}", constants.join(", ")));
    }
    let is_null = |one: &&Value| one.get("type").and_then(Value::as_str) == Some("null");
    let kinds: Vec<String> = alternatives.iter().filter(|one| !is_null(one)).map(|one| kind(one, root)).collect();
    Some(kinds.join(" or "))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
