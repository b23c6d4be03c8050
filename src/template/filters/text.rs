//! Strings.

use std::sync::Arc;

use super::{integer, truth};
use crate::template::arguments::missing;
use crate::template::error::Error;
use crate::template::machine::Machine;
use crate::template::methods::replaced;
use crate::template::object::{Object, ObjectKind};
use crate::template::text_functions::{self as functions, Ends};
use crate::template::value::Value;
use crate::template::{Arguments, dict, format as formats};

/// Text that counts as safe for HTML, as `escape` and `tojson` give it. Joined with other text it escapes that, which
/// nobody needs who writes SQL: all it can do here is to be written.
#[derive(Debug)]
pub(super) struct Markup(String);

impl Markup {
    pub(super) fn value(text: String) -> Value {
        Value::object(Self(text))
    }
}

impl Object for Markup {
    fn text(&self) -> Result<String, Error> {
        Ok(self.0.clone())
    }

    fn is_true(&self) -> Result<bool, Error> {
        Ok(!self.0.is_empty())
    }

    fn kind(&self) -> ObjectKind {
        ObjectKind::Text
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        match other {
            Value::Str(text) => Some(**text == *self.0),
            Value::Object(_) | Value::Unknown(_) => None,
            _ => Some(false),
        }
    }

    fn attribute(&self, _: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        Err(Error::unknown("a method of Markup"))
    }

    fn item(&self, _: &Value, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        Err(Error::unknown("a part of Markup"))
    }

    fn iterate(&self) -> Result<Option<Vec<Value>>, Error> {
        Err(Error::unknown("the parts of Markup"))
    }

    fn type_name(&self) -> &str {
        "Markup"
    }
}

/// The text of a value that a filter for strings is applied to.
fn soft_text(machine: &mut Machine<'_>, value: &Value) -> Result<Arc<str>, Error> {
    match value.known()? {
        Value::Object(object) if object.type_name() == "Markup" => Err(Error::unknown("a filter for Markup")),
        value => machine.text_of(value),
    }
}

pub(super) fn string(machine: &mut Machine<'_>, value: Value, _: Arguments) -> Result<Value, Error> {
    soft_text(machine, &value).map(Value::Str)
}

pub(super) fn upper(machine: &mut Machine<'_>, value: Value, _: Arguments) -> Result<Value, Error> {
    let text = soft_text(machine, &value)?;
    machine.new_text(text.to_uppercase())
}

pub(super) fn lower(machine: &mut Machine<'_>, value: Value, _: Arguments) -> Result<Value, Error> {
    let text = soft_text(machine, &value)?;
    machine.new_text(text.to_lowercase())
}

pub(super) fn capitalize(machine: &mut Machine<'_>, value: Value, _: Arguments) -> Result<Value, Error> {
    let text = soft_text(machine, &value)?;
    machine.new_text(functions::capitalize(&text)?)
}

/// The first letter of each word in upper case; words end at blanks, hyphens and opening brackets.
pub(super) fn title(machine: &mut Machine<'_>, value: Value, _: Arguments) -> Result<Value, Error> {
    let text = soft_text(machine, &value)?;
    let mut result = String::with_capacity(text.len());
    let mut in_word = false;
    for character in text.chars() {
        let separator = matches!(character, '-' | '(' | '{' | '[' | '<') || crate::template::lexer::is_blank(character);
        match (in_word, separator) {
            (_, true) => result.push(character),
            (false, false) => result.extend(character.to_uppercase()),
            (true, false) if character == 'Σ' => return Err(Error::unknown("the lower case of a sigma")),
            (true, false) => result.extend(character.to_lowercase()),
        }
        in_word = !separator;
    }
    machine.new_text(result)
}

pub(super) fn trim(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let text = soft_text(machine, &value)?;
    let [characters] = arguments.bind("trim", ["chars"])?;
    let characters = match characters {
        None | Some(Value::None) => None,
        Some(characters) => match characters.known()? {
            Value::Str(characters) => Some(Arc::clone(characters)),
            other => {
                let name = other.type_name();
                return Err(Error::failed(format!("strip arg must be None or str, not {name}")));
            }
        },
    };
    Ok(Value::text(functions::strip(&text, characters.as_deref(), Ends::Both)))
}

pub(super) fn replace(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [old, new, count] = arguments.bind("replace", ["old", "new", "count"])?;
    let old = old.ok_or_else(|| missing("replace", "old"))?;
    let new = new.ok_or_else(|| missing("replace", "new"))?;
    let (text, old, new) = (machine.text_of(&value)?, machine.text_of(&old)?, machine.text_of(&new)?);
    let count = match count {
        None | Some(Value::None) => None,
        count => usize::try_from(integer(count, -1)?).ok(),
    };
    replaced(machine, &text, &old, &new, count)
}

pub(super) fn center(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let text = soft_text(machine, &value)?;
    let [width] = arguments.bind("center", ["width"])?;
    let width = usize::try_from(integer(width, 80)?).unwrap_or_default();
    machine.limit_bytes(width)?;
    machine.new_text(functions::center(&text, width, ' '))
}

pub(super) fn format(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let text = soft_text(machine, &value)?;
    let values = match (arguments.positional.is_empty(), arguments.keyword.is_empty()) {
        (false, false) => {
            let message = "can't handle positional and keyword arguments at the same time";
            return Err(Error::failed(message));
        }
        (true, false) => {
            let items = arguments.keyword.into_iter().map(|(name, value)| (dict::Key::text(&name), value));
            Value::dict(items.collect())
        }
        _ => Value::tuple(arguments.positional),
    };
    formats::percent(machine, &text, &values)
}

pub(super) fn indent(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [width, first, blank] = arguments.bind("indent", ["width", "first", "blank"])?;
    let indentation = match &width {
        Some(Value::Str(text)) => text.to_string(),
        _ => {
            let width = usize::try_from(integer(width, 4)?).unwrap_or_default();
            machine.limit_bytes(width)?;
            " ".repeat(width)
        }
    };
    let (first, blank) = (truth(first)?, truth(blank)?);
    let text = match value.known()? {
        Value::Str(text) => Arc::clone(text),
        Value::Object(_) => return Err(Error::unknown("indent of an object")),
        Value::Undefined(undefined) => return Err(Error::failed(undefined.message.clone())),
        other => {
            let name = other.type_name();
            return Err(Error::failed(format!("unsupported operand type(s) for +=: '{name}' and 'str'")));
        }
    };
    let text = format!("{text}\n");
    let lines = functions::split_lines(&text, false);
    machine.limit_bytes(text.len().saturating_add(indentation.len().saturating_mul(lines.len())))?;
    let mut result = String::new();
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            result.push('\n');
        }
        let indented = if index == 0 { first } else { blank || !line.is_empty() };
        if indented {
            result.push_str(&indentation);
        }
        result.push_str(line);
    }
    machine.new_text(result)
}

pub(super) fn truncate(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [length, kill_words, end, leeway] = arguments.bind("truncate", ["length", "killwords", "end", "leeway"])?;
    let (length, kill_words) = (integer(length, 255)?, truth(kill_words)?);
    let end = end.unwrap_or_else(|| Value::text("..."));
    let leeway = integer(leeway.filter(|leeway| !matches!(leeway, Value::None)), 5)?;
    let (Value::Str(text), Value::Str(end)) = (value.known()?, end.known()?) else {
        return Err(Error::unknown("truncate of what is no string"));
    };
    let end_length = end.chars().count() as i64;
    if length < end_length || leeway < 0 {
        return Err(Error::failed(format!("expected length >= {end_length}, got {length}")));
    }
    if text.chars().count() as i64 <= length.saturating_add(leeway) {
        return Ok(Value::Str(Arc::clone(text)));
    }
    let cut: String = text.chars().take((length - end_length) as usize).collect();
    let cut = match cut.rsplit_once(' ') {
        Some((words, _)) if !kill_words => words,
        _ => &cut,
    };
    machine.new_text(format!("{cut}{end}"))
}

pub(super) fn word_count(machine: &mut Machine<'_>, value: Value, _: Arguments) -> Result<Value, Error> {
    let text = soft_text(machine, &value)?;
    let is_word = |character: char| character == '_' || character.is_alphanumeric();
    Ok(Value::from(text.split(|character| !is_word(character)).filter(|word| !word.is_empty()).count()))
}

pub(super) fn escape(machine: &mut Machine<'_>, value: Value, _: Arguments) -> Result<Value, Error> {
    let text = soft_text(machine, &value)?;
    let text = text.replace('&', "&amp;").replace('>', "&gt;").replace('<', "&lt;");
    let text = text.replace('\'', "&#39;").replace('"', "&#34;");
    machine.limit_bytes(text.len())?;
    Ok(Markup::value(text))
}

pub(super) fn safe(machine: &mut Machine<'_>, value: Value, _: Arguments) -> Result<Value, Error> {
    let text = machine.text_of(value.known()?)?;
    Ok(Markup::value(text.to_string()))
}

pub(super) fn url_encode(machine: &mut Machine<'_>, value: Value, _: Arguments) -> Result<Value, Error> {
    match value.known()? {
        Value::Str(text) => machine.new_text(url_quote(text, b"/")),
        Value::Dict(dict) => {
            let mut pairs = Vec::new();
            for (key, value) in dict.get()?.iter() {
                let (key, value) = (machine.text_of(&key.to_value())?, machine.text_of(value)?);
                pairs.push(format!("{}={}", url_quote(&key, b" "), url_quote(&value, b" ")).replace(' ', "+"));
            }
            machine.new_text(pairs.join("&"))
        }
        value if value.as_float().is_some() => {
            let text = machine.text_of(value)?;
            machine.new_text(url_quote(&text, b"/"))
        }
        _ => Err(Error::unknown("urlencode of a sequence")),
    }
}

fn url_quote(text: &str, safe: &[u8]) -> String {
    let mut quoted = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) || safe.contains(&byte) {
            quoted.push(char::from(byte));
        } else {
            quoted.push_str(&format!("%{byte:02X}"));
        }
    }
    quoted
}
