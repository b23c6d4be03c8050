//! Holds what was found against the baseline, and updates that.

use std::collections::{BTreeSet, HashSet};

use miette::Diagnostic;
use thiserror::Error;

use super::lint::Linted;
use super::output;
use crate::baseline::{self, Baseline, Comparison, Found, Scope};
use crate::config::FailOn;
use crate::findings::{
    Atom, BaselineSummary, BaselineUpdate, FixedEntries, Located, RATCHET, RecordedShares, Report, Severity, Share,
};
use crate::paths::shown;
use crate::project::{Project, Resource};
use crate::rules::suppression::STALE_BASELINE_ENTRY;
use crate::rules::unknown::is_field_unknown;
use crate::rules::{self, Instance, Subject};

/// What becomes of the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    No,
    /// What is fixed is taken out.
    Shrink,
    /// And what is new is taken in.
    Grow,
}

/// A run that is to tell what is new, or to update what is not there.
#[derive(Debug, Error, Diagnostic)]
pub enum NoBaseline {
    #[error("fail-on is {}, but there is neither a baseline nor a --base to tell what is new", fail_on.as_str())]
    #[diagnostic(help(
        "`dbt-steward baseline` records today's findings in {path}; commit that file, or compare with a branch or a \
         manifest: --base main"
    ))]
    News { fail_on: FailOn, path: String },

    #[error("--allow-growth takes in all that is new in the project, and {option} limits the run to a part of it")]
    #[diagnostic(help(
        "leave out {option} to take in all that is new; a single finding is accepted where it stands, with a comment: \
         `steward: ignore[CODE] reason`"
    ))]
    Growth { option: &'static str },

    #[error("there is no baseline to update: {path} is not there")]
    #[diagnostic(help("`dbt-steward baseline` records today's findings"))]
    Update { path: String },
}

/// Whether the run can tell what is new, if `fail-on` asks for it. A gate that believes it has a baseline and has none must
/// neither pass in silence nor fail on everything. A run that `subtracts_base` reports only what is new.
///
/// # Errors
/// When it cannot.
pub fn can_tell_news(linted: &Linted<'_, '_>, subtracts_base: bool) -> Result<(), NoBaseline> {
    let can_tell = linted.baseline.is_some() || subtracts_base;
    match linted.resolved.fail_on {
        Some(fail_on) if fail_on.is_about_news() && !can_tell => {
            Err(NoBaseline::News { fail_on, path: shown(&linted.baseline_path) })
        }
        _ => Ok(()),
    }
}

/// Takes out what the baseline knows and gives it back, says what of it is fixed, and updates the file where that is asked
/// for.
///
/// # Errors
/// When there is nothing to update, or the file cannot be written.
pub fn hold_against_baseline(linted: &mut Linted<'_, '_>, update: Update) -> miette::Result<Vec<Located>> {
    let Some(baseline) = linted.baseline else {
        return match update {
            Update::No => Ok(Vec::new()),
            _ => Err(NoBaseline::Update { path: shown(&linted.baseline_path) }.into()),
        };
    };
    let groups = source_groups(&linted.project.resources);
    let possible = possible(linted.project);
    let root = linted.locator.project_root();
    let scope = Scope {
        ran: ran(&linted.report),
        without_subjects: without_subjects(&linted.report),
        has_resource: &|id| linted.project.find(id).is_some() || groups.contains(id),
        has_file: &|path| root.is_none_or(|root| root.join(path).exists()),
        is_unknown: &|atom| may_be_of(&possible, atom) || is_unknown(linted.project, &groups, atom),
    };
    let comparison = baseline::compare(&linted.report, baseline, &scope);
    let written = match update {
        Update::No => None,
        _ => Some(rewrite(linted, baseline, &comparison, &scope, update == Update::Grow)?),
    };
    let stale = match (update, linted.base) {
        (Update::No, None) => stale(linted, baseline, &comparison, &scope),
        _ => Vec::new(),
    };
    if linted.base.is_some() {
        leave_out_stale(&mut linted.report);
    }
    let findings = &mut linted.report.findings;
    let mut known = comparison.known().take_known(findings, "not in the baseline");
    if update == Update::Grow {
        let (stay, taken_in) = findings.drain(..).partition(|located| NEVER_RECORDED.contains(&located.finding.code));
        *findings = stay;
        known.extend::<Vec<Located>>(taken_in);
    }
    linted.tell_apart();
    let report = &mut linted.report;
    let recorded = RecordedShares::new(baseline.shares.clone(), false);
    let is_unrecorded = |share: &&Share| update == Update::No && recorded.get(share.code, &share.key).is_none();
    report.baseline = Some(BaselineSummary {
        path: baseline.file.path().to_owned(),
        known: known.len(),
        known_in_all: known.len(),
        new: report.findings.len(),
        fixed: fixed(&comparison),
        unrecorded: report.shares.iter().filter(is_unrecorded).count(),
        update: written,
    });
    if !stale.is_empty() {
        report.findings.extend(stale);
        report.findings.sort_by(Located::order);
    }
    report.recount();
    Ok(known)
}

/// The rules that ran.
pub fn ran(report: &Report) -> HashSet<&'static str> {
    report.summary.rules.iter().filter(|rule| rule.skipped.is_none()).map(|rule| rule.code).collect()
}

/// The rules that are about types of resources of which there is none.
fn without_subjects(report: &Report) -> HashSet<&'static str> {
    let rules = report.summary.rules.iter().filter(|rule| rule.skipped.is_some() && rule.subjects == 0);
    rules.filter(|rule| !rule.info.subjects.contains(&Subject::Project)).map(|rule| rule.code).collect()
}

/// Rules about the moment: a manifest that is out of date today must not hide one that is next month.
const NEVER_RECORDED: [&str; 1] = ["PRJ012"];

/// What of a run is recorded: all it knows of that can be.
pub fn recordable(report: &Report) -> impl Iterator<Item = Atom<'_>> {
    report.atoms().filter(|atom| is_recordable(*atom))
}

/// Not so fallen shares, which are recorded as such.
pub fn is_recordable(atom: Atom<'_>) -> bool {
    !atom.part.starts_with(RATCHET) && !NEVER_RECORDED.contains(&atom.code)
}

/// Sources (groups of tables), which findings name as they name resources.
fn source_groups<'r>(resources: impl IntoIterator<Item = &'r Resource<'r>>) -> HashSet<String> {
    let source =
        |resource: &Resource<'_>| Some(format!("source.{}.{}", resource.package, resource.as_source()?.source_name));
    resources.into_iter().filter_map(source).collect()
}

/// What findings may be about of which nobody knows whether it is enabled.
fn possible(project: &Project<'_>) -> HashSet<String> {
    let ids = project.possible().map(|resource| resource.unique_id.to_string());
    ids.chain(source_groups(project.possible())).collect()
}

/// Whether an entry may be of one of them. So may all that is said of the project as a whole, of its folders and files.
fn may_be_of(possible: &HashSet<String>, atom: Atom<'_>) -> bool {
    possible.contains(atom.subject) || !possible.is_empty() && !baseline::is_of_resource(atom)
}

/// What is gone may be in a file that cannot be read, or in all those that dbt did not find.
fn is_unknown(project: &Project<'_>, groups: &HashSet<String>, atom: Atom<'_>) -> bool {
    match project.find(atom.subject).map(|id| project.get(id)) {
        Some(resource) => resource.unknown.is_some() && is_field_unknown(atom.code, resource),
        None if groups.contains(atom.subject) || !baseline::is_of_resource(atom) => false,
        None => !project.unreadable.is_empty() || !project.resources.iter().any(|resource| project.is_own(resource)),
    }
}

fn fixed(comparison: &Comparison<'_>) -> Vec<FixedEntries> {
    let of_rule = comparison.fixed.chunk_by(|a, b| a.code == b.code);
    let fixed = of_rule.map(|entries| FixedEntries {
        code: entries[0].code.to_string(),
        slug: rules::find(&entries[0].code).map_or("", |rule| rule.slug),
        names: entries.iter().map(|entry| entry.atom().name()).collect(),
    });
    fixed.collect()
}

/// What SUP005 finds, if it is on.
fn stale(
    linted: &Linted<'_, '_>,
    baseline: &Baseline<'_>,
    comparison: &Comparison<'_>,
    scope: &Scope<'_>,
) -> Vec<Located> {
    let Some((rule, severity)) = stale_rule(&linted.resolved.instances) else { return Vec::new() };
    let project = linted.project;
    let locate = |mut finding: Box<crate::findings::Finding>| {
        finding.located_in = project.find(&finding.subject);
        linted.locator.locate(project, finding)
    };
    let subject = format!("project.{}", project.name);
    let found = Found { rule, severity, file: &baseline.file, subject, scope, locate: &locate };
    baseline::findings(comparison, &found)
}

/// The base is not held against the baseline.
fn leave_out_stale(report: &mut Report) {
    let rule = report.summary.rules.iter_mut().find(|rule| rule.code == STALE_BASELINE_ENTRY);
    if let Some(rule) = rule {
        let reason = "nothing says whether the base has made entries of the baseline stale already";
        rule.skipped.get_or_insert_with(|| reason.to_owned());
    }
}

fn stale_rule(instances: &[Instance]) -> Option<(&'static rules::RuleInfo, Severity)> {
    let instance = instances.iter().find(|instance| instance.info.code == STALE_BASELINE_ENTRY)?;
    Some((instance.info, instance.severity))
}

/// Writes the baseline as it is from now on, if anything changes.
fn rewrite(
    linted: &Linted<'_, '_>,
    baseline: &Baseline<'_>,
    comparison: &Comparison<'_>,
    scope: &Scope<'_>,
    grows: bool,
) -> Result<BaselineUpdate, output::OutputError> {
    let report = &linted.report;
    let mut atoms: BTreeSet<Atom<'_>> = comparison.left().collect();
    let removed = comparison.fixed.len();
    let left = atoms.len();
    if grows {
        atoms.extend(recordable(report));
    }
    let shares = baseline::raised(&baseline.shares, &report.shares, &scope.ran, grows);
    let gone = baseline.shares.iter().filter(|share| !shares.iter().any(|other| other.key_order(share).is_eq()));
    let changed = shares.iter().filter(|share| !baseline.shares.contains(share));
    let update = BaselineUpdate {
        removed,
        added: atoms.len() - left,
        renamed: comparison.renames.len(),
        shares: gone.count() + changed.count(),
    };
    let text = baseline::write(&linted.project.name, &atoms, &shares);
    // git may have given the file the line ends of the system.
    if text != baseline.file.text().replace("\r\n", "\n") {
        output::to_file(&linted.baseline_path, |out| out.write_all(text.as_bytes()))?;
    }
    Ok(update)
}
