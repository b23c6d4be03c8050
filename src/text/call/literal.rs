//! Which value a run of tokens stands for, when it is a literal.

use super::find::Tokens;
use super::token::{Language, TokenKind};
use super::{Argument, ArgumentValue, Keyword, string};
use crate::text::Span;

/// Lists within lists deeper than this are not literals that anybody writes; the limit keeps recursion bounded.
const DEEPEST_NESTING: usize = 32;

/// The comma-separated arguments between two brackets, which are tokens `first..last`.
pub(super) fn arguments(tokens: &Tokens, first: usize, last: usize) -> Vec<Argument> {
    items(tokens, first, last).map(|(first, last)| argument(tokens, first, last)).collect()
}

/// One argument: `value` or `keyword=value`.
fn argument(tokens: &Tokens, first: usize, last: usize) -> Argument {
    let is_keyword =
        last - first > 1 && tokens.kind(first) == TokenKind::Name && tokens.kind(first + 1) == TokenKind::Assign;
    if !is_keyword {
        return item(tokens, None, first, last, 0);
    }
    let span = tokens.span(first);
    let keyword = Keyword { text: tokens.text[span.range()].to_owned(), span };
    if first + 2 == last {
        let behind = tokens.span(first + 1).end;
        let nothing = Span { start: behind, end: behind };
        return Argument { keyword: Some(keyword), span: nothing, value: ArgumentValue::Other };
    }
    item(tokens, Some(keyword), first + 2, last, 0)
}

/// A value of at least one token.
fn item(tokens: &Tokens, keyword: Option<Keyword>, first: usize, last: usize, depth: usize) -> Argument {
    let span = Span { start: tokens.span(first).start, end: tokens.span(last - 1).end };
    let value = value(tokens, first, last, depth).unwrap_or(ArgumentValue::Other);
    Argument { keyword, span, value }
}

/// The literal that tokens `first..last` form; `None` when they form something else.
fn value(tokens: &Tokens, first: usize, last: usize, depth: usize) -> Option<ArgumentValue> {
    let is_bracketed = matches!(tokens.kind(first), TokenKind::Open(_)) && tokens.partner(first) == Some(last - 1);
    match tokens.kind(first) {
        TokenKind::Open(bracket) if is_bracketed && depth < DEEPEST_NESTING => {
            bracketed(tokens, bracket, first + 1, last - 1, depth + 1)
        }
        TokenKind::Text => text(tokens, first, last),
        TokenKind::Name if last - first == 1 => word(tokens.slice(first), tokens.language),
        TokenKind::Number if last - first == 1 => number(tokens.slice(first)),
        TokenKind::Operator if last - first == 2 && tokens.kind(first + 1) == TokenKind::Number => {
            signed(tokens.slice(first), number(tokens.slice(first + 1))?)
        }
        _ => None,
    }
}

fn bracketed(tokens: &Tokens, bracket: u8, first: usize, last: usize, depth: usize) -> Option<ArgumentValue> {
    let has_comma = || items(tokens, first, last).nth(1).is_some() || tokens.kind(last - 1) == TokenKind::Comma;
    match bracket {
        b'{' => dictionary(tokens, first, last, depth),
        b'(' if first < last && !has_comma() => value(tokens, first, last, depth),
        _ => {
            let items = items(tokens, first, last).map(|(first, last)| item(tokens, None, first, last, depth));
            Some(ArgumentValue::List(items.collect()))
        }
    }
}

fn dictionary(tokens: &Tokens, first: usize, last: usize, depth: usize) -> Option<ArgumentValue> {
    let mut entries = Vec::new();
    for (first, last) in items(tokens, first, last) {
        let colon = first + (first..last).position(|index| tokens.kind(index) == TokenKind::Colon)?;
        if colon == first || colon + 1 == last {
            return None;
        }
        let ArgumentValue::Text(text) = text(tokens, first, colon)? else { return None };
        let span = Span { start: tokens.span(first).start, end: tokens.span(colon - 1).end };
        entries.push(item(tokens, Some(Keyword { text, span }), colon + 1, last, depth));
    }
    Some(ArgumentValue::Dictionary(entries))
}

/// Adjacent string literals are one string.
fn text(tokens: &Tokens, first: usize, last: usize) -> Option<ArgumentValue> {
    let mut text = String::new();
    for index in first..last {
        if tokens.kind(index) != TokenKind::Text {
            return None;
        }
        text.push_str(&string::value(tokens.slice(index), tokens.language)?);
    }
    Some(ArgumentValue::Text(text))
}

fn word(word: &str, language: Language) -> Option<ArgumentValue> {
    match (word, language) {
        ("True", _) | ("true", Language::Jinja) => Some(ArgumentValue::Boolean(true)),
        ("False", _) | ("false", Language::Jinja) => Some(ArgumentValue::Boolean(false)),
        ("None", _) | ("none", Language::Jinja) => Some(ArgumentValue::None),
        _ => None,
    }
}

fn number(digits: &str) -> Option<ArgumentValue> {
    let digits = digits.replace('_', "");
    let radix = match digits.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ => 10,
    };
    if radix != 10 {
        return i64::from_str_radix(&digits[2..], radix).ok().map(ArgumentValue::Integer);
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits.parse().ok().map(ArgumentValue::Integer);
    }
    let is_float = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    is_float.then(|| digits.parse().ok().map(ArgumentValue::Float)).flatten()
}

fn signed(sign: &str, number: ArgumentValue) -> Option<ArgumentValue> {
    match (sign, number) {
        ("+", number) => Some(number),
        ("-", ArgumentValue::Integer(integer)) => Some(ArgumentValue::Integer(-integer)),
        ("-", ArgumentValue::Float(float)) => Some(ArgumentValue::Float(-float)),
        _ => None,
    }
}

/// The non-empty stretches between the commas of tokens `first..last`, commas within brackets left alone.
fn items(tokens: &Tokens, first: usize, last: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut next = first;
    std::iter::from_fn(move || {
        while next < last {
            let start = next;
            let end = tokens.next(TokenKind::Comma, start, last);
            next = end + 1;
            if start < end {
                return Some((start, end));
            }
        }
        None
    })
}
