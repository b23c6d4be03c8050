//! What the context of a rendering can be made of.

use std::rc::Rc;
use std::sync::Arc;

use super::arguments::Arguments;
use super::error::{Error, Reason};
use super::machine::Machine;
use super::value::Value;

/// A function, namespace or other object of the context: `ref`, `adapter`, `target` and their like.
pub trait Object: std::fmt::Debug {
    /// The value of an attribute; `None` when there is none.
    ///
    /// # Errors
    /// What getting the attribute ends with.
    fn attribute(&self, _name: &str, _machine: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        Ok(None)
    }

    /// The value of an item; `None` when there is none. By default a string means the attribute of that name.
    ///
    /// # Errors
    /// What getting the item ends with.
    fn item(&self, key: &Value, machine: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        match key {
            Value::Str(name) => self.attribute(name, machine),
            _ => Ok(None),
        }
    }

    /// Calls the object.
    ///
    /// # Errors
    /// What the call ends with; by default, that the object cannot be called.
    fn call(&self, _machine: &mut Machine<'_>, _arguments: Arguments) -> Result<Value, Error> {
        Err(Error::failed(format!("'{}' object is not callable", self.type_name())))
    }

    /// Calls a method: by default the attribute of that name. `None` when there is none.
    ///
    /// # Errors
    /// What the call ends with.
    fn call_method(&self, name: &str, machine: &mut Machine<'_>, arguments: Arguments) -> Result<Option<Value>, Error> {
        match self.attribute(name, machine)? {
            Some(method) => machine.call(&method, arguments).map(Some),
            None => Ok(None),
        }
    }

    /// What Python takes the object for in an `if`.
    ///
    /// # Errors
    /// [`Error::Unknown`] when that is not known.
    fn is_true(&self) -> Result<bool, Error> {
        Ok(true)
    }

    /// The text that the object is written as.
    ///
    /// # Errors
    /// [`Error::Unknown`] when that is not known, as for what Python prints with an address in memory.
    fn text(&self) -> Result<String, Error> {
        Err(Error::unknown(&format!("the text of a '{}' object", self.type_name())))
    }

    /// The text that stands for the object in the text of a list or dict that holds it: what Python's `repr` gives.
    ///
    /// # Errors
    /// [`Error::Unknown`] when that is not known.
    fn repr(&self) -> Result<String, Error> {
        Err(Error::unknown(&format!("the repr of a '{}' object", self.type_name())))
    }

    /// The items to iterate over; `None` when that is not possible.
    ///
    /// # Errors
    /// [`Error::Unknown`] when they are not known.
    fn iterate(&self) -> Result<Option<Vec<Value>>, Error> {
        Ok(None)
    }

    /// How many items there are; `None` for what has no length. By default that of a mapping or sequence.
    ///
    /// # Errors
    /// [`Error::Unknown`] when that is not known.
    fn length(&self) -> Result<Option<usize>, Error> {
        match self.kind() {
            ObjectKind::Mapping | ObjectKind::Sequence => Ok(self.iterate()?.map(|items| items.len())),
            _ => Ok(None),
        }
    }

    /// What tests such as `is mapping` see.
    fn kind(&self) -> ObjectKind {
        ObjectKind::Other
    }

    /// Whether Python's `==` holds; `None` when that is not known.
    fn equals(&self, other: &Value) -> Option<bool> {
        if matches!(other, Value::Object(_) | Value::Unknown(_)) { None } else { Some(false) }
    }

    /// The name of the type in Python.
    fn type_name(&self) -> &str {
        "object"
    }

    /// Told when nobody knows any more who has the object, and so what is done with it: from now on nothing is known
    /// that this may change. Gives what else can be changed through the object.
    fn forget(&self, _machine: &mut Machine<'_>, _reason: &Rc<Reason>) -> Vec<Value> {
        Vec::new()
    }
}

/// What an object can be used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// It can be called, and nothing else.
    Function,
    /// It has keys.
    Mapping,
    /// It has items in order.
    Sequence,
    /// It is a string with special features.
    Text,
    /// None of these.
    Other,
}

/// A function of the context, made of a closure.
pub struct Function {
    name: Arc<str>,
    #[expect(clippy::type_complexity, reason = "this is the one place where the type is written")]
    code: Box<dyn Fn(&mut Machine<'_>, Arguments) -> Result<Value, Error>>,
}

impl Function {
    /// A function value.
    pub fn value(name: &str, code: impl Fn(&mut Machine<'_>, Arguments) -> Result<Value, Error> + 'static) -> Value {
        Value::Object(Rc::new(Self { name: name.into(), code: Box::new(code) }))
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "function {}", self.name)
    }
}

impl Object for Function {
    fn call(&self, machine: &mut Machine<'_>, arguments: Arguments) -> Result<Value, Error> {
        (self.code)(machine, arguments)
    }

    fn kind(&self) -> ObjectKind {
        ObjectKind::Function
    }

    fn type_name(&self) -> &str {
        "function"
    }
}
