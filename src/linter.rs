//! From project and rules to a sorted report: the middle of the picture in the crate's documentation.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::config::Settings;
use crate::findings::suppress::{Applied, Suppressed, Suppressions};
use crate::findings::{Located, Report, RuleSummary, Summary, join_shared};
use crate::graph::Graph;
use crate::groups::Groups;
use crate::locate::Locator;
use crate::project::{Counts, Date, Project};
use crate::rules::suppression::{NEVER_SUPPRESSED, Review};
use crate::rules::{Instance, RuleRun, meaning, run};

/// Runs the rules, puts every finding at its place, in order, and takes out what is suppressed.
pub fn lint(project: &Project<'_>, settings: &Settings, instances: &[Instance], locator: &Locator) -> Report {
    let graph = Graph::new(project);
    let outcome = run(project, &graph, settings, instances);
    let (runs, mut superseded, shares) = (outcome.runs, outcome.superseded, outcome.shares);
    let mut findings: Vec<_> =
        outcome.findings.into_par_iter().map(|finding| locator.locate(project, finding)).collect();
    // In place; what compares equal is equal in all that is printed.
    findings.par_sort_unstable_by(|a, b| a.order(b));
    let findings = join_shared(findings, project);
    let all = Suppressions::new(locator.suppressions(project, settings, &meaning), Date::parse(&settings.today));
    let mut applied = all.apply(findings, &NEVER_SUPPRESSED);
    let groups = Groups { project, settings, instances, locator };
    groups.suppress_elsewhere(&all, &mut applied);
    groups.tell_apart(&mut applied.findings, &mut superseded);
    let review = Review {
        project,
        settings,
        instances,
        runs: &runs,
        suppressions: &all,
        used: &applied.of_use(),
        superseded: &superseded,
    };
    let (findings, suppressed) = with_reviewed(&all, review.findings(), applied);
    let summary = Summary {
        project: project.name.to_string(),
        dbt_version: project.dbt_version.to_string(),
        input: None,
        counts: Counts::of(project),
        rules: rule_summaries(&runs, &findings),
    };
    Report { findings, superseded, shares, suppressed, baseline: None, limit: None, summary }
}

/// Adds what there is to say of the suppressions themselves, which may be suppressed as well.
fn with_reviewed(all: &Suppressions, reviewed: Vec<Located>, applied: Applied) -> (Vec<Located>, Vec<Suppressed>) {
    let Applied { mut findings, mut suppressed, .. } = applied;
    let reviewed = all.apply(reviewed, &NEVER_SUPPRESSED);
    if !reviewed.findings.is_empty() {
        findings.extend(reviewed.findings);
        findings.par_sort_unstable_by(|a, b| a.order(b));
    }
    suppressed.extend(reviewed.suppressed);
    suppressed.sort_by(|a, b| a.located.order(&b.located));
    (findings, suppressed)
}

/// One a rule, whatever the number of its instances: several are one rule to those who read of it.
fn rule_summaries(runs: &[RuleRun], findings: &[Located]) -> Vec<RuleSummary> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let codes: Vec<&str> = findings.par_iter().map(|located| located.finding.code).collect();
    for code in codes {
        *counts.entry(code).or_default() += 1;
    }
    let summary = |instances: &[RuleRun]| RuleSummary {
        info: instances[0].info,
        code: instances[0].info.code,
        slug: instances[0].info.slug,
        subjects: instances.iter().map(|run| run.subjects).max().unwrap_or_default(),
        findings: counts.get(instances[0].info.code).copied().unwrap_or_default(),
        // Did not run means that no instance did.
        skipped: instances
            .iter()
            .map(|run| run.skipped.clone())
            .collect::<Option<Vec<_>>>()
            .map(|mut all| all.remove(0)),
        undecided: instances.iter().map(|run| run.undecided).max().unwrap_or_default(),
        left_alone: instances.iter().flat_map(|run| run.left_alone.iter().cloned()).collect(),
    };
    runs.chunk_by(|a, b| a.info.code == b.info.code).map(summary).collect()
}
