//! Values that outlive the machine that made them.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use super::dict::{Dict, Key};
use super::error::Reason;
use super::machine::Machine;
use super::namespace::Namespace;
use super::value::{Range, Shared, Value};

/// How many values, one in the other, are taken along, and how many in all.
const DEEPEST: u32 = 32;
const MOST: u32 = 20_000;

/// A value from which any number of others can be made that share nothing, on any thread.
#[derive(Debug, Clone, PartialEq)]
pub struct Frozen(Kind);

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Arc<str>),
    List(Vec<Kind>),
    Tuple(Vec<Kind>),
    Dict(Vec<(Kind, Kind)>),
    Range(Range),
    Namespace(Vec<(Arc<str>, Kind)>),
    Unknown(Box<str>),
}

impl Frozen {
    /// What a value is, to make others like it. `None` for what can do something, for what is undefined, and for what
    /// could not be told from its likes afterwards: a list that is in the value twice is the same list at both places.
    pub fn of(value: &Value) -> Option<Self> {
        Freezing { seen: HashSet::new(), left: MOST }.kind(value, DEEPEST).map(Self)
    }

    /// A value of its own, as if it were made under the condition that holds now.
    pub fn thaw(&self, machine: &Machine<'_>) -> Value {
        self.0.thaw(machine.certainty.region())
    }
}

struct Freezing {
    /// Where the lists, dicts and namespaces are that were met.
    seen: HashSet<usize>,
    left: u32,
}

impl Freezing {
    fn kind(&mut self, value: &Value, deepest: u32) -> Option<Kind> {
        let within = deepest.checked_sub(1)?;
        self.left = self.left.checked_sub(1)?;
        Some(match value {
            Value::None => Kind::None,
            Value::Bool(value) => Kind::Bool(*value),
            Value::Int(number) => Kind::Int(*number),
            Value::Float(number) => Kind::Float(*number),
            Value::Str(text) => Kind::Str(Arc::clone(text)),
            Value::Range(range) => Kind::Range(*range),
            Value::Unknown(reason) => Kind::Unknown(reason.text().into()),
            Value::Tuple(items) => Kind::Tuple(self.kinds(items, within)?),
            Value::List(list) => {
                self.meet(Rc::as_ptr(list).addr())?;
                Kind::List(self.kinds(&list.get().ok()?, within)?)
            }
            Value::Dict(dict) => {
                self.meet(Rc::as_ptr(dict).addr())?;
                let pair = |(key, value): (&Key, &Value)| {
                    Some((self.kind(&key.to_value(), within)?, self.kind(value, within)?))
                };
                Kind::Dict(dict.get().ok()?.iter().map(pair).collect::<Option<_>>()?)
            }
            Value::Namespace(namespace) => {
                self.meet(Rc::as_ptr(namespace).addr())?;
                let attribute = |(name, value): (Arc<str>, Value)| Some((name, self.kind(&value, within)?));
                Kind::Namespace(namespace.attributes()?.into_iter().map(attribute).collect::<Option<_>>()?)
            }
            Value::Undefined(_) | Value::Set(_) | Value::Macro(_) | Value::Object(_) => return None,
        })
    }

    fn kinds(&mut self, values: &[Value], deepest: u32) -> Option<Vec<Kind>> {
        values.iter().map(|value| self.kind(value, deepest)).collect()
    }

    fn meet(&mut self, address: usize) -> Option<()> {
        self.seen.insert(address).then_some(())
    }
}

impl Kind {
    fn thaw(&self, region: u32) -> Value {
        let all = |kinds: &[Self]| kinds.iter().map(|kind| kind.thaw(region)).collect::<Vec<_>>();
        match self {
            Self::None => Value::None,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(number) => Value::Int(*number),
            Self::Float(number) => Value::Float(*number),
            Self::Str(text) => Value::Str(Arc::clone(text)),
            Self::Range(range) => Value::Range(*range),
            Self::Unknown(reason) => Value::Unknown(Reason::new(reason.clone())),
            Self::Tuple(items) => Value::tuple(all(items)),
            Self::List(items) => Value::List(Rc::new(Shared::new(all(items), region))),
            Self::Dict(items) => {
                let pair = |(key, value): &(Self, Self)| Some((Key::new(&key.thaw(region)).ok()?, value.thaw(region)));
                Value::Dict(Rc::new(Shared::new(items.iter().filter_map(pair).collect::<Dict>(), region)))
            }
            Self::Namespace(attributes) => {
                let attributes = attributes.iter().map(|(name, kind)| (Arc::clone(name), kind.thaw(region))).collect();
                Value::Namespace(Rc::new(Namespace::new(attributes, region)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{Expression, Globals, Limits};

    struct Nothing;

    impl Globals for Nothing {
        fn get(&self, name: &str) -> Option<Value> {
            (name == "unknown").then(|| Value::unknown("it is unknown"))
        }
    }

    fn value(expression: &str) -> Value {
        let expression = Expression::parse(expression).unwrap();
        Machine::new(&Nothing, Limits::default()).evaluate(&expression, true).unwrap()
    }

    #[test]
    fn a_value_is_made_anew_each_time() {
        let machine = Machine::new(&Nothing, Limits::default());
        for expression in [
            "none",
            "[true, 1, 2.5, 'text', range(3), unknown]",
            "{'a': [1], 2: (3, [4]), true: 5, (1, 2): 6, none: 7}",
            "namespace(a=1, b=[namespace(c={})])",
        ] {
            let frozen = Frozen::of(&value(expression)).expect(expression);
            let (first, second) = (frozen.thaw(&machine), frozen.thaw(&machine));
            assert_eq!(Frozen::of(&first), Some(frozen.clone()), "{expression}");
            if let (Value::List(first), Value::List(second)) = (&first, &second) {
                assert!(!Rc::ptr_eq(first, second));
            }
        }
    }

    #[test]
    fn what_cannot_be_made_anew_stays_what_it_is() {
        let list = Value::list(vec![]);
        let twice = Value::tuple(vec![list.clone(), list]);
        let mut deep = Value::list(vec![]);
        for _ in 0..DEEPEST {
            deep = Value::list(vec![deep]);
        }
        for value in [value("nope"), value("[cycler(1)]"), value("'a'.upper"), twice, deep] {
            assert_eq!(Frozen::of(&value), None, "{value:?}");
        }
    }
}
