//! Between values of YAML and values of templates.

use super::super::datum::{Datum, Map, Reason};
use crate::template::{Dict, Value};

/// A YAML value as a template sees it.
pub fn to_value(datum: &Datum) -> Value {
    match datum {
        Datum::Null => Value::None,
        Datum::Bool(value) => Value::Bool(*value),
        Datum::Int(value) => i64::try_from(*value).map_or_else(|_| Value::unknown("number beyond 64 bits"), Value::Int),
        Datum::Float(value) => Value::Float(*value),
        Datum::Text(text) => Value::text(text),
        Datum::Time(_) => Value::unknown("a date is an object of Python"),
        Datum::List(items) => Value::list(items.iter().map(to_value).collect()),
        Datum::Map(map) => {
            let mut dict = Dict::new();
            for (key, value) in map.iter() {
                dict.insert_text(key, to_value(value));
            }
            Value::dict(dict)
        }
        Datum::Unknown(reason) => Value::unknown(reason),
    }
}

/// A template's value as YAML would have it; what has no such form is unknown.
pub fn to_datum(value: &Value) -> Datum {
    let unknown = |text: &str| Datum::Unknown(Reason::from(text));
    if let Some(reason) = value.unknown_reason() {
        return unknown(reason.text());
    }
    match value {
        Value::None => Datum::Null,
        Value::Undefined(_) => Datum::Text(String::new()),
        Value::Bool(value) => Datum::Bool(*value),
        Value::Int(value) => Datum::Int(i128::from(*value)),
        Value::Float(value) => Datum::Float(*value),
        Value::Str(text) => Datum::Text(text.to_string()),
        Value::List(_) | Value::Tuple(_) | Value::Range(_) => match value.iterate() {
            Ok(items) => Datum::List(items.iter().map(to_datum).collect()),
            Err(error) => unknown(&error.to_string()),
        },
        Value::Dict(dict) => match dict.get() {
            Ok(dict) => Datum::Map(
                dict.iter().map(|(key, value)| (to_datum(&key.to_value()).to_text(), to_datum(value))).collect::<Map>(),
            ),
            Err(error) => unknown(&error.to_string()),
        },
        Value::Object(object) => match object.text() {
            Ok(text) => Datum::Text(text),
            Err(error) => unknown(&error.to_string()),
        },
        other => unknown(&format!("a value of type {}", other.type_name())),
    }
}
