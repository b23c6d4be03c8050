//! `dbt-steward audit`: what an inherited project is like, and what to do about it first.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use miette::Diagnostic;
use thiserror::Error;

use super::destination::{self, Destination, DestinationError, DestinationParser};
use super::lint::{Linted, Wanted, lint};
use super::progress::Progress;
use super::project::{ProjectArguments, audit};
use super::{CLEAN, FINDINGS, circumstances, output};
use crate::audit::{self, Audit, Comparison, NotComparable, history};
use crate::clock;
use crate::discover::Discovered;
use crate::paths::shown;
use crate::report::{AuditFormat, elapsed, printable, write_audit};
use crate::words::counted;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    project: ProjectArguments,

    /// How to print the audit: a page, `html=dbt-steward-audit.html`, unless said otherwise
    ///
    /// With a file, as in `--format json=audit.json`, that format goes there instead of stdout. Given several times, each
    /// format is written; one of them may go to stdout.
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = DestinationParser::<AuditFormat>::NEW)]
    format: Vec<Destination<AuditFormat>>,

    /// Write to this file instead of stdout; as all files, it appears whole or not at all
    #[arg(long, short, value_name = "FILE")]
    output_file: Option<PathBuf>,

    /// Exit with 1 if the project's score is below this
    #[arg(long, value_name = "0-100", value_parser = score)]
    min_score: Option<f64>,

    /// Add this run to a file with one line for each, and show how the project has come along
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,

    /// The commit that this run is remembered by, instead of the one that git has checked out
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    commit: Option<String>,

    /// The day that this run is remembered by, instead of today
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = clock::parse)]
    date: Option<String>,

    /// Say what got better and worse since an earlier audit, written with `--format json`
    #[arg(long, value_name = "OLD.json")]
    compare: Option<PathBuf>,

    /// Let files that changed often within the last year weigh more, as git knows them
    #[arg(long)]
    churn: bool,

    /// Print no progress and no closing lines
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  dbt-steward audit
  dbt-steward audit --format json --output-file audit.json
  dbt-steward audit --compare audit.json
  dbt-steward audit --history history.jsonl --min-score 70
  dbt-steward audit path/to/manifest.json --format csv=audit.csv --format markdown=audit.md";

#[derive(Debug, Error, Diagnostic)]
enum AuditError {
    #[error("{} cannot be read", shown(path))]
    #[diagnostic(help("check the path, and that you may read the file"))]
    Unreadable { path: PathBuf, source: io::Error },

    #[error("{}:{}: this is no line of a history: {}", shown(path), reason.line, reason.message)]
    #[diagnostic(help(
        "take the line out, or name another file; each line is one JSON object, as `audit --history` writes it"
    ))]
    History { path: PathBuf, reason: history::BadLine },

    #[error("{}: {reason}", shown(path))]
    #[diagnostic(help("name a file that `dbt-steward audit --format json` has written of this project"))]
    Compare { path: PathBuf, reason: NotComparable },

    #[error("--{option} and --format would both be {}", shown(path))]
    #[diagnostic(help("name another file for one of them"))]
    SameFile { option: &'static str, path: PathBuf },

    #[error("--min-score: there is nothing to score, and nothing is no pass")]
    #[diagnostic(help("check that the path is the project's, and that the config leaves rules on"))]
    NothingToScore,
}

/// Reads a score from the command line.
fn score(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| (0.0..=100.0).contains(number));
    number.ok_or_else(|| "expected a number from 0 to 100".to_owned())
}

pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let start = Instant::now();
    let destinations = destinations(arguments)?;
    keep_apart(arguments, &destinations)?;
    let mut progress = Progress::new(arguments.quiet);
    progress.say("reading");
    let discovered = arguments.project.discover()?;
    let outputs: Vec<&Path> = destinations.iter().filter_map(|destination| destination.file.as_deref()).collect();
    let wanted = Wanted { outputs: &outputs, ..arguments.project.wanted(&discovered) };
    lint(wanted, |linted| {
        progress.say("weighing");
        let mut audit = whole(arguments, &discovered, &linted)?;
        let line = remember(arguments, &mut audit)?;
        progress.say("writing");
        for destination in destination::files_first(&destinations) {
            let fill = |out: &mut dyn Write| write_audit(&audit, destination.format, out);
            match &destination.file {
                Some(path) => output::to_file(path, fill)?,
                None => output::to_stdout(fill)?,
            }
        }
        if let (Some(path), Some(line)) = (&arguments.history, line) {
            output::append(path, &line)?;
        }
        drop(progress);
        if !arguments.quiet {
            say(&closing(&audit, &destinations, start));
        }
        std::mem::forget(linted.report);
        passes(&audit, arguments.min_score)
    })
}

/// The audit with all that the options ask for.
fn whole(arguments: &Arguments, discovered: &Discovered, linted: &Linted<'_, '_>) -> miette::Result<Audit> {
    let date = arguments.date.clone().unwrap_or_else(|| arguments.project.today());
    let (circumstances, notes) = circumstances::gather(discovered, linted.project, arguments.churn, &date)?;
    let mut audit = audit(linted, &circumstances);
    audit.notes.extend(notes);
    audit.date = date;
    let root = discovered.project.as_ref().map(|project| project.root.as_path());
    audit.commit = arguments.commit.clone().or_else(|| circumstances::commit(root));
    if let Some(path) = &arguments.compare {
        audit.comparison = Some(compare(&audit, linted, path)?);
    }
    Ok(audit)
}

fn compare(audit: &Audit, linted: &Linted<'_, '_>, path: &Path) -> Result<Comparison, AuditError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| AuditError::Unreadable { path: path.to_owned(), source })?;
    let earlier = audit::earlier(&text, &audit.project)
        .map_err(|reason| AuditError::Compare { path: path.to_owned(), reason })?;
    Ok(audit::compare(audit, earlier, &audit::known(&linted.report)))
}

/// Tells the audit of the runs that are remembered, this one included. Gives the line to remember it by: that is written
/// last, when all else has worked.
fn remember(arguments: &Arguments, audit: &mut Audit) -> Result<Option<String>, AuditError> {
    let Some(path) = &arguments.history else { return Ok(None) };
    let text = output::read_whole(path).map_err(|source| AuditError::Unreadable { path: path.clone(), source })?;
    let lines = history::parse(&text).map_err(|reason| AuditError::History { path: path.clone(), reason })?;
    let entry = history::Entry::of(audit);
    let line = entry.line();
    let mut entries = history::latest(lines);
    history::add(&mut entries, entry);
    // A file may be shared by the projects of a repository.
    audit.history = entries.into_iter().filter(|entry| entry.project == audit.project).collect();
    Ok(Some(line))
}

/// No report may take the place of what is read or remembered.
fn keep_apart(arguments: &Arguments, destinations: &[Destination<AuditFormat>]) -> Result<(), AuditError> {
    let read = [("history", &arguments.history), ("compare", &arguments.compare)];
    for (option, path) in read.into_iter().filter_map(|(option, path)| Some((option, path.as_ref()?))) {
        let mut written = destinations.iter().filter_map(|destination| destination.file.as_deref());
        if written.any(|file| destination::is_same(file, path)) {
            return Err(AuditError::SameFile { option, path: path.clone() });
        }
    }
    Ok(())
}

/// Where the page goes when nobody says what to write and where.
const PAGE: &str = "dbt-steward-audit.html";

fn destinations(arguments: &Arguments) -> Result<Vec<Destination<AuditFormat>>, DestinationError> {
    let mut destinations = destination::resolve(&arguments.format, arguments.output_file.as_deref())?;
    if arguments.format.is_empty() && arguments.output_file.is_none() {
        destinations.iter_mut().for_each(|page| page.file = Some(PAGE.into()));
    }
    Ok(destinations)
}

/// What was read, and what came out of it.
fn closing(audit: &Audit, destinations: &[Destination<AuditFormat>], start: Instant) -> String {
    let score = match audit.scores.project.score {
        Some(score) => format!("score {score:.1} of 100"),
        None => "nothing to score".to_owned(),
    };
    let (findings, actions) = (counted(audit.findings.len(), "finding"), counted(audit.worklist.len(), "action"));
    let time = elapsed(start.elapsed());
    let files = destinations.iter().filter_map(|destination| destination.file.as_deref()).map(shown);
    let files: Vec<String> = files.collect();
    let written = if files.is_empty() { String::new() } else { format!("; written to {}", files.join(", ")) };
    let (project, choice) = (printable(&audit.project), printable(&audit.input.choice));
    format!("read from {choice}\n{project}: {score}, {findings}, {actions}, in {time}{written}")
}

/// A line on stderr. That it may be closed is no reason to fail.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Says why not, even where all else is quiet.
fn passes(audit: &Audit, min_score: Option<f64>) -> miette::Result<u8> {
    match (min_score, audit.scores.project.score) {
        (None, _) => Ok(CLEAN),
        (Some(_), None) => Err(AuditError::NothingToScore.into()),
        (Some(min), Some(score)) if score < min => {
            say(&format!("score {score:.1} is below the minimum of {min}"));
            Ok(FINDINGS)
        }
        (Some(_), Some(_)) => Ok(CLEAN),
    }
}
