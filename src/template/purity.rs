//! Which expressions can be evaluated at any time, and twice; and which Jinja2 evaluates before it renders anything.

use super::ast::{CallArguments, Expr, ExprKind};

/// Methods that only look at their receiver.
const METHODS: &[&str] = &[
    "capitalize",
    "copy",
    "count",
    "difference",
    "endswith",
    "find",
    "format",
    "get",
    "index",
    "intersection",
    "isalnum",
    "isalpha",
    "isdigit",
    "islower",
    "isnumeric",
    "issubset",
    "issuperset",
    "isupper",
    "items",
    "join",
    "keys",
    "lower",
    "lstrip",
    "replace",
    "rsplit",
    "rstrip",
    "split",
    "startswith",
    "strip",
    "title",
    "union",
    "upper",
    "values",
];

/// Filters that look at the context, or whose result is no plain value.
const NOT_CONSTANT: &[&str] =
    &["as_bool", "as_native", "as_number", "as_text", "map", "random", "reject", "rejectattr", "select", "selectattr"];

/// Whether evaluating the expression changes nothing: it calls nothing but methods that only look.
pub(super) fn is_pure(expression: &Expr) -> bool {
    every(expression, &|expression| match &expression.kind {
        ExprKind::Call(call) => {
            matches!(&call.callee.kind, ExprKind::Attribute(_, name) if METHODS.contains(&&**name))
        }
        _ => true,
    })
}

/// Whether Jinja2 makes a constant of the expression: no part of it is a name, and nothing is called.
pub(super) fn is_constant(expression: &Expr) -> bool {
    every(expression, &|expression| match &expression.kind {
        ExprKind::Name(_) | ExprKind::Call(_) => false,
        ExprKind::Filter(filter) => filter.value.is_some() && !NOT_CONSTANT.contains(&&*filter.name),
        _ => true,
    })
}

/// Whether an expression and every part of it fits.
fn every(expression: &Expr, fits: &dyn Fn(&Expr) -> bool) -> bool {
    let part = |expression: &Expr| every(expression, fits);
    let pair = |pair: &(Expr, Expr)| part(&pair.0) && part(&pair.1);
    fits(expression)
        && match &expression.kind {
            ExprKind::Constant(_) | ExprKind::Name(_) => true,
            ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Concat(items) => items.iter().all(part),
            ExprKind::Dict(items) => items.iter().all(pair),
            ExprKind::Attribute(value, _)
            | ExprKind::Not(value)
            | ExprKind::Negative(value)
            | ExprKind::Positive(value) => part(value),
            ExprKind::Item(both) | ExprKind::And(both) | ExprKind::Or(both) | ExprKind::Binary(_, both) => pair(both),
            ExprKind::Slice(parts) => parts.iter().flatten().all(part),
            ExprKind::Call(call) => part(&call.callee) && all_given(&call.arguments, &part),
            ExprKind::Filter(filter) | ExprKind::Test(filter) => {
                filter.value.as_ref().is_none_or(part) && all_given(&filter.arguments, &part)
            }
            ExprKind::Compare(compare) => part(&compare.0) && compare.1.iter().all(|(_, operand)| part(operand)),
            ExprKind::Condition(condition) => {
                let otherwise = condition.otherwise.as_ref();
                part(&condition.test) && part(&condition.then) && otherwise.is_none_or(part)
            }
        }
}

fn all_given(arguments: &CallArguments, fits: &dyn Fn(&Expr) -> bool) -> bool {
    let keyword = arguments.keyword.iter().map(|(_, value)| value);
    arguments.positional.iter().chain(keyword).chain(&arguments.spread).chain(&arguments.keyword_spread).all(fits)
}
