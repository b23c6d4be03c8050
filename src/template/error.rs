//! What can go wrong, and where.

use std::rc::Rc;
use std::sync::Arc;

use super::limits::LimitKind;
use super::value::Value;
use crate::text::Span;

/// Why a text is no template, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    /// The tag, quote, bracket or word in question.
    pub span: Span,
    /// What is wrong with it.
    pub message: String,
}

impl TemplateError {
    pub(super) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }
}

/// Why a value is not known, in a short text such as `env_var('X') has no value here`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(Box<str>);

impl Reason {
    /// A reason to share between the values that are unknown for it.
    pub fn new(text: impl Into<Box<str>>) -> Rc<Self> {
        Rc::new(Self(text.into()))
    }

    /// The reason, to be read by people.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// What ends an evaluation early.
#[derive(Debug, Clone)]
pub enum Error {
    /// dbt's `return()`: unwinds to [`Machine::call_macro`](super::Machine::call_macro).
    Return(Value),
    /// What dbt would end with as well: a wrong type, a missing argument, an explicit error.
    Failed(Box<Failure>),
    /// The template takes more than it may.
    Limit(Box<LimitReached>),
    /// The operation's result is not known: the expression that it belongs to is [`Value::Unknown`], and the
    /// evaluation goes on there. Lets functions of the context use `?` on arguments that may be unknown.
    Unknown(Rc<Reason>),
}

/// An error of the template, found while it ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong.
    pub message: String,
    /// Where it happened; `None` only until the failure leaves the innermost expression.
    pub place: Option<Place>,
}

/// A limit that was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitReached {
    /// Which one.
    pub kind: LimitKind,
    /// Where; `None` only until the error leaves the innermost expression.
    pub place: Option<Place>,
}

/// Where in the templates at work something happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The place in the template that is rendered at the outermost level.
    pub outer: Span,
    /// The place in the innermost template; the same as `outer` when that is the outermost one.
    pub inner: Span,
    /// The text of the innermost template.
    pub inner_text: Arc<str>,
    /// The names of the macros at work, outermost first.
    pub macros: Vec<Arc<str>>,
}

impl Error {
    /// A failure with this message; its place is filled in by the machine.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed(Box::new(Failure { message: message.into(), place: None }))
    }

    /// A result that is not known, for this reason.
    pub fn unknown(reason: &str) -> Self {
        Self::Unknown(Reason::new(reason))
    }

    pub(super) fn limit(kind: LimitKind) -> Self {
        Self::Limit(Box::new(LimitReached { kind, place: None }))
    }

    /// Where the error happened.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Failed(failure) => failure.place.as_ref(),
            Self::Limit(reached) => reached.place.as_ref(),
            Self::Return(_) | Self::Unknown(_) => None,
        }
    }

    /// The place, to be filled in when it is still missing.
    pub(super) fn missing_place(&mut self) -> Option<&mut Option<Place>> {
        let place = match self {
            Self::Failed(failure) => &mut failure.place,
            Self::Limit(reached) => &mut reached.place,
            Self::Return(_) | Self::Unknown(_) => return None,
        };
        place.is_none().then_some(place)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Return(_) => formatter.write_str("return() outside of a macro"),
            Self::Failed(failure) => formatter.write_str(&failure.message),
            Self::Limit(reached) => reached.kind.fmt(formatter),
            Self::Unknown(reason) => formatter.write_str(reason.text()),
        }
    }
}

impl std::error::Error for Error {}
