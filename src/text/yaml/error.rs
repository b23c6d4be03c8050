//! What is wrong with a YAML file, in plain words.

use granit_parser::{ErrorKind, ScanError, Tag as WrittenTag};

use super::MAX_DEPTH;
use super::scalar::{Scalar, Style, Tag};
use crate::text::Span;
use crate::text::source_file::character_start;

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
    let at = character_start(text, at);
    let length = text[at..].chars().next().map_or(0, char::len_utf8);
    Span::new(at, at + length)
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

pub(super) fn too_deep(span: Span) -> YamlError {
    YamlError::new(span, format!("lists and mappings nest more than {MAX_DEPTH} levels deep"))
}

/// A list or mapping as the key of a mapping. The usual reason is Jinja without quotes: `{{ x }}` is a mapping whose
/// key is a mapping.
pub(super) fn collection_as_key(text: &str, key: Span, mapping_start: Option<usize>) -> YamlError {
    let jinja = mapping_start.filter(|&start| start + 1 == key.start as usize && text[start..].starts_with("{{"));
    match jinja {
        Some(start) => YamlError::new(Span::new(start, start + 2), "a value that starts with `{{` must be in quotes")
            .with_help("write \"{{ … }}\""),
        None => YamlError::new(key, "a list or mapping cannot be a key"),
    }
}

const YAML_ORG: &str = "tag:yaml.org,2002:";

/// The name of a tag behind `!!`; empty for `!` alone, `None` for a tag of another namespace.
fn standard_name(tag: &WrittenTag) -> Option<std::borrow::Cow<'_, str>> {
    if tag.handle().len() + tag.suffix().len() == 1 {
        return Some("".into());
    }
    tag.suffix_in_namespace(YAML_ORG)
}

fn unknown_tag(tag: &WrittenTag, span: Span, of: &str) -> YamlError {
    let tag = format!("{}{}", tag.original_handle(), tag.suffix());
    YamlError::new(span, format!("dbt cannot load the tag `{tag}` on {of}")).with_help("remove the tag")
}

pub(super) fn check_sequence_tag(tag: Option<&WrittenTag>, span: Span) -> Result<(), YamlError> {
    match tag {
        Some(tag) if !matches!(standard_name(tag).as_deref(), Some("" | "seq" | "omap" | "pairs")) => {
            Err(unknown_tag(tag, span, "a list"))
        }
        _ => Ok(()),
    }
}

pub(super) fn check_mapping_tag(tag: Option<&WrittenTag>, span: Span) -> Result<(), YamlError> {
    match tag {
        Some(tag) if !matches!(standard_name(tag).as_deref(), Some("" | "map" | "set")) => {
            Err(unknown_tag(tag, span, "a mapping"))
        }
        _ => Ok(()),
    }
}

/// What a tag says about a scalar.
pub(super) fn scalar_tag(tag: Option<&WrittenTag>, span: Span) -> Result<Option<Tag>, YamlError> {
    let Some(tag) = tag else { return Ok(None) };
    let known = match standard_name(tag).as_deref() {
        Some("") => Tag::ByText,
        Some("null") => Tag::Null,
        Some("bool") => Tag::Bool,
        Some("int") => Tag::Int,
        Some("float") => Tag::Float,
        Some("timestamp") => Tag::Timestamp,
        Some("str" | "binary") => Tag::Str,
        _ => return Err(unknown_tag(tag, span, "a single value")),
    };
    Ok(Some(known))
}

/// Refuses a scalar of which PyYAML cannot make a value.
pub(super) fn check_scalar(scalar: &Scalar, span: Span, is_key: bool) -> Result<(), YamlError> {
    let text = scalar.text();
    if let Err(reason) = scalar.try_resolve() {
        return Err(YamlError::new(span, format!("`{text}` {reason}")));
    }
    let by_text = matches!((scalar.tag, scalar.style), (None, Style::Plain) | (Some(Tag::ByText), _));
    if by_text && !is_key && matches!(text, "=" | "<<") {
        return Err(YamlError::new(span, format!("`{text}` has a special meaning in YAML"))
            .with_help(format!("put it in quotes: \"{text}\"")));
    }
    Ok(())
}

/// Says in plain words what the parser found.
pub(super) fn explain(text: &str, error: &ScanError) -> YamlError {
    let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    let span = character(text, at);
    let (message, help) = reason(error.kind());
    let message = message.map_or_else(|| error.kind().to_string(), str::to_owned);
    YamlError { span, message, help: help.map(str::to_owned) }
}

type Reason = (Option<&'static str>, Option<&'static str>);

/// Message and help for what goes wrong in practice; the parser's own words for the rest.
fn reason(kind: &ErrorKind) -> Reason {
    let (message, help) = match kind {
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => (
            "a `:` cannot stand here: the text before it is already a value",
            "put a text with `: ` in quotes, or check the indentation",
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("this line is neither `key: value` nor part of the value above", "add a `:` behind the key, or indent it")
        }
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar
        | ErrorKind::InvalidBlockEntryWhitespace
        | ErrorKind::InvalidMappingValueWhitespace => {
            ("a tab cannot be used for indentation here", "use spaces instead")
        }
        ErrorKind::UnexpectedCharacter { .. } => ("no value can start with this character", "put the value in quotes"),
        ErrorKind::UnclosedQuotedScalar => ("the quotes opened before are never closed", "close them"),
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            ("a `[` or `{` opened before is never closed", "close it, or put the value in quotes")
        }
        _ => return further_reason(kind),
    };
    (Some(message), Some(help))
}

fn further_reason(kind: &ErrorKind) -> Reason {
    let message = match kind {
        ErrorKind::ExpectedBlockMappingKey => "expected another `key: value` in line with the keys above",
        ErrorKind::ExpectedBlockSequenceEntry => "expected another `- item` in line with the items above",
        ErrorKind::BlockSequenceEntryNotAllowed => "a `-` cannot stand here: a list starts in a line of its own",
        ErrorKind::ExpectedFlowMappingSeparator => "expected `,` or `}` here",
        ErrorKind::ExpectedFlowSequenceSeparator => "expected `,` or `]` here",
        ErrorKind::MisplacedFlowCollectionEnd => "there is no open bracket that this one could close",
        ErrorKind::MismatchedFlowCollectionEnd { .. } => "this bracket does not match the one that is open",
        ErrorKind::UnknownAnchor => "no anchor of this name is defined before this alias",
        ErrorKind::InvalidIndentation => "the indentation does not match any of the lines above",
        ErrorKind::UnknownQuotedScalarEscape => "this escape is unknown; write `\\\\` for a backslash in double quotes",
        ErrorKind::CommentNotSeparated => "a comment needs a space before its `#`",
        ErrorKind::RecursionLimitExceeded => return too_deep_reason(),
        _ => return (None, None),
    };
    (Some(message), None)
}

fn too_deep_reason() -> Reason {
    const { assert!(MAX_DEPTH == 128, "the message below names the limit") };
    (Some("lists and mappings nest more than 128 levels deep"), None)
}
