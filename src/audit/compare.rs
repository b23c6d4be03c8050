//! What got better and what got worse since an earlier audit.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Audit, Cell, Measure, PartScore, SCHEMA_VERSION, Scores, Things};
use crate::findings::Severity;
use crate::rules::{Area, Subject, find};

/// What of an earlier audit is compared: of all the rest, a newer version may have changed the form.
#[derive(Debug, Clone, Deserialize)]
pub struct Earlier {
    schema_version: u32,
    version: String,
    project: String,
    #[serde(default)]
    commit: Option<String>,
    date: String,
    #[serde(default)]
    has_files: Option<bool>,
    scores: EarlierScores,
    coverage: EarlierCoverage,
    rules: Vec<EarlierRule>,
    findings: Vec<EarlierFinding>,
    worklist: Vec<EarlierAction>,
}

#[derive(Debug, Clone, Deserialize)]
struct EarlierRule {
    code: String,
    #[serde(default)]
    severity: Option<Severity>,
    subjects: usize,
    findings: usize,
    skipped: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct EarlierAction {
    #[serde(flatten)]
    action: DoneAction,
    rules: Vec<String>,
    clears: Vec<usize>,
    eases: Vec<usize>,
    #[serde(default)]
    eases_members: Vec<Vec<usize>>,
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
    pub what: String,
    pub risk: f64,
}

/// Rules, by code, of which one of the two audits knows nothing, or with another weight.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleChanges {
    /// Those that ran in the earlier audit only.
    pub only_before: Vec<String>,
    /// Those that ran in this one only.
    pub only_now: Vec<String>,
    /// Those whose severity is another one.
    pub severity: Vec<String>,
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
    /// Rules that did not run in both: what they find cannot be compared.
    pub rules: RuleChanges,
    /// Whether scores can be compared: the same rules had a say in both.
    pub is_comparable: bool,
    /// Scores that are others now, the project's first; none where they cannot be compared.
    pub scores: Vec<ScoreChange>,
    /// Coverage of the project that is another one now.
    pub coverage: Vec<CoverageChange>,
    /// Findings that are gone, in the order of the earlier audit.
    pub fixed: Vec<FixedFinding>,
    /// Findings of the earlier audit that are not there now, and whose rule did not run now: whether they are gone cannot be
    /// told.
    pub untold: Vec<FixedFinding>,
    /// Findings that are new, or stand for more than before, as positions in `findings`.
    pub new: Vec<usize>,
    /// Findings whose rule, or one that it gives way to, did not run before: whether they are new cannot be told.
    pub untold_new: Vec<usize>,
    /// Actions that are done, every defect that they were about, in the order of the earlier audit.
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
    let rules = rule_changes(audit, &earlier);
    let has_same_files = earlier.has_files.is_none_or(|has_files| has_files == audit.has_files);
    let is_comparable = has_same_files && is_comparable(&rules, &audit.rules, &earlier.rules);
    let (new, untold_new) = new_findings(audit, &earlier, &rules);
    let is_gone = |finding: &&EarlierFinding| finding.fingerprints().all(|fingerprint| !known.contains(fingerprint));
    let (untold, fixed): (Vec<&EarlierFinding>, Vec<_>) =
        earlier.findings.iter().filter(is_gone).partition(|it| rules.only_before.contains(&it.finding.code));
    let finding = |it: &EarlierFinding| it.finding.clone();
    let scores = if is_comparable { score_changes(&audit.scores, &earlier.scores) } else { Vec::new() };
    Comparison {
        scores,
        is_comparable,
        coverage: coverage_changes(&audit.coverage.project, &earlier.coverage.project),
        fixed: fixed.into_iter().map(finding).collect(),
        untold: untold.into_iter().map(finding).collect(),
        new,
        untold_new,
        done: done(audit, &earlier, known, &rules),
        rules,
        commit: earlier.commit,
        date: earlier.date,
        version: earlier.version,
    }
}

/// Whether a rule had its say: one that had nothing to look at had, and one about comments had not without files.
fn has_run(code: &str, subjects: usize, is_skipped: bool, has_files: bool) -> bool {
    let info = find(code);
    if info.is_some_and(|info| info.area == Area::Suppression) && !has_files {
        return false;
    }
    let is_about_resources = || info.is_some_and(|info| !info.subjects.contains(&Subject::Project));
    !is_skipped || (subjects == 0 && is_about_resources())
}

fn rule_changes(audit: &Audit, earlier: &Earlier) -> RuleChanges {
    type Ran = Option<Option<Severity>>;
    let mut ran: BTreeMap<&str, (Ran, Ran)> = BTreeMap::new();
    let had_files = earlier.has_files.unwrap_or(audit.has_files);
    for rule in &earlier.rules {
        if has_run(&rule.code, rule.subjects, rule.skipped.is_some(), had_files) {
            ran.entry(&rule.code).or_default().0 = Some(rule.severity);
        }
    }
    for rule in &audit.rules {
        if has_run(rule.code, rule.subjects, rule.skipped.is_some(), audit.has_files) {
            ran.entry(rule.code).or_default().1 = Some(rule.severity);
        }
    }
    let mut changes = RuleChanges::default();
    for (code, ran) in ran {
        match ran {
            (Some(_), None) => changes.only_before.push(code.to_owned()),
            (None, Some(_)) => changes.only_now.push(code.to_owned()),
            (Some(Some(before)), Some(Some(now))) if before != now => changes.severity.push(code.to_owned()),
            _ => {}
        }
    }
    changes
}

/// Scores hang on rules that found something, and on no others.
fn is_comparable(changes: &RuleChanges, now: &[super::Rule], before: &[EarlierRule]) -> bool {
    let found_before: BTreeSet<&str> =
        before.iter().filter(|rule| rule.findings > 0).map(|rule| rule.code.as_str()).collect();
    let found_now: BTreeSet<&str> = now.iter().filter(|rule| rule.findings > 0).map(|rule| rule.code).collect();
    let mut changed = [&changes.only_before, &changes.only_now, &changes.severity].into_iter().flatten();
    changed.all(|code| !found_before.contains(code.as_str()) && !found_now.contains(code.as_str()))
}

/// Findings that are new, and those of which that cannot be told.
fn new_findings(audit: &Audit, earlier: &Earlier, rules: &RuleChanges) -> (Vec<usize>, Vec<usize>) {
    let before: HashSet<&String> = earlier.findings.iter().flat_map(EarlierFinding::fingerprints).collect();
    let is_new = |(_, finding): &(usize, &super::Finding)| {
        if finding.members.is_empty() {
            !before.contains(&finding.fingerprint)
        } else {
            finding.members.iter().any(|member| !before.contains(member))
        }
    };
    // What a graver rule has spoken for may have been there before.
    let gave_way: BTreeSet<&str> = rules
        .only_before
        .iter()
        .filter_map(|code| find(code))
        .flat_map(|info| info.supersedes)
        .copied()
        .chain(rules.only_now.iter().map(String::as_str))
        .collect();
    // What comments suppressed is there where no comment is read.
    let lacks_comments = earlier.has_files == Some(true) && !audit.has_files;
    let is_told = |(_, finding): &(usize, &super::Finding)| !lacks_comments && !gave_way.contains(finding.code);
    let (new, untold): (Vec<_>, Vec<_>) = audit.findings.iter().enumerate().filter(is_new).partition(is_told);
    let positions = |findings: Vec<(usize, &super::Finding)>| findings.into_iter().map(|(at, _)| at).collect();
    (positions(new), positions(untold))
}

/// Earlier actions of which nothing is left to do.
fn done(audit: &Audit, earlier: &Earlier, known: &HashSet<String>, rules: &RuleChanges) -> Vec<DoneAction> {
    let now: BTreeSet<&str> = audit.worklist.iter().map(|action| action.id.as_str()).collect();
    let is_done = |action: &&EarlierAction| {
        let is_told = action.rules.iter().all(|code| !rules.only_before.contains(code));
        let mut atoms = action.fingerprints(&earlier.findings).peekable();
        // What it does away with only together with others is done as far as it goes, once nothing more is asked.
        let is_asked = now.contains(action.action.id.as_str()) && (atoms.peek().is_none() || action.only_helps());
        is_told && !is_asked && atoms.all(|atom| !known.contains(atom))
    };
    earlier.worklist.iter().filter(is_done).map(|it| it.action.clone()).collect()
}

impl EarlierAction {
    /// Whether it does away with some defect only together with other actions.
    fn only_helps(&self) -> bool {
        self.eases_members.iter().any(Vec::is_empty)
    }

    /// The defects that it does away with by itself.
    fn fingerprints<'a>(&'a self, findings: &'a [EarlierFinding]) -> impl Iterator<Item = &'a String> {
        let cleared = self.clears.iter().filter_map(|at| findings.get(*at)).flat_map(EarlierFinding::fingerprints);
        let eased = self.eases.iter().enumerate().flat_map(move |(nth, at)| {
            let all = findings.get(*at).map(|finding| finding.members.as_slice()).unwrap_or_default();
            let (some, whole) = match self.eases_members.get(nth) {
                Some(members) => (members.as_slice(), &[][..]),
                // It does not say which.
                None => (&[][..], all),
            };
            some.iter().filter_map(|member| all.get(*member)).chain(whole)
        });
        cleared.chain(eased)
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
