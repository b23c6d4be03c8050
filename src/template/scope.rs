//! Variables.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::ast::Name;
use super::bury::bury;
use super::value::Value;

/// The variables of one template, macro, turn of a loop or block; what is not found is looked for in the parent.
#[derive(Debug, Default)]
pub(super) struct Scope {
    variables: RefCell<Vec<(Name, Value)>>,
    parent: Option<Rc<Scope>>,
}

impl Scope {
    pub(super) fn root() -> Rc<Self> {
        Rc::default()
    }

    pub(super) fn within(parent: &Rc<Self>) -> Rc<Self> {
        Rc::new(Self { variables: RefCell::default(), parent: Some(Rc::clone(parent)) })
    }

    pub(super) fn get(&self, name: &Name) -> Option<Value> {
        let mut scope = self;
        loop {
            if let Some(value) = scope.own(name) {
                return Some(value);
            }
            scope = scope.parent.as_deref()?;
        }
    }

    fn own(&self, name: &Name) -> Option<Value> {
        let variables = self.variables.borrow();
        let found = variables.iter().find(|(own, _)| Arc::ptr_eq(own, name) || own == name);
        found.map(|(_, value)| value.clone())
    }

    pub(super) fn set(&self, name: &Name, value: Value) {
        let mut variables = self.variables.borrow_mut();
        let old = match variables.iter_mut().find(|(own, _)| own == name) {
            Some((_, own)) => Some(std::mem::replace(own, value)),
            None => {
                variables.push((Arc::clone(name), value));
                None
            }
        };
        // Dropping a value may drop a scope; the borrow ends first.
        drop(variables);
        drop(old);
    }

    /// Takes all variables out.
    pub(super) fn take(&self) -> Vec<(Name, Value)> {
        std::mem::take(&mut *self.variables.borrow_mut())
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        let variables = self.variables.get_mut();
        if variables.iter().any(|(_, value)| value.is_collection()) {
            bury(variables.drain(..).map(|(_, value)| value).collect());
        }
    }
}
