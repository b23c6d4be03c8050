//! Text and tags.

use std::sync::Arc;

use super::expression::TupleMode;
use super::{MAX_BLOCKS, Mentions, Parsed, Parser};
use crate::template::ast::{
    Body, CallBlock, Constant, Expr, ExprKind, FilterBlock, For, If, Name, Node, SetBlock, Target, With,
};
use crate::template::error::TemplateError;
use crate::template::lexer::{Operator, Token, TokenKind};
use crate::template::purity::is_pure;
use crate::template::{Macro, MacroParameter};
use crate::text::Span;

/// What dbt puts before the names of the macros that a template defines, so that they do not hide the project's.
const MACRO_PREFIX: &str = "dbt_macro__";
const DOCS_PREFIX: &str = "dbt_docs__";

impl Parser<'_> {
    /// Text and tags up to a tag that starts with one of `ends`, which becomes the current token; without `ends`, up to
    /// the end of the template.
    pub(super) fn body(&mut self, ends: &[&str]) -> Parsed<Body> {
        let mut nodes = Vec::new();
        loop {
            let token = self.current;
            match token.kind {
                TokenKind::Data => {
                    self.advance()?;
                    nodes.push(Node::Text(token.span));
                }
                TokenKind::VariableBegin => {
                    self.advance()?;
                    nodes.push(Node::Output(self.tuple(TupleMode::default())?));
                    self.expect_kind(TokenKind::VariableEnd, "`}}`")?;
                }
                TokenKind::BlockBegin => {
                    self.advance()?;
                    if ends.iter().any(|end| self.at_word(end)) {
                        break;
                    }
                    self.statement(token.span.start, &mut nodes)?;
                    self.expect_kind(TokenKind::BlockEnd, "`%}`")?;
                }
                _ => break,
            }
        }
        Ok(nodes.into())
    }

    fn statement(&mut self, start: u32, nodes: &mut Vec<Node>) -> Parsed<()> {
        if self.current.kind != TokenKind::Name {
            return Err(self.unexpected("the name of a tag"));
        }
        if self.blocks >= MAX_BLOCKS {
            return Err(TemplateError::new(self.current.span, "tags are nested too deeply"));
        }
        self.blocks += 1;
        let word = self.slice(self.current);
        let tag = Tag { start, word: self.current };
        match word {
            "if" => nodes.push(self.conditional(tag)?),
            "for" => nodes.push(self.for_loop(tag)?),
            "set" => nodes.push(self.set(tag)?),
            "print" => self.print(nodes)?,
            _ => nodes.push(self.other_statement(tag, word)?),
        }
        self.blocks -= 1;
        Ok(())
    }

    fn other_statement(&mut self, tag: Tag, word: &str) -> Parsed<Node> {
        match word {
            "do" => {
                self.advance()?;
                self.tuple(TupleMode::default()).map(Node::Do)
            }
            "macro" => self.definition(tag, "endmacro"),
            "test" => self.definition(tag, "endtest"),
            "data_test" => self.definition(tag, "enddata_test"),
            "docs" => self.docs(tag),
            "materialization" => self.materialization(tag),
            "call" => self.call_block(tag),
            "filter" => self.filter_block(tag),
            "with" => self.with(tag),
            "autoescape" => self.autoescape(tag),
            "block" => self.block(tag),
            "include" | "import" | "from" | "extends" => self.loader(tag),
            "break" | "continue" if self.in_loop => {
                self.advance()?;
                self.jumped = true;
                Ok(if word == "break" { Node::Break } else { Node::Continue })
            }
            "break" | "continue" => Err(TemplateError::new(self.current.span, format!("`{word}` outside of a loop"))),
            _ => Err(TemplateError::new(self.current.span, format!("unknown tag `{word}`"))),
        }
    }

    /// The body of a tag, up to one of `ends`, the first of which is the tag's own.
    fn statements(&mut self, tag: Tag, ends: &[&str]) -> Parsed<Body> {
        self.skip(Operator::Colon)?;
        self.expect_kind(TokenKind::BlockEnd, "`%}`")?;
        let body = self.body(ends)?;
        if self.current.kind == TokenKind::End {
            let word = self.slice(tag.word);
            let end = ends.last().expect("a body ends somewhere");
            let span = Self::span_to(tag.start, tag.word.span.end);
            return Err(TemplateError::new(span, format!("`{{% {word} %}}` is never closed with `{{% {end} %}}`")));
        }
        Ok(body)
    }

    /// As [`Self::statements`], with the end's word passed over.
    fn closed_statements(&mut self, tag: Tag, end: &str) -> Parsed<Body> {
        let body = self.statements(tag, &[end])?;
        self.advance()?;
        Ok(body)
    }

    fn conditional(&mut self, tag: Tag) -> Parsed<Node> {
        let mut branches = Vec::new();
        let condition = TupleMode { conditions: false, ..TupleMode::default() };
        loop {
            self.advance()?;
            let test = self.tuple(condition)?;
            branches.push((test, self.statements(tag, &["elif", "else", "endif"])?));
            if !self.at_word("elif") {
                break;
            }
        }
        let otherwise = if self.at_word("else") {
            self.advance()?;
            self.closed_statements(tag, "endif")?
        } else {
            self.advance()?;
            Body::default()
        };
        Ok(Node::If(Box::new(If { branches, otherwise })))
    }

    fn for_loop(&mut self, tag: Tag) -> Parsed<Node> {
        self.advance()?;
        let target = self.target(Some("in"), false)?;
        if target.names("loop") {
            return Err(TemplateError::new(tag.word.span, "`loop` cannot be the variable of a loop"));
        }
        self.expect_word("in")?;
        let items = self.tuple(TupleMode { conditions: false, end: Some("recursive"), parentheses: false })?;
        let filter = if self.skip_word("if")? { Some(self.expression()?) } else { None };
        let recursive = self.skip_word("recursive")?;
        let outer = (std::mem::replace(&mut self.in_loop, true), std::mem::take(&mut self.mentions));
        let jumped = std::mem::take(&mut self.jumped);
        let body = self.statements(tag, &["else", "endfor"])?;
        let jumps = std::mem::replace(&mut self.jumped, jumped);
        let uses_loop = self.mentions.looped || recursive;
        self.mentions.join(outer.1);
        self.in_loop = outer.0;
        let filters_first = uses_loop && filter.as_ref().is_some_and(is_pure);
        let has_else = self.at_word("else");
        self.advance()?;
        let otherwise = if has_else { self.closed_statements(tag, "endfor")? } else { Body::default() };
        Ok(Node::For(Arc::new(For {
            target,
            items,
            filter,
            filters_first,
            recursive,
            uses_loop,
            jumps,
            body,
            otherwise,
        })))
    }

    fn set(&mut self, tag: Tag) -> Parsed<Node> {
        self.advance()?;
        let target = self.target(None, true)?;
        if self.skip(Operator::Assign)? {
            let value = self.tuple(TupleMode::default())?;
            return Ok(Node::Set(Box::new((target, value))));
        }
        let filter = if self.skip(Operator::Pipe)? { Some(self.filters_of_block()?) } else { None };
        let body = self.closed_statements(tag, "endset")?;
        Ok(Node::SetBlock(Box::new(SetBlock { target, filter, body })))
    }

    fn print(&mut self, nodes: &mut Vec<Node>) -> Parsed<()> {
        self.advance()?;
        let mut first = true;
        while self.current.kind != TokenKind::BlockEnd {
            if !std::mem::take(&mut first) {
                self.expect(Operator::Comma, "`,`")?;
            }
            nodes.push(Node::Output(self.expression()?));
        }
        Ok(())
    }

    /// A macro or test, from its tag's word on.
    fn definition(&mut self, tag: Tag, end: &str) -> Parsed<Node> {
        let is_macro = end == "endmacro";
        self.advance()?;
        let (name, name_span) = self.assignable_name()?;
        let name = if is_macro { name } else { format!("test_{name}").into() };
        let parameters = self.signature()?;
        let assigned = format!("{MACRO_PREFIX}{name}").into();
        self.macro_body(tag, end, Signature { name, name_span, assigned, parameters }).map(Node::Macro)
    }

    fn docs(&mut self, tag: Tag) -> Parsed<Node> {
        self.advance()?;
        let (name, name_span) = self.assignable_name()?;
        let assigned = format!("{DOCS_PREFIX}{name}").into();
        let signature = Signature { name, name_span, assigned, parameters: Vec::new() };
        self.macro_body(tag, "enddocs", signature).map(Node::Macro)
    }

    fn materialization(&mut self, tag: Tag) -> Parsed<Node> {
        self.advance()?;
        let (name, name_span) = self.assignable_name()?;
        let mut adapter: Arc<str> = "default".into();
        let mut parameters = Vec::new();
        while self.skip(Operator::Comma)? {
            let (option, option_span) = self.assignable_name()?;
            if &*option == "default" {
                continue;
            }
            self.expect(Operator::Assign, "`=`")?;
            let value = self.expression()?;
            match (&*option, value.kind) {
                ("adapter", ExprKind::Constant(Constant::Str(text))) => adapter = text,
                ("supported_languages", kind) => {
                    let default = Some(Expr { kind, span: value.span, depth: value.depth });
                    parameters.push(MacroParameter { name: option, span: option_span, default });
                }
                _ => {
                    let message = format!("`{option}` is no option of a materialization");
                    return Err(TemplateError::new(option_span, message));
                }
            }
        }
        let name = format!("materialization_{name}_{adapter}").into();
        let assigned = format!("{MACRO_PREFIX}{name}").into();
        let signature = Signature { name, name_span, assigned, parameters };
        self.macro_body(tag, "endmaterialization", signature).map(Node::Macro)
    }

    /// The parameters of a macro in their parentheses. Types, which dbt allows, are read and forgotten.
    fn signature(&mut self) -> Parsed<Vec<MacroParameter>> {
        self.expect(Operator::OpenParenthesis, "`(`")?;
        let mut parameters: Vec<MacroParameter> = Vec::new();
        while !self.at(Operator::CloseParenthesis) {
            if !parameters.is_empty() {
                self.expect(Operator::Comma, "`,` or `)`")?;
            }
            let (name, span) = self.assignable_name()?;
            if parameters.iter().any(|parameter| parameter.name == name) {
                return Err(TemplateError::new(span, format!("two parameters are named `{name}`")));
            }
            if self.skip(Operator::Colon)? {
                self.type_name(0)?;
            }
            let default = if self.skip(Operator::Assign)? {
                Some(self.expression()?)
            } else if parameters.last().is_some_and(|parameter| parameter.default.is_some()) {
                return Err(TemplateError::new(span, "a parameter without default follows one with a default"));
            } else {
                None
            };
            parameters.push(MacroParameter { name, span, default });
        }
        self.advance()?;
        Ok(parameters)
    }

    fn type_name(&mut self, depth: u32) -> Parsed<()> {
        let (_, span) = self.expect_name()?;
        if depth > MAX_BLOCKS {
            return Err(TemplateError::new(span, "type is nested too deeply"));
        }
        if self.skip(Operator::OpenBracket)? {
            let mut first = true;
            while !self.at(Operator::CloseBracket) {
                if !std::mem::take(&mut first) {
                    self.expect(Operator::Comma, "`,` or `]`")?;
                }
                self.type_name(depth + 1)?;
            }
            self.advance()?;
        }
        Ok(())
    }

    fn macro_body(&mut self, tag: Tag, end: &str, signature: Signature) -> Parsed<Arc<Macro>> {
        let outer = (std::mem::replace(&mut self.in_loop, false), std::mem::take(&mut self.mentions));
        let body = self.closed_statements(tag, end)?;
        let mentions = std::mem::replace(&mut self.mentions, outer.1);
        self.mentions.join(mentions);
        self.in_loop = outer.0;
        let span = Self::span_to(tag.start, self.current.span.end);
        Ok(Arc::new(Macro::new(signature, mentions, body, Arc::clone(&self.shared), span)))
    }

    fn call_block(&mut self, tag: Tag) -> Parsed<Node> {
        self.advance()?;
        let parameters = if self.at(Operator::OpenParenthesis) { self.signature()? } else { Vec::new() };
        let call = self.expression()?;
        if !matches!(call.kind, ExprKind::Call(_)) {
            return Err(TemplateError::new(call.span, "expected a call"));
        }
        let name: Name = "caller".into();
        let signature = Signature { assigned: Arc::clone(&name), name, name_span: tag.word.span, parameters };
        let caller = self.macro_body(tag, "endcall", signature)?;
        Ok(Node::CallBlock(Box::new(CallBlock { call, caller })))
    }

    fn filter_block(&mut self, tag: Tag) -> Parsed<Node> {
        self.advance()?;
        let filter = self.filters_of_block()?;
        let body = self.closed_statements(tag, "endfilter")?;
        Ok(Node::FilterBlock(Box::new(FilterBlock { filter, body })))
    }

    fn with(&mut self, tag: Tag) -> Parsed<Node> {
        self.advance()?;
        let mut bindings = Vec::new();
        while self.current.kind != TokenKind::BlockEnd {
            if !bindings.is_empty() {
                self.expect(Operator::Comma, "`,`")?;
            }
            let target = self.target(None, false)?;
            self.expect(Operator::Assign, "`=`")?;
            bindings.push((target, self.expression()?));
        }
        let body = self.closed_statements(tag, "endwith")?;
        Ok(Node::With(Box::new(With { bindings, body })))
    }

    fn autoescape(&mut self, tag: Tag) -> Parsed<Node> {
        self.advance()?;
        let escape = self.expression()?;
        let body = self.closed_statements(tag, "endautoescape")?;
        Ok(Node::Autoescape(Box::new((escape, body))))
    }

    fn block(&mut self, tag: Tag) -> Parsed<Node> {
        self.advance()?;
        let (name, _) = self.expect_name()?;
        self.skip_word("scoped")?;
        self.skip_word("required")?;
        let outer = std::mem::replace(&mut self.in_loop, false);
        let body = self.closed_statements(tag, "endblock")?;
        self.in_loop = outer;
        self.skip_word(&name)?;
        Ok(Node::Block(body))
    }

    /// A tag that would read another template. It is an error only when it is reached, so its words are passed over.
    fn loader(&mut self, tag: Tag) -> Parsed<Node> {
        self.advance()?;
        self.expression()?;
        while !matches!(self.current.kind, TokenKind::BlockEnd | TokenKind::End) {
            self.advance()?;
        }
        Ok(Node::Loader(tag.word.span))
    }

    /// What stands before `=` in `set` and `with`, or before `in` in `for`.
    fn target(&mut self, end: Option<&'static str>, attributes: bool) -> Parsed<Target> {
        let start = self.current.span;
        let mut targets = Vec::new();
        let mut is_tuple = false;
        while !self.at_target_end(end) {
            targets.push(self.simple_target(attributes)?);
            if !self.skip(Operator::Comma)? {
                break;
            }
            is_tuple = true;
        }
        match targets.pop() {
            Some(target) if !is_tuple => Ok(target),
            Some(target) => {
                targets.push(target);
                Ok(Target::Tuple(targets, start))
            }
            None => Err(self.unexpected("a name to assign to")),
        }
    }

    fn at_target_end(&self, end: Option<&'static str>) -> bool {
        self.current.kind == TokenKind::BlockEnd
            || self.at(Operator::CloseParenthesis)
            || end.is_some_and(|word| self.at_word(word))
    }

    fn simple_target(&mut self, attributes: bool) -> Parsed<Target> {
        if attributes && self.current.kind == TokenKind::Name {
            let (name, span) = self.expect_name()?;
            if self.skip(Operator::Dot)? {
                let (attribute, attribute_span) = self.expect_name()?;
                let span = Self::span_to(span.start, attribute_span.end);
                return Ok(Target::Attribute(name, attribute, span));
            }
            return assignable(name, span).map(Target::Name);
        }
        let expression = self.primary()?;
        as_target(expression)
    }

    fn assignable_name(&mut self) -> Parsed<(Name, Span)> {
        let (name, span) = self.expect_name()?;
        Ok((assignable(name, span)?, span))
    }
}

/// A tag's first byte and its word, for errors about it.
#[derive(Clone, Copy)]
struct Tag {
    start: u32,
    word: Token,
}

/// What a macro's tag says.
pub(in crate::template) struct Signature {
    pub(in crate::template) name: Name,
    pub(in crate::template) name_span: Span,
    /// The variable that the macro becomes in the template that defines it.
    pub(in crate::template) assigned: Name,
    pub(in crate::template) parameters: Vec<MacroParameter>,
}

impl Macro {
    fn new(signature: Signature, mentions: Mentions, body: Body, text: Arc<str>, span: Span) -> Self {
        let Signature { name, name_span, assigned, parameters } = signature;
        let Mentions { caller, varargs, kwargs, .. } = mentions;
        Self { name, name_span, assigned, parameters, caller, varargs, kwargs, body, text, span }
    }
}

impl Target {
    fn names(&self, name: &str) -> bool {
        match self {
            Self::Name(own) => &**own == name,
            Self::Tuple(targets, _) => targets.iter().any(|target| target.names(name)),
            Self::Attribute(..) => false,
        }
    }
}

fn assignable(name: Name, span: Span) -> Parsed<Name> {
    match &*name {
        "true" | "false" | "none" | "True" | "False" | "None" => {
            Err(TemplateError::new(span, format!("`{name}` cannot be assigned to")))
        }
        _ => Ok(name),
    }
}

fn as_target(expression: Expr) -> Parsed<Target> {
    match expression.kind {
        ExprKind::Name(name) => Ok(Target::Name(name)),
        ExprKind::Tuple(items) => {
            let targets = items.into_vec().into_iter().map(as_target).collect::<Parsed<Vec<_>>>()?;
            Ok(Target::Tuple(targets, expression.span))
        }
        _ => Err(TemplateError::new(expression.span, "this cannot be assigned to")),
    }
}
