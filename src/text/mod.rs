//! Bytes, lines and columns: the only code that counts them.

pub mod span;

pub use span::Span;
