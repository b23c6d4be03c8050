//! Finds places in the text that the parser's events do not name.

use super::Style;
use crate::text::Span;

/// The place right behind the colon of a key that ends at `key_end`, or behind the key when it has no colon.
pub(super) fn behind_colon(text: &str, key_end: usize) -> usize {
    let at = skip_blanks_and_comments(text, key_end);
    let mut rest = text[at..].bytes();
    let is_colon = rest.next() == Some(b':');
    let same_line = !text[key_end..at].contains(['\n', '\r']);
    let ends_token = matches!(rest.next(), None | Some(b' ' | b'\t' | b'\n' | b'\r'));
    if is_colon && (same_line || ends_token) { at + 1 } else { key_end }
}

fn skip_blanks_and_comments(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            b'#' => at = line_end(text, at),
            _ => break,
        }
    }
    at
}

fn line_end(text: &str, from: usize) -> usize {
    memchr::memchr2(b'\n', b'\r', &text.as_bytes()[from..]).map_or(text.len(), |length| from + length)
}

/// From the `|` or `>` of a block scalar, which comes somewhere after `read_to`, to the end of its last line that is
/// not blank. `content` is what the parser reports: the lines below the `|`.
pub(super) fn block_scalar(text: &str, read_to: usize, content: Span) -> Span {
    let start = block_scalar_header(text, read_to, content.start as usize);
    let written = &text[start..content.end as usize];
    let end = line_end(text, start + written.trim_end().len());
    Span::new(start, end.clamp(start, content.end.max(content.start) as usize))
}

/// Where the first dash of an indented list stands. The parser reports the first item instead when the dashes are not
/// indented more than the key above them.
pub(super) fn first_dash(text: &str, read_to: usize, reported: Span) -> usize {
    let reported = reported.start as usize;
    if text[reported..].starts_with('-') {
        return reported;
    }
    let line = text[..reported].rfind(['\n', '\r']).map_or(0, |end| end + 1).max(read_to.min(reported));
    text[line..reported].rfind('-').map_or(reported, |dash| line + dash)
}

/// Skips the colon or dash before, anchor, tag and comments.
fn block_scalar_header(text: &str, read_to: usize, content_start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = read_to;
    while at < content_start {
        match bytes[at] {
            b'|' | b'>' => return at,
            b'#' => at = line_end(text, at),
            b'&' | b'!' => at += bytes[at..].iter().take_while(|byte| !byte.is_ascii_whitespace()).count(),
            _ => at += 1,
        }
    }
    content_start
}

/// Whether a scalar's text stands in `written`, its own span, byte for byte between the quotes.
pub(super) fn is_verbatim(written: &str, text: &str, style: Style) -> bool {
    match style {
        Style::Plain => written == text,
        Style::SingleQuoted | Style::DoubleQuoted => {
            written.len() == text.len() + 2 && &written.as_bytes()[1..=text.len()] == text.as_bytes()
        }
        Style::Literal | Style::Folded => false,
    }
}
