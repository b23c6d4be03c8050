//! What an expression is made of.

use std::ops::Range;

use regex::Regex;

/// An expression and its place.
#[derive(Debug, Clone)]
pub struct Expression {
    pub kind: Kind,
    /// Bytes of the text it was read from.
    pub range: Range<usize>,
    /// Levels below, itself included.
    pub(super) depth: usize,
}

/// A word and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub text: String,
    pub range: Range<usize>,
}

#[derive(Debug, Clone)]
pub enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    List(Vec<Expression>),
    Variable(String),
    /// `of.name`
    Field(Box<Expression>, Name),
    /// `has(of.name)`
    Has(Box<Expression>, Name),
    /// `of[index]`
    Index(Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    Binary(Op, Box<Expression>, Box<Expression>),
    /// `a && b && c`, in one level.
    All(Vec<Expression>),
    /// `a || b || c`, in one level.
    Any(Vec<Expression>),
    /// `condition ? then : otherwise`
    If(Box<[Expression; 3]>),
    Call(Call),
    Each(Each),
}

/// A function, or a method if it has a target.
#[derive(Debug, Clone)]
pub struct Call {
    pub name: Name,
    pub target: Option<Box<Expression>>,
    pub arguments: Vec<Expression>,
    /// The argument of `matches`, compiled once.
    pub pattern: Option<Regex>,
}

/// What CEL calls a macro: an expression that is evaluated for each item of a list.
#[derive(Debug, Clone)]
pub struct Each {
    pub what: EachKind,
    pub list: Box<Expression>,
    pub variable: Name,
    /// What is asked of each item; for `map` with two arguments, what it becomes.
    pub body: Box<Expression>,
    /// What the items that fit become, for `map` with three arguments.
    pub result: Option<Box<Expression>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EachKind {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

impl EachKind {
    pub(super) const NAMES: [(&'static str, Self); 6] = [
        ("all", Self::All),
        ("exists", Self::Exists),
        ("exists_one", Self::ExistsOne),
        ("existsOne", Self::ExistsOne),
        ("filter", Self::Filter),
        ("map", Self::Map),
    ];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Plus,
    Minus,
    Times,
    DividedBy,
    Modulo,
}

impl Op {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::DividedBy => "/",
            Self::Modulo => "%",
        }
    }
}

impl Expression {
    pub(super) fn new(kind: Kind, range: Range<usize>) -> Self {
        let mut below = 0;
        kind.children(|child| below = below.max(child.depth));
        Self { kind, range, depth: below + 1 }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// Whether this is `variable.field`.
    pub fn is_field(&self, variable: &str, field: &str) -> bool {
        match &self.kind {
            Kind::Field(of, name) => name.text == field && matches!(&of.kind, Kind::Variable(name) if name == variable),
            _ => false,
        }
    }
}

impl Kind {
    /// Calls `visit` for each expression that is directly below.
    pub(super) fn children<'e>(&'e self, mut visit: impl FnMut(&'e Expression)) {
        match self {
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::Double(_) | Self::Text(_) | Self::Variable(_) => {}
            Self::List(items) | Self::All(items) | Self::Any(items) => items.iter().for_each(visit),
            Self::Field(of, _) | Self::Has(of, _) | Self::Not(of) | Self::Negative(of) => visit(of),
            Self::Index(a, b) | Self::Binary(_, a, b) => [a, b].into_iter().for_each(|side| visit(side)),
            Self::If(parts) => parts.iter().for_each(visit),
            Self::Call(call) => call.target.as_deref().into_iter().chain(&call.arguments).for_each(visit),
            Self::Each(each) => {
                let result = each.result.as_deref();
                [&*each.list, &*each.body].into_iter().chain(result).for_each(visit);
            }
        }
    }
}
