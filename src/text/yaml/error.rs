//! What is wrong with a YAML file, in plain words.

use super::MAX_DEPTH;
use super::scalar::{Scalar, Tag};
use super::tree::Node;
use crate::text::Span;

/// Why a text is no YAML that dbt could load.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct YamlError {
    /// Where it went wrong: one character, or the part that is wrong.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What to do about it, when that is known.
    pub help: Option<String>,
}

impl YamlError {
    pub(super) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The character at `at`, or an empty span at the end of the text.
fn character(text: &str, at: usize) -> Span {
    let length = text[at..].chars().next().map_or(0, char::len_utf8);
    Span::new(at, at + length)
}

fn one_byte(at: usize) -> Span {
    Span::new(at, at + 1)
}

/// Refuses the characters that YAML does not allow anywhere in a file.
pub(super) fn check_characters(text: &str) -> Result<(), YamlError> {
    // These bytes start, or are, all characters in question; hardly any file has one.
    let suspicious =
        |byte: u8| (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || matches!(byte, 0x7F | 0xC2 | 0xEF);
    if !text.bytes().any(suspicious) {
        return Ok(());
    }
    let Some((at, found)) = text.char_indices().find(|(_, found)| !is_allowed(*found)) else { return Ok(()) };
    let span = Span::new(at, at + found.len_utf8());
    let message = format!("the character U+{:04X} is not allowed in YAML", u32::from(found));
    Err(YamlError::new(span, message).with_help("remove it, or write it as an escape in double quotes"))
}

fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{A0}'..='\u{FFFD}' | '\u{10000}'..)
}

// ---- Tokens

pub(super) fn no_token(text: &str, at: usize) -> YamlError {
    let span = character(text, at);
    if text[at..].starts_with('\t') {
        return YamlError::new(span, "a tab cannot be used for indentation").with_help("use spaces instead");
    }
    YamlError::new(span, "no value can start with this character").with_help("put the value in quotes")
}

pub(super) fn tab_as_indentation(text: &str, from: usize) -> YamlError {
    let tab = text[from..].find('\t').map_or(from, |distance| from + distance);
    YamlError::new(character(text, tab), "a tab cannot be used for indentation").with_help("use spaces instead")
}

/// A line that is indented like the keys above it, but has no colon.
pub(super) fn key_without_colon(text: &str, at: usize) -> YamlError {
    let line = text[at..].lines().next().unwrap_or_default().trim_end();
    let message = "this line is neither `key: value` nor part of the value above";
    YamlError::new(Span::new(at, at + line.len()), message).with_help("add a `:` behind the key, or indent it more")
}

pub(super) fn misplaced_dash(at: usize) -> YamlError {
    YamlError::new(one_byte(at), "a `-` cannot stand here: a list starts in a line of its own")
        .with_help("put the value in quotes if it starts with a `-`")
}

pub(super) fn misplaced_question_mark(at: usize) -> YamlError {
    YamlError::new(one_byte(at), "a `?` cannot stand here").with_help("put the value in quotes if it starts with a `?`")
}

pub(super) fn misplaced_colon(at: usize) -> YamlError {
    YamlError::new(one_byte(at), "a `:` cannot stand here: the text before it is already a value")
        .with_help("put a text that has `: ` in it in quotes, or check the indentation")
}

pub(super) fn colon_without_space(at: usize) -> YamlError {
    YamlError::new(one_byte(at), "a `:` in brackets needs a space behind it")
        .with_help("put the value in quotes if the `:` is part of it")
}

pub(super) fn unclosed_quotes(start: usize) -> YamlError {
    YamlError::new(one_byte(start), "the quotes that open here are never closed").with_help("close them")
}

pub(super) fn unknown_escape(text: &str, at: usize) -> YamlError {
    let length: usize = text[at..].chars().take(2).map(char::len_utf8).sum();
    YamlError::new(Span::new(at, at + length), "this is no escape that YAML knows")
        .with_help("write `\\\\` for a backslash, or use single quotes")
}

pub(super) fn text_behind_block_sign(text: &str, at: usize) -> YamlError {
    YamlError::new(character(text, at), "only `+`, `-`, an indentation from 1 to 9 and a comment can follow `|` or `>`")
        .with_help("start the text in the next line, or put it in quotes")
}

// ---- Structure

pub(super) fn unclosed_bracket(start: usize) -> YamlError {
    YamlError::new(one_byte(start), "the bracket that opens here is never closed")
        .with_help("close it, or put the value in quotes if it starts with a bracket")
}

pub(super) fn too_deep(span: Span) -> YamlError {
    YamlError::new(span, format!("lists and mappings nest more than {MAX_DEPTH} levels deep"))
}

/// A list or mapping as the key of a mapping. The usual reason is Jinja without quotes: `{{ x }}` is a mapping whose
/// key is a mapping.
pub(super) fn collection_as_key(text: &str, start: usize) -> YamlError {
    if text[start..].starts_with("{{") {
        return YamlError::new(Span::new(start, start + 2), "a value that starts with `{{` must be in quotes")
            .with_help("write \"{{ … }}\"");
    }
    YamlError::new(character(text, start), "a list or mapping cannot be a key")
}

// ---- Values

const YAML_ORG: &str = "tag:yaml.org,2002:";

/// What stands behind `!!` in a tag: `str` for `!!str`; empty for `!` alone.
fn standard_name(tag: &str) -> Option<&str> {
    if tag == "!" { Some("") } else { tag.strip_prefix(YAML_ORG) }
}

fn unknown_tag(span: Span, of: &str) -> YamlError {
    YamlError::new(span, format!("dbt cannot load this tag on {of}"))
        .with_help("remove the tag, or put the value in quotes if it starts with a `!`")
}

/// Refuses a list with a tag that PyYAML does not load on a list.
pub(super) fn check_sequence_tag(tag: &str, span: Span) -> Result<(), YamlError> {
    match standard_name(tag) {
        Some("" | "seq" | "omap" | "pairs") => Ok(()),
        _ => Err(unknown_tag(span, "a list")),
    }
}

/// Refuses a mapping with a tag that PyYAML does not load on a mapping.
pub(super) fn check_mapping_tag(tag: &str, span: Span) -> Result<(), YamlError> {
    match standard_name(tag) {
        Some("" | "map" | "set") => Ok(()),
        _ => Err(unknown_tag(span, "a mapping")),
    }
}

/// What a tag says about a scalar.
pub(super) fn scalar_tag(tag: &str, span: Span) -> Result<Tag, YamlError> {
    match standard_name(tag) {
        Some("") => Ok(Tag::ByText),
        Some("null") => Ok(Tag::Null),
        Some("bool") => Ok(Tag::Bool),
        Some("int") => Ok(Tag::Int),
        Some("float") => Ok(Tag::Float),
        Some("timestamp") => Ok(Tag::Timestamp),
        Some("str" | "binary") => Ok(Tag::Str),
        _ => Err(unknown_tag(span, "a single value")),
    }
}

/// Refuses a scalar of which PyYAML cannot make a value.
pub(super) fn check_resolves(scalar: &Scalar, span: Span) -> Result<(), YamlError> {
    let text = scalar.text();
    scalar.try_resolve().map(drop).map_err(|reason| YamlError::new(span, format!("`{text}` {reason}")))
}

/// Refuses `=` and `<<`, which mean something as keys, as values.
pub(super) fn check_value(node: &Node) -> Result<(), YamlError> {
    match node.as_scalar() {
        Some(scalar) if matches!(scalar.text(), "=" | "<<") && scalar.is_by_text() => {
            let text = scalar.text();
            Err(YamlError::new(node.span, format!("`{text}` has a special meaning in YAML"))
                .with_help(format!("put it in quotes: \"{text}\"")))
        }
        _ => Ok(()),
    }
}

/// A token that is not what the list or mapping around it goes on with; `last_end` is the end of the value before it.
pub(super) fn unexpected(text: &str, last_end: usize, span: Span, expected: &str) -> YamlError {
    let start = span.start as usize;
    let span = if span.is_empty() { character(text, start) } else { span };
    let in_block = expected.starts_with("another");
    if in_block && text[start..].starts_with([']', '}']) {
        return YamlError::new(span, "there is no bracket that this one could close");
    }
    let between = text.get(last_end..start).unwrap_or("\n");
    if in_block && !between.contains(['\n', '\r']) {
        return YamlError::new(span, "there is more text behind the value").with_help("put the whole value in quotes");
    }
    YamlError::new(span, format!("expected {expected}"))
}
