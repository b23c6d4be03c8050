//! From a path to a sorted report: what `check` and `audit` have in common.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::Diagnostic;
use rayon::ThreadPoolBuildError;
use thiserror::Error;

use super::base::Base;
use super::destination::is_same;
use super::input::{self, Loaded};
use super::protect::{Inputs, WouldOverwrite};
use crate::baseline::{self, Baseline, BaselineError};
use crate::config::{self, Config, Resolved, Unmatched};
use crate::discover::{self, Discovered};
use crate::findings::{self, RecordedShares, Report};
use crate::groups::Groups;
use crate::input::manifest;
use crate::linter;
use crate::locate::Locator;
use crate::paths;
use crate::project::Project;
use crate::rules;
use crate::text::SourceFile;

/// What to lint, and how.
pub struct Wanted<'a> {
    pub discovered: &'a Discovered,
    pub input: &'a input::Settings,
    pub config: Option<&'a Path>,
    pub changes: config::Changes<'a>,
    /// What becomes of globs and selectors of the config that match nothing.
    pub unmatched: Unmatched,
    /// The state to compare with.
    pub base: Option<&'a Base>,
    pub baseline: BaselineUse<'a>,
    /// Files that the run is to write.
    pub outputs: &'a [&'a Path],
}

/// What a run does with the baseline.
#[derive(Debug, Clone, Copy)]
pub enum BaselineUse<'a> {
    /// Goes without one.
    Without,
    /// Compares with the one that is given, that the config names, or that lies beside `dbt_project.yml`. Where it
    /// `records`, shares of which the baseline knows nothing are measured.
    Compare { given: Option<&'a Path>, records: bool },
    /// Writes a new one.
    Record { given: Option<&'a Path> },
}

/// A project that has been linted.
pub struct Linted<'r, 'p> {
    pub project: &'r Project<'p>,
    pub resolved: &'r Resolved,
    pub loaded: &'r Loaded,
    pub locator: &'r Locator,
    /// What the rules find in the base.
    pub base: Option<&'r Report>,
    /// What was read, and why.
    pub choice: findings::Input,
    pub report: Report,
    /// The baseline that is compared with, if there is one.
    pub baseline: Option<&'r Baseline<'r>>,
    /// Where it is, or is to be.
    pub baseline_path: PathBuf,
    /// The config that held, if there is one.
    pub config: Option<PathBuf>,
}

/// Reads the project, runs the rules and hands both to `then`. The project borrows from what was read, so it cannot leave.
///
/// # Errors
/// When the project or the config cannot be read; whatever `then` fails with.
pub fn lint<T>(wanted: Wanted<'_>, then: impl FnOnce(Linted<'_, '_>) -> miette::Result<T>) -> miette::Result<T> {
    let discovered = wanted.discovered;
    let config_path = config_path(wanted.config, discovered);
    let config = config::load(config_path.as_deref(), wanted.changes)?;
    // Never freed: the operating system does that at once, and walking through a million strings takes noticeable time.
    let first = ManuallyDrop::new(input::load(discovered, wanted.input)?);
    let mut memories = ManuallyDrop::new([manifest::Memory::default(), manifest::Memory::default()]);
    let [memory, other_memory] = &mut *memories;
    let project = first.facts(memory).map(Project::from).map(ManuallyDrop::new);
    let other = ManuallyDrop::new(input::instead(&first, project.as_deref(), discovered, wanted.input)?);
    let loaded = other.as_ref().unwrap_or(&first);
    loaded.check_target()?;
    let mut project = match other.is_some() {
        true => ManuallyDrop::new(Project::from(loaded.facts(other_memory)?)),
        false => project?,
    };
    let locator = loaded.locator(&mut project, discovered.project.as_ref());
    let mut resolved = config.resolve(&project, locator.project_root(), wanted.unmatched)?;
    let (baseline_path, text) = find_baseline(wanted.baseline, &config, &locator)?;
    let inputs = Inputs { discovered, config: &config, loaded };
    wanted.outputs.iter().try_for_each(|path| inputs.allow(path))?;
    if wanted.baseline.records() {
        inputs.allow(&baseline_path)?;
    }
    if let (Some(path), Some(_)) = (wanted.outputs.iter().find(|path| is_same(path, &baseline_path)), &text) {
        return Err(WouldOverwrite::baseline(path).into());
    }
    let baseline = text.as_ref().map(Baseline::parse).transpose()?;
    baseline.iter().try_for_each(|baseline| baseline.check_project(&project.name))?;
    let shares = baseline.as_ref().map_or_else(Vec::new, |baseline| baseline.shares.clone());
    resolved.settings.recorded_shares = RecordedShares::new(shares.clone(), wanted.baseline.records());
    if rules::need_own_files(&resolved.instances) {
        loaded.read_own_files(&mut project, &locator);
    }
    let base_loaded = ManuallyDrop::new(wanted.base.map(|base| base.load(wanted.input)).transpose()?);
    let mut base_memory = ManuallyDrop::new(manifest::Memory::default());
    let mut base_report = None;
    if let (Some(base), Some(loaded)) = (wanted.base, base_loaded.as_ref()) {
        let mut former = Project::from(loaded.facts(&mut base_memory)?);
        Base::check_project(&former, &project)?;
        base_report = Some(base.run(loaded, &mut former, &config, RecordedShares::new(shares, false)));
        project.base = Some(Box::new(former));
    }
    let mut report = linter::lint(&project, &resolved.settings, &resolved.instances, &locator);
    let choice = input::choice(loaded, &project, discovered, wanted.input);
    report.summary.input = Some(choice.clone());
    then(Linted {
        project: &project,
        resolved: &resolved,
        loaded,
        locator: &locator,
        base: base_report.as_ref(),
        choice,
        report,
        baseline: baseline.as_ref(),
        baseline_path,
        config: config_path,
    })
}

/// Where the baseline is, and its text if it is to be compared with.
fn find_baseline(
    wanted: BaselineUse<'_>,
    config: &Config,
    locator: &Locator,
) -> Result<(PathBuf, Option<Arc<SourceFile>>), BaselineError> {
    let given = match wanted {
        BaselineUse::Without => None,
        BaselineUse::Compare { given, .. } | BaselineUse::Record { given } => given.map(Path::to_owned),
    };
    let named = given.or_else(|| config.baseline());
    let is_named = named.is_some();
    let path = named.unwrap_or_else(|| locator.project_root().unwrap_or(Path::new("")).join(baseline::FILE));
    // One that somebody names and that is not there must not pass for one in which nothing is.
    let is_read = matches!(wanted, BaselineUse::Compare { .. }) && (is_named || path.exists());
    let text = is_read.then(|| baseline::open(&path)).transpose()?;
    Ok((path, text))
}

impl BaselineUse<'_> {
    fn records(self) -> bool {
        matches!(self, Self::Record { .. } | Self::Compare { records: true, .. })
    }
}

impl Linted<'_, '_> {
    /// Says what is left of groups of which findings were taken out.
    pub fn tell_apart(&mut self) {
        let Resolved { settings, instances, .. } = self.resolved;
        let groups = Groups { project: self.project, settings, instances, locator: self.locator };
        groups.tell_apart_in(&mut self.report);
    }

    /// What was read, each after a word for it.
    pub fn files(&self) -> [(&'static str, String); 2] {
        let config = self.config.as_deref().map_or_else(|| "none found, the defaults hold".to_owned(), paths::shown);
        [self.loaded.described.clone(), ("config", config)]
    }
}

/// Threads that the system does not let the process have.
#[derive(Debug, Error, Diagnostic)]
#[error("{threads} threads cannot be started")]
#[diagnostic(help("ask for fewer with --threads"))]
pub struct NoThreads {
    threads: usize,
    source: ThreadPoolBuildError,
}

/// Starts as many threads as are asked for, if any are. Zero leaves the choice to rayon: one per core, unless
/// `RAYON_NUM_THREADS` says otherwise.
///
/// # Errors
/// When they cannot be started.
pub fn set_threads(threads: u16) -> Result<(), NoThreads> {
    /// With more, and more than there are cores, time goes to waiting for each other: seconds of it with a thousand.
    const ENOUGH: usize = 64;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let most = cores.max(ENOUGH);
    let variable = || std::env::var("RAYON_NUM_THREADS").ok()?.parse::<usize>().ok().filter(|number| *number > most);
    let asked = if threads > 0 { Some(threads.into()) } else { variable() };
    let Some(threads) = asked.map(|number| number.min(most)) else { return Ok(()) };
    let builder = rayon::ThreadPoolBuilder::new().num_threads(threads);
    builder.build_global().map_err(|source| NoThreads { threads, source })
}

fn config_path(given: Option<&Path>, discovered: &Discovered) -> Option<PathBuf> {
    let found = || discovered.project.as_ref().and_then(|project| discover::find_config(&project.root));
    given.map(Path::to_owned).or_else(found)
}
