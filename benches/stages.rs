//! `cargo bench`: what each stage of `dbt-steward check` costs, apart and together, and the ratio of the whole to a plain
//! parse of the same file. docs/performance.md says how to read it and which environment variables it takes.

mod generate;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use dbt_steward::config::{self, Changes, Config, Resolved, Unmatched};
use dbt_steward::findings::Report;
use dbt_steward::graph::Graph;
use dbt_steward::input::bytes::{self, ReadError};
use dbt_steward::input::manifest::{self, Copies, Memory};
use dbt_steward::linter;
use dbt_steward::locate::Locator;
use dbt_steward::project::{Facts, Project};
use dbt_steward::report::{self, Format, Style};
use dbt_steward::rules;
use divan::Bencher;

/// The manifest that is copied, and the numbers of models: `DBT_STEWARD_BENCH_MODELS=1000,10000,100000`.
const SEED: &str = "DBT_STEWARD_BENCH_SEED";
const MODELS: &str = "DBT_STEWARD_BENCH_MODELS";

/// Pairs of runs behind a ratio.
const PAIRS: usize = 11;

/// The argument that makes this program do one thing once, in a process of its own.
const ONCE: &str = "--once";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [ONCE, "plain", path] => once_plain(Path::new(path)),
        [ONCE, "whole", path] => whole(Path::new(path), &config(), || std::process::exit(0)),
        arguments => {
            divan::main();
            // Without it, as in `cargo test --benches`, everything runs once to see whether it works.
            if arguments.contains(&"--bench") {
                sizes().into_iter().for_each(print_ratio);
            }
        }
    }
}

fn sizes() -> Vec<usize> {
    let listed = std::env::var(MODELS).unwrap_or_else(|_| "1000".to_owned());
    listed.split(',').map(|size| size.trim().parse().expect("a number of models")).collect()
}

/// One size of project, in every state it passes through. Lives as long as the process, as it does in the linter.
struct Case {
    path: PathBuf,
    config: Config,
    project: Project<'static>,
    graph: Graph,
}

fn case(models: usize) -> &'static Case {
    static CASES: LazyLock<Mutex<BTreeMap<usize, &'static Case>>> = LazyLock::new(Mutex::default);
    let mut cases = CASES.lock().expect("nothing panicked");
    cases.entry(models).or_insert_with(|| Box::leak(Box::new(Case::new(models))))
}

impl Case {
    fn new(models: usize) -> Self {
        let path = write_manifest(models).expect("a generated manifest");
        let memory: &'static mut Memory = Box::leak(Box::default());
        let project = Project::from(manifest::read(&path, memory).expect("a generated manifest can be read"));
        let graph = Graph::new(&project);
        Self { path, config: config(), project, graph }
    }

    fn resolve(&self) -> Resolved {
        resolve(&self.config, &self.project)
    }

    fn lint(&self) -> Report {
        let resolved = self.resolve();
        let locator = Locator::new(&self.project, None, Arc::default());
        linter::lint(&self.project, &resolved.settings, &resolved.instances, &locator)
    }
}

fn write_manifest(models: usize) -> io::Result<PathBuf> {
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/shop/target/manifest.json");
    let seed = std::env::var(SEED).unwrap_or_else(|_| fixture.to_owned());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("manifest-{models}.json"));
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    generate::generate(&std::fs::read_to_string(seed)?, models, &mut out)?;
    out.flush()?;
    Ok(path)
}

fn config() -> Config {
    let changes = Changes { preset: None, select: &[], ignore: &[], fail_on: None, today: "2026-01-31".to_owned() };
    config::load(None, changes).expect("the defaults")
}

fn resolve(config: &Config, project: &Project<'_>) -> Resolved {
    config.resolve(project, None, Unmatched::Refused).expect("the defaults fit every project")
}

fn plain<'a>(path: &Path, bytes: &'a [u8]) -> Facts<'a> {
    let text = std::str::from_utf8(bytes).expect("generated manifests are UTF-8");
    manifest::plain(path, text).expect("a generated manifest can be read")
}

fn print(report: &Report, out: &mut dyn Write) {
    let style = Style { color: false, width: 100, max_findings: None, show_suppressed: false };
    report::write(report, Format::Concise, style, out).expect("writing into memory or a file of our own");
}

/// What `check MANIFEST --format concise --output-file FILE --quiet` does. `end` comes before anything is freed, which
/// the command leaves to the operating system.
fn whole<T>(path: &Path, config: &Config, end: impl FnOnce() -> T) -> T {
    let mut memory = Memory::default();
    let mut project = Project::from(manifest::read(path, &mut memory).expect("it can be read"));
    let locator = Locator::new(&project, None, Arc::default());
    project.unreadable = locator.unreadable(&project);
    locator.read_versions(&mut project);
    let resolved = resolve(config, &project);
    let report = linter::lint(&project, &resolved.settings, &resolved.instances, &locator);
    let mut out = BufWriter::new(File::create(path.with_extension("findings")).expect("a folder to write into"));
    print(&report, &mut out);
    out.flush().expect("a folder to write into");
    end()
}

/// What the whole is measured against.
fn once_plain(path: &Path) {
    let bytes = std::fs::read(path).expect("it was written");
    let facts = plain(path, &bytes);
    assert!(!facts.resources.is_empty());
    std::process::exit(0);
}

/// Runs both ways in turns, so that whatever else the machine does befalls both, and each in a process of its own, so
/// that neither finds memory that the other has left behind.
fn print_ratio(models: usize) {
    let path = write_manifest(models).expect("a generated manifest");
    let (mut plains, mut wholes) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        plains.push(timed("plain", &path));
        wholes.push(timed("whole", &path));
    }
    let megabytes = path.metadata().map_or(0, |metadata| metadata.len()) as f64 / 1e6;
    println!("\n{models} models, {megabytes:.1} MB, {PAIRS} runs of each in turns");
    println!("  {:>12} {:>12} {:>12}", "", "best", "median");
    let [plain, whole] = [best_and_median(plains), best_and_median(wholes)];
    let milliseconds = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
    for (name, (best, median)) in [("plain parse", plain), ("whole", whole)] {
        println!("  {name:>12} {:>12} {:>12}", milliseconds(best), milliseconds(median));
    }
    let ratio = |whole: Duration, plain: Duration| whole.as_secs_f64() / plain.as_secs_f64();
    println!("  {:>12} {:>12.2} {:>12.2}", "whole/plain", ratio(whole.0, plain.0), ratio(whole.1, plain.1));
}

/// The time that a process takes from start to end.
fn timed(way: &str, path: &Path) -> Duration {
    let program = std::env::current_exe().expect("the program that is running");
    let start = Instant::now();
    let status = Command::new(program).args([ONCE, way]).arg(path).status().expect("it starts");
    assert!(status.success(), "{way} failed");
    start.elapsed()
}

fn best_and_median(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[0], times[times.len() / 2])
}

/// Apart: each stage from what the stage before it left.
#[divan::bench_group(max_time = 2)]
mod apart {
    use super::*;

    fn read(path: &Path) -> Vec<u8> {
        bytes::read(path, |_| Ok::<(), ReadError>(())).expect("it was written")
    }

    #[divan::bench(args = sizes())]
    fn a_read(bencher: Bencher<'_, '_>, models: usize) {
        let case = case(models);
        bencher.bench(|| read(&case.path));
    }

    #[divan::bench(args = sizes())]
    fn b_parse_plain(bencher: Bencher<'_, '_>, models: usize) {
        let case = case(models);
        let bytes = read(&case.path);
        bencher.bench(|| plain(&case.path, &bytes));
    }

    #[divan::bench(args = sizes())]
    fn c_parse_parallel(bencher: Bencher<'_, '_>, models: usize) {
        let case = case(models);
        let bytes = read(&case.path);
        bencher.bench(|| {
            let mut copies = Copies::default();
            let facts = manifest::parallel(&case.path, &bytes[..], bytes.len() as u64, &mut copies);
            facts.expect("the fast way fits it").resources.len()
        });
    }

    #[divan::bench(args = sizes())]
    fn d_project(bencher: Bencher<'_, '_>, models: usize) {
        let case = case(models);
        let bytes = read(&case.path);
        bencher.with_inputs(|| plain(&case.path, &bytes)).bench_values(Project::from);
    }

    #[divan::bench(args = sizes())]
    fn e_graph(bencher: Bencher<'_, '_>, models: usize) {
        let case = case(models);
        bencher.bench(|| Graph::new(&case.project));
    }

    #[divan::bench(args = sizes())]
    fn f_rules(bencher: Bencher<'_, '_>, models: usize) {
        let case = case(models);
        let resolved = case.resolve();
        bencher.bench(|| rules::run(&case.project, &case.graph, &resolved.settings, &resolved.instances));
    }

    /// The graph, the rules, and every finding at its place, in order.
    #[divan::bench(args = sizes())]
    fn g_lint(bencher: Bencher<'_, '_>, models: usize) {
        let case = case(models);
        bencher.bench(|| case.lint());
    }

    #[divan::bench(args = sizes())]
    fn h_report_concise(bencher: Bencher<'_, '_>, models: usize) {
        let report = case(models).lint();
        bencher.bench(|| {
            let mut out = Vec::new();
            print(&report, &mut out);
            out
        });
    }
}

/// Together: from the file to the findings in a file, and the parse it is measured against.
#[divan::bench_group(max_time = 2)]
mod together {
    use super::*;

    #[divan::bench(args = sizes())]
    fn plain_parse(bencher: Bencher<'_, '_>, models: usize) {
        let case = case(models);
        bencher.bench(|| {
            let bytes = std::fs::read(&case.path).expect("it was written");
            plain(&case.path, &bytes).resources.len()
        });
    }

    #[divan::bench(args = sizes())]
    fn parallel_parse(bencher: Bencher<'_, '_>, models: usize) {
        let case = case(models);
        bencher.bench(|| manifest::read(&case.path, &mut Memory::default()).expect("it can be read").resources.len());
    }

    #[divan::bench(args = sizes())]
    fn whole(bencher: Bencher<'_, '_>, models: usize) {
        let case = case(models);
        bencher.bench(|| super::whole(&case.path, &case.config, || ()));
    }
}
