//! What an action does away with, in positions and in words.

use std::collections::{BTreeMap, BTreeSet};

use super::action::Part;
use super::ground::{Ground, Subject};
use super::risk::{Risks, kind_of_all, kinds};
use super::target::Target;
use crate::words::counted;

/// What of a finding an action does away with.
#[derive(Debug, Default)]
struct Share {
    /// Its members that are gone, as positions in what it stands for.
    members: Vec<usize>,
    /// Defects that are gone.
    whole: usize,
    subjects: BTreeSet<Subject>,
}

pub(super) struct Effect {
    pub clears: Vec<usize>,
    pub eases: Vec<usize>,
    pub eases_members: Vec<Vec<usize>>,
    /// Of findings that it clears for some of their subjects: for how many, and for how many there are.
    partly: usize,
    some: usize,
    of: BTreeSet<Subject>,
    /// Findings that are gone only with other actions.
    helped: usize,
}

impl Effect {
    pub fn new(risks: &Risks, parts: &[Part<'_>]) -> Self {
        let mut shares: BTreeMap<usize, Share> = BTreeMap::new();
        for (defect, share) in parts {
            let of = shares.entry(defect.finding).or_default();
            if *share == 1.0 {
                of.whole += 1;
                of.members.push(defect.member);
                of.subjects.insert(defect.subject);
            }
        }
        let mut effect = Self {
            clears: Vec::new(),
            eases: Vec::new(),
            eases_members: Vec::new(),
            partly: 0,
            some: 0,
            of: BTreeSet::new(),
            helped: 0,
        };
        for (finding, share) in shares {
            let all = risks.of(finding);
            if share.whole == all.len() {
                effect.clears.push(finding);
                continue;
            }
            if share.whole == 0 {
                effect.helped += 1;
            } else {
                effect.partly += 1;
                effect.some += share.subjects.len();
                effect.of.extend(all.iter().map(|defect| defect.subject));
            }
            effect.eases.push(finding);
            effect.eases_members.push(share.members);
        }
        effect
    }

    /// "clears 3 findings on 21 models, and 1 more for 55 of its 610 models". `only_by_removal` are findings that stay
    /// where the thing stays.
    pub fn words(
        &self,
        ground: &Ground<'_>,
        target: &Target,
        subjects: &BTreeSet<Subject>,
        only_by_removal: usize,
    ) -> String {
        // What the words before say already is not said again.
        let on = match target {
            Target::Folder(..) => String::new(),
            _ if subjects.len() == 1 => String::new(),
            _ => format!(" on {}", kinds(subjects, ground)),
        };
        let mut words = Vec::new();
        if !self.clears.is_empty() {
            words.push(format!("clears {}{on}", counted(self.clears.len(), "finding")));
        }
        if self.partly > 0 {
            let findings = if words.is_empty() {
                format!("clears {}", counted(self.partly, "finding"))
            } else {
                format!("{} more", self.partly)
            };
            words.push(format!("{findings} {}", self.some_of_all(ground)));
        }
        if self.helped > 0 {
            let findings =
                if words.is_empty() { counted(self.helped, "finding") } else { format!("{} more", self.helped) };
            words.push(format!("helps to clear {findings}"));
        }
        let removal = match only_by_removal {
            0 => String::new(),
            count if count == self.clears.len() + self.eases.len() => ", by removal only".to_owned(),
            count => format!(", {count} of them only by removal"),
        };
        words.join(", and ") + &removal
    }

    /// "for 55 of its 610 models".
    fn some_of_all(&self, ground: &Ground<'_>) -> String {
        if self.some >= self.of.len() {
            // Others see to the same resources.
            return "in part".to_owned();
        }
        let their = if self.partly == 1 { "its" } else { "their" };
        let kind = kind_of_all(&self.of, ground).unwrap_or("resource");
        let all = counted(self.of.len(), kind);
        format!("for {} of {their} {all}", self.some)
    }
}

/// Adds what rests on it.
pub(super) fn with_dashboards(effect: &str, dashboards: u32) -> String {
    match dashboards {
        0 => effect.to_owned(),
        1 => format!("{effect}; 1 dashboard rests on that"),
        _ => format!("{effect}; {dashboards} dashboards rest on that"),
    }
}
