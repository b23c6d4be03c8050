//! What got better and what got worse since an earlier audit.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Audit, Cell, Measure, PartScore, SCHEMA_VERSION, Scores, Things};
use crate::findings::Severity;

/// What of an earlier audit is compared: of all the rest, a newer version may have changed the form.
#[derive(Debug, Clone, Deserialize)]
pub struct Earlier {
    schema_version: u32,
    version: String,
    project: String,
    #[serde(default)]
    commit: Option<String>,
    date: String,
    scores: EarlierScores,
    coverage: EarlierCoverage,
    findings: Vec<EarlierFinding>,
    worklist: Vec<DoneAction>,
}

#[derive(Debug, Clone, Deserialize)]
struct EarlierScores {
    project: EarlierScore,
    traps: Vec<EarlierScore>,
    owners: Vec<EarlierScore>,
    folders: Vec<EarlierScore>,
    layers: Vec<EarlierScore>,
}

#[derive(Debug, Clone, Deserialize)]
struct EarlierScore {
    #[serde(default)]
    name: Option<String>,
    score: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
struct EarlierCoverage {
    project: Vec<Cell>,
}

#[derive(Debug, Clone, Deserialize)]
struct EarlierFinding {
    #[serde(flatten)]
    finding: FixedFinding,
    #[serde(default)]
    members: Vec<String>,
}

/// A file that is no earlier audit of this project.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotComparable {
    #[error("this is no audit: {0}")]
    NoAudit(String),
    #[error("this audit has format {found}, and this version of dbt-steward reads format {SCHEMA_VERSION}")]
    OtherFormat { found: u32 },
    #[error("this is an audit of project `{found}`, not of `{wanted}`")]
    OtherProject { found: String, wanted: String },
}

/// Which scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    Project,
    Trap,
    Owner,
    Folder,
    Layer,
}

/// A score that is another one now.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ScoreChange {
    pub scope: Scope,
    /// The trap, owner, folder or layer; null for the project, and for what has no owner.
    pub name: Option<String>,
    /// Null where there was nothing to score.
    pub before: Option<f64>,
    /// Null where there is nothing to score any more.
    pub after: Option<f64>,
}

/// A coverage of the project that is another one now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CoverageChange {
    pub measure: Measure,
    pub of: Things,
    pub covered_before: usize,
    pub total_before: usize,
    pub covered: usize,
    pub total: usize,
}

/// A finding of the earlier audit that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FixedFinding {
    pub code: String,
    pub severity: Severity,
    pub subject: String,
    pub message: String,
    pub fingerprint: String,
}

/// An action of the earlier audit that is not needed any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DoneAction {
    pub id: String,
    pub title: String,
    pub risk: f64,
}

/// What has changed.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Comparison {
    /// The commit of the earlier audit; null where there was no git.
    pub commit: Option<String>,
    /// Its day.
    pub date: String,
    /// The version of dbt-steward that made it: a newer one may know more rules.
    pub version: String,
    /// Scores that are others now, the project's first.
    pub scores: Vec<ScoreChange>,
    /// Coverage of the project that is another one now.
    pub coverage: Vec<CoverageChange>,
    /// Findings that are gone, in the order of the earlier audit.
    pub fixed: Vec<FixedFinding>,
    /// Findings that are new, or stand for more than before, as positions in `findings`.
    pub new: Vec<usize>,
    /// Actions that are done, in the order of the earlier audit.
    pub done: Vec<DoneAction>,
}

/// Reads an earlier audit.
///
/// # Errors
/// When it is none, has another format, or is of another project.
pub fn earlier(text: &str, project: &str) -> Result<Earlier, NotComparable> {
    #[derive(Deserialize)]
    struct Head {
        schema_version: u32,
    }
    let no_audit = |error: serde_json::Error| NotComparable::NoAudit(error.to_string());
    let head: Head = serde_json::from_str(text).map_err(no_audit)?;
    if head.schema_version != SCHEMA_VERSION {
        return Err(NotComparable::OtherFormat { found: head.schema_version });
    }
    let earlier: Earlier = serde_json::from_str(text).map_err(no_audit)?;
    debug_assert_eq!(earlier.schema_version, SCHEMA_VERSION, "as its head says");
    if earlier.project != project {
        return Err(NotComparable::OtherProject { found: earlier.project, wanted: project.to_owned() });
    }
    Ok(earlier)
}

/// Compares an audit with an earlier one. `known` are the fingerprints of all defects that there are now, those that
/// give way to others included.
pub fn compare(audit: &Audit, earlier: Earlier, known: &HashSet<String>) -> Comparison {
    let before: HashSet<&String> = earlier.findings.iter().flat_map(EarlierFinding::fingerprints).collect();
    let is_new = |finding: &&(usize, &super::Finding)| {
        let (_, finding) = finding;
        let mut members = finding.members.iter();
        if finding.members.is_empty() {
            !before.contains(&finding.fingerprint)
        } else {
            members.any(|member| !before.contains(member))
        }
    };
    let new = audit.findings.iter().enumerate().filter(|finding| is_new(&finding)).map(|(at, _)| at).collect();
    let is_fixed = |finding: &EarlierFinding| finding.fingerprints().all(|fingerprint| !known.contains(fingerprint));
    let now: BTreeSet<&str> = audit.worklist.iter().map(|action| action.id.as_str()).collect();
    Comparison {
        scores: score_changes(&audit.scores, &earlier.scores),
        coverage: coverage_changes(&audit.coverage.project, &earlier.coverage.project),
        fixed: earlier.findings.iter().filter(|it| is_fixed(it)).map(|it| it.finding.clone()).collect(),
        new,
        done: earlier.worklist.iter().filter(|action| !now.contains(action.id.as_str())).cloned().collect(),
        commit: earlier.commit,
        date: earlier.date,
        version: earlier.version,
    }
}

impl EarlierFinding {
    /// Of what it stands for, else its own.
    fn fingerprints(&self) -> impl Iterator<Item = &String> {
        let alone = self.members.is_empty().then_some(&self.finding.fingerprint);
        self.members.iter().chain(alone)
    }
}

/// A part and its score.
type Named = (Option<String>, Option<f64>);

fn score_changes(now: &Scores, before: &EarlierScores) -> Vec<ScoreChange> {
    let parts = |parts: &[PartScore]| parts.iter().map(|part| (part.name.clone(), part.score.score)).collect();
    let traps = now.traps.iter().map(|trap| (Some(trap.name.to_owned()), trap.score.score)).collect();
    let project = vec![(None, now.project.score)];
    let before_project = std::slice::from_ref(&before.project);
    let scopes: [(Scope, Vec<Named>, &[EarlierScore]); 5] = [
        (Scope::Project, project, before_project),
        (Scope::Trap, traps, &before.traps),
        (Scope::Owner, parts(&now.owners), &before.owners),
        (Scope::Folder, parts(&now.folders), &before.folders),
        (Scope::Layer, parts(&now.layers), &before.layers),
    ];
    scopes.into_iter().flat_map(|(scope, now, before)| changes(scope, now, before)).collect()
}

fn changes(scope: Scope, now: Vec<Named>, before: &[EarlierScore]) -> Vec<ScoreChange> {
    let mut scores: BTreeMap<Option<String>, (Option<f64>, Option<f64>)> = BTreeMap::new();
    for score in before {
        scores.entry(score.name.clone()).or_default().0 = score.score;
    }
    for (name, score) in now {
        scores.entry(name).or_default().1 = score;
    }
    let changed = scores.into_iter().filter(|(_, (before, after))| before != after);
    changed.map(|(name, (before, after))| ScoreChange { scope, name, before, after }).collect()
}

fn coverage_changes(now: &[Cell], before: &[Cell]) -> Vec<CoverageChange> {
    type Counts = (usize, usize);
    let mut cells: BTreeMap<(Measure, Things), (Counts, Counts)> = BTreeMap::new();
    for cell in before {
        cells.entry((cell.measure, cell.of)).or_default().0 = (cell.covered, cell.total);
    }
    for cell in now {
        cells.entry((cell.measure, cell.of)).or_default().1 = (cell.covered, cell.total);
    }
    let changed = cells.into_iter().filter(|(_, (before, after))| before != after);
    changed
        .map(|((measure, of), ((covered_before, total_before), (covered, total)))| CoverageChange {
            measure,
            of,
            covered_before,
            total_before,
            covered,
            total,
        })
        .collect()
}
