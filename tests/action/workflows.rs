//! The workflows: what actionlint does not look at.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regex::Regex;
use serde_json::Value;

use super::metadata::read;

/// Workflows by file name.
type Workflows = BTreeMap<String, Value>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn workflows() -> Workflows {
    let folder = std::fs::read_dir(root().join(".github/workflows")).expect("there are workflows");
    let names = folder.map(|entry| entry.expect("it can be read").file_name().into_string().expect("it is text"));
    names.map(|name| (name.clone(), yaml(&read(&format!(".github/workflows/{name}"))))).collect()
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).expect("a workflow is YAML")
}

/// The `concurrency` groups of a workflow that is started under this name, as GitHub compares them: without case.
fn groups(workflow: &Value, name: &Value) -> BTreeSet<String> {
    let own = [workflow].into_iter();
    let all = own.chain(workflow["jobs"].as_object().into_iter().flat_map(|jobs| jobs.values()));
    let group = |value: &Value| {
        let concurrency = &value["concurrency"];
        concurrency["group"].as_str().or(concurrency.as_str()).map(str::to_owned)
    };
    let of_workflow = Regex::new(r"\$\{\{ *github\.workflow *\}\}").expect("the pattern is valid");
    let name = name.as_str().expect("a workflow has a name");
    all.filter_map(group).map(|group| of_workflow.replace_all(&group, name).to_lowercase()).collect()
}

/// The groups that a workflow shares with one that it calls. Each waits for the other, or cancels it.
fn shared_groups(workflows: &Workflows) -> Vec<String> {
    let mut shared = Vec::new();
    for (caller, workflow) in workflows {
        let jobs = workflow["jobs"].as_object().expect("a workflow has jobs").values();
        let called = jobs.filter_map(|job| job["uses"].as_str()?.strip_prefix("./.github/workflows/"));
        for called in called {
            // `github.workflow` is the caller's name in what it calls, too.
            let theirs = groups(&workflows[called], &workflow["name"]);
            let both = groups(workflow, &workflow["name"]).intersection(&theirs).cloned().collect::<Vec<_>>();
            shared.extend(both.into_iter().map(|group| format!("{caller} and {called}: {group}")));
        }
    }
    shared
}

#[test]
fn no_workflow_waits_for_its_own_caller() {
    let workflows = workflows();
    assert!(
        read(".github/workflows/release.yml").contains("uses: ./.github/workflows/ci.yml"),
        "there is one to look at"
    );
    assert_eq!(shared_groups(&workflows), [""; 0]);

    // This is how it was once.
    let caller = "name: Release\nconcurrency: { group: 'release-${{ github.ref }}' }\n\
                  jobs: { ci: { uses: ./.github/workflows/ci.yml } }";
    let called = "name: CI\nconcurrency: { group: '${{ github.workflow }}-${{ github.ref }}' }\njobs: {}";
    let workflows = [("release.yml", caller), ("ci.yml", called)];
    let workflows = workflows.map(|(name, text)| (name.to_owned(), yaml(text))).into_iter().collect();
    assert_eq!(shared_groups(&workflows), ["release.yml and ci.yml: release-${{ github.ref }}"]);
}

/// A first release is refused by the crates' registry alone, and nothing else may be out by then; and who sees a release
/// on GitHub finds everything.
#[test]
fn a_release_is_published_step_by_step() {
    let release = &workflows()["release.yml"];
    for (job, before) in [("crate", "assemble"), ("python", "crate"), ("github", "python")] {
        assert_eq!(release["jobs"][job]["needs"], serde_json::json!([before]), "{job}");
    }
    for before in ["ci", "wheel", "sdist"] {
        assert!(release["jobs"]["assemble"]["needs"].as_array().unwrap().contains(&before.into()), "{before}");
    }
}

/// Tests name what they miss and go on; where everything has to be there, that is a failure.
#[test]
fn nothing_is_left_out_in_silence_where_all_is_tested() {
    let variable = Regex::new(r"DBT_STEWARD_REQUIRE_[A-Z]+").expect("the pattern is valid");
    let mut variables = BTreeSet::new();
    for text in files_in(&root().join("tests")).iter().filter_map(|file| std::fs::read_to_string(file).ok()) {
        variables.extend(variable.find_iter(&text).map(|found| found.as_str().to_owned()));
    }
    let wanted = ["BROWSER", "CORPUS", "DBT", "PACKAGING", "SHELL"].map(|name| format!("DBT_STEWARD_REQUIRE_{name}"));
    assert_eq!(variables.iter().collect::<Vec<_>>(), wanted.iter().collect::<Vec<_>>());
    for name in variables {
        assert!(read(".ci/run").contains(&format!("{name}=1")), ".ci/run does not set {name}");
        // The corpus lies in no repository.
        let is_set =
            [format!("{name}: 1"), format!("{name}=1")].iter().any(|it| read(".github/workflows/ci.yml").contains(it));
        assert_eq!(is_set, !name.ends_with("CORPUS"), "ci.yml and {name}");
    }
}

fn files_in(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("it is a folder").map(|entry| entry.expect("it can be read").path());
    entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}
