//! One line a run: how the project has come along.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Audit, Cell, Tally};

/// What a run is remembered by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// The commit that was checked out; null where there is no git.
    pub commit: Option<String>,
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Version of dbt-steward: a newer one may know more rules.
    pub version: String,
    /// Name of the dbt project.
    pub project: String,
    /// Of the project, from 0 to 100.
    pub score: Option<f64>,
    /// By name.
    pub traps: BTreeMap<String, Option<f64>>,
    pub findings: Tally,
    pub risk: f64,
    /// How many resources were scored.
    pub resources: usize,
    /// Of the project.
    pub coverage: Vec<Cell>,
}

/// A line of a history that cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line}: {message}")]
pub struct BadLine {
    /// Counted from 1.
    pub line: usize,
    pub message: String,
}

impl Entry {
    /// What this run adds.
    pub fn of(audit: &Audit) -> Self {
        Self {
            commit: audit.commit.clone(),
            date: audit.date.clone(),
            version: audit.version.to_owned(),
            project: audit.project.clone(),
            score: audit.scores.project.score,
            traps: audit.scores.traps.iter().map(|trap| (trap.name.to_owned(), trap.score.score)).collect(),
            findings: audit.totals,
            risk: audit.risk,
            resources: audit.scores.project.resources,
            coverage: audit.coverage.project.clone(),
        }
    }

    /// Whether both are of one state of one project: of the same commit or, without git, of the same day.
    fn is_same_run(&self, other: &Self) -> bool {
        let is_same = match (&self.commit, &other.commit) {
            (Some(one), Some(other)) => one == other,
            (None, None) => self.date == other.date,
            _ => false,
        };
        is_same && self.project == other.project
    }

    fn line(&self) -> String {
        serde_json::to_string(self).expect("plain values always serialise") + "\n"
    }
}

/// Reads a history. Blank lines do not matter.
///
/// # Errors
/// At the first line that is none of a history.
pub fn parse(text: &str) -> Result<Vec<Entry>, BadLine> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let entry = |(at, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| {
            // serde_json counts lines within the line.
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default().to_owned();
            BadLine { line: at + 1, message }
        })
    };
    lines.map(entry).collect()
}

/// Adds a run at the end, or in the place of an earlier one of the same state.
pub fn add(history: &mut Vec<Entry>, entry: Entry) {
    match history.iter_mut().find(|earlier| earlier.is_same_run(&entry)) {
        Some(earlier) => *earlier = entry,
        None => history.push(entry),
    }
}

/// The text of a history.
pub fn text(history: &[Entry]) -> String {
    history.iter().map(Entry::line).collect()
}
