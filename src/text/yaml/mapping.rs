//! Keys and values, with merge keys and repeated keys seen as Python's dictionary ends up with them.

use std::collections::HashMap;

use super::{Node, Resolved, Timestamp, Value};

/// The entries of one mapping.
#[derive(Debug, Clone)]
pub struct Mapping {
    written: Vec<Entry>,
    /// Whether no key is repeated and none merges: then what is written is what Python sees.
    plain: bool,
}

/// One key and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key, always a scalar.
    pub key: Node,
    /// The value.
    pub value: Node,
}

/// What makes two keys the same key of a Python dictionary: `1`, `1.0` and `true` are the same, `"1"` is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum KeyIdentity<'a> {
    Null,
    Int(i128),
    HugeInt(&'a str),
    /// Bits of a float that is no whole number.
    Float(u64),
    Timestamp(Timestamp),
    Str(&'a str),
}

impl Mapping {
    /// Makes a mapping of the entries in the order of the file, and gives the repeated keys to `repeated`: indexes of
    /// the first entry and of a later one with the same key.
    pub(super) fn new(written: Vec<Entry>, repeated: impl FnMut(usize, usize)) -> Self {
        let merges = written.iter().any(Entry::is_merge);
        let repeats = find_repeated(&written, repeated);
        Self { written, plain: !merges && !repeats }
    }

    /// The entries as they stand in the file, with merge keys and repeated keys.
    pub fn written(&self) -> &[Entry] {
        &self.written
    }

    /// The entry of `key`; see [`Node::get`].
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        let own = self.written.iter().rev().find(|entry| entry.has_key(key) && !entry.is_merge());
        if own.is_some() || self.plain {
            return own;
        }
        let mut merged = self.written.iter().rev().filter(|entry| entry.is_merge());
        merged.find_map(|entry| entry.merge_sources().find_map(|mapping| mapping.entry(key)))
    }

    /// The entries as Python's dictionary has them; see [`Node::entries`].
    pub fn entries(&self) -> Entries<'_> {
        if self.plain {
            return Entries(Source::Written(self.written.iter()));
        }
        let mut all = Vec::new();
        self.flatten_into(&mut all);
        let mut place: HashMap<KeyIdentity<'_>, usize> = HashMap::with_capacity(all.len());
        let mut entries: Vec<&Entry> = Vec::with_capacity(all.len());
        for entry in all {
            let at = *place.entry(entry.identity()).or_insert(entries.len());
            if at == entries.len() { entries.push(entry) } else { entries[at] = entry }
        }
        Entries(Source::Merged(entries.into_iter()))
    }

    /// All entries in the order in which Python assigns them: merged ones first, the nearest source last.
    fn flatten_into<'a>(&'a self, all: &mut Vec<&'a Entry>) {
        for entry in self.written.iter().filter(|entry| entry.is_merge()) {
            entry.merge_sources().rev().for_each(|mapping| mapping.flatten_into(all));
        }
        all.extend(self.written.iter().filter(|entry| !entry.is_merge()));
    }
}

impl Entry {
    /// Whether this entry merges other mappings into its own (`<<: *defaults`).
    pub fn is_merge(&self) -> bool {
        self.key.as_scalar().is_some_and(|key| key.is_merge_key())
    }

    fn has_key(&self, key: &str) -> bool {
        self.key.as_str() == Some(key) && matches!(self.key.resolve(), Some(Resolved::Str(_)))
    }

    /// The mappings that a merge key brings, the one that wins first. `parse` has refused anything else.
    fn merge_sources(&self) -> impl DoubleEndedIterator<Item = &Mapping> {
        let listed = self.value.items().iter().filter_map(Node::as_mapping);
        self.value.as_mapping().into_iter().chain(listed)
    }

    fn identity(&self) -> KeyIdentity<'_> {
        match self.key.resolve() {
            // `=` as a key is a string and `parse` refuses lists and mappings as keys.
            None | Some(Resolved::Null) => KeyIdentity::Null,
            Some(Resolved::Bool(value)) => KeyIdentity::Int(value.into()),
            Some(Resolved::Int(value)) => KeyIdentity::Int(value),
            Some(Resolved::HugeInt(text)) => KeyIdentity::HugeInt(text),
            Some(Resolved::Float(value)) => float_identity(value),
            Some(Resolved::Timestamp(timestamp)) => KeyIdentity::Timestamp(timestamp),
            Some(Resolved::Str(text)) => KeyIdentity::Str(text),
        }
    }
}

fn float_identity(value: f64) -> KeyIdentity<'static> {
    let whole = value as i128;
    if whole as f64 == value { KeyIdentity::Int(whole) } else { KeyIdentity::Float(value.to_bits()) }
}

/// Gives every repeated key to `repeated` and says whether there was one.
fn find_repeated(written: &[Entry], mut repeated: impl FnMut(usize, usize)) -> bool {
    // Comparing all pairs is faster than hashing for the few keys that a mapping of a dbt project has.
    const FEW: usize = 12;
    let mut any = false;
    let mut report = |first, again| {
        any = true;
        repeated(first, again);
    };
    if written.len() <= FEW {
        let mut seen: [Option<KeyIdentity<'_>>; FEW] = [None; FEW];
        for (at, entry) in written.iter().enumerate().filter(|(_, entry)| !entry.is_merge()) {
            seen[at] = Some(entry.identity());
            let first = seen[..at].iter().position(|key| *key == seen[at]);
            first.into_iter().for_each(|first| report(first, at));
        }
    } else {
        let mut first_of = HashMap::with_capacity(written.len());
        for (at, entry) in written.iter().enumerate().filter(|(_, entry)| !entry.is_merge()) {
            let first = *first_of.entry(entry.identity()).or_insert(at);
            if first != at {
                report(first, at);
            }
        }
    }
    any
}

/// Iterator over the entries of a mapping; see [`Node::entries`].
#[derive(Debug, Clone)]
pub struct Entries<'a>(Source<'a>);

#[derive(Debug, Clone)]
enum Source<'a> {
    Written(std::slice::Iter<'a, Entry>),
    Merged(std::vec::IntoIter<&'a Entry>),
}

impl Entries<'_> {
    pub(super) fn none() -> Self {
        Self(Source::Written([].iter()))
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = &'a Entry;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Source::Written(entries) => entries.next(),
            Source::Merged(entries) => entries.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Source::Written(entries) => entries.size_hint(),
            Source::Merged(entries) => entries.size_hint(),
        }
    }
}

impl ExactSizeIterator for Entries<'_> {}

/// Whether a value may stand behind a merge key: a mapping or a list of mappings.
pub(super) fn can_be_merged(value: &Node) -> bool {
    match value.value() {
        Value::Mapping(_) => true,
        Value::Sequence(items) => items.iter().all(|item| item.as_mapping().is_some()),
        Value::Scalar(_) => false,
    }
}
