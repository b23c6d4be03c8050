//! What is not known, and what is known all the same.

use super::{Context, check};

#[test]
fn operations_carry_the_unknown() {
    for expression in [
        "unknown",
        "unknown + 1",
        "'a' ~ unknown",
        "unknown.a.b[1](2)",
        "[1, unknown] | join",
        "[unknown]",
        "unknown | upper",
        "'a' | replace(unknown, 'b')",
        "unknown | default('x')",
        "unknown is defined",
        "unknown is none",
        "unknown is not string",
        "unknown == 1",
        "1 < unknown",
        "1 in unknown",
        "2 in [1, unknown]",
        "not unknown",
        "'x' if unknown else 'y'",
        "-unknown",
        "l[unknown]",
        "l[:unknown]",
        "d[unknown]",
        "{unknown: 1}",
        "d.get(unknown)",
        "'%s' % unknown",
        "'{}'.format(unknown)",
        "range(unknown)",
        "dict(unknown)",
        "x.upper(unknown) if false else 'a'.replace('a', unknown)",
        "[1, unknown] | sort",
        "[unknown] | select('none') | list",
        "[unknown, 1] | max",
        "f(*unknown)",
        "unknown and x",
        "unknown or x",
        "[1, unknown] == [1, 2]",
        "'x' is in unknown",
        "unknown | length",
        "[1, unknown] | unique | list",
        "set([1, 2]) | join",
        "set([1, 2])",
        "9223372036854775807 + 1",
        "99999999999999999999",
        "[1] | map('string')",
        "'a'.upper",
        "nope.node",
        "1 is sameas 1",
    ] {
        assert_eq!(Context::new().text(&format!("{{{{ {expression} }}}}")), "?", "{expression}");
    }
}

#[test]
fn what_does_not_depend_on_the_unknown_is_known() {
    check(&[
        ("{{ false and unknown }}", "False"),
        ("{{ true or unknown }}", "True"),
        ("{{ 1 if true else unknown }}{{ unknown if false else 2 }}", "12"),
        ("{{ [1, unknown] | length }}{{ [1, unknown][0] }}{{ [unknown, 1] | last }}", "211"),
        ("{{ 1 in [unknown, 1] }}", "True"),
        ("{{ [1, unknown] == [2, 1] }}{{ [unknown] == [1, 2] }}", "FalseFalse"),
        ("{{ {'a': unknown, 'b': 2}.b }}{{ {'a': unknown} | list }}", "2['a']"),
        ("{{ 'k' if true else nope | default(unknown) }}{{ 'v' | default(unknown) }}", "kv"),
        ("{% if unknown and false %}a{% else %}b{% endif %}", "b"),
        ("{% if unknown or true %}a{% else %}b{% endif %}", "a"),
        ("{% if not (unknown and false) %}a{% endif %}", "a"),
        ("{% if unknown %}a{% else %}a{% endif %}", "a"),
        ("{{ 'a' if unknown else 'a' }}", "a"),
        ("{% if unknown %}{% set y = 1 %}{% else %}{% set y = 1 %}{% endif %}{{ y }}", "1"),
        ("{% set x = 7 %}{% if unknown %}{% set x = 7 %}{% endif %}{{ x }}", "7"),
        ("{% if unknown %}{% set a = [] %}{% do a.append(1) %}{% if a == [1] %}{% endif %}{% endif %}ok", "ok"),
        ("{% for i in unknown %}{% set y = 1 %}{% endfor %}{{ y }}", ""),
        ("{{ set([2, 1]) | sort }}{{ set([1, 2]) | length }}{{ 1 in set([1, 2]) }}", "[1, 2]2True"),
        ("{% for i in set([1, 2]) %}{% set y = i %}{% endfor %}ok", "ok"),
    ]);
}

#[test]
fn branches_that_disagree_leave_the_unknown() {
    check(&[
        ("{% if unknown %}a{% endif %}", "?"),
        ("{% if unknown %}a{% else %}b{% endif %}", "?"),
        ("{% if unknown %}{% set y = 1 %}{% endif %}{{ y }}", "?"),
        ("{% if unknown %}{% set y = 1 %}{% else %}{% set y = 2 %}{% endif %}{{ y }}", "?"),
        ("{% if unknown %}{% set y = 1 %}{% else %}{% set y = 1.0 %}{% endif %}{{ y }}", "?"),
        (
            "{% if unknown %}{% set y = 1 %}{% elif x == 5 %}{% set y = 1 %}{% else %}{% set y = 2 %}{% endif %}{{ y }}",
            "1",
        ),
        ("{% if x == 4 %}{% elif unknown %}{% set x = 1 %}{% endif %}{{ x }}", "?"),
        ("{% set a = [] %}{% if unknown %}{% do a.append(1) %}{% endif %}{{ a }}", "?"),
        ("{% set a = [] %}{% if unknown %}{% do a.append(1) %}{% endif %}{{ a | length }}", "?"),
        ("{% set a = [] %}{% set b = a %}{% if unknown %}{% do b.append(1) %}{% endif %}{{ a }}", "?"),
        ("{% set a = {} %}{% if unknown %}{% do a.update(b=1) %}{% endif %}{{ a.b }}", "?"),
        ("{% set a = set([1]) %}{% if unknown %}{% do a.add(2) %}{% endif %}{{ a | length }}", "?"),
        ("{% set n = namespace(a=1, b=2) %}{% if unknown %}{% set n.a = 3 %}{% endif %}{{ n.b }}", "2"),
        ("{% set n = namespace(a=1, b=2) %}{% if unknown %}{% set n.a = 3 %}{% endif %}{{ n.a }}", "?"),
        ("{% set n = namespace() %}{% if unknown %}{% set n.a = 3 %}{% endif %}{{ n.a }}", "?"),
        ("{% set a = [] %}{{ 1 if unknown else a.append(1) }}{% set q = 1 %}", "?"),
        ("{% set a = [] %}{% set q = unknown and a.append(1) %}{{ a }}", "?"),
        ("{% set a = [] %}{% if x == 4 or unknown and a.append(1) %}{% endif %}{{ a }}", "?"),
        ("{% set a = [] %}{% set q = 1 < unknown < a.append(1) %}{{ a }}", "?"),
        ("{% set c = cycler(1, 2) %}{% if unknown %}{% do c.next() %}{% endif %}{{ c.current }}", "?"),
        ("{% set j = joiner() %}{% if unknown %}{% do j() %}{% endif %}{{ j() }}", "?"),
        ("{% set a = [] %}{% do unknown(a) %}{{ a }}", "?"),
        ("{% set a = [[]] %}{% do unknown.method(k=(a,)) %}{{ a[0] }}", "?"),
        ("{% set n = namespace(a=1) %}{% do unknown(n) %}{{ n.a }}", "?"),
        ("{% set a = [1] %}{% do a.extend(unknown) %}{{ a[0] }}", "?"),
        ("{% set a = [1, 2] %}{% do a.remove(unknown) %}{{ a | length }}", "?"),
        ("{% set a = [2, 1] %}{% do a.insert(unknown, 1) %}{{ a }}", "?"),
        ("{% set a = {'b': 1} %}{% do a.update({unknown: 2}) %}{{ a.b }}", "?"),
        ("{% set a = {'b': 1} %}{% do a.pop(unknown, 0) %}{{ a }}", "?"),
        ("{% if unknown %}{% set a, b = unknown %}{% endif %}{{ a }}", "?"),
        ("{% set a, b = unknown %}{{ b }}", "?"),
        ("{% set y %}{% if unknown %}a{% endif %}{% endset %}{{ y }}", "?"),
        ("{% filter upper %}{{ unknown }}{% endfilter %}", "?"),
        ("{% autoescape true %}<{% endautoescape %}", "?"),
    ]);
}

#[test]
fn what_an_unknown_value_may_be_is_not_known_either() {
    let either = "{% if unknown %}{% set b = 0 %}{% endif %}";
    for change in [
        "b.append(2)",
        "b.extend([2])",
        "b.insert(0, 2)",
        "b.pop()",
        "b.remove(1)",
        "b.clear()",
        "b.update(c=2)",
        "b.setdefault('c', 2)",
        "b.popitem()",
        "b.add(2)",
        "unknown(b)",
        "n.append(b) or b.append(2)",
    ] {
        let template = format!("{{% set a = [1] %}}{{% set b = a %}}{either}{{% do {change} %}}{{{{ a }}}}");
        assert_eq!(Context::new().text(&template), "?", "{template}");
    }
    for (setup, way) in [
        ("", "(a if unknown else 0)"),
        ("", "(0 if unknown else a)"),
        ("", "(unknown or a)"),
        ("", "(unknown and a)"),
        ("", "([a, 0][unknown])"),
        ("", "({'k': a}[unknown])"),
        ("", "({'k': a}.get(unknown))"),
        ("", "({}.get(unknown, a))"),
        ("", "({unknown: a}.k)"),
        ("", "({'k': a, unknown: 1}.k)"),
        ("", "((a, 0)[unknown:][0])"),
        ("", "([a] + unknown)[0]"),
        ("", "([a] * unknown)[0]"),
        ("", "(unknown | default(a))"),
        ("", "([a] | select('equalto', unknown) | first)"),
        ("", "([a, unknown] | max)"),
        ("", "([{}] | map(attribute=unknown, default=a) | first)"),
        ("", "(unknown | map(attribute='k', default=a) | first)"),
        ("", "([a] | batch(unknown) | first | first)"),
        ("", "unknown.k(a)"),
        ("", "either(a)"),
        ("", "maybe_first(a)"),
        ("{% set m = namespace(k=a) %}{% if unknown %}{% set m.k = 0 %}{% endif %}", "m.k"),
        ("{% set m = namespace(k=0) %}{% if unknown %}{% set m.k = a %}{% endif %}", "m.k"),
        ("{% set m = namespace(k=0) %}{% do unknown(m) %}{% set m.k = a %}", "m.k"),
        ("{% set unknown.k = a %}", "unknown.k"),
        ("{% set m = [] %}{% if unknown %}{% do m.append(a) %}{% endif %}", "m[0]"),
        ("{% set m = [a] %}{% if unknown %}{% do m.append(0) %}{% endif %}", "m[0]"),
        ("{% set m = [a] %}{% do m.pop(unknown) %}", "m[0]"),
        ("{% set m = {'k': a} %}{% do m.update(unknown) %}", "m.k"),
        ("{% set m = {} %}{% do m.setdefault(unknown, a) %}", "m.k"),
        ("{% set m = cycler(a, 0) %}{% if unknown %}{% do m.next() %}{% endif %}", "m.current"),
        ("{% set g = [a] | select %}{% for i in g %}{% break %}{% endfor %}", "(g | first)"),
    ] {
        let context = Context::new().with_macros(
            "{% macro either(v) %}{% if unknown %}{{ return(v) }}{% endif %}{{ return(0) }}{% endmacro %}\
             {% macro maybe_first(v) %}{% if unknown %}{{ return(0) }}{% endif %}{{ return(v) }}{% endmacro %}",
        );
        let template = format!("{{% set a = [1] %}}{setup}{{% do {way}.append(2) %}}{{{{ a }}}}");
        assert_eq!(context.text(&template), "?", "{template}");
    }
    check(&[
        ("{% set a = [1] %}{% set f = a.append if unknown else 0 %}{% do f(2) %}{{ a }}", "?"),
        ("{% set a = [1] %}{% do a.append(*unknown) %}{{ a }}", "?"),
        ("{% set a = [1] %}{% for i in [a, a] if unknown %}{% do loop.previtem.append(2) %}{% endfor %}{{ a }}", "?"),
        ("{% set a = [1] %}{% for i in unknown %}{% do loop.cycle(a, 0).append(2) %}{% endfor %}{{ a }}", "?"),
        (
            "{% set a = [1] %}{% for i in [1] %}{% if unknown %}{% set b = a %}{% endif %}{% do b.append(2) %}{% endfor %}{{ a }}",
            "?",
        ),
        ("{% set m = namespace() %}{% set o = m if unknown else 0 %}{% set o.k = 1 %}{{ m.k }}", "?"),
        ("{% set m = namespace() %}{% set o = m if unknown else 0 %}{% set m.k = 2 %}{% set o.k = 1 %}{{ m.k }}", "?"),
        ("{% set c = cycler(1, 2) %}{% set d = c if unknown else 0 %}{% do d.next() %}{{ c.current }}", "?"),
        // What nothing unknown can be stays known, and so does what only a text was made of.
        (
            "{% set a = [1] %}{% if unknown %}{% set b = [1] %}{% do b.append(2) %}{% endif %}{% do b.append(3) %}{{ a }}",
            "[1]",
        ),
        ("{% set a = [1, unknown] %}{% set t = a | join(',') ~ a | string %}{% do t.append(3) %}{{ a[0] }}", "1"),
        ("{% set a = [[1], 2] %}{% set b = a.index(unknown) %}{% set b = a == unknown %}{{ a[0] }}", "[1]"),
        (
            "{% set a = ['x', 'y'] %}{% set b = a[unknown] %}{% set b = a | reject('in', unknown) | list %}{{ a }}",
            "['x', 'y']",
        ),
        ("{% set a = [1] %}{% set b = a if unknown else a %}{% do b.append(2) %}{{ a }}", "[1, 2]"),
    ]);
}

#[test]
fn a_macro_that_somebody_unknown_may_call_may_run() {
    let context = Context::new();
    let own = "{% macro m() %}{{ record('m') }}{% do a.append(1) %}{% endmacro %}{% set a = [] %}";
    for call in [
        "{% set f = dbt_macro__m if unknown else 0 %}{{ f() }}",
        "{% set f = [dbt_macro__m, 0][unknown] %}{{ f() }}",
        "{{ unknown(dbt_macro__m) }}",
        "{{ dbt_macro__m(*unknown) }}",
        // It may call itself through what it was given to.
        "{% macro o() %}{{ dbt_macro__m() }}{{ unknown(dbt_macro__o) }}{% endmacro %}{{ unknown(dbt_macro__o) }}",
    ] {
        assert_eq!(context.records(&format!("{own}{call}")).first().map(String::as_str), Some("m maybe"), "{call}");
        assert_eq!(context.text(&format!("{own}{{% set t %}}{call}{{% endset %}}{{{{ a }}}}")), "?", "{call}");
    }
}

#[test]
fn loops_over_the_unknown() {
    check(&[
        ("{% for i in unknown %}a{% endfor %}", "?"),
        ("{% for i in unknown %}{% else %}b{% endfor %}", "?"),
        ("{% for i in unknown %}{% endfor %}ok", "ok"),
        ("{% set a = [] %}{% for i in unknown %}{% do a.append(1) %}{% endfor %}{{ a }}", "?"),
        ("{% for i in l if unknown %}{{ i }}{% endfor %}", "?"),
        ("{% for i in l if i == unknown %}{% endfor %}ok", "ok"),
        ("{% for i in l %}{% if unknown %}{% break %}{% endif %}{% endfor %}ok", "ok"),
        ("{% for i in l %}{% if unknown %}{% break %}{% endif %}a{% endfor %}", "?"),
        (
            "{% set n = namespace(a=0) %}{% for i in l %}{% if unknown %}{% break %}{% endif %}{% set n.a = i %}{% endfor %}{{ n.a }}",
            "?",
        ),
        (
            "{% set n = namespace(a=0) %}{% for i in l %}{% if unknown %}{% continue %}{% endif %}{% set n.a = i %}{% endfor %}{{ n.a }}",
            "?",
        ),
        ("{% for i in l %}{% if unknown %}{% continue %}{% endif %}{% else %}b{% endfor %}", "?"),
        ("{% set a = [1] %}{% for i in a %}{% if unknown %}{% do a.append(2) %}{% endif %}{{ i }}{% endfor %}", "?"),
        ("{% for i in set([1, 2]) %}{{ i }}{% endfor %}", "?"),
        ("{% set a = [] %}{% for i in set([1, 2]) %}{% do a.append(i) %}{% endfor %}{{ a }}", "?"),
        ("{% set g = l | map('string') %}{{ g | join }}{{ g | join }}", "?"),
        (
            "{% for i in [1] %}{% set a = [] %}{% for j in l %}{% if unknown %}{% break %}{% endif %}\
             {% do a.append(j) %}{% endfor %}{{ a }}{% endfor %}",
            "?",
        ),
        (
            "{% for i in [1] %}{% if unknown %}{% continue %}{% endif %}{% set a = [] %}{% for j in [1, 2] %}\
             {% do a.append(j) %}{% endfor %}{{ record(a) if a == [1, 2] else fail() }}{% endfor %}",
            "",
        ),
        ("{% for i in l if record(i) == '' %}{{ loop.index }}{% endfor %}", "123"),
        ("{% for i in l if record(i) == '' %}{{ loop.last }}{% endfor %}", "?"),
        ("{% set a = [] %}{% for i in l if i not in a %}{% do a.append(2) %}{{ loop.last }}{% endfor %}", "?"),
        // A `continue` in the loop's `else` is one of the loop around.
        (
            "{% for j in [1] %}{% for i in [] %}{% else %}{% if unknown %}{% continue %}{% endif %}{% endfor %}a{% endfor %}",
            "?",
        ),
        // The second turn of the loop takes another way than the first.
        (
            "{% set n = namespace(i=0) %}{% set a = [] %}{% for i in unknown %}{% if n.i == 0 %}{% else %}\
             {% do a.append(1) %}{% endif %}{% set n.i = 1 %}{% endfor %}{{ a }}",
            "?",
        ),
        ("{% for i in [1, unknown, 3] %}{{ loop.index }}{% endfor %}", "123"),
        // The filter makes the list unknown that the loop goes through.
        ("{% set a = [1] %}{% for i in a if (unknown or a) is string %}{% endfor %}ok", "ok"),
        ("{% set a = [1] %}{% for i in a if (unknown or a) is string %}{{ i }}{% endfor %}", "?"),
        ("{% for i in [3, 1] if i > 1 %}{{ loop.last }}{% endfor %}", "True"),
    ]);
}

#[test]
fn calls_tell_whether_they_are_certain() {
    let context = Context::new();
    let cases: &[(&str, &[&str])] = &[
        (
            "{{ record(1) }}{% if unknown %}{{ record(2) }}{% else %}{{ record(3) }}{% endif %}{{ record(4) }}",
            &["1", "2 maybe", "3 maybe", "4"],
        ),
        ("{% if x == 5 %}{{ record(1) }}{% else %}{{ record(2) }}{% endif %}", &["1"]),
        ("{% if unknown %}{% elif record(1) %}{% endif %}", &["1 maybe"]),
        (
            "{% if x == 4 %}{% elif unknown %}{{ record(1) }}{% elif true %}{{ record(2) }}{% else %}{{ record(3) }}{% endif %}",
            &["1 maybe", "2 maybe"],
        ),
        ("{{ record(1) if unknown else record(2) }}", &["1 maybe", "2 maybe"]),
        (
            "{{ unknown and record(1) }}{{ unknown or record(2) }}{{ record(3) and unknown }}",
            &["1 maybe", "2 maybe", "3"],
        ),
        ("{% for i in unknown %}{{ record(i) }}{% endfor %}{{ record(2) }}", &["? maybe", "2"]),
        ("{% for i in set([1, 2]) %}{{ record(i) }}{% endfor %}", &["1", "2"]),
        ("{{ unknown(record(1)) }}{{ unknown.a(b=record(2)) }}", &["1", "2"]),
        ("{% call unknown() %}{{ record(1) }}{% endcall %}", &["1 maybe"]),
        ("{% call(a) unknown() %}{{ record(a) }}{% endcall %}", &["? maybe"]),
        ("{% if unknown %}{{ fail() }}{% else %}{{ record(1) }}{% endif %}{{ record(2) }}", &["1 maybe", "2"]),
        (
            "{% for i in l %}{% if unknown %}{% break %}{% endif %}{{ record(i) }}{% endfor %}{{ record(4) }}",
            &["3 maybe", "1 maybe", "2 maybe", "4"],
        ),
        (
            "{% for i in l %}{% if unknown %}{% continue %}{% endif %}{{ record(i) }}{% endfor %}{{ record(4) }}",
            &["3 maybe", "1 maybe", "2 maybe", "4"],
        ),
        ("{% for i in l %}{{ record(i) }}{% if unknown %}{% continue %}{% endif %}{% endfor %}", &["3", "1", "2"]),
        (
            "{% for i in l %}{{ record(i) }}{% if unknown %}{% continue %}{% endif %}{% if unknown %}{% break %}\
             {% endif %}{{ fail() }}{% endfor %}",
            &["3", "1 maybe", "2 maybe"],
        ),
        ("{% for i in set([1, 2]) %}{% if i == 1 %}{% break %}{% endif %}{{ record(1) }}{% endfor %}", &["1 maybe"]),
        ("{% for i in l if unknown %}{{ record(i) }}{% endfor %}", &["3 maybe", "1 maybe", "2 maybe"]),
    ];
    for (template, expected) in cases {
        assert_eq!(context.records(template), *expected, "{template}");
    }
}

#[test]
fn returning_from_macros() {
    let macros = "{% macro one() %}a{{ return(1) }}b{% endmacro %}\
                  {% macro text() %}a{{ x }}{% endmacro %}\
                  {% macro maybe() %}{% if unknown %}{{ return(1) }}{% endif %}{{ record('after') }}{{ return(1) }}{% endmacro %}\
                  {% macro both() %}{% if unknown %}{{ return([1]) }}{% else %}{{ return([1]) }}{% endif %}{% endmacro %}\
                  {% macro inner() %}{{ caller() }}{{ record('not reached') }}{% endmacro %}\
                  {% macro outer() %}{% call inner() %}{{ return('x') }}{% endcall %}{{ record('outer') }}{% endmacro %}\
                  {% macro changes(list) %}{% if unknown %}{{ return(1) }}{% endif %}{% do list.append(1) %}{% endmacro %}\
                  {% macro fails() %}{% if unknown %}{{ return(1) }}{% endif %}{{ fail() }}{% endmacro %}\
                  {% macro in_loop() %}{% for i in [1, 2] %}{% if unknown %}{{ return(i) }}{% endif %}{{ record(i) }}{% endfor %}{% endmacro %}\
                  {% macro strict() %}{{ nope.attribute }}{% endmacro %}\
                  {% macro lenient(value) %}{{ value.attribute }}{% endmacro %}";
    let context = Context::new().with_macros(macros);
    for (template, expected) in [
        ("{{ one() + 1 }}", "2"),
        ("{{ text() }}", "a5"),
        ("{{ maybe() }}", "?"),
        ("{{ both() }}", "?"),
        ("{{ outer() }}", "x"),
        ("{% set a = [] %}{% do changes(a) %}{{ a }}", "?"),
        ("{% set r = fails() %}ok", "ok"),
        ("{{ return(1) }}", "!return() outside of a macro"),
        ("{{ strict() }}", "!'nope' is undefined"),
        ("{{ lenient(nope) }}", ""),
        ("{{ nope.attribute }}", ""),
    ] {
        assert_eq!(context.text(template), expected, "{template}");
    }
    assert_eq!(context.records("{{ maybe() }}{{ record('end') }}"), ["after maybe", "end"]);
    assert_eq!(context.records("{{ outer() }}"), ["outer"]);
    assert_eq!(context.records("{{ in_loop() }}{{ record('end') }}"), ["1 maybe", "2 maybe", "end"]);
}

#[test]
fn what_is_made_in_a_branch_stays_known_there() {
    let context = Context::new().with_macros(
        "{% macro names() %}{% set names = [] %}{% for i in [1, 2] %}{% do names.append('n' ~ i) %}{% endfor %}\
         {{ return(names) }}{% endmacro %}",
    );
    let template = "{% if unknown %}{% for name in names() %}{{ record(name) }}{% endfor %}{% endif %}";
    assert_eq!(context.records(template), ["n1 maybe", "n2 maybe"]);
}
