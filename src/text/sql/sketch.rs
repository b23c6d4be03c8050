//! Tells quickly that two models do not have the same SQL.

use super::blank::is_config;
use super::pieces::{Context, PieceKind, Pieces};

/// What two texts with the same [`Fingerprint`](super::Fingerprint) have in common and most others do not.
///
/// It takes a third of a fingerprint's time: whoever looks for duplicates among many models groups them by sketch and
/// takes the fingerprints of those that are not alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Sketch {
    /// How many bytes count.
    bytes: u32,
    /// Their sum in lower case.
    sum: u32,
}

impl Sketch {
    /// The sketch of a model's raw code. Blanks, control characters, quotes, semicolons and what the canonical form
    /// leaves out do not count.
    pub fn of(text: &str) -> Self {
        let mut sketch = Self::default();
        let mut pieces = Pieces::new(text);
        for piece in pieces.by_ref().map_while(Result::ok) {
            let counts = match piece.kind {
                PieceKind::LineComment | PieceKind::BlockComment | PieceKind::JinjaComment => false,
                _ => piece.context != Context::Comment && !is_config(text, piece),
            };
            if counts {
                sketch.add(&text.as_bytes()[piece.inner.range()]);
            }
        }
        sketch.add(&text.as_bytes()[pieces.position()..]);
        sketch
    }

    /// Adds the bytes that count. Without a branch or a table, so that the compiler takes 16 of them at a time.
    fn add(&mut self, bytes: &[u8]) {
        let (mut count, mut sum) = (0_u32, 0_u32);
        for byte in bytes {
            let counts = (*byte > b' ') & (*byte != b'\'') & (*byte != b'"') & (*byte != b';');
            let mask = u8::from(counts).wrapping_neg();
            count = count.wrapping_add(u32::from(mask & 1));
            sum = sum.wrapping_add(u32::from(mask & byte.to_ascii_lowercase()));
        }
        self.bytes = self.bytes.wrapping_add(count);
        self.sum = self.sum.wrapping_add(sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::jinja::testing::template;
    use crate::text::sql::Normaliser;
    use proptest::prelude::*;

    #[test]
    fn layout_comments_and_config_do_not_matter() {
        let plain = Sketch::of("select a, 'B' from {{ ref('c') }}");
        assert_eq!(
            Sketch::of("{{ config(x=1) }}SELECT A , -- {{ d }}\n\t'B' FROM{{-ref(\"c\")}}/* e */{# f #};\n"),
            plain
        );
        assert_ne!(Sketch::of("select a, 'B' from {{ ref('d') }}"), plain);
        assert_ne!(Sketch::of("select a, 'B' from {{ ref('c') }} as d"), plain);
    }

    proptest! {
        #[test]
        fn the_canonical_form_has_the_same_sketch(text in r"([a-cA-C ,()\n;]|'a;b'|\{\{ 'a' \}\}|-- x\n){0,20}") {
            let mut normaliser = Normaliser::new();
            normaliser.fingerprint(&text);
            let canonical = std::str::from_utf8(normaliser.canonical()).expect("whole characters are kept");
            prop_assert_eq!(Sketch::of(canonical), Sketch::of(&text));
        }

        #[test]
        fn never_panics(text in template()) {
            Sketch::of(&text);
        }
    }
}
