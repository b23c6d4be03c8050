//! Function calls in a template.

use super::JinjaError;
use crate::text::call::Call;
use crate::text::call::find::{Code, Finder};
use crate::text::sql::{Context, PieceKind, Pieces};

/// The calls in a template's expressions and statements, nested ones too, in the order of the text.
///
/// Not found are calls that Jinja2 does not make: those in `{# … #}`, in `{% raw %}` and in string literals of Jinja.
/// Those within SQL comments and SQL strings are found, because dbt renders them. Branches are not followed: a call in
/// `{% if false %}` is found as well. Filters (`x | replace('a', 'b')`), tests (`x is divisibleby(2)`), methods of
/// values (`ref('x').include()`: only the `ref` is found) and the names that `{% macro %}` and its like define are no
/// calls.
///
/// # Errors
/// Where Jinja2's lexer refuses the text, too. [`calls_before_error`] gives what stands before that place.
pub fn calls(text: &str) -> Result<Vec<Call>, JinjaError> {
    match calls_before_error(text) {
        (calls, None) => Ok(calls),
        (_, Some(error)) => Err(error),
    }
}

/// As [`calls`], for a text that may be half typed: what was found before the first error, and that error.
pub fn calls_before_error(text: &str) -> (Vec<Call>, Option<JinjaError>) {
    let mut calls = Vec::new();
    let mut finder = Finder::default();
    for piece in Pieces::new(text) {
        let piece = match piece {
            Ok(piece) => piece,
            Err(error) => return (calls, Some(error)),
        };
        let code = match piece.kind {
            PieceKind::Expression => Code::JinjaExpression,
            PieceKind::Statement => Code::JinjaStatement,
            _ => continue,
        };
        let known = calls.len();
        let outcome = finder.find(text, piece.inner, code, &mut calls);
        for call in &mut calls[known..] {
            call.in_sql_comment = piece.context == Context::Comment;
        }
        if let Err(error) = outcome {
            return (calls, Some(error.into()));
        }
    }
    (calls, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::call::ArgumentValue;
    use crate::text::jinja::testing::template;
    use proptest::prelude::*;

    /// The text of each call, after checking that it starts with its name's first word and ends with a parenthesis.
    fn slices(text: &str) -> Vec<&str> {
        let calls = calls(text).expect("the text is a template");
        let slices: Vec<_> = calls.iter().map(|call| &text[call.span.range()]).collect();
        for (call, slice) in calls.iter().zip(&slices) {
            let first = call.name.split('.').next().expect("a name has a word");
            assert!(slice.starts_with(first) && slice.ends_with(')'), "{slice}");
        }
        slices
    }

    #[test]
    fn spans_are_exact() {
        let text = "select 'é' -- π\r\nfrom {{- ref( 'shop', \"orders\" , v = 2 ) -}} o";
        let call = &calls(text).expect("the text is a template")[0];
        assert_eq!(&text[call.span.range()], "ref( 'shop', \"orders\" , v = 2 )");
        let arguments: Vec<_> = call.arguments.iter().map(|argument| &text[argument.span.range()]).collect();
        assert_eq!(arguments, ["'shop'", "\"orders\"", "2"]);
        let keyword = call.arguments[2].keyword.as_ref().expect("v= is a keyword");
        assert_eq!((keyword.text.as_str(), &text[keyword.span.range()]), ("v", "v"));
        assert_eq!(call.span.start as usize, text.find("ref").expect("it is there"));
    }

    #[test]
    fn found_wherever_jinja_makes_the_call() {
        assert_eq!(slices("{% set x = ref('a') %}{% do run_query(x) %}"), ["ref('a')", "run_query(x)"]);
        assert_eq!(slices("{{ f(ref('a'), [source('b', 'c')], {'k': var('d')}) }}").len(), 4);
        assert_eq!(slices("{{ a(b('x')) if c() else d.e . f ( ) }}"), ["a(b('x'))", "b('x')", "c()", "d.e . f ( )"]);
        assert_eq!(slices("{% call statement('s', fetch_result=True) %}{% endcall %}").len(), 1);
        assert_eq!(slices("{% call(row) each(rows) %}{% endcall %}"), ["each(rows)"]);
        assert_eq!(slices("{% if not(is_incremental()) and (x) %}{% endif %}"), ["is_incremental()"]);
        assert_eq!(slices("{{ ref('a').include(database=false) }}"), ["ref('a')"]);
        assert_eq!(slices("select '{{ var(\"x\") }}'"), ["var(\"x\")"]);
    }

    #[test]
    fn dotted_names_lose_their_blanks() {
        let calls = calls("{{ dbt_utils . star(x) }}{{ adapter.dispatch('a')(b) }}").expect("a template");
        let names: Vec<_> = calls.iter().map(|call| call.name.as_str()).collect();
        assert_eq!(names, ["dbt_utils.star", "adapter.dispatch"]);
    }

    #[test]
    fn not_found_where_jinja_makes_no_call() {
        let nothing = [
            "{# ref('a') #}",
            "{#- {{ ref('a') }} -#}",
            "{% raw %}{{ ref('a') }}{% endraw %}",
            "{%- raw -%} {% if ref('a') %} {%- endraw -%}",
            "{{ \"ref('a')\" }}",
            "{{ 'it\\'s ref(1)' }}",
            "ref('a')",
            "{ { ref('a') } }",
            "{{ x | replace('a', 'b') }}",
            "{% filter indent(2) %}{% endfilter %}",
            "{% if x is divisibleby(3) and y is not sameas(z) %}{% endif %}",
            "{% macro ref(name) %}{% endmacro %}",
            "{% test unique(model) %}{% endtest %}",
        ];
        for text in nothing {
            assert_eq!(slices(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn defaults_in_a_signature_are_calls() {
        assert_eq!(slices("{% macro m(a=var('x')) %}{{ m(1) }}{% endmacro %}"), ["var('x')", "m(1)"]);
    }

    #[test]
    fn knows_sql_comments() {
        let commented = |text: &str| -> Vec<bool> {
            calls(text).expect("the text is a template").iter().map(|call| call.in_sql_comment).collect()
        };
        assert_eq!(commented("-- {{ ref('a') }} {{ ref('b') }}\n{{ ref('c') }}"), [true, true, false]);
        assert_eq!(commented("/* {{ ref('a') }}\n{{ ref('b') }} */ {{ ref('c') }}"), [true, true, false]);
        assert_eq!(commented("'--' {{ ref('a') }} \"--\" {{ ref('b') }}"), [false, false]);
        assert_eq!(commented("-- {{ f('\n') }} {{ ref('a') }}"), [true, true], "a line break in Jinja ends no comment");
        assert_eq!(commented("-- x\n{{- ref('a') }}"), [true], "the line break is trimmed");
        assert_eq!(commented("-- x {% if y -%}\n{{ ref('a') }}"), [true]);
        assert_eq!(commented("{# -- #}{{ ref('a') }}"), [false]);
    }

    #[test]
    fn blanks_beyond_ascii_and_names_beyond_ascii_are_fine() {
        assert_eq!(slices("{{\u{a0}ref('a')\u{a0}}}"), ["ref('a')"]);
        assert_eq!(slices("{{ größe('ä') }}"), ["größe('ä')"]);
    }

    #[test]
    fn what_stands_before_an_error_is_kept() {
        let text = "{{ ref('a') }} {{ ref('b' }} {{ ref('c') }}";
        let (found, error) = calls_before_error(text);
        assert_eq!(found.len(), 1);
        let error = error.expect("the bracket does not match");
        assert_eq!(&text[error.span.range()], "}");
        assert_eq!(calls(text), Err(error));

        let (found, error) = calls_before_error("{{ ref('a') ?");
        assert_eq!((found.len(), error.map(|error| error.span.start)), (0, Some(0)));
        let (found, error) = calls_before_error("{{ ref('a') ? }}");
        assert_eq!((found.len(), error.map(|error| error.span.start)), (1, Some(12)));
        assert_eq!(calls_before_error("{{ ref('a }}").1.map(|error| error.message), Some("string is never closed"));
    }

    #[test]
    fn unfinished_arguments_have_a_place() {
        let text = "{{ ref('a', v=) }}";
        let call = &calls(text).expect("a template")[0];
        let version = call.keyword("v").expect("v= is there");
        assert_eq!((version.span.start, version.span.len()), (14, 0));
        assert_eq!(version.value, ArgumentValue::Other);
    }

    #[test]
    fn deep_nesting_is_no_danger() {
        let text = format!("{{{{ {}1{} }}}}", "f([".repeat(20_000), "])".repeat(20_000));
        assert_eq!(calls(&text).map(|calls| calls.len()), Ok(20_000));
        let text = format!("{{{{ f({}{}) }}}}", "[".repeat(20_000), "]".repeat(20_000));
        assert_eq!(calls(&text).map(|calls| calls.len()), Ok(1));
    }

    proptest! {
        #[test]
        fn spans_are_within_the_text(text in template()) {
            let (calls, error) = calls_before_error(&text);
            for call in &calls {
                let slice = text.get(call.span.range());
                prop_assert!(slice.is_some_and(|slice| slice.ends_with(')')));
                for argument in &call.arguments {
                    prop_assert!(text.get(argument.span.range()).is_some());
                    prop_assert!(call.span.start < argument.span.start && argument.span.end < call.span.end);
                }
            }
            if let Some(error) = error {
                prop_assert!(text.get(error.span.range()).is_some_and(|slice| !slice.is_empty()));
            }
        }
    }
}
