//! The methods of lists and tuples.

use std::rc::Rc;

use crate::template::Arguments;
use crate::template::arguments::missing;
use crate::template::compare;
use crate::template::error::Error;
use crate::template::filters::sorted;
use crate::template::machine::Machine;
use crate::template::value::{Shared, Value};

pub(super) const NAMES: &[&str] =
    &["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"];
pub(super) const TUPLE_NAMES: &[&str] = &["count", "index"];

type List = Rc<Shared<Vec<Value>>>;

pub(super) fn call(machine: &mut Machine<'_>, list: &List, name: &str, arguments: Arguments) -> Result<Value, Error> {
    match name {
        "append" => {
            let item = arguments.one("append", "object")?;
            list.change(machine, 1)?.push(item);
        }
        "extend" => {
            let items = arguments.one("extend", "iterable")?.iterate();
            return extend(machine, list, items);
        }
        "insert" => insert(machine, list, arguments)?,
        "pop" => return pop(machine, list, arguments),
        "remove" => remove(machine, list, arguments)?,
        "clear" => {
            let old = std::mem::take(&mut *list.change(machine, 0)?);
            drop(old);
        }
        "reverse" => list.change(machine, 0)?.reverse(),
        "sort" => sort(machine, list, arguments)?,
        "copy" => {
            let items = list.get()?.clone();
            return machine.new_list(items);
        }
        "count" => return count(&list.get()?, arguments),
        _ => return index(&list.get()?, arguments),
    }
    Ok(Value::None)
}

pub(super) fn call_tuple(items: &[Value], name: &str, arguments: Arguments) -> Result<Value, Error> {
    if name == "count" { count(items, arguments) } else { index(items, arguments) }
}

fn or_forget<T>(machine: &mut Machine<'_>, list: &List, outcome: Result<T, Error>) -> Result<T, Error> {
    super::or_forget(machine, Value::List(Rc::clone(list)), outcome)
}

/// What is added may be unknown: then the list is.
fn extend(machine: &mut Machine<'_>, list: &List, items: Result<Vec<Value>, Error>) -> Result<Value, Error> {
    let items = or_forget(machine, list, items)?;
    list.change(machine, items.len())?.extend(items);
    Ok(Value::None)
}

/// An argument that decides where a list changes; when it is unknown, the list becomes unknown.
fn deciding(machine: &mut Machine<'_>, list: &List, value: &Value) -> Result<(), Error> {
    or_forget(machine, list, value.known().map(|_| ()))
}

fn insert(machine: &mut Machine<'_>, list: &List, arguments: Arguments) -> Result<(), Error> {
    let [at, item] = arguments.bind("insert", ["index", "object"])?;
    let at = at.ok_or_else(|| missing("insert", "index"))?;
    let item = item.ok_or_else(|| missing("insert", "object"))?;
    deciding(machine, list, &at)?;
    let at = at.as_int().ok_or_else(|| Error::failed("list.insert() takes an integer"))?;
    let mut items = list.change(machine, 1)?;
    let length = items.len() as i64;
    let at = if at < 0 { at.saturating_add(length).max(0) } else { at.min(length) };
    items.insert(at as usize, item);
    Ok(())
}

fn pop(machine: &mut Machine<'_>, list: &List, arguments: Arguments) -> Result<Value, Error> {
    let [at] = arguments.bind("pop", ["index"])?;
    let at = at.unwrap_or(Value::Int(-1));
    deciding(machine, list, &at)?;
    let at = at.as_int().ok_or_else(|| Error::failed("list.pop() takes an integer"))?;
    let mut items = list.change(machine, 0)?;
    let length = items.len() as i64;
    let at = if at < 0 { at.saturating_add(length) } else { at };
    match length {
        0 => Err(Error::failed("pop from empty list")),
        _ if !(0..length).contains(&at) => Err(Error::failed("pop index out of range")),
        _ => Ok(items.remove(at as usize)),
    }
}

fn remove(machine: &mut Machine<'_>, list: &List, arguments: Arguments) -> Result<(), Error> {
    let item = arguments.one("remove", "value")?;
    let position = find(&list.get()?, &item);
    match or_forget(machine, list, position)? {
        None => Err(Error::failed("list.remove(x): x not in list")),
        Some(at) => {
            let removed = list.change(machine, 0)?.remove(at);
            drop(removed);
            Ok(())
        }
    }
}

fn sort(machine: &mut Machine<'_>, list: &List, mut arguments: Arguments) -> Result<(), Error> {
    let reverse = arguments.take_keyword("reverse").unwrap_or(Value::Bool(false)).is_true();
    let by_key = arguments.take_keyword("key").is_some_and(|key| !matches!(key, Value::None));
    arguments.values("sort")?;
    let items = list.get()?.clone();
    let outcome = if by_key { Err(Error::unknown("sort(key=…)")) } else { reverse };
    let outcome = outcome
        .and_then(|reverse| sorted(machine, items.into_iter().map(|item| (item.clone(), item)).collect(), reverse));
    let items = or_forget(machine, list, outcome)?;
    *list.change(machine, 0)? = items;
    Ok(())
}

/// Where an item is found first. What is unknown before it could be it as well.
fn find(items: &[Value], wanted: &Value) -> Result<Option<usize>, Error> {
    for (index, item) in items.iter().enumerate() {
        if compare::equal(item, wanted)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

fn count(items: &[Value], arguments: Arguments) -> Result<Value, Error> {
    let wanted = arguments.one("count", "value")?;
    let mut found = 0;
    for item in items {
        found += i64::from(compare::equal(item, &wanted)?);
    }
    Ok(Value::Int(found))
}

fn index(items: &[Value], arguments: Arguments) -> Result<Value, Error> {
    let [wanted, start, end] = arguments.bind("index", ["value", "start", "stop"])?;
    if start.is_some() || end.is_some() {
        return Err(Error::unknown("index() with a start"));
    }
    let wanted = wanted.ok_or_else(|| missing("index", "value"))?;
    find(items, &wanted)?.map(Value::from).ok_or_else(|| Error::failed("the value is not in the list"))
}
