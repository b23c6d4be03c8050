//! `'{} of {name}'.format(a, name=b)`

use super::spec::Spec;
use crate::template::error::Error;
use crate::template::machine::Machine;
use crate::template::repr;
use crate::template::value::Value;
use crate::template::{Arguments, access};

/// The arguments, and how the fields before named theirs.
struct Fields<'a> {
    arguments: &'a Arguments,
    next: usize,
    numbered: bool,
}

/// What `format.format(*arguments)` gives.
pub(in crate::template) fn format(
    machine: &mut Machine<'_>,
    format: &str,
    arguments: &Arguments,
) -> Result<Value, Error> {
    let mut fields = Fields { arguments, next: 0, numbered: false };
    let text = fields.text(machine, format, 0)?;
    machine.new_text(text)
}

impl Fields<'_> {
    fn text(&mut self, machine: &mut Machine<'_>, format: &str, depth: u32) -> Result<String, Error> {
        if depth > 1 {
            return Err(Error::failed("Max string recursion exceeded"));
        }
        let mut text = String::new();
        let mut rest = format;
        while let Some(at) = rest.find(['{', '}']) {
            text.push_str(&rest[..at]);
            let behind = &rest[at + 1..];
            let brace = &rest[at..=at];
            if depth == 0 && behind.starts_with(brace) {
                text.push_str(brace);
                rest = &behind[1..];
            } else if brace == "}" {
                return Err(Error::failed("Single '}' encountered in format string"));
            } else {
                let end = field_end(behind)?;
                text.push_str(&self.field(machine, &behind[..end], depth)?);
                rest = &behind[end + 1..];
            }
            machine.limit_bytes(text.len())?;
        }
        text.push_str(rest);
        Ok(text)
    }

    /// The text of one field: `name!conversion:spec`.
    fn field(&mut self, machine: &mut Machine<'_>, field: &str, depth: u32) -> Result<String, Error> {
        let name_end = name_end(field);
        let (name, rest) = field.split_at(name_end);
        let (conversion, spec) = match rest.strip_prefix('!') {
            Some(rest) => match rest.split_once(':') {
                Some((conversion, spec)) => (conversion, spec),
                None => (rest, ""),
            },
            None => ("", rest.strip_prefix(':').unwrap_or("")),
        };
        let value = self.value(machine, name)?;
        let value = match conversion {
            "" => value,
            "s" => Value::Str(machine.text_of(&value)?),
            "r" => Value::from(repr::repr(&value, machine.limits.bytes)?),
            "a" => return Err(Error::unknown("conversion !a")),
            _ => return Err(Error::failed("Unknown conversion specifier")),
        };
        let spec = if spec.contains(['{', '}']) { self.text(machine, spec, depth + 1)? } else { spec.to_owned() };
        if spec.is_empty() {
            return machine.text_of(&value).map(|text| text.to_string());
        }
        Spec::parse(&spec)?.apply(machine, &value)
    }

    /// The value of `0`, `name`, `name.attribute` or `name[item]`.
    fn value(&mut self, machine: &mut Machine<'_>, name: &str) -> Result<Value, Error> {
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (first, mut rest) = name.split_at(end);
        let mut value = self.argument(first)?;
        while !rest.is_empty() {
            if let Some(behind) = rest.strip_prefix('[') {
                let end = behind.find(']').ok_or_else(|| Error::failed("Missing ']' in format string"))?;
                let key = &behind[..end];
                let key = key.parse().map_or_else(|_| Value::text(key), Value::Int);
                value = access::item(machine, &value, &key)?;
                rest = &behind[end + 1..];
            } else {
                let behind = &rest[1..];
                let end = behind.find(['.', '[']).unwrap_or(behind.len());
                value = access::attribute(machine, &value, &behind[..end])?;
                rest = &behind[end..];
            }
        }
        Ok(value)
    }

    fn argument(&mut self, name: &str) -> Result<Value, Error> {
        let index = if name.is_empty() {
            if self.numbered {
                let message = "cannot switch from manual field specification to automatic field numbering";
                return Err(Error::failed(message));
            }
            self.next += 1;
            Some(self.next - 1)
        } else {
            let index = name.parse::<usize>().ok();
            self.numbered |= index.is_some();
            index
        };
        let found = match index {
            Some(index) => self.arguments.positional.get(index),
            None => self.arguments.keyword.iter().find(|(own, _)| **own == *name).map(|(_, value)| value),
        };
        found.cloned().ok_or_else(|| match index {
            Some(index) => Error::failed(format!("Replacement index {index} out of range for positional args tuple")),
            None => Error::failed(format!("'{name}'")),
        })
    }
}

/// Where the field ends that starts here: at the `}` that no `{` within it belongs to.
fn field_end(field: &str) -> Result<usize, Error> {
    let mut open = 0;
    for (index, byte) in field.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' if open == 0 => return Ok(index),
            b'}' => open -= 1,
            _ => {}
        }
    }
    Err(Error::failed("expected '}' before end of string"))
}

/// Where a field's name ends: at `!` or `:` outside of brackets.
fn name_end(field: &str) -> usize {
    let mut in_brackets = false;
    for (index, byte) in field.bytes().enumerate() {
        match byte {
            b'[' => in_brackets = true,
            b']' => in_brackets = false,
            b'!' | b':' if !in_brackets => return index,
            _ => {}
        }
    }
    field.len()
}
