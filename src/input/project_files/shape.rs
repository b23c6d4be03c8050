//! Values in the types that dbt has for them.
//!
//! dbt refuses a project in which `meta` is a text or a description a list. While somebody is still typing, the rest of
//! the project is to be linted all the same: what has a wrong type is left out, and a number where a text belongs is
//! taken for one.

use super::datum::{Datum, Map};

/// What a key holds.
enum Shape {
    Text,
    Texts,
    Bool,
    /// A mapping of which each key has its own shape.
    Fields,
    /// Names to mappings of fields.
    Named,
    /// Names to lists of texts.
    NamedTexts,
    /// A list of mappings of fields.
    List,
    /// A list of anything.
    FreeList,
    /// A mapping of anything.
    Free,
    /// Anything.
    Any,
}

fn of(key: &str) -> Shape {
    match key {
        "name"
        | "description"
        | "group"
        | "database"
        | "schema"
        | "alias"
        | "access"
        | "materialized"
        | "loader"
        | "identifier"
        | "loaded_at_field"
        | "source_description"
        | "type"
        | "url"
        | "label"
        | "maturity"
        | "model"
        | "primary_entity"
        | "data_type"
        | "severity"
        | "warn_if"
        | "error_if"
        | "where"
        | "fail_calc"
        | "incremental_strategy"
        | "on_schema_change"
        | "deprecation_date"
        | "namespace" => Shape::Text,
        "tags" | "unique_key" | "policy_tags" | "email" => Shape::Texts,
        "enabled" | "enforced" => Shape::Bool,
        "config" | "contract" | "owner" | "depends_on" | "query_params" | "test_metadata" | "freshness"
        | "warn_after" | "error_after" => Shape::Fields,
        "columns" => Shape::Named,
        "grants" => Shape::NamedTexts,
        "constraints" | "entities" | "measures" | "arguments" => Shape::List,
        "exports" => Shape::FreeList,
        "meta" | "source_meta" | "kwargs" => Shape::Free,
        _ => Shape::Any,
    }
}

/// The entry with every value in its type.
pub fn shaped(entry: Map) -> Map {
    entry.into_iter().filter_map(|(key, value)| Some((key.clone(), value_of(&key, value)?))).collect()
}

fn value_of(key: &str, value: Datum) -> Option<Datum> {
    // Null and unknown fit everywhere.
    if matches!(value, Datum::Null | Datum::Unknown(_)) {
        return Some(value);
    }
    match (of(key), value) {
        (Shape::Any, value) => Some(value),
        (Shape::Text, value) => text(value),
        (Shape::Texts, value) => Some(texts(value)),
        (Shape::Bool, value) => value.as_bool().map(Datum::Bool),
        (Shape::Fields, Datum::Map(map)) => Some(Datum::Map(shaped(map))),
        (Shape::Free, value @ Datum::Map(_)) | (Shape::FreeList, value @ Datum::List(_)) => Some(value),
        // The columns of a constraint are names, those of a resource are described.
        (Shape::Named, list @ Datum::List(_)) => Some(texts(list)),
        (Shape::Named, Datum::Map(map)) => {
            let fields = map.into_iter().filter_map(|(name, value)| match value {
                Datum::Map(map) => Some((name, Datum::Map(shaped(map)))),
                _ => None,
            });
            Some(Datum::Map(fields.collect()))
        }
        (Shape::NamedTexts, Datum::Map(map)) => {
            Some(Datum::Map(map.into_iter().map(|(name, value)| (name, texts(value))).collect()))
        }
        (Shape::List, Datum::List(items)) => {
            let maps = items.into_iter().filter_map(|item| match item {
                Datum::Map(map) => Some(Datum::Map(shaped(map))),
                _ => None,
            });
            Some(Datum::List(maps.collect()))
        }
        _ => None,
    }
}

fn text(value: Datum) -> Option<Datum> {
    match value {
        Datum::List(_) | Datum::Map(_) => None,
        Datum::Text(_) | Datum::Time(_) | Datum::Unknown(_) => Some(value),
        other => Some(Datum::Text(other.to_text())),
    }
}

fn texts(value: Datum) -> Datum {
    Datum::List(value.into_list().into_iter().filter_map(text).collect())
}

#[cfg(test)]
mod tests {
    use super::super::datum::Reason;
    use super::super::datum::testing::map;
    use super::*;

    fn printed(text: &str) -> String {
        serde_json::to_string(&shaped(map(text))).expect("every key is a text")
    }

    #[test]
    fn what_is_not_known_is_no_text() {
        let unknown = Datum::List(vec![Datum::Text("a".to_owned()), Datum::Unknown(Reason::from("who knows"))]);
        let entry = shaped(Map::from_iter([("tags".to_owned(), unknown)]));
        assert_eq!(entry.get("tags").and_then(Datum::unknown).map(|reason| &**reason), Some("who knows"));
    }

    #[test]
    fn what_has_a_wrong_type_is_left_out() {
        assert_eq!(
            printed("{meta: text, tags: 5, group: [a], description: 7, version: 2}"),
            r#"{"tags":["5"],"description":"7","version":2}"#
        );
        assert_eq!(
            printed("{config: {enabled: maybe, meta: {a: [1]}, schema: 2024}}"),
            r#"{"config":{"meta":{"a":[1]},"schema":"2024"}}"#
        );
        assert_eq!(
            printed("{columns: {id: {tags: x}, y: 3}, constraints: [{columns: [id, 2]}, z]}"),
            r#"{"columns":{"id":{"tags":["x"]}},"constraints":[{"columns":["id","2"]}]}"#
        );
        assert_eq!(
            printed("{freshness: null, owner: Anna, grants: {select: a}}"),
            r#"{"freshness":null,"grants":{"select":["a"]}}"#
        );
    }
}
