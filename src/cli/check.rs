//! `dbt-steward check`: lint, print, and say by the exit code how it went.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::base::Former;
use super::changed::{self, Changed};
use super::destination::{self, Destination, DestinationParser};
use super::empty::EmptyRun;
use super::known::{self, NoBaseline, Update};
use super::lint::{self, BaselineUse, Linted, Wanted, lint};
use super::targets::{self, Target};
use super::terminal::{self, Color};
use super::{CLEAN, FINDINGS, input, output};
use crate::clock;
use crate::config::{self, FailOn, Preset, Unmatched};
use crate::findings::{Atom, Report};
use crate::report::{self, Format, Style, SummaryStyle};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// A dbt project's folder, a manifest file of any name, or files and folders within dbt projects: then only what is
    /// about them is reported
    #[arg(default_value = ".", value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,

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

    #[command(flatten)]
    pub(super) changed: Changed,

    /// Exit with 1 if there is a finding of this severity or above; unless this or the config says otherwise error, and
    /// warning where only a change is looked at
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

    /// Have `sarif` list suppressed findings too, with what suppresses them; GitHub would show them as open
    #[arg(long)]
    show_suppressed: bool,

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

    /// Threads to use; 0 is one per core, and more than 64 are started only where there are as many cores
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
  dbt-steward check models/marts/fct_orders.sql models/marts/_marts__models.yml
  dbt-steward check models/marts
  dbt-steward check --since origin/main
  dbt-steward check --format json --output-file findings.json
  dbt-steward check --format sarif=findings.sarif --format github
  dbt-steward check --fail-on new-error
  dbt-steward check --update-baseline";

impl Arguments {
    /// What becomes of the baseline.
    fn update(&self) -> Update {
        match (self.update_baseline, self.allow_growth) {
            (false, _) => Update::No,
            (true, false) => Update::Shrink,
            (true, true) => Update::Grow,
        }
    }
}

/// How a run over one project went.
struct Run {
    report: Report,
    fails: bool,
    /// The closing lines on stderr.
    summary: String,
    /// Why there was nothing to look at, if so.
    empty: Option<EmptyRun>,
}

pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let destinations = destination::resolve(&arguments.format, arguments.output_file.as_deref())?;
    lint::set_threads(arguments.threads)?;
    let allow_empty = arguments.changed.allow_empty || arguments.changed.allow_other_files;
    let targets = targets::find(&arguments.paths, arguments.manifest.as_deref(), allow_empty)?;
    arguments.changed.check(&targets)?;
    let outputs: Vec<&Path> = destinations.iter().filter_map(|destination| destination.file.as_deref()).collect();
    let mut runs: Vec<Run> =
        targets.projects.iter().map(|target| check(arguments, target, &outputs)).collect::<Result<_, _>>()?;
    let is_empty = !allow_empty && runs.iter().all(|run| run.empty.is_some());
    if let Some(reason) = runs.iter_mut().find_map(|run| run.empty.take()).filter(|_| is_empty) {
        return Err(reason.into());
    }
    let fails = runs.iter().any(|run| run.fails);
    let stray = changed::stray(&targets.stray);
    let summaries: String = stray.into_iter().chain(runs.iter().map(|run| run.summary.clone())).collect();
    let report = Report::of_all(runs.into_iter().map(|run| run.report));
    print(arguments, &destinations, &report)?;
    if !arguments.quiet {
        // A closed stderr is no reason to fail.
        let _ = io::stderr().write_all(summaries.as_bytes());
    }
    std::mem::forget(report);
    Ok(if fails { FINDINGS } else { CLEAN })
}

/// Lints one project, or one manifest, and leaves what the arguments ask for.
fn check(arguments: &Arguments, target: &Target, outputs: &[&Path]) -> miette::Result<Run> {
    let start = Instant::now();
    if let Some(option) = arguments.changed.limiting(target).filter(|_| arguments.update() == Update::Grow) {
        return Err(NoBaseline::Growth { option }.into());
    }
    let limit = arguments.changed.limit(target)?;
    let base = arguments.changed.base(target, &limit)?;
    let input = match &base {
        Some(base) => base.settings(&arguments.input)?,
        None => arguments.input.clone(),
    };
    let wanted = Wanted {
        discovered: &target.discovered,
        input: &input,
        config: arguments.config.as_deref(),
        changes: config::Changes {
            preset: arguments.preset,
            select: &arguments.select,
            ignore: &arguments.ignore,
            fail_on: arguments.fail_on,
            today: arguments.today.clone().unwrap_or_else(clock::today),
        },
        unmatched: Unmatched::allowed(arguments.changed.allow_empty),
        base: base.as_ref(),
        baseline: match arguments.no_baseline {
            true => BaselineUse::Without,
            false => BaselineUse::Compare { given: arguments.baseline.as_deref(), records: arguments.update_baseline },
        },
        outputs,
    };
    lint(wanted, |mut linted| {
        let empty = is_empty(arguments, target, &linted);
        let subtracts_base = linted.base.is_some() && !arguments.changed.downstream;
        known::can_tell_news(&linted, subtracts_base)?;
        // Before anything else is left out, so that only what is fixed is taken for it.
        let mut known = known::hold_against_baseline(&mut linted, arguments.update())?;
        let former = linted.base.map(Former::new);
        if let Some(former) = former.as_ref().filter(|_| subtracts_base) {
            former.leave_out_incomparable(&mut linted.report);
            former.subtract(&mut linted.report);
            linted.tell_apart();
        }
        let elsewhere = former.as_ref().filter(|_| arguments.changed.downstream);
        let is_new = |atom: Atom<'_>| elsewhere.is_some_and(|former| former.shows_as_new(atom));
        let has_resources = limit.apply(&mut linted, &mut known, is_new);
        // Freeing a hundred thousand findings takes noticeable time, and the process is about to end.
        std::mem::forget(known);
        let empty = empty.or_else(|| EmptyRun::of_files(target, has_resources));
        let summary = summary(arguments, &linted, start);
        let fail_on = linted.resolved.fail_on.unwrap_or_else(|| arguments.changed.fail_on(target));
        let report = &linted.report;
        let worst = if fail_on.is_about_news() { report.worst_news() } else { report.worst() };
        let is_reached = fail_on.is_reached(worst);
        let fails = !arguments.exit_zero && is_reached;
        // What was found in spite of it says more.
        let empty = empty.filter(|_| !is_reached);
        Ok(Run { report: linted.report, fails, summary, empty })
    })
}

/// Why there is nothing to look at, if so. The first commit of a project may have nothing but its settings.
fn is_empty(arguments: &Arguments, target: &Target, linted: &Linted<'_, '_>) -> Option<EmptyRun> {
    let settings = target.discovered.project.as_ref().map(|project| &project.settings);
    let model_paths = settings.and_then(|settings| settings.model_paths.as_deref());
    let of_project = || EmptyRun::of_project(linted.project, model_paths, linted.locator.project_root());
    let of_rules = || EmptyRun::of_rules(&linted.report, linted.resolved.is_selective);
    (!arguments.changed.staged).then(of_project).flatten().or_else(of_rules)
}

fn summary(arguments: &Arguments, linted: &Linted<'_, '_>, start: Instant) -> String {
    let style = SummaryStyle {
        verbose: arguments.verbose,
        input: &linted.choice.in_words(),
        left_out: linted.project.left_out(),
        unknown: &input::unknown(linted.project),
        unmatched: &linted.resolved.unmatched,
        named: &linted.resolved.named,
        files: &linted.files(),
        elapsed: start.elapsed(),
    };
    report::summary(&linted.report, &style) + &first_steps(arguments, linted)
}

/// What helps whoever sees the findings of a large project for the first time; empty where there are few, or they are told
/// apart already.
fn first_steps(arguments: &Arguments, linted: &Linted<'_, '_>) -> String {
    /// More than anybody reads one by one.
    const MANY: usize = 200;
    let count = linted.report.findings.len();
    let is_narrowed = linted.baseline.is_some() || linted.base.is_some() || linted.report.limit.is_some();
    let is_chosen = arguments.statistics || arguments.no_baseline || arguments.max_findings.is_some();
    if count <= MANY || is_narrowed || is_chosen {
        return String::new();
    }
    format!(
        "{count} findings are many to begin with: --statistics counts them by rule, `dbt-steward audit` says what to do \
         first, `dbt-steward baseline` records them, so that only new ones are reported\n"
    )
}

fn print(arguments: &Arguments, destinations: &[Destination], report: &Report) -> miette::Result<()> {
    for destination in destination::files_first(destinations) {
        let color = match destination.file {
            Some(_) => arguments.color == Color::Always,
            None => arguments.color.applies_to(&io::stdout()),
        };
        let style = Style {
            color,
            width: terminal::width(),
            max_findings: arguments.max_findings,
            show_suppressed: arguments.show_suppressed,
        };
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
