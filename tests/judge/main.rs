//! The project's files, read without dbt, against the manifest that dbt-core made of them.
//!
//! The manifests are those of `fixtures/`. With `DBT_STEWARD_FRESH_MANIFESTS` they are taken from that folder, into which
//! `tests/judge/run.sh` lets dbt write them anew.

mod adapters;
mod compare;
mod findings;
mod invocation;

use std::path::{Path, PathBuf};

use compare::{Comparison, compare};
use dbt_steward::files::Files;
use dbt_steward::input::manifest;
use dbt_steward::input::project_files::{self, Environment};
use dbt_steward::project::Project;

/// Fixtures that dbt-core parses.
const FIXTURES: [&str; 6] =
    ["shop", "spotless", "spans/transform", "no-exposures", "judge/library/transform", "judge/tramway"];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// dbt's manifest of a fixture.
fn manifest_of(name: &str) -> PathBuf {
    let folder = match std::env::var_os("DBT_STEWARD_FRESH_MANIFESTS") {
        Some(fresh) => PathBuf::from(fresh).join(name),
        None => fixture(name),
    };
    folder.join("target/manifest.json")
}

/// Gives `then` the project as its files tell it, and as dbt does.
fn both<T>(
    root: &Path,
    manifest_path: &Path,
    environment: Environment,
    then: impl FnOnce(Project<'_>, Project<'_>) -> T,
) -> T {
    let input = project_files::read(root, &Files::default(), environment);
    let (mut memory, mut of_dbt) = (manifest::Memory::default(), manifest::Memory::default());
    let ours = manifest::parse(Path::new("files"), &input.manifest, &mut memory).expect("the shape of a manifest");
    let theirs = manifest::read(manifest_path, &mut of_dbt)
        .unwrap_or_else(|error| panic!("{}: {error}", manifest_path.display()));
    for problem in &input.problems {
        println!("{}: {:?} {}", problem.path, problem.span, problem.message);
    }
    for name in &input.unresolved {
        println!("{}: nothing is called {} {}", name.unique_id, name.function, name.name);
    }
    then(Project::from(ours), Project::from(theirs))
}

fn print(name: &str, comparison: &Comparison) {
    for difference in &comparison.differences {
        println!("{difference}");
    }
    let Comparison { resources, properties, unknown, edges, wrong_edges, unknown_edges, differences, .. } = comparison;
    println!(
        "{name}: {resources} resources, {properties} properties ({unknown} unknown), {edges} edges ({wrong_edges} wrong, {unknown_edges} unknown), \
         {} differences",
        differences.len()
    );
}

#[test]
fn fixtures_are_read_as_dbt_reads_them() {
    let mut differ = Vec::new();
    for name in FIXTURES {
        let root = fixture(name);
        let comparison =
            both(&root, &manifest_of(name), invocation::of_fixture(&root), |ours, theirs| compare(&ours, &theirs));
        print(name, &comparison);
        if !comparison.differences.is_empty() {
            differ.push(name);
        }
    }
    assert_eq!(differ, [""; 0]);
}

#[test]
fn fixtures_have_the_same_findings_from_both() {
    for name in FIXTURES {
        let root = fixture(name);
        let (unknown, ours, theirs) =
            both(&root, &manifest_of(name), invocation::of_fixture(&root), |mut ours, theirs| {
                // Files do not say which dbt runs, and advice is for the oldest that may.
                ours.dbt_version = theirs.dbt_version.to_string().into();
                (findings::with_unknowns(&ours), findings::of(&root, ours), findings::of(&root, theirs))
            });
        findings::assert_equal(name, &unknown, &ours, &theirs);
    }
}

/// A tool for trying other projects: `JUDGE_ROOT` is the project, with dbt's manifest in `target/`.
#[test]
fn a_project_at_hand_is_read_as_dbt_reads_it() {
    let Ok(root) = std::env::var("JUDGE_ROOT") else { return };
    let root = Path::new(&root);
    let manifest = root.join("target/manifest.json");
    let comparison = both(root, &manifest, invocation::of_project(), |ours, theirs| compare(&ours, &theirs));
    for (reason, count) in &comparison.reasons {
        println!("unknown {count} times, {reason}");
    }
    print("the project", &comparison);
}
