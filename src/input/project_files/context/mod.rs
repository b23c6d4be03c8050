//! What dbt's parser puts into the context of a template: `ref`, `source`, `config`, `var` and their like, with
//! `execute = false`. Nothing here reads a file, runs a process or talks to a network; the environment is what the
//! caller has handed over.

mod adapter;
mod base;
mod convert;
mod dbt_macros;
mod generic_test;
mod macros;
mod modules;
pub mod names;
mod native;
mod node;
mod patterns;
mod remembered;
mod scope;

pub use adapter::dispatched;
pub use base::is_always_dbts;
pub use dbt_macros::is_known as is_dbt_macro;
pub use generic_test::{TestCall, test_calls};
pub use native::docs_block;
pub use node::{Identity, NameOf};
pub use remembered::Remembered;
pub use scope::{Docs, Purpose, Scope};

use convert::to_datum;
use native::native;
use std::rc::Rc;
use std::sync::Arc;

use super::datum::{Datum, Reason};
use super::node::{Calls, Failure};
use super::world::World;
use crate::template::{Arguments, Error, Limits, Machine, Rendering, Template, TemplateError, Value};

/// Evaluates the Jinja of a value of properties YAML; what cannot be evaluated is unknown.
pub fn yaml_value(world: &Arc<World>, project: usize, text: &str) -> Datum {
    value(&Scope::new(world, project, Purpose::Yaml), text)
}

/// The same for a value of `dbt_project.yml` or `profiles.yml`.
pub fn project_file_value(world: &Arc<World>, text: &str) -> Datum {
    value(&Scope::new(world, 0, Purpose::ProjectFile), text)
}

fn value(scope: &Rc<Scope>, text: &str) -> Datum {
    match native(scope, text) {
        Ok(value) => value,
        Err(error) => Datum::Unknown(Reason::from(error.to_string())),
    }
}

/// Renders a description, with `doc()` at hand. `None` where dbt would refuse it: the text then stays as it is.
pub fn description(world: &Arc<World>, project: usize, docs: &Rc<Docs>, text: &str) -> Option<String> {
    let scope = Scope::new(world, project, Purpose::Description(docs.clone()));
    match native(&scope, text).ok()? {
        Datum::Unknown(_) => None,
        value => Some(value.to_text()),
    }
}

fn refused(error: TemplateError) -> Error {
    Error::failed(error.message)
}

const KEPT: Rendering = Rendering { keep_output: true, lenient: true };
const CALLS_ONLY: Rendering = Rendering { keep_output: false, lenient: true };

/// Renders a node's file and says what it called.
pub fn node_calls(scope: &Rc<Scope>, template: &Template) -> Calls {
    let globals = scope.globals();
    let mut machine = Machine::new(&globals, Limits::default());
    let outcome = machine.render(template, CALLS_ONLY);
    let mut calls = scope.take_calls();
    if let Err(error) = outcome {
        note_failure(&error, &mut calls);
    }
    calls
}

/// What is not reached is not known. Only an error of the file itself, or one without end, is reported as one: what goes
/// wrong in a macro may be for want of something that is not evaluated here.
fn note_failure(error: &Error, calls: &mut Calls) {
    calls.uncertain.get_or_insert_with(|| Reason::from(format!("the rest is not evaluated: {error}")));
    let is_own = error.place().is_some_and(|place| place.macros.is_empty());
    if is_own || matches!(error, Error::Limit(_)) {
        calls.error = Some(Failure { message: error.to_string(), span: error.place().map(|place| place.outer) });
    }
}

/// Evaluates texts such as `ref('orders')`, for what they call: an exposure's `depends_on`, a hook.
pub fn expression_calls(scope: &Rc<Scope>, texts: &[String]) -> Calls {
    for text in texts {
        let Ok(template) = Template::parse(text.as_str()) else {
            scope.note_uncertain(&Reason::from(format!("`{text}` cannot be evaluated")));
            continue;
        };
        let globals = scope.globals();
        let mut machine = Machine::new(&globals, Limits::default());
        if let Err(error) = machine.render(&template, CALLS_ONLY) {
            scope.note_uncertain(&Reason::from(error.to_string()));
        }
    }
    scope.take_calls()
}

/// The name that a `generate_…_name` macro gives to a node; `None` where the project has none of its own.
pub fn generated_name(scope: &Rc<Scope>, component: &str, custom: &Datum, node: &NameOf) -> Option<Datum> {
    let name = format!("generate_{component}_name");
    let entry = scope.name_macro(&name)?;
    let arguments = Arguments::of(vec![convert::to_value(custom), Value::object(node.clone())]);
    let globals = scope.globals();
    let mut machine = Machine::new(&globals, Limits::default());
    let code = entry.code.clone();
    Some(match machine.call_macro(&code, arguments) {
        Ok(value) => names::trimmed(to_datum(&value)),
        Err(error) => Datum::Unknown(Reason::from(format!("{name} fails: {error}"))),
    })
}
