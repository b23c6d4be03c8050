//! Calls of macros.

use std::rc::Rc;
use std::sync::Arc;

use super::error::Error;
use super::machine::{Frame, Machine};
use super::output::Output;
use super::scope::Scope;
use super::value::Value;
use super::{Arguments, Macro, MacroParameter};

/// A macro together with the variables that it sees: one that a template defines for itself, or `caller`.
#[derive(Debug)]
pub struct Closure {
    definition: Arc<Macro>,
    scope: Rc<Scope>,
    lenient: bool,
}

impl Closure {
    pub(super) fn new(definition: &Arc<Macro>, scope: &Rc<Scope>, lenient: bool) -> Self {
        Self { definition: Arc::clone(definition), scope: Rc::clone(scope), lenient }
    }

    /// The macro.
    pub fn definition(&self) -> &Arc<Macro> {
        &self.definition
    }

    pub(super) fn take_values(&mut self, into: &mut Vec<Value>) {
        if let Some(scope) = Rc::get_mut(&mut self.scope) {
            into.extend(scope.take().into_iter().map(|(_, value)| value));
        }
    }
}

impl Machine<'_> {
    /// Calls a macro of the project, as dbt's `MacroGenerator` does: the result is its text, or what it gives to
    /// `return()`.
    ///
    /// # Errors
    /// Where dbt ends with an error, and where a limit is reached.
    pub fn call_macro(&mut self, definition: &Arc<Macro>, arguments: Arguments) -> Result<Value, Error> {
        let frame = Frame {
            name: Some(Arc::clone(&definition.name)),
            text: Arc::clone(&definition.text),
            span: definition.name_span,
            lenient: false,
        };
        self.limit_macros()?;
        self.boundary(frame, |machine| {
            machine.deeper(2, |machine| machine.run_macro(definition, &Scope::root(), arguments))
        })
    }

    /// Calls a macro that a template defines for itself: a `return()` in it goes on to the macro around.
    pub(super) fn call_closure(&mut self, closure: &Closure, arguments: Arguments) -> Result<Value, Error> {
        let definition = &closure.definition;
        self.limit_macros()?;
        let frame = Frame {
            name: Some(Arc::clone(&definition.name)),
            text: Arc::clone(&definition.text),
            span: definition.name_span,
            lenient: closure.lenient,
        };
        let scope = Scope::within(&closure.scope);
        self.in_frame(frame, |machine| machine.deeper(2, |machine| machine.run_macro(definition, &scope, arguments)))
    }

    fn run_macro(&mut self, definition: &Macro, scope: &Rc<Scope>, arguments: Arguments) -> Result<Value, Error> {
        self.bind(definition, scope, arguments)?;
        let mut output = Output::kept();
        self.run_body(&definition.body, scope, &mut output)?;
        Ok(output.into_value())
    }

    /// Gives a macro's parameters their values, as Jinja2's `Macro.__call__` does.
    fn bind(&mut self, definition: &Macro, scope: &Rc<Scope>, mut arguments: Arguments) -> Result<(), Error> {
        let wanted = definition.parameters.len();
        let extra = arguments.positional.split_off(arguments.positional.len().min(wanted));
        let mut positional = arguments.positional.drain(..).collect::<Vec<_>>().into_iter();
        let given: Vec<Option<Value>> = definition
            .parameters
            .iter()
            .map(|parameter| positional.next().or_else(|| arguments.take_keyword(&parameter.name)))
            .collect();
        let explicit_caller = definition.parameters.iter().any(|parameter| &*parameter.name == "caller");
        if definition.caller && !explicit_caller {
            let caller = arguments.take_keyword("caller").filter(|caller| !matches!(caller, Value::None));
            let caller = caller.unwrap_or_else(|| self.undefined("No caller defined".to_owned()));
            scope.set(&"caller".into(), caller);
        }
        self.bind_rest(definition, scope, arguments, extra)?;
        for (parameter, value) in definition.parameters.iter().zip(given) {
            let value = match value {
                Some(value) => value,
                None => self.default_of(parameter, scope)?,
            };
            scope.set(&parameter.name, value);
        }
        Ok(())
    }

    fn bind_rest(
        &mut self,
        definition: &Macro,
        scope: &Rc<Scope>,
        arguments: Arguments,
        extra: Vec<Value>,
    ) -> Result<(), Error> {
        let name = &definition.name;
        if definition.kwargs {
            let items = arguments.keyword.into_iter().map(|(name, value)| (super::Key::text(&name), value)).collect();
            let kwargs = self.new_dict(items)?;
            scope.set(&"kwargs".into(), kwargs);
        } else if let Some((keyword, _)) = arguments.keyword.first() {
            return Err(Error::failed(format!("macro '{name}' takes no keyword argument '{keyword}'")));
        }
        if definition.varargs {
            scope.set(&"varargs".into(), Value::tuple(extra));
        } else if !extra.is_empty() {
            let wanted = definition.parameters.len();
            return Err(Error::failed(format!("macro '{name}' takes not more than {wanted} argument(s)")));
        }
        Ok(())
    }

    fn default_of(&mut self, parameter: &MacroParameter, scope: &Rc<Scope>) -> Result<Value, Error> {
        match &parameter.default {
            Some(default) => self.eval(default, scope),
            None => {
                let message = format!("parameter '{}' was not provided", parameter.name);
                Ok(self.undefined_attribute(message, &parameter.name))
            }
        }
    }
}
