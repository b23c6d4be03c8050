//! One finding a line: `path:line:column: CODE slug message`.

use std::io::{self, Write};

use super::printable;
use crate::findings::Located;

pub(super) fn write(findings: &[Located], out: &mut dyn Write) -> io::Result<()> {
    for located in findings {
        let finding = &located.finding;
        let (place, message) = (located.location.display(), printable(&finding.message));
        writeln!(out, "{}: {} {} {message}", printable(&place), finding.code, finding.slug)?;
    }
    Ok(())
}
