//! The functions that Jinja2 itself gives to every template.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::Arguments;
use super::dict::{Dict, Key};
use super::error::{Error, Reason};
use super::machine::Machine;
use super::namespace::Namespace;
use super::object::{Function, Object, ObjectKind};
use super::value::{History, Range, Value, references};

/// The sandbox that dbt renders in refuses longer ranges.
const MAX_RANGE: usize = 100_000;

/// The global of a name.
pub(super) fn find(name: &str) -> Option<Value> {
    Some(match name {
        "range" => Function::value("range", range),
        "dict" => Function::value("dict", dict),
        "namespace" => Function::value("namespace", namespace),
        "cycler" => Function::value("cycler", cycler),
        "joiner" => Function::value("joiner", joiner),
        "lipsum" => Function::value("lipsum", |_, _| Err(Error::unknown("lipsum() is random"))),
        "self" => Value::unknown("self"),
        _ => return None,
    })
}

fn integer(value: Value) -> Result<i64, Error> {
    let value = value.known()?;
    let message = || format!("'{}' object cannot be interpreted as an integer", value.type_name());
    value.as_int().ok_or_else(|| Error::failed(message()))
}

fn range(_: &mut Machine<'_>, arguments: Arguments) -> Result<Value, Error> {
    let numbers = arguments.values("range")?.into_iter().map(integer).collect::<Result<Vec<_>, _>>()?;
    let (start, stop, step) = match *numbers {
        [stop] => (0, stop, 1),
        [start, stop] => (start, stop, 1),
        [start, stop, step] => (start, stop, step),
        _ => return Err(Error::failed(format!("range expected 1 to 3 arguments, got {}", numbers.len()))),
    };
    if step == 0 {
        return Err(Error::failed("range() arg 3 must not be zero"));
    }
    let range = Range { start, stop, step };
    if range.len() > MAX_RANGE {
        let message = format!("Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MAX_RANGE}).");
        return Err(Error::failed(message));
    }
    Ok(Value::Range(range))
}

/// The content of `dict(...)` or `update(...)`: a mapping or pairs, and keywords.
pub(super) fn dict_content(arguments: Arguments, function: &str) -> Result<Dict, Error> {
    let mut content = Dict::new();
    let mut positional = arguments.positional.into_iter();
    match positional.next() {
        None => {}
        Some(value) => match value.known()? {
            Value::Dict(dict) => content = dict.get()?.clone(),
            Value::Object(_) => return Err(Error::unknown("a dict of an object")),
            value => {
                for pair in value.iterate()? {
                    match &*pair.iterate()? {
                        [key, value] => content.insert(Key::new(key)?, value.clone()),
                        _ => return Err(Error::failed("dictionary update sequence element has the wrong length")),
                    };
                }
            }
        },
    }
    if positional.next().is_some() {
        return Err(Error::failed(format!("{function} expected at most 1 argument")));
    }
    for (name, value) in arguments.keyword {
        content.insert_text(&name, value);
    }
    Ok(content)
}

fn dict(machine: &mut Machine<'_>, arguments: Arguments) -> Result<Value, Error> {
    let content = dict_content(arguments, "dict")?;
    machine.new_dict(content)
}

fn namespace(machine: &mut Machine<'_>, arguments: Arguments) -> Result<Value, Error> {
    let mut attributes = Vec::new();
    for (key, value) in dict_content(arguments, "namespace")?.iter() {
        if let Some(name) = key.as_str() {
            attributes.push((name.into(), value.clone()));
        }
    }
    machine.limit_items(attributes.len())?;
    Ok(Value::Namespace(Rc::new(Namespace::new(attributes, machine.certainty.region()))))
}

/// `cycler(a, b, …)`
#[derive(Debug)]
struct Cycler {
    items: Vec<Value>,
    position: Cell<usize>,
    history: History,
}

fn cycler(machine: &mut Machine<'_>, arguments: Arguments) -> Result<Value, Error> {
    let items = arguments.values("cycler")?;
    if items.is_empty() {
        return Err(Error::failed("at least one item has to be provided"));
    }
    let history = History::new(machine.certainty.region());
    Ok(Value::object(Rc::new(Cycler { items, position: Cell::new(0), history })))
}

impl Cycler {
    fn check_change(&self, machine: &mut Machine<'_>) -> Result<(), Error> {
        self.history.check_change(machine, || references(&self.items))
    }
}

impl Object for Rc<Cycler> {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        let cycler = Self::clone(self);
        match name {
            "next" => Ok(Some(Function::value("next", move |machine, _| {
                cycler.check_change(machine)?;
                let position = cycler.position.get();
                cycler.position.set((position + 1) % cycler.items.len());
                Ok(cycler.items[position].clone())
            }))),
            "reset" => Ok(Some(Function::value("reset", move |machine, _| {
                cycler.check_change(machine)?;
                cycler.position.set(0);
                Ok(Value::None)
            }))),
            "current" => match self.history.taint() {
                Some(reason) => Err(Error::Unknown(reason)),
                None => Ok(Some(self.items[self.position.get()].clone())),
            },
            _ => Ok(None),
        }
    }

    fn type_name(&self) -> &str {
        "Cycler"
    }

    fn forget(&self, machine: &mut Machine<'_>, reason: &Rc<Reason>) -> Vec<Value> {
        self.history.set_taint(machine, reason);
        references(&self.items)
    }
}

/// `joiner(separator)`
#[derive(Debug)]
struct Joiner {
    separator: Value,
    used: RefCell<bool>,
    history: History,
}

fn joiner(machine: &mut Machine<'_>, arguments: Arguments) -> Result<Value, Error> {
    let [separator] = arguments.bind("joiner", ["sep"])?;
    let history = History::new(machine.certainty.region());
    let separator = separator.unwrap_or_else(|| Value::text(", "));
    Ok(Value::object(Joiner { separator, used: RefCell::new(false), history }))
}

impl Object for Joiner {
    fn call(&self, machine: &mut Machine<'_>, _: Arguments) -> Result<Value, Error> {
        self.history.check_change(machine, || references([&self.separator]))?;
        Ok(if self.used.replace(true) { self.separator.clone() } else { Value::text("") })
    }

    fn kind(&self) -> ObjectKind {
        ObjectKind::Function
    }

    fn type_name(&self) -> &str {
        "Joiner"
    }

    fn forget(&self, machine: &mut Machine<'_>, reason: &Rc<Reason>) -> Vec<Value> {
        self.history.set_taint(machine, reason);
        references([&self.separator])
    }
}
