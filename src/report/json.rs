//! The machine format: documented in docs/json.md, its schema in docs/schema/findings.schema.json.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::findings::{self, Input, Located, Location, Report, Severity, suppress};
use crate::project::Counts;

/// Version of the format. It grows only when a field changes its meaning or goes away.
const SCHEMA_VERSION: u32 = 1;

/// What `check --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Output<'a> {
    /// Version of this format; 1.
    schema_version: u32,
    /// Version of dbt-steward that wrote it.
    version: &'static str,
    /// Name of the dbt project.
    project: &'a str,
    /// Version of dbt that wrote the manifest.
    dbt_version: &'a str,
    summary: Summary<'a>,
    /// Sorted by path, place, code and subject.
    findings: Vec<Finding<'a>>,
    /// Findings that are suppressed, in the same order; `--max-findings` leaves none out.
    suppressed: Vec<Suppressed<'a>>,
}

/// The run in numbers.
#[derive(Debug, Serialize, JsonSchema)]
struct Summary<'a> {
    /// What was read, and why that; null where several projects were checked at once.
    input: Option<&'a Input>,
    /// Enabled resources of the root project, by type.
    counts: &'a Counts,
    findings: Findings,
    /// Findings that are suppressed; no other number counts them.
    suppressed: usize,
    /// What the run was limited to; null where it was about the whole project. Findings beyond it are neither listed nor
    /// counted.
    limit: Option<Limit<'a>>,
    /// How it compares to the baseline; null without one.
    baseline: Option<Baseline<'a>>,
    /// Every rule that was asked for, by code.
    rules: Vec<Rule<'a>>,
}

/// Findings by severity; all of them, whatever `--max-findings` left out below.
#[derive(Debug, Serialize, JsonSchema)]
struct Findings {
    error: usize,
    warning: usize,
    info: usize,
}

/// What findings are limited to. Several limits hold at once.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Limit<'a> {
    /// In words.
    description: String,
    /// The revision of `--since`; null without it.
    since: Option<&'a str>,
    /// Whether it is what the next commit changes: `--staged`.
    staged: bool,
    /// Number of files and folders that were given as arguments.
    paths: usize,
    /// The state of `--base`, whose findings are left out; null without it.
    base: Option<&'a str>,
    /// Whether what the change has brought about elsewhere is reported, too.
    downstream: bool,
    /// Number of files that have changed or were given, those in folders included.
    files: usize,
    /// Number of resources that have changed, or that the files given are about; tests are not counted.
    resources: usize,
}

/// A run against a baseline. Findings that are known are neither listed nor counted anywhere else.
#[derive(Debug, Serialize, JsonSchema)]
struct Baseline<'a> {
    /// The file.
    path: &'a str,
    /// Findings that are in the baseline, of those that the run is limited to.
    known: usize,
    /// Entries of the baseline for which nothing is found any more.
    fixed: usize,
    /// Findings that are not in the baseline: those that are reported, but for SUP005, which is about the baseline itself.
    new: usize,
}

/// How one rule fared.
#[derive(Debug, Serialize, JsonSchema)]
struct Rule<'a> {
    code: &'a str,
    slug: &'a str,
    /// Resources it looked at.
    subjects: usize,
    findings: usize,
    /// Why it did not run; null if it did.
    skipped: Option<&'a str>,
}

/// One defect.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Finding<'a> {
    code: &'a str,
    slug: &'a str,
    severity: Severity,
    /// Unique id of the resource; `project.<name>` for the project as a whole.
    subject: &'a str,
    /// What is wrong.
    message: &'a str,
    /// What to do.
    help: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    /// Why, one thought an item.
    evidence: &'a [String],
    /// Other places that belong to the finding.
    related: Vec<Related<'a>>,
    /// The same in every run as long as rule, subject and part of the subject are: no line goes into it.
    fingerprint: String,
}

/// A finding that somebody has accepted.
#[derive(Debug, Serialize, JsonSchema)]
struct Suppressed<'a> {
    #[serde(flatten)]
    finding: Finding<'a>,
    suppression: Suppression<'a>,
}

/// The comment or the `meta` that suppresses a finding.
#[derive(Debug, Serialize, JsonSchema)]
struct Suppression<'a> {
    /// Why, in its author's words; empty where none are given.
    reason: &'a str,
    /// Its last day, `YYYY-MM-DD`; null where it has none.
    until: Option<&'a str>,
    #[serde(flatten)]
    place: Place<'a>,
}

/// Another place that belongs to a finding.
#[derive(Debug, Serialize, JsonSchema)]
struct Related<'a> {
    label: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
}

/// A stretch of a file. Lines and columns count from 1, columns in Unicode characters; the end is one past the last
/// character. All four are null where the file was not at hand.
#[derive(Debug, Serialize, JsonSchema)]
struct Place<'a> {
    path: &'a str,
    line: Option<u32>,
    column: Option<u32>,
    end_line: Option<u32>,
    end_column: Option<u32>,
}

pub(super) fn write(report: &Report, shown: &[Located], out: &mut dyn Write) -> io::Result<()> {
    let output = Output {
        schema_version: SCHEMA_VERSION,
        version: env!("CARGO_PKG_VERSION"),
        project: &report.summary.project,
        dbt_version: &report.summary.dbt_version,
        summary: summary(report),
        findings: shown.iter().map(finding).collect(),
        suppressed: report.suppressed.iter().map(suppressed).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &output)?;
    writeln!(out)
}

fn summary(report: &Report) -> Summary<'_> {
    let rules = report.summary.rules.iter().map(|rule| Rule {
        code: rule.code,
        slug: rule.slug,
        subjects: rule.subjects,
        findings: rule.findings,
        skipped: rule.skipped.as_deref(),
    });
    Summary {
        input: report.summary.input.as_ref(),
        counts: &report.summary.counts,
        findings: Findings {
            error: report.count(Severity::Error),
            warning: report.count(Severity::Warning),
            info: report.count(Severity::Info),
        },
        suppressed: report.suppressed.len(),
        limit: report.limit.as_ref().map(limit),
        baseline: report.baseline.as_ref().map(|baseline| Baseline {
            path: &baseline.path,
            known: baseline.known,
            fixed: baseline.fixed_entries(),
            new: baseline.new,
        }),
        rules: rules.collect(),
    }
}

pub(super) fn limit(limit: &findings::Limit) -> Limit<'_> {
    Limit {
        description: limit.described(),
        since: limit.since.as_deref(),
        staged: limit.staged,
        paths: limit.given_files + limit.given_folders.len(),
        base: limit.base.as_deref(),
        downstream: limit.downstream,
        files: limit.files,
        resources: limit.resources,
    }
}

fn suppressed(suppressed: &suppress::Suppressed) -> Suppressed<'_> {
    let by = &suppressed.by;
    let until = by.until.as_ref().map(|until| until.text.as_str());
    let suppression = Suppression { reason: &by.reason, until, place: place(&by.location) };
    Suppressed { finding: finding(&suppressed.located), suppression }
}

pub(super) fn finding(located: &Located) -> Finding<'_> {
    let finding = &located.finding;
    Finding {
        code: finding.code,
        slug: finding.slug,
        severity: finding.severity,
        subject: &finding.subject,
        message: &finding.message,
        help: &finding.help,
        place: place(&located.location),
        evidence: &finding.evidence,
        related: located.related.iter().map(|(location, label)| Related { label, place: place(location) }).collect(),
        fingerprint: finding.fingerprint(),
    }
}

fn place(location: &Location) -> Place<'_> {
    let region = location.region.as_ref();
    Place {
        path: &location.path,
        line: region.map(|region| region.start.line),
        column: region.map(|region| region.start.column),
        end_line: region.map(|region| region.end.line),
        end_column: region.map(|region| region.end.column),
    }
}
