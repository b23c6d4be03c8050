//! What a rule sees: the project, the graph, the settings, and where to put findings.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Deref;

use super::by_name::ByName;
use super::engine::{Findings, Grouping};
use super::instance::Instance;
use crate::config::Settings;
use crate::findings::{Finding, Place, Severity, Share};
use crate::graph::Graph;
use crate::project::{Date, Layer, OwnFiles, Ownership, Project, Resource, ResourceId, ResourceType, Spot};
use crate::words;

/// Resources on a path beyond which its middle is left out.
const LONGEST_PATH: usize = 24;

/// A resource together with its id.
#[derive(Debug, Clone, Copy)]
pub struct Node<'p> {
    pub id: ResourceId,
    pub resource: &'p Resource<'p>,
}

impl<'p> Deref for Node<'p> {
    type Target = Resource<'p>;
    fn deref(&self) -> &Resource<'p> {
        self.resource
    }
}

/// A source in dbt's sense: a group of tables under one name. It has no unique id of its own in dbt.
#[derive(Debug)]
pub struct SourceGroup<'p> {
    pub package: &'p str,
    pub name: &'p str,
    /// At least one, in order of unique id.
    pub tables: Vec<Node<'p>>,
}

impl SourceGroup<'_> {
    /// What findings on the group have as subject: `source.shop.erp`.
    pub fn unique_id(&self) -> String {
        format!("source.{}.{}", self.package, self.name)
    }

    /// The files that say something of it, for people: a source may be declared piece by piece, and a setting of one
    /// piece holds for the tables in that file only.
    pub fn declared_in(&self) -> String {
        let files: BTreeSet<&str> = self.tables.iter().map(|table| table.resource.path.as_str()).collect();
        match files.len() {
            0 | 1 => words::listed(files),
            count => format!("each of the {count} files that declare it: {}", words::listed(files)),
        }
    }
}

/// One rule's view of the world, and its sink. Each worker has its own.
pub struct Context<'p> {
    pub project: &'p Project<'p>,
    pub graph: &'p Graph,
    pub settings: &'p Settings,
    world: &'p super::engine::World<'p>,
    instance: &'p Instance,
    findings: Findings,
    /// Takes what is reported outside the instance's scope, so that `report` always has something to return.
    discarded: Option<Finding>,
}

impl<'p> Context<'p> {
    pub(super) fn new(world: &'p super::engine::World<'p>, instance: &'p Instance) -> Self {
        Self {
            project: world.project,
            graph: world.graph,
            settings: world.settings,
            world,
            instance,
            findings: Vec::new(),
            discarded: None,
        }
    }

    /// What the rules share.
    pub(super) fn world(&self) -> &'p super::engine::World<'p> {
        self.world
    }

    pub(super) fn into_findings(mut self) -> Findings {
        self.findings.iter_mut().for_each(|finding| finding.shrink_to_fit());
        self.findings.shrink_to_fit();
        self.findings
    }

    /// Reports a defect of `node` at a place in its files. Chain `help`, `evidence`, `part`, `related` onto it.
    pub fn report(&mut self, node: Node<'_>, place: Place, message: impl Into<String>) -> &mut Finding {
        let severity = self.world.severity(self.instance, node.id);
        let mut finding = self.finding(severity, node.unique_id.to_string(), Some(node.id), place, message.into());
        if let Some(entry) = node.entry_in_package.as_ref().filter(|_| finding.place.is_in_entry()) {
            finding.evidence(format!("its YAML entry is in package `{}`: {}", entry.package, entry.path));
        }
        self.push(severity.is_some() && self.world.is_asked(node.id), finding)
    }

    /// Reports a defect of the project as a whole, at a key of `dbt_project.yml`.
    pub fn report_project(&mut self, place: Place, message: impl Into<String>) -> &mut Finding {
        let subject = format!("project.{}", self.project.name);
        let finding = self.finding(Some(self.instance.severity), subject, None, place, message.into());
        self.push(true, finding)
    }

    /// Reports a defect of a file of the root project, at a place in it.
    pub fn report_at(&mut self, spot: &Spot, message: impl Into<String>) -> &mut Finding {
        let severity = self.instance.severity_in_file(self.settings, &spot.path);
        let subject = format!("project.{}", self.project.name);
        let place = Place::Span(spot.path.clone(), Some(spot.span));
        let finding = self.finding(severity, subject, None, place, message.into());
        self.push(severity.is_some(), finding)
    }

    /// Reports that a resource of the base is gone. Where it stood there is no file any more: the place is the project.
    pub fn report_gone(&mut self, base: &Project<'_>, gone: &Resource<'_>, message: impl Into<String>) -> &mut Finding {
        let layer = self.settings.layers.of(gone);
        let severity = self.instance.severity_of(base, self.settings, gone, layer);
        let place = Place::ProjectKey(Vec::new());
        let finding = self.finding(severity, gone.unique_id.to_string(), None, place, message.into());
        self.push(severity.is_some(), finding)
    }

    /// The state that the project is compared with, if there is one.
    pub fn base(&self) -> Option<&'p Project<'p>> {
        self.project.base.as_deref()
    }

    /// Why a rule that compares two states cannot run, if there is one only.
    pub fn without_base(&self) -> Option<String> {
        let missing = self.base().is_none();
        missing.then(|| "there is no base to compare with: --base names one".to_owned())
    }

    /// What the base has under the same id.
    pub fn former(&self, node: Node<'_>) -> Option<&'p Resource<'p>> {
        let base = self.base()?;
        base.find(&node.unique_id).map(|id| base.get(id))
    }

    /// What the root project's files say beyond its resources, if they are at hand.
    pub fn own_files(&self) -> Option<&'p OwnFiles> {
        self.project.own_files.as_deref()
    }

    /// Why a rule about the project's files cannot run, if they are not at hand.
    pub fn without_files(&self) -> Option<String> {
        let missing = self.project.own_files.is_none();
        missing.then(|| "the project's own files are not at hand, only its manifest".to_owned())
    }

    fn finding(
        &self,
        severity: Option<Severity>,
        subject: String,
        located_in: Option<ResourceId>,
        place: Place,
        message: String,
    ) -> Finding {
        Finding {
            code: self.instance.info.code,
            slug: self.instance.info.slug,
            severity: severity.unwrap_or(self.instance.severity),
            subject,
            part: String::new(),
            message,
            help: Cow::Borrowed(""),
            evidence: Vec::new(),
            related: Vec::new(),
            located_in,
            place,
            members: None,
            population: None,
        }
    }

    fn push(&mut self, wanted: bool, finding: Finding) -> &mut Finding {
        if wanted {
            self.findings.push(Box::new(finding));
            self.findings.last_mut().expect("a finding was pushed on the line above")
        } else {
            self.discarded.insert(finding)
        }
    }

    /// The resource with its id.
    pub fn node(&self, id: ResourceId) -> Node<'p> {
        Node { id, resource: self.project.get(id) }
    }

    /// Direct parents, by id.
    pub fn parents(&self, id: ResourceId) -> impl Iterator<Item = Node<'p>> + use<'p> {
        let project = self.project;
        self.graph.parents(id).map(move |id| Node { id, resource: project.get(id) })
    }

    /// Direct children of every type, by id.
    pub fn children(&self, id: ResourceId) -> impl Iterator<Item = Node<'p>> + use<'p> {
        let project = self.project;
        self.graph.children(id).map(move |id| Node { id, resource: project.get(id) })
    }

    /// Direct children that use it; tests do not.
    pub fn consumers(&self, id: ResourceId) -> impl Iterator<Item = Node<'p>> + use<'p> {
        let project = self.project;
        self.graph.consumers(id).map(move |id| Node { id, resource: project.get(id) })
    }

    /// Every subject of that type that this instance is about: the root project's, within the instance's selectors.
    /// For rules that look at the project as a whole.
    pub fn subjects(&self, kind: ResourceType) -> impl Iterator<Item = Node<'p>> + '_ {
        let ids = self.world.subjects(kind).iter().copied();
        ids.filter(|&id| self.in_scope(id)).map(|id| self.node(id))
    }

    /// Whether the instance reports on that resource: its selectors include it and no override turns the rule off.
    pub fn in_scope(&self, id: ResourceId) -> bool {
        self.severity(id).is_some()
    }

    /// How grave a finding on that resource is; `None` where the instance does not report on it.
    pub fn severity(&self, id: ResourceId) -> Option<Severity> {
        self.world.severity(self.instance, id)
    }

    /// Whether the rule of that code runs, too.
    pub fn runs(&self, code: &str) -> bool {
        self.world.runs(code)
    }

    /// The sources (groups of tables) this instance is about, each with those of its tables that are in scope, by name.
    pub fn source_groups(&self) -> impl Iterator<Item = SourceGroup<'p>> + use<'p> {
        let of_source = |table: Node<'p>| {
            let resource: &'p Resource<'p> = table.resource;
            Some(((resource.package.as_str(), resource.as_source()?.source_name.as_str()), table))
        };
        let mut tables: Vec<((&'p str, &'p str), Node<'p>)> =
            self.subjects(ResourceType::Source).filter_map(of_source).collect();
        // Hardly anything moves: they come in order of unique id.
        tables.sort_by_key(|(source, _)| *source);
        let groups = tables.chunk_by(|(a, _), (b, _)| a == b).map(|group| {
            let ((package, name), tables) = (group[0].0, group.iter().map(|(_, table)| *table).collect());
            SourceGroup { package, name, tables }
        });
        groups.collect::<Vec<_>>().into_iter()
    }

    /// Whether a semantic model may be a part of its model's YAML entry, as in the syntax of dbt 1.12 and 2.x: it then
    /// stands in the same file, and dbt gives it the model's description. A manifest tells no more than that.
    pub fn is_part_of_its_model(&self, node: Node<'_>) -> bool {
        let is_same_entry = |parent: Node<'_>| {
            parent.kind == ResourceType::Model
                && parent.properties_path == node.properties_path
                && parent.description == node.description
        };
        node.kind == ResourceType::SemanticModel && self.parents(node.id).any(is_same_entry)
    }

    /// The latest version of a versioned model, which may be the model itself; `None` where it has no versions.
    pub fn latest_version(&self, node: Node<'_>) -> Option<Node<'p>> {
        self.project.latest_version(node.resource).map(|id| self.node(id))
    }

    /// The layer a model is in.
    pub fn layer(&self, id: ResourceId) -> Layer {
        self.world.layers[id.index()]
    }

    /// The layers that a model's folder and its prefix say, where they contradict each other and the project has a folder
    /// of the prefix's layer: without one, the model lies where such models lie.
    pub fn layer_contradiction(&self, model: Node<'_>) -> Option<(Layer, Layer)> {
        let contradiction = self.settings.layers.contradiction(model.resource);
        contradiction.filter(|(_, prefix)| self.world.has_folder(*prefix))
    }

    /// Who owns a resource, and where that was looked for.
    pub fn ownership(&self, node: Node<'_>) -> Ownership {
        self.settings.owners.of(self.project, node.resource)
    }

    /// Whether the project has several resources of these types and hardly one of them has an owner, so that what is
    /// missing is not an owner here and there, but the beginning, and is to be reported [`as_one`](Self::as_one).
    pub fn hardly_any_is_owned(&self, kinds: &[ResourceType]) -> bool {
        /// Up to this many one by one are no flood, and to the point.
        const FEW: usize = 5;
        let count: usize = kinds.iter().map(|&kind| self.world.subjects(kind).len()).sum();
        self.as_one(count > FEW && !kinds.iter().any(|&kind| self.world.are_owned(kind)))
    }

    /// Whether to report several findings as one, if that `fits` by the rule's own measure. Where a part of the group is out
    /// of the question afterwards, the rule is asked once more and told not to, so that the rest is said one by one; so it
    /// must be able to.
    pub fn as_one(&self, fits: bool) -> bool {
        match &self.world.grouping {
            Grouping::AsFits => fits,
            Grouping::Always => true,
            Grouping::Never { .. } => false,
        }
    }

    /// What one finding is about, where it is [`as_one`](Self::as_one) however many there are: all of them, or else each.
    pub fn at_once<'i, T>(&self, items: &'i [T]) -> std::slice::Chunks<'i, T> {
        items.chunks(if self.as_one(true) { items.len().max(1) } else { 1 })
    }

    /// As [`as_one`](Self::as_one), for a group that may itself be a part of a larger one: of that, it may be all that is
    /// left.
    pub fn as_one_of(&self, fits: bool, members: &[Node<'_>]) -> bool {
        match &self.world.grouping {
            Grouping::Never { only } => fits && members.iter().all(|member| only.contains(&member.id)),
            _ => self.as_one(fits),
        }
    }

    /// Why no share of the resources of that type can be taken, if so: of one of them a field is not known that decides
    /// whether it counts.
    pub fn unknown_share(&self, kind: ResourceType, fields: &[&str]) -> Option<String> {
        let is_decisive = |name: &str| fields.contains(&name);
        let reason = |node: Node<'_>| {
            let (_, why) = node.resource.unknown.as_ref()?.iter().find(|(name, _)| is_decisive(name))?;
            Some(format!("too little is known of {} `{}` to take a share: {why}", kind.label(), node.label()))
        };
        self.subjects(kind).find_map(reason)
    }

    /// Names what a share is of, within what this instance is limited to: `models`, `models in paths models/marts`.
    pub fn share_key(&self, of: &str) -> String {
        match self.instance.scope.words.as_str() {
            "" => of.to_owned(),
            scope => format!("{of} in {scope}"),
        }
    }

    /// A share that must not fall, as it is now.
    pub fn share(&self, key: String, covered: u64, total: u64) -> Share {
        Share { code: self.instance.info.code, key, covered, total }
    }

    /// What code reads by its name in the warehouse.
    pub(crate) fn by_name(&self) -> ByName<'p> {
        self.world.by_name()
    }

    /// Notes what the rule leaves alone, and why: `--verbose` says so.
    pub fn leave_alone(&self, what: String) {
        self.world.leave_alone(self.instance.info.code, what);
    }

    /// Notes a share, so that a baseline can record it.
    pub fn measure(&self, share: Share) {
        self.world.measure(share);
    }

    /// What the baseline has recorded of a share.
    pub fn recorded(&self, share: &Share) -> Option<&'p Share> {
        self.settings.recorded_shares.get(share.code, &share.key)
    }

    /// The day that rules take for today; `None` where the settings leave it open.
    pub fn today(&self) -> Option<Date> {
        Date::parse(&self.settings.today)
    }

    /// Whether the description counts as one, by the shared semantics and the given minimum length in characters.
    pub fn is_described(&self, node: Node<'_>, min_length: usize) -> bool {
        crate::project::is_description(&node.description, &node.name, min_length)
    }

    /// What rests on a resource, as a line of evidence: "a dashboard rests on it: fct_orders → exposure weekly_kpis".
    /// `None` where no exposure does.
    pub fn exposure_evidence(&self, id: ResourceId) -> Option<String> {
        let path = self.graph.path_to_exposure(id).filter(|path| path.len() > 1)?;
        let exposure = self.project.get(*path.last()?).as_exposure()?;
        let what = match exposure.exposure_type.as_str() {
            "dashboard" => "a dashboard",
            "notebook" => "a notebook",
            "analysis" => "an analysis",
            "ml" => "an ML model",
            "application" => "an application",
            _ => "an exposure",
        };
        Some(format!("{what} rests on it: {}", self.path(&path)))
    }

    /// A list of resources for people, cut to the first five: `stg_orders, erp.customers and 3 more`.
    pub fn names(&self, ids: &[ResourceId]) -> String {
        words::listed(ids.iter().map(|&id| self.project.get(id).label()))
    }

    /// A path through the graph for people: `stg_orders → fct_orders → exposure weekly_kpis`.
    pub fn path(&self, ids: &[ResourceId]) -> String {
        let name = |&id: &ResourceId| {
            let resource = self.project.get(id);
            match resource.kind {
                ResourceType::Model => resource.label(),
                kind => format!("{} {}", kind.label(), resource.label()),
            }
        };
        let names = |ids: &[ResourceId]| ids.iter().map(name).collect::<Vec<_>>().join(" → ");
        // Longer ones explain nothing, and one for each model of a long chain would be as much as its square.
        if ids.len() <= LONGEST_PATH {
            return names(ids);
        }
        let (start, end) = (&ids[..LONGEST_PATH / 2], &ids[ids.len() - LONGEST_PATH / 2..]);
        format!("{} → ({} more) → {}", names(start), ids.len() - start.len() - end.len(), names(end))
    }
}
