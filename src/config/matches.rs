//! Whether all that a config names is there in the project. What matches nothing would silently do nothing: it is a slip,
//! or an exception whose reason is gone.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::error::ConfigError;
use super::fitting::Fitting;
use super::load::Config;
use super::read::{GlobUse, Named, Selector};
use crate::project::{Owners, Project, Resource, ResourceType};
use crate::text::yaml::nearest;
use crate::text::{SourceFile, Span};

impl Config {
    /// What in the config matches nothing: globs, packages, values of selectors, and selectors that nothing fits together;
    /// each with its place.
    pub(super) fn unmatched(&self, project: &Project<'_>, owners: &Owners) -> Vec<ConfigError> {
        let mut found = self.unmatched_globs(project);
        found.extend(self.unmatched_packages(project));
        found.extend(self.unmatched_values(project, owners));
        // Of several selectors one that matches nothing by itself says it all.
        if found.is_empty() {
            found = Fitting { config: self, project, owners, layers: &self.layers() }.unfit();
        }
        found
    }

    fn unmatched_globs(&self, project: &Project<'_>) -> Vec<ConfigError> {
        let mut globs = self.globs().peekable();
        if globs.peek().is_none() {
            return Vec::new();
        }
        let resources = project.resources.iter().chain(&project.disabled);
        let own = resources.filter(|resource| project.is_own(resource) || self.includes(&resource.package));
        let paths: HashSet<&str> = own
            .flat_map(|resource| [Some(resource.path.as_str()), resource.properties_path.as_deref()])
            .flatten()
            .collect();
        let unmatched = globs.filter(|(_, glob)| !paths.iter().any(|path| glob.matcher.is_match(path)));
        let error = |(source, glob): (&Arc<SourceFile>, &GlobUse)| {
            let message = format!("`{}` matches no file of the project", glob.text);
            let help =
                "paths are relative to dbt_project.yml; one that matches nothing would silently do nothing".to_owned();
            ConfigError::at(source, glob.span, message, Some(help))
        };
        unmatched.map(error).collect()
    }

    fn unmatched_packages(&self, project: &Project<'_>) -> Vec<ConfigError> {
        let named = self.files.iter().flat_map(|file| file.packages.iter().map(move |name| (&file.source, name)));
        let mut named = named.peekable();
        if named.peek().is_none() {
            return Vec::new();
        }
        let installed: BTreeSet<&str> = project.resources.iter().map(|resource| resource.package.as_str()).collect();
        let error = |(source, (name, span)): (&Arc<SourceFile>, &(String, Span))| {
            let help = match nearest(name, installed.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`dbt deps` installs what packages.yml lists".to_owned(),
            };
            ConfigError::at(source, *span, format!("no package `{name}` is installed"), Some(help))
        };
        named.filter(|(_, (name, _))| !installed.contains(&name.as_str())).map(error).collect()
    }

    fn unmatched_values(&self, project: &Project<'_>, owners: &Owners) -> Vec<ConfigError> {
        let mut found = Vec::new();
        for selector in [Selector::Tags, Selector::Groups, Selector::Owners, Selector::Packages] {
            let mut named = self.selected(selector).peekable();
            if named.peek().is_none() || (selector == Selector::Owners && self.lacks_codeowners(owners)) {
                continue;
            }
            if project.resources.iter().any(|resource| may_have_others(selector, resource)) {
                continue;
            }
            let there = values(selector, project, owners);
            for (source, unknown) in named.filter(|(_, named)| !there.contains(&named.value)) {
                let (message, help) = nothing_has(selector, &unknown.value, &there);
                found.push(ConfigError::at(source, unknown.span, message, Some(help)));
            }
        }
        found
    }

    /// Whether owners that CODEOWNERS names are unknown here, as they are to a bare manifest.
    pub(super) fn lacks_codeowners(&self, owners: &Owners) -> bool {
        let is_on = self.files.iter().rev().find_map(|file| file.file.owners.codeowners).unwrap_or_default();
        is_on && owners.codeowners.is_none()
    }

    fn selected(&self, selector: Selector) -> impl Iterator<Item = (&Arc<SourceFile>, &Named)> {
        let named = self.files.iter().flat_map(|file| file.selected.iter().map(move |named| (&file.source, named)));
        named.filter(move |(_, named)| named.selector == selector)
    }

    /// Whether rules are about resources of that package.
    pub(super) fn includes(&self, package: &str) -> bool {
        self.files.iter().any(|file| file.file.packages.include.iter().any(|name| name == package))
    }
}

/// Whether a resource may have more than is known of what the selector names.
fn may_have_others(selector: Selector, resource: &Resource<'_>) -> bool {
    let fields: &[&str] = match selector {
        Selector::Tags => &["tags"],
        Selector::Groups => &["group"],
        Selector::Owners => &["meta", "group", "owner"],
        Selector::Packages => &[],
    };
    resource.unknown.is_some() && fields.iter().any(|field| resource.is_unknown(field))
}

/// What a selector can name in this project, disabled resources included: they will be back.
fn values(selector: Selector, project: &Project<'_>, owners: &Owners) -> BTreeSet<String> {
    let resources = || project.resources.iter().chain(&project.disabled);
    let is_group = |resource: &&Resource<'_>| resource.kind == ResourceType::Group;
    match selector {
        Selector::Tags => resources().flat_map(|resource| &resource.tags).map(|tag| tag.to_string()).collect(),
        Selector::Groups => {
            let declared = resources().filter(is_group).map(|group| group.name.to_string());
            declared.chain(resources().filter_map(|resource| Some(resource.group.as_ref()?.to_string()))).collect()
        }
        Selector::Owners => resources().filter_map(|resource| owners.of(project, resource).name).collect(),
        Selector::Packages => {
            let packages = resources().map(|resource| resource.package.to_string());
            packages.chain([project.name.to_string()]).collect()
        }
    }
}

fn nothing_has(selector: Selector, value: &str, there: &BTreeSet<String>) -> (String, String) {
    let message = match selector {
        Selector::Tags => format!("no resource has the tag `{value}`"),
        Selector::Groups => format!("there is no group `{value}`"),
        Selector::Owners => format!("no resource has the owner `{value}`"),
        Selector::Packages => format!("no package `{value}` is installed"),
    };
    let help = match nearest(value, there.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "remove it; a selector that matches nothing would silently do nothing".to_owned(),
    };
    (message, help)
}
