//! Who owns what, how much of it needs work, and who cannot be reached.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::ground::Ground;
use super::number::tenths;
use super::risk::Risks;
use super::score::{Scorer, Tally};
use crate::project::{ResourceId, ResourceType};
use crate::rules::ownership::is_reachable;

/// What one owner has.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Owner {
    /// As people write it most.
    pub name: String,
    pub models: usize,
    /// Source tables.
    pub sources: usize,
    pub exposures: usize,
    /// Seeds, snapshots, metrics, semantic models, saved queries and groups.
    pub others: usize,
    /// Models of theirs that feed a dashboard.
    pub feeding: usize,
    /// The same as a share of all models that feed a dashboard, from 0 to 1, rounded down to three decimals; null where none
    /// does.
    pub share: Option<f64>,
    /// Exposures, of anyone, that rest on something of theirs, or are theirs.
    pub dashboards: u32,
    /// Findings on what they own.
    pub findings: Tally,
    /// The risk of these findings, one decimal.
    pub risk: f64,
    /// From 0 to 100.
    pub score: Option<f64>,
}

/// An owner whom nobody can reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unreachable {
    /// Unique id of the group or exposure.
    pub id: String,
    /// The owner's name, where it has one.
    pub name: Option<String>,
    /// How many resources that have a score belong to the group; 1 for an exposure.
    pub resources: usize,
}

/// Owners, in the order of positions in `lineage.nodes.owner`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Owners {
    pub owners: Vec<Owner>,
    /// Models that nobody owns.
    pub unowned_models: usize,
    /// Models that feed a dashboard, whoever owns them.
    pub feeding: usize,
    /// Of these, those that nobody owns.
    pub unowned_feeding: usize,
    /// Groups whose owner has no e-mail or other contact, and exposures whose owner lacks what is required.
    pub unreachable: Vec<Unreachable>,
}

pub(super) fn owners(ground: &Ground<'_>, risks: &Risks, scorer: &Scorer<'_, '_>) -> Owners {
    let mut holdings: BTreeMap<&str, Vec<ResourceId>> =
        ground.owner_names.keys().map(|key| (key.as_str(), Vec::new())).collect();
    let (mut unowned, mut feeding, mut unowned_feeding) = (0, 0, 0);
    for id in ground.scored() {
        let keys = &ground.owners[id.index()];
        for key in keys {
            holdings.entry(key).or_default().push(id);
        }
        if ground.project.get(id).kind == ResourceType::Model {
            let feeds = ground.graph.feeds_exposure(id);
            feeding += usize::from(feeds);
            unowned += usize::from(keys.is_empty());
            unowned_feeding += usize::from(feeds && keys.is_empty());
        }
    }
    let exposures = ground.project.of_kind(ResourceType::Exposure);
    let sets: Vec<Vec<ResourceId>> = holdings.values().cloned().collect();
    let dashboards = ground.graph.reach().downstream_of_sets(exposures, &sets);
    let risk = risks.by_part(ground, |id| ground.owners[id.index()].iter().map(String::as_str).collect());
    let owner = |((key, ids), dashboards): ((&str, Vec<ResourceId>), u32)| {
        let owner = owner(ground.owner_name(key), &ids, feeding, ground, scorer);
        Owner { dashboards, risk: tenths(risk.get(key).copied().unwrap_or_default()), ..owner }
    };
    Owners {
        owners: holdings.into_iter().zip(dashboards).map(owner).collect(),
        unowned_models: unowned,
        feeding,
        unowned_feeding,
        unreachable: unreachable(ground),
    }
}

fn owner(name: String, ids: &[ResourceId], all_feeding: usize, ground: &Ground<'_>, scorer: &Scorer<'_, '_>) -> Owner {
    let kind = |id: &ResourceId| ground.project.get(*id).kind;
    let count = |wanted: ResourceType| ids.iter().filter(|id| kind(id) == wanted).count();
    let (models, sources, exposures) =
        (count(ResourceType::Model), count(ResourceType::Source), count(ResourceType::Exposure));
    let is_feeding = |id: &&ResourceId| kind(id) == ResourceType::Model && ground.graph.feeds_exposure(**id);
    let feeding = ids.iter().filter(is_feeding).count();
    let findings: BTreeSet<usize> = ids.iter().flat_map(|id| scorer.findings_on(*id)).copied().collect();
    let mut tally = Tally::default();
    findings.iter().for_each(|&finding| tally.add(scorer.severity(finding)));
    Owner {
        name,
        models,
        sources,
        exposures,
        others: ids.len() - models - sources - exposures,
        feeding,
        share: (all_feeding > 0).then(|| (feeding * 1000 / all_feeding) as f64 / 1000.0),
        dashboards: 0,
        findings: tally,
        risk: 0.0,
        score: scorer.of(ids).score,
    }
}

fn unreachable(ground: &Ground<'_>) -> Vec<Unreachable> {
    let mut found = Vec::new();
    for id in ground.scored() {
        let resource = ground.project.get(id);
        let name = |owner: &crate::project::Owner<'_>| owner.name.non_empty().map(str::to_owned);
        let (name, resources) = if let Some(group) = resource.as_group()
            && !is_reachable(&group.owner)
        {
            let is_member = |id: &ResourceId| ground.project.get(*id).group.as_deref() == Some(resource.name.as_str());
            (name(&group.owner), ground.scored().filter(is_member).count())
        } else if let Some(exposure) = resource.as_exposure()
            && !ground.measures.is_owned(ground.node(id))
        {
            (name(&exposure.owner), 1)
        } else {
            continue;
        };
        found.push(Unreachable { id: resource.unique_id.to_string(), name, resources });
    }
    found
}
