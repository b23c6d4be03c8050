//! A Code Quality report: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;

use super::{advice, printable};
use crate::findings::{Located, Location, Severity};

#[derive(Serialize)]
struct Violation<'a> {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Place<'a>,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<u32>,
}

pub(super) fn write(shown: &[Located], out: &mut dyn Write) -> io::Result<()> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let violations: Vec<_> = shown.iter().map(|located| violation(located, &mut seen)).collect();
    serde_json::to_writer_pretty(&mut *out, &violations)?;
    writeln!(out)
}

fn violation<'a>(located: &'a Located, seen: &mut HashMap<String, usize>) -> Violation<'a> {
    let finding = &located.finding;
    Violation {
        description: format!("{}: {}", finding.code, printable(&finding.message)) + &help(located),
        check_name: finding.title(),
        fingerprint: unique(finding.fingerprint(), seen),
        severity: match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Info => "info",
        },
        location: place(&located.location),
    }
}

/// What stands behind the first line of the advice.
fn help(located: &Located) -> String {
    advice(located).split_once('\n').map_or_else(String::new, |(_, help)| format!("; {help}"))
}

/// GitLab keeps one violation of those with one fingerprint, so that the second of its kind needs another.
fn unique(fingerprint: String, seen: &mut HashMap<String, usize>) -> String {
    let count = seen.entry(fingerprint.clone()).and_modify(|count| *count += 1).or_insert(1);
    if *count == 1 { fingerprint } else { format!("{fingerprint}-{count}") }
}

/// A report without a first line is refused, so that the file's first stands for a line that nobody knows.
fn place(location: &Location) -> Place<'_> {
    let lines = location
        .region
        .as_ref()
        .map_or(Lines { begin: 1, end: None }, |region| Lines { begin: region.start.line, end: Some(region.end.line) });
    Place { path: &location.path, lines }
}
