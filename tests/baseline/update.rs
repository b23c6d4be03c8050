//! `check --update-baseline`: it shrinks, and grows only if one says so.

use crate::support::Desk;
use crate::{FILE, check, models, record, shop, told};

/// `a` is fixed, `b` is as it was, `c` is new.
fn changed() -> Desk {
    let desk = shop();
    models(&desk, &[("a", "select 1 as id"), ("b", "select 1 as id")]);
    record(&desk, "DOC001,TST001");
    desk.write("shop/models/m.yml", "models:\n  - name: a\n    description: What it is.\n");
    models(&desk, &[("c", "select 1 as id")]);
    desk
}

#[test]
fn it_takes_out_what_is_fixed_and_nothing_else() {
    let desk = changed();
    let before = desk.read(FILE);
    let run = check(&desk, "DOC001,SUP005", &["--update-baseline", "--fail-on", "warning"]);
    run.prints(
        1,
        "shop/models/c.sql:1:1: DOC001 undocumented-model model `c` has no YAML entry, so nobody can tell what it is\n",
    );
    assert_eq!(
        told(&run),
        [
            "1 finding is in the baseline (shop/dbt-steward-baseline.json)",
            "shop/dbt-steward-baseline.json: 1 entry removed"
        ]
    );
    let group = "    \"DOC001 undocumented-model\": {\n      \"model.shop.a\": [],\n";
    let after = desk.read(FILE);
    assert_eq!(after, before.replace(group, "    \"DOC001 undocumented-model\": {\n"));
    // Once more changes nothing.
    let run = check(&desk, "DOC001,SUP005", &["--update-baseline"]);
    assert_eq!(told(&run)[1], "shop/dbt-steward-baseline.json: nothing to update");
    assert_eq!(desk.read(FILE), after);
}

#[test]
fn it_grows_only_if_one_says_so() {
    let desk = changed();
    let run = check(&desk, "DOC001,SUP005", &["--update-baseline", "--allow-growth", "--fail-on", "info"]);
    run.prints(0, "");
    assert_eq!(
        told(&run),
        [
            "2 findings are in the baseline (shop/dbt-steward-baseline.json)",
            "shop/dbt-steward-baseline.json: 1 entry removed, 1 entry added"
        ]
    );
    let text = desk.read(FILE);
    let (documentation, tests) = text.split_once("TST001").unwrap();
    assert!(!documentation.contains("model.shop.a") && documentation.contains("model.shop.c"), "{text}");
    assert!(tests.contains("model.shop.a") && !tests.contains("model.shop.c"), "rules that did not run: {text}");
    check(&desk, "DOC001,SUP005", &["--fail-on", "new-info"]).prints(0, "");
    let run = desk.run(&["check", "shop", "--allow-growth"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("--update-baseline"), "{}", run.stderr);
}

#[test]
fn there_must_be_one_to_update() {
    let desk = shop();
    models(&desk, &[("a", "select 1 as id")]);
    desk.run(&["check", "shop", "--update-baseline"]).refuses(
        "  × there is no baseline to update: shop/dbt-steward-baseline.json is not there\n  help: `dbt-steward baseline` \
         records today's findings\n",
    );
    assert_eq!(desk.run(&["check", "shop", "--update-baseline", "--no-baseline"]).code, Some(2));
}

#[test]
fn line_ends_of_the_system_are_no_change() {
    let desk = shop();
    models(&desk, &[("a", "select 1 as id")]);
    record(&desk, "DOC001");
    let windows = desk.read(FILE).replace('\n', "\r\n");
    desk.write(FILE, &windows);
    assert_eq!(check(&desk, "DOC001,SUP005", &["--update-baseline", "--fail-on", "new-info"]).code, Some(0));
    assert_eq!(desk.read(FILE), windows);
}

#[test]
fn entries_of_both_sides_of_a_merge_hold() {
    let desk = shop();
    models(&desk, &[("a", "select 1 as id"), ("b", "select 1 as id"), ("c", "select 1 as id")]);
    record(&desk, "DOC001");
    let clean = desk.read(FILE);
    let doubled = clean
        .replace("      \"model.shop.b\": [],\n", "      \"model.shop.b\": [],\n      \"model.shop.a\": [],\n")
        .replace("\"findings\": {\n", "\"findings\": {\n    \"DOC001\": { \"model.shop.c\": [] },\n");
    desk.write(FILE, doubled);
    check(&desk, "DOC001,SUP005", &["--fail-on", "new-info", "--update-baseline"]).prints(0, "");
    assert_eq!(desk.read(FILE), clean);
}

#[test]
fn repaired_debt_fails_no_gate_for_what_is_new() {
    let desk = shop();
    models(&desk, &[("a", "select 1 as id")]);
    record(&desk, "DOC001,SUP005");
    desk.write("shop/models/m.yml", "models:\n  - {name: a, description: All there is.}\n");
    let gate = |fail_on: &str| check(&desk, "DOC001,SUP005", &["--preset", "strict", "--fail-on", fail_on]);
    let run = gate("new-info");
    assert_eq!((run.code, run.stdout.lines().count()), (Some(0), 1), "{}", run.stdout);
    assert!(run.stdout.contains("SUP005 stale-baseline-entry 1 baseline entry for DOC001"), "{}", run.stdout);
    assert_eq!(gate("new-warning").code, Some(0));
    // That it is there is a finding like any other, for who wants to fail on those.
    assert_eq!(gate("info").code, Some(1));
    models(&desk, &[("b", "select 1 as id")]);
    assert_eq!(gate("new-warning").code, Some(1));
}

/// A project with a model and a seed that nobody owns, recorded.
fn with_seed() -> Desk {
    let desk = shop();
    models(&desk, &[("a", "select 1 as id")]);
    desk.write("shop/seeds/s.csv", "id\n1\n");
    record(&desk, "DOC,OWN,SUP005");
    assert!(desk.read(FILE).contains("seed.shop.s"));
    desk
}

#[test]
fn what_went_as_the_last_of_its_type_can_leave_the_baseline() {
    let desk = with_seed();
    std::fs::remove_file(desk.path("shop/seeds/s.csv")).unwrap();
    let run = check(&desk, "DOC,OWN,SUP005", &[]);
    let stale = run.stdout.lines().filter(|line| line.contains("SUP005")).count();
    assert_eq!((stale, run.stdout.lines().count()), (3, 3), "{}", run.stdout);
    check(&desk, "DOC,OWN,SUP005", &["--update-baseline"]).prints(0, "");
    assert!(!desk.read(FILE).contains("seed.shop.s"));
    assert!(desk.read(FILE).contains("model.shop.a"));
}

#[test]
fn what_may_be_in_a_broken_file_is_not_fixed() {
    let desk = shop();
    models(&desk, &[("a", "select 1 as id")]);
    desk.write("shop/models/s.yml", "sources:\n  - {name: erp, tables: [{name: orders}]}\n");
    record(&desk, "DOC,OWN,SUP005");
    let recorded = desk.read(FILE);
    desk.write("shop/models/s.yml", "sources:\n  - {name: erp, tables: [{name: orders}\n");
    let run = check(&desk, "DOC,OWN,SUP005,PRJ001", &["--update-baseline"]);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
    assert!(run.stdout.contains("PRJ001"), "{}", run.stdout);
    assert_eq!(desk.read(FILE), recorded);
    // Nor is what would be in a project of which nothing is left.
    let desk = with_seed();
    let recorded = desk.read(FILE);
    std::fs::remove_dir_all(desk.path("shop/seeds")).unwrap();
    std::fs::remove_dir_all(desk.path("shop/models")).unwrap();
    check(&desk, "DOC,OWN,SUP005", &["--update-baseline", "--allow-empty"]);
    assert_eq!(desk.read(FILE), recorded);
}
