//! The texts of values: Python's `str` and `repr`.

use std::fmt::Write as _;
use std::rc::Rc;

use super::error::Error;
use super::limits::LimitKind;
use super::value::{Range, Value};

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

/// A float as Python writes it: the shortest digits that are read back as the same number.
pub(super) fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf".to_owned() } else { "-inf".to_owned() };
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').expect("the format has an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is a number");
    if number != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let plain = format!("{number}");
    if plain.contains('.') { plain } else { plain + ".0" }
}

/// Appends a string in quotes, as Python's `repr` does.
fn quote(text: &str, into: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    into.push(quote);
    for character in text.chars() {
        match character {
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            '\\' => into.push_str("\\\\"),
            _ if character == quote => {
                into.push('\\');
                into.push(character);
            }
            _ if is_printable(character) => into.push(character),
            _ => {
                into.push('\\');
                push_code(character, into);
            }
        }
    }
    into.push(quote);
}

/// Appends what stands behind the backslash of a character's escape: `x41`, `u00e9` or `U0001f600`.
pub(super) fn push_code(character: char, into: &mut String) {
    let code = u32::from(character);
    let (letter, digits) = match code {
        0..=0xff => ('x', 2),
        0x100..=0xffff => ('u', 4),
        _ => ('U', 8),
    };
    into.push(letter);
    // Writing to a string does not fail.
    let _ = write!(into, "{code:0digits$x}");
}

/// What Python's `str.isprintable` means, as far as characters go that occur in projects: Rust's own escapes follow the
/// same idea.
fn is_printable(character: char) -> bool {
    match character {
        ' '..='~' => true,
        _ if character.is_whitespace() => false,
        _ => {
            let mut escaped = character.escape_debug();
            escaped.next() == Some(character) || is_mark(character)
        }
    }
}

/// Combining marks, which Rust escapes where they could stand alone and Python does not.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}')
}
