//! Where the entries of each key begin in a list that is sorted by key: a table without an allocation for every key.

/// For `keys` below `len`: where those of each key begin, and at last where all end.
pub(super) fn starts(keys: impl Iterator<Item = usize>, len: usize) -> Vec<u32> {
    let mut starts = vec![0; len + 1];
    for key in keys {
        starts[key + 1] += 1;
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::starts;

    #[test]
    fn each_key_has_its_range() {
        assert_eq!(starts([0, 0, 2, 2, 2].into_iter(), 4), [0, 2, 2, 5, 5]);
        assert_eq!(starts([].into_iter(), 0), [0]);
    }
}
