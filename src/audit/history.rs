//! One line a run: how the project has come along.
//!
//! Lines are only ever added. Of one state of the project the last line counts, so that neither runs at the same time nor
//! an older version can take away what another has written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Audit, Cell, InputKind, Tally};
use crate::findings::Severity;
use crate::words::counted;

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
    /// The rules that ran, by code, with their severity; null in lines of versions that did not write them. Where others
    /// run, or with another weight, scores of the same project are others.
    #[serde(default)]
    pub rules: Option<BTreeMap<String, Option<Severity>>>,
    /// What the project was read from; null in lines of versions that did not write it.
    #[serde(default)]
    pub input: Option<InputKind>,
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
        let ran = audit.rules.iter().filter(|it| it.skipped.is_none());
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
            rules: Some(ran.map(|it| (it.code.to_owned(), it.severity)).collect()),
            input: Some(audit.input.kind),
        }
    }

    /// Why the numbers of this run cannot be held against those of the one before, if so, in words.
    pub fn break_since(&self, before: &Self) -> Option<String> {
        let mut words = Vec::new();
        if let (Some(then), Some(now)) = (&before.rules, &self.rules) {
            let more = now.keys().filter(|code| !then.contains_key(*code)).count();
            let fewer = then.keys().filter(|code| !now.contains_key(*code)).count();
            let is_other =
                |(code, severity): &(&String, &Option<Severity>)| then.get(*code).is_some_and(|it| it != *severity);
            let others = now.iter().filter(is_other).count();
            words.extend((more > 0).then(|| format!("{} ran", counted(more, "more rule"))));
            words.extend((fewer > 0).then(|| format!("{} did not run any more", counted(fewer, "rule"))));
            words.extend((others > 0).then(|| format!("{} with another severity", counted(others, "rule"))));
        }
        if let (Some(then), Some(now)) = (before.input, self.input)
            && then != now
        {
            words.push(format!("read from {}", now.words()));
        }
        (!words.is_empty()).then(|| words.join(", "))
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

    /// The line that the file gets, with its end.
    pub fn line(&self) -> String {
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

/// Adds a run at the end. Earlier ones of the same state do not count any more.
pub fn add(history: &mut Vec<Entry>, entry: Entry) {
    history.retain(|earlier| !earlier.is_same_run(&entry));
    history.push(entry);
}

/// The runs that count, of all lines in the order of the file.
pub fn latest(lines: Vec<Entry>) -> Vec<Entry> {
    lines.into_iter().fold(Vec::new(), |mut history, entry| {
        add(&mut history, entry);
        history
    })
}

#[cfg(test)]
mod tests {
    use super::{Entry, latest};
    use crate::audit::{InputKind, Tally};
    use crate::findings::Severity;

    fn entry(commit: Option<&str>, date: &str) -> Entry {
        Entry {
            commit: commit.map(str::to_owned),
            date: date.to_owned(),
            version: "0.1.0".to_owned(),
            project: "shop".to_owned(),
            score: Some(50.0),
            traps: Default::default(),
            findings: Tally::default(),
            risk: 0.0,
            resources: 1,
            coverage: Vec::new(),
            rules: None,
            input: None,
        }
    }

    #[test]
    fn of_one_state_the_last_line_counts_and_stands_last() {
        let lines = vec![
            entry(Some("a"), "2026-01-01"),
            entry(Some("b"), "2026-01-02"),
            entry(None, "2026-01-03"),
            entry(Some("a"), "2026-01-04"),
            entry(None, "2026-01-03"),
            entry(Some("a"), "2026-01-05"),
        ];
        let dates: Vec<String> = latest(lines).into_iter().map(|entry| entry.date).collect();
        assert_eq!(dates, ["2026-01-02", "2026-01-03", "2026-01-05"]);
    }

    #[test]
    fn other_rules_and_another_input_break_the_line() {
        let with = |rules: &[&str], input: InputKind| {
            let rules = rules.iter().map(|code| ((*code).to_owned(), Some(Severity::Error))).collect();
            Entry { rules: Some(rules), input: Some(input), ..entry(None, "2026-01-01") }
        };
        let before = with(&["DOC001", "OWN001"], InputKind::Manifest);
        let since = |after: Entry| after.break_since(&before);
        assert_eq!(since(with(&["DOC001", "OWN001"], InputKind::Manifest)), None);
        assert_eq!(
            since(with(&["DOC001", "OWN001", "TST001"], InputKind::Manifest)).as_deref(),
            Some("1 more rule ran")
        );
        assert_eq!(
            since(with(&["TST001", "TST002"], InputKind::Files)).as_deref(),
            Some("2 more rules ran, 2 rules did not run any more, read from the project's files")
        );
        let mut milder = with(&["DOC001", "OWN001"], InputKind::Manifest);
        milder.rules.as_mut().unwrap().insert("OWN001".to_owned(), Some(Severity::Info));
        assert_eq!(since(milder).as_deref(), Some("1 rule with another severity"));
        // A line of a version that did not say so tells nothing.
        assert_eq!(since(entry(None, "2026-01-02")), None);
        assert_eq!(with(&["DOC001"], InputKind::Files).break_since(&entry(None, "2026-01-01")), None);
    }
}
