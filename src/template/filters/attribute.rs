//! Looking up what `attribute='a.b'` names.

use std::sync::Arc;

use crate::template::arguments::missing;
use crate::template::error::Error;
use crate::template::machine::Machine;
use crate::template::value::{Value, references};
use crate::template::{Arguments, access};

/// A path of attributes and indexes; empty for the item itself.
#[derive(Debug, Clone)]
pub(super) struct Path {
    parts: Vec<Value>,
    /// What is taken in place of what is undefined on the way.
    default: Option<Value>,
    /// Whether strings count in lower case.
    ignore_case: bool,
}

impl Path {
    pub(super) fn new(attribute: Option<&Value>, ignore_case: bool) -> Result<Self, Error> {
        let parts = match attribute {
            None | Some(Value::None) => Vec::new(),
            Some(attribute) => match attribute.known()? {
                Value::Str(path) => path.split('.').map(part).collect(),
                other => vec![other.clone()],
            },
        };
        Ok(Self { parts, default: None, ignore_case })
    }

    pub(super) fn with_default(self, default: Option<Value>) -> Self {
        Self { default: default.filter(|default| !matches!(default, Value::None)), ..self }
    }

    pub(super) fn get(&self, machine: &mut Machine<'_>, item: &Value) -> Result<Value, Error> {
        machine.charge(1)?;
        let mut item = item.clone();
        for part in &self.parts {
            let found = access::item(machine, &item, part);
            item = machine.forget_if_unknown(found, references(&self.default))?;
            if item.is_undefined()
                && let Some(default) = &self.default
            {
                item = default.clone();
            }
        }
        Ok(match item {
            Value::Str(text) if self.ignore_case => Value::from(text.to_lowercase()),
            item => item,
        })
    }
}

fn part(part: &str) -> Value {
    let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match part.parse() {
        Ok(index) if is_number => Value::Int(index),
        _ => Value::text(part),
    }
}

/// Several paths, separated by commas.
pub(super) fn paths(attribute: Option<&Value>, ignore_case: bool) -> Result<Vec<Path>, Error> {
    match attribute {
        Some(Value::Str(attributes)) => {
            attributes.split(',').map(|attribute| Path::new(Some(&Value::text(attribute)), ignore_case)).collect()
        }
        other => Ok(vec![Path::new(other, ignore_case)?]),
    }
}

/// `value | attr(name)`: the attribute, never the item of that name.
pub(super) fn attr(machine: &mut Machine<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [name] = arguments.bind("attr", ["name"])?;
    let name = name.ok_or_else(|| missing("attr", "name"))?;
    let value = value.known()?;
    match (name.known()?, value) {
        (Value::Str(name), Value::Dict(_)) if !crate::template::methods::exists(value, name) => {
            Ok(machine.undefined_attribute(format!("'dict object' has no attribute '{name}'"), name))
        }
        (Value::Str(name), value) => access::attribute(machine, value, &Arc::clone(name)),
        _ => Err(Error::failed("attribute name must be string")),
    }
}
