//! `namespace()`: what loops and macros hand values out with.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::bury::bury;
use super::error::{Error, Reason};
use super::machine::Machine;
use super::value::{History, Value, references};

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
        if let Some(reason) = self.history.taint() {
            return Some(Value::Unknown(reason));
        }
        let attributes = self.attributes.borrow();
        attributes.iter().find(|(own, _)| **own == *name).map(|(_, value)| value.clone())
    }

    /// All attributes; `None` when they are unknown.
    pub(super) fn attributes(&self) -> Option<Vec<(Arc<str>, Value)>> {
        self.history.taint().is_none().then(|| self.attributes.borrow().clone())
    }

    /// Sets an attribute. Where it is not certain that this happens, that attribute becomes unknown.
    pub(super) fn set(&self, machine: &mut Machine<'_>, name: &Arc<str>, value: Value) -> Result<(), Error> {
        if let Some(reason) = self.history.taint() {
            return machine.forget(&value, &reason);
        }
        let value = match machine.uncertainty_beyond(self.history.region()) {
            Some(reason) => self.uncertain(machine, name, &value, reason)?,
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

    /// An attribute that may have this value, or the one that it had before.
    fn uncertain(
        &self,
        machine: &mut Machine<'_>,
        name: &str,
        value: &Value,
        reason: Rc<Reason>,
    ) -> Result<Value, Error> {
        let before = self.get(name);
        if !matches!(before, Some(Value::Unknown(_))) {
            machine.note_taint(self.history.region());
        }
        machine.forget_all(references(before.iter().chain([value])), &reason)?;
        Ok(Value::Unknown(reason))
    }

    /// Makes all attributes unknown, and gives what can be changed through them.
    pub(super) fn forget(&self, machine: &mut Machine<'_>, reason: &Rc<Reason>) -> Vec<Value> {
        let is_new = self.history.set_taint(machine, reason);
        if is_new { references(self.attributes.borrow().iter().map(|(_, value)| value)) } else { Vec::new() }
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
