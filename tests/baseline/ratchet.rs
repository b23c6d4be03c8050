//! Shares that must not fall.

use crate::support::Desk;
use crate::{FILE, check, models, new, record, shop, told};

const RULE: &str = "low-documentation-coverage";

/// Four models, of which the named are documented.
fn project(options: &str, documented: &[&str]) -> Desk {
    let desk = shop();
    desk.write("shop/dbt-steward.yml", format!("rules:\n  {RULE}: {options}\n"));
    document(&desk, documented);
    models(
        &desk,
        &[
            ("staging/stg_a", "select 1 as id"),
            ("staging/stg_b", "select 1 as id"),
            ("marts/fct_a", "select 1 as id"),
            ("marts/fct_b", "select 1 as id"),
        ],
    );
    desk
}

fn document(desk: &Desk, names: &[&str]) {
    let entries: String =
        names.iter().map(|name| format!("  - {{name: {name}, description: What it is.}}\n")).collect();
    let text = if entries.is_empty() { String::new() } else { format!("models:\n{entries}") };
    desk.write("shop/models/m.yml", text);
}

const RATCHET: &str = "{severity: warning, min: ratchet}";

#[test]
fn a_share_may_rise_and_must_not_fall() {
    let desk = project(RATCHET, &["stg_a", "fct_a"]);
    let run = record(&desk, RULE);
    assert_eq!(run.stderr.lines().next().unwrap(), "shop/dbt-steward-baseline.json: recorded no finding and 1 share");
    let shares = "  \"findings\": {},\n  \"shares\": {\n    \"DOC022 low-documentation-coverage\": {\n      \
                  \"models\": \"2 of 4\",\n      \"~\": \"\"\n    }\n  }\n}\n";
    assert!(desk.read(FILE).ends_with(shares), "{}", desk.read(FILE));
    assert_eq!(new(&desk, RULE), [""; 0]);
    document(&desk, &["stg_a"]);
    let found = desk.json(&["shop", "--select", RULE]);
    let finding = &found["findings"][0];
    assert_eq!(
        finding["message"],
        "25.0 % of the models of project `shop` are documented (1 of 4); it was 50.0 % (2 of 4)"
    );
    assert_eq!(
        finding["help"],
        "describe 1 more of them; if it had to fall, `dbt-steward check --update-baseline --allow-growth` records the lower \
         share"
    );
    // It is not lowered by itself, and never becomes an entry.
    let run = check(&desk, RULE, &["--update-baseline", "--fail-on", "new-warning"]);
    assert_eq!((run.code, told(&run)[1]), (Some(1), "shop/dbt-steward-baseline.json: nothing to update"));
    assert!(desk.read(FILE).ends_with(shares));
    let run = check(&desk, RULE, &["--update-baseline", "--allow-growth", "--fail-on", "new-warning"]);
    assert_eq!((run.code, told(&run)[1]), (Some(0), "shop/dbt-steward-baseline.json: 1 share changed"));
    assert!(desk.read(FILE).ends_with(&shares.replace("2 of 4", "1 of 4")), "{}", desk.read(FILE));
    // And raised.
    document(&desk, &["stg_a", "stg_b", "fct_a"]);
    assert_eq!(new(&desk, RULE), [""; 0]);
    let run = check(&desk, RULE, &["--update-baseline"]);
    assert_eq!((run.code, told(&run)[1]), (Some(0), "shop/dbt-steward-baseline.json: 1 share changed"));
    assert!(desk.read(FILE).ends_with(&shares.replace("2 of 4", "3 of 4")));
}

#[test]
fn what_loses_nothing_never_fails() {
    let desk = project(RATCHET, &["stg_a"]);
    std::fs::remove_file(desk.path("shop/models/marts/fct_b.sql")).unwrap();
    record(&desk, RULE);
    assert!(desk.read(FILE).contains("\"1 of 3\""));
    // The same share of more.
    models(&desk, &[("b1", "select 1"), ("b2", "select 1"), ("b3", "select 1")]);
    document(&desk, &["stg_a", "b1"]);
    assert_eq!(new(&desk, RULE), [""; 0]);
    let before = desk.read(FILE);
    check(&desk, RULE, &["--update-baseline"]).prints(0, "");
    assert_eq!(desk.read(FILE), before, "the same share in other numbers is no change");
}

#[test]
fn deleting_what_is_documented_lets_a_share_fall() {
    let desk = project(RATCHET, &["stg_a", "fct_a"]);
    record(&desk, RULE);
    document(&desk, &["stg_a"]);
    std::fs::remove_file(desk.path("shop/models/marts/fct_a.sql")).unwrap();
    assert_eq!(
        new(&desk, RULE),
        ["DOC022 33.3 % of the models of project `shop` are documented (1 of 3); it was 50.0 % (2 of 4)"]
    );
}

#[test]
fn each_part_and_each_set_up_has_its_own() {
    let desk = project(
        "\n    - {severity: warning, min: ratchet, per: layer}\n    - {severity: warning, min: ratchet, of: columns, per: path, paths: [models/marts/**]}",
        &["fct_a"],
    );
    desk.write(
        "shop/models/marts/c.yml",
        "models:\n  - {name: fct_b, columns: [{name: id, description: What it is.}, {name: day}]}\n",
    );
    record(&desk, RULE);
    let text = desk.read(FILE);
    let lines: Vec<&str> = text.lines().filter(|line| line.contains(" of ")).map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "\"columns:path:models/marts in paths models/marts/**\": \"1 of 2\",",
            "\"models:layer:marts\": \"1 of 2\",",
            "\"models:layer:staging\": \"0 of 2\","
        ]
    );
    document(&desk, &["stg_a"]);
    assert_eq!(
        new(&desk, RULE),
        ["DOC022 0.0 % of the models in layer `marts` are documented (0 of 2); it was 50.0 % (1 of 2)"]
    );
    // A part that is new has no minimum yet, which the run says.
    document(&desk, &["fct_a"]);
    models(&desk, &[("intermediate/int_a", "select 1 as id")]);
    let run = check(&desk, RULE, &["--fail-on", "info"]);
    assert_eq!(
        (run.code, told(&run)[1]),
        (Some(0), "1 share is not in the baseline yet: --update-baseline records it")
    );
    check(&desk, RULE, &["--update-baseline"]);
    assert!(desk.read(FILE).contains("\"models:layer:intermediate\": \"0 of 1\","));
    // One that is gone is forgotten.
    std::fs::remove_file(desk.path("shop/models/intermediate/int_a.sql")).unwrap();
    check(&desk, RULE, &["--update-baseline"]);
    assert_eq!(desk.read(FILE), text);
}

#[test]
fn without_a_record_the_rule_does_not_run() {
    let reason =
        "`min` is `ratchet`, and no share is recorded yet; `dbt-steward baseline` or `check --update-baseline` does so";
    for (rule, options) in [(RULE, RATCHET), ("low-test-coverage", RATCHET), ("low-unit-test-coverage", RATCHET)] {
        let desk = project(RATCHET, &["stg_a"]);
        desk.write("shop/dbt-steward.yml", format!("rules:\n  {rule}: {options}\n"));
        let skipped = |desk: &Desk| {
            let found = desk.json(&["shop", "--select", rule, "--allow-empty"]);
            found["summary"]["rules"][0]["skipped"].clone()
        };
        assert_eq!(skipped(&desk), reason);
        record(&desk, "DOC001");
        assert_eq!(skipped(&desk), reason, "a baseline without it");
        assert_eq!(check(&desk, rule, &["--update-baseline"]).code, Some(0));
        assert_eq!(skipped(&desk), serde_json::Value::Null);
        assert_eq!(desk.read(FILE).matches(" of 4\"").count(), 1, "{}", desk.read(FILE));
    }
}

#[test]
fn an_entry_of_a_fixed_minimum_does_not_stop_the_ratchet() {
    let desk = project("{severity: warning, min: 90}", &["stg_a", "fct_a"]);
    record(&desk, RULE);
    assert_eq!(new(&desk, RULE), [""; 0]);
    desk.write("shop/dbt-steward.yml", format!("rules:\n  {RULE}: {RATCHET}\n"));
    check(&desk, RULE, &["--update-baseline"]).prints(0, "");
    document(&desk, &["stg_a"]);
    assert_eq!(new(&desk, RULE).len(), 1);
}

#[test]
fn tests_have_a_ratchet_too() {
    let desk = project(RATCHET, &[]);
    desk.write("shop/dbt-steward.yml", "rules:\n  low-test-coverage: {severity: warning, min: ratchet}\n");
    let tested = "models:\n  - {name: fct_a, columns: [{name: id, data_tests: [unique]}]}\n";
    desk.write("shop/models/m.yml", tested);
    record(&desk, "TST010");
    desk.write("shop/models/m.yml", "");
    assert_eq!(
        new(&desk, "TST010"),
        ["TST010 0.0 % of the models of project `shop` are tested (0 of 4); it was 25.0 % (1 of 4)"]
    );
}

#[test]
fn unit_tests_have_a_ratchet_for_each_layer() {
    let desk = project(RATCHET, &[]);
    desk.write(
        "shop/dbt-steward.yml",
        "rules:\n  low-unit-test-coverage: {severity: warning, min: ratchet, per: layer}\n",
    );
    let unit = |model: &str| {
        format!("  - {{name: {model}_adds_up, model: {model}, given: [], expect: {{rows: [{{id: 1}}]}}}}\n")
    };
    let write = |models: &[&str]| {
        let tests: String = models.iter().map(|model| unit(model)).collect();
        desk.write("shop/models/m.yml", format!("unit_tests:\n{tests}"));
    };
    write(&["fct_a", "fct_b", "stg_a"]);
    record(&desk, "TST012");
    let text = desk.read(FILE);
    let shares: Vec<&str> = text.lines().filter(|line| line.contains(" of ")).map(str::trim).collect();
    assert_eq!(shares, ["\"models:layer:marts\": \"2 of 2\",", "\"models:layer:staging\": \"1 of 2\","]);
    assert_eq!(new(&desk, "TST012"), [""; 0]);
    // One layer gains what the other loses.
    write(&["fct_a", "stg_a", "stg_b"]);
    assert_eq!(
        new(&desk, "TST012"),
        ["TST012 50.0 % of the SQL models in layer `marts` are unit-tested (1 of 2); it was 100.0 % (2 of 2)"]
    );
    check(&desk, "TST012", &["--update-baseline", "--allow-growth"]).prints(0, "");
    assert_eq!(
        desk.read(FILE),
        text.replace("2 of 2", "1 of 2").replacen("staging\": \"1 of 2", "staging\": \"2 of 2", 1)
    );
}
