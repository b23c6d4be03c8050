//! The project's files, read without dbt, against the manifest that dbt-core made of them.

mod compare;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use compare::{Comparison, compare};
use dbt_steward::files::Files;
use dbt_steward::input::manifest;
use dbt_steward::input::project_files::{self, Environment};
use dbt_steward::project::Project;

fn compared(root: &Path, manifest_path: &Path) -> Comparison {
    let environment = Environment { variables: std::env::vars().collect::<BTreeMap<_, _>>(), ..Environment::default() };
    let files = Files::default();
    let input = project_files::read(root, &files, environment);
    let ours =
        Project::from(manifest::read(Path::new("files"), input.manifest.as_bytes()).expect("the shape of a manifest"));
    let bytes = std::fs::read(manifest_path).expect("a manifest");
    let theirs = Project::from(manifest::read(manifest_path, &bytes).expect("dbt's own manifest"));
    for problem in &input.problems {
        eprintln!("{}: {:?} {}", problem.path, problem.span, problem.message);
    }
    for name in &input.unresolved {
        eprintln!("{}: {} {}", name.unique_id, name.function, name.name);
    }
    compare(&ours, &theirs)
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

#[test]
fn fixtures_are_read_as_dbt_reads_them() {
    let mut differ = 0;
    for name in ["shop", "spotless", "spans/transform", "no-exposures"] {
        let root = fixture(name);
        let comparison = compared(&root, &root.join("target/manifest.json"));
        for difference in &comparison.differences {
            println!("{difference}");
        }
        println!(
            "{name}: {} resources, {} properties, {} edges",
            comparison.resources, comparison.properties, comparison.edges
        );
        differ += comparison.differences.len();
    }
    assert_eq!(differ, 0);
}

/// A tool for trying other projects: `JUDGE_ROOT` is the project, with dbt's manifest in `target/`.
#[test]
fn a_project_at_hand_is_read_as_dbt_reads_it() {
    let Ok(root) = std::env::var("JUDGE_ROOT") else { return };
    let root = Path::new(&root);
    let comparison = compared(root, &root.join("target/manifest.json"));
    for difference in &comparison.differences {
        println!("{difference}");
    }
    println!(
        "{} resources, {} properties ({} unknown), {} edges ({} wrong), {} differences",
        comparison.resources,
        comparison.properties,
        comparison.unknown,
        comparison.edges,
        comparison.wrong_edges,
        comparison.differences.len()
    );
}
