//! The end of a JSON object or array, by counting brackets outside strings.

use super::block::{self, Block, Masks};

/// Nesting a value may have where a block begins. A block adds 64 levels at most and the manifest around the value two,
/// which stays within the 127 that serde_json accepts when it parses the file as a whole.
const MAX_DEPTH: usize = 127 - 2 - block::LEN;

/// Offset of the bracket that closes the one at offset `open`, which must stand outside strings.
///
/// Square and curly brackets count alike; the parse of the value tells them apart. `None` if there is no such bracket
/// or the value is nested too deeply.
pub(super) fn matching_close(bytes: &[u8], open: usize) -> Option<usize> {
    let start = open + 1;
    let (blocks, rest) = bytes.get(start..)?.as_chunks::<{ block::LEN }>();
    let mut strings = Strings::default();
    let mut depth = 1;
    for (index, block) in blocks.iter().enumerate() {
        if let Some(bit) = close_in(block, &mut strings, &mut depth) {
            return Some(start + index * block::LEN + bit);
        }
        if depth > MAX_DEPTH {
            return None;
        }
    }
    let mut padded = [b' '; block::LEN];
    padded[..rest.len()].copy_from_slice(rest);
    close_in(&padded, &mut strings, &mut depth).map(|bit| start + blocks.len() * block::LEN + bit)
}

/// Follows `depth` through a block; the index of the byte where it falls to zero, if it does.
#[inline(always)]
fn close_in(block: &Block, strings: &mut Strings, depth: &mut usize) -> Option<usize> {
    let masks = block::masks(block);
    let mut brackets = masks.brackets & !strings.inside(&masks);
    while brackets != 0 {
        let bit = brackets.trailing_zeros() as usize;
        // As bytes, `[` and `{` have the bit 2 set, `]` and `}` have not.
        if block[bit] & 2 != 0 {
            *depth += 1;
        } else {
            *depth -= 1;
            if *depth == 0 {
                return Some(bit);
            }
        }
        brackets &= brackets - 1;
    }
    None
}

/// What a block has to know of those before it.
#[derive(Default)]
struct Strings {
    /// All ones if the next block begins inside a string, else zero.
    open: u64,
    /// One if the next block's first byte is escaped by a backslash, else zero.
    escape: u64,
}

impl Strings {
    /// The bytes of the next block that are inside strings, opening quotes included and closing quotes not.
    #[inline(always)]
    fn inside(&mut self, masks: &Masks) -> u64 {
        let mut inside = masks.quotes & !self.escaped(masks.backslashes);
        // Each bit becomes the parity of the quotes up to it.
        for shift in [1, 2, 4, 8, 16, 32] {
            inside ^= inside << shift;
        }
        inside ^= self.open;
        self.open = (inside >> 63).wrapping_neg();
        inside
    }

    /// The bytes of the next block that are escaped: those after a backslash that is not escaped itself.
    ///
    /// The subtraction ripples through each run of backslashes and leaves every second bit of it, as simdjson does.
    #[inline(always)]
    fn escaped(&mut self, backslashes: u64) -> u64 {
        const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;
        if backslashes == 0 {
            return std::mem::take(&mut self.escape);
        }
        let escaping = backslashes & !self.escape;
        let ends = ((escaping << 1) | ODD).wrapping_sub(escaping) ^ ODD;
        let escaped = ends ^ (backslashes | self.escape);
        self.escape = (ends & backslashes) >> 63;
        escaped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same, byte by byte, without a limit to nesting.
    fn plain_matching_close(bytes: &[u8], open: usize) -> Option<usize> {
        let (mut depth, mut in_string, mut escapes) = (0, false, false);
        for (at, byte) in bytes.iter().enumerate().skip(open) {
            let is_escaped = escapes;
            escapes = *byte == b'\\' && !is_escaped;
            match byte {
                b'"' if !is_escaped => in_string = !in_string,
                b'{' | b'[' if !in_string => depth += 1,
                b'}' | b']' if !in_string => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(at);
            }
        }
        None
    }

    proptest! {
        #[test]
        fn equals_the_plain_way(tail in r#"[\\"{}\[\]a]{0,300}"#) {
            let bytes = format!("{{{tail}");
            prop_assert_eq!(matching_close(bytes.as_bytes(), 0), plain_matching_close(bytes.as_bytes(), 0));
        }

        #[test]
        fn equals_the_plain_way_in_strings(strings in proptest::collection::vec(r#"(\\["\\{}]|[{}\[\]a]){0,90}"#, 0..20), cut: proptest::sample::Index) {
            let bytes = format!("[\"{}\"]]", strings.join("\", {\"k\": []}, \""));
            let bytes = &bytes.as_bytes()[..1 + cut.index(bytes.len())];
            prop_assert_eq!(matching_close(bytes, 0), plain_matching_close(bytes, 0));
        }
    }

    #[test]
    fn follows_runs_of_backslashes_across_blocks() {
        for before in 0..130 {
            for run in 0..140 {
                let bytes = format!("[{}\"{}\"]{}]", " ".repeat(before), "\\".repeat(run), "x".repeat(70));
                assert_eq!(matching_close(bytes.as_bytes(), 0), plain_matching_close(bytes.as_bytes(), 0), "{bytes}");
            }
        }
    }

    #[test]
    fn refuses_what_serde_json_could_find_too_deep() {
        for depth in 1..400 {
            let bytes = ["[".repeat(depth), " ".repeat(block::LEN), "]".repeat(depth)].concat();
            let end = matching_close(bytes.as_bytes(), 0);
            assert_eq!(end, (depth <= MAX_DEPTH).then(|| bytes.len() - 1), "{depth}");
        }
    }
}
