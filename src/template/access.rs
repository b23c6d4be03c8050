//! Attributes, items, slices and methods of values.

use std::rc::Rc;
use std::sync::Arc;

use super::dict::Key;
use super::error::{Error, Reason};
use super::machine::Machine;
use super::object::{Object, ObjectKind};
use super::value::{Range, Undefined, Value, references};
use super::{Arguments, methods};

/// `value.name`: the attribute or method, else the item of that name.
pub(super) fn attribute(machine: &mut Machine<'_>, value: &Value, name: &str) -> Result<Value, Error> {
    if let Some(value) = own_attribute(machine, value, name)? {
        return Ok(value);
    }
    if let Value::Dict(dict) = value
        && let Some(item) = dict.get()?.get_text(name)
    {
        return Ok(item.clone());
    }
    Ok(no_attribute(machine, value, name))
}

/// The attribute alone; names that begin with `_` are kept from templates.
fn own_attribute(machine: &mut Machine<'_>, value: &Value, name: &str) -> Result<Option<Value>, Error> {
    match value {
        Value::Undefined(undefined) => attribute_of_undefined(undefined, name).map(Some),
        Value::Unknown(reason) => Err(Error::Unknown(Rc::clone(reason))),
        Value::Object(object) => Rc::clone(object).attribute(name, machine),
        Value::Namespace(namespace) => Ok(namespace.get(name)),
        Value::Macro(closure) => Ok(match name {
            "name" => Some(Value::Str(closure.definition().assigned.clone())),
            "arguments" | "catch_kwargs" | "catch_varargs" | "caller" | "explicit_caller" => {
                return Err(Error::unknown("an attribute of a macro"));
            }
            _ => None,
        }),
        _ if name.starts_with('_') => Ok(None),
        _ if methods::exists(value, name) => {
            Ok(Some(Value::object(Method { receiver: value.clone(), name: name.into() })))
        }
        Value::Int(_) | Value::Bool(_) if name == "real" => Ok(value.as_int().map(Value::Int)),
        _ if methods::is_elsewhere(value, name) => {
            Err(Error::unknown(&format!("'{name}' of a '{}' object", value.type_name())))
        }
        _ => Ok(None),
    }
}

fn attribute_of_undefined(undefined: &Undefined, name: &str) -> Result<Value, Error> {
    if !undefined.lenient {
        return Err(Error::failed(undefined.message.clone()));
    }
    // dbt's class has attributes of its own by these names.
    match name {
        "name" if !undefined.renamed.get() => {
            Ok(undefined.name.as_ref().map_or(Value::None, |name| Value::Str(Arc::clone(name))))
        }
        "name" | "node" | "hint" => Err(Error::unknown("an attribute of something undefined")),
        "unsafe_callable" | "alters_data" => Ok(Value::Bool(false)),
        _ => {
            undefined.renamed.set(true);
            Ok(Value::undefined(name))
        }
    }
}

fn no_attribute(machine: &Machine<'_>, value: &Value, name: &str) -> Value {
    let message = match value {
        Value::None => format!("'None' has no attribute '{name}'"),
        _ => format!("'{} object' has no attribute '{name}'", value.type_name()),
    };
    machine.undefined_attribute(message, name)
}

/// `value[key]`: the item, else for a string the attribute or method of that name.
pub(super) fn item(machine: &mut Machine<'_>, value: &Value, key: &Value) -> Result<Value, Error> {
    let outcome = known_item(machine, value, key);
    machine.forget_content_if_unknown(outcome, value)
}

fn known_item(machine: &mut Machine<'_>, value: &Value, key: &Value) -> Result<Value, Error> {
    let value = value.known()?;
    if let Value::Undefined(undefined) = value {
        let failed = || Error::failed(undefined.message.clone());
        return if undefined.lenient { Ok(value.clone()) } else { Err(failed()) };
    }
    let key = key.known()?;
    if let Some(item) = own_item(machine, value, key)? {
        return Ok(item);
    }
    if let Value::Str(name) = key
        && let Some(attribute) = own_attribute(machine, value, name)?
    {
        return Ok(attribute);
    }
    let key = match key {
        Value::Str(name) => return Ok(no_attribute(machine, value, name)),
        _ => super::repr::repr(key, 1000).unwrap_or_default(),
    };
    Ok(machine.undefined(format!("{} object has no element {key}", value.type_name())))
}

fn own_item(machine: &mut Machine<'_>, value: &Value, key: &Value) -> Result<Option<Value>, Error> {
    Ok(match value {
        Value::Dict(dict) => match Key::new(key) {
            Ok(key) => dict.get()?.get(&key).cloned(),
            Err(unknown @ Error::Unknown(_)) => return Err(unknown),
            Err(_) => None,
        },
        Value::List(list) => {
            let items = list.get()?;
            index(key, items.len()).map(|index| items[index].clone())
        }
        Value::Tuple(items) => index(key, items.len()).map(|index| items[index].clone()),
        Value::Range(range) => index(key, range.len()).map(|index| Value::Int(range.at(index))),
        Value::Str(text) => {
            machine.charge(text.len() / 256)?;
            let length = if text.is_ascii() { text.len() } else { text.chars().count() };
            let index = index(key, length);
            index.and_then(|index| text.chars().nth(index)).map(|character| Value::from(character.to_string()))
        }
        Value::Object(object) => Rc::clone(object).item(key, machine)?,
        _ => None,
    })
}

/// The index that a key is, counted from the end when it is negative; `None` outside of the sequence.
fn index(key: &Value, length: usize) -> Option<usize> {
    let index = key.as_int()?;
    let length = i64::try_from(length).ok()?;
    let index = if index < 0 { index.checked_add(length)? } else { index };
    (0..length).contains(&index).then_some(index as usize)
}

/// `value[start:stop:step]`
pub(super) fn slice(machine: &mut Machine<'_>, value: &Value, bounds: &[Value; 3]) -> Result<Value, Error> {
    let outcome = known_slice(machine, value, bounds);
    machine.forget_content_if_unknown(outcome, value)
}

fn known_slice(machine: &mut Machine<'_>, value: &Value, bounds: &[Value; 3]) -> Result<Value, Error> {
    let value = value.known()?;
    for bound in bounds {
        bound.known()?;
    }
    machine.charge_value(value)?;
    match value {
        Value::Undefined(undefined) if undefined.lenient => Ok(value.clone()),
        Value::Undefined(undefined) => Err(Error::failed(undefined.message.clone())),
        Value::Str(text) => {
            let characters: Vec<char> = text.chars().collect();
            let picked = picks(characters.len(), bounds)?.map(|index| characters[index]).collect::<String>();
            machine.new_text(picked)
        }
        Value::List(list) => {
            let items = list.get()?;
            let picked = picks(items.len(), bounds)?.map(|index| items[index].clone()).collect();
            drop(items);
            machine.new_list(picked)
        }
        Value::Tuple(items) => {
            Ok(Value::tuple(picks(items.len(), bounds)?.map(|index| items[index].clone()).collect()))
        }
        Value::Range(range) => {
            let picked: Vec<Value> = picks(range.len(), bounds)?.map(|index| Value::Int(range.at(index))).collect();
            Ok(range_of(&picked))
        }
        Value::Object(_) => Err(Error::unknown("a slice of an object")),
        _ => Ok(machine.undefined(format!("{} object has no element slice", value.type_name()))),
    }
}

/// The range that consists of these numbers, which lie equally far from one another.
fn range_of(numbers: &[Value]) -> Value {
    let number = |index: usize| numbers.get(index).and_then(Value::as_int).unwrap_or_default();
    let step = if numbers.len() > 1 { number(1) - number(0) } else { 1 };
    Value::Range(Range { start: number(0), stop: number(0) + step * numbers.len() as i64, step })
}

/// The indexes that a slice picks, as Python's `slice.indices` gives them.
fn picks(length: usize, bounds: &[Value; 3]) -> Result<impl Iterator<Item = usize> + use<>, Error> {
    let bound = |value: &Value| match value {
        Value::None => Ok(None),
        _ => value
            .as_int()
            .map(Some)
            .ok_or_else(|| Error::failed("slice indices must be integers or None or have an __index__ method")),
    };
    let length = length as i64;
    let step = bound(&bounds[2])?.unwrap_or(1);
    if step == 0 {
        return Err(Error::failed("slice step cannot be zero"));
    }
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let clamp = |index: i64| if index < 0 { (index.saturating_add(length)).max(lowest) } else { index.min(highest) };
    let (first, last) = if step > 0 { (lowest, highest) } else { (highest, lowest) };
    let start = bound(&bounds[0])?.map_or(first, clamp);
    let stop = bound(&bounds[1])?.map_or(last, clamp);
    let range = Range { start, stop, step };
    Ok((0..range.len()).map(move |index| range.at(index) as usize))
}

/// `receiver.name(arguments)`
pub(super) fn call_method(
    machine: &mut Machine<'_>,
    receiver: &Value,
    name: &str,
    arguments: Arguments,
) -> Result<Value, Error> {
    match receiver {
        Value::Unknown(reason) => machine.call_unknown(reason, &arguments),
        Value::Object(object) => {
            let given = arguments.references();
            let called = Rc::clone(object).call_method(name, machine, arguments);
            match machine.forget_if_unknown(called, given)? {
                Some(value) => Ok(value),
                None => {
                    let missing = no_attribute(machine, receiver, name);
                    machine.call_value(&missing, Arguments::default())
                }
            }
        }
        _ if methods::exists(receiver, name) => methods::call(machine, receiver, name, arguments),
        _ => match attribute(machine, receiver, name) {
            Err(Error::Unknown(reason)) => machine.call_unknown(&reason, &arguments),
            method => machine.call_value(&method?, arguments),
        },
    }
}

/// A method that is not called at once, as in `{% set add = items.append %}`.
#[derive(Debug)]
struct Method {
    receiver: Value,
    name: Box<str>,
}

impl Object for Method {
    fn call(&self, machine: &mut Machine<'_>, arguments: Arguments) -> Result<Value, Error> {
        methods::call(machine, &self.receiver, &self.name, arguments)
    }

    fn kind(&self) -> ObjectKind {
        ObjectKind::Function
    }

    fn type_name(&self) -> &str {
        "builtin_function_or_method"
    }

    fn forget(&self, _: &mut Machine<'_>, _: &Rc<Reason>) -> Vec<Value> {
        references([&self.receiver])
    }
}
