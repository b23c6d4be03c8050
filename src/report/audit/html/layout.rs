//! Layers and rows: where things of a directed graph stand, so that what reads stands to the right of what it reads and
//! few lines cross.

/// The column of each of `size` things: one more than the greatest of what it reads, and what reads nothing stands beside
/// its first reader. Where things read each other in a circle, the first of them counts as read by none of the others.
pub fn ranks(size: usize, edges: &[(usize, usize)]) -> Vec<u32> {
    let (children, mut waiting_for) = (children(size, edges), vec![0_usize; size]);
    edges.iter().filter(|(parent, child)| parent != child).for_each(|(_, child)| waiting_for[*child] += 1);
    let mut ranks = vec![0_u32; size];
    let mut done = vec![false; size];
    let mut ready: Vec<usize> = (0..size).filter(|at| waiting_for[*at] == 0).collect();
    let mut forced = 0;
    loop {
        while let Some(at) = ready.pop() {
            done[at] = true;
            for &child in children[at].iter().filter(|child| **child != at) {
                if done[child] {
                    continue;
                }
                ranks[child] = ranks[child].max(ranks[at] + 1);
                waiting_for[child] -= 1;
                if waiting_for[child] == 0 {
                    ready.push(child);
                }
            }
        }
        // Whatever is left waits for itself.
        match (forced..size).find(|at| !done[*at]) {
            Some(at) => {
                forced = at;
                ready.push(at);
            }
            None => break,
        }
    }
    beside_readers(&mut ranks, edges, &children);
    ranks
}

fn children(size: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut children = vec![Vec::new(); size];
    edges.iter().for_each(|(parent, child)| children[*parent].push(*child));
    children
}

fn beside_readers(ranks: &mut [u32], edges: &[(usize, usize)], children: &[Vec<usize>]) {
    let mut has_parent = vec![false; ranks.len()];
    edges.iter().for_each(|(_, child)| has_parent[*child] = true);
    for at in (0..ranks.len()).filter(|at| !has_parent[*at]) {
        if let Some(first) = children[at].iter().map(|child| ranks[*child]).min() {
            ranks[at] = first.saturating_sub(1);
        }
    }
}

/// How often the order of each column is looked over, there and back.
const SWEEPS: usize = 6;

/// The row of each thing within its column: near the middle of what it is linked with, as columns to the left and right
/// have it in turn. The first order is that of the things themselves.
pub fn rows(columns: &[u32], edges: &[(usize, usize)]) -> Vec<u32> {
    let size = columns.len();
    let (mut before, mut after) = (vec![Vec::new(); size], vec![Vec::new(); size]);
    for &(parent, child) in edges {
        let (left, right) = if columns[parent] <= columns[child] { (parent, child) } else { (child, parent) };
        if columns[left] < columns[right] {
            after[left].push(right);
            before[right].push(left);
        }
    }
    let width = columns.iter().max().map_or(0, |last| *last as usize + 1);
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); width];
    columns.iter().enumerate().for_each(|(at, column)| order[*column as usize].push(at));
    let mut places = vec![0.0; size];
    order.iter().for_each(|column| place(column, &mut places));
    for _ in 0..SWEEPS {
        order.iter_mut().for_each(|column| arrange(column, &before, &mut places));
        order.iter_mut().rev().for_each(|column| arrange(column, &after, &mut places));
    }
    // What is linked with nothing stands below the rest, out of the way.
    let is_alone = |at: &usize| before[*at].is_empty() && after[*at].is_empty();
    order.iter_mut().for_each(|column| column.sort_by_key(is_alone));
    let mut rows = vec![0; size];
    for column in &order {
        column.iter().zip(0..).for_each(|(at, row)| rows[*at] = row);
    }
    rows
}

/// Orders a column by the mean place of each thing's neighbours. What has none stays about where it is.
fn arrange(column: &mut [usize], neighbours: &[Vec<usize>], places: &mut [f64]) {
    let mean = |at: &usize| match &neighbours[*at][..] {
        [] => places[*at],
        linked => linked.iter().map(|at| places[*at]).sum::<f64>() / linked.len() as f64,
    };
    let mut keyed: Vec<(f64, usize)> = column.iter().map(|at| (mean(at), *at)).collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    column.iter_mut().zip(keyed).for_each(|(place, (_, at))| *place = at);
    place(column, places);
}

/// Columns stand centred, so a place is counted from the middle.
fn place(column: &[usize], places: &mut [f64]) {
    let middle = column.len() as f64 / 2.0;
    column.iter().enumerate().for_each(|(row, at)| places[*at] = row as f64 + 0.5 - middle);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ranks, rows};

    #[test]
    fn what_reads_stands_to_the_right() {
        // 0 → 1 → 2 → 3, 0 → 3, 4 → 3: what reads nothing stands beside its reader.
        assert_eq!(ranks(5, &[(0, 1), (1, 2), (2, 3), (0, 3), (4, 3)]), [0, 1, 2, 3, 2]);
    }

    #[test]
    fn circles_have_columns_too() {
        assert_eq!(ranks(4, &[(0, 1), (1, 0), (1, 2), (3, 3)]), [0, 1, 2, 0]);
    }

    #[test]
    fn lines_are_untangled() {
        // 0 and 1 are read by 3 and 2: rows of the second column are turned.
        assert_eq!(rows(&[0, 0, 1, 1], &[(0, 3), (1, 2)]), [0, 1, 1, 0]);
        // 0 is linked with nothing.
        assert_eq!(rows(&[0, 0, 1], &[(1, 2)]), [1, 0, 0]);
    }

    proptest! {
        #[test]
        fn every_edge_goes_right_and_no_two_share_a_place(
            edges in proptest::collection::vec((0_usize..30, 0_usize..30), 0..80)
        ) {
            let edges: Vec<(usize, usize)> = edges.into_iter().filter(|(a, b)| a < b).collect();
            let columns = ranks(30, &edges);
            prop_assert!(edges.iter().all(|(parent, child)| columns[*parent] < columns[*child]));
            let rows = rows(&columns, &edges);
            let places: std::collections::BTreeSet<(u32, u32)> = columns.into_iter().zip(rows).collect();
            prop_assert_eq!(places.len(), 30);
        }
    }
}
