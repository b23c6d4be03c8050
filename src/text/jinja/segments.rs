//! Splits a template at Jinja's delimiters.
//!
//! Follows the lexer of Jinja2 with dbt's settings (default delimiters, no line statements, blanks trimmed only where a
//! delimiter carries `-`). A delimiter within a string or within brackets does not end a block.

use super::JinjaError;
use crate::text::Span;
use crate::text::call::find::opening;
use crate::text::call::token::skip_quoted;

/// What a stretch of a template is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentKind {
    /// Text that goes to the output as it is; the content of `{% raw %}` too.
    Text,
    /// `{{ … }}`
    Expression,
    /// `{% … %}`, whatever the tag; `{% raw %}` and `{% endraw %}` each are one.
    Statement,
    /// `{# … #}`
    Comment,
}

/// A stretch of a template. Segments follow one another without gaps and are never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// What the segment is.
    pub kind: SegmentKind,
    /// All of it, delimiters included.
    pub span: Span,
    /// What stands between the delimiters and their `-` or `+`; of a text, what the neighbours' `-` leave of it.
    pub inner: Span,
}

/// Which `}}` and `%}` end a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brackets {
    /// Those outside of brackets, as in the templates that Jinja2 renders. Brackets that do not match are an error.
    Matched,
    /// The first outside of a string, as dbt finds docs blocks and macros before Jinja2 reads any
    /// (`dbt_common/clients/_jinja_blocks.py`).
    Ignored,
}

/// The segments of a template in order, and an error instead of the rest where a block is never closed.
#[derive(Debug, Clone)]
pub struct Segments<'t> {
    text: &'t str,
    brackets: Brackets,
    /// Where the next segment starts.
    position: usize,
    /// Whether the block before `position` ends with a `-`.
    trim: bool,
    /// Where `{% endraw %}` starts, while `position` is within raw text.
    raw_end: Option<usize>,
    open: Vec<u8>,
    failed: bool,
}

impl<'t> Segments<'t> {
    /// The segments of `text` as Jinja2 sees them.
    pub fn new(text: &'t str) -> Self {
        Self::with_brackets(text, Brackets::Matched)
    }

    /// The segments of `text`, with a choice of what ends a block.
    pub fn with_brackets(text: &'t str, brackets: Brackets) -> Self {
        Self { text, brackets, position: 0, trim: false, raw_end: None, open: Vec::new(), failed: false }
    }

    /// Where the segment that could not be read starts, after an error; the length of the text after the last segment.
    pub fn position(&self) -> usize {
        self.position
    }

    fn text_segment(&mut self, end: usize) -> Segment {
        let (start, bytes) = (self.position, self.text.as_bytes());
        let content = &self.text[start..end];
        let content = if self.trim { content.trim_start() } else { content };
        let inner_start = end - content.len();
        let trimmed_by_next = bytes.get(end + 2) == Some(&b'-');
        let content = if trimmed_by_next { content.trim_end() } else { content };
        self.position = end;
        self.trim = false;
        Segment {
            kind: SegmentKind::Text,
            span: Span::new(start, end),
            inner: Span::new(inner_start, inner_start + content.len()),
        }
    }

    fn block(&mut self) -> Result<Segment, JinjaError> {
        let bytes = self.text.as_bytes();
        let start = self.position;
        let kind = match bytes[start + 1] {
            b'{' => SegmentKind::Expression,
            b'%' => SegmentKind::Statement,
            _ => SegmentKind::Comment,
        };
        let inner_start = start + 2 + usize::from(matches!(bytes.get(start + 2), Some(b'-' | b'+')));
        let inner_end = match kind {
            SegmentKind::Comment => self.end_of_comment(start, inner_start)?,
            _ => self.end_of_block(start, inner_start, if kind == SegmentKind::Expression { b'}' } else { b'%' })?,
        };
        let end = inner_end + 2;
        let marker = (inner_end > inner_start).then(|| bytes[inner_end - 1]).filter(|byte| matches!(byte, b'-' | b'+'));
        let segment = Segment {
            kind,
            span: Span::new(start, end),
            inner: Span::new(inner_start, inner_end - usize::from(marker.is_some())),
        };
        self.trim = marker == Some(b'-');
        self.position = end;
        if kind == SegmentKind::Statement && self.text[segment.inner.range()].trim() == "raw" {
            self.raw_end = Some(self.find_endraw(segment)?);
        }
        Ok(segment)
    }

    fn end_of_comment(&self, start: usize, from: usize) -> Result<usize, JinjaError> {
        let end = memchr::memmem::find(&self.text.as_bytes()[from..], b"#}").map(|found| from + found);
        end.ok_or_else(|| JinjaError::new(start, start + 2, "`{#` is never closed with `#}`"))
    }

    /// The offset of the `}}` or `%}` that ends the block whose code starts at `from`.
    fn end_of_block(&mut self, start: usize, from: usize, closer: u8) -> Result<usize, JinjaError> {
        let bytes = self.text.as_bytes();
        self.open.clear();
        let mut position = from;
        while let Some(&byte) = bytes.get(position) {
            match byte {
                b'\'' | b'"' => {
                    let length = skip_quoted(&bytes[position..], byte);
                    position +=
                        length.ok_or_else(|| JinjaError::new(position, position + 1, "string is never closed"))?;
                    continue;
                }
                _ if byte == closer && self.open.is_empty() && bytes.get(position + 1) == Some(&b'}') => {
                    return Ok(position);
                }
                b'(' | b'[' | b'{' if self.brackets == Brackets::Matched => self.open.push(byte),
                b')' | b']' | b'}' if self.brackets == Brackets::Matched && self.open.pop() != Some(opening(byte)) => {
                    return Err(JinjaError::new(position, position + 1, "bracket does not match an open one"));
                }
                _ => {}
            }
            position += 1;
        }
        let message = if closer == b'}' { "`{{` is never closed with `}}`" } else { "`{%` is never closed with `%}`" };
        Err(JinjaError::new(start, start + 2, message))
    }

    /// The offset of the `{% endraw %}` that ends the raw text behind `raw`.
    fn find_endraw(&self, raw: Segment) -> Result<usize, JinjaError> {
        let mut from = raw.span.range().end;
        while let Some(found) = memchr::memmem::find(&self.text.as_bytes()[from..], b"{%") {
            let rest = &self.text[from + found + 2..];
            let tag = rest.strip_prefix(['-', '+']).unwrap_or(rest).trim_start();
            let behind = tag.strip_prefix("endraw").map(str::trim_start);
            if behind.is_some_and(|end| end.strip_prefix(['-', '+']).unwrap_or(end).starts_with("%}")) {
                return Ok(from + found);
            }
            from += found + 2;
        }
        Err(JinjaError { span: raw.span, message: "`{% raw %}` is never closed with `{% endraw %}`" })
    }
}

impl Iterator for Segments<'_> {
    type Item = Result<Segment, JinjaError>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.position;
        if self.failed || start == self.text.len() {
            return None;
        }
        let block = self.raw_end.take().or_else(|| find_block_start(self.text.as_bytes(), start));
        match block {
            Some(block) if block == start => match self.block() {
                Ok(segment) => Some(Ok(segment)),
                Err(error) => {
                    self.position = start;
                    self.failed = true;
                    Some(Err(error))
                }
            },
            Some(block) => Some(Ok(self.text_segment(block))),
            None => Some(Ok(self.text_segment(self.text.len()))),
        }
    }
}

/// The offset of the first `{{`, `{%` or `{#` from `from` on.
fn find_block_start(bytes: &[u8], from: usize) -> Option<usize> {
    let mut position = from;
    loop {
        position += memchr::memchr(b'{', &bytes[position..])?;
        if matches!(bytes.get(position + 1), Some(b'{' | b'%' | b'#')) {
            return Some(position);
        }
        position += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::jinja::testing::template;
    use SegmentKind::{Comment, Expression, Statement, Text};
    use proptest::prelude::*;

    /// Kind, whole and inside of each segment.
    fn segments(text: &str) -> Vec<(SegmentKind, &str, &str)> {
        Segments::new(text)
            .map(|segment| segment.expect("the text is a template"))
            .map(|segment| (segment.kind, &text[segment.span.range()], &text[segment.inner.range()]))
            .collect()
    }

    #[test]
    fn blocks_and_what_stands_between() {
        assert_eq!(
            segments("a {{ b }}{% c %} {# d #}\n"),
            [
                (Text, "a ", "a "),
                (Expression, "{{ b }}", " b "),
                (Statement, "{% c %}", " c "),
                (Text, " ", " "),
                (Comment, "{# d #}", " d "),
                (Text, "\n", "\n"),
            ]
        );
        assert_eq!(segments(""), []);
        assert_eq!(segments("{ {} }"), [(Text, "{ {} }", "{ {} }")]);
    }

    #[test]
    fn minus_trims_the_text_beside_it() {
        assert_eq!(
            segments(" a \u{a0}\n{{- b -}}\t c {%+ d +%} {#- e -#} f"),
            [
                (Text, " a \u{a0}\n", " a"),
                (Expression, "{{- b -}}", " b "),
                (Text, "\t c ", "c "),
                (Statement, "{%+ d +%}", " d "),
                (Text, " ", ""),
                (Comment, "{#- e -#}", " e "),
                (Text, " f", "f"),
            ]
        );
        assert_eq!(segments("{{-}}"), [(Expression, "{{-}}", "")]);
    }

    #[test]
    fn delimiters_in_strings_and_brackets_end_nothing() {
        assert_eq!(segments("{{ '}}' ~ \"\\\"}}\" }}").len(), 1);
        assert_eq!(segments("{{ {'a': {'b': 1}} }}").len(), 1);
        assert_eq!(segments("{{ {'a': 1}}}").len(), 1);
        assert_eq!(segments("{% set a = '%}' %}").len(), 1);
        assert_eq!(segments("{# '#}"), [(Comment, "{# '#}", " '")]);
    }

    #[test]
    fn raw_text_is_text() {
        assert_eq!(
            segments("{%- raw -%} {{ a }}{% b %} {%- endraw %}c"),
            [
                (Statement, "{%- raw -%}", " raw "),
                (Text, " {{ a }}{% b %} ", "{{ a }}{% b %}"),
                (Statement, "{%- endraw %}", " endraw "),
                (Text, "c", "c"),
            ]
        );
        assert_eq!(segments("{% raw %}{% endraw %}").len(), 2);
        assert_eq!(segments("{% raw %}{% endrawx %}{% endraw %}").len(), 3);
    }

    #[test]
    fn errors_say_what_is_open() {
        let error = |text| Segments::new(text).find_map(Result::err).map(|error| (error.span, error.message));
        assert_eq!(error("a {{ b"), Some((Span::new(2, 4), "`{{` is never closed with `}}`")));
        assert_eq!(error("{% b }}"), Some((Span::new(5, 6), "bracket does not match an open one")));
        assert_eq!(error("{% b"), Some((Span::new(0, 2), "`{%` is never closed with `%}`")));
        assert_eq!(error("{# b"), Some((Span::new(0, 2), "`{#` is never closed with `#}`")));
        assert_eq!(error("{{ 'b }}"), Some((Span::new(3, 4), "string is never closed")));
        assert_eq!(error("{{ f(b }}"), Some((Span::new(7, 8), "bracket does not match an open one")));
        let open = "{% raw %} x";
        assert_eq!(error(open), Some((Span::new(0, 9), "`{% raw %}` is never closed with `{% endraw %}`")));
    }

    #[test]
    fn dbt_looks_for_definitions_without_minding_brackets() {
        let text = "{{ f( }} a {% docs b %}";
        let segments: Vec<_> = Segments::with_brackets(text, Brackets::Ignored).map_while(Result::ok).collect();
        assert_eq!(segments.len(), 3);
    }

    proptest! {
        #[test]
        fn cover_the_text_without_gaps(text in template(), ignore in any::<bool>()) {
            let brackets = if ignore { Brackets::Ignored } else { Brackets::Matched };
            let mut segments = Segments::with_brackets(&text, brackets);
            let mut end = 0;
            for segment in segments.by_ref().map_while(Result::ok) {
                prop_assert_eq!(segment.span.range().start, end);
                prop_assert!(!segment.span.is_empty());
                prop_assert!(text.get(segment.span.range()).is_some() && text.get(segment.inner.range()).is_some());
                prop_assert!(segment.span.start <= segment.inner.start && segment.inner.end <= segment.span.end);
                end = segment.span.range().end;
            }
            prop_assert_eq!(segments.position(), end);
            prop_assert!(segments.next().is_none());
        }
    }
}
