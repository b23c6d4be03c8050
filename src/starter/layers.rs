//! The `layers:` of a first config: what was recognised as comments, and what the project does otherwise as settings, so
//! that names that are usual in it are no findings.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{in_comment, list};
use crate::graph::Graph;
use crate::project::{Layer, LayerRule, Layers, Project, Resource, ResourceId, ResourceType};
use crate::words::counted;

/// So many models with a prefix are a custom of the project, and no slip.
const SEVERAL: usize = 3;

/// Folders that stand beside the layers, whatever is in them.
const BESIDE: [&str; 18] = [
    "archive",
    "deprecated",
    "helpers",
    "legacy",
    "metrics",
    "migration",
    "migrations",
    "misc",
    "sandbox",
    "semantic_models",
    "time_spines",
    "tmp",
    "util",
    "utilities",
    "utility",
    "utils",
    "workspace",
    "workspaces",
];

/// What a config can say of one layer.
#[derive(Default)]
struct Setting {
    /// `None` leaves the usual ones.
    prefixes: Option<Vec<String>>,
    /// Folders that look like more of it.
    folders: Vec<String>,
}

/// The section's text.
pub(super) fn section(project: &Project<'_>) -> String {
    let known = Layers::default();
    let models: Vec<(ResourceId, &Resource<'_>)> = project.own(ResourceType::Model).collect();
    let graph = Graph::new(project);
    let names = Names::of(project, &models, &known);
    let found_here = if models.is_empty() { "there is no model yet" } else { "found here:" };
    let mut text = format!("# which layer a model is in: by folder first, then by prefix; {found_here}\n");
    let mut settings: BTreeMap<Layer, Setting> = BTreeMap::new();
    let mut applied = known.clone();
    for layer in Layer::NAMED {
        let is_of_folder = |model: &Resource<'_>| known.by_folder(&model.path) == Some(layer);
        let is_of_prefix = |model: &Resource<'_>| known.by_folder(&model.path).is_none() && known.of(model) == layer;
        let by_folder = models.iter().filter(|(_, model)| is_of_folder(model)).count();
        let by_prefix = models.iter().filter(|(_, model)| is_of_prefix(model)).count();
        text += &found(layer, by_folder, by_prefix);
        if by_folder > 0 {
            let prefixes = names.prefixes(layer);
            if let Some(prefixes) = prefixes.clone() {
                applied.set(LayerRule { layer, paths: None, prefixes });
            }
            settings.entry(layer).or_default().prefixes = prefixes;
        }
    }
    let unrecognised = unrecognised_folders(&models, &applied);
    for Unrecognised { folder, within, members } in &unrecognised {
        let place = within.map_or_else(|| folder.clone(), |(_, name)| format!("{folder}/**/{name}"));
        text += &format!("#   no layer: {} in {}\n", counted(members.len(), "model"), in_comment(&place));
        if within.is_some() {
            continue;
        }
        let likely = likely_layer(folder, members, project, &applied, &graph);
        // With the usual names as `paths`, what is in no layer in spite of them would be in one.
        let is_open =
            |layer: &Layer| !unrecognised.iter().any(|other| other.within.is_some_and(|(of, _)| of == *layer));
        if let Some(layer) = likely.filter(is_open) {
            settings.entry(layer).or_default().folders.push(folder.clone());
        }
    }
    let settings: String = settings.iter().map(|(layer, setting)| lines(*layer, setting, &models, &known)).collect();
    match settings.is_empty() {
        true => text + "# layers: { marts: { paths: [models/marts], prefixes: [fct_, dim_] } }\n\n",
        false => format!("{text}layers:\n{settings}\n"),
    }
}

/// "staging: 19 models by folder, 2 by prefix", where there is any.
fn found(layer: Layer, by_folder: usize, by_prefix: usize) -> String {
    let how = match (by_folder, by_prefix) {
        (0, 0) => return String::new(),
        (0, count) => format!("{} by prefix", counted(count, "model")),
        (count, 0) => format!("{} by folder", counted(count, "model")),
        (of_folder, of_prefix) => format!("{} by folder, {of_prefix} by prefix", counted(of_folder, "model")),
    };
    format!("#   {layer}: {how}\n")
}

/// Prefixes as a setting, folders as a suggestion.
fn lines(layer: Layer, setting: &Setting, models: &[(ResourceId, &Resource<'_>)], known: &Layers) -> String {
    let paths = (!setting.folders.is_empty()).then(|| {
        // `paths` takes the place of the usual names, so that those in use are listed as well.
        let in_use = models.iter().flat_map(|(_, model)| model.path.split('/').rev().skip(1));
        let usual: BTreeSet<&str> =
            in_use.filter(|name| known.by_folder(&format!("{name}/_")) == Some(layer)).collect();
        let all = usual.into_iter().chain(setting.folders.iter().map(String::as_str)).map(globset::escape);
        list(&all.collect::<Vec<_>>())
    });
    match (&setting.prefixes, paths) {
        (None, None) => String::new(),
        (None, Some(paths)) => format!("  # {layer}: {{ paths: {paths} }}\n"),
        (Some(prefixes), paths) => {
            let comment = if prefixes.is_empty() { "  # names here share no prefix; [] demands none" } else { "" };
            let paths = paths.map(|paths| format!("    # paths: {paths}\n")).unwrap_or_default();
            format!("  {layer}:\n    prefixes: {}{comment}\n{paths}", list(prefixes))
        }
    }
}

/// How the models of a project are named.
struct Names<'p> {
    /// Layer by folder, and prefix; time spines left out.
    models: Vec<(Option<Layer>, &'p str)>,
    /// Sources and folders: a prefix of that name says what a model is about, and not which layer it is in.
    subjects: BTreeSet<&'p str>,
    known: &'p Layers,
}

impl<'p> Names<'p> {
    fn of(project: &'p Project<'_>, models: &[(ResourceId, &'p Resource<'_>)], known: &'p Layers) -> Self {
        let spineless = models.iter().filter(|(_, model)| !project.is_time_spine(model));
        // Versions of a model share its name.
        let named: BTreeSet<_> =
            spineless.map(|(_, model)| (known.by_folder(&model.path), model.name.as_str())).collect();
        let named = named.into_iter().map(|(layer, name)| (layer, prefix(name)));
        let sources = project.resources.iter().filter_map(|resource| resource.as_source());
        let folders = models.iter().flat_map(|(_, model)| model.path.split('/').rev().skip(1));
        let folders = folders.filter(|name| known.by_folder(&format!("{name}/_")).is_none());
        let names = sources.map(|source| source.source_name.as_str()).chain(folders);
        let subjects = names.map(|name| name.split('_').next().unwrap_or(name)).collect();
        Self { models: named.collect(), subjects, known }
    }

    fn in_folder(&self, layer: Layer) -> impl Iterator<Item = &str> {
        self.models.iter().filter(move |(folder, _)| *folder == Some(layer)).map(|(_, prefix)| *prefix)
    }

    /// The prefixes to set for a layer: the usual ones and the project's own, or none where hardly any name has one;
    /// `None` if the usual ones will do.
    fn prefixes(&self, layer: Layer) -> Option<Vec<String>> {
        let usual = self.known.prefixes(layer);
        let found: BTreeSet<&str> = self.in_folder(layer).collect();
        let own: Vec<&str> = found.into_iter().filter(|prefix| self.is_own(prefix)).collect();
        let fits = |prefix: &&str| own.contains(prefix) || self.known.by_prefix(prefix).is_some();
        let (count, fitting) = (self.in_folder(layer).count(), self.in_folder(layer).filter(fits).count());
        // Where the usual prefixes tell the layer outside of its folder, they have to stay.
        let elsewhere = self.models.iter().filter(|(folder, _)| folder.is_none());
        let elsewhere = elsewhere.filter(|(_, prefix)| usual.iter().any(|usual| usual == prefix)).count();
        if 2 * fitting < count && count - fitting >= SEVERAL && elsewhere < SEVERAL {
            return Some(Vec::new());
        }
        let all = || usual.iter().map(String::as_str).chain(own.iter().copied()).map(str::to_owned).collect();
        (!own.is_empty()).then(all)
    }

    /// Whether a prefix that is not a usual one tells layers apart in this project: several models of one layer's folder
    /// have it, and they are most of those that have it at all. It is then listed wherever it occurs.
    fn is_own(&self, prefix: &str) -> bool {
        let word = prefix.trim_end_matches('_');
        if word.is_empty() || self.known.by_prefix(prefix).is_some() {
            return false;
        }
        let having = || self.models.iter().filter(|(_, name)| *name == prefix);
        let all = having().count();
        Layer::NAMED.into_iter().any(|layer| {
            let count = having().filter(|(folder, _)| *folder == Some(layer)).count();
            let says_layer = layer.as_str().trim_end_matches('s') == word.trim_end_matches('s');
            let is_custom = count >= SEVERAL && 2 * count > all && !self.subjects.contains(word);
            is_custom || (says_layer && count > 0)
        })
    }
}

/// `stg_` of `stg_erp__orders`; empty for a name without underscore, and for one that begins with it.
fn prefix(name: &str) -> &str {
    match name.find('_') {
        Some(0) | None => "",
        Some(at) => &name[..=at],
    }
}

/// Of the folder of a layer: which it is, and the folder within that the models are in, such as `base`.
type Within<'p> = Option<(Layer, &'p str)>;

/// A folder directly below the models' with models that belong to no layer.
struct Unrecognised<'p> {
    folder: String,
    within: Within<'p>,
    members: Vec<ResourceId>,
}

/// The one with most of them first, at most five.
fn unrecognised_folders<'p>(models: &[(ResourceId, &'p Resource<'_>)], known: &Layers) -> Vec<Unrecognised<'p>> {
    let mut folders: BTreeMap<(String, Within<'_>), Vec<ResourceId>> = BTreeMap::new();
    for (id, model) in models.iter().filter(|(_, model)| known.of(model) == Layer::Other) {
        let parts: Vec<&str> = model.path.split('/').collect();
        if parts.len() > 2 {
            let folder = parts[..2].join("/");
            let named = || parts.iter().rev().skip(1).find(|name| known.by_folder(&format!("{name}/_")).is_some());
            let within = known.by_folder(&format!("{folder}/_")).and_then(|layer| Some((layer, *named()?)));
            folders.entry((folder, within)).or_default().push(*id);
        }
    }
    let mut folders: Vec<Unrecognised<'_>> =
        folders.into_iter().map(|((folder, within), members)| Unrecognised { folder, within, members }).collect();
    // Of equals the first by name.
    folders.sort_by_key(|unrecognised| Reverse(unrecognised.members.len()));
    folders.truncate(5);
    folders
}

/// The layer that a folder of an unknown name looks like: by the names of its other models, then by what its models read
/// and who reads them. `None` for a folder that stands beside the layers, and for a few models.
fn likely_layer(
    folder: &str,
    unnamed: &[ResourceId],
    project: &Project<'_>,
    known: &Layers,
    graph: &Graph,
) -> Option<Layer> {
    let name = folder.rsplit('/').next().unwrap_or(folder).to_lowercase();
    if unnamed.len() < SEVERAL || BESIDE.contains(&name.as_str()) {
        return None;
    }
    let inside = project.own(ResourceType::Model).filter(|(_, model)| model.path.starts_with(&format!("{folder}/")));
    let mut named: BTreeMap<Layer, usize> = BTreeMap::new();
    inside
        .filter_map(|(_, model)| known.by_prefix(&model.name))
        .for_each(|layer| *named.entry(layer).or_default() += 1);
    if let Some((layer, _)) = named.into_iter().filter(|(_, count)| *count >= SEVERAL).max_by_key(|(_, count)| *count) {
        return Some(layer);
    }
    let most =
        |wanted: &dyn Fn(ResourceId) -> bool| 2 * unnamed.iter().filter(|id| wanted(**id)).count() > unnamed.len();
    let reads_sources =
        |id: ResourceId| project.parents(id).iter().any(|parent| project.get(*parent).kind == ResourceType::Source);
    let feeds_models = |id: ResourceId| graph.children_of_kind(id, ResourceType::Model).next().is_some();
    if most(&reads_sources) {
        Some(Layer::Staging)
    } else if most(&feeds_models) {
        Some(Layer::Intermediate)
    } else {
        Some(Layer::Marts)
    }
}
