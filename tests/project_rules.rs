//! Rules about the project's own files, where a fixture with a manifest cannot show them: files that changed after dbt has
//! run, references that dbt refuses, and a manifest without its files.

mod support;

use support::Desk;

/// A run with one rule, by path and message; none where the rule cannot run.
fn found(desk: &Desk, arguments: &[&str]) -> Vec<String> {
    let mut all = vec!["check", "--format", "concise", "--exit-zero", "--quiet", "--allow-empty"];
    all.extend(arguments);
    let run = desk.run(&all);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    run.stdout.lines().map(str::to_owned).collect()
}

/// What to do does not depend on which input was read.
#[test]
fn the_help_for_a_missing_range_is_the_same_from_both_inputs() {
    let desk = Desk::gym();
    let helps = ["manifest", "project"].map(|input| {
        let json = desk.json(&["gym", "--input", input, "--select", "PRJ001"]);
        assert_eq!(json["findings"].as_array().map(Vec::len), Some(1), "{json}");
        json["findings"][0]["help"].clone()
    });
    assert_eq!(helps[0], helps[1]);
}

#[test]
fn a_manifest_is_stale_once_sql_has_changed() {
    let desk = Desk::gym();
    let stale = ["gym", "--input", "manifest", "--select", "PRJ012"];
    assert_eq!(found(&desk, &stale), [""; 0]);
    let model = "gym/models/marts/fct_visits.sql";
    desk.write(model, desk.read(model).replace('\n', "\n\n"));
    assert_eq!(found(&desk, &stale), [""; 0], "white space is no change");
    desk.write(model, desk.read(model) + "limit 1\n");
    desk.write("gym/models/marts/dim_new.sql", "select 1 as id\n");
    desk.write("gym/models/marts/empty.sql", "\n");
    assert_eq!(
        found(&desk, &stale),
        [
            "gym/dbt_project.yml:2:7: PRJ012 stale-manifest the manifest is older than the files it describes: 1 file changed, 1 file new"
        ]
    );
    assert_eq!(found(&desk, &["gym", "--input", "project", "--select", "PRJ012"]), [""; 0]);
}

#[test]
fn references_to_nothing_are_found_at_the_call() {
    let desk = Desk::gym();
    let model = "gym/models/marts/fct_visits.sql";
    desk.write(model, desk.read(model) + "-- {{ ref('gone') }} {{ source('club', 'nowhere') }}\n");
    let lines = desk.read(model).lines().count();
    let rule = ["gym", "--input", "project", "--select", "DAG015"];
    assert_eq!(
        found(&desk, &rule),
        [
            format!(
                "{model}:{lines}:7: DAG015 unresolved-reference ref `gone` does not exist, and dbt refuses the project"
            ),
            format!(
                "{model}:{lines}:25: DAG015 unresolved-reference source `club.nowhere` does not exist, and dbt refuses the project"
            ),
        ]
    );
    assert_eq!(found(&desk, &["gym", "--input", "manifest", "--select", "DAG015"]), [""; 0]);
}

#[test]
fn a_bare_manifest_has_no_files() {
    let desk = Desk::gym();
    desk.write("elsewhere/manifest.json", desk.read("gym/target/manifest.json"));
    let run = desk.run(&["check", "elsewhere/manifest.json", "--select", "PRJ,RES", "--verbose"]);
    let silent = "did not run: the project's own files are not at hand, only its manifest";
    assert_eq!(run.stderr.matches(silent).count(), 11, "{}", run.stderr);
}
