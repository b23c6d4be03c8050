//! Shares of what is covered, over the whole project or parts of it: for rules that set a minimum.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::listed;
use super::{BuildError, Context, Node};
use crate::findings::Place;
use crate::project::folder;

/// What has a share of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    /// The project as a whole.
    #[default]
    Project,
    /// Each layer.
    Layer,
    /// Each owner; what has none is a part, too.
    Owner,
    /// Each directory with something in it, without those below.
    Path,
}

/// What a rule calls what it counts.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// The value of the option `of`; it keeps findings of two instances apart.
    pub of: &'static str,
    /// In messages: "declared columns".
    pub things: &'static str,
    /// What those that count are: "documented".
    pub covered: &'static str,
    /// What the others are: "undocumented".
    pub missing: &'static str,
    /// What to do with those: "describe".
    pub repair: &'static str,
}

/// How much of one part is covered.
#[derive(Debug, Default)]
struct Share {
    covered: usize,
    missing: Vec<String>,
}

impl Share {
    fn total(&self) -> usize {
        self.covered + self.missing.len()
    }

    fn is_below(&self, min: f64) -> bool {
        (self.covered as f64) * 100.0 < min * (self.total() as f64)
    }

    /// Rounded down, so that a share below the minimum never reads like the minimum.
    fn percent(&self) -> String {
        let permille = (self.covered * 1000).checked_div(self.total()).unwrap_or(1000);
        format!("{}.{}", permille / 10, permille % 10)
    }

    /// How many more would reach the minimum.
    fn needed(&self, min: f64) -> usize {
        // Less a hair, so that 55 % of 100 is 55 in spite of binary fractions.
        let wanted = (min * (self.total() as f64) / 100.0 - 1e-9).ceil() as usize;
        wanted.saturating_sub(self.covered).max(1)
    }
}

/// Shares by part.
#[derive(Debug)]
pub struct Coverage {
    per: Per,
    shares: BTreeMap<String, Share>,
}

impl Coverage {
    /// With nothing counted yet.
    pub fn new(per: Per) -> Self {
        Self { per, shares: BTreeMap::new() }
    }

    /// Counts a resource, or one of several things that belong to it. `name` is asked for if it is missing.
    pub fn add(&mut self, node: Node<'_>, cx: &Context<'_>, is_covered: bool, name: impl FnOnce() -> String) {
        let share = self.shares.entry(self.part(node, cx)).or_default();
        if is_covered { share.covered += 1 } else { share.missing.push(name()) }
    }

    fn part(&self, node: Node<'_>, cx: &Context<'_>) -> String {
        match self.per {
            Per::Project => String::new(),
            Per::Layer => cx.layer(node.id).to_string(),
            Per::Owner => cx.ownership(node).name.unwrap_or_default(),
            Per::Path => folder(&node.path).to_owned(),
        }
    }

    /// Reports each part with a share below `min` percent.
    pub fn report(&self, min: f64, words: Words, cx: &mut Context<'_>) {
        for (part, share) in self.shares.iter().filter(|(_, share)| share.is_below(min)) {
            let message = format!(
                "{} % of the {} {} are {} ({} of {}); the minimum is {min} %",
                share.percent(),
                words.things,
                self.in_words(part, cx),
                words.covered,
                share.covered,
                share.total()
            );
            cx.report_project(Place::ProjectKey(Vec::new()), message)
                .part(self.key(words.of, part))
                .help(format!("{} {} more of them", words.repair, share.needed(min)))
                .evidence(format!("{}: {}", words.missing, listed(&share.missing)));
        }
    }

    fn in_words(&self, part: &str, cx: &Context<'_>) -> String {
        match self.per {
            Per::Project => format!("of project `{}`", cx.project.name),
            Per::Layer => format!("in layer `{part}`"),
            Per::Owner if part.is_empty() => "without owner".to_owned(),
            Per::Owner => format!("of owner `{part}`"),
            Per::Path => format!("in `{part}`"),
        }
    }

    fn key(&self, of: &str, part: &str) -> String {
        match self.per {
            Per::Project => of.to_owned(),
            Per::Layer => format!("{of}:layer:{part}"),
            Per::Owner => format!("{of}:owner:{part}"),
            Per::Path => format!("{of}:path:{part}"),
        }
    }
}

/// Refuses a `min` that is no percentage.
///
/// # Errors
/// Names the option and says what it may be.
pub fn validate_percentage(min: f64) -> Result<(), BuildError> {
    if (0.0..=100.0).contains(&min) {
        return Ok(());
    }
    Err(BuildError::new("min", format!("`min` is a percentage from 0 to 100, not {min}")))
}

#[cfg(test)]
mod tests {
    use super::{Share, validate_percentage};

    fn share(covered: usize, total: usize) -> Share {
        Share { covered, missing: vec![String::new(); total - covered] }
    }

    #[test]
    fn a_gap_never_reads_as_everything() {
        assert_eq!(share(9999, 10_000).percent(), "99.9");
        assert_eq!(share(10, 10).percent(), "100.0");
        assert_eq!(share(0, 3).percent(), "0.0");
    }

    #[test]
    fn the_minimum_itself_is_enough() {
        assert!(!share(8, 10).is_below(80.0));
        assert!(share(8, 10).is_below(80.5));
        assert!(share(9999, 10_000).is_below(100.0));
        assert!(!share(0, 0).is_below(100.0));
    }

    #[test]
    fn says_how_many_are_needed() {
        assert_eq!(share(8, 10).needed(80.5), 1);
        assert_eq!(share(0, 100).needed(55.0), 55);
        assert_eq!(share(2, 10).needed(100.0), 8);
    }

    #[test]
    fn percentages_are_from_0_to_100() {
        assert!(validate_percentage(0.0).is_ok());
        assert!(validate_percentage(100.0).is_ok());
        assert!(validate_percentage(100.5).is_err());
        assert!(validate_percentage(f64::NAN).is_err());
    }
}
