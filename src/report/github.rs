//! Annotations on a pull request, by workflow commands on stdout:
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>.

use std::io::{self, Write};

use super::summary::counted;
use super::{advice, printable};
use crate::findings::{Located, Region, Report, Severity};

/// GitHub shows no more errors, no more warnings and no more notices of one step:
/// <https://github.com/orgs/community/discussions/26680>.
const MOST: usize = 10;

pub(super) fn write(report: &Report, shown: &[Located], out: &mut dyn Write) -> io::Result<()> {
    let of = |severity| shown.iter().filter(move |located| located.finding.severity == severity);
    let fits = Severity::ALL.into_iter().all(|severity| of(severity).count() <= MOST);
    let is_complete = fits && shown.len() == report.findings.len();
    let mut left = Severity::ALL.map(|severity| (report.count(severity), severity));
    for (count, severity) in &mut left {
        // The closing notice is one of the notices.
        let most = if is_complete || *severity != Severity::Info { MOST } else { MOST - 1 };
        for located in of(*severity).take(most) {
            writeln!(out, "{}", command(located))?;
            *count -= 1;
        }
    }
    if !is_complete {
        let why = if fits { "--max-findings leaves them out" } else { "GitHub shows at most 10 of a kind" };
        let message = format!("not shown here: {}, because {why}", counted(left));
        writeln!(out, "::notice title=dbt-steward::{}", data(&message))?;
    }
    Ok(())
}

fn command(located: &Located) -> String {
    let finding = &located.finding;
    let name = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let place = located.location.region.as_ref().map_or_else(String::new, place);
    let file = property(&located.location.path);
    let title = property(&finding.title());
    format!("::{name} file={file}{place},title={title}::{}", data(&advice(located)))
}

/// Columns only within one line: the runner drops them otherwise, with a warning in the log.
fn place(region: &Region) -> String {
    let (start, end) = (region.start, region.end);
    let lines = format!(",line={},endLine={}", start.line, end.line);
    if start.line == end.line { format!("{lines},col={},endColumn={}", start.column, end.column) } else { lines }
}

/// A command's message, escaped as `escapeData` in GitHub's own toolkit does:
/// <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property's value, escaped as `escapeProperty` there.
fn property(text: &str) -> String {
    data(&printable(text)).replace(':', "%3A").replace(',', "%2C")
}
