//! `namespace()`: what loops and macros hand values out with.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::bury::bury;
use super::error::{Error, Reason};
use super::machine::Machine;
use super::value::{History, Value};

/// The attributes of a `namespace()`.
#[derive(Debug)]
pub struct Namespace {
    attributes: RefCell<Vec<(Arc<str>, Value)>>,
    history: History,
}

impl Namespace {
    pub(super) fn new(attributes: Vec<(Arc<str>, Value)>, region: u32) -> Self {
        Self { attributes: RefCell::new(attributes), history: History::new(region) }
    }

    pub(super) fn get(&self, name: &str) -> Option<Value> {
        let attributes = self.attributes.borrow();
        attributes.iter().find(|(own, _)| **own == *name).map(|(_, value)| value.clone())
    }

    /// Sets an attribute. Where it is not certain that this happens, that attribute becomes unknown.
    pub(super) fn set(&self, machine: &mut Machine<'_>, name: &Arc<str>, value: Value) -> Result<(), Error> {
        let value = match machine.uncertainty_beyond(self.history.region()) {
            Some(reason) => self.uncertain(machine, name, reason),
            None => value,
        };
        let mut attributes = self.attributes.borrow_mut();
        let old = match attributes.iter_mut().find(|(own, _)| own == name) {
            Some((_, own)) => Some(std::mem::replace(own, value)),
            None => {
                machine.limit_items(attributes.len() + 1)?;
                attributes.push((Arc::clone(name), value));
                None
            }
        };
        // Dropping a value may drop others; the borrow ends first.
        drop(attributes);
        drop(old);
        Ok(())
    }

    fn uncertain(&self, machine: &mut Machine<'_>, name: &str, reason: Rc<Reason>) -> Value {
        if !matches!(self.get(name), Some(Value::Unknown(_))) {
            machine.note_taint(self.history.region());
        }
        Value::Unknown(reason)
    }

    /// Makes all attributes unknown that exist.
    pub(super) fn forget(&self, reason: &Rc<Reason>) -> Vec<Value> {
        let mut attributes = self.attributes.borrow_mut();
        let unknown = || Value::Unknown(Rc::clone(reason));
        attributes.iter_mut().map(|(_, value)| std::mem::replace(value, unknown())).collect()
    }

    pub(super) fn take_values(&mut self, into: &mut Vec<Value>) {
        into.extend(self.attributes.get_mut().drain(..).map(|(_, value)| value));
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let attributes = self.attributes.get_mut();
        if attributes.iter().any(|(_, value)| value.is_collection()) {
            bury(attributes.drain(..).map(|(_, value)| value).collect());
        }
    }
}
