//! Where a part of a scalar's text stands in the file, however the scalar is written.

use std::ops::Range;

use super::{Node, Style};
use crate::text::Span;

impl Node {
    /// Where a range of bytes of the scalar's text stands in `source`, the text that the node was read from. Folded lines,
    /// indentation and escapes are seen through; the whole value where that does not work out.
    ///
    /// Of an alias, this is the place in the node that it names.
    pub fn span_within(&self, source: &str, range: Range<usize>) -> Span {
        let node = self.target();
        let offsets =
            node.as_scalar().and_then(|scalar| offsets(&source[node.span.range()], scalar.text(), scalar.style));
        let Some(offsets) = offsets else { return node.span };
        let base = node.span.start as usize;
        let last = offsets.len() - 1;
        let start = offsets[range.start.min(last)];
        // The end of the last character, not the start of the next one: between them may be a line's end.
        let end = match range.end.checked_sub(1).filter(|before| *before >= range.start) {
            Some(before) => end_of(&source[base..], &offsets, before.min(last)),
            None => start,
        };
        Span::new(base + start, base + end.max(start))
    }
}

/// Where the character ends that the byte `at` of the text is part of.
fn end_of(source: &str, offsets: &[usize], at: usize) -> usize {
    let start = offsets[at];
    // All bytes of a character share its offset.
    start + source.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
}

/// For each byte of a scalar's text, and for its end, the offset in `source` of the character that it is part of. `None`
/// if the text is not found there.
fn offsets(source: &str, text: &str, style: Style) -> Option<Vec<usize>> {
    let mut at = match style {
        Style::Plain => 0,
        Style::SingleQuoted | Style::DoubleQuoted => 1,
        // The text begins on the line after the sign.
        Style::Literal | Style::Folded => source.find('\n')? + 1,
    };
    let mut offsets = Vec::with_capacity(text.len() + 1);
    for character in text.chars() {
        if !character.is_whitespace() {
            at += source.get(at..)?.len() - skip_blanks(source.get(at..)?, style).len();
        }
        offsets.extend(std::iter::repeat_n(at, character.len_utf8()));
        if !character.is_whitespace() {
            at += length(source.get(at..)?, character, style)?;
        } else if source.get(at..)?.starts_with(character) {
            at += character.len_utf8();
        }
    }
    offsets.push(at);
    Some(offsets)
}

/// Without blanks, line ends, and what stands for line ends that do not count.
fn skip_blanks(source: &str, style: Style) -> &str {
    let mut rest = source.trim_start();
    if style != Style::DoubleQuoted {
        return rest;
    }
    while let Some(next) = rest.strip_prefix('\\').filter(|next| next.starts_with(['\n', '\r'])) {
        rest = next.trim_start();
    }
    rest
}

/// Bytes of the source that stand for a character of the text. `None` if another one stands there.
fn length(source: &str, character: char, style: Style) -> Option<usize> {
    let found = source.chars().next()?;
    match style {
        Style::SingleQuoted if character == '\'' => source.starts_with("''").then_some(2),
        Style::DoubleQuoted if found == '\\' => Some(match source.chars().nth(1)? {
            'x' => 4,
            'u' => 6,
            'U' => 10,
            escaped => 1 + escaped.len_utf8(),
        }),
        _ => (found == character).then(|| character.len_utf8()),
    }
}

#[cfg(test)]
mod tests {
    use crate::text::yaml::parse;

    /// What stands in the file at the place of a part of the text of `x`.
    fn at(yaml: &str, part: &str) -> String {
        let tree = parse(yaml).expect("it is YAML");
        let node = tree.documents[0].get("x").expect("it has an x");
        let text = node.as_str().expect("it is a scalar");
        let start = text.find(part).expect("the text has the part");
        yaml[node.span_within(yaml, start..start + part.len()).range()].to_owned()
    }

    #[test]
    fn parts_are_found_in_every_style() {
        assert_eq!(at("x: a == b && c", "b"), "b");
        assert_eq!(at("x: a ==\n   b && c\n", "b && c"), "b && c");
        assert_eq!(at("x: 'a == ''é'' || c'", "c"), "c");
        assert_eq!(at("x: 'a == ''é'' || c'", "'é'"), "''é'");
        assert_eq!(at("x: \"a == \\\"b\\\" || \\u0063\"", "c"), "\\");
        assert_eq!(at("x: \"a \\\n   b\"", "b"), "b");
        assert_eq!(at("x: >-\n  a == b\n  && c\n", "&& c"), "&& c");
        assert_eq!(at("x: |\n  a == b\n\n  && c\ny: 1\n", "c"), "c");
        assert_eq!(at("x: | # why\n    a\n", "a"), "a");
        assert_eq!(at("x: >-\r\n  é == b\r\n  && c\r\n", "&& c"), "&& c");
        assert_eq!(at("y: &a 'q''r'\nx: *a\n", "r"), "r");
    }

    #[test]
    fn places_are_exact() {
        let yaml = "x: >-\n  a == b\n  && ownr\n";
        let tree = parse(yaml).unwrap();
        let node = tree.documents[0].get("x").unwrap();
        let start = node.as_str().unwrap().find("ownr").unwrap();
        let span = node.span_within(yaml, start..start + 4);
        assert_eq!(
            (span.start as usize, span.end as usize),
            (yaml.find("ownr").unwrap(), yaml.find("ownr").unwrap() + 4)
        );
        // An empty range is a place between two characters.
        assert_eq!(node.span_within(yaml, start..start).len(), 0);
    }
}
