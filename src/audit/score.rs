//! Scores from 0 to 100: how sound a part of the project is.
//!
//! The health of a resource is what its findings leave of 1; a score is the mean of the healths, weighed by what rests on
//! each. Sums are of whole numbers, so that neither order nor threads can change a digit, and a project that is there
//! twice has the very score of one.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bearing::Bearings;
use super::ground::{Ground, LAYERS, Subject, is_scored};
use super::risk::{Defect, Risks, repeated};
use crate::findings::{Report, Severity};
use crate::project::{ResourceId, ResourceType};
use crate::rules::{RuleInfo, Trap};

/// How many of the worst findings a score names.
const WORST: usize = 5;

/// How much the project's own findings count beside those of its resources.
const OF_PROJECT: f64 = 0.1;

/// Findings by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tally {
    pub error: usize,
    pub warning: usize,
    pub info: usize,
}

impl Tally {
    pub(super) fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.error += 1,
            Severity::Warning => self.warning += 1,
            Severity::Info => self.info += 1,
        }
    }
}

/// How sound a part of the project is, and by what.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Score {
    /// From 0 to 100, rounded down to one decimal, so that a gap never reads as 100; null where there is nothing to score.
    pub score: Option<f64>,
    /// How many resources it is the score of.
    pub resources: usize,
    /// Findings on them.
    pub findings: Tally,
    /// Its worst findings, the gravest risk first, as positions in `findings`.
    pub worst: Vec<usize>,
    /// All of them, in order, for reports that lead from the number to the findings.
    #[serde(skip)]
    pub all: Vec<usize>,
}

/// The score of one trap.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TrapScore {
    /// One of the five traps: `centralise`, `scale`, `govern`, `serve the business`, `balance the team`.
    pub name: &'static str,
    #[serde(flatten)]
    pub score: Score,
}

/// The score of an owner, a folder or a layer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PartScore {
    /// The owner, folder or layer; null for what has no owner.
    pub name: Option<String>,
    #[serde(flatten)]
    pub score: Score,
}

/// All scores.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Scores {
    pub project: Score,
    /// In the order of docs/traps.md.
    pub traps: Vec<TrapScore>,
    /// By name; what has no owner comes last.
    pub owners: Vec<PartScore>,
    /// Each folder with something in it, without those below; by path.
    pub folders: Vec<PartScore>,
    /// The layers of models, and the other types of resources; from source to exposure.
    pub layers: Vec<PartScore>,
}

/// What of 1 is left for the share of a finding.
fn left(severity: Severity) -> f64 {
    match severity {
        Severity::Error => 0.5,
        Severity::Warning => 0.8,
        Severity::Info => 0.95,
    }
}

/// The defects of one resource: by rule and severity, how many.
type Marks = BTreeMap<(&'static str, Severity), u32>;

/// What the marks leave of 1.
fn health(marks: impl Iterator<Item = (Severity, u32)>) -> f64 {
    marks.map(|(severity, count)| left(severity).powf(repeated(count))).product()
}

/// A sum of weighed healths, in whole numbers.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    sound: u128,
    whole: u128,
}

impl Sum {
    fn add(&mut self, weight: f64, health: f64) {
        const UNIT: f64 = (1_u64 << 40) as f64;
        self.sound += (weight * health * UNIT).round() as u128;
        self.whole += (weight * UNIT).round() as u128;
    }

    /// From 0 to 1; `None` where nothing was added.
    fn share(self) -> Option<f64> {
        (self.whole > 0).then(|| self.sound as f64 / self.whole as f64)
    }
}

/// From 0 to 1, to a score.
fn points(share: f64) -> f64 {
    // A hair more, so that what is 80 but for binary fractions is not 79.9.
    (share * 1000.0 + 1e-9).floor() / 10.0
}

/// What scores are made of.
pub(super) struct Scorer<'a, 'p> {
    ground: &'a Ground<'p>,
    bearings: &'a Bearings,
    risks: &'a Risks,
    severities: Vec<Severity>,
    /// By resource.
    marks: Vec<Marks>,
    /// The findings on each resource, in order.
    findings: Vec<Vec<usize>>,
    /// Defects that stand for no scored resource.
    of_project: Vec<Defect>,
    /// The rules that ran.
    ran: Vec<&'static RuleInfo>,
}

impl<'a, 'p> Scorer<'a, 'p> {
    pub fn new(ground: &'a Ground<'p>, bearings: &'a Bearings, risks: &'a Risks, report: &Report) -> Self {
        let size = ground.project.resources.len();
        let (mut marks, mut findings) = (vec![Marks::new(); size], vec![Vec::new(); size]);
        let mut of_project = Vec::new();
        for defect in &risks.defects {
            let resources = ground.stands_for(defect.subject);
            if resources.is_empty() {
                of_project.push(*defect);
            }
            for id in resources {
                *marks[id.index()].entry((defect.rule.code, defect.severity)).or_default() += 1;
                let findings: &mut Vec<usize> = &mut findings[id.index()];
                if findings.last() != Some(&defect.finding) {
                    findings.push(defect.finding);
                }
            }
        }
        let severities = report.findings.iter().map(|located| located.finding.severity).collect();
        let ran = report.summary.rules.iter().filter(|rule| rule.skipped.is_none()).map(|rule| rule.info).collect();
        Self { ground, bearings, risks, severities, marks, findings, of_project, ran }
    }

    /// Findings on a resource, in the order of the report.
    pub fn findings_on(&self, id: ResourceId) -> &[usize] {
        &self.findings[id.index()]
    }

    pub fn severity(&self, finding: usize) -> Severity {
        self.severities[finding]
    }

    /// The gravest severity of a resource's defects: a grave finding for many may stand for a mild one of this resource.
    pub fn gravest(&self, id: ResourceId) -> Option<Severity> {
        self.marks[id.index()].keys().map(|(_, severity)| *severity).max()
    }

    /// The score of one resource.
    pub fn of_resource(&self, id: ResourceId) -> Option<f64> {
        is_scored(self.ground.project.get(id).kind).then(|| points(self.health(id)))
    }

    fn health(&self, id: ResourceId) -> f64 {
        health(self.marks[id.index()].iter().map(|((_, severity), count)| (*severity, *count)))
    }

    fn weight(&self, id: ResourceId) -> f64 {
        self.bearings.of(Subject::Resource(id)).weight()
    }

    /// The score of some resources, by all their findings.
    pub fn of(&self, resources: &[ResourceId]) -> Score {
        let mut sum = Sum::default();
        resources.iter().for_each(|&id| sum.add(self.weight(id), self.health(id)));
        let findings: BTreeSet<usize> = resources.iter().flat_map(|id| &self.findings[id.index()]).copied().collect();
        self.score(sum.share(), resources.len(), findings)
    }

    fn score(&self, share: Option<f64>, resources: usize, findings: BTreeSet<usize>) -> Score {
        let mut tally = Tally::default();
        findings.iter().for_each(|&finding| tally.add(self.severities[finding]));
        let all: Vec<usize> = findings.into_iter().collect();
        let mut worst = all.clone();
        worst.sort_by(|&a, &b| self.risks.risk(b).total_cmp(&self.risks.risk(a)).then(a.cmp(&b)));
        worst.truncate(WORST);
        Score { score: share.map(points), resources, findings: tally, worst, all }
    }

    pub fn scores(&self) -> Scores {
        let all: Vec<ResourceId> = self.ground.scored().collect();
        let traps = Trap::ALL
            .into_iter()
            .map(|trap| TrapScore { name: trap.as_str(), score: self.of_rules(&all, |rule| rule.trap == trap) });
        Scores {
            project: self.of_rules(&all, |_| true),
            traps: traps.collect(),
            owners: self.owners(&all),
            folders: self.folders(&all),
            layers: self.layers(&all),
        }
    }

    /// The score of the project by some of the rules: of the resources that one of these rules looked at, and of the
    /// project as a whole. Without resources or without rules there is none.
    fn of_rules(&self, all: &[ResourceId], is_wanted: impl Fn(&RuleInfo) -> bool) -> Score {
        let rules: Vec<&RuleInfo> = self.ran.iter().copied().filter(|rule| is_wanted(rule)).collect();
        let looks_at = |kind: ResourceType| rules.iter().any(|rule| rule.looks_at(kind));
        let seen = all.iter().filter(|id| looks_at(self.ground.project.get(**id).kind));
        let wanted: BTreeSet<&str> = rules.iter().map(|rule| rule.code).collect();
        let (mut sum, mut findings, mut resources) = (Sum::default(), BTreeSet::new(), 0);
        for &id in seen {
            let marks = self.marks[id.index()].iter().filter(|((code, _), _)| wanted.contains(code));
            sum.add(self.weight(id), health(marks.map(|((_, severity), count)| (*severity, *count))));
            resources += 1;
        }
        for defect in self.risks.defects.iter().filter(|defect| wanted.contains(defect.rule.code)) {
            findings.insert(defect.finding);
        }
        let project = self.of_project(&rules);
        let share = match sum.share() {
            _ if all.is_empty() || rules.is_empty() => None,
            Some(resources) => Some((1.0 - OF_PROJECT) * resources + OF_PROJECT * project),
            None => Some(project),
        };
        self.score(share, resources, findings)
    }

    /// The health of the project as a whole, as these rules have it: each counts once, with its gravest finding, because
    /// twice the files must not be twice the fault.
    fn of_project(&self, rules: &[&RuleInfo]) -> f64 {
        let mut gravest: BTreeMap<&str, Severity> = BTreeMap::new();
        for defect in self.of_project.iter().filter(|defect| rules.iter().any(|rule| rule.code == defect.rule.code)) {
            let severity = gravest.entry(defect.rule.code).or_insert(defect.severity);
            *severity = (*severity).max(defect.severity);
        }
        health(gravest.into_values().map(|severity| (severity, 1)))
    }

    fn owners(&self, all: &[ResourceId]) -> Vec<PartScore> {
        let mut parts: BTreeMap<Option<&str>, Vec<ResourceId>> = BTreeMap::new();
        for &id in all {
            let owners = &self.ground.owners[id.index()];
            owners.iter().for_each(|key| parts.entry(Some(key)).or_default().push(id));
            if owners.is_empty() {
                parts.entry(None).or_default().push(id);
            }
        }
        let nobodys = parts.remove(&None);
        let named = |(key, ids): (Option<&str>, Vec<ResourceId>)| PartScore {
            name: key.map(|key| self.ground.owner_name(key)),
            score: self.of(&ids),
        };
        parts.into_iter().chain(nobodys.map(|ids| (None, ids))).map(named).collect()
    }

    fn folders(&self, all: &[ResourceId]) -> Vec<PartScore> {
        let mut parts: BTreeMap<&str, Vec<ResourceId>> = BTreeMap::new();
        all.iter().for_each(|&id| parts.entry(self.ground.folder(id)).or_default().push(id));
        let part =
            |(name, ids): (&str, Vec<ResourceId>)| PartScore { name: Some(name.to_owned()), score: self.of(&ids) };
        parts.into_iter().map(part).collect()
    }

    fn layers(&self, all: &[ResourceId]) -> Vec<PartScore> {
        let mut parts: BTreeMap<usize, Vec<ResourceId>> = BTreeMap::new();
        all.iter().for_each(|&id| parts.entry(self.ground.layer_at(id)).or_default().push(id));
        let part =
            |(at, ids): (usize, Vec<ResourceId>)| PartScore { name: Some(LAYERS[at].to_owned()), score: self.of(&ids) };
        parts.into_iter().map(part).collect()
    }
}
