//! The risk of each finding: how grave it is, times what it touches.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use super::bearing::Bearings;
use super::ground::{Ground, Subject};
use crate::findings::{Located, Severity};
use crate::project::ResourceType;
use crate::rules::{Instance, RuleInfo, all};
use crate::words::counted;

/// What a severity counts.
fn gravity(severity: Severity) -> f64 {
    match severity {
        Severity::Error => 8.0,
        Severity::Warning => 3.0,
        Severity::Info => 1.0,
    }
}

/// How much `count` defects of one kind on one subject count, where one counts 1: the twentieth column without
/// description adds little to the nineteenth.
pub(super) fn repeated(count: u32) -> f64 {
    1.0 + f64::from(count).log2()
}

/// One of the defects that a finding stands for, in the finest terms there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Defect {
    /// Position of its finding in the report.
    pub finding: usize,
    pub rule: &'static RuleInfo,
    pub severity: Severity,
    pub subject: Subject,
    /// How many of the same rule and severity the subject has.
    pub alike: u32,
    pub risk: f64,
}

/// Every defect, and what each finding is made of.
pub(super) struct Risks {
    /// In the order of findings.
    pub defects: Vec<Defect>,
    ranges: Vec<Range<usize>>,
    /// The risk of each finding.
    sums: Vec<f64>,
}

impl Risks {
    pub fn new(ground: &Ground<'_>, findings: &[Located], instances: &[Instance], bearings: &Bearings) -> Self {
        // Policies are in no list of the program's.
        let known = all().into_iter().chain(instances.iter().map(|instance| instance.info));
        let rules: HashMap<&str, &'static RuleInfo> = known.map(|info| (info.code, info)).collect();
        let severities: HashMap<&str, Severity> =
            instances.iter().rev().map(|instance| (instance.info.code, instance.severity)).collect();
        let mut defects = Vec::new();
        let mut ranges = Vec::with_capacity(findings.len());
        for (finding, located) in findings.iter().enumerate() {
            let start = defects.len();
            for (code, subject) in atoms(ground, located) {
                let Some(&rule) = rules.get(code) else { continue };
                let own = located.finding.severity;
                // What a finding took over from a milder rule counts as that rule has it.
                let severity = if code == located.finding.code { own } else { *severities.get(code).unwrap_or(&own) };
                defects.push(Defect { finding, rule, severity, subject, alike: 0, risk: 0.0 });
            }
            ranges.push(start..defects.len());
        }
        let mut alike: HashMap<(&str, Severity, Subject), u32> = HashMap::new();
        for defect in &defects {
            *alike.entry((defect.rule.code, defect.severity, defect.subject)).or_default() += 1;
        }
        for defect in &mut defects {
            defect.alike = alike[&(defect.rule.code, defect.severity, defect.subject)];
            let together = gravity(defect.severity) * bearings.of(defect.subject).factor() * repeated(defect.alike);
            defect.risk = together / f64::from(defect.alike);
        }
        let sum = |range: &Range<usize>| defects[range.clone()].iter().map(|defect| defect.risk).sum();
        let sums = ranges.iter().map(sum).collect();
        Self { defects, ranges, sums }
    }

    pub fn of(&self, finding: usize) -> &[Defect] {
        &self.defects[self.ranges[finding].clone()]
    }

    /// The risk of a finding: that of all it stands for.
    pub fn risk(&self, finding: usize) -> f64 {
        self.sums[finding]
    }

    /// Why that risk, in words.
    pub fn why(&self, finding: usize, ground: &Ground<'_>, bearings: &Bearings) -> String {
        let defects = self.of(finding);
        let subjects: BTreeSet<Subject> = defects.iter().map(|defect| defect.subject).collect();
        // Of equals the first: `max_by` alone would take the last.
        let most = |a: &&Subject, b: &&Subject| bearings.of(**a).factor().total_cmp(&bearings.of(**b).factor());
        let Some(&most) = subjects.iter().rev().max_by(most) else { return String::new() };
        let words = bearings.of(most).words();
        match (subjects.len(), defects) {
            (1, [defect]) if defect.alike > 1 => format!("{words}; one of {} such defects", defect.alike),
            (1, [_]) => words,
            (1, _) => format!("{words}; {} defects in one", defects.len()),
            _ => format!("stands for {}; {} {words}", kinds(&subjects, ground), ground.words(most)),
        }
    }
}

/// The code and subject of each defect that a finding stands for. Where it speaks for two rules on one subject, its own
/// is the graver.
fn atoms<'f>(ground: &Ground<'_>, located: &'f Located) -> Vec<(&'f str, Subject)> {
    let finding = &located.finding;
    let all: Vec<(&str, Subject)> = finding.atoms().map(|atom| (atom.code, ground.subject(atom.subject))).collect();
    let own: BTreeSet<Subject> =
        all.iter().filter(|(code, _)| *code == finding.code).map(|(_, subject)| *subject).collect();
    all.into_iter().filter(|(code, subject)| *code == finding.code || !own.contains(subject)).collect()
}

/// Subjects in numbers: "12 models, 1 source".
pub(super) fn kinds(subjects: &BTreeSet<Subject>, ground: &Ground<'_>) -> String {
    let mut counts: BTreeMap<ResourceType, usize> = BTreeMap::new();
    let (mut sources, mut project) = (0, false);
    for subject in subjects {
        match subject {
            Subject::Resource(id) => *counts.entry(ground.project.get(*id).kind).or_default() += 1,
            Subject::Source(_) => sources += 1,
            Subject::Project => project = true,
        }
    }
    let mut parts: Vec<String> = counts.into_iter().map(|(kind, count)| counted(count, kind.label())).collect();
    parts.extend((sources > 0).then(|| counted(sources, "source")));
    parts.extend(project.then(|| "the project".to_owned()));
    parts.join(", ")
}
