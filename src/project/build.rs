//! From the facts an input has read to a [`Project`]: order, ids, edges.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use rayon::prelude::*;

use super::docs;
use super::metric_inputs;
use super::testing::TestIndex;
use super::{Project, Resource, ResourceId, Text};

/// What an input knows, before ids are given out.
#[derive(Debug, Default)]
pub struct Facts<'a> {
    pub name: Text<'a>,
    pub dbt_version: Text<'a>,
    pub adapter: Text<'a>,
    /// When the manifest was written, ISO 8601.
    pub generated_at: Text<'a>,
    /// In any order; where a unique id comes twice, the later one counts, as it does in JSON for dbt.
    pub resources: Vec<Resource<'a>>,
    pub disabled: Vec<Resource<'a>>,
}

impl<'a> From<Facts<'a>> for Project<'a> {
    fn from(facts: Facts<'a>) -> Self {
        let mut resources = sorted_unique(facts.resources);
        docs::render(&facts.name, &mut resources);
        let ids: HashMap<Text<'a>, ResourceId> = resources
            .iter()
            .enumerate()
            .map(|(index, resource)| (resource.unique_id.clone(), ResourceId(index as u32)))
            .collect();
        let edges: Vec<_> = resources.par_iter().map(|resource| resolve_parents(resource, &ids)).collect();
        let mut parents = Vec::with_capacity(edges.len());
        let mut dangling = Vec::new();
        for (index, (known, unknown)) in edges.into_iter().enumerate() {
            parents.push(known);
            dangling.extend(unknown.into_iter().map(|name| (ResourceId(index as u32), name)));
        }
        let tests = TestIndex::new(&resources, &parents, &ids);
        let mut disabled = facts.disabled;
        disabled.sort_by(|a, b| (&a.unique_id, &a.path).cmp(&(&b.unique_id, &b.path)));
        Project {
            name: facts.name,
            dbt_version: facts.dbt_version,
            adapter: facts.adapter,
            resources,
            disabled,
            dangling,
            unreadable: Vec::new(),
            own_files: None,
            unresolved: None,
            generated_at: facts.generated_at,
            ids,
            parents,
            tests,
            neighbours: OnceLock::new(),
        }
    }
}

/// Sorts by unique id, so that no answer depends on the order of the input, and keeps the last of each.
fn sorted_unique(mut resources: Vec<Resource<'_>>) -> Vec<Resource<'_>> {
    if !has_repetition(&resources) {
        // In place: resources are large, and there may be a million.
        resources.par_sort_unstable_by(|a, b| a.unique_id.cmp(&b.unique_id));
        return resources;
    }
    // Stable, so that of several with one id the last stays last.
    resources.par_sort_by(|a, b| a.unique_id.cmp(&b.unique_id));
    resources.reverse();
    resources.dedup_by(|earlier, kept| earlier.unique_id == kept.unique_id);
    resources.reverse();
    resources
}

/// Whether two resources have one id: only where somebody has edited a manifest.
fn has_repetition(resources: &[Resource<'_>]) -> bool {
    let mut seen = HashSet::with_capacity(resources.len());
    !resources.iter().all(|resource| seen.insert(resource.unique_id.as_str()))
}

/// Splits `depends_on` into ids of known resources, without repetition, and names of unknown ones.
fn resolve_parents<'a>(
    resource: &Resource<'a>,
    ids: &HashMap<Text<'a>, ResourceId>,
) -> (Vec<ResourceId>, Vec<Text<'a>>) {
    let mut seen = HashSet::new();
    let mut known = Vec::with_capacity(resource.depends_on.len());
    let mut unknown = Vec::new();
    for name in &resource.depends_on {
        match ids.get(name) {
            Some(&id) if seen.insert(id) => known.push(id),
            Some(_) => {}
            None => unknown.push(name.clone()),
        }
    }
    known.extend(metric_inputs::of(resource, ids).into_iter().filter(|&id| seen.insert(id)));
    (known, unknown)
}
