//! Scores before and after real repairs of a real project.

use std::collections::BTreeMap;

use serde_json::Value;

use super::worklist::small;
use super::{Desk, list};

/// The audit of a project by its own files.
fn audit(desk: &Desk, path: &str) -> Value {
    let arguments = ["audit", path, "--input", "project", "--format", "json", "--today", "2026-01-01", "--quiet"];
    let run = desk.run(&arguments);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    serde_json::from_str(&run.stdout).expect("an audit is JSON")
}

/// Every score of the project and of its parts, but for those of owners, whose things a repair may make others'.
fn scores(audit: &Value) -> BTreeMap<String, f64> {
    let mut all = BTreeMap::new();
    let mut add = |of: &str, name: &Value, score: &Value| {
        if let Some(score) = score.as_f64() {
            all.insert(format!("{of} {name}"), score);
        }
    };
    add("project", &Value::Null, &audit["scores"]["project"]["score"]);
    for of in ["traps", "folders", "layers"] {
        list(&audit["scores"][of]).iter().for_each(|part| add(of, &part["name"], &part["score"]));
    }
    list(&audit["dashboards"]).iter().for_each(|dashboard| add("dashboard", &dashboard["id"], &dashboard["score"]));
    all
}

#[test]
fn descriptions_owners_tests_and_freshness_never_lower_a_score() {
    let desk = Desk::with("shop", "shop");
    let mut before = scores(&audit(&desk, "shop"));
    let kpis = "shop/models/reporting/company/_rpt_company__models.yml";
    let ads = "shop/models/staging/ads/_ads__sources.yml";
    let repairs = [
        (kpis, "    description: TODO\n", "    description: What the company looks at every Monday.\n"),
        (ads, "    schema: ads\n", "    schema: ads\n    config: {meta: {owner: Marketing Analytics}}\n"),
        (
            kpis,
            "every Monday.\n",
            "every Monday.\n    columns: [{name: week, description: Its first day., data_tests: [unique, not_null]}]\n",
        ),
        (
            ads,
            "name, network and dates.\n",
            "name, network and dates.\n        config: {loaded_at_field: at, freshness: {warn_after: {count: 1, period: day}}}\n",
        ),
    ];
    for (file, old, new) in repairs {
        desk.edit(file, old, new);
        let after = scores(&audit(&desk, "shop"));
        for (of, score) in &before {
            assert!(after[of] >= *score, "{new}: {of} falls from {score} to {}", after[of]);
        }
        let risen = before.iter().filter(|(of, score)| after[*of] > **score).count();
        assert!(risen > 0, "{new} is worth something");
        before = after;
    }
}

#[test]
fn to_remove_what_nothing_uses_hardly_lowers_a_score() {
    let desk = small();
    desk.write("p/dbt-steward.yml", "extends: recommended\n");
    // Two parts of the project are in a bad way, so that unused tables are healthier than the mean.
    for file in ["p/models/marts/marts.yml", "p/models/staging/erp.yml"] {
        let text = desk.read(file).replace("    description: One row per order.\n", "");
        desk.write(file, text.replace(", data_tests: [unique, not_null]", ""));
    }
    let without = audit(&desk, "p")["scores"]["project"]["score"].as_f64().unwrap();
    let tables: String =
        (0..4).map(|number| format!("      - {{name: t{number}, description: Old data of a kind.}}\n")).collect();
    let source = "sources:\n  - name: old\n    description: The system before.\n    loader: none any more\n    config: {meta: {owner: Finance}}\n    tables:\n";
    desk.write("p/models/staging/old.yml", format!("{source}{tables}"));
    let with = audit(&desk, "p")["scores"]["project"]["score"].as_f64().unwrap();
    // At the weight of others they would make up a third of the score.
    assert!(with > without && with - without < 2.0, "{with} with them, {without} without");
}
