//! Whether all that a config names is there in the project. What matches nothing would silently do nothing: it is a slip,
//! or an exception whose reason is gone.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::error::ConfigError;
use super::load::Config;
use super::read::{Named, Selector};
use crate::project::{Owners, Project, Resource, ResourceType};
use crate::text::SourceFile;
use crate::text::yaml::nearest;

impl Config {
    /// Globs, packages, and the values of selectors, each with its place in the error.
    pub(super) fn check_matches(&self, project: &Project<'_>, owners: &Owners) -> Result<(), ConfigError> {
        self.check_globs(project)?;
        self.check_packages(project)?;
        self.check_selectors(project, owners)
    }

    fn check_globs(&self, project: &Project<'_>) -> Result<(), ConfigError> {
        let mut globs = self.globs().peekable();
        if globs.peek().is_none() {
            return Ok(());
        }
        let resources = project.resources.iter().chain(&project.disabled);
        let own = resources.filter(|resource| project.is_own(resource) || self.includes(&resource.package));
        let paths: HashSet<&str> = own
            .flat_map(|resource| [Some(resource.path.as_str()), resource.properties_path.as_deref()])
            .flatten()
            .collect();
        for (source, glob) in globs {
            if !paths.iter().any(|path| glob.matcher.is_match(path)) {
                let message = format!("`{}` matches no file of the project", glob.text);
                let help = "paths are relative to dbt_project.yml; one that matches nothing would silently do nothing"
                    .to_owned();
                return Err(ConfigError::at(source, glob.span, message, Some(help)));
            }
        }
        Ok(())
    }

    fn check_packages(&self, project: &Project<'_>) -> Result<(), ConfigError> {
        let named = self.files.iter().flat_map(|file| file.packages.iter().map(move |name| (&file.source, name)));
        let mut named = named.peekable();
        if named.peek().is_none() {
            return Ok(());
        }
        let installed: BTreeSet<&str> = project.resources.iter().map(|resource| resource.package.as_str()).collect();
        for (source, (name, span)) in named {
            if !installed.contains(&name.as_str()) {
                let help = match nearest(name, installed.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`dbt deps` installs what packages.yml lists".to_owned(),
                };
                return Err(ConfigError::at(source, *span, format!("no package `{name}` is installed"), Some(help)));
            }
        }
        Ok(())
    }

    fn check_selectors(&self, project: &Project<'_>, owners: &Owners) -> Result<(), ConfigError> {
        for selector in [Selector::Tags, Selector::Groups, Selector::Owners, Selector::Packages] {
            let mut named = self.selected(selector).peekable();
            if named.peek().is_none() || (selector == Selector::Owners && self.lacks_codeowners(owners)) {
                continue;
            }
            let there = values(selector, project, owners);
            if let Some((source, unknown)) = named.find(|(_, named)| !there.contains(&named.value)) {
                let (message, help) = nothing_has(selector, &unknown.value, &there);
                return Err(ConfigError::at(source, unknown.span, message, Some(help)));
            }
        }
        Ok(())
    }

    /// Whether owners that CODEOWNERS names are unknown here, as they are to a bare manifest.
    fn lacks_codeowners(&self, owners: &Owners) -> bool {
        let is_on = self.files.iter().rev().find_map(|file| file.file.owners.codeowners).unwrap_or_default();
        is_on && owners.codeowners.is_none()
    }

    fn selected(&self, selector: Selector) -> impl Iterator<Item = (&Arc<SourceFile>, &Named)> {
        let named = self.files.iter().flat_map(|file| file.selected.iter().map(move |named| (&file.source, named)));
        named.filter(move |(_, named)| named.selector == selector)
    }

    fn includes(&self, package: &str) -> bool {
        self.files.iter().any(|file| file.file.packages.include.iter().any(|name| name == package))
    }
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
