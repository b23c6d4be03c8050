//! What a run looked at and what it found, in numbers.

use std::collections::HashMap;

use super::{Atom, Atoms, Located, Severity, Share};
use crate::project::Counts;

/// Everything a report can say.
#[derive(Debug)]
pub struct Report {
    /// Sorted by file, place, rule, subject.
    pub findings: Vec<Located>,
    /// What findings that gave way to others are known by.
    pub superseded: Atoms,
    /// Shares that must not fall, by rule and key.
    pub shares: Vec<Share>,
    /// What a baseline made of it, if there is one.
    pub baseline: Option<BaselineSummary>,
    pub summary: Summary,
}

/// How a run compares to the baseline.
#[derive(Debug)]
pub struct BaselineSummary {
    /// The file, as it is shown.
    pub path: String,
    /// Findings that are known, and so are not reported.
    pub known: usize,
    /// Findings that are not.
    pub new: usize,
    /// Entries for which nothing is found any more, by rule.
    pub fixed: Vec<FixedEntries>,
    /// Shares that are measured and not recorded yet.
    pub unrecorded: usize,
    /// What was written to the file, if anything was to be.
    pub update: Option<BaselineUpdate>,
}

/// Entries of one rule for which nothing is found any more.
#[derive(Debug)]
pub struct FixedEntries {
    pub code: String,
    pub slug: &'static str,
    /// What they are about, for people; one an entry.
    pub names: Vec<String>,
}

/// What an update changed in the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaselineUpdate {
    pub removed: usize,
    pub added: usize,
    pub renamed: usize,
    /// Shares recorded, raised, lowered or removed.
    pub shares: usize,
}

/// The numbers of a run.
#[derive(Debug)]
pub struct Summary {
    pub project: String,
    pub dbt_version: String,
    pub counts: Counts,
    /// Rules that were asked for, by code.
    pub rules: Vec<RuleSummary>,
}

/// How one rule fared.
#[derive(Debug)]
pub struct RuleSummary {
    pub code: &'static str,
    pub slug: &'static str,
    /// Resources it looked at.
    pub subjects: usize,
    pub findings: usize,
    /// Why it did not run, if so.
    pub skipped: Option<String>,
}

impl BaselineSummary {
    /// Entries for which nothing is found any more.
    pub fn fixed_entries(&self) -> usize {
        self.fixed.iter().map(|fixed| fixed.names.len()).sum()
    }
}

impl Report {
    /// All that this run knows of: what a baseline records, and what a base is asked for.
    pub fn atoms(&self) -> impl Iterator<Item = Atom<'_>> {
        self.findings.iter().flat_map(|located| located.finding.atoms()).chain(self.superseded.iter())
    }

    /// Number of findings of that severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|located| located.finding.severity == severity).count()
    }

    /// Counts anew how many findings each rule has, once some have been taken out or added.
    pub fn recount(&mut self) {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for located in &self.findings {
            *counts.entry(located.finding.code).or_default() += 1;
        }
        for rule in &mut self.summary.rules {
            rule.findings = counts.get(rule.code).copied().unwrap_or_default();
        }
    }

    /// The gravest severity among the findings.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|located| located.finding.severity).max()
    }
}
