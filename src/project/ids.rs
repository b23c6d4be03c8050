//! Finds resources by their unique ids.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use rayon::prelude::*;

use super::starts::starts;
use super::{Resource, ResourceId};

/// A hash table that is made on all threads: a `HashMap` of a million ids takes one thread longer than all threads need
/// for anything else between reading and rules.
#[derive(Debug)]
pub(super) struct Ids {
    hasher: RandomState,
    /// Upper half of the hash, then the index of the resource; in order.
    entries: Vec<u64>,
    /// Where the entries begin whose hashes begin with the same bits, and at last where all end.
    starts: Vec<u32>,
    /// Bits of an entry behind those.
    shift: u32,
}

impl Ids {
    pub(super) fn new(resources: &[Resource<'_>]) -> Self {
        let hasher = RandomState::default();
        let entry = |(index, resource): (usize, &Resource<'_>)| {
            let hash = hasher.hash_one(resource.unique_id.as_str());
            hash & UPPER | index as u64
        };
        let mut entries: Vec<u64> = resources.par_iter().enumerate().map(entry).collect();
        entries.par_sort_unstable();
        // One or two to a beginning.
        let bits = (entries.len().max(2).ilog2()).min(31);
        let shift = u64::BITS - bits;
        let starts = starts(entries.iter().map(|entry| (entry >> shift) as usize), 1 << bits);
        Self { hasher, entries, starts, shift }
    }

    /// The resource of that id among those that this was made of.
    pub(super) fn find(&self, resources: &[Resource<'_>], unique_id: &str) -> Option<ResourceId> {
        let hash = self.hasher.hash_one(unique_id) & UPPER;
        let beginning = (hash >> self.shift) as usize;
        let entries = &self.entries[self.starts[beginning] as usize..self.starts[beginning + 1] as usize];
        let of_hash = entries.iter().filter(|entry| **entry & UPPER == hash).map(|entry| (entry & !UPPER) as usize);
        let mut found = of_hash.filter(|index| resources[*index].unique_id.as_str() == unique_id);
        found.next().map(|index| ResourceId(index as u32))
    }
}

/// The half of an entry that is a hash.
const UPPER: u64 = !(u32::MAX as u64);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::ResourceType;
    use crate::rules::tester::resource;

    #[test]
    fn each_id_is_found_and_no_other() {
        for count in [0, 1, 2, 3, 1_000] {
            let name = |index: usize| format!("model.shop.m{index}");
            let resources: Vec<Resource<'_>> =
                (0..count).map(|index| resource(ResourceType::Model, &name(index), "m.sql")).collect();
            let ids = Ids::new(&resources);
            for index in 0..count {
                assert_eq!(ids.find(&resources, &name(index)), Some(ResourceId(index as u32)));
            }
            assert_eq!(ids.find(&resources, &name(count)), None);
            assert_eq!(ids.find(&resources, ""), None);
        }
    }
}
