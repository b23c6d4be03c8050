//! What a comment covers in a text that is read line by line: the line it ends, or the one below.

use std::ops::Range;

use super::{Covers, Directive, parse::parse};
use crate::text::Span;
use crate::text::jinja::Block;
use crate::text::line_index::LineIndex;

/// A text with its comments taken out.
pub(super) struct Lines<'t> {
    text: &'t str,
    /// The text with spaces in place of comments, byte for byte.
    code: String,
    index: LineIndex,
    /// What dbt's tags define in it: such a tag's line stands for all up to its end.
    blocks: &'t [Block],
}

impl<'t> Lines<'t> {
    /// `comments` are all comments, delimiters included.
    pub fn new(text: &'t str, comments: &[Range<usize>], blocks: &'t [Block]) -> Self {
        let mut code = text.as_bytes().to_vec();
        for comment in comments {
            let blanks = code[comment.clone()].iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r'));
            blanks.for_each(|byte| *byte = b' ');
        }
        let code = String::from_utf8(code).expect("whole characters are replaced by ASCII");
        Self { text, code, index: LineIndex::new(text), blocks }
    }

    /// The suppressions of a comment, which stands between the delimiters in `inner`.
    pub fn directives(&self, comment: &Range<usize>, inner: Range<usize>) -> Vec<Directive> {
        let parsed = parse(self.text, inner).into_iter();
        let directive = parsed.map(|parsed| {
            let covers = if parsed.is_for_file { Covers::File } else { self.covered(comment) };
            Directive { covers, ..parsed.directive }
        });
        directive.collect()
    }

    fn covered(&self, comment: &Range<usize>) -> Covers {
        let line = |offset: usize| self.index.line_of(u32::try_from(offset).unwrap_or(u32::MAX));
        let (first, last) = (line(comment.start), line(comment.end.saturating_sub(1).max(comment.start)));
        let shared = (first..=last).filter(|line| self.has_code(*line));
        if let (Some(from), Some(to)) = (shared.clone().min(), shared.max()) {
            return self.stretch(from, to);
        }
        let below = self.below(last);
        let is_first = self.code[..comment.start].trim().is_empty();
        match below {
            Some(line) if self.block(line).is_some() => self.stretch(line, line),
            _ if is_first => Covers::File,
            Some(line) => self.stretch(line, line),
            None => Covers::Nothing,
        }
    }

    /// The line of code right below, other comments aside.
    fn below(&self, line: u32) -> Option<u32> {
        let mut lines = line + 1..self.index.count();
        let found = lines.find(|line| self.has_code(*line) || self.is_blank(*line))?;
        self.has_code(found).then_some(found)
    }

    /// From the first letter of a line to the last of another; where a definition begins there, to its end.
    fn stretch(&self, from: u32, to: u32) -> Covers {
        let (Some(start), Some(end)) = (self.index.span(self.text, from), self.index.span(self.text, to)) else {
            return Covers::Nothing;
        };
        let block_end = (from..=to).filter_map(|line| self.block(line)).map(|block| block.span.end).max();
        Covers::Span(Span { start: start.start, end: end.end.max(block_end.unwrap_or_default()) })
    }

    /// The definition whose opening tag begins on that line.
    fn block(&self, line: u32) -> Option<&Block> {
        self.blocks.iter().find(|block| self.index.line_of(block.opening.start) == line)
    }

    fn has_code(&self, line: u32) -> bool {
        self.index.span(&self.code, line).is_some_and(|span| !self.code[span.range()].trim().is_empty())
    }

    fn is_blank(&self, line: u32) -> bool {
        self.index.span(self.text, line).is_none_or(|span| self.text[span.range()].trim().is_empty())
    }
}
