//! What an expression can have as its value.

use std::borrow::Cow;
use std::cmp::Ordering::{self, Equal, Greater, Less};
use std::fmt;
use std::rc::Rc;

use serde_json::{Map, Number, Value as Json};

/// A value, which may borrow from the project.
#[derive(Clone)]
pub enum Value<'p> {
    /// Nothing; also what is absent.
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(Cow<'p, str>),
    List(Rc<[Value<'p>]>),
    /// A map of no fixed shape.
    Map(&'p Map<String, Json>),
    Record(Rc<dyn Record<'p> + 'p>),
    /// Something is there, but what it is depends on what is not at hand.
    Unknown,
}

/// Something with named fields, each read when it is asked for.
pub trait Record<'p> {
    /// The value of a field that the record's [`Shape`](super::Shape) has.
    fn field(&self, name: &str) -> Value<'p>;
}

impl<'p> Value<'p> {
    /// A text.
    pub fn text(text: impl Into<Cow<'p, str>>) -> Self {
        Self::Text(text.into())
    }

    /// A list.
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().collect())
    }

    /// A list of texts.
    pub fn texts<T: Into<Cow<'p, str>>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::list(items.into_iter().map(Self::text))
    }

    /// A value of `meta`.
    pub fn json(json: &'p Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => Self::number(number),
            Json::String(text) => Self::text(text.as_str()),
            Json::Array(items) => Self::list(items.iter().map(Self::json)),
            Json::Object(map) => Self::Map(map),
        }
    }

    fn number(number: &Number) -> Self {
        match (number.as_i64(), number.as_f64()) {
            (Some(int), _) => Self::Int(int),
            (None, Some(double)) => Self::Double(double),
            (None, None) => Self::Null,
        }
    }

    /// What kind of value this is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a bool",
            Self::Int(_) => "an int",
            Self::Double(_) => "a double",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Record(_) => "a record",
            Self::Unknown => "not known",
        }
    }

    /// Equality as CEL has it: values of different kinds are not equal, but 1 is 1.0. `None` where something in it is
    /// not known.
    pub(super) fn equals(&self, other: &Self) -> Option<bool> {
        Some(match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => return None,
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Double(a), Self::Double(b)) => a == b,
            (Self::Int(a), Self::Double(b)) | (Self::Double(b), Self::Int(a)) => compare(*a, *b) == Some(Equal),
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            (Self::List(a), Self::List(b)) => {
                if a.len() != b.len() {
                    return Some(false);
                }
                let answers: Vec<Option<bool>> = a.iter().zip(b.iter()).map(|(a, b)| a.equals(b)).collect();
                let is_unknown = answers.contains(&None) && !answers.contains(&Some(false));
                return (!is_unknown).then(|| answers.iter().all(|answer| *answer == Some(true)));
            }
            _ => false,
        })
    }

    /// Which of two comes first; `None` where they have no order, or one is no number.
    pub(super) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Double(a), Self::Double(b)) => a.partial_cmp(b),
            (Self::Int(a), Self::Double(b)) => compare(*a, *b),
            (Self::Double(a), Self::Int(b)) => compare(*b, *a).map(Ordering::reverse),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

/// A whole number and another one, exactly: 2^53 + 1 is not 2^53.
fn compare(int: i64, double: f64) -> Option<Ordering> {
    /// 2^63, the first number that no `i64` reaches.
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if double.is_nan() {
        return None;
    }
    if double >= BEYOND {
        return Some(Less);
    }
    if double < -BEYOND {
        return Some(Greater);
    }
    let whole = double.trunc();
    let fraction = double - whole;
    Some(int.cmp(&(whole as i64)).then(if fraction > 0.0 {
        Less
    } else if fraction < 0.0 {
        Greater
    } else {
        Equal
    }))
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::List(items) => f.debug_list().entries(items.iter()).finish(),
            Self::Map(map) => write!(f, "{}", Json::Object((*map).clone())),
            Self::Record(_) => f.write_str("(record)"),
            Self::Unknown => f.write_str("(not known)"),
            other => fmt::Display::fmt(other, f),
        }
    }
}

/// As people want to read it in a message.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Double(value) => write!(f, "{value}"),
            Self::Text(text) => f.write_str(text),
            Self::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{item}")?;
                }
                Ok(())
            }
            Self::Map(map) => write!(f, "{}", Json::Object((*map).clone())),
            Self::Record(_) => f.write_str("(a record)"),
            Self::Unknown => f.write_str("(not known)"),
        }
    }
}
