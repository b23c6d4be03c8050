//! Puts together what YAML says of a node with the node: dbt's patching, versions included.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::datum::Datum;
use super::doubles::Double;
use super::lookup::Lookup;
use super::node::{Kind, Node};
use super::properties::{Entry, Patch, version_name};
use super::world::World;

/// Nodes by what YAML calls them.
#[derive(Debug, Default)]
pub struct Names {
    /// Unique ids of models, seeds and snapshots that are enabled or may be.
    pub refable: Lookup,
    /// Places of all nodes by kind, package and name.
    all: HashMap<(Kind, usize, String), Vec<usize>>,
}

impl Names {
    pub fn new(nodes: &[Node], world: &World) -> Self {
        let mut names = Self::default();
        for (index, node) in nodes.iter().enumerate() {
            names.all.entry((node.kind, node.project, node.name.clone())).or_default().push(index);
            if node.kind.is_refable() && node.may_be_enabled() {
                names.refable.add(&node.name, world.package(node.project), &node.unique_id);
            }
        }
        names
    }

    /// The nodes that an entry of a package describes: its own if that is enabled or may be, then any package's that is,
    /// then its own that are disabled, and those of others.
    fn described(&self, kind: Kind, project: usize, name: &str, nodes: &[Node]) -> Vec<usize> {
        let own = self.all.get(&(kind, project, name.to_owned())).cloned().unwrap_or_default();
        let is_enabled = |places: &[usize]| places.iter().any(|&index| nodes[index].may_be_enabled());
        let found = if is_enabled(&own) {
            own
        } else {
            let others = self.of_others(kind, project, name);
            let enabled = others.iter().find(|places| is_enabled(places)).cloned();
            enabled.unwrap_or_else(|| if own.is_empty() { others.into_iter().next().unwrap_or_default() } else { own })
        };
        let enabled: Vec<usize> = found.iter().copied().filter(|&index| nodes[index].may_be_enabled()).collect();
        if enabled.is_empty() { found } else { enabled }
    }

    /// What other packages have of that kind and name, in their order.
    fn of_others(&self, kind: Kind, project: usize, name: &str) -> Vec<Vec<usize>> {
        let fits = |(other, of, called): &(Kind, usize, String)| *other == kind && *of != project && called == name;
        let mut others: Vec<_> = self.all.iter().filter(|(key, _)| fits(key)).collect();
        others.sort_by_key(|((_, of, _), _)| *of);
        others.into_iter().map(|(_, places)| places.clone()).collect()
    }
}

/// An entry that describes nothing that exists.
#[derive(Debug, Clone)]
pub struct Orphan {
    pub entry: Entry,
    /// The version that has no file, for a version of a model.
    pub version: Option<String>,
}

/// What patching leaves behind.
#[derive(Debug, Default)]
pub struct Patched {
    pub orphans: Vec<Orphan>,
    /// By unique id.
    pub doubles: BTreeMap<String, Double>,
}

/// Applies every entry of `models:`, `seeds:`, `snapshots:`, `analyses:`, `data_tests:` and `functions:`.
pub fn patch(nodes: &mut [Node], entries: &[Entry], world: &World) -> Patched {
    let names = Names::new(nodes, world);
    let mut patched = Patched::default();
    let described = entries.par_iter().filter_map(|entry| Some((kind(entry.section)?, entry)));
    let has_versions = |kind: Kind, entry: &Entry| kind == Kind::Model && !entry.versions().is_empty();
    // On all threads: a patch is a copy of much that an entry says.
    let made = described.map(|(kind, entry)| (kind, entry, (!has_versions(kind, entry)).then(|| entry.patch())));
    for (kind, entry, patch) in made.collect::<Vec<_>>() {
        let Some(patch) = patch else {
            patch_versions(nodes, entry, &names, world, &mut patched);
            continue;
        };
        match names.described(kind, entry.place.project, &entry.name, nodes).as_slice() {
            [] => patched.orphans.push(Orphan { entry: entry.clone(), version: None }),
            [one] => apply(&mut nodes[*one], entry.section, patch, world, &mut patched),
            // Several only where some are disabled, or may be.
            several => several
                .iter()
                .for_each(|&index| apply(&mut nodes[index], entry.section, patch.clone(), world, &mut patched)),
        }
    }
    patched
}

/// The nodes that a section describes.
fn kind(section: &str) -> Option<Kind> {
    Some(match section {
        "models" => Kind::Model,
        "seeds" => Kind::Seed,
        "snapshots" => Kind::Snapshot,
        "analyses" => Kind::Analysis,
        "data_tests" => Kind::Test,
        "functions" => Kind::Function,
        _ => return None,
    })
}

fn apply(node: &mut Node, section: &'static str, patch: Patch, world: &World, patched: &mut Patched) {
    if let (Some(first), Some(place)) = (&node.patch.place, &patch.place) {
        // One that is disabled may be described again.
        if node.is_enabled() {
            let new = || Double { section, name: node.name.clone(), places: vec![first.clone()] };
            patched.doubles.entry(node.unique_id.clone()).or_insert_with(new).places.push(place.clone());
        }
        return;
    }
    node.patch = patch;
    node.configure(&world.projects);
}

/// Each version is a node of its own, found by its file: `defined_in`, `name_v1`, or plain `name` for the latest.
fn patch_versions(nodes: &mut [Node], entry: &Entry, names: &Names, world: &World, patched: &mut Patched) {
    let latest = entry.latest_version();
    for version in entry.versions() {
        let Some(label) = version_name(version) else { continue };
        let file = version.get("defined_in").and_then(Datum::as_text).map(str::to_owned);
        let file = file.unwrap_or_else(|| format!("{}_v{label}", entry.name));
        let find = |name: &str| {
            let all = names.described(Kind::Model, entry.place.project, name, nodes);
            all.into_iter().find(|&index| nodes[index].project == entry.place.project)
        };
        let is_latest = latest.as_deref() == Some(label.as_str());
        let Some(index) = find(&file).or_else(|| find(&entry.name).filter(|_| is_latest)) else {
            patched.orphans.push(Orphan { entry: entry.clone(), version: Some(label) });
            continue;
        };
        let node = &mut nodes[index];
        // A second entry is refused, and must change nothing.
        if node.patch.place.is_none() {
            node.unique_id = format!("model.{}.{}.v{label}", world.package(node.project), entry.name);
            node.name.clone_from(&entry.name);
            if let Some(last) = node.fqn.last_mut() {
                last.clone_from(&entry.name);
            }
            node.fqn.push(format!("v{label}"));
        }
        apply(node, entry.section, entry.version_patch(version), world, patched);
    }
}
