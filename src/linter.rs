//! From project and rules to a sorted report: the middle of the picture in the crate's documentation.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::config::Settings;
use crate::findings::{Report, RuleSummary, Summary};
use crate::graph::Graph;
use crate::locate::Locator;
use crate::project::{Counts, Project};
use crate::rules::{Instance, Outcome, RuleRun, run};

/// Runs the rules and puts every finding at its place, in order.
pub fn lint(project: &Project<'_>, settings: &Settings, instances: &[Instance], locator: &Locator) -> Report {
    let graph = Graph::new(project);
    let outcome = run(project, &graph, settings, instances);
    let rules = rule_summaries(&outcome);
    let (superseded, shares) = (outcome.superseded, outcome.shares);
    let mut findings: Vec<_> =
        outcome.findings.into_par_iter().map(|finding| locator.locate(project, finding)).collect();
    // In place; what compares equal is equal in all that is printed.
    findings.par_sort_unstable_by(|a, b| a.order(b));
    let summary = Summary {
        project: project.name.to_string(),
        dbt_version: project.dbt_version.to_string(),
        counts: Counts::of(project),
        rules,
    };
    Report { findings, superseded, shares, baseline: None, summary }
}

/// One a rule, whatever the number of its instances: several are one rule to those who read of it.
fn rule_summaries(outcome: &Outcome) -> Vec<RuleSummary> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let codes: Vec<&str> = outcome.findings.par_iter().map(|finding| finding.code).collect();
    for code in codes {
        *counts.entry(code).or_default() += 1;
    }
    let summary = |instances: &[RuleRun]| RuleSummary {
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
    };
    outcome.runs.chunk_by(|a, b| a.info.code == b.info.code).map(summary).collect()
}
