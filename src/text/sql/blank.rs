//! SQL with everything that is not code replaced by spaces, so that places stay what they are.

use super::pieces::{Context, Piece, PieceKind, Pieces};

/// What becomes of `{{ … }}` and `{% … %}` that stand in code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JinjaFill {
    /// They stay as they are.
    #[default]
    Keep,
    /// They become spaces.
    Blank,
    /// `{% … %}` and `{{ config(…) }}` become spaces; any other `{{ … }}` becomes a word of underscores, so that
    /// `from {{ ref('orders') }} o` still reads as a table with an alias.
    Placeholder,
}

/// [`blank_with`] that keeps Jinja.
pub fn blank(text: &str) -> String {
    blank_with(text, JinjaFill::Keep)
}

/// The text with comments (SQL's and Jinja's) and string literals, quotes included, replaced byte by byte by spaces.
/// Line breaks stay, so that both length in bytes and every position are those of `text`; quoted identifiers stay. Jinja
/// within a comment or string goes with it.
///
/// Jinja that is never closed reaches to the end of the text.
pub fn blank_with(text: &str, jinja: JinjaFill) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut pieces = Pieces::new(text);
    for piece in pieces.by_ref().map_while(Result::ok) {
        blank_piece(text, piece, jinja, &mut bytes[piece.span.range()]);
    }
    if jinja != JinjaFill::Keep {
        fill(&mut bytes[pieces.position()..]);
    }
    String::from_utf8(bytes).expect("whole characters are replaced by ASCII")
}

fn blank_piece(text: &str, piece: Piece, jinja: JinjaFill, bytes: &mut [u8]) {
    let in_code = matches!(piece.context, Context::Code | Context::Identifier);
    match piece.kind {
        PieceKind::Code | PieceKind::Identifier => {}
        PieceKind::Expression | PieceKind::Statement if in_code && jinja == JinjaFill::Keep => {}
        PieceKind::Expression if in_code && jinja == JinjaFill::Placeholder && !is_config(text, piece) => {
            fill_placeholder(bytes);
        }
        _ => fill(bytes),
    }
}

fn fill(bytes: &mut [u8]) {
    for byte in bytes {
        if !matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

/// Underscores up to the first line break, spaces behind it: one word, whatever the number of lines.
fn fill_placeholder(bytes: &mut [u8]) {
    let first_line = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(bytes.len());
    bytes[..first_line].fill(b'_');
    fill(&mut bytes[first_line..]);
}

/// Whether an expression is a `config(…)`, which renders to nothing.
pub(super) fn is_config(text: &str, piece: Piece) -> bool {
    let code = text[piece.inner.range()].trim();
    let arguments = code.strip_prefix("config").map(str::trim_start);
    piece.kind == PieceKind::Expression && code.ends_with(')') && arguments.is_some_and(|rest| rest.starts_with('('))
}
