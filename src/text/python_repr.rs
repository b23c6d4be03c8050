//! Numbers and texts as Python writes them: its `repr`.

use std::fmt::Write as _;

/// A float as Python writes it: the shortest digits that are read back as the same number.
pub fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf".to_owned() } else { "-inf".to_owned() };
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').expect("the format has an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is a number");
    if number != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let plain = format!("{number}");
    if plain.contains('.') { plain } else { plain + ".0" }
}

/// Appends a string in quotes, as Python's `repr` does.
pub fn quote(text: &str, into: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    into.push(quote);
    for character in text.chars() {
        match character {
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            '\\' => into.push_str("\\\\"),
            _ if character == quote => {
                into.push('\\');
                into.push(character);
            }
            _ if is_printable(character) => into.push(character),
            _ => {
                into.push('\\');
                push_code(character, into);
            }
        }
    }
    into.push(quote);
}

/// Appends what stands behind the backslash of a character's escape: `x41`, `u00e9` or `U0001f600`.
pub fn push_code(character: char, into: &mut String) {
    let code = u32::from(character);
    let (letter, digits) = match code {
        0..=0xff => ('x', 2),
        0x100..=0xffff => ('u', 4),
        _ => ('U', 8),
    };
    into.push(letter);
    // Writing to a string does not fail.
    let _ = write!(into, "{code:0digits$x}");
}

/// What Python's `str.isprintable` means, as far as characters go that occur in projects: Rust's own escapes follow the
/// same idea.
fn is_printable(character: char) -> bool {
    match character {
        ' '..='~' => true,
        _ if character.is_whitespace() => false,
        _ => {
            let mut escaped = character.escape_debug();
            escaped.next() == Some(character) || is_mark(character)
        }
    }
}

/// Combining marks, which Rust escapes where they could stand alone and Python does not.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}')
}
