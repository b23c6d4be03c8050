//! Splits Jinja expressions and Python code into tokens.
//!
//! Why not minijinja's tokenizer: it ends at the first bracket that does not match (normal while a file is edited),
//! takes only ASCII names and blanks where dbt's Jinja2 takes all of Unicode, resolves string escapes differently, and
//! cannot read Python. On templates that both accept, a test holds the two to the same tokens.

use crate::text::Span;

/// The language of the code between two offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// An expression or statement between Jinja's delimiters, read as Jinja2's lexer does.
    Jinja,
    /// A Python file: string prefixes, triple quotes and `#` comments exist.
    Python,
}

/// What a token is; its text is at its span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// An identifier or a word such as `if`.
    Name,
    /// A string literal, prefix and quotes included.
    Text,
    /// A Python f-string, whose fields hold code.
    FormatText,
    /// A number.
    Number,
    /// `(`, `[` or `{`.
    Open(u8),
    /// `)`, `]` or `}`.
    Close(u8),
    /// `,`
    Comma,
    /// `.`
    Dot,
    /// `:`
    Colon,
    /// `=` alone; `==` is an operator.
    Assign,
    /// `|`, which in Jinja leads to a filter's name.
    Pipe,
    /// Any other run of operator characters.
    Operator,
}

/// One token and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

/// A place that is no token of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenError {
    pub(crate) span: Span,
    pub(crate) message: &'static str,
}

/// Reads tokens from a stretch of a text; spans count from the start of the whole text.
pub(crate) struct Lexer<'t> {
    text: &'t str,
    language: Language,
    position: usize,
    end: usize,
}

impl<'t> Lexer<'t> {
    /// A lexer for the part of `text` that `span` covers.
    pub(crate) fn new(text: &'t str, span: Span, language: Language) -> Self {
        Self { text, language, position: span.range().start, end: span.range().end }
    }

    /// The token at the current position, `None` at the end.
    ///
    /// # Errors
    /// For a string without end and for a character that the language does not know. Reading may go on behind it.
    pub(crate) fn next_token(&mut self) -> Option<Result<Token, TokenError>> {
        self.skip_blanks();
        let start = self.position;
        let byte = self.peek(0)?;
        let outcome = match byte {
            b'\'' | b'"' => self.string(TokenKind::Text),
            b'0'..=b'9' => Ok(self.number()),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.name_or_prefixed_string(start),
            128.. => self.non_ascii_name(),
            _ => self.operator(byte),
        };
        let span = Span::new(start, self.position);
        Some(outcome.map(|kind| Token { kind, span }).map_err(|message| TokenError { span, message }))
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        let index = self.position + ahead;
        (index < self.end).then(|| self.text.as_bytes()[index])
    }

    fn rest(&self) -> &'t str {
        &self.text[self.position..self.end]
    }

    /// Skips what separates tokens. Jinja2 and Python use `\s`, which covers the no-break space that pasting leaves.
    fn skip_blanks(&mut self) {
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | 0x1c..=0x1f => self.position += 1,
                b'#' if self.language == Language::Python => self.skip_line(),
                b'\\' if self.language == Language::Python => self.position += 1,
                128.. => match self.rest().chars().next().filter(|character| character.is_whitespace()) {
                    Some(blank) => self.position += blank.len_utf8(),
                    None => return,
                },
                _ => return,
            }
        }
    }

    fn skip_line(&mut self) {
        self.position = match memchr::memchr(b'\n', self.rest().as_bytes()) {
            Some(newline) => self.position + newline,
            None => self.end,
        };
    }

    /// Reads a string from its opening quote on; without a closing one it reaches as far as the language lets it.
    fn string(&mut self, kind: TokenKind) -> Result<TokenKind, &'static str> {
        let rest = self.rest().as_bytes();
        let quote = rest[0];
        let ended = match self.language {
            Language::Jinja => skip_quoted(rest, quote).ok_or(rest.len()),
            Language::Python if rest.starts_with(&[quote; 3]) => skip_triple_quoted(rest, quote).ok_or(rest.len()),
            Language::Python => skip_quoted_on_line(rest, quote),
        };
        self.position += ended.unwrap_or_else(|unclosed| unclosed);
        ended.map(|_| kind).map_err(|_| "string is never closed")
    }

    /// Reads a number from its first digit on, letters that cannot belong to it included: `1a` is no number and a name.
    fn number(&mut self) -> TokenKind {
        self.position += 1;
        while let Some(byte) = self.peek(0) {
            let after_exponent = matches!(self.text.as_bytes()[self.position - 1], b'e' | b'E');
            let fraction = byte == b'.' && self.peek(1).is_some_and(|next| next.is_ascii_digit());
            match byte {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.position += 1,
                b'+' | b'-' if after_exponent && self.peek(1).is_some_and(|next| next.is_ascii_digit()) => {
                    self.position += 1;
                }
                _ if fraction => self.position += 1,
                _ => break,
            }
        }
        TokenKind::Number
    }

    fn name_or_prefixed_string(&mut self, start: usize) -> Result<TokenKind, &'static str> {
        let rest = self.rest();
        self.position += rest.chars().take_while(|character| is_name(*character)).map(char::len_utf8).sum::<usize>();
        let prefix = &self.text[start..self.position];
        let quoted = self.language == Language::Python && matches!(self.peek(0), Some(b'\'' | b'"'));
        if !quoted || prefix.len() > 2 || !prefix.bytes().all(|byte| b"rRbBuUfFtT".contains(&byte)) {
            return Ok(TokenKind::Name);
        }
        let formatted = prefix.bytes().any(|byte| b"fFtT".contains(&byte));
        self.string(if formatted { TokenKind::FormatText } else { TokenKind::Text })
    }

    fn non_ascii_name(&mut self) -> Result<TokenKind, &'static str> {
        let length = self.rest().chars().take_while(|character| is_name(*character)).map(char::len_utf8).sum::<usize>();
        if length > 0 {
            self.position += length;
            return Ok(TokenKind::Name);
        }
        self.position += self.rest().chars().next().map_or(0, char::len_utf8);
        Err("unexpected character")
    }

    fn operator(&mut self, byte: u8) -> Result<TokenKind, &'static str> {
        self.position += 1;
        let followed_by_equals = self.peek(0) == Some(b'=');
        match byte {
            b'(' | b'[' | b'{' => Ok(TokenKind::Open(byte)),
            b')' | b']' | b'}' => Ok(TokenKind::Close(byte)),
            b',' => Ok(TokenKind::Comma),
            b'.' => Ok(TokenKind::Dot),
            b'=' | b'!' | b'<' | b'>' | b':' if followed_by_equals => {
                self.position += 1;
                Ok(TokenKind::Operator)
            }
            b'*' | b'/' if self.peek(0) == Some(byte) => {
                self.position += 1;
                Ok(TokenKind::Operator)
            }
            b':' => Ok(TokenKind::Colon),
            b'=' => Ok(TokenKind::Assign),
            b'|' => Ok(TokenKind::Pipe),
            b'+' | b'-' | b'*' | b'/' | b'%' | b'~' | b'<' | b'>' | b';' => Ok(TokenKind::Operator),
            b'@' | b'&' | b'^' if self.language == Language::Python => Ok(TokenKind::Operator),
            _ => Err("unexpected character"),
        }
    }
}

/// Letters, digits, `_` and everything beyond ASCII that Unicode counts as alphabetic or numeric: a little more than
/// `str.isidentifier` accepts, which only matters to text that dbt refuses.
fn is_name(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

/// Length of the string literal at the start of `bytes`, both quotes included; `None` when it is never closed. A
/// backslash takes away the meaning of the next byte. As in Jinja2 the string may run over several lines.
pub(crate) fn skip_quoted(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut position = 1;
    loop {
        position += memchr::memchr2(quote, b'\\', bytes.get(position..)?)?;
        if bytes[position] == quote {
            return Some(position + 1);
        }
        position += 2;
    }
}

/// As [`skip_quoted`], for a Python string in single quotes: it ends on its line. Otherwise the length up to the
/// newline.
fn skip_quoted_on_line(bytes: &[u8], quote: u8) -> Result<usize, usize> {
    let mut position = 1;
    loop {
        let rest = bytes.get(position..).ok_or(bytes.len())?;
        position += memchr::memchr3(quote, b'\\', b'\n', rest).ok_or(bytes.len())?;
        match bytes[position] {
            b'\n' => return Err(position),
            b'\\' => position += 2,
            _ => return Ok(position + 1),
        }
    }
}

fn skip_triple_quoted(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut position = 3;
    loop {
        position += memchr::memchr2(quote, b'\\', bytes.get(position..)?)?;
        if bytes[position..].starts_with(&[quote; 3]) {
            return Some(position + 3);
        }
        position += if bytes[position] == b'\\' { 2 } else { 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::machinery::{self, Token as Theirs};

    fn tokens(text: &str, language: Language) -> Vec<(TokenKind, &str)> {
        let mut lexer = Lexer::new(text, Span::new(0, text.len()), language);
        let tokens = std::iter::from_fn(|| lexer.next_token()).map_while(Result::ok);
        tokens.map(|token| (token.kind, &text[token.span.range()])).collect()
    }

    fn kind(theirs: &Theirs) -> TokenKind {
        match theirs {
            Theirs::Ident(_) => TokenKind::Name,
            Theirs::Str(_) | Theirs::String(_) => TokenKind::Text,
            Theirs::Int(_) | Theirs::Int128(_) | Theirs::Float(_) => TokenKind::Number,
            Theirs::ParenOpen => TokenKind::Open(b'('),
            Theirs::BracketOpen => TokenKind::Open(b'['),
            Theirs::BraceOpen => TokenKind::Open(b'{'),
            Theirs::ParenClose => TokenKind::Close(b')'),
            Theirs::BracketClose => TokenKind::Close(b']'),
            Theirs::BraceClose => TokenKind::Close(b'}'),
            Theirs::Comma => TokenKind::Comma,
            Theirs::Dot => TokenKind::Dot,
            Theirs::Colon => TokenKind::Colon,
            Theirs::Assign => TokenKind::Assign,
            Theirs::Pipe => TokenKind::Pipe,
            _ => TokenKind::Operator,
        }
    }

    #[test]
    fn agrees_with_minijinja_on_what_both_accept() {
        for text in [
            "ref('a', \"b\", v=1.5e-3)",
            "x|default({'a': [1, 2]}) ~ \"it's\" ~ 'a\\'b\\\\'",
            "a.b . c(*x, **y)[1:-1] // 2 ** 3 % 4",
            "a == b != c >= d <= e < f > g + h - i * j / k",
            "0x1F + 0b101 + 0o17 + 1_000 + 12345678901234567890",
            "foo\t(\r\nbar\n)",
        ] {
            let theirs: Vec<_> = machinery::tokenize(text, true, Default::default())
                .map(|token| token.expect("minijinja accepts the text"))
                .map(|(token, span)| (kind(&token), &text[span.start_offset as usize..span.end_offset as usize]))
                .collect();
            assert_eq!(tokens(text, Language::Jinja), theirs, "{text}");
        }
    }

    #[test]
    fn python_has_comments_prefixes_and_triple_quotes() {
        use TokenKind::{FormatText, Name, Operator, Text};
        let text = "a # 'b\nrb'\\'' f\"{x}\" \'\'\'c'd\n\'\'\' bytes'x' @ \\\n b";
        let expected = [
            (Name, "a"),
            (Text, "rb'\\''"),
            (FormatText, "f\"{x}\""),
            (Text, "\'\'\'c'd\n\'\'\'"),
            (Name, "bytes"),
            (Text, "'x'"),
            (Operator, "@"),
            (Name, "b"),
        ];
        assert_eq!(tokens(text, Language::Python), expected);
    }

    #[test]
    fn an_unclosed_python_string_ends_on_its_line() {
        let text = "'a\nb";
        let mut lexer = Lexer::new(text, Span::new(0, text.len()), Language::Python);
        let error = lexer.next_token().expect("there is text").expect_err("it is never closed");
        assert_eq!((error.span, error.message), (Span::new(0, 2), "string is never closed"));
        let next = lexer.next_token().expect("there is more text").expect("it is a name");
        assert_eq!(next, Token { kind: TokenKind::Name, span: Span::new(3, 4) });
    }

    #[test]
    fn errors_have_their_place() {
        let text = "a é ? b";
        let mut lexer = Lexer::new(text, Span::new(0, text.len()), Language::Jinja);
        assert!(lexer.next_token().is_some_and(|token| token.is_ok()));
        assert!(lexer.next_token().is_some_and(|token| token.is_ok()));
        let error = lexer.next_token().expect("there is text").expect_err("`?` is no token");
        assert_eq!(&text[error.span.range()], "?");
    }
}
