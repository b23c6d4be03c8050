//! What `check` makes of a baseline.

use serde_json::json;

use crate::support::Desk;
use crate::{FILE, check, models, new, record, shop, told};

const DOCUMENTED: &str = "models:\n  - name: a\n    description: What it is.\n";

fn two_undocumented() -> Desk {
    let desk = shop();
    models(&desk, &[("a", "select 1 as id"), ("b", "select 1 as id")]);
    record(&desk, "DOC001");
    desk
}

#[test]
fn only_what_is_new_is_reported() {
    let desk = two_undocumented();
    let run = check(&desk, "DOC001,SUP005", &["--fail-on", "info"]);
    run.prints(0, "");
    assert_eq!(told(&run), ["2 findings are in the baseline (shop/dbt-steward-baseline.json)"]);
    models(&desk, &[("c", "select 1 as id")]);
    let run = check(&desk, "DOC001,SUP005", &["--fail-on", "info"]);
    run.prints(
        1,
        "shop/models/c.sql:1:1: DOC001 undocumented-model model `c` has no YAML entry, so nobody can tell what it is\n",
    );
    assert_eq!(told(&run), ["2 findings are in the baseline (shop/dbt-steward-baseline.json)"]);
    let run = check(&desk, "DOC001", &["--no-baseline", "--exit-zero"]);
    assert_eq!((run.stdout.lines().count(), told(&run).len()), (3, 0));
}

#[test]
fn moving_and_indenting_changes_nothing() {
    let desk = shop();
    models(&desk, &[("a", "select 1 as id")]);
    desk.write("shop/models/m.yml", "models:\n- name: a\n  columns:\n  - name: id\n");
    record(&desk, "DOC,TST,OWN");
    let before = desk.read(FILE);
    std::fs::create_dir(desk.path("shop/models/marts")).unwrap();
    std::fs::rename(desk.path("shop/models/a.sql"), desk.path("shop/models/marts/a.sql")).unwrap();
    std::fs::remove_file(desk.path("shop/models/m.yml")).unwrap();
    desk.write(
        "shop/models/marts/_marts.yml",
        "\n\n# moved\nmodels:\n    -   name: a\n        columns:\n            -   name: id\n",
    );
    assert_eq!(new(&desk, "DOC,TST,OWN,SUP"), [""; 0]);
    assert_eq!(desk.run(&["check", "shop", "--update-baseline", "--quiet"]).code, Some(0));
    assert_eq!(desk.read(FILE), before);
}

#[test]
fn what_is_fixed_is_counted_and_named_in_the_file() {
    let desk = two_undocumented();
    desk.write("shop/models/m.yml", DOCUMENTED);
    let run = check(&desk, "DOC001,SUP005", &[]);
    run.prints(
        0,
        "shop/dbt-steward-baseline.json:6:8: SUP005 stale-baseline-entry 1 baseline entry for DOC001 undocumented-model \
         is fixed\n",
    );
    assert_eq!(
        told(&run),
        [
            "1 finding is in the baseline (shop/dbt-steward-baseline.json), 1 of its entries is fixed: --update-baseline \
          removes it"
        ]
    );
    let found = desk.json(&["shop", "--select", "DOC001,SUP005"]);
    assert_eq!(
        found["summary"]["baseline"],
        json!({"path": "shop/dbt-steward-baseline.json", "known": 1, "fixed": 1, "new": 0})
    );
    let finding = &found["findings"][0];
    assert_eq!((&finding["subject"], &finding["severity"]), (&json!("project.shop"), &json!("info")));
    assert_eq!(finding["evidence"], json!(["fixed: a"]));
    assert_eq!(finding["help"], "`dbt-steward check --update-baseline` removes it");
    assert_eq!([&finding["line"], &finding["column"], &finding["end_column"]], [&json!(6), &json!(8), &json!(20)]);
    let rules = found["summary"]["rules"].as_array().unwrap();
    let counts: Vec<_> = rules.iter().map(|rule| (rule["code"].as_str().unwrap(), &rule["findings"])).collect();
    assert_eq!(counts, [("DOC001", &json!(0)), ("SUP005", &json!(1))]);
}

#[test]
fn fixed_entries_of_a_rule_are_one_finding() {
    let desk = shop();
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    names.iter().for_each(|name| models(&desk, &[(name, "select 1 as id")]));
    record(&desk, "DOC001,TST001");
    let entries: String =
        names[..6].iter().map(|name| format!("  - name: {name}\n    description: What it is.\n")).collect();
    desk.write("shop/models/m.yml", format!("models:\n{entries}"));
    std::fs::remove_file(desk.path("shop/models/g.sql")).unwrap();
    let found = desk.json(&["shop", "--select", "DOC001,TST001,SUP005"]);
    let told: Vec<_> =
        found["findings"].as_array().unwrap().iter().map(|it| (&it["message"], &it["evidence"])).collect();
    assert_eq!(
        told,
        [
            (
                &json!("7 baseline entries for DOC001 undocumented-model are fixed"),
                &json!(["fixed: a, b, c, d, e and 1 more", "gone from the project: g"])
            ),
            (&json!("1 baseline entry for TST001 untested-model is fixed"), &json!(["gone from the project: g"]))
        ]
    );
}

#[test]
fn rules_that_did_not_run_fix_nothing() {
    let desk = two_undocumented();
    desk.write("shop/models/m.yml", DOCUMENTED);
    let run = check(&desk, "TST001,SUP005", &["--exit-zero"]);
    assert_eq!(told(&run), ["no finding is in the baseline (shop/dbt-steward-baseline.json)"]);
    // Nor does a value that the files do not tell.
    let desk = shop();
    models(&desk, &[("a", "{{ config(group=var('team')) }} select 1 as id")]);
    desk.write("shop/dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\nvars: {team: }\n");
    record(&desk, "OWN001");
    assert!(desk.read(FILE).contains("model.shop.a"), "{}", desk.read(FILE));
    desk.write("shop/dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\n");
    models(&desk, &[("a", "{{ config(group=env_var('TEAM_OF_A')) }} select 1 as id")]);
    assert_eq!(new(&desk, "OWN001,SUP005"), [""; 0]);
}

#[test]
fn what_gave_way_to_a_graver_finding_is_known_without_it() {
    let desk = shop();
    models(&desk, &[("a", "select 1 as id")]);
    let exposure =
        "exposures:\n  - name: weekly\n    type: dashboard\n    owner: {email: a@b.c}\n    depends_on: [ref('a')]\n";
    let rules = "DOC001,TST001,EXP005,EXP006,SUP005";
    desk.write("shop/models/e.yml", exposure);
    record(&desk, rules);
    assert_eq!(new(&desk, rules), [""; 0]);
    // The dashboard goes: what is left of the findings was there all the time.
    std::fs::remove_file(desk.path("shop/models/e.yml")).unwrap();
    assert_eq!(
        new(&desk, rules),
        [] as [&str; 0],
        "the rules about dashboards do not run, and so say nothing of their entries"
    );
    // A dashboard comes: that it rests on such a model is news.
    let desk = shop();
    models(&desk, &[("a", "select 1 as id")]);
    record(&desk, rules);
    desk.write("shop/models/e.yml", exposure);
    assert_eq!(
        new(&desk, rules),
        [
            "EXP005 model `a` feeds dashboard `weekly` and has no YAML entry, so nobody can tell what it is",
            "EXP006 model `a` feeds dashboard `weekly` and has no test of any kind"
        ]
    );
}

#[test]
fn a_repair_in_part_brings_up_nothing_new() {
    let desk = shop();
    models(&desk, &[("a", "select 1 as id")]);
    record(&desk, "TST001,TST003");
    desk.write("shop/models/m.yml", "models:\n  - name: a\n    columns:\n      - {name: id, data_tests: [not_null]}\n");
    assert_eq!(new(&desk, "TST001,TST003"), [""; 0]);
}

#[test]
fn news_need_something_to_compare_with() {
    let desk = two_undocumented();
    let code = |arguments: &[&str]| check(&desk, "DOC001", arguments).code;
    assert_eq!(code(&["--fail-on", "new-warning"]), Some(0));
    models(&desk, &[("c", "select 1 as id")]);
    assert_eq!(code(&["--fail-on", "new-warning"]), Some(1));
    assert_eq!(code(&["--fail-on", "new-info"]), Some(1));
    assert_eq!(code(&["--fail-on", "new-error"]), Some(0));
    desk.write("shop/dbt-steward.yml", "fail-on: new-warning\n");
    assert_eq!(code(&[]), Some(1));
    let refusal = "  × fail-on is new-warning, but there is neither a baseline nor a --base to tell what is new
  help: `dbt-steward baseline` records today's findings in shop/dbt-steward-baseline.json; commit
        that file, or compare with a branch or a manifest: --base main\n";
    desk.run(&["check", "shop", "--no-baseline"]).refuses(refusal);
    std::fs::remove_file(desk.path(FILE)).unwrap();
    desk.run(&["check", "shop"]).refuses(refusal);
}

#[test]
fn sarif_marks_all_results_as_new_or_none() {
    let desk = two_undocumented();
    models(&desk, &[("c", "select 1 as id")]);
    let states = |arguments: &[&str]| {
        let run = desk.run(&[&["check", "shop", "--select", "DOC001", "--format", "sarif"], arguments].concat());
        let log: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        results.iter().map(|result| result["baselineState"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(states(&[]), [json!("new")]);
    assert_eq!(states(&["--no-baseline"]), [json!(null), json!(null), json!(null)]);
}

#[test]
fn gitlab_gets_what_is_new_under_fingerprints_that_stay() {
    let desk = two_undocumented();
    let violations = |arguments: &[&str]| {
        let run = desk.run(&[&["check", "shop", "--select", "DOC001", "--format", "gitlab"], arguments].concat());
        let violations: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let line = |it: &serde_json::Value| (text(&it["location"]["path"]), text(&it["fingerprint"]));
        violations.as_array().unwrap().iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(violations(&[]), []);
    models(&desk, &[("c", "select 1 as id")]);
    let print = dbt_steward::findings::fingerprint("DOC001", "model.shop.c", "");
    assert_eq!(violations(&[]), [("shop/models/c.sql".to_owned(), print.clone())]);
    let all = violations(&["--no-baseline"]);
    assert_eq!(all.len(), 3);
    assert_eq!(all[2].1, print, "with and without a baseline it is the same");
    // Nor does it change where the file is moved, or with what stands in it, or with what else is found.
    std::fs::remove_file(desk.path("shop/models/c.sql")).unwrap();
    models(&desk, &[("marts/c", "\n\nselect 2 as id"), ("a_new", "select 1 as id")]);
    let found = violations(&[]);
    assert_eq!(found.len(), 2);
    assert_eq!(found[1], ("shop/models/marts/c.sql".to_owned(), print));
    assert_ne!(found[0].1, found[1].1);
}

#[test]
fn a_comment_says_what_is_new_and_what_was_fixed() {
    let desk = two_undocumented();
    desk.write("shop/models/m.yml", DOCUMENTED);
    models(&desk, &[("c", "select 1 as id")]);
    let run = desk.run(&["check", "shop", "--select", "DOC001", "--format", "markdown"]);
    let expected = "\n1 more finding in the baseline, not listed here.\n\n<details><summary>1 baseline entry fixed</summary>\n\n\
                    - DOC001 undocumented-model: `a`\n\n</details>\n";
    assert!(run.stdout.contains(expected), "{}", run.stdout);
    assert!(run.stdout.starts_with("<!-- dbt-steward: shop -->\n### dbt-steward: 1 warning\n"), "{}", run.stdout);
}

#[test]
fn policies_are_known_as_rules_are() {
    let desk = shop();
    models(&desk, &[("a", "select 1 as id"), ("b", "select 1 as id")]);
    let policy = "policies:\n  named-well:\n    when: resource.type == 'model'\n    require: resource.name.startsWith('fct_')\n    \
                  message: name it fct_\n";
    desk.write("shop/dbt-steward.yml", policy);
    record(&desk, "POL/named-well");
    let group =
        "    \"POL/named-well\": {\n      \"model.shop.a\": [],\n      \"model.shop.b\": [],\n      \"~\": []\n    }\n";
    assert!(desk.read(FILE).contains(group), "{}", desk.read(FILE));
    assert_eq!(new(&desk, "POL/named-well,SUP005"), [""; 0]);
    std::fs::remove_file(desk.path("shop/models/b.sql")).unwrap();
    assert_eq!(new(&desk, "POL/named-well,SUP005"), ["SUP005 1 baseline entry for POL/named-well is fixed"]);
    // One that is no more is no mistake.
    desk.write("shop/dbt-steward.yml", "fail-on: error\n");
    assert_eq!(desk.run(&["check", "shop", "--quiet", "--exit-zero"]).code, Some(0));
}

#[test]
fn what_is_suppressed_is_no_debt() {
    let desk = two_undocumented();
    models(&desk, &[("a", "-- steward: ignore[DOC001] accepted for now\nselect 1 as id")]);
    let run = check(&desk, "DOC001,SUP005", &["--update-baseline"]);
    assert_eq!(told(&run)[1], "shop/dbt-steward-baseline.json: 1 entry removed");
    assert!(!desk.read(FILE).contains("model.shop.a"), "{}", desk.read(FILE));
    models(&desk, &[("a", "select 1 as id")]);
    assert_eq!(new(&desk, "DOC001").len(), 1, "without its suppression it is new");
}

#[test]
fn a_run_over_some_files_still_knows_what_is_fixed() {
    let desk = two_undocumented();
    models(&desk, &[("c", "select 1 as id"), ("d", "select 1 as id")]);
    let limited = |arguments: &[&str]| {
        let all = [&["check", "shop/models/c.sql", "--select", "DOC001,SUP005", "--format", "concise"], arguments];
        desk.run(&all.concat())
    };
    let run = limited(&[]);
    assert_eq!((run.stdout.lines().count(), run.stdout.starts_with("shop/models/c.sql")), (1, true), "{}", run.stdout);
    let before = desk.read(FILE);
    assert_eq!(told(&limited(&["--update-baseline"]))[1], "shop/dbt-steward-baseline.json: nothing to update");
    assert_eq!(desk.read(FILE), before);
}
