//! Runs statements.

use std::rc::Rc;

use super::ast::{Body, CallBlock, Expr, FilterBlock, If, Name, Node, SetBlock, Target, With};
use super::call::Closure;
use super::error::{Error, Reason};
use super::machine::Machine;
use super::object::ObjectKind;
use super::output::Output;
use super::purity::is_constant;
use super::scope::Scope;
use super::truth::Truth;
use super::uncertain::{Outcome, same};
use super::value::{Value, references};

/// How a run of statements ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// At its end.
    Next,
    /// At a `break`.
    Break,
    /// At a `continue`.
    Continue,
}

/// A branch under an unknown condition that has run: what it set, and what it wrote.
pub(super) struct Branch {
    variables: Vec<(Name, Value)>,
    pub(super) output: Output,
    /// Whether it goes on behind the `if`.
    goes_on: bool,
}

impl Machine<'_> {
    pub(super) fn run_body(&mut self, body: &Body, scope: &Rc<Scope>, output: &mut Output) -> Result<Flow, Error> {
        for node in body {
            match node {
                Node::Text(span) => self.write_data(*span, output)?,
                _ => match self.nested(|machine| machine.run_node(node, scope, output))? {
                    Flow::Next => {}
                    flow => return Ok(flow),
                },
            }
        }
        Ok(Flow::Next)
    }

    fn write_data(&mut self, span: crate::text::Span, output: &mut Output) -> Result<(), Error> {
        if output.is_kept() {
            self.limit_bytes(output.len() + span.len())?;
            let text = std::sync::Arc::clone(&self.frame().text);
            output.push_data(&text[span.range()]);
        }
        Ok(())
    }

    fn run_node(&mut self, node: &Node, scope: &Rc<Scope>, output: &mut Output) -> Result<Flow, Error> {
        match node {
            Node::Text(span) => self.write_data(*span, output)?,
            Node::Output(expression) => self.run_output(expression, scope, output)?,
            Node::If(conditional) => return self.run_if(conditional, scope, output),
            Node::For(loops) => return self.run_for(loops, scope, output),
            Node::Set(set) => self.run_set(&set.0, &set.1, scope)?,
            Node::SetBlock(block) => return self.run_set_block(block, scope, output),
            Node::Macro(definition) => {
                let closure = Closure::new(definition, scope, self.frame().lenient);
                scope.set(&definition.assigned, Value::Macro(Rc::new(closure)));
            }
            Node::CallBlock(block) => self.run_call_block(block, scope, output)?,
            Node::FilterBlock(block) => return self.run_filter_block(block, scope, output),
            Node::With(with) => return self.run_with(with, scope, output),
            Node::Do(expression) => {
                self.frame().span = expression.span;
                self.eval(expression, scope)?;
            }
            Node::Autoescape(block) => return self.run_autoescape(&block.0, &block.1, scope, output),
            Node::Block(body) => return self.run_body(body, &Scope::within(scope), output),
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
            Node::Loader(span) => {
                let error = Error::failed("dbt has no loader for other templates");
                return Err(self.locate(error, *span));
            }
        }
        Ok(Flow::Next)
    }

    fn run_output(&mut self, expression: &Expr, scope: &Rc<Scope>, output: &mut Output) -> Result<(), Error> {
        self.frame().span = expression.span;
        let value = self.eval(expression, scope)?;
        if !output.is_kept() {
            return Ok(());
        }
        // Jinja2 makes text of constants before anything is rendered.
        output.note(Some(&value).filter(|_| !is_constant(expression)));
        self.write(&value, output)
    }

    /// Writes a value as text.
    pub(super) fn write(&mut self, value: &Value, output: &mut Output) -> Result<(), Error> {
        match self.text_of(value) {
            Ok(text) => {
                self.limit_bytes(output.len() + text.len())?;
                output.push(&text);
                Ok(())
            }
            Err(Error::Unknown(reason)) => {
                output.set_unknown(&reason);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn run_if(&mut self, conditional: &If, scope: &Rc<Scope>, output: &mut Output) -> Result<Flow, Error> {
        for (index, (test, body)) in conditional.branches.iter().enumerate() {
            self.frame().span = test.span;
            match self.truth(test, scope)? {
                Truth::True => return self.run_body(body, scope, output),
                Truth::False => {}
                Truth::Unknown(reason) => return self.run_branches(conditional, index, &reason, scope, output),
            }
        }
        self.run_body(&conditional.otherwise, scope, output)
    }

    /// Runs all branches from one on whose condition is not known, and joins what they did.
    fn run_branches(
        &mut self,
        conditional: &If,
        first: usize,
        reason: &Rc<Reason>,
        scope: &Rc<Scope>,
        output: &mut Output,
    ) -> Result<Flow, Error> {
        let mut branches = Vec::new();
        for (index, (test, body)) in conditional.branches.iter().enumerate().skip(first) {
            let truth = if index == first {
                Truth::Unknown(Rc::clone(reason))
            } else {
                match self.maybe(reason, |machine| machine.truth(test, scope))? {
                    Outcome::Done(truth) => truth,
                    // The condition leaves the macro: no later branch is reached.
                    Outcome::Left => return self.join(branches, reason, scope, output),
                }
            };
            if !matches!(truth, Truth::False) {
                branches.push(self.run_branch(body, reason, scope, output)?);
            }
            if matches!(truth, Truth::True) {
                return self.join(branches, reason, scope, output);
            }
        }
        branches.push(self.run_branch(&conditional.otherwise, reason, scope, output)?);
        self.join(branches, reason, scope, output)
    }

    pub(super) fn run_branch(
        &mut self,
        body: &Body,
        reason: &Rc<Reason>,
        scope: &Rc<Scope>,
        output: &Output,
    ) -> Result<Branch, Error> {
        let inner = Scope::within(scope);
        let mut written = output.another();
        let outcome = self.maybe(reason, |machine| machine.run_body(body, &inner, &mut written))?;
        let pending = &mut self.certainty.pending;
        let goes_on = match outcome {
            Outcome::Done(Flow::Next) => true,
            Outcome::Left => false,
            Outcome::Done(Flow::Break) => {
                pending.may_break(reason);
                false
            }
            Outcome::Done(Flow::Continue) => {
                pending.may_continue(reason);
                false
            }
        };
        Ok(Branch { variables: inner.take(), output: written, goes_on })
    }

    /// Sets what the branches set, to what they agree on or to unknown, and writes what they wrote likewise.
    fn join(
        &mut self,
        branches: Vec<Branch>,
        reason: &Rc<Reason>,
        scope: &Rc<Scope>,
        output: &mut Output,
    ) -> Result<Flow, Error> {
        let agreed = branches.windows(2).all(|pair| pair[0].output.agrees_with(&pair[1].output));
        match branches.first() {
            Some(branch) if agreed => {
                self.limit_bytes(output.len() + branch.output.len())?;
                output.append(&branch.output);
            }
            _ => output.set_unknown(reason),
        }
        let names: Vec<Name> =
            branches.iter().flat_map(|branch| &branch.variables).map(|(name, _)| name.clone()).collect();
        for (index, name) in names.iter().enumerate() {
            if !names[..index].contains(name) {
                let joined = self.joined(name, &branches, reason, scope)?;
                scope.set(name, joined);
            }
        }
        self.certainty.settle();
        Ok(Flow::Next)
    }

    /// The value of a name behind branches of which any may have run.
    fn joined(
        &mut self,
        name: &Name,
        branches: &[Branch],
        reason: &Rc<Reason>,
        scope: &Rc<Scope>,
    ) -> Result<Value, Error> {
        let before = scope.get(name).unwrap_or_else(|| self.global(name));
        let after = |branch: &Branch| {
            let own = branch.variables.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
            own.unwrap_or_else(|| before.clone())
        };
        let values: Vec<Value> = branches.iter().map(after).collect();
        let sets = |branch: &Branch| branch.variables.iter().any(|(own, _)| own == name);
        let is_left = branches.iter().any(|branch| !branch.goes_on && sets(branch));
        match values.first() {
            Some(first) if !is_left && values.iter().all(|value| same(first, value)) => Ok(first.clone()),
            _ => {
                self.forget_all(references(&values), reason)?;
                Ok(Value::Unknown(Rc::clone(reason)))
            }
        }
    }

    fn run_set(&mut self, target: &Target, expression: &Expr, scope: &Rc<Scope>) -> Result<(), Error> {
        self.frame().span = expression.span;
        let value = self.eval(expression, scope)?;
        self.assign(target, value, scope)
    }

    /// Assigns to a name, to several, or to a namespace's attribute.
    pub(super) fn assign(&mut self, target: &Target, value: Value, scope: &Rc<Scope>) -> Result<(), Error> {
        match target {
            Target::Name(name) => {
                scope.set(name, value);
                Ok(())
            }
            Target::Tuple(targets, span) => match self.unpack(targets.len(), &value) {
                Ok(items) => targets.iter().zip(items).try_for_each(|(target, item)| self.assign(target, item, scope)),
                Err(error) => Err(self.locate(error, *span)),
            },
            Target::Attribute(namespace, attribute, span) => {
                let namespace = scope.get(namespace).unwrap_or_else(|| self.global(namespace));
                match namespace {
                    Value::Namespace(namespace) => namespace.set(self, attribute, value),
                    Value::Unknown(reason) => self.forget(&value, &reason),
                    _ => {
                        let error = Error::failed("cannot assign attribute on non-namespace object");
                        Err(self.locate(error, *span))
                    }
                }
            }
        }
    }

    fn unpack(&mut self, wanted: usize, value: &Value) -> Result<Vec<Value>, Error> {
        let items = match value.iterate() {
            Err(Error::Unknown(reason)) => {
                self.forget_content(value, &reason)?;
                vec![Value::Unknown(reason); wanted]
            }
            items => items?,
        };
        match items.len() {
            given if given > wanted => Err(Error::failed(format!("too many values to unpack (expected {wanted})"))),
            given if given < wanted => {
                Err(Error::failed(format!("not enough values to unpack (expected {wanted}, got {given})")))
            }
            _ => Ok(items),
        }
    }

    /// Runs a body whose text becomes a value; the text matters even where the surrounding one does not.
    fn captured(&mut self, body: &Body, scope: &Rc<Scope>) -> Result<(Value, Flow), Error> {
        let mut output = Output::kept();
        let flow = self.run_body(body, &Scope::within(scope), &mut output)?;
        Ok((output.into_value(), flow))
    }

    fn run_set_block(&mut self, block: &SetBlock, scope: &Rc<Scope>, _: &mut Output) -> Result<Flow, Error> {
        let (mut value, flow) = self.captured(&block.body, scope)?;
        if flow != Flow::Next {
            return Ok(flow);
        }
        if let Some(filter) = &block.filter {
            value = self.eval_block_filter(filter, value, scope)?;
        }
        self.assign(&block.target, value, scope)?;
        Ok(Flow::Next)
    }

    fn run_filter_block(&mut self, block: &FilterBlock, scope: &Rc<Scope>, output: &mut Output) -> Result<Flow, Error> {
        let (value, flow) = self.captured(&block.body, scope)?;
        if flow == Flow::Next {
            let value = self.eval_block_filter(&block.filter, value, scope)?;
            output.note(Some(&value));
            self.write(&value, output)?;
        }
        Ok(flow)
    }

    fn run_call_block(&mut self, block: &CallBlock, scope: &Rc<Scope>, output: &mut Output) -> Result<(), Error> {
        self.frame().span = block.call.span;
        let caller = Closure::new(&block.caller, scope, self.frame().lenient);
        let value = self.eval_call_block(&block.call, Value::Macro(Rc::new(caller)), scope)?;
        // Jinja2 does not turn the result into text; joining it with the rest then fails.
        let is_text = match &value {
            Value::Str(_) | Value::Unknown(_) => true,
            Value::Object(object) => object.kind() == ObjectKind::Text,
            _ => false,
        };
        if !is_text {
            let message = format!("a call block gives a text, not a value of type {}", value.type_name());
            return Err(self.locate(Error::failed(message), block.call.span));
        }
        output.note(Some(&value));
        self.write(&value, output)
    }

    fn run_with(&mut self, with: &With, scope: &Rc<Scope>, output: &mut Output) -> Result<Flow, Error> {
        let inner = Scope::within(scope);
        for (target, expression) in &with.bindings {
            let value = self.eval(expression, scope)?;
            self.assign(target, value, &inner)?;
        }
        self.run_body(&with.body, &inner, output)
    }

    /// dbt has no use for escaping, so that text which may be escaped counts as unknown.
    fn run_autoescape(
        &mut self,
        escape: &Expr,
        body: &Body,
        scope: &Rc<Scope>,
        output: &mut Output,
    ) -> Result<Flow, Error> {
        if !matches!(self.truth(escape, scope)?, Truth::False) {
            output.set_unknown(&Reason::new("text within autoescape"));
        }
        self.run_body(body, &Scope::within(scope), output)
    }
}
