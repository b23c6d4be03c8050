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
            let items = schema.get("items").map_or_else(|| "value".to_owned(), |items| kind(items, root));
            match items.strip_prefix("one of ") {
                Some(choices) => format!("any of {choices}"),
                None => format!("list of {items}s"),
            }
        }
        "object" => "map".to_owned(),
        other => other.to_owned(),
    }
}

/// `enum`, or alternatives in `oneOf`/`anyOf`: the words where all are words, else the types.
fn choices(schema: &Value, root: &Value) -> Option<String> {
    if let Some(words) = words(schema, root) {
        return Some(format!("one of {}", words.join(", ")));
    }
    let kinds: Vec<String> = alternatives(schema)?.map(|one| kind(one, root)).collect();
    Some(kinds.join(" or "))
}

/// The words that a schema allows, if it allows nothing else.
fn words<'s>(schema: &'s Value, root: &'s Value) -> Option<Vec<&'s str>> {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return words(root.pointer(reference.trim_start_matches('#'))?, root);
    }
    if let Some(word) = schema.get("const") {
        return Some(vec![word.as_str()?]);
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().map(Value::as_str).collect();
    }
    let parts: Option<Vec<Vec<&str>>> = alternatives(schema)?.map(|one| words(one, root)).collect();
    Some(parts?.concat())
}

/// What `oneOf` or `anyOf` lists, without the null that stands for leaving the option out.
fn alternatives(schema: &Value) -> Option<impl Iterator<Item = &Value>> {
    let list = schema.get("oneOf").or_else(|| schema.get("anyOf"))?.as_array()?;
    Some(list.iter().filter(|one| one.get("type").and_then(Value::as_str) != Some("null")))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::kind;

    #[test]
    fn types_are_told_in_words() {
        let root = json!({ "$defs": {
            "Of": { "oneOf": [{ "enum": ["models", "seeds"] }, { "const": "columns", "description": "Declared ones." }] },
        }});
        for (schema, words) in [
            (json!({ "type": "integer" }), "integer"),
            (json!({ "type": ["string", "null"] }), "string"),
            (json!({ "type": "array", "items": { "type": "string" } }), "list of strings"),
            (json!({ "$ref": "#/$defs/Of" }), "one of models, seeds, columns"),
            (json!({ "anyOf": [{ "$ref": "#/$defs/Of" }, { "type": "null" }] }), "one of models, seeds, columns"),
            (json!({ "type": "array", "items": { "$ref": "#/$defs/Of" } }), "any of models, seeds, columns"),
            (
                json!({ "anyOf": [{ "$ref": "#/$defs/Of" }, { "type": "integer" }] }),
                "one of models, seeds, columns or integer",
            ),
        ] {
            assert_eq!(kind(&schema, &root), words, "{schema}");
        }
    }
}
