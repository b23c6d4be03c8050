//! What happens under a condition that is not known.
//!
//! Every branch of such a condition runs, each in a *region* of its own. What a region changes of what was made outside
//! of it becomes unknown; what is made and changed within the same region stays known. A `return`, `break` or
//! `continue` in a region may or may not have been reached: all that follows it, up to the end of the macro, loop or
//! turn that it leaves, is a region as well.
//!
//! What is known and can be changed is never what an unknown value may be: a list that one branch gives to a variable,
//! and the other does not, could be changed through that variable without anybody seeing it. So where a value becomes
//! one of several that are possible, all of them are [forgotten](Machine::forget).

use std::rc::Rc;

use super::Arguments;
use super::call::Closure;
use super::error::{Error, Reason};
use super::limits::LimitKind;
use super::machine::{Frame, Machine};
use super::value::{Value, references};

/// How often a loop over something unknown is tried before it counts as endless. What is made in a turn cannot become
/// unknown for the loop, so that two or three turns are what it takes.
const MAX_PASSES: u32 = 10;

/// How sure it is that the machine gets to where it is.
#[derive(Debug, Default)]
pub(super) struct Certainty {
    regions: Vec<Region>,
    made: u32,
    pub(super) pending: Pending,
    /// The regions of what became unknown, in the order in which it did.
    taints: Vec<u32>,
    /// The macros that run because somebody unknown may call them.
    forgotten: Vec<Rc<Closure>>,
}

#[derive(Debug)]
struct Region {
    id: u32,
    /// Whether what happens here happens for certain, only the order being unknown.
    certain: bool,
    reason: Rc<Reason>,
}

/// What may have left the code at work.
#[derive(Debug, Default)]
pub(super) struct Pending {
    returned: Option<Rc<Reason>>,
    broke: Option<Rc<Reason>>,
    continued: Option<Rc<Reason>>,
    /// Whether something was added for which no region is open.
    added: bool,
    /// Which of the open regions is the one for what may have been left.
    region: Option<usize>,
}

impl Pending {
    /// A `return` may have been reached.
    pub(super) fn may_return(&mut self, reason: &Rc<Reason>) {
        self.returned = Some(Rc::clone(reason));
        self.added = true;
    }

    /// A `break` may have been reached.
    pub(super) fn may_break(&mut self, reason: &Rc<Reason>) {
        self.broke = Some(Rc::clone(reason));
        self.added = true;
    }

    /// A `continue` may have been reached.
    pub(super) fn may_continue(&mut self, reason: &Rc<Reason>) {
        self.continued = Some(Rc::clone(reason));
        self.added = true;
    }

    /// Whether the turn at work may have ended with a `continue`.
    pub(super) fn is_continued(&self) -> bool {
        self.continued.is_some()
    }

    /// Why the turn at work may have ended already.
    pub(super) fn jumped(&self) -> Option<Rc<Reason>> {
        self.broke.as_ref().or(self.continued.as_ref()).cloned()
    }

    /// The turn at work ends.
    pub(super) fn end_turn(&mut self) {
        self.continued = None;
    }

    /// Takes out what concerns the loop at work, for a loop in it.
    pub(super) fn enter_loop(&mut self) -> Jumps {
        (self.broke.take(), self.continued.take())
    }

    /// Puts back what concerns the loop around.
    pub(super) fn leave_loop(&mut self, (broke, continued): Jumps) {
        self.broke = broke;
        self.continued = continued;
    }

    fn any(&self) -> Option<&Rc<Reason>> {
        self.returned.as_ref().or(self.broke.as_ref()).or(self.continued.as_ref())
    }
}

/// Why a loop and its turn may have ended already.
pub(super) type Jumps = (Option<Rc<Reason>>, Option<Rc<Reason>>);

/// How a stretch that may or may not run went.
#[derive(Debug)]
pub(super) enum Outcome<T> {
    /// It ran to its end.
    Done(T),
    /// It was left by a `return`, or with an error that dbt would have ended with as well.
    Left,
}

impl Certainty {
    pub(super) fn is_certain(&self) -> bool {
        self.regions.iter().all(|region| region.certain)
    }

    /// The region at work; 0 outside of all.
    pub(super) fn region(&self) -> u32 {
        self.regions.last().map_or(0, |region| region.id)
    }

    fn push(&mut self, reason: &Rc<Reason>, certain: bool) -> u32 {
        self.made += 1;
        self.regions.push(Region { id: self.made, certain, reason: Rc::clone(reason) });
        self.made
    }

    /// How many regions are open, to close those that are opened from now on.
    pub(super) fn level(&self) -> usize {
        self.regions.len()
    }

    /// Closes the regions that were opened since then.
    pub(super) fn close(&mut self, level: usize) {
        self.regions.truncate(level);
        self.pending.region = self.pending.region.filter(|&region| region < level);
    }

    /// Opens a region for the rest of what may have been left, unless one is open.
    pub(super) fn settle(&mut self) {
        if let Some(reason) = self.pending.any().cloned()
            && (self.pending.added || self.pending.region.is_none())
        {
            self.pending.added = false;
            self.pending.region = Some(self.regions.len());
            self.push(&reason, false);
        }
    }
}

impl Machine<'_> {
    /// Why a change to something made in a region cannot be followed; `None` when it can.
    pub(super) fn uncertainty_beyond(&self, region: u32) -> Option<Rc<Reason>> {
        let current = self.certainty.regions.last()?;
        (current.id != region).then(|| Rc::clone(&current.reason))
    }

    /// Notes that something became unknown that was made in `region`.
    pub(super) fn note_taint(&mut self, region: u32) {
        self.certainty.taints.push(region);
    }

    /// Runs what may or may not run.
    pub(super) fn maybe<T>(
        &mut self,
        reason: &Rc<Reason>,
        run: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<Outcome<T>, Error> {
        let level = self.certainty.level();
        self.certainty.push(reason, false);
        let outcome = run(self);
        self.certainty.close(level);
        match outcome {
            Ok(value) => Ok(Outcome::Done(value)),
            Err(Error::Return(value)) => {
                self.forget(&value, reason)?;
                self.certainty.pending.may_return(reason);
                Ok(Outcome::Left)
            }
            Err(Error::Failed(_) | Error::Unknown(_)) => Ok(Outcome::Left),
            Err(limit @ Error::Limit(_)) => Err(limit),
        }
    }

    /// Runs what may run any number of times, until running it again makes nothing more unknown.
    pub(super) fn maybe_repeatedly(
        &mut self,
        reason: &Rc<Reason>,
        mut run: impl FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for _ in 0..MAX_PASSES {
            let (taints, region) = (self.certainty.taints.len(), self.certainty.made);
            self.maybe(reason, &mut run)?;
            let older = |&made: &u32| made <= region;
            if !self.certainty.taints[taints..].iter().any(older) {
                return Ok(());
            }
        }
        Err(Error::limit(LimitKind::Steps))
    }

    /// Runs what certainly runs, in an order that is not known.
    pub(super) fn in_any_order<T>(
        &mut self,
        reason: &Rc<Reason>,
        run: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let level = self.certainty.level();
        self.certainty.push(reason, true);
        let outcome = run(self);
        self.certainty.close(level);
        match outcome {
            Err(Error::Return(value)) => {
                self.forget(&value, reason)?;
                Err(Error::Return(Value::Unknown(Rc::clone(reason))))
            }
            outcome => outcome,
        }
    }

    /// Runs a template or macro of the project in a frame of its own. What `return` gives ends here.
    pub(super) fn boundary(
        &mut self,
        frame: Frame,
        run: impl FnOnce(&mut Self) -> Result<Value, Error>,
    ) -> Result<Value, Error> {
        let level = self.certainty.level();
        let pending = std::mem::take(&mut self.certainty.pending);
        let outcome = self.in_frame(frame, run);
        self.certainty.close(level);
        let pending = std::mem::replace(&mut self.certainty.pending, pending);
        match (outcome, pending.returned) {
            (Err(limit @ Error::Limit(_)), _) => Err(limit),
            (outcome, Some(reason)) => {
                if let Ok(value) | Err(Error::Return(value)) = outcome {
                    self.forget(&value, &reason)?;
                }
                Ok(Value::Unknown(reason))
            }
            (Err(Error::Return(value)), None) => Ok(value),
            (outcome, None) => outcome,
        }
    }

    /// Makes everything unknown that can be changed through a value: it was given to code that is not known, or it is
    /// one of several that an unknown value may be.
    pub(super) fn forget(&mut self, value: &Value, reason: &Rc<Reason>) -> Result<(), Error> {
        if value.is_reference() { self.forget_all(vec![value.clone()], reason) } else { Ok(()) }
    }

    /// The same for several values.
    pub(super) fn forget_all(&mut self, mut values: Vec<Value>, reason: &Rc<Reason>) -> Result<(), Error> {
        while let Some(value) = values.pop() {
            self.charge(1)?;
            match &value {
                Value::List(list) if list.history().set_taint(self, reason) => values.extend(list.references()),
                Value::Dict(dict) if dict.history().set_taint(self, reason) => values.extend(dict.references()),
                Value::Set(set) if set.history().set_taint(self, reason) => values.extend(set.references()),
                Value::Tuple(items) => values.extend(references(&**items)),
                Value::Namespace(namespace) => values.extend(namespace.forget(self, reason)),
                Value::Object(object) => values.extend(object.forget(self, reason)),
                Value::Macro(closure) => self.forget_closure(closure, reason)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// The same for what a collection holds, of which an unknown value may be a part.
    pub(super) fn forget_content(&mut self, value: &Value, reason: &Rc<Reason>) -> Result<(), Error> {
        let values = match value {
            // What became unknown itself took its content with it.
            _ if value.unknown_reason().is_some() => return Ok(()),
            Value::List(list) => list.references(),
            Value::Dict(dict) => dict.references(),
            Value::Set(set) => set.references(),
            Value::Tuple(items) => references(&**items),
            Value::Object(object) => object.forget(self, reason),
            _ => return Ok(()),
        };
        self.forget_all(values, reason)
    }

    /// A macro may be called by somebody unknown, any number of times.
    fn forget_closure(&mut self, closure: &Rc<Closure>, reason: &Rc<Reason>) -> Result<(), Error> {
        if self.certainty.forgotten.iter().any(|other| Rc::ptr_eq(other, closure)) {
            return Ok(());
        }
        self.certainty.forgotten.push(Rc::clone(closure));
        let parameters = closure.definition().parameters.len();
        let outcome = self.maybe_repeatedly(reason, |machine| {
            let unknown = vec![Value::Unknown(Rc::clone(reason)); parameters];
            machine.call_closure(closure, Arguments::of(unknown)).map(|_| ())
        });
        self.certainty.forgotten.pop();
        self.certainty.settle();
        outcome
    }
}

/// Whether two values are the same whatever is done with them: the same object, or equal and unchangeable.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::None, Value::None) => true,
        (Value::Undefined(left), Value::Undefined(right)) => left == right,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Int(left), Value::Int(right)) => left == right,
        (Value::Float(left), Value::Float(right)) => left.to_bits() == right.to_bits(),
        (Value::Str(left), Value::Str(right)) => left == right,
        (Value::Range(left), Value::Range(right)) => left == right,
        (Value::List(left), Value::List(right)) => Rc::ptr_eq(left, right),
        (Value::Dict(left), Value::Dict(right)) => Rc::ptr_eq(left, right),
        (Value::Set(left), Value::Set(right)) => Rc::ptr_eq(left, right),
        (Value::Tuple(left), Value::Tuple(right)) => Rc::ptr_eq(left, right),
        (Value::Namespace(left), Value::Namespace(right)) => Rc::ptr_eq(left, right),
        (Value::Macro(left), Value::Macro(right)) => Rc::ptr_eq(left, right),
        (Value::Object(left), Value::Object(right)) => Rc::ptr_eq(left, right),
        _ => false,
    }
}
