//! Text in XML.

use super::{printable, printable_lines};

/// A text that has only characters which XML can hold, so that nothing need be dropped: others as in [`printable`].
/// See "Char" in <https://www.w3.org/TR/xml/#charsets>.
pub(super) fn allowed(text: &str) -> String {
    without_noncharacters(&printable(text))
}

/// As [`allowed`], for text of several lines.
pub(super) fn allowed_lines(text: &str) -> String {
    without_noncharacters(&printable_lines(text))
}

/// The two that [`printable`] has no quarrel with.
fn without_noncharacters(text: &str) -> String {
    text.replace('\u{FFFE}', "\\u{fffe}").replace('\u{FFFF}', "\\u{ffff}")
}

/// The value of an attribute, without its quotes. A line end would be read as a blank if it were not escaped.
pub(super) fn attribute(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in allowed_lines(text).chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&apos;",
            '\n' => escaped += "&#10;",
            _ => escaped.push(character),
        }
    }
    escaped
}
