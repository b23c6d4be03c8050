//! Which resources can reach each other, and an order for all the rest.

use petgraph::visit::{Dfs, DfsPostOrder};

use super::Adjacency;

/// Strongly connected components: dependency cycles, and every other resource by itself. Each comes after all those that
/// it can reach going downstream.
#[derive(Debug)]
pub(super) struct Components {
    /// One component after the other, each in order of id.
    members: Vec<u32>,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Components {
    /// By Kosaraju's way: petgraph's own functions recurse, and end the process at the depth of a very long lineage, or need
    /// edges in both directions in one graph.
    pub(super) fn new(children: &Adjacency, parents: &Adjacency) -> Self {
        let nodes = 0..children.node_count() as u32;
        let mut finished = Vec::with_capacity(nodes.len());
        let mut upstream = DfsPostOrder::empty(parents);
        for node in nodes {
            // Yields nothing where it has been before.
            upstream.move_to(node);
            while let Some(next) = upstream.next(parents) {
                finished.push(next);
            }
        }
        let (mut members, mut ends) = (Vec::with_capacity(finished.len()), Vec::with_capacity(finished.len()));
        let mut downstream = Dfs::empty(children);
        for &node in finished.iter().rev() {
            downstream.move_to(node);
            let start = members.len();
            while let Some(next) = downstream.next(children) {
                members.push(next);
            }
            if members.len() > start {
                members[start..].sort_unstable();
                ends.push(members.len() as u32);
            }
        }
        Self { members, ends }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &[u32]> {
        let start = |number: usize| if number == 0 { 0 } else { self.ends[number - 1] as usize };
        self.ends.iter().enumerate().map(move |(number, end)| &self.members[start(number)..*end as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::Components;
    use crate::graph::adjacency;

    /// Components of a graph with these edges from parent to child.
    fn components(nodes: usize, edges: &[(u32, u32)]) -> Vec<Vec<u32>> {
        let up = edges.iter().map(|&(parent, child)| (child, parent)).collect();
        let components = Components::new(&adjacency(edges.to_vec(), nodes), &adjacency(up, nodes));
        assert_eq!(components.iter().count(), components.len());
        components.iter().map(<[u32]>::to_vec).collect()
    }

    #[test]
    fn each_comes_after_all_that_it_can_reach() {
        // 0 → 1 ⇄ 2 → 3, and 4 by itself with an edge to itself.
        let found = components(5, &[(0, 1), (1, 2), (2, 1), (2, 3), (4, 4)]);
        let at = |wanted: &[u32]| found.iter().position(|members| members == wanted);
        assert_eq!(found.len(), 4);
        assert!(at(&[3]) < at(&[1, 2]) && at(&[1, 2]) < at(&[0]), "{found:?}");
        assert!(at(&[3]).is_some() && at(&[4]).is_some(), "{found:?}");
        assert!(components(0, &[]).is_empty());
    }

    #[test]
    fn the_longest_lineage_is_no_deeper_than_memory_allows() {
        const LENGTH: u32 = 300_000;
        let chain: Vec<(u32, u32)> = (1..LENGTH).map(|number| (number - 1, number)).collect();
        let found = components(LENGTH as usize, &chain);
        let wanted: Vec<Vec<u32>> = (0..LENGTH).rev().map(|number| vec![number]).collect();
        assert!(found == wanted, "a chain ends with its end");
        let circle = [&chain[..], &[(LENGTH - 1, 0)]].concat();
        assert_eq!(components(LENGTH as usize, &circle).len(), 1);
    }
}
