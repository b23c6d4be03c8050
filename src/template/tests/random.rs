//! Nothing panics, whatever the template.

use proptest::prelude::*;

use super::Context;
use crate::template::{Error, Limits, Machine, Rendering, Template};

/// Text that often is a template that runs.
fn template() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        3 => prop::sample::select(vec![
            "{{ ", " }}", "{% if ", "{% endif %}", "{% for i in ", "{% endfor %}", "{% set a = ", " %}", "{% else %}",
            "{% set a %}", "{% endset %}", "{% do ", "{% macro m(a, b=1) %}", "{% endmacro %}", "dbt_macro__m(", ")",
            "{% call ", "{% endcall %}", "{%- ", " -%}", "{# c #}", "{% continue %}", "{% break %}", "\n", " x ",
        ]),
        4 => prop::sample::select(vec![
            "a", "x", "l", "d", "s", "n", "unknown", "nope", "users", "1", "-1", "2.5", "'é%s{}'", "[1, 'a']", "{'a': 1}",
            "(1,)", "loop", "true", "none", "0", "range(3)", "namespace(a=1)", "caller()", "varargs", "99999999999",
            "9223372036854775807",
        ]),
        4 => prop::sample::select(vec![
            " + ", " - ", " * ", " / ", " // ", " % ", " ** ", " ~ ", " == ", " < ", " in ", " not in ", " and ", " or ",
            " if ", " else ", " | ", " is ", ", ", "(", ")", "[", "]", ":", ".", "=", "*", "**",
        ]),
        4 => prop::sample::select(vec![
            "join", "sort", "upper", "list", "map('upper')", "length", "replace('a', 'b')", "default(1)", "round", "int",
            "indent", "batch(2)", "slice(2)", "groupby('name')", "tojson", "format(1)", "truncate(3)", "center(9)",
            "sum", "first", "reverse", "unique", "dictsort", "select", "filesizeformat", "title", "float", "items",
            "defined", "odd", "mapping", "append(1)", "items()", "split('a')", "format(1, a=2)", "pop()", "update(a=1)",
            "zfill(5)", "splitlines()", "count('')", "find('a')", "copy()", "insert(0, 1)", "partition('a')",
        ]),
        1 => any::<char>().prop_map(String::from).prop_map(|text| Box::leak(text.into_boxed_str()) as &'static str),
    ];
    prop::collection::vec(pieces, 0..25).prop_map(|pieces| pieces.concat())
}

fn run(text: &str) {
    let context = Context::new();
    let limits = Limits { steps: 5_000, ..Limits::default() };
    let Ok(template) = Template::parse(text) else { return };
    for rendering in [Rendering::default(), Rendering { keep_output: false, lenient: false }] {
        let outcome = Machine::new(&context, limits).render(&template, rendering);
        if let Err(error @ (Error::Failed(_) | Error::Limit(_))) = outcome {
            let place = error.place().expect("errors have a place");
            assert!(place.inner_text.get(place.inner.range()).is_some() && text.get(place.outer.range()).is_some());
        }
    }
}

proptest! {
    #[test]
    fn templates_never_panic(text in template()) {
        run(&text);
    }

    #[test]
    fn expressions_never_panic(text in template()) {
        run(&format!("{{{{ {text} }}}}"));
    }

    #[test]
    fn arbitrary_text_never_panics(text in crate::text::jinja::testing::template()) {
        run(&text);
        if let Err(error) = Template::parse(text.as_str()) {
            prop_assert!(text.get(error.span.range()).is_some());
        }
    }
}
