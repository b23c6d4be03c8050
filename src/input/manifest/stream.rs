//! Reads a manifest through a window: while all threads parse what stands in one, the next is read and split. Of the
//! file's bytes only the texts that somebody needs stay in memory.

use std::io::{self, Read};
use std::ops::Range;

use rayon::prelude::*;

use super::keep::{Copying, Shelf};
use super::split::{self, Piece, Splitter};
use super::{DISABLED, OPENED, convert, is_dropped_exposure, raw};
use crate::project::Resource;

/// Bytes to read at once: so few that they stay in the processor's cache, and enough for all threads to share.
pub const WINDOW: usize = 1 << 20;

/// Where a window has to grow beyond this for the sake of one resource, the file is odd.
const LARGEST: usize = 64 << 20;

/// Bytes of a resource that is small; on average they are larger.
const SMALL: u64 = 1 << 10;

/// Resources that one task parses.
const CHUNK: usize = 16;

/// What stands in a manifest.
#[derive(Default)]
pub struct Contents<'a> {
    pub metadata: Option<raw::Metadata<'a>>,
    pub enabled: Vec<Resource<'a>>,
    pub disabled: Vec<Resource<'a>>,
    /// Exposures among the disabled ones that nobody disabled; they come last.
    pub dropped: Vec<Resource<'a>>,
}

impl Contents<'_> {
    /// Takes over what stands in the next part of the file. `done` of its `len` bytes have been read with that.
    fn append(&mut self, mut other: Self, done: u64, len: u64) {
        self.metadata = other.metadata.or(self.metadata.take());
        let count = self.enabled.len() + other.enabled.len();
        if count > self.enabled.capacity() {
            // Room for as many as there will be if the rest is like this, within reason. What is not used costs nothing;
            // moving all of them to a larger place does.
            let expected = (count as u64).saturating_mul(len) / done.max(1);
            let expected = usize::try_from(expected.min(len / SMALL)).unwrap_or(count);
            self.enabled.reserve(expected.max(count) - self.enabled.len());
        }
        self.enabled.append(&mut other.enabled);
        self.disabled.append(&mut other.disabled);
        self.dropped.append(&mut other.dropped);
    }
}

/// Reads a manifest of `len` bytes to its end, `window` bytes at a time, and copies its texts onto `shelf`. `None` on
/// anything odd, such as a failure to read.
pub fn read<'a>(mut source: impl Read + Send, len: u64, window: usize, shelf: &Shelf<'a>) -> Option<Contents<'a>> {
    let mut splitter = Splitter::new();
    let mut contents = Contents::default();
    let (mut ready, mut next) = (Window::of(window), Window::of(window));
    ready.fill(&[], &mut source, &mut splitter)?;
    let mut parsed = Vec::new();
    let mut done = 0;
    while !ready.is_last {
        let following = || {
            parsed.drain(..).for_each(|part| contents.append(part, done, len));
            next.fill(ready.rest(), &mut source, &mut splitter)
        };
        let (filled, parts) = rayon::join(following, || ready.parse(shelf));
        filled?;
        parsed = parts?;
        done += ready.done as u64;
        std::mem::swap(&mut ready, &mut next);
    }
    parsed.extend(ready.parse(shelf)?);
    parsed.into_iter().for_each(|part| contents.append(part, len, len));
    splitter.is_done(ready.rest()).then_some(contents)
}

/// A stretch of the file.
struct Window {
    /// Bytes to read at once.
    size: usize,
    bytes: Vec<u8>,
    /// What stands in it that is read.
    pieces: Vec<(Kind, Piece)>,
    /// Where a member begins that the window does not hold the end of.
    done: usize,
    /// Whether the file ends with it.
    is_last: bool,
}

#[derive(Clone, Copy)]
enum Kind {
    Metadata,
    Resource,
    Disabled,
}

impl Window {
    fn of(size: usize) -> Self {
        // With room for what is left of the window before, so that it seldom has to grow.
        Self { size, bytes: Vec::with_capacity(2 * size), pieces: Vec::new(), done: 0, is_last: false }
    }

    /// Takes over the rest of the window before, reads on, and finds what stands there.
    fn fill(&mut self, rest: &[u8], source: &mut impl Read, splitter: &mut Splitter) -> Option<()> {
        if rest.len() > LARGEST {
            return None;
        }
        self.bytes.clear();
        self.bytes.extend_from_slice(rest);
        // As much again where one member is larger than all that was read, so that it is not looked at too often.
        let wanted = self.size.max(rest.len());
        self.is_last = append(source, wanted, &mut self.bytes).ok()? < wanted;
        let pieces = &mut self.pieces;
        pieces.clear();
        self.done = splitter.walk(&self.bytes, |section, piece| {
            let kind = match section {
                "metadata" => Kind::Metadata,
                DISABLED => Kind::Disabled,
                section if OPENED.contains(&section) => Kind::Resource,
                _ => return,
            };
            pieces.push((kind, piece));
        });
        Some(())
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.done..]
    }

    fn parse<'a>(&self, shelf: &Shelf<'a>) -> Option<Vec<Contents<'a>>> {
        let chunks = self.pieces.par_chunks(CHUNK);
        chunks.map(|pieces| shelf.fill(|copying| self.parse_chunk(pieces, copying))).collect()
    }

    fn parse_chunk<'a>(&self, pieces: &[(Kind, Piece)], copying: &mut Copying<'a, '_>) -> Option<Contents<'a>> {
        let mut contents = Contents { enabled: Vec::with_capacity(pieces.len()), ..Contents::default() };
        for (kind, piece) in pieces {
            self.parse_piece(*kind, piece, copying, &mut contents)?;
        }
        Some(contents)
    }

    fn parse_piece<'a>(
        &self,
        kind: Kind,
        piece: &Piece,
        copying: &mut Copying<'a, '_>,
        into: &mut Contents<'a>,
    ) -> Option<()> {
        let bytes = |range: &Range<usize>| &self.bytes[range.clone()];
        let (key, value) = (piece.key.as_ref(), bytes(&piece.value));
        if let Kind::Metadata = kind {
            into.metadata = Some(convert::metadata(split::parse(value)?, copying));
            return Some(());
        }
        let key = split::key(bytes(key?))?;
        if let Kind::Resource = kind {
            let entry: raw::Entry<'_> = split::parse(value)?;
            let list = if entry.config.enabled == Some(false) { &mut into.disabled } else { &mut into.enabled };
            list.push(convert::resource(key.into(), entry, copying));
            return Some(());
        }
        for entry in split::parse::<Vec<raw::Entry<'_>>>(value)? {
            let list = if is_dropped_exposure(&key, &entry) { &mut into.dropped } else { &mut into.disabled };
            list.push(convert::resource(key.clone().into(), entry, copying));
        }
        Some(())
    }
}

/// Reads up to `wanted` bytes more; fewer only at the end.
fn append(source: &mut impl Read, wanted: usize, bytes: &mut Vec<u8>) -> io::Result<usize> {
    bytes.reserve(wanted);
    source.take(wanted as u64).read_to_end(bytes)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use proptest::sample::{Index, select};
    use serde_json::{Map, Value, json};

    use super::super::{check_version, facts, plain};
    use super::*;
    use crate::input::manifest::Copies;
    use crate::project::Facts;

    /// The facts of a manifest that is read `window` bytes at a time, for comparison.
    fn streamed(text: &[u8], window: usize) -> Option<String> {
        let mut copies = Copies::default();
        let shelf = copies.shelf(text.len() as u64)?;
        let Contents { metadata, mut enabled, disabled, dropped } = read(text, text.len() as u64, window, &shelf)?;
        enabled.extend(dropped);
        let (path, metadata) = (Path::new("m.json"), metadata?);
        check_version(path, &metadata).ok()?;
        facts(path, &metadata, enabled, disabled).ok().map(|facts| shown(&facts))
    }

    fn shown(facts: &Facts<'_>) -> String {
        // Sections come in the order of the file or in another one; ids say what is meant.
        let listed = |resources: &[Resource<'_>]| {
            let mut listed: Vec<String> = resources.iter().map(|resource| format!("{resource:?}")).collect();
            listed.sort_unstable();
            listed
        };
        let (on, off) = (listed(&facts.resources), listed(&facts.disabled));
        format!("{} {} {} {on:#?} {off:#?}", facts.name, facts.dbt_version, facts.adapter)
    }

    /// A field that is read or not, with a value of its shape or of another one.
    fn field() -> impl Strategy<Value = (String, Value)> {
        let name = prop_oneof![
            select(vec!["name", "description", "raw_code", "package_name", "schema", "group", "label", "patch_path"]),
            select(vec!["tags", "meta", "columns", "config", "refs", "depends_on", "version", "fqn", "compiled_code"]),
        ];
        let text = prop_oneof![r#"([{}\[\]"\\\n:, aé]|😀){0,30}"#, "[a-z]{0,9}"].prop_map(Value::from);
        let value = prop_oneof![
            6 => text.clone(),
            1 => Just(Value::Null),
            2 => proptest::collection::vec(text.clone(), 0..3).prop_map(Value::from),
            2 => proptest::collection::hash_map("[a-z\"é]{1,5}", text, 0..3).prop_map(|map| json!(map)),
            1 => any::<i32>().prop_map(Value::from),
        ];
        (name.prop_map(str::to_owned), value)
    }

    fn entries() -> impl Strategy<Value = Map<String, Value>> {
        let entry = proptest::collection::hash_map(field(), Just(()), 0..6);
        let entry = entry.prop_map(|fields| Value::Object(fields.into_keys().collect()));
        proptest::collection::hash_map(r#"(model|test|exposure)\.["a-zé]{1,6}"#, entry, 0..8)
            .prop_map(|entries| entries.into_iter().collect())
    }

    fn manifest() -> impl Strategy<Value = String> {
        let written = |(nodes, macros, disabled, pretty): (Map<_, _>, Map<_, _>, Map<_, _>, bool)| {
            let disabled: Map<_, _> = disabled.into_iter().map(|(key, entry)| (key, json!([entry]))).collect();
            let metadata = json!({"dbt_schema_version": "dbt/manifest/v12.json", "project_name": "shop"});
            let all = json!({
                "metadata": metadata, "nodes": nodes, "child_map": {"model.a": ["test.b"]}, "selectors": {},
                "disabled": disabled, "macros": macros,
            });
            if pretty { serde_json::to_string_pretty(&all) } else { serde_json::to_string(&all) }
        };
        let manifest = (entries(), entries(), entries(), any::<bool>());
        manifest.prop_map(move |parts| written(parts).expect("a value can be written"))
    }

    proptest! {
        // Each case is a whole manifest.
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn equals_the_plain_parse(text in manifest(), window in 50..2000_usize) {
            let plain = plain(Path::new("m.json"), &text).ok().map(|facts| shown(&facts));
            prop_assert_eq!(streamed(text.as_bytes(), window), plain);
        }

        #[test]
        fn accepts_nothing_that_the_plain_parse_refuses(text in manifest(), at: Index, byte in select(b"\"\\{}[]:,0\xff".to_vec())) {
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Some(streamed) = streamed(&bytes, 1000) {
                let text = String::from_utf8_lossy(&bytes);
                let plain = plain(Path::new("m.json"), &text).ok().map(|facts| shown(&facts));
                // Only what nobody reads is left unchecked.
                let is_unread = text.find("\"child_map\"").is_some_and(|start| (start..start + 80).contains(&at));
                prop_assert!(plain == Some(streamed) || is_unread);
            }
        }
    }

    #[test]
    fn a_resource_larger_than_any_window_is_read_as_well() {
        let code = "x".repeat(100_000);
        let text = json!({
            "metadata": {"dbt_schema_version": "dbt/manifest/v12.json", "project_name": "shop"},
            "nodes": {"model.shop.a": {"name": "a", "raw_code": code}, "model.shop.b": {"name": "b"}},
        });
        let text = text.to_string();
        assert!(streamed(text.as_bytes(), 10).is_some_and(|facts| facts.contains(&code)));
    }
}
