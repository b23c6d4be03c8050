//! The Common Expression Language, as far as policies need it: <https://cel.dev>.
//!
//! An expression is read ([`parse`]), held against the types of what it may ask for ([`check`]), and evaluated
//! ([`evaluate`]). It always ends, reads nothing but what it is given, and cannot take the process down: depth, steps and
//! sizes are bounded ([`limits`]), and no text makes any of the three panic.
//!
//! Where it differs from the language's definition:
//! - There are no maps, messages, bytes, unsigned numbers, times or durations to write; a policy has no use for them.
//! - A field that a value of no fixed type (`meta`) does not have is null, as is a field of null. dbt leaves keys out that
//!   are null, so that absent and null have to mean the same; `has()` and `in` see no difference either.
//! - A value may be unknown. What does not depend on it has its answer: `unknown && false` is false. The language leaves
//!   that to its implementations, and this is what the one in Go does.
//! - Whole numbers and others can be compared, but not mixed in arithmetic.

mod ast;
mod check;
mod error;
mod evaluate;
mod functions;
mod lexer;
pub mod limits;
mod parse;
#[cfg(test)]
mod tests;
mod types;
mod value;

pub use ast::{Expression, Kind, Op};
pub use check::check;
pub use error::CelError;
pub use evaluate::evaluate;
pub use functions::signatures;
pub use parse::parse;
pub use types::{FieldInfo, Shape, Type, Words};
pub use value::{Record, Value};
