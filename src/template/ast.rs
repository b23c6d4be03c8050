//! What a template consists of.

use std::sync::Arc;

use super::Macro;
use crate::text::Span;

/// An identifier; equal ones of one template share their text.
pub(super) type Name = Arc<str>;

/// A run of statements.
pub(super) type Body = Box<[Node]>;

/// An expression and where it stands.
#[derive(Debug)]
pub(super) struct Expr {
    pub(super) kind: ExprKind,
    pub(super) span: Span,
    /// How many expressions stand one within the other here: what bounds the stack that evaluating and dropping take.
    pub(super) depth: u16,
}

#[derive(Debug)]
pub(super) enum ExprKind {
    Constant(Constant),
    Name(Name),
    List(Box<[Expr]>),
    Tuple(Box<[Expr]>),
    Dict(Box<[(Expr, Expr)]>),
    /// `a.b`
    Attribute(Box<Expr>, Name),
    /// `a[b]`
    Item(Box<(Expr, Expr)>),
    /// `b:c:d` within brackets.
    Slice(Box<[Option<Expr>; 3]>),
    Call(Box<Call>),
    Filter(Box<Filter>),
    Test(Box<Filter>),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Positive(Box<Expr>),
    And(Box<(Expr, Expr)>),
    Or(Box<(Expr, Expr)>),
    Binary(BinaryOperator, Box<(Expr, Expr)>),
    Compare(Box<(Expr, Vec<(CompareOperator, Expr)>)>),
    /// `a ~ b ~ c`
    Concat(Box<[Expr]>),
    /// `a if b else c`
    Condition(Box<Condition>),
}

#[derive(Debug)]
pub(super) enum Constant {
    None,
    Bool(bool),
    Int(i64),
    /// An integer that does not fit: Python's have no limit.
    LargeInt,
    Float(f64),
    Str(Arc<str>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CompareOperator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) callee: Expr,
    pub(super) arguments: CallArguments,
}

/// What stands in a call's parentheses.
#[derive(Debug, Default)]
pub(super) struct CallArguments {
    pub(super) positional: Vec<Expr>,
    pub(super) keyword: Vec<(Name, Expr)>,
    /// `*expression`
    pub(super) spread: Option<Expr>,
    /// `**expression`
    pub(super) keyword_spread: Option<Expr>,
}

/// `value | name(arguments)`, or `value is name(arguments)`.
#[derive(Debug)]
pub(super) struct Filter {
    /// `None` in `{% filter name %}` and `{% set x | name %}`: the block's text.
    pub(super) value: Option<Expr>,
    pub(super) name: Name,
    pub(super) arguments: CallArguments,
}

#[derive(Debug)]
pub(super) struct Condition {
    pub(super) test: Expr,
    pub(super) then: Expr,
    pub(super) otherwise: Option<Expr>,
}

/// A statement, or text.
#[derive(Debug)]
pub(super) enum Node {
    /// Text for the output, as it stands in the template; line ends are made `\n` when it is written.
    Text(Span),
    Output(Expr),
    If(Box<If>),
    For(Arc<For>),
    Set(Box<(Target, Expr)>),
    SetBlock(Box<SetBlock>),
    Macro(Arc<Macro>),
    CallBlock(Box<CallBlock>),
    FilterBlock(Box<FilterBlock>),
    With(Box<With>),
    Do(Expr),
    Autoescape(Box<(Expr, Body)>),
    /// `{% block %}`, rendered where it stands: dbt has no loader for a template that could extend this one.
    Block(Body),
    Break,
    Continue,
    /// `include`, `import`, `from` and `extends`: an error when it is reached, because dbt has no loader.
    Loader(Span),
}

#[derive(Debug)]
pub(super) struct If {
    /// The condition and body of `if` and of each `elif`.
    pub(super) branches: Vec<(Expr, Body)>,
    pub(super) otherwise: Body,
}

#[derive(Debug)]
pub(super) struct For {
    pub(super) target: Target,
    pub(super) items: Expr,
    pub(super) filter: Option<Expr>,
    /// Whether the filter runs before the first turn, so that `loop` knows how many turns there will be. Python runs it
    /// turn by turn, which makes a difference only where it changes something, or is not looked at.
    pub(super) filters_first: bool,
    pub(super) recursive: bool,
    /// Whether `loop` is mentioned in the body.
    pub(super) uses_loop: bool,
    /// Whether there is a `break` or `continue` in the body.
    pub(super) jumps: bool,
    pub(super) body: Body,
    pub(super) otherwise: Body,
}

/// What can be assigned to.
#[derive(Debug)]
pub(super) enum Target {
    Name(Name),
    Tuple(Vec<Target>, Span),
    /// `namespace.attribute`
    Attribute(Name, Name, Span),
}

#[derive(Debug)]
pub(super) struct SetBlock {
    pub(super) target: Target,
    pub(super) filter: Option<Expr>,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) struct CallBlock {
    pub(super) call: Expr,
    /// The body, as the macro `caller`.
    pub(super) caller: Arc<Macro>,
}

#[derive(Debug)]
pub(super) struct FilterBlock {
    pub(super) filter: Expr,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) struct With {
    pub(super) bindings: Vec<(Target, Expr)>,
    pub(super) body: Body,
}
