//! Finds where each resource of a manifest stands, without parsing it, so that the parsing can be shared among threads
//! and what has been parsed can be forgotten before the rest of the file is read.
//!
//! A manifest is one JSON object of sections (`nodes`, `sources`, `parent_map` …), most of them objects that hold one
//! value a resource. A [`Splitter`] walks the two outer levels by the rules of JSON, over one window of the file after
//! the other, and jumps over each value by counting brackets outside strings (several GB/s). What it jumped over is
//! unchecked: each slice must go through serde_json.
//!
//! **What holds.** When the splitter comes to the end of the file and [`parse`] accepts every slice it has found,
//! serde_json accepts the whole file too, and finds the same keys and values in the same order. When it gets stuck, or a
//! slice is refused, parse the whole file instead: either it is valid JSON of a shape that is not worth a fast way, or
//! that parse reports the error at its line and column in the file. To hold this for a section nobody reads, parse it as
//! `IgnoredAny`.

mod block;
mod brackets;
mod cursor;
#[cfg(test)]
mod tests;

use cursor::Cursor;
use serde::Deserialize;
use std::borrow::Cow;
use std::ops::Range;

/// A value that stands in a window, without surrounding whitespace: one balanced container, one string, or one bare word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The key in its section, quotes and escapes included, and unchecked like the value; see [`key`]. `None` for a whole
    /// section: `metadata`, and what is no object.
    pub key: Option<Range<usize>>,
    pub value: Range<usize>,
}

/// Where the walk over a manifest stands.
pub struct Splitter {
    at: At,
    /// The sections so far, in file order. The last one may be open.
    names: Vec<String>,
}

/// What comes next.
#[derive(Clone, Copy)]
enum At {
    Start,
    Section,
    Member,
    SectionEnd,
    End,
}

/// The section that is read as a whole, although it is an object.
const WHOLE: &str = "metadata";

impl Splitter {
    /// At the beginning of a manifest.
    pub fn new() -> Self {
        Self { at: At::Start, names: Vec::new() }
    }

    /// Walks over the window as far as it holds whole members, and gives each to `found` with its section's name.
    ///
    /// Returns how many bytes it is done with. The others have to be at the beginning of the next window, with more
    /// behind them; where there is no more, or more does not help, the manifest is odd: it is no object, has a byte-order
    /// mark, a missing comma, unbalanced brackets, a repeated or escaped section name, or nesting near serde_json's limit
    /// of 128.
    pub fn walk(&mut self, window: &[u8], mut found: impl FnMut(&str, Piece)) -> usize {
        let mut cursor = Cursor::new(window);
        let mut done = 0;
        while let Some(next) = self.step(&mut cursor, &mut found) {
            self.at = next;
            done = cursor.position();
        }
        done
    }

    /// Whether the whole manifest has been walked over and nothing but whitespace is left behind it.
    pub fn is_done(&self, rest: &[u8]) -> bool {
        matches!(self.at, At::End) && rest.iter().all(|byte| b" \t\r\n".contains(byte))
    }

    /// Moves over one member or one bracket. `None` if the window does not hold all of it.
    fn step(&mut self, cursor: &mut Cursor<'_>, found: &mut impl FnMut(&str, Piece)) -> Option<At> {
        match self.at {
            At::Start => cursor.open().map(|is_empty| if is_empty { At::End } else { At::Section }),
            At::Section => self.section(cursor, found),
            At::Member => {
                let (key, value) = cursor.member()?;
                let is_last = cursor.is_last_member()?;
                found(self.names.last()?, Piece { key: Some(key), value });
                Some(if is_last { At::SectionEnd } else { At::Member })
            }
            At::SectionEnd => cursor.is_last_member().map(|is_last| if is_last { At::End } else { At::Section }),
            At::End => None,
        }
    }

    /// Moves into a section that is an object, or over one that is not.
    fn section(&mut self, cursor: &mut Cursor<'_>, found: &mut impl FnMut(&str, Piece)) -> Option<At> {
        let name = cursor.name()?;
        if self.names.iter().any(|earlier| earlier == name) {
            return None;
        }
        let next = if cursor.peek()? == b'{' && name != WHOLE {
            if cursor.open()? { At::SectionEnd } else { At::Member }
        } else {
            let value = cursor.value()?;
            let is_last = cursor.is_last_member()?;
            found(name, Piece { key: None, value });
            if is_last { At::End } else { At::Section }
        };
        self.names.push(name.to_owned());
        Some(next)
    }
}

/// What a key says, checked as serde_json would; `None` if it refuses it.
pub fn key(raw: &[u8]) -> Option<Cow<'_, str>> {
    if raw.contains(&b'\\') || raw.iter().any(u8::is_ascii_control) {
        return serde_json::from_slice(raw).ok().map(Cow::Owned);
    }
    std::str::from_utf8(&raw[1..raw.len() - 1]).ok().map(Cow::Borrowed)
}

/// Parses one slice that a [`Splitter`] found; `None` if serde_json refuses it.
///
/// One check that the slice is UTF-8 makes serde_json about a fifth faster than its own check of each string. Positions
/// in an error would count from the slice's start, so there is none.
pub fn parse<'a, T: Deserialize<'a>>(value: &'a [u8]) -> Option<T> {
    serde_json::from_str(std::str::from_utf8(value).ok()?).ok()
}
