//! What a run looked at and what it found, in numbers.

use super::{Atom, Atoms, Located, Severity};
use crate::project::Counts;
use crate::rules::RuleInfo;

/// Everything a report can say.
#[derive(Debug)]
pub struct Report {
    /// Sorted by file, place, rule, subject.
    pub findings: Vec<Located>,
    /// What findings that gave way to others are known by.
    pub superseded: Atoms,
    pub summary: Summary,
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
