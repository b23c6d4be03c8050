//! The config, resolved: what rules and engine ask.

use crate::findings::{RecordedShares, Severity};
use crate::project::{Layers, Owners, Project, Resource};
use crate::rules::{RuleInfo, Scope};

/// Settings that many rules share.
#[derive(Debug, Default)]
pub struct Settings {
    pub layers: Layers,
    pub owners: Owners,
    pub overrides: Vec<Override>,
    /// Installed packages whose resources are subjects, too.
    pub packages: Vec<String>,
    /// The date that "today" is, `YYYY-MM-DD`; rules that compare dates use no other clock.
    pub today: String,
    /// What the baseline has recorded of shares.
    pub recorded_shares: RecordedShares,
    /// The policies of the config, whether on or off.
    pub policies: Vec<&'static RuleInfo>,
    /// Whether the command line chose among the rules: one that did not run may run elsewhere.
    pub are_rules_chosen: bool,
}

impl Settings {
    /// Whether rules are about that resource: the root project's own, and those of included packages.
    pub fn is_subject(&self, project: &Project<'_>, resource: &Resource<'_>) -> bool {
        project.is_own(resource) || self.packages.iter().any(|name| name == resource.package.as_str())
    }
}

/// One item of `overrides:`.
#[derive(Debug)]
pub struct Override {
    pub scope: Scope,
    /// Rule and its severity in this scope; `None` is off.
    pub rules: Vec<(&'static RuleInfo, Option<Severity>)>,
}

impl Override {
    /// What this override says of a rule; `None` if nothing.
    pub fn severity(&self, rule: &RuleInfo) -> Option<Option<Severity>> {
        self.rules.iter().find(|(info, _)| info.code == rule.code).map(|(_, severity)| *severity)
    }
}
