//! The texts of values: Python's `str` and `repr`.

use std::fmt::Write as _;
use std::rc::Rc;

use super::error::Error;
use super::limits::LimitKind;
use super::value::{Range, Value};
use crate::text::python_repr::{float, quote};

/// A text that is being written, with its bounds.
struct Writer {
    text: String,
    max: usize,
    depth: u32,
}

const MAX_DEPTH: u32 = 50;

/// What `str(value)` gives.
pub(super) fn text(value: &Value, max: usize) -> Result<String, Error> {
    match value {
        Value::Str(text) => Ok(text.to_string()),
        Value::Undefined(_) => Ok(String::new()),
        Value::Object(object) => object.text(),
        _ => repr(value, max),
    }
}

/// What `repr(value)` gives.
pub(super) fn repr(value: &Value, max: usize) -> Result<String, Error> {
    let mut writer = Writer { text: String::new(), max, depth: 0 };
    writer.value(value)?;
    Ok(writer.text)
}

impl Writer {
    fn value(&mut self, value: &Value) -> Result<(), Error> {
        if self.depth > MAX_DEPTH {
            return Err(Error::limit(LimitKind::Depth));
        }
        if self.text.len() > self.max {
            return Err(Error::limit(LimitKind::Bytes));
        }
        self.depth += 1;
        self.known_value(value.known()?)?;
        self.depth -= 1;
        Ok(())
    }

    fn known_value(&mut self, value: &Value) -> Result<(), Error> {
        match value {
            Value::Undefined(_) => self.text.push_str("Undefined"),
            Value::None => self.text.push_str("None"),
            Value::Bool(value) => self.text.push_str(if *value { "True" } else { "False" }),
            Value::Int(number) => self.display(number),
            Value::Float(number) => self.text.push_str(&float(*number)),
            Value::Str(text) => quote(text, &mut self.text),
            Value::List(list) => self.items("[", &list.get()?, "]")?,
            Value::Tuple(items) => self.items("(", items, if items.len() == 1 { ",)" } else { ")" })?,
            Value::Dict(dict) => self.dict(&*dict.get()?)?,
            Value::Set(set) => self.set(&*set.get()?)?,
            Value::Range(range) => self.range(*range),
            Value::Object(object) => self.text.push_str(&object.repr()?),
            Value::Namespace(_) => return Err(Error::unknown("the text of a namespace")),
            Value::Macro(closure) => {
                self.text.push_str("<Macro ");
                quote(&closure.definition().assigned, &mut self.text);
                self.text.push('>');
            }
            Value::Unknown(reason) => return Err(Error::Unknown(Rc::clone(reason))),
        }
        Ok(())
    }

    fn display(&mut self, value: impl std::fmt::Display) {
        // Writing to a string does not fail.
        let _ = write!(self.text, "{value}");
    }

    fn items(&mut self, open: &str, items: &[Value], close: &str) -> Result<(), Error> {
        self.text.push_str(open);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text.push_str(", ");
            }
            self.value(item)?;
        }
        self.text.push_str(close);
        Ok(())
    }

    fn dict(&mut self, dict: &super::Dict) -> Result<(), Error> {
        self.text.push('{');
        for (index, (key, value)) in dict.iter().enumerate() {
            if index > 0 {
                self.text.push_str(", ");
            }
            self.value(&key.to_value())?;
            self.text.push_str(": ");
            self.value(value)?;
        }
        self.text.push('}');
        Ok(())
    }

    fn set(&mut self, set: &super::KeySet) -> Result<(), Error> {
        match (set.len(), set.first()) {
            (1, Some(key)) => self.items("{", &[key.to_value()], "}"),
            (0, _) => {
                self.text.push_str("set()");
                Ok(())
            }
            _ => Err(Error::unknown("the order of a set is not known")),
        }
    }

    fn range(&mut self, range: Range) {
        let Range { start, stop, step } = range;
        if step == 1 {
            self.display(format_args!("range({start}, {stop})"));
        } else {
            self.display(format_args!("range({start}, {stop}, {step})"));
        }
    }
}
