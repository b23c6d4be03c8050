//! The functions: what they take, what they give, and what they do.

use std::borrow::Cow;

use super::limits::SIZE;
use super::types::Type;
use super::value::Value;

/// One function or method.
pub(super) struct Function {
    pub name: &'static str,
    pub target: Option<Takes>,
    pub arguments: &'static [Takes],
    pub gives: Type,
}

/// What an argument can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Text,
    Texts,
    /// Something with a size: a string, a list, a map.
    Sized,
    /// What can be turned into a text or a number.
    Plain,
}

const TEXTS: Type = Type::List(&Type::Text);

const fn method(name: &'static str, target: Takes, arguments: &'static [Takes], gives: Type) -> Function {
    Function { name, target: Some(target), arguments, gives }
}

const fn function(name: &'static str, argument: &'static [Takes], gives: Type) -> Function {
    Function { name, target: None, arguments: argument, gives }
}

/// Every function. Several may have one name.
pub(super) const ALL: [Function; 17] = [
    function("size", &[Takes::Sized], Type::Int),
    function("string", &[Takes::Plain], Type::Text),
    function("int", &[Takes::Plain], Type::Int),
    function("double", &[Takes::Plain], Type::Double),
    method("size", Takes::Sized, &[], Type::Int),
    method("contains", Takes::Text, &[Takes::Text], Type::Bool),
    method("startsWith", Takes::Text, &[Takes::Text], Type::Bool),
    method("endsWith", Takes::Text, &[Takes::Text], Type::Bool),
    method("matches", Takes::Text, &[Takes::Text], Type::Bool),
    method("lowerAscii", Takes::Text, &[], Type::Text),
    method("upperAscii", Takes::Text, &[], Type::Text),
    method("trim", Takes::Text, &[], Type::Text),
    method("replace", Takes::Text, &[Takes::Text, Takes::Text], Type::Text),
    method("split", Takes::Text, &[Takes::Text], TEXTS),
    method("join", Takes::Texts, &[], Type::Text),
    method("join", Takes::Texts, &[Takes::Text], Type::Text),
    method("indexOf", Takes::Text, &[Takes::Text], Type::Int),
];

impl Takes {
    pub fn accepts(self, given: Type) -> bool {
        match self {
            Self::Text => matches!(given, Type::Text | Type::Word(_) | Type::Any),
            Self::Texts => matches!(given, Type::List(Type::Text | Type::Word(_) | Type::Any) | Type::Any),
            Self::Sized => matches!(given, Type::Text | Type::Word(_) | Type::List(_) | Type::Any),
            Self::Plain => !matches!(given, Type::List(_) | Type::Record(_) | Type::Null),
        }
    }

    /// What stands for such a value in the documentation.
    fn example(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Texts => "texts",
            Self::Sized => "text or list",
            Self::Plain => "value",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Texts => "a list of strings",
            Self::Sized => "a string or a list",
            Self::Plain => "a string, a number or a bool",
        }
    }
}

/// Every function as it is called, with the type of what it gives, for the documentation.
pub fn signatures() -> impl Iterator<Item = (String, Type)> {
    ALL.iter().map(|function| {
        let arguments: Vec<&str> = function.arguments.iter().map(|takes| takes.example()).collect();
        let target = function.target.map(|takes| format!("{}.", takes.example())).unwrap_or_default();
        (format!("{target}{}({})", function.name, arguments.join(", ")), function.gives)
    })
}

/// What a function gives; the error is the reason in words.
pub(super) fn call<'p>(name: &str, values: &[Value<'p>]) -> Result<Value<'p>, String> {
    if values.iter().any(|value| matches!(value, Value::Unknown)) {
        return Ok(Value::Unknown);
    }
    match (name, values) {
        ("size", [value]) => size(value),
        ("string", [value]) => string(value),
        ("int", [value]) => int(value),
        ("double", [value]) => double(value),
        ("join", [Value::List(items)]) => join(items, ""),
        ("join", [Value::List(items), Value::Text(between)]) => join(items, between),
        (_, [Value::Text(text), rest @ ..]) => {
            let arguments: Option<Vec<&str>> = rest.iter().map(as_text).collect();
            let arguments = arguments.ok_or_else(|| refused(name, rest))?;
            of_text(name, text, &arguments).ok_or_else(|| refused(name, values))?
        }
        _ => Err(refused(name, values)),
    }
}

fn as_text<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    if let Value::Text(text) = value { Some(text) } else { None }
}

fn of_text<'p>(name: &str, text: &Cow<'p, str>, arguments: &[&str]) -> Option<Result<Value<'p>, String>> {
    Some(Ok(match (name, arguments) {
        ("contains", [part]) => Value::Bool(text.contains(part)),
        ("startsWith", [part]) => Value::Bool(text.starts_with(part)),
        ("endsWith", [part]) => Value::Bool(text.ends_with(part)),
        ("lowerAscii", []) => Value::text(text.to_ascii_lowercase()),
        ("upperAscii", []) => Value::text(text.to_ascii_uppercase()),
        ("trim", []) => Value::text(text.trim().to_owned()),
        ("indexOf", [part]) => Value::Int(text.find(part).map_or(-1, |at| text[..at].chars().count() as i64)),
        ("replace", [old, new]) => {
            let count = text.matches(old).count();
            if text.len().saturating_add(count.saturating_mul(new.len())) > SIZE {
                return Some(Err(too_large()));
            }
            Value::text(text.replace(old, new))
        }
        ("split", [separator]) => {
            let parts: Vec<&str> = match *separator {
                // As CEL has it: one character after the other, without empty ends.
                "" => text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]).collect(),
                separator => text.split(separator).collect(),
            };
            if parts.len() > SIZE {
                return Some(Err(too_large()));
            }
            Value::texts(parts.into_iter().map(str::to_owned))
        }
        _ => return None,
    }))
}

fn size<'p>(value: &Value<'p>) -> Result<Value<'p>, String> {
    let size = match value {
        Value::Text(text) => text.chars().count(),
        Value::List(items) => items.len(),
        Value::Map(map) => map.values().filter(|value| !value.is_null()).count(),
        other => return Err(refused("size", std::slice::from_ref(other))),
    };
    Ok(Value::Int(size as i64))
}

fn string<'p>(value: &Value<'p>) -> Result<Value<'p>, String> {
    match value {
        Value::Text(_) => Ok(value.clone()),
        Value::Bool(_) | Value::Int(_) | Value::Double(_) => Ok(Value::text(value.to_string())),
        other => Err(refused("string", std::slice::from_ref(other))),
    }
}

fn int<'p>(value: &Value<'p>) -> Result<Value<'p>, String> {
    let number = match value {
        Value::Int(number) => Some(*number),
        // A cast of what does not fit gives the nearest number that does, which is another one.
        Value::Double(number) if number.abs() < 9.2e18 => Some(*number as i64),
        Value::Double(_) => None,
        Value::Text(text) => text.parse().ok(),
        other => return Err(refused("int", std::slice::from_ref(other))),
    };
    number.map(Value::Int).ok_or_else(|| format!("{value:?} is no whole number"))
}

fn double<'p>(value: &Value<'p>) -> Result<Value<'p>, String> {
    let number = match value {
        Value::Int(number) => Some(*number as f64),
        Value::Double(number) => Some(*number),
        Value::Text(text) => text.parse().ok(),
        other => return Err(refused("double", std::slice::from_ref(other))),
    };
    number.map(Value::Double).ok_or_else(|| format!("{value:?} is no number"))
}

fn join<'p>(items: &[Value<'p>], between: &str) -> Result<Value<'p>, String> {
    if items.iter().any(|item| matches!(item, Value::Unknown)) {
        return Ok(Value::Unknown);
    }
    let texts: Option<Vec<&str>> = items.iter().map(as_text).collect();
    let texts = texts.ok_or_else(|| "`join` takes a list of strings, and this one has other items".to_owned())?;
    let length: usize = texts.iter().map(|text| text.len() + between.len()).sum();
    if length > SIZE { Err(too_large()) } else { Ok(Value::text(texts.join(between))) }
}

fn refused(name: &str, values: &[Value<'_>]) -> String {
    let kinds: Vec<&str> = values.iter().map(Value::kind).collect();
    format!("`{name}` cannot be asked of {}", kinds.join(" and "))
}

pub(super) fn too_large() -> String {
    format!("this makes a value of more than {SIZE} bytes or items")
}
