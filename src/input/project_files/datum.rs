//! A value of a YAML file as dbt holds it in memory: what Python's `yaml.safe_load` gives, or nothing that is known.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::ser::{Serialize, Serializer};

use crate::text::python_repr;
use crate::text::yaml::{Node, Resolved, Value};

/// Why a value cannot be known from the files, in plain words: "env_var('REGION') has no value here".
pub type Reason = Arc<str>;

/// One value. Mappings keep the order of the file, which shows in the names that dbt gives to tests.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Datum {
    #[default]
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    /// A date or a time, as Python prints it.
    Time(String),
    List(Vec<Datum>),
    Map(Map),
    Unknown(Reason),
}

/// Keys and values in the order of the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Map(Vec<(String, Datum)>);

impl Datum {
    /// The value of a YAML node.
    pub fn from_node(node: &Node) -> Self {
        match node.value() {
            Value::Scalar(scalar) => Self::from_resolved(scalar.resolve()),
            Value::Sequence(items) => Self::List(items.iter().map(Self::from_node).collect()),
            Value::Mapping(_) => Self::Map(
                node.entries()
                    .map(|entry| (Self::from_node(&entry.key).to_key(), Self::from_node(&entry.value)))
                    .collect(),
            ),
        }
    }

    fn from_resolved(value: Resolved<'_>) -> Self {
        match value {
            Resolved::Null => Self::Null,
            Resolved::Bool(value) => Self::Bool(value),
            Resolved::Int(value) => Self::Int(value),
            // Nothing that dbt reads is that long.
            Resolved::HugeInt(digits) => Self::Text(digits.to_owned()),
            Resolved::Float(value) => Self::Float(value),
            Resolved::Timestamp(time) => Self::Time(time.to_string()),
            Resolved::Str(text) => Self::Text(text.to_owned()),
        }
    }

    /// As the key of a JSON object, which is how Python's `json` writes it.
    fn to_key(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            other => other.to_text(),
        }
    }

    /// As Python's `str()` gives it.
    pub fn to_text(&self) -> String {
        match self {
            Self::Text(text) | Self::Time(text) => text.clone(),
            other => {
                let mut out = String::new();
                other.represent(&mut out);
                out
            }
        }
    }

    /// As Python's `repr()` gives it.
    pub fn represent(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("None"),
            Self::Bool(true) => out.push_str("True"),
            Self::Bool(false) => out.push_str("False"),
            Self::Int(value) => {
                let _ = write!(out, "{value}");
            }
            Self::Float(value) => out.push_str(&python_repr::float(*value)),
            Self::Text(text) | Self::Time(text) => python_repr::quote(text, out),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    item.represent(out);
                }
                out.push(']');
            }
            Self::Map(map) => {
                out.push('{');
                for (index, (key, value)) in map.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    python_repr::quote(key, out);
                    out.push_str(": ");
                    value.represent(out);
                }
                out.push('}');
            }
            Self::Unknown(_) => out.push('?'),
        }
    }

    /// Whether Python takes it for true.
    pub fn is_true(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Time(_) | Self::Unknown(_) => true,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Time(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    pub fn as_map(&self) -> Option<&Map> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// The items of a list; nothing if this is none.
    pub fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// One value or a list of them, as dbt allows for tags and the like.
    pub fn into_list(self) -> Vec<Self> {
        match self {
            Self::List(items) => items,
            Self::Null => Vec::new(),
            other => vec![other],
        }
    }

    /// The value of a key; `None` if this is no mapping or has no such key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.get(key)
    }

    /// The first reason, if anything in it is unknown.
    pub fn unknown(&self) -> Option<&Reason> {
        match self {
            Self::Unknown(reason) => Some(reason),
            Self::List(items) => items.iter().find_map(Self::unknown),
            Self::Map(map) => map.iter().find_map(|(_, value)| value.unknown()),
            _ => None,
        }
    }
}

impl Map {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, key: &str) -> Option<&Datum> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Datum> {
        self.0.iter_mut().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The value of a key that is there and not null.
    pub fn value(&self, key: &str) -> Option<&Datum> {
        self.get(key).filter(|value| !value.is_null())
    }

    /// The text of a key; `None` for other types.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_text()
    }

    /// Sets a key, at its old place if it is there.
    pub fn insert(&mut self, key: impl Into<String>, value: Datum) {
        let key = key.into();
        match self.get_mut(&key) {
            Some(place) => *place = value,
            None => self.0.push((key, value)),
        }
    }

    /// Adds a key that is known not to be there yet, without looking.
    pub fn push(&mut self, key: impl Into<String>, value: Datum) {
        self.0.push((key.into(), value));
    }

    pub fn remove(&mut self, key: &str) -> Option<Datum> {
        let at = self.0.iter().position(|(name, _)| name == key)?;
        Some(self.0.remove(at).1)
    }

    /// Python's `update`: later values win.
    pub fn update(&mut self, other: Self) {
        for (key, value) in other.0 {
            self.insert(key, value);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Datum)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(key, _)| key)
    }
}

impl FromIterator<(String, Datum)> for Map {
    fn from_iter<I: IntoIterator<Item = (String, Datum)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl IntoIterator for Map {
    type Item = (String, Datum);
    type IntoIter = std::vec::IntoIter<(String, Datum)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Serialize for Datum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null | Self::Unknown(_) => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => match i64::try_from(*value) {
                Ok(value) => serializer.serialize_i64(value),
                Err(_) => serializer.serialize_f64(*value as f64),
            },
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(text) | Self::Time(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items.iter().filter(|item| !matches!(item, Self::Unknown(_)))),
            Self::Map(map) => map.serialize(serializer),
        }
    }
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // What is unknown is absent, as far as values go.
        let known = self.0.iter().filter(|(_, value)| !matches!(value, Datum::Unknown(_)));
        serializer.collect_map(known.map(|(key, value)| (key, value)))
    }
}

/// Values out of YAML, for tests.
#[cfg(test)]
pub mod testing {
    use super::{Datum, Map};
    use crate::text::yaml;

    pub fn datum(text: &str) -> Datum {
        Datum::from_node(&yaml::parse(text).expect("valid YAML").documents[0])
    }

    pub fn map(text: &str) -> Map {
        match datum(text) {
            Datum::Map(map) => map,
            other => panic!("{other:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::datum;
    use super::*;

    #[test]
    fn prints_as_python_does() {
        let cases = [
            ("null", "None"),
            ("yes", "True"),
            ("010", "8"),
            ("1.0", "1.0"),
            ("1.0e+16", "1e+16"),
            ("0.00001", "1e-05"),
            ("2024-01-31", "2024-01-31"),
            ("[a, 1, null]", "['a', 1, None]"),
            ("{a: it's, 2: 'say \"x\"'}", "{'a': \"it's\", '2': 'say \"x\"'}"),
            (r#""a\nb\\""#, "a\nb\\"),
            (r#"["a\nb\\"]"#, r"['a\nb\\']"),
            (r#"["\u200b é"]"#, r"['\u200b é']"),
        ];
        for (text, printed) in cases {
            assert_eq!(datum(text).to_text(), printed, "{text}");
        }
    }

    #[test]
    fn keeps_the_order_of_keys_and_the_place_of_a_changed_one() {
        let Datum::Map(mut map) = datum("{b: 1, a: 2}") else { panic!("a mapping") };
        map.insert("b", Datum::Null);
        map.update(Map::from_iter([("c".to_owned(), Datum::Bool(true))]));
        assert_eq!(serde_json::to_string(&map).unwrap(), r#"{"b":null,"a":2,"c":true}"#);
    }
}
