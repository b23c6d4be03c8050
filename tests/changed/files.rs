//! Files as arguments, as pre-commit gives them.

use crate::repository::Repository;
use crate::support::Desk;

#[test]
fn only_what_is_about_the_files_is_reported() {
    let Some(repository) = Repository::with_project("shop") else { return };
    let found = |files: &[&str]| repository.found("DOC001,DOC003", files);
    assert_eq!(found(&["shop/models/orders.sql"]), ["DOC001 model.shop.orders"]);
    assert_eq!(
        found(&["shop/models/orders.sql", "shop/models/payments.sql"]),
        ["DOC001 model.shop.orders", "DOC001 model.shop.payments"]
    );
    // Of a file that is given, every entry counts.
    assert_eq!(
        found(&["shop/models/schema.yml"]),
        ["DOC001 model.shop.orders", "DOC001 model.shop.customers", "DOC001 model.shop.payments"]
    );
    assert_eq!(
        found(&["shop/models/sources.yml", "shop/models/customers.sql"]),
        [
            "DOC001 model.shop.customers",
            "DOC003 source.shop.erp.orders",
            "DOC003 source.shop.erp.customers",
            "DOC003 source.shop.erp.payments"
        ]
    );
    assert_eq!(found(&["shop"]).len(), 6);
}

#[test]
fn files_are_found_from_anywhere() {
    let Some(mut repository) = Repository::with_project("shop") else { return };
    let absolute = repository.desk.path("shop/models/orders.sql").to_string_lossy().into_owned();
    let expected = ["DOC001 model.shop.orders"];
    assert_eq!(repository.found("DOC001", &[&absolute]), expected);
    assert_eq!(repository.found("DOC001", &["./shop/../shop/models/orders.sql"]), expected);
    repository.desk.start = "shop/models".into();
    assert_eq!(repository.found("DOC001", &["orders.sql"]), expected);
    assert_eq!(repository.found("DOC001", &["../models/orders.sql"]), expected);
}

#[test]
fn the_summary_says_what_it_is_limited_to() {
    let Some(repository) = Repository::with_project("") else { return };
    let summary = |files: &[&str]| {
        let run = repository.desk.run(&[&["check", "--input", "project", "--select", "DOC001"], files].concat());
        run.summary()
    };
    assert_eq!(
        summary(&["models/orders.sql"]),
        "shop: 3 models, 3 source tables, 2 data tests
read from the project's files, because --input asks for it
only what 1 file given is about
found 1 warning
1 rule ran in …
"
    );
    assert!(summary(&["models/orders.sql", "models/schema.yml"]).contains("\nonly what 2 files given are about\n"));
}

#[test]
fn a_folder_within_the_project_is_a_limit() {
    let Some(mut repository) = Repository::with_project("shop") else { return };
    repository.desk.write("shop/models/marts/fct.sql", "select 1 as id\n");
    repository.desk.write("shop/models/marts/dim.sql", "select 1 as id\n");
    repository.desk.write("shop/models/marts_old/old.sql", "select 1 as id\n");
    repository.commit("marts");
    let found = |paths: &[&str]| repository.found("DOC001", paths);
    let marts = ["DOC001 model.shop.dim", "DOC001 model.shop.fct"];
    assert_eq!(found(&["shop/models/marts"]), marts);
    assert_eq!(found(&["shop/models/marts/"]), marts);
    assert_eq!(found(&["shop/models/marts", "shop/models/marts_old"]).len(), 3);
    assert_eq!(
        found(&["shop/models/marts_old", "shop/models/marts/fct.sql"]),
        ["DOC001 model.shop.fct", "DOC001 model.shop.old"]
    );
    assert_eq!(found(&["shop/models"]).len(), 6);
    // With what has changed, both hold.
    repository.desk.write("shop/models/marts/fct.sql", "select 20 as id\n");
    repository.desk.write("shop/models/orders.sql", "select 20 as id\n");
    assert_eq!(found(&["shop", "--since", "main"]).len(), 2);
    assert_eq!(found(&["shop/models/marts", "--since", "main"]), ["DOC001 model.shop.fct"]);
    let run = repository.desk.run(&["check", "shop/models/marts", "--select", "DOC001", "--since", "main"]);
    assert!(
        run.stderr.contains("\nonly what has changed since main: 2 files, only what is in shop/models/marts\n"),
        "{run:?}"
    );
    // Where one stands is where the project is looked for.
    repository.desk.start = "shop/models/marts".into();
    assert_eq!(repository.found("DOC001", &[]).len(), 6);
    assert_eq!(repository.found("DOC001", &["."]).len(), 6);
    assert_eq!(repository.found("DOC001", &["../marts_old"]), ["DOC001 model.shop.old"]);
}

#[test]
fn a_folder_with_nothing_that_dbt_reads_is_no_pass() {
    let desk = two();
    desk.write("a/notes/x.txt", "");
    desk.run(&["check", "a/notes", "--select", "DOC001"]).refuses(
        "  × a/notes is nothing that dbt reads
  help: give files that the project's models, properties, macros, seeds or docs stand in;
        --allow-empty passes over others, as a hook for a whole repository has to\n",
    );
    desk.run(&["check", "a/notes", "--select", "DOC001", "--allow-empty"]).prints(0, "");
}

#[test]
fn a_project_without_anything_is_no_pass() {
    let desk = Desk::new();
    desk.write("dbt_project.yml", "name: shop\nmodel-paths: [src]\n");
    let refuses = |message: &str| {
        let help = "  help: an empty project is no pass: see that the paths in dbt_project.yml are those of its files;
        --allow-empty takes it for one\n";
        desk.run(&["check"]).refuses(&format!("  × {message}\n{help}"));
        let run = desk.run(&["check", "--allow-empty", "--select", "PRJ001,DOC001", "--format", "concise"]);
        run.prints(0, "dbt_project.yml:1:7: PRJ001 missing-dbt-version-range project `shop` does not say which versions of dbt it works with\n");
    };
    refuses("the project has nothing to look at: there is no folder `src` for its models, nor anything else");
    desk.write("src/notes.txt", "");
    refuses("the project has nothing to look at: it has no model, no source, nothing else that dbt knows");
    desk.write("src/a.sql", "{{ config(enabled=false) }} select 1 as id\n");
    refuses("the project has nothing to look at: all there is in it is disabled (1 resource)");
    // A package of macros is something, and so is a project that has only sources.
    desk.write("macros/m.sql", "{% macro m() %}{% endmacro %}\n");
    assert_eq!(desk.run(&["check", "--quiet"]).code, Some(0));
    std::fs::remove_file(desk.path("macros/m.sql")).unwrap();
    desk.write("src/s.yml", "sources:\n  - name: erp\n    tables: [{name: orders}]\n");
    assert_eq!(desk.run(&["check", "--quiet"]).code, Some(0));
}

#[test]
fn reports_say_what_they_are_limited_to() {
    let Some(repository) = Repository::with_project("") else { return };
    let desk = &repository.desk;
    let limit = |arguments: &[&str]| {
        desk.json(&[&["--input", "project", "--select", "DOC001"], arguments].concat())["summary"]["limit"].clone()
    };
    assert_eq!(limit(&[]), serde_json::Value::Null);
    desk.write("models/orders.sql", "select 1 as id\n");
    let of_change = serde_json::json!({
        "description": "only what has changed since main: 1 file, and what that has brought about elsewhere",
        "since": "main", "staged": false, "paths": 0, "base": null, "downstream": true, "files": 1, "resources": 1,
    });
    assert_eq!(limit(&["--since", "main", "--downstream"]), of_change);
    let of_folder = serde_json::json!({
        "description": "only what is in models, only what main does not have",
        "since": null, "staged": false, "paths": 1, "base": "main", "downstream": false, "files": 5, "resources": 6,
    });
    assert_eq!(limit(&["models", "--base", "main"]), of_folder);
    let print = |format: &str| {
        desk.run(&[
            "check", "--input", "project", "--select", "DOC002", "--since", "main", "--quiet", "--format", format,
        ])
        .stdout
    };
    let markdown = print("markdown");
    let said = "\n### dbt-steward: no findings\n\n`shop` has 3 models, 3 source tables, 2 data tests.\nReported is only what has changed since main: 1 file.\n";
    assert!(markdown.contains(said), "{markdown}");
    let sarif: serde_json::Value = serde_json::from_str(&print("sarif")).unwrap();
    let limit = &sarif["runs"][0]["invocations"][0]["properties"]["limit"];
    assert_eq!((&limit["since"], &limit["resources"]), (&"main".into(), &1.into()));
}

/// Two projects in one repository.
fn two() -> Desk {
    let desk = Desk::new();
    for (folder, model) in [("a", "orders"), ("b", "visits")] {
        desk.write(&format!("{folder}/dbt_project.yml"), format!("name: {folder}\n"));
        desk.write(&format!("{folder}/models/{model}.sql"), "select 1 as id\n");
        desk.write(&format!("{folder}/models/other.sql"), "select 1 as id\n");
    }
    desk
}

#[test]
fn files_of_two_projects_are_two_runs_in_one_report() {
    let desk = two();
    desk.write("b/dbt-steward.yml", "rules: {undocumented-model: error}\n");
    let arguments =
        ["check", "--select", "DOC001", "--format", "concise", "b/models/visits.sql", "a/models/orders.sql"];
    let run = desk.run(&arguments);
    run.prints(
        1,
        "a/models/orders.sql:1:1: DOC001 undocumented-model model `orders` has no YAML entry, so nobody can tell what it is
b/models/visits.sql:1:1: DOC001 undocumented-model model `visits` has no YAML entry, so nobody can tell what it is
",
    );
    assert_eq!(
        run.summary(),
        "b: 2 models
read from the project's files, because there is no b/target/manifest.json
only what 1 file given is about
found 1 error
1 rule ran in …
a: 2 models
read from the project's files, because there is no a/target/manifest.json
only what 1 file given is about
found 1 warning
1 rule ran in …
"
    );
    let output = desk
        .json(&arguments[1..].iter().copied().filter(|it| !["--format", "concise"].contains(it)).collect::<Vec<_>>());
    assert_eq!(output["project"], "b, a");
    assert_eq!(output["summary"]["counts"]["models"], 4);
    assert_eq!(output["summary"]["findings"], serde_json::json!({"error": 1, "warning": 1, "info": 0}));
    assert_eq!(
        output["summary"]["rules"],
        serde_json::json!([{"code": "DOC001", "slug": "undocumented-model", "subjects": 4, "findings": 2, "skipped": null}])
    );
}

#[test]
fn what_is_no_file_of_a_project_is_refused_or_passed_over() {
    let desk = two();
    desk.write("README.md", "hello\n");
    desk.write("a/README.md", "hello\n");
    desk.write("a/notes.yml", "x: 1\n");
    desk.run(&["check", "README.md"]).refuses(
        "  × README.md is in no dbt project
  help: there is no dbt_project.yml in the folders above it; --allow-empty passes over such files,
        as a hook for a whole repository has to\n",
    );
    desk.run(&["check", "a/README.md"]).refuses(
        "  × a/README.md is nothing that dbt reads
  help: give files that the project's models, properties, macros, seeds or docs stand in;
        --allow-empty passes over others, as a hook for a whole repository has to\n",
    );
    let run = desk.run(&["check", "a/README.md", "a/notes.yml"]);
    assert!(run.stderr.starts_with("  × a/README.md and 1 more are nothing that dbt reads\n"), "{run:?}");
    for files in [&["README.md"][..], &["a/README.md"], &["README.md", "a/notes.yml", "b/models/other.sql"]] {
        let run = desk.run(&[&["check", "--allow-empty", "--select", "DOC002", "--quiet"], files].concat());
        run.prints(0, "");
        assert_eq!(run.stderr, "");
    }
    let run = desk.run(&["check", "README.md", "a/models/orders.sql", "--select", "DOC001"]);
    assert!(run.stderr.starts_with("1 file is in no dbt project\na: 2 models\n"), "{run:?}");
    assert_eq!(run.code, Some(1));
    // A file that dbt reads and that defines nothing is no mistake.
    desk.write("a/models/empty.yml", "version: 2\n");
    desk.run(&["check", "a/models/empty.yml", "--select", "DOC001"]).prints(0, "");
    desk.run(&["check", "a/dbt_project.yml", "--select", "DOC001"]).prints(0, "");
}

#[test]
fn arguments_that_do_not_go_together() {
    let desk = two();
    desk.write("m.json", "{}");
    let check = |arguments: &[&str]| desk.run(&[&["check"], arguments].concat());
    let one = "give one project, or one manifest, or any number of files and folders within dbt projects";
    check(&["a/models/orders.sql", "a"])
        .refuses(&format!("  × a is a project, and other paths are given\n  help: {one}\n"));
    desk.write("c/x.txt", "");
    check(&["a/models", "c"])
        .refuses(&format!("  × c is a folder in no project, and other paths are given\n  help: {one}\n"));
    check(&["m.json", "a/models/orders.sql"])
        .refuses(&format!("  × m.json is a manifest, and other paths are given\n  help: {one}\n"));
    check(&["a/models/none.sql"]).refuses(
        "  × a/models/none.sql: no such file or folder\n  help: give the folder of a dbt project, or a manifest.json\n",
    );
    check(&["a/models/orders.sql", "--since", "main"]).refuses(
        "  × files are given, and --since
  help: both say what has changed: give the project's folder with --since, or the files alone\n",
    );
    check(&["a/models/orders.sql", "--staged"]).refuses(
        "  × files are given, and --staged
  help: both say what has changed: give the project's folder with --staged, or the files alone\n",
    );
    check(&["a/models/orders.sql", "b/models/visits.sql", "--manifest", "m.json"]).refuses(
        "  × files of several projects are given, and --manifest
  help: --manifest is about one project: run dbt-steward once for each\n",
    );
    check(&["m.json", "--since", "main"]).refuses(
        "  × there is no project to read around m.json
  help: give the folder of a dbt project, or leave out --input project\n",
    );
}
