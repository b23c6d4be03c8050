//! What every part of the audit asks of the project: who owns what, where it lies, what a finding's subject is.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use crate::config::Settings;
use crate::graph::Graph;
use crate::project::{Project, Resource, ResourceId, ResourceType, folder};
use crate::rules::measures::Measures;
use crate::rules::ownership::identity;
use crate::rules::{Instance, Node};

/// The layers of models and the other types that have scores, from source to exposure.
pub(super) const LAYERS: [&str; 14] = [
    "source",
    "seed",
    "snapshot",
    "base",
    "staging",
    "intermediate",
    "marts",
    "reporting",
    "other",
    "semantic model",
    "metric",
    "saved query",
    "exposure",
    "group",
];

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Subject {
    Resource(ResourceId),
    /// A source, the group of tables, by its position in [`Ground::sources`].
    Source(usize),
    /// The project as a whole, or a file of it that defines no resource.
    Project,
}

/// A source in dbt's sense: tables under one name.
#[derive(Debug)]
pub(super) struct Source<'p> {
    /// As findings have it: `source.shop.erp`.
    pub id: String,
    pub name: &'p str,
    pub tables: Vec<ResourceId>,
}

/// The project, and the answers that every part asks for.
pub(super) struct Ground<'p> {
    pub project: &'p Project<'p>,
    pub graph: &'p Graph,
    pub settings: &'p Settings,
    pub measures: Measures<'p>,
    /// Sources with their tables, by id.
    pub sources: Vec<Source<'p>>,
    source_ids: HashMap<String, usize>,
    /// Where each resource stands in the order of layers.
    layers: Vec<&'static str>,
    /// The owners of each resource, as keys under which spellings of one name meet.
    pub owners: Vec<Vec<String>>,
    /// How people write an owner, by key.
    pub owner_names: BTreeMap<String, String>,
}

impl<'p> Ground<'p> {
    pub fn new(project: &'p Project<'p>, graph: &'p Graph, settings: &'p Settings, instances: &'p [Instance]) -> Self {
        let mut groups: BTreeMap<String, Source<'p>> = BTreeMap::new();
        for (id, resource) in project.iter().filter(|(_, resource)| settings.is_subject(project, resource)) {
            if let Some(source) = resource.as_source() {
                let name = source.source_name.as_str();
                let key = format!("source.{}.{name}", resource.package);
                let new = || Source { id: key.clone(), name, tables: Vec::new() };
                groups.entry(key.clone()).or_insert_with(new).tables.push(id);
            }
        }
        let sources: Vec<Source<'p>> = groups.into_values().collect();
        let source_ids = sources.iter().enumerate().map(|(at, source)| (source.id.clone(), at)).collect();
        let names: Vec<Vec<String>> =
            project.resources.par_iter().map(|resource| owner_names(project, settings, resource)).collect();
        let owner_names = spellings(&names);
        let owners = names.iter().map(|names| names.iter().map(|name| identity::key(name)).collect()).collect();
        let measures = Measures { project, settings, instances };
        let layers = project.resources.par_iter().map(|resource| layer(settings, resource)).collect();
        Self { layers, project, graph, settings, measures, sources, source_ids, owners, owner_names }
    }

    pub fn node(&self, id: ResourceId) -> Node<'p> {
        Node { id, resource: self.project.get(id) }
    }

    /// Whether it is the project's own, or of a package that the config includes.
    pub fn is_subject(&self, id: ResourceId) -> bool {
        self.settings.is_subject(self.project, self.project.get(id))
    }

    /// The resources that scores are of: what the project gives, not what it is made with.
    pub fn scored(&self) -> impl Iterator<Item = ResourceId> + '_ {
        let ids = self.project.iter().filter(|(id, resource)| is_scored(resource.kind) && self.is_subject(*id));
        ids.map(|(id, _)| id)
    }

    /// What a finding with that subject is about. What is neither resource nor source is the project's.
    pub fn subject(&self, subject: &str) -> Subject {
        if let Some(&at) = self.source_ids.get(subject) {
            return Subject::Source(at);
        }
        match self.project.find(subject) {
            Some(id) => self.tested_by(id).map_or(Subject::Resource(id), Subject::Resource),
            None => Subject::Project,
        }
    }

    /// The node that a test belongs to: a defect of a test is one of what it tests.
    fn tested_by(&self, id: ResourceId) -> Option<ResourceId> {
        if !matches!(self.project.get(id).kind, ResourceType::Test | ResourceType::UnitTest) {
            return None;
        }
        self.project.parents(id).iter().copied().find(|parent| self.project.tests(*parent).contains(&id))
    }

    /// The scored resources that a subject stands for; none for the project and for macros and the like.
    pub fn stands_for(&self, subject: Subject) -> Vec<ResourceId> {
        match subject {
            Subject::Resource(id) if is_scored(self.project.get(id).kind) => vec![id],
            Subject::Source(at) => self.sources[at].tables.clone(),
            _ => Vec::new(),
        }
    }

    /// Where it stands in the order of layers, for those that read of it: a model's layer, else the type.
    pub fn layer(&self, id: ResourceId) -> &'static str {
        self.layers[id.index()]
    }

    /// Where that stands in [`LAYERS`].
    pub fn layer_at(&self, id: ResourceId) -> usize {
        let layer = self.layer(id);
        LAYERS.iter().position(|name| *name == layer).expect("scores are of types that are in the list only")
    }

    pub fn folder(&self, id: ResourceId) -> &'p str {
        folder(&self.project.get(id).path)
    }

    /// An owner as people write it.
    pub fn owner_name(&self, key: &str) -> String {
        self.owner_names.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// The owners of a resource as people write them, joined; `None` where nobody is named.
    pub fn owned_by(&self, id: ResourceId) -> Option<String> {
        let names: Vec<String> = self.owners[id.index()].iter().map(|key| self.owner_name(key)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// A subject for people: "model `fct_orders`", "source `erp`", "the project".
    pub fn words(&self, subject: Subject) -> String {
        match subject {
            Subject::Resource(id) => {
                let resource = self.project.get(id);
                format!("{} `{}`", resource.kind.label(), resource.label())
            }
            Subject::Source(at) => format!("source `{}`", self.sources[at].name),
            Subject::Project => "the project".to_owned(),
        }
    }
}

fn layer(settings: &Settings, resource: &Resource<'_>) -> &'static str {
    match resource.kind {
        ResourceType::Model => settings.layers.of(resource).as_str(),
        ResourceType::Source => "source",
        kind => kind.label(),
    }
}

/// Types that scores are of.
pub(super) fn is_scored(kind: ResourceType) -> bool {
    use ResourceType::{Exposure, Group, Metric, Model, SavedQuery, Seed, SemanticModel, Snapshot, Source};
    matches!(kind, Model | Source | Seed | Snapshot | Exposure | Metric | SemanticModel | SavedQuery | Group)
}

fn owner_names(project: &Project<'_>, settings: &Settings, resource: &Resource<'_>) -> Vec<String> {
    if !is_scored(resource.kind) {
        return Vec::new();
    }
    let name = match resource.as_group() {
        Some(group) => group.owner.contact(),
        None => settings.owners.of(project, resource).name,
    };
    let name = name.unwrap_or_default();
    identity::names(&name).into_iter().map(str::to_owned).collect()
}

/// For each key the spelling that is used most; of equals the first in order.
fn spellings(names: &[Vec<String>]) -> BTreeMap<String, String> {
    let mut counts: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    for name in names.iter().flatten() {
        *counts.entry(identity::key(name)).or_default().entry(name).or_default() += 1;
    }
    let most = |spellings: BTreeMap<&str, usize>| {
        let most = spellings.into_iter().rev().max_by_key(|(_, count)| *count);
        most.map(|(name, _)| name.to_owned()).unwrap_or_default()
    };
    counts.into_iter().map(|(key, spellings)| (key, most(spellings))).collect()
}
