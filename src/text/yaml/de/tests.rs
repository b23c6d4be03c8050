//! What the program makes of a node, and what it says when it cannot.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{DeError, Spanned, from_node};
use crate::text::yaml::{Node, parse};

fn document(text: &str) -> Node {
    parse(text).unwrap().documents.remove(0)
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> T {
    from_node(&document(text)).unwrap()
}

/// The text at fault, the message and the help.
fn fault<T: for<'de> Deserialize<'de> + std::fmt::Debug>(text: &str) -> (String, String, String) {
    let DeError { span, message, help, .. } = from_node::<T>(&document(text)).unwrap_err();
    (text[span.range()].to_owned(), message, help.unwrap_or_default())
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    fail_on: Severity,
    #[serde(default)]
    owners: Vec<String>,
    #[serde(default)]
    layers: BTreeMap<String, Layer>,
    since: Option<String>,
    limit: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Severity {
    Error,
    Warning,
    Off,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Layer {
    paths: Vec<String>,
}

#[test]
fn reads_structs_lists_and_mappings() {
    let settings: Settings =
        read("fail-on: error\nowners: [a, \"b\"]\nlayers:\n  marts: {paths: [models/marts]}\nsince: ~\nlimit: 0x10\n");
    let marts = Layer { paths: vec!["models/marts".into()] };
    let expected = Settings {
        fail_on: Severity::Error,
        owners: vec!["a".into(), "b".into()],
        layers: BTreeMap::from([("marts".into(), marts)]),
        since: None,
        limit: Some(16),
    };
    assert_eq!(settings, expected);
}

#[test]
fn a_string_takes_any_single_value_by_its_text() {
    let texts: Vec<String> = read("[off, Yes, 010, 1.10, 2024-01-01, 1:30, .inf, 'null', '']");
    assert_eq!(texts, ["off", "Yes", "010", "1.10", "2024-01-01", "1:30", ".inf", "null", ""]);
    assert_eq!(read::<Severity>("off"), Severity::Off);
    assert_eq!(read::<BTreeMap<String, char>>("on: y"), BTreeMap::from([("on".into(), 'y')]));
}

#[test]
fn other_types_take_the_resolved_value() {
    assert_eq!(read::<(bool, i64, f64, f32)>("[off, -010, 1.5, 2]"), (false, -8, 1.5, 2.0));
    assert_eq!(read::<u64>("18446744073709551615"), u64::MAX);
    assert_eq!(read::<Option<bool>>("~"), None);
    let any: serde_json::Value = read("{a: off, b: [1, 1.5, null], c: 2024-01-01, d: 1e3}");
    assert_eq!(any, serde_json::json!({"a": false, "b": [1, 1.5, null], "c": "2024-01-01", "d": "1e3"}));
}

#[test]
fn repeated_and_merged_keys_and_aliases() {
    let text = "base: &b {paths: [a]}\nm: {<<: *b}\nn: *b\no: {paths: [x], paths: [y]}\np: {<<: *b, paths: [z]}";
    let layers: BTreeMap<String, Layer> = read(text);
    let paths: Vec<&str> = layers.values().map(|layer| layer.paths[0].as_str()).collect();
    assert_eq!(paths, ["a", "a", "a", "y", "z"]);
}

fn expect_fault<T: for<'de> Deserialize<'de> + std::fmt::Debug>(text: &str, at: &str, message: &str, help: &str) {
    assert_eq!(fault::<T>(text), (at.into(), message.into(), help.into()), "{text:?}");
}

#[test]
fn unknown_keys_are_named_at_the_key() {
    let help = "did you mean `owners`?";
    expect_fault::<Settings>("fail-on: error\nowner: [a]\n", "owner", "unknown key `owner`", help);
    let all = "expected one of `fail-on`, `owners`, `layers`, `since`, `limit`";
    expect_fault::<Settings>("fail-on: error\n\"something\": 1\n", "\"something\"", "unknown key `something`", all);
    let inner = "fail-on: off\nlayers:\n  a:\n    paths: []\n    path: x\n";
    expect_fault::<Settings>(inner, "path", "unknown key `path`", "did you mean `paths`?");
}

#[test]
fn missing_keys_are_named_at_the_mapping() {
    let text = "fail-on: error\nlayers:\n  marts:\n    {} # none\n";
    expect_fault::<Settings>(text, "{}", "the key `paths` is missing", "");
    expect_fault::<Settings>("owners:\n  - a\n", "owners:\n  - a", "the key `fail-on` is missing", "");
}

#[test]
fn wrong_types_are_named_at_the_value() {
    let nothing = "write a value, or remove the key";
    let cases = [
        ("owners: a", "a", "expected a list, found the text `a`", ""),
        ("owners:", "", "expected a list, found nothing", nothing),
        ("owners: [a, [b]]", "[b]", "expected a string, found a list", ""),
        ("owners: [a, null]", "null", "expected a string, found nothing", nothing),
        ("layers: [a]", "[a]", "expected a mapping, found a list", ""),
        ("layers: {a: 1}", "1", "expected a mapping, found the number 1", ""),
        ("limit: 256", "256", "expected a whole number from 0 to 255, found the number 256", ""),
        ("limit: -1", "-1", "expected a whole number from 0 to 255, found the number -1", ""),
        ("limit: \"3\"", "\"3\"", "expected a whole number from 0 to 255, found the text `3`", ""),
        ("limit: yes", "yes", "expected a whole number from 0 to 255, found `true`", ""),
        ("since: {a: b}", "{a: b}", "expected a string, found a mapping", ""),
    ];
    for (line, at, message, help) in cases {
        expect_fault::<Settings>(&format!("fail-on: error\n{line}"), at, message, help);
    }
    expect_fault::<(bool, u8)>("[on, 1, 2]", "2", "this item is one too many", "");
    expect_fault::<(bool, u8)>("[on]", "[on]", "expected a list of 2 items, found 1 item", "");
    expect_fault::<bool>("'yes'", "'yes'", "expected `true` or `false`, found the text `yes`", "");
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Choice {
    None,
    Named(String),
    Sized { width: u8 },
}

#[test]
fn variants_are_names_or_mappings_with_one_key() {
    let choices: Vec<Choice> = read("[none, {named: off}, {sized: {width: 3}}, {none: }]");
    assert_eq!(choices, [Choice::None, Choice::Named("off".into()), Choice::Sized { width: 3 }, Choice::None]);
    let help = "expected one of `error`, `warning`, `off`";
    expect_fault::<Severity>("fatal", "fatal", "unknown value `fatal`", help);
    expect_fault::<Severity>("'warn ing'", "'warn ing'", "unknown value `warn ing`", "did you mean `warning`?");
    expect_fault::<Severity>("[off]", "[off]", "expected one of `error`, `warning`, `off`, found a list", "");
    expect_fault::<Choice>(
        "named",
        "named",
        "expected a mapping from this name to its value, found its name alone",
        "",
    );
    expect_fault::<Choice>("{none: 1}", "1", "this takes no value", "");
    let width = "expected a whole number from 0 to 255, found the text `x`";
    expect_fault::<Choice>("{sized: {width: x}}", "x", width, "");
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum LevelOrBlock {
    Level(#[expect(dead_code, reason = "only the error is of interest")] Severity),
    Block(#[expect(dead_code, reason = "only the error is of interest")] Layer),
}

#[test]
fn untagged_enums_are_named_as_a_whole() {
    let message = "this value has none of the forms that are possible here";
    expect_fault::<BTreeMap<String, LevelOrBlock>>("a: error\nb: {path: x}", "{path: x}", message, "");
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Flattened {
    #[serde(flatten)]
    _layer: Layer,
}

#[test]
fn unknown_keys_beside_flattened_structs_have_their_place_too() {
    expect_fault::<Flattened>("paths: []\nlimits: 3\n", "limits", "unknown key `limits`", "");
}

#[test]
fn values_remember_their_places() {
    let text = "- models/**\n- x: \"é\"\n";
    let node = document(text);
    let (glob, inner): (Spanned<String>, BTreeMap<String, Spanned<Option<String>>>) = from_node(&node).unwrap();
    assert_eq!((&text[glob.span.range()], glob.value.as_str()), ("models/**", "models/**"));
    assert_eq!(&text[inner["x"].span.range()], "\"é\"");
    assert_eq!(inner["x"].value.as_deref(), Some("é"));
    expect_fault::<Vec<Spanned<u8>>>("[1, a]", "a", "expected a whole number from 0 to 255, found the text `a`", "");
    assert!(serde_json::from_str::<Spanned<u8>>("{\"start\": 1, \"end\": 2, \"value\": 3}").is_err());
}
