//! How findings are printed: one file a format. A report sees findings, never the project.

mod audit;
mod azure;
mod badge;
mod checkstyle;
mod concise;
mod csv;
mod excerpt;
mod full;
mod github;
mod gitlab;
mod grouped;
pub mod json;
mod junit;
mod markdown;
mod ndjson;
mod printable;
mod rdjsonl;
mod sarif;
mod skipped;
mod statistics;
mod summary;
mod teamcity;
mod xml;

use std::io::{self, Write};

use crate::docs::rule_url;
use crate::findings::{Located, Report};

pub use audit::{AuditFormat, write_audit};
pub use badge::badge;
pub use excerpt::draw;
pub use printable::{printable, printable_lines};
pub use statistics::statistics;
pub use summary::{SummaryStyle, elapsed, summary};

/// The formats of `check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// Each finding with the lines it is about, why, and what to do
    #[default]
    Full,
    /// One line each: path:line:column: CODE slug message
    Concise,
    /// One line each, under the name of its file
    Grouped,
    /// For programs; see docs/json.md
    Json,
    /// For programs: one finding a line, each as in json
    Ndjson,
    /// For spreadsheets
    Csv,
    /// SARIF 2.1.0, for GitHub code scanning and editors
    Sarif,
    /// Annotations on a pull request, from the log of GitHub Actions
    Github,
    /// GitLab's Code Quality report
    Gitlab,
    /// Errors and warnings of an Azure pipeline, from its log
    Azure,
    /// Inspections of a TeamCity build, from its log
    Teamcity,
    /// Test results, a suite for each rule
    Junit,
    /// For Jenkins and others that read what Checkstyle writes
    Checkstyle,
    /// For reviewdog
    Rdjsonl,
    /// A comment on a pull request
    Markdown,
}

/// How to print.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub color: bool,
    /// Columns to wrap at.
    pub width: usize,
    /// Print no more findings than this; the rest is counted.
    pub max_findings: Option<usize>,
    /// Whether formats that can mark a finding as suppressed list those as well.
    pub show_suppressed: bool,
}

/// Writes the findings in that format.
///
/// # Errors
/// Whatever `out` fails with.
pub fn write(report: &Report, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let shown =
        &report.findings[..style.max_findings.map_or(report.findings.len(), |max| max.min(report.findings.len()))];
    match format {
        Format::Full => full::write(shown, style, out)?,
        Format::Concise => concise::write(shown, out)?,
        Format::Grouped => grouped::write(shown, out)?,
        Format::Json => return json::write(report, shown, out),
        Format::Ndjson => return ndjson::write(shown, out),
        Format::Csv => return csv::write(shown, out),
        Format::Sarif => return sarif::write(report, shown, style, out),
        Format::Github => return github::write(report, shown, out),
        Format::Gitlab => return gitlab::write(shown, out),
        Format::Azure => return azure::write(report, shown, out),
        Format::Teamcity => return teamcity::write(report, shown, out),
        Format::Junit => return junit::write(report, shown, out),
        Format::Checkstyle => return checkstyle::write(shown, out),
        Format::Rdjsonl => return rdjsonl::write(shown, out),
        Format::Markdown => return markdown::write(report, shown, out),
    }
    if let Some(words) = hidden(report, shown) {
        writeln!(out, "… {words}")?;
    }
    Ok(())
}

/// How many findings `--max-findings` left out, in words; `None` if it left out none.
fn hidden(report: &Report, shown: &[Located]) -> Option<String> {
    let count = report.findings.len() - shown.len();
    (count > 0).then(|| format!("and {count} more; --max-findings shows more of them"))
}

/// What is wrong and, on the next line, what to do: for formats that have one place for both.
fn advice(located: &Located) -> String {
    let finding = &located.finding;
    let message = printable(&finding.message);
    if finding.help.is_empty() {
        message.into_owned()
    } else {
        format!("{message}\nhelp: {}", printable(&finding.help))
    }
}
