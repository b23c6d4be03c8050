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
/// Line breaks stay, so that both length in bytes and every position are those of `text`; quoted identifiers stay.
/// Jinja within a comment or string goes with it.
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
    if piece.kind != PieceKind::Expression {
        return false;
    }
    let code = text[piece.inner.range()].trim();
    let arguments = code.strip_prefix("config").map(str::trim_start);
    code.ends_with(')') && arguments.is_some_and(|rest| rest.starts_with('('))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::jinja::testing::template;
    use proptest::prelude::*;

    const MODEL: &str =
        "{{ config(\n  a='b'\n) }}\nselect 'é''s', \"x\" -- {{ c }}\r\nfrom {{ ref('d') }} e {# f #}{% if g %}/*\n*/";

    #[test]
    fn jinja_stays() {
        let expected = [
            "{{ config(\n  a='b'\n) }}",
            "select        , \"x\"           \r",
            "from {{ ref('d') }} e        {% if g %}  ",
            "  ",
        ];
        assert_eq!(blank(MODEL), expected.join("\n"));
    }

    #[test]
    fn jinja_goes() {
        let blanked = blank_with(MODEL, JinjaFill::Blank);
        assert_eq!(blanked.split_whitespace().collect::<Vec<_>>(), ["select", ",", "\"x\"", "from", "e"]);
        assert_eq!(blanked.len(), MODEL.len());
    }

    #[test]
    fn jinja_becomes_a_word() {
        assert_eq!(
            blank_with("from {{ ref('d') }} e, {{ f(\n1) }}_g \"{{ h }}\" '{{ i }}'", JinjaFill::Placeholder),
            "from ______________ e, _____\n     _g \"_______\"          "
        );
        assert_eq!(blank_with("{{ config (a=1) }}{% if b %}c", JinjaFill::Placeholder).trim(), "c");
        assert_eq!(blank_with("{{ config.get('a') }}", JinjaFill::Placeholder).trim().len(), 21);
        assert_eq!(blank_with("{{ config(a=1) ~ b() }}", JinjaFill::Placeholder).trim().len(), 0);
    }

    #[test]
    fn unclosed_jinja_reaches_to_the_end() {
        assert_eq!(blank("a {{ b 'c'\nd"), "a {{ b 'c'\nd");
        assert_eq!(blank_with("a {{ b 'c'\nd", JinjaFill::Blank), "a         \n ");
    }

    proptest! {
        #[test]
        fn keeps_length_and_line_breaks(text in template()) {
            for jinja in [JinjaFill::Keep, JinjaFill::Blank, JinjaFill::Placeholder] {
                let blanked = blank_with(&text, jinja);
                prop_assert_eq!(blanked.len(), text.len());
                for (before, after) in text.bytes().zip(blanked.bytes()) {
                    let is_break = |byte: u8| matches!(byte, b'\n' | b'\r');
                    prop_assert_eq!(is_break(before), is_break(after));
                    prop_assert!(before == after || matches!(after, b' ' | b'_'));
                }
            }
        }

        #[test]
        fn blanking_twice_changes_nothing(text in r#"([ab'" \n*]|--|/\*|\*/|\$\$){0,20}"#) {
            let once = blank(&text);
            prop_assert_eq!(blank(&once), once);
        }
    }
}
