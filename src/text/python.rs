//! Function calls in Python models.

use super::call::Call;
use super::call::find::{Code, Finder};
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
