//! `map`, `select` and their like.

use std::rc::Rc;

use super::attribute::Path;
use super::generator::Generator;
use crate::template::error::{Error, Reason};
use crate::template::machine::Machine;
use crate::template::value::Value;
use crate::template::{Arguments, is_tests};

/// The items to go through; none for what is false, whatever that is.
fn items_of(machine: &mut Machine<'_>, value: &Value) -> Result<Vec<Value>, Error> {
    if !value.is_true()? {
        return Ok(Vec::new());
    }
    let items = value.iterate()?;
    machine.limit_items(items.len())?;
    Ok(items)
}

pub(super) fn map(machine: &mut Machine<'_>, value: Value, mut arguments: Arguments) -> Result<Value, Error> {
    let items = items_of(machine, &value)?;
    let attribute = if arguments.positional.is_empty() { arguments.take_keyword("attribute") } else { None };
    let results = match attribute {
        Some(attribute) => {
            let default = arguments.take_keyword("default");
            if let Some((name, _)) = arguments.keyword.first() {
                return Err(Error::failed(format!("Unexpected keyword argument '{name}'")));
            }
            let path = Path::new(Some(&attribute), false)?.with_default(default);
            each(machine, items, |machine, item| path.get(machine, &item))?
        }
        None => {
            if arguments.positional.is_empty() {
                return Err(Error::failed("map requires a filter argument"));
            }
            let name = arguments.positional.remove(0);
            let Value::Str(name) = name.known()? else {
                return Err(Error::failed("map requires the name of a filter"));
            };
            each(machine, items, |machine, item| super::apply(machine, name, item, arguments.clone()))?
        }
    };
    Ok(Generator::value(results))
}

/// The result for each item, unknown where it is unknown.
fn each(
    machine: &mut Machine<'_>,
    items: Vec<Value>,
    mut result: impl FnMut(&mut Machine<'_>, Value) -> Result<Value, Error>,
) -> Result<Vec<Value>, Error> {
    let known_or_not = |item| {
        machine.charge(1)?;
        match result(machine, item) {
            Err(Error::Unknown(reason)) => Ok(Value::Unknown(reason)),
            result => result,
        }
    };
    items.into_iter().map(known_or_not).collect()
}

pub(super) fn select(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    choose(machine, &value, arguments, false, true)
}

pub(super) fn reject(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    choose(machine, &value, arguments, false, false)
}

pub(super) fn select_attribute(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    choose(machine, &value, arguments, true, true)
}

pub(super) fn reject_attribute(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    choose(machine, &value, arguments, true, false)
}

/// The items for which a test holds, or does not, as `wanted` says.
fn choose(
    machine: &mut Machine<'_>,
    value: &Value,
    mut arguments: Arguments,
    by_attribute: bool,
    wanted: bool,
) -> Result<Value, Error> {
    let items = items_of(machine, value)?;
    let attribute = match by_attribute {
        true if arguments.positional.is_empty() => {
            return Err(Error::failed("Missing parameter for attribute name"));
        }
        true => Some(arguments.positional.remove(0)),
        false => None,
    };
    let path = Path::new(attribute.as_ref(), false)?;
    let test = if arguments.positional.is_empty() { None } else { Some(arguments.positional.remove(0)) };
    let mut chosen = Vec::new();
    let mut unknown: Option<Rc<Reason>> = None;
    for item in items {
        match holds(machine, &path, test.as_ref(), &item, &arguments) {
            Ok(holds) if holds == wanted => chosen.push(item),
            Ok(_) => {}
            Err(Error::Unknown(reason)) => unknown = Some(reason),
            Err(error) => return Err(error),
        }
    }
    match unknown {
        Some(reason) => Err(Error::Unknown(reason)),
        None => Ok(Generator::value(chosen)),
    }
}

fn holds(
    machine: &mut Machine<'_>,
    path: &Path,
    test: Option<&Value>,
    item: &Value,
    arguments: &Arguments,
) -> Result<bool, Error> {
    let value = path.get(machine, item)?;
    match test {
        None => value.is_true(),
        Some(test) => match test.known()? {
            Value::Str(name) => is_tests::apply(machine, name, &value, arguments.clone()),
            _ => Err(Error::failed("the name of a test must be a string")),
        },
    }
}
