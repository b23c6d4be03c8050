//! Numbers.

use super::{integer, truth};
use crate::template::Arguments;
use crate::template::error::Error;
use crate::template::lexer::is_blank;
use crate::template::machine::Machine;
use crate::template::value::Value;

pub(super) fn abs(_: &mut Machine<'_>, value: Value, _: Arguments) -> Result<Value, Error> {
    match value.known()? {
        Value::Float(number) => Ok(Value::Float(number.abs())),
        Value::Object(_) => Err(Error::unknown("abs of an object")),
        value => match value.as_int() {
            Some(number) => number.checked_abs().map(Value::Int).ok_or_else(|| Error::unknown("number beyond 64 bits")),
            None => Err(Error::failed(format!("bad operand type for abs(): '{}'", value.type_name()))),
        },
    }
}

/// A float as Python's `float` reads it from a text.
fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim_matches(is_blank);
    let digits = text.as_bytes();
    let separated = |at: usize| {
        let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        at > 0 && digit(digits.get(at - 1)) && digit(digits.get(at + 1))
    };
    if digits.iter().enumerate().any(|(at, &byte)| byte == b'_' && !separated(at)) {
        return None;
    }
    text.replace('_', "").parse().ok()
}

/// An integer as Python's `int` reads it from a text; an error where it is beyond 64 bits.
fn parse_int(text: &str, base: u32) -> Result<Option<i64>, Error> {
    let text = text.trim_matches(is_blank);
    let (negative, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text),
    };
    let prefix = match base {
        16 => ["0x", "0X"],
        8 => ["0o", "0O"],
        2 => ["0b", "0B"],
        _ => ["", ""],
    };
    let digits = prefix.iter().find_map(|prefix| digits.strip_prefix(prefix)).unwrap_or(digits);
    let separated = digits.starts_with('_') || digits.ends_with('_') || digits.contains("__");
    let digits = digits.replace('_', "");
    if separated || digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        return if text.is_ascii() { Ok(None) } else { Err(Error::unknown("digits beyond ASCII")) };
    }
    let magnitude = i64::from_str_radix(&digits, base).map_err(|_| Error::unknown("number beyond 64 bits"))?;
    Ok(Some(if negative { -magnitude } else { magnitude }))
}

pub(super) fn int(_: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [default, base] = arguments.bind("int", ["default", "base"])?;
    let default = default.unwrap_or(Value::Int(0));
    let base = u32::try_from(integer(base, 10)?).ok().filter(|base| (2..=36).contains(base));
    let base = base.ok_or_else(|| Error::unknown("int with another base"))?;
    let float = match value.known()? {
        Value::Str(text) => match parse_int(text, base)? {
            Some(number) => return Ok(Value::Int(number)),
            None => parse_float(text),
        },
        Value::Float(number) => Some(*number),
        Value::Undefined(undefined) => return Err(Error::failed(undefined.message.clone())),
        Value::Object(_) => return Err(Error::unknown("int of an object")),
        value => return Ok(value.as_int().map_or(default, Value::Int)),
    };
    match float {
        Some(number) if number.abs() < 9e18 => Ok(Value::Int(number as i64)),
        Some(number) if number.is_finite() => Err(Error::unknown("number beyond 64 bits")),
        _ => Ok(default),
    }
}

pub(super) fn float(_: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [default] = arguments.bind("float", ["default"])?;
    let default = default.unwrap_or(Value::Float(0.0));
    match value.known()? {
        Value::Str(text) => Ok(parse_float(text).map_or(default, Value::Float)),
        Value::Undefined(undefined) => Err(Error::failed(undefined.message.clone())),
        Value::Object(_) => Err(Error::unknown("float of an object")),
        value => Ok(value.as_float().map_or(default, Value::Float)),
    }
}

pub(super) fn round(_: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [precision, method] = arguments.bind("round", ["precision", "method"])?;
    let precision = integer(precision, 0)?;
    let method = method.unwrap_or_else(|| Value::text("common"));
    let method = method.known()?.as_str().unwrap_or_default();
    if !["common", "ceil", "floor"].contains(&method) {
        return Err(Error::failed("method must be common, ceil or floor"));
    }
    let number = match value.known()? {
        Value::Undefined(undefined) => return Err(Error::failed(undefined.message.clone())),
        Value::Object(_) => return Err(Error::unknown("round of an object")),
        value => value
            .as_float()
            .ok_or_else(|| Error::failed(format!("type {} doesn't define __round__ method", value.type_name())))?,
    };
    if !(0..=15).contains(&precision) || number.abs() >= 1e15 || !number.is_finite() {
        return Err(Error::unknown("round of a large number"));
    }
    let places = usize::try_from(precision).unwrap_or_default();
    if method == "common" {
        if let Some(integer) = value.as_int() {
            return Ok(Value::Int(integer));
        }
        // Rust writes the digits of the exact number, rounded half to even like Python.
        let rounded = format!("{number:.places$}").parse().map_err(|_| Error::unknown("round"))?;
        return Ok(Value::Float(rounded));
    }
    let scale = 10f64.powi(precision as i32);
    let scaled = number * scale;
    let whole = if method == "ceil" { scaled.ceil() } else { scaled.floor() };
    Ok(Value::Float((whole / scale) + 0.0))
}

pub(super) fn file_size(_: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [binary] = arguments.bind("filesizeformat", ["binary"])?;
    let binary = truth(binary)?;
    let bytes = match value.known()? {
        Value::Str(text) => parse_float(text),
        Value::Object(_) => return Err(Error::unknown("the size of an object")),
        value => value.as_float(),
    };
    let bytes = bytes.ok_or_else(|| Error::failed("could not convert to float"))?;
    let base = if binary { 1024.0 } else { 1000.0 };
    if bytes == 1.0 {
        return Ok(Value::text("1 Byte"));
    }
    if bytes < base {
        return Ok(Value::from(format!("{} Bytes", bytes.trunc())));
    }
    let mut unit = base;
    let letters = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
    for (index, letter) in letters.iter().enumerate() {
        unit *= base;
        if bytes < unit || index == letters.len() - 1 {
            let letter = if binary { letter.to_uppercase() } else { (*letter).to_owned() };
            let suffix = if binary { "iB" } else { "B" };
            return Ok(Value::from(format!("{:.1} {letter}{suffix}", base * bytes / unit)));
        }
    }
    Err(Error::unknown("filesizeformat"))
}
