//! Expressions.

use std::sync::Arc;

use super::{MAX_BRACKETS, Parsed, Parser, literal};
use crate::template::ast::{
    BinaryOperator, Call, CallArguments, CompareOperator, Condition, Constant, Expr, ExprKind, Filter,
};
use crate::template::error::TemplateError;
use crate::template::lexer::{Operator, Token, TokenKind};
use crate::text::Span;

/// What may stand in a list of expressions that commas may make a tuple.
#[derive(Debug, Clone, Copy)]
pub(super) struct TupleMode {
    /// Whether `a if b else c` is read.
    pub(super) conditions: bool,
    /// A word that ends the tuple.
    pub(super) end: Option<&'static str>,
    /// Whether parentheses stand around, so that nothing is the empty tuple.
    pub(super) parentheses: bool,
}

impl Default for TupleMode {
    fn default() -> Self {
        Self { conditions: true, end: None, parentheses: false }
    }
}

fn deeper(depths: impl IntoIterator<Item = u16>) -> u16 {
    depths.into_iter().max().unwrap_or_default() + 1
}

fn depth_of(expressions: &[Expr]) -> u16 {
    deeper(expressions.iter().map(|expression| expression.depth))
}

/// Operators of one precedence between operands that are made by `operand`, grouped from the left.
macro_rules! left_grouped {
    ($name:ident, $operand:ident, $($token:ident => $operator:ident),+) => {
        fn $name(&mut self) -> Parsed<Expr> {
            let mut left = self.$operand()?;
            loop {
                let operator = match self.current.kind {
                    $(TokenKind::Operator(Operator::$token) => BinaryOperator::$operator,)+
                    _ => return Ok(left),
                };
                self.advance()?;
                let right = self.$operand()?;
                left = self.pair(left, right, |pair| ExprKind::Binary(operator, pair))?;
            }
        }
    };
}

impl Parser<'_> {
    /// One expression.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.bracketed(Self::condition)
    }

    /// One expression, or several with commas as a tuple.
    pub(super) fn tuple(&mut self, mode: TupleMode) -> Parsed<Expr> {
        let start = self.current.span.start;
        let mut items = Vec::new();
        let mut end = start;
        let mut is_tuple = false;
        loop {
            if self.at_tuple_end(mode) {
                break;
            }
            let item = if mode.conditions { self.expression()? } else { self.bracketed(Self::or)? };
            end = item.span.end;
            items.push(item);
            if !self.skip(Operator::Comma)? {
                break;
            }
            is_tuple = true;
        }
        if !is_tuple && let Some(item) = items.pop() {
            return Ok(item);
        }
        if !is_tuple && !mode.parentheses {
            return Err(self.unexpected("an expression"));
        }
        let depth = depth_of(&items);
        self.expr(ExprKind::Tuple(items.into()), Self::span_to(start, end), depth)
    }

    fn at_tuple_end(&self, mode: TupleMode) -> bool {
        matches!(self.current.kind, TokenKind::VariableEnd | TokenKind::BlockEnd)
            || self.at(Operator::CloseParenthesis)
            || mode.end.is_some_and(|word| self.at_word(word))
    }

    /// Bounds how often an expression can be in another, and with it the stack that reading takes.
    fn bracketed(&mut self, read: fn(&mut Self) -> Parsed<Expr>) -> Parsed<Expr> {
        if self.brackets >= MAX_BRACKETS {
            return Err(TemplateError::new(self.current.span, "expression is nested too deeply"));
        }
        self.brackets += 1;
        let outcome = read(self);
        self.brackets -= 1;
        outcome
    }

    fn pair(&self, left: Expr, right: Expr, kind: impl FnOnce(Box<(Expr, Expr)>) -> ExprKind) -> Parsed<Expr> {
        let span = Self::span_to(left.span.start, right.span.end);
        let depth = deeper([left.depth, right.depth]);
        self.expr(kind(Box::new((left, right))), span, depth)
    }

    fn condition(&mut self) -> Parsed<Expr> {
        let mut then = self.or()?;
        while self.skip_word("if")? {
            let test = self.or()?;
            let otherwise = if self.skip_word("else")? { Some(self.expression()?) } else { None };
            let end = otherwise.as_ref().map_or(test.span.end, |otherwise| otherwise.span.end);
            let span = Self::span_to(then.span.start, end);
            let depth = deeper([then.depth, test.depth, otherwise.as_ref().map_or(0, |otherwise| otherwise.depth)]);
            then = self.expr(ExprKind::Condition(Box::new(Condition { test, then, otherwise })), span, depth)?;
        }
        Ok(then)
    }

    fn or(&mut self) -> Parsed<Expr> {
        let mut left = self.and()?;
        while self.skip_word("or")? {
            let right = self.and()?;
            left = self.pair(left, right, ExprKind::Or)?;
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Expr> {
        let mut left = self.not()?;
        while self.skip_word("and")? {
            let right = self.not()?;
            left = self.pair(left, right, ExprKind::And)?;
        }
        Ok(left)
    }

    fn not(&mut self) -> Parsed<Expr> {
        if !self.at_word("not") {
            return self.comparison();
        }
        let start = self.advance()?.span.start;
        let operand = self.bracketed(Self::not)?;
        let (span, depth) = (Self::span_to(start, operand.span.end), deeper([operand.depth]));
        self.expr(ExprKind::Not(Box::new(operand)), span, depth)
    }

    fn comparison(&mut self) -> Parsed<Expr> {
        let first = self.sum()?;
        let mut rest = Vec::new();
        while let Some(operator) = self.comparison_operator()? {
            rest.push((operator, self.sum()?));
        }
        let Some((_, last)) = rest.last() else { return Ok(first) };
        let span = Self::span_to(first.span.start, last.span.end);
        let depth = deeper(rest.iter().map(|(_, operand)| operand.depth).chain([first.depth]));
        self.expr(ExprKind::Compare(Box::new((first, rest))), span, depth)
    }

    fn comparison_operator(&mut self) -> Parsed<Option<CompareOperator>> {
        let operator = match self.current.kind {
            TokenKind::Operator(Operator::Equal) => CompareOperator::Equal,
            TokenKind::Operator(Operator::NotEqual) => CompareOperator::NotEqual,
            TokenKind::Operator(Operator::Less) => CompareOperator::Less,
            TokenKind::Operator(Operator::LessOrEqual) => CompareOperator::LessOrEqual,
            TokenKind::Operator(Operator::Greater) => CompareOperator::Greater,
            TokenKind::Operator(Operator::GreaterOrEqual) => CompareOperator::GreaterOrEqual,
            TokenKind::Name if self.at_word("in") => CompareOperator::In,
            TokenKind::Name if self.at_word("not") => {
                let next = self.look_ahead()?;
                if next.kind != TokenKind::Name || self.slice(next) != "in" {
                    return Ok(None);
                }
                self.advance()?;
                CompareOperator::NotIn
            }
            _ => return Ok(None),
        };
        self.advance()?;
        Ok(Some(operator))
    }

    left_grouped!(sum, concatenation, Add => Add, Subtract => Subtract);
    left_grouped!(
        product, power, Multiply => Multiply, Divide => Divide, FloorDivide => FloorDivide, Modulo => Modulo
    );
    left_grouped!(power, filtered_unary, Power => Power);

    fn concatenation(&mut self) -> Parsed<Expr> {
        let first = self.product()?;
        if !self.at(Operator::Tilde) {
            return Ok(first);
        }
        let mut operands = vec![first];
        while self.skip(Operator::Tilde)? {
            operands.push(self.product()?);
        }
        let span = Self::span_to(operands[0].span.start, operands[operands.len() - 1].span.end);
        let depth = depth_of(&operands);
        self.expr(ExprKind::Concat(operands.into()), span, depth)
    }

    fn filtered_unary(&mut self) -> Parsed<Expr> {
        let operand = self.unary()?;
        self.filters_and_tests(operand)
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let sign: fn(Box<Expr>) -> ExprKind = match self.current.kind {
            TokenKind::Operator(Operator::Subtract) => ExprKind::Negative,
            TokenKind::Operator(Operator::Add) => ExprKind::Positive,
            _ => {
                let primary = self.primary()?;
                return self.postfix(primary);
            }
        };
        let start = self.advance()?.span.start;
        let operand = self.bracketed(Self::unary)?;
        let (span, depth) = (Self::span_to(start, operand.span.end), deeper([operand.depth]));
        let signed = self.expr(sign(Box::new(operand)), span, depth)?;
        self.postfix(signed)
    }

    pub(super) fn primary(&mut self) -> Parsed<Expr> {
        let token = self.current;
        match token.kind {
            TokenKind::Name => self.name_or_constant(),
            TokenKind::String => self.string(),
            TokenKind::Integer | TokenKind::Float => {
                self.advance()?;
                let text = self.slice(token);
                let constant =
                    if token.kind == TokenKind::Integer { literal::integer(text) } else { literal::float(text) };
                self.expr(ExprKind::Constant(constant), token.span, 1)
            }
            TokenKind::Operator(Operator::OpenParenthesis) => {
                self.advance()?;
                let mut inner = self.tuple(TupleMode { parentheses: true, ..TupleMode::default() })?;
                let end = self.expect(Operator::CloseParenthesis, "`)`")?.span.end;
                inner.span = Self::span_to(token.span.start, end);
                Ok(inner)
            }
            TokenKind::Operator(Operator::OpenBracket) => self.list(),
            TokenKind::Operator(Operator::OpenBrace) => self.dict(),
            _ => Err(self.unexpected("an expression")),
        }
    }

    fn name_or_constant(&mut self) -> Parsed<Expr> {
        let token = self.advance()?;
        let kind = match self.slice(token) {
            "true" | "True" => ExprKind::Constant(Constant::Bool(true)),
            "false" | "False" => ExprKind::Constant(Constant::Bool(false)),
            "none" | "None" => ExprKind::Constant(Constant::None),
            name => {
                self.mentions.add(name);
                ExprKind::Name(self.intern(token))
            }
        };
        self.expr(kind, token.span, 1)
    }

    fn string(&mut self) -> Parsed<Expr> {
        let start = self.current.span.start;
        let mut end = start;
        let mut value = String::new();
        while self.current.kind == TokenKind::String {
            let token = self.advance()?;
            literal::string(self.slice(token), token.span, &mut value)?;
            end = token.span.end;
        }
        let value: Arc<str> = value.into();
        self.expr(ExprKind::Constant(Constant::Str(value)), Self::span_to(start, end), 1)
    }

    fn list(&mut self) -> Parsed<Expr> {
        let start = self.advance()?.span.start;
        let mut items = Vec::new();
        while !self.at(Operator::CloseBracket) {
            if !items.is_empty() {
                self.expect(Operator::Comma, "`,` or `]`")?;
                if self.at(Operator::CloseBracket) {
                    break;
                }
            }
            items.push(self.expression()?);
        }
        let end = self.expect(Operator::CloseBracket, "`]`")?.span.end;
        let depth = depth_of(&items);
        self.expr(ExprKind::List(items.into()), Self::span_to(start, end), depth)
    }

    fn dict(&mut self) -> Parsed<Expr> {
        let start = self.advance()?.span.start;
        let mut items = Vec::new();
        while !self.at(Operator::CloseBrace) {
            if !items.is_empty() {
                self.expect(Operator::Comma, "`,` or `}`")?;
                if self.at(Operator::CloseBrace) {
                    break;
                }
            }
            let key = self.expression()?;
            self.expect(Operator::Colon, "`:`")?;
            items.push((key, self.expression()?));
        }
        let end = self.expect(Operator::CloseBrace, "`}`")?.span.end;
        let depth = deeper(items.iter().flat_map(|(key, value)| [key.depth, value.depth]));
        self.expr(ExprKind::Dict(items.into()), Self::span_to(start, end), depth)
    }

    fn postfix(&mut self, mut value: Expr) -> Parsed<Expr> {
        loop {
            value = match self.current.kind {
                TokenKind::Operator(Operator::Dot) => self.attribute(value)?,
                TokenKind::Operator(Operator::OpenBracket) => self.subscript(value)?,
                TokenKind::Operator(Operator::OpenParenthesis) => self.call(value)?,
                _ => return Ok(value),
            };
        }
    }

    fn filters_and_tests(&mut self, mut value: Expr) -> Parsed<Expr> {
        loop {
            value = match self.current.kind {
                TokenKind::Operator(Operator::Pipe) => {
                    self.advance()?;
                    self.filter(Some(value))?
                }
                TokenKind::Name if self.at_word("is") => self.test(value)?,
                TokenKind::Operator(Operator::OpenParenthesis) => self.call(value)?,
                _ => return Ok(value),
            };
        }
    }

    fn attribute(&mut self, value: Expr) -> Parsed<Expr> {
        self.advance()?;
        let token = self.current;
        let (start, depth) = (value.span.start, deeper([value.depth]));
        let kind = match token.kind {
            TokenKind::Name => ExprKind::Attribute(Box::new(value), self.intern(token)),
            TokenKind::Integer => {
                let index = literal::integer(self.slice(token));
                let index = self.expr(ExprKind::Constant(index), token.span, 1)?;
                ExprKind::Item(Box::new((value, index)))
            }
            _ => return Err(self.unexpected("a name or number")),
        };
        self.advance()?;
        self.expr(kind, Self::span_to(start, token.span.end), depth)
    }

    fn subscript(&mut self, value: Expr) -> Parsed<Expr> {
        let open = self.advance()?;
        let mut keys = Vec::new();
        while !self.at(Operator::CloseBracket) {
            if !keys.is_empty() {
                self.expect(Operator::Comma, "`,` or `]`")?;
            }
            keys.push(self.key_or_slice()?);
        }
        let end = self.expect(Operator::CloseBracket, "`]`")?.span.end;
        let key = match keys.len() {
            1 => keys.remove(0),
            _ => {
                let depth = depth_of(&keys);
                self.expr(ExprKind::Tuple(keys.into()), Self::span_to(open.span.start, end), depth)?
            }
        };
        let (span, depth) = (Self::span_to(value.span.start, end), deeper([value.depth, key.depth]));
        self.expr(ExprKind::Item(Box::new((value, key))), span, depth)
    }

    fn key_or_slice(&mut self) -> Parsed<Expr> {
        let start = self.current.span.start;
        let first = if self.at(Operator::Colon) {
            None
        } else {
            let key = self.expression()?;
            if !self.at(Operator::Colon) {
                return Ok(key);
            }
            Some(key)
        };
        let mut end = self.advance()?.span.end;
        let second = self.slice_part()?;
        let third = if self.at(Operator::Colon) {
            end = self.advance()?.span.end;
            self.slice_part()?
        } else {
            None
        };
        let parts = [first, second, third];
        let depth = deeper(parts.iter().flatten().map(|part| part.depth));
        let end = parts.iter().flatten().map(|part| part.span.end).fold(end, u32::max);
        self.expr(ExprKind::Slice(Box::new(parts)), Self::span_to(start, end), depth)
    }

    fn slice_part(&mut self) -> Parsed<Option<Expr>> {
        if self.at(Operator::Colon) || self.at(Operator::CloseBracket) || self.at(Operator::Comma) {
            return Ok(None);
        }
        self.expression().map(Some)
    }

    fn call(&mut self, callee: Expr) -> Parsed<Expr> {
        let (arguments, end, depth) = self.call_arguments()?;
        let (span, depth) = (Self::span_to(callee.span.start, end), depth.max(deeper([callee.depth])));
        self.expr(ExprKind::Call(Box::new(Call { callee, arguments })), span, depth)
    }

    /// What stands in a call's parentheses, where they end, and how deep it is.
    fn call_arguments(&mut self) -> Parsed<(CallArguments, u32, u16)> {
        let open = self.expect(Operator::OpenParenthesis, "`(`")?;
        let mut arguments = CallArguments::default();
        let mut depth = 0;
        let mut first = true;
        while !self.at(Operator::CloseParenthesis) {
            if !first {
                self.expect(Operator::Comma, "`,` or `)`")?;
                if self.at(Operator::CloseParenthesis) {
                    break;
                }
            }
            first = false;
            depth = depth.max(self.call_argument(&mut arguments, open)?);
        }
        let end = self.expect(Operator::CloseParenthesis, "`)`")?.span.end;
        Ok((arguments, end, depth + 1))
    }

    fn call_argument(&mut self, arguments: &mut CallArguments, open: Token) -> Parsed<u16> {
        let ensure = |fits: bool| {
            let message = "arguments do not stand in this order: by position, by keyword, `*`, `**`";
            if fits { Ok(()) } else { Err(TemplateError::new(open.span, message)) }
        };
        if self.skip(Operator::Multiply)? {
            ensure(arguments.spread.is_none() && arguments.keyword_spread.is_none())?;
            let value = self.expression()?;
            return Ok(arguments.spread.insert(value).depth);
        }
        if self.skip(Operator::Power)? {
            ensure(arguments.keyword_spread.is_none())?;
            let value = self.expression()?;
            return Ok(arguments.keyword_spread.insert(value).depth);
        }
        let keyword =
            self.current.kind == TokenKind::Name && self.look_ahead()?.kind == TokenKind::Operator(Operator::Assign);
        if keyword {
            ensure(arguments.keyword_spread.is_none())?;
            let (name, _) = self.expect_name()?;
            self.advance()?;
            let value = self.expression()?;
            let depth = value.depth;
            arguments.keyword.push((name, value));
            return Ok(depth);
        }
        let none_before = arguments.spread.is_none() && arguments.keyword_spread.is_none();
        ensure(none_before && arguments.keyword.is_empty())?;
        let value = self.expression()?;
        let depth = value.depth;
        arguments.positional.push(value);
        Ok(depth)
    }

    /// A filter from its name on, and all that follow it with `|`, for a block's text.
    pub(super) fn filters_of_block(&mut self) -> Parsed<Expr> {
        let mut filter = self.filter(None)?;
        while self.skip(Operator::Pipe)? {
            filter = self.filter(Some(filter))?;
        }
        Ok(filter)
    }

    /// A filter from its name on.
    fn filter(&mut self, value: Option<Expr>) -> Parsed<Expr> {
        let (name, name_span) = self.dotted_name()?;
        let (arguments, end, depth) = if self.at(Operator::OpenParenthesis) {
            self.call_arguments()?
        } else {
            (CallArguments::default(), name_span.end, 1)
        };
        let start = value.as_ref().map_or(name_span.start, |value| value.span.start);
        let depth = depth.max(deeper(value.as_ref().map(|value| value.depth)));
        let filter = Filter { value, name: name.into(), arguments };
        self.expr(ExprKind::Filter(Box::new(filter)), Self::span_to(start, end), depth)
    }

    fn dotted_name(&mut self) -> Parsed<(String, Span)> {
        let (name, mut span) = self.expect_name()?;
        let mut name = name.to_string();
        while self.skip(Operator::Dot)? {
            let (part, part_span) = self.expect_name()?;
            name = format!("{name}.{part}");
            span.end = part_span.end;
        }
        Ok((name, span))
    }

    fn test(&mut self, value: Expr) -> Parsed<Expr> {
        self.advance()?;
        let negated = self.skip_word("not")?;
        let (name, name_span) = self.dotted_name()?;
        let (arguments, end, depth) = if self.at(Operator::OpenParenthesis) {
            self.call_arguments()?
        } else if self.at_test_argument() {
            if self.at_word("is") {
                return Err(TemplateError::new(self.current.span, "`is` cannot follow another `is`"));
            }
            let argument = self.primary()?;
            let argument = self.postfix(argument)?;
            let (end, depth) = (argument.span.end, deeper([argument.depth]));
            (CallArguments { positional: vec![argument], ..CallArguments::default() }, end, depth)
        } else {
            (CallArguments::default(), name_span.end, 1)
        };
        let span = Self::span_to(value.span.start, end);
        let depth = depth.max(deeper([value.depth]));
        let test = Filter { value: Some(value), name: name.into(), arguments };
        let test = self.expr(ExprKind::Test(Box::new(test)), span, depth)?;
        if negated { self.expr(ExprKind::Not(Box::new(test)), span, depth + 1) } else { Ok(test) }
    }

    /// Whether what follows a test's name is its argument, as in `is divisibleby 3`.
    fn at_test_argument(&self) -> bool {
        match self.current.kind {
            TokenKind::Name => !["else", "or", "and"].contains(&self.slice(self.current)),
            TokenKind::String | TokenKind::Integer | TokenKind::Float => true,
            TokenKind::Operator(operator) => matches!(operator, Operator::OpenBracket | Operator::OpenBrace),
            _ => false,
        }
    }
}
