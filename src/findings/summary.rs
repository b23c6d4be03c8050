//! What a run looked at and what it found, in numbers.

use std::collections::HashMap;

use super::suppress::Suppressed;
use super::{Atom, Atoms, Located, Severity};
use crate::project::Counts;
use crate::rules::RuleInfo;

/// Everything a report can say.
#[derive(Debug, Default)]
pub struct Report {
    /// Sorted by file, place, rule, subject.
    pub findings: Vec<Located>,
    /// What findings that gave way to others are known by.
    pub superseded: Atoms,
    /// What is accepted, in the same order as findings.
    pub suppressed: Vec<Suppressed>,
    pub summary: Summary,
}

/// The numbers of a run.
#[derive(Debug, Default)]
pub struct Summary {
    pub project: String,
    pub dbt_version: String,
    pub counts: Counts,
    /// Rules that were asked for, by code.
    pub rules: Vec<RuleSummary>,
}

impl Summary {
    fn add(&mut self, other: Self) {
        self.project = format!("{}, {}", self.project, other.project);
        if self.dbt_version != other.dbt_version {
            self.dbt_version = String::new();
        }
        self.counts.add(&other.counts);
        self.rules.extend(other.rules);
        self.rules.sort_by_key(|rule| rule.code);
        self.rules.dedup_by(|next, kept| {
            let is_same = next.code == kept.code;
            if is_same {
                kept.subjects += next.subjects;
                kept.findings += next.findings;
                // Did not run means that it ran in no project.
                kept.skipped = kept.skipped.take().filter(|_| next.skipped.is_some());
            }
            is_same
        });
    }
}

/// How one rule fared.
#[derive(Debug)]
pub struct RuleSummary {
    pub info: &'static RuleInfo,
    pub code: &'static str,
    pub slug: &'static str,
    /// Resources it looked at.
    pub subjects: usize,
    pub findings: usize,
    /// Why it did not run, if so.
    pub skipped: Option<String>,
    /// Resources of which it could not tell, because something about them is not known.
    pub undecided: usize,
}

impl Report {
    /// Keeps the findings that `is_kept` says, suppressed or not, and corrects the numbers.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&mut Located) -> bool) {
        self.findings.retain_mut(&mut is_kept);
        self.suppressed.retain_mut(|suppressed| is_kept(&mut suppressed.located));
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for located in &self.findings {
            *counts.entry(located.finding.code).or_default() += 1;
        }
        for rule in &mut self.summary.rules {
            rule.findings = counts.get(rule.code).copied().unwrap_or_default();
        }
    }

    /// Several projects' reports as one.
    pub fn of_all(reports: impl IntoIterator<Item = Self>) -> Self {
        let mut reports = reports.into_iter();
        let mut all = reports.next().unwrap_or_default();
        for report in reports {
            all.findings.extend(report.findings);
            all.superseded.append(report.superseded);
            all.suppressed.extend(report.suppressed);
            all.findings.sort_by(Located::order);
            all.suppressed.sort_by(|a, b| a.located.order(&b.located));
            all.summary.add(report.summary);
        }
        all
    }

    /// All that this run knows of: what a baseline records, and what a base is asked for.
    pub fn atoms(&self) -> impl Iterator<Item = Atom<'_>> {
        self.findings.iter().flat_map(|located| located.finding.atoms()).chain(self.superseded.iter())
    }

    /// Number of findings of that severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|located| located.finding.severity == severity).count()
    }

    /// The gravest severity among the findings.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|located| located.finding.severity).max()
    }
}
