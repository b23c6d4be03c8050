//! Collections.

use std::cmp::Ordering;
use std::rc::Rc;

use super::attribute::{Path, paths};
use super::generator::Generator;
use super::{integer, truth};
use crate::template::arguments::missing;
use crate::template::ast::BinaryOperator;
use crate::template::compare;
use crate::template::dict::{Key, KeySet};
use crate::template::error::{Error, Reason};
use crate::template::machine::Machine;
use crate::template::methods::dict_items;
use crate::template::object::{Object, ObjectKind};
use crate::template::value::{Value, references};
use crate::template::{Arguments, operators, repr};

pub(super) fn default(_: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [default, boolean] = arguments.bind("default", ["default_value", "boolean"])?;
    let default = default.unwrap_or_else(|| Value::text(""));
    if let Value::Unknown(reason) = value {
        return Err(Error::Unknown(reason));
    }
    if value.is_undefined() {
        return Ok(default);
    }
    Ok(if truth(boolean)? && !value.is_true()? { default } else { value })
}

pub(super) fn length(_: &mut Machine<'_>, value: Value, _: Arguments) -> Result<Value, Error> {
    Ok(Value::from(match value.known()? {
        Value::Str(text) => text.chars().count(),
        Value::List(list) => list.get()?.len(),
        Value::Tuple(items) => items.len(),
        Value::Dict(dict) => dict.get()?.len(),
        Value::Set(set) => set.get()?.len(),
        Value::Range(range) => range.len(),
        Value::Undefined(_) => 0,
        Value::Object(object) => match object.length()? {
            Some(length) => length,
            None if object.type_name() == "generator" => {
                return Err(Error::failed("object of type 'generator' has no len()"));
            }
            None => return Err(Error::unknown("the length of an object")),
        },
        other => return Err(Error::failed(format!("object of type '{}' has no len()", other.type_name()))),
    }))
}

pub(super) fn first(machine: &mut Machine<'_>, value: Value, _: Arguments) -> Result<Value, Error> {
    let first = value.iterate()?.into_iter().next();
    Ok(first.unwrap_or_else(|| machine.undefined("No first item, sequence was empty.".to_owned())))
}

pub(super) fn last(machine: &mut Machine<'_>, value: Value, _: Arguments) -> Result<Value, Error> {
    if let Value::Object(object) = &value
        && object.type_name() == "generator"
    {
        return Err(Error::failed("'generator' object is not reversible"));
    }
    let last = value.iterate()?.pop();
    Ok(last.unwrap_or_else(|| machine.undefined("No last item, sequence was empty.".to_owned())))
}

pub(super) fn list(machine: &mut Machine<'_>, value: Value, _: Arguments) -> Result<Value, Error> {
    let items = value.iterate()?;
    machine.new_list(items)
}

pub(super) fn items(machine: &mut Machine<'_>, value: Value, _: Arguments) -> Result<Value, Error> {
    match value.known()? {
        Value::Undefined(_) => Ok(Generator::value(Vec::new())),
        Value::Dict(dict) => {
            let items = dict_items(&*dict.get()?);
            Ok(Generator::value(items))
        }
        Value::Object(object) => {
            let items = Rc::clone(object).call_method("items", machine, Arguments::default())?;
            items.ok_or_else(|| Error::unknown("the items of an object"))
        }
        _ => Err(Error::failed("Can only get item pairs from a mapping.")),
    }
}

pub(super) fn join(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [separator, attribute] = arguments.bind("join", ["d", "attribute"])?;
    let separator = separator.unwrap_or_else(|| Value::text(""));
    let separator = machine.text_of(&separator)?;
    let path = Path::new(attribute.as_ref(), false)?;
    let items = value.iterate()?;
    machine.charge(items.len())?;
    let mut joined = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            joined.push_str(&separator);
        }
        let item = path.get(machine, item)?;
        joined.push_str(&machine.text_of(&item)?);
        if joined.len() > machine.limits.bytes {
            machine.limit_bytes(joined.len())?;
        }
    }
    machine.new_text(joined)
}

pub(super) fn reverse(machine: &mut Machine<'_>, value: Value, _: Arguments) -> Result<Value, Error> {
    match value.known()? {
        Value::Str(text) => machine.new_text(text.chars().rev().collect()),
        Value::Set(_) => Err(Error::unknown("the order of a set is not known")),
        value => {
            let mut items = value.iterate()?;
            items.reverse();
            Ok(Generator::value(items))
        }
    }
}

/// Sorts pairs of a key and a value, and gives the values. Charges for the comparisons.
pub(in crate::template) fn sorted(
    machine: &mut Machine<'_>,
    mut pairs: Vec<(Value, Value)>,
    reverse: bool,
) -> Result<Vec<Value>, Error> {
    let count = pairs.len();
    machine.charge(count.saturating_mul(count.max(2).ilog2() as usize) / 4)?;
    // A comparison that fails or is not known spoils the whole order.
    let mut error = None;
    let mut compared = |left: &Value, right: &Value| match compare::order(left, right, "<") {
        Ok(Some(order)) => order,
        Ok(None) => {
            error.get_or_insert_with(|| Error::unknown("the order of nan"));
            Ordering::Equal
        }
        Err(found) => {
            error.get_or_insert(found);
            Ordering::Equal
        }
    };
    if count == 1 {
        return Ok(pairs.into_iter().map(|(_, value)| value).collect());
    }
    // Python keeps the order of equals also when it sorts in reverse.
    pairs.sort_by(|(left, _), (right, _)| if reverse { compared(right, left) } else { compared(left, right) });
    match error {
        Some(error) => Err(error),
        None => Ok(pairs.into_iter().map(|(_, value)| value).collect()),
    }
}

pub(super) fn sort(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [reverse, case_sensitive, attribute] = arguments.bind("sort", ["reverse", "case_sensitive", "attribute"])?;
    let (reverse, case_sensitive) = (truth(reverse)?, truth(case_sensitive)?);
    let paths = paths(attribute.as_ref(), !case_sensitive)?;
    let mut pairs = Vec::new();
    // In which order the set's items come does not matter, unless some are equal for the order.
    let is_set = matches!(value, Value::Set(_));
    for item in value.iterate_in_any_order()? {
        let keys = paths.iter().map(|path| path.get(machine, &item)).collect::<Result<Vec<_>, _>>()?;
        pairs.push((Value::tuple(keys), item));
    }
    if is_set && (!case_sensitive || attribute.is_some()) {
        let keys = pairs.iter().map(|(key, _)| Key::new(key)).collect::<Result<KeySet, _>>()?;
        if keys.len() < pairs.len() {
            return Err(Error::unknown("the order of a set is not known"));
        }
    }
    let items = sorted(machine, pairs, reverse)?;
    machine.new_list(items)
}

pub(super) fn dict_sort(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [case_sensitive, by, reverse] = arguments.bind("dictsort", ["case_sensitive", "by", "reverse"])?;
    let (case_sensitive, reverse) = (truth(case_sensitive)?, truth(reverse)?);
    let index = match by.as_ref().map(Value::known).transpose()?.map(Value::as_str) {
        None | Some(Some("key")) => 0,
        Some(Some("value")) => 1,
        _ => return Err(Error::failed("You can only sort by either \"key\" or \"value\"")),
    };
    let Value::Dict(dict) = value.known()? else {
        return Err(match value {
            Value::Object(_) => Error::unknown("dictsort of an object"),
            other => Error::failed(format!("'{} object' has no attribute 'items'", other.type_name())),
        });
    };
    let mut pairs = Vec::new();
    for (key, value) in dict.get()?.iter() {
        let pair = [key.to_value(), value.clone()];
        let key = match &pair[index] {
            Value::Str(text) if !case_sensitive => Value::from(text.to_lowercase()),
            key => key.clone(),
        };
        pairs.push((key, Value::tuple(pair.to_vec())));
    }
    let items = sorted(machine, pairs, reverse)?;
    machine.new_list(items)
}

pub(super) fn unique(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [case_sensitive, attribute] = arguments.bind("unique", ["case_sensitive", "attribute"])?;
    let path = Path::new(attribute.as_ref(), !truth(case_sensitive)?)?;
    let mut seen = KeySet::new();
    let mut kept = Vec::new();
    for item in value.iterate()? {
        if seen.insert(Key::new(&path.get(machine, &item)?)?) {
            kept.push(item);
        }
    }
    Ok(Generator::value(kept))
}

pub(super) fn min(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    extreme(machine, &value, arguments, "min", Ordering::Less)
}

pub(super) fn max(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    extreme(machine, &value, arguments, "max", Ordering::Greater)
}

/// The first item than which no other is less, or greater.
fn extreme(
    machine: &mut Machine<'_>,
    value: &Value,
    arguments: Arguments,
    name: &str,
    better: Ordering,
) -> Result<Value, Error> {
    let [case_sensitive, attribute] = arguments.bind(name, ["case_sensitive", "attribute"])?;
    let path = Path::new(attribute.as_ref(), !truth(case_sensitive)?)?;
    let mut best: Option<(Value, Value)> = None;
    for item in value.iterate()? {
        let key = path.get(machine, &item)?;
        let is_better = match &best {
            Some((best, _)) => compare::order(&key, best, "<")? == Some(better),
            None => {
                key.known()?;
                true
            }
        };
        if is_better {
            best = Some((key, item));
        }
    }
    Ok(match best {
        Some((_, item)) => item,
        None => machine.undefined("No aggregated item, sequence was empty.".to_owned()),
    })
}

pub(super) fn sum(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [attribute, start] = arguments.bind("sum", ["attribute", "start"])?;
    let path = Path::new(attribute.as_ref(), false)?;
    let mut total = start.unwrap_or(Value::Int(0));
    if matches!(total, Value::Str(_)) {
        return Err(Error::failed("sum() can't sum strings [use ''.join(seq) instead]"));
    }
    for item in value.iterate_in_any_order()? {
        let item = path.get(machine, &item)?;
        total = operators::binary(machine, BinaryOperator::Add, &total, &item)?;
    }
    Ok(total)
}

pub(super) fn batch(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [count, fill] = arguments.bind("batch", ["linecount", "fill_with"])?;
    let count = count.ok_or_else(|| missing("batch", "linecount"))?;
    let items = value.iterate()?;
    // Python looks at the count only when there is an item.
    if items.is_empty() {
        return Ok(Generator::value(items));
    }
    let count = usize::try_from(integer(Some(count), 0)?)
        .ok()
        .filter(|&count| count > 0)
        .ok_or_else(|| Error::unknown("batches without items"))?;
    let mut batches = Vec::new();
    for items in items.chunks(count) {
        let mut batch = items.to_vec();
        if let Some(fill) = fill.as_ref().filter(|fill| !matches!(fill, Value::None)) {
            machine.limit_items(count)?;
            batch.resize(count, fill.clone());
        }
        batches.push(machine.new_list(batch)?);
    }
    Ok(Generator::value(batches))
}

pub(super) fn slice(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [count, fill] = arguments.bind("slice", ["slices", "fill_with"])?;
    let count = usize::try_from(integer(Some(count.ok_or_else(|| missing("slice", "slices"))?), 0)?);
    let count = count.ok().filter(|&count| count > 0);
    let count = count.ok_or_else(|| Error::failed("integer division or modulo by zero"))?;
    let items = value.iterate()?;
    machine.limit_items(count)?;
    let (whole, extra) = (items.len() / count, items.len() % count);
    let mut slices = Vec::new();
    let mut rest = items.as_slice();
    for index in 0..count {
        let (slice, behind) = rest.split_at(whole + usize::from(index < extra));
        rest = behind;
        let mut slice = slice.to_vec();
        if let Some(fill) = fill.as_ref().filter(|fill| !matches!(fill, Value::None) && index >= extra) {
            slice.push(fill.clone());
        }
        slices.push(machine.new_list(slice)?);
    }
    Ok(Generator::value(slices))
}

pub(super) fn group_by(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [attribute, default, case_sensitive] = arguments.bind("groupby", ["attribute", "default", "case_sensitive"])?;
    let attribute = attribute.ok_or_else(|| missing("groupby", "attribute"))?;
    let case_sensitive = truth(case_sensitive)?;
    let path = Path::new(Some(&attribute), !case_sensitive)?.with_default(default.clone());
    let shown = Path::new(Some(&attribute), false)?.with_default(default);
    let mut pairs = Vec::new();
    for item in value.iterate()? {
        let key = path.get(machine, &item)?;
        key.known()?;
        pairs.push((key.clone(), Value::tuple(vec![key, item])));
    }
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    for pair in sorted(machine, pairs, false)? {
        let Value::Tuple(pair) = pair else { continue };
        match groups.last_mut() {
            Some((key, items)) if compare::equal(key, &pair[0])? => items.push(pair[1].clone()),
            _ => groups.push((pair[0].clone(), vec![pair[1].clone()])),
        }
    }
    let mut results = Vec::new();
    for (_, items) in groups {
        let key = shown.get(machine, &items[0])?;
        let items = machine.new_list(items)?;
        results.push(Value::object(Group { key, items }));
    }
    machine.new_list(results)
}

/// A group of `groupby`: a tuple whose parts have names.
#[derive(Debug)]
struct Group {
    key: Value,
    items: Value,
}

impl Object for Group {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        Ok(match name {
            "grouper" => Some(self.key.clone()),
            "list" => Some(self.items.clone()),
            _ => None,
        })
    }

    fn item(&self, key: &Value, machine: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        match key {
            Value::Str(name) => self.attribute(name, machine),
            Value::Int(0 | -2) => Ok(Some(self.key.clone())),
            Value::Int(1 | -1) => Ok(Some(self.items.clone())),
            _ => Ok(None),
        }
    }

    fn iterate(&self) -> Result<Option<Vec<Value>>, Error> {
        Ok(Some(vec![self.key.clone(), self.items.clone()]))
    }

    fn text(&self) -> Result<String, Error> {
        repr::repr(&Value::tuple(vec![self.key.clone(), self.items.clone()]), 1 << 20)
    }

    fn repr(&self) -> Result<String, Error> {
        self.text()
    }

    fn kind(&self) -> ObjectKind {
        ObjectKind::Sequence
    }

    fn equals(&self, _: &Value) -> Option<bool> {
        None
    }

    fn type_name(&self) -> &str {
        "_GroupTuple"
    }

    fn forget(&self, _: &mut Machine<'_>, _: &Rc<Reason>) -> Vec<Value> {
        references([&self.key, &self.items])
    }
}
