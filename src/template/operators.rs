//! Arithmetic.

use std::rc::Rc;

use super::ast::BinaryOperator;
use super::dict::KeySet;
use super::error::Error;
use super::machine::Machine;
use super::value::Value;
use super::{format, limits::LimitKind};

fn symbol(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::FloorDivide => "//",
        BinaryOperator::Modulo => "%",
        BinaryOperator::Power => "** or pow()",
    }
}

fn too_large() -> Error {
    Error::unknown("number beyond 64 bits")
}

/// `left operator right`
pub(super) fn binary(
    machine: &mut Machine<'_>,
    operator: BinaryOperator,
    left: &Value,
    right: &Value,
) -> Result<Value, Error> {
    let (left, right) = (left.known()?, right.known()?);
    if let (Value::Str(text), BinaryOperator::Modulo) = (left, operator) {
        return format::percent(machine, text, right);
    }
    for operand in [left, right] {
        if let Value::Undefined(undefined) = operand {
            return Err(Error::failed(undefined.message.clone()));
        }
    }
    if let (Some(left), Some(right)) = (left.as_int(), right.as_int()) {
        return integers(operator, left, right);
    }
    if let (Some(left), Some(right)) = (left.as_float(), right.as_float()) {
        return floats(operator, left, right);
    }
    collections(machine, operator, left, right)
}

fn integers(operator: BinaryOperator, left: i64, right: i64) -> Result<Value, Error> {
    let number = match operator {
        BinaryOperator::Add => left.checked_add(right),
        BinaryOperator::Subtract => left.checked_sub(right),
        BinaryOperator::Multiply => left.checked_mul(right),
        BinaryOperator::Divide => return divide(left as f64, right as f64, left.abs().max(right.abs())),
        BinaryOperator::FloorDivide if right == 0 => {
            return Err(Error::failed("integer division or modulo by zero"));
        }
        BinaryOperator::Modulo if right == 0 => return Err(Error::failed("integer modulo by zero")),
        BinaryOperator::FloorDivide => left.checked_div_euclid(right).and_then(|_| floor_divide(left, right)),
        BinaryOperator::Modulo => left.checked_rem(right).map(|rest| floor_rest(rest, right)),
        BinaryOperator::Power if right >= 0 => u32::try_from(right).ok().and_then(|right| left.checked_pow(right)),
        BinaryOperator::Power if left == 0 => {
            return Err(Error::failed("0.0 cannot be raised to a negative power"));
        }
        BinaryOperator::Power => return Ok(Value::Float(power(left as f64, right as f64))),
    };
    number.map(Value::Int).ok_or_else(too_large)
}

/// Python rounds down, not towards zero.
fn floor_divide(left: i64, right: i64) -> Option<i64> {
    let quotient = left.checked_div(right)?;
    let inexact = left % right != 0 && (left < 0) != (right < 0);
    Some(quotient - i64::from(inexact))
}

fn floor_rest(rest: i64, divisor: i64) -> i64 {
    if rest != 0 && (rest < 0) != (divisor < 0) { rest + divisor } else { rest }
}

fn divide(left: f64, right: f64, largest: i64) -> Result<Value, Error> {
    if right == 0.0 {
        return Err(Error::failed("division by zero"));
    }
    // Beyond 53 bits Python divides the integers themselves, which may round differently.
    if largest > 1 << 53 { Err(too_large()) } else { Ok(Value::Float(left / right)) }
}

fn power(left: f64, right: f64) -> f64 {
    if right.fract() == 0.0 && right.abs() < 1e6 { left.powi(right as i32) } else { left.powf(right) }
}

fn floats(operator: BinaryOperator, left: f64, right: f64) -> Result<Value, Error> {
    let zero = || Error::failed("float division by zero");
    Ok(Value::Float(match operator {
        BinaryOperator::Add => left + right,
        BinaryOperator::Subtract => left - right,
        BinaryOperator::Multiply => left * right,
        BinaryOperator::Divide if right == 0.0 => return Err(zero()),
        BinaryOperator::Divide => left / right,
        BinaryOperator::FloorDivide | BinaryOperator::Modulo if right == 0.0 => return Err(zero()),
        BinaryOperator::FloorDivide => float_division(left, right).0,
        BinaryOperator::Modulo => float_division(left, right).1,
        BinaryOperator::Power if left == 0.0 && right < 0.0 => {
            return Err(Error::failed("0.0 cannot be raised to a negative power"));
        }
        BinaryOperator::Power if left < 0.0 && right.fract() != 0.0 => return Err(Error::unknown("a complex number")),
        BinaryOperator::Power => {
            let result = left.powf(right);
            if result.is_infinite() && left.is_finite() && right.is_finite() {
                return Err(Error::failed("(34, 'Numerical result out of range')"));
            }
            result
        }
    }))
}

/// Quotient, rounded down, and rest, as CPython's `float_divmod` gives them.
fn float_division(left: f64, right: f64) -> (f64, f64) {
    let mut rest = left % right;
    let mut quotient = (left - rest) / right;
    if rest == 0.0 {
        rest = 0.0f64.copysign(right);
    } else if (right < 0.0) != (rest < 0.0) {
        rest += right;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0.0f64.copysign(left / right), rest);
    }
    let floor = quotient.floor();
    (if quotient - floor > 0.5 { floor + 1.0 } else { floor }, rest)
}

fn collections(
    machine: &mut Machine<'_>,
    operator: BinaryOperator,
    left: &Value,
    right: &Value,
) -> Result<Value, Error> {
    match (operator, left, right) {
        (BinaryOperator::Add, Value::Str(left), Value::Str(right)) => {
            machine.limit_bytes(left.len() + right.len())?;
            machine.new_text([&**left, &**right].concat())
        }
        (BinaryOperator::Add, Value::List(left), Value::List(right)) => {
            let items = [left.get()?.as_slice(), right.get()?.as_slice()].concat();
            machine.new_list(items)
        }
        (BinaryOperator::Add, Value::Tuple(left), Value::Tuple(right)) => {
            machine.limit_items(left.len() + right.len())?;
            Ok(Value::tuple([&**left, &**right].concat()))
        }
        (BinaryOperator::Subtract, Value::Set(left), Value::Set(right)) => {
            let left = left.get()?;
            let right = right.get()?;
            let rest: KeySet = left.iter().filter(|key| !right.contains(*key)).cloned().collect();
            machine.new_set(rest)
        }
        (BinaryOperator::Multiply, sequence, count) | (BinaryOperator::Multiply, count, sequence)
            if count.as_int().is_some() && matches!(sequence, Value::Str(_) | Value::List(_) | Value::Tuple(_)) =>
        {
            let count = usize::try_from(count.as_int().unwrap_or_default()).unwrap_or(0);
            repeat(machine, sequence, count)
        }
        (_, Value::Object(object), _) | (_, _, Value::Object(object)) => {
            Err(Error::unknown(&format!("'{}' of a '{}' object", symbol(operator), object.type_name())))
        }
        _ => Err(unsupported(operator, left, right)),
    }
}

fn unsupported(operator: BinaryOperator, left: &Value, right: &Value) -> Error {
    let (left_type, right_type) = (left.type_name(), right.type_name());
    Error::failed(match (operator, left) {
        (BinaryOperator::Add, Value::Str(_)) => {
            format!("can only concatenate str (not \"{right_type}\") to str")
        }
        (BinaryOperator::Add, Value::List(_)) => {
            format!("can only concatenate list (not \"{right_type}\") to list")
        }
        (BinaryOperator::Add, Value::Tuple(_)) => {
            format!("can only concatenate tuple (not \"{right_type}\") to tuple")
        }
        _ => format!("unsupported operand type(s) for {}: '{left_type}' and '{right_type}'", symbol(operator)),
    })
}

fn repeat(machine: &mut Machine<'_>, sequence: &Value, count: usize) -> Result<Value, Error> {
    match sequence {
        Value::Str(text) => {
            machine.limit_bytes(text.len().saturating_mul(count))?;
            Ok(Value::from(text.repeat(count)))
        }
        Value::List(list) => {
            let items = list.get()?;
            machine.limit_items(items.len().saturating_mul(count))?;
            let repeated = std::iter::repeat_n(&*items, count).flatten().cloned().collect();
            drop(items);
            machine.new_list(repeated)
        }
        Value::Tuple(items) => {
            machine.limit_items(items.len().saturating_mul(count))?;
            Ok(Value::Tuple(
                std::iter::repeat_n(items, count).flat_map(|items| items.iter()).cloned().collect::<Rc<[_]>>(),
            ))
        }
        _ => Err(Error::limit(LimitKind::Items)),
    }
}

/// `-value`
pub(super) fn negative(value: &Value) -> Result<Value, Error> {
    match value.known()? {
        Value::Float(number) => Ok(Value::Float(-number)),
        Value::Undefined(undefined) => Err(Error::failed(undefined.message.clone())),
        Value::Object(_) => Err(Error::unknown("the negative of an object")),
        value => match value.as_int() {
            Some(number) => number.checked_neg().map(Value::Int).ok_or_else(too_large),
            None => Err(Error::failed(format!("bad operand type for unary -: '{}'", value.type_name()))),
        },
    }
}

/// `+value`
pub(super) fn positive(value: &Value) -> Result<Value, Error> {
    match value.known()? {
        Value::Float(number) => Ok(Value::Float(*number)),
        Value::Undefined(undefined) => Err(Error::failed(undefined.message.clone())),
        Value::Object(_) => Err(Error::unknown("the positive of an object")),
        value => match value.as_int() {
            Some(number) => Ok(Value::Int(number)),
            None => Err(Error::failed(format!("bad operand type for unary +: '{}'", value.type_name()))),
        },
    }
}
