//! The tokens that the scanner cuts a text into.

use std::borrow::Cow;

use crate::text::yaml::Style;

/// One token and its place, in bytes.
#[derive(Debug)]
pub(in crate::text::yaml) struct Token<'t> {
    pub kind: TokenKind<'t>,
    pub start: usize,
    pub end: usize,
}

/// What a token is. Tokens that stand for indentation or for a key that only its colon gives away are empty and stand
/// where the next token starts.
#[derive(Debug)]
pub(in crate::text::yaml) enum TokenKind<'t> {
    /// A `%YAML` directive; its version is already checked.
    VersionDirective,
    /// A `%TAG` directive.
    TagDirective { handle: &'t str, prefix: String },
    /// `---`
    DocumentStart,
    /// `...`
    DocumentEnd,
    /// An indented list starts: its first dash follows.
    BlockSequenceStart,
    /// An indented mapping starts: its first key follows.
    BlockMappingStart,
    /// An indented list or mapping ends: the indentation is less than before.
    BlockEnd,
    /// `[`
    FlowSequenceStart,
    /// `]`
    FlowSequenceEnd,
    /// `{`
    FlowMappingStart,
    /// `}`
    FlowMappingEnd,
    /// `-`
    BlockEntry,
    /// `,`
    FlowEntry,
    /// `?`, or an empty token before a key without `?`.
    Key,
    /// `:`
    Value,
    /// `*name`
    Alias(&'t str),
    /// `&name`
    Anchor(&'t str),
    /// A tag: the handle (`!`, `!!`, `!name!`, or nothing for a tag that needs no prefix) and what follows it.
    Tag { handle: &'t str, suffix: String },
    /// A scalar. Its text is borrowed if it stands in the file byte for byte.
    Scalar { text: Cow<'t, str>, style: Style },
    /// The end of the text.
    StreamEnd,
}
