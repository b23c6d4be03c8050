//! Who feeds whom. Nothing outside this room knows petgraph.

mod ancestry;
mod components;
mod reach;
mod sweep;

use std::sync::OnceLock;

use components::Components;
use petgraph::Directed;
use petgraph::csr::Csr;
use rayon::prelude::*;

use crate::project::{Project, ResourceId, ResourceType};

pub use ancestry::Ancestry;
pub use reach::Reach;

type Adjacency = Csr<(), (), Directed, u32>;

/// The lineage of a project, over the ids of its resources. Immutable once built; every question is answered in time
/// linear in what it looks at.
#[derive(Debug)]
pub struct Graph {
    /// From parent to children, sorted by id.
    children: Adjacency,
    /// From child to parents, sorted by id.
    parents: Adjacency,
    /// The next resource on a shortest way to an exposure; the exposure itself points at itself.
    toward_exposure: Vec<Option<ResourceId>>,
    /// The next resource on a shortest way back to a source or seed.
    toward_data: Vec<Option<ResourceId>>,
    kinds: Vec<ResourceType>,
    /// Made when first asked for.
    components: OnceLock<Components>,
}

impl Graph {
    /// Builds the graph of every enabled resource, packages included.
    pub fn new(project: &Project<'_>) -> Self {
        let kinds: Vec<ResourceType> = project.resources.par_iter().map(|resource| resource.kind).collect();
        let edges = |edge: fn(u32, u32) -> (u32, u32)| {
            let of =
                move |child: u32| project.parents(ResourceId(child)).iter().map(move |parent| edge(parent.0, child));
            adjacency((0..kinds.len() as u32).into_par_iter().flat_map_iter(of).collect(), kinds.len())
        };
        let (children, parents) =
            rayon::join(|| edges(|parent, child| (parent, child)), || edges(|parent, child| (child, parent)));
        let exposures = project.of_kind(ResourceType::Exposure);
        let data = project.of_kinds([ResourceType::Seed, ResourceType::Source]);
        let (toward_exposure, toward_data) =
            rayon::join(|| sweep::toward(&parents, exposures), || sweep::toward(&children, &data));
        Self { children, parents, toward_exposure, toward_data, kinds, components: OnceLock::new() }
    }

    /// Direct parents, by id.
    pub fn parents(&self, id: ResourceId) -> impl ExactSizeIterator<Item = ResourceId> + Clone + '_ {
        self.parents.neighbors_slice(id.0).iter().copied().map(ResourceId)
    }

    /// Direct children of every type, tests included, by id.
    pub fn children(&self, id: ResourceId) -> impl ExactSizeIterator<Item = ResourceId> + Clone + '_ {
        self.children.neighbors_slice(id.0).iter().copied().map(ResourceId)
    }

    /// Direct children that make use of it: everything but tests (see [`ResourceType::is_consumer`]).
    pub fn consumers(&self, id: ResourceId) -> impl Iterator<Item = ResourceId> + Clone + '_ {
        self.children(id).filter(|child| self.kinds[child.index()].is_consumer())
    }

    /// Direct children of one type.
    pub fn children_of_kind(&self, id: ResourceId, kind: ResourceType) -> impl Iterator<Item = ResourceId> + '_ {
        self.children(id).filter(move |child| self.kinds[child.index()] == kind)
    }

    /// Whether an exposure can be reached, directly or through models, metrics and the rest.
    pub fn feeds_exposure(&self, id: ResourceId) -> bool {
        self.toward_exposure[id.index()].is_some()
    }

    /// A shortest path from the resource to an exposure, both included; `None` where it feeds none.
    pub fn path_to_exposure(&self, id: ResourceId) -> Option<Vec<ResourceId>> {
        sweep::path(&self.toward_exposure, id)
    }

    /// Whether the resource is a source or seed or has one among its ancestors.
    pub fn rests_on_data(&self, id: ResourceId) -> bool {
        self.toward_data[id.index()].is_some()
    }

    /// A shortest path from a resource up to a source or seed, starting with the resource; `None` where there is none.
    pub fn path_to_data(&self, id: ResourceId) -> Option<Vec<ResourceId>> {
        sweep::path(&self.toward_data, id)
    }

    /// For every resource whether it can reach one of `targets` going downstream (a target reaches itself).
    pub fn reaching(&self, targets: &[ResourceId]) -> Vec<bool> {
        sweep::toward(&self.parents, targets).iter().map(Option::is_some).collect()
    }

    /// For every resource the next one on a shortest way downstream to one of `targets`; targets point at themselves.
    /// Follow it with [`Graph::follow`].
    pub fn toward(&self, targets: &[ResourceId]) -> Vec<Option<ResourceId>> {
        sweep::toward(&self.parents, targets)
    }

    /// As [`Graph::toward`], upstream.
    pub fn toward_upstream(&self, targets: &[ResourceId]) -> Vec<Option<ResourceId>> {
        sweep::toward(&self.children, targets)
    }

    /// The path that a table of [`Graph::toward`] describes, from `id` to the target, both included.
    pub fn follow(&self, toward: &[Option<ResourceId>], id: ResourceId) -> Option<Vec<ResourceId>> {
        sweep::path(toward, id)
    }

    /// All ancestors of a resource, nearest first, itself left out.
    pub fn ancestors(&self, id: ResourceId) -> Vec<ResourceId> {
        sweep::reachable(&self.parents, id)
    }

    /// All descendants of a resource, nearest first, itself left out.
    pub fn descendants(&self, id: ResourceId) -> Vec<ResourceId> {
        sweep::reachable(&self.children, id)
    }

    /// What it takes to count who is above and below whom, for all resources at once.
    pub fn reach(&self) -> Reach {
        Reach::new(&self.children, self.components())
    }

    /// A search upstream that can be run once for each of many resources.
    pub fn ancestry(&self) -> Ancestry<'_> {
        Ancestry::new(&self.parents)
    }

    /// Every dependency cycle: its members in id order; a resource that depends on itself is one alone.
    pub fn cycles(&self) -> Vec<Vec<ResourceId>> {
        let is_cycle = |members: &&[u32]| members.len() > 1 || self.children.contains_edge(members[0], members[0]);
        let cycles = self.components().iter().filter(is_cycle);
        let mut cycles: Vec<Vec<ResourceId>> =
            cycles.map(|members| members.iter().copied().map(ResourceId).collect()).collect();
        cycles.sort_unstable();
        cycles
    }

    /// Resources with every parent before its children. Members of a cycle follow each other in id order.
    pub fn topological(&self) -> impl Iterator<Item = ResourceId> + '_ {
        self.components().iter().rev().flatten().copied().map(ResourceId)
    }

    fn components(&self) -> &Components {
        self.components.get_or_init(|| Components::new(&self.children, &self.parents))
    }
}

/// A sorted adjacency over all `nodes`, those without edges included.
fn adjacency(mut edges: Vec<(u32, u32)>, nodes: usize) -> Adjacency {
    edges.par_sort_unstable();
    edges.dedup();
    let mut adjacency: Adjacency =
        Csr::from_sorted_edges(&edges).expect("the edges were sorted and freed of repetitions just above");
    for _ in adjacency.node_count()..nodes {
        adjacency.add_node(());
    }
    adjacency
}
