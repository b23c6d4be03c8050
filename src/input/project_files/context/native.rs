//! dbt's rendering of YAML values: a text that is one expression has the value of that expression.

use std::rc::Rc;

use super::super::datum::{Datum, Reason};
use super::super::keypath::has_jinja;
use super::convert::to_datum;
use super::scope::Scope;
use super::{KEPT, refused};
use crate::template::{Error, Expression, Globals, Limits, Machine, Template, Value};
use crate::text::jinja::{SegmentKind, Segments};

/// Renders a text of YAML.
pub fn native(scope: &Rc<Scope>, text: &str) -> Result<Datum, Error> {
    let globals = scope.globals();
    let mut machine = Machine::new(&globals, Limits::default());
    let Some(expression) = lone_expression(text) else {
        let template = Template::parse(text).map_err(refused)?;
        let value = to_datum(&machine.render_native(&template)?);
        return Ok(marked_by_some(text, value));
    };
    let parsed = Expression::parse(expression).map_err(refused)?;
    if parsed.is_constant() {
        return self::text(scope, text);
    }
    let value = machine.evaluate(&parsed, false)?;
    Ok(marked(expression, to_datum(&value)))
}

/// Renders a text to a text, whatever stands in it.
pub fn text(scope: &Rc<Scope>, text: &str) -> Result<Datum, Error> {
    let globals = scope.globals();
    let template = Template::parse(text).map_err(refused)?;
    let value = Machine::new(&globals, Limits::default()).render(&template, KEPT)?;
    Ok(match to_datum(&value) {
        unknown @ Datum::Unknown(_) => unknown,
        other => Datum::Text(other.to_text()),
    })
}

/// A docs block, for which dbt has no names at all; what cannot be rendered stays as it is.
pub fn docs_block(text: &str) -> String {
    if !has_jinja(text) {
        return text.to_owned();
    }
    let render = || {
        let template = Template::parse(text).ok()?;
        let value = Machine::new(&Nothing, Limits::default()).render(&template, KEPT).ok()?;
        to_datum(&value).as_text().map(str::to_owned)
    };
    render().unwrap_or_else(|| text.to_owned())
}

struct Nothing;

impl Globals for Nothing {
    fn get(&self, _: &str) -> Option<Value> {
        None
    }
}

/// What stands between the braces of a text that has nothing else in it.
fn lone_expression(text: &str) -> Option<&str> {
    let mut segments = Segments::new(text);
    let only = segments.next()?.ok()?;
    let covers = only.span.range() == (0..text.len()) && only.kind == SegmentKind::Expression;
    covers.then(|| &text[only.inner.range()])
}

/// dbt's filters that say what a text is to become.
const MARKERS: [&str; 4] = ["as_text", "as_bool", "as_number", "as_native"];

/// What dbt's last filter makes of the value of an expression.
fn marked(expression: &str, value: Datum) -> Datum {
    let filter = expression.rsplit_once('|').map_or("", |(_, filter)| filter.trim());
    if MARKERS.contains(&filter) { marked_by(filter, value) } else { value }
}

/// What a template gives that has one of dbt's filters somewhere, as one that chooses between values with `as_bool`.
fn marked_by_some(text: &str, value: Datum) -> Datum {
    let mut filters = MARKERS.into_iter().filter(|filter| text.contains(filter));
    match (filters.next(), filters.next(), value.as_text()) {
        // Values that have the filter are chosen from together with others that have not.
        (Some("as_bool"), None, Some(text)) if !matches!(text, "True" | "False") => value,
        (Some(filter), None, _) => marked_by(filter, value),
        (Some(_), Some(_), Some(_)) => Datum::Unknown(Reason::from("which of several filters of dbt is reached")),
        _ => value,
    }
}

/// A text that stays one, or one that is read as a literal of Python.
fn marked_by(filter: &str, value: Datum) -> Datum {
    if value.unknown().is_some() {
        return value;
    }
    let text = value.to_text();
    let read = if filter == "as_text" { Datum::Text(text) } else { literal(text) };
    let fits = match filter {
        "as_bool" => matches!(read, Datum::Bool(_)),
        "as_number" => matches!(read, Datum::Int(_) | Datum::Float(_)),
        _ => true,
    };
    if fits { read } else { Datum::Unknown(Reason::from(format!("`{}` is no value for {filter}", read.to_text()))) }
}

fn literal(text: String) -> Datum {
    match text.as_str() {
        "True" => Datum::Bool(true),
        "False" => Datum::Bool(false),
        "None" => Datum::Null,
        other if other.starts_with(['[', '{', '(', '"', '\'']) => {
            Datum::Unknown(Reason::from("a literal of Python is not read here"))
        }
        other if other.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '.')) => {
            let integer = other.parse().map(Datum::Int);
            integer.or_else(|_| other.parse().map(Datum::Float)).unwrap_or(Datum::Text(text))
        }
        _ => Datum::Text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dbts_filters_read_texts_as_literals() {
        let read = |filter: &str, text: &str| marked(&format!("x | {filter}"), Datum::Text(text.to_owned()));
        assert_eq!(read("as_bool", "True"), Datum::Bool(true));
        assert_eq!(read("as_number", "-1.5"), Datum::Float(-1.5));
        assert_eq!(read("as_native", "7"), Datum::Int(7));
        assert_eq!(read("as_native", "prod"), Datum::Text("prod".to_owned()));
        assert_eq!(read("as_text", "7"), Datum::Text("7".to_owned()));
        assert_eq!(read("upper", "True"), Datum::Text("True".to_owned()));
        // dbt refuses both.
        assert!(read("as_bool", "true").unknown().is_some());
        assert!(read("as_number", "many").unknown().is_some());
    }
}
