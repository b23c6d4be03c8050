//! `dbt-steward audit`: what an inherited project is like, and what to do about it first.

use std::io::Write;
use std::path::PathBuf;

use super::destination::{self, Destination, DestinationParser};
use super::lint::{self, BaselineUse, Linted, Wanted, lint};
use super::{CLEAN, input, output};
use crate::audit::{self, Audit, Circumstances};
use crate::clock;
use crate::config::{self, Preset};
use crate::discover;
use crate::report::{AuditFormat, write_audit};

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

    /// How to print the audit
    ///
    /// With a file, as in `--format json=audit.json`, that format goes there instead of stdout. Given several times, each
    /// format is written; one of them may go to stdout.
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = DestinationParser::<AuditFormat>::NEW)]
    format: Vec<Destination<AuditFormat>>,

    /// Write to this file instead of stdout; as all files, it appears whole or not at all
    #[arg(long, short, value_name = "FILE")]
    output_file: Option<PathBuf>,

    /// Threads to use; 0 is one per core
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=1024))]
    threads: u16,

    /// The date that rules take for today, instead of the clock's (UTC)
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = clock::parse)]
    today: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  dbt-steward audit --format json --output-file audit.json";

pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let destinations = destination::resolve(&arguments.format, arguments.output_file.as_deref())?;
    lint::set_threads(arguments.threads);
    let target = std::env::var_os("DBT_TARGET_PATH");
    let discovered = discover::discover(&arguments.path, arguments.manifest.as_deref(), target)?;
    let wanted = Wanted {
        discovered: &discovered,
        input: &arguments.input,
        config: arguments.config.as_deref(),
        changes: config::Changes {
            preset: arguments.preset,
            select: &[],
            ignore: &[],
            fail_on: None,
            today: arguments.today.clone().unwrap_or_else(clock::today),
        },
        base: None,
        // An audit is about the project as it is, old debt first of all.
        baseline: BaselineUse::Without,
    };
    lint(wanted, |linted| {
        let audit = audit(&linted);
        for destination in destination::files_first(&destinations) {
            let fill = |out: &mut dyn Write| write_audit(&audit, destination.format, out);
            match &destination.file {
                Some(path) => output::to_file(path, fill)?,
                None => output::to_stdout(fill)?,
            }
        }
        std::mem::forget(linted.report);
        Ok(CLEAN)
    })
}

fn audit(linted: &Linted<'_, '_>) -> Audit {
    audit::audit(&audit::Input {
        project: linted.project,
        settings: &linted.resolved.settings,
        instances: &linted.resolved.instances,
        report: &linted.report,
        circumstances: &Circumstances::default(),
    })
}
