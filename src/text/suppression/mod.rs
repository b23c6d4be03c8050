//! Comments that ask for silence: `steward: ignore[DOC001] reason until 2027-01-31`, and how far each reaches.
//!
//! What is asked for stands in [`parse`]; which text is a comment, and what it covers, depends on the language. Whether
//! a rule of that name exists, and what day it is, is nobody's business here.

mod lines;
mod markdown;
mod parse;
mod python;
mod sql;
#[cfg(test)]
mod tests;
mod yaml;

pub use markdown::in_markdown;
pub use python::in_python;
pub use sql::in_sql;
pub use yaml::in_yaml;

use crate::text::Span;

/// The word that every suppression begins with. A text without it has none.
const WORD: &str = "steward:";

/// A suppression as a comment says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// From `steward:` to the closing bracket, or as far as it can be read.
    pub span: Span,
    /// What it names: at least one rule or area, or why it names none.
    pub names: Result<Vec<Name>, Flaw>,
    /// Why, in the author's words; empty where none are given. The date is not among them.
    pub reason: String,
    pub until: Option<Until>,
    pub covers: Covers,
}

/// A rule or an area as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

/// What stands behind `until`, where it is meant for a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Until {
    pub text: String,
    pub span: Span,
}

/// Why a suppression names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    /// `ignore` alone, or `ignore[]`.
    NoName,
    /// `ignore[DOC001` without the other bracket.
    Unclosed,
    /// Neither `ignore` nor `ignore-file`, but like one of them: `ignore-line[DOC001]`.
    UnknownWord,
}

/// How far a suppression reaches within its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covers {
    /// The file as a whole, and what it defines or describes.
    File,
    /// What begins in that stretch.
    Span(Span),
    /// There is nothing on the line below.
    Nothing,
}

/// Whether a text may hold a suppression at all: nearly none does, and need not be looked at more closely.
pub fn may_be_in(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), WORD.as_bytes()).is_some()
}
