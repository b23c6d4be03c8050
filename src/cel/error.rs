//! What is wrong with an expression, and where in its text.

use std::ops::Range;

/// Something that cannot be read, cannot be right, or could not be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CelError {
    /// Bytes of the expression's text.
    pub range: Range<usize>,
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl CelError {
    pub(super) fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { range, message: message.into(), help: None }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
