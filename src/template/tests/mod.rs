//! The tests of the language, by theme. What a template is expected to give is what Python's Jinja2 3.1 gave, with the
//! environment that dbt makes.

mod context;
mod errors;
mod filters;
mod language;
mod limits;
mod methods;
mod native;
mod random;
mod soundness;
mod unknown;

use context::Context;

/// Renders each template, and compares with what Jinja2 gave.
fn check(cases: &[(&str, &str)]) {
    for (template, expected) in cases {
        assert_eq!(Context::new().text(template), *expected, "{template}");
    }
}
