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
    let mut findings: Vec<_> =
        outcome.findings.into_par_iter().map(|finding| locator.locate(project, finding)).collect();
    findings.par_sort_by(|a, b| a.order(b));
    let summary = Summary {
        project: project.name.to_string(),
        dbt_version: project.dbt_version.to_string(),
        counts: Counts::of(project),
        rules,
    };
    Report { findings, summary }
}

fn rule_summaries(outcome: &Outcome) -> Vec<RuleSummary> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for finding in &outcome.findings {
        *counts.entry(finding.code).or_default() += 1;
    }
    let summary = |run: &RuleRun| RuleSummary {
        code: run.info.code,
        slug: run.info.slug,
        subjects: run.subjects,
        findings: counts.get(run.info.code).copied().unwrap_or_default(),
        skipped: run.skipped.clone(),
    };
    outcome.runs.iter().map(summary).collect()
}
