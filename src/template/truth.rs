//! Conditions.

use std::rc::Rc;

use super::ast::{Expr, ExprKind};
use super::error::{Error, Reason};
use super::machine::Machine;
use super::scope::Scope;
use super::uncertain::Outcome;
use super::value::Value;

/// Whether a condition holds.
#[derive(Debug, Clone)]
pub(super) enum Truth {
    True,
    False,
    Unknown(Rc<Reason>),
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

impl Truth {
    /// Whether Python takes a value for true.
    pub(super) fn of(value: &Value) -> Result<Self, Error> {
        match value.is_true() {
            Ok(value) => Ok(value.into()),
            Err(Error::Unknown(reason)) => Ok(Self::Unknown(reason)),
            Err(error) => Err(error),
        }
    }

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            unknown @ Self::Unknown(_) => unknown,
        }
    }
}

impl Machine<'_> {
    /// Whether a condition holds. `unknown and false` does not, whatever the unknown is.
    pub(super) fn truth(&mut self, expression: &Expr, scope: &Rc<Scope>) -> Result<Truth, Error> {
        match &expression.kind {
            ExprKind::Not(operand) => Ok(self.nested(|machine| machine.truth(operand, scope))?.not()),
            ExprKind::And(pair) => self.nested(|machine| machine.truth_of_pair(pair, scope, false)),
            ExprKind::Or(pair) => self.nested(|machine| machine.truth_of_pair(pair, scope, true)),
            _ => Truth::of(&self.eval(expression, scope)?),
        }
    }

    /// Whether one of two conditions decides: for `or` one that holds, for `and` one that does not.
    fn truth_of_pair(&mut self, pair: &(Expr, Expr), scope: &Rc<Scope>, decides: bool) -> Result<Truth, Error> {
        let reason = match self.truth(&pair.0, scope)? {
            Truth::Unknown(reason) => reason,
            first if matches!(first, Truth::True) == decides => return Ok(first),
            _ => return self.truth(&pair.1, scope),
        };
        let second = self.maybe(&reason, |machine| machine.truth(&pair.1, scope))?;
        self.certainty.settle();
        Ok(match second {
            Outcome::Done(Truth::True) if decides => Truth::True,
            Outcome::Done(Truth::False) if !decides => Truth::False,
            _ => Truth::Unknown(reason),
        })
    }
}
