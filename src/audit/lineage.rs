//! The lineage, as a picture needs it: resources as columns of a table, and who reads whom.

use schemars::JsonSchema;
use serde::Serialize;

use super::bearing::Bearings;
use super::ground::{Ground, Subject};
use super::score::Scorer;
use crate::findings::Severity;
use crate::project::{ResourceId, ResourceType};

/// What is missing of a resource, one bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Gaps(pub u8);

impl Gaps {
    pub const UNDOCUMENTED: Self = Self(1);
    pub const UNTESTED: Self = Self(2);
    pub const UNOWNED: Self = Self(4);
    pub const ORPHANED: Self = Self(8);
    pub const UNFRESH: Self = Self(16);

    pub fn has(self, gap: Self) -> bool {
        self.0 & gap.0 != 0
    }

    fn set(&mut self, gap: Self, is_there: bool) {
        if is_there {
            self.0 |= gap.0;
        }
    }
}

/// What reads or gives data: models, sources, seeds, snapshots, semantic models, metrics, saved queries and exposures,
/// those of packages included. Every list has one item a resource, in order of unique id.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Nodes {
    /// Unique id.
    pub id: Vec<String>,
    /// Name with version, or with source.
    pub name: Vec<String>,
    /// Layer of a model, type of everything else.
    pub layer: Vec<&'static str>,
    /// The file that defines it, relative to its project.
    pub path: Vec<String>,
    /// Position in `owners`; null where nobody is named. Of several owners the first.
    pub owner: Vec<Option<usize>>,
    /// The gravest severity of its findings; null without findings.
    pub severity: Vec<Option<Severity>>,
    /// Its findings, as positions in `findings`.
    pub findings: Vec<Vec<usize>>,
    /// From 0 to 100; null for what scores are not of.
    pub score: Vec<Option<f64>>,
    /// How many exposures it feeds, itself included if it is one.
    pub dashboards: Vec<u32>,
    /// Models downstream.
    pub downstream: Vec<u32>,
    /// Models upstream.
    pub upstream: Vec<u32>,
    /// What is missing, added up: 1 undocumented, 2 untested, 4 unowned, 8 orphaned (feeds a dashboard and rests on
    /// nothing), 16 unfresh (a source table whose freshness nobody checks).
    pub gaps: Vec<u8>,
    /// Whether it is of an installed package, and so not the project's to mend.
    pub is_foreign: Vec<bool>,
}

/// The picture.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Lineage {
    pub nodes: Nodes,
    /// Parent and child, as positions in the lists of `nodes`.
    pub edges: Vec<(usize, usize)>,
}

/// Which resources the picture has, and where each stands in it.
pub(super) struct Positions {
    pub ids: Vec<ResourceId>,
    at: Vec<Option<usize>>,
}

impl Positions {
    pub fn new(ground: &Ground<'_>) -> Self {
        let shown = ground.project.iter().filter(|(_, resource)| is_shown(resource.kind));
        let ids: Vec<ResourceId> = shown.map(|(id, _)| id).collect();
        let mut at = vec![None; ground.project.resources.len()];
        ids.iter().enumerate().for_each(|(position, id)| at[id.index()] = Some(position));
        Self { ids, at }
    }

    pub fn of(&self, id: ResourceId) -> Option<usize> {
        self.at[id.index()]
    }
}

fn is_shown(kind: ResourceType) -> bool {
    use ResourceType::{Exposure, Function, Metric, Model, SavedQuery, Seed, SemanticModel, Snapshot, Source};
    matches!(kind, Model | Source | Seed | Snapshot | SemanticModel | Metric | SavedQuery | Exposure | Function)
}

/// What is missing of every resource, by id; nothing of what is not the project's.
pub(super) fn gaps(ground: &Ground<'_>, orphaned: &[bool]) -> Vec<Gaps> {
    let measures = &ground.measures;
    let gaps = |index: usize| {
        let id = ResourceId(index as u32);
        let node = ground.node(id);
        let mut gaps = Gaps::default();
        if is_shown(node.kind) && node.kind != ResourceType::Function && ground.is_subject(id) {
            gaps.set(Gaps::UNDOCUMENTED, !measures.is_documented(node));
            gaps.set(Gaps::UNTESTED, measures.is_tested(node) == Some(false));
            gaps.set(Gaps::UNOWNED, !measures.is_owned(node));
            gaps.set(Gaps::ORPHANED, orphaned[index]);
            gaps.set(Gaps::UNFRESH, measures.is_fresh(node) == Some(false));
        }
        gaps
    };
    (0..ground.project.resources.len()).map(gaps).collect()
}

pub(super) fn lineage(
    ground: &Ground<'_>,
    positions: &Positions,
    bearings: &Bearings,
    scorer: &Scorer<'_, '_>,
    gaps: &[Gaps],
) -> Lineage {
    let owner_at: Vec<&String> = ground.owner_names.keys().collect();
    let mut nodes = Nodes::default();
    let mut edges = Vec::new();
    for (position, &id) in positions.ids.iter().enumerate() {
        let (resource, bearing) = (ground.project.get(id), bearings.of(Subject::Resource(id)));
        let findings = scorer.findings_on(id);
        let owner = ground.owners[id.index()].first().and_then(|key| owner_at.binary_search(&key).ok());
        nodes.id.push(resource.unique_id.to_string());
        nodes.name.push(resource.label());
        nodes.layer.push(ground.layer(id));
        nodes.path.push(resource.path.to_string());
        nodes.owner.push(owner);
        nodes.severity.push(findings.iter().map(|&finding| scorer.severity(finding)).max());
        nodes.findings.push(findings.to_vec());
        nodes.score.push(ground.is_subject(id).then(|| scorer.of_resource(id)).flatten());
        nodes.dashboards.push(bearing.dashboards);
        nodes.downstream.push(bearing.downstream);
        nodes.upstream.push(bearing.upstream);
        nodes.gaps.push(gaps[id.index()].0);
        nodes.is_foreign.push(!ground.is_subject(id));
        edges.extend(ground.graph.children(id).filter_map(|child| Some((position, positions.of(child)?))));
    }
    Lineage { nodes, edges }
}
