//! From the facts an input has read to a [`Project`]: order, ids, edges.

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::sync::OnceLock;

use foldhash::fast::RandomState;
use rayon::prelude::*;

use super::docs;
use super::ids::Ids;
use super::kinds::Kinds;
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
        let (ids, kinds) = rayon::join(|| Ids::new(&resources), || Kinds::new(&resources));
        let find = |unique_id: &str| ids.find(&resources, unique_id);
        let edges: Vec<_> = resources.par_iter().map(|resource| resolve_parents(resource, find)).collect();
        let mut parents = Vec::with_capacity(edges.len());
        let mut dangling = Vec::new();
        for (index, (known, unknown)) in edges.into_iter().enumerate() {
            parents.push(known);
            dangling.extend(unknown.into_iter().map(|name| (ResourceId(index as u32), name)));
        }
        let tests = TestIndex::new(&resources, &parents, find);
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
            unresolved_names: HashSet::new(),
            test_switches: Vec::new(),
            base: None,
            generated_at: facts.generated_at,
            ids,
            kinds,
            parents,
            tests,
            neighbours: OnceLock::new(),
            disabled_tests: OnceLock::new(),
            disabled_readers: OnceLock::new(),
            groups: OnceLock::new(),
            tests_key: OnceLock::new(),
        }
    }
}

/// Sorts by unique id, so that no answer depends on the order of the input, and keeps the last of each.
fn sorted_unique(mut resources: Vec<Resource<'_>>) -> Vec<Resource<'_>> {
    if !may_have_repetition(&resources) {
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

/// Whether two resources have one id, or one hash: only where somebody has edited a manifest. A set would say it as well,
/// on one thread and with all ids moving through the processor's cache.
fn may_have_repetition(resources: &[Resource<'_>]) -> bool {
    let hasher = RandomState::default();
    let mut hashes: Vec<u64> =
        resources.par_iter().map(|resource| hasher.hash_one(resource.unique_id.as_str())).collect();
    hashes.par_sort_unstable();
    hashes.par_windows(2).any(|pair| pair[0] == pair[1])
}

/// Parents up to which looking at each of them is faster than a set.
const FEW: usize = 16;

/// A list without repetition.
struct Unique {
    ids: Vec<ResourceId>,
    /// The same, once they are many.
    set: HashSet<ResourceId>,
}

impl Unique {
    fn push(&mut self, id: ResourceId) {
        if self.ids.len() == FEW {
            self.set.extend(&self.ids);
        }
        let is_new = if self.ids.len() < FEW { !self.ids.contains(&id) } else { self.set.insert(id) };
        if is_new {
            self.ids.push(id);
        }
    }
}

/// Splits `depends_on` into ids of known resources, without repetition, and names of unknown ones.
fn resolve_parents<'a>(
    resource: &Resource<'a>,
    find: impl Fn(&str) -> Option<ResourceId>,
) -> (Vec<ResourceId>, Vec<Text<'a>>) {
    let mut known = Unique { ids: Vec::with_capacity(resource.depends_on.len()), set: HashSet::new() };
    let mut unknown = Vec::new();
    for name in &resource.depends_on {
        match find(name) {
            Some(id) => known.push(id),
            None => unknown.push(name.clone()),
        }
    }
    metric_inputs::of(resource, find).into_iter().for_each(|id| known.push(id));
    (known.ids, unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::ResourceType;
    use crate::rules::tester::resource;

    #[test]
    fn of_resources_with_one_id_the_last_counts() {
        let named = |id: &str, path: &str| resource(ResourceType::Model, id, path);
        let resources = vec![
            named("model.shop.b", "1.sql"),
            named("model.shop.a", "2.sql"),
            named("model.shop.b", "3.sql"),
            named("model.shop.b", "4.sql"),
        ];
        let project = Project::from(Facts { resources, ..Facts::default() });
        let kept: Vec<_> = project.resources.iter().map(|it| (it.unique_id.as_str(), it.path.as_str())).collect();
        assert_eq!(kept, [("model.shop.a", "2.sql"), ("model.shop.b", "4.sql")]);
    }

    #[test]
    fn each_parent_is_listed_once_however_many_there_are() {
        for len in [0, 1, FEW - 1, FEW, FEW + 1, 100] {
            let wanted: Vec<ResourceId> = (0..len as u32).map(ResourceId).collect();
            let mut unique = Unique { ids: Vec::new(), set: HashSet::new() };
            wanted.iter().flat_map(|&id| [id, id, ResourceId(0)]).for_each(|id| unique.push(id));
            assert_eq!(unique.ids, wanted);
        }
    }
}
