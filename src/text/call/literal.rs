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
    if is_comprehension(tokens, first, last) {
        return None;
    }
    match bracket {
        b'{' => dictionary(tokens, first, last, depth),
        b'(' if first < last && !has_comma() => value(tokens, first, last, depth),
        _ => {
            let items = items(tokens, first, last).map(|(first, last)| item(tokens, None, first, last, depth));
            Some(ArgumentValue::List(items.collect()))
        }
    }
}

/// Whether the brackets hold Python's `x for x in y`.
fn is_comprehension(tokens: &Tokens, first: usize, last: usize) -> bool {
    let is_for = |index: usize| tokens.kind(index) == TokenKind::Name && tokens.slice(index) == "for";
    tokens.language == Language::Python && tokens.outermost(first, last).any(is_for)
}

fn dictionary(tokens: &Tokens, first: usize, last: usize, depth: usize) -> Option<ArgumentValue> {
    let mut entries = Vec::new();
    for (first, last) in items(tokens, first, last) {
        let colon = tokens.next(TokenKind::Colon, first, last);
        if colon == first || colon + 1 >= last {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::jinja;

    /// The value of the only argument of `f(…)` and its text.
    fn literal(code: &str) -> (ArgumentValue, String) {
        let text = format!("{{{{ f({code}) }}}}");
        let mut calls = jinja::calls(&text).expect("the code is Jinja");
        let argument = calls.swap_remove(0).arguments.swap_remove(0);
        (argument.value, text[argument.span.range()].to_owned())
    }

    fn value(code: &str) -> ArgumentValue {
        literal(code).0
    }

    #[test]
    fn numbers() {
        let integers = [("1", 1), ("-1", -1), ("+ 7", 7), ("1_000", 1000), ("0x1F", 31), ("0b101", 5), ("0o17", 15)];
        for (code, integer) in integers {
            assert_eq!(value(code), ArgumentValue::Integer(integer), "{code}");
        }
        assert_eq!(value("-1.5e3"), ArgumentValue::Float(-1500.0));
        assert_eq!(value("1e-2"), ArgumentValue::Float(0.01));
        assert_eq!(value("12345678901234567890"), ArgumentValue::Other);
    }

    #[test]
    fn words() {
        assert_eq!(value("true"), ArgumentValue::Boolean(true));
        assert_eq!(value("False"), ArgumentValue::Boolean(false));
        assert_eq!(value("none"), ArgumentValue::None);
        assert_eq!(value("TRUE"), ArgumentValue::Other);
    }

    #[test]
    fn texts() {
        assert_eq!(literal("'a' \"b\""), (ArgumentValue::Text("ab".into()), "'a' \"b\"".into()));
        assert_eq!(value("'a' ~ 'b'"), ArgumentValue::Other);
        assert_eq!(value("'a' if b else 'c'"), ArgumentValue::Other);
    }

    #[test]
    fn lists_and_dictionaries() {
        let ArgumentValue::List(items) = value("['a', x, [1,],]") else { panic!("a list") };
        assert_eq!(items.len(), 3);
        assert_eq!(items[1].value, ArgumentValue::Other);
        assert!(matches!(&items[2].value, ArgumentValue::List(inner) if inner.len() == 1));
        assert!(matches!(value("('a',)"), ArgumentValue::List(items) if items.len() == 1));
        assert!(matches!(value("()"), ArgumentValue::List(items) if items.is_empty()));
        assert_eq!(value("((1))"), ArgumentValue::Integer(1));
        let ArgumentValue::Dictionary(entries) = value("{'a': {'b': 1}, \"c\": x[1:2]}") else {
            panic!("a dictionary")
        };
        assert_eq!(entries[0].get("b").map(|entry| &entry.value), Some(&ArgumentValue::Integer(1)));
        assert_eq!(entries[1].value, ArgumentValue::Other);
        assert_eq!(value("{a: 1}"), ArgumentValue::Other);
        assert_eq!(value("{'a': }"), ArgumentValue::Other);
    }

    #[test]
    fn expressions_keep_their_text() {
        assert_eq!(literal("var('x') + 1"), (ArgumentValue::Other, "var('x') + 1".into()));
        assert_eq!(literal("*x"), (ArgumentValue::Other, "*x".into()));
        assert_eq!(literal("a == b"), (ArgumentValue::Other, "a == b".into()));
    }
}
