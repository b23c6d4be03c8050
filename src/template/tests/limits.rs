//! Nothing takes long, and nothing overflows the stack.

use std::time::{Duration, Instant};

use super::Context;
use crate::template::{Error, LimitKind, Template};

/// Runs in a stack of the size that worker threads have.
fn in_small_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread starts");
    thread.join().expect("the stack is large enough")
}

fn limit(template: &str) -> LimitKind {
    match Context::new().render(template) {
        Err(Error::Limit(reached)) => {
            assert!(reached.place.is_some(), "{template}");
            reached.kind
        }
        other => panic!("{template}: {other:?}"),
    }
}

#[test]
fn what_grows_without_end_is_stopped() {
    let loops = "{% for i in range(100000) %}";
    for (template, kind) in [
        (format!("{loops}{loops}{{{{ i }}}}{{% endfor %}}{{% endfor %}}"), LimitKind::Steps),
        ("{% set a = [1] %}{% for i in a %}{% do a.append(1) %}{% endfor %}".to_owned(), LimitKind::Steps),
        ("{{ 'a' * 99999999999 }}".to_owned(), LimitKind::Bytes),
        ("{{ [1] * 99999999999 }}".to_owned(), LimitKind::Items),
        ("{{ (1,) * 99999999999 }}".to_owned(), LimitKind::Items),
        ("{{ 'a'.ljust(99999999999) }}".to_owned(), LimitKind::Bytes),
        ("{{ 'a' | center(99999999999) }}".to_owned(), LimitKind::Bytes),
        ("{{ 'a' | indent(99999999999) }}".to_owned(), LimitKind::Bytes),
        ("{{ [1] | batch(99999999999, 0) | list }}".to_owned(), LimitKind::Items),
        ("{{ [1] | slice(99999999999) | list }}".to_owned(), LimitKind::Items),
        ("{% set n = namespace(a='aaaa') %}{% for i in range(99) %}{% set n.a = n.a ~ n.a %}{% endfor %}".to_owned(), LimitKind::Bytes),
        ("{% set n = namespace(a='aaaa') %}{% for i in range(99) %}{% set n.a = n.a.replace('a', n.a) %}{% endfor %}".to_owned(), LimitKind::Bytes),
        ("{% set n = namespace(a=[1]) %}{% for i in range(99) %}{% set n.a = [n.a, n.a] %}{% endfor %}{{ n.a }}".to_owned(), LimitKind::Depth),
        ("{% set n = namespace(a=[1]) %}{% for i in range(45) %}{% set n.a = [n.a, n.a] %}{% endfor %}{{ n.a }}".to_owned(), LimitKind::Bytes),
        ("{% set n = namespace(a=[1], b=[1]) %}{% for i in range(40) %}{% set n.a = [n.a, n.a] %}{% set n.b = [n.b, n.b] %}{% endfor %}{{ n.a == n.b }}".to_owned(), LimitKind::Steps),
        ("{% set n = namespace(a=(1,)) %}{% for i in range(40) %}{% set n.a = (n.a, n.a) %}{% endfor %}{{ {n.a: 1} }}".to_owned(), LimitKind::Items),
    ] {
        let start = Instant::now();
        assert_eq!(limit(&template), kind, "{template}");
        assert!(start.elapsed() < Duration::from_secs(20), "{template}");
    }
}

#[test]
fn a_long_range_is_refused_as_in_jinja2() {
    let message = "!Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).";
    assert_eq!(Context::new().text("{% for i in range(1000000) %}{% endfor %}"), message);
    assert_eq!(Context::new().text("{{ '%999999999d' % 1 }}"), "!a width or precision in a format is too large");
}

#[test]
fn recursion_ends_with_an_error() {
    in_small_stack(|| {
        let context = Context::new().with_macros(
            "{% macro again(n) %}{{ again(n) }}{% endmacro %}\
             {% macro nested(n) %}{% if true %}{% for i in [1] %}{% if true %}{% set a %}{{ [{'a': (1 + (nested(n) | upper))}] }}\
             {% endset %}{% endif %}{% endfor %}{% endif %}{% endmacro %}\
             {% macro ask(n) %}{% if unknown %}{{ ask(n) }}{% endif %}{% endmacro %}\
             {% macro called() %}{% call called() %}{{ caller() }}{% endcall %}{% endmacro %}",
        );
        for template in ["{{ again(1) }}", "{{ nested(1) }}", "{{ ask(1) }}", "{{ called() }}"] {
            match context.render(template) {
                Err(Error::Limit(reached)) => {
                    assert!(matches!(reached.kind, LimitKind::Macros | LimitKind::Depth), "{template}");
                }
                other => panic!("{template}: {other:?}"),
            }
        }
        let own = "{% macro m() %}{{ dbt_macro__m() }}{% endmacro %}{{ dbt_macro__m() }}";
        assert_eq!(limit(own), LimitKind::Macros);
        let looped = "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}";
        assert_eq!(limit(looped), LimitKind::Depth);
    });
}

#[test]
fn deep_templates_are_refused() {
    in_small_stack(|| {
        let deep = 100_000;
        for template in [
            "{{ ".to_owned() + &"(".repeat(deep),
            "{{ ".to_owned() + &"[".repeat(deep),
            "{{ ".to_owned() + &"{1:".repeat(deep),
            "{{ ".to_owned() + &"-".repeat(deep) + "1 }}",
            "{{ ".to_owned() + &"not ".repeat(deep) + "1 }}",
            "{{ 1".to_owned() + &" + 1".repeat(deep) + " }}",
            "{{ 1".to_owned() + &" if 1 else 1".repeat(deep) + " }}",
            "{{ a".to_owned() + &".a".repeat(deep) + " }}",
            "{{ a".to_owned() + &"()".repeat(deep) + " }}",
            "{{ a".to_owned() + &"|a".repeat(deep) + " }}",
            "{{ a(".repeat(deep),
            "{% if 1 %}".repeat(deep),
            "{% for a in b %}".repeat(deep),
            "{% set a %}".repeat(deep),
            "{% call a() %}".repeat(deep),
            "{% macro a(b: ".to_owned() + &"c[".repeat(deep),
        ] {
            assert!(Template::parse(template.as_str()).is_err(), "{}", &template[..30]);
        }
        // What is allowed runs and is dropped within the stack.
        let brackets = 35;
        let text = format!("{{{{ {}1{} }}}}", "[".repeat(brackets), "]".repeat(brackets));
        assert!(Context::new().render(&text).is_ok());
        let blocks = format!("{}{{{{ 1 }}}}{}", "{% if true %}".repeat(39), "{% endif %}".repeat(39));
        assert_eq!(Context::new().text(&blocks), "1");
    });
}

#[test]
fn deep_values_are_dropped_without_recursion() {
    in_small_stack(|| {
        for step in [
            "{% set n.a = [n.a] %}",
            "{% set n.a = (n.a,) %}",
            "{% set n.a = {'a': n.a} %}",
            "{% set n.a = namespace(a=n.a) %}",
            "{% set old = n.a %}{% macro m() %}{{ old }}{% endmacro %}{% set n.a = dbt_macro__m %}",
        ] {
            let template = format!("{{% set n = namespace(a=1) %}}{{% for i in range(50000) %}}{step}{{% endfor %}}ok");
            assert_eq!(Context::new().text(&template), "ok", "{step}");
        }
    });
}
