//! `==`, `<`, `in` and their like.

use std::cmp::Ordering;
use std::rc::Rc;

use super::ast::CompareOperator;
use super::dict::Key;
use super::error::{Error, Reason};
use super::limits::LimitKind;
use super::value::Value;

/// How many values one comparison may look at, how deeply they may hold one another, and what was not known so far.
struct Comparison {
    values: u32,
    depth: u32,
}

const MAX_VALUES: u32 = 100_000;
const MAX_DEPTH: u32 = 50;

/// Whether a comparison holds.
pub(super) fn compare(operator: CompareOperator, left: &Value, right: &Value) -> Result<bool, Error> {
    match operator {
        CompareOperator::Equal => equal(left, right),
        CompareOperator::NotEqual => equal(left, right).map(|equal| !equal),
        CompareOperator::Less => order(left, right, "<").map(|order| order == Some(Ordering::Less)),
        CompareOperator::LessOrEqual => order(left, right, "<=").map(|order| order.is_some_and(Ordering::is_le)),
        CompareOperator::Greater => order(left, right, ">").map(|order| order == Some(Ordering::Greater)),
        CompareOperator::GreaterOrEqual => order(left, right, ">=").map(|order| order.is_some_and(Ordering::is_ge)),
        CompareOperator::In => contains(right, left),
        CompareOperator::NotIn => contains(right, left).map(|contains| !contains),
    }
}

/// Python's `==`.
pub(super) fn equal(left: &Value, right: &Value) -> Result<bool, Error> {
    Comparison { values: 0, depth: 0 }.equal(left, right)
}

/// Python's `<`, `==` or `>`; `None` for floats that have no order.
pub(super) fn order(left: &Value, right: &Value, operator: &str) -> Result<Option<Ordering>, Error> {
    Comparison { values: 0, depth: 0 }.order(left, right, operator)
}

impl Comparison {
    fn enter(&mut self) -> Result<(), Error> {
        self.values += 1;
        self.depth += 1;
        match (self.values > MAX_VALUES, self.depth > MAX_DEPTH) {
            (true, _) => Err(Error::limit(LimitKind::Steps)),
            (_, true) => Err(Error::limit(LimitKind::Depth)),
            _ => Ok(()),
        }
    }

    fn equal(&mut self, left: &Value, right: &Value) -> Result<bool, Error> {
        self.enter()?;
        let equal = self.equal_values(left.known()?, right.known()?);
        self.depth -= 1;
        equal
    }

    fn equal_values(&mut self, left: &Value, right: &Value) -> Result<bool, Error> {
        if let (Some(left), Some(right)) = (left.as_int(), right.as_int()) {
            return Ok(left == right);
        }
        if let (Some(left), Some(right)) = (left.as_float(), right.as_float()) {
            return equal_numbers(left, right);
        }
        match (left, right) {
            (Value::Str(left), Value::Str(right)) => Ok(left == right),
            (Value::None, Value::None) => Ok(true),
            (Value::Undefined(left), Value::Undefined(right)) => Ok(left.lenient == right.lenient),
            (Value::List(left), Value::List(right)) => {
                if Rc::ptr_eq(left, right) {
                    return Ok(true);
                }
                let (left, right) = (left.get()?, right.get()?);
                self.equal_sequences(&left, &right)
            }
            (Value::Tuple(left), Value::Tuple(right)) => self.equal_sequences(left, right),
            (Value::Dict(left), Value::Dict(right)) => {
                if Rc::ptr_eq(left, right) {
                    return Ok(true);
                }
                let (left, right) = (left.get()?, right.get()?);
                if left.len() != right.len() || left.keys().any(|key| !right.contains(key)) {
                    return Ok(false);
                }
                let pairs = left.iter().filter_map(|(key, value)| right.get(key).map(|other| (value, other)));
                self.all_equal(pairs)
            }
            (Value::Set(left), Value::Set(right)) => {
                let (left, right) = (left.get()?, right.get()?);
                Ok(left.len() == right.len() && left.iter().all(|key| right.contains(key)))
            }
            (Value::Range(left), Value::Range(right)) => {
                let same = |index| left.len() <= index || left.at(index) == right.at(index);
                Ok(left.len() == right.len() && same(0) && same(1))
            }
            (Value::Object(object), other) | (other, Value::Object(object)) => equal_object(object, other),
            (Value::Namespace(left), Value::Namespace(right)) => Ok(Rc::ptr_eq(left, right)),
            (Value::Macro(left), Value::Macro(right)) => Ok(Rc::ptr_eq(left, right)),
            _ => Ok(false),
        }
    }

    fn equal_sequences(&mut self, left: &[Value], right: &[Value]) -> Result<bool, Error> {
        if left.len() != right.len() {
            return Ok(false);
        }
        self.all_equal(left.iter().zip(right))
    }

    /// Whether all pairs are equal: one that is not decides, whatever the others are.
    fn all_equal<'a>(&mut self, pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Result<bool, Error> {
        let mut unknown: Option<Rc<Reason>> = None;
        for (left, right) in pairs {
            match self.equal(left, right) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(Error::Unknown(reason)) => {
                    self.depth = self.depth.saturating_sub(1);
                    unknown = Some(reason);
                }
                Err(error) => return Err(error),
            }
        }
        unknown.map_or(Ok(true), |reason| Err(Error::Unknown(reason)))
    }

    fn order(&mut self, left: &Value, right: &Value, operator: &str) -> Result<Option<Ordering>, Error> {
        self.enter()?;
        let order = self.order_values(left.known()?, right.known()?, operator);
        self.depth -= 1;
        order
    }

    fn order_values(&mut self, left: &Value, right: &Value, operator: &str) -> Result<Option<Ordering>, Error> {
        if let (Some(left), Some(right)) = (left.as_int(), right.as_int()) {
            return Ok(Some(left.cmp(&right)));
        }
        if let (Some(left), Some(right)) = (left.as_float(), right.as_float()) {
            return order_numbers(left, right);
        }
        match (left, right) {
            (Value::Str(left), Value::Str(right)) => Ok(Some(left.cmp(right))),
            (Value::List(left), Value::List(right)) => {
                let (left, right) = (left.get()?, right.get()?);
                self.order_sequences(&left, &right, operator)
            }
            (Value::Tuple(left), Value::Tuple(right)) => self.order_sequences(left, right, operator),
            (Value::Undefined(undefined), _) | (_, Value::Undefined(undefined)) => {
                Err(Error::failed(undefined.message.clone()))
            }
            (Value::Object(_), _) | (_, Value::Object(_)) => Err(Error::unknown("the order of an object")),
            (Value::Set(_), Value::Set(_)) => Err(Error::unknown("whether a set is part of another")),
            _ => {
                let (left, right) = (left.type_name(), right.type_name());
                let message = format!("'{operator}' not supported between instances of '{left}' and '{right}'");
                Err(Error::failed(message))
            }
        }
    }

    fn order_sequences(&mut self, left: &[Value], right: &[Value], operator: &str) -> Result<Option<Ordering>, Error> {
        for (left, right) in left.iter().zip(right) {
            if !self.equal(left, right)? {
                return self.order(left, right, operator);
            }
        }
        Ok(Some(left.len().cmp(&right.len())))
    }
}

/// Integers beyond 53 bits become floats only roughly, so that equal floats may come of different numbers.
fn equal_numbers(left: f64, right: f64) -> Result<bool, Error> {
    if left == right && left.abs() >= 9_007_199_254_740_992.0 {
        return Err(Error::unknown("whether large numbers are equal"));
    }
    Ok(left == right)
}

fn order_numbers(left: f64, right: f64) -> Result<Option<Ordering>, Error> {
    equal_numbers(left, right).map(|_| left.partial_cmp(&right))
}

fn equal_object(object: &Rc<dyn super::Object>, other: &Value) -> Result<bool, Error> {
    if let Value::Object(other) = other
        && Rc::ptr_eq(object, other)
    {
        return Ok(true);
    }
    object.equals(other).ok_or_else(|| Error::unknown("whether objects are equal"))
}

/// Python's `item in collection`.
pub(super) fn contains(collection: &Value, item: &Value) -> Result<bool, Error> {
    match collection.known()? {
        Value::Str(text) => match item.known()? {
            Value::Str(part) => Ok(memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some()),
            _ => {
                let message = format!("'in <string>' requires string as left operand, not {}", item.type_name());
                Err(Error::failed(message))
            }
        },
        Value::Dict(dict) => Ok(dict.get()?.contains(&Key::new(item)?)),
        Value::Set(set) => Ok(set.get()?.contains(&Key::new(item)?)),
        Value::List(list) => contains_item(&list.get()?, item),
        Value::Tuple(items) => contains_item(items, item),
        Value::Range(range) => match item.known()?.as_int() {
            Some(number) => Ok(range_contains(*range, number)),
            None => contains_item(&range.iter().collect::<Vec<_>>(), item),
        },
        Value::Undefined(_) => Ok(false),
        Value::Object(object) => match object.iterate()? {
            Some(items) => contains_item(&items, item),
            None => Err(Error::unknown("what an object contains")),
        },
        other => Err(Error::failed(format!("argument of type '{}' is not iterable", other.type_name()))),
    }
}

/// Whether an item is among others: one that is equal decides, whatever the others are.
fn contains_item(items: &[Value], item: &Value) -> Result<bool, Error> {
    let mut unknown = None;
    for other in items {
        match equal(other, item) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(Error::Unknown(reason)) => unknown = Some(reason),
            Err(error) => return Err(error),
        }
    }
    unknown.map_or(Ok(false), |reason| Err(Error::Unknown(reason)))
}

fn range_contains(range: super::Range, number: i64) -> bool {
    let (start, number, step) = (i128::from(range.start), i128::from(number), i128::from(range.step));
    let offset = number - start;
    offset % step == 0 && (0..range.len() as i128).contains(&(offset / step))
}
