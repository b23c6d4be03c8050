//! Which resources, and which places in files, a change is about.

use std::collections::{HashMap, HashSet};

use super::entries::{Key, Unit, units};
use super::lines::new_lines;
use super::lost::Lost;
use super::tested::Tested;
use super::{Changes, Former, is_yaml};
use crate::files::ProjectFile;
use crate::findings::{Atom, Finding, Located, Location};
use crate::locate::Locator;
use crate::project::{Detail, Layers, Project, Resource, ResourceId, ResourceType};
use crate::text::SourceFile;

/// What a change is about.
#[derive(Debug, Default)]
pub struct Touched {
    /// By the path that findings show.
    files: HashMap<String, Extent>,
    /// Unique ids.
    resources: HashSet<String>,
    /// Unique ids of sources (groups of tables): `source.shop.erp`.
    sources: HashSet<String>,
    /// The resources, as shares count them.
    ids: HashSet<ResourceId>,
    lost: Lost,
    layers: Layers,
}

/// How much of a file.
#[derive(Debug)]
enum Extent {
    Whole,
    /// For each line whether it is new, and the entries, each with whether it is new or reads otherwise than before.
    Parts {
        lines: Vec<bool>,
        units: Vec<(Unit, bool)>,
    },
}

impl Touched {
    /// Holds what has changed against the project as it is now.
    pub fn new(changes: &Changes, project: &Project<'_>, layers: &Layers, locator: &Locator) -> Self {
        let mut before = former_entries(changes);
        let mut changed: HashSet<Key> = HashSet::new();
        let mut files = HashMap::new();
        for (path, former) in &changes.files {
            let extent = extent(path, former, locator, &before);
            if let Extent::Parts { units, .. } = &extent {
                changed.extend(units.iter().filter(|(_, is_new)| *is_new).flat_map(|(unit, _)| unit.keys()));
            }
            files.insert(path, extent);
        }
        for (path, extent) in &files {
            if let Extent::Parts { units, .. } = extent {
                let same = units.iter().filter(|(_, is_new)| !is_new);
                same.for_each(|(unit, _)| drop(before.remove(&identity(path, unit))));
            }
        }
        // What is left has changed, or is gone.
        changed.extend(before.values().flat_map(Unit::keys));
        let files = files.into_iter().map(|(path, extent)| (locator.shown_path(path), extent)).collect();
        let lost = Lost::new(&changes.lost, &changed);
        let mut touched = Self { files, lost, layers: layers.clone(), ..Self::default() };
        touched.find_resources(&changed, &Tested::new(changes), project, locator);
        touched
    }

    fn find_resources(&mut self, entries: &HashSet<Key>, tested: &Tested, project: &Project<'_>, locator: &Locator) {
        let is_whole = |path: &str| matches!(self.files.get(path), Some(Extent::Whole));
        let has_changed = |resource: &Resource<'_>| {
            let paths = [Some(&resource.path), resource.properties_path.as_ref()];
            let mut shown = paths.into_iter().flatten().map(|path| locator.shown_path_of(project, resource, path));
            shown.any(|path| is_whole(&path))
                || project.is_own(resource) && entry_keys(resource).any(|key| entries.contains(&key))
        };
        let mut ids: Vec<ResourceId> =
            project.iter().filter(|(_, resource)| has_changed(resource)).map(|(id, _)| id).collect();
        ids.extend(tested.of(&ids, project));
        // A generic test is a part of the entry of what it tests.
        ids.extend(ids.clone().into_iter().flat_map(|id| project.tests(id).iter().copied()));
        self.ids = ids.iter().copied().collect();
        self.resources = ids.iter().map(|id| project.get(*id).unique_id.to_string()).collect();
        let of_sources = entries.iter().filter(|(section, _)| *section == "sources");
        self.sources = of_sources.map(|(_, name)| format!("source.{}.{name}", project.name)).collect();
        for id in ids {
            let resource = project.get(id);
            if let Detail::Source(source) = &resource.detail
                && is_whole(&locator.shown_path_of(project, resource, &resource.path))
            {
                self.sources.insert(format!("source.{}.{}", resource.package, source.source_name));
            }
        }
    }

    /// Whether a finding is about all of several changes, or `is_new`: a subject of it has changed, or what stands at its
    /// place, or it says that something is missing which the change has taken away. A group of which only a part is about
    /// the change stands for that from now on.
    pub fn concerned(all: &[&Self], located: &mut Located, is_new: impl Fn(Atom<'_>) -> bool) -> bool {
        let in_part: Vec<&&Self> = all.iter().filter(|touched| !touched.concerns(located)).collect();
        if in_part.is_empty() {
            return true;
        }
        let is_kept = |atom: Atom<'_>| in_part.iter().all(|touched| touched.has(atom.subject)) || is_new(atom);
        let is_any = located.finding.atoms().any(is_kept);
        if is_any {
            located.finding.keep_members("in the scope of this run", is_kept);
        }
        is_any
    }

    /// Whether a finding as a whole is about the change.
    fn concerns(&self, located: &Located) -> bool {
        let finding = &located.finding;
        let is_lost = || self.lost.explains(finding) || self.counts_in(finding);
        // What is left of a group stands at one of its members.
        let is_whole = !finding.is_part_of_group();
        is_whole && self.reaches(&located.location) || self.has(&finding.subject) || is_lost()
    }

    /// Whether something that has changed counts in a share, or counted in it.
    fn counts_in(&self, finding: &Finding) -> bool {
        finding.population.as_ref().is_some_and(|population| {
            population.resources.iter().any(|id| self.ids.contains(id))
                || self.lost.counted_in(population, &self.layers)
        })
    }

    /// Whether the resource or source has changed.
    fn has(&self, subject: &str) -> bool {
        self.resources.contains(subject) || self.sources.contains(subject)
    }

    /// Whether what stands there has changed.
    fn reaches(&self, location: &Location) -> bool {
        match self.files.get(&location.path) {
            None => false,
            Some(Extent::Whole) => true,
            Some(Extent::Parts { lines, units }) => {
                let Some(region) = &location.region else { return true };
                let (first, last) = (region.start.line as usize - 1, region.end.line as usize - 1);
                let around = units.iter().filter(|(unit, _)| unit.lines.start <= first && last < unit.lines.end);
                match around.min_by_key(|(unit, _)| unit.lines.len()) {
                    Some((_, is_new)) => *is_new,
                    None => (first..=last).any(|line| lines.get(line).copied().unwrap_or_default()),
                }
            }
        }
    }

    /// How many resources are in all of the changes, tests aside, which are parts of others.
    pub fn resources_of(all: &[&Self], project: &Project<'_>) -> usize {
        let Some((first, others)) = all.split_first() else { return 0 };
        let is_test = |id: ResourceId| matches!(project.get(id).kind, ResourceType::Test | ResourceType::UnitTest);
        let is_in_all = |id: ResourceId| others.iter().all(|touched| touched.ids.contains(&id));
        first.ids.iter().filter(|id| !is_test(**id) && is_in_all(**id)).count()
    }
}

/// Folder and name: an entry that moves to another file of its folder is the same, one that moves to another folder is
/// not, for there are rules about where entries stand.
type Identity = (String, Key);

fn identity(path: &str, unit: &Unit) -> Identity {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    (folder.to_owned(), unit.key.clone())
}

/// How entries read before.
fn former_entries(changes: &Changes) -> HashMap<Identity, Unit> {
    let same_name = changes.files.iter().filter_map(|(path, former)| match former {
        Former::Text(text) => Some((path, text)),
        _ => None,
    });
    let mut entries = HashMap::new();
    for (path, text) in same_name.chain(&changes.gone) {
        let Ok(source) = SourceFile::from_bytes(path.as_str(), text.as_bytes().to_vec()) else { continue };
        let read = units(&ProjectFile::new(source)).unwrap_or_default();
        entries.extend(read.into_iter().map(|unit| (identity(path, &unit), unit)));
    }
    entries
}

fn extent(path: &str, former: &Former, locator: &Locator, before: &HashMap<Identity, Unit>) -> Extent {
    if *former == Former::Unknown || !is_yaml(path) {
        return Extent::Whole;
    }
    let file = locator.own_file(path);
    let Some(file) = file.as_ref().and_then(|file| file.text().ok()) else { return Extent::Whole };
    let Some(units) = units(file) else { return Extent::Whole };
    let text = file.source.text();
    let lines = match former {
        Former::Text(former) => new_lines(former, text),
        // Of a file that has a new name, everything is where it was not before.
        _ => vec![true; text.lines().count()],
    };
    let is_new = |unit: &Unit| before.get(&identity(path, unit)).is_none_or(|before| before.text != unit.text);
    let units = units.into_iter().map(|unit| (is_new(&unit), unit)).map(|(is_new, unit)| (unit, is_new)).collect();
    Extent::Parts { lines, units }
}

/// The entries that describe a resource, or that it is a part of.
fn entry_keys(resource: &Resource<'_>) -> impl Iterator<Item = Key> {
    let section = match resource.kind {
        ResourceType::Source => Some("tables"),
        ResourceType::Test => None,
        kind => kind.properties_key(),
    };
    let name = match &resource.detail {
        Detail::Source(source) => format!("{}.{}", source.source_name, resource.name),
        _ => resource.name.to_string(),
    };
    let singular = (resource.kind == ResourceType::Test).then_some(["data_tests", "tests"]);
    let sections = section.into_iter().chain(singular.into_iter().flatten());
    sections.map(move |section| (section, name.clone()))
}
