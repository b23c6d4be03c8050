//! `tojson`.

use std::fmt::Write as _;

use super::integer;
use super::text::Markup;
use crate::template::Arguments;
use crate::template::dict::Dict;
use crate::template::error::Error;
use crate::template::limits::LimitKind;
use crate::template::machine::Machine;
use crate::template::value::Value;
use crate::text::python_repr::float;

const MAX_DEPTH: u32 = 50;

/// Keys are sorted, and `<`, `>`, `&` and `'` are escaped.
pub(super) fn to_json(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [indent] = arguments.bind("tojson", ["indent"])?;
    let indent = match indent {
        None | Some(Value::None) => None,
        indent => Some(usize::try_from(integer(indent, 0)?).unwrap_or_default().min(100)),
    };
    let mut writer = Writer { text: String::new(), indent, depth: 0, max: machine.limits.bytes };
    writer.value(&value)?;
    let text = writer.text.replace('<', "\\u003c").replace('>', "\\u003e");
    let text = text.replace('&', "\\u0026").replace('\'', "\\u0027");
    machine.limit_bytes(text.len())?;
    Ok(Markup::value(text))
}

struct Writer {
    text: String,
    indent: Option<usize>,
    depth: u32,
    max: usize,
}

impl Writer {
    fn value(&mut self, value: &Value) -> Result<(), Error> {
        if self.text.len() > self.max {
            return Err(Error::limit(LimitKind::Bytes));
        }
        if self.depth > MAX_DEPTH {
            return Err(Error::limit(LimitKind::Depth));
        }
        match value.known()? {
            Value::None => self.text.push_str("null"),
            Value::Bool(value) => self.text.push_str(if *value { "true" } else { "false" }),
            Value::Int(number) => self.text.push_str(&number.to_string()),
            Value::Float(number) if number.is_finite() => self.text.push_str(&float(*number)),
            Value::Float(_) => return Err(Error::unknown("a float that JSON does not have")),
            Value::Str(text) => quote(text, &mut self.text),
            Value::List(list) => self.items(&list.get()?)?,
            Value::Tuple(items) => self.items(items)?,
            Value::Dict(dict) => self.dict(&*dict.get()?)?,
            Value::Object(_) => return Err(Error::unknown("the JSON of an object")),
            other => {
                let name = other.type_name();
                return Err(Error::failed(format!("Object of type {name} is not JSON serializable")));
            }
        }
        Ok(())
    }

    fn items(&mut self, items: &[Value]) -> Result<(), Error> {
        self.text.push('[');
        self.depth += 1;
        for (index, item) in items.iter().enumerate() {
            self.separate(index);
            self.value(item)?;
        }
        self.close(items.len(), ']');
        Ok(())
    }

    fn dict(&mut self, dict: &Dict) -> Result<(), Error> {
        let mut entries = Vec::new();
        for (key, value) in dict.iter() {
            let key = key.as_str().ok_or_else(|| Error::unknown("the JSON of a key that is no string"))?;
            entries.push((key, value));
        }
        entries.sort_by_key(|(key, _)| *key);
        self.text.push('{');
        self.depth += 1;
        for (index, (key, value)) in entries.into_iter().enumerate() {
            self.separate(index);
            quote(key, &mut self.text);
            self.text.push_str(": ");
            self.value(value)?;
        }
        self.close(dict.len(), '}');
        Ok(())
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.text.push_str(if self.indent.is_some() { "," } else { ", " });
        }
        self.new_line();
    }

    fn close(&mut self, items: usize, bracket: char) {
        self.depth -= 1;
        if items > 0 {
            self.new_line();
        }
        self.text.push(bracket);
    }

    fn new_line(&mut self) {
        if let Some(indent) = self.indent {
            self.text.push('\n');
            self.text.push_str(&" ".repeat(indent * self.depth as usize));
        }
    }
}

/// A string as `json.dumps` writes it: ASCII only.
fn quote(text: &str, into: &mut String) {
    into.push('"');
    for character in text.chars() {
        match character {
            '"' => into.push_str("\\\""),
            '\\' => into.push_str("\\\\"),
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            '\x08' => into.push_str("\\b"),
            '\x0c' => into.push_str("\\f"),
            ' '..='~' => into.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    // Writing to a string does not fail.
                    let _ = write!(into, "\\u{unit:04x}");
                }
            }
        }
    }
    into.push('"');
}
