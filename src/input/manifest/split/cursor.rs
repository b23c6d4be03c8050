//! A position in JSON text that moves by whole tokens.

use super::brackets::matching_close;
use std::ops::Range;

/// Stands before the next byte to read. Each method returns `None`, wherever it then stands, if the text is not JSON or
/// ends too early.
pub(super) struct Cursor<'w> {
    bytes: &'w [u8],
    at: usize,
}

impl<'w> Cursor<'w> {
    pub(super) fn new(bytes: &'w [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Offset of the next byte.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Moves into an object; past its end, and says so, if it is empty.
    pub(super) fn open(&mut self) -> Option<bool> {
        self.token(b'{')?;
        let is_empty = self.peek()? == b'}';
        if is_empty {
            self.at += 1;
        }
        Some(is_empty)
    }

    /// Moves over a member's key and value, and returns where they stand.
    pub(super) fn member(&mut self) -> Option<(Range<usize>, Range<usize>)> {
        let (key, _) = self.key()?;
        Some((key, self.value()?))
    }

    /// Moves over what follows a member: a comma, or the end of the object, of which it then was the last.
    pub(super) fn is_last_member(&mut self) -> Option<bool> {
        let byte = self.peek().filter(|byte| matches!(byte, b',' | b'}'))?;
        self.at += 1;
        Some(byte == b'}')
    }

    /// Moves over a key to the value's first byte, and returns what it says. `None` if there are escapes in it.
    pub(super) fn name(&mut self) -> Option<&'w str> {
        let (key, is_escaped) = self.key()?;
        let name = &self.bytes[key.start + 1..key.end - 1];
        let is_plain = !is_escaped && !name.iter().any(u8::is_ascii_control);
        if is_plain { std::str::from_utf8(name).ok() } else { None }
    }

    /// Moves over the value at whose first byte the cursor stands, and returns where it is. Its inside is not checked.
    pub(super) fn value(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        match *self.bytes.get(start)? {
            b'{' | b'[' => self.at = matching_close(self.bytes, start)? + 1,
            b'"' => self.string().map(|_| ())?,
            _ => self.at += self.bytes[start..].iter().take_while(|byte| is_bare(**byte)).count(),
        }
        let value = start..self.at;
        (!value.is_empty()).then_some(value)
    }

    /// The next byte that is not whitespace, at which the cursor then stands.
    pub(super) fn peek(&mut self) -> Option<u8> {
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

    /// Moves over a key and the colon to the first byte of its value. Returns where the key stands with its quotes, and
    /// whether there is a backslash in it.
    fn key(&mut self) -> Option<(Range<usize>, bool)> {
        self.peek()?;
        let key = self.string()?;
        self.token(b':')?;
        self.peek()?;
        Some(key)
    }

    /// Moves over a string. Returns where it stands with its quotes, and whether there is a backslash in it.
    fn string(&mut self) -> Option<(Range<usize>, bool)> {
        let start = self.at;
        let mut is_escaped = false;
        if *self.bytes.get(start)? != b'"' {
            return None;
        }
        self.at += 1;
        loop {
            self.at += memchr::memchr2(b'"', b'\\', self.bytes.get(self.at..)?)?;
            if self.bytes[self.at] == b'"' {
                self.at += 1;
                return Some((start..self.at, is_escaped));
            }
            is_escaped = true;
            self.at += 2;
        }
    }
}

/// Whether `byte` can stand in a number, `true`, `false` or `null`; serde_json decides whether they make one.
fn is_bare(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}
