//! What dbt's own tags define: macros, tests, materializations, snapshots, docs blocks.

use super::JinjaError;
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
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::Macro, Self::Test, Self::Materialization, Self::Snapshot, Self::Docs];

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
    /// From the opening tag to the end of the closing one; where that is missing, to the next block of its kind or the end
    /// of the text.
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
/// closing tag of its own name, and tags of other names, among them kinds that were not asked for, do not matter: a
/// docs block may show a macro as an example.
///
/// A definition without name is left out. One that is never closed ends where the next of its kind begins.
pub fn find_blocks_of(text: &str, kinds: &[BlockKind]) -> Vec<Block> {
    find_blocks_before_error(text, kinds).0
}

/// As [`find_blocks_of`], with the delimiter that is never closed, behind which nothing is found.
pub fn find_blocks_before_error(text: &str, kinds: &[BlockKind]) -> (Vec<Block>, Option<JinjaError>) {
    let mut blocks = Vec::new();
    let mut finder = Finder::default();
    let mut current: Option<(Block, String)> = None;
    for segment in Segments::with_brackets(text, Brackets::Ignored) {
        let segment = match segment {
            Ok(segment) if segment.kind == SegmentKind::Statement => segment,
            Ok(_) => continue,
            Err(error) => {
                blocks.extend(current.map(|(block, _)| block));
                return (blocks, Some(error));
            }
        };
        let tag = tag_name(&text[segment.inner.range()]);
        let kind = BlockKind::of_tag(tag).filter(|kind| kinds.contains(kind));
        match &mut current {
            Some((block, end)) if tag == end.as_str() => {
                block.close(segment);
                blocks.extend(current.take().map(|(block, _)| block));
                continue;
            }
            Some((block, _)) if kind != Some(block.kind) => continue,
            Some((block, _)) => block.break_off(segment),
            None => {}
        }
        blocks.extend(current.take().map(|(block, _)| block));
        let block = kind.and_then(|kind| open_block(text, segment, kind, &mut finder));
        current = block.map(|block| (block, format!("end{tag}")));
    }
    blocks.extend(current.map(|(block, _)| block));
    (blocks, None)
}

impl Block {
    fn close(&mut self, closing: Segment) {
        self.span.end = closing.span.end;
        self.body.end = closing.span.start;
        self.closed = true;
    }

    /// Ends the block before the next one, which dbt does not let it hold.
    fn break_off(&mut self, next: Segment) {
        self.span.end = next.span.start;
        self.body.end = next.span.start;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::jinja::testing::template;
    use proptest::prelude::*;

    #[test]
    fn a_macro_and_its_signature() {
        let text = "é\n{%- macro cents(column, scale = 2, list=[1, 2], typed: optional[string] = none, last) -%}\r\n\
                    {{ column }}{% endmacro %} rest";
        let block = &find_blocks(text)[0];
        assert_eq!((block.kind, block.name.as_str(), block.closed), (BlockKind::Macro, "cents", true));
        assert_eq!(&text[block.name_span.range()], "cents");
        assert!(text[block.span.range()].starts_with("{%- macro") && text[block.span.range()].ends_with("endmacro %}"));
        assert!(text[block.opening.range()].ends_with("last) -%}"));
        assert_eq!(&text[block.body.range()], "\r\n{{ column }}");
        let parameters: Vec<_> = block
            .parameters
            .iter()
            .map(|parameter| (&text[parameter.span.range()], parameter.default.map(|default| &text[default.range()])))
            .collect();
        let expected =
            [("column", None), ("scale", Some("2")), ("list", Some("[1, 2]")), ("typed", Some("none")), ("last", None)];
        assert_eq!(parameters, expected);
    }

    #[test]
    fn every_kind() {
        let text = "{% snapshot a %}{% endsnapshot %}{% test b(model) %}{% endtest %}\
                    {% data_test c() %}{% enddata_test %}\
                    {% materialization d, adapter='x' %}{% endmaterialization %}{% docs __e__ %}{% enddocs %}";
        let found: Vec<_> = find_blocks(text).into_iter().map(|block| (block.kind, block.name)).collect();
        let expected = [
            (BlockKind::Snapshot, "a"),
            (BlockKind::Test, "b"),
            (BlockKind::Test, "c"),
            (BlockKind::Materialization, "d"),
            (BlockKind::Docs, "__e__"),
        ];
        assert_eq!(found, expected.map(|(kind, name)| (kind, name.to_owned())));
        let adapter = &find_blocks(text)[3].parameters[0];
        assert_eq!((adapter.name.as_str(), adapter.default.map(|span| &text[span.range()])), ("adapter", Some("'x'")));
    }

    #[test]
    fn a_definition_lasts_to_its_own_closing_tag() {
        let text = "{% docs a %}{% macro m() %}{{ 1 }} {% raw %}{% enddocs %}{% endraw %}{% enddocs %}\
                    {% docs b %}{% enddocs %}";
        let blocks = find_blocks(text);
        assert_eq!(blocks.len(), 2);
        assert_eq!(&text[blocks[0].body.range()], "{% macro m() %}{{ 1 }} {% raw %}{% enddocs %}{% endraw %}");
    }

    #[test]
    fn only_the_kinds_asked_for() {
        let text = "{% macro never_closed() %} {% docs a %}x{% enddocs %}";
        let blocks = find_blocks_of(text, BlockKind::IN_DOCS_FILES);
        assert_eq!(blocks.iter().map(|block| block.name.as_str()).collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn comments_hide_tags() {
        assert_eq!(find_blocks("{# {% macro m() %} #}{% macro %}{% macro 1() %}"), []);
    }

    #[test]
    fn an_open_block_reaches_to_the_end() {
        let text = "{% macro m(a, b= %}{{ f( }} {% if %";
        let block = &find_blocks(text)[0];
        assert!(!block.closed);
        assert_eq!((block.span.range(), block.body.range()), (0..text.len(), 19..text.len()));
        assert_eq!(block.parameters.len(), 2);
    }

    #[test]
    fn an_open_block_takes_no_other_with_it() {
        let text = "{% docs a %}x{% macro m() %}{% docs b %}y{% enddocs %}{% docs c %}{# {% enddocs %}";
        let (blocks, error) = find_blocks_before_error(text, BlockKind::IN_DOCS_FILES);
        let found: Vec<_> = blocks.iter().map(|block| (&text[block.body.range()], block.closed)).collect();
        assert_eq!(found, [("x{% macro m() %}", false), ("y", true), ("{# {% enddocs %}", false)]);
        assert_eq!(error.map(|error| &text[error.span.range()]), Some("{#"));
    }

    proptest! {
        #[test]
        fn spans_are_within_the_text(text in template()) {
            for block in find_blocks(&text) {
                prop_assert_eq!(text.get(block.name_span.range()), Some(block.name.as_str()));
                prop_assert!(text.get(block.span.range()).is_some() && text.get(block.body.range()).is_some());
                for parameter in block.parameters {
                    prop_assert_eq!(text.get(parameter.span.range()), Some(parameter.name.as_str()));
                    prop_assert!(parameter.default.is_none_or(|span| text.get(span.range()).is_some()));
                }
            }
        }
    }
}
