//! What rests on a subject: how far a defect of it carries.

use std::collections::{HashMap, HashSet};

use super::ground::{Ground, Subject};
use crate::project::{ResourceId, ResourceType};
use crate::words::counted;

/// What the last run and the history say, where they are at hand.
#[derive(Debug, Default)]
pub struct Circumstances {
    /// Unique ids of nodes and tests that failed in the last run; `None` where it is not at hand.
    pub failed: Option<HashSet<String>>,
    /// How often each file was changed within the last year, by path relative to the project; `None` if nobody asked.
    pub commits: Option<HashMap<String, u32>>,
}

/// How much hangs on a subject.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Bearing {
    /// Exposures that it feeds, itself included if it is one.
    pub dashboards: u32,
    /// Models downstream.
    pub downstream: u32,
    /// Models upstream.
    pub upstream: u32,
    /// Any project may build on it, and a contract says that it may rely on it.
    pub is_contract: bool,
    /// It has columns with personal data, known or suspected.
    pub is_personal: bool,
    /// It or a test of it failed in the last run.
    pub has_failed: bool,
    pub commits: u32,
    /// It is an exposure: the one dashboard that it counts is itself.
    pub is_dashboard: bool,
    /// It is the project as a whole.
    pub is_project: bool,
}

/// What a defect of the project as a whole is multiplied by.
const PROJECT: f64 = 3.0;

fn log2_plus_one(count: u32) -> f64 {
    (1.0 + f64::from(count)).log2()
}

impl Bearing {
    /// What a finding's severity is multiplied by.
    pub fn factor(&self) -> f64 {
        if self.is_project {
            return PROJECT;
        }
        let bridge = self.upstream.min(self.downstream);
        1.0 + 2.0 * log2_plus_one(self.dashboards)
            + log2_plus_one(self.downstream) / 2.0
            + log2_plus_one(bridge) / 4.0
            + if self.is_contract { 2.0 } else { 0.0 }
            + if self.is_personal { 2.0 } else { 0.0 }
            + if self.has_failed { 3.0 } else { 0.0 }
            + log2_plus_one(self.commits) / 2.0
    }

    /// How much it counts in a score.
    pub fn weight(&self) -> f64 {
        1.0 + log2_plus_one(self.dashboards) + log2_plus_one(self.downstream) / 2.0
    }

    /// The same in words: "feeds 3 dashboards, 41 models; public with a contract; personal data".
    pub fn words(&self) -> String {
        if self.is_project {
            return "concerns the project as a whole".to_owned();
        }
        let feeds = match (self.dashboards, self.downstream) {
            _ if self.is_dashboard => "is a dashboard".to_owned(),
            (0, 0) => "feeds nothing".to_owned(),
            (0, models) => format!("feeds {}", counted(models as usize, "model")),
            (dashboards, 0) => format!("feeds {}", counted(dashboards as usize, "dashboard")),
            (dashboards, models) => {
                format!("feeds {}, {}", counted(dashboards as usize, "dashboard"), counted(models as usize, "model"))
            }
        };
        let mut parts = vec![feeds];
        parts.extend(self.is_contract.then(|| "public with a contract".to_owned()));
        parts.extend(self.is_personal.then(|| "personal data".to_owned()));
        parts.extend(self.has_failed.then(|| "failed in the last run".to_owned()));
        parts.extend((self.commits > 0).then(|| format!("{} in a year", counted(self.commits as usize, "commit"))));
        parts.join("; ")
    }
}

/// The bearing of every subject.
pub(super) struct Bearings {
    resources: Vec<Bearing>,
    sources: Vec<Bearing>,
}

impl Bearings {
    pub fn new(ground: &Ground<'_>, circumstances: &Circumstances) -> Self {
        let reach = ground.graph.reach();
        let of_kind = |kind| ground.project.of_kind(kind);
        let (models, exposures) = (of_kind(ResourceType::Model), of_kind(ResourceType::Exposure));
        let (dashboards, down, up) = (reach.downstream(exposures), reach.downstream(models), reach.upstream(models));
        let bearing = |index: usize| {
            let id = ResourceId(index as u32);
            let itself = u32::from(ground.project.get(id).kind == ResourceType::Model);
            Bearing {
                dashboards: dashboards[index],
                downstream: down[index] - itself,
                upstream: up[index] - itself,
                ..own(ground, id, circumstances)
            }
        };
        let mut resources: Vec<Bearing> = (0..ground.project.resources.len()).map(bearing).collect();

        let groups = of_kind(ResourceType::Group);
        let mut sets = members(ground, groups);
        sets.extend(ground.sources.iter().map(|source| source.tables.clone()));
        let (dashboards, down) = (reach.downstream_of_sets(exposures, &sets), reach.downstream_of_sets(models, &sets));
        for (at, id) in groups.iter().enumerate() {
            let downstream = down[at];
            resources[id.index()] = Bearing { dashboards: dashboards[at], downstream, ..Bearing::default() };
        }
        let together = |(at, set): (usize, &Vec<ResourceId>)| {
            let any = |has: fn(&Bearing) -> bool| set.iter().any(|id| has(&resources[id.index()]));
            Bearing {
                dashboards: dashboards[at],
                downstream: down[at],
                is_personal: any(|bearing| bearing.is_personal),
                has_failed: any(|bearing| bearing.has_failed),
                commits: set.iter().map(|id| resources[id.index()].commits).max().unwrap_or_default(),
                ..Bearing::default()
            }
        };
        let sources = sets.iter().enumerate().skip(groups.len()).map(together).collect();
        Self { resources, sources }
    }

    pub fn of(&self, subject: Subject) -> Bearing {
        match subject {
            Subject::Resource(id) => self.resources[id.index()],
            Subject::Source(at) => self.sources[at],
            Subject::Project => Bearing { is_project: true, ..Bearing::default() },
        }
    }
}

/// What lies in the resource itself.
fn own(ground: &Ground<'_>, id: ResourceId, circumstances: &Circumstances) -> Bearing {
    let node = ground.node(id);
    let is_contract = ground.measures.is_public(node) && ground.measures.is_contracted(node) == Some(true);
    let has_failed = circumstances.failed.as_ref().is_some_and(|failed| {
        let is_there = |id: ResourceId| failed.contains(ground.project.get(id).unique_id.as_str());
        is_there(id) || ground.project.tests(id).iter().any(|test| is_there(*test))
    });
    let commits = |commits: &HashMap<String, u32>| {
        let of_root = ground.project.is_own(node.resource);
        of_root.then(|| commits.get(node.path.as_str()).copied()).flatten()
    };
    Bearing {
        is_contract,
        is_personal: !ground.measures.sensitive_columns(node).is_empty(),
        has_failed,
        commits: circumstances.commits.as_ref().and_then(commits).unwrap_or_default(),
        is_dashboard: node.kind == ResourceType::Exposure,
        ..Bearing::default()
    }
}

/// What belongs to each of these dbt groups.
fn members(ground: &Ground<'_>, groups: &[ResourceId]) -> Vec<Vec<ResourceId>> {
    let mut members = vec![Vec::new(); groups.len()];
    let by_name: HashMap<&str, usize> =
        groups.iter().enumerate().rev().map(|(at, id)| (ground.project.get(*id).name.as_str(), at)).collect();
    for (id, resource) in ground.project.iter() {
        if let Some(&at) = resource.group.as_deref().and_then(|name| by_name.get(name)) {
            members[at].push(id);
        }
    }
    members
}

#[cfg(test)]
mod tests {
    use super::Bearing;

    #[test]
    fn weighs_by_what_rests_on_it() {
        let nothing = Bearing::default();
        assert_eq!((nothing.factor(), nothing.weight()), (1.0, 1.0));
        assert_eq!(nothing.words(), "feeds nothing");
        let much = Bearing {
            dashboards: 3,
            downstream: 15,
            upstream: 3,
            is_contract: true,
            is_personal: true,
            has_failed: true,
            commits: 7,
            is_dashboard: false,
            is_project: false,
        };
        // 1 + 2 · 2 + 4 / 2 + 2 / 4 + 2 + 2 + 3 + 3 / 2
        assert_eq!(much.factor(), 16.0);
        assert_eq!(much.weight(), 5.0);
        assert_eq!(
            much.words(),
            "feeds 3 dashboards, 15 models; public with a contract; personal data; failed in the last run; 7 commits in \
             a year"
        );
        let itself = Bearing { dashboards: 1, is_dashboard: true, ..nothing };
        assert_eq!((itself.factor(), itself.words().as_str()), (3.0, "is a dashboard"));
        assert_eq!(Bearing { is_project: true, ..nothing }.factor(), 3.0);
    }
}
