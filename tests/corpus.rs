//! Real manifests, with counts that an independent script took from their JSON.

use std::path::{Path, PathBuf};

use dbt_steward::graph::Graph;
use dbt_steward::input::manifest;
use dbt_steward::project::{Counts, Project, ResourceType};
use serde_json::Value;

/// The corpus lies beside the repository. Set `DBT_STEWARD_REQUIRE_CORPUS=1` to fail where it is missing.
fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("DBT_STEWARD_REQUIRE_CORPUS").is_none(), "{} is missing", folder.display());
    eprintln!("skipped: {} is not there", folder.display());
    None
}

fn expected(folder: &Path) -> serde_json::Map<String, Value> {
    let text = std::fs::read_to_string(folder.join("expected.json")).expect("expected.json is readable");
    serde_json::from_str(&text).expect("expected.json is an object")
}

#[test]
fn counts_are_those_of_the_independent_script() {
    let Some(folder) = corpus() else { return };
    for (file, wanted) in expected(&folder) {
        if file == "jaffle_v1.json" {
            continue;
        }
        let path = folder.join(&file);
        let bytes = std::fs::read(&path).expect("the manifest is readable");
        let facts = manifest::read(&path, &bytes).unwrap_or_else(|error| panic!("{error}"));
        let project = Project::from(facts);
        let counts = serde_json::to_value(Counts::of(&project)).expect("counts are plain numbers");
        for (key, count) in counts.as_object().expect("counts are an object") {
            assert_eq!(count, &wanted[key], "{file}: {key}");
        }
        let graph = Graph::new(&project);
        let models = || project.own(ResourceType::Model);
        assert_eq!(wanted["project"].as_str(), Some(project.name.as_str()), "{file}");
        let feeding = models().filter(|(id, _)| graph.feeds_exposure(*id)).count();
        assert_eq!(Some(feeding as u64), wanted["models_feeding_exposures"].as_u64(), "{file}: feeding exposures");
        let unused = models()
            .filter(|(id, model)| !project.is_time_spine(model) && graph.consumers(*id).next().is_none())
            .count();
        assert_eq!(Some(unused as u64), wanted["models_without_consumer"].as_u64(), "{file}: without consumer");
    }
}
