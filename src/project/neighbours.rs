//! Which YAML file describes the resources of a folder: where a missing entry belongs.

use std::cmp::Reverse;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{Project, Resource, ResourceType};

/// For each type and folder the properties file that describes most resources there.
#[derive(Debug, Default)]
pub(super) struct Neighbours(HashMap<(ResourceType, String), String>);

impl Neighbours {
    pub(super) fn new(project: &Project<'_>) -> Self {
        let mut described: HashMap<(ResourceType, &str), usize, RandomState> = HashMap::default();
        // Nobody asks for tests, of which there are most.
        for (kind, ids) in project.kinds().filter(|(kind, _)| *kind != ResourceType::Test) {
            for resource in ids.iter().map(|&id| project.get(id)) {
                if let Some(properties) = resource.properties_path.as_deref()
                    && project.is_own(resource)
                    && folder(properties) == folder(&resource.path)
                {
                    *described.entry((kind, properties)).or_default() += 1;
                }
            }
        }
        let mut described: Vec<_> = described.into_iter().collect();
        // Of equals the first by name.
        described.sort_unstable_by_key(|&((kind, file), count)| (kind, folder(file), Reverse(count), file));
        described.dedup_by_key(|&mut ((kind, file), _)| (kind, folder(file)));
        Self(
            described.into_iter().map(|((kind, file), _)| ((kind, folder(file).to_owned()), file.to_owned())).collect(),
        )
    }

    pub(super) fn of(&self, resource: &Resource<'_>) -> Option<&str> {
        self.0.get(&(resource.kind, folder(&resource.path).to_owned())).map(String::as_str)
    }
}

/// Everything before the last `/`; empty for a file at the root.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
