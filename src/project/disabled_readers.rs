//! Who would read what, if it were enabled.

use std::collections::HashMap;

use super::{Project, Resource, ResourceType};

/// For each name that a disabled model or snapshot of the project refs, the places of these in [`Project::disabled`].
#[derive(Debug, Default)]
pub(super) struct DisabledReaders(HashMap<String, Vec<usize>>);

impl DisabledReaders {
    fn new(project: &Project<'_>) -> Self {
        let mut readers: HashMap<String, Vec<usize>> = HashMap::new();
        let can_read = |kind| matches!(kind, ResourceType::Model | ResourceType::Snapshot);
        for (place, resource) in project.disabled.iter().enumerate() {
            let relation = resource.relation().filter(|_| can_read(resource.kind) && project.is_own(resource));
            for call in relation.iter().flat_map(|relation| &relation.refs) {
                let places = readers.entry(call.name.to_string()).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        Self(readers)
    }
}

impl<'a> Project<'a> {
    /// Disabled models and snapshots of the project that would read this resource, in order of their unique ids.
    pub fn disabled_readers(&self, of: &Resource<'_>) -> impl Iterator<Item = &Resource<'a>> {
        let readers = self.disabled_readers.get_or_init(|| DisabledReaders::new(self));
        let places = readers.0.get(of.name.as_str()).map_or(&[][..], Vec::as_slice);
        places.iter().map(|&place| &self.disabled[place]).filter(|reader| {
            let mut calls = reader.relation().into_iter().flat_map(|relation| &relation.refs);
            calls.any(|call| call.name == of.name && call.package.as_ref().is_none_or(|package| *package == of.package))
        })
    }
}
