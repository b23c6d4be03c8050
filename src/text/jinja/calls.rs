//! Function calls in a template.

use super::JinjaError;
use crate::text::call::Call;
use crate::text::call::find::{Code, Finder};
use crate::text::sql::{Context, PieceKind, Pieces};

/// The calls in a template's expressions and statements, nested ones too, in the order of the text.
///
/// Not found are calls that Jinja2 does not make: those in `{# … #}`, in `{% raw %}` and in string literals of Jinja.
/// Those within SQL comments and SQL strings are found, because dbt renders them. Branches are not followed: a call in
/// `{% if false %}` is found as well. Filters (`x | replace('a', 'b')`), tests (`x is divisibleby(2)`), methods of values
/// (`ref('x').include()`: only the `ref` is found) and the names that `{% macro %}` and its like define are no calls.
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
