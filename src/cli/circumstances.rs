//! What an audit knows beyond the project: what failed in the last run, how often files change, which commit it is.

use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use crate::audit::Circumstances;
use crate::changes::Git;
use crate::discover::Discovered;
use crate::input::{churn, run_results};
use crate::paths::shown;
use crate::project::Project;

/// `--churn` where there is nothing to ask git about.
#[derive(Debug, Error, Diagnostic)]
#[error("--churn needs the project's files, and there are none around {}", shown(manifest))]
#[diagnostic(help("run it in the project's folder, or leave --churn out"))]
struct NoFiles {
    manifest: std::path::PathBuf,
}

/// Gathers them. What is not asked for and cannot be read is a note, no error.
pub fn gather(
    discovered: &Discovered,
    project: &Project<'_>,
    is_churn_wanted: bool,
    today: &str,
) -> miette::Result<(Circumstances, Vec<String>)> {
    let results = discovered.manifest.with_file_name("run_results.json");
    let mut notes = Vec::new();
    let last_run = run_results::read(&results, project).unwrap_or_else(|why| {
        notes.push(format!("{} was left out: {why}.", shown(&results)));
        None
    });
    let failed = last_run.map(|last_run| {
        notes.extend(last_run.outdated.map(|(ended, written)| {
            format!(
                "{} is of a run that ended at {ended}, before the manifest was written at {written}: what failed then \
                 may be mended.",
                shown(&results)
            )
        }));
        last_run.failed
    });
    let commits = match (is_churn_wanted, &discovered.project) {
        (false, _) => None,
        (true, None) => return Err(NoFiles { manifest: discovered.manifest.clone() }.into()),
        (true, Some(project)) => Some(churn::commits(&Git::open(&project.root)?, today)?),
    };
    Ok((Circumstances { failed, commits }, notes))
}

/// The commit that is checked out; `None` without a repository, a commit, or git.
pub fn commit(root: Option<&Path>) -> Option<String> {
    Git::open(root?).and_then(|git| git.commit("HEAD")).ok()
}
