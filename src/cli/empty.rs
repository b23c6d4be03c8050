//! A run that had nothing to look at is no pass.

use std::collections::BTreeSet;
use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use super::targets::Target;
use crate::discover::PROJECT_FILE;
use crate::findings::{Report, title};
use crate::input::manifest::freshness::BESIDE;
use crate::input::project_files::list;
use crate::paths::shown;
use crate::project::{Project, ResourceType};
use crate::words::counted;

/// Why a run looked at nothing. Each ends it with exit code 2, unless --allow-empty is given.
#[derive(Debug, Error, Diagnostic)]
pub enum EmptyRun {
    #[error("no rule is left to run")]
    #[diagnostic(help("--select, --ignore and the config leave none; --allow-empty takes that for a pass"))]
    Rules,

    #[error("none of the rules that were asked for has run: {reason}")]
    #[diagnostic(help("nothing was checked, which is no pass; --allow-empty takes it for one"))]
    Subjects { reason: String },

    #[error("the project has nothing to look at: {reason}")]
    #[diagnostic(help(
        "an empty project is no pass: see that the paths in {PROJECT_FILE} are those of its files; --allow-empty takes it \
         for one"
    ))]
    Project { reason: String },

    #[error("the project has nothing to look at: it is `{project}`, and all there is belongs to {owners}")]
    #[diagnostic(help(
        "a project's own resources have its name, which is `name` in {PROJECT_FILE} and `project_name` in a manifest; \
         --allow-empty takes an empty project for a pass"
    ))]
    Foreign { project: String, owners: String },

    #[error("{} {} nothing that dbt reads", files, if *count == 1 { "is" } else { "are" })]
    #[diagnostic(help(
        "give files that the project's models, properties, macros, seeds or docs stand in; --allow-empty passes over others, \
         as a hook for a whole repository has to"
    ))]
    Files { files: String, count: usize },
}

impl EmptyRun {
    /// Where somebody has chosen rules and none of them has run.
    pub fn of_rules(report: &Report, is_selective: bool) -> Option<Self> {
        let rules = &report.summary.rules;
        if !is_selective || rules.iter().any(|rule| rule.skipped.is_none()) {
            return None;
        }
        let Some(first) = rules.first() else { return Some(Self::Rules) };
        let reason = first.skipped.as_deref().unwrap_or_default();
        let more = match rules.len() {
            1 => String::new(),
            count => format!("; {} more", count - 1),
        };
        Some(Self::Subjects { reason: format!("{}, because {reason}{more}", title(first.code, first.slug)) })
    }

    /// Where the project defines nothing that is enabled, not so much as a macro.
    pub fn of_project(project: &Project<'_>, model_paths: Option<&[String]>, root: Option<&Path>) -> Option<Self> {
        if project.resources.iter().any(|resource| project.is_own(resource)) {
            return None;
        }
        if let Some(folder) = project.unread_folder() {
            return Some(Self::Project { reason: format!("{} cannot be read: {}", folder.path, folder.message) });
        }
        if let Some(left_out) = project.left_out() {
            return Some(Self::Project { reason: format!("{left_out}; a profile or a manifest tells") });
        }
        let disabled = project.disabled.iter().filter(|resource| project.is_own(resource)).count();
        if disabled > 0 {
            return Some(Self::Project {
                reason: format!("all there is in it is disabled ({})", counted(disabled, "resource")),
            });
        }
        let default = ["models".to_owned()];
        let paths = model_paths.unwrap_or(&default);
        let is_missing = |path: &&String| root.is_some_and(|root| !root.join(path).is_dir());
        let missing: Vec<String> = paths.iter().filter(is_missing).map(|path| format!("`{path}`")).collect();
        if let Some(owners) = owners(project).filter(|_| missing.is_empty()) {
            return Some(Self::Foreign { project: project.name.to_string(), owners });
        }
        let reason = match missing.as_slice() {
            [] => "it has no model, no source, nothing else that dbt knows".to_owned(),
            [_] => format!("there is no folder {} for its models, nor anything else", missing.concat()),
            _ => format!("there are no folders {} for its models, nor anything else", missing.join(", ")),
        };
        Some(Self::Project { reason })
    }

    /// Where files or folders were given and dbt reads none of it. A file that defines a resource is read.
    pub fn of_files(target: &Target, has_resources: bool) -> Option<Self> {
        let given = target.given.as_ref().filter(|_| !has_resources)?;
        let root = &target.discovered.project.as_ref()?.root;
        let files = &given.files;
        if !given.folders.is_empty() && target.given_paths().is_some_and(|paths| paths.len() > files.len()) {
            return None;
        }
        let read: Vec<String> = list(root).files.iter().map(|(_, found)| found.path()).collect();
        if files.iter().any(|file| read.contains(file) || BESIDE.contains(&file.as_str())) {
            return None;
        }
        let names = files.iter().map(|file| shown(&root.join(file)));
        let names: Vec<String> = names.chain(given.folders.iter().map(|folder| folder.shown.clone())).collect();
        let files = match names.as_slice() {
            [first, rest @ ..] if !rest.is_empty() => format!("{first} and {} more", rest.len()),
            _ => names.concat(),
        };
        Some(Self::Files { files, count: names.len() })
    }
}

/// Whose the resources are of a project that has none; `None` where there are none but macros and docs, which dbt brings.
fn owners(project: &Project<'_>) -> Option<String> {
    let is_brought = |kind: ResourceType| matches!(kind, ResourceType::Macro | ResourceType::DocsBlock);
    let all = project.resources.iter().filter(|resource| !is_brought(resource.kind));
    let packages: BTreeSet<&str> = all.map(|resource| resource.package.as_str()).collect();
    let names: Vec<String> = packages.iter().take(3).map(|name| format!("`{name}`")).collect();
    match packages.len() {
        0 => None,
        1..=3 => Some(names.join(", ")),
        count => Some(format!("{} and {} more", names.join(", "), count - 3)),
    }
}
