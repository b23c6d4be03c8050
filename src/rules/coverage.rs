//! Shares of what is covered, over the whole project or parts of it: for rules that set a minimum.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::listed;
use super::{BuildError, Context, Node};
use crate::findings::{Finding, Place};
use crate::project::ResourceId;

/// What a share is taken over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Per {
    /// The whole project.
    #[default]
    Project,
    /// Each layer.
    Layer,
    /// Each owner; what nobody owns is one part, too.
    Owner,
    /// Each folder with files in it, without those below.
    Path,
}

/// How much of one part is covered.
#[derive(Debug, Clone, Default)]
pub struct Share {
    pub covered: usize,
    pub total: usize,
    /// What is not wholly covered, in id order.
    pub gaps: Vec<ResourceId>,
}

impl Share {
    /// Whether less than `min` percent is covered. Of nothing, everything is covered.
    pub fn is_below(&self, min: f64) -> bool {
        (self.covered as f64) * 100.0 < min * (self.total as f64)
    }

    /// In percent with at most one digit after the point, rounded down, so that a gap never reads as 100.
    pub fn percent(&self) -> String {
        let tenths = (self.covered * 1000).checked_div(self.total).unwrap_or(1000);
        match tenths % 10 {
            0 => (tenths / 10).to_string(),
            rest => format!("{}.{rest}", tenths / 10),
        }
    }
}

/// Shares by part.
#[derive(Debug)]
pub struct Coverage {
    per: Per,
    shares: BTreeMap<String, Share>,
}

impl Coverage {
    /// Without anything counted yet.
    pub fn new(per: Per) -> Self {
        Self { per, shares: BTreeMap::new() }
    }

    /// Counts `covered` of `total` things of one resource: the resource itself (1 of 1) or its columns.
    pub fn add(&mut self, cx: &Context<'_>, node: Node<'_>, covered: usize, total: usize) {
        let share = self.shares.entry(self.part(cx, node)).or_default();
        share.covered += covered;
        share.total += total;
        if covered < total {
            share.gaps.push(node.id);
        }
    }

    fn part(&self, cx: &Context<'_>, node: Node<'_>) -> String {
        match self.per {
            Per::Project => String::new(),
            Per::Layer => cx.layer(node.id).to_string(),
            Per::Owner => cx.ownership(node).name.unwrap_or_default(),
            Per::Path => node.path.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned(),
        }
    }

    /// Reports each part that has less than `min` percent. `things` are what is counted ("models"), `state` what the
    /// covered ones are ("tested"). The closure gets each finding, to say what to do.
    pub fn report(
        &self,
        cx: &mut Context<'_>,
        min: f64,
        things: &str,
        state: &str,
        mut advise: impl FnMut(&mut Finding),
    ) {
        for (part, share) in self.shares.iter().filter(|(_, share)| share.is_below(min)) {
            let place = self.words(part);
            let message = format!(
                "{}% of the {things}{place} are {state} ({} of {}); the minimum is {min}%",
                share.percent(),
                share.covered,
                share.total
            );
            let gaps = listed(share.gaps.iter().map(|&id| cx.node(id).label()));
            let finding = cx.report_project(Place::ProjectKey(Vec::new()), message);
            finding.evidence(format!("not {state}: {gaps}"));
            if self.per != Per::Project {
                finding.part(format!("{}:{part}", self.kind()));
            }
            advise(finding);
        }
    }

    fn kind(&self) -> &'static str {
        match self.per {
            Per::Project => "project",
            Per::Layer => "layer",
            Per::Owner => "owner",
            Per::Path => "path",
        }
    }

    fn words(&self, part: &str) -> String {
        match self.per {
            Per::Project => String::new(),
            Per::Layer => format!(" in layer `{part}`"),
            Per::Owner if part.is_empty() => " that nobody owns".to_owned(),
            Per::Owner => format!(" of owner `{part}`"),
            Per::Path => format!(" in {part}"),
        }
    }
}

/// Refuses a minimum that is no percentage; for `validate` of rules with a `min` in percent.
///
/// # Errors
/// Names the option and says what it may be.
pub fn validate_percent(option: &str, min: f64) -> Result<(), BuildError> {
    if (0.0..=100.0).contains(&min) {
        return Ok(());
    }
    Err(BuildError::new(option, format!("{min} is no percentage: give a number from 0 to 100")))
}

#[cfg(test)]
mod tests {
    use super::{Share, validate_percent};

    fn share(covered: usize, total: usize) -> Share {
        Share { covered, total, gaps: Vec::new() }
    }

    #[test]
    fn a_gap_never_reads_as_everything() {
        assert_eq!(share(9999, 10_000).percent(), "99.9");
        assert_eq!(share(10, 10).percent(), "100");
        assert_eq!(share(1, 2).percent(), "50");
        assert_eq!(share(0, 3).percent(), "0");
    }

    #[test]
    fn the_minimum_itself_is_enough() {
        assert!(!share(8, 10).is_below(80.0));
        assert!(share(8, 10).is_below(80.5));
        assert!(share(9999, 10_000).is_below(100.0));
        assert!(!share(0, 0).is_below(100.0));
    }

    #[test]
    fn percentages_are_from_0_to_100() {
        assert!(validate_percent("min", 0.0).is_ok());
        assert!(validate_percent("min", 100.0).is_ok());
        assert!(validate_percent("min", 100.5).is_err());
        assert!(validate_percent("min", f64::NAN).is_err());
    }
}
