//! Splits a template into text, delimiters and tokens, as Jinja2's lexer does with dbt's settings: blanks are trimmed
//! only where a delimiter carries `-`, and one newline at the end of the template is dropped.
//!
//! [`crate::text::jinja::Segments`] finds the same borders for templates that are half typed; the lexer here stops at
//! the first error, as Jinja2 does, and reads each byte once.

use std::ops::Range;

use super::error::TemplateError;
use crate::text::Span;
use crate::text::call::token::skip_quoted;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// Text outside of tags, never empty.
    Data,
    /// `{{`
    VariableBegin,
    /// `}}`
    VariableEnd,
    /// `{%`
    BlockBegin,
    /// `%}`
    BlockEnd,
    Name,
    String,
    Integer,
    Float,
    Operator(Operator),
    /// The end of the template.
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Assign,
    Colon,
    Comma,
    Divide,
    Dot,
    Equal,
    FloorDivide,
    Greater,
    GreaterOrEqual,
    OpenBrace,
    OpenBracket,
    OpenParenthesis,
    Less,
    LessOrEqual,
    Modulo,
    Multiply,
    NotEqual,
    Pipe,
    Power,
    CloseBrace,
    CloseBracket,
    CloseParenthesis,
    Semicolon,
    Subtract,
    Tilde,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Text,
    Variable,
    Block,
}

pub(super) struct Lexer<'t> {
    text: &'t str,
    position: usize,
    end: usize,
    mode: Mode,
    /// Where the tag starts that `position` is in.
    tag: usize,
    /// The brackets that are open within the tag.
    open: Vec<(u8, usize)>,
    /// Whether the tag before `position` ends with a `-`.
    trim: bool,
}

impl<'t> Lexer<'t> {
    /// A lexer for one stretch of a text, which is taken as a template of its own.
    pub(super) fn new(text: &'t str, range: Range<usize>) -> Self {
        let content = &text[range.clone()];
        let content = content.strip_suffix('\n').map_or_else(
            || content.strip_suffix('\r').unwrap_or(content),
            |content| content.strip_suffix('\r').unwrap_or(content),
        );
        let end = range.start + content.len();
        Self { text, position: range.start, end, mode: Mode::Text, tag: 0, open: Vec::new(), trim: false }
    }

    /// A lexer for a lone expression: as if it stood between `{{` and `}}`.
    pub(super) fn for_expression(text: &'t str) -> Self {
        Self { mode: Mode::Variable, end: text.len(), ..Self::new(text, 0..text.len()) }
    }

    /// The next token; [`TokenKind::End`] again and again behind the last one.
    pub(super) fn next_token(&mut self) -> Result<Token, TemplateError> {
        match self.mode {
            Mode::Text => self.text_or_tag(),
            Mode::Variable | Mode::Block => self.code(),
        }
    }

    /// The error for a tag, or a bracket in it, that the template ends in.
    pub(super) fn unclosed(&self) -> TemplateError {
        if let Some(&(bracket, at)) = self.open.last() {
            return TemplateError::new(Span::new(at, at + 1), format!("`{}` is never closed", char::from(bracket)));
        }
        let message = match self.mode {
            Mode::Block => "`{%` is never closed with `%}`",
            _ => "`{{` is never closed with `}}`",
        };
        TemplateError::new(Span::new(self.tag, (self.tag + 2).min(self.text.len())), message)
    }

    fn bytes(&self) -> &'t [u8] {
        &self.text.as_bytes()[..self.end]
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes().get(self.position + ahead).copied()
    }

    fn rest(&self) -> &'t str {
        &self.text[self.position..self.end]
    }

    fn token(&self, kind: TokenKind, start: usize) -> Token {
        Token { kind, span: Span::new(start, self.position) }
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.position += rest.len() - trim_blanks_start(rest).len();
    }

    /// Text up to the next tag, or that tag's delimiter. Comments are passed over.
    fn text_or_tag(&mut self) -> Result<Token, TemplateError> {
        loop {
            if std::mem::take(&mut self.trim) {
                self.skip_blanks();
            }
            let start = self.position;
            let tag = find_tag(self.bytes(), start);
            if tag != Some(start) {
                let end = tag.unwrap_or(self.end);
                self.position = end;
                if let Some(token) = self.data(start, end, tag) {
                    return Ok(token);
                }
            }
            if tag.is_none() {
                return Ok(self.token(TokenKind::End, self.position));
            }
            match self.byte(1) {
                Some(b'#') => self.comment()?,
                Some(b'%') => match self.raw()? {
                    Some((start, end)) => {
                        if start < end {
                            return Ok(Token { kind: TokenKind::Data, span: Span::new(start, end) });
                        }
                    }
                    None => return Ok(self.open_tag(Mode::Block)),
                },
                _ => return Ok(self.open_tag(Mode::Variable)),
            }
        }
    }

    /// The text between two offsets, without the blanks that a `-` of the tag behind it takes away.
    fn data(&self, start: usize, end: usize, tag: Option<usize>) -> Option<Token> {
        let content = &self.text[start..end];
        let trimmed = tag.is_some_and(|tag| self.bytes().get(tag + 2) == Some(&b'-'));
        let content = if trimmed { trim_blanks_end(content) } else { content };
        let span = Span::new(start, start + content.len());
        (!content.is_empty()).then_some(Token { kind: TokenKind::Data, span })
    }

    fn open_tag(&mut self, mode: Mode) -> Token {
        let start = self.position;
        self.tag = start;
        self.mode = mode;
        self.position += 2 + usize::from(matches!(self.byte(2), Some(b'-' | b'+')));
        self.token(if mode == Mode::Block { TokenKind::BlockBegin } else { TokenKind::VariableBegin }, start)
    }

    fn comment(&mut self) -> Result<(), TemplateError> {
        let start = self.position;
        let from = start + 2 + usize::from(matches!(self.byte(2), Some(b'-' | b'+')));
        let found = self.bytes().get(from..).and_then(|rest| memchr::memmem::find(rest, b"#}"));
        let Some(found) = found else {
            return Err(TemplateError::new(Span::new(start, start + 2), "`{#` is never closed with `#}`"));
        };
        self.position = from + found + 2;
        self.trim = found > 0 && self.bytes()[from + found - 1] == b'-';
        Ok(())
    }

    /// The text within `{% raw %}` and `{% endraw %}` when such a block starts here, which is passed over.
    fn raw(&mut self) -> Result<Option<(usize, usize)>, TemplateError> {
        let Some((length, trim)) = tag_of_word(self.rest(), "raw", false) else { return Ok(None) };
        let opening = Span::new(self.position, self.position + length);
        let content = self.position + length;
        let content = if trim { self.end - trim_blanks_start(&self.text[content..self.end]).len() } else { content };
        let mut from = content;
        while let Some(found) = memchr::memmem::find(&self.bytes()[from..], b"{%") {
            let at = from + found;
            if let Some((length, trim)) = tag_of_word(&self.text[at..self.end], "endraw", true) {
                self.position = at + length;
                self.trim = trim;
                let text = &self.text[content..at];
                let text = if self.bytes()[at + 2] == b'-' { trim_blanks_end(text) } else { text };
                return Ok(Some((content, content + text.len())));
            }
            from = at + 2;
        }
        Err(TemplateError::new(opening, "`{% raw %}` is never closed with `{% endraw %}`"))
    }

    fn code(&mut self) -> Result<Token, TemplateError> {
        self.skip_blanks();
        let start = self.position;
        let Some(byte) = self.byte(0) else {
            return Ok(self.token(TokenKind::End, start));
        };
        if self.open.is_empty() && self.close_tag() {
            let kind = if self.mode == Mode::Block { TokenKind::BlockEnd } else { TokenKind::VariableEnd };
            self.mode = Mode::Text;
            return Ok(self.token(kind, start));
        }
        let kind = match byte {
            b'0'..=b'9' => self.number(),
            b'\'' | b'"' => self.string(byte)?,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 128.. => self.name()?,
            _ => self.operator(byte)?,
        };
        Ok(self.token(kind, start))
    }

    /// Passes over the delimiter that ends the tag, when it is here.
    fn close_tag(&mut self) -> bool {
        let (closer, plus) = match self.mode {
            Mode::Block => ("%}", true),
            _ => ("}}", false),
        };
        let rest = self.rest();
        let minus = rest.starts_with('-');
        let marked = minus || plus && rest.starts_with('+');
        if !rest[usize::from(marked)..].starts_with(closer) {
            return false;
        }
        self.position += closer.len() + usize::from(marked);
        self.trim = minus;
        true
    }

    fn number(&mut self) -> TokenKind {
        let bytes = &self.bytes()[self.position..];
        let behind_dot = self.position > 0 && self.text.as_bytes()[self.position - 1] == b'.';
        if let Some(length) = float_length(bytes).filter(|_| !behind_dot) {
            self.position += length;
            return TokenKind::Float;
        }
        self.position += integer_length(bytes);
        TokenKind::Integer
    }

    fn string(&mut self, quote: u8) -> Result<TokenKind, TemplateError> {
        let start = self.position;
        match skip_quoted(&self.bytes()[start..], quote) {
            Some(length) if start + length <= self.end => {
                self.position += length;
                Ok(TokenKind::String)
            }
            _ => Err(TemplateError::new(Span::new(start, start + 1), "string is never closed")),
        }
    }

    fn name(&mut self) -> Result<TokenKind, TemplateError> {
        let rest = self.rest();
        let length: usize = rest.chars().take_while(|&character| is_word(character)).map(char::len_utf8).sum();
        if length == 0 {
            let length = rest.chars().next().map_or(0, char::len_utf8);
            return Err(self.unexpected(length));
        }
        if rest.starts_with(|character: char| character.is_numeric()) {
            return Err(TemplateError::new(
                Span::new(self.position, self.position + length),
                "invalid character in identifier",
            ));
        }
        self.position += length;
        Ok(TokenKind::Name)
    }

    fn operator(&mut self, byte: u8) -> Result<TokenKind, TemplateError> {
        use Operator as O;
        let (operator, length) = match (byte, self.byte(1)) {
            (b'=', Some(b'=')) => (O::Equal, 2),
            (b'!', Some(b'=')) => (O::NotEqual, 2),
            (b'<', Some(b'=')) => (O::LessOrEqual, 2),
            (b'>', Some(b'=')) => (O::GreaterOrEqual, 2),
            (b'*', Some(b'*')) => (O::Power, 2),
            (b'/', Some(b'/')) => (O::FloorDivide, 2),
            (b'=', _) => (O::Assign, 1),
            (b'<', _) => (O::Less, 1),
            (b'>', _) => (O::Greater, 1),
            (b'*', _) => (O::Multiply, 1),
            (b'/', _) => (O::Divide, 1),
            (b'+', _) => (O::Add, 1),
            (b'-', _) => (O::Subtract, 1),
            (b'%', _) => (O::Modulo, 1),
            (b'~', _) => (O::Tilde, 1),
            (b'.', _) => (O::Dot, 1),
            (b',', _) => (O::Comma, 1),
            (b':', _) => (O::Colon, 1),
            (b'|', _) => (O::Pipe, 1),
            (b';', _) => (O::Semicolon, 1),
            (b'(', _) => (O::OpenParenthesis, 1),
            (b'[', _) => (O::OpenBracket, 1),
            (b'{', _) => (O::OpenBrace, 1),
            (b')', _) => (O::CloseParenthesis, 1),
            (b']', _) => (O::CloseBracket, 1),
            (b'}', _) => (O::CloseBrace, 1),
            _ => return Err(self.unexpected(1)),
        };
        self.balance(byte)?;
        self.position += length;
        Ok(TokenKind::Operator(operator))
    }

    /// Keeps account of open brackets: within them, `}}` and `%}` do not end a tag.
    fn balance(&mut self, byte: u8) -> Result<(), TemplateError> {
        let opening = match byte {
            b'(' | b'[' | b'{' => {
                self.open.push((byte, self.position));
                return Ok(());
            }
            b')' => b'(',
            b']' => b'[',
            b'}' => b'{',
            _ => return Ok(()),
        };
        match self.open.pop() {
            Some((open, _)) if open == opening => Ok(()),
            _ => Err(self.unexpected(1)),
        }
    }

    fn unexpected(&self, length: usize) -> TemplateError {
        let span = Span::new(self.position, self.position + length);
        TemplateError::new(span, format!("unexpected `{}`", &self.text[span.range()]))
    }
}

/// The offset of the first `{{`, `{%` or `{#` from `from` on.
fn find_tag(bytes: &[u8], from: usize) -> Option<usize> {
    let mut position = from;
    loop {
        position += memchr::memchr(b'{', bytes.get(position..)?)?;
        if matches!(bytes.get(position + 1), Some(b'{' | b'%' | b'#')) {
            return Some(position);
        }
        position += 1;
    }
}

/// Length of a tag that consists of `word` alone and stands at the start of `text`, and whether it ends with a `-`.
fn tag_of_word(text: &str, word: &str, plus: bool) -> Option<(usize, bool)> {
    let inner = text.strip_prefix("{%")?;
    let inner = inner.strip_prefix(['-', '+']).unwrap_or(inner);
    let behind = trim_blanks_start(trim_blanks_start(inner).strip_prefix(word)?);
    let (behind, trim) = match behind.strip_prefix('-') {
        Some(behind) => (behind, true),
        None => (behind.strip_prefix('+').filter(|_| plus).unwrap_or(behind), false),
    };
    let behind = behind.strip_prefix("%}")?;
    Some((text.len() - behind.len(), trim))
}

/// What `\s` and `str.isspace` mean in Python.
pub(super) fn is_blank(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

fn trim_blanks_start(text: &str) -> &str {
    text.trim_start_matches(is_blank)
}

fn trim_blanks_end(text: &str) -> &str {
    text.trim_end_matches(is_blank)
}

/// What `\w` means in Python.
fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

/// Length of `\d(_?\d)*`, or of the same with another set of digits.
fn digits_length(bytes: &[u8], digit: impl Fn(u8) -> bool) -> usize {
    let mut length = 0;
    while let Some(&byte) = bytes.get(length) {
        let separated = byte == b'_' && length > 0 && bytes.get(length + 1).is_some_and(|&next| digit(next));
        if !digit(byte) && !separated {
            break;
        }
        length += 1 + usize::from(separated);
    }
    length
}

fn decimal_length(bytes: &[u8]) -> usize {
    digits_length(bytes, |byte| byte.is_ascii_digit())
}

fn float_length(bytes: &[u8]) -> Option<usize> {
    let whole = decimal_length(bytes);
    let mut length = whole;
    if bytes.get(length) == Some(&b'.') {
        let fraction = decimal_length(&bytes[length + 1..]);
        length += if fraction > 0 { 1 + fraction } else { 0 };
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = decimal_length(bytes.get(length + 1 + sign..).unwrap_or_default());
        length += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    (length > whole).then_some(length)
}

fn integer_length(bytes: &[u8]) -> usize {
    let prefixed = |digit: fn(u8) -> bool| {
        let rest = &bytes[2..];
        let underscore = usize::from(rest.first() == Some(&b'_'));
        let digits = digits_length(&rest[underscore..], digit);
        (digits > 0).then_some(2 + underscore + digits)
    };
    let with_base = match bytes.get(..2) {
        Some(b"0b" | b"0B") => prefixed(|byte| matches!(byte, b'0' | b'1')),
        Some(b"0o" | b"0O") => prefixed(|byte| matches!(byte, b'0'..=b'7')),
        Some(b"0x" | b"0X") => prefixed(|byte| byte.is_ascii_hexdigit()),
        _ => None,
    };
    with_base.unwrap_or_else(|| match bytes[0] {
        b'0' => digits_length(bytes, |byte| byte == b'0'),
        _ => decimal_length(bytes),
    })
}
