//! `dbt-steward baseline`: records today's findings.

use std::collections::{BTreeSet, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::known::{is_recordable, ran, recordable};
use super::lint::{BaselineUse, Linted, Wanted, lint};
use super::project::ProjectArguments;
use super::{CLEAN, output};
use crate::baseline::{self, Baseline, Entry};
use crate::config;
use crate::findings::{Atom, Share};
use crate::paths::shown;
use crate::words::counted;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    project: ProjectArguments,

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
    let discovered = arguments.project.discover()?;
    let whole = arguments.project.wanted(&discovered);
    let wanted = Wanted {
        changes: config::Changes { select: &arguments.select, ignore: &arguments.ignore, ..whole.changes },
        baseline: BaselineUse::Record { given: arguments.baseline.as_deref() },
        ..whole
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
    // Under another name than a baseline's own, what is none is something else.
    let is_blank = file.as_ref().is_some_and(|file| file.text().trim().is_empty());
    let is_broken_one = is_blank || path.file_name().is_some_and(|name| name == baseline::FILE);
    let old = if is_part || !is_broken_one { old.transpose()? } else { old.and_then(Result::ok) };
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
