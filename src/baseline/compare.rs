//! Holds a baseline against what a run has found: what is known, what is fixed, what was renamed.

use std::collections::{HashMap, HashSet};

use super::names::{self, Renamed};
use super::read::{Baseline, Entry};
use super::renames::{self, Rename};
use crate::findings::{Atom, Known, Report};

/// What a run has looked at: where it did not look, nothing is fixed.
pub struct Scope<'s> {
    /// Codes of the rules that ran.
    pub ran: HashSet<&'static str>,
    /// Codes of those that had nothing to look at: they would have run if what they are about were still there.
    pub without_subjects: HashSet<&'static str>,
    /// Whether there is such a resource, or such a group of source tables.
    pub has_resource: &'s dyn Fn(&str) -> bool,
    /// Whether the project has such a file.
    pub has_file: &'s dyn Fn(&str) -> bool,
    /// Whether too little is known of a resource to say anything about it by that rule.
    pub is_unknown: &'s dyn Fn(Atom<'_>) -> bool,
}

impl Scope<'_> {
    /// Whether there is such a resource or file.
    pub(super) fn exists(&self, name: &str) -> bool {
        match names::kind(name) {
            "file" => (self.has_file)(name),
            _ => (self.has_resource)(name),
        }
    }

    fn looked_at(&self, atom: Atom<'_>) -> bool {
        self.ran.contains(atom.code) && !(self.is_unknown)(atom)
    }

    /// Whether it is about a resource that went as the last of those that the rule is about.
    fn went(&self, atom: Atom<'_>) -> bool {
        let is_gone = names::in_subject(&atom).is_some_and(|name| !self.exists(name));
        is_gone && self.without_subjects.contains(atom.code) && !(self.is_unknown)(atom)
    }
}

/// What became of a baseline's entries.
#[derive(Debug)]
pub struct Comparison<'b> {
    /// All of them, under the names of today.
    pub entries: Vec<Entry<'b>>,
    /// Those among them that are fixed, in order.
    pub fixed: Vec<Entry<'b>>,
    /// In order of the old name.
    pub renames: Vec<Rename>,
}

/// Compares.
pub fn compare<'b>(report: &Report, baseline: &Baseline<'b>, scope: &Scope<'_>) -> Comparison<'b> {
    let today: HashSet<Atom<'_>> = report.atoms().collect();
    let is_missing = |entry: &&Entry<'b>| !today.contains(&entry.atom()) && scope.looked_at(entry.atom());
    let missing: Vec<Atom<'_>> = baseline.entries.iter().filter(is_missing).map(Entry::atom).collect();
    let recorded: HashSet<Atom<'_>> = baseline.entries.iter().map(Entry::atom).collect();
    let new: Vec<Atom<'_>> = report.atoms().filter(|atom| !recorded.contains(atom)).collect();
    let renames = renames::find(recorded.iter().copied(), &missing, &new, scope);
    let entries = under_new_names(&baseline.entries, &renames);
    let fixed = entries.iter().filter(|entry| is_missing(entry) || scope.went(entry.atom())).cloned().collect();
    Comparison { entries, fixed, renames }
}

fn under_new_names<'b>(entries: &[Entry<'b>], renames: &[Rename]) -> Vec<Entry<'b>> {
    let renamed: Renamed<'_> = renames.iter().map(|rename| (rename.old.as_str(), rename.new.as_str())).collect();
    let new = |entry: &Entry<'b>| Entry {
        code: entry.code.clone(),
        subject: names::renamed_subject(&entry.subject, &renamed),
        part: names::renamed_part(&entry.part, &renamed),
        span: entry.span,
    };
    entries.iter().map(new).collect()
}

impl Comparison<'_> {
    /// What is no news.
    pub fn known(&self) -> Known<'_> {
        self.entries.iter().map(Entry::atom).collect()
    }

    /// What stays: everything but what is fixed.
    pub fn left(&self) -> impl Iterator<Item = Atom<'_>> {
        let fixed: HashSet<Atom<'_>> = self.fixed.iter().map(Entry::atom).collect();
        self.entries.iter().map(Entry::atom).filter(move |atom| !fixed.contains(atom))
    }

    /// How many entries each renamed resource or file has.
    pub fn entries_of(&self) -> HashMap<&str, usize> {
        let mut counts: HashMap<&str, usize> = self.renames.iter().map(|rename| (rename.new.as_str(), 0)).collect();
        for name in self.entries.iter().flat_map(|entry| names::of(entry.atom())) {
            if let Some(count) = counts.get_mut(name) {
                *count += 1;
            }
        }
        counts
    }
}
