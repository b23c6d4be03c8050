//! Commands that tell of the config's policies, whatever project is at hand.

use std::path::{Path, PathBuf};

use crate::config::{self, Changes, Config, ConfigError};
use crate::discover;

/// The config given or, if none is, the one that `check` would read in this folder.
pub fn find(given: Option<&Path>, folder: &Path) -> Option<PathBuf> {
    given.map(Path::to_owned).or_else(|| discover::find_config(folder))
}

/// Reads a config for what it defines, not for a run.
pub fn load(path: Option<&Path>) -> Result<Config, ConfigError> {
    let changes = Changes { preset: None, select: &[], ignore: &[], fail_on: None, today: String::new() };
    config::load(path, changes)
}
