//! A table for spreadsheets, as RFC 4180 has it: <https://www.rfc-editor.org/rfc/rfc4180>.

use std::io::{self, Write};

use super::printable;
use crate::findings::Located;

const HEADER: &str =
    "severity,code,slug,path,line,column,end_line,end_column,subject,message,help,evidence,fingerprint";

pub(super) fn write(shown: &[Located], out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{HEADER}\r\n")?;
    for located in shown {
        write!(out, "{}\r\n", record(located))?;
    }
    Ok(())
}

fn record(located: &Located) -> String {
    let finding = &located.finding;
    let place = located.location.region.as_ref().map_or_else(
        || ",,,".to_owned(),
        |region| {
            let (start, end) = (region.start, region.end);
            format!("{},{},{},{}", start.line, start.column, end.line, end.column)
        },
    );
    let severity = finding.severity.as_str();
    let words = [&finding.subject, &finding.message, finding.help.as_ref(), &finding.evidence.join("; ")].map(cell);
    let path = cell(&located.location.path);
    let fingerprint = finding.fingerprint();
    format!("{severity},{},{},{path},{place},{},{fingerprint}", finding.code, finding.slug, words.join(","))
}

/// One field. A record is a line: line ends, as all control characters, are written out.
pub(super) fn cell(text: &str) -> String {
    let text = printable(text);
    // A spreadsheet would run it as a formula: <https://owasp.org/www-community/attacks/CSV_Injection>.
    let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.into_owned() };
    let is_plain = !text.contains([',', '"']) && text.trim() == text;
    if is_plain { text } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}
