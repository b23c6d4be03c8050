//! What scores are of, and what of a project does not count.

use serde_json::{Value, json};

use super::worklist::{audit, small};
use super::{list, shop};

#[track_caller]
fn trap<'a>(audit: &'a Value, name: &str) -> &'a Value {
    list(&audit["scores"]["traps"]).iter().find(|trap| trap["name"] == name).expect("each trap is there")
}

#[test]
fn a_trap_is_open_where_its_rule_finds_fault_with_everything() {
    let desk = small();
    desk.write("p/dbt-steward.yml", "extends: minimal\nrules: {OWN001: warning, OWN002: warning, EXP007: error}\n");
    for file in ["p/models/marts/marts.yml", "p/models/staging/erp.yml"] {
        let text = desk.read(file).replace("    config: {meta: {owner: Finance}}\n", "");
        desk.write(file, text.replace("    config: {meta: {owner: Data Platform}}\n", ""));
    }
    let audit = audit(&desk, &[]);
    // Both models feed the dashboard, so that there are findings of EXP007 alone; without owner they are all the same.
    let codes = |of: &Value| -> Vec<Value> {
        list(&of["worst"]).iter().map(|at| audit["findings"][at.as_u64().unwrap() as usize]["code"].clone()).collect()
    };
    let centralise = trap(&audit, "centralise");
    assert_eq!(codes(centralise), [json!("EXP007"), json!("EXP007"), json!("OWN002")]);
    // Half of each model and of the source; no finding on the project, which is a tenth: 0.9 × ½ + 0.1.
    assert_eq!(centralise["score"], json!(55.0));
    assert_eq!(centralise["findings"], json!({"error": 2, "warning": 1, "info": 0}));
    let business = trap(&audit, "serve the business");
    assert_eq!(codes(business), [json!("EXP007"), json!("EXP007")]);
    assert_eq!(business["unknown"], Value::Null);
}

#[test]
fn a_trap_that_nothing_can_be_said_of_has_no_score_and_says_why() {
    let desk = small();
    desk.write("p/dbt-steward.yml", "extends: recommended\n");
    let unknown = |audit: &Value| -> Vec<Value> {
        let unknown = list(&audit["scores"]["traps"]).iter().filter(|trap| trap["score"].is_null());
        unknown.map(|trap| json!([trap["name"], trap["unknown"]])).collect()
    };
    assert!(unknown(&audit(&desk, &[])).is_empty());
    desk.edit("p/models/marts/marts.yml", "    config: {meta: {owner: Finance}}\n", "");
    let of_staging = "    config: {meta: {owner: Data Platform}}\n    columns";
    desk.edit("p/models/staging/erp.yml", of_staging, "    columns");
    let nobody = json!(["balance the team", "no model that feeds a dashboard has an owner"]);
    assert_eq!(json!(unknown(&audit(&desk, &[]))), json!([nobody]));
    let yml = desk.read("p/models/marts/marts.yml");
    desk.write("p/models/marts/marts.yml", yml.split("exposures:").next().unwrap());
    assert_eq!(unknown(&audit(&desk, &[])), [json!(["serve the business", "no exposure is declared"]), nobody]);
    desk.write("p/dbt-steward.yml", "extends: minimal\n");
    assert_eq!(unknown(&audit(&desk, &[])).last(), Some(&json!(["balance the team", "none of its rules ran"])));
}

#[test]
fn what_is_near_a_dashboard_counts_most() {
    let shop = shop();
    let score = |name: &str| {
        let dashboard = list(&shop["dashboards"]).iter().find(|it| it["name"] == name).expect("it is there");
        dashboard["score"].as_f64().unwrap()
    };
    // Its one model is undocumented, untested and unowned; the forty above that are well kept.
    assert!(score("weekly_kpis") < 60.0);
    // One of three that it reads has no lineage and is open to everyone.
    assert!((75.0..90.0).contains(&score("board_pack")), "{}", score("board_pack"));
}

#[test]
fn the_risk_of_a_part_is_that_of_the_defects_in_it() {
    let audit = audit(&small(), &[]);
    let risks = |parts: &str| -> Vec<Value> {
        list(&audit["scores"][parts]).iter().map(|part| json!([part["name"], part["risk"]])).collect()
    };
    assert_eq!(risks("folders"), [json!(["models/marts", 0.0]), json!(["models/staging", 11.4])]);
    assert_eq!(risks("owners"), [json!(["Data Platform", 11.4]), json!(["Finance", 0.0])]);
    assert_eq!(risks("layers")[0], json!(["source", 11.4]));
}

#[test]
fn a_group_counts_what_has_a_score() {
    let unreachable = &shop()["owners"]["unreachable"];
    let group = list(unreachable).iter().find(|it| it["id"] == "group.shop.logistics").expect("nobody can reach it");
    assert_eq!(group["resources"], 9, "and none of the tests of its models");
}

#[test]
fn what_is_accepted_is_said() {
    let desk = small();
    assert_eq!(audit(&desk, &[])["suppressed"], json!({"findings": 0, "risk": 0.0, "score": 94.5}));
    desk.edit(
        "p/models/staging/erp.yml",
        "      - name: orders\n",
        "      - name: orders\n        config: {meta: {steward: {ignore: [TST002]}}}\n",
    );
    let audit = audit(&desk, &[]);
    assert_eq!(audit["suppressed"], json!({"findings": 1, "risk": 11.4, "score": 94.5}));
    assert_eq!(audit["scores"]["project"]["score"], json!(100.0));
    let note = "1 finding is suppressed and counts nowhere: without suppressions the score would be 94.5 instead of 100.0, \
                and the risk greater by 11.4.";
    assert!(list(&audit["notes"]).contains(&json!(note)), "{}", audit["notes"]);
}

#[test]
fn what_is_disabled_is_counted_and_where_it_is_much_said() {
    let desk = small();
    let audit = || audit(&desk, &[]);
    let says = |audit: &Value| list(&audit["notes"]).iter().any(|note| note.as_str().unwrap().contains("disabled"));
    let none = audit();
    assert_eq!((&none["counts"]["disabled_models"], says(&none)), (&json!(0), false));
    for number in 0..3 {
        let sql = "{{ config(enabled=false) }} select 1 as n\n";
        desk.write(&format!("p/models/off/off_{number}.sql"), sql);
    }
    let some = audit();
    assert_eq!(some["counts"]["disabled_models"], json!(3));
    let note = "3 models are disabled by config and were not looked at; 2 models were. Variables that enable them can be set \
                in the `vars` of dbt_project.yml, or a manifest be made with them.";
    assert!(list(&some["notes"]).contains(&json!(note)), "{}", some["notes"]);
    for number in 0..40 {
        desk.write(&format!("p/models/on/on_{number}.sql"), "select 1 as n from {{ ref('stg_orders') }}\n");
    }
    assert!(!says(&audit()), "few of many");
}
