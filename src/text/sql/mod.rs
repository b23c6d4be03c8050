//! SQL text that dbt renders, read without a dialect's grammar: what is code, what a comment, what a string.

mod blank;
mod fingerprint;
mod hash;
mod json;
mod pieces;

pub use blank::{JinjaFill, blank, blank_with};
pub use fingerprint::{Fingerprint, Normaliser};
pub use pieces::{Context, Piece, PieceKind, Pieces};
