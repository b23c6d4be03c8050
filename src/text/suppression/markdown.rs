//! Suppressions in files of docs blocks: `<!-- … -->` and `{# … #}`, outside of the blocks. What stands in one is text
//! for readers.

use std::ops::Range;

use super::{Directive, lines::Lines};
use crate::text::jinja::Block;

/// The suppressions of a file. `blocks` are the docs blocks in it.
pub fn in_markdown(text: &str, blocks: &[Block]) -> Vec<Directive> {
    let is_outside = |comment: &Range<usize>| !blocks.iter().any(|block| block.span.range().contains(&comment.start));
    let comments: Vec<(Range<usize>, Range<usize>)> = [("<!--", "-->"), ("{#", "#}")]
        .into_iter()
        .flat_map(|(open, close)| delimited(text, open, close))
        .filter(|(comment, _)| is_outside(comment))
        .collect();
    let spans: Vec<Range<usize>> = comments.iter().map(|(comment, _)| comment.clone()).collect();
    let lines = Lines::new(text, &spans, blocks);
    let mut found: Vec<Directive> =
        comments.into_iter().flat_map(|(comment, inner)| lines.directives(&comment, inner)).collect();
    found.sort_by_key(|directive| directive.span);
    found
}

/// Every stretch between two delimiters, with them and without.
fn delimited(text: &str, open: &str, close: &str) -> Vec<(Range<usize>, Range<usize>)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find(open).map(|at| from + at) {
        let inner = start + open.len();
        let Some(end) = text[inner..].find(close).map(|at| inner + at) else { break };
        from = end + close.len();
        found.push((start..from, inner..end));
    }
    found
}
