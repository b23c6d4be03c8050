//! JSON that most runs never look into.

use serde::Deserialize;

/// A value of the project as JSON text: macros' source, models' SQL, tests' arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// Takes a text that is JSON. What is not reads as nothing.
    pub fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// The text.
    pub fn get(self) -> &'a str {
        self.0
    }

    /// The value; `None` if it has another shape.
    pub fn parse<T: Deserialize<'a>>(self) -> Option<T> {
        serde_json::from_str(self.0).ok()
    }
}
