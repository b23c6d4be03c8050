//! What was there before, and therefore is no news.

use std::collections::HashSet;

use super::{Atom, Finding, Located};
use crate::words::listed;

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

    /// Takes what is known out of the findings and gives it back. A group of which a part is known stays and says what is
    /// not: `from` is where the rest is known from, such as "the baseline".
    pub fn take_known(&self, findings: &mut Vec<Located>, from: &str) -> Vec<Located> {
        let (known, mut new): (Vec<_>, Vec<_>) =
            std::mem::take(findings).into_iter().partition(|located| self.covers(&located.finding));
        for located in &mut new {
            self.name_news(&mut located.finding, from);
        }
        *findings = new;
        known
    }

    fn name_news(&self, finding: &mut Finding, from: &str) {
        if finding.members.is_none() {
            return;
        }
        let (known, new): (Vec<Atom<'_>>, Vec<Atom<'_>>) = finding.atoms().partition(|atom| self.contains(*atom));
        if known.is_empty() {
            return;
        }
        let names: Vec<String> = new.iter().map(Atom::name).collect();
        if let Some(members) = &mut finding.members {
            members.retain(|atom| !self.contains(atom));
        }
        finding.evidence(format!("not in {from}: {}", listed(names)));
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
        assert_eq!(known.take_known(&mut today, "the baseline").len(), 1);
        assert!(today.is_empty());
        // Below six, each is a finding of its own.
        let mut today = located(unowned(5));
        assert_eq!(known.take_known(&mut today, "the baseline").len(), 5);
        assert!(today.is_empty());
    }

    #[test]
    fn a_group_with_one_more_member_says_which() {
        let recorded = unowned(5);
        let known: Known<'_> = recorded.iter().flat_map(Finding::atoms).collect();
        let mut today = located(unowned(7));
        assert!(known.take_known(&mut today, "the baseline").is_empty());
        let evidence = &today[0].finding.evidence;
        assert_eq!(evidence.last().unwrap(), "not in the baseline: m5, m6");
        // Where none is known, the finding says it all.
        let mut today = located(unowned(7));
        assert!(Known::default().take_known(&mut today, "the baseline").is_empty());
        assert_eq!(today[0].finding.evidence.last().unwrap(), "looked at meta.owner, groups");
    }
}
