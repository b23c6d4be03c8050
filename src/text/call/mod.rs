//! Function calls such as `ref('orders')`, found in code without running it.
//!
//! Jinja expressions and Python models share names, dots, brackets, strings, numbers and keyword arguments, so one
//! lexer ([`token`]) and one finder ([`find`]) serve both; [`dbt`] says what the calls that dbt gives a meaning to
//! name.

mod dbt;
pub(crate) mod find;
mod literal;
mod string;
pub(crate) mod token;

pub use dbt::{Ref, SourceTable};

use crate::text::Span;

/// One call of a function, as written.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function's dotted path without blanks: `ref`, `dbt_utils.star`, `config.get`, `dbt.source`.
    pub name: String,
    /// From the first byte of the name to the closing parenthesis.
    pub span: Span,
    /// The arguments in the order of the text, positional and keyword alike.
    pub arguments: Vec<Argument>,
    /// Whether a SQL comment (`-- …`, `/* … */`) holds the call. dbt renders Jinja before the warehouse sees the
    /// comment, so a `ref` there is a dependency all the same.
    pub in_sql_comment: bool,
}

impl Call {
    /// Values given by position, in order.
    pub fn positional(&self) -> impl Iterator<Item = &Argument> {
        self.arguments.iter().filter(|argument| argument.keyword.is_none())
    }

    /// The value given as `keyword=…`; the last one where the keyword is repeated.
    pub fn keyword(&self, keyword: &str) -> Option<&Argument> {
        find_keyword(&self.arguments, keyword)
    }
}

/// A value handed to a call, an item of a list or an entry of a dictionary.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// The `name` of `name=value`, or the key of a dictionary's entry; `None` for a positional value or a list's item.
    pub keyword: Option<Keyword>,
    /// The value alone, without keyword. Empty, right behind the `=`, where the value is still to be typed.
    pub span: Span,
    /// What the value is, when it is a literal.
    pub value: ArgumentValue,
}

impl Argument {
    /// The text of a string literal.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            ArgumentValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value under a key of a dictionary literal, as in `config(meta={'owner': 'finance'})`.
    pub fn get(&self, key: &str) -> Option<&Argument> {
        match &self.value {
            ArgumentValue::Dictionary(entries) => find_keyword(entries, key),
            _ => None,
        }
    }
}

/// The name before `=`, or a dictionary's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyword {
    /// The name, or the text that a quoted key stands for.
    pub text: String,
    /// Where it is written; quotes of a dictionary's key included.
    pub span: Span,
}

/// A literal as Jinja and Python read it, or [`ArgumentValue::Other`].
#[derive(Debug, Clone, PartialEq)]
pub enum ArgumentValue {
    /// A string, escapes resolved; adjacent strings are one, as in both languages.
    Text(String),
    /// A whole number with its sign.
    Integer(i64),
    /// A number with a fraction or an exponent, with its sign.
    Float(f64),
    /// `true` or `false`; Python and Jinja both take `True` and `False` too.
    Boolean(bool),
    /// `none` or `None`.
    None,
    /// `[…]` or a tuple. Its items may be of any kind.
    List(Vec<Argument>),
    /// `{…}` whose keys are all strings; each entry carries its key as keyword.
    Dictionary(Vec<Argument>),
    /// Anything that has to be evaluated: the text of the span says what. When it is itself a call, that call is in the
    /// list of calls with the same span.
    Other,
}

fn find_keyword<'a>(arguments: &'a [Argument], keyword: &str) -> Option<&'a Argument> {
    arguments.iter().rev().find(|argument| argument.keyword.as_ref().is_some_and(|found| found.text == keyword))
}
