//! Function calls in Python models.

use super::call::Call;
use super::call::find::{Code, Finder};
use super::call::token::{Language, Lexer};
use super::span::Span;

/// The calls of dbt's functions in a Python model, in the order of the text: `dbt.ref("orders")`,
/// `dbt.source("shop", "orders")`, `dbt.config(materialized="table")`, `dbt.config.get("x")`.
///
/// Only paths that start with `dbt.` count, which is how dbt names the first parameter of `model(dbt, session)` and the
/// only way in which it finds them (`PythonParseVisitor` in `dbt/parser/models.py`). Comments and strings are passed
/// over, except the fields of f-strings. Code that cannot be read hides only itself, as nobody half-way through a line
/// wants to lose the rest.
pub fn calls(text: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    // Where the text is no Python, dbt reports so; what can be read around it is still true.
    let _ = Finder::default().find(text, Span::new(0, text.len()), Code::Python, &mut calls);
    calls.retain(|call| call.name.starts_with("dbt."));
    calls
}

/// The comments of a Python file, each from its `#` to the end of the line.
pub fn comments(text: &str) -> Vec<Span> {
    let mut comments = Vec::new();
    let mut lexer = Lexer::new(text, Span::new(0, text.len()), Language::Python);
    let mut from = 0;
    // What is no token is no comment either: a string that is never closed reaches to the end of its line.
    while let Some(token) = lexer.next_token() {
        let span = token.map_or_else(|error| error.span, |token| token.span);
        add_comments(text, from, span.start as usize, &mut comments);
        from = span.end as usize;
    }
    add_comments(text, from, text.len(), &mut comments);
    comments
}

/// The comments between two tokens.
fn add_comments(text: &str, from: usize, to: usize, comments: &mut Vec<Span>) {
    let mut at = from;
    while let Some(start) = text[at..to].find('#').map(|found| at + found) {
        let end = text[start..to].find(['\n', '\r']).map_or(to, |found| start + found);
        comments.push(Span::new(start, end));
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slices(text: &str) -> Vec<&str> {
        calls(text).iter().map(|call| &text[call.span.range()]).collect()
    }

    #[test]
    fn dbt_functions_with_their_places() {
        let text = "def model(dbt, session):\r\n    # é dbt.ref('no')\r\n    dbt.config(materialized=\"table\", \
                    tags=['a'])\n    a = dbt.ref(\"p\", 'orders', v=2).filter(x)\n    b = dbt.source('s', \"t\")\n";
        let found = calls(text);
        assert_eq!(
            slices(text),
            [
                "dbt.config(materialized=\"table\", tags=['a'])",
                "dbt.ref(\"p\", 'orders', v=2)",
                "dbt.source('s', \"t\")"
            ]
        );
        assert_eq!(found[0].as_config().map(<[_]>::len), Some(2));
        let reference = found[1].as_ref().expect("a ref");
        assert_eq!((reference.package, reference.name, reference.version.as_deref()), (Some("p"), "orders", Some("2")));
        assert_eq!(found[2].as_source().map(|source| (source.source, source.table)), Some(("s", "t")));
    }

    #[test]
    fn comments_strings_and_definitions_are_passed_over() {
        for text in [
            "# dbt.ref('a')",
            "'dbt.ref(1)'",
            "'''\ndbt.ref('a')\n'''",
            "r'\\' # dbt.ref(1)",
            "my.dbt.ref('a')",
            "def dbt.ref(a): pass",
            "dbt.ref",
            "x = dbt.ref('a'",
        ] {
            assert_eq!(slices(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn nested_calls_and_the_fields_of_f_strings() {
        assert_eq!(slices("x = [f(dbt.ref('a')) for y in z]"), ["dbt.ref('a')"]);
        let text = "session.sql(f\"select {{x}} from {dbt.ref('a')} {1:{dbt.ref('b')}}\")";
        assert_eq!(slices(text), ["dbt.ref('a')", "dbt.ref('b')"]);
    }

    #[test]
    fn a_comprehension_is_no_list() {
        let text = "dbt.config(tags=[x for x in y], meta={'a': [x for x in y]})";
        let call = &calls(text)[0];
        assert_eq!(call.arguments[0].value, crate::text::call::ArgumentValue::Other);
        assert!(call.arguments[1].get("a").is_some());
    }

    #[test]
    fn an_unclosed_string_hides_its_line_only() {
        assert_eq!(slices("x = 'it\ny = dbt.ref('a')"), ["dbt.ref('a')"]);
    }

    proptest! {
        #[test]
        fn spans_are_within_the_text(
            text in r#"(dbt\.ref\(|dbt\.|[frb]?["']{1,3}|[\\{}()\[\],=:#.\n]|[a1eé+]|.){0,40}"#
        ) {
            for call in calls(&text) {
                prop_assert!(text.get(call.span.range()).is_some_and(|slice| slice.ends_with(')')));
                for argument in call.arguments {
                    prop_assert!(text.get(argument.span.range()).is_some());
                }
            }
        }
    }
}
