//! The machine format: documented in docs/audit.md, its schema in docs/schema/audit.schema.json.

use std::io::{self, Write};

use crate::audit::Audit;

/// On one line: a list of numbers that takes a line for each is no easier to read, and five times as large.
pub(super) fn write(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, audit)?;
    writeln!(out)
}
