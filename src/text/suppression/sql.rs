//! Suppressions in SQL and in files of macros, snapshots and generic tests: `-- …`, `/* … */` and `{# … #}`.

use std::ops::Range;

use super::{Directive, lines::Lines};
use crate::text::jinja::Block;
use crate::text::sql::{Context, Piece, PieceKind, Pieces};

/// The suppressions of a file, up to Jinja that is never closed. `blocks` are the definitions in it.
pub fn in_sql(text: &str, blocks: &[Block]) -> Vec<Directive> {
    let pieces: Vec<Piece> = Pieces::new(text).map_while(Result::ok).filter(is_comment).collect();
    let spans: Vec<Range<usize>> = pieces.iter().map(|piece| piece.span.range()).collect();
    let lines = Lines::new(text, &spans, blocks);
    pieces.iter().flat_map(|piece| lines.directives(&piece.span.range(), inner(text, piece))).collect()
}

/// What stands between the delimiters; those that open a comment of SQL mean nothing to who reads it.
fn inner(text: &str, piece: &Piece) -> Range<usize> {
    let Range { start, end } = piece.inner.range();
    let is_closed = piece.kind == PieceKind::BlockComment && text[start..end].ends_with("*/");
    start..if is_closed { end - 2 } else { end }
}

/// Whether a piece is a comment and not a part of a string.
fn is_comment(piece: &Piece) -> bool {
    match piece.kind {
        PieceKind::LineComment | PieceKind::BlockComment => true,
        PieceKind::JinjaComment => matches!(piece.context, Context::Code | Context::Comment),
        _ => false,
    }
}
