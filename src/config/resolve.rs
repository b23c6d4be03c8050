//! Holds a config against a project: rule instances and settings.

use std::path::Path;

use super::error::ConfigError;
use super::file::{FailOn, LayerFile};
use super::globs;
use super::load::Config;
use super::policies::ConfigPolicy;
use super::read::Setup;
use super::settings::{Override, Settings};
use crate::findings::{RecordedShares, Severity};
use crate::input::codeowners::Codeowners;
use crate::project::{FileOwners, Layer, LayerRule, Layers, Owners, Project};
use crate::rules::{Instance, RuleInfo, Scope};

/// What a run needs.
#[derive(Debug)]
pub struct Resolved {
    pub settings: Settings,
    /// The rules that are on, by code.
    pub instances: Vec<Instance>,
    /// If config or command line say so.
    pub fail_on: Option<FailOn>,
    /// Whether somebody has chosen rules, or left some out: no preset alone does.
    pub is_selective: bool,
    /// What of the config matches nothing and was passed over, a line each.
    pub unmatched: Vec<String>,
    /// The codes of the rules that the config switches on by name.
    pub named: Vec<&'static str>,
}

/// What becomes of globs and selectors that match nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmatched {
    /// They are a slip.
    Refused,
    /// The config is for several projects, and not each has everything.
    PassedOver,
}

impl Unmatched {
    /// By what `--allow-empty` says.
    pub fn allowed(is_allowed: bool) -> Self {
        if is_allowed { Self::PassedOver } else { Self::Refused }
    }
}

impl Config {
    /// `root` is the project's folder, if its files are at hand.
    ///
    /// # Errors
    /// When a rule that is switched on lacks an option without which it cannot run. When something that the config names is
    /// not there, unless that is to be passed over: a glob matches no file of the project, no resource has a tag, nothing
    /// fits all selectors of a rule.
    pub fn resolve(
        &self,
        project: &Project<'_>,
        root: Option<&Path>,
        unmatched: Unmatched,
    ) -> Result<Resolved, ConfigError> {
        self.check_required()?;
        let owners = self.owners(root)?;
        let errors = self.unmatched(project, &owners);
        let lines = errors.iter().map(ToString::to_string).collect();
        match errors.into_iter().next().filter(|_| unmatched == Unmatched::Refused) {
            Some(first) => Err(first),
            None => Ok(Resolved { unmatched: lines, ..self.resolved(owners) }),
        }
    }

    /// As [`resolve`](Self::resolve), for a project that need not have all that the config names, such as a former state
    /// of one.
    pub fn resolve_leniently(&self, root: Option<&Path>) -> Resolved {
        self.resolved(self.owners(root).unwrap_or_else(|_| self.owners_without_file()))
    }

    fn resolved(&self, owners: Owners) -> Resolved {
        let settings = Settings {
            layers: self.layers(),
            owners,
            overrides: self
                .overrides()
                .map(|(_, parts)| Override { scope: parts.scope.clone(), rules: parts.rules.clone() })
                .collect(),
            packages: self.files.iter().flat_map(|file| file.file.packages.include.iter().cloned()).collect(),
            today: self.today.clone(),
            recorded_shares: RecordedShares::default(),
            policies: self.policies.iter().map(|policy| policy.rule.info).collect(),
            are_rules_chosen: self.are_rules_chosen,
        };
        let instances = self.rules().into_iter().flat_map(|rule| self.instances(rule)).collect();
        let is_selective = self.select.is_some() || !self.ignore.is_empty() || !self.files.is_empty();
        let named = self.named();
        Resolved { settings, instances, fail_on: self.fail_on, is_selective, unmatched: Vec::new(), named }
    }

    /// The instances of a rule: none if it is off.
    fn instances(&self, rule: &'static RuleInfo) -> Vec<Instance> {
        let selected = match &self.select {
            Some(selected) => selected.iter().any(|info| info.code == rule.code),
            None => true,
        };
        if !selected || self.ignore.iter().any(|info| info.code == rule.code) {
            return Vec::new();
        }
        let policy = self.policies.iter().find(|policy| policy.rule.info.code == rule.code);
        let of_policy = policy.map(|policy| [self.policy_setup(policy)]);
        let setups = of_policy.as_ref().map(<[Setup; 1]>::as_slice).or_else(|| self.setups(rule));
        let everywhere: Vec<Instance> = match setups {
            Some(setups) => setups.iter().filter_map(|setup| self.instance(rule, Some(setup))).collect(),
            None => self.instance(rule, None).into_iter().collect(),
        };
        if everywhere.is_empty() { self.only_in_overrides(rule) } else { everywhere }
    }

    /// A policy's own severity, unless `rules:` has another; it sees to its selectors itself.
    fn policy_setup(&self, policy: &ConfigPolicy) -> Setup {
        let changed = self.setups(policy.rule.info).and_then(|setups| setups.iter().find_map(|setup| setup.level));
        Setup {
            level: Some(changed.unwrap_or(policy.severity)),
            scope: Scope::default(),
            selectors: None,
            options: None,
            at: policy.span,
        }
    }

    /// A rule that is off but for a part of the project, where an override has it on.
    fn only_in_overrides(&self, rule: &'static RuleInfo) -> Vec<Instance> {
        let switched_on = self.overrides().filter_map(|(_, parts)| {
            let (_, severity) = parts.rules.iter().find(|(info, _)| info.code == rule.code)?;
            Some(Instance { info: rule, severity: (*severity)?, scope: parts.scope.clone(), rule: rule.by_default() })
        });
        switched_on.collect()
    }

    fn instance(&self, rule: &'static RuleInfo, setup: Option<&Setup>) -> Option<Instance> {
        let severity = match setup.and_then(|setup| setup.level) {
            Some(level) => level,
            // Options given for a rule that the preset leaves off are a wish to have it on.
            None if setup.is_some() => self.preset.severity(rule).or(rule.default).or(Some(Severity::Warning)),
            None => self.preset.severity(rule),
        };
        // Naming a rule with --select is a wish to see it, whatever preset and config say.
        let severity = severity.or_else(|| self.select.is_some().then(|| rule.default.unwrap_or(Severity::Warning)))?;
        Some(Instance {
            info: rule,
            severity,
            scope: setup.map_or_else(Scope::default, |setup| setup.scope.clone()),
            rule: setup.map_or_else(|| rule.by_default(), |setup| setup.build(rule)),
        })
    }

    pub(super) fn layers(&self) -> Layers {
        let mut layers = Layers::default();
        for file in &self.files {
            for (layer, wanted) in &file.file.layers {
                layers.set(layer_rule(&layers, *layer, wanted));
            }
        }
        layers
    }

    /// With those of CODEOWNERS, if the config asks for it.
    fn owners(&self, root: Option<&Path>) -> Result<Owners, ConfigError> {
        let mut owners = self.owners_without_file();
        let asked = self.files.iter().filter_map(|file| file.file.owners.codeowners).next_back();
        if let Some(root) = root.filter(|_| asked == Some(true)) {
            owners.codeowners = Codeowners::find(root)?.map(|file| Box::new(file) as Box<dyn FileOwners>);
        }
        Ok(owners)
    }

    pub(super) fn owners_without_file(&self) -> Owners {
        let mut owners = Owners::default();
        for file in &self.files {
            let wanted = &file.file.owners;
            owners.meta_keys = wanted.meta_keys.clone().unwrap_or(owners.meta_keys);
            owners.allowed = wanted.allowed.clone().unwrap_or(owners.allowed);
            owners.pattern = file.owner_pattern.clone().or(owners.pattern);
        }
        owners
    }
}

fn layer_rule(layers: &Layers, layer: Layer, wanted: &LayerFile) -> LayerRule {
    let paths = (!wanted.paths.is_empty()).then(|| {
        globs::compile_all(wanted.paths.iter().map(String::as_str))
            .expect("globs were checked when the config was read")
    });
    let prefixes = wanted.prefixes.clone().unwrap_or_else(|| layers.prefixes(layer).to_vec());
    LayerRule { layer, paths, prefixes }
}
