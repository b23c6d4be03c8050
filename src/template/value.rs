//! What expressions evaluate to.

use std::cell::{Cell, RefCell, RefMut};
use std::rc::Rc;
use std::sync::Arc;

use super::bury::bury;
use super::call::Closure;
use super::dict::{Dict, Key, KeySet};
use super::error::{Error, Reason};
use super::machine::Machine;
use super::namespace::Namespace;
use super::object::Object;

/// A value as Python has it, or [`Value::Unknown`]. Cheap to clone; lists, dicts and sets are shared, as in Python.
#[derive(Debug, Clone)]
pub enum Value {
    /// A name or attribute that does not exist.
    Undefined(Rc<Undefined>),
    /// `None`
    None,
    /// `True` or `False`
    Bool(bool),
    /// An integer. Python's have no limit: a result that does not fit is unknown.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string.
    Str(Arc<str>),
    /// A list.
    List(Rc<Shared<Vec<Value>>>),
    /// A tuple.
    Tuple(Rc<[Value]>),
    /// A dict, in the order in which keys were added.
    Dict(Rc<Shared<Dict>>),
    /// A set. In which order Python goes through it is not known, here it is the order of adding.
    Set(Rc<Shared<KeySet>>),
    /// `range(start, stop, step)`
    Range(Range),
    /// A `namespace()`
    Namespace(Rc<Namespace>),
    /// A macro that a template defines for itself, or `caller`.
    Macro(Rc<Closure>),
    /// A function or object of the context.
    Object(Rc<dyn Object>),
    /// A value that cannot be known, and why.
    Unknown(Rc<Reason>),
}

/// What is left of a name or attribute that does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undefined {
    /// What errors say about it, such as `'orders' is undefined`.
    pub message: String,
    /// The name that does not exist.
    pub name: Option<Arc<str>>,
    /// Whether its attributes, items and calls are undefined in turn, as in the models that dbt parses. In macros they
    /// are errors.
    pub lenient: bool,
    /// Whether an attribute was asked for: dbt then takes that for the name.
    pub(super) renamed: Cell<bool>,
}

/// `range(start, stop, step)`; `step` is never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first number.
    pub start: i64,
    /// The end, which does not belong to the range.
    pub stop: i64,
    /// What lies between two numbers.
    pub step: i64,
}

impl Range {
    /// How many numbers there are.
    pub fn len(self) -> usize {
        let (start, stop, step) = (i128::from(self.start), i128::from(self.stop), i128::from(self.step));
        let distance = if step > 0 { stop - start } else { start - stop };
        if distance <= 0 { 0 } else { usize::try_from((distance - 1) / step.abs() + 1).unwrap_or(usize::MAX) }
    }

    /// Whether there is no number.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The number at an index below the length.
    pub(super) fn at(self, index: usize) -> i64 {
        self.start.wrapping_add(self.step.wrapping_mul(index as i64))
    }

    pub(super) fn iter(self) -> impl Iterator<Item = Value> {
        (0..self.len()).map(move |index| Value::Int(self.at(index)))
    }
}

/// What can be changed through any of the variables that share it.
///
/// When it is changed where it is not certain that this happens at all, its content is unknown from then on, unless it
/// was made under the very same condition.
#[derive(Debug)]
pub struct Shared<T: Default + Contents> {
    content: RefCell<T>,
    history: History,
}

/// Under which condition something was made, and whether its content is still known.
#[derive(Debug, Default)]
pub(super) struct History {
    region: u32,
    taint: RefCell<Option<Rc<Reason>>>,
}

impl History {
    pub(super) fn new(region: u32) -> Self {
        Self { region, taint: RefCell::default() }
    }

    pub(super) fn region(&self) -> u32 {
        self.region
    }

    /// Why the content is not known, if it is not.
    pub(super) fn taint(&self) -> Option<Rc<Reason>> {
        self.taint.borrow().clone()
    }

    /// Makes the content unknown, and says whether it was known until now. What the content refers to has to be
    /// [forgotten](Machine::forget) then.
    pub(super) fn set_taint(&self, machine: &mut Machine<'_>, reason: &Rc<Reason>) -> bool {
        let mut taint = self.taint.borrow_mut();
        let is_new = taint.is_none();
        if is_new {
            *taint = Some(Rc::clone(reason));
            machine.note_taint(self.region);
        }
        is_new
    }

    /// Whether the content may be changed; where it cannot be followed, it becomes unknown instead, and with it what it
    /// refers to.
    pub(super) fn check_change(
        &self,
        machine: &mut Machine<'_>,
        referred: impl FnOnce() -> Vec<Value>,
    ) -> Result<(), Error> {
        if let Some(reason) = self.taint() {
            return Err(Error::Unknown(reason));
        }
        match machine.uncertainty_beyond(self.region) {
            Some(reason) => {
                self.set_taint(machine, &reason);
                machine.forget_all(referred(), &reason)?;
                Err(Error::Unknown(reason))
            }
            None => Ok(()),
        }
    }
}

/// What holds values that have to be dropped without recursion.
pub trait Contents {
    /// Takes all values out.
    fn take_values(&mut self, into: &mut Vec<Value>);
    /// How many items there are.
    fn count(&self) -> usize;
    /// Whether any of the values holds others.
    fn holds_collections(&self) -> bool;
    /// The values through which something can be changed.
    fn references(&self) -> Vec<Value>;
}

impl Contents for Vec<Value> {
    fn take_values(&mut self, into: &mut Vec<Value>) {
        into.append(self);
    }

    fn count(&self) -> usize {
        self.len()
    }

    fn holds_collections(&self) -> bool {
        self.iter().any(Value::is_collection)
    }

    fn references(&self) -> Vec<Value> {
        references(self)
    }
}

/// Those of some values through which something can be changed.
pub(super) fn references<'v>(values: impl IntoIterator<Item = &'v Value>) -> Vec<Value> {
    values.into_iter().filter(|value| value.is_reference()).cloned().collect()
}

impl<T: Default + Contents> Shared<T> {
    pub(super) fn new(content: T, region: u32) -> Self {
        Self { content: RefCell::new(content), history: History::new(region) }
    }

    /// The content.
    ///
    /// # Errors
    /// [`Error::Unknown`] when it was changed where this may or may not have happened.
    pub fn get(&self) -> Result<std::cell::Ref<'_, T>, Error> {
        match self.history.taint() {
            Some(reason) => Err(Error::Unknown(reason)),
            None => Ok(self.content.borrow()),
        }
    }

    /// The content, to change it. Checks that a collection does not grow beyond what is allowed; `more` is how many
    /// items may be added.
    ///
    /// # Errors
    /// [`Error::Unknown`] when the content is unknown, or becomes it because the change itself is not certain.
    pub fn change(&self, machine: &mut Machine<'_>, more: usize) -> Result<RefMut<'_, T>, Error> {
        self.history.check_change(machine, || self.references())?;
        let content = self.content.borrow_mut();
        machine.limit_items(content.count().saturating_add(more))?;
        Ok(content)
    }

    pub(super) fn history(&self) -> &History {
        &self.history
    }

    pub(super) fn content_mut(&mut self) -> &mut T {
        self.content.get_mut()
    }

    /// The content whether or not it is known.
    pub(super) fn content(&self) -> &RefCell<T> {
        &self.content
    }

    /// What the content refers to, whether or not it is known.
    pub(super) fn references(&self) -> Vec<Value> {
        self.content.borrow().references()
    }
}

impl<T: Default + Contents> Drop for Shared<T> {
    fn drop(&mut self) {
        let content = self.content.get_mut();
        if content.holds_collections() {
            let mut values = Vec::new();
            content.take_values(&mut values);
            bury(values);
        }
    }
}

impl Value {
    /// The lenient undefined value of a name, as dbt has it in models.
    pub fn undefined(name: &str) -> Self {
        Self::undefined_name(&name.into(), true)
    }

    pub(super) fn undefined_name(name: &Arc<str>, lenient: bool) -> Self {
        Self::undefined_with(format!("'{name}' is undefined"), Some(name), lenient)
    }

    pub(super) fn undefined_with(message: String, name: Option<&Arc<str>>, lenient: bool) -> Self {
        let name = name.cloned();
        Self::Undefined(Rc::new(Undefined { message, name, lenient, renamed: Cell::new(false) }))
    }

    /// An unknown value, and why it is not known.
    pub fn unknown(reason: &str) -> Self {
        Self::Unknown(Reason::new(reason))
    }

    /// A string.
    pub fn text(text: &str) -> Self {
        Self::Str(text.into())
    }

    /// A new list.
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(Rc::new(Shared::new(items, 0)))
    }

    /// A new dict.
    pub fn dict(items: Dict) -> Self {
        Self::Dict(Rc::new(Shared::new(items, 0)))
    }

    /// A tuple.
    pub fn tuple(items: Vec<Value>) -> Self {
        Self::Tuple(items.into())
    }

    /// An object or function of the context.
    pub fn object(object: impl Object + 'static) -> Self {
        Self::Object(Rc::new(object))
    }

    /// Whether the value holds others.
    pub(super) fn is_collection(&self) -> bool {
        use Value::{Dict, List, Macro, Namespace, Set, Tuple};
        matches!(self, List(_) | Tuple(_) | Dict(_) | Set(_) | Namespace(_) | Macro(_))
    }

    /// Whether something can be changed through the value.
    pub(super) fn is_reference(&self) -> bool {
        self.is_collection() || matches!(self, Self::Object(_))
    }

    /// Whether this is an undefined value.
    pub fn is_undefined(&self) -> bool {
        matches!(self, Self::Undefined(_))
    }

    /// The text, when this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// Why nothing can be said about the value: it is unknown, or a collection whose content is.
    pub fn unknown_reason(&self) -> Option<Rc<Reason>> {
        match self {
            Self::Unknown(reason) => Some(Rc::clone(reason)),
            Self::List(list) => list.history.taint(),
            Self::Dict(dict) => dict.history.taint(),
            Self::Set(set) => set.history.taint(),
            _ => None,
        }
    }

    /// The value as it is, or [`Error::Unknown`].
    ///
    /// # Errors
    /// When [`Self::unknown_reason`] has one.
    pub fn known(&self) -> Result<&Self, Error> {
        self.unknown_reason().map_or(Ok(self), |reason| Err(Error::Unknown(reason)))
    }

    /// What Python takes the value for in an `if`.
    ///
    /// # Errors
    /// [`Error::Unknown`] when that is not known.
    pub fn is_true(&self) -> Result<bool, Error> {
        Ok(match self {
            Self::Undefined(_) | Self::None => false,
            Self::Bool(value) => *value,
            Self::Int(number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::List(list) => !list.get()?.is_empty(),
            Self::Tuple(items) => !items.is_empty(),
            Self::Dict(dict) => !dict.get()?.is_empty(),
            Self::Set(set) => !set.get()?.is_empty(),
            Self::Range(range) => !range.is_empty(),
            Self::Namespace(_) | Self::Macro(_) => true,
            Self::Object(object) => object.is_true()?,
            Self::Unknown(reason) => return Err(Error::Unknown(Rc::clone(reason))),
        })
    }

    /// The value's items, one by one.
    ///
    /// # Errors
    /// When it cannot be iterated over, or its items or their order are not known.
    pub fn iterate(&self) -> Result<Vec<Value>, Error> {
        match self {
            Self::Set(set) if set.get()?.len() > 1 => Err(Error::unknown("the order of a set is not known")),
            _ => self.iterate_in_any_order(),
        }
    }

    /// As [`Self::iterate`], for uses that do not depend on the order.
    pub(super) fn iterate_in_any_order(&self) -> Result<Vec<Value>, Error> {
        Ok(match self {
            Self::Undefined(_) => Vec::new(),
            Self::Str(text) => {
                let mut bytes = [0; 4];
                text.chars().map(|character| Self::Str((&*character.encode_utf8(&mut bytes)).into())).collect()
            }
            Self::List(list) => list.get()?.clone(),
            Self::Tuple(items) => items.to_vec(),
            Self::Dict(dict) => dict.get()?.keys().map(Key::to_value).collect(),
            Self::Set(set) => set.get()?.iter().map(Key::to_value).collect(),
            Self::Range(range) => range.iter().collect(),
            Self::Object(object) => match object.iterate()? {
                Some(items) => items,
                None => return Err(Error::failed(format!("'{}' object is not iterable", object.type_name()))),
            },
            Self::Unknown(reason) => return Err(Error::Unknown(Rc::clone(reason))),
            _ => return Err(Error::failed(format!("'{}' object is not iterable", self.type_name()))),
        })
    }

    /// The name of the value's type in Python.
    pub fn type_name(&self) -> &str {
        match self {
            Self::Undefined(_) => "Undefined",
            Self::None => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Str(_) => "str",
            Self::List(_) => "list",
            Self::Tuple(_) => "tuple",
            Self::Dict(_) => "dict",
            Self::Set(_) => "set",
            Self::Range(_) => "range",
            Self::Namespace(_) => "Namespace",
            Self::Macro(_) => "Macro",
            Self::Object(object) => object.type_name(),
            Self::Unknown(_) => "unknown",
        }
    }

    /// The number that Python takes `True`, `False` and integers for.
    pub(super) fn as_int(&self) -> Option<i64> {
        match self {
            Self::Bool(value) => Some(i64::from(*value)),
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// As [`Self::as_int`], with floats.
    pub(super) fn as_float(&self) -> Option<f64> {
        match self {
            Self::Float(number) => Some(*number),
            _ => self.as_int().map(|number| number as f64),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        i64::try_from(value).map_or_else(|_| Self::unknown("number beyond 64 bits"), Self::Int)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::text(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Str(value.into())
    }
}
