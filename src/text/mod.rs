//! Bytes, lines and columns: the only code that counts them.

pub mod call;
pub mod jinja;
pub mod line_index;
pub mod python;
pub mod python_repr;
pub mod source_code;
pub mod source_file;
pub mod span;
pub mod sql;
pub mod suppression;
pub mod yaml;

pub(crate) use source_file::character_start;
pub use source_file::{Position, SourceFile, TextError};
pub use span::Span;
