//! One finding a line: `path:line:column: CODE slug message`.

use std::io::{self, Write};

use super::printable;
use crate::findings::Located;

pub(super) fn write(findings: &[Located], out: &mut dyn Write) -> io::Result<()> {
    for located in findings {
        let finding = &located.finding;
        let place = located.location.display();
        // As `write!` would, which takes thrice the time, and this is the format for a million findings.
        let (place, message) = (printable(&place), printable(&finding.message));
        for part in [&place, ": ", finding.code, " ", finding.slug, " ", &message, "\n"] {
            out.write_all(part.as_bytes())?;
        }
    }
    Ok(())
}
