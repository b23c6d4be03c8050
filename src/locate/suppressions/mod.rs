//! Finds the suppressions of a project: comments in its files, and `meta` of its resources, which a manifest has too.

mod comments;
mod meta;

use super::Locator;
use crate::config::Settings;
use crate::findings::suppress::{Meaning, Suppression};
use crate::project::Project;

/// Gives names of rules and areas their meaning.
pub type Meanings<'m> = &'m (dyn Fn(&str) -> Meaning + Sync);

impl Locator {
    /// Every suppression, in order of file and place; those in `meta` come last.
    pub fn suppressions(&self, project: &Project<'_>, settings: &Settings, meanings: Meanings<'_>) -> Vec<Suppression> {
        let mut all = comments::find(self, project, settings, meanings);
        all.extend(meta::find(self, project, settings, meanings));
        all
    }
}
