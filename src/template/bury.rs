//! Drops values that may hold one another a million deep without using the stack for it.

use std::rc::Rc;

use super::value::{Contents, Value};

/// Drops the values, and what only they hold, one after the other.
pub(super) fn bury(mut values: Vec<Value>) {
    while let Some(mut value) = values.pop() {
        match &mut value {
            Value::List(list) => take_content(list, &mut values),
            Value::Dict(dict) => take_content(dict, &mut values),
            Value::Set(set) => take_content(set, &mut values),
            Value::Tuple(items) => {
                if let Some(items) = Rc::get_mut(items) {
                    values.extend(items.iter_mut().map(|item| std::mem::replace(item, Value::None)));
                }
            }
            Value::Namespace(namespace) => {
                if let Some(namespace) = Rc::get_mut(namespace) {
                    namespace.take_values(&mut values);
                }
            }
            Value::Macro(closure) => {
                if let Some(closure) = Rc::get_mut(closure) {
                    closure.take_values(&mut values);
                }
            }
            _ => {}
        }
    }
}

fn take_content<T: Default + Contents>(shared: &mut Rc<super::value::Shared<T>>, values: &mut Vec<Value>) {
    if let Some(shared) = Rc::get_mut(shared) {
        shared.content_mut().take_values(values);
    }
}
