//! The risk of each finding: how grave it is, times what it touches.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use super::bearing::Bearings;
use super::ground::{Ground, Subject};
use crate::findings::{Atom, Atoms, Finding, Located, Severity};
use crate::project::{ResourceId, ResourceType};
use crate::rules::{Instance, RuleInfo, Trap, all};
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
    /// Its place among all that the finding stands for.
    pub member: usize,
    /// How many of the same rule and severity the subject has.
    pub alike: u32,
    pub risk: f64,
}

/// Every defect, and what each finding is made of.
pub(super) struct Risks {
    /// In the order of findings.
    pub defects: Vec<Defect>,
    /// What gave way to a finding of another trap on the same subject. It has no risk, since that finding has it, but the
    /// trap that it is of is open all the same: a dashboard's model without owner is a model without owner.
    pub shadows: Vec<Defect>,
    ranges: Vec<Range<usize>>,
    /// The risk of each finding.
    sums: Vec<f64>,
}

impl Risks {
    pub fn new(
        ground: &Ground<'_>,
        findings: &[&Located],
        superseded: &Atoms,
        instances: &[Instance],
        bearings: &Bearings,
    ) -> Self {
        let rules = Rules::new(instances);
        let (mut defects, mut shadows) = (Vec::new(), Vec::new());
        let mut ranges = Vec::with_capacity(findings.len());
        for (finding, located) in findings.iter().enumerate() {
            let start = defects.len();
            let (own, milder) = atoms(ground, located);
            let defect = |(member, code, subject)| rules.defect(finding, &located.finding, code, subject, member);
            defects.extend(own.into_iter().filter_map(defect));
            shadows.extend(milder.into_iter().filter_map(defect));
            ranges.push(start..defects.len());
        }
        shadows.extend(superseded_by(&defects, superseded, ground, &rules));
        let trap = |finding: usize| rules.trap(findings[finding].finding.code);
        shadows.retain(|shadow| Some(shadow.rule.trap) != trap(shadow.finding));
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
        Self { defects, shadows, ranges, sums }
    }

    pub fn of(&self, finding: usize) -> &[Defect] {
        &self.defects[self.ranges[finding].clone()]
    }

    /// The risk of a finding: that of all it stands for.
    pub fn risk(&self, finding: usize) -> f64 {
        self.sums[finding]
    }

    /// The risk of all findings together.
    pub fn total(&self) -> f64 {
        self.sums.iter().sum()
    }

    /// The risk that lies in each part of the project: of a finding that stands for many, what lies there. Where a defect is
    /// on several parts, each has it.
    pub fn by_part<Part: Ord>(
        &self,
        ground: &Ground<'_>,
        parts: impl Fn(ResourceId) -> Vec<Part>,
    ) -> BTreeMap<Part, f64> {
        let mut sums: BTreeMap<Part, f64> = BTreeMap::new();
        for defect in &self.defects {
            let of: BTreeSet<Part> = ground.stands_for(defect.subject).into_iter().flat_map(&parts).collect();
            of.into_iter().for_each(|part| *sums.entry(part).or_default() += defect.risk);
        }
        sums
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

/// Findings on files, known by what the files describe.
const DEPRECATED_SYNTAX: &str = "PRJ006";

/// What a finding stands for: place among its members, code, subject.
type Member<'f> = (usize, &'f str, Subject);

/// What a finding stands for, and what gave way to that. Where it speaks for two rules on one subject, its own is the
/// graver.
fn atoms<'f>(ground: &Ground<'_>, located: &'f Located) -> (Vec<Member<'f>>, Vec<Member<'f>>) {
    let finding = &located.finding;
    // How a file is written endangers nothing that its entries describe, though it is known by them.
    if finding.code == DEPRECATED_SYNTAX {
        return (vec![(0, finding.code, ground.subject(&finding.subject))], Vec::new());
    }
    let atoms = finding.atoms().enumerate();
    let all: Vec<Member<'f>> = atoms.map(|(at, atom)| (at, atom.code, ground.subject(atom.subject))).collect();
    let is_own = |code: &str| code == finding.code;
    let own: BTreeSet<Subject> =
        all.iter().filter(|(_, code, _)| is_own(code)).map(|(_, _, subject)| *subject).collect();
    all.into_iter().partition(|(_, code, subject)| is_own(code) || !own.contains(subject))
}

/// The single findings that gave way to one that is there.
fn superseded_by(defects: &[Defect], superseded: &Atoms, ground: &Ground<'_>, rules: &Rules) -> Vec<Defect> {
    let mut graver: HashMap<Subject, Vec<&Defect>> = HashMap::new();
    for defect in defects.iter().filter(|defect| !defect.rule.supersedes.is_empty()) {
        graver.entry(defect.subject).or_default().push(defect);
    }
    let shadow = |atom: Atom<'_>| {
        let subject = ground.subject(atom.subject);
        let by = graver.get(&subject)?.iter().find(|defect| defect.rule.supersedes.contains(&atom.code))?;
        let (rule, severity) = rules.of(atom.code)?;
        Some(Defect { rule, severity: severity.unwrap_or(by.severity), ..**by })
    };
    superseded.iter().filter_map(shadow).collect()
}

/// What is known of rules by their code.
struct Rules {
    rules: HashMap<&'static str, &'static RuleInfo>,
    severities: HashMap<&'static str, Severity>,
}

impl Rules {
    fn new(instances: &[Instance]) -> Self {
        // Policies are in no list of the program's.
        let known = all().into_iter().chain(instances.iter().map(|instance| instance.info));
        Self {
            rules: known.map(|info| (info.code, info)).collect(),
            severities: instances.iter().rev().map(|instance| (instance.info.code, instance.severity)).collect(),
        }
    }

    /// The rule and its severity, if the config asks for it.
    fn of(&self, code: &str) -> Option<(&'static RuleInfo, Option<Severity>)> {
        self.rules.get(code).map(|&rule| (rule, self.severities.get(code).copied()))
    }

    fn trap(&self, code: &str) -> Option<Trap> {
        self.rules.get(code).map(|rule| rule.trap)
    }

    /// A defect that a finding stands for, without its risk.
    fn defect(&self, at: usize, finding: &Finding, code: &str, subject: Subject, member: usize) -> Option<Defect> {
        let (rule, severity) = self.of(code)?;
        // What a finding took over from a milder rule counts as that rule has it.
        let own = (code == finding.code).then_some(finding.severity);
        let severity = own.or(severity).unwrap_or(finding.severity);
        Some(Defect { finding: at, rule, severity, subject, member, alike: 0, risk: 0.0 })
    }
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

/// The type that all of them are of, if there is one.
pub(super) fn kind_of_all(subjects: &BTreeSet<Subject>, ground: &Ground<'_>) -> Option<&'static str> {
    let mut kinds = subjects.iter().map(|subject| match subject {
        Subject::Resource(id) => Some(ground.project.get(*id).kind.label()),
        Subject::Source(_) => Some("source"),
        Subject::Project => None,
    });
    let first = kinds.next().flatten()?;
    kinds.all(|kind| kind == Some(first)).then_some(first)
}
