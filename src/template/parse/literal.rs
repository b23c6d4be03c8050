//! The values of string and number literals.

use crate::template::ast::Constant;
use crate::template::error::TemplateError;
use crate::text::Span;
use crate::text::python_repr::push_code;

/// The value of an integer literal such as `1_000` or `0xFF`.
pub(super) fn integer(literal: &str) -> Constant {
    let digits = literal.replace('_', "").to_ascii_lowercase();
    let parsed = match digits.get(..2) {
        Some("0x") => i64::from_str_radix(&digits[2..], 16),
        Some("0o") => i64::from_str_radix(&digits[2..], 8),
        Some("0b") => i64::from_str_radix(&digits[2..], 2),
        _ => digits.parse(),
    };
    parsed.map_or(Constant::LargeInt, Constant::Int)
}

/// The value of a float literal.
pub(super) fn float(literal: &str) -> Constant {
    Constant::Float(literal.replace('_', "").parse().expect("the lexer takes only floats that Rust reads as well"))
}

/// Appends the value of a string literal, quotes included, as Python's `unicode-escape` reads it.
pub(super) fn string(literal: &str, span: Span, value: &mut String) -> Result<(), TemplateError> {
    let inner = &literal[1..literal.len() - 1];
    let mut rest = inner;
    while let Some(at) = memchr::memchr2(b'\\', b'\r', rest.as_bytes()) {
        value.push_str(&rest[..at]);
        rest = if rest.as_bytes()[at] == b'\r' {
            value.push('\n');
            let behind = &rest[at + 1..];
            behind.strip_prefix('\n').unwrap_or(behind)
        } else {
            let position = span.start as usize + 1 + (inner.len() - rest.len()) + at;
            escape(&rest[at + 1..], value).ok_or_else(|| {
                TemplateError::new(Span::new(position, position + 1), "this escape in a string is not understood")
            })?
        };
    }
    value.push_str(rest);
    Ok(())
}

/// Appends what the escape means whose backslash stands before `rest`; returns what follows it.
fn escape<'t>(rest: &'t str, value: &mut String) -> Option<&'t str> {
    let character = rest.chars().next()?;
    let behind = &rest[character.len_utf8()..];
    let simple = match character {
        '\n' => return Some(behind),
        '\r' => return Some(behind.strip_prefix('\n').unwrap_or(behind)),
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '\\' | '\'' | '"' => character,
        'x' => return coded(behind, 2, value),
        'u' => return coded(behind, 4, value),
        'U' => return coded(behind, 8, value),
        'N' => return None,
        '0'..='7' => return octal(rest, value),
        _ if character.is_ascii() => {
            value.push('\\');
            character
        }
        // Jinja2 escapes such a character before it takes the escapes away: its own backslash is then escaped.
        _ => {
            value.push('\\');
            push_code(character, value);
            return Some(behind);
        }
    };
    value.push(simple);
    Some(behind)
}

fn coded<'t>(rest: &'t str, digits: usize, value: &mut String) -> Option<&'t str> {
    let code = rest.get(..digits).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    value.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
    Some(&rest[digits..])
}

fn octal<'t>(rest: &'t str, value: &mut String) -> Option<&'t str> {
    let length = rest.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    value.push(char::from_u32(u32::from_str_radix(&rest[..length], 8).ok()?)?);
    Some(&rest[length..])
}
