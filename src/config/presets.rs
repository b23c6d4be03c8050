//! The sets of rules to start from.

use super::Preset;
use crate::findings::Severity;
use crate::rules::RuleInfo;

/// The four gaps that the tool is named for: undocumented models, missing owners, untested sources, orphaned models
/// that feed dashboards.
const FOUR_GAPS: [&str; 4] = ["DOC001", "OWN001", "TST002", "EXP008"];

impl Preset {
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
        match name {
            "minimal" => Some(Self::Minimal),
            "recommended" => Some(Self::Recommended),
            "strict" => Some(Self::Strict),
            _ => None,
        }
    }
}
