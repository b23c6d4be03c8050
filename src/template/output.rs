//! Where text goes.

use std::rc::Rc;

use super::error::Reason;
use super::uncertain::same;
use super::value::Value;

/// What a template, macro or block has written so far.
#[derive(Debug, Default)]
pub(super) struct Output {
    text: String,
    unknown: Option<Rc<Reason>>,
    discard: bool,
    pieces: Option<Pieces>,
}

/// What was written, for a template that may have a value instead of a text.
#[derive(Debug, Default, Clone)]
struct Pieces {
    count: usize,
    /// The first piece, where an expression gave it.
    first: Option<Value>,
}

impl Pieces {
    fn add(&mut self, value: Option<&Value>) {
        if self.count == 0 {
            self.first = value.cloned();
        }
        self.count += 1;
    }

    /// The value of the expression that has written all there is.
    fn lone(&self) -> Option<&Value> {
        self.first.as_ref().filter(|_| self.count == 1)
    }

    fn agrees_with(&self, other: &Self) -> bool {
        let lone = match (self.lone(), other.lone()) {
            (Some(one), Some(other)) => same(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        lone && self.count.min(2) == other.count.min(2)
    }
}

impl Output {
    pub(super) fn kept() -> Self {
        Self::default()
    }

    pub(super) fn discarded() -> Self {
        Self { discard: true, ..Self::default() }
    }

    /// For a template that has a value where one expression writes all of it.
    pub(super) fn native() -> Self {
        Self { pieces: Some(Pieces::default()), ..Self::default() }
    }

    /// Another output of the same kind, for a stretch that may or may not be written.
    pub(super) fn another(&self) -> Self {
        let pieces = self.pieces.as_ref().map(|_| Pieces::default());
        Self { discard: self.discard || self.unknown.is_some(), pieces, ..Self::default() }
    }

    /// Notes that a value is about to be written, `None` for a text.
    pub(super) fn note(&mut self, value: Option<&Value>) {
        if let Some(pieces) = &mut self.pieces {
            pieces.add(value);
        }
    }

    /// Whether anything that is written matters.
    pub(super) fn is_kept(&self) -> bool {
        !self.discard && self.unknown.is_none()
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn push(&mut self, text: &str) {
        if self.is_kept() {
            self.text.push_str(text);
        }
    }

    /// Writes a template's text, whose line ends become `\n`.
    pub(super) fn push_data(&mut self, text: &str) {
        if !self.is_kept() {
            return;
        }
        self.note(None);
        let mut rest = text;
        while let Some(at) = memchr::memchr(b'\r', rest.as_bytes()) {
            self.text.push_str(&rest[..at]);
            self.text.push('\n');
            rest = rest[at + 1..].strip_prefix('\n').unwrap_or(&rest[at + 1..]);
        }
        self.text.push_str(rest);
    }

    /// Something is written here that is not known.
    pub(super) fn set_unknown(&mut self, reason: &Rc<Reason>) {
        if self.is_kept() {
            self.text = String::new();
            self.unknown = Some(Rc::clone(reason));
        }
    }

    /// Writes what another output holds.
    pub(super) fn append(&mut self, other: &Self) {
        if let (Some(pieces), Some(more)) = (&mut self.pieces, &other.pieces) {
            if pieces.count == 0 {
                pieces.first.clone_from(&more.first);
            }
            pieces.count += more.count;
        }
        match &other.unknown {
            Some(reason) => self.set_unknown(reason),
            None => self.push(&other.text),
        }
    }

    /// Whether both hold the same known text, or value.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        let alike = match (&self.pieces, &other.pieces) {
            (Some(pieces), Some(others)) => pieces.agrees_with(others),
            _ => true,
        };
        alike && self.unknown.is_none() && other.unknown.is_none() && self.text == other.text
    }

    /// Whether nothing was written, not even an empty text.
    pub(super) fn is_empty(&self) -> bool {
        self.unknown.is_none() && self.text.is_empty() && self.pieces.as_ref().is_none_or(|pieces| pieces.count == 0)
    }

    /// What was written, as a value: a text, or what a native output has instead.
    pub(super) fn into_value(self) -> Value {
        match (self.unknown, self.pieces.as_ref().and_then(Pieces::lone)) {
            (Some(reason), _) => Value::Unknown(reason),
            (None, Some(value)) => value.clone(),
            (None, None) => Value::from(self.text),
        }
    }
}
