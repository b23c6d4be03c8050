//! What was there before, and therefore is no news.

use std::collections::HashSet;

use super::{Atom, Finding, Located};

/// A set of findings in the finest terms there are: those of a baseline, or those that a base has.
#[derive(Debug, Clone, Default)]
pub struct Known<'a> {
    atoms: HashSet<Atom<'a>>,
}

impl<'a> FromIterator<Atom<'a>> for Known<'a> {
    fn from_iter<I: IntoIterator<Item = Atom<'a>>>(atoms: I) -> Self {
        Self { atoms: atoms.into_iter().collect() }
    }
}

impl Known<'_> {
    /// Whether it was there before.
    pub fn contains(&self, atom: Atom<'_>) -> bool {
        self.atoms.contains(&atom)
    }

    /// Whether all that the finding stands for was there before.
    pub fn covers(&self, finding: &Finding) -> bool {
        finding.atoms().all(|atom| self.contains(atom))
    }

    /// Takes what is known out of the findings and gives it back. A group of which a part is known stands for the rest from
    /// now on, which `is` new: "not in the baseline".
    pub fn take_known(&self, findings: &mut Vec<Located>, is: &'static str) -> Vec<Located> {
        let (known, mut new): (Vec<_>, Vec<_>) =
            std::mem::take(findings).into_iter().partition(|located| self.covers(&located.finding));
        for located in &mut new {
            located.finding.keep_members(is, |atom| !self.contains(atom));
        }
        *findings = new;
        known
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::Known;
    use crate::findings::{Finding, Located, Location};
    use crate::project::Resource;
    use crate::rules::tester::{findings, model};

    fn unowned(count: usize) -> Vec<Finding> {
        let models: Vec<Resource<'static>> = (0..count).map(|number| model("marts", &format!("m{number}"))).collect();
        findings("OWN001", Value::Null, &models)
    }

    fn located(findings: Vec<Finding>) -> Vec<Located> {
        let place = || Location { path: "models/a.yml".to_owned(), region: None };
        findings
            .into_iter()
            .map(|it| Located { finding: Box::new(it), location: place(), related: Vec::new() })
            .collect()
    }

    #[test]
    fn a_group_is_known_if_all_its_members_are() {
        let recorded = unowned(7);
        let known: Known<'_> = recorded.iter().flat_map(Finding::atoms).collect();
        let mut today = located(unowned(7));
        assert_eq!(known.take_known(&mut today, "not in the baseline").len(), 1);
        assert!(today.is_empty());
        // Below six, each is a finding of its own.
        let mut today = located(unowned(5));
        assert_eq!(known.take_known(&mut today, "not in the baseline").len(), 5);
        assert!(today.is_empty());
    }

    #[test]
    fn a_group_with_one_more_member_says_which() {
        let recorded = unowned(5);
        let known: Known<'_> = recorded.iter().flat_map(Finding::atoms).collect();
        let mut today = located(unowned(7));
        assert!(known.take_known(&mut today, "not in the baseline").is_empty());
        today[0].finding.name_members();
        assert_eq!(
            today[0].finding.message,
            "none of the 7 models has an owner; 2 models are not in the baseline: m5, m6"
        );
        // Where none is known, the finding says it all.
        let mut today = located(unowned(7));
        assert!(Known::default().take_known(&mut today, "not in the baseline").is_empty());
        today[0].finding.name_members();
        assert_eq!(today[0].finding.message, "none of the 7 models has an owner");
    }
}
