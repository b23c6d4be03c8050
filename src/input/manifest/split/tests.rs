//! The splitter against serde_json's parse of the whole: on what both read they agree, and it never accepts more. What it
//! finds does not depend on where windows end.

use super::{Piece, Splitter, key, parse};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::fmt;

const OBJECTS: &[&str] = &["nodes", "sources", "disabled"];

/// A JSON object as its members in file order, repeated keys included.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                std::iter::from_fn(|| map.next_entry().transpose()).collect::<Result<_, _>>().map(Members)
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}

/// A section's name, a member's key as it says, and the value; no key for a whole section.
type Found<'a> = (String, Option<Cow<'a, str>>, &'a [u8]);

/// What a splitter finds that sees `step` bytes more at a time; `None` if it gets stuck, or a key is none.
fn split(bytes: &[u8], step: usize) -> Option<Vec<Found<'_>>> {
    let mut splitter = Splitter::new();
    let mut found = Vec::new();
    let (mut start, mut end) = (0, 0);
    while end < bytes.len() {
        end = bytes.len().min(end.saturating_add(step));
        let window = &bytes[start..end];
        start += splitter.walk(window, |name, Piece { key: raw, value }| {
            let key = raw.map(|raw| key(&window[raw]));
            found.push((name.to_owned(), key, &window[value]));
        });
    }
    let is_key = |found: &(_, Option<Option<_>>, _)| !matches!(found.1, Some(None));
    if !splitter.is_done(&bytes[start..]) || !found.iter().all(is_key) {
        return None;
    }
    Some(found.into_iter().map(|(name, key, value)| (name, key.flatten(), value)).collect())
}

/// Whether serde_json accepts every slice that was found; `None` if the splitter gave up.
fn accepted(bytes: &[u8]) -> Option<bool> {
    let found = split(bytes, usize::MAX)?;
    Some(found.iter().all(|(_, _, value)| parse::<Value>(value).is_some()))
}

/// Fails unless the promise of the module holds for `bytes`. Returns whether the fast way was taken.
fn agrees_with_the_whole(bytes: &[u8]) -> bool {
    let found = split(bytes, usize::MAX);
    for step in [5, 64] {
        assert_eq!(split(bytes, step), found, "{step} at a time: {}", String::from_utf8_lossy(bytes));
    }
    if accepted(bytes) != Some(true) {
        return false;
    }
    let shown = std::str::from_utf8(bytes).expect("every part was UTF-8");
    let value: Value = serde_json::from_str(shown).unwrap_or_else(|error| panic!("{error}: {shown}"));
    assert!(value.is_object());
    let Members(sections) = serde_json::from_str(shown).unwrap();
    let mut whole: Vec<Found<'_>> = Vec::new();
    for (name, value) in &sections {
        match serde_json::from_str(value.get()) {
            Ok(Members(members)) if name != "metadata" => {
                let members = members.into_iter().map(|(key, value)| (Some(Cow::from(key)), value.get().as_bytes()));
                whole.extend(members.map(|(key, value)| (name.clone(), key, value)));
            }
            _ => whole.push((name.clone(), None, value.get().as_bytes())),
        }
    }
    assert_eq!(found, Some(whole), "{shown}");
    true
}

/// Text full of what could be taken for structure.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![r#"([{}\[\]"\\\n\x00:, a]|\\\\|é|😀){0,70}"#, "[a-z_.]{0,20}"]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i16>().prop_map(|number| json!(f64::from(number) / 8.0)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            members(inner, text()).prop_map(Value::from),
        ]
    })
}

fn members(
    value: impl Strategy<Value = Value>,
    key: impl Strategy<Value = String>,
) -> impl Strategy<Value = Map<String, Value>> {
    proptest::collection::vec((key, value), 0..4).prop_map(|members| members.into_iter().collect())
}

/// An object in which most sections are objects, as in any manifest.
fn manifest() -> impl Strategy<Value = Value> {
    let closed =
        members(any_json(), select(vec!["metadata", "parent_map", "child_map", "", "é", "[{"]).prop_map(String::from));
    let opened = proptest::sample::subsequence(OBJECTS, 0..=OBJECTS.len());
    (closed, opened, proptest::collection::vec(members(any_json(), text()), OBJECTS.len())).prop_map(
        |(mut all, names, values)| {
            all.extend(names.into_iter().zip(values).map(|(name, value)| (name.to_owned(), Value::from(value))));
            Value::from(all)
        },
    )
}

/// Writes JSON with `gap` between any two tokens.
fn write(value: &Value, gap: &str, out: &mut String) {
    let string = |text: &str| Value::from(text).to_string();
    let separate = |out: &mut String, index: usize| out.push_str(&[if index > 0 { "," } else { "" }, gap].concat());
    match value {
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                separate(out, index);
                write(item, gap, out);
                out.push_str(gap);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (key, value)) in members.iter().enumerate() {
                separate(out, index);
                out.push_str(&[&string(key), gap, ":", gap].concat());
                write(value, gap, out);
                out.push_str(gap);
            }
            out.push('}');
        }
        _ => out.push_str(&value.to_string()),
    }
}

/// A manifest as text: compact, as Python writes it, indented, or with odd whitespace.
fn manifest_text() -> impl Strategy<Value = String> {
    (manifest(), select(vec!["", " ", "\r\n\t ", "  \n"]), any::<bool>()).prop_map(|(value, gap, indented)| {
        if indented {
            return serde_json::to_string_pretty(&value).unwrap();
        }
        let mut out = gap.to_owned();
        write(&value, gap, &mut out);
        out + gap
    })
}

/// One byte removed, put in or replaced, or the rest cut off.
fn mutate(bytes: &mut Vec<u8>, at: Index, kind: u8, byte: u8) {
    if bytes.is_empty() {
        return;
    }
    let at = at.index(bytes.len());
    match kind {
        0 => drop(bytes.remove(at)),
        1 => bytes.insert(at, byte),
        2 => bytes[at] = byte,
        _ => bytes.truncate(at),
    }
}

proptest! {
    #[test]
    fn every_manifest_takes_the_fast_way(text in manifest_text()) {
        prop_assert!(agrees_with_the_whole(text.as_bytes()), "gave up on {}", text);
    }

    #[test]
    fn damage_is_never_overlooked(
        text in manifest_text(),
        damages in proptest::collection::vec((any::<Index>(), 0..4_u8, select(br#""\{}[]:, x0u"#.to_vec())), 1..4),
    ) {
        let mut bytes = text.into_bytes();
        for (at, kind, byte) in damages {
            mutate(&mut bytes, at, kind, byte);
        }
        agrees_with_the_whole(&bytes);
    }

    #[test]
    fn any_byte_is_survived(text in manifest_text(), at: Index, byte: u8) {
        let mut bytes = text.into_bytes();
        mutate(&mut bytes, at, 2, byte);
        agrees_with_the_whole(&bytes);
    }

    #[test]
    fn nonsense_is_survived(text in r#"(["{}\[\]:,1\\ ]|"nodes"|"a"|null){0,40}"#) {
        agrees_with_the_whole(text.as_bytes());
    }
}

#[test]
fn finds_sections_and_entries() {
    let bytes =
        br#" { "metadata": {"env": {}}, "nodes" : { "model.a": {"x": "}"}, "b\u0065": [1] }, "e": { }, "n": 1.5e3 } "#;
    let found = split(bytes, usize::MAX).unwrap();
    let found: Vec<_> = found.iter().map(|(name, key, value)| (name.as_str(), key.as_deref(), *value)).collect();
    let wanted: [(&str, Option<&str>, &[u8]); 4] = [
        ("metadata", None, br#"{"env": {}}"#),
        ("nodes", Some("model.a"), br#"{"x": "}"}"#),
        ("nodes", Some("be"), b"[1]"),
        ("n", None, b"1.5e3"),
    ];
    assert_eq!(found, wanted);
    assert!(agrees_with_the_whole(bytes));
}

#[test]
fn keeps_a_key_that_is_repeated_within_a_section() {
    assert!(agrees_with_the_whole(br#"{"nodes": {"a": 1, "a": 2}}"#));
}

#[test]
fn gives_up_on_anything_odd() {
    let outer = r#"|<html>|{|null|[]|{"a"}|{"a":}|{"a":1,}|{"a":1 "b":2}|{,}|{"a":1}}|{"a":1} x|{"a":1}{}|{"a":1]|{"a":{}|{"a":"}
        |{"a":"\"}|{a:1}|{"a":1,"a":2}|{"\u0061":1}"#;
    let inner =
        r#"{"nodes":{"a":1,}}|{"nodes":{"a":1]}|{"nodes":{"a" 1}}|{"nodes":{"\x":1}}|{"nodes":{,}}|{"nodes":{}"#;
    let bytes = "\u{feff}{}|{\"a\u{0}\":1}|{\"a\n\":1}|{\"a\":1}\u{0}|{\u{a0}}";
    for text in [outer, inner, bytes].iter().flat_map(|texts| texts.split('|')) {
        assert_eq!(split(text.as_bytes(), usize::MAX), None, "{text}");
    }
    assert_eq!(split(b"{\"nodes\":{\"\xff\":1}}", usize::MAX), None);
}

#[test]
fn leaves_the_inside_of_values_to_serde_json() {
    for text in r#"{"a":{]}|{"a":{]}}|{"a":tru}|{"a":"\x"}|{"a":01}|{"nodes":{"a":[1,]}}|{"nodes":{"a":{]}}"#.split('|')
    {
        assert_ne!(accepted(text.as_bytes()), Some(true), "{text}");
    }
    assert_eq!(accepted(br#"{"nodes":{"a":[1,]}}"#), Some(false));
}

#[test]
fn never_accepts_deeper_nesting_than_serde_json() {
    for depth in 1..300 {
        for separator in ["", " ", "          "] {
            let value = [["[", separator].concat().repeat(depth), "]".repeat(depth)].concat();
            let is_fast = agrees_with_the_whole(format!(r#"{{"nodes":{{"a":{value}}}}}"#).as_bytes());
            assert!(is_fast || depth > 50, "{depth} levels are not odd");
        }
    }
}

#[test]
fn every_alignment_of_a_manifest_gives_the_same() {
    let text = r#"{"nodes": {"a": {"s": "\\\"{[\\\\", "t": ["]", "é\\"]}, "b": {}}, "child_map": {"a": ["}\""]}}"#;
    for shift in 0..200 {
        for inner in [0, 1, 31, 63, 64, 65] {
            let padded = [" ".repeat(shift), text.replace("\"s\"", &format!("{}\"s\"", " ".repeat(inner)))].concat();
            assert!(agrees_with_the_whole(padded.as_bytes()));
        }
    }
}
