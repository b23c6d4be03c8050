//! What dbt's parser puts into the context of a template: `ref`, `source`, `config`, `var` and their like, with
//! `execute = false`. Nothing here reads a file, runs a process or talks to a network; the environment is what the
//! caller has handed over.

mod adapter;
mod base;
mod convert;
mod dbt_macros;
mod macros;
pub mod names;
mod native;
mod node;
mod scope;

pub use adapter::dispatched;
pub use dbt_macros::is_known as is_dbt_macro;
pub use native::docs_block;
pub use node::{Identity, NameOf};
pub use scope::{Docs, Purpose, Scope};

use convert::to_datum;
use native::native;
use std::rc::Rc;
use std::sync::Arc;

use super::datum::{Datum, Map, Reason};
use super::node::{Calls, Failure};
use super::world::World;
use crate::template::{Arguments, Error, Limits, Machine, Rendering, Template, TemplateError, Value};

/// Evaluates the Jinja of a YAML value; what cannot be evaluated is unknown.
pub fn yaml_value(world: &Arc<World>, project: usize, text: &str) -> Datum {
    let scope = Scope::new(world, project, Purpose::Yaml);
    match native(&scope, text) {
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

/// Renders the arguments of a generic test and runs its macro, for what they call.
pub fn test_calls(scope: &Rc<Scope>, namespace: Option<&str>, name: &str, kwargs: &Map) -> Calls {
    let globals = scope.globals();
    let mut machine = Machine::new(&globals, Limits::default());
    let given = Scope::new(&scope.world, scope.project, Purpose::Expression(Rc::default()));
    let mut arguments = Arguments::default();
    for (key, value) in kwargs.iter() {
        let value = if key == "column_name" { value.clone() } else { argument(&given, value) };
        arguments.keyword.push((Arc::from(key), convert::to_value(&value)));
    }
    scope.adopt(given.take_calls());
    let found = scope.test_macro(namespace, name);
    if let Some(entry) = found {
        scope.note_macro(&entry.unique_id);
        let code = entry.code.clone();
        // What goes wrong in a test's macro at parse time is dbt's to say.
        if machine.call_macro(&code, arguments).is_err() {
            scope.note_uncertain(&Reason::from(format!("the macro of the test `{name}` cannot be run")));
        }
    }
    scope.take_calls()
}

/// An argument of a test: a text that looks like a call is one, other texts are templates.
fn argument(scope: &Rc<Scope>, value: &Datum) -> Datum {
    match value {
        Datum::Text(text) => {
            let call = is_call(text).then(|| format!("{{{{ {text} }}}}"));
            let template = call.as_deref().unwrap_or(text);
            if !super::keypath::has_jinja(template) {
                return value.clone();
            }
            native(scope, template).unwrap_or_else(|error| Datum::Unknown(Reason::from(error.to_string())))
        }
        Datum::List(items) => Datum::List(items.iter().map(|item| argument(scope, item)).collect()),
        Datum::Map(map) => {
            Datum::Map(map.iter().map(|(key, value)| (key.to_owned(), argument(scope, value))).collect())
        }
        other => other.clone(),
    }
}

/// What dbt takes for a call in the arguments of a test, without braces around it.
fn is_call(text: &str) -> bool {
    let text = text.trim();
    let rest = ["env_var", "ref", "var", "source", "doc"].iter().find_map(|name| text.strip_prefix(name));
    rest.is_some_and(|rest| {
        let inside = rest.trim_start().strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        inside.is_some_and(|inside| !inside.is_empty() && !inside.contains('\n'))
    })
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
