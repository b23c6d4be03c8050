//! `'%s of %d' % (a, b)`

use super::spec::{Spec, number};
use crate::template::dict::Key;
use crate::template::error::Error;
use crate::template::machine::Machine;
use crate::template::repr;
use crate::template::value::Value;

/// The values that are still to be formatted.
struct Values<'v> {
    all: &'v Value,
    items: Vec<Value>,
    next: usize,
}

/// Formats a string with a value, a tuple of values, or a dict.
pub(in crate::template) fn percent(machine: &mut Machine<'_>, format: &str, value: &Value) -> Result<Value, Error> {
    let items = match value {
        Value::Tuple(items) => items.to_vec(),
        value => vec![value.clone()],
    };
    let mut values = Values { all: value, items, next: 0 };
    let mut text = String::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        rest = values.directive(machine, &rest[at + 1..], &mut text)?;
        machine.limit_bytes(text.len())?;
    }
    text.push_str(rest);
    let unused = values.next < values.items.len();
    if unused && !matches!(value, Value::Dict(_) | Value::List(_)) {
        return Err(Error::failed("not all arguments converted during string formatting"));
    }
    machine.new_text(text)
}

impl Values<'_> {
    /// Formats what stands behind a `%`; returns what follows.
    fn directive<'f>(&mut self, machine: &mut Machine<'_>, rest: &'f str, text: &mut String) -> Result<&'f str, Error> {
        let (name, rest) = match rest.strip_prefix('(') {
            Some(behind) => {
                let end = behind.find(')').ok_or_else(|| Error::failed("incomplete format key"))?;
                (Some(&behind[..end]), &behind[end + 1..])
            }
            None => (None, rest),
        };
        let flags = rest.len() - rest.trim_start_matches(['#', '0', '-', ' ', '+']).len();
        let (flags, rest) = rest.split_at(flags);
        let (width, rest) = self.count(rest)?;
        let (precision, rest) = match rest.strip_prefix('.') {
            Some(behind) => {
                let (precision, rest) = self.count(behind)?;
                (Some(precision.unwrap_or_default()), rest)
            }
            None => (None, rest),
        };
        let rest = rest.trim_start_matches(['h', 'l', 'L']);
        let kind = rest.chars().next().ok_or_else(|| Error::failed("incomplete format"))?;
        let behind = &rest[kind.len_utf8()..];
        if kind == '%' {
            text.push('%');
            return Ok(behind);
        }
        let value = self.take(name)?;
        let spec = Spec {
            align: flags.contains('-').then_some('<'),
            sign: ['+', ' '].into_iter().find(|&sign| flags.contains(sign)),
            alternate: flags.contains('#'),
            zero: flags.contains('0') && !flags.contains('-'),
            width: width.unwrap_or_default(),
            precision,
            ..Spec::default()
        };
        text.push_str(&convert(machine, kind, value, spec)?);
        Ok(behind)
    }

    /// A width or precision: digits, or `*` for the next value.
    fn count<'f>(&mut self, rest: &'f str) -> Result<(Option<usize>, &'f str), Error> {
        match rest.strip_prefix('*') {
            Some(_) => Err(Error::unknown("a width that is a value")),
            None => number(rest),
        }
    }

    fn take(&mut self, name: Option<&str>) -> Result<Value, Error> {
        if let Some(name) = name {
            let Value::Dict(dict) = self.all else {
                return Err(Error::failed("format requires a mapping"));
            };
            self.next = self.items.len();
            let value = dict.get()?.get(&Key::text(name)).cloned();
            return value.ok_or_else(|| Error::failed(format!("'{name}'")));
        }
        let value = self.items.get(self.next).cloned();
        self.next += 1;
        value.ok_or_else(|| Error::failed("not enough arguments for format string"))
    }
}

fn convert(machine: &mut Machine<'_>, kind: char, value: Value, mut spec: Spec) -> Result<String, Error> {
    value.known()?;
    let is_number = value.as_float().is_some();
    match kind {
        's' | 'r' | 'a' => {
            let text = if kind == 's' {
                machine.text_of(&value)?.to_string()
            } else {
                repr::repr(&value, machine.limits.bytes)?
            };
            if kind == 'a' && !text.is_ascii() {
                return Err(Error::unknown("%a of text beyond ASCII"));
            }
            spec.align = Some(spec.align.unwrap_or('>'));
            spec.sign = None;
            spec.zero = false;
            spec.apply(machine, &Value::from(text))
        }
        'd' | 'i' | 'u' if is_number => {
            let number = truncated(&value)?;
            if spec.precision.take().is_some() {
                return Err(Error::unknown("an integer with a precision"));
            }
            spec.kind = Some('d');
            spec.apply(machine, &Value::Int(number))
        }
        'f' | 'F' | 'e' | 'E' | 'g' | 'G' if is_number => {
            spec.kind = Some(kind);
            if spec.alternate {
                return Err(Error::unknown("a float with #"));
            }
            spec.apply(machine, &Value::Float(value.as_float().unwrap_or_default()))
        }
        'x' | 'X' | 'o' if value.as_int().is_some() && spec.precision.is_none() => {
            spec.kind = Some(kind);
            spec.apply(machine, &Value::Int(value.as_int().unwrap_or_default()))
        }
        'c' | 'x' | 'X' | 'o' => Err(Error::unknown("a rare format")),
        'd' | 'i' | 'u' | 'f' | 'F' | 'e' | 'E' | 'g' | 'G' => match value {
            Value::Undefined(undefined) => Err(Error::failed(undefined.message.clone())),
            Value::Object(_) => Err(Error::unknown("a formatted object")),
            value => {
                let wanted =
                    if matches!(kind, 'd' | 'i' | 'u') { "a real number is required" } else { "must be real number" };
                Err(Error::failed(format!("%{kind} format: {wanted}, not {}", value.type_name())))
            }
        },
        _ => Err(Error::failed(format!("unsupported format character '{kind}'"))),
    }
}

/// A number without its fraction.
fn truncated(value: &Value) -> Result<i64, Error> {
    match value {
        Value::Float(number) if number.abs() < 9e18 => Ok(*number as i64),
        Value::Float(_) => Err(Error::unknown("number beyond 64 bits")),
        value => Ok(value.as_int().unwrap_or_default()),
    }
}
