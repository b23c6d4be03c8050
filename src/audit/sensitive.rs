//! Columns with personal data, known or suspected, and where they go as far as the graph knows.
//!
//! The graph knows who reads whom, not which column becomes which. So a column is followed by its name: downstream
//! resources that declare one of the same name may hold the same data, and one that is renamed is lost sight of.

use schemars::JsonSchema;
use serde::Serialize;

use super::ground::Ground;
use super::lineage::Positions;
use crate::project::{Column, ResourceId, ResourceType};

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SensitiveColumn {
    /// Unique id of the model, source table, seed or snapshot.
    pub resource: String,
    pub column: String,
    /// What its name looks like: "an e-mail address"; null where only its classification tells.
    pub looks_like: Option<String>,
    /// What classifies it: "meta.pii: true", "tag pii"; null where nothing does.
    pub classification: Option<String>,
    pub owner: Option<String>,
    /// Downstream resources that declare a column of the same name, as positions in the lists of `lineage.nodes`.
    pub flows_to: Vec<usize>,
    /// Public models downstream, whether or not they declare such a column; it may be there under another name.
    pub public_models: Vec<usize>,
    /// Exposures downstream; what they show is not known.
    pub exposures: Vec<usize>,
}

/// Personal data in the project.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Sensitive {
    pub classified: usize,
    /// Columns whose name tells, and which nothing classifies.
    pub suspected: usize,
    /// By resource, in the order of its YAML.
    pub columns: Vec<SensitiveColumn>,
}

pub(super) fn sensitive(ground: &Ground<'_>, positions: &Positions) -> Sensitive {
    let mut columns = Vec::new();
    for id in ground.scored() {
        let found = ground.measures.sensitive_columns(ground.node(id));
        if found.is_empty() {
            continue;
        }
        let below = below(ground, positions, id);
        let public_models = chosen(&below, |id| ground.measures.is_public(ground.node(id)));
        let exposures = chosen(&below, |id| ground.project.get(id).kind == ResourceType::Exposure);
        let resource = ground.project.get(id);
        for found in found {
            let is_same = |column: &Column<'_>| column.name.eq_ignore_ascii_case(&found.column.name);
            columns.push(SensitiveColumn {
                resource: resource.unique_id.to_string(),
                column: found.column.name.to_string(),
                looks_like: found.looks_like.map(|words| words.into_owned()),
                classification: found.classification,
                owner: ground.owned_by(id),
                flows_to: chosen(&below, |id| ground.project.get(id).columns.iter().any(is_same)),
                public_models: public_models.clone(),
                exposures: exposures.clone(),
            });
        }
    }
    let classified = columns.iter().filter(|column| column.classification.is_some()).count();
    Sensitive { classified, suspected: columns.len() - classified, columns }
}

/// What is downstream of a resource, by position.
fn below(ground: &Ground<'_>, positions: &Positions, id: ResourceId) -> Vec<(usize, ResourceId)> {
    let descendants = ground.graph.descendants(id).into_iter();
    let mut below: Vec<_> = descendants.filter_map(|below| Some((positions.of(below)?, below))).collect();
    below.sort_unstable();
    below
}

fn chosen(below: &[(usize, ResourceId)], is_wanted: impl Fn(ResourceId) -> bool) -> Vec<usize> {
    below.iter().filter(|(_, id)| is_wanted(*id)).map(|(position, _)| *position).collect()
}
