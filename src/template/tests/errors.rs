//! Where errors are.

use super::Context;
use crate::template::{Content, Error, Expression, Machine, Rendering, Template, read_blocks};
use crate::text::jinja::BlockKind;

#[test]
fn half_written_templates() {
    for (template, place, message) in [
        ("select {{ ref('a'", "(", "`(` is never closed"),
        ("select {{ ref('a') ", "{{", "`{{` is never closed with `}}`"),
        ("{% if x ", "{%", "`{%` is never closed with `%}`"),
        ("{{ 'abc }}", "'", "string is never closed"),
        ("{# abc", "{#", "`{#` is never closed with `#}`"),
        ("a{% raw %}b", "{% raw %}", "`{% raw %}` is never closed with `{% endraw %}`"),
        ("{% if x %}a", "{% if", "`{% if %}` is never closed with `{% endif %}`"),
        ("{% for x in y %}{% if z %}{% endif %}", "{% for", "`{% for %}` is never closed with `{% endfor %}`"),
        ("{% macro m(a %}", "%", "expected `,` or `)`, found `%`"),
        ("{{ a ] }}", "]", "unexpected `]`"),
        ("{{ a $ }}", "$", "unexpected `$`"),
        ("{{ }}", "}}", "expected an expression, found the end of the tag"),
        ("{{ a b }}", "b", "expected `}}`, found `b`"),
        ("{% foo %}", "foo", "unknown tag `foo`"),
        ("{% endif %}", "endif", "unknown tag `endif`"),
        ("{% set 1 = 2 %}", "1", "this cannot be assigned to"),
        ("{% set true = 2 %}", "true", "`true` cannot be assigned to"),
        ("{% break %}", "break", "`break` outside of a loop"),
        ("{% macro m(a=1, b) %}{% endmacro %}", "b", "a parameter without default follows one with a default"),
        ("{% call m %}{% endcall %}", "m", "expected a call"),
    ] {
        let error = Template::parse(template).expect_err(template);
        assert_eq!((&template[error.span.range()], error.message.as_str()), (place, message), "{template}");
    }
}

#[test]
fn errors_while_running_have_a_place_in_both_templates() {
    let text = "é {% macro inner(a) %}{{ a + 1 }}{% endmacro %}{% macro outer() %}{{ inner('x') }}{% endmacro %}";
    let context = Context::new().with_macros(text);
    let template = "é\n{% if true %}{{ [outer( )] }}{% endif %}";
    let Err(Error::Failed(failure)) = context.render(template) else { panic!("it fails") };
    let place = failure.place.expect("failures have a place");
    assert_eq!(failure.message, "can only concatenate str (not \"int\") to str");
    assert_eq!(&template[place.outer.range()], "outer( )");
    assert_eq!((&place.inner_text[..], &text[place.inner.range()]), (text, "a + 1"));
    assert_eq!(place.macros.iter().map(|name| &**name).collect::<Vec<_>>(), ["outer", "inner"]);
}

#[test]
fn calls_know_where_they_are_made() {
    struct Here(std::cell::RefCell<Vec<(crate::text::Span, crate::text::Span)>>);
    impl crate::template::Object for std::rc::Rc<Here> {
        fn call(
            &self,
            machine: &mut Machine<'_>,
            _: crate::template::Arguments,
        ) -> Result<crate::template::Value, Error> {
            let place = machine.place().expect("something runs");
            assert_eq!(machine.outer_span(), Some(place.outer));
            self.0.borrow_mut().push((place.outer, place.inner));
            Ok(crate::template::Value::None)
        }
    }
    impl std::fmt::Debug for Here {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("here")
        }
    }
    struct Both(Context, std::rc::Rc<Here>);
    impl crate::template::Globals for Both {
        fn get(&self, name: &str) -> Option<crate::template::Value> {
            if name == "here" {
                return Some(crate::template::Value::object(std::rc::Rc::clone(&self.1)));
            }
            self.0.get(name)
        }
    }
    let macros = "{% macro block() %}{{ caller() }}{% endmacro %}{% macro deep() %}{{ here(1) }}{% endmacro %}";
    let globals = Both(Context::new().with_macros(macros), std::rc::Rc::new(Here(Default::default())));
    let text = "{{ here() }}{% do [here(2)] %}{{ deep() ~ 1 }}{% call block() %}{{ here(3) }}{% endcall %}";
    let template = Template::parse(text).expect("it is a template");
    Machine::new(&globals, Default::default()).render(&template, Rendering::default()).expect("it runs");
    let places = globals.1.0.borrow();
    let outer: Vec<_> = places.iter().map(|(outer, _)| &text[outer.range()]).collect();
    assert_eq!(outer, ["here()", "here(2)", "deep()", "here(3)"]);
    assert_eq!(&macros[places[2].1.range()], "here(1)");
}

#[test]
fn blocks_of_a_file() {
    let text = "junk }} {% macro m(a, b=1) %}{{ a }}{% endmacro %}{% test unique(model) %}x{% endtest %}\
                {% data_test t() %}{% enddata_test %}{% materialization table, adapter='duckdb' %}y{% endmaterialization %}\
                {% macro broken() %}{{ ( }}{% endmacro %}{% macro open() %}";
    let blocks = read_blocks(&text.into(), BlockKind::IN_MACRO_FILES);
    let names: Vec<_> = blocks
        .iter()
        .map(|block| match &block.content {
            Ok(Content::Macro(definition)) => definition.name.to_string(),
            Ok(other) => panic!("{other:?}"),
            Err(error) => error.message.clone(),
        })
        .collect();
    let expected = [
        "m",
        "test_unique",
        "test_t",
        "materialization_table_duckdb",
        "unexpected `}`",
        "the block `open` is never closed",
    ];
    assert_eq!(names, expected);
    let Ok(Content::Macro(first)) = &blocks[0].content else { panic!("it is a macro") };
    assert_eq!(first.parameters.iter().map(|parameter| &*parameter.name).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(first.parameters[1].default_span().map(|span| &text[span.range()]), Some("1"));
    assert_eq!(&text[first.name_span.range()], "m");
    let snapshots = read_blocks(&"{% snapshot s %}é {{ x }}{% endsnapshot %}".into(), BlockKind::IN_SNAPSHOT_FILES);
    let Ok(Content::Snapshot(body)) = &snapshots[0].content else { panic!("it is a snapshot") };
    let context = Context::new();
    let rendered = Machine::new(&context, Default::default()).render(body, Rendering::default()).expect("it runs");
    assert_eq!(rendered.as_str(), Some("é 5"));
}

#[test]
fn templates_are_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Template>();
    shared::<crate::template::Block>();
    shared::<std::sync::Arc<crate::template::Macro>>();
}

#[test]
fn lone_expressions() {
    let context = Context::new();
    let mut machine = Machine::new(&context, Default::default());
    let expression = Expression::parse("l | length + 1").expect("it is an expression");
    assert!(matches!(machine.evaluate(&expression, true), Ok(crate::template::Value::Int(4))));
    assert!(Expression::parse("a b").is_err() && Expression::parse("").is_err() && Expression::parse("a }}").is_err());
}

#[test]
fn no_other_template_is_read() {
    for tag in ["include 'a'", "import 'a' as b", "from 'a' import b", "extends 'a'"] {
        assert_eq!(Context::new().text(&format!("{{% {tag} %}}")), "!dbt has no loader for other templates");
    }
}

#[test]
fn unicode_blanks_separate_words() {
    assert_eq!(Context::new().text("{%\u{a0}if\u{a0}x %}{{\u{a0}x\u{a0}}}{%\u{a0}endif\u{2003}%}"), "5");
}
