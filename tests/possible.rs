//! Resources of which nobody knows whether they are enabled: the project names a profile, and none is at hand. Nothing is
//! concluded about such a resource, nor from its being there or not; what is found is found with every target.

mod support;

use std::collections::BTreeSet;

use support::Desk;

/// Two models of one name, each for a warehouse of its own, with all that can hang on a model: what they read, what reads
/// them, tests, a macro, a docs block, an entry.
const FILES: [(&str, &str); 13] = [
    (
        "dbt_project.yml",
        "name: shop\nversion: 1.0.0\nprofile: shop\nrequire-dbt-version: '>=1.9.0'\nmodels: {+meta: {owner: shop}}\nsources: {+meta: {owner: shop}}\n",
    ),
    (
        "models/duck/m.sql",
        "{{ config(enabled = target.type == 'duckdb') }}\n-- steward: ignore[TST014] checked by hand\nselect id from {{ ref('base') }}\n",
    ),
    (
        "models/snow/m.sql",
        "{% if target.type == 'snowflake' %}\nselect {{ only_here() }} as id from {{ source('erp', 'snow_only') }}\n\
         {% else %}\n{{ config(enabled=false) }}\n{% endif %}\n",
    ),
    ("models/base.sql", "select 1 as id\n"),
    ("models/child.sql", "select id from {{ ref('m') }}\n"),
    ("models/off.sql", "{{ config(enabled = env_var('NOT_SET') == 'x') }}\nselect * from {{ ref('nosuch') }}\n"),
    ("macros/only_here.sql", "{% macro only_here() %}1{% endmacro %}\n"),
    ("models/docs.md", "{% docs of_m %}One row an order.{% enddocs %}\n"),
    ("tests/of_m.sql", "select 1 from {{ ref('m') }} where id is null\n"),
    (
        "models/_models.yml",
        "models:\n  - name: m\n    description: \"{{ doc('of_m') }}\"\n    columns:\n      - name: id\n        data_tests:\n\
         \x20         - unique\n          - relationships:\n              arguments: {to: ref('base'), field: id}\n\
         \x20 - name: base\n    description: What orders rest on.\n    columns:\n      - name: id\n        description: Its number.\n\
         \x20       data_tests:\n          - relationships:\n              arguments: {to: ref('m'), field: id}\n\
         \x20 - name: child\n    description: What is made of orders.\n",
    ),
    (
        "models/_sources.yml",
        "sources:\n  - name: erp\n    description: What sells.\n    tables:\n      - name: snow_only\n        description: One row a sale.\n\
         \x20       columns: [{name: id, description: Its number., data_tests: [unique]}]\n\
         \x20     - name: maybe\n        description: One row a return.\n        config: {enabled: \"{{ target.type == 'duckdb' }}\"}\n\
         \x20       columns: [{name: id, description: Its number., data_tests: [unique]}]\n",
    ),
    (
        "models/_exposures.yml",
        "exposures:\n  - name: board\n    type: dashboard\n    url: https://bi.example.com/board\n    description: What sold.\n\
         \x20   owner: {email: bi@example.com}\n    depends_on: [ref('m')]\n",
    ),
    (
        "models/_unit.yml",
        "unit_tests:\n  - name: of_m\n    model: m\n    given: [{input: ref('base'), rows: [{id: 1}]}]\n    expect: {rows: [{id: 1}]}\n",
    ),
];

fn desk() -> Desk {
    let desk = Desk::new();
    for (path, text) in FILES {
        desk.write(&format!("shop/{path}"), text);
    }
    desk
}

/// Code and subject of all that the strictest rules find.
fn found(desk: &Desk) -> BTreeSet<String> {
    let json = desk.json(&["shop", "--preset", "strict", "--input", "project", "--today", "2026-01-15"]);
    let findings = json["findings"].as_array().expect("findings are a list");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    findings.iter().map(|finding| format!("{} {}", text(&finding["code"]), text(&finding["subject"]))).collect()
}

/// The same with a profile.
fn found_on(adapter: &str) -> BTreeSet<String> {
    let desk = desk();
    desk.write(
        "shop/profiles.yml",
        format!("shop: {{target: dev, outputs: {{dev: {{type: {adapter}, schema: s}}}}}}\n"),
    );
    found(&desk)
}

#[test]
fn what_is_found_without_a_profile_is_found_with_each() {
    let without = found(&desk());
    for adapter in ["duckdb", "snowflake"] {
        let with = found_on(adapter);
        let news: Vec<_> = without.difference(&with).collect();
        assert!(news.is_empty(), "{adapter}: {news:?}");
    }
    let certain = [
        "DOC007 macro.shop.only_here",
        "TST001 model.shop.child",
        // Its one test asks for `m`, and may be there.
        "TST003 model.shop.base",
        "TST010 project.shop",
    ];
    assert_eq!(without, certain.map(str::to_owned).into());
}

/// The same project would have more to say of, were it known.
#[test]
fn what_is_known_is_found() {
    let news = |adapter: &str| {
        let (with, without) = (found_on(adapter), found(&desk()));
        let of_readers = |finding: &&String| !finding.starts_with("DOC") && !finding.starts_with("EXP");
        with.difference(&without).filter(of_readers).cloned().collect::<Vec<_>>()
    };
    let of_both = ["SRC003 source.shop.erp", "TST003 model.shop.m"];
    for (adapter, own) in [
        ("duckdb", ["DAG001 model.shop.base", "SRC004 source.shop.erp", "SUP001 model.shop.m"]),
        ("snowflake", ["DAG002 model.shop.child", "DAG019 model.shop.base", "SRC001 source.shop.erp.snow_only"]),
    ] {
        let news = news(adapter);
        let missing: Vec<_> = own.iter().chain(&of_both).filter(|it| !news.contains(&(**it).to_owned())).collect();
        assert!(missing.is_empty(), "{adapter}: {missing:?} of {news:?}");
    }
}

#[test]
fn the_summary_says_what_is_left_out() {
    let desk = desk();
    let run = desk.run(&["check", "shop", "--input", "project", "--exit-zero"]);
    let line = "3 resources are left out, because whether they are enabled is not known";
    assert!(run.stderr.lines().any(|it| it == format!("{line}; --verbose says why")), "{}", run.stderr);
    let run = desk.run(&["check", "shop", "--input", "project", "--exit-zero", "--verbose"]);
    assert!(run.stderr.lines().any(|it| it == line), "{}", run.stderr);
    let why: Vec<_> = run.stderr.lines().filter_map(|it| it.strip_prefix("not known: enabled of ")).collect();
    let target = "target.type stands in a profile that is not at hand";
    assert_eq!(
        why,
        [
            "model.shop.off: env_var('NOT_SET') has no value here".to_owned(),
            "model.shop.m: set under a condition that is not known".to_owned(),
            // One of the two models `m`, its unit test, and the source table.
            format!("3 resources: {target}"),
            format!("4 resources: whether ref `m` is enabled is not known: {target}"),
            format!(
                "test.shop.source_unique_erp_maybe_id.331538cb23: whether source `erp.maybe` is enabled is not known: {target}"
            ),
        ]
    );
}

/// Were it gone for good, its entries of the baseline would be stale.
#[test]
fn a_baseline_made_with_a_profile_is_kept() {
    let desk = desk();
    desk.write("shop/profiles.yml", "shop: {target: dev, outputs: {dev: {type: duckdb, schema: s}}}\n");
    let arguments = ["shop", "--preset", "strict", "--input", "project", "--today", "2026-01-15"];
    let run = desk.run(&[&["baseline"], &arguments[..]].concat());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let stale = |desk: &Desk| {
        let json = desk.json(&arguments);
        let findings = json["findings"].as_array().expect("findings are a list").clone();
        findings.iter().filter(|it| it["code"] == "SUP005").map(|it| it["message"].to_string()).collect::<Vec<_>>()
    };
    std::fs::remove_file(desk.path("shop/profiles.yml")).expect("the file is ours");
    assert_eq!(stale(&desk), [""; 0]);
    desk.edit("shop/models/duck/m.sql", "target.type == 'duckdb'", "false");
    desk.edit("shop/models/snow/m.sql", "target.type == 'snowflake'", "false");
    let fixed = stale(&desk);
    assert!(fixed.iter().any(|it| it.contains("TST003")), "{fixed:?}");
}

/// A policy asks who reads a model: one that may be enabled may.
#[test]
fn policies_leave_open_what_depends_on_it() {
    let desk = desk();
    desk.write(
        "shop/dbt-steward.yml",
        "policies:\n  read: {when: resource.type == 'source', require: size(resource.children) > 0, message: nobody reads it}\n",
    );
    let run =
        desk.run(&["check", "shop", "--input", "project", "--verbose", "--select", "POL/read", "--format", "concise"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{}", run.stderr);
    let open = "  POL/read leaves 1 resource open, because what it asks of them is not known";
    assert!(run.stderr.lines().any(|line| line == open), "{}", run.stderr);
}

/// Nothing else is in it: that is no clean project, and the reason is told.
#[test]
fn a_project_of_nothing_else() {
    let desk = Desk::new();
    desk.write("shop/dbt_project.yml", "name: shop\nprofile: shop\n");
    desk.write("shop/models/m.sql", "{{ config(enabled = target.type == 'duckdb') }} select 1 as id\n");
    let run = desk.run(&["check", "shop", "--input", "project"]);
    assert_eq!(run.code, Some(2));
    let reason = "  × the project has nothing to look at: 1 resource is left out, because whether it is enabled is\n  │ not \
                  known; a profile or a manifest tells\n";
    assert!(run.stderr.starts_with(reason), "{}", run.stderr);
}

/// Whether it is enabled with a target or not: a model with a unit test is not said to have none that runs.
#[test]
fn a_unit_test_that_may_be_enabled_counts() {
    let desk = Desk::new();
    desk.write("shop/dbt_project.yml", "name: shop\nprofile: shop\n");
    desk.write("shop/models/m.sql", "select 1 as id\n");
    let unit_test = |enabled: &str| {
        let config = format!("config: {{enabled: {enabled}}}");
        desk.write(
            "shop/models/unit.yml",
            format!("unit_tests: [{{name: u, model: m, {config}, given: [], expect: {{rows: [{{id: 1}}]}}}}]\n"),
        );
        desk.run(&["check", "shop", "--input", "project", "--quiet", "--format", "concise", "--select", "TST001"])
    };
    unit_test("\"{{ target.type == 'duckdb' }}\"").prints(0, "");
    let disabled = unit_test("false");
    assert!(disabled.stdout.contains("has 1 test, which is disabled"), "{}", disabled.stdout);
}

#[test]
fn a_unit_test_of_a_disabled_version_is_disabled() {
    let desk = Desk::new();
    desk.write("shop/dbt_project.yml", "name: shop\n");
    desk.write("shop/models/m_v1.sql", "{{ config(enabled=false) }} select 1 as id\n");
    desk.write("shop/models/m_v2.sql", "select 1 as id\n");
    desk.write(
        "shop/models/m.yml",
        "models: [{name: m, versions: [{v: 1}, {v: 2}]}]\n\
         unit_tests: [{name: u, model: m, given: [], expect: {rows: [{id: 1}]}}]\n",
    );
    let counts = desk.json(&["shop", "--input", "project"])["summary"]["counts"].clone();
    assert_eq!((&counts["models"], &counts["unit_tests"]), (&1.into(), &1.into()));
}
