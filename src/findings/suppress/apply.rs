//! Takes findings out that are suppressed, and remembers which suppressions were of use.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::{Meaning, Suppression, Suppressions};
use crate::findings::{Atom, Finding, Located};

/// What the members of a group are that no suppression covers.
const NOT_SUPPRESSED: &str = "not suppressed";

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
    /// And which stand at another place of a finding.
    met: Vec<Vec<bool>>,
}

impl Applied {
    /// For each suppression, which of its names are not for nothing.
    pub fn of_use(&self) -> Vec<Vec<bool>> {
        let either =
            |(used, met): (&Vec<bool>, &Vec<bool>)| used.iter().zip(met).map(|(used, met)| used | met).collect();
        self.used.iter().zip(&self.met).map(either).collect()
    }
}

impl Suppressions {
    /// Parts findings from those that are suppressed. Codes of `never` cannot be.
    pub fn apply(&self, findings: Vec<Located>, never: &[&str]) -> Applied {
        let mut applied = Applied { used: self.unused(), met: self.unused(), ..Applied::default() };
        if self.is_empty() {
            applied.findings = findings;
            return applied;
        }
        for mut located in findings {
            let is_open = !never.contains(&located.finding.code);
            if is_open {
                self.mark_related(&located, &mut applied.met);
            }
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
        let index = self.covering(located, used).or_else(|| self.covering_members(&mut located.finding, used))?;
        Some(self.all[index].clone())
    }

    /// A finding on two of a kind stands at one of them, and whoever wrote the suppression may have met it at the other:
    /// it suppresses nothing there, but it is not for nothing either.
    fn mark_related(&self, located: &Located, met: &mut [Vec<bool>]) {
        for (location, _) in &located.related {
            for index in self.by_path.get(&location.path).into_iter().flatten() {
                let stretch = self.all[*index].covers.stretch.as_ref();
                if stretch.is_some_and(|stretch| stretch.includes(location)) {
                    mark(&self.all[*index], located.finding.code, &mut met[*index]);
                }
            }
        }
    }

    /// The suppression that covers a finding, the narrowest one if there are several; all of them are of use.
    fn covering(&self, located: &Located, used: &mut [Vec<bool>]) -> Option<usize> {
        self.covering_as(located, located.finding.code, used)
    }

    /// The same for what is found by another rule, too, if it were reported with that finding.
    fn covering_as(&self, located: &Located, code: &str, used: &mut [Vec<bool>]) -> Option<usize> {
        let candidates = self.candidates(Some(&located.location.path), &located.finding.subject);
        let covers = |index: &usize| self.all[*index].covers.includes(located);
        let named = candidates.filter(covers).filter(|index| mark(&self.all[*index], code, &mut used[*index]));
        named.min_by_key(|index| breadth(&self.all[*index]))
    }

    /// The suppression of one of those that a grouped finding stands for, if all of them are suppressed. If only some are,
    /// it stands for the others from now on.
    fn covering_members(&self, finding: &mut Finding, used: &mut [Vec<bool>]) -> Option<usize> {
        finding.members.as_ref()?;
        let by: Vec<Option<usize>> = finding.atoms().map(|atom| self.covering_part(atom, used)).collect();
        if by.iter().all(Option::is_some) {
            return by.into_iter().flatten().next();
        }
        let mut by = by.into_iter();
        finding.keep_members(NOT_SUPPRESSED, |_| by.next().flatten().is_none());
        None
    }

    /// Codes of findings that are left, and that a comment names in vain: it may stand where a rule reports them as one, or
    /// would, and not where they are.
    pub fn idle_codes(&self, applied: &Applied) -> HashSet<&'static str> {
        let hidden: HashSet<(*const Suppression, &str)> =
            applied.suppressed.iter().map(|it| (Arc::as_ptr(&it.by), it.located.finding.code)).collect();
        let comments: BTreeSet<usize> = self.by_path.values().flatten().copied().collect();
        let is_idle = |code: &str, index: usize| {
            let one = &self.all[index];
            one.names.iter().zip(&applied.used[index]).any(|(name, is_used)| match &name.meaning {
                Meaning::Area(_) => name.meaning.includes(code) && !hidden.contains(&(Arc::as_ptr(one), code)),
                meaning => !is_used && meaning.includes(code),
            })
        };
        let mut codes: HashSet<&str> = HashSet::new();
        if !comments.is_empty() {
            codes.extend(applied.findings.iter().map(|located| located.finding.code));
        }
        codes.retain(|code| comments.iter().any(|index| is_idle(code, *index)));
        codes
    }

    /// Takes out what is suppressed at another place, where the rule reports the same as one finding or would, or where it
    /// would report a member by itself: `elsewhere` are such findings.
    pub fn apply_elsewhere(&self, applied: &mut Applied, elsewhere: &[Located]) {
        let mut by: HashMap<Atom<'_>, usize> = HashMap::new();
        for located in elsewhere {
            let codes: BTreeSet<&str> = located.finding.atoms().map(|atom| atom.code).collect();
            for code in codes {
                if let Some(index) = self.covering_as(located, code, &mut applied.used) {
                    by.extend(located.finding.atoms().filter(|atom| atom.code == code).map(|atom| (atom, index)));
                }
            }
        }
        if by.is_empty() {
            return;
        }
        for mut located in std::mem::take(&mut applied.findings) {
            let covering: Option<Vec<usize>> = located.finding.atoms().map(|atom| by.get(&atom).copied()).collect();
            match covering.as_deref().and_then(<[usize]>::first) {
                Some(index) => applied.suppressed.push(Suppressed { located, by: self.all[*index].clone() }),
                None => {
                    located.finding.keep_members(NOT_SUPPRESSED, |atom| !by.contains_key(&atom));
                    applied.findings.push(located);
                }
            }
        }
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
