//! Reads a template as Jinja2's parser does, with dbt's tags and typed macro parameters.

mod expression;
mod literal;
mod statement;

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::ast::{Body, Expr, ExprKind, Name};
use super::error::TemplateError;
use super::lexer::{Lexer, Operator, Token, TokenKind};
use crate::text::Span;

pub(super) type Parsed<T> = Result<T, TemplateError>;

/// How deeply tags may stand within one another.
const MAX_BLOCKS: u32 = 40;

/// How deeply expressions may stand within one another, and how deep the brackets in them may be. Jinja2 on Python's
/// default stack ends at about 70 parentheses.
const MAX_EXPRESSION_DEPTH: u16 = 150;
const MAX_BRACKETS: u32 = 40;

/// Which of the names that Jinja2 treats apart are mentioned in a stretch of a template.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mentions {
    pub(super) caller: bool,
    pub(super) varargs: bool,
    pub(super) kwargs: bool,
    pub(super) looped: bool,
}

impl Mentions {
    fn add(&mut self, name: &str) {
        match name {
            "caller" => self.caller = true,
            "varargs" => self.varargs = true,
            "kwargs" => self.kwargs = true,
            "loop" => self.looped = true,
            _ => {}
        }
    }

    fn join(&mut self, other: Self) {
        self.caller |= other.caller;
        self.varargs |= other.varargs;
        self.kwargs |= other.kwargs;
        self.looped |= other.looped;
    }
}

pub(super) struct Parser<'t> {
    text: &'t str,
    /// The same text, for macros to share.
    shared: Arc<str>,
    lexer: Lexer<'t>,
    current: Token,
    ahead: Option<Token>,
    names: HashSet<Name>,
    mentions: Mentions,
    blocks: u32,
    brackets: u32,
    /// Whether `break` and `continue` have a loop to act on.
    in_loop: bool,
    /// Whether there was a `break` or `continue` in the loop that is being read.
    jumped: bool,
}

/// Reads a stretch of a text as one template.
pub(super) fn template(shared: &Arc<str>, range: Range<usize>) -> Parsed<Body> {
    let mut parser = Parser::new(shared, shared, Lexer::new(shared, range))?;
    let body = parser.body(&[])?;
    Ok(body)
}

/// Reads a lone expression.
pub(super) fn expression(shared: &Arc<str>) -> Parsed<Expr> {
    let mut parser = Parser::new(shared, shared, Lexer::for_expression(shared))?;
    let expression = parser.tuple(expression::TupleMode::default())?;
    match parser.current.kind {
        TokenKind::End => Ok(expression),
        _ => Err(parser.unexpected("the end of the expression")),
    }
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, shared: &Arc<str>, mut lexer: Lexer<'t>) -> Parsed<Self> {
        let current = lexer.next_token()?;
        Ok(Self {
            text,
            shared: Arc::clone(shared),
            lexer,
            current,
            ahead: None,
            names: HashSet::new(),
            mentions: Mentions::default(),
            blocks: 0,
            brackets: 0,
            in_loop: false,
            jumped: false,
        })
    }

    /// Goes one token ahead and returns the one before.
    fn advance(&mut self) -> Parsed<Token> {
        let next = match self.ahead.take() {
            Some(token) => token,
            None => self.lexer.next_token()?,
        };
        Ok(std::mem::replace(&mut self.current, next))
    }

    /// The token behind the current one, which must not end a tag.
    fn look_ahead(&mut self) -> Parsed<Token> {
        match self.ahead {
            Some(token) => Ok(token),
            None => {
                let token = self.lexer.next_token()?;
                self.ahead = Some(token);
                Ok(token)
            }
        }
    }

    fn slice(&self, token: Token) -> &'t str {
        &self.text[token.span.range()]
    }

    fn at(&self, operator: Operator) -> bool {
        self.current.kind == TokenKind::Operator(operator)
    }

    fn at_word(&self, word: &str) -> bool {
        self.current.kind == TokenKind::Name && self.slice(self.current) == word
    }

    fn skip(&mut self, operator: Operator) -> Parsed<bool> {
        let found = self.at(operator);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn skip_word(&mut self, word: &str) -> Parsed<bool> {
        let found = self.at_word(word);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, operator: Operator, expected: &str) -> Parsed<Token> {
        self.expect_kind(TokenKind::Operator(operator), expected)
    }

    fn expect_kind(&mut self, kind: TokenKind, expected: &str) -> Parsed<Token> {
        if self.current.kind == kind { self.advance() } else { Err(self.unexpected(expected)) }
    }

    fn expect_word(&mut self, word: &str) -> Parsed<Token> {
        if self.at_word(word) { self.advance() } else { Err(self.unexpected(&format!("`{word}`"))) }
    }

    fn expect_name(&mut self) -> Parsed<(Name, Span)> {
        let token = self.expect_kind(TokenKind::Name, "a name")?;
        Ok((self.intern(token), token.span))
    }

    fn intern(&mut self, token: Token) -> Name {
        let text = self.slice(token);
        match self.names.get(text) {
            Some(name) => Arc::clone(name),
            None => {
                let name: Name = text.into();
                self.names.insert(Arc::clone(&name));
                name
            }
        }
    }

    /// The error for a token that does not fit; for the end of the template, that its last tag is not closed.
    fn unexpected(&self, expected: &str) -> TemplateError {
        match self.current.kind {
            TokenKind::End => self.lexer.unclosed(),
            TokenKind::BlockEnd | TokenKind::VariableEnd => {
                let message = format!("expected {expected}, found the end of the tag");
                TemplateError::new(self.current.span, message)
            }
            _ => {
                let message = format!("expected {expected}, found `{}`", self.slice(self.current));
                TemplateError::new(self.current.span, message)
            }
        }
    }

    /// An expression around others, which bounds how deep it is.
    fn expr(&self, kind: ExprKind, span: Span, depth: u16) -> Parsed<Expr> {
        if depth > MAX_EXPRESSION_DEPTH {
            return Err(TemplateError::new(span, "expression is nested too deeply"));
        }
        Ok(Expr { kind, span, depth })
    }

    /// The span from `start` to the end of the token before the current one, which the caller names.
    fn span_to(start: u32, end: u32) -> Span {
        Span { start, end: end.max(start) }
    }
}
