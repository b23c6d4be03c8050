//! Finds where each resource of a manifest stands, without parsing it, so that the parsing can be shared among threads.
//!
//! A manifest is one JSON object of sections (`nodes`, `sources`, `parent_map` …), most of them objects that hold one
//! value a resource. [`split`] walks the two outer levels by the rules of JSON and jumps over each value by counting
//! brackets outside strings (several GB/s). What it jumped over is unchecked: each slice must go through serde_json.
//!
//! **What holds.** When `split` succeeds and [`parse`] accepts every slice it returned, serde_json accepts the whole
//! file too, and finds the same keys and values in the same order. When `split` gives up, or a slice is refused, parse
//! the whole file instead: either it is valid JSON of a shape that is not worth a fast way, or that parse reports the
//! error at its line and column in the file. To hold this for a section nobody reads, parse it as `IgnoredAny`.

mod block;
mod brackets;
mod cursor;
#[cfg(test)]
mod tests;

use cursor::Cursor;
use serde::Deserialize;
use std::borrow::Cow;

/// One top-level key of the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section<'a> {
    /// The key, such as `nodes`.
    pub name: &'a str,
    /// The raw value without surrounding whitespace: one balanced container, one string, or one bare word.
    pub value: &'a [u8],
    /// The members of `value` in file order, if the section was to be opened; else empty.
    pub entries: Vec<Entry<'a>>,
}

/// One member of an opened section: as a rule one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The key, unescaped: as a rule the resource's `unique_id`. A section may repeat a key, as JSON may.
    pub key: Cow<'a, str>,
    /// The raw value without surrounding whitespace, unchecked like [`Section::value`].
    pub value: &'a [u8],
}

/// The sections of a manifest in file order, with the entries of those that `opened` names.
///
/// A section that is not opened costs no more than the search for its end. Returns `None` for anything odd in the two
/// outer levels: not an object, a byte-order mark, something after the end, a missing comma, unbalanced brackets, a
/// repeated or escaped section name, an opened section that is no object, nesting near serde_json's limit of 128.
pub fn split<'a>(bytes: &'a [u8], opened: &[&str]) -> Option<Vec<Section<'a>>> {
    let mut sections: Vec<Section<'a>> = Vec::new();
    let mut cursor = Cursor::new(bytes);
    cursor.members(|cursor, key| {
        let Cow::Borrowed(name) = key else { return None };
        if sections.iter().any(|section| section.name == name) {
            return None;
        }
        sections.push(section(cursor, name, opened.contains(&name))?);
        Some(())
    })?;
    cursor.end()?;
    Some(sections)
}

/// Parses one slice that [`split`] found; `None` if serde_json refuses it.
///
/// One check that the slice is UTF-8 makes serde_json about a fifth faster than its own check of each string. Positions
/// in an error would count from the slice's start, so there is none.
pub fn parse<'a, T: Deserialize<'a>>(value: &'a [u8]) -> Option<T> {
    serde_json::from_str(std::str::from_utf8(value).ok()?).ok()
}

/// Reads the value of the section `name`, at whose first byte the cursor stands.
fn section<'a>(cursor: &mut Cursor<'a>, name: &'a str, open: bool) -> Option<Section<'a>> {
    if !open {
        return Some(Section { name, value: cursor.value()?, entries: Vec::new() });
    }
    let start = cursor.position();
    let mut entries = Vec::new();
    cursor.members(|cursor, key| {
        entries.push(Entry { key, value: cursor.value()? });
        Some(())
    })?;
    Some(Section { name, value: cursor.since(start), entries })
}
