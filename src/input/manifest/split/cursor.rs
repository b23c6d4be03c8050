//! A position in JSON text that moves by whole tokens.

use super::brackets::matching_close;
use std::borrow::Cow;

/// Stands before the next byte to read. Each method returns `None`, wherever it then stands, if the text is not JSON.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Offset of the next byte.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The bytes from the offset `start` to here.
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        &self.bytes[start..self.at]
    }

    /// Walks over an object. `member` is called with each key, the cursor at the first byte of its value, and has to
    /// move it behind that value.
    pub(super) fn members(&mut self, mut member: impl FnMut(&mut Self, Cow<'a, str>) -> Option<()>) -> Option<()> {
        self.token(b'{')?;
        if self.peek()? == b'}' {
            return self.token(b'}');
        }
        loop {
            let key = self.key()?;
            self.token(b':')?;
            self.peek()?;
            member(self, key)?;
            match self.peek()? {
                b',' => self.token(b',')?,
                _ => return self.token(b'}'),
            }
        }
    }

    /// Moves over the value at whose first byte the cursor stands, and returns it. Its inside is not checked.
    pub(super) fn value(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        match *self.bytes.get(start)? {
            b'{' | b'[' => self.at = matching_close(self.bytes, start)? + 1,
            b'"' => drop(self.string()?),
            _ => self.at += self.bytes[start..].iter().take_while(|byte| is_bare(**byte)).count(),
        }
        let value = self.since(start);
        (!value.is_empty()).then_some(value)
    }

    /// Succeeds if only whitespace is left.
    pub(super) fn end(&mut self) -> Option<()> {
        self.peek().is_none().then_some(())
    }

    /// The next byte that is not whitespace, at which the cursor then stands.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match *self.bytes.get(self.at)? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    /// Skips whitespace, then moves over `byte`, which must come next.
    fn token(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Skips whitespace, then moves over a string and returns what it says, checked as serde_json would.
    fn key(&mut self) -> Option<Cow<'a, str>> {
        self.peek()?;
        let (raw, escaped) = self.string()?;
        if escaped || raw.iter().any(u8::is_ascii_control) {
            return serde_json::from_slice(raw).ok().map(Cow::Owned);
        }
        std::str::from_utf8(&raw[1..raw.len() - 1]).ok().map(Cow::Borrowed)
    }

    /// Moves over a string. Returns it with its quotes, and whether it contains a backslash.
    fn string(&mut self) -> Option<(&'a [u8], bool)> {
        let start = self.at;
        let mut escaped = false;
        if *self.bytes.get(start)? != b'"' {
            return None;
        }
        self.at += 1;
        loop {
            self.at += memchr::memchr2(b'"', b'\\', self.bytes.get(self.at..)?)?;
            if self.bytes[self.at] == b'"' {
                self.at += 1;
                return Some((self.since(start), escaped));
            }
            escaped = true;
            self.at += 2;
        }
    }
}

/// Whether `byte` can stand in a number, `true`, `false` or `null`; serde_json decides whether they make one.
fn is_bare(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}
