//! The same project, its manifest written by dbt-core 1.12 and by an early 2.x engine: the findings are the same, but
//! for what the second manifest does not hold.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Code, subject, line, message.
type Key = (String, String, Option<u64>, String);

fn findings(project: &str, manifest: &str, config: &[&str]) -> BTreeSet<Key> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO_BIN_EXE_dbt-steward"))
        .current_dir(root)
        .args(["check", "--format", "json", "--exit-zero", "--today", "2026-01-01"])
        .args([&format!("fixtures/{project}"), "--manifest", &format!("fixtures/{project}/target/{manifest}")])
        .args(config)
        .output()
        .expect("the binary starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output: Value = serde_json::from_slice(&output.stdout).expect("the output is JSON");
    let text = |finding: &Value, key: &str| finding[key].as_str().expect("the field is a string").to_owned();
    let key = |finding: &Value| {
        (text(finding, "code"), text(finding, "subject"), finding["line"].as_u64(), text(finding, "message"))
    };
    output["findings"].as_array().expect("findings are a list").iter().map(key).collect()
}

/// Why the 2.x manifest of a project lacks a finding.
struct Missing {
    code: &'static str,
    subject: &'static str,
    because: &'static str,
}

/// The engine writes no semantic models, metrics or saved queries once a project declares one in the older form.
const NO_SEMANTIC_LAYER: &str = "the 2.x manifest has no semantic models, metrics and saved queries of this project";

const SHOP: [Missing; 13] = [
    Missing { code: "DOC009", subject: "metric.shop.paid_amount", because: NO_SEMANTIC_LAYER },
    Missing { code: "DOC010", subject: "saved_query.shop.sales_by_country", because: NO_SEMANTIC_LAYER },
    Missing { code: "DOC010", subject: "semantic_model.shop.payments", because: NO_SEMANTIC_LAYER },
    Missing {
        code: "DOC023",
        subject: "doc.shop.warehouse_zone",
        because: "2.x does not record which docs blocks descriptions use (`doc_blocks`)",
    },
    Missing {
        code: "EXP014",
        subject: "exposure.shop.board_pack",
        because: "one of its three parents is a metric, which the manifest does not have",
    },
    Missing { code: "MET001", subject: "metric.shop.sales", because: NO_SEMANTIC_LAYER },
    Missing { code: "MET002", subject: "metric.shop.paid_amount", because: NO_SEMANTIC_LAYER },
    Missing { code: "MET003", subject: "semantic_model.shop.payments", because: NO_SEMANTIC_LAYER },
    Missing { code: "MET004", subject: "semantic_model.shop.payments", because: NO_SEMANTIC_LAYER },
    Missing { code: "MET005", subject: "semantic_model.shop.visit_customer_link", because: NO_SEMANTIC_LAYER },
    Missing { code: "OWN004", subject: "metric.shop.orders", because: NO_SEMANTIC_LAYER },
    Missing { code: "OWN004", subject: "saved_query.shop.sales_by_country", because: NO_SEMANTIC_LAYER },
    Missing { code: "OWN004", subject: "semantic_model.shop.visit_customer_link", because: NO_SEMANTIC_LAYER },
];

#[test]
fn shop_differs_only_by_what_the_newer_manifest_lacks() {
    let config = ["--config", "fixtures/shop/every-rule.yml"];
    let core = findings("shop", "manifest.json", &config);
    let newer = findings("shop", "dbt2/manifest.json", &config);
    let added: Vec<_> = newer.difference(&core).collect();
    assert!(added.is_empty(), "only in 2.x: {added:#?}");
    let missing: BTreeSet<(&str, &str)> =
        core.difference(&newer).map(|(code, subject, ..)| (code.as_str(), subject.as_str())).collect();
    let explained: BTreeSet<(&str, &str)> = SHOP.iter().map(|missing| (missing.code, missing.subject)).collect();
    assert_eq!(missing, explained, "each of these has its reason: {:#?}", SHOP.map(|missing| missing.because));
}

#[test]
fn semantic_layer_of_shop_is_not_in_the_newer_manifest() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("fixtures/shop/target/dbt2/manifest.json")).expect("it is there");
    let manifest: Value = serde_json::from_str(&text).expect("it is JSON");
    for section in ["metrics", "semantic_models", "saved_queries"] {
        assert_eq!(manifest[section].as_object().map(serde_json::Map::len), Some(0), "{section}");
    }
    assert!(!text.contains("\"doc_blocks\""));
}

#[test]
fn other_projects_have_the_same_findings_from_both() {
    for project in ["no-exposures", "spans/transform"] {
        let core = findings(project, "manifest.json", &["--preset", "strict"]);
        assert!(!core.is_empty(), "{project}");
        assert_eq!(core, findings(project, "dbt2/manifest.json", &["--preset", "strict"]), "{project}");
    }
}
