//! Real manifests, with counts that an independent script took from their JSON.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use dbt_steward::graph::Graph;
use dbt_steward::input::manifest;
use dbt_steward::project::{Layers, Project, ResourceType};
use serde_json::{Map, Value};
use support::needs::corpus;

/// Rules whose number of findings is a number in `expected.json`, run together as far as none speaks for another: where one
/// does, the other keeps silent.
const RULES: [&[(&str, &str)]; 2] = [
    &[
        ("DOC001", "models_without_description"),
        ("DOC003", "source_tables_without_description"),
        ("OWN003", "exposures_without_owner_email"),
        ("DAG001", "models_without_parent"),
        ("DAG003", "models_joining_model_and_source"),
    ],
    &[("SRC004", "source_tables_without_consumer"), ("DAG004", "models_with_several_sources")],
];

/// What rules leave alone and the script counts. Macros that look relations up have the names of three sources of GitLab's
/// in quotes (`gitlab_dotcom`, `snapshots`, `zoominfo`). One of its models, and three of MIT's, are unions of two source tables.
const LEFT_ALONE: [(&str, &str, u64); 3] =
    [("gitlab.json", "SRC004", 7), ("gitlab.json", "DAG004", 1), ("mitodl.json", "DAG004", 3)];

/// Each manifest of the corpus with its counts; the one that is too old for dbt-steward left out.
fn manifests(folder: &Path) -> Vec<(PathBuf, Map<String, Value>)> {
    let text = std::fs::read_to_string(folder.join("expected.json")).expect("expected.json is readable");
    let expected: Map<String, Value> = serde_json::from_str(&text).expect("expected.json is an object");
    let wanted = expected.into_iter().filter(|(file, _)| file != "jaffle_v1.json");
    wanted
        .map(|(file, counts)| (folder.join(file), counts.as_object().expect("counts are an object").clone()))
        .collect()
}

/// What `check --format json` prints. Where a manifest has nothing for the rules to look at, none found is what is wanted.
fn check(manifest: &Path, arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_dbt-steward"))
        .args(["check", "--format", "json", "--exit-zero", "--allow-empty", "--today", "2026-01-01"])
        .arg(manifest)
        .args(arguments)
        .output()
        .expect("the binary starts");
    assert!(output.status.success(), "{}: {}", manifest.display(), String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the output is JSON")
}

fn findings_of<'o>(output: &'o Value, code: &'o str) -> impl Iterator<Item = &'o Value> {
    let findings = output["findings"].as_array().expect("findings are a list");
    findings.iter().filter(move |finding| finding["code"] == code)
}

/// How many tables a finding about a source is about; 1 for any other.
fn stood_for(finding: &Value) -> u64 {
    let message = finding["message"].as_str().unwrap_or_default();
    let counted = message.strip_prefix("nothing reads any of the ").or_else(|| message.strip_prefix("nothing reads "));
    counted.and_then(|rest| rest.split(' ').next()?.parse().ok()).unwrap_or(1)
}

#[test]
fn counts_and_findings_are_those_of_the_independent_script() {
    let Some(folder) = corpus() else { return };
    for (path, wanted) in manifests(&folder) {
        for (number, rules) in RULES.into_iter().enumerate() {
            let select = rules.iter().map(|(code, _)| *code).collect::<Vec<_>>().join(",");
            let output = check(&path, &["--select", &select]);
            if number == 0 {
                counts_are(&path, &output, &wanted);
            }
            for (code, key) in rules {
                let found: u64 = findings_of(&output, code).map(stood_for).sum();
                let left_alone = LEFT_ALONE.iter().find(|(file, rule, _)| code == rule && path.ends_with(file));
                let wanted = wanted[*key].as_u64().expect("a count") - left_alone.map_or(0, |(.., count)| *count);
                assert_eq!(found, wanted, "{}: {code}", path.display());
            }
        }
    }
}

fn counts_are(path: &Path, output: &Value, wanted: &Map<String, Value>) {
    let counts = output["summary"]["counts"].as_object().expect("counts are an object");
    // The script does not count what is disabled.
    let counts = counts.iter().filter(|(key, _)| *key != "disabled_models");
    assert_eq!(counts.clone().count(), 13, "a count that expected.json does not have");
    for (key, count) in counts {
        assert_eq!(count, &wanted[key], "{}: {key}", path.display());
    }
}

#[test]
fn graph_agrees_with_the_independent_script() {
    let Some(folder) = corpus() else { return };
    for (path, wanted) in manifests(&folder) {
        let mut memory = manifest::Memory::default();
        let project = Project::from(manifest::read(&path, &mut memory).unwrap_or_else(|error| panic!("{error}")));
        let graph = Graph::new(&project);
        let shown = path.display();
        assert_eq!(wanted["project"].as_str(), Some(project.name.as_str()), "{shown}");
        let models = || project.own(ResourceType::Model);
        let feeding = models().filter(|(id, _)| graph.feeds_exposure(*id)).count() as u64;
        assert_eq!(Some(feeding), wanted["models_feeding_exposures"].as_u64(), "{shown}");
        let unread: Vec<_> = models()
            .filter(|(id, model)| !project.is_time_spine(model) && graph.consumers(*id).next().is_none())
            .map(|(_, model)| model)
            .collect();
        assert_eq!(Some(unread.len() as u64), wanted["models_without_consumer"].as_u64(), "{shown}");
        let unread_tables =
            project.own(ResourceType::Source).filter(|(id, _)| graph.consumers(*id).next().is_none()).count() as u64;
        assert_eq!(Some(unread_tables), wanted["source_tables_without_consumer"].as_u64(), "{shown}");
        let sources = |id| graph.parents(id).filter(|id| project.get(*id).kind == ResourceType::Source).count();
        let several = models().filter(|(id, _)| sources(*id) > 1).count() as u64;
        assert_eq!(Some(several), wanted["models_with_several_sources"].as_u64(), "{shown}");
        // A mart or a report that no model reads is no dead end: that is what it is for.
        let layers = Layers::default();
        let dead_ends = unread.iter().filter(|model| !layers.of(model).is_served()).count();
        let found = findings_of(&check(&path, &["--select", "DAG002"]), "DAG002").count();
        assert_eq!(found, dead_ends, "{shown}: DAG002");
    }
}

#[test]
fn plain_and_parallel_parse_agree() {
    let Some(folder) = corpus() else { return };
    for (path, _) in manifests(&folder) {
        let bytes = std::fs::read(&path).expect("the manifest is readable");
        let text = std::str::from_utf8(&bytes).expect("the manifest is UTF-8");
        let plain = manifest::plain(&path, text).unwrap_or_else(|error| panic!("{error}"));
        let mut copies = manifest::Copies::default();
        let parallel = manifest::parallel(&path, &bytes[..], bytes.len() as u64, &mut copies);
        let parallel = parallel.expect("nothing in it is odd");
        let (plain, parallel) = (Project::from(plain), Project::from(parallel));
        assert_eq!(format!("{:?}", plain.resources), format!("{:?}", parallel.resources), "{}", path.display());
        assert_eq!(format!("{:?}", plain.disabled), format!("{:?}", parallel.disabled), "{}", path.display());
    }
}

#[test]
fn a_manifest_older_than_dbt_1_gets_one_clear_error() {
    let Some(folder) = corpus() else { return };
    // By its name alone: where the message wraps depends on how long the path is.
    let mut command = Command::new(env!("CARGO_BIN_EXE_dbt-steward"));
    let output = command.args(["check", "jaffle_v1.json"]).current_dir(folder).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("manifest schema v1 (dbt 0.19.1) is older"), "{message}");
}
