//! How much is documented, owned, tested and so on: by the predicates of the rules, in numbers.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ground::{Ground, LAYERS};
use crate::project::{ResourceId, ResourceType};

/// What can be covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// Has a description that says something.
    Documented,
    /// Has an owner; an exposure, one with all that is required.
    Owned,
    /// Has a test.
    Tested,
    /// Something checks how fresh it is; tables for which that is switched off do not count.
    Fresh,
    /// Enforces a contract; what cannot have one does not count.
    Contracted,
    /// Says who may see it; only columns with personal data, known or suspected, count.
    Classified,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Things {
    Models,
    /// Models that any project may build on.
    PublicModels,
    /// Columns that YAML declares, of models, source tables, seeds and snapshots.
    Columns,
    /// Source tables.
    Sources,
    Seeds,
    Snapshots,
    Exposures,
}

/// How many of the things are covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    pub measure: Measure,
    pub of: Things,
    pub covered: usize,
    pub total: usize,
}

/// The coverage of one part of the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PartCoverage {
    /// The owner, folder or layer; null for what has no owner.
    pub name: Option<String>,
    /// Those with something to cover.
    pub cells: Vec<Cell>,
}

/// The coverage of the project and of each part of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Coverage {
    pub project: Vec<Cell>,
    /// By name; what has no owner comes last.
    pub owners: Vec<PartCoverage>,
    /// Each folder with something in it, without those below.
    pub folders: Vec<PartCoverage>,
    /// From source to exposure.
    pub layers: Vec<PartCoverage>,
}

/// Covered and total, by what is measured and counted.
#[derive(Debug, Clone, Default)]
struct Counts(BTreeMap<(Measure, Things), (usize, usize)>);

impl Counts {
    fn add(&mut self, measure: Measure, of: Things, covered: usize, total: usize) {
        let counts = self.0.entry((measure, of)).or_default();
        counts.0 += covered;
        counts.1 += total;
    }

    fn extend(&mut self, other: &Self) {
        other.0.iter().for_each(|((measure, of), (covered, total))| self.add(*measure, *of, *covered, *total));
    }

    fn cells(&self) -> Vec<Cell> {
        let some = self.0.iter().filter(|(_, (_, total))| *total > 0);
        some.map(|(&(measure, of), &(covered, total))| Cell { measure, of, covered, total }).collect()
    }
}

/// Counts what is covered.
pub(super) fn coverage(ground: &Ground<'_>) -> Coverage {
    let mut project = Counts::default();
    let mut owners: BTreeMap<(bool, &str), Counts> = BTreeMap::new();
    let mut folders: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut layers: BTreeMap<usize, Counts> = BTreeMap::new();
    for id in ground.scored() {
        let counts = counts(ground, id);
        project.extend(&counts);
        for key in &ground.owners[id.index()] {
            owners.entry((false, key)).or_default().extend(&counts);
        }
        if ground.owners[id.index()].is_empty() {
            owners.entry((true, "")).or_default().extend(&counts);
        }
        folders.entry(ground.folder(id)).or_default().extend(&counts);
        layers.entry(ground.layer_at(id)).or_default().extend(&counts);
    }
    let part = |name: Option<String>, counts: Counts| PartCoverage { name, cells: counts.cells() };
    let is_some = |part: &PartCoverage| !part.cells.is_empty();
    let owner =
        |((is_nobody, key), counts): ((bool, &str), Counts)| part((!is_nobody).then(|| ground.owner_name(key)), counts);
    Coverage {
        project: project.cells(),
        owners: owners.into_iter().map(owner).filter(is_some).collect(),
        folders: folders
            .into_iter()
            .map(|(name, counts)| part(Some(name.to_owned()), counts))
            .filter(is_some)
            .collect(),
        layers: layers
            .into_iter()
            .map(|(at, counts)| part(Some(LAYERS[at].to_owned()), counts))
            .filter(is_some)
            .collect(),
    }
}

fn counts(ground: &Ground<'_>, id: ResourceId) -> Counts {
    let (node, measures) = (ground.node(id), &ground.measures);
    let mut counts = Counts::default();
    let things = match node.kind {
        ResourceType::Model => Things::Models,
        ResourceType::Source => Things::Sources,
        ResourceType::Seed => Things::Seeds,
        ResourceType::Snapshot => Things::Snapshots,
        ResourceType::Exposure => Things::Exposures,
        _ => return counts,
    };
    let mut one = |measure, of, is_covered: Option<bool>| {
        if let Some(is_covered) = is_covered {
            counts.add(measure, of, usize::from(is_covered), 1);
        }
    };
    one(Measure::Documented, things, Some(measures.is_documented(node)));
    one(Measure::Owned, things, Some(measures.is_owned(node)));
    one(Measure::Tested, things, measures.is_tested(node));
    one(Measure::Fresh, things, measures.is_fresh(node));
    one(Measure::Contracted, things, measures.is_contracted(node));
    if measures.is_public(node) {
        one(Measure::Contracted, Things::PublicModels, measures.is_contracted(node));
    }
    let columns = node.resource.columns.len();
    if things != Things::Exposures {
        counts.add(Measure::Documented, Things::Columns, columns - measures.undocumented_columns(node), columns);
        let sensitive = measures.sensitive_columns(node);
        let classified = sensitive.iter().filter(|column| column.classification.is_some()).count();
        counts.add(Measure::Classified, Things::Columns, classified, sensitive.len());
    }
    counts
}
