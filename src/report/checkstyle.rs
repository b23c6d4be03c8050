//! What Checkstyle writes, which most servers that collect warnings can read:
//! <https://github.com/checkstyle/checkstyle/blob/master/config/checkstyle-report-1.0.0.xsd>.

use std::io::{self, Write};

use super::{advice, xml};
use crate::findings::Located;

/// The version of Checkstyle whose format this is; readers look at it, if at all, to know what to expect.
const VERSION: &str = "4.3";

pub(super) fn write(shown: &[Located], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"{VERSION}\">")?;
    for group in shown.chunk_by(|a, b| a.location.path == b.location.path) {
        let name = xml::allowed(&group[0].location.path);
        writeln!(out, "  <file name=\"{}\">", xml::attribute(&name))?;
        for located in group {
            writeln!(out, "    {}", error(located))?;
        }
        writeln!(out, "  </file>")?;
    }
    writeln!(out, "</checkstyle>")
}

/// Checkstyle's severities have our names. The source is a dotted name by which readers group.
fn error(located: &Located) -> String {
    let finding = &located.finding;
    let place = located.location.region.as_ref().map_or_else(String::new, |region| {
        format!("line=\"{}\" column=\"{}\" ", region.start.line, region.start.column)
    });
    format!(
        "<error {place}severity=\"{}\" message=\"{}\" source=\"dbt-steward.{}\"/>",
        finding.severity,
        xml::attribute(&advice(located)),
        finding.code
    )
}
