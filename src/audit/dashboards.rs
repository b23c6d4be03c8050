//! What each exposure rests on, and where that is weak.

use schemars::JsonSchema;
use serde::Serialize;

use super::ground::Ground;
use super::lineage::{Gaps, Positions};
use super::score::{Score, Scorer};
use crate::project::{ResourceId, ResourceType};

/// How many of the resources above an exposure have a gap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WeakLinks {
    pub undocumented: usize,
    pub untested: usize,
    pub unowned: usize,
    pub orphaned: usize,
    pub unfresh: usize,
}

/// An exposure with all that it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Dashboard {
    /// Unique id.
    pub id: String,
    pub name: String,
    /// The name for readers, where it has one.
    pub label: Option<String>,
    /// `dashboard`, `notebook`, `analysis`, `ml` or `application`.
    pub exposure_type: String,
    pub owner: Option<String>,
    pub maturity: Option<String>,
    pub url: Option<String>,
    /// Of the exposure and all that it rests on, what is near counting most.
    #[serde(flatten)]
    pub score: Score,
    /// How many of the models, source tables, seeds and snapshots above it are governed: documented, owned and tested, and
    /// source tables fresh. Those of packages do not count.
    pub governed: usize,
    /// How many of these there are.
    pub governable: usize,
    pub weak: WeakLinks,
    /// Everything above it, as the position in the lists of `lineage.nodes` and how many steps away; nearest first.
    pub upstream: Vec<(usize, u32)>,
}

/// One a exposure, the lowest score first.
pub(super) fn dashboards(
    ground: &Ground<'_>,
    positions: &Positions,
    scorer: &Scorer<'_, '_>,
    gaps: &[Gaps],
) -> Vec<Dashboard> {
    let mut ancestry = ground.graph.ancestry();
    let exposures = ground.project.all(ResourceType::Exposure).filter(|(id, _)| ground.is_subject(*id));
    let mut dashboards: Vec<Dashboard> = exposures
        .map(|(id, _)| {
            let upstream = ancestry.of(id);
            dashboard(id, &upstream, ground, positions, scorer, gaps)
        })
        .collect();
    let points = |dashboard: &Dashboard| dashboard.score.score.unwrap_or(f64::INFINITY);
    dashboards.sort_by(|a, b| points(a).total_cmp(&points(b)).then_with(|| a.id.cmp(&b.id)));
    dashboards
}

fn dashboard(
    id: ResourceId,
    upstream: &[(ResourceId, u32)],
    ground: &Ground<'_>,
    positions: &Positions,
    scorer: &Scorer<'_, '_>,
    gaps: &[Gaps],
) -> Dashboard {
    let resource = ground.project.get(id);
    let exposure = resource.as_exposure().cloned().unwrap_or_default();
    let own: Vec<ResourceId> = upstream.iter().map(|(id, _)| *id).filter(|id| ground.is_subject(*id)).collect();
    let governable: Vec<&ResourceId> = own.iter().filter(|id| is_governable(ground.project.get(**id).kind)).collect();
    let text = |text: &crate::project::Text<'_>| text.non_empty().map(str::to_owned);
    Dashboard {
        id: resource.unique_id.to_string(),
        name: resource.name.to_string(),
        label: text(&exposure.label),
        exposure_type: exposure.exposure_type.to_string(),
        owner: ground.owned_by(id),
        maturity: text(&exposure.maturity),
        url: text(&exposure.url),
        score: scorer.of_levels(&levels(id, upstream, ground, scorer)),
        governed: governable.iter().filter(|id| gaps[id.index()] == Gaps::default()).count(),
        governable: governable.len(),
        weak: weak(&own, gaps),
        upstream: upstream.iter().filter_map(|(id, depth)| Some((positions.of(*id)?, *depth))).collect(),
    }
}

/// The exposure, what it reads, what that reads, and so on, as far as scores are of it.
fn levels(
    id: ResourceId,
    upstream: &[(ResourceId, u32)],
    ground: &Ground<'_>,
    scorer: &Scorer<'_, '_>,
) -> Vec<Vec<ResourceId>> {
    let mut levels = vec![vec![id]];
    for (id, depth) in upstream.iter().filter(|(id, _)| ground.is_subject(*id) && scorer.of_resource(*id).is_some()) {
        let depth = *depth as usize;
        if levels.len() <= depth {
            levels.resize(depth + 1, Vec::new());
        }
        levels[depth].push(*id);
    }
    levels
}

fn is_governable(kind: ResourceType) -> bool {
    matches!(kind, ResourceType::Model | ResourceType::Source | ResourceType::Seed | ResourceType::Snapshot)
}

fn weak(resources: &[ResourceId], gaps: &[Gaps]) -> WeakLinks {
    let count = |gap: Gaps| resources.iter().filter(|id| gaps[id.index()].has(gap)).count();
    WeakLinks {
        undocumented: count(Gaps::UNDOCUMENTED),
        untested: count(Gaps::UNTESTED),
        unowned: count(Gaps::UNOWNED),
        orphaned: count(Gaps::ORPHANED),
        unfresh: count(Gaps::UNFRESH),
    }
}
