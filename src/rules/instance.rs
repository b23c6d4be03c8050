//! A rule as the config has set it up: severity, options, and what it is limited to.

use std::fmt;

use globset::GlobSet;

use super::{Rule, RuleInfo};
use crate::config::Settings;
use crate::findings::Severity;
use crate::project::{Layer, Project, Resource, ResourceType};

/// One set-up rule. A rule listed several times in the config has several.
pub struct Instance {
    pub info: &'static RuleInfo,
    pub severity: Severity,
    pub scope: Scope,
    pub rule: Box<dyn Rule>,
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.info.code, self.info.slug, self.severity)
    }
}

impl Instance {
    /// The severity of a finding on that resource; `None` where the config leaves it out.
    pub fn severity_of(
        &self,
        project: &Project<'_>,
        settings: &Settings,
        resource: &Resource<'_>,
        layer: Layer,
    ) -> Option<Severity> {
        let owner = || settings.owners.name(project, resource);
        if !self.scope.is_everything() && !self.scope.includes(resource, layer, owner) {
            return None;
        }
        self.severity_where(settings, |scope| scope.includes(resource, layer, owner))
    }

    /// As [`severity_of`](Self::severity_of), for a finding on a file that defines no resource: of the selectors only paths
    /// fit a file.
    pub fn severity_in_file(&self, settings: &Settings, path: &str) -> Option<Severity> {
        if !self.scope.includes_file(path) {
            return None;
        }
        self.severity_where(settings, |scope| scope.includes_file(path))
    }

    /// The severity after all overrides whose scope holds.
    fn severity_where(&self, settings: &Settings, holds: impl Fn(&Scope) -> bool) -> Option<Severity> {
        let mut severity = Some(self.severity);
        for change in &settings.overrides {
            if let Some(wanted) = change.severity(self.info)
                && holds(&change.scope)
            {
                severity = wanted;
            }
        }
        severity
    }

    /// The options it was set up with; `None` if those of its rule are of another type.
    pub fn options<T: 'static>(&self) -> Option<&T> {
        (self.info.options_of)(&*self.rule)?.downcast_ref()
    }
}

/// Selectors: a resource is in scope if it passes every one that is set, and passes one if any of its values fits.
#[derive(Debug, Default, Clone)]
pub struct Scope {
    /// Gitignore-style globs on the file that defines the resource or the one with its properties.
    pub paths: Option<GlobSet>,
    pub tags: Vec<String>,
    pub groups: Vec<String>,
    pub owners: Vec<String>,
    pub layers: Vec<Layer>,
    pub packages: Vec<String>,
    pub resource_types: Vec<ResourceType>,
    /// Keys of `meta`, each with the value it must have; no value means that the key must be there.
    pub meta: Vec<(String, Option<serde_json::Value>)>,
    /// The selectors as the config has them, in one line; empty for everything.
    pub words: String,
}

impl Scope {
    /// Whether no selector is set.
    pub fn is_everything(&self) -> bool {
        self.paths.is_none()
            && self.tags.is_empty()
            && self.groups.is_empty()
            && self.owners.is_empty()
            && self.layers.is_empty()
            && self.packages.is_empty()
            && self.resource_types.is_empty()
            && self.meta.is_empty()
    }

    /// Whether the resource is in scope. `owner` is asked for only if the scope names owners.
    pub fn includes(&self, resource: &Resource<'_>, layer: Layer, owner: impl FnOnce() -> Option<String>) -> bool {
        let any = |wanted: &[String], value: Option<&str>| {
            wanted.is_empty() || value.is_some_and(|value| wanted.iter().any(|name| name == value))
        };
        self.includes_path(resource)
            && (self.tags.is_empty()
                || resource.tags.iter().any(|tag| self.tags.iter().any(|name| name == tag.as_str())))
            && any(&self.groups, resource.group.as_deref())
            && (self.layers.is_empty() || self.layers.contains(&layer))
            && any(&self.packages, Some(&resource.package))
            && (self.resource_types.is_empty() || self.resource_types.contains(&resource.kind))
            && self.meta.iter().all(|(key, wanted)| match (resource.meta.get(key), wanted) {
                (Some(value), Some(wanted)) => value == wanted,
                (Some(_), None) => true,
                (None, _) => false,
            })
            && (self.owners.is_empty() || any(&self.owners, owner().as_deref()))
    }

    /// The same without what a resource may have from elsewhere than its place: tags, groups, owners, meta.
    pub fn by_place(&self) -> Self {
        Self { tags: Vec::new(), groups: Vec::new(), owners: Vec::new(), meta: Vec::new(), ..self.clone() }
    }

    /// Whether a file of the project is in scope: it has a path, and nothing else that a selector could fit.
    pub fn includes_file(&self, path: &str) -> bool {
        let is_about_files = Self { paths: None, ..self.clone() }.is_everything();
        is_about_files && self.paths.as_ref().is_none_or(|globs| globs.is_match(path))
    }

    fn includes_path(&self, resource: &Resource<'_>) -> bool {
        let Some(globs) = &self.paths else { return true };
        globs.is_match(resource.path.as_str())
            || resource.properties_path.as_ref().is_some_and(|path| globs.is_match(path.as_str()))
    }
}
