//! Patterns of Python's `re` that mean the same to the regex crate.

use regex::Regex;

pub const IGNORECASE: i64 = 2;
pub const MULTILINE: i64 = 8;
pub const DOTALL: i64 = 16;

/// The flags that a pattern is used with.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Flags(pub i64);

impl Flags {
    fn has(self, flag: i64) -> bool {
        self.0 & flag != 0
    }
}

/// The pattern, if it means the same to Python and to the regex crate in this text.
pub fn alike(pattern: &str, string: &str, anchor: &str, flags: Flags) -> Option<Regex> {
    let plain = Plain::of(pattern)?;
    // Python's `$` matches before a line break at the end as well, and its classes take in other characters.
    let is_common = |byte: u8| byte.is_ascii() && !(0x1c..0x20).contains(&byte);
    let ends = plain.has_end && !flags.has(MULTILINE) && string.ends_with('\n');
    if ends || plain.has_class && !string.bytes().all(is_common) {
        return None;
    }
    // Python knows more letters beyond ASCII that are an `i`.
    if flags.has(IGNORECASE) && !(pattern.is_ascii() && string.is_ascii()) {
        return None;
    }
    regex::RegexBuilder::new(&format!("{anchor}(?:{pattern})"))
        .case_insensitive(flags.has(IGNORECASE))
        .multi_line(flags.has(MULTILINE))
        .dot_matches_new_line(flags.has(DOTALL))
        .size_limit(1 << 20)
        .build()
        .ok()
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

    #[test]
    fn a_match_begins_at_the_start() {
        let is_match = |anchor: &str, string: &str| {
            alike("b+", string, anchor, Flags::default()).map(|regex| regex.is_match(string))
        };
        assert_eq!(
            (is_match("", "abb"), is_match(r"\A", "abb"), is_match(r"\A", "bb")),
            (Some(true), Some(false), Some(true))
        );
    }
}
