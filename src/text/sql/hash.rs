//! A 128-bit hash of a byte string, the same on every platform.

/// Hashes 16 bytes a step into two lanes with the "multiply, fold the halves" step of the wyhash family. Two of 10,000
/// models collide by chance with a probability below 2⁻⁶⁰; it is no defence against somebody who wants a collision.
pub(super) fn hash(bytes: &[u8]) -> u128 {
    let (mut left, mut right) = (SEEDS[0], SEEDS[1] ^ bytes.len() as u64);
    let (blocks, tail) = bytes.as_chunks::<16>();
    for block in blocks {
        (left, right) = step(left, right, *block);
    }
    let mut last = [0; 16];
    last[..tail.len()].copy_from_slice(tail);
    (left, right) = step(left, right, last);
    // A last step, as otherwise the first half of the last block would reach only one of the lanes.
    let (left, right) =
        (fold(left ^ SEEDS[2], right ^ SEEDS[3]), fold(left ^ SEEDS[3], right.rotate_left(32) ^ SEEDS[2]));
    u128::from(left) << 64 | u128::from(right)
}

/// Fractional digits of π, as nothing-up-my-sleeve numbers.
const SEEDS: [u64; 4] = [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344, 0xa409_3822_299f_31d0, 0x082e_fa98_ec4e_6c89];

fn step(left: u64, right: u64, block: [u8; 16]) -> (u64, u64) {
    let block = u128::from_le_bytes(block);
    let (low, high) = (block as u64, (block >> 64) as u64);
    (fold(left ^ low, SEEDS[2] ^ high), fold(right ^ high, SEEDS[3] ^ low))
}

fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn is_frozen() {
        // Computed by a program of its own in another language.
        assert_eq!(hash(b""), 0xd813_2df4_655a_a1aa_e2bc_0b6b_470e_0edc);
        assert_eq!(hash(b"select * from {{ref('orders')}}"), 0xc38a_6cf6_f41e_eeb1_dd4f_b1a4_c879_829a);
    }

    #[test]
    fn every_bit_and_the_length_count() {
        let mut seen = HashSet::new();
        for length in 0..70_usize {
            assert!(seen.insert(hash(&vec![0; length])), "length {length}");
            for bit in 0..length * 8 {
                let mut bytes = vec![0; length];
                bytes[bit / 8] |= 1 << (bit % 8);
                assert!(seen.insert(hash(&bytes)), "bit {bit} of {length} bytes");
            }
        }
        let half = |hash: u128| hash as u64;
        assert_eq!(seen.iter().map(|hash| half(*hash)).collect::<HashSet<_>>().len(), seen.len());
        assert_eq!(seen.iter().map(|hash| half(*hash >> 64)).collect::<HashSet<_>>().len(), seen.len());
    }
}
