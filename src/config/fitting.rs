//! Whether what is limited by selectors is about anything: each may match something, and nothing all of them.

use std::sync::Arc;

use super::error::ConfigError;
use super::load::Config;
use crate::project::{Layer, Layers, Owners, Project, Resource, ResourceType};
use crate::rules::{RuleInfo, Scope, Subject};
use crate::text::{SourceFile, Span};

const HELP: &str = "a resource has to fit every selector; what is limited to nothing would silently do nothing";

/// Fields that selectors ask for. Where one of a resource is not known, the resource may fit.
const FIELDS: [&str; 4] = ["tags", "group", "meta", "owner"];

/// A config beside the project that it is for.
pub(super) struct Fitting<'f, 'p> {
    pub config: &'f Config,
    pub project: &'f Project<'p>,
    pub owners: &'f Owners,
    pub layers: &'f Layers,
}

impl Fitting<'_, '_> {
    /// Set-ups of rules, overrides and policies that are about nothing.
    pub fn unfit(&self) -> Vec<ConfigError> {
        let mut found = Vec::new();
        for rule in self.config.rules() {
            let Some((source, setups)) = self.config.setups_in(rule) else { continue };
            let on = setups.iter().filter(|setup| setup.level != Some(None));
            let unfit_ones =
                on.filter(|setup| self.is_unfit(&setup.scope, &[rule])).filter_map(|setup| setup.selectors);
            let message = || format!("no {} fits the selectors of {}", noun(rule), rule.slug);
            found.extend(unfit_ones.map(|span| unfit(source, span, &message())));
        }
        for (source, parts) in self.config.overrides() {
            let rules: Vec<&RuleInfo> = parts.rules.iter().map(|(rule, _)| *rule).collect();
            if let Some(span) = parts.selectors.filter(|_| self.is_unfit(&parts.scope, &rules)) {
                found.push(unfit(source, span, "nothing that its rules are about fits the selectors of this override"));
            }
        }
        for policy in self.config.policies().iter().filter(|policy| policy.severity.is_some()) {
            let rule = policy.rule.info;
            if self.is_unfit(policy.rule.policy.scope(), &[rule]) {
                let message = format!("no {} fits the selectors of policy `{}`", noun(rule), rule.slug);
                found.push(unfit(&policy.source, policy.span, &message));
            }
        }
        found
    }

    /// Whether the rules have subjects, none of which is in scope. Where there is no subject at all, they do not run and say
    /// so.
    fn is_unfit(&self, scope: &Scope, rules: &[&RuleInfo]) -> bool {
        // What stands in files that cannot be read might fit.
        let is_complete = self.project.unreadable.is_empty();
        if !is_complete
            || scope.is_everything()
            || !scope.owners.is_empty() && self.config.lacks_codeowners(self.owners)
        {
            return false;
        }
        let is_about = |resource: &&Resource<'_>| {
            rules.iter().any(|rule| is_about(rule, resource.kind)) && self.is_subject(resource)
        };
        // Disabled ones will be back.
        let mut subjects = self.project.resources.iter().chain(&self.project.disabled).filter(is_about).peekable();
        subjects.peek().is_some() && !subjects.any(|resource| self.fits(scope, resource))
    }

    fn is_subject(&self, resource: &Resource<'_>) -> bool {
        self.project.is_own(resource) || self.config.includes(&resource.package)
    }

    fn fits(&self, scope: &Scope, resource: &Resource<'_>) -> bool {
        let layer = if scope.layers.is_empty() { Layer::Other } else { self.layers.of(resource) };
        let owner = || self.owners.of(self.project, resource).name;
        let fits = |scope: &Scope| scope.includes(resource, layer, owner);
        let is_unknown = resource.unknown.is_some() && FIELDS.iter().any(|field| resource.is_unknown(field));
        fits(scope) || is_unknown && fits(&scope.by_place())
    }
}

/// Rules about the project report on all kinds of things.
fn is_about(rule: &RuleInfo, kind: ResourceType) -> bool {
    rule.subjects.iter().any(|subject| matches!(subject, Subject::Project) || *subject == Subject::Resource(kind))
}

/// What a rule is about: "model", "seed or snapshot"; "resource" where it is a long list.
fn noun(rule: &RuleInfo) -> String {
    let kind = |subject: &Subject| match subject {
        Subject::Resource(kind) => Some(kind.label()),
        Subject::Project => None,
    };
    match rule.subjects.iter().map(kind).collect::<Option<Vec<&str>>>() {
        Some(kinds) if kinds.len() <= 3 => kinds.join(" or "),
        _ => "resource".to_owned(),
    }
}

fn unfit(source: &Arc<SourceFile>, span: Span, message: &str) -> ConfigError {
    ConfigError::at(source, span, message, Some(HELP.to_owned()))
}
