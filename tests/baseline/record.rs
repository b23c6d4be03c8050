//! What `dbt-steward baseline` writes.

use crate::support::Desk;
use crate::{FILE, models, record, shop};

fn three_models() -> Desk {
    let desk = shop();
    models(&desk, &[("a", "select 1 as id"), ("b", "select 1 as id"), ("d", "select 1 as id")]);
    let columns = "      - name: id\n      - name: day\n";
    desk.write(
        "shop/models/m.yml",
        format!("models:\n  - name: b\n    description: What it is.\n    columns:\n{columns}"),
    );
    desk
}

#[test]
fn the_file_says_by_rule_what_is_found_about_what() {
    let desk = three_models();
    let run = record(&desk, "DOC001,DOC011");
    assert_eq!(
        run.stderr,
        "shop/dbt-steward-baseline.json: recorded 4 findings\n\
         commit the file: `dbt-steward check` now reports only what is new\n"
    );
    assert_eq!(
        desk.read(FILE),
        r#"{
  "version": 1,
  "project": "shop",
  "findings": {
    "DOC001 undocumented-model": {
      "model.shop.a": [],
      "model.shop.d": [],
      "~": []
    },
    "DOC011 undocumented-column": {
      "model.shop.b": ["column:day", "column:id"],
      "~": []
    }
  }
}
"#
    );
}

#[test]
fn a_finding_more_is_a_line_more_wherever_it_stands() {
    let desk = three_models();
    record(&desk, "DOC001");
    let before = desk.read(FILE);
    for name in ["_first", "c", "zz_last"] {
        models(&desk, &[(name, "select 1 as id")]);
        desk.run(&["baseline", "shop", "--select", "DOC001", "--force", "--quiet"]);
        let after = desk.read(FILE);
        let more: Vec<&str> = after.lines().filter(|line| !before.lines().any(|other| other == *line)).collect();
        assert_eq!(more, [format!("      \"model.shop.{name}\": [],")]);
        assert_eq!(after.lines().count(), before.lines().count() + 1);
        std::fs::remove_file(desk.path(&format!("shop/models/{name}.sql"))).unwrap();
    }
}

#[test]
fn a_project_without_findings_has_an_empty_baseline() {
    let desk = shop();
    models(&desk, &[("a", "select 1 as id")]);
    record(&desk, "DOC002");
    assert_eq!(desk.read(FILE), "{\n  \"version\": 1,\n  \"project\": \"shop\",\n  \"findings\": {}\n}\n");
}

#[test]
fn it_is_the_same_at_any_number_of_threads() {
    let desk = Desk::with("shop", "shop");
    for threads in ["1", "2", "5"] {
        let run = desk.run(&["baseline", "shop", "--quiet", "--threads", threads, "--baseline", threads]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    }
    assert_eq!(desk.read("1"), desk.read("2"));
    assert_eq!(desk.read("1"), desk.read("5"));
    // And by either input, but for what only one of them can tell.
    let by = |input| {
        let run = desk.run(&["baseline", "shop", "--quiet", "--input", input, "--baseline", input]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        desk.read(input)
    };
    assert_eq!(by("project"), by("manifest"));
}

#[test]
fn one_that_is_there_is_replaced_only_if_one_says_so() {
    let desk = three_models();
    record(&desk, "DOC001,DOC011");
    let before = desk.read(FILE);
    desk.run(&["baseline", "shop"]).refuses(
        "  × shop/dbt-steward-baseline.json: there is a baseline already\n  \
         help: `dbt-steward check --update-baseline` takes out what is fixed, with `--allow-growth` it\n        \
         takes in what is new; `dbt-steward baseline --force` records anew\n",
    );
    assert_eq!(desk.read(FILE), before);
    let run = desk.run(&["baseline", "shop", "--select", "TST001", "--force"]);
    assert_eq!(
        run.stderr.lines().next().unwrap(),
        "shop/dbt-steward-baseline.json: recorded 3 findings; 4 entries of rules that did not run stay"
    );
    let after = desk.read(FILE);
    let tests = "    \"TST001 untested-model\": {\n      \"model.shop.a\": [],\n      \"model.shop.b\": [],\n      \
                 \"model.shop.d\": [],\n      \"~\": []\n    }\n  }\n}\n";
    assert_eq!(after, before.replace("    }\n  }\n}\n", &format!("    }},\n{tests}")));
}

#[test]
fn a_broken_one_is_replaced_but_never_in_part() {
    let desk = three_models();
    desk.write(FILE, "{\"version\": 1,");
    let run = desk.run(&["baseline", "shop", "--select", "DOC001", "--force"]);
    assert_eq!((run.code, desk.read(FILE).as_str()), (Some(2), "{\"version\": 1,"), "{}", run.stderr);
    let run = desk.run(&["baseline", "shop", "--force"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(desk.run(&["check", "shop", "--quiet", "--fail-on", "new-info"]).code, Some(0));
}

#[test]
fn a_manifest_out_of_date_is_no_debt() {
    let desk = Desk::gym();
    let model = "gym/models/marts/fct_visits.sql";
    desk.write(model, desk.read(model) + "limit 1\n");
    let stale = ["gym", "--input", "manifest", "--select", "PRJ012"];
    assert_eq!(desk.run(&[&["baseline"], &stale[..]].concat()).code, Some(0));
    assert_eq!(desk.json(&stale)["findings"][0]["code"], "PRJ012");
}

#[test]
fn the_config_says_where_it_is() {
    let desk = three_models();
    desk.write("shop/dbt-steward.yml", "baseline: debt/known.json\nrules: {undocumented-model: warning}\n");
    std::fs::create_dir(desk.path("shop/debt")).unwrap();
    record(&desk, "DOC001");
    assert!(desk.read("shop/debt/known.json").contains("\"model.shop.a\": [],"));
    assert!(!desk.path(FILE).exists());
    let run = desk.run(&["check", "shop", "--select", "DOC001", "--format", "concise"]);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("2 findings are in the baseline (shop/debt/known.json)\n"), "{}", run.stderr);
    // The nearest file that names one counts, and the command line above all.
    desk.write("shop/base.yml", "baseline: other.json\n");
    desk.write("shop/dbt-steward.yml", "extends: base.yml\n");
    let run = desk.run(&["check", "shop", "--select", "DOC001", "--baseline", "shop/debt/known.json", "--quiet"]);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    desk.run(&["check", "shop"]).refuses(
        "  × shop/other.json: there is no such baseline\n  help: `dbt-steward baseline` records today's findings; without \
         one, take `--baseline` or\n        `baseline:` away\n",
    );
}

#[test]
fn a_bare_manifest_has_it_in_the_current_folder() {
    let desk = Desk::new();
    desk.write("m.json", Desk::gym().read("gym/target/manifest.json"));
    assert_eq!(desk.run(&["baseline", "m.json", "--quiet"]).code, Some(0));
    assert_eq!(desk.names("."), [".git", "dbt-steward-baseline.json", "m.json"]);
    assert_eq!(desk.run(&["check", "m.json", "--quiet", "--fail-on", "new-info"]).code, Some(0));
}
