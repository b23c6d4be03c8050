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
use super::number::tenths;
use super::risk::{Defect, Risks, repeated};
use crate::findings::{Located, RuleSummary, Severity};
use crate::project::{ResourceId, ResourceType};
use crate::rules::{RuleInfo, Trap};

/// How many of the worst findings a score names.
const WORST: usize = 5;

/// How much the project's own findings count beside those of its resources.
const OF_PROJECT: f64 = 0.1;

/// How much a resource counts that nothing reads and that is made to be read: it can go, and then nothing should change.
const IDLE: f64 = 0.1;

/// How often a weight is halved at most, so that it never comes to nothing.
const HALVED: usize = 40;

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
    /// Why there is no score, in a few words: "no exposure is declared"; null where there is one.
    pub unknown: Option<&'static str>,
    #[serde(flatten)]
    pub score: Score,
}

/// The score of an owner, a folder or a layer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PartScore {
    /// The owner, folder or layer; null for what has no owner.
    pub name: Option<String>,
    /// The risk of the findings on it, one decimal; of one that stands for many, the part that lies here.
    pub risk: f64,
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

/// What of 1 a finding leaves.
#[derive(Debug, Clone, Copy)]
struct Left {
    error: f64,
    warning: f64,
    info: f64,
}

impl Left {
    /// Of all rules together.
    const OF_ALL: Self = Self { error: 0.5, warning: 0.8, info: 0.95 };
    /// A trap has few rules, so that each says more: where one of them finds fault with everything, the trap is open.
    const OF_TRAP: Self = Self { error: 0.25, warning: 0.5, info: 0.9 };

    fn of(self, severity: Severity) -> f64 {
        match severity {
            Severity::Error => self.error,
            Severity::Warning => self.warning,
            Severity::Info => self.info,
        }
    }

    /// What the marks leave of 1.
    fn health(self, marks: impl Iterator<Item = (Severity, u32)>) -> f64 {
        marks.map(|(severity, count)| self.of(severity).powf(repeated(count))).product()
    }
}

/// The defects of one resource: by rule and severity, how many.
type Marks = BTreeMap<(&'static str, Severity), u32>;

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
    /// The same of what gave way to a graver rule of another trap.
    shadows: Vec<Marks>,
    /// The findings on each resource, in order.
    findings: Vec<Vec<usize>>,
    /// Defects that stand for no scored resource.
    of_project: Vec<Defect>,
    /// The rules that ran.
    ran: Vec<&'static RuleInfo>,
}

impl<'a, 'p> Scorer<'a, 'p> {
    /// `findings` are those that `risks` are of.
    pub fn new(
        ground: &'a Ground<'p>,
        bearings: &'a Bearings,
        risks: &'a Risks,
        findings: &[&Located],
        rules: &[RuleSummary],
    ) -> Self {
        let size = ground.project.resources.len();
        let (marks, shadows) = (marks(ground, &risks.defects), marks(ground, &risks.shadows));
        let mut on = vec![Vec::new(); size];
        let mut of_project = Vec::new();
        for defect in &risks.defects {
            let resources = ground.stands_for(defect.subject);
            if resources.is_empty() {
                of_project.push(*defect);
            }
            for id in resources {
                let findings: &mut Vec<usize> = &mut on[id.index()];
                if findings.last() != Some(&defect.finding) {
                    findings.push(defect.finding);
                }
            }
        }
        let severities = findings.iter().map(|located| located.finding.severity).collect();
        let ran = rules.iter().filter(|rule| rule.skipped.is_none()).map(|rule| rule.info).collect();
        Self { ground, bearings, risks, severities, marks, shadows, findings: on, of_project, ran }
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
        Left::OF_ALL.health(self.marks[id.index()].iter().map(|((_, severity), count)| (*severity, *count)))
    }

    fn weight(&self, id: ResourceId) -> f64 {
        if self.is_idle(id) { IDLE } else { self.bearings.of(Subject::Resource(id)).weight() }
    }

    /// Whether it is there for others in the project to read, and none does. A mart may be read from outside.
    fn is_idle(&self, id: ResourceId) -> bool {
        let is_inner = matches!(self.ground.layer(id), "source" | "base" | "staging" | "intermediate");
        is_inner && self.ground.graph.consumers(id).next().is_none()
    }

    /// The score of some resources, by all their findings.
    pub fn of(&self, resources: &[ResourceId]) -> Score {
        let mut sum = Sum::default();
        resources.iter().for_each(|&id| sum.add(self.weight(id), self.health(id)));
        self.score(sum.share(), resources.len(), self.findings_on_any(resources))
    }

    /// The score of what lies at several distances, the nearest first: of each distance the mean, where the first two
    /// count 1, and each beyond half of the one before.
    pub fn of_levels(&self, levels: &[Vec<ResourceId>]) -> Score {
        let (mut sound, mut whole) = (0.0, 0.0);
        for (distance, resources) in levels.iter().enumerate() {
            let mut sum = Sum::default();
            resources.iter().for_each(|&id| sum.add(1.0, self.health(id)));
            if let Some(share) = sum.share() {
                let weight = 0.5_f64.powi(distance.saturating_sub(1).min(HALVED) as i32);
                sound += weight * share;
                whole += weight;
            }
        }
        let all = levels.concat();
        self.score((whole > 0.0).then(|| sound / whole), all.len(), self.findings_on_any(&all))
    }

    fn findings_on_any(&self, resources: &[ResourceId]) -> BTreeSet<usize> {
        resources.iter().flat_map(|id| &self.findings[id.index()]).copied().collect()
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
        Scores {
            project: self.project(),
            traps: Trap::ALL.into_iter().map(|trap| self.trap(trap, &all)).collect(),
            owners: self.owners(&all),
            folders: self.folders(&all),
            layers: self.layers(&all),
        }
    }

    /// The score of the project, by all rules that ran.
    pub fn project(&self) -> Score {
        let all: Vec<ResourceId> = self.ground.scored().collect();
        let seen = self.seen(&self.ran, &all);
        let share =
            if all.is_empty() { None } else { self.by_rules(&self.ran, &seen, Left::OF_ALL, |id| self.health(id)) };
        self.score(share, seen.len(), (0..self.severities.len()).collect())
    }

    /// The score of the project by the rules of a trap.
    fn trap(&self, trap: Trap, all: &[ResourceId]) -> TrapScore {
        let rules: Vec<&RuleInfo> = self.ran.iter().copied().filter(|rule| rule.trap == trap).collect();
        let seen = self.seen(&rules, all);
        let wanted: BTreeSet<&str> = rules.iter().map(|rule| rule.code).collect();
        let defects = self.risks.defects.iter().chain(&self.risks.shadows);
        let findings =
            defects.filter(|defect| wanted.contains(defect.rule.code)).map(|defect| defect.finding).collect();
        let health = |id: ResourceId| {
            let marks = self.marks[id.index()].iter().chain(&self.shadows[id.index()]);
            let own = marks.filter(|((code, _), _)| wanted.contains(code));
            Left::OF_TRAP.health(own.map(|((_, severity), count)| (*severity, *count)))
        };
        let unknown = self.unknown(trap, &rules, all);
        let share = if unknown.is_some() { None } else { self.by_rules(&rules, &seen, Left::OF_TRAP, health) };
        TrapScore { name: trap.as_str(), unknown, score: self.score(share, seen.len(), findings) }
    }

    /// The resources that one of these rules looks at.
    fn seen(&self, rules: &[&RuleInfo], all: &[ResourceId]) -> Vec<ResourceId> {
        let looks_at = |kind: ResourceType| rules.iter().any(|rule| rule.looks_at(kind));
        all.iter().copied().filter(|id| looks_at(self.ground.project.get(*id).kind)).collect()
    }

    /// Why nothing can be said about a trap.
    fn unknown(&self, trap: Trap, rules: &[&RuleInfo], all: &[ResourceId]) -> Option<&'static str> {
        let kind = |id: &ResourceId| self.ground.project.get(*id).kind;
        let is_spread = |id: &ResourceId| {
            let is_owned = !self.ground.owners[id.index()].is_empty();
            is_owned && kind(id) == ResourceType::Model && self.ground.graph.feeds_exposure(*id)
        };
        match trap {
            _ if all.is_empty() => Some("there is nothing to score"),
            _ if rules.is_empty() => Some("none of its rules ran"),
            Trap::ServeTheBusiness if !all.iter().any(|id| kind(id) == ResourceType::Exposure) => {
                Some("no exposure is declared")
            }
            Trap::BalanceTheTeam if !all.iter().any(is_spread) => Some("no model that feeds a dashboard has an owner"),
            _ => None,
        }
    }

    /// What is left of 1 of the resources and of the project as a whole; unknown where no rule ran.
    fn by_rules(
        &self,
        rules: &[&RuleInfo],
        resources: &[ResourceId],
        left: Left,
        health: impl Fn(ResourceId) -> f64,
    ) -> Option<f64> {
        let mut sum = Sum::default();
        resources.iter().for_each(|&id| sum.add(self.weight(id), health(id)));
        let project = self.of_project(rules, left);
        match sum.share() {
            _ if rules.is_empty() => None,
            Some(resources) => Some((1.0 - OF_PROJECT) * resources + OF_PROJECT * project),
            None => Some(project),
        }
    }

    /// The health of the project as a whole, as these rules have it: each counts once, with its gravest finding, because
    /// twice the files must not be twice the fault.
    fn of_project(&self, rules: &[&RuleInfo], left: Left) -> f64 {
        let mut gravest: BTreeMap<&str, Severity> = BTreeMap::new();
        for defect in self.of_project.iter().filter(|defect| rules.iter().any(|rule| rule.code == defect.rule.code)) {
            let severity = gravest.entry(defect.rule.code).or_insert(defect.severity);
            *severity = (*severity).max(defect.severity);
        }
        left.health(gravest.into_values().map(|severity| (severity, 1)))
    }

    fn owners(&self, all: &[ResourceId]) -> Vec<PartScore> {
        let owners = |id: ResourceId| {
            let owners = &self.ground.owners[id.index()];
            let nobody = owners.is_empty().then_some((true, ""));
            owners.iter().map(|key| (false, key.as_str())).chain(nobody).collect()
        };
        let name = |(is_nobody, key): (bool, &str)| (!is_nobody).then(|| self.ground.owner_name(key));
        self.parts(all, owners, name)
    }

    fn folders(&self, all: &[ResourceId]) -> Vec<PartScore> {
        self.parts(all, |id| vec![self.ground.folder(id)], |name| Some(name.to_owned()))
    }

    fn layers(&self, all: &[ResourceId]) -> Vec<PartScore> {
        self.parts(all, |id| vec![self.ground.layer_at(id)], |at| Some(LAYERS[at].to_owned()))
    }

    /// The scores of the parts that each resource belongs to, in order.
    fn parts<Part: Ord + Copy>(
        &self,
        all: &[ResourceId],
        of: impl Fn(ResourceId) -> Vec<Part>,
        name: impl Fn(Part) -> Option<String>,
    ) -> Vec<PartScore> {
        let mut parts: BTreeMap<Part, Vec<ResourceId>> = BTreeMap::new();
        for &id in all {
            of(id).into_iter().for_each(|part| parts.entry(part).or_default().push(id));
        }
        let risks = self.risks.by_part(self.ground, of);
        let score = |(part, ids): (Part, Vec<ResourceId>)| PartScore {
            name: name(part),
            risk: tenths(risks.get(&part).copied().unwrap_or_default()),
            score: self.of(&ids),
        };
        parts.into_iter().map(score).collect()
    }
}

/// The defects on each scored resource.
fn marks(ground: &Ground<'_>, defects: &[Defect]) -> Vec<Marks> {
    let mut marks = vec![Marks::new(); ground.project.resources.len()];
    for defect in defects {
        for id in ground.stands_for(defect.subject) {
            *marks[id.index()].entry((defect.rule.code, defect.severity)).or_default() += 1;
        }
    }
    marks
}
