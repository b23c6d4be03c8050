//! The sets of rules to start from.

use super::Preset;
use crate::findings::Severity;
use crate::rules::RuleInfo;

/// The four gaps that the tool is named for: undocumented models, missing owners, untested sources, orphaned models
/// that feed dashboards.
const FOUR_GAPS: [&str; 4] = ["DOC001", "OWN001", "TST002", "EXP008"];

impl Preset {
    /// The words in `extends:`.
    pub const NAMES: [(&'static str, Self); 3] =
        [("minimal", Self::Minimal), ("recommended", Self::Recommended), ("strict", Self::Strict)];

    /// The severity a rule has in this preset; `None` is off.
    pub fn severity(self, rule: &RuleInfo) -> Option<Severity> {
        match self {
            Self::Recommended => rule.default,
            Self::Strict => rule.strict,
            Self::Minimal => {
                rule.default.filter(|severity| *severity == Severity::Error || FOUR_GAPS.contains(&rule.code))
            }
        }
    }

    /// From the word in `extends:`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(word, _)| *word == name).map(|(_, preset)| preset)
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Settings;
    use crate::rules;

    /// Rules that could run under `strict` and do not, each for a reason of its own, which docs/configuration.md tells.
    const LEFT_OFF: [&str; 3] = ["ACC002", "TST004", "TST012"];

    #[test]
    fn strict_has_every_rule_that_can_run_but_for_those_that_the_docs_name() {
        let lacks = |rule: &&rules::RuleInfo| rule.by_default().unset(&Settings::default()).is_some();
        let off: Vec<&str> =
            rules::all().into_iter().filter(|rule| rule.strict.is_none()).map(|rule| rule.code).collect();
        let mut expected: Vec<&str> = rules::all().into_iter().filter(lacks).map(|rule| rule.code).collect();
        assert_eq!(expected, ["DAG011", "DOC017", "OWN007", "OWN009", "TST006"]);
        expected.extend(LEFT_OFF);
        expected.sort_unstable();
        assert_eq!(off, expected);
        let docs = include_str!("../../docs/configuration.md");
        let row = docs.lines().find(|line| line.starts_with("| `strict` |")).unwrap();
        assert!(off.iter().all(|code| row.contains(code)), "{row}");
    }
}
