//! Breadth-first sweeps: one pass over nodes and edges, whatever the number of starting points.

use std::collections::{HashSet, VecDeque};

use super::Adjacency;
use crate::project::ResourceId;

/// From all `targets` at once against the direction of travel: for every node the next one on a shortest way to a
/// target, `None` where there is no way. Targets point at themselves. Ties go to the smaller id, so that the answer
/// does not depend on the order of the input.
pub(super) fn toward(backwards: &Adjacency, targets: &[ResourceId]) -> Vec<Option<ResourceId>> {
    let mut next = vec![None; backwards.node_count()];
    let mut queue = VecDeque::new();
    for &target in targets {
        next[target.index()] = Some(target);
        queue.push_back(target);
    }
    while let Some(reached) = queue.pop_front() {
        for &neighbour in backwards.neighbors_slice(reached.0) {
            let slot = &mut next[neighbour as usize];
            if slot.is_none() {
                *slot = Some(reached);
                queue.push_back(ResourceId(neighbour));
            }
        }
    }
    next
}

/// Follows a table of [`toward`] from `id` to its target.
pub(super) fn path(next: &[Option<ResourceId>], id: ResourceId) -> Option<Vec<ResourceId>> {
    let mut path = vec![id];
    let mut at = id;
    loop {
        let step = next[at.index()]?;
        if step == at {
            return Some(path);
        }
        path.push(step);
        at = step;
    }
}

/// Everything reachable from `start`, nearest first, without `start` itself.
pub(super) fn reachable(adjacency: &Adjacency, start: ResourceId) -> Vec<ResourceId> {
    let mut seen = HashSet::from([start.0]);
    let mut found = Vec::new();
    let mut queue = VecDeque::from([start.0]);
    while let Some(at) = queue.pop_front() {
        for &neighbour in adjacency.neighbors_slice(at) {
            if seen.insert(neighbour) {
                found.push(ResourceId(neighbour));
                queue.push_back(neighbour);
            }
        }
    }
    found
}
