//! `dbt-steward check`: lint, print, and say by the exit code how it went.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use super::destination::{self, Destination, DestinationParser};
use super::known::{self, Update};
use super::lint::{BaselineUse, Linted, Wanted, lint};
use super::terminal::{self, Color};
use super::{CLEAN, FINDINGS, input, output};
use crate::clock;
use crate::config::{self, FailOn, Preset};
use crate::findings::Report;
use crate::report::{self, Format, Style, SummaryStyle};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// A folder in a dbt project, or a manifest file of any name
    #[arg(default_value = ".")]
    path: PathBuf,

    /// The manifest, if it is not where dbt puts it
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,

    #[command(flatten)]
    input: input::Settings,

    /// The config, if it is not beside dbt_project.yml or above it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Which rules are on and how grave they are, before the config's own changes
    #[arg(long, value_enum)]
    preset: Option<Preset>,

    /// Run only these rules: codes, slugs or areas (DOC or documentation), several with commas
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,

    /// Leave these rules out: codes, slugs or areas, several with commas
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,

    /// Exit with 1 if there is a finding of this severity or above
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,

    /// Exit with 0 whatever was found
    #[arg(long)]
    exit_zero: bool,

    /// The baseline, if it is not where the config says or beside dbt_project.yml
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    baseline: Option<PathBuf>,

    /// Report what is in the baseline, too
    #[arg(long)]
    no_baseline: bool,

    /// Take entries out of the baseline that are fixed, and raise the shares that it records
    #[arg(long, conflicts_with = "no_baseline")]
    update_baseline: bool,

    /// Let --update-baseline take new findings in and lower shares
    #[arg(long, requires = "update_baseline")]
    allow_growth: bool,

    /// How to print findings: `full` unless said otherwise
    ///
    /// With a file, as in `--format sarif=findings.sarif`, that format goes there instead of stdout. Given several
    /// times, each format is written; one of them may go to stdout.
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = DestinationParser::<Format>::NEW)]
    format: Vec<Destination>,

    /// Print no more findings than this
    #[arg(long, value_name = "N")]
    max_findings: Option<usize>,

    /// Write to this file instead of stdout; as all files, it appears whole or not at all
    #[arg(long, short, value_name = "FILE")]
    output_file: Option<PathBuf>,

    /// Print how many findings each rule has, instead of the findings
    #[arg(long, conflicts_with = "format")]
    statistics: bool,

    /// Print no summary
    #[arg(long, short)]
    quiet: bool,

    /// Say which files were read, and which rules did not run and why
    #[arg(long, short, conflicts_with = "quiet")]
    verbose: bool,

    /// When to color
    #[arg(long, value_enum, default_value_t)]
    pub(super) color: Color,

    /// Threads to use; 0 is one per core
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=1024))]
    threads: u16,

    /// The date that rules take for today, instead of the clock's (UTC)
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = clock::parse)]
    today: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  dbt-steward check
  dbt-steward check --select DOC,OWN --format concise
  dbt-steward check target/manifest.json --statistics
  dbt-steward check --preset strict --ignore naming --fail-on warning
  dbt-steward check --format json --output-file findings.json
  dbt-steward check --format sarif=findings.sarif --format github
  dbt-steward check --fail-on new-error
  dbt-steward check --update-baseline";

pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let start = Instant::now();
    let destinations = destination::resolve(&arguments.format, arguments.output_file.as_deref())?;
    let wanted = Wanted {
        path: &arguments.path,
        manifest: arguments.manifest.as_deref(),
        input: &arguments.input,
        config: arguments.config.as_deref(),
        changes: config::Changes {
            preset: arguments.preset,
            select: &arguments.select,
            ignore: &arguments.ignore,
            fail_on: arguments.fail_on,
            today: arguments.today.clone().unwrap_or_else(clock::today),
        },
        threads: arguments.threads,
        baseline: match arguments.no_baseline {
            true => BaselineUse::Without,
            false => BaselineUse::Compare { given: arguments.baseline.as_deref(), records: arguments.update_baseline },
        },
    };
    let update = match (arguments.update_baseline, arguments.allow_growth) {
        (false, _) => Update::No,
        (true, false) => Update::Shrink,
        (true, true) => Update::Grow,
    };
    lint(wanted, |mut linted| {
        known::can_tell_news(&linted)?;
        known::hold_against_baseline(&mut linted, update)?;
        print(arguments, &destinations, &linted.report)?;
        if !arguments.quiet {
            print_summary(arguments, &linted, start);
        }
        let fails = !arguments.exit_zero && linted.resolved.fail_on.is_reached(linted.report.worst());
        std::mem::forget(linted.report);
        Ok(if fails { FINDINGS } else { CLEAN })
    })
}

fn print_summary(arguments: &Arguments, linted: &Linted<'_, '_>, start: Instant) {
    let style = SummaryStyle {
        verbose: arguments.verbose,
        input: &linted.choice,
        unknown: &input::unknown(linted.project),
        files: &linted.files(),
        elapsed: start.elapsed(),
    };
    // A closed stderr is no reason to fail.
    let _ = io::stderr().write_all(report::summary(&linted.report, style).as_bytes());
}

fn print(arguments: &Arguments, destinations: &[Destination], report: &Report) -> miette::Result<()> {
    for destination in destination::files_first(destinations) {
        let color = match destination.file {
            Some(_) => arguments.color == Color::Always,
            None => arguments.color.applies_to(&io::stdout()),
        };
        let style = Style { color, width: terminal::width(), max_findings: arguments.max_findings };
        let fill = |out: &mut dyn Write| match arguments.statistics {
            true => report::statistics(report, out),
            false => report::write(report, destination.format, style, out),
        };
        match &destination.file {
            Some(path) => output::to_file(path, fill)?,
            None => output::to_stdout(fill)?,
        }
    }
    Ok(())
}
