//! Which YAML file describes the resources of a folder: where a missing entry belongs.

use std::collections::{BTreeMap, HashMap};

use super::{Project, Resource, ResourceType};

/// For each type and folder the properties file that describes most resources there.
#[derive(Debug, Default)]
pub(super) struct Neighbours(HashMap<(ResourceType, String), String>);

impl Neighbours {
    pub(super) fn new(project: &Project<'_>) -> Self {
        let mut counts: BTreeMap<(ResourceType, &str), BTreeMap<&str, usize>> = BTreeMap::new();
        for resource in project.resources.iter().filter(|resource| project.is_own(resource)) {
            let folder = folder(&resource.path);
            if let Some(properties) = resource.properties_path.as_deref()
                && self::folder(properties) == folder
            {
                *counts.entry((resource.kind, folder)).or_default().entry(properties).or_default() += 1;
            }
        }
        let busiest = |files: BTreeMap<&str, usize>| {
            // Of equals the first by name: `max_by_key` alone would take the last.
            files.into_iter().rev().max_by_key(|(_, count)| *count).map(|(file, _)| file.to_owned())
        };
        let entries = counts.into_iter().filter_map(|((kind, folder), files)| {
            let file = busiest(files)?;
            Some(((kind, folder.to_owned()), file))
        });
        Self(entries.collect())
    }

    pub(super) fn of(&self, resource: &Resource<'_>) -> Option<&str> {
        self.0.get(&(resource.kind, folder(&resource.path).to_owned())).map(String::as_str)
    }
}

/// Everything before the last `/`; empty for a file at the root.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
