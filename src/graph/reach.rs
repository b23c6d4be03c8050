//! How many resources stand above and below each, exactly, for all of them at once.
//!
//! A sweep carries a set of targets along the graph, one bit a target. For all targets together these sets would be as
//! large as the square of the project, so they are carried in blocks of columns, each small enough for the cache.

use rayon::prelude::*;

use super::Adjacency;
use super::components::Components;
use crate::project::ResourceId;

/// Words of a row, 64 targets each: a row is one line of the processor's cache.
const WORDS: usize = 8;
type Row = [u64; WORDS];

/// The graph with every dependency cycle as one place, so that there is an order in which each comes after all that it
/// can reach.
#[derive(Debug)]
pub struct Reach {
    /// The place of each resource. A place has a smaller number than those upstream of it.
    place: Vec<u32>,
    /// Places right below each.
    below: Vec<Vec<u32>>,
    /// Places right above each.
    above: Vec<Vec<u32>>,
}

/// Which way to go.
#[derive(Debug, Clone, Copy)]
enum Way {
    Down,
    Up,
}

impl Reach {
    pub(super) fn new(children: &Adjacency, components: &Components) -> Self {
        let mut place = vec![0; children.node_count()];
        for (number, members) in components.iter().enumerate() {
            members.iter().for_each(|&member| place[member as usize] = number as u32);
        }
        let mut below = vec![Vec::new(); components.len()];
        let mut above = vec![Vec::new(); components.len()];
        for (parent, &upper) in place.iter().enumerate() {
            for &child in children.neighbors_slice(parent as u32) {
                let lower = place[child as usize];
                if upper != lower {
                    below[upper as usize].push(lower);
                    above[lower as usize].push(upper);
                }
            }
        }
        for places in below.iter_mut().chain(&mut above) {
            places.sort_unstable();
            places.dedup();
        }
        Self { place, below, above }
    }

    /// For every resource how many of `targets` it reaches going downstream, itself included if it is one.
    pub fn downstream(&self, targets: &[ResourceId]) -> Vec<u32> {
        let counts = self.count(Way::Down, targets, &self.singles());
        self.place.iter().map(|&place| counts[place as usize]).collect()
    }

    /// For every resource how many of `targets` it reaches going upstream, itself included if it is one.
    pub fn upstream(&self, targets: &[ResourceId]) -> Vec<u32> {
        let counts = self.count(Way::Up, targets, &self.singles());
        self.place.iter().map(|&place| counts[place as usize]).collect()
    }

    /// For every set of resources how many of `targets` its members reach together going downstream.
    pub fn downstream_of_sets(&self, targets: &[ResourceId], sets: &[Vec<ResourceId>]) -> Vec<u32> {
        let places = |set: &Vec<ResourceId>| set.iter().map(|id| self.place[id.index()]).collect();
        let sets: Vec<Vec<u32>> = sets.iter().map(places).collect();
        self.count(Way::Down, targets, &sets)
    }

    /// Every place as a set of its own.
    fn singles(&self) -> Vec<Vec<u32>> {
        (0..self.below.len() as u32).map(|place| vec![place]).collect()
    }

    fn count(&self, way: Way, targets: &[ResourceId], sets: &[Vec<u32>]) -> Vec<u32> {
        let blocks = targets.par_chunks(WORDS * 64).map(|block| self.count_block(way, block, sets));
        let add = |mut sum: Vec<u32>, counts: Vec<u32>| {
            sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            sum
        };
        blocks.reduce(|| vec![0; sets.len()], add)
    }

    fn count_block(&self, way: Way, targets: &[ResourceId], sets: &[Vec<u32>]) -> Vec<u32> {
        let mut rows = vec![Row::default(); self.below.len()];
        for (bit, target) in targets.iter().enumerate() {
            rows[self.place[target.index()] as usize][bit / 64] |= 1 << (bit % 64);
        }
        match way {
            Way::Down => (0..rows.len()).for_each(|place| gather(&mut rows, place, &self.below[place])),
            Way::Up => (0..rows.len()).rev().for_each(|place| gather(&mut rows, place, &self.above[place])),
        }
        let count = |set: &Vec<u32>| {
            let mut row = Row::default();
            set.iter().for_each(|&place| add(&mut row, &rows[place as usize]));
            row.iter().map(|word| word.count_ones()).sum()
        };
        sets.iter().map(count).collect()
    }
}

/// Adds to a place what the places next to it reach, which is complete by then.
fn gather(rows: &mut [Row], place: usize, next: &[u32]) {
    let mut row = rows[place];
    next.iter().for_each(|&other| add(&mut row, &rows[other as usize]));
    rows[place] = row;
}

fn add(row: &mut Row, other: &Row) {
    row.iter_mut().zip(other).for_each(|(word, other)| *word |= other);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::graph::Graph;
    use crate::project::{Facts, Project, Resource, ResourceId, ResourceType, Text};
    use crate::rules::tester::{model, reading};

    fn project(resources: Vec<Resource<'static>>) -> Project<'static> {
        Project::from(Facts { name: Text::from("shop"), resources, ..Facts::default() })
    }

    /// Models `m0`, `m1`, … with these edges from parent to child.
    fn models(count: usize, edges: &[(usize, usize)]) -> Vec<Resource<'static>> {
        let bare: Vec<_> = (0..count).map(|number| model("marts", &format!("m{number:04}"))).collect();
        let child = |number: usize| {
            let parents: Vec<_> =
                edges.iter().filter(|(_, child)| *child == number).map(|(parent, _)| &bare[*parent]).collect();
            reading(bare[number].clone(), &parents)
        };
        (0..count).map(child).collect()
    }

    fn ids(project: &Project<'_>) -> Vec<ResourceId> {
        project.own(ResourceType::Model).map(|(id, _)| id).collect()
    }

    #[test]
    fn counts_each_target_once() {
        // A diamond with a tail: 0 → 1, 2 → 3 → 4.
        let project = project(models(5, &[(0, 1), (0, 2), (1, 3), (2, 3), (3, 4)]));
        let reach = Graph::new(&project).reach();
        assert_eq!(reach.downstream(&ids(&project)), [5, 3, 3, 2, 1]);
        assert_eq!(reach.upstream(&ids(&project)), [1, 2, 2, 4, 5]);
        assert_eq!(reach.downstream(&ids(&project)[3..4]), [1, 1, 1, 1, 0]);
        let sets = [vec![ResourceId(1), ResourceId(2)], vec![], vec![ResourceId(4)]];
        assert_eq!(reach.downstream_of_sets(&ids(&project), &sets), [4, 0, 1]);
    }

    #[test]
    fn members_of_a_cycle_reach_each_other() {
        let project = project(models(5, &[(0, 1), (1, 2), (2, 1), (2, 3), (4, 4)]));
        let reach = Graph::new(&project).reach();
        assert_eq!(reach.downstream(&ids(&project)), [4, 3, 3, 1, 1]);
        assert_eq!(reach.upstream(&ids(&project)), [1, 3, 3, 4, 1]);
    }

    #[test]
    fn a_long_chain_fills_many_blocks() {
        const LENGTH: usize = 1500;
        let edges: Vec<_> = (1..LENGTH).map(|number| (number - 1, number)).collect();
        let chain: Vec<_> = {
            let bare: Vec<_> = (0..LENGTH).map(|number| model("marts", &format!("m{number:04}"))).collect();
            let after = |(parent, child): &(usize, usize)| reading(bare[*child].clone(), &[&bare[*parent]]);
            std::iter::once(bare[0].clone()).chain(edges.iter().map(after)).collect()
        };
        let project = project(chain);
        let expected: Vec<u32> = (1..=LENGTH as u32).rev().collect();
        assert_eq!(Graph::new(&project).reach().downstream(&ids(&project)), expected);
    }

    proptest! {
        #[test]
        fn agrees_with_a_search_from_each(edges in prop::collection::vec((0..12_usize, 0..12_usize), 0..40)) {
            let project = project(models(12, &edges));
            let graph = Graph::new(&project);
            let all = ids(&project);
            let down: Vec<u32> = all.iter().map(|&id| graph.descendants(id).len() as u32 + 1).collect();
            let up: Vec<u32> = all.iter().map(|&id| graph.ancestors(id).len() as u32 + 1).collect();
            prop_assert_eq!(graph.reach().downstream(&all), down);
            prop_assert_eq!(graph.reach().upstream(&all), up);
        }
    }
}
