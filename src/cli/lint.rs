//! From a path to a sorted report: what `check` and `audit` have in common.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use super::base::Base;
use super::input::{self, Loaded};
use crate::config::{self, Resolved};
use crate::discover::{self, Discovered};
use crate::findings::Report;
use crate::input::manifest;
use crate::linter;
use crate::locate::Locator;
use crate::paths;
use crate::project::Project;
use crate::rules;

/// What to lint, and how.
pub struct Wanted<'a> {
    pub discovered: &'a Discovered,
    pub input: &'a input::Settings,
    pub config: Option<&'a Path>,
    pub changes: config::Changes<'a>,
    /// The state to compare with.
    pub base: Option<&'a Base>,
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
    pub choice: String,
    pub report: Report,
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
    let mut project = ManuallyDrop::new(Project::from(first.facts(memory)?));
    let other = ManuallyDrop::new(input::instead(&first, &project, discovered, wanted.input)?);
    let loaded = other.as_ref().unwrap_or(&first);
    if other.is_some() {
        project = ManuallyDrop::new(Project::from(loaded.facts(other_memory)?));
    }
    let locator = Locator::new(&project, discovered.project.as_ref(), loaded.files.clone());
    let locator = ManuallyDrop::new(locator);
    if !loaded.complete(&mut project) {
        project.unreadable = locator.unreadable(&project);
    }
    locator.read_versions(&mut project);
    let resolved = config.resolve(&project, locator.project_root())?;
    if rules::need_own_files(&resolved.instances) {
        loaded.read_own_files(&mut project, &locator);
    }
    let base_loaded = ManuallyDrop::new(wanted.base.map(|base| base.load(wanted.input)).transpose()?);
    let mut base_memory = ManuallyDrop::new(manifest::Memory::default());
    let mut base_report = None;
    if let (Some(base), Some(loaded)) = (wanted.base, base_loaded.as_ref()) {
        let mut former = Project::from(loaded.facts(&mut base_memory)?);
        base_report = Some(base.run(loaded, &mut former, &config));
        project.base = Some(Box::new(former));
    }
    let report = linter::lint(&project, &resolved.settings, &resolved.instances, &locator);
    let choice = input::choice(loaded, &project, discovered, wanted.input);
    let (project, resolved, locator) = (&project, &resolved, &locator);
    then(Linted { project, resolved, loaded, locator, base: base_report.as_ref(), choice, report, config: config_path })
}

impl Linted<'_, '_> {
    /// What was read, each after a word for it.
    pub fn files(&self) -> [(&'static str, String); 2] {
        let config = self.config.as_deref().map_or_else(|| "none found, the defaults hold".to_owned(), paths::shown);
        [self.loaded.described.clone(), ("config", config)]
    }
}

/// Zero leaves the choice to rayon: one per core.
pub fn set_threads(threads: u16) {
    if threads > 0 {
        // Fails only if the pool exists already, which nothing before this line brings about.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global();
    }
}

fn config_path(given: Option<&Path>, discovered: &Discovered) -> Option<PathBuf> {
    let found = || discovered.project.as_ref().and_then(|project| discover::find_config(&project.root));
    given.map(Path::to_owned).or_else(found)
}
