//! Takes findings out that are suppressed, and remembers which suppressions were of use.

use std::sync::Arc;

use super::{Suppression, Suppressions};
use crate::findings::{Atom, Finding, Located};
use crate::words::listed;

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
        for mut located in findings {
            let is_open = !never.contains(&located.finding.code);
            match is_open.then(|| self.suppressing(&mut located, &mut applied.used)).flatten() {
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

    /// What suppresses a finding as a whole: at its place, or all that it stands for.
    fn suppressing(&self, located: &mut Located, used: &mut [Vec<bool>]) -> Option<Arc<Suppression>> {
        self.mark_related(located, used);
        let index = self.covering(located, used).or_else(|| self.covering_members(&mut located.finding, used))?;
        Some(self.all[index].clone())
    }

    /// A finding on two of a kind stands at one of them, and whoever wrote the suppression may have met it at the other:
    /// it suppresses nothing there, but it is not for nothing either.
    fn mark_related(&self, located: &Located, used: &mut [Vec<bool>]) {
        for (location, _) in &located.related {
            for index in self.by_path.get(&location.path).into_iter().flatten() {
                let stretch = self.all[*index].covers.stretch.as_ref();
                if stretch.is_some_and(|stretch| stretch.includes(location)) {
                    mark(&self.all[*index], located.finding.code, &mut used[*index]);
                }
            }
        }
    }

    /// The suppression that covers a finding, the narrowest one if there are several; all of them are of use.
    fn covering(&self, located: &Located, used: &mut [Vec<bool>]) -> Option<usize> {
        let finding = &located.finding;
        let candidates = self.candidates(Some(&located.location.path), &finding.subject);
        let covers = |index: &usize| self.all[*index].covers.includes(located);
        let named = candidates.filter(covers).filter(|index| mark(&self.all[*index], finding.code, &mut used[*index]));
        named.min_by_key(|index| breadth(&self.all[*index]))
    }

    /// The suppression of one of those that a grouped finding stands for, if all of them are suppressed. If only some are,
    /// it stands for the others from now on, and says so.
    fn covering_members(&self, finding: &mut Finding, used: &mut [Vec<bool>]) -> Option<usize> {
        let members = finding.members.as_mut()?;
        let (mut by, mut names) = (None, Vec::new());
        let mut left = (**members).clone();
        left.retain(|atom| {
            let covering = self.covering_part(atom, used);
            if covering.is_some() {
                by = by.or(covering);
                names.push(atom.name());
            }
            covering.is_none()
        });
        if left.is_empty() {
            return by;
        }
        if !names.is_empty() {
            **members = left;
            finding.evidence(format!("suppressed: {}", listed(names)));
        }
        None
    }

    /// The suppression that covers that part of a subject, wherever it is located; all that do are of use.
    pub fn covering_part(&self, atom: Atom<'_>, used: &mut [Vec<bool>]) -> Option<usize> {
        let candidates = self.candidates(None, atom.subject);
        let covers = |index: &usize| self.all[*index].covers.includes_part(atom.subject, atom.part);
        let named = candidates.filter(covers).filter(|index| mark(&self.all[*index], atom.code, &mut used[*index]));
        named.min_by_key(|index| breadth(&self.all[*index]))
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
