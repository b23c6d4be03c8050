//! `dbt-steward badge`: a score or a coverage as a picture for a README.

use std::path::{Path, PathBuf};

use super::lint::{Wanted, lint};
use super::project::{ProjectArguments, audit};
use super::{CLEAN, output};
use crate::audit::{Audit, Circumstances, Measure, Things};
use crate::report::badge;
use crate::rules::Trap;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    project: ProjectArguments,

    /// What it shows
    #[arg(long, value_enum, default_value_t)]
    kind: Kind,

    /// The score of one trap instead of the project's
    #[arg(long, value_enum, conflicts_with = "kind")]
    trap: Option<Trap>,

    /// Write to this file instead of stdout; as all files, it appears whole or not at all
    #[arg(long, short, value_name = "FILE")]
    output_file: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  dbt-steward badge --output-file score.svg
  dbt-steward badge --trap govern -o govern.svg
  dbt-steward badge --kind documented -o documented.svg";

/// What a badge shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Kind {
    /// The project's score, from 0 to 100
    #[default]
    Score,
    /// The share of models that are documented
    Documented,
    /// The share of models that have an owner
    Owned,
    /// The share of models that are tested
    Tested,
}

pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let discovered = arguments.project.discover()?;
    let outputs: Vec<&Path> = arguments.output_file.iter().map(PathBuf::as_path).collect();
    let wanted = Wanted { outputs: &outputs, ..arguments.project.wanted(&discovered) };
    lint(wanted, |linted| {
        let audit = audit(&linted, &Circumstances::default());
        std::mem::forget(linted.report);
        let svg = match (arguments.trap, arguments.kind) {
            (Some(trap), _) => of_trap(&audit, trap),
            (None, Kind::Score) => of_score("dbt-steward", audit.scores.project.score),
            (None, Kind::Documented) => of_models(&audit, "documented", Measure::Documented),
            (None, Kind::Owned) => of_models(&audit, "owned", Measure::Owned),
            (None, Kind::Tested) => of_models(&audit, "tested", Measure::Tested),
        };
        match &arguments.output_file {
            Some(path) => output::to_file(path, |out| out.write_all(svg.as_bytes()))?,
            None => output::to_stdout(|out| out.write_all(svg.as_bytes()))?,
        }
        Ok(CLEAN)
    })
}

fn of_trap(audit: &Audit, trap: Trap) -> String {
    let score = audit.scores.traps.iter().find(|score| score.name == trap.as_str());
    of_score(trap.as_str(), score.and_then(|score| score.score.score))
}

fn of_score(label: &str, score: Option<f64>) -> String {
    let value = score.map_or_else(|| "nothing to score".to_owned(), |score| format!("{score:.1}"));
    badge(label, &value, score.map(|score| score / 100.0))
}

fn of_models(audit: &Audit, label: &str, measure: Measure) -> String {
    let cell = audit.coverage.project.iter().find(|cell| cell.measure == measure && cell.of == Things::Models);
    match cell {
        // Rounded down, so that a gap never reads as everything.
        Some(cell) => {
            let percent = cell.covered * 100 / cell.total;
            badge(label, &format!("{percent} %"), Some(cell.covered as f64 / cell.total as f64))
        }
        None => badge(label, "no models", None),
    }
}
