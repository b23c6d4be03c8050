//! `--since`, `--staged` and files as arguments: what the run is limited to.

use std::path::{Path, PathBuf};

use clap::builder::NonEmptyStringValueParser;

use super::base::Base;
use super::lint::Linted;
use super::targets::{Target, TargetError, Targets};
use crate::changes::{self, Changes, Git, Touched};
use crate::config::FailOn;
use crate::discover::{DiscoverError, Discovered};
use crate::findings::{self, Atom, Located};
use crate::input::project_files::folders;

/// What decides about what has changed.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Changed {
    /// Report only what the current branch has changed since it left this revision, what is not committed included
    ///
    /// Asks git for the merge base of HEAD and the revision. Of properties YAML, the entries that have changed count.
    #[arg(long, value_name = "REV", value_parser = NonEmptyStringValueParser::new())]
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
    #[arg(long, value_name = "PATH|REV", value_parser = NonEmptyStringValueParser::new())]
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
    /// What has changed, as git tells it: for the commit of a merge from each of its parents, and only what differs from
    /// all of them counts.
    states: Vec<Changes>,
    /// The files that were given.
    given: Option<Changes>,
    /// For reports.
    summary: findings::Limit,
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

    /// What a project's run is limited to.
    ///
    /// # Errors
    /// When git cannot tell.
    pub fn limit(&self, target: &Target) -> miette::Result<Limit> {
        let (states, unfollowed) = match (&target.given, self.option()) {
            (Some(given), Some(option)) if !given.files.is_empty() => {
                return Err(TargetError::FilesAnd { option }.into());
            }
            (_, Some(_)) => self.asked_of_git(&target.discovered)?,
            (_, None) => (Vec::new(), None),
        };
        let given = target.given_paths().map(Changes::given);
        let mut summary = findings::Limit {
            since: self.since.clone(),
            staged: self.staged,
            base: self.base.clone(),
            downstream: self.downstream && states.len() == 1,
            files: if states.is_empty() { given.as_ref().map_or(0, Changes::count) } else { changes::count(&states) },
            unfollowed: unfollowed.filter(|_| self.base.is_none() && !self.downstream),
            ..findings::Limit::default()
        };
        if let Some(given) = &target.given {
            summary.given_files = given.files.len();
            summary.given_folders = given.folders.iter().map(|folder| folder.shown.clone()).collect();
        }
        Ok(Limit { states, given, summary })
    }

    /// What fails a run unless somebody says otherwise. Old warnings are no reason to turn a whole project or folder down,
    /// but a change that brings new ones makes it worse.
    pub fn fail_on(&self, target: &Target) -> FailOn {
        let has_files = target.given.as_ref().is_some_and(|given| !given.files.is_empty());
        let is_about_a_change = has_files || self.option().is_some() || self.base.is_some();
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

    /// The option or argument by which the run is about a part of the project, if there is one.
    pub fn limiting(&self, target: &Target) -> Option<&'static str> {
        let base = self.base.as_ref().map(|_| "--base");
        let given = target.given.as_ref().map(|_| "the paths given");
        self.option().or(base).or(given)
    }

    /// The state to compare with, if there is one. A merge has no single one before it.
    ///
    /// # Errors
    /// When it is not to be had, or nothing says which it is.
    pub fn base(&self, target: &Target, limit: &Limit) -> miette::Result<Option<Base>> {
        if let Some(given) = &self.base {
            return Base::named(given, target).map(Some);
        }
        if !self.downstream || limit.states.len() > 1 {
            return Ok(None);
        }
        let commit = limit.states.first().and_then(|state| state.base.as_ref()).ok_or(TargetError::Downstream)?;
        let project = target.discovered.project.as_ref().ok_or(TargetError::Downstream)?;
        let git = Git::open(&project.root)?;
        Base::former(&git, commit, project).map(Some)
    }

    /// What has changed, and what of it may matter elsewhere, for people.
    fn asked_of_git(&self, discovered: &Discovered) -> miette::Result<(Vec<Changes>, Option<String>)> {
        let none = || DiscoverError::NoFiles { path: discovered.manifest.clone() };
        let project = discovered.project.as_ref().ok_or_else(none)?;
        let git = Git::open(&project.root)?;
        let folders = folders(&project.root);
        let states = match &self.since {
            Some(revision) => vec![changes::since(&git, revision, &folders)?],
            None => changes::staged(&git, &folders)?,
        };
        let unfollowed = match states.as_slice() {
            [state] => changes::unfollowed(state, &folders),
            _ => None,
        };
        Ok((states, unfollowed))
    }
}

impl Limit {
    /// Leaves what the run is limited to, and what `is_new` though it is elsewhere. Says whether any resource is meant.
    pub fn apply(
        mut self,
        linted: &mut Linted<'_, '_>,
        known: &mut Vec<Located>,
        is_new: impl Fn(Atom<'_>) -> bool,
    ) -> bool {
        let layers = &linted.resolved.settings.layers;
        let touched = |changes: &Changes| Touched::new(changes, linted.project, layers, linted.locator);
        let states: Vec<Touched> = self.states.iter().map(touched).collect();
        let given: Vec<Touched> = self.given.iter().map(touched).collect();
        let all: Vec<&Touched> = states.iter().chain(&given).collect();
        self.summary.resources = Touched::resources_of(&all, linted.project);
        if !all.is_empty() {
            let (states, given) = all.split_at(states.len());
            let none = |_: Atom<'_>| false;
            let report = &mut linted.report;
            known.retain_mut(|located| Touched::concerned(&all, located, none));
            report.suppressed.retain_mut(|suppressed| Touched::concerned(&all, &mut suppressed.located, none));
            report.findings.retain_mut(|located| {
                Touched::concerned(states, located, &is_new) && Touched::concerned(given, located, none)
            });
            if let Some(baseline) = &mut report.baseline {
                baseline.known = known.len();
            }
            report.recount();
            linted.tell_apart();
        }
        let has_resources = self.summary.resources > 0;
        linted.report.limit = Some(self.summary).filter(|summary| !summary.is_none());
        has_resources
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
