//! What runs templates.

use std::rc::Rc;
use std::sync::Arc;

use super::ast::Name;
use super::dict::{Dict, KeySet};
use super::error::{Error, Place};
use super::limits::{Cost, LimitKind, Limits};
use super::output::Output;
use super::scope::Scope;
use super::uncertain::Certainty;
use super::value::{Shared, Value};
use super::{Template, globals};
use crate::text::Span;

/// The names that a template does not define itself: dbt's context.
pub trait Globals {
    /// The value of a name; `None` when it does not exist.
    fn get(&self, name: &str) -> Option<Value>;

    /// What a name may be that neither dbt nor Jinja defines, if it may be anything.
    fn undefined(&self, _name: &str) -> Option<Value> {
        None
    }
}

/// How a template is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rendering {
    /// Whether the text matters, or only the calls that are made while it is written.
    pub keep_output: bool,
    /// Whether attributes, items and calls of what is undefined are undefined, as when dbt parses models. Otherwise
    /// they are errors, as in macros and in properties.
    pub lenient: bool,
}

impl Default for Rendering {
    fn default() -> Self {
        Self { keep_output: true, lenient: true }
    }
}

/// Runs templates and macros, one after the other or one from within the other. Has no access to files, network,
/// processes or the environment: whatever a template can reach is in its [`Globals`].
pub struct Machine<'g> {
    globals: &'g dyn Globals,
    pub(super) limits: Limits,
    steps: u64,
    depth: u32,
    /// The greatest depth, and the greatest number of macros at work, since [`Machine::measured`] began last.
    deepest: u32,
    most_macros: u32,
    pub(super) frames: Vec<Frame>,
    pub(super) certainty: Certainty,
}

/// A template or macro at work.
#[derive(Debug)]
pub(super) struct Frame {
    /// The macro's name; `None` for a template.
    pub(super) name: Option<Arc<str>>,
    pub(super) text: Arc<str>,
    pub(super) span: Span,
    pub(super) lenient: bool,
}

impl<'g> Machine<'g> {
    /// A machine for one rendering, or for several that share the limits.
    pub fn new(globals: &'g dyn Globals, limits: Limits) -> Self {
        let (steps, depth, deepest, most_macros) = Default::default();
        let (frames, certainty) = Default::default();
        Self { globals, limits, steps, depth, deepest, most_macros, frames, certainty }
    }

    /// Renders a template. The result is its text as [`Value::Str`], empty when it was not kept, or [`Value::Unknown`]
    /// when any part of the text is unknown.
    ///
    /// # Errors
    /// Where dbt ends with an error, and where a limit is reached.
    pub fn render(&mut self, template: &Template, rendering: Rendering) -> Result<Value, Error> {
        let output = if rendering.keep_output { Output::kept() } else { Output::discarded() };
        self.render_into(template, rendering.lenient, output)
    }

    /// Renders a template as dbt does a value of YAML: without leniency, and where all that is written comes from one
    /// expression that is no constant, the result is that expression's value and not its text.
    ///
    /// # Errors
    /// As for [`Self::render`].
    pub fn render_native(&mut self, template: &Template) -> Result<Value, Error> {
        self.render_into(template, false, Output::native())
    }

    fn render_into(&mut self, template: &Template, lenient: bool, mut output: Output) -> Result<Value, Error> {
        let frame = Frame { name: None, text: Arc::clone(&template.text), span: Span::default(), lenient };
        let returned = self.boundary(frame, |machine| {
            let scope = Scope::root();
            match machine.run_body(&template.body, &scope, &mut output) {
                Err(Error::Return(_)) => Err(Error::failed("return() outside of a macro")),
                outcome => outcome.map(|_| Value::None),
            }
        })?;
        if let Value::Unknown(reason) = returned {
            output.set_unknown(&reason);
        }
        Ok(output.into_value())
    }

    /// The value of a lone expression.
    ///
    /// # Errors
    /// As for [`Self::render`].
    pub fn evaluate(&mut self, expression: &super::Expression, lenient: bool) -> Result<Value, Error> {
        let frame = Frame { name: None, text: Arc::clone(&expression.text), span: Span::default(), lenient };
        self.boundary(frame, |machine| machine.eval(&expression.expr, &Scope::root()))
    }

    /// Calls any value.
    ///
    /// # Errors
    /// What the call ends with.
    pub fn call(&mut self, callee: &Value, arguments: super::Arguments) -> Result<Value, Error> {
        self.call_value(callee, arguments)
    }

    /// Whether what happens now certainly happens: `false` in a branch whose condition is unknown, in a loop over what
    /// is unknown, and after a `return` or `break` that may have been reached.
    pub fn is_certain(&self) -> bool {
        self.certainty.is_certain()
    }

    /// Where in the template that is rendered at the outermost level things happen; for what happens in a macro, where
    /// it was called.
    pub fn outer_span(&self) -> Option<Span> {
        let outermost = self.frames.first()?;
        let same = |frame: &&Frame| Arc::ptr_eq(&frame.text, &outermost.text);
        self.frames.iter().rev().find(same).map(|frame| frame.span)
    }

    /// Where things happen, both in the outermost and in the innermost template.
    pub fn place(&self) -> Option<Place> {
        let inner = self.frames.last()?;
        Some(Place {
            outer: self.outer_span()?,
            inner: inner.span,
            inner_text: Arc::clone(&inner.text),
            macros: self.macro_names().map(Arc::clone).collect(),
        })
    }

    /// The names of the macros at work, outermost first.
    pub fn macro_names(&self) -> impl DoubleEndedIterator<Item = &Arc<str>> {
        self.frames.iter().filter_map(|frame| frame.name.as_ref())
    }

    /// A new list, which may be changed under the condition that holds now.
    pub fn new_list(&mut self, items: Vec<Value>) -> Result<Value, Error> {
        self.limit_items(items.len())?;
        Ok(Value::List(Rc::new(Shared::new(items, self.certainty.region()))))
    }

    /// A new dict, which may be changed under the condition that holds now.
    pub fn new_dict(&mut self, items: Dict) -> Result<Value, Error> {
        self.limit_items(items.len())?;
        Ok(Value::Dict(Rc::new(Shared::new(items, self.certainty.region()))))
    }

    /// A new set, which may be changed under the condition that holds now.
    pub fn new_set(&mut self, items: KeySet) -> Result<Value, Error> {
        self.limit_items(items.len())?;
        Ok(Value::Set(Rc::new(Shared::new(items, self.certainty.region()))))
    }

    /// A string that was made by an operation.
    pub(super) fn new_text(&mut self, text: String) -> Result<Value, Error> {
        self.limit_bytes(text.len())?;
        Ok(Value::from(text))
    }

    /// The text that a value is written as, as by Python's `str`.
    ///
    /// # Errors
    /// [`Error::Unknown`] when that is not known.
    pub fn text_of(&mut self, value: &Value) -> Result<Arc<str>, Error> {
        if let Value::Str(text) = value {
            return Ok(Arc::clone(text));
        }
        let text = super::repr::text(value, self.limits.bytes)?;
        self.limit_bytes(text.len())?;
        Ok(text.into())
    }

    /// What a name means that the template does not define.
    pub(super) fn global(&self, name: &Name) -> Value {
        let global = self.globals.get(name).or_else(|| globals::find(name)).or_else(|| self.globals.undefined(name));
        global.unwrap_or_else(|| Value::undefined_name(name, self.is_lenient()))
    }

    /// An undefined value as the template at work has it: what is missing is no name.
    pub(super) fn undefined(&self, message: String) -> Value {
        Value::undefined_with(message, None, self.is_lenient())
    }

    /// The undefined value of an attribute that does not exist.
    pub(super) fn undefined_attribute(&self, message: String, name: &str) -> Value {
        Value::undefined_with(message, Some(&name.into()), self.is_lenient())
    }

    fn is_lenient(&self) -> bool {
        self.frames.last().is_none_or(|frame| frame.lenient)
    }

    /// Takes account of work to be done, so that nothing takes long.
    pub(super) fn charge(&mut self, steps: usize) -> Result<(), Error> {
        self.steps = self.steps.saturating_add(steps as u64);
        if self.steps > self.limits.steps { Err(Error::limit(LimitKind::Steps)) } else { Ok(()) }
    }

    /// Takes account of going through all of a value.
    pub(super) fn charge_value(&mut self, value: &Value) -> Result<(), Error> {
        let steps = match value {
            Value::Str(text) => text.len() / 256,
            Value::List(list) => list.content().borrow().len() / 8,
            Value::Tuple(items) => items.len() / 8,
            Value::Dict(dict) => dict.content().borrow().len() / 8,
            Value::Set(set) => set.content().borrow().len() / 8,
            Value::Range(range) => range.len() / 8,
            _ => 0,
        };
        if steps == 0 { Ok(()) } else { self.charge(steps) }
    }

    pub(super) fn limit_items(&mut self, items: usize) -> Result<(), Error> {
        if items > self.limits.items {
            return Err(Error::limit(LimitKind::Items));
        }
        if items < 8 { Ok(()) } else { self.charge(items / 8) }
    }

    pub(super) fn limit_bytes(&mut self, bytes: usize) -> Result<(), Error> {
        if bytes > self.limits.bytes {
            return Err(Error::limit(LimitKind::Bytes));
        }
        if bytes < 256 { Ok(()) } else { self.charge(bytes / 256) }
    }

    /// Runs something, and says what that took of the limits.
    pub fn measured<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> (T, Cost) {
        let (steps, depth, macros) = (self.steps, self.depth, self.macros_at_work());
        let (deepest, most_macros) = (self.deepest, self.most_macros);
        (self.deepest, self.most_macros) = (depth, macros);
        let result = run(self);
        let cost = Cost { steps: self.steps - steps, depth: self.deepest - depth, macros: self.most_macros - macros };
        (self.deepest, self.most_macros) = (self.deepest.max(deepest), self.most_macros.max(most_macros));
        (result, cost)
    }

    /// Takes account of a run whose result is known already. `false` when it would reach a limit, so that it has to run
    /// to fail.
    pub fn spend(&mut self, cost: Cost) -> bool {
        let (steps, depth) = (self.steps.saturating_add(cost.steps), self.depth + cost.depth);
        let macros = self.macros_at_work() + cost.macros;
        let fits = steps <= self.limits.steps && depth <= self.limits.depth && macros <= self.limits.macros;
        if fits {
            self.steps = steps;
            (self.deepest, self.most_macros) = (self.deepest.max(depth), self.most_macros.max(macros));
        }
        fits
    }

    fn macros_at_work(&self) -> u32 {
        u32::try_from(self.macro_names().count()).unwrap_or(u32::MAX)
    }

    /// Notes that one more macro is to be at work, unless there are too many.
    pub(super) fn limit_macros(&mut self) -> Result<(), Error> {
        let at_work = self.macros_at_work();
        if at_work >= self.limits.macros {
            return Err(Error::limit(LimitKind::Macros));
        }
        self.most_macros = self.most_macros.max(at_work + 1);
        Ok(())
    }

    /// Runs one statement or expression more deeply nested than the one at work.
    pub(super) fn nested<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        self.charge(1)?;
        self.deeper(1, run)
    }

    /// Runs what takes as much of the stack as some statements and expressions within one another.
    pub(super) fn deeper<T>(&mut self, by: u32, run: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        if self.depth + by > self.limits.depth {
            return Err(Error::limit(LimitKind::Depth));
        }
        self.depth += by;
        self.deepest = self.deepest.max(self.depth);
        let outcome = run(self);
        self.depth -= by;
        outcome
    }

    /// Runs a template or macro. An error without a place is one of the statement at work.
    pub(super) fn in_frame<T>(
        &mut self,
        frame: Frame,
        run: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.frames.push(frame);
        let outcome = run(self).map_err(|error| {
            let span = self.frame().span;
            self.locate(error, span)
        });
        self.frames.pop();
        outcome
    }

    /// The frame of the template or macro at work.
    pub(super) fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("nothing runs outside of a template")
    }

    /// Notes where an error happened, unless that is known already.
    pub(super) fn locate(&mut self, mut error: Error, span: Span) -> Error {
        if let Some(missing) = error.missing_place() {
            let before = std::mem::replace(&mut self.frame().span, span);
            *missing = self.place();
            self.frame().span = before;
        }
        error
    }
}
