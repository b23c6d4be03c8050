//! What filters give that work item by item: Python goes through it once.

use std::cell::RefCell;
use std::rc::Rc;

use crate::template::error::{Error, Reason};
use crate::template::machine::Machine;
use crate::template::object::Object;
use crate::template::value::{Value, references};

/// Items that are there once. A second time there may be fewer of them, or none.
#[derive(Debug)]
pub(super) struct Generator {
    items: RefCell<Option<Vec<Value>>>,
    /// What can be changed through the items, also when they are gone.
    references: Vec<Value>,
}

impl Generator {
    pub(super) fn value(items: Vec<Value>) -> Value {
        let references = references(&items);
        Value::object(Self { items: RefCell::new(Some(items)), references })
    }
}

impl Object for Generator {
    fn iterate(&self) -> Result<Option<Vec<Value>>, Error> {
        match self.items.borrow_mut().take() {
            Some(items) => Ok(Some(items)),
            None => Err(Error::unknown("a generator is gone through a second time")),
        }
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        if matches!(other, Value::Unknown(_)) { None } else { Some(false) }
    }

    fn type_name(&self) -> &str {
        "generator"
    }

    fn forget(&self, _: &mut Machine<'_>, _: &Rc<Reason>) -> Vec<Value> {
        self.items.take();
        self.references.clone()
    }
}
