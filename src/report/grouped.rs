//! Findings under the name of their file.

use std::io::{self, Write};

use super::printable;
use crate::findings::{Located, Region};

pub(super) fn write(findings: &[Located], out: &mut dyn Write) -> io::Result<()> {
    let by_file = findings.chunk_by(|a, b| a.location.path == b.location.path);
    for (index, group) in by_file.enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}", printable(&group[0].location.path))?;
        for located in group {
            let finding = &located.finding;
            let place = located.location.region.as_ref().map_or_else(String::new, place);
            writeln!(
                out,
                "  {place:>8}  {:<7}  {} {}  {}",
                finding.severity,
                finding.code,
                finding.slug,
                printable(&finding.message)
            )?;
        }
    }
    Ok(())
}

fn place(region: &Region) -> String {
    format!("{}:{}", region.start.line, region.start.column)
}
