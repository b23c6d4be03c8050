//! One finding a line: `path:line:column: CODE slug message`.

use std::io::{self, Write};

use crate::findings::Located;

pub(super) fn write(findings: &[Located], out: &mut dyn Write) -> io::Result<()> {
    for located in findings {
        let finding = &located.finding;
        writeln!(out, "{}: {} {} {}", located.location.display(), finding.code, finding.slug, finding.message)?;
    }
    Ok(())
}
