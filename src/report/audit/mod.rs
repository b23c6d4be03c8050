//! How an audit is printed: one file a format. A report sees the audit, never the project.

mod csv;
mod html;
mod json;
mod markdown;

use std::io::{self, Write};

use crate::audit::Audit;

/// The formats of `audit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum AuditFormat {
    /// For people: a page that opens from disk and asks for nothing
    #[default]
    Html,
    /// For comments and terminals: the head of each part
    Markdown,
    /// For programs: everything; see docs/audit.md
    Json,
    /// For spreadsheets: one table, whose first column says what a row is of
    Csv,
}

/// Writes the audit in that format.
///
/// # Errors
/// Whatever `out` fails with.
pub fn write_audit(audit: &Audit, format: AuditFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        AuditFormat::Html => html::write(audit, out),
        AuditFormat::Markdown => markdown::write(audit, out),
        AuditFormat::Csv => csv::write(audit, out),
        AuditFormat::Json => json::write(audit, out),
    }
}
