//! From the names that resources mention to the ids of their parents.

use std::collections::{BTreeMap, HashMap};

use super::config::Enabled;
use super::datum::Reason;
use super::lookup::{Found, Lookup};
use super::node::{Calls, Kind, Node, RefArgs};
use super::sources::SourceTable;
use super::world::World;
use super::yaml_only::{Asks, Versions, YamlResource};

/// Every name that can be mentioned.
#[derive(Debug, Default)]
pub struct Names {
    refable: Lookup,
    sources: Lookup,
    metrics: Lookup,
    functions: Lookup,
    semantic_models: HashMap<String, String>,
    measures: HashMap<String, String>,
    /// Semantic models that may be enabled, and their measures, by name.
    possible_semantics: HashMap<String, Reason>,
    /// Versions of models, by package and name.
    versions: HashMap<(String, String), Vec<Version>>,
}

/// A version's name, its model's unique id, and whether that is enabled.
type Version = (String, String, Enabled);

/// A name that nothing defines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unresolved {
    pub unique_id: String,
    /// What was called: `ref`, `source`, `metric`, `doc`.
    pub function: &'static str,
    /// As people write it: `orders`, `crm.orders`, `orders` version 2.
    pub name: String,
    /// Whether something of that name is there and disabled.
    pub disabled: bool,
    /// Whether the resource that mentions it is certainly enabled.
    pub is_certain: bool,
    /// For a docs block: the column whose description mentions it.
    pub column: Option<String>,
}

impl Names {
    pub fn new<'r>(
        nodes: &[Node],
        sources: &[SourceTable],
        resources: impl Iterator<Item = &'r YamlResource>,
        world: &World,
    ) -> Self {
        let mut names = Self::default();
        for node in nodes {
            names.add_node(node, world.package(node.project));
        }
        for table in sources {
            let (name, package) = (format!("{}.{}", table.source, table.name), world.package(table.project));
            add(&mut names.sources, &name, package, &table.unique_id, &table.enabled);
        }
        for resource in resources {
            names.add_yaml(resource, world.package(resource.project));
        }
        names
    }

    fn add_node(&mut self, node: &Node, package: &str) {
        let lookup = match node.kind {
            Kind::Model | Kind::Seed | Kind::Snapshot => &mut self.refable,
            Kind::Function => &mut self.functions,
            _ => return,
        };
        let keys = match &node.patch.version {
            Some(version) => {
                let key = (package.to_owned(), node.name.clone());
                self.versions.entry(key).or_default().push((version.clone(), node.unique_id.clone(), node.enabled()));
                let is_latest = node.patch.latest_version.as_ref() == Some(version);
                let pinned = format!("{}.v{version}", node.name);
                if is_latest { vec![pinned, node.name.clone()] } else { vec![pinned] }
            }
            None => vec![node.name.clone()],
        };
        for key in keys {
            add(lookup, &key, package, &node.unique_id, &node.enabled());
        }
    }

    fn add_yaml(&mut self, resource: &YamlResource, package: &str) {
        match resource.kind {
            "metric" => add(&mut self.metrics, &resource.name, package, &resource.unique_id, &resource.enabled),
            "semantic_model" => self.add_semantic_model(resource),
            _ => {}
        }
    }

    fn add_semantic_model(&mut self, resource: &YamlResource) {
        let measures = super::properties::maps(resource.data.get("measures"));
        let measures = measures.filter_map(|measure| Some(measure.get("name")?.to_text()));
        match &resource.enabled {
            Enabled::Yes => {
                self.semantic_models.insert(resource.name.clone(), resource.unique_id.clone());
                for name in measures {
                    self.measures.entry(name).or_insert_with(|| resource.unique_id.clone());
                }
            }
            Enabled::Unknown(reason) => {
                let names = measures.chain([resource.name.clone()]);
                self.possible_semantics.extend(names.map(|name| (name, reason.clone())));
            }
            Enabled::No => {}
        }
    }

    /// What a semantic model or a measure of that name belongs to, by one of the maps of these.
    fn semantic<'n>(&'n self, known: &'n HashMap<String, String>, name: &str) -> Found<'n> {
        let possible = || self.possible_semantics.get(name).map(Found::Unknown);
        known.get(name).map(|id| Found::Enabled(id)).or_else(possible).unwrap_or(Found::Nothing)
    }

    /// The model of a `ref`.
    pub fn of_ref(&self, reference: &RefArgs, root: &str, own: &str) -> Found<'_> {
        let name = match &reference.version {
            Some(version) => format!("{}.v{version}", reference.name),
            None => reference.name.clone(),
        };
        self.refable.find(&name, reference.package.as_deref(), root, own)
    }
}

fn add(lookup: &mut Lookup, name: &str, package: &str, unique_id: &str, enabled: &Enabled) {
    match enabled {
        Enabled::Yes => lookup.add(name, package, unique_id),
        Enabled::No => lookup.add_disabled(name, package),
        Enabled::Unknown(reason) => lookup.add_unknown(name, package, reason),
    }
}

/// What a resource reads, as far as its names lead to something.
#[derive(Debug)]
pub struct Resolved {
    /// Unique ids of parents.
    pub ids: Vec<String>,
    pub unresolved: Vec<Unresolved>,
    /// Why some parent may be there or not.
    pub uncertain: Option<Reason>,
}

/// Gathers parents, each once, in dbt's order: sources, then refs, then functions.
struct Parents<'n> {
    names: &'n Names,
    root: &'n str,
    own: &'n str,
    unique_id: &'n str,
    found: Resolved,
}

impl Parents<'_> {
    fn add(&mut self, found: Found<'_>, function: &'static str, name: String) {
        match found {
            Found::Enabled(id) => {
                if !self.found.ids.iter().any(|known| known == id) {
                    self.found.ids.push(id.to_owned());
                }
            }
            Found::Unknown(reason) => {
                let why = || Reason::from(format!("whether {function} `{name}` is enabled is not known: {reason}"));
                self.found.uncertain.get_or_insert_with(why);
            }
            other => self.found.unresolved.push(Unresolved {
                unique_id: self.unique_id.to_owned(),
                function,
                name,
                disabled: other == Found::Disabled,
                is_certain: true,
                column: None,
            }),
        }
    }

    fn add_calls(&mut self, calls: &Calls) {
        for (source, table) in &calls.sources {
            let name = format!("{source}.{table}");
            self.add(self.names.sources.find(&name, None, self.root, self.own), "source", name);
        }
        for reference in &calls.refs {
            let found = self.names.of_ref(reference, self.root, self.own);
            self.add(found, "ref", label(reference));
        }
        for (package, name) in &calls.metrics {
            let found = self.names.metrics.find(name, package.as_deref(), self.root, self.own);
            self.add(found, "metric", name.clone());
        }
        for (package, name) in &calls.functions {
            let found = self.names.functions.find(name, package.as_deref(), self.root, self.own);
            self.add(found, "function", name.clone());
        }
    }

    fn add_asks(&mut self, asks: &Asks) {
        for measure in &asks.measures {
            let found = self.names.semantic(&self.names.measures, measure);
            self.add(found, "measure", measure.clone());
        }
        for metric in &asks.metrics {
            self.add(self.names.metrics.find(metric, None, self.root, self.own), "metric", metric.clone());
        }
        if let Some(name) = &asks.semantic_model {
            let found = self.names.semantic(&self.names.semantic_models, name);
            self.add(found, "semantic model", name.clone());
        }
        for reference in &asks.refs {
            let found = self.names.of_ref(reference, self.root, self.own);
            self.add(found, "ref", label(reference));
        }
    }
}

/// A `ref` as people write it.
fn label(reference: &RefArgs) -> String {
    let package = reference.package.as_ref().map(|package| format!("{package}.")).unwrap_or_default();
    let version = reference.version.as_ref().map(|version| format!(".v{version}")).unwrap_or_default();
    format!("{package}{}{version}", reference.name)
}

/// The parents of a node or another resource, and what of it nothing defines.
pub fn parents(
    names: &Names,
    world: &World,
    project: usize,
    unique_id: &str,
    calls: &Calls,
    asks: Option<&Asks>,
) -> Resolved {
    let own = world.package(project);
    let found = Resolved { ids: Vec::new(), unresolved: Vec::new(), uncertain: None };
    let mut parents = Parents { names, root: world.root(), own, unique_id, found };
    parents.add_calls(calls);
    if let Some(asks) = asks {
        parents.add_asks(asks);
    }
    parents.found
}

/// Unique ids of what a node may read beside its parents.
pub fn possible_parents(names: &Names, world: &World, project: usize, calls: &Calls) -> Vec<String> {
    let (root, own) = (world.root(), world.package(project));
    let refs = calls.possible_refs.iter().map(|reference| names.of_ref(reference, root, own));
    let sources = calls.possible_sources.iter();
    let sources = sources.map(|(source, table)| names.sources.find(&format!("{source}.{table}"), None, root, own));
    let ids = refs.chain(sources).filter_map(|found| match found {
        Found::Enabled(id) => Some(id.to_owned()),
        _ => None,
    });
    ids.collect()
}

/// What a unit test becomes: one for a model without versions, one for each version that it is for otherwise. Each has
/// its unique id and its parent, and is enabled as the model is.
pub fn unit_tests(names: &Names, world: &World, resource: &YamlResource) -> Vec<(String, Option<String>, Enabled)> {
    let Some(model) = &resource.asks.model else { return Vec::new() };
    let package = world.package(resource.project);
    let plain = |found: Found<'_>| match found {
        Found::Enabled(id) => vec![(resource.unique_id.clone(), Some(id.to_owned()), Enabled::Yes)],
        Found::Disabled => vec![(resource.unique_id.clone(), None, Enabled::No)],
        Found::Unknown(reason) => vec![(resource.unique_id.clone(), None, Enabled::Unknown(reason.clone()))],
        Found::Nothing => vec![(resource.unique_id.clone(), None, Enabled::Yes)],
    };
    let Some(versions) = names.versions.get(&(package.to_owned(), model.clone())) else {
        return plain(names.refable.find(model, Some(package), world.root(), package));
    };
    let mut wanted: BTreeMap<(&String, &String), &Enabled> =
        versions.iter().map(|(version, id, enabled)| ((version, id), enabled)).collect();
    match &resource.asks.versions {
        Some(Versions::Include(list)) => wanted.retain(|(version, _), _| list.contains(version)),
        Some(Versions::Exclude(list)) => wanted.retain(|(version, _), _| !list.contains(version)),
        None => {}
    }
    let made = wanted.into_iter();
    let unit_test = |((version, id), enabled): ((&String, &String), &Enabled)| {
        let id = (*enabled == Enabled::Yes).then(|| id.clone());
        (format!("{}_v{version}", resource.unique_id), id, enabled.clone())
    };
    made.map(unit_test).collect()
}
