//! Which expressions can be evaluated at any time, and twice.

use super::ast::{CallArguments, Expr, ExprKind, Filter};

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

/// Whether evaluating the expression changes nothing: it calls nothing but methods that only look.
pub(super) fn is_pure(expression: &Expr) -> bool {
    match &expression.kind {
        ExprKind::Constant(_) | ExprKind::Name(_) => true,
        ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Concat(items) => items.iter().all(is_pure),
        ExprKind::Dict(items) => items.iter().all(|(key, value)| is_pure(key) && is_pure(value)),
        ExprKind::Attribute(value, _)
        | ExprKind::Not(value)
        | ExprKind::Negative(value)
        | ExprKind::Positive(value) => is_pure(value),
        ExprKind::Item(pair) | ExprKind::And(pair) | ExprKind::Or(pair) | ExprKind::Binary(_, pair) => {
            is_pure(&pair.0) && is_pure(&pair.1)
        }
        ExprKind::Slice(parts) => parts.iter().flatten().all(is_pure),
        ExprKind::Call(call) => match &call.callee.kind {
            ExprKind::Attribute(receiver, name) => {
                METHODS.contains(&&**name) && is_pure(receiver) && are_pure(&call.arguments)
            }
            _ => false,
        },
        ExprKind::Filter(filter) | ExprKind::Test(filter) => is_pure_filter(filter),
        ExprKind::Compare(compare) => is_pure(&compare.0) && compare.1.iter().all(|(_, operand)| is_pure(operand)),
        ExprKind::Condition(condition) => {
            let otherwise = condition.otherwise.as_ref();
            is_pure(&condition.test) && is_pure(&condition.then) && otherwise.is_none_or(is_pure)
        }
    }
}

fn is_pure_filter(filter: &Filter) -> bool {
    filter.value.as_ref().is_none_or(is_pure) && are_pure(&filter.arguments)
}

fn are_pure(arguments: &CallArguments) -> bool {
    let keyword = arguments.keyword.iter().map(|(_, value)| value);
    arguments.positional.iter().chain(keyword).chain(&arguments.spread).chain(&arguments.keyword_spread).all(is_pure)
}
