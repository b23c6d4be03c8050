//! Which tests belong to which node.

use rayon::prelude::*;

use super::starts::starts;
use super::{Detail, RefCall, Resource, ResourceId, ResourceType, Test};

/// For each resource the tests that belong to it.
#[derive(Debug, Default)]
pub(super) struct TestIndex {
    /// Those of the first resource, then those of the second, and so on; of each in order of their ids.
    tests: Vec<ResourceId>,
    /// Where those of each resource begin, and at last where all end.
    starts: Vec<u32>,
}

impl TestIndex {
    pub(super) fn new(
        resources: &[Resource<'_>],
        parents: &[Vec<ResourceId>],
        find: impl Fn(&str) -> Option<ResourceId> + Sync,
    ) -> Self {
        let of = |(index, resource): (usize, &Resource<'_>)| {
            let subjects = match &resource.detail {
                Detail::Test(test) => test_subjects(resources, &parents[index], &find, test),
                Detail::UnitTest(unit) => unit_test_subjects(resources, &parents[index], &unit.model),
                _ => Vec::new(),
            };
            subjects.into_iter().map(move |subject| (subject, ResourceId(index as u32)))
        };
        // Looking a name up takes longer than anything else here.
        let mut pairs: Vec<(ResourceId, ResourceId)> = resources.par_iter().enumerate().flat_map_iter(of).collect();
        pairs.par_sort_unstable();
        let starts = starts(pairs.iter().map(|(subject, _)| subject.index()), resources.len());
        Self { tests: pairs.into_iter().map(|(_, test)| test).collect(), starts }
    }

    pub(super) fn of(&self, id: ResourceId) -> &[ResourceId] {
        &self.tests[self.starts[id.index()] as usize..self.starts[id.index() + 1] as usize]
    }
}

/// The nodes a data test belongs to.
fn test_subjects(
    resources: &[Resource<'_>],
    parents: &[ResourceId],
    find: impl Fn(&str) -> Option<ResourceId>,
    test: &Test<'_>,
) -> Vec<ResourceId> {
    let Some(generic) = &test.generic else { return parents.to_vec() };
    let named = |name: &str| {
        let is_named = |id: &&ResourceId| resources[id.index()].unique_id.as_str() == name;
        parents.iter().find(is_named).copied().or_else(|| find(name))
    };
    if let Some(attached) = test.attached_node.as_ref().and_then(|name| named(name)) {
        return vec![attached];
    }
    // Before dbt 1.5 there is no attached_node: the `model` argument holds the ref or source call.
    let model = generic.arguments().get("model").and_then(|value| value.as_str()).map(str::to_owned);
    let by_argument = model.and_then(|call| named_in_call(resources, parents, &call));
    let by_ref = || test.refs.first().and_then(|call| named_by_ref(resources, parents, call));
    by_argument.or_else(by_ref).or_else(|| parents.first().copied()).into_iter().collect()
}

/// The parent that a call such as `{{ get_where_subquery(ref('orders')) }}` names: the last quoted word is its name.
fn named_in_call(resources: &[Resource<'_>], parents: &[ResourceId], call: &str) -> Option<ResourceId> {
    let words: Vec<&str> = call.split(['\'', '"']).skip(1).step_by(2).collect();
    let matches = |resource: &Resource<'_>| match (&resource.detail, words.as_slice()) {
        (Detail::Source(source), [group, table]) => source.source_name.as_str() == *group && &*resource.name == *table,
        (_, [.., name]) => &*resource.name == *name,
        _ => false,
    };
    parents.iter().copied().find(|id| matches(&resources[id.index()]))
}

fn named_by_ref(resources: &[Resource<'_>], parents: &[ResourceId], call: &RefCall<'_>) -> Option<ResourceId> {
    parents.iter().copied().find(|id| resources[id.index()].name == call.name)
}

/// A unit test depends on the model it tests and, through its fixtures, on that model's parents.
fn unit_test_subjects(resources: &[Resource<'_>], parents: &[ResourceId], model: &str) -> Vec<ResourceId> {
    let tested = |id: &ResourceId| {
        let resource = &resources[id.index()];
        resource.kind == ResourceType::Model && resource.name.as_str() == model
    };
    parents.iter().copied().filter(tested).collect()
}
