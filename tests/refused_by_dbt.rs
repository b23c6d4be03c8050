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
