//! `modules`: the modules of Python that dbt lends to templates. Of them `re` is evaluated, where a pattern means the same
//! to Python as to the regex crate.

use std::sync::Arc;

use regex::Regex;

use crate::template::{Arguments, Error, Function, Machine, Object, Value};

/// `modules`.
#[derive(Debug)]
pub struct Modules;

impl Object for Modules {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        Ok(Some(match name {
            "re" => Value::object(Re),
            _ => Value::unknown(&format!("`modules.{name}` is not evaluated here")),
        }))
    }
}

/// `modules.re`.
#[derive(Debug)]
struct Re;

impl Object for Re {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        Ok(Some(match name {
            "sub" => Function::value("sub", |_, arguments| {
                Ok(match texts(arguments, "sub", ["pattern", "repl", "string", "count", "flags"])? {
                    Ok([pattern, replacement, string]) => {
                        sub(&pattern, &replacement, &string).map_or_else(|| not_alike(&pattern), Value::from)
                    }
                    Err(unknown) => unknown,
                })
            }),
            "search" => Function::value("search", |_, arguments| find(arguments, "search", "")),
            "match" => Function::value("match", |_, arguments| find(arguments, "match", r"\A")),
            _ => Value::unknown(&format!("`modules.re.{name}` is not evaluated here")),
        }))
    }
}

fn not_alike(pattern: &str) -> Value {
    Value::unknown(&format!("Python's pattern `{pattern}` is not evaluated here"))
}

/// The first arguments, or what the call gives if one of them is no known text or there are others.
fn texts<const N: usize, const TEXTS: usize>(
    arguments: Arguments,
    function: &str,
    names: [&str; N],
) -> Result<Result<[Arc<str>; TEXTS], Value>, Error> {
    let mut bound = arguments.bind(function, names)?.into_iter();
    let mut texts = Vec::new();
    for value in bound.by_ref().take(TEXTS) {
        match value {
            Some(Value::Str(text)) => texts.push(text),
            Some(unknown @ Value::Unknown(_)) => return Ok(Err(unknown)),
            _ => break,
        }
    }
    if bound.any(|more| more.is_some()) {
        texts.clear();
    }
    let other = |_| Value::unknown(&format!("`modules.re.{function}` is evaluated here for texts alone"));
    Ok(texts.try_into().map_err(other))
}

fn find(arguments: Arguments, function: &str, anchor: &str) -> Result<Value, Error> {
    let [pattern, string] = match texts(arguments, function, ["pattern", "string", "flags"])? {
        Ok(texts) => texts,
        Err(unknown) => return Ok(unknown),
    };
    let Some(regex) = alike(&pattern, &string, anchor) else { return Ok(not_alike(&pattern)) };
    Ok(match regex.find(&string) {
        Some(found) => Value::object(Match(found.as_str().to_owned())),
        None => Value::None,
    })
}

/// What was found, true in an `if`.
#[derive(Debug)]
struct Match(String);

impl Object for Match {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        let whole = self.0.clone();
        Ok(Some(match name {
            "group" => Function::value("group", move |_, arguments| {
                let [group] = arguments.bind("group", ["group"])?;
                Ok(match group {
                    None | Some(Value::Int(0)) => Value::text(&whole),
                    Some(_) => Value::unknown("the groups of a pattern are not evaluated here"),
                })
            }),
            _ => Value::unknown(&format!("`{name}` of a match is not evaluated here")),
        }))
    }
}

/// `re.sub`, where it is evaluated.
fn sub(pattern: &str, replacement: &str, string: &str) -> Option<String> {
    const LONGEST: usize = 1 << 20;
    let regex = alike(pattern, string, "")?;
    // Python writes groups with a backslash, and finds an empty match right behind another one, which the crate does not.
    let fits = !replacement.contains('\\')
        && !regex.is_match("")
        && string.len().saturating_mul(replacement.len().max(1)) < LONGEST;
    fits.then(|| regex.replace_all(string, regex::NoExpand(replacement)).into_owned())
}

/// The pattern, if it means the same to Python and to the regex crate in this text.
fn alike(pattern: &str, string: &str, anchor: &str) -> Option<Regex> {
    let plain = Plain::of(pattern)?;
    // Python's `$` matches before a line break at the end as well, and its classes take in other characters.
    let is_common = |byte: u8| byte.is_ascii() && !(0x1c..0x20).contains(&byte);
    if plain.has_end && string.ends_with('\n') || plain.has_class && !string.bytes().all(is_common) {
        return None;
    }
    regex::RegexBuilder::new(&format!("{anchor}(?:{pattern})")).size_limit(1 << 20).build().ok()
}

/// What matters about a pattern that has nothing in it on which Python and the regex crate differ.
#[derive(Debug, Default, PartialEq, Eq)]
struct Plain {
    /// `\d`, `\w`, `\s` and their opposites.
    has_class: bool,
    /// `$`
    has_end: bool,
}

impl Plain {
    fn of(pattern: &str) -> Option<Self> {
        let mut plain = Self::default();
        let mut rest = pattern.chars().peekable();
        let mut may_repeat = false;
        while let Some(character) = rest.next() {
            may_repeat = match character {
                '\\' => plain.escape(rest.next()?)?,
                '[' => plain.set(&mut rest)?,
                // Possessive and repeated repetitions are Python's or the crate's alone.
                '+' | '*' | '?' if may_repeat => {
                    rest.next_if_eq(&'?');
                    false
                }
                '(' if rest.peek() == Some(&'?') => (rest.next()? == '?' && rest.next()? == ':').then_some(false)?,
                '$' => {
                    plain.has_end = true;
                    false
                }
                '(' | '|' | '^' => false,
                ')' | '.' => true,
                '+' | '*' | '?' | '{' | '}' | ']' => return None,
                _ => true,
            };
        }
        Some(plain)
    }

    /// What follows a backslash; what it stands for may be repeated.
    fn escape(&mut self, character: char) -> Option<bool> {
        match character {
            'd' | 'w' | 's' | 'D' | 'W' | 'S' => self.has_class = true,
            'n' | 'r' | 't' => {}
            other if other.is_ascii_punctuation() && !matches!(other, '<' | '>' | '_') => {}
            _ => return None,
        }
        Some(true)
    }

    /// A set such as `[^a-z]`, from behind its bracket to its end; it may be repeated.
    fn set(&mut self, rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<bool> {
        rest.next_if_eq(&'^');
        // A bracket at the start is a character of the set.
        if rest.peek() == Some(&']') {
            return None;
        }
        loop {
            match rest.next()? {
                ']' => return Some(true),
                '\\' => {
                    self.escape(rest.next()?)?;
                }
                // Operations on sets are the crate's alone.
                '[' | '&' | '~' => return None,
                '-' if rest.peek() == Some(&'-') => return None,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With what Python gives.
    #[test]
    fn texts_are_replaced_as_python_replaces_them() {
        let cases = [
            ("[ -]+", "_", "a - b", Some("a_b")),
            ("[^a-z0-9_]+", "", "größe_1", Some("gre_1")),
            ("^[0-9]", "_1", "1st", Some("_1st")),
            (r"\s+$", "", "a  ", Some("a")),
            (r"(?:ab)+?", "$0", "abab", Some("$0$0")),
            ("a|b", "x", "cab", Some("cxx")),
            // Where the two differ.
            (r"\s+$", "", "a\n", None),
            (r"\w", "x", "ä", None),
            ("a*", "x", "aa", None),
            ("a++", "x", "aa", None),
            ("(a)", r"\1", "a", None),
            ("[[a]", "x", "a", None),
            ("[a&&b]", "x", "a", None),
            ("(?i)a", "x", "A", None),
            ("(?P<n>a)", "x", "a", None),
            (r"\bx", "y", "x", None),
            ("a{2}", "x", "aa", None),
            ("(", "x", "a", None),
        ];
        for (pattern, replacement, string, expected) in cases {
            assert_eq!(sub(pattern, replacement, string).as_deref(), expected, "{pattern} in {string:?}");
        }
    }

    #[test]
    fn a_match_begins_at_the_start() {
        let is_match = |anchor: &str, string: &str| alike("b+", string, anchor).map(|regex| regex.is_match(string));
        assert_eq!(
            (is_match("", "abb"), is_match(r"\A", "abb"), is_match(r"\A", "bb")),
            (Some(true), Some(false), Some(true))
        );
    }
}
