//! The lineage as a person can take it in: first folders with what flows between them, then what is in one of them.
//!
//! Resources are sorted into groups by where they lie, and every group is a view of its own that fits a screen: a group
//! with more than [`MOST`] things in it is divided by the alphabet. Beside what is in the group stand the groups that it
//! reads and feeds.

use std::collections::{BTreeMap, BTreeSet};

use super::layout::{ranks, rows};
use crate::audit::Lineage;
use crate::findings::Severity;

/// How many things a view has at most, not counting those outside.
const MOST: usize = 60;

/// How many groups the first view has, if there are more at all.
const FIRST: usize = 24;

/// How many things outside a view shows on each side.
const OUTSIDE: usize = 8;

/// Resources that lie together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its path: `models/marts/finance`.
    pub label: String,
    /// The group that it is shown in; the first group, which has all, is its own.
    pub parent: usize,
    /// Positions of its resources, of all groups within it.
    pub nodes: Vec<usize>,
    /// The gravest severity within.
    pub severity: Option<Severity>,
    pub view: View,
}

/// A thing in a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    Group(usize),
    Node(usize),
}

/// Things with their places, and what flows between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    pub items: Vec<Item>,
    pub columns: Vec<u32>,
    pub rows: Vec<u32>,
    /// From, to, and how many edges of the lineage that stands for.
    pub edges: Vec<(usize, usize, usize)>,
    /// How many of the items are inside; the rest is around them.
    pub inside: usize,
    /// Things outside that are not shown, because others are linked more.
    pub left_out: usize,
}

/// The lineage in groups.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    /// The first one has all.
    pub groups: Vec<Group>,
    /// The innermost group of each resource.
    pub group_of: Vec<usize>,
    /// The column of each resource, among all.
    pub ranks: Vec<u32>,
    /// Its row within the column.
    pub rows: Vec<u32>,
}

/// A folder, before it is numbered: either groups or resources are in it.
#[derive(Debug, Default)]
struct Folder {
    label: String,
    folders: Vec<Folder>,
    nodes: Vec<usize>,
}

/// Draws the lineage.
pub fn picture(lineage: &Lineage) -> Picture {
    let size = lineage.nodes.id.len();
    let ranks = ranks(size, &lineage.edges);
    let rows = rows(&ranks, &lineage.edges);
    let first = Folder { label: "The whole project".to_owned(), folders: frontier(sorted(lineage)), nodes: Vec::new() };
    let mut picture = Picture { groups: Vec::new(), group_of: vec![0; size], ranks, rows };
    picture.number(divided(first, lineage), 0, lineage);
    let views: Vec<View> = (0..picture.groups.len()).map(|at| picture.view(at, lineage)).collect();
    picture.groups.iter_mut().zip(views).for_each(|(group, view)| group.view = view);
    picture
}

/// Where a resource is looked for: what is read and who reads lies apart from models, and packages apart from all.
fn place(lineage: &Lineage, at: usize) -> Vec<&str> {
    let nodes = &lineage.nodes;
    if nodes.is_foreign[at] {
        return vec!["packages", nodes.id[at].split('.').nth(1).unwrap_or_default()];
    }
    match nodes.layer[at] {
        "source" => vec!["sources", nodes.name[at].split('.').next().unwrap_or_default()],
        "exposure" => vec!["exposures"],
        "metric" | "semantic model" | "saved query" => vec!["semantic layer"],
        _ => nodes.path[at].rsplit_once('/').map_or(vec!["project"], |(folder, _)| folder.split('/').collect()),
    }
}

/// All folders, each with either folders or resources in it.
fn sorted(lineage: &Lineage) -> Vec<Folder> {
    #[derive(Default)]
    struct Tree<'a> {
        below: BTreeMap<&'a str, Tree<'a>>,
        nodes: Vec<usize>,
    }
    fn folders(tree: Tree<'_>, path: &str) -> Folder {
        let label = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
        let mut below: Vec<Folder> = tree.below.into_iter().map(|(name, tree)| folders(tree, &label(name))).collect();
        if below.is_empty() {
            return Folder { label: path.to_owned(), folders: below, nodes: tree.nodes };
        }
        if !tree.nodes.is_empty() {
            below.insert(0, Folder { label: format!("{path}/*"), folders: Vec::new(), nodes: tree.nodes });
        }
        // A folder with nothing but a folder in it is no step of its own.
        if below.len() == 1 {
            below.remove(0)
        } else {
            Folder { label: path.to_owned(), folders: below, nodes: Vec::new() }
        }
    }
    let mut tree = Tree::default();
    for at in 0..lineage.nodes.id.len() {
        let leaf = place(lineage, at).into_iter().fold(&mut tree, |tree, name| tree.below.entry(name).or_default());
        leaf.nodes.push(at);
    }
    tree.below.into_iter().map(|(name, tree)| folders(tree, name)).collect()
}

impl Folder {
    fn size(&self) -> usize {
        self.nodes.len() + self.folders.iter().map(Self::size).sum::<usize>()
    }
}

/// Opens the largest folder until the first view has as many groups as one can take in.
fn frontier(mut folders: Vec<Folder>) -> Vec<Folder> {
    loop {
        let is_open =
            |folder: &&Folder| !folder.folders.is_empty() && folders.len() + folder.folders.len() - 1 <= FIRST;
        let largest = folders.iter().filter(is_open).map(Folder::size).max();
        let Some(at) = folders.iter().position(|folder| is_open(&folder) && Some(folder.size()) == largest) else {
            return folders;
        };
        let opened = std::mem::take(&mut folders[at].folders);
        folders.splice(at..=at, opened);
    }
}

/// With folders of more than [`MOST`] things divided by the alphabet.
fn divided(folder: Folder, lineage: &Lineage) -> Folder {
    let Folder { label, folders, mut nodes } = folder;
    let mut folders: Vec<Folder> = folders.into_iter().map(|folder| divided(folder, lineage)).collect();
    if nodes.len() > MOST {
        let name = |at: &usize| lineage.nodes.name[*at].as_str();
        nodes.sort_by(|a, b| name(a).cmp(name(b)).then(a.cmp(b)));
        let parts = nodes.chunks(nodes.len().div_ceil(nodes.len().div_ceil(MOST)));
        let part = |part: &[usize]| {
            let (first, last) = (part.first().map_or("", name), part.last().map_or("", name));
            Folder { label: format!("{label}: {first} … {last}"), folders: Vec::new(), nodes: part.to_vec() }
        };
        folders = parts.map(part).collect();
        nodes = Vec::new();
    }
    while folders.len() > MOST {
        let size = folders.len().div_ceil(folders.len().div_ceil(MOST)).max(2);
        let mut parts = Vec::new();
        let mut rest = folders.into_iter().peekable();
        while rest.peek().is_some() {
            let part: Vec<Folder> = rest.by_ref().take(size).collect();
            let (first, last) = (part.first(), part.last());
            let ends = (first.map_or("", |it| it.label.as_str()), last.map_or("", |it| it.label.as_str()));
            parts.push(Folder { label: format!("{} … {}", ends.0, ends.1), folders: part, nodes: Vec::new() });
        }
        folders = parts;
    }
    Folder { label, folders, nodes }
}

impl Picture {
    fn number(&mut self, folder: Folder, parent: usize, lineage: &Lineage) -> usize {
        let at = self.groups.len();
        let view = View::default();
        self.groups.push(Group { label: folder.label, parent, nodes: folder.nodes, severity: None, view });
        for &node in &self.groups[at].nodes {
            self.group_of[node] = at;
        }
        for below in folder.folders {
            let below = self.number(below, at, lineage);
            let nodes = self.groups[below].nodes.clone();
            self.groups[at].nodes.extend(nodes);
        }
        let group = &mut self.groups[at];
        group.nodes.sort_unstable();
        group.severity = group.nodes.iter().filter_map(|node| lineage.nodes.severity[*node]).max();
        at
    }

    /// The groups around a resource, the innermost first.
    fn around(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let up = |at: &usize| (*at != 0).then(|| self.groups[*at].parent);
        std::iter::successors(Some(self.group_of[node]), up)
    }

    /// What stands for a resource in the view of a group: itself or the group within, outside the group that the view and
    /// the resource do not share.
    fn stands_for(&self, node: usize, group: usize, ancestors: &[usize]) -> Item {
        let mut item = Item::Node(node);
        for around in self.around(node) {
            if around == group || ancestors.contains(&around) {
                return item;
            }
            item = Item::Group(around);
        }
        item
    }

    fn view(&self, group: usize, lineage: &Lineage) -> View {
        let up = |at: &usize| (*at != 0).then(|| self.groups[*at].parent);
        let ancestors: Vec<usize> = std::iter::successors(Some(group), up).skip(1).collect();
        let is_in = {
            let mut is_in = vec![false; self.group_of.len()];
            self.groups[group].nodes.iter().for_each(|node| is_in[*node] = true);
            is_in
        };
        let mut inside: Vec<Item> =
            self.groups[group].nodes.iter().map(|node| self.stands_for(*node, group, &ancestors)).collect();
        inside.sort_unstable();
        inside.dedup();
        let mut edges: BTreeMap<(Item, Item), usize> = BTreeMap::new();
        for &(parent, child) in lineage.edges.iter().filter(|(parent, child)| is_in[*parent] || is_in[*child]) {
            let ends = (self.stands_for(parent, group, &ancestors), self.stands_for(child, group, &ancestors));
            if ends.0 != ends.1 {
                *edges.entry(ends).or_default() += 1;
            }
        }
        self.laid_out(inside, &edges)
    }

    fn laid_out(&self, inside: Vec<Item>, edges: &BTreeMap<(Item, Item), usize>) -> View {
        let is_inside = |item: &Item| inside.binary_search(item).is_ok();
        let (mut before, mut after): (BTreeMap<Item, usize>, BTreeMap<Item, usize>) = Default::default();
        for ((from, to), weight) in edges {
            match (is_inside(from), is_inside(to)) {
                (false, true) => *before.entry(*from).or_default() += weight,
                (true, false) => *after.entry(*to).or_default() += weight,
                _ => {}
            }
        }
        // What is read and fed alike stands where more flows.
        let both: Vec<Item> = before.keys().filter(|item| after.contains_key(item)).copied().collect();
        for item in both {
            if before[&item] >= after[&item] {
                after.remove(&item)
            } else {
                before.remove(&item)
            };
        }
        let left_out = before.len().saturating_sub(OUTSIDE) + after.len().saturating_sub(OUTSIDE);
        let (before, after) = (heaviest(before), heaviest(after));
        let items: Vec<Item> = inside.iter().chain(&before).chain(&after).copied().collect();
        let at: BTreeMap<Item, usize> = items.iter().copied().zip(0..).collect();
        let edges: Vec<(usize, usize, usize)> =
            edges.iter().filter_map(|((from, to), weight)| Some((*at.get(from)?, *at.get(to)?, *weight))).collect();
        let mut columns = self.columns(&inside, &edges);
        let shift = u32::from(!before.is_empty());
        columns.iter_mut().for_each(|column| *column += shift);
        let last = columns.iter().max().map_or(0, |last| last + 1);
        columns.extend(before.iter().map(|_| 0).chain(after.iter().map(|_| last)));
        let plain: Vec<(usize, usize)> = edges.iter().map(|(from, to, _)| (*from, *to)).collect();
        let rows = rows(&columns, &plain);
        View { items, columns, rows, edges, inside: inside.len(), left_out }
    }

    /// Columns of what is inside. Groups may read each other; then what lies nearer to the sources on the whole stands to
    /// the left.
    fn columns(&self, inside: &[Item], edges: &[(usize, usize, usize)]) -> Vec<u32> {
        let depth = |item: &Item| match item {
            Item::Node(node) => f64::from(self.ranks[*node]),
            Item::Group(group) => {
                let nodes = &self.groups[*group].nodes;
                nodes.iter().map(|node| f64::from(self.ranks[*node])).sum::<f64>() / nodes.len().max(1) as f64
            }
        };
        let depths: Vec<f64> = inside.iter().map(depth).collect();
        let is_forward = |from: usize, to: usize| (depths[from], from) < (depths[to], to);
        let within = edges.iter().filter(|(from, to, _)| *from < inside.len() && *to < inside.len());
        let within: Vec<&(usize, usize, usize)> = within.filter(|(from, to, _)| is_forward(*from, *to)).collect();
        let mut read = vec![0; inside.len()];
        within.iter().for_each(|(_, to, weight)| read[*to] += weight);
        // A group is not moved for the little that it reads elsewhere: the picture would become a row of single groups.
        let is_much = |to: usize, weight: usize| weight * 10 >= read[to];
        let forward: Vec<(usize, usize)> =
            within.iter().filter(|(_, to, weight)| is_much(*to, *weight)).map(|(from, to, _)| (*from, *to)).collect();
        let columns = ranks(inside.len(), &forward);
        let used: BTreeSet<u32> = columns.iter().copied().collect();
        columns.iter().map(|column| used.range(..column).count() as u32).collect()
    }
}

/// Those that are linked most; of equals the first.
fn heaviest(outside: BTreeMap<Item, usize>) -> Vec<Item> {
    let mut outside: Vec<(Item, usize)> = outside.into_iter().collect();
    outside.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    outside.truncate(OUTSIDE);
    outside.into_iter().map(|(item, _)| item).collect()
}

#[cfg(test)]
mod tests {
    use super::{Item, MOST, Picture, picture};
    use crate::audit::{Lineage, Nodes};

    /// Models by path, with edges between them.
    fn lineage(paths: &[String], edges: &[(usize, usize)]) -> Lineage {
        let count = paths.len();
        let name = |path: &String| path.rsplit('/').next().unwrap_or_default().replace(".sql", "");
        let nodes = Nodes {
            id: paths.iter().map(|path| format!("model.shop.{}", name(path))).collect(),
            name: paths.iter().map(name).collect(),
            layer: vec!["other"; count],
            path: paths.to_vec(),
            severity: vec![None; count],
            is_foreign: vec![false; count],
            ..Nodes::default()
        };
        Lineage { nodes, edges: edges.to_vec() }
    }

    fn labels(picture: &Picture, group: usize) -> Vec<&str> {
        let label = |item: &Item| match item {
            Item::Group(at) => picture.groups[*at].label.as_str(),
            Item::Node(_) => "a model",
        };
        picture.groups[group].view.items.iter().map(label).collect()
    }

    #[test]
    fn folders_come_first_then_what_is_in_them() {
        let paths = ["models/a/x.sql", "models/a/y.sql", "models/b/c/z.sql"].map(str::to_owned);
        let picture = picture(&lineage(&paths, &[(0, 1), (1, 2), (0, 2)]));
        assert_eq!(labels(&picture, 0), ["models/a", "models/b/c"]);
        assert_eq!(picture.groups[0].view.edges, [(0, 1, 2)]);
        assert_eq!(picture.groups[0].view.columns, [0, 1]);
        assert_eq!(labels(&picture, 1), ["a model", "a model", "models/b/c"]);
        assert_eq!(picture.groups[1].view.columns, [0, 1, 2]);
        assert_eq!(picture.groups[1].view.inside, 2);
    }

    #[test]
    fn no_view_has_more_than_fits() {
        let paths: Vec<String> = (0..4000).map(|at| format!("models/f{}/m{at:05}.sql", at % 3)).collect();
        let edges: Vec<(usize, usize)> = (1..4000).map(|at| (at / 2, at)).collect();
        let picture = picture(&lineage(&paths, &edges));
        assert!(picture.groups.iter().all(|group| group.view.inside <= MOST && group.view.items.len() <= MOST + 16));
        let shown: usize =
            picture.groups.iter().map(|group| nodes_inside(&group.view.items[..group.view.inside])).sum();
        assert_eq!(shown, 4000);
    }

    fn nodes_inside(items: &[Item]) -> usize {
        items.iter().filter(|item| matches!(item, Item::Node(_))).count()
    }
}
