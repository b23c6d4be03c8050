//! Finds the calls among tokens.

use super::token::{Language, Lexer, Token, TokenError, TokenKind};
use super::{Call, literal};
use crate::text::Span;

/// Words that stand before a parenthesis in Jinja without naming a function. `return`, `print` and `super` do name one.
const JINJA_WORDS: [&str; 8] = ["and", "else", "elif", "if", "in", "is", "not", "or"];

/// The same for Python.
const PYTHON_WORDS: [&str; 23] = [
    "and", "as", "assert", "await", "case", "del", "elif", "else", "except", "for", "from", "if", "import", "in", "is",
    "lambda", "not", "or", "raise", "return", "while", "with", "yield",
];

/// Jinja and dbt tags whose second word is the name of what they define, or of a filter: `{% macro ref(name) %}`.
const NAMING_TAGS: [&str; 6] = ["data_test", "filter", "macro", "materialization", "snapshot", "test"];

const NO_PARTNER: u32 = u32::MAX;

/// What kind of code is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// Between `{{` and `}}`.
    JinjaExpression,
    /// Between `{%` and `%}`: the first word is a tag.
    JinjaStatement,
    /// A Python file.
    Python,
}

impl Code {
    fn language(self) -> Language {
        match self {
            Self::JinjaExpression | Self::JinjaStatement => Language::Jinja,
            Self::Python => Language::Python,
        }
    }
}

/// Reads stretches of code one after the other; keeps its buffers from one to the next.
#[derive(Default)]
pub(crate) struct Finder {
    tokens: Vec<Token>,
    partners: Vec<u32>,
    open: Vec<u32>,
}

impl Finder {
    /// Appends the calls whose name and parentheses lie within `span` to `calls`, in the order of their names.
    ///
    /// # Errors
    /// The first place that is no token of the language. Jinja is read up to there, Python on behind it.
    pub(crate) fn find(&mut self, text: &str, span: Span, code: Code, calls: &mut Vec<Call>) -> Result<(), TokenError> {
        let outcome = self.read(text, span, code.language());
        let language = code.language();
        let tokens = Tokens { text, language, tokens: &self.tokens, partners: &self.partners };
        let mut index = match code {
            Code::JinjaStatement => words_of_tag(&tokens),
            _ => 0,
        };
        while index < tokens.tokens.len() {
            index = match tokens.kind(index) {
                TokenKind::Name => tokens.path(index, calls),
                TokenKind::FormatText => {
                    find_in_format(text, tokens.span(index), calls);
                    index + 1
                }
                _ => index + 1,
            };
        }
        outcome
    }

    /// Fills the buffers with the tokens of `span` and pairs their brackets.
    pub(crate) fn read(&mut self, text: &str, span: Span, language: Language) -> Result<(), TokenError> {
        self.tokens.clear();
        self.partners.clear();
        self.open.clear();
        let mut outcome = Ok(());
        let mut lexer = Lexer::new(text, span, language);
        while let Some(token) = lexer.next_token() {
            match token {
                Ok(token) => self.push(text, token),
                Err(error) => {
                    outcome = outcome.and(Err(error));
                    if language == Language::Jinja {
                        break;
                    }
                }
            }
        }
        outcome
    }

    /// The tokens that [`read`](Self::read) found.
    pub(crate) fn tokens<'f>(&'f self, text: &'f str, language: Language) -> Tokens<'f> {
        Tokens { text, language, tokens: &self.tokens, partners: &self.partners }
    }

    fn push(&mut self, text: &str, token: Token) {
        let index = u32::try_from(self.tokens.len()).expect("a token has a byte, and spans have 32 bits");
        self.tokens.push(token);
        self.partners.push(NO_PARTNER);
        match token.kind {
            TokenKind::Open(_) => self.open.push(index),
            TokenKind::Close(close) => {
                let opener =
                    self.open.last().map(|open| text.as_bytes()[self.tokens[*open as usize].span.start as usize]);
                if opener == Some(opening(close)) {
                    let open = self.open.pop().expect("the last one was just looked at");
                    self.partners[open as usize] = index;
                    self.partners[index as usize] = open;
                }
            }
            _ => {}
        }
    }
}

/// The bracket that `close` closes.
pub(crate) fn opening(close: u8) -> u8 {
    match close {
        b')' => b'(',
        b']' => b'[',
        _ => b'{',
    }
}

/// How many tokens at the start of a statement name its tag and what it defines rather than call something.
fn words_of_tag(tokens: &Tokens) -> usize {
    match tokens.tokens.first() {
        Some(_) if NAMING_TAGS.contains(&tokens.slice(0)) => 2,
        _ => 1,
    }
}

/// Finds the calls within the fields of a Python f-string: `f"select * from {dbt.ref('orders')}"`. Each level needs
/// quotes of its own, so this cannot go deep.
fn find_in_format(text: &str, literal: Span, calls: &mut Vec<Call>) {
    let bytes = &text.as_bytes()[..literal.range().end];
    let mut position = literal.range().start;
    while let Some(brace) = memchr::memchr(b'{', &bytes[position..]) {
        let start = position + brace + 1;
        if bytes.get(start) == Some(&b'{') {
            position = start + 1;
            continue;
        }
        let end = end_of_field(bytes, start);
        // An error in a field means that it is no code, which leaves nothing to find in it.
        let _ = Finder::default().find(text, Span::new(start, end), Code::Python, calls);
        position = end;
    }
}

fn end_of_field(bytes: &[u8], start: usize) -> usize {
    let mut depth = 1;
    for (offset, byte) in bytes[start..].iter().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return start + offset;
        }
    }
    bytes.len()
}

/// The tokens of one stretch of code, brackets paired.
pub(crate) struct Tokens<'t> {
    pub(super) text: &'t str,
    pub(super) language: Language,
    tokens: &'t [Token],
    /// For each bracket that has a partner, the partner's index; otherwise [`NO_PARTNER`].
    partners: &'t [u32],
}

impl<'t> Tokens<'t> {
    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(crate) fn kind(&self, index: usize) -> TokenKind {
        self.tokens[index].kind
    }

    pub(crate) fn span(&self, index: usize) -> Span {
        self.tokens[index].span
    }

    pub(crate) fn slice(&self, index: usize) -> &'t str {
        &self.text[self.span(index).range()]
    }

    /// The bracket that closes the one at `index`, or the reverse.
    pub(crate) fn partner(&self, index: usize) -> Option<usize> {
        Some(self.partners[index]).filter(|partner| *partner != NO_PARTNER).map(|partner| partner as usize)
    }

    /// The tokens of `first..last` that no bracket among them holds. Of a pair of brackets, the opening one stands for
    /// all.
    pub(crate) fn outermost(&self, first: usize, last: usize) -> impl Iterator<Item = usize> {
        let mut next = first;
        std::iter::from_fn(move || {
            let index = Some(next).filter(|index| *index < last)?;
            next = match self.kind(index) {
                TokenKind::Open(_) => self.partner(index).unwrap_or(index) + 1,
                _ => index + 1,
            };
            Some(index)
        })
    }

    /// The first token of `kind` in `first..last` that no bracket holds, `last` when there is none.
    pub(crate) fn next(&self, kind: TokenKind, first: usize, last: usize) -> usize {
        self.outermost(first, last).find(|index| self.kind(*index) == kind).unwrap_or(last)
    }

    /// Reads the dotted path that starts at `index` and records it when it is called. Gives the index behind the path.
    fn path(&self, index: usize, calls: &mut Vec<Call>) -> usize {
        let mut last = index;
        while self.is(last + 1, TokenKind::Dot) && self.is(last + 2, TokenKind::Name) {
            last += 2;
        }
        if self.is(last + 1, TokenKind::Open(b'(')) && self.names_a_function(index, last) {
            calls.extend(self.partner(last + 1).map(|close| self.call(index, last, close)));
        }
        last + 1
    }

    fn call(&self, first: usize, last: usize, close: usize) -> Call {
        Call {
            name: (first..=last).map(|index| self.slice(index)).collect(),
            span: Span { start: self.span(first).start, end: self.span(close).end },
            arguments: literal::arguments(self, last + 2, close),
            in_sql_comment: false,
        }
    }

    /// Whether the path of tokens `first..=last`, before a parenthesis, is a function's: not a method of some value, a
    /// filter, a test, a definition or a word of the language.
    fn names_a_function(&self, first: usize, last: usize) -> bool {
        let before = |distance: usize| first.checked_sub(distance).map(|index| (self.kind(index), self.slice(index)));
        let is_word = |words: &[&str]| first == last && words.contains(&self.slice(first));
        match (self.language, before(1)) {
            (_, Some((TokenKind::Dot, _))) => false,
            (Language::Jinja, Some((TokenKind::Pipe, _)) | Some((TokenKind::Name, "is"))) => false,
            (Language::Jinja, Some((TokenKind::Name, "not"))) if before(2).is_some_and(|(_, word)| word == "is") => {
                false
            }
            (Language::Jinja, _) => !is_word(&JINJA_WORDS),
            (Language::Python, Some((TokenKind::Name, "def" | "class"))) => false,
            (Language::Python, _) => !is_word(&PYTHON_WORDS),
        }
    }

    fn is(&self, index: usize, kind: TokenKind) -> bool {
        self.tokens.get(index).is_some_and(|token| token.kind == kind)
    }
}
