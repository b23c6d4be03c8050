//! How an audit is printed: one file a format. A report sees the audit, never the project.

mod json;

use std::io::{self, Write};

use crate::audit::Audit;

/// The formats of `audit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum AuditFormat {
    /// For programs; see docs/audit.md
    #[default]
    Json,
}

/// Writes the audit in that format.
///
/// # Errors
/// Whatever `out` fails with.
pub fn write_audit(audit: &Audit, format: AuditFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        AuditFormat::Json => json::write(audit, out),
    }
}
