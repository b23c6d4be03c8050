//! Which models feed which exposures, and how far away: shared by the rules of this area.

use std::collections::VecDeque;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::project::{Exposure, Project, Resource, ResourceId, ResourceType};
use crate::rules::Context;

/// What an exposure stands for, in dbt's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExposureType {
    Dashboard,
    Notebook,
    Analysis,
    Ml,
    Application,
}

impl ExposureType {
    pub const ALL: [Self; 5] = [Self::Dashboard, Self::Notebook, Self::Analysis, Self::Ml, Self::Application];

    /// dbt's word in YAML.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dashboard => "dashboard",
            Self::Notebook => "notebook",
            Self::Analysis => "analysis",
            Self::Ml => "ml",
            Self::Application => "application",
        }
    }

    /// The type of an exposure; `None` for a word that dbt does not know.
    pub fn of(exposure: &Exposure<'_>) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == exposure.exposure_type.as_str())
    }
}

/// An exposure for messages: "dashboard `weekly_kpis`", "ML model `churn`".
pub fn in_words(exposure: &Resource<'_>) -> String {
    let kind = match exposure.as_exposure().and_then(ExposureType::of) {
        Some(ExposureType::Ml) => "ML model",
        Some(kind) => kind.as_str(),
        None => "exposure",
    };
    format!("{kind} `{}`", exposure.name)
}

/// Why rules about models that feed dashboards say nothing about this project, if so.
pub fn no_exposures(project: &Project<'_>) -> Option<String> {
    let has_none = project.of_kind(ResourceType::Exposure).is_empty();
    has_none.then(|| "the project declares no exposures, so no model is known to feed a dashboard".to_owned())
}

/// For every resource how far the nearest exposure is, and the way there.
///
/// Distance is counted in what holds data: a model that an exposure lists in `depends_on` is at 1, and so is one that
/// it reaches through metrics, saved queries and semantic models only, because these hold no data of their own.
#[derive(Debug)]
pub struct Feeding {
    distance: Vec<u32>,
    next: Vec<Option<ResourceId>>,
}

impl Feeding {
    /// One sweep upstream from all exposures of those types.
    pub fn new(cx: &Context<'_>, types: &[ExposureType]) -> Self {
        let exposures = cx.project.all(ResourceType::Exposure).filter(|(_, resource)| {
            resource.as_exposure().is_some_and(|exposure| match ExposureType::of(exposure) {
                Some(kind) => types.contains(&kind),
                None => types.len() == ExposureType::ALL.len(),
            })
        });
        let size = cx.project.resources.len();
        let mut feeding = Self { distance: vec![u32::MAX; size], next: vec![None; size] };
        let mut queue = VecDeque::new();
        for (id, _) in exposures {
            feeding.distance[id.index()] = 0;
            feeding.next[id.index()] = Some(id);
            queue.push_back(id);
        }
        feeding.sweep(cx, queue);
        feeding
    }

    /// Breadth-first; steps of length 0 go to the front of the queue, so that it stays sorted by distance.
    fn sweep(&mut self, cx: &Context<'_>, mut queue: VecDeque<ResourceId>) {
        while let Some(reached) = queue.pop_front() {
            for parent in cx.graph.parents(reached) {
                let step = u32::from(holds_data(cx.project.get(parent).kind));
                let distance = self.distance[reached.index()] + step;
                if distance < self.distance[parent.index()] {
                    self.distance[parent.index()] = distance;
                    self.next[parent.index()] = Some(reached);
                    if step == 0 { queue.push_front(parent) } else { queue.push_back(parent) }
                }
            }
        }
    }

    /// Whether the resource feeds an exposure within that distance; 0 is any distance.
    pub fn feeds(&self, id: ResourceId, depth: u32) -> bool {
        let distance = self.distance[id.index()];
        distance != u32::MAX && (depth == 0 || distance <= depth)
    }

    /// The way from a resource to the nearest exposure, both included; `None` where it feeds none.
    pub fn path(&self, cx: &Context<'_>, id: ResourceId) -> Option<Vec<ResourceId>> {
        cx.graph.follow(&self.next, id)
    }
}

fn holds_data(kind: ResourceType) -> bool {
    use ResourceType::{Exposure, Metric, SavedQuery, SemanticModel};
    !matches!(kind, Exposure | Metric | SavedQuery | SemanticModel)
}
