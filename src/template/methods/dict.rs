//! The methods of dicts.

use std::rc::Rc;

use crate::template::Arguments;
use crate::template::arguments::missing;
use crate::template::dict::{Dict, Key};
use crate::template::error::{Error, Reason};
use crate::template::globals::dict_content;
use crate::template::machine::Machine;
use crate::template::object::Object;
use crate::template::repr;
use crate::template::value::{Shared, Value};

pub(super) const NAMES: &[&str] =
    &["clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"];

type SharedDict = Rc<Shared<Dict>>;

pub(super) fn call(
    machine: &mut Machine<'_>,
    dict: &SharedDict,
    name: &str,
    arguments: Arguments,
) -> Result<Value, Error> {
    match name {
        "get" => get(dict, arguments),
        "keys" | "values" | "items" => {
            arguments.values(name)?;
            let part = match name {
                "keys" => Part::Keys,
                "values" => Part::Values,
                _ => Part::Items,
            };
            Ok(Value::object(View { dict: Rc::clone(dict), part }))
        }
        "update" => update(machine, dict, arguments),
        "pop" => pop(machine, dict, arguments),
        "setdefault" => set_default(machine, dict, arguments),
        "popitem" => {
            let last = dict.change(machine, 0)?.pop();
            let (key, value) = last.ok_or_else(|| Error::failed("'popitem(): dictionary is empty'"))?;
            Ok(Value::tuple(vec![key.to_value(), value]))
        }
        "clear" => {
            dict.change(machine, 0)?.clear();
            Ok(Value::None)
        }
        "copy" => {
            let content = dict.get()?.clone();
            machine.new_dict(content)
        }
        _ => from_keys(machine, arguments),
    }
}

fn get(dict: &SharedDict, arguments: Arguments) -> Result<Value, Error> {
    let [key, default] = arguments.bind("get", ["key", "default"])?;
    let key = Key::new(&key.ok_or_else(|| missing("get", "key"))?)?;
    let found = dict.get()?.get(&key).cloned();
    Ok(found.or(default).unwrap_or(Value::None))
}

fn or_forget<T>(machine: &mut Machine<'_>, dict: &SharedDict, outcome: Result<T, Error>) -> Result<T, Error> {
    super::or_forget(machine, Value::Dict(Rc::clone(dict)), outcome)
}

fn update(machine: &mut Machine<'_>, dict: &SharedDict, arguments: Arguments) -> Result<Value, Error> {
    let more = or_forget(machine, dict, dict_content(arguments, "update"))?;
    let mut content = dict.change(machine, more.len())?;
    for (key, value) in more.iter() {
        content.insert(key.clone(), value.clone());
    }
    Ok(Value::None)
}

fn pop(machine: &mut Machine<'_>, dict: &SharedDict, arguments: Arguments) -> Result<Value, Error> {
    let [key, default] = arguments.bind("pop", ["key", "default"])?;
    let key = or_forget(machine, dict, Key::new(&key.ok_or_else(|| missing("pop", "key"))?))?;
    let removed = dict.change(machine, 0)?.remove(&key);
    match removed.or(default) {
        Some(value) => Ok(value),
        None => Err(Error::failed(repr::repr(&key.to_value(), 1000)?)),
    }
}

fn set_default(machine: &mut Machine<'_>, dict: &SharedDict, arguments: Arguments) -> Result<Value, Error> {
    let [key, default] = arguments.bind("setdefault", ["key", "default"])?;
    let key = or_forget(machine, dict, Key::new(&key.ok_or_else(|| missing("setdefault", "key"))?))?;
    let found = dict.get()?.get(&key).cloned();
    match found {
        Some(value) => Ok(value),
        None => {
            let value = default.unwrap_or(Value::None);
            dict.change(machine, 1)?.insert(key, value.clone());
            Ok(value)
        }
    }
}

fn from_keys(machine: &mut Machine<'_>, arguments: Arguments) -> Result<Value, Error> {
    let [keys, value] = arguments.bind("fromkeys", ["iterable", "value"])?;
    let value = value.unwrap_or(Value::None);
    let keys = keys.ok_or_else(|| missing("fromkeys", "iterable"))?.iterate()?;
    let content = keys.iter().map(|key| Ok((Key::new(key)?, value.clone()))).collect::<Result<Dict, Error>>()?;
    machine.new_dict(content)
}

/// The pairs of a dict.
pub(in crate::template) fn items(dict: &Dict) -> Vec<Value> {
    dict.iter().map(|(key, value)| Value::tuple(vec![key.to_value(), value.clone()])).collect()
}

/// `keys()`, `values()` or `items()`: follows its dict.
#[derive(Debug)]
struct View {
    dict: SharedDict,
    part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Keys,
    Values,
    Items,
}

impl Object for View {
    fn iterate(&self) -> Result<Option<Vec<Value>>, Error> {
        let dict = self.dict.get()?;
        Ok(Some(match self.part {
            Part::Keys => dict.keys().map(Key::to_value).collect(),
            Part::Values => dict.values().cloned().collect(),
            Part::Items => items(&dict),
        }))
    }

    fn length(&self) -> Result<Option<usize>, Error> {
        Ok(Some(self.dict.get()?.len()))
    }

    fn text(&self) -> Result<String, Error> {
        let items = self.iterate()?.unwrap_or_default();
        Ok(format!("{}({})", self.type_name(), repr::repr(&Value::list(items), 1 << 20)?))
    }

    fn repr(&self) -> Result<String, Error> {
        self.text()
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        // Views of keys and items compare like sets.
        if matches!(other, Value::Object(_) | Value::Set(_) | Value::Unknown(_)) { None } else { Some(false) }
    }

    fn forget(&self, _: &mut Machine<'_>, _: &Rc<Reason>) -> Vec<Value> {
        self.dict.references()
    }

    fn is_true(&self) -> Result<bool, Error> {
        Ok(!self.dict.get()?.is_empty())
    }

    fn type_name(&self) -> &str {
        match self.part {
            Part::Keys => "dict_keys",
            Part::Values => "dict_values",
            Part::Items => "dict_items",
        }
    }
}
