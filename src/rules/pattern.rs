//! A regular expression as an option of a rule: written as a string, compiled once.

use std::borrow::Cow;
use std::fmt;

use regex::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

/// A regular expression in the syntax of the `regex` crate. It fits a text if it is found anywhere in it; `^` and `$`
/// tie it to the ends.
///
/// There is no sensible default, so an option that needs one is an `Option<Pattern>`.
#[derive(Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles an expression.
    ///
    /// # Errors
    /// Quotes the expression and says in one line what is wrong with it.
    pub fn new(expression: &str) -> Result<Self, String> {
        Regex::new(expression)
            .map(Self)
            .map_err(|error| format!("`{expression}` is no regular expression: {}", reason(&error)))
    }

    /// Whether it is found in the text.
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// The expression as written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// The crate's message spans lines and draws a caret; its last line holds the reason.
fn reason(error: &regex::Error) -> String {
    let message = error.to_string();
    let last = message.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expression = String::deserialize(deserializer)?;
        Self::new(&expression).map_err(de::Error::custom)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl JsonSchema for Pattern {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "regex" })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Pattern;

    #[test]
    fn is_found_anywhere_unless_anchored() {
        let loose = Pattern::new("stg_").unwrap();
        assert!(loose.is_match("stg_orders") && loose.is_match("old_stg_orders"));
        let tied = Pattern::new("^stg_").unwrap();
        assert!(!tied.is_match("old_stg_orders"));
    }

    #[test]
    fn goes_through_json_as_a_string() {
        let pattern: Pattern = serde_json::from_value(json!("^fct_")).unwrap();
        assert_eq!(serde_json::to_value(&pattern).unwrap(), json!("^fct_"));
        let schema = serde_json::to_value(schemars::schema_for!(Option<Pattern>)).unwrap();
        assert_eq!(schema["type"], json!(["string", "null"]));
    }

    #[test]
    fn says_in_one_line_what_is_wrong() {
        let error = serde_json::from_value::<Pattern>(json!("^(stg")).unwrap_err();
        assert_eq!(error.to_string(), "`^(stg` is no regular expression: unclosed group");
        let error = serde_json::from_value::<Pattern>(json!(3)).unwrap_err();
        assert_eq!(error.to_string(), "invalid type: integer `3`, expected a string");
    }
}
