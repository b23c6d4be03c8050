//! Text that a terminal prints and does not obey.

use std::borrow::Cow;

/// The text with control characters, and those that turn the direction of writing, as escapes: `\u{1b}`, `\n`. Names,
/// paths and messages come from manifests and files that anyone may have written.
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, is_harmful)
}

/// As [`printable`], for text of several lines.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |character| character != '\n' && is_harmful(character))
}

fn is_harmful(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn escaped(text: &str, is_harmful: impl Fn(char) -> bool) -> Cow<'_, str> {
    // Each harmful character starts with, or is, one of these bytes; hardly any text has one.
    let is_suspicious = |byte: u8| byte < 0x20 || matches!(byte, 0x7F | 0xC2 | 0xE2);
    // All bytes rather than up to the first such one: without a way out the compiler looks at 32 at once.
    let has_suspicious = text.bytes().fold(false, |found, byte| found | is_suspicious(byte));
    if !has_suspicious || !text.chars().any(&is_harmful) {
        return Cow::Borrowed(text);
    }
    let escape = |safe: String, character: char| match is_harmful(character) {
        true => safe + &character.escape_default().to_string(),
        false => safe + character.encode_utf8(&mut [0; 4]),
    };
    Cow::Owned(text.chars().fold(String::with_capacity(text.len() + 16), escape))
}

#[cfg(test)]
mod tests {
    use super::{printable, printable_lines};

    #[test]
    fn control_characters_are_escaped() {
        for (text, shown) in [
            ("orders", "orders"),
            ("größe – 日本 “x” €", "größe – 日本 “x” €"),
            ("a\x1b[31mred", "a\\u{1b}[31mred"),
            ("a\u{9b}31m", "a\\u{9b}31m"),
            ("a\r\nb\tc\0", "a\\r\\nb\\tc\\u{0}"),
            ("\u{202e}sredro", "\\u{202e}sredro"),
            ("a\u{7f}\u{2066}", "a\\u{7f}\\u{2066}"),
        ] {
            assert_eq!(printable(text), shown);
        }
        assert_eq!(printable_lines("a\x1b\nb\n"), "a\\u{1b}\nb\n");
    }
}
