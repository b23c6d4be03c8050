//! Where 64 bytes of JSON have quotes, backslashes and brackets.

use wide::u8x16;

/// Bytes in a block: one bit of a `u64` each.
pub(super) const LEN: usize = 64;

/// A stretch of text that is classified at once.
pub(super) type Block = [u8; LEN];

/// One bit for each byte of a block, the lowest for the first.
pub(super) struct Masks {
    /// `"`, escaped or not.
    pub(super) quotes: u64,
    /// `\`.
    pub(super) backslashes: u64,
    /// `[`, `]`, `{` and `}`, in strings or not.
    pub(super) brackets: u64,
}

/// Classifies each byte of `block`.
#[inline(always)]
pub(super) fn masks(block: &Block) -> Masks {
    let mut masks = Masks { quotes: 0, backslashes: 0, brackets: 0 };
    for (index, lane) in block.as_chunks::<16>().0.iter().enumerate() {
        let bytes = u8x16::from(*lane);
        // Bit 0x20 is all that tells `[` from `{`, and `]` from `}`.
        let curly = bytes | u8x16::splat(0x20);
        let at = |hits: u8x16| u64::from(hits.to_bitmask()) << (16 * index);
        masks.quotes |= at(bytes.simd_eq(u8x16::splat(b'"')));
        masks.backslashes |= at(bytes.simd_eq(u8x16::splat(b'\\')));
        masks.brackets |= at(curly.simd_eq(u8x16::splat(b'{')) | curly.simd_eq(u8x16::splat(b'}')));
    }
    masks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_is_told_at_each_place() {
        for byte in 0..=u8::MAX {
            for at in 0..LEN {
                let mut block = [b'x'; LEN];
                block[at] = byte;
                let Masks { quotes, backslashes, brackets } = masks(&block);
                let bit = |is: bool| u64::from(is) << at;
                assert_eq!(quotes, bit(byte == b'"'), "{byte} at {at}");
                assert_eq!(backslashes, bit(byte == b'\\'), "{byte} at {at}");
                assert_eq!(brackets, bit(b"[]{}".contains(&byte)), "{byte} at {at}");
            }
        }
    }
}
