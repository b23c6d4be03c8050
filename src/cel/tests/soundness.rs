//! No text can take the process down, or make it wait.

use proptest::prelude::*;

use super::super::limits::{DEPTH, LENGTH};
use super::super::{Type, Value, check, evaluate, parse};
use super::{THING, checked, value};

/// Pieces of which texts are made that look like expressions.
const PIECES: [&str; 60] = [
    "thing",
    ".",
    "name",
    "tags",
    "items",
    "meta",
    "secret",
    "==",
    "!=",
    "&&",
    "||",
    "!",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "'s'",
    "\"",
    "'",
    "1",
    "1u",
    "1.5",
    "-",
    "+",
    "*",
    "/",
    "%",
    "?",
    ":",
    ",",
    " in ",
    "size",
    ".exists(x,",
    ".all(x,",
    ".map(x,",
    ".filter(x,",
    "has(",
    "null",
    "true",
    "b'x'",
    "r'",
    "\\x",
    "\\u00",
    "é",
    "\n",
    "//",
    "`",
    "9223372036854775808",
    "0x",
    "1e",
    "'\\",
    "matches('[')",
    "'''",
    "x",
    "<",
    ">=",
    "😀",
    " ",
];

proptest! {
    #[test]
    fn any_text_is_read_or_refused_with_a_place_in_it(pieces in prop::collection::vec(prop::sample::select(&PIECES), 0..14)) {
        let text = pieces.concat();
        if let Err(error) = value(&text) {
            prop_assert!(text.get(error.range.clone()).is_some(), "{text:?}: {error:?}");
        }
    }

    #[test]
    fn any_characters_are_read_or_refused(text in "\\PC{0,40}") {
        if let Err(error) = checked(&text) {
            prop_assert!(text.get(error.range.clone()).is_some(), "{text:?}: {error:?}");
        }
    }
}

#[test]
fn depth_is_limited_in_every_direction() {
    for (before, middle, after) in [
        ("(", "1", ")"),
        ("!", "true", ""),
        ("-", "thing.count", ""),
        ("[", "1", "]"),
        ("", "1", "+1"),
        ("", "thing", ".meta"),
        ("", "thing.tags", "[0]"),
        ("", "true", "==true"),
        ("", "true", "?true:true"),
        ("true?true:", "true", ""),
        ("size([", "1", "])"),
        ("[1].all(x,", "true", ")"),
    ] {
        let nested = |count: usize| format!("{}{middle}{}", before.repeat(count), after.repeat(count));
        let message = format!("more than {DEPTH} levels are not read");
        for count in [DEPTH + 1, 700] {
            let error = parse(&nested(count)).expect_err(middle);
            assert_eq!(error.message, message, "{before}{middle}{after}");
        }
        let message = format!("an expression of more than {LENGTH} bytes is not read");
        assert_eq!(parse(&nested(100_000)).expect_err(middle).message, message);
        assert!(parse(&nested(20)).is_ok(), "{}", nested(20));
    }
}

/// The most common long expressions are not deep.
#[test]
fn many_conditions_are_one_level() {
    let many = vec!["thing.name != 'x'"; 400].join(" && ");
    assert_eq!(value(&many).as_deref(), Ok("true"));
    assert_eq!(value(&many.replace("&&", "||")).as_deref(), Ok("true"));
}

#[test]
fn steps_and_sizes_are_limited() {
    let digits = "[0,1,2,3,4,5,6,7,8,9]";
    let mut loops = "false".to_owned();
    for number in 1..=8 {
        loops = format!("{digits}.all(n{number}, {loops} || true)");
    }
    let error = value(&loops).unwrap_err();
    assert_eq!(error.message, "this takes more than 1000000 steps");

    let doubled = format!("['0123456789']{}", ".map(x, x + x)".repeat(20));
    assert_eq!(value(&doubled).unwrap_err().message, "this makes a value of more than 100000 bytes or items");
    let doubled = format!("[[0]]{}", ".map(x, x + x)".repeat(20));
    assert_eq!(value(&doubled).unwrap_err().message, "this makes a value of more than 100000 bytes or items");
    let replaced =
        "['aaaaaaaaaa'].map(x, x.replace('a', x).replace('a', x).replace('a', x).replace('a', x).replace('a', x))";
    assert_eq!(value(replaced).unwrap_err().message, "this makes a value of more than 100000 bytes or items");
    let long = format!(
        "['0123456789']{}.map(x, {digits}.all(a, {digits}.all(b, {digits}.all(c, x != ''))))",
        ".map(x, x + x)".repeat(13)
    );
    assert_eq!(value(&long).unwrap_err().message, "this takes more than 1000000 steps");
}

/// What the checker lets through has the type that it says.
#[test]
fn values_have_the_types_they_were_given() {
    let text = "[thing.count, size(thing.tags)]";
    let kind = check(&parse(text).unwrap(), &[("thing", Type::Record(&THING))]);
    assert_eq!(kind, Ok(Type::List(&Type::Int)));
    let ints = evaluate(&parse("[1, 2]").unwrap(), &[]).unwrap();
    assert!(matches!(ints, Value::List(items) if matches!(*items, [Value::Int(1), Value::Int(2)])));
}
