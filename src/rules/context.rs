//! What a rule sees: the project, the graph, the settings, and where to put findings.

use std::ops::Deref;

use super::instance::Instance;
use crate::config::Settings;
use crate::findings::{Finding, Place, Severity};
use crate::graph::Graph;
use crate::project::{Date, Layer, Ownership, Project, Resource, ResourceId, ResourceType};

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

/// One rule's view of the world, and its sink. Each worker has its own.
pub struct Context<'p> {
    pub project: &'p Project<'p>,
    pub graph: &'p Graph,
    pub settings: &'p Settings,
    world: &'p super::engine::World<'p>,
    instance: &'p Instance,
    findings: Vec<Finding>,
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

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// Reports a defect of `node` at a place in its files. Chain `help`, `evidence`, `part`, `related` onto it.
    pub fn report(&mut self, node: Node<'_>, place: Place, message: impl Into<String>) -> &mut Finding {
        let severity = self.world.severity(self.instance, node.id);
        let finding = self.finding(severity, node.unique_id.to_string(), Some(node.id), place, message.into());
        self.push(severity.is_some(), finding)
    }

    /// Reports a defect of the project as a whole, at a key of `dbt_project.yml`.
    pub fn report_project(&mut self, place: Place, message: impl Into<String>) -> &mut Finding {
        let subject = format!("project.{}", self.project.name);
        let finding = self.finding(Some(self.instance.severity), subject, None, place, message.into());
        self.push(true, finding)
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
            help: String::new(),
            evidence: Vec::new(),
            related: Vec::new(),
            located_in,
            place,
        }
    }

    fn push(&mut self, wanted: bool, finding: Finding) -> &mut Finding {
        if wanted {
            self.findings.push(finding);
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
        self.world.severity(self.instance, id).is_some()
    }

    /// The layer a model is in.
    pub fn layer(&self, id: ResourceId) -> Layer {
        self.world.layers[id.index()]
    }

    /// Who owns a resource, and where that was looked for.
    pub fn ownership(&self, node: Node<'_>) -> Ownership {
        self.settings.owners.of(self.project, node.resource)
    }

    /// The day that rules take for today; `None` where the settings leave it open.
    pub fn today(&self) -> Option<Date> {
        Date::parse(&self.settings.today)
    }

    /// Whether the description counts as one, by the shared semantics and the given minimum length in characters.
    pub fn is_described(&self, node: Node<'_>, min_length: usize) -> bool {
        crate::project::is_description(&node.description, &node.name, min_length)
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
        ids.iter().map(name).collect::<Vec<_>>().join(" → ")
    }
}
