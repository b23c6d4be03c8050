//! dbt's templates: Jinja2 with Python's values, and values that are not known.
//!
//! A template is parsed once into a [`Template`] or, for what `{% macro %}` and dbt's other tags define, into the
//! [`Block`]s of a file. A [`Machine`] renders templates and calls macros; all that they can reach is in the
//! [`Globals`] that it is given, so that nothing here reads a file or does anything else to the outside.
//!
//! The judge of the language is Jinja2 3.1 with the settings and extensions of dbt. Beyond it goes [`Value::Unknown`]:
//! what a warehouse, an environment variable or a missing package would have to say is unknown, and so is all that
//! depends on it, while the rest of the template is evaluated as ever. A condition that is unknown makes all its
//! branches run, and [`Machine::is_certain`] tells the functions of the context that they may not be called at all.
//! What is known is always what dbt would have got.

mod access;
mod arguments;
mod ast;
mod blocks;
mod bury;
mod call;
mod compare;
mod dict;
mod error;
mod eval;
mod filters;
mod format;
mod frozen;
mod globals;
mod is_tests;
mod lexer;
mod limits;
mod loops;
mod machine;
mod methods;
mod namespace;
mod object;
mod operators;
mod output;
mod parse;
mod purity;
mod repr;
mod run;
mod scope;
#[cfg(test)]
mod tests;
mod text_functions;
mod truth;
mod uncertain;
mod value;

use std::sync::Arc;

pub use arguments::{Arguments, missing};
pub use blocks::{Block, Content, never_closed, read_blocks};
pub use call::Closure;
pub use dict::{Dict, Key, KeySet};
pub use error::{Error, Failure, LimitReached, Place, Reason, TemplateError};
pub use frozen::Frozen;
pub use limits::{Cost, LimitKind, Limits};
pub use machine::{Globals, Machine, Rendering};
pub use namespace::Namespace;
pub use object::{Function, Object, ObjectKind};
pub use value::{Contents, Range, Shared, Undefined, Value};

use crate::text::Span;

/// A parsed template.
#[derive(Debug)]
pub struct Template {
    text: Arc<str>,
    body: ast::Body,
}

impl Template {
    /// Parses a whole text.
    ///
    /// # Errors
    /// Where Jinja2 refuses the text, too.
    pub fn parse(text: impl Into<Arc<str>>) -> Result<Self, TemplateError> {
        let text = text.into();
        let end = u32::try_from(text.len()).expect("source files are below 4 GiB");
        Self::parse_part(text, Span { start: 0, end })
    }

    /// Parses a stretch of a text as a template of its own; all spans count from the start of the whole text.
    ///
    /// # Errors
    /// Where Jinja2 refuses that stretch, too.
    pub fn parse_part(text: impl Into<Arc<str>>, part: Span) -> Result<Self, TemplateError> {
        let text = text.into();
        let body = parse::template(&text, part.range())?;
        Ok(Self { text, body })
    }

    /// The text that all spans are about.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }
}

/// A parsed expression that stands alone, as in properties: `ref('orders')`.
#[derive(Debug)]
pub struct Expression {
    text: Arc<str>,
    expr: ast::Expr,
}

impl Expression {
    /// Parses a text as one expression.
    ///
    /// # Errors
    /// Where Jinja2 refuses it between `{{` and `}}`, too.
    pub fn parse(text: impl Into<Arc<str>>) -> Result<Self, TemplateError> {
        let text = text.into();
        let expr = parse::expression(&text)?;
        Ok(Self { text, expr })
    }

    /// Whether nothing in it depends on a name and nothing is called: Jinja2 makes text of it beforehand.
    pub fn is_constant(&self) -> bool {
        purity::is_constant(&self.expr)
    }
}

/// A macro, test, materialization, or the body of a `{% call %}` block.
#[derive(Debug)]
pub struct Macro {
    /// The name as dbt has it: `test_unique` for the test `unique`, `materialization_table_default` for a
    /// materialization.
    pub name: Arc<str>,
    /// Where the name stands.
    pub name_span: Span,
    /// The parameters, in order.
    pub parameters: Vec<MacroParameter>,
    /// From the opening tag to the end of the closing one.
    pub span: Span,
    /// The text of the whole file.
    pub text: Arc<str>,
    /// The variable that the macro becomes in the template that defines it.
    assigned: ast::Name,
    /// Whether the body mentions these names, which gives them their meaning.
    caller: bool,
    varargs: bool,
    kwargs: bool,
    body: ast::Body,
}

/// A parameter of a macro.
#[derive(Debug)]
pub struct MacroParameter {
    /// Its name.
    pub name: Arc<str>,
    /// Where the name stands.
    pub span: Span,
    default: Option<ast::Expr>,
}

impl MacroParameter {
    /// Where the default stands, when there is one.
    pub fn default_span(&self) -> Option<Span> {
        self.default.as_ref().map(|default| default.span)
    }
}
