//! Loops, and the variable `loop` in them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::ast::For;
use super::compare;
use super::error::{Error, Reason};
use super::machine::Machine;
use super::object::{Object, ObjectKind};
use super::output::Output;
use super::run::Flow;
use super::scope::Scope;
use super::truth::Truth;
use super::uncertain::Outcome;
use super::value::{History, Shared, Value, references};
use super::{Arguments, Function};

/// What a loop goes through.
#[derive(Debug)]
enum Items {
    Fixed(Vec<Value>),
    /// A list, which the loop's body may change: Python then goes on with what the list has become.
    Live(Rc<Shared<Vec<Value>>>),
}

impl Items {
    fn at(&self, index: usize) -> Result<Option<Value>, Error> {
        Ok(match self {
            Self::Fixed(items) => items.get(index).cloned(),
            Self::Live(list) => list.get()?.get(index).cloned(),
        })
    }

    fn len(&self) -> Result<usize, Error> {
        Ok(match self {
            Self::Fixed(items) => items.len(),
            Self::Live(list) => list.get()?.len(),
        })
    }

    fn references(&self) -> Vec<Value> {
        match self {
            Self::Fixed(items) => references(items),
            Self::Live(list) => list.references(),
        }
    }
}

/// One loop at work.
struct Loop<'a> {
    definition: &'a Arc<For>,
    scope: &'a Rc<Scope>,
    state: Rc<LoopState>,
    /// Whether a turn has run to its end: then `else` does not run.
    completed: Completed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Completed {
    No,
    Maybe(Rc<Reason>),
    Yes,
}

impl Machine<'_> {
    pub(super) fn run_for(
        &mut self,
        definition: &Arc<For>,
        scope: &Rc<Scope>,
        output: &mut Output,
    ) -> Result<Flow, Error> {
        self.frame().span = definition.items.span;
        let iterable = self.eval(&definition.items, scope)?;
        self.run_loop(definition, &iterable, 0, scope, output)
    }

    /// Runs a loop and its `else`, in which `break` and `continue` mean the loop around.
    fn run_loop(
        &mut self,
        definition: &Arc<For>,
        iterable: &Value,
        depth: usize,
        scope: &Rc<Scope>,
        output: &mut Output,
    ) -> Result<Flow, Error> {
        let jumps = self.certainty.pending.enter_loop();
        let level = self.certainty.level();
        let completed = self.deeper(2, |machine| machine.loop_over(definition, iterable, depth, scope, output));
        self.certainty.close(level);
        self.certainty.pending.leave_loop(jumps);
        self.certainty.settle();
        match completed? {
            Completed::Yes => Ok(Flow::Next),
            Completed::No => self.run_body(&definition.otherwise, &Scope::within(scope), output),
            Completed::Maybe(reason) => {
                let branch = self.run_branch(&definition.otherwise, &reason, scope, output)?;
                append_if_empty(output, &branch.output, &reason);
                self.certainty.settle();
                Ok(Flow::Next)
            }
        }
    }

    fn loop_over(
        &mut self,
        definition: &Arc<For>,
        iterable: &Value,
        depth: usize,
        scope: &Rc<Scope>,
        output: &mut Output,
    ) -> Result<Completed, Error> {
        let any_order = matches!(iterable, Value::Set(set) if set.get().is_ok_and(|set| set.len() > 1));
        let items = match iterable {
            Value::List(list) if list.get().is_ok() => Items::Live(Rc::clone(list)),
            _ => match iterable.iterate_in_any_order() {
                Ok(items) => Items::Fixed(items),
                Err(Error::Unknown(reason)) => {
                    self.forget_content(iterable, &reason)?;
                    return self.unknown_turns(definition, &reason, scope, output);
                }
                Err(error) => return Err(self.locate(error, definition.items.span)),
            },
        };
        self.limit_items(items.len()?)?;
        if any_order {
            let reason = Reason::new("the order of a set is not known");
            if definition.jumps || definition.uses_loop {
                self.forget_content(iterable, &reason)?;
                return self.unknown_turns(definition, &reason, scope, output);
            }
            let mut written = output.another();
            let completed = self.in_any_order(&reason, |machine| {
                machine.loop_over_items(definition, items, depth, scope, &mut written)
            })?;
            append_if_empty(output, &written, &reason);
            return Ok(completed);
        }
        self.loop_over_items(definition, items, depth, scope, output)
    }

    fn loop_over_items(
        &mut self,
        definition: &Arc<For>,
        items: Items,
        depth: usize,
        scope: &Rc<Scope>,
        output: &mut Output,
    ) -> Result<Completed, Error> {
        let filtered =
            if definition.filters_first { self.filtered(definition, &items, scope) } else { Ok((items, None)) };
        let (items, unknown) = match filtered {
            // The list became unknown by what the filter does with it.
            Err(Error::Unknown(reason)) => return self.unknown_turns(definition, &reason, scope, output),
            filtered => filtered?,
        };
        let state = LoopState::new(items, depth, definition, scope, self.certainty.region());
        *state.unknown.borrow_mut() = unknown;
        let mut at_work = Loop { definition, scope, state: Rc::new(state), completed: Completed::No };
        self.turns(&mut at_work, output)?;
        Ok(at_work.completed)
    }

    /// The items that the loop's filter lets through, and why these are not all known.
    fn filtered(
        &mut self,
        definition: &Arc<For>,
        items: &Items,
        scope: &Rc<Scope>,
    ) -> Result<(Items, Option<Rc<Reason>>), Error> {
        let mut kept = Vec::new();
        let mut unknown = None;
        for index in 0.. {
            let Some(item) = items.at(index)? else { break };
            match self.filter_holds(definition, item.clone(), &Scope::within(scope))? {
                Truth::True => kept.push(item),
                Truth::False => {}
                Truth::Unknown(reason) => {
                    kept.push(item);
                    unknown = Some(reason);
                }
            }
        }
        Ok((Items::Fixed(kept), unknown))
    }

    /// Assigns a turn's item, and says whether the loop's filter lets it through.
    fn filter_holds(&mut self, definition: &Arc<For>, item: Value, scope: &Rc<Scope>) -> Result<Truth, Error> {
        self.charge(1)?;
        self.assign(&definition.target, item, scope)?;
        match &definition.filter {
            Some(filter) => self.truth(filter, scope),
            None => Ok(Truth::True),
        }
    }

    fn turns(&mut self, at_work: &mut Loop<'_>, output: &mut Output) -> Result<(), Error> {
        for index in 0.. {
            let item = match at_work.state.items.at(index) {
                Ok(Some(item)) => item,
                Ok(None) => break,
                // The list became unknown under way.
                Err(Error::Unknown(reason)) => {
                    let completed = self.unknown_turns(at_work.definition, &reason, at_work.scope, output)?;
                    if at_work.completed != Completed::Yes {
                        at_work.completed = completed;
                    }
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            let flow = self.next_turn(at_work, item, output)?;
            if flow == Flow::Break {
                break;
            }
        }
        Ok(())
    }

    fn next_turn(&mut self, at_work: &mut Loop<'_>, item: Value, output: &mut Output) -> Result<Flow, Error> {
        let inner = Scope::within(at_work.scope);
        match self.filter_holds(at_work.definition, item.clone(), &inner)? {
            Truth::False => {
                if at_work.definition.filters_first {
                    // The body changes what the filter looks at: how many turns there are was guessed wrong.
                    let reason = Reason::new("the filter of a loop changes while it runs");
                    output.set_unknown(&reason);
                    *at_work.state.unknown.borrow_mut() = Some(reason);
                }
                Ok(Flow::Continue)
            }
            Truth::True => {
                at_work.state.enter(item);
                self.turn(at_work, &inner, output)
            }
            Truth::Unknown(reason) => {
                at_work.state.enter(item);
                self.unknown_turn(at_work, &inner, &reason, output)
            }
        }
    }

    /// One turn. What a `continue` may have left is a region up to the turn's end.
    fn turn(&mut self, at_work: &mut Loop<'_>, inner: &Rc<Scope>, output: &mut Output) -> Result<Flow, Error> {
        if at_work.definition.uses_loop {
            inner.set(&"loop".into(), Value::object(Rc::clone(&at_work.state)));
        }
        let level = self.certainty.level();
        let outcome = if at_work.definition.jumps {
            let mut written = output.another();
            let outcome = self.run_body(&at_work.definition.body, inner, &mut written);
            match self.certainty.pending.jumped() {
                Some(reason) => append_if_empty(output, &written, &reason),
                None => {
                    self.limit_bytes(output.len() + written.len())?;
                    output.append(&written);
                }
            }
            outcome
        } else {
            self.run_body(&at_work.definition.body, inner, output)
        };
        let outcome = self.leave_turn(outcome)?;
        let jumped = self.certainty.pending.jumped();
        self.certainty.pending.end_turn();
        self.certainty.close(level);
        self.certainty.settle();
        match (outcome, jumped) {
            (Flow::Next, None) => at_work.completed = Completed::Yes,
            (Flow::Next, Some(reason)) if at_work.completed == Completed::No => {
                at_work.completed = Completed::Maybe(reason);
            }
            _ => {}
        }
        Ok(outcome)
    }

    /// What ends a turn that may have been left before already is no error: dbt gets here only when it was left.
    fn leave_turn(&mut self, outcome: Result<Flow, Error>) -> Result<Flow, Error> {
        let pending = &mut self.certainty.pending;
        let Some(reason) = pending.jumped() else { return outcome };
        let flow = if pending.is_continued() { Flow::Continue } else { Flow::Break };
        match outcome {
            Err(Error::Return(value)) => {
                pending.may_return(&reason);
                self.forget(&value, &reason)?;
                Ok(flow)
            }
            Err(Error::Failed(_)) => Ok(flow),
            outcome => outcome,
        }
    }

    /// A turn that the loop's filter may leave out.
    fn unknown_turn(
        &mut self,
        at_work: &mut Loop<'_>,
        inner: &Rc<Scope>,
        reason: &Rc<Reason>,
        output: &mut Output,
    ) -> Result<Flow, Error> {
        at_work.state.unknown.borrow_mut().get_or_insert_with(|| Rc::clone(reason));
        let completed = at_work.completed.clone();
        let mut written = output.another();
        let outcome = self.maybe(reason, |machine| machine.turn(at_work, inner, &mut written))?;
        if matches!(outcome, Outcome::Done(Flow::Break)) {
            self.certainty.pending.may_break(reason);
        }
        if completed == Completed::No && at_work.completed != Completed::No {
            at_work.completed = Completed::Maybe(Rc::clone(reason));
        } else {
            at_work.completed = completed;
        }
        self.certainty.settle();
        append_if_empty(output, &written, reason);
        Ok(Flow::Next)
    }

    /// The turns of a loop over something unknown: any number of them, with unknown items.
    fn unknown_turns(
        &mut self,
        definition: &Arc<For>,
        reason: &Rc<Reason>,
        scope: &Rc<Scope>,
        output: &mut Output,
    ) -> Result<Completed, Error> {
        let mut written = output.another();
        self.maybe_repeatedly(reason, |machine| {
            let state = LoopState::new(Items::Fixed(Vec::new()), 0, definition, scope, machine.certainty.region());
            *state.unknown.borrow_mut() = Some(Rc::clone(reason));
            let mut turn = Loop { definition, scope, state: Rc::new(state), completed: Completed::No };
            let inner = Scope::within(scope);
            let item = Value::Unknown(Rc::clone(reason));
            if !matches!(machine.filter_holds(definition, item, &inner)?, Truth::False) {
                machine.turn(&mut turn, &inner, &mut written)?;
            }
            Ok(())
        })?;
        append_if_empty(output, &written, reason);
        self.certainty.settle();
        Ok(Completed::Maybe(Rc::clone(reason)))
    }
}

/// What may or may not have been written leaves the text known only when it is nothing.
fn append_if_empty(output: &mut Output, written: &Output, reason: &Rc<Reason>) {
    if !written.is_empty() {
        output.set_unknown(reason);
    }
}

/// The variable `loop`.
#[derive(Debug)]
struct LoopState {
    items: Items,
    /// How many turns have begun.
    turns: Cell<usize>,
    previous: RefCell<Option<Value>>,
    current: RefCell<Option<Value>>,
    last_changed: RefCell<Option<Value>>,
    depth: usize,
    definition: Arc<For>,
    scope: Rc<Scope>,
    history: History,
    /// Why it is not known which turn this is.
    unknown: RefCell<Option<Rc<Reason>>>,
}

impl LoopState {
    fn new(items: Items, depth: usize, definition: &Arc<For>, scope: &Rc<Scope>, region: u32) -> Self {
        Self {
            items,
            turns: Cell::new(0),
            previous: RefCell::default(),
            current: RefCell::default(),
            last_changed: RefCell::default(),
            depth,
            definition: Arc::clone(definition),
            scope: Rc::clone(scope),
            history: History::new(region),
            unknown: RefCell::default(),
        }
    }

    /// Begins a turn.
    fn enter(&self, item: Value) {
        self.turns.set(self.turns.get() + 1);
        let before = self.current.replace(Some(item));
        self.previous.replace(before);
    }

    fn method(self: &Rc<Self>, name: &'static str) -> Value {
        let state = Rc::clone(self);
        Function::value(name, move |machine, arguments| match name {
            "cycle" => state.cycle(arguments),
            _ => state.changed(machine, arguments),
        })
    }

    fn cycle(&self, arguments: Arguments) -> Result<Value, Error> {
        let values = arguments.values("cycle")?;
        if let Some(reason) = self.unknown.borrow().clone() {
            return Err(Error::Unknown(reason));
        }
        let count = values.len().max(1);
        let chosen = values.into_iter().nth(self.turns.get().saturating_sub(1) % count);
        chosen.ok_or_else(|| Error::failed("no items for cycling given"))
    }

    fn changed(&self, machine: &mut Machine<'_>, arguments: Arguments) -> Result<Value, Error> {
        let values = Value::tuple(arguments.values("changed")?);
        self.history.check_change(machine, Vec::new)?;
        let last = self.last_changed.borrow().clone();
        let same = match &last {
            Some(last) => match compare::equal(last, &values) {
                Err(Error::Unknown(reason)) => {
                    self.history.set_taint(machine, &reason);
                    return Err(Error::Unknown(reason));
                }
                same => same?,
            },
            None => false,
        };
        if !same {
            self.last_changed.replace(Some(values));
        }
        Ok(Value::Bool(!same))
    }

    /// Where a filter runs turn by turn, what comes behind this turn is not known yet.
    fn check_ahead(&self) -> Result<(), Error> {
        if self.definition.filter.is_some() && !self.definition.filters_first {
            return Err(Error::unknown("how many turns a loop with a filter has"));
        }
        Ok(())
    }

    fn length(&self) -> Result<usize, Error> {
        self.check_ahead()?;
        self.items.len()
    }

    fn number(&self, name: &str) -> Result<Option<Value>, Error> {
        let index = self.turns.get();
        Ok(Some(match name {
            "index" => Value::from(index),
            "index0" => Value::Int(index as i64 - 1),
            "first" => Value::Bool(index == 1),
            "depth" => Value::from(self.depth + 1),
            "depth0" => Value::from(self.depth),
            "length" => Value::from(self.length()?),
            "revindex" => Value::Int(self.length()? as i64 - index as i64 + 1),
            "revindex0" => Value::Int(self.length()? as i64 - index as i64),
            "last" => {
                self.check_ahead()?;
                Value::Bool(self.items.at(index)?.is_none())
            }
            _ => return Ok(None),
        }))
    }
}

impl Object for Rc<LoopState> {
    fn attribute(&self, name: &str, machine: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        match name {
            "cycle" => return Ok(Some(self.method("cycle"))),
            "changed" => return Ok(Some(self.method("changed"))),
            _ => {}
        }
        if let Some(reason) = self.unknown.borrow().clone() {
            if matches!(name, "previtem" | "nextitem") {
                machine.forget_all(self.items.references(), &reason)?;
            }
            return Err(Error::Unknown(reason));
        }
        match name {
            "previtem" => {
                let previous = self.previous.borrow().clone();
                Ok(Some(previous.unwrap_or_else(|| machine.undefined("there is no previous item".to_owned()))))
            }
            "nextitem" => {
                self.check_ahead()?;
                let next = self.items.at(self.turns.get())?;
                Ok(Some(next.unwrap_or_else(|| machine.undefined("there is no next item".to_owned()))))
            }
            _ => self.number(name),
        }
    }

    /// `loop(items)`: the loop's text for other items, in a loop marked `recursive`.
    fn call(&self, machine: &mut Machine<'_>, arguments: Arguments) -> Result<Value, Error> {
        if !self.definition.recursive {
            let message = "The loop must have the 'recursive' marker to be called recursively.";
            return Err(Error::failed(message));
        }
        let items = arguments.one("loop", "iterable")?;
        let mut output = Output::kept();
        let (definition, scope, depth) = (Arc::clone(&self.definition), Rc::clone(&self.scope), self.depth + 1);
        machine.nested(|machine| machine.run_loop(&definition, &items, depth, &scope, &mut output))?;
        Ok(output.into_value())
    }

    fn kind(&self) -> ObjectKind {
        ObjectKind::Other
    }

    fn type_name(&self) -> &str {
        "LoopContext"
    }

    fn forget(&self, machine: &mut Machine<'_>, reason: &Rc<Reason>) -> Vec<Value> {
        self.history.set_taint(machine, reason);
        self.items.references()
    }
}
