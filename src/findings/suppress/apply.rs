//! Takes findings out that are suppressed, and remembers which suppressions were of use.

use std::sync::Arc;

use super::{Suppression, Suppressions};
use crate::findings::Located;

/// A finding that somebody has accepted.
#[derive(Debug, Clone)]
pub struct Suppressed {
    pub located: Located,
    pub by: Arc<Suppression>,
}

/// What suppressions did.
#[derive(Debug, Default)]
pub struct Applied {
    /// What is left, in its order.
    pub findings: Vec<Located>,
    /// In the same order.
    pub suppressed: Vec<Suppressed>,
    /// For each suppression, which of its names hid something.
    pub used: Vec<Vec<bool>>,
}

impl Suppressions {
    /// Parts findings from those that are suppressed. Codes of `never` cannot be.
    pub fn apply(&self, findings: Vec<Located>, never: &[&str]) -> Applied {
        let mut applied = Applied { used: self.unused(), ..Applied::default() };
        if self.is_empty() {
            applied.findings = findings;
            return applied;
        }
        for located in findings {
            let is_open = !never.contains(&located.finding.code);
            match is_open.then(|| self.suppressing(&located, &mut applied.used)).flatten() {
                Some(by) => applied.suppressed.push(Suppressed { located, by }),
                None => applied.findings.push(located),
            }
        }
        applied
    }

    /// Every name of every suppression, none of them used.
    fn unused(&self) -> Vec<Vec<bool>> {
        self.all.iter().map(|one| vec![false; one.names.len()]).collect()
    }

    /// The suppression that covers a finding, the narrowest one if there are several; all of them are of use.
    fn suppressing(&self, located: &Located, used: &mut [Vec<bool>]) -> Option<Arc<Suppression>> {
        let finding = &located.finding;
        let mut found: Option<&Arc<Suppression>> = None;
        for index in self.candidates(Some(&located.location.path), &finding.subject) {
            let one = &self.all[index];
            if !one.covers.includes(located) || !mark(one, finding.code, &mut used[index]) {
                continue;
            }
            if found.is_none_or(|other| breadth(one) < breadth(other)) {
                found = Some(one);
            }
        }
        found.cloned()
    }

    /// Whether a suppression covers that part of that subject under that code; all that do are of use.
    pub fn covers_part(&self, code: &str, subject: &str, part: &str, used: &mut [Vec<bool>]) -> bool {
        let mut is_covered = false;
        for index in self.candidates(None, subject) {
            let one = &self.all[index];
            is_covered |= one.covers.includes_part(subject, part) && mark(one, code, &mut used[index]);
        }
        is_covered
    }
}

/// Marks the names that mean a rule; whether there is any.
fn mark(one: &Suppression, code: &str, used: &mut [bool]) -> bool {
    let mut is_named = false;
    for (name, used) in one.names.iter().zip(used) {
        if name.meaning.includes(code) {
            *used = true;
            is_named = true;
        }
    }
    is_named
}

/// What makes one suppression narrower than another: lines before files before `meta`.
fn breadth(one: &Suppression) -> usize {
    match one.covers.stretch.as_ref().map(|stretch| stretch.span) {
        Some(Some(span)) => span.len(),
        Some(None) => usize::MAX - 1,
        None => usize::MAX,
    }
}
