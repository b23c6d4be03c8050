//! Who feeds whom. Nothing outside this room knows petgraph.

mod ancestry;
mod reach;
mod sweep;

use petgraph::Directed;
use petgraph::csr::Csr;

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
}

impl Graph {
    /// Builds the graph of every enabled resource, packages included.
    pub fn new(project: &Project<'_>) -> Self {
        let kinds: Vec<ResourceType> = project.resources.iter().map(|resource| resource.kind).collect();
        let mut down = Vec::new();
        let mut up = Vec::new();
        for (child, _) in project.iter() {
            for parent in project.parents(child) {
                down.push((parent.0, child.0));
                up.push((child.0, parent.0));
            }
        }
        let children = adjacency(down, kinds.len());
        let parents = adjacency(up, kinds.len());
        let of_kind = |wanted: &[ResourceType]| {
            let wanted = wanted.to_vec();
            let ids = project.iter().filter(move |(_, resource)| wanted.contains(&resource.kind));
            ids.map(|(id, _)| id).collect::<Vec<_>>()
        };
        let toward_exposure = sweep::toward(&parents, &of_kind(&[ResourceType::Exposure]));
        let toward_data = sweep::toward(&children, &of_kind(&[ResourceType::Source, ResourceType::Seed]));
        Self { children, parents, toward_exposure, toward_data, kinds }
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
        Reach::new(&self.children)
    }

    /// A search upstream that can be run once for each of many resources.
    pub fn ancestry(&self) -> Ancestry<'_> {
        Ancestry::new(&self.parents)
    }

    /// Every dependency cycle: its members in id order; a resource that depends on itself is one alone.
    pub fn cycles(&self) -> Vec<Vec<ResourceId>> {
        let is_cycle = |members: &Vec<u32>| members.len() > 1 || self.children.contains_edge(members[0], members[0]);
        let mut cycles: Vec<Vec<ResourceId>> = petgraph::algo::tarjan_scc(&self.children)
            .into_iter()
            .filter(is_cycle)
            .map(|mut members| {
                members.sort_unstable();
                members.into_iter().map(ResourceId).collect()
            })
            .collect();
        cycles.sort_unstable();
        cycles
    }

    /// Resources with every parent before its children. Members of a cycle follow each other in id order.
    pub fn topological(&self) -> Vec<ResourceId> {
        let mut order: Vec<ResourceId> = Vec::with_capacity(self.kinds.len());
        // Tarjan yields components in reverse topological order.
        for mut members in petgraph::algo::tarjan_scc(&self.children) {
            members.sort_unstable_by(|a, b| b.cmp(a));
            order.extend(members.into_iter().map(ResourceId));
        }
        order.reverse();
        order
    }
}

/// A sorted adjacency over all `nodes`, those without edges included.
fn adjacency(mut edges: Vec<(u32, u32)>, nodes: usize) -> Adjacency {
    edges.sort_unstable();
    edges.dedup();
    let mut adjacency: Adjacency =
        Csr::from_sorted_edges(&edges).expect("the edges were sorted and freed of repetitions just above");
    for _ in adjacency.node_count()..nodes {
        adjacency.add_node(());
    }
    adjacency
}
