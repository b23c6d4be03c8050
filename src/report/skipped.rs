//! The rules that did not run, by reason: what the summary says of them in a few lines.

use std::cmp::Reverse;

use crate::findings::RuleSummary;
use crate::rules::PACKAGES_ARE_MISSING;
use crate::words;

/// Reasons that are told, beside those of rules that the config names.
const TOLD: usize = 3;

/// Rules that did not run for one reason.
pub(super) struct Skipped<'s> {
    reason: &'s str,
    /// By code.
    codes: Vec<&'static str>,
    /// Whether the config names one of them.
    is_named: bool,
}

impl<'s> Skipped<'s> {
    /// A line for each reason, what the user is most likely to act on first, and one for how many rules more there are.
    pub fn by_reason(skipped: &[&'s RuleSummary], named: &[&str]) -> Vec<String> {
        let mut groups: Vec<Self> = Vec::new();
        for rule in skipped {
            let reason = rule.skipped.as_deref().unwrap_or_default();
            let is_named = named.contains(&rule.code);
            match groups.iter_mut().find(|group| group.reason == reason) {
                Some(group) => {
                    group.codes.push(rule.code);
                    group.is_named |= is_named;
                }
                None => groups.push(Self { reason, codes: vec![rule.code], is_named }),
            }
        }
        // Of equals the one whose rules come first.
        groups.sort_by_key(|group| (!group.is_named, group.reason != PACKAGES_ARE_MISSING, Reverse(group.codes.len())));
        let told = groups.iter().filter(|group| group.is_named).count() + TOLD;
        // One reason more takes no more room than to say that there is one.
        let told = if groups.len() == told + 1 { groups.len() } else { told.min(groups.len()) };
        let more: usize = groups[told..].iter().map(|group| group.codes.len()).sum();
        let more = (more > 0).then(|| format!("  and {more} more; --verbose names them all"));
        groups[..told].iter().map(|group| group.line(named)).chain(more).collect()
    }

    fn line(&self, named: &[&str]) -> String {
        let (mut first, others): (Vec<&str>, Vec<&str>) = self.codes.iter().partition(|code| named.contains(code));
        first.extend(others);
        format!("  {}: {}", words::listed(ranges(&first)), self.reason)
    }
}

/// Codes, with three or more that follow each other as one: `ACC030–ACC035`.
fn ranges(codes: &[&str]) -> Vec<String> {
    let follows = |pair: &[&str]| match (number(pair[0]), number(pair[1])) {
        (Some((area, number)), Some(next)) => next == (area, number + 1),
        _ => false,
    };
    let mut ranges = Vec::new();
    let mut rest = codes;
    while !rest.is_empty() {
        let count = 1 + rest.windows(2).take_while(|pair| follows(pair)).count();
        let (run, others) = rest.split_at(count);
        match run {
            [first, _, .., last] => ranges.push(format!("{first}–{last}")),
            _ => ranges.extend(run.iter().map(|&code| code.to_owned())),
        }
        rest = others;
    }
    ranges
}

/// `("ACC", 30)` of `ACC030`; policies have none.
fn number(code: &str) -> Option<(&str, u32)> {
    let (area, digits) = code.split_at_checked(3)?;
    Some((area, digits.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Skipped, ranges};
    use crate::findings::RuleSummary;
    use crate::rules;

    fn skipped(code: &str, reason: &str) -> RuleSummary {
        let info = rules::find(code).unwrap();
        let (code, slug) = (info.code, info.slug);
        let (skipped, left_alone) = (Some(reason.to_owned()), Vec::new());
        RuleSummary { info, code, slug, subjects: 0, findings: 0, skipped, undecided: 0, left_alone }
    }

    fn lines(rules: &[(&str, &str)], named: &[&str]) -> Vec<String> {
        let rules: Vec<RuleSummary> = rules.iter().map(|(code, reason)| skipped(code, reason)).collect();
        Skipped::by_reason(&rules.iter().collect::<Vec<_>>(), named)
    }

    const RULES: [(&str, &str); 9] = [
        ("ACC004", "no groups"),
        ("ACC014", "no versions"),
        ("ACC030", "no base"),
        ("ACC031", "no base"),
        ("ACC032", "no base"),
        ("DAG015", "packages of packages.yml are not installed (dbt deps)"),
        ("DOC006", "no exposure"),
        ("EXP001", "no exposure"),
        ("MET001", "no metric"),
    ];

    #[test]
    fn what_can_be_acted_on_comes_first() {
        assert_eq!(
            lines(&RULES, &[]),
            [
                "  DAG015: packages of packages.yml are not installed (dbt deps)",
                "  ACC030–ACC032: no base",
                "  DOC006, EXP001: no exposure",
                "  and 3 more; --verbose names them all",
            ]
        );
    }

    #[test]
    fn rules_that_the_config_names_come_before_all_others_and_are_never_left_out() {
        assert_eq!(
            lines(&RULES, &["EXP001", "MET001"]),
            [
                "  EXP001, DOC006: no exposure",
                "  MET001: no metric",
                "  DAG015: packages of packages.yml are not installed (dbt deps)",
                "  ACC030–ACC032: no base",
                "  ACC004: no groups",
                "  ACC014: no versions",
            ]
        );
    }

    #[test]
    fn codes_that_follow_each_other_are_a_range() {
        assert_eq!(ranges(&["ACC030", "ACC031"]), ["ACC030", "ACC031"]);
        assert_eq!(ranges(&["ACC030", "ACC031", "ACC032", "DOC033"]), ["ACC030–ACC032", "DOC033"]);
        assert_eq!(ranges(&["POL/marts-have-owners", "DOC001"]), ["POL/marts-have-owners", "DOC001"]);
    }
}
