//! What the worklist says to do, on a project small enough to count by hand.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Desk, list};

/// Source → staging → mart → dashboard, where the source has no test.
pub fn small() -> Desk {
    let desk = Desk::new();
    desk.write("p/dbt_project.yml", "name: small\nversion: '1.0'\nprofile: small\nmodel-paths: [models]\n");
    desk.write("p/dbt-steward.yml", "extends: minimal\n");
    desk.write(
        "p/models/staging/erp.yml",
        "sources:
  - name: erp
    description: The planning system.
    config: {meta: {owner: Data Platform}}
    tables:
      - name: orders
        description: One row per order.
models:
  - name: stg_orders
    description: One row per order.
    config: {meta: {owner: Data Platform}}
    columns: [{name: order_id, description: Key of the order., data_tests: [unique, not_null]}]
",
    );
    desk.write("p/models/staging/stg_orders.sql", "select order_id from {{ source('erp', 'orders') }}\n");
    desk.write("p/models/marts/fct_orders.sql", "select order_id from {{ ref('stg_orders') }}\n");
    desk.write(
        "p/models/marts/marts.yml",
        "models:
  - name: fct_orders
    description: One row per order.
    config: {meta: {owner: Finance}}
    columns: [{name: order_id, description: Key of the order., data_tests: [unique, not_null]}]
exposures:
  - name: board
    type: dashboard
    description: What the board looks at.
    url: https://bi.example/1
    owner: {name: Finance, email: finance@example.com}
    depends_on: [ref('fct_orders')]
",
    );
    desk
}

/// The same, where the dashboard rests on a second source, and nothing checks how fresh either is.
pub fn on_two_sources() -> Desk {
    let desk = small();
    desk.write("p/dbt-steward.yml", "extends: minimal\nrules: {EXP010: warning, SRC001: warning}\n");
    desk.write("p/models/staging/crm.yml", "sources:\n  - name: crm\n    description: Customers.\n    config: {meta: {owner: Ana}}\n    tables:\n      - name: people\n");
    desk.write("p/models/staging/stg_people.sql", "select 1 as person_id from {{ source('crm', 'people') }}\n");
    desk.edit(
        "p/models/marts/fct_orders.sql",
        "{{ ref('stg_orders') }}",
        "{{ ref('stg_orders') }}, {{ ref('stg_people') }}",
    );
    desk
}

/// An audit of that project.
pub fn audit(desk: &Desk, arguments: &[&str]) -> Value {
    let run = desk.run(&[&["audit", "p", "--format", "json", "--today", "2026-01-01", "--quiet"], arguments].concat());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    serde_json::from_str(&run.stdout).expect("an audit is JSON")
}

#[test]
fn one_gap_is_one_action() {
    let audit = audit(&small(), &[]);
    // 3 × (1 + 2·log₂ 2 + ½·log₂ 3)
    assert_eq!(audit["risk"], json!(11.4));
    assert_eq!(
        audit["worklist"],
        json!([{
            "id": "test:source.small.erp",
            "kind": "test",
            "what": "test source `erp`",
            "effect": "clears 1 finding; 1 dashboard rests on that",
            "urgent": false,
            "why_urgent": null,
            "risk": 11.4,
            "effort": "small",
            "places": 1,
            "is_code": false,
            "owner": "Data Platform",
            "rules": ["TST002"],
            "members": 1,
            "clears": [0],
            "eases": [],
            "eases_members": [],
            "subjects": ["source.small.erp.orders"],
            "dashboards": 1,
            "files": ["p/models/staging/erp.yml:6"],
        }])
    );
    assert_eq!(audit["findings"][0]["why"], json!("feeds 1 dashboard, 2 models"));
    // Weights: source 1 + 1 + ½·log₂ 3, staging 1 + 1 + ½, mart and dashboard 1 + 1 each. The source has a health of 0.8,
    // and the project as a whole one of 1: 0.9 × 0.9399 + 0.1.
    assert_eq!(audit["scores"]["project"]["score"], json!(94.5));
    assert_eq!(audit["scores"]["project"]["worst"], json!([0]));
    let owner = |name: &str| {
        let owners = list(&audit["scores"]["owners"]);
        owners.iter().find(|owner| owner["name"] == name).expect("the owner is there")["score"].clone()
    };
    // (2.7925 × 0.8 + 2.5) of 5.2925
    assert_eq!((owner("Data Platform"), owner("Finance")), (json!(89.4), json!(100.0)));
    // Itself, its mart, its staging model and its source: (1 + 1 + ½ + ¼ × 0.8) of 2¾.
    assert_eq!(audit["dashboards"][0]["score"], json!(98.1));
    let dashboard = &audit["dashboards"][0];
    assert_eq!((&dashboard["governed"], &dashboard["governable"]), (&json!(2), &json!(3)));
    assert_eq!(dashboard["weak"]["untested"], json!(1));
    assert_eq!(dashboard["weak"]["unfresh"], json!(1));
    let name = |at: &Value| audit["lineage"]["nodes"]["name"][at.as_u64().unwrap() as usize].clone();
    let upstream: Vec<Value> = list(&dashboard["upstream"]).iter().map(|it| json!([name(&it[0]), it[1]])).collect();
    assert_eq!(json!(upstream), json!([["fct_orders", 1], ["stg_orders", 2], ["erp.orders", 3]]));
}

#[test]
fn an_owner_is_named_where_one_line_says_it_for_most() {
    let desk = small();
    desk.edit("p/models/marts/marts.yml", "    config: {meta: {owner: Finance}}\n", "");
    let own = |desk: &Desk| -> Vec<String> {
        let audit = audit(desk, &[]);
        let actions = list(&audit["worklist"]).iter().filter(|action| action["kind"] == "own");
        actions.map(|action| format!("{} = {}", action["id"], action["what"]).replace('"', "")).collect()
    };
    assert_eq!(own(&desk), ["own:model.small.fct_orders = name an owner of model `fct_orders`"]);
    desk.write("p/models/marts/dim_days.sql", "select 1 as day from {{ ref('stg_orders') }}\n");
    assert_eq!(own(&desk), ["own:models/marts/:model = name an owner of the 2 models in `models/marts`"]);
    desk.write("p/models/groups.yml", "groups:\n  - name: finance\n    owner: {name: ' '}\n");
    desk.write(
        "p/models/marts/dim_days.sql",
        "{{ config(group='finance') }} select 1 as day from {{ ref('stg_orders') }}\n",
    );
    assert_eq!(
        own(&desk),
        [
            "own:model.small.fct_orders = name an owner of model `fct_orders`",
            "own:group.small.finance = name an owner of group `finance`",
        ]
    );
}

#[test]
fn a_finding_for_many_is_shared_out_among_actions() {
    let desk = small();
    // More than five models, and none has an owner: one finding.
    for folder in ["a", "b"] {
        for number in 0..4 {
            let path = format!("p/models/{folder}/m_{folder}{number}.sql");
            desk.write(&path, format!("select {number} as n from {{{{ ref('stg_orders') }}}}\n"));
        }
    }
    for file in ["p/models/marts/marts.yml", "p/models/staging/erp.yml"] {
        let text = desk.read(file).replace("    config: {meta: {owner: Finance}}\n", "");
        desk.write(file, text.replace("    config: {meta: {owner: Data Platform}}\n", ""));
    }
    let audit = audit(&desk, &[]);
    let unowned: Vec<&Value> = list(&audit["findings"]).iter().filter(|finding| finding["code"] == "EXP007").collect();
    assert_eq!(unowned.len(), 1);
    assert_eq!(unowned[0]["message"], "none of the 10 models has an owner, and 2 of them feed dashboards");
    assert_eq!(list(&unowned[0]["members"]).len(), 12, "2 that feed dashboards, and what unowned-model says of all 10");
    assert_eq!(unowned[0]["why"], "stands for 10 models; model `stg_orders` feeds 1 dashboard, 9 models");
    let own: Vec<&Value> = list(&audit["worklist"])
        .iter()
        .filter(|action| list(&action["rules"]).iter().any(|rule| rule == "OWN001" || rule == "EXP007"))
        .collect();
    let said: Vec<(&str, f64)> =
        own.iter().map(|action| (action["id"].as_str().unwrap(), action["risk"].as_f64().unwrap())).collect();
    // An error that feeds a dashboard: 8 × (1 + 2 + ½·log₂ 10) and 8 × (1 + 2); the others are warnings: 4 × 3 × 1.
    assert_eq!(
        said,
        [
            ("own:model.small.stg_orders", 37.3),
            ("own:model.small.fct_orders", 24.0),
            ("own:models/a/:model", 12.0),
            ("own:models/b/:model", 12.0),
        ]
    );
    assert_eq!(unowned[0]["risk"], json!(85.3));
    assert!(own.iter().all(|action| list(&action["clears"]).is_empty() && list(&action["eases"]).len() == 1));
    assert_eq!(own[2]["effect"], "clears 1 finding for 4 of its 10 models");
    assert_eq!(own[2]["members"], 4);
    // The first two members are those that feed dashboards; what unowned-model says of the same two has no part.
    let members = |action: &Value| list(&action["eases_members"][0]).to_vec();
    let all: BTreeSet<u64> = own.iter().flat_map(|action| members(action)).filter_map(|at| at.as_u64()).collect();
    assert_eq!((all.len(), members(own[2]).len()), (10, 4));
}

#[test]
fn a_dashboard_is_fresh_once_all_its_sources_are() {
    let desk = on_two_sources();
    let audit = audit(&desk, &[]);
    let fresh: Vec<Value> = list(&audit["worklist"])
        .iter()
        .filter(|action| action["kind"] == "freshness")
        .map(|action| {
            json!([action["id"], list(&action["clears"]).len(), list(&action["eases"]).len(), action["owner"]])
        })
        .collect();
    assert_eq!(
        json!(fresh),
        json!([["freshness:source.small.crm", 1, 1, "Ana"], ["freshness:source.small.erp", 1, 1, "Data Platform"]])
    );
    let crm = action(&audit, "freshness:source.small.crm");
    assert_eq!(
        crm["effect"],
        "clears 1 finding on 1 source table, 1 exposure, and helps to clear 1 more; 1 dashboard rests on that"
    );
    assert_eq!(crm["eases_members"], json!([[]]), "only together with the other source");
    // What is edited comes first, and not what gains by it.
    assert_eq!(crm["files"], json!(["p/models/staging/crm.yml:6", "p/models/marts/marts.yml:12"]));
}

/// The action with that id.
#[track_caller]
fn action<'a>(audit: &'a Value, id: &str) -> &'a Value {
    let ids: Vec<&Value> = list(&audit["worklist"]).iter().map(|action| &action["id"]).collect();
    let found = list(&audit["worklist"]).iter().find(|action| action["id"] == id);
    found.unwrap_or_else(|| panic!("no action {id} in {ids:?}"))
}

#[test]
fn what_cannot_wait_comes_first_and_says_why() {
    let desk = small();
    desk.write("p/dbt-steward.yml", "extends: recommended\n");
    desk.write("p/models/staging/stg_odd.sql", "select * from {{ ref('nowhere') }}\n");
    let audit = audit(&desk, &[]);
    let first = &audit["worklist"][0];
    assert_eq!(first["what"], "define or correct references to what does not exist");
    assert_eq!(
        (&first["urgent"], &first["why_urgent"]),
        (&json!(true), &json!("dbt cannot build the project until this is done"))
    );
    assert!(first["risk"].as_f64() < audit["worklist"][1]["risk"].as_f64());
    let urgent = list(&audit["worklist"]).iter().filter(|action| action["urgent"] == true);
    assert_eq!(urgent.count(), 1);
    // dbt leaves a test out that refers to nothing, and builds the rest.
    desk.write("p/models/staging/stg_odd.sql", "select 1 as odd_id from {{ ref('stg_orders') }}\n");
    desk.write("p/tests/odd.sql", "select * from {{ ref('nowhere') }}\n");
    let audit = super::worklist::audit(&desk, &[]);
    assert_eq!(action(&audit, "DAG015:project")["why_urgent"], Value::Null);
}

#[test]
fn work_on_what_may_go_waits_for_the_decision() {
    let desk = small();
    desk.write("p/dbt-steward.yml", "extends: recommended\n");
    desk.write("p/models/staging/crm.yml", "sources:\n  - name: crm\n    tables: [{name: people}, {name: letters}]\n");
    let both = audit(&desk, &[]);
    let unused = action(&both, "SRC004:source.small.crm");
    assert_eq!(unused["what"], "use the 2 source tables in `crm` or remove them");
    assert_eq!(unused["effect"], "clears 3 findings on 2 source tables, 1 source, 2 of them only by removal");
    assert_eq!(unused["rules"], json!(["DOC002", "OWN002", "SRC004"]));
    let others = list(&both["worklist"]).iter().filter(|action| action["id"].to_string().contains("crm"));
    assert_eq!(others.count(), 1, "{}", both["worklist"]);
    // One table is used, so that the source stays, and what is missing of it is worth doing.
    desk.write("p/models/staging/stg_people.sql", "select 1 as person_id from {{ source('crm', 'people') }}\n");
    let one = audit(&desk, &[]);
    let unused = action(&one, "SRC004:source.small.crm");
    assert_eq!(unused["what"], "use source table `crm.letters` or remove it");
    assert_eq!(
        unused["effect"],
        "clears 1 finding, and 1 more for 1 of its 2 source tables, 1 of them only by removal"
    );
    assert_eq!(action(&one, "own:source.small.crm")["what"], "name an owner of source `crm`");
}

#[test]
fn those_who_build_on_a_model_have_to_move() {
    let desk = small();
    desk.write("p/dbt-steward.yml", "extends: minimal\nrules: {ACC017: warning}\n");
    desk.edit(
        "p/models/staging/erp.yml",
        "  - name: stg_orders\n",
        "  - name: stg_orders\n    deprecation_date: 2025-01-01\n",
    );
    let audit = audit(&desk, &[]);
    let moved = action(&audit, "ACC017:model.small.stg_orders");
    assert_eq!(moved["what"], "move what is built on model `stg_orders` to what replaces it");
    assert_eq!(moved["owner"], "Finance", "who builds on it, and not who owns it");
    assert_eq!(moved["files"], json!(["p/models/marts/fct_orders.sql:1", "p/models/staging/erp.yml:10"]));
    assert_eq!(moved["places"], 1);
}

#[test]
fn an_owner_with_a_name_lacks_an_address_only() {
    let desk = small();
    desk.write("p/dbt-steward.yml", "extends: minimal\nrules: {OWN003: warning, OWN006: warning}\n");
    desk.edit(
        "p/models/marts/marts.yml",
        "owner: {name: Finance, email: finance@example.com}",
        "owner: {name: Finance}",
    );
    desk.write("p/models/groups.yml", "groups:\n  - name: money\n    owner: {name: Finance}\n");
    let audit = audit(&desk, &[]);
    let what = |id: &str| action(&audit, id)["what"].clone();
    assert_eq!(what("own:exposure.small.board"), "say how to reach the owner of exposure `board`");
    assert_eq!(what("own:group.small.money"), "say how to reach the owner of group `money`");
}

#[test]
fn how_files_are_written_is_the_projects_matter() {
    let desk = small();
    desk.write("p/dbt-steward.yml", "extends: minimal\nrules: {PRJ006: warning}\n");
    desk.edit("p/dbt_project.yml", "profile: small\n", "profile: small\nrequire-dbt-version: '>=1.8.0'\n");
    desk.edit("p/models/marts/marts.yml", "data_tests:", "tests:");
    desk.edit("p/models/staging/erp.yml", "data_tests:", "tests:");
    let audit = audit(&desk, &[]);
    let action =
        list(&audit["worklist"]).iter().find(|action| action["rules"] == json!(["PRJ006"])).expect("it is there");
    assert_eq!(action["subjects"], json!(["project.small"]));
    // A warning on the project, twice: 3 × 3 × (1 + log₂ 2). What the dashboard rests on is in no danger.
    assert_eq!((&action["risk"], &action["effect"]), (&json!(18.0), &json!("clears 2 findings")));
}
