//! What each comment covers.

use super::*;
use crate::text::jinja::find_blocks;
use crate::text::yaml;

/// The reason of each suppression, and the text that it covers.
fn shown(text: &str, found: Vec<Directive>) -> Vec<(String, String)> {
    let shown = |directive: Directive| {
        assert!(text[directive.span.range()].starts_with("steward:"), "{directive:?}");
        let covered = match directive.covers {
            Covers::File => "the file".to_owned(),
            Covers::Nothing => "nothing".to_owned(),
            Covers::Span(span) => text[span.range()].trim().to_owned(),
        };
        (directive.reason, covered)
    };
    found.into_iter().map(shown).collect()
}

#[track_caller]
fn expect(found: Vec<(String, String)>, expected: &[(&str, &str)]) {
    let expected: Vec<(String, String)> =
        expected.iter().map(|(reason, covered)| ((*reason).to_owned(), (*covered).to_owned())).collect();
    assert_eq!(found, expected);
}

fn yaml(text: &str) -> Vec<(String, String)> {
    shown(text, in_yaml(text, &yaml::parse(text).expect("the text is YAML")))
}

fn sql(text: &str) -> Vec<(String, String)> {
    shown(text, in_sql(text, &find_blocks(text)))
}

const PROPERTIES: &str = "\
# steward: ignore-file[DOC001] all
version: 2  # steward: ignore[DOC001] version
models:
  - name: orders  # steward: ignore[DOC001] beside the entry
    description: ''  # steward: ignore[DOC001] beside a key
    # steward: ignore[DOC001] above a key
    # and a word on it
    columns:
      - name: id
      # steward: ignore[DOC001] above an item
      - name: amount
        description: |
          # steward: ignore[DOC001] in a text
  - name: \"a # steward: ignore[DOC001] in quotes\"
";

#[test]
fn a_comment_in_yaml_covers_what_begins_beside_or_below_it() {
    let last = "- name: amount\n        description: |\n          # steward: ignore[DOC001] in a text";
    let columns = format!("columns:\n      - name: id\n      # steward: ignore[DOC001] above an item\n      {last}");
    let orders = PROPERTIES.split_once("  - name: orders").expect("it is there").1;
    let orders = format!("- name: orders{}", orders.split_once("\n  - name: \"").expect("it is there").0);
    expect(
        yaml(PROPERTIES),
        &[
            ("all", "the file"),
            ("version", "version: 2  # steward: ignore[DOC001] version"),
            ("beside the entry", &orders),
            ("beside a key", "description: ''  # steward: ignore[DOC001] beside a key"),
            ("above a key", &columns),
            ("above an item", last),
        ],
    );
}

#[test]
fn a_comment_in_yaml_covers_nothing_across_a_blank_line() {
    expect(yaml("a: 1\n# steward: ignore[X] b\n\nc: 1\n"), &[("b", "nothing")]);
    expect(yaml("a: 1\n# steward: ignore[X] b\n"), &[("b", "nothing")]);
    expect(yaml("# steward: ignore[X] b"), &[("b", "nothing")]);
}

#[test]
fn a_comment_in_yaml_at_brackets_dashes_and_ends() {
    expect(
        yaml("a: [\n  {b: 1},  # steward: ignore[X] item\n  {c: 2}\n]  # steward: ignore[X] end\n"),
        &[
            ("item", "{b: 1},  # steward: ignore[X] item"),
            ("end", "a: [\n  {b: 1},  # steward: ignore[X] item\n  {c: 2}\n]"),
        ],
    );
    expect(
        yaml("a:\n-  # steward: ignore[X] dash\n  b: 1\n  c: 2\n- d: one\n    two # steward: ignore[X] folded\n"),
        &[("dash", "b: 1\n  c: 2"), ("folded", "d: one\n    two")],
    );
    expect(
        yaml("a: &x\n  b: 1\nc: *x  # steward: ignore[X] alias\r\n"),
        &[("alias", "c: *x  # steward: ignore[X] alias")],
    );
    expect(yaml("a: 1\na: 2 # steward: ignore[X] again\n"), &[("again", "a: 2 # steward: ignore[X] again")]);
}

#[test]
fn a_comment_in_sql_covers_its_line_or_the_next() {
    let text = "select\n  a, -- steward: ignore[X] beside\n  -- steward: ignore[X] above\n  -- and why\n  b,\r\n  c /* steward: \
                ignore[X] two\n lines */ , d\n  -- steward: ignore[X] blank\n\nfrom {{ t }} {# steward: ignore[X] jinja #}\n";
    expect(
        sql(text),
        &[
            ("beside", "a, -- steward: ignore[X] beside"),
            ("above", "b,"),
            ("two lines", "c /* steward: ignore[X] two\n lines */ , d"),
            ("blank", "nothing"),
            ("jinja", "from {{ t }} {# steward: ignore[X] jinja #}"),
        ],
    );
}

#[test]
fn a_comment_before_all_code_covers_the_file() {
    expect(sql("{# steward: ignore[X] a #}\n{{ config() }}\nselect 1"), &[("a", "the file")]);
    expect(sql("\n-- steward: ignore[X] a\n\n-- b\n\nselect 1"), &[("a", "the file")]);
    expect(sql("-- steward: ignore[X] a"), &[("a", "the file")]);
    expect(sql("select 1\n-- steward: ignore-file[X] a\n"), &[("a", "the file")]);
    expect(sql("{# steward: ignore[X] a #} select 1\nfrom b"), &[("a", "{# steward: ignore[X] a #} select 1")]);
}

#[test]
fn strings_hold_no_suppressions() {
    expect(sql("select '-- steward: ignore[X]', '{# steward: ignore[X] #}'"), &[]);
    expect(sql("{{ config(note='-- steward: ignore[X]') }} select \"{# steward: ignore[X] #}\" "), &[]);
    expect(sql("{% set a = '{# steward: ignore[X] #}' %}{% raw %}{# steward: ignore[X] #}{% endraw %}"), &[]);
}

#[test]
fn a_comment_at_a_definition_covers_all_of_it() {
    let first = "{% macro a() %}\n  1\n{% endmacro %}";
    let second = "{% macro b() %} {# steward: ignore[X] beside #}\n  -- steward: ignore[X] inside\n  2\n{% endmacro %}";
    expect(
        sql(&format!("{{# steward: ignore[X] above #}}\n{first}\n\n{second}\n")),
        &[("above", first), ("beside", second), ("inside", "2")],
    );
}

#[test]
fn a_comment_in_python() {
    let text = "# steward: ignore[X] top\nimport a\n\ndef model(dbt, session):\n    # steward: ignore[X] above\n    \
                dbt.ref('b')  # steward: ignore[X] beside\n    return '# steward: ignore[X]' + '''\n# steward: ignore[X]\n'''\n";
    expect(
        shown(text, in_python(text)),
        &[
            ("top", "the file"),
            ("above", "dbt.ref('b')  # steward: ignore[X] beside"),
            ("beside", "dbt.ref('b')  # steward: ignore[X] beside"),
        ],
    );
}

#[test]
fn a_comment_in_markdown() {
    let block = "{% docs a %}\n<!-- steward: ignore[X] inside -->\n{% enddocs %}";
    let text = format!("# Words\n\n<!-- steward: ignore[X] above -->\n{block}\n{{# steward: ignore-file[X] all #}}\n");
    expect(shown(&text, in_markdown(&text, &find_blocks(&text))), &[("above", block), ("all", "the file")]);
}

#[test]
fn most_texts_need_no_second_look() {
    assert!(may_be_in("a # steward: ignore[X]"));
    assert!(!may_be_in("a # steward ignore[X]"));
}
