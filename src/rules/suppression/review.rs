//! Holds suppressions against what the rules found, once they have run.

use std::collections::{HashMap, HashSet};

use super::{expired_suppression, suppression_without_reason, unknown_rule_in_suppression, unused_suppression};
use crate::config::Settings;
use crate::findings::suppress::{Meaning, Origin, Suppression, Suppressions};
use crate::findings::{Atoms, Finding, Located, Location, Place, Severity};
use crate::project::{Date, Project, ResourceId};
use crate::rules::unknown::is_field_unknown;
use crate::rules::{Instance, RuleInfo, RuleRun, find};

/// What is known after a run.
pub struct Review<'r> {
    pub project: &'r Project<'r>,
    pub settings: &'r Settings,
    /// The rules, and how each fared.
    pub instances: &'r [Instance],
    pub runs: &'r [RuleRun],
    pub suppressions: &'r Suppressions,
    /// Of each suppression, which of its names hid something.
    pub used: &'r [Vec<bool>],
    /// What other findings took the place of.
    pub superseded: &'r Atoms,
}

/// What a rule says of a suppression.
pub(super) struct Words {
    pub location: Location,
    /// What of the suppression it is about.
    pub part: String,
    pub message: String,
    pub help: String,
    pub evidence: Vec<String>,
}

impl Review<'_> {
    /// The findings of all rules on suppressions, in the order of these.
    pub fn findings(&self) -> Vec<Located> {
        if self.suppressions.is_empty() {
            return Vec::new();
        }
        let superseded: HashSet<(&str, &str)> = self.superseded.iter().map(|atom| (atom.code, atom.subject)).collect();
        let mut found = Vec::new();
        for (one, used) in self.suppressions.all.iter().zip(self.used) {
            let unused = unused_suppression::look(self, one, used, &superseded);
            self.add(&unused_suppression::UnusedSuppression::INFO, one, unused, &mut found);
            let expired = expired_suppression::look(self, one);
            self.add(&expired_suppression::ExpiredSuppression::INFO, one, expired, &mut found);
            let silent = suppression_without_reason::look(one);
            self.add(&suppression_without_reason::SuppressionWithoutReason::INFO, one, silent, &mut found);
            let unknown = unknown_rule_in_suppression::look(one, &self.settings.policies);
            self.add(&unknown_rule_in_suppression::UnknownRuleInSuppression::INFO, one, unknown, &mut found);
        }
        number_repeated(&mut found);
        found
    }

    fn add(
        &self,
        rule: &'static RuleInfo,
        one: &Suppression,
        words: impl IntoIterator<Item = Words>,
        found: &mut Vec<Located>,
    ) {
        let instances = self.instances.iter().zip(self.runs);
        let mut running = instances.filter(|(instance, run)| instance.info.code == rule.code && run.skipped.is_none());
        let Some(severity) = running.find_map(|(instance, _)| self.severity(instance, one)) else { return };
        found.extend(words.into_iter().map(|words| self.located(rule, severity, one, words)));
    }

    /// How grave a finding on a suppression is: as one on the resource that it is about, or on its file.
    fn severity(&self, instance: &Instance, one: &Suppression) -> Option<Severity> {
        match one.resource {
            Some(id) => self.severity_of(instance, id),
            None => instance.severity_in_file(self.settings, &one.path),
        }
    }

    fn severity_of(&self, instance: &Instance, id: ResourceId) -> Option<Severity> {
        let resource = self.project.get(id);
        instance.severity_of(self.project, self.settings, resource, self.settings.layers.of(resource))
    }

    fn located(&self, rule: &'static RuleInfo, severity: Severity, one: &Suppression, words: Words) -> Located {
        let (subject, part) = match one.resource {
            Some(id) => (self.project.get(id).unique_id.to_string(), words.part),
            None => (format!("project.{}", self.project.name), format!("file:{} {}", one.path, words.part)),
        };
        let span = words.location.region.as_ref().map(|region| region.span);
        let finding = Finding {
            code: rule.code,
            slug: rule.slug,
            severity,
            subject,
            part,
            message: words.message,
            help: words.help.into(),
            evidence: words.evidence,
            related: Vec::new(),
            located_in: one.resource,
            place: Place::Span(one.path.clone(), span),
            members: None,
            population: None,
        };
        Located { finding: Box::new(finding), location: words.location, related: Vec::new() }
    }

    /// Whether rules of that meaning looked at all that a suppression may be for: only then is it known to be of no use.
    pub(super) fn have_looked(&self, meaning: &Meaning, one: &Suppression) -> bool {
        if !self.project.unreadable.is_empty() {
            // What it hides may rest on what nobody could read.
            return false;
        }
        match meaning {
            Meaning::Rule(code) => self.has_run_over(code, one),
            // A rule of the area that is off in this run may be on in others.
            Meaning::Area(letters) if !self.settings.are_rules_chosen => {
                let area = || self.runs.iter().filter(|run| run.info.area.prefix() == *letters);
                area().all(|run| run.skipped.is_none())
                    && area().any(|run| self.has_run_over(run.info.code, one))
                    && !self.is_unknown(letters, one)
            }
            Meaning::Area(_) | Meaning::Nothing => false,
        }
    }

    fn has_run_over(&self, code: &str, one: &Suppression) -> bool {
        let instances = self.instances.iter().zip(self.runs).filter(|(instance, _)| instance.info.code == code);
        let mut ran = instances.filter(|(_, run)| run.skipped.is_none()).map(|(instance, _)| instance);
        let is_in_scope = |instance: &Instance| match one.about.as_slice() {
            [] => instance.severity_in_file(self.settings, &one.path).is_some(),
            ids => ids.iter().any(|id| self.severity_of(instance, *id).is_some()),
        };
        ran.any(is_in_scope) && !self.is_unknown(code, one)
    }

    /// Whether too little is known of a resource for the rule to say anything.
    fn is_unknown(&self, code: &str, one: &Suppression) -> bool {
        one.about.iter().any(|id| is_field_unknown(code, self.project.get(*id)))
    }

    /// Unique ids of the resources that a suppression may be for.
    pub(super) fn ids(&self, one: &Suppression) -> impl Iterator<Item = &str> {
        one.about.iter().map(|id| self.project.get(*id).unique_id.as_str())
    }

    /// The day that rules take for today.
    pub(super) fn today(&self) -> Option<Date> {
        Date::parse(&self.settings.today)
    }
}

/// Names a rule for people: `DOC001` (undocumented-model), or the area.
pub(super) fn named(meaning: &Meaning, text: &str) -> String {
    match meaning {
        Meaning::Rule(code) => match find(code) {
            Some(rule) => format!("{} ({})", rule.code, rule.slug),
            None => format!("`{code}`"),
        },
        Meaning::Area(letters) => format!("any rule of {letters}"),
        Meaning::Nothing => format!("`{text}`"),
    }
}

/// How a suppression is written where it stands.
pub(super) fn written(one: &Suppression, rule: &str, reason: &str) -> String {
    match one.origin {
        Origin::Comment => format!("`steward: ignore[{rule}] {reason}`"),
        Origin::Meta(_) => format!("`{{rule: {rule}, reason: {reason}}}`"),
    }
}

/// Tells apart findings that are about the same words in several places, by their order.
fn number_repeated(found: &mut [Located]) {
    let mut counts: HashMap<(&'static str, String, String), usize> = HashMap::new();
    for located in found {
        let finding = &mut located.finding;
        let count = counts.entry((finding.code, finding.subject.clone(), finding.part.clone())).or_default();
        *count += 1;
        if *count > 1 {
            finding.part = format!("{} #{count}", finding.part);
        }
    }
}
