//! Errors and warnings of an Azure pipeline, by logging commands on stdout:
//! <https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>.

use std::io::{self, Write};

use super::{advice, hidden, printable};
use crate::findings::{Located, Report, Severity};

pub(super) fn write(report: &Report, shown: &[Located], out: &mut dyn Write) -> io::Result<()> {
    for located in shown {
        writeln!(out, "{}", command(located))?;
    }
    match hidden(report, shown) {
        Some(words) => writeln!(out, "##vso[task.logissue type=warning;]{}", data(&words)),
        None => Ok(()),
    }
}

fn command(located: &Located) -> String {
    let finding = &located.finding;
    // There are two kinds only; what is mere information must not fail a pipeline.
    let kind = if finding.severity == Severity::Error { "error" } else { "warning" };
    let path = property(&located.location.path);
    let place = located.location.region.as_ref().map_or_else(String::new, |region| {
        format!("linenumber={};columnnumber={};", region.start.line, region.start.column)
    });
    let code = finding.code;
    let message = data(&format!("{}: {}", finding.title(), advice(located)));
    format!("##vso[task.logissue type={kind};sourcepath={path};{place}code={code};]{message}")
}

/// A command's message. A percent sign is `%AZP25`, which agents read as one since March 2021:
/// <https://github.com/microsoft/azure-pipelines-agent/blob/master/docs/design/percentEncoding.md>.
fn data(text: &str) -> String {
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property's value.
fn property(text: &str) -> String {
    data(&printable(text)).replace(';', "%3B").replace(']', "%5D")
}
