//! `dbt-steward baseline`: records today's findings.

use std::collections::{BTreeSet, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::known::{is_recordable, ran, recordable};
use super::lint::{self, BaselineUse, Linted, Wanted, lint};
use super::{CLEAN, input, output};
use crate::baseline::{self, Baseline, Entry};
use crate::clock;
use crate::config::{self, Preset, Unmatched};
use crate::discover;
use crate::findings::{Atom, Share};
use crate::paths::shown;
use crate::words::counted;

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

    /// Record only these rules, and leave what is recorded of others: codes, slugs or areas, several with commas
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,

    /// Record all but these rules, and leave what is recorded of them: codes, slugs or areas, several with commas
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,

    /// Where to write it, if not where the config says or beside dbt_project.yml
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Replace a baseline that is there
    #[arg(long)]
    force: bool,

    /// Print no summary
    #[arg(long, short)]
    quiet: bool,

    /// Pass over globs and selectors of the config that match nothing, as one that several projects share must
    #[arg(long)]
    allow_empty: bool,

    /// Threads to use; 0 is one per core
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=1024))]
    threads: u16,

    /// The date that rules take for today, instead of the clock's (UTC)
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = clock::parse)]
    today: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  dbt-steward baseline
  dbt-steward baseline --select undocumented-column --force
  dbt-steward check --update-baseline";

/// A baseline that is there already.
#[derive(Debug, Error, Diagnostic)]
#[error("{path}: there is a baseline already")]
#[diagnostic(help(
    "`dbt-steward check --update-baseline` takes out what is fixed, with `--allow-growth` it takes in what is new; \
     `dbt-steward baseline --force` records anew"
))]
struct AlreadyThere {
    path: String,
}

pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    lint::set_threads(arguments.threads);
    let target = std::env::var_os("DBT_TARGET_PATH");
    let discovered = discover::discover(&arguments.path, arguments.manifest.as_deref(), target)?;
    let wanted = Wanted {
        discovered: &discovered,
        input: &arguments.input,
        config: arguments.config.as_deref(),
        changes: config::Changes {
            preset: arguments.preset,
            select: &arguments.select,
            ignore: &arguments.ignore,
            fail_on: None,
            today: arguments.today.clone().unwrap_or_else(clock::today),
        },
        unmatched: Unmatched::allowed(arguments.allow_empty),
        base: None,
        baseline: BaselineUse::Record { given: arguments.baseline.as_deref() },
    };
    lint(wanted, |linted| {
        let path = &linted.baseline_path;
        if path.exists() && !arguments.force {
            return Err(AlreadyThere { path: shown(path) }.into());
        }
        let is_part = !arguments.select.is_empty() || !arguments.ignore.is_empty();
        record(&linted, path, is_part, arguments.quiet)?;
        std::mem::forget(linted.report);
        Ok(CLEAN)
    })
}

fn record(linted: &Linted<'_, '_>, path: &Path, is_part: bool, quiet: bool) -> miette::Result<()> {
    let file = if path.exists() { Some(baseline::open(path)) } else { None };
    // What is broken is replaced, unless a part of it is to stay.
    let file = if is_part { file.transpose()? } else { file.and_then(Result::ok) };
    let old = file.as_ref().map(Baseline::parse);
    let old = if is_part { old.transpose()? } else { old.and_then(Result::ok) };
    if let Some(old) = old.as_ref().filter(|_| is_part) {
        old.check_project(&linted.project.name)?;
    }
    let old = old.filter(|old| old.project == linted.project.name.as_str());
    let report = &linted.report;
    let ran = ran(report);
    let (kept, shares) = old.as_ref().map_or_else(Default::default, |old| left_alone(old, &ran));
    let mut atoms: BTreeSet<Atom<'_>> = kept;
    let others = atoms.len();
    atoms.extend(recordable(report));
    let shares = baseline::raised(&shares, &report.shares, &HashSet::new(), false);
    let text = baseline::write(&linted.project.name, &atoms, &shares);
    output::to_file(path, |out| out.write_all(text.as_bytes()))?;
    if !quiet {
        let findings = report.findings.iter().filter(|located| located.finding.atoms().any(is_recordable)).count();
        let mut lines = format!("{}: recorded {}", shown(path), counted(findings, "finding"));
        lines += &match shares.len() {
            0 => String::new(),
            count => format!(" and {}", counted(count, "share")),
        };
        lines += &match others {
            0 => String::new(),
            count => format!("; {} of rules that did not run stay", counted(count, "entry")),
        };
        // A closed stderr is no reason to fail.
        let _ = writeln!(io::stderr(), "{lines}\ncommit the file: `dbt-steward check` now reports only what is new");
    }
    Ok(())
}

/// What a baseline has of rules that did not run.
fn left_alone<'b>(old: &'b Baseline<'_>, ran: &HashSet<&'static str>) -> (BTreeSet<Atom<'b>>, Vec<Share>) {
    let entries = old.entries.iter().map(Entry::atom).filter(|atom| !ran.contains(atom.code));
    let shares = old.shares.iter().filter(|share| !ran.contains(share.code));
    (entries.collect(), shares.cloned().collect())
}
