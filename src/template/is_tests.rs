//! What stands behind `is`.

use super::ast::{BinaryOperator, CompareOperator};
use super::error::Error;
use super::machine::Machine;
use super::object::ObjectKind;
use super::text_functions::has_case;
use super::uncertain::same;
use super::value::Value;
use super::{Arguments, compare, filters, operators};

/// Tests that look at the value alone.
const SIMPLE: &[&str] = &[
    "boolean",
    "callable",
    "defined",
    "escaped",
    "even",
    "false",
    "filter",
    "float",
    "integer",
    "iterable",
    "lower",
    "mapping",
    "none",
    "number",
    "odd",
    "sequence",
    "string",
    "test",
    "true",
    "undefined",
    "upper",
];

/// Whether there is a test of this name.
pub(super) fn exists(name: &str) -> bool {
    SIMPLE.contains(&name) || comparison(name).is_some() || matches!(name, "divisibleby" | "in" | "sameas")
}

/// The comparison that a test stands for.
fn comparison(name: &str) -> Option<CompareOperator> {
    Some(match name {
        "==" | "eq" | "equalto" => CompareOperator::Equal,
        "!=" | "ne" => CompareOperator::NotEqual,
        ">" | "gt" | "greaterthan" => CompareOperator::Greater,
        ">=" | "ge" => CompareOperator::GreaterOrEqual,
        "<" | "lt" | "lessthan" => CompareOperator::Less,
        "<=" | "le" => CompareOperator::LessOrEqual,
        _ => return None,
    })
}

/// Whether a test holds.
pub(super) fn apply(machine: &mut Machine<'_>, name: &str, value: &Value, arguments: Arguments) -> Result<bool, Error> {
    if let Value::Unknown(reason) = value {
        return Err(Error::Unknown(reason.clone()));
    }
    machine.charge_value(value)?;
    if SIMPLE.contains(&name) {
        arguments.bind(name, [])?;
        return simple(machine, name, value);
    }
    if let Some(operator) = comparison(name) {
        return compare::compare(operator, value, &arguments.one(name, "other")?);
    }
    match name {
        "in" => compare::contains(&arguments.one(name, "seq")?, value),
        "sameas" => {
            let other = arguments.one(name, "other")?;
            other.known()?;
            is_same(value, &other)
        }
        "divisibleby" => {
            let rest = operators::binary(machine, BinaryOperator::Modulo, value, &arguments.one(name, "num")?)?;
            compare::equal(&rest, &Value::Int(0))
        }
        _ => Err(Error::failed(format!("No test named '{name}'."))),
    }
}

/// Python's `is`. Whether equal numbers and strings are one object depends on how Python keeps them.
fn is_same(left: &Value, right: &Value) -> Result<bool, Error> {
    let shared = |value: &Value| matches!(value, Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Tuple(_));
    if same(left, right) && shared(left) {
        return Err(Error::unknown("whether equal values are one object"));
    }
    Ok(same(left, right))
}

fn simple(machine: &mut Machine<'_>, name: &str, value: &Value) -> Result<bool, Error> {
    Ok(match name {
        "defined" => !value.is_undefined(),
        "undefined" => value.is_undefined(),
        "none" => matches!(value, Value::None),
        "boolean" => matches!(value, Value::Bool(_)),
        "true" => matches!(value, Value::Bool(true)),
        "false" => matches!(value, Value::Bool(false)),
        "integer" => matches!(value, Value::Int(_)),
        "float" => matches!(value, Value::Float(_)),
        "number" => matches!(value, Value::Bool(_) | Value::Int(_) | Value::Float(_)),
        "string" => matches!(value, Value::Str(_)) || kind_of(value) == Some(ObjectKind::Text),
        "mapping" => matches!(value, Value::Dict(_)) || kind_of(value) == Some(ObjectKind::Mapping),
        "sequence" => is_sequence(value),
        "iterable" => is_iterable(value)?,
        "callable" => is_callable(value)?,
        "escaped" => matches!(value, Value::Object(object) if object.type_name() == "Markup"),
        "lower" => has_case(&machine.text_of(value)?, char::is_lowercase, char::is_uppercase),
        "upper" => has_case(&machine.text_of(value)?, char::is_uppercase, char::is_lowercase),
        "filter" => value.known()?.as_str().is_some_and(filters::exists),
        "test" => value.known()?.as_str().is_some_and(exists),
        _ => {
            let rest = operators::binary(machine, BinaryOperator::Modulo, value, &Value::Int(2))?;
            compare::equal(&rest, &Value::Int(i64::from(name == "odd")))?
        }
    })
}

fn kind_of(value: &Value) -> Option<ObjectKind> {
    match value {
        Value::Object(object) => Some(object.kind()),
        _ => None,
    }
}

/// Whether the value has a length and items.
fn is_sequence(value: &Value) -> bool {
    match value {
        Value::Str(_) | Value::List(_) | Value::Tuple(_) | Value::Dict(_) | Value::Range(_) => true,
        Value::Undefined(_) => true,
        _ => matches!(kind_of(value), Some(ObjectKind::Mapping | ObjectKind::Sequence | ObjectKind::Text)),
    }
}

fn is_iterable(value: &Value) -> Result<bool, Error> {
    Ok(match value {
        Value::Object(object) => match object.kind() {
            ObjectKind::Function => false,
            ObjectKind::Mapping | ObjectKind::Sequence | ObjectKind::Text => true,
            ObjectKind::Other if object.type_name() == "generator" || object.length()?.is_some() => true,
            ObjectKind::Other => object.iterate()?.is_some(),
        },
        Value::Set(_) => true,
        _ => is_sequence(value),
    })
}

fn is_callable(value: &Value) -> Result<bool, Error> {
    match kind_of(value) {
        Some(ObjectKind::Function) => Ok(true),
        Some(ObjectKind::Other) => Err(Error::unknown("whether an object can be called")),
        Some(_) => Ok(false),
        None => Ok(matches!(value, Value::Macro(_) | Value::Undefined(_))),
    }
}
