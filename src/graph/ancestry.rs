//! Who stands above a resource, and how far, asked for one resource after the other.

use std::collections::VecDeque;

use super::Adjacency;
use crate::project::ResourceId;

/// A search upstream that is run many times without clearing what it has visited before.
#[derive(Debug)]
pub struct Ancestry<'g> {
    parents: &'g Adjacency,
    /// Number of the search that was the last to visit a resource.
    visited: Vec<u32>,
    search: u32,
}

impl<'g> Ancestry<'g> {
    pub(super) fn new(parents: &'g Adjacency) -> Self {
        Self { parents, visited: vec![0; parents.node_count()], search: 0 }
    }

    /// All ancestors with the number of steps to each, nearest first, the resource itself left out.
    pub fn of(&mut self, start: ResourceId) -> Vec<(ResourceId, u32)> {
        self.search += 1;
        self.visited[start.index()] = self.search;
        let mut found = Vec::new();
        let mut queue = VecDeque::from([(start, 0)]);
        while let Some((reached, depth)) = queue.pop_front() {
            for &parent in self.parents.neighbors_slice(reached.0) {
                if std::mem::replace(&mut self.visited[parent as usize], self.search) != self.search {
                    found.push((ResourceId(parent), depth + 1));
                    queue.push_back((ResourceId(parent), depth + 1));
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::Graph;
    use crate::project::{Facts, Project, ResourceId, Text};
    use crate::rules::tester::{model, reading};

    #[test]
    fn searches_do_not_disturb_each_other() {
        let (a, b) = (model("staging", "a"), model("staging", "b"));
        let c = reading(model("marts", "c"), &[&a, &b]);
        let d = reading(model("marts", "d"), &[&c, &b]);
        let resources = vec![a, b, c, d];
        let project = Project::from(Facts { name: Text::from("shop"), resources, ..Facts::default() });
        let graph = Graph::new(&project);
        let mut ancestry = graph.ancestry();
        let named = |found: Vec<(ResourceId, u32)>| -> Vec<(String, u32)> {
            found.into_iter().map(|(id, depth)| (project.get(id).name.to_string(), depth)).collect()
        };
        let expected = |all: &[(&str, u32)]| -> Vec<(String, u32)> {
            all.iter().map(|(name, depth)| ((*name).to_owned(), *depth)).collect()
        };
        assert_eq!(named(ancestry.of(ResourceId(3))), expected(&[("b", 1), ("c", 1), ("a", 2)]));
        assert_eq!(named(ancestry.of(ResourceId(2))), expected(&[("a", 1), ("b", 1)]));
        assert_eq!(named(ancestry.of(ResourceId(0))), expected(&[]));
    }
}
