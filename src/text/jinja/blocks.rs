//! What dbt's own tags define: macros, tests, materializations, snapshots, docs blocks.

use super::segments::{Brackets, Segment, SegmentKind, Segments};
use crate::text::Span;
use crate::text::call::find::{Finder, Tokens};
use crate::text::call::token::{Language, TokenKind};

/// The tag that opens a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BlockKind {
    /// `{% macro name(arguments) %}`
    Macro,
    /// `{% test name(arguments) %}` or `{% data_test name(arguments) %}`: a generic test.
    Test,
    /// `{% materialization name, adapter='…' %}` or `{% materialization name, default %}`
    Materialization,
    /// `{% snapshot name %}`
    Snapshot,
    /// `{% docs name %}`, in Markdown files.
    Docs,
}

impl BlockKind {
    /// The kinds that dbt looks for in the files of `macro-paths` and `test-paths`.
    pub const IN_MACRO_FILES: &'static [Self] = &[Self::Macro, Self::Test, Self::Materialization];
    /// The kinds that dbt looks for in the files of `snapshot-paths`.
    pub const IN_SNAPSHOT_FILES: &'static [Self] = &[Self::Snapshot];
    /// The kinds that dbt looks for in the Markdown files of `docs-paths`.
    pub const IN_DOCS_FILES: &'static [Self] = &[Self::Docs];
    const ALL: &'static [Self] = &[Self::Macro, Self::Test, Self::Materialization, Self::Snapshot, Self::Docs];

    fn of_tag(tag: &str) -> Option<Self> {
        Some(match tag {
            "macro" => Self::Macro,
            "test" | "data_test" => Self::Test,
            "materialization" => Self::Materialization,
            "snapshot" => Self::Snapshot,
            "docs" => Self::Docs,
            _ => return None,
        })
    }
}

/// One definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What is defined.
    pub kind: BlockKind,
    /// The name behind the tag.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// The parameters of a macro's or test's signature, in order; for a materialization, what stands behind its name.
    pub parameters: Vec<Parameter>,
    /// From the opening tag to the end of the closing one; to the end of the text where that is missing.
    pub span: Span,
    /// The opening tag alone.
    pub opening: Span,
    /// What stands between the two tags.
    pub body: Span,
    /// Whether the closing tag is there. dbt refuses a file where it is not.
    pub closed: bool,
}

/// A parameter in a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The parameter's name.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// The default's expression, when there is one.
    pub default: Option<Span>,
}

/// All definitions at the top level of a file, in order.
pub fn find_blocks(text: &str) -> Vec<Block> {
    find_blocks_of(text, BlockKind::ALL)
}

/// The definitions of some kinds at the top level of a file, in order. As in dbt, a definition lasts to the first
/// closing tag of its own name, and tags of other names, among them kinds that were not asked for, do not matter: a docs
/// block may show a macro as an example.
///
/// A definition without name is left out. What stands behind a block that is never closed is not looked at.
pub fn find_blocks_of(text: &str, kinds: &[BlockKind]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut finder = Finder::default();
    let mut current: Option<(Block, String)> = None;
    let statements = Segments::with_brackets(text, Brackets::Ignored)
        .map_while(Result::ok)
        .filter(|segment| segment.kind == SegmentKind::Statement);
    for segment in statements {
        let tag = tag_name(&text[segment.inner.range()]);
        match &mut current {
            Some((block, end)) if tag == end.as_str() => {
                block.close(segment);
                blocks.extend(current.take().map(|(block, _)| block));
            }
            Some(_) => {}
            None => {
                let kind = BlockKind::of_tag(tag).filter(|kind| kinds.contains(kind));
                let block = kind.and_then(|kind| open_block(text, segment, kind, &mut finder));
                current = block.map(|block| (block, format!("end{tag}")));
            }
        }
    }
    blocks.extend(current.map(|(block, _)| block));
    blocks
}

impl Block {
    fn close(&mut self, closing: Segment) {
        self.span.end = closing.span.end;
        self.body.end = closing.span.start;
        self.closed = true;
    }
}

/// The word that a statement starts with.
fn tag_name(statement: &str) -> &str {
    let statement = statement.trim_start();
    let end = statement.find(|character: char| character != '_' && !character.is_ascii_alphanumeric());
    &statement[..end.unwrap_or(statement.len())]
}

/// The block that an opening tag begins, its end not known yet; `None` without a name.
fn open_block(text: &str, opening: Segment, kind: BlockKind, finder: &mut Finder) -> Option<Block> {
    // A character that is no token ends the signature early; what stands before it still has its place.
    let _ = finder.read(text, opening.inner, Language::Jinja);
    let tokens = finder.tokens(text, Language::Jinja);
    if tokens.len() < 2 || tokens.kind(1) != TokenKind::Name {
        return None;
    }
    let end = u32::try_from(text.len()).expect("source files are below 4 GiB");
    Some(Block {
        kind,
        name: tokens.slice(1).to_owned(),
        name_span: tokens.span(1),
        parameters: parameters(&tokens),
        span: Span { start: opening.span.start, end },
        opening: opening.span,
        body: Span { start: opening.span.end, end },
        closed: false,
    })
}

/// The parameters behind a definition's name, in parentheses or, for a materialization, behind commas.
fn parameters(tokens: &Tokens) -> Vec<Parameter> {
    let (mut first, last) = match (tokens.len() > 2).then(|| tokens.kind(2)) {
        Some(TokenKind::Open(b'(')) => (3, tokens.partner(2).unwrap_or(tokens.len())),
        Some(TokenKind::Comma) => (3, tokens.len()),
        _ => return Vec::new(),
    };
    let mut parameters = Vec::new();
    while first < last {
        let comma = tokens.next(TokenKind::Comma, first, last);
        if first < comma && tokens.kind(first) == TokenKind::Name {
            let default = tokens.next(TokenKind::Assign, first, comma) + 1;
            parameters.push(Parameter {
                name: tokens.slice(first).to_owned(),
                span: tokens.span(first),
                default: (default < comma)
                    .then(|| Span { start: tokens.span(default).start, end: tokens.span(comma - 1).end }),
            });
        }
        first = comma + 1;
    }
    parameters
}
