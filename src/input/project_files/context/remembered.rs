//! What macros give that are called without arguments and do not look at the node they are called for: the same for every
//! node of a project, and so they run once.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, PoisonError, RwLock};

use super::super::world::MacroEntry;
use super::scope::{Purpose, Scope};
use crate::template::{Arguments, Cost, Error, Frozen, Machine, Value};

/// The results by package of the node and macro. `None` for a macro that has to run each time.
#[derive(Debug, Default)]
pub struct Remembered(RwLock<HashMap<usize, HashMap<String, Option<Arc<Known>>>>>);

/// What a macro gave, and what it took of the limits: who is given it pays the same, so that no limit is reached by one
/// node and not by another.
#[derive(Debug)]
struct Known {
    value: Frozen,
    cost: Cost,
}

impl Remembered {
    fn get(&self, project: usize, id: &str) -> Option<Option<Arc<Known>>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&project)?.get(id).cloned()
    }

    fn set(&self, project: usize, id: &str, known: Option<Known>) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(project).or_default().insert(id.to_owned(), known.map(Arc::new));
    }
}

/// Calls a macro of the project.
pub fn call(
    scope: &Rc<Scope>,
    entry: &MacroEntry,
    machine: &mut Machine<'_>,
    arguments: Arguments,
) -> Result<Value, Error> {
    let is_for_node = matches!(scope.purpose, Purpose::Node(_)) && !scope.is_in_variable();
    let is_plain = arguments.positional.is_empty() && arguments.keyword.is_empty();
    let remembered = &scope.world.remembered;
    let known = if is_for_node && is_plain { remembered.get(scope.project, &entry.unique_id) } else { Some(None) };
    match known {
        Some(Some(known)) if machine.spend(known.cost) => Ok(known.value.thaw(machine)),
        Some(_) => scope.inside(|| machine.call_macro(&entry.code, arguments)),
        None => {
            let run = |machine: &mut Machine<'_>| scope.inside(|| machine.call_macro(&entry.code, arguments));
            let ((called, cost), is_same_for_all) = scope.watched(|| machine.measured(run));
            let value = called.as_ref().ok().filter(|_| is_same_for_all).and_then(Frozen::of);
            remembered.set(scope.project, &entry.unique_id, value.map(|value| Known { value, cost }));
            called
        }
    }
}
