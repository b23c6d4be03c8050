//! What Python does with strings, for methods and filters alike.

use super::error::Error;
use super::lexer::is_blank;

/// The characters that letters of two cases are made of have a third one, for titles: Rust does not know it.
fn title_case(character: char, text: &mut String) -> Result<(), Error> {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) if !matches!(character, '\u{1c4}'..='\u{1cc}' | '\u{1f1}'..='\u{1f3}' | '\u{10d0}'..='\u{10ff}') =>
        {
            text.push(upper);
            Ok(())
        }
        _ => Err(Error::unknown("a letter with a title case of its own")),
    }
}

/// Appends a word's rest in lower case. Of the Greek sigma it depends on the word which letter that is.
fn push_lower(character: char, text: &mut String) -> Result<(), Error> {
    if character == 'Σ' {
        return Err(Error::unknown("the lower case of a sigma"));
    }
    text.extend(character.to_lowercase());
    Ok(())
}

pub(super) fn capitalize(text: &str) -> Result<String, Error> {
    let mut result = String::with_capacity(text.len());
    for (index, character) in text.chars().enumerate() {
        if index == 0 { title_case(character, &mut result)? } else { push_lower(character, &mut result)? }
    }
    Ok(result)
}

/// `str.title`: a letter behind anything but a letter starts a word.
pub(super) fn title(text: &str) -> Result<String, Error> {
    let mut result = String::with_capacity(text.len());
    let mut in_word = false;
    for character in text.chars() {
        if in_word {
            push_lower(character, &mut result)?
        } else {
            title_case(character, &mut result)?
        }
        in_word = character.is_lowercase() || character.is_uppercase();
    }
    Ok(result)
}

pub(super) fn swapcase(text: &str) -> Result<String, Error> {
    let mut result = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_uppercase() {
            push_lower(character, &mut result)?;
        } else {
            result.extend(character.to_uppercase());
        }
    }
    Ok(result)
}

/// Which ends of a text are stripped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    Both,
    Left,
    Right,
}

/// `str.strip(characters)`, without characters of blanks.
pub(super) fn strip<'t>(text: &'t str, characters: Option<&str>, ends: Ends) -> &'t str {
    let strips = |character: char| match characters {
        Some(characters) => characters.contains(character),
        None => is_blank(character),
    };
    let text = if ends == Ends::Right { text } else { text.trim_start_matches(strips) };
    if ends == Ends::Left { text } else { text.trim_end_matches(strips) }
}

/// `str.split(None, most)`
pub(super) fn split_blanks(text: &str, most: Option<usize>) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_start_matches(is_blank);
    while !rest.is_empty() {
        if most == Some(parts.len()) {
            parts.push(rest.trim_end_matches(is_blank));
            break;
        }
        let end = rest.find(is_blank).unwrap_or(rest.len());
        parts.push(&rest[..end]);
        rest = rest[end..].trim_start_matches(is_blank);
    }
    parts
}

/// `str.rsplit(None, most)`
pub(super) fn rsplit_blanks(text: &str, most: Option<usize>) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_end_matches(is_blank);
    while !rest.is_empty() {
        if most == Some(parts.len()) {
            parts.push(rest.trim_start_matches(is_blank));
            break;
        }
        let blank = rest.char_indices().rev().find(|&(_, character)| is_blank(character));
        let start = blank.map_or(0, |(at, character)| at + character.len_utf8());
        parts.push(&rest[start..]);
        rest = rest[..start].trim_end_matches(is_blank);
    }
    parts.reverse();
    parts
}

/// `str.splitlines(keep_ends)`
pub(super) fn split_lines(text: &str, keep_ends: bool) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    let is_end = |character: char| {
        matches!(character, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
    };
    while let Some(at) = rest.find(is_end) {
        let length =
            if rest[at..].starts_with("\r\n") { 2 } else { rest[at..].chars().next().map_or(1, char::len_utf8) };
        lines.push(&rest[..if keep_ends { at + length } else { at }]);
        rest = &rest[at + length..];
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

/// `str.center(width)`: the odd blank goes to the left when the width is odd.
pub(super) fn center(text: &str, width: usize, fill: char) -> String {
    let length = text.chars().count();
    let missing = width.saturating_sub(length);
    let left = missing / 2 + (missing & width & 1);
    let filling = |count: usize| fill.to_string().repeat(count);
    format!("{}{text}{}", filling(left), filling(missing - left))
}

/// Whether all characters are of a kind, and there is one. Beyond what European languages use, Rust and Python may
/// disagree.
pub(super) fn all_are(text: &str, kind: fn(char) -> bool) -> Result<Option<bool>, Error> {
    if text.chars().any(|character| character >= '\u{530}')
        || text.chars().any(|character| matches!(character, '²' | '³' | '¹' | '¼' | '½' | '¾'))
    {
        return Err(Error::unknown("the kind of a character"));
    }
    Ok((!text.is_empty()).then(|| text.chars().all(kind)))
}

/// `str.islower` or `str.isupper`: there are letters with a case, and none of the other case.
pub(super) fn has_case(text: &str, wanted: fn(char) -> bool, other: fn(char) -> bool) -> bool {
    text.chars().any(wanted) && !text.chars().any(other)
}
