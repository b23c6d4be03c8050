//! The groups of a project, by name.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{Project, Resource, ResourceId, ResourceType};

/// Who is asked for an owner is asked for the owner of its group, so that each is looked up a lot.
#[derive(Debug, Default)]
pub(super) struct Groups(HashMap<String, ResourceId, RandomState>);

impl Groups {
    fn new(project: &Project<'_>) -> Self {
        let mut groups = HashMap::default();
        let (own, others): (Vec<_>, Vec<_>) =
            project.all(ResourceType::Group).partition(|(_, group)| project.is_own(group));
        for (id, group) in own.into_iter().chain(others) {
            groups.entry(group.name.to_string()).or_insert(id);
        }
        Self(groups)
    }
}

impl<'a> Project<'a> {
    /// The group of that name in the root project or, failing that, in any package.
    pub fn group(&self, name: &str) -> Option<&Resource<'a>> {
        let groups = self.groups.get_or_init(|| Groups::new(self));
        groups.0.get(name).map(|&id| self.get(id))
    }

    /// Whether the root project defines any dbt group.
    pub fn has_groups(&self) -> bool {
        self.own(ResourceType::Group).next().is_some()
    }
}
