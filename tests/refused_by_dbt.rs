//! Mistakes in a project for which dbt refuses it: each is told once, at its place, and causes no finding about others.

mod support;

use support::Desk;

/// A project of two models.
fn desk(files: &[(&str, &str)]) -> Desk {
    let desk = Desk::new();
    desk.write("dbt_project.yml", "name: p\nversion: '1.0'\n");
    desk.write("models/a.sql", "select 1 as id\n").write("models/b.sql", "select 1 as id\n");
    for (path, text) in files {
        desk.write(path, text);
    }
    desk
}

/// What is found, without the summary.
fn found(desk: &Desk, rules: &str) -> String {
    let run = desk.run(&["check", "--quiet", "--format", "concise", "--select", rules]);
    assert!(matches!(run.code, Some(0 | 1)), "{run:?}");
    run.stdout
}

const TWICE: &str = "\
models:
  - name: a
    description: one
  - name: b
    description: A description that says what there is to say of it.
  - name: a
  - name: a
    description: three
";

#[test]
fn a_model_that_is_described_again_is_told_once_at_the_second_entry() {
    let desk = desk(&[("models/s.yml", TWICE)]);
    assert_eq!(
        found(&desk, "PRJ013,DOC001"),
        "models/s.yml:3:18: DOC001 undocumented-model model `a` is described in 3 characters (\"one\"), which is too short to say much\n\
         models/s.yml:6:11: PRJ013 unreadable-file models/s.yml cannot be read: `a` is described in models/s.yml already; dbt refuses a second description of one resource\n"
    );
    let related = desk.json(&["--select", "PRJ013"])["findings"][0]["related"].clone();
    let places: Vec<String> = related
        .as_array()
        .expect("related places are a list")
        .iter()
        .map(|place| format!("{}:{} {}", place["line"], place["column"], place["label"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(places, ["2:11 the first description, which counts here", "7:11 described again"]);
}

#[test]
fn a_model_that_two_files_describe_is_told_once_in_the_second() {
    let desk = desk(&[
        ("models/r.yml", "models:\n  - name: a\n    description: two\n"),
        ("models/s.yml", TWICE),
        ("models/t.yml", "models: [{name: b}]\n"),
    ]);
    assert_eq!(
        found(&desk, "PRJ013,DOC001"),
        "models/r.yml:3:18: DOC001 undocumented-model model `a` is described in 3 characters (\"two\"), which is too short to say much\n\
         models/s.yml:2:11: PRJ013 unreadable-file models/s.yml cannot be read: `a` is described in models/r.yml already; dbt refuses a second description of one resource\n\
         models/t.yml:1:17: PRJ013 unreadable-file models/t.yml cannot be read: `b` is described in models/s.yml already; dbt refuses a second description of one resource\n"
    );
}

#[test]
fn a_model_with_versions_that_is_described_again_is_told_once() {
    let entry = "  - name: c\n    versions: [{v: 1}, {v: 2}]\n";
    let desk = desk(&[
        ("models/c_v1.sql", "select 1 as id\n"),
        ("models/c_v2.sql", "select 1 as id\n"),
        ("models/s.yml", &format!("models:\n{entry}{entry}")),
    ]);
    assert_eq!(
        found(&desk, "PRJ013"),
        "models/s.yml:4:11: PRJ013 unreadable-file models/s.yml cannot be read: `c` is described in models/s.yml already; dbt refuses a second description of one resource\n"
    );
}

/// It is not the project's file that is wrong.
#[test]
fn paths_of_a_package_are_not_told_of() {
    let desk = desk(&[
        ("packages.yml", "packages: [{local: q}]\n"),
        ("dbt_packages/q/dbt_project.yml", "name: q\nmodel-paths: [models]\nseed-paths: [models/seeds]\n"),
        ("dbt_packages/q/models/seeds/x.csv", "id\n1\n"),
        ("dbt_packages/q/models/seeds/s.yml", "seeds:\n  - name: x\n    description: hello\n"),
    ]);
    assert_eq!(found(&desk, "PRJ013"), "");
}

#[test]
fn paths_that_lead_to_the_same_files_are_told_once_in_the_project_file() {
    let twice = |column: u32, second: &str, first: &str, file: &str| {
        format!(
            "dbt_project.yml:2:{column}: PRJ013 unreadable-file dbt_project.yml cannot be read: `{second}` leads to files that `{first}` leads to already, and dbt refuses to find {file} twice\n"
        )
    };
    let of_models = |second: &str| twice(23, second, "models", "models/a.sql");
    let of_staging = |column: u32, second: &str, first: &str| twice(column, second, first, "models/staging/c.sql");
    for (paths, said) in [
        ("[models, models]", of_models("models")),
        ("[models, models/]", of_models("models/")),
        ("[./models, models]", twice(25, "models", "./models", "models/a.sql")),
        ("[models, models/../models, seeds]", of_models("models/../models")),
        ("[models, ./models, models/]", of_models("./models")),
        ("[models, models/staging]", of_staging(23, "models/staging", "models")),
        ("[models/staging, models]", of_staging(31, "models", "models/staging")),
        ("[models/staging, models/marts]", String::new()),
    ] {
        let project = format!("name: p\nmodel-paths: {paths}\n");
        let files = [("dbt_project.yml", project.as_str()), ("models/staging/c.sql", "select 1 as id\n")];
        let desk = desk(&files);
        assert_eq!(found(&desk, "PRJ013"), said, "{paths}");
        let subjects = desk.json(&["--select", "DOC001"])["findings"].as_array().map_or(0, Vec::len);
        assert_eq!(subjects, if said.is_empty() { 1 } else { 3 }, "each model is one: {paths}");
    }
}

/// dbt reads properties below the paths of all keys, and refuses to read an entry twice.
#[test]
fn a_path_within_one_of_another_key_is_told_of_where_something_is_described_twice() {
    let project = ("dbt_project.yml", "name: p\nmodel-paths: [models]\nseed-paths: [models/seeds]\n");
    let seed = ("models/seeds/x.csv", "id\n1\n");
    assert_eq!(found(&desk(&[project, seed, ("models/seeds/s.yml", "version: 2\n")]), "PRJ013"), "");
    let described = "seeds:\n  - name: x\n    description: hello\n";
    assert_eq!(
        found(&desk(&[project, seed, ("models/seeds/s.yml", described)]), "PRJ013"),
        "dbt_project.yml:3:14: PRJ013 unreadable-file dbt_project.yml cannot be read: `models/seeds` leads to files that `models` leads to already, and dbt refuses to find models/seeds/s.yml twice\n"
    );
}

#[test]
fn a_project_has_a_name_and_variables_by_name() {
    let rule = "a project's name has letters, digits and underscores, and no digit in front";
    for (text, place, message) in [
        ("name: 42\n", "1:7", "`name` should be text, and YAML does not take `42` for it".to_owned()),
        ("name: yes\n", "1:7", "`name` should be text, and YAML does not take `yes` for it".to_owned()),
        ("name: a.b\n", "1:7", format!("`a.b` is no name: {rule}")),
        ("name: a-b\n", "1:7", format!("`a-b` is no name: {rule}")),
        ("name: 1a\n", "1:7", format!("`1a` is no name: {rule}")),
        ("name: \"a\\nb\"\n", "1:7", format!("`a\\nb` is no name: {rule}")),
        ("name: \"{{ env_var('NOWHERE', 'a b') }}\"\n", "1:7", format!("`a b` is no name: {rule}")),
        ("name: p\nvars: [1]\n", "2:7", "`vars` should be a mapping of names to values".to_owned()),
        ("name: p\nvars: x\n", "2:7", "`vars` should be a mapping of names to values".to_owned()),
    ] {
        let run = desk(&[("dbt_project.yml", text)]).run(&["check"]);
        let first = run.stderr.lines().next().unwrap_or_default().trim_start_matches("  × ");
        let said = run.stderr.replace("\n  │ ", " ");
        assert_eq!(run.code, Some(2), "{text}: {}", run.stderr);
        assert!(said.starts_with(&format!("  × dbt_project.yml:{place}: {message}\n")), "{text}: {first}");
        assert!(said.ends_with("  help: correct the file; dbt refuses it, too\n"), "{text}: {said}");
    }
    for text in [
        "name: é_1\n",
        "name: _\n",
        "name: \"p\\n\"\n",
        "name: p\nvars:\n",
        "name: p\nvars: {a: [1]}\n",
        "name: \"{{ 'p' }}\"\n",
    ] {
        assert_eq!(found(&desk(&[("dbt_project.yml", text)]), "PRJ013"), "", "{text}");
    }
}
