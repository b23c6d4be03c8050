//! Places in Jinja templates, found without rendering them.
//!
//! [`Segments`] splits a template at its delimiters, [`calls`] finds `ref('orders')` and its like, [`find_blocks`]
//! finds what `{% macro %}`, `{% docs %}` and dbt's other tags define.

mod blocks;
mod calls;
mod segments;
#[cfg(test)]
pub(crate) mod testing;

pub use blocks::{Block, BlockKind, Parameter, find_blocks, find_blocks_before_error, find_blocks_of};
pub use calls::{calls, calls_before_error};
pub use segments::{Brackets, Segment, SegmentKind, Segments};

use crate::text::Span;
use crate::text::call::token::TokenError;

/// Why a template cannot be read to its end, and where: while somebody is still typing it, or because it is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct JinjaError {
    /// The delimiter, quote, bracket or character in question.
    pub span: Span,
    /// What is wrong with it.
    pub message: &'static str,
}

impl JinjaError {
    fn new(start: usize, end: usize, message: &'static str) -> Self {
        Self { span: Span::new(start, end), message }
    }
}

impl From<TokenError> for JinjaError {
    fn from(error: TokenError) -> Self {
        Self { span: error.span, message: error.message }
    }
}
