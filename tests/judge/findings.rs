//! What the rules find in a project, for comparing what they find in another reading of it.

use std::sync::Arc;

use std::path::Path;

use dbt_steward::config::{self, Changes, Preset, Unmatched};
use dbt_steward::discover;
use dbt_steward::linter;
use dbt_steward::locate::Locator;
use dbt_steward::project::Project;
use dbt_steward::report::{self, Format, Style};
use serde_json::Value;

/// Every finding of the strict preset at its place, as `check --format json` prints it.
pub fn of(root: &Path, mut project: Project<'_>) -> Vec<Value> {
    // Any file stands in for the manifest: the project is read already.
    let manifest = root.join(discover::PROJECT_FILE);
    let found = discover::discover(root, Some(&manifest), None).expect("a dbt project");
    let locator = Locator::new(&project, found.project.as_ref(), Arc::default());
    project.unreadable = locator.unreadable(&project);
    locator.read_versions(&mut project);
    let changes = Changes {
        preset: Some(Preset::Strict),
        select: &[],
        ignore: &[],
        fail_on: None,
        today: "2026-01-01".to_owned(),
    };
    let config = config::load(None, changes).expect("no config is a valid one");
    let resolved =
        config.resolve(&project, locator.project_root(), Unmatched::Refused).expect("so it is for every project");
    let report = linter::lint(&project, &resolved.settings, &resolved.instances, &locator);
    let mut printed = Vec::new();
    let style = Style { color: false, width: 120, max_findings: None, show_suppressed: false };
    report::write(&report, Format::Json, style, &mut printed).expect("memory takes every byte");
    let mut output: Value = serde_json::from_slice(&printed).expect("the output is JSON");
    match output["findings"].take() {
        Value::Array(findings) => findings,
        other => panic!("findings are a list, not {other}"),
    }
}

/// Unique ids of the resources of which the files do not tell all.
pub fn with_unknowns(project: &Project<'_>) -> Vec<String> {
    let unknown = project.resources.iter().filter(|resource| resource.unknown.is_some());
    unknown.map(|resource| resource.unique_id.to_string()).collect()
}

/// Says which findings only one of the two has. Of a resource with `unknown` values the files may say less, never more.
pub fn assert_equal(name: &str, unknown: &[String], files: &[Value], dbt: &[Value]) {
    let is_known =
        |finding: &&Value| !unknown.iter().any(|id| finding["subject"] == id.as_str()) || files.contains(finding);
    let dbt: Vec<Value> = dbt.iter().filter(is_known).cloned().collect();
    // The lists are short enough for looking through one for each of the other.
    let only = |these: &[Value], those: &[Value]| -> Vec<String> {
        these.iter().filter(|finding| !those.contains(finding)).map(Value::to_string).collect()
    };
    let (of_files, of_dbt) = (only(files, &dbt), only(&dbt, files));
    assert!(of_files.is_empty(), "{name}: only found in the files: {of_files:#?}");
    assert!(of_dbt.is_empty(), "{name}: only found in the manifest: {of_dbt:#?}");
    // In one order as well.
    assert_eq!(files, &dbt[..], "{name}");
    assert!(name == "spotless" || !files.is_empty(), "{name} has nothing to compare");
}
