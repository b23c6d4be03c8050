//! Dicts, sets and their keys.

use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::error::Error;
use super::limits::LimitKind;
use super::value::{Contents, Value, references};

/// A dict's content.
#[derive(Debug, Default, Clone)]
pub struct Dict(IndexMap<Key, Value>);

/// A set's content.
pub type KeySet = IndexSet<Key>;

/// A value that can be a key. As in Python, `1`, `1.0` and `True` are the same one.
#[derive(Debug, Clone)]
pub struct Key(KeyKind);

#[derive(Debug, Clone)]
enum KeyKind {
    Str(Arc<str>),
    /// A number, its hash and what it compares with; the value is what was put in first.
    Number(Value, Number),
    Tuple(Rc<[Key]>, Rc<[Value]>),
    /// `None`, and undefined values, which all are equal.
    Single(Value),
    /// An object, the same only as itself.
    Object(Value, usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Number {
    Int(i64),
    /// The bits of a float that is no integer of 64 bits.
    Float(u64),
}

impl Key {
    /// The key that a value is.
    ///
    /// # Errors
    /// For what Python cannot hash, and for what is unknown.
    pub fn new(value: &Value) -> Result<Self, Error> {
        Self::within(value, &mut 10_000)
    }

    /// Tuples of tuples that are shared can stand for far more items than memory holds: `budget` bounds their number.
    fn within(value: &Value, budget: &mut u32) -> Result<Self, Error> {
        *budget = budget.checked_sub(1).ok_or_else(|| Error::limit(LimitKind::Items))?;
        Ok(Self(match value {
            Value::Str(text) => KeyKind::Str(Arc::clone(text)),
            Value::Bool(_) | Value::Int(_) => {
                let number = value.as_int().expect("both are integers to Python");
                KeyKind::Number(value.clone(), Number::Int(number))
            }
            Value::Float(number) => KeyKind::Number(value.clone(), float_key(*number)),
            Value::Tuple(items) => {
                let keys = items.iter().map(|item| Self::within(item, budget)).collect::<Result<Rc<[_]>, _>>()?;
                KeyKind::Tuple(keys, Rc::clone(items))
            }
            Value::None | Value::Undefined(_) => KeyKind::Single(value.clone()),
            Value::Unknown(reason) => return Err(Error::Unknown(Rc::clone(reason))),
            Value::Macro(closure) => KeyKind::Object(value.clone(), Rc::as_ptr(closure).addr()),
            Value::Namespace(namespace) => KeyKind::Object(value.clone(), Rc::as_ptr(namespace).addr()),
            Value::Object(_) | Value::Range(_) => {
                return Err(Error::unknown("an object is used as a key"));
            }
            Value::List(_) | Value::Dict(_) | Value::Set(_) => {
                return Err(Error::failed(format!("unhashable type: '{}'", value.type_name())));
            }
        }))
    }

    /// The key of a string.
    pub fn text(text: &str) -> Self {
        Self(KeyKind::Str(text.into()))
    }

    /// The value that this is the key of.
    pub fn to_value(&self) -> Value {
        match &self.0 {
            KeyKind::Str(text) => Value::Str(Arc::clone(text)),
            KeyKind::Number(value, _) | KeyKind::Single(value) | KeyKind::Object(value, _) => value.clone(),
            KeyKind::Tuple(_, items) => Value::Tuple(Rc::clone(items)),
        }
    }

    /// The text, when the key is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            KeyKind::Str(text) => Some(text),
            _ => None,
        }
    }
}

fn float_key(number: f64) -> Number {
    // The cast saturates: only a number that comes back unchanged is an integer.
    let integer = number as i64;
    let exact = integer as f64 == number && number < 9_223_372_036_854_775_808.0;
    if exact { Number::Int(integer) } else { Number::Float(number.to_bits()) }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (KeyKind::Str(left), KeyKind::Str(right)) => left == right,
            (KeyKind::Number(_, left), KeyKind::Number(_, right)) => left == right,
            (KeyKind::Tuple(left, _), KeyKind::Tuple(right, _)) => left == right,
            (KeyKind::Single(left), KeyKind::Single(right)) => left.is_undefined() == right.is_undefined(),
            (KeyKind::Object(_, left), KeyKind::Object(_, right)) => left == right,
            _ => false,
        }
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            KeyKind::Str(text) => text.hash(state),
            KeyKind::Number(_, number) => number.hash(state),
            KeyKind::Tuple(keys, _) => keys.hash(state),
            KeyKind::Single(value) => value.is_undefined().hash(state),
            KeyKind::Object(_, address) => address.hash(state),
        }
    }
}

impl Dict {
    /// An empty dict.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a key.
    pub fn get(&self, key: &Key) -> Option<&Value> {
        self.0.get(key)
    }

    /// The value of a key that is a string.
    pub fn get_text(&self, key: &str) -> Option<&Value> {
        self.0.get(&Key::text(key))
    }

    /// Whether the key is there.
    pub fn contains(&self, key: &Key) -> bool {
        self.0.contains_key(key)
    }

    /// Sets a key's value; a new key goes to the end.
    pub fn insert(&mut self, key: Key, value: Value) -> Option<Value> {
        self.0.insert(key, value)
    }

    /// Sets the value of a key that is a string.
    pub fn insert_text(&mut self, key: &str, value: Value) {
        self.0.insert(Key::text(key), value);
    }

    /// Takes a key out; the others keep their order.
    pub fn remove(&mut self, key: &Key) -> Option<Value> {
        self.0.shift_remove(key)
    }

    /// Takes the last key out.
    pub(super) fn pop(&mut self) -> Option<(Key, Value)> {
        self.0.pop()
    }

    /// Takes all keys out.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.0.keys()
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.values()
    }

    /// Keys and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Value)> {
        self.0.iter()
    }
}

impl FromIterator<(Key, Value)> for Dict {
    fn from_iter<I: IntoIterator<Item = (Key, Value)>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl Contents for Dict {
    fn take_values(&mut self, into: &mut Vec<Value>) {
        into.extend(self.0.drain(..).flat_map(|(key, value)| [key.into_value(), Some(value)]).flatten());
    }

    fn count(&self) -> usize {
        self.0.len()
    }

    fn holds_collections(&self) -> bool {
        self.0.iter().any(|(key, value)| key.is_collection() || value.is_collection())
    }

    fn references(&self) -> Vec<Value> {
        let keys = self.0.keys().filter(|key| key.is_collection()).map(Key::to_value);
        keys.chain(references(self.0.values())).collect()
    }
}

impl Contents for KeySet {
    fn take_values(&mut self, into: &mut Vec<Value>) {
        into.extend(self.drain(..).filter_map(Key::into_value));
    }

    fn count(&self) -> usize {
        self.len()
    }

    fn holds_collections(&self) -> bool {
        self.iter().any(Key::is_collection)
    }

    fn references(&self) -> Vec<Value> {
        self.iter().filter(|key| key.is_collection()).map(Key::to_value).collect()
    }
}

impl Key {
    fn is_collection(&self) -> bool {
        matches!(self.0, KeyKind::Tuple(..) | KeyKind::Object(..))
    }

    /// The value, when it holds others that have to be dropped one by one.
    fn into_value(self) -> Option<Value> {
        match self.0 {
            KeyKind::Tuple(_, items) => Some(Value::Tuple(items)),
            KeyKind::Object(value, _) => Some(value),
            _ => None,
        }
    }
}
