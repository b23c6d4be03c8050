//! A run that had nothing to look at is no pass.

use miette::Diagnostic;
use thiserror::Error;

use super::targets::Target;
use crate::findings::Report;
use crate::input::manifest::freshness::BESIDE;
use crate::input::project_files::list;
use crate::paths::shown;

/// Why a run looked at nothing. Each ends it with exit code 2, unless --allow-empty is given.
#[derive(Debug, Error, Diagnostic)]
pub enum EmptyRun {
    #[error("no rule is left to run")]
    #[diagnostic(help("--select, --ignore and the config leave none; --allow-empty takes that for a pass"))]
    Rules,

    #[error("none of the rules that were asked for has run: {reason}")]
    #[diagnostic(help("nothing was checked, which is no pass; --allow-empty takes it for one"))]
    Subjects { reason: String },

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
        Some(Self::Subjects { reason: format!("{} {}, because {reason}{more}", first.code, first.slug) })
    }

    /// Where files were given and none of them is of interest to dbt. A file that defines a resource is.
    pub fn of_files(target: &Target, has_resources: bool) -> Option<Self> {
        let files = target.files.as_ref().filter(|_| !has_resources)?;
        let root = &target.discovered.project.as_ref()?.root;
        let read: Vec<String> = list(root).files.iter().map(|(_, found)| found.path()).collect();
        if files.iter().any(|file| read.contains(file) || BESIDE.contains(&file.as_str())) {
            return None;
        }
        let names: Vec<String> = files.iter().map(|file| shown(&root.join(file))).collect();
        let files = match names.as_slice() {
            [first, rest @ ..] if !rest.is_empty() => format!("{first} and {} more", rest.len()),
            _ => names.concat(),
        };
        Some(Self::Files { files, count: names.len() })
    }
}
