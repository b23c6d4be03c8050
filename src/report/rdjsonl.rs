//! Diagnostics for reviewdog, one a line: <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>.

use std::io::{self, Write};

use serde::Serialize;

use super::{advice, rule_url};
use crate::docs::REPOSITORY;
use crate::findings::{Located, Region, Severity};

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Place<'a>,
    severity: &'static str,
    source: Source,
    code: Code<'a>,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

/// Lines count from 1, and so do columns, in bytes of UTF-8.
#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    url: String,
}

pub(super) fn write(shown: &[Located], out: &mut dyn Write) -> io::Result<()> {
    for located in shown {
        serde_json::to_writer(&mut *out, &diagnostic(located))?;
        writeln!(out)?;
    }
    Ok(())
}

fn diagnostic(located: &Located) -> Diagnostic<'_> {
    let finding = &located.finding;
    Diagnostic {
        message: advice(located),
        location: Place { path: &located.location.path, range: located.location.region.as_ref().map(range) },
        severity: match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info => "INFO",
        },
        source: Source { name: "dbt-steward", url: REPOSITORY },
        code: Code { value: finding.code, url: rule_url(finding.code, finding.slug) },
    }
}

fn range(region: &Region) -> Range {
    let column = |offset| region.file.byte_column(offset);
    Range {
        start: Position { line: region.start.line, column: column(region.span.start) },
        end: Position { line: region.end.line, column: column(region.span.end) },
    }
}
