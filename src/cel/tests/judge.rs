//! The `cel` crate, another reading of the same language, is the judge: what both read has the same value.

use proptest::prelude::*;

use super::super::{Value, evaluate, parse};

/// Values as text, in the notation of both.
fn ours(text: &str) -> Option<String> {
    let variables = [
        ("name", Value::text("fct_été")),
        ("count", Value::Int(3)),
        ("tags", Value::texts(["a", "b", "c"])),
        ("numbers", Value::list([0, 1, -2].map(Value::Int))),
    ];
    evaluate(&parse(text).ok()?, &variables).ok().map(|value| format!("{value:?}"))
}

fn theirs(text: &str) -> Option<String> {
    let mut context = cel::Context::default();
    context.add_variable_from_value("name", "fct_été");
    context.add_variable_from_value("count", 3_i64);
    context.add_variable_from_value("tags", vec!["a", "b", "c"]);
    context.add_variable_from_value("numbers", vec![0_i64, 1, -2]);
    let value = cel::Program::compile(text).ok()?.execute(&context).ok()?;
    Some(shown(&value))
}

fn shown(value: &cel::Value) -> String {
    match value {
        cel::Value::Null => "null".to_owned(),
        cel::Value::Bool(value) => value.to_string(),
        cel::Value::Int(value) => value.to_string(),
        cel::Value::Float(value) => value.to_string(),
        cel::Value::String(text) => format!("{text:?}"),
        cel::Value::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        other => format!("{other:?}"),
    }
}

fn int(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        (-3_i64..4).prop_map(|number| number.to_string()),
        Just("count".to_owned()),
        Just("9223372036854775807".to_owned()),
        Just("size(tags)".to_owned()),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let (inner, below) = (int(depth - 1), depth - 1);
    let sign = prop::sample::select(vec!["+", "-", "*", "/", "%"]);
    prop_oneof![
        leaf,
        (inner.clone(), sign, inner.clone()).prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
        (bool(below), inner.clone(), inner).prop_map(|(question, a, b)| format!("({question} ? {a} : {b})")),
        text(below).prop_map(|text| format!("size({text})")),
        (list(below), 0..4).prop_map(|(list, index)| format!("{list}[{index}]")),
    ]
    .boxed()
}

fn text(depth: u32) -> BoxedStrategy<String> {
    let leaf =
        prop::sample::select(vec!["name", "'a'", "''", r"'\u00e9\n'", r"r'\d'", "tags[0]"]).prop_map(str::to_owned);
    if depth == 0 {
        return leaf.boxed();
    }
    let below = depth - 1;
    prop_oneof![
        leaf,
        (text(below), text(below)).prop_map(|(a, b)| format!("({a} + {b})")),
        int(below).prop_map(|number| format!("string({number})")),
    ]
    .boxed()
}

fn list(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop::sample::select(vec!["numbers", "[]", "[1, 2]"]).prop_map(str::to_owned);
    if depth == 0 {
        return leaf.boxed();
    }
    let below = depth - 1;
    prop_oneof![
        leaf,
        (list(below), int(below)).prop_map(|(list, with)| format!("{list}.map(n, n + {with})")),
        (list(below), int(below)).prop_map(|(list, with)| format!("{list}.filter(n, n != {with})")),
        (list(below), list(below)).prop_map(|(a, b)| format!("({a} + {b})")),
    ]
    .boxed()
}

fn bool(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop::sample::select(vec!["true", "false", "'b' in tags"]).prop_map(|text| format!("({text})"));
    if depth == 0 {
        return leaf.boxed();
    }
    let below = depth - 1;
    let order = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let joined = prop::sample::select(vec!["&&", "||"]);
    let question = prop::sample::select(vec!["contains", "startsWith", "endsWith"]);
    let each = prop::sample::select(vec!["all", "exists", "exists_one"]);
    prop_oneof![
        leaf,
        (int(below), order.clone(), int(below)).prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
        (text(below), order, text(below)).prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
        (bool(below), joined, bool(below)).prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
        bool(below).prop_map(|a| format!("!{a}")),
        (text(below), question, text(below)).prop_map(|(a, question, b)| format!("{a}.{question}({b})")),
        (list(below), each, int(below)).prop_map(|(list, each, with)| format!("{list}.{each}(n, n > {with})")),
        (int(below), list(below)).prop_map(|(a, list)| format!("({a} in {list})")),
        (list(below), list(below)).prop_map(|(a, b)| format!("({a} == {b})")),
    ]
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Errors count as values: where one of the two has none, neither has the other.
    #[test]
    fn both_give_the_same(text in prop_oneof![bool(3), int(3), text(3), list(3)]) {
        prop_assert_eq!(ours(&text), theirs(&text), "{}", text);
    }
}
