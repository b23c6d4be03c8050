//! The audit: how bad is it, where is the risk, who has to do what first.
//!
//! ```text
//! findings ─→ risk ─→ worklist            what to do first
//!     │         ↑
//! project ─→ bearing ─→ score             how sound each part is
//! graph ──→ ground ─→ coverage, dashboards, owners, sensitive, lineage
//! ```
//!
//! An audit is made of the project, its graph and a sorted report, and knows no file and no format: `report::audit`
//! prints it. docs/audit.md says what each number means.

mod action;
mod bearing;
mod compare;
mod coverage;
mod dashboards;
mod effect;
mod ground;
pub mod history;
mod lineage;
mod number;
mod owners;
#[cfg(test)]
mod properties;
mod remedy;
mod risk;
mod score;
mod sensitive;
mod target;
mod worklist;

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::config::Settings;
use crate::findings::{Located, Report, Severity, fingerprint};
use crate::graph::Graph;
use crate::project::{Counts, Project, ResourceType};
use crate::rules::Instance;
use crate::words::counted;

pub use crate::findings::InputKind;
pub use bearing::Circumstances;
pub use compare::{
    Comparison, CoverageChange, DoneAction, Earlier, FixedFinding, NotComparable, RuleChanges, Scope, ScoreChange,
};
pub use compare::{compare, earlier};
pub use coverage::{Cell, Coverage, Measure, PartCoverage, Things};
pub use dashboards::{Dashboard, WeakLinks};
pub use lineage::{Lineage, Nodes};
pub use owners::{Owner, Owners, Unreachable};
pub use remedy::Kind;
pub use score::{PartScore, Score, Scores, Tally, TrapScore};
pub use sensitive::{Sensitive, SensitiveColumn};
pub use worklist::{Action, Effort, FirstSteps};

use bearing::Bearings;
use ground::{Ground, Subject};
use lineage::Positions;
use number::tenths;
use risk::Risks;
use score::Scorer;

/// Version of the format. It grows only when a field changes its meaning or goes away.
pub const SCHEMA_VERSION: u32 = 1;

/// What was read.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Read {
    pub kind: InputKind,
    /// Which, and why, in words: "target/manifest.json, because its checksums fit the files".
    pub choice: String,
}

/// What there is to know about a project at one time.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Audit {
    /// Version of this format; 1.
    pub schema_version: u32,
    /// Version of dbt-steward that wrote it.
    pub version: &'static str,
    /// Name of the dbt project.
    pub project: String,
    /// Version of dbt that wrote the manifest; empty where the project's own files were read.
    pub dbt_version: String,
    pub input: Read,
    /// The day it was made, `YYYY-MM-DD`.
    pub date: String,
    /// The commit that was checked out; null where there is no git.
    pub commit: Option<String>,
    /// Whether the project's files were at hand. Without them nothing has a line, and comments suppress nothing.
    pub has_files: bool,
    /// Enabled resources of the root project, by type.
    pub counts: Counts,
    /// Findings by severity.
    pub totals: Tally,
    /// The risk of all findings together, one decimal.
    pub risk: f64,
    /// What is found and accepted, and so counts nowhere else.
    pub suppressed: Accepted,
    pub scores: Scores,
    pub coverage: Coverage,
    /// What to do: what cannot wait, then the most risk first.
    pub worklist: Vec<Action>,
    /// One an exposure, the lowest score first.
    pub dashboards: Vec<Dashboard>,
    pub owners: Owners,
    pub sensitive: Sensitive,
    pub lineage: Lineage,
    /// Every rule that was asked for, by code.
    pub rules: Vec<Rule>,
    /// Sorted by path, place, code and subject, as `check` has them. Other parts name findings by their position here.
    pub findings: Vec<Finding>,
    /// What could not be known, a sentence each.
    pub notes: Vec<String>,
    /// With `--history`: every run that is remembered, this one included, in the order of the file.
    pub history: Vec<history::Entry>,
    /// With `--compare`: what has changed since then.
    pub comparison: Option<Comparison>,
}

/// Findings that suppressions take out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Accepted {
    pub findings: usize,
    /// By how much the risk of the project would be greater without suppressions, one decimal.
    pub risk: f64,
    /// What the score of the project would be.
    pub score: Option<f64>,
}

/// How one rule fared.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Rule {
    pub code: &'static str,
    pub slug: &'static str,
    /// As the config has it; where the rule is set up several times, the gravest.
    pub severity: Option<Severity>,
    /// What it flags.
    pub summary: String,
    /// The trap that it guards against.
    pub trap: &'static str,
    /// Resources it looked at.
    pub subjects: usize,
    pub findings: usize,
    /// Why it did not run; null if it did.
    pub skipped: Option<String>,
}

/// One defect, with its risk.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Finding {
    /// The rule.
    pub code: &'static str,
    pub severity: Severity,
    /// Unique id of the resource; `project.<name>` for the project as a whole.
    pub subject: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
    pub path: String,
    /// Counted from 1; null where the file was not at hand.
    pub line: Option<u32>,
    /// One decimal.
    pub risk: f64,
    /// Why that much: "feeds 3 dashboards, 41 models".
    pub why: String,
    /// As in `check --format json`: the same in every run as long as rule, subject and part of the subject are.
    pub fingerprint: String,
    /// Of a finding that stands for several defects, the fingerprint of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
}

/// What an audit is made of.
pub struct Input<'a> {
    pub project: &'a Project<'a>,
    pub settings: &'a Settings,
    pub instances: &'a [Instance],
    /// All findings, sorted.
    pub report: &'a Report,
    pub circumstances: &'a Circumstances,
    pub read: Read,
    /// Whether the project's files are at hand.
    pub has_files: bool,
}

/// Audits a project.
pub fn audit(input: &Input<'_>) -> Audit {
    let Input { project, report, .. } = input;
    let graph = Graph::new(project);
    let ground = Ground::new(project, &graph, input.settings, input.instances);
    let bearings = Bearings::new(&ground, input.circumstances);
    let located: Vec<&Located> = report.findings.iter().collect();
    let risks = Risks::new(&ground, &located, &report.superseded, input.instances, &bearings);
    let scorer = Scorer::new(&ground, &bearings, &risks, &located, &report.summary.rules);
    let (scores, risk) = (scorer.scores(), risks.total());
    let accepted = accepted(input, &ground, &bearings, scores.project.score, risk);
    let positions = Positions::new(&ground);
    let gaps = lineage::gaps(&ground, &orphaned(&ground, report, &risks));
    let findings = findings(&ground, report, &risks, &bearings);
    let mut totals = Tally::default();
    findings.iter().for_each(|finding| totals.add(finding.severity));
    Audit {
        schema_version: SCHEMA_VERSION,
        version: env!("CARGO_PKG_VERSION"),
        project: project.name.to_string(),
        dbt_version: project.dbt_version.to_string(),
        input: input.read.clone(),
        date: input.settings.today.clone(),
        commit: None,
        has_files: input.has_files,
        counts: report.summary.counts.clone(),
        totals,
        risk: tenths(risk),
        notes: notes(&ground, report, input.circumstances, accepted, scores.project.score),
        suppressed: accepted,
        scores,
        coverage: coverage::coverage(&ground),
        worklist: worklist::worklist(&ground, report, &risks),
        dashboards: dashboards::dashboards(&ground, &positions, &scorer, &gaps),
        owners: owners::owners(&ground, &risks, &scorer),
        sensitive: sensitive::sensitive(&ground, &positions),
        lineage: lineage::lineage(&ground, &positions, &bearings, &scorer, &gaps),
        rules: rules(report, input.instances),
        findings,
        history: Vec::new(),
        comparison: None,
    }
}

/// What suppressions make of risk and score.
fn accepted(input: &Input<'_>, ground: &Ground<'_>, bearings: &Bearings, score: Option<f64>, risk: f64) -> Accepted {
    let Report { findings, suppressed, superseded, summary, .. } = input.report;
    if suppressed.is_empty() {
        return Accepted { findings: 0, risk: 0.0, score };
    }
    let all: Vec<&Located> = findings.iter().chain(suppressed.iter().map(|it| &it.located)).collect();
    let risks = Risks::new(ground, &all, superseded, input.instances, bearings);
    let scorer = Scorer::new(ground, bearings, &risks, &all, &summary.rules);
    Accepted { findings: suppressed.len(), risk: tenths(risks.total() - risk), score: scorer.project().score }
}

fn findings(ground: &Ground<'_>, report: &Report, risks: &Risks, bearings: &Bearings) -> Vec<Finding> {
    let finding = |(at, located): (usize, &Located)| {
        let finding = &located.finding;
        Finding {
            code: finding.code,
            severity: finding.severity,
            subject: finding.subject.clone(),
            message: finding.message.clone(),
            help: finding.help.to_string(),
            path: located.location.path.clone(),
            line: located.location.region.as_ref().map(|region| region.start.line),
            risk: tenths(risks.risk(at)),
            why: risks.why(at, ground, bearings),
            fingerprint: finding.fingerprint(),
            members: members(finding),
        }
    };
    report.findings.iter().enumerate().map(finding).collect()
}

fn members(finding: &crate::findings::Finding) -> Vec<String> {
    let is_grouped = finding.members.is_some();
    let atoms = finding.atoms().filter(|_| is_grouped);
    atoms.map(|atom| fingerprint(atom.code, atom.subject, atom.part)).collect()
}

/// The fingerprints of all defects that a run knows of: those that give way to others, and those that are accepted, are
/// not gone.
pub fn known(report: &Report) -> HashSet<String> {
    let accepted = report.suppressed.iter().flat_map(|suppressed| suppressed.located.finding.atoms());
    report.atoms().chain(accepted).map(|atom| fingerprint(atom.code, atom.subject, atom.part)).collect()
}

/// By resource, whether the rule on orphaned dashboard models found it.
fn orphaned(ground: &Ground<'_>, report: &Report, risks: &Risks) -> Vec<bool> {
    let mut orphaned = vec![false; ground.project.resources.len()];
    let is_found = |at: &usize| report.findings[*at].finding.code == "EXP008";
    for defect in (0..report.findings.len()).filter(is_found).flat_map(|at| risks.of(at)) {
        if let Subject::Resource(id) = defect.subject {
            orphaned[id.index()] = true;
        }
    }
    orphaned
}

fn rules(report: &Report, instances: &[Instance]) -> Vec<Rule> {
    let severity = |code: &str| {
        let of_rule = instances.iter().filter(|instance| instance.info.code == code);
        of_rule.map(|instance| instance.severity).max()
    };
    let rule = |rule: &crate::findings::RuleSummary| Rule {
        code: rule.code,
        slug: rule.slug,
        severity: severity(rule.code),
        summary: rule.info.summary(),
        trap: rule.info.trap.as_str(),
        subjects: rule.subjects,
        findings: rule.findings,
        skipped: rule.skipped.clone(),
    };
    report.summary.rules.iter().map(rule).collect()
}

fn notes(
    ground: &Ground<'_>,
    report: &Report,
    circumstances: &Circumstances,
    accepted: Accepted,
    score: Option<f64>,
) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(disabled(&report.summary.counts));
    notes.extend(ground.project.left_out().map(|left_out| format!("{left_out}; a profile or a manifest tells.")));
    notes.extend(suppressions(accepted, score));
    let has_exposures = !ground.project.of_kind(ResourceType::Exposure).is_empty();
    if !has_exposures {
        notes.push(
            "The project declares no exposures, so nobody can tell which models feed dashboards: risk and weight count \
             models only."
                .to_owned(),
        );
    }
    let orphans = report.summary.rules.iter().any(|rule| rule.code == "EXP008" && rule.skipped.is_none());
    if has_exposures && !orphans {
        notes.push("The rule orphaned-dashboard-model did not run, so no model is marked as orphaned.".to_owned());
    }
    if circumstances.failed.is_none() {
        notes.push("No results of a last run are at hand, so failures do not add to the risk.".to_owned());
    }
    if circumstances.commits.is_none() {
        notes.push("How often files change does not add to the risk; --churn asks git for it.".to_owned());
    }
    if ground.project.iter().any(|(_, it)| !it.columns.is_empty()) {
        notes.push("Columns are followed by their names; one that is renamed on its way is lost sight of.".to_owned());
    }
    notes
}

/// Where much of a project is switched off, little of it was looked at.
fn disabled(counts: &Counts) -> Option<String> {
    let (disabled, models) = (counts.disabled_models, counts.models);
    // One in ten.
    (disabled > 0 && disabled * 9 >= models).then(|| {
        let (are, were) = if disabled == 1 { ("is", "was") } else { ("are", "were") };
        format!(
            "{} {are} disabled by config and {were} not looked at; {} {}. Variables that enable them can be set in the \
             `vars` of dbt_project.yml, or a manifest be made with them.",
            counted(disabled, "model"),
            counted(models, "model"),
            if models == 1 { "was" } else { "were" },
        )
    })
}

/// A score that rests on what was accepted says so.
fn suppressions(accepted: Accepted, score: Option<f64>) -> Option<String> {
    let words = |score: Option<f64>| score.map_or_else(|| "unknown".to_owned(), |score| format!("{score:.1}"));
    (accepted.findings > 0).then(|| {
        let (are, count) = if accepted.findings == 1 { ("is", "counts") } else { ("are", "count") };
        format!(
            "{} {are} suppressed and {count} nowhere: without suppressions the score would be {} instead of {}, and the \
             risk greater by {:.1}.",
            counted(accepted.findings, "finding"),
            words(accepted.score),
            words(score),
            accepted.risk
        )
    })
}
