//! Resources by type.

use super::{Resource, ResourceId, ResourceType};

/// The ids of each type. A resource has some 400 bytes, so that going through all of a large project's for the sake of a
/// few takes longer than what is done with these.
#[derive(Debug)]
pub(super) struct Kinds(Vec<(ResourceType, Vec<ResourceId>)>);

impl Kinds {
    pub(super) fn new(resources: &[Resource<'_>]) -> Self {
        let mut kinds: Vec<(ResourceType, Vec<ResourceId>)> = Vec::new();
        // Sorted by unique id, those of a type come one after the other, but for rare exceptions.
        let mut last = 0;
        for (index, resource) in resources.iter().enumerate() {
            if kinds.get(last).is_none_or(|(kind, _)| *kind != resource.kind) {
                last = kinds.iter().position(|(kind, _)| *kind == resource.kind).unwrap_or(kinds.len());
                if last == kinds.len() {
                    kinds.push((resource.kind, Vec::new()));
                }
            }
            kinds[last].1.push(ResourceId(index as u32));
        }
        Self(kinds)
    }

    /// In order of unique id.
    pub(super) fn of(&self, kind: ResourceType) -> &[ResourceId] {
        self.0.iter().find(|(candidate, _)| *candidate == kind).map_or(&[], |(_, ids)| ids)
    }

    /// Every type that there is something of, with all of it.
    pub(super) fn iter(&self) -> impl Iterator<Item = (ResourceType, &[ResourceId])> {
        self.0.iter().map(|(kind, ids)| (*kind, ids.as_slice()))
    }
}
