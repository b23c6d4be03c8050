//! How findings are printed: one file a format. A report sees findings, never the project.

mod concise;
mod full;
mod grouped;
pub mod json;
mod printable;
mod statistics;
mod summary;

use std::io::{self, Write};

use crate::findings::Report;

pub use printable::{printable, printable_lines};
pub use statistics::statistics;
pub use summary::{SummaryStyle, summary};

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
}

/// How to print.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub color: bool,
    /// Columns to wrap at.
    pub width: usize,
    /// Print no more findings than this; the rest is counted.
    pub max_findings: Option<usize>,
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
    }
    let hidden = report.findings.len() - shown.len();
    if hidden > 0 {
        writeln!(out, "… and {hidden} more; --max-findings shows more of them")?;
    }
    Ok(())
}
