//! Cuts an expression's text into tokens.

use std::ops::Range;

use super::error::CelError;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Name(String),
    Int(u64),
    Double(f64),
    Text(String),
    /// Operators and brackets.
    Sign(&'static str),
    End,
}

/// Longer ones first: `<=` is not `<` and `=`.
const SIGNS: [&str; 24] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", ".", ",", "(", ")", "[", "]",
    "{", "}",
];

/// The tokens with their places; the last is the end.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, CelError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        let (token, range) = lexer.next()?;
        let is_end = token == Token::End;
        tokens.push((token, range));
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn next(&mut self) -> Result<(Token, Range<usize>), CelError> {
        self.skip_blanks();
        let start = self.at;
        let Some(first) = self.rest().chars().next() else { return Ok((Token::End, start..start)) };
        let is_number = first.is_ascii_digit()
            || (first == '.' && self.rest()[1..].starts_with(|next: char| next.is_ascii_digit()));
        let token = if is_number {
            self.number()?
        } else if let Some((raw, quotes)) = self.quotes() {
            self.quoted(raw, quotes)?
        } else if first.is_ascii_alphabetic() || first == '_' {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let end = self.rest().find(|c| !is_part(c)).map_or(self.text.len(), |length| start + length);
            self.at = end;
            Token::Name(self.text[start..end].to_owned())
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| self.rest().starts_with(sign)) {
            self.at += sign.len();
            Token::Sign(sign)
        } else {
            return Err(stray(first, start..start + first.len_utf8()));
        };
        Ok((token, start..self.at))
    }

    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}']);
            // A comment of CEL reaches to the end of the line.
            let after = match trimmed.strip_prefix("//") {
                Some(comment) => comment.find('\n').map_or("", |end| &comment[end..]),
                None => trimmed,
            };
            if after.len() == rest.len() {
                return;
            }
            self.at = self.text.len() - after.len();
        }
    }

    fn number(&mut self) -> Result<Token, CelError> {
        let start = self.at;
        let rest = self.rest();
        let end = number_end(rest);
        let digits = &rest[..end];
        let range = start..start + end;
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if rest[end..].starts_with(is_word) {
            let length = rest.find(|c: char| !is_word(c) && c != '.').unwrap_or(rest.len()).max(end);
            let range = start..start + length;
            let word = &rest[..length];
            let error = CelError::new(range, format!("`{word}` is no number"));
            let unsigned = word.strip_suffix(['u', 'U']).is_some_and(|number| number.parse::<u64>().is_ok());
            return Err(if unsigned { error.with_help("write it without the `u`") } else { error });
        }
        let too_large = || CelError::new(range.clone(), format!("`{digits}` is too large for a number"));
        let token = if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
            Token::Int(u64::from_str_radix(hex, 16).map_err(|_| too_large())?)
        } else if digits.contains(['.', 'e', 'E']) {
            Token::Double(digits.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(too_large)?)
        } else {
            Token::Int(digits.parse().map_err(|_| too_large())?)
        };
        self.at += end;
        Ok(token)
    }

    /// How a text begins here, if one does: whether it is raw, and its quotes.
    fn quotes(&self) -> Option<(bool, &'static str)> {
        let rest = self.rest();
        let (raw, rest) = match rest.strip_prefix(['r', 'R']) {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        ["'''", "\"\"\"", "'", "\""].into_iter().find(|quotes| rest.starts_with(quotes)).map(|quotes| (raw, quotes))
    }

    fn quoted(&mut self, raw: bool, quotes: &'static str) -> Result<Token, CelError> {
        let start = self.at;
        self.at += usize::from(raw) + quotes.len();
        let mut text = String::new();
        loop {
            let rest = self.rest();
            if rest.starts_with(quotes) {
                self.at += quotes.len();
                return Ok(Token::Text(text));
            }
            match rest.chars().next() {
                None => return Err(unclosed(quotes, start..start + 1)),
                Some('\n' | '\r') if quotes.len() == 1 => return Err(unclosed(quotes, start..start + 1)),
                Some('\\') if !raw => text.push(self.escape()?),
                Some(other) => {
                    text.push(other);
                    self.at += other.len_utf8();
                    // In a raw text, too, a backslash keeps a quote from ending it, and both stay.
                    if raw && other == '\\' && self.rest().starts_with(&quotes[..1]) {
                        text.push_str(&quotes[..1]);
                        self.at += 1;
                    }
                }
            }
        }
    }

    /// The character that a backslash and what follows it stand for.
    fn escape(&mut self) -> Result<char, CelError> {
        let start = self.at;
        let rest = &self.text[start + 1..];
        let letter = rest.chars().next().unwrap_or_default();
        let (digits, radix) = match letter {
            'x' | 'X' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            '0'..='3' => (3, 8),
            _ => (0, 0),
        };
        if digits > 0 {
            let skipped = usize::from(radix == 16);
            let code = rest.get(skipped..skipped + digits).filter(|code| code.chars().all(|c| c.is_digit(radix)));
            let character = code.and_then(|code| u32::from_str_radix(code, radix).ok()).and_then(char::from_u32);
            let character = character.ok_or_else(|| unknown_escape(letter, start))?;
            self.at = start + 1 + skipped + digits;
            return Ok(character);
        }
        let character = match letter {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '\\' | '\'' | '"' | '`' | '?' => letter,
            _ => return Err(unknown_escape(letter, start)),
        };
        self.at = start + 2;
        Ok(character)
    }
}

/// How many bytes belong to the number that a text begins with.
fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize, is: fn(&u8) -> bool| bytes[from..].iter().take_while(|byte| is(byte)).count();
    if text.starts_with("0x") || text.starts_with("0X") {
        let count = digits(2, u8::is_ascii_hexdigit);
        return if count > 0 { 2 + count } else { 1 };
    }
    let mut end = digits(0, u8::is_ascii_digit);
    if bytes.get(end) == Some(&b'.') {
        let count = digits(end + 1, u8::is_ascii_digit);
        end += if count > 0 { 1 + count } else { 0 };
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let count = digits((end + 1 + sign).min(bytes.len()), u8::is_ascii_digit);
        end += if count > 0 { 1 + sign + count } else { 0 };
    }
    end
}

fn stray(character: char, range: Range<usize>) -> CelError {
    let error = CelError::new(range, format!("`{character}` means nothing here"));
    match character {
        '=' => error.with_help("two values are compared with `==`"),
        '&' => error.with_help("two conditions are joined by `&&`"),
        '|' => error.with_help("of two conditions, `||` asks for one"),
        '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' => {
            error.with_help("a text stands in straight quotes: 'marts'")
        }
        _ => error,
    }
}

fn unclosed(quotes: &str, range: Range<usize>) -> CelError {
    CelError::new(range, "this text has no end").with_help(format!("close it with {quotes}"))
}

fn unknown_escape(letter: char, start: usize) -> CelError {
    let range = start..start + 1 + letter.len_utf8();
    let range = if letter == '\0' { start..start + 1 } else { range };
    CelError::new(range, "this backslash begins no escape that CEL knows")
        .with_help("write `\\\\` for a backslash, or r'…' for a text in which it means nothing")
}
