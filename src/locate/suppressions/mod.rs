//! Finds the suppressions of a project: comments in its files, and `meta` of its resources, which a manifest has too.

mod comments;
mod meta;

use super::Locator;
use crate::config::Settings;
use crate::findings::suppress::{Meaning, Suppression};
use crate::project::Project;

/// Gives names of rules and areas their meaning.
pub type Meanings<'m> = &'m (dyn Fn(&str) -> Meaning + Sync);

/// What suppressions are looked for with.
struct Search<'s> {
    locator: &'s Locator,
    project: &'s Project<'s>,
    settings: &'s Settings,
    meanings: Meanings<'s>,
}

impl Locator {
    /// Every suppression, in order of file and place; those in `meta` come last.
    pub fn suppressions(&self, project: &Project<'_>, settings: &Settings, meanings: Meanings<'_>) -> Vec<Suppression> {
        let search = Search { locator: self, project, settings, meanings };
        let mut all = comments::find(&search);
        all.extend(meta::find(&search));
        all
    }
}
