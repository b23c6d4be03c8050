//! Values instead of texts, as dbt renders YAML.

use super::Context;
use crate::template::{Limits, Machine, Template, Value};

/// The type and the text of what a template gives.
fn native(text: &str) -> (String, String) {
    let context = Context::new();
    let mut machine = Machine::new(&context, Limits::default());
    let template = Template::parse(text).expect("a template");
    let value = machine.render_native(&template).expect("a value");
    let kind = value.type_name().to_owned();
    (kind, if let Value::Unknown(_) = value { String::new() } else { machine.text_of(&value).unwrap().to_string() })
}

#[test]
fn one_expression_keeps_its_type_wherever_it_stands() {
    let cases = [
        ("{% if x %}{{ l }}{% endif %}", "list", "[3, 1, 2]"),
        ("{% if x -%} {{ n }} {%- endif %}", "NoneType", "None"),
        ("{# c #}{{ x }}", "int", "5"),
        ("{% for i in [7] %}{{ i }}{% endfor %}", "int", "7"),
        ("{% for i in [7, 8] %}{% if i == 8 %}{% break %}{% endif %}{{ i }}{% endfor %}", "int", "7"),
        ("{% set y = l %}{{ y }}", "list", "[3, 1, 2]"),
        ("{% for i in [7, 8] %}{{ i }}{% endfor %}", "str", "78"),
        ("{{ '' }}{{ l }}", "str", "[3, 1, 2]"),
        ("{{ l }}{{ n }}", "str", "[3, 1, 2]None"),
        (" {{ x }}", "str", " 5"),
        ("{% if n %}{{ x }}{% endif %}", "str", ""),
        // Jinja2 makes text of constants.
        ("{{ 5 }}", "str", "5"),
        ("{{ [1, 2] | length }}", "str", "2"),
        ("{{ {'a': 1}.a if true else 2 }}", "str", "1"),
        ("{{ [1, 2] | map('string') | list }}", "list", "['1', '2']"),
        ("{{ 'a,b'.split(',') }}", "list", "['a', 'b']"),
    ];
    for (text, kind, expected) in cases {
        assert_eq!(native(text), (kind.to_owned(), expected.to_owned()), "{text}");
    }
}

#[test]
fn branches_of_which_one_is_taken_agree_only_with_one_type() {
    let known = native("{% if unknown %}{{ x }}{% else %}{{ x }}{% endif %}");
    assert_eq!(known, ("int".to_owned(), "5".to_owned()));
    let (kind, _) = native("{% if unknown %}{{ x }}{% else %}5{% endif %}");
    assert_eq!(kind, native("{{ unknown }}").0);
}
