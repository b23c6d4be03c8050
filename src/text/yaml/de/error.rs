//! Errors about the form of YAML, in the words of the person who wrote it.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

use crate::text::Span;
use crate::text::yaml::{Mapping, Node, Value};

/// Why a node does not have the form that the program wants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DeError {
    /// The key or value at fault: an unknown key itself, a value of a wrong type, the mapping that lacks a key.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What would be right, when that can be said.
    pub help: Option<String>,
    /// Whether `span` is known: errors are made by serde, which knows of no spans, and placed on the way up.
    placed: bool,
}

impl DeError {
    fn new(message: String) -> Self {
        Self { span: Span::default(), message, help: None, placed: false }
    }

    fn with_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    /// Places the error, unless something deeper in the tree already has.
    pub(super) fn at(mut self, span: Span) -> Self {
        if !self.placed {
            self.span = span;
            self.placed = true;
        }
        self
    }

    /// Places an error about a mapping as a whole. With flattened structs, serde finds unknown keys only at the end
    /// and names them in the message alone.
    pub(super) fn in_mapping(mut self, node: &Node, mapping: &Mapping) -> Self {
        if self.placed {
            return self;
        }
        let unknown = self.message.strip_prefix("unknown field `").and_then(|rest| rest.strip_suffix('`'));
        let entry = unknown.and_then(|key| mapping.entries().find(|entry| entry.key.as_str() == Some(key)));
        let Some(entry) = entry else { return self.at(node.span) };
        self.message = self.message.replacen("unknown field", "unknown key", 1);
        self.at(entry.key.span)
    }

    /// A list, or a mapping with another number of keys than one, where a variant of an enum should be.
    pub(super) fn no_variant(found: Value<'_>, variants: &[&str]) -> Self {
        let found = match found {
            Value::Scalar(_) => "nothing",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        };
        Self::new(format!("expected {}, found {found}", one_of(variants)))
    }
}

impl Error for DeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = message.to_string();
        if message.starts_with("data did not match any variant of untagged enum") {
            return Self::new("this value has none of the forms that are possible here".to_owned());
        }
        Self::new(message)
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let help = (found == Unexpected::Unit).then(|| "write a value, or remove the key".to_owned());
        Self::new(format!("expected {}, found {}", in_words(&expected.to_string()), found_in_words(found)))
            .with_help(help)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {}, found {}", in_words(&expected.to_string()), found_in_words(found)))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        let items = if length == 1 { "item" } else { "items" };
        Self::new(format!("expected {}, found {length} {items}", in_words(&expected.to_string())))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("unknown value `{variant}`")).with_help(suggestion(variant, expected))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("unknown key `{field}`")).with_help(suggestion(field, expected))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("the key `{field}` is missing"))
    }
}

/// "did you mean …" when one of the names is near, else all of them.
fn suggestion(given: &str, names: &[&str]) -> Option<String> {
    if let Some(near) = nearest(given, names.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    (!names.is_empty()).then(|| format!("expected {}", one_of(names)))
}

/// The name that `given` was probably meant to be: at most one edit for every three characters away.
pub fn nearest<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (given.chars().count() / 3).max(1);
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&given.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

fn one_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [name] => name.clone(),
        _ => format!("one of {}", quoted.join(", ")),
    }
}

/// What serde calls a type, in words that someone who writes YAML uses.
fn in_words(expected: &str) -> String {
    let words = match expected {
        "a boolean" => "`true` or `false`",
        "a sequence" => "a list",
        "a map" => "a mapping",
        "a borrowed string" | "a character" | "a formatted string" => "a string",
        "unit" => "nothing",
        "i64" | "isize" | "i128" => "a whole number",
        "u64" | "usize" | "u128" => "a whole number of 0 or more",
        "i8" => "a whole number from -128 to 127",
        "i16" => "a whole number from -32768 to 32767",
        "i32" => "a whole number from -2147483648 to 2147483647",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "f32" | "f64" => "a number",
        _ if expected.starts_with("a nonzero ") => "a whole number other than 0",
        _ if expected.starts_with("struct ") => "a mapping",
        _ if expected.starts_with("internally tagged enum") => "a mapping",
        _ => return list_of_fixed_length(expected).unwrap_or_else(|| expected.to_owned()),
    };
    words.to_owned()
}

/// `a tuple of size 2` and `an array of length 2`, as serde calls them.
fn list_of_fixed_length(expected: &str) -> Option<String> {
    let prefixes = ["a tuple of size ", "an array of length "];
    let length = prefixes.iter().find_map(|prefix| expected.strip_prefix(prefix))?;
    Some(format!("a list of {length} items"))
}

fn found_in_words(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(value) => format!("the number {value}"),
        Unexpected::Signed(value) => format!("the number {value}"),
        Unexpected::Float(value) => format!("the number {value}"),
        Unexpected::Char(value) => format!("the text `{value}`"),
        Unexpected::Str(value) => format!("the text `{}`", shortened(value)),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a mapping".to_owned(),
        Unexpected::UnitVariant => "its name alone".to_owned(),
        Unexpected::Other(what) => too_large(what).unwrap_or_else(|| what.to_owned()),
        other => other.to_string(),
    }
}

/// Of a number that no number's type holds, which serde calls "integer `…` as i128".
fn too_large(what: &str) -> Option<String> {
    let digits = what.strip_prefix("integer `")?.split_once("` as ")?.0;
    Some(format!("the number {digits}, which is too large"))
}

/// The start of a text that is too long, or has too many lines, for a message.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    let line = text.lines().next().unwrap_or_default();
    let start: String = line.chars().take(LONGEST).collect();
    if start.len() == text.len() { start } else { format!("{start}…") }
}
