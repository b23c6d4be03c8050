//! Where text goes.

use std::rc::Rc;

use super::error::Reason;
use super::value::Value;

/// What a template, macro or block has written so far.
#[derive(Debug, Default)]
pub(super) struct Output {
    text: String,
    unknown: Option<Rc<Reason>>,
    discard: bool,
}

impl Output {
    pub(super) fn kept() -> Self {
        Self::default()
    }

    pub(super) fn discarded() -> Self {
        Self { discard: true, ..Self::default() }
    }

    /// Another output of the same kind, for a stretch that may or may not be written.
    pub(super) fn another(&self) -> Self {
        Self { discard: self.discard || self.unknown.is_some(), ..Self::default() }
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
        match &other.unknown {
            Some(reason) => self.set_unknown(reason),
            None => self.push(&other.text),
        }
    }

    /// Whether both hold the same known text.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        self.unknown.is_none() && other.unknown.is_none() && self.text == other.text
    }

    /// What was written, as a value.
    pub(super) fn into_value(self) -> Value {
        match self.unknown {
            Some(reason) => Value::Unknown(reason),
            None => Value::from(self.text),
        }
    }
}
