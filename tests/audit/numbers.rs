//! The numbers of an audit equal those of `check`, and those that an independent count over the manifest gives.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Desk, audit, check, fixture, list, manifest, shop};

#[test]
fn findings_are_those_of_check() {
    let (audit, check) = (shop(), check());
    let findings = |of: &Value| -> Vec<Value> {
        let fields = ["code", "severity", "subject", "message", "help", "path", "line", "fingerprint"];
        let row = |finding: &Value| fields.iter().map(|field| finding[*field].clone()).collect();
        list(&of["findings"]).iter().map(row).collect()
    };
    assert_eq!(findings(&audit), findings(&check));
    assert_eq!(audit["totals"], check["summary"]["findings"]);
    assert_eq!(audit["counts"], check["summary"]["counts"]);
    let rules = |of: &Value| -> Vec<Value> {
        list(of).iter().map(|it| json!([it["code"], it["subjects"], it["findings"], it["skipped"]])).collect()
    };
    assert_eq!(rules(&audit["rules"]), rules(&check["summary"]["rules"]));
}

#[test]
fn output_is_the_same_at_any_number_of_threads() {
    let shop = fixture("shop");
    let run =
        |threads| Desk::new().run(&["audit", &shop.to_string_lossy(), "--format", "json", "--threads", threads]).stdout;
    assert_eq!(run("1"), run("2"));
}

/// For each resource of the manifest what is downstream of it, by a search from each.
fn downstream(manifest: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let children = manifest["child_map"].as_object().expect("a map");
    let below = |start: &String| {
        let mut found = BTreeSet::new();
        let mut open = vec![start.as_str()];
        while let Some(at) = open.pop() {
            for child in children.get(at).map(list).unwrap_or_default() {
                let child = child.as_str().expect("an id");
                if found.insert(child.to_owned()) {
                    open.push(child);
                }
            }
        }
        found
    };
    children.keys().map(|start| (start.clone(), below(start))).collect()
}

#[test]
fn reach_is_exact() {
    let (audit, manifest) = (shop(), manifest());
    let downstream = downstream(&manifest);
    let nodes = &audit["lineage"]["nodes"];
    let mut looked_at = 0;
    for (at, id) in list(&nodes["id"]).iter().map(|id| id.as_str().unwrap()).enumerate() {
        let below = &downstream[id];
        let count = |prefix: &str| below.iter().filter(|id| id.starts_with(prefix)).count();
        let itself = usize::from(id.starts_with("exposure."));
        assert_eq!(nodes["dashboards"][at], json!(count("exposure.") + itself), "{id}");
        assert_eq!(nodes["downstream"][at], json!(count("model.")), "{id}");
        let above = downstream.iter().filter(|(other, below)| other.starts_with("model.") && below.contains(id));
        assert_eq!(nodes["upstream"][at], json!(above.count()), "{id}");
        looked_at += 1;
    }
    assert_eq!(looked_at, 62 + 2 + 20 + 3 + 2 + 11 + 6 + 4 + 2 + 1, "all that reads or gives data");
}

#[test]
fn risks_of_actions_add_up_to_that_of_the_project() {
    let audit = shop();
    let sum = |of: &Value| list(of).iter().map(|it| it["risk"].as_f64().unwrap()).sum::<f64>();
    let total = audit["risk"].as_f64().unwrap();
    // Each number is rounded to one decimal.
    assert!((sum(&audit["worklist"]) - total).abs() < 0.05 * list(&audit["worklist"]).len() as f64);
    assert!((sum(&audit["findings"]) - total).abs() < 0.05 * list(&audit["findings"]).len() as f64);
}

#[test]
fn every_finding_is_cleared_by_an_action() {
    for preset in ["recommended", "strict"] {
        let audit = audit(&["--preset", preset]);
        let mut cleared = BTreeSet::new();
        let mut ids = BTreeSet::new();
        for action in list(&audit["worklist"]) {
            assert!(ids.insert(action["id"].as_str().unwrap()), "two actions have the id {}", action["id"]);
            for finding in list(&action["clears"]).iter().chain(list(&action["eases"])) {
                cleared.insert(finding.as_u64().unwrap());
            }
        }
        assert_eq!(cleared.len(), list(&audit["findings"]).len());
    }
}

/// How many resources of a section of the manifest there are, and how many pass.
fn share<'m>(resources: impl Iterator<Item = &'m Value>, passes: impl Fn(&Value) -> bool) -> (usize, usize) {
    let all: Vec<&Value> = resources.collect();
    (all.iter().filter(|resource| passes(resource)).count(), all.len())
}

#[test]
fn coverage_is_what_a_count_over_findings_and_manifest_gives() {
    let (audit, check, manifest) = (shop(), check(), manifest());
    let found = |codes: &[&str]| -> BTreeSet<&str> {
        let of_rule = |finding: &&Value| codes.contains(&finding["code"].as_str().unwrap());
        // What is accepted is not there even so.
        let all = list(&check["findings"]).iter().chain(list(&check["suppressed"]));
        all.filter(of_rule).map(|it| it["subject"].as_str().unwrap()).collect()
    };
    let own = |section: &str, kind: &str| -> Vec<Value> {
        let is_own = |it: &&Value| it["package_name"] == "shop" && it["resource_type"] == kind;
        manifest[section].as_object().unwrap().values().filter(is_own).cloned().collect()
    };
    let id = |it: &Value| it["unique_id"].as_str().unwrap().to_owned();
    let (models, sources, exposures) = (own("nodes", "model"), own("sources", "source"), own("exposures", "exposure"));
    let without = |all: &[Value], codes: &[&str]| {
        let found = found(codes);
        share(all.iter(), |it| !found.contains(id(it).as_str()))
    };
    let cell = |measure: &str, of: &str| {
        let cells = list(&audit["coverage"]["project"]).iter();
        let cell = cells.filter(|cell| cell["measure"] == measure && cell["of"] == of).collect::<Vec<_>>();
        assert_eq!(cell.len(), 1, "{measure} {of}");
        (cell[0]["covered"].as_u64().unwrap() as usize, cell[0]["total"].as_u64().unwrap() as usize)
    };
    assert_eq!(cell("documented", "models"), without(&models, &["DOC001", "EXP005"]));
    assert_eq!(cell("tested", "models"), without(&models, &["TST001", "EXP006"]));
    assert_eq!(cell("owned", "models"), without(&models, &["OWN001", "EXP007"]));
    assert_eq!(cell("documented", "sources"), without(&sources, &["DOC003"]));
    assert_eq!(cell("tested", "sources"), without(&sources, &["TST002"]));
    assert_eq!(cell("owned", "exposures"), without(&exposures, &["OWN003"]));
    assert_eq!(cell("documented", "exposures"), without(&exposures, &["DOC006"]));
    let public: Vec<Value> = models.iter().filter(|it| it["access"] == "public").cloned().collect();
    assert_eq!(cell("contracted", "public_models"), share(public.iter(), |it| it["contract"]["enforced"] == true));
    let has_freshness = |it: &Value| {
        let is_set = |key: &str| !it["freshness"][key]["count"].is_null();
        is_set("warn_after") || is_set("error_after")
    };
    let looked_at = sources.iter().filter(|it| has_freshness(it) || !it["freshness"].is_null());
    assert_eq!(cell("fresh", "sources"), share(looked_at, has_freshness));
    // Parts add up to the project.
    for parts in ["folders", "layers"] {
        let cells = list(&audit["coverage"][parts]).iter().flat_map(|part| list(&part["cells"]));
        let of_models = cells.filter(|cell| cell["measure"] == "documented" && cell["of"] == "models");
        let total: u64 = of_models.map(|cell| cell["total"].as_u64().unwrap()).sum();
        assert_eq!(total, 62, "{parts}");
    }
}
