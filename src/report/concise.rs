//! One finding a line: `path:line:column: CODE slug message`.

use std::io::{self, Write};

use rayon::prelude::*;

use super::printable;
use crate::findings::Located;

/// Findings that all threads together put into words before they are written.
const GROUP: usize = 8192;

/// Findings that one task puts into words.
const CHUNK: usize = 256;

pub(super) fn write(findings: &[Located], out: &mut dyn Write) -> io::Result<()> {
    // All at once would take as much memory as the output has bytes, and this is the format for a million findings.
    for group in findings.chunks(GROUP) {
        let texts: Vec<String> = group.par_chunks(CHUNK).map(lines).collect();
        texts.iter().try_for_each(|text| out.write_all(text.as_bytes()))?;
    }
    Ok(())
}

fn lines(findings: &[Located]) -> String {
    let mut text = String::new();
    for located in findings {
        let finding = &located.finding;
        let place = located.location.display();
        // As `write!` would, which takes thrice the time.
        for part in [&printable(&place), ": ", finding.code, " ", finding.slug, " ", &printable(&finding.message), "\n"]
        {
            text.push_str(part);
        }
    }
    text
}
