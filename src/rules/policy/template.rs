//! The message and the help of a policy: text with expressions in braces, as in `{resource.name} has no owner`.

use crate::cel::{CelError, Expression, Type, Value, check, evaluate, parse};

/// A text, cut at its expressions.
#[derive(Debug, Clone)]
pub struct Template(Vec<Piece>);

#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    Expression(Expression),
}

impl Template {
    /// Reads a text. `{{` and `}}` stand for a brace.
    ///
    /// # Errors
    /// When what stands in braces is no expression, or none with a text for people.
    pub fn new(text: &str, variables: &[(&str, Type)]) -> Result<Self, CelError> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(found) = text[at..].find(['{', '}']) {
            plain.push_str(&text[at..at + found]);
            at += found;
            let rest = &text[at..];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                plain.push_str(&rest[..1]);
                at += 2;
                continue;
            }
            let Some(length) = rest.strip_prefix('{').and_then(expression_length) else {
                let (sign, twice) = if rest.starts_with('{') { ("{", "{{") } else { ("}", "}}") };
                let message = format!("this `{sign}` has no counterpart");
                let help = Some(format!("write `{twice}` for a brace that is one"));
                return Err(CelError { range: at..at + 1, message, help });
            };
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
            pieces.push(Piece::Expression(expression(text, at + 1, length, variables)?));
            at += length + 2;
        }
        plain.push_str(&text[at..]);
        pieces.push(Piece::Text(plain));
        Ok(Self(pieces))
    }

    /// The text with the values in it. What has no value is shown as `?`.
    pub fn fill(&self, variables: &[(&str, Value<'_>)]) -> String {
        let shown = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Expression(expression) => {
                evaluate(expression, variables).map_or_else(|_| "?".to_owned(), |value| value.to_string())
            }
        };
        self.0.iter().map(shown).collect()
    }
}

/// Length of the expression that a text begins with, up to the brace that closes it; braces in quotes do not.
fn expression_length(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (None, '}') => return Some(at),
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    None
}

fn expression(text: &str, start: usize, length: usize, variables: &[(&str, Type)]) -> Result<Expression, CelError> {
    let moved = |error: CelError| CelError { range: error.range.start + start..error.range.end + start, ..error };
    let read = parse(&text[start..start + length]).map_err(moved)?;
    let kind = check(&read, variables).map_err(moved)?;
    let is_shown = match kind {
        Type::Record(_) => false,
        Type::List(item) => !matches!(item, Type::Record(_)),
        _ => true,
    };
    if is_shown {
        return Ok(read);
    }
    let message = format!("{} is no text for people", kind.words());
    let help = match kind {
        Type::List(_) => "name what is to be shown: `resource.columns.map(c, c.name)`",
        _ => "name a field of it, such as `resource.name`",
    };
    Err(CelError { range: start..start + length, message, help: Some(help.to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::Template;
    use crate::cel::{Type, Value};

    fn filled(text: &str) -> Result<String, (usize, usize, String)> {
        let template = Template::new(text, &[("x", Type::Text), ("list", Type::List(&Type::Text))]);
        let values = [("x", Value::text("a{b")), ("list", Value::texts(["p", "q"]))];
        template
            .map(|template| template.fill(&values))
            .map_err(|error| (error.range.start, error.range.end, error.message))
    }

    #[test]
    fn values_stand_in_the_place_of_braces() {
        assert_eq!(filled("plain").unwrap(), "plain");
        assert_eq!(filled("<{x}> and {list}").unwrap(), "<a{b> and p, q");
        assert_eq!(filled("{{{x}}}").unwrap(), "{a{b}");
        assert_eq!(filled("{size(list) + 1} of {x == '}' ? 'a' : 'é'}").unwrap(), "3 of é");
        assert_eq!(filled("{list[7]}").unwrap(), "?");
    }

    #[test]
    fn errors_have_their_place() {
        assert_eq!(filled("é {y}").unwrap_err(), (4, 5, "there is no `y`".to_owned()));
        assert_eq!(filled("{x").unwrap_err(), (0, 1, "this `{` has no counterpart".to_owned()));
        assert_eq!(filled("a }").unwrap_err(), (2, 3, "this `}` has no counterpart".to_owned()));
        assert_eq!(filled("{}").unwrap_err(), (1, 1, "an expression is missing here".to_owned()));
    }
}
