//! The methods of Python's own types.

mod dict;
mod list;
mod set;
mod text;

pub(super) use dict::items as dict_items;
pub(super) use text::replaced;

use super::Arguments;
use super::error::Error;
use super::machine::Machine;
use super::value::Value;

/// Names of Python's types that are not implemented: to ask for one is unknown, not undefined.
const TEXT_ELSEWHERE: &[&str] = &["encode", "maketrans", "translate", "isprintable", "isidentifier", "format_map"];
const NUMBER_ELSEWHERE: &[&str] = &[
    "as_integer_ratio",
    "bit_count",
    "bit_length",
    "conjugate",
    "denominator",
    "from_bytes",
    "fromhex",
    "hex",
    "imag",
    "is_integer",
    "numerator",
    "real",
    "to_bytes",
];
const RANGE_ELSEWHERE: &[&str] = &["count", "index", "start", "step", "stop"];

/// Whether a value has a method of this name here.
pub(super) fn exists(value: &Value, name: &str) -> bool {
    names(value).contains(&name)
}

/// Whether a value has an attribute of this name in Python, but not here.
pub(super) fn is_elsewhere(value: &Value, name: &str) -> bool {
    match value {
        Value::Str(_) => TEXT_ELSEWHERE.contains(&name),
        Value::Int(_) | Value::Float(_) | Value::Bool(_) => NUMBER_ELSEWHERE.contains(&name),
        Value::Range(_) => RANGE_ELSEWHERE.contains(&name),
        _ => false,
    }
}

fn names(value: &Value) -> &'static [&'static str] {
    match value {
        Value::Str(_) => text::NAMES,
        Value::List(_) => list::NAMES,
        Value::Tuple(_) => list::TUPLE_NAMES,
        Value::Dict(_) => dict::NAMES,
        Value::Set(_) => set::NAMES,
        _ => &[],
    }
}

/// Calls a method that exists.
pub(super) fn call(
    machine: &mut Machine<'_>,
    receiver: &Value,
    name: &str,
    arguments: Arguments,
) -> Result<Value, Error> {
    machine.charge_value(receiver)?;
    // Only a text, or a number, has nothing in it of what a method is given.
    let is_plain = matches!(receiver, Value::Str(_)) || matches!(name, "count" | "index");
    let given = if is_plain { Vec::new() } else { arguments.references() };
    let called = match receiver {
        Value::Str(own) => text::call(machine, own, name, arguments),
        Value::List(own) => list::call(machine, own, name, arguments),
        Value::Tuple(own) => list::call_tuple(own, name, arguments),
        Value::Dict(own) => dict::call(machine, own, name, arguments),
        Value::Set(own) => set::call(machine, own, name, arguments),
        _ => Err(Error::failed(format!("'{}' object has no attribute '{name}'", receiver.type_name()))),
    };
    let called = if name == "get" { machine.forget_content_if_unknown(called, receiver) } else { called };
    machine.forget_if_unknown(called, given)
}

/// A change that depends on something unknown makes what it changes unknown.
fn or_forget<T>(machine: &mut Machine<'_>, receiver: Value, outcome: Result<T, Error>) -> Result<T, Error> {
    if let Err(Error::Unknown(reason)) = &outcome {
        machine.forget(&receiver, reason)?;
    }
    outcome
}
