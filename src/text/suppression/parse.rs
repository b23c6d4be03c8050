//! What a suppression says.

use std::ops::Range;

use super::{Covers, Directive, Flaw, Name, Until, WORD};
use crate::text::Span;

/// A suppression that has been read, and whether it is one for the whole file.
pub(super) struct Parsed {
    pub directive: Directive,
    pub is_for_file: bool,
}

/// The suppressions in the stretch `comment` of `text`, which is all of a comment between its delimiters.
pub(super) fn parse(text: &str, comment: Range<usize>) -> Vec<Parsed> {
    let starts: Vec<usize> = starts(text, &comment).collect();
    let ends = starts.iter().skip(1).copied().chain([comment.end]);
    starts.iter().zip(ends).map(|(start, end)| one(text, *start, end)).collect()
}

/// Where suppressions begin. Prose that mentions a steward is none: in the midst of a comment only what has brackets
/// counts.
fn starts(text: &str, comment: &Range<usize>) -> impl Iterator<Item = usize> {
    let content = &text[comment.clone()];
    let is_first = move |at: usize| content[..at].chars().all(|before| !before.is_alphanumeric());
    let is_word = move |at: usize| !content[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
    let is_one = move |at: &usize| {
        let behind = &content[at + WORD.len()..];
        let (word, rest) = word(behind.trim_start());
        let has_bracket = rest.trim_start_matches(' ').starts_with('[');
        is_word(*at) && word.starts_with("ignore") && (has_bracket || is_first(*at))
    };
    let offset = comment.start;
    content.match_indices(WORD).map(|(at, _)| at).filter(is_one).map(move |at| offset + at)
}

/// The letters and hyphens that a text begins with, and the rest.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '-' | '_')));
    text.split_at(end.unwrap_or(text.len()))
}

/// The suppression from `start` on, which has the text up to `end`.
fn one(text: &str, start: usize, end: usize) -> Parsed {
    let after = start + WORD.len();
    let word_start = after + (text[after..end].len() - text[after..end].trim_start().len());
    let (word, rest) = word(&text[word_start..end]);
    let word_end = word_start + word.len();
    let is_known = matches!(word, "ignore" | "ignore-file");
    let opening = word_end + (rest.len() - rest.trim_start_matches(' ').len());
    let names = match text[opening..end].strip_prefix('[') {
        None => Err((if is_known { Flaw::NoName } else { Flaw::UnknownWord }, word_end)),
        Some(rest) => match rest.find(']') {
            None => Err((Flaw::Unclosed, line_end(text, opening, end))),
            Some(length) => Ok(opening + 1..opening + 1 + length),
        },
    };
    let (names, last) = match names {
        Err((flaw, last)) => (Err(flaw), last),
        Ok(brackets) if !is_known => (Err(Flaw::UnknownWord), brackets.end + 1),
        Ok(brackets) => (named(text, brackets.clone()), brackets.end + 1),
    };
    let (reason, until) = words(text, last..end);
    let span = Span::new(start, last);
    let directive = Directive { span, names, reason, until, covers: Covers::Nothing };
    Parsed { directive, is_for_file: word == "ignore-file" }
}

fn line_end(text: &str, from: usize, end: usize) -> usize {
    let line = &text[from..end];
    from + line.find(['\n', '\r']).map_or_else(|| line.trim_end().len(), |at| line[..at].trim_end().len())
}

/// The names between brackets.
fn named(text: &str, brackets: Range<usize>) -> Result<Vec<Name>, Flaw> {
    let mut at = brackets.start;
    let mut names = Vec::new();
    for part in text[brackets].split(',') {
        let name = part.trim();
        if !name.is_empty() {
            let start = at + (part.len() - part.trim_start().len());
            names.push(Name { text: name.to_owned(), span: Span::new(start, start + name.len()) });
        }
        at += part.len() + 1;
    }
    if names.is_empty() { Err(Flaw::NoName) } else { Ok(names) }
}

/// Reason and date of what stands behind the brackets.
fn words(text: &str, range: Range<usize>) -> (String, Option<Until>) {
    let Some((until, whole)) = until(text, range.clone()) else { return (tidy(&text[range]), None) };
    let reason = [tidy(&text[range.start..whole.start]), tidy(&text[whole.end..range.end])];
    let said: Vec<&str> = reason.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    (said.join(" "), Some(until))
}

/// The last `until` that a date follows, or what was meant for one, with all that belongs to it.
fn until(text: &str, range: Range<usize>) -> Option<(Until, Range<usize>)> {
    const UNTIL: &str = "until";
    let part = &text[range.clone()];
    let dated = part.rmatch_indices(UNTIL).find_map(|(at, _)| {
        let is_word = !part[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
        let behind = &part[at + UNTIL.len()..];
        let blanks = behind.len() - behind.trim_start().len();
        let token = behind.trim_start().split(char::is_whitespace).next().unwrap_or_default();
        let token = token.trim_end_matches(['.', ',', ';', ':', ')', '!', ']']);
        let start = at + UNTIL.len() + blanks;
        (is_word && blanks > 0 && is_meant_for_a_day(token)).then_some((at, start, start + token.len()))
    });
    let (at, start, end) = dated?;
    let span = Span::new(range.start + start, range.start + end);
    let until = Until { text: part[start..end].to_owned(), span };
    Some((until, range.start + at..range.start + end))
}

/// `2027-01-31`, but also `31.01.2027`, `2027/1/31` and `2027-Q1`; not the `2` of "until 2 people have left".
fn is_meant_for_a_day(token: &str) -> bool {
    let is_year = |part: &str| part.len() == 4 && part.starts_with("20") && part.bytes().all(|b| b.is_ascii_digit());
    token.split(['-', '/', '.']).any(is_year)
}

/// Words in a line, without what separates them from the brackets.
fn tidy(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_mark =
        |letter: char| matches!(letter, ':' | ';' | ',' | '-' | '–' | '—' | '(' | ')' | '*' | '#') || letter == ' ';
    let start = words.trim_start_matches(is_mark);
    start.trim_end_matches([' ', ',', ';', ':', '-', '–', '—', '(', '*', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names, reason and date of each suppression in a comment.
    fn read(comment: &str) -> Vec<(Vec<String>, String, String)> {
        let parsed = parse(comment, 0..comment.len()).into_iter();
        let said = parsed.map(|parsed| {
            let Directive { names, reason, until, .. } = parsed.directive;
            let names = match names {
                Ok(names) => names
                    .into_iter()
                    .map(|name| {
                        assert_eq!(&comment[name.span.range()], name.text);
                        name.text
                    })
                    .collect(),
                Err(flaw) => vec![format!("{flaw:?}")],
            };
            (names, reason, until.map(|until| until.text).unwrap_or_default())
        });
        said.collect()
    }

    fn says(comment: &str, names: &[&str], reason: &str, until: &str) {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(read(comment), [(names, reason.to_owned(), until.to_owned())], "{comment}");
    }

    #[test]
    fn names_reason_and_date() {
        says("steward: ignore[DOC001] legacy until 2027-01-31", &["DOC001"], "legacy", "2027-01-31");
        says(
            " steward:ignore [ DOC001 , undocumented-column,POL/a-b ]",
            &["DOC001", "undocumented-column", "POL/a-b"],
            "",
            "",
        );
        says("steward: ignore-file[DOC]: no time, see SHOP-12.", &["DOC"], "no time, see SHOP-12", "");
        says("steward: ignore[DOC001] - until 2027-01-31, as agreed", &["DOC001"], "as agreed", "2027-01-31");
        says("steward: ignore[DOC001] agreed (until 2027-01-31).", &["DOC001"], "agreed", "2027-01-31");
        says("steward: ignore[DOC001] one\n  two until\n 2027-01-31 ", &["DOC001"], "one two", "2027-01-31");
    }

    #[test]
    fn until_is_an_ordinary_word_too() {
        says("steward: ignore[DOC001] until the move is done", &["DOC001"], "until the move is done", "");
        says("steward: ignore[DOC001] until 2 have left", &["DOC001"], "until 2 have left", "");
        says("steward: ignore[DOC001] until v2.3", &["DOC001"], "until v2.3", "");
        says("steward: ignore[DOC001] until we move, until 31.01.2027", &["DOC001"], "until we move", "31.01.2027");
        says("steward: ignore[DOC001] until 2027-13-01", &["DOC001"], "", "2027-13-01");
        says("steward: ignore[DOC001] until 2027-Q1", &["DOC001"], "", "2027-Q1");
    }

    #[test]
    fn several_in_one_comment() {
        let both = read("noqa: ST06 steward: ignore[DOC001] a until 2027-01-31 steward: ignore[DOC011] b");
        let expected = [("DOC001", "a", "2027-01-31"), ("DOC011", "b", "")];
        let expected =
            expected.map(|(name, reason, until)| (vec![name.to_owned()], reason.to_owned(), until.to_owned()));
        assert_eq!(both, expected);
    }

    #[test]
    fn prose_is_no_suppression() {
        for prose in [
            "data steward: jane",
            "the data steward: ignore this for now",
            "backsteward: ignore[DOC001]",
            "steward: none",
            "steward:",
            "Steward: ignore[DOC001]",
        ] {
            assert_eq!(read(prose), [], "{prose}");
        }
    }

    #[test]
    fn what_names_nothing_says_why() {
        says("steward: ignore", &["NoName"], "", "");
        says("steward: ignore this", &["NoName"], "this", "");
        says("steward: ignore[] why", &["NoName"], "why", "");
        says("steward: ignore[ , ]", &["NoName"], "", "");
        says("steward: ignore[DOC001 why", &["Unclosed"], "", "");
        says("steward: ignore-line[DOC001] why", &["UnknownWord"], "why", "");
        says("steward: ignored", &["UnknownWord"], "", "");
    }
}
