//! The methods of sets.

use std::rc::Rc;

use crate::template::Arguments;
use crate::template::dict::{Key, KeySet};
use crate::template::error::Error;
use crate::template::machine::Machine;
use crate::template::value::{Shared, Value};

pub(super) const NAMES: &[&str] = &[
    "add",
    "clear",
    "copy",
    "difference",
    "difference_update",
    "discard",
    "intersection",
    "intersection_update",
    "isdisjoint",
    "issubset",
    "issuperset",
    "pop",
    "remove",
    "symmetric_difference",
    "union",
    "update",
];

type SharedSet = Rc<Shared<KeySet>>;

pub(super) fn call(
    machine: &mut Machine<'_>,
    set: &SharedSet,
    name: &str,
    arguments: Arguments,
) -> Result<Value, Error> {
    match name {
        "add" | "discard" | "remove" => change_one(machine, set, name, arguments),
        "update" | "difference_update" | "intersection_update" => {
            let others = others(arguments, name);
            let changed = others.and_then(|others| combine(&*set.get()?, &others, name));
            let changed = or_forget(machine, set, changed)?;
            machine.limit_items(changed.len())?;
            *set.change(machine, 0)? = changed;
            Ok(Value::None)
        }
        "union" | "difference" | "intersection" | "symmetric_difference" => {
            let combined = combine(&*set.get()?, &others(arguments, name)?, name)?;
            machine.new_set(combined)
        }
        "isdisjoint" | "issubset" | "issuperset" => {
            let others = others(arguments, name)?;
            let [other] = &*others else { return Err(Error::failed(format!("{name}() takes exactly one argument"))) };
            let set = set.get()?;
            Ok(Value::Bool(match name {
                "isdisjoint" => set.is_disjoint(other),
                "issubset" => set.is_subset(other),
                _ => set.is_superset(other),
            }))
        }
        "copy" => {
            let content = set.get()?.clone();
            machine.new_set(content)
        }
        "clear" => {
            let old = std::mem::take(&mut *set.change(machine, 0)?);
            drop(old);
            Ok(Value::None)
        }
        _ => pop(machine, set),
    }
}

fn or_forget<T>(machine: &mut Machine<'_>, set: &SharedSet, outcome: Result<T, Error>) -> Result<T, Error> {
    super::or_forget(machine, Value::Set(Rc::clone(set)), outcome)
}

fn others(arguments: Arguments, name: &str) -> Result<Vec<KeySet>, Error> {
    let set_of = |value: Value| value.iterate_in_any_order()?.iter().map(Key::new).collect();
    arguments.values(name)?.into_iter().map(set_of).collect()
}

fn combine(own: &KeySet, others: &[KeySet], name: &str) -> Result<KeySet, Error> {
    let mut result = own.clone();
    for other in others {
        result = match name {
            "union" | "update" => result.union(other).cloned().collect(),
            "difference" | "difference_update" => result.difference(other).cloned().collect(),
            "symmetric_difference" => result.symmetric_difference(other).cloned().collect(),
            _ => result.intersection(other).cloned().collect(),
        };
    }
    Ok(result)
}

fn change_one(machine: &mut Machine<'_>, set: &SharedSet, name: &str, arguments: Arguments) -> Result<Value, Error> {
    let key = or_forget(machine, set, Key::new(&arguments.one(name, "element")?))?;
    let mut content = set.change(machine, 1)?;
    match name {
        "add" => {
            content.insert(key);
        }
        "discard" => {
            content.shift_remove(&key);
        }
        _ if content.shift_remove(&key) => {}
        _ => return Err(Error::failed("the element is not in the set")),
    }
    Ok(Value::None)
}

/// Which element this is depends on Python's hashes, unless there is only one.
fn pop(machine: &mut Machine<'_>, set: &SharedSet) -> Result<Value, Error> {
    if set.get()?.len() > 1 {
        return or_forget(machine, set, Err(Error::unknown("the order of a set is not known")));
    }
    let last = set.change(machine, 0)?.pop();
    last.map(|key| key.to_value()).ok_or_else(|| Error::failed("'pop from an empty set'"))
}
