//! What a run looked at and what it found, in numbers.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::suppress::Suppressed;
use super::{Atom, Atoms, Limit, Located, Severity, Share};
use crate::project::Counts;
use crate::rules::RuleInfo;
use crate::rules::suppression::STALE_BASELINE_ENTRY;

/// Everything a report can say.
#[derive(Debug, Default)]
pub struct Report {
    /// Sorted by file, place, rule, subject.
    pub findings: Vec<Located>,
    /// What findings that gave way to others are known by.
    pub superseded: Atoms,
    /// What is accepted, in the same order as findings.
    pub suppressed: Vec<Suppressed>,
    /// Shares that must not fall, by rule and key.
    pub shares: Vec<Share>,
    /// What a baseline made of it, if there is one.
    pub baseline: Option<BaselineSummary>,
    /// What it is limited to, if to anything.
    pub limit: Option<Limit>,
    pub summary: Summary,
}

/// How a run compares to the baseline.
#[derive(Debug)]
pub struct BaselineSummary {
    /// The file, as it is shown.
    pub path: String,
    /// Findings that are known, and so are not reported; of those that the run is limited to.
    pub known: usize,
    /// The same of the whole project.
    pub known_in_all: usize,
    /// Findings that are not: those that are reported, but for those about the baseline itself.
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
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct BaselineUpdate {
    pub removed: usize,
    pub added: usize,
    pub renamed: usize,
    /// Shares recorded, raised, lowered or removed.
    pub shares: usize,
}

/// What the project was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InputKind {
    /// dbt's `manifest.json`.
    Manifest,
    /// The project's own YAML, SQL and Python.
    Files,
}

impl InputKind {
    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Manifest => "a manifest",
            Self::Files => "the project's files",
        }
    }
}

/// What was read, and why that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Input {
    pub kind: InputKind,
    /// The manifest, or the folder of the project.
    pub path: String,
    /// Why, in words.
    pub because: String,
}

impl Input {
    /// For people: "target/manifest.json, because its checksums fit the files".
    pub fn in_words(&self) -> String {
        match self.kind {
            InputKind::Manifest => format!("{}, because {}", self.path, self.because),
            InputKind::Files => format!("{}, because {}", self.kind.words(), self.because),
        }
    }
}

/// The numbers of a run.
#[derive(Debug, Default)]
pub struct Summary {
    pub project: String,
    pub dbt_version: String,
    /// What was read; `None` where that is not one thing, as for several projects at once.
    pub input: Option<Input>,
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
        self.input = None;
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
    /// What it left alone, and why.
    pub left_alone: Vec<String>,
}

impl BaselineSummary {
    /// Two projects' as one.
    fn with(self, other: Self) -> Self {
        let update = self.update.or(other.update).map(|_| {
            let (one, other) = (self.update.unwrap_or_default(), other.update.unwrap_or_default());
            BaselineUpdate {
                removed: one.removed + other.removed,
                added: one.added + other.added,
                renamed: one.renamed + other.renamed,
                shares: one.shares + other.shares,
            }
        });
        Self {
            path: format!("{}, {}", self.path, other.path),
            known: self.known + other.known,
            known_in_all: self.known_in_all + other.known_in_all,
            new: self.new + other.new,
            fixed: self.fixed.into_iter().chain(other.fixed).collect(),
            unrecorded: self.unrecorded + other.unrecorded,
            update,
        }
    }

    /// Entries for which nothing is found any more.
    pub fn fixed_entries(&self) -> usize {
        self.fixed.iter().map(|fixed| fixed.names.len()).sum()
    }
}

impl Report {
    /// Keeps the findings that `is_kept` says, suppressed or not, and corrects the numbers.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&mut Located) -> bool) {
        self.findings.retain_mut(&mut is_kept);
        self.suppressed.retain_mut(|suppressed| is_kept(&mut suppressed.located));
        self.recount();
    }

    /// Several projects' reports as one.
    pub fn of_all(reports: impl IntoIterator<Item = Self>) -> Self {
        let mut reports = reports.into_iter();
        let mut all = reports.next().unwrap_or_default();
        for report in reports {
            all.findings.extend(report.findings);
            all.superseded.append(report.superseded);
            all.shares.extend(report.shares);
            all.baseline = match (all.baseline, report.baseline) {
                (Some(one), Some(other)) => Some(one.with(other)),
                (one, other) => one.or(other),
            };
            all.limit = match (all.limit, report.limit) {
                (Some(one), Some(other)) => Some(one.with(other)),
                (one, other) => one.or(other),
            };
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

    /// Counts anew how many findings each rule has, and how many of all are new, once some have been taken out or added.
    pub fn recount(&mut self) {
        if let Some(baseline) = &mut self.baseline {
            let is_new = |located: &&Located| located.finding.code != STALE_BASELINE_ENTRY;
            baseline.new = self.findings.iter().filter(is_new).count();
        }
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for located in &self.findings {
            *counts.entry(located.finding.code).or_default() += 1;
        }
        for rule in &mut self.summary.rules {
            rule.findings = counts.get(rule.code).copied().unwrap_or_default();
        }
    }

    /// The gravest severity among what is worse than it was: not of baseline entries that may go, for that is repair.
    pub fn worst_news(&self) -> Option<Severity> {
        let is_news = |located: &&Located| located.finding.code != STALE_BASELINE_ENTRY;
        self.findings.iter().filter(is_news).map(|located| located.finding.severity).max()
    }

    /// The gravest severity among the findings.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|located| located.finding.severity).max()
    }
}
