//! `--base` and `--downstream`: the state that a project is compared with.

use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::input::{self, Input, Loaded};
use super::targets::Target;
use crate::changes::{Checkout, Git, GitError};
use crate::config::Config;
use crate::discover::{self, Discovered, PROJECT_FILE, ProjectFiles};
use crate::findings::{Atom, Known, RecordedShares, Report};
use crate::input::project_files::folders;
use crate::linter;
use crate::project::Project;
use crate::rules;

/// Bases that cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum BaseError {
    #[error("the commit {commit} has no project here: there is no {PROJECT_FILE}")]
    #[diagnostic(help("name a revision that has the project in the same folder"))]
    NoProject { commit: String },

    #[error("--input manifest asks for the manifest, and git knows former files only")]
    #[diagnostic(help("leave out --input manifest, or give a former manifest: --base FILE"))]
    Manifest,

    #[error("{given} is the project itself, which has nothing new compared with itself")]
    #[diagnostic(help(
        "give another folder, or a manifest of the state before; a branch of that name is written `heads/{given}`"
    ))]
    Itself { given: String },

    #[error("{given} is a folder without {PROJECT_FILE}, and no revision either")]
    #[diagnostic(help("give a manifest, a project's own folder, or a revision"))]
    NoProjectIn { given: String },

    #[error("the base is project `{former}`, and this is project `{project}`")]
    #[diagnostic(help(
        "ids have the project's name in them, so all would be new: give a state of this project; for the change that renames \
         it, leave out --base or --downstream"
    ))]
    OtherProject { former: String, project: String },

    #[error("{given} is no file or folder, and there is no project around the manifest whose history git could know")]
    #[diagnostic(help("give a manifest or a project's folder to compare with"))]
    NoHistory { given: String },
}

/// Where the other state is read from.
#[derive(Debug)]
pub enum Base {
    /// A manifest, or a project in another folder.
    Other(Box<Discovered>),
    /// Files of a commit.
    Former {
        #[expect(dead_code, reason = "the files are there for as long as this is")]
        checkout: Checkout,
        project: Box<ProjectFiles>,
        /// The project's folder now.
        now: PathBuf,
    },
}

impl Base {
    /// What `--base` names: a manifest or a project's folder that is there, else a revision.
    ///
    /// # Errors
    /// When it is neither.
    pub fn named(given: &str, target: &Target) -> miette::Result<Self> {
        let path = Path::new(given);
        if path.is_file() || path.join(PROJECT_FILE).is_file() {
            let discovered = discover::discover(path, None, std::env::var_os("DBT_TARGET_PATH"))?;
            return match is_itself(path, &target.discovered) {
                true => Err(BaseError::Itself { given: given.to_owned() }.into()),
                false => Ok(Self::Other(Box::new(discovered))),
            };
        }
        let none = || BaseError::NoHistory { given: given.to_owned() };
        let project = target.discovered.project.as_ref().ok_or_else(none)?;
        let git = Git::open(&project.root)?;
        let commit = git.merge_base(given).map_err(|error| match error {
            GitError::UnknownRevision { .. } if path.is_dir() => {
                miette::Report::from(BaseError::NoProjectIn { given: given.to_owned() })
            }
            error => error.into(),
        })?;
        Self::former(&git, &commit, project)
    }

    /// Whether the base is a state of the project at all.
    ///
    /// # Errors
    /// When it is another project's.
    pub fn check_project(former: &Project<'_>, project: &Project<'_>) -> Result<(), BaseError> {
        match former.name == project.name {
            true => Ok(()),
            false => {
                Err(BaseError::OtherProject { former: former.name.to_string(), project: project.name.to_string() })
            }
        }
    }

    /// The project as it was at a commit.
    ///
    /// # Errors
    /// When git cannot tell, or the commit has no such project.
    pub fn former(git: &Git, commit: &str, project: &ProjectFiles) -> miette::Result<Self> {
        let outside = folders(&project.root).outside;
        let outside: Vec<&str> = outside.iter().map(String::as_str).collect();
        let checkout = Checkout::new(git, commit, &outside)?;
        let root = checkout.root();
        if !root.join(PROJECT_FILE).is_file() {
            let commit = commit.get(..12).unwrap_or(commit).to_owned();
            return Err(BaseError::NoProject { commit }.into());
        }
        let mut settings = discover::discover(&root, None, None)?.project.map(|it| it.settings).unwrap_or_default();
        let now = project.root.canonicalize().unwrap_or_else(|_| project.root.clone());
        let packages = project.settings.packages_install_path.clone().unwrap_or_else(|| "dbt_packages".to_owned());
        // Packages are installed, not committed.
        settings.packages_install_path = Some(now.join(packages).to_string_lossy().into_owned());
        let project = Box::new(ProjectFiles { root, settings });
        Ok(Self::Former { checkout, project, now })
    }

    /// How the project itself has to be read, to be compared with this.
    ///
    /// # Errors
    /// When that is not what was asked for.
    pub fn settings(&self, asked: &input::Settings) -> Result<input::Settings, BaseError> {
        let mut settings = asked.clone();
        if matches!(self, Self::Former { .. }) {
            match asked.input {
                Input::Manifest => return Err(BaseError::Manifest),
                Input::Auto => settings.because = Some("former ones are compared with them"),
                Input::Project => {}
            }
            settings.input = Input::Project;
        }
        Ok(settings)
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load(&self, settings: &input::Settings) -> miette::Result<Loaded> {
        match self {
            Self::Other(discovered) => input::load(discovered, settings),
            Self::Former { project, now, .. } => input::load_former(project, settings, now),
        }
    }

    fn project(&self) -> Option<&ProjectFiles> {
        match self {
            Self::Other(discovered) => discovered.project.as_ref(),
            Self::Former { project, .. } => Some(project),
        }
    }

    /// Runs the rules over it, under the config that holds now.
    pub fn run(
        &self,
        loaded: &Loaded,
        project: &mut Project<'_>,
        config: &Config,
        recorded_shares: RecordedShares,
    ) -> Report {
        let locator = loaded.locator(project, self.project());
        let mut resolved = config.resolve_leniently(locator.project_root());
        resolved.settings.recorded_shares = recorded_shares;
        if rules::need_own_files(&resolved.instances) {
            loaded.read_own_files(project, &locator);
        }
        linter::lint(project, &resolved.settings, &resolved.instances, &locator)
    }
}

/// Whether the path is the project's folder, or the manifest that the run was told to read.
fn is_itself(path: &Path, discovered: &Discovered) -> bool {
    let is_same = |other: &Path| path.canonicalize().is_ok_and(|path| other.canonicalize().is_ok_and(|it| it == path));
    let root = discovered.project.as_ref().map(|project| project.root.as_path());
    let is_project = root.is_some_and(|root| is_same(root) || is_same(&root.join(PROJECT_FILE)));
    is_project && !discovered.is_given || discovered.is_given && is_same(&discovered.manifest)
}

/// What the base has, to hold findings against.
pub struct Former<'r> {
    known: Known<'r>,
    report: &'r Report,
}

impl<'r> Former<'r> {
    pub fn new(report: &'r Report) -> Self {
        Self { known: report.atoms().collect(), report }
    }

    /// Whether the base lacks that, and would have it if it applied there.
    pub fn shows_as_new(&self, atom: Atom<'_>) -> bool {
        !self.known.contains(atom) && !self.incomparable().any(|(code, _)| code == atom.code)
    }

    /// Rules that could not run on the base, and why: nothing says whether what they find is new. Rules that found no
    /// subject there did run, in effect, and those that compare never do.
    fn incomparable(&self) -> impl Iterator<Item = (&'static str, &'r str)> {
        let rules = self.report.summary.rules.iter().filter(|rule| rule.subjects > 0 || is_about_project(rule.code));
        let rules = rules.filter(|rule| !compares(rule.code));
        rules.filter_map(|rule| Some((rule.code, rule.skipped.as_deref()?)))
    }

    /// Leaves what the base does not have.
    pub fn subtract(&self, report: &mut Report) {
        self.known.take_known(&mut report.findings, "not in the base");
        report.retain(|_| true);
    }

    /// Takes out the findings of rules that could not run on the base.
    pub fn leave_out_incomparable(&self, report: &mut Report) {
        for (code, reason) in self.incomparable() {
            report.findings.retain(|located| located.finding.code != code);
            for rule in report.summary.rules.iter_mut().filter(|rule| rule.code == code) {
                rule.skipped.get_or_insert_with(|| format!("it could not run on the base: {reason}"));
            }
        }
        report.retain(|_| true);
    }
}

fn is_about_project(code: &str) -> bool {
    rules::find(code).is_some_and(|rule| rule.subjects.contains(&rules::Subject::Project))
}

/// Whether a rule compares two states, so that what it finds is never in the base.
fn compares(code: &str) -> bool {
    code.starts_with("ACC03")
}
