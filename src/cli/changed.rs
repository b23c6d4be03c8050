//! `--since`, `--staged` and files as arguments: what the run is limited to.

use std::path::{Path, PathBuf};

use super::base::Base;
use super::targets::{Target, TargetError, Targets};
use crate::changes::{self, Changes, Git};
use crate::config::FailOn;
use crate::discover::{DiscoverError, Discovered};
use crate::input::project_files::folders;

/// What decides about what has changed.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Changed {
    /// Report only what the current branch has changed since it left this revision, what is not committed included
    ///
    /// Asks git for the merge base of HEAD and the revision. Of properties YAML, the entries that have changed count.
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,

    /// Report only what the next commit changes: the staged files
    #[arg(long, conflicts_with = "since")]
    pub staged: bool,

    /// With --since or --staged, report also what the change has brought about elsewhere: findings that the state before
    /// it does not have
    #[arg(long, conflicts_with = "base")]
    pub downstream: bool,

    /// Report only findings that another state of the project does not have: a manifest, a project's folder, or a
    /// revision, whose merge base with HEAD counts
    ///
    /// Turns on the rules that compare two states, such as removed-public-model.
    #[arg(long, value_name = "PATH|REV")]
    pub base: Option<String>,

    /// Take a run that has nothing to look at for a pass, and pass over what of the config matches nothing: files that are
    /// in no project, rules without a subject, globs and selectors of a config that several projects share
    #[arg(long)]
    pub allow_empty: bool,

    /// Set for hooks: not each file that is given need be of interest. A config that matches nothing is a slip all the same.
    #[arg(skip)]
    pub allow_other_files: bool,
}

/// What a run is limited to.
#[derive(Debug)]
pub struct Limit {
    pub changes: Changes,
    /// For people: "since main".
    pub since: Option<String>,
    /// What of it may matter elsewhere, for people.
    pub unfollowed: Option<String>,
}

impl Changed {
    /// The option that asks git, if one does.
    fn option(&self) -> Option<&'static str> {
        match (&self.since, self.staged) {
            (Some(_), _) => Some("--since"),
            (None, true) => Some("--staged"),
            (None, false) => None,
        }
    }

    /// What a project's run is limited to; `None` if to nothing.
    ///
    /// # Errors
    /// When git cannot tell.
    pub fn limit(&self, target: &Target) -> miette::Result<Option<Limit>> {
        match (&target.files, self.option()) {
            (Some(_), Some(option)) => Err(TargetError::FilesAnd { option }.into()),
            (Some(files), None) => {
                let changes = Changes::given(files.iter().cloned());
                Ok(Some(Limit { changes, since: None, unfollowed: None }))
            }
            (None, Some(_)) => self.asked_of_git(&target.discovered).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// What fails a run unless somebody says otherwise. Old warnings are no reason to turn a whole project down, but a
    /// change that brings new ones makes it worse.
    pub fn fail_on(&self, target: &Target) -> FailOn {
        let is_about_a_change = target.files.is_some() || self.option().is_some() || self.base.is_some();
        if is_about_a_change { FailOn::Warning } else { FailOn::Error }
    }

    /// Whether the options go with what is to be linted.
    ///
    /// # Errors
    /// When they do not.
    pub fn check(&self, targets: &Targets) -> Result<(), TargetError> {
        let is_path = self.base.as_ref().is_some_and(|base| Path::new(base).exists());
        let is_wrong = is_path && targets.projects.len() > 1;
        if is_wrong { Err(TargetError::SeveralProjects { option: "--base" }) } else { Ok(()) }
    }

    /// What the findings are limited to, for people, a line each.
    pub fn described(&self, limit: Option<&Limit>) -> Vec<String> {
        let more = match (&self.base, self.downstream) {
            (Some(base), _) => Some(format!("only what {base} does not have")),
            (None, true) => Some("and what that has brought about elsewhere".to_owned()),
            (None, false) => None,
        };
        let limits: Vec<String> = limit.map(Limit::described).into_iter().chain(more.clone()).collect();
        let unfollowed = limit.and_then(|limit| limit.unfollowed.as_ref()).filter(|_| more.is_none());
        let note = |what| format!("{what} may matter elsewhere: --downstream looks there, too");
        let lines = (!limits.is_empty()).then(|| limits.join(", "));
        lines.into_iter().chain(unfollowed.map(note)).collect()
    }

    /// The state to compare with, if there is one.
    ///
    /// # Errors
    /// When it is not to be had, or nothing says which it is.
    pub fn base(&self, target: &Target, limit: Option<&Limit>) -> miette::Result<Option<Base>> {
        if let Some(given) = &self.base {
            return Base::named(given, target).map(Some);
        }
        if !self.downstream {
            return Ok(None);
        }
        let commit = limit.and_then(|limit| limit.changes.base.as_ref()).ok_or(TargetError::Downstream)?;
        let project = target.discovered.project.as_ref().ok_or(TargetError::Downstream)?;
        let git = Git::open(&project.root)?;
        Base::former(&git, commit, project).map(Some)
    }

    fn asked_of_git(&self, discovered: &Discovered) -> miette::Result<Limit> {
        let none = || DiscoverError::NoFiles { path: discovered.manifest.clone() };
        let project = discovered.project.as_ref().ok_or_else(none)?;
        let git = Git::open(&project.root)?;
        let folders = folders(&project.root);
        let (changes, since) = match &self.since {
            Some(revision) => (changes::since(&git, revision, &folders)?, format!("since {revision}")),
            None => (changes::staged(&git, &folders)?, "in the index".to_owned()),
        };
        let unfollowed = changes::unfollowed(&changes, &folders);
        Ok(Limit { changes, since: Some(since), unfollowed })
    }
}

/// A line about files that a run could not take into account.
pub fn stray(paths: &[PathBuf]) -> Option<String> {
    match paths.len() {
        0 => None,
        1 => Some("1 file is in no dbt project\n".to_owned()),
        count => Some(format!("{count} files are in no dbt project\n")),
    }
}

impl Limit {
    /// What the run is limited to, for people.
    pub fn described(&self) -> String {
        let files = match self.changes.count() {
            1 => "1 file".to_owned(),
            count => format!("{count} files"),
        };
        match &self.since {
            None => {
                format!("only what {files} given {}", if self.changes.count() == 1 { "is about" } else { "are about" })
            }
            Some(since) if self.changes.is_empty() => format!("nothing has changed {since}"),
            Some(since) => format!("only what has changed {since}: {files}"),
        }
    }
}
