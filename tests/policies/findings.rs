use super::support::Desk;
use super::{concise, shop};

/// One policy that everything breaks, at a place of choice.
fn at(place: &str) -> Vec<String> {
    let config = format!(
        "policies:\n  x:\n    when: resource.name == 'fct_orders' || resource.type == 'exposure'\n    require: 'false'\n    \
         message: '{{resource.name}}'\n    at: {place}\n"
    );
    concise(&shop(&config))
}

#[test]
fn a_finding_says_what_is_wrong_at_its_place() {
    let desk = shop(
        "policies:
  marts-have-owner-and-tests:
    when: resource.type == 'model' && resource.layer == 'marts'
    require: resource.owner != '' && size(resource.tests) >= 2
    message: 'mart {resource.name} has owner \"{resource.owner}\" and {size(resource.tests)} tests'
    help: give {resource.name} an owner
    severity: error
",
    );
    let run = desk.run(&["check", "shop", "--select", "POL"]);
    run.prints(
        1,
        "POL/marts-have-owner-and-tests

  × mart dim_days has owner \"\" and 0 tests
    ╭─[shop/models/marts/_marts.yml:12:11]
 11 │       - name: email
 12 │   - name: dim_days
    ·           ────────
 13 │     description: Days.
    ╰────
  help: give dim_days an owner
        - the policy requires `resource.owner != '' && size(resource.tests) >= 2`
        - where `resource.type == 'model' && resource.layer == 'marts'`

",
    );
    let finding = desk.json(&["shop", "--select", "POL"])["findings"][0].clone();
    assert_eq!(finding["code"], "POL/marts-have-owner-and-tests");
    assert_eq!(finding["slug"], "marts-have-owner-and-tests");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["subject"], "model.shop.dim_days");
}

#[test]
fn at_chooses_the_place() {
    assert_eq!(at("entry"), ["marts/_marts.yml:2:11: POL/x x fct_orders", "marts/_marts.yml:17:11: POL/x x weekly"]);
    assert_eq!(at("file"), ["marts/_marts.yml:1:1: POL/x x weekly", "marts/fct_orders.sql:1:1: POL/x x fct_orders"]);
    assert_eq!(at("owner"), ["marts/_marts.yml:6:21: POL/x x fct_orders", "marts/_marts.yml:19:5: POL/x x weekly"]);
    assert_eq!(at("description")[0], "marts/_marts.yml:3:18: POL/x x fct_orders");
    assert_eq!(at("meta.pii")[0], "marts/_marts.yml:6:55: POL/x x fct_orders");
    assert_eq!(at("tags")[0], "marts/_marts.yml:5:7: POL/x x fct_orders");
    // Where it would stand, if it is not there.
    assert_eq!(at("materialized")[0], "marts/_marts.yml:2:11: POL/x x fct_orders");
}

/// What each field of the view is for a resource.
#[test]
fn the_view_has_what_the_project_says() {
    for (name, expression, value) in [
        (
            "fct_orders",
            "resource.unique_id + ' ' + resource.type + ' ' + resource.package",
            "model.shop.fct_orders model shop",
        ),
        (
            "fct_orders",
            "resource.path + ' ' + resource.properties_path",
            "models/marts/fct_orders.sql models/marts/_marts.yml",
        ),
        ("stg_orders", "'<' + resource.properties_path + '>' + resource.layer", "<>staging"),
        ("fct_orders", "resource.layer + ' ' + resource.owner + ' ' + resource.access", "marts Finance protected"),
        ("dim_days", "resource.materialized + resource.language + resource.alias", "tablesqldim_days"),
        ("fct_orders", "resource.tags", "core"),
        ("fct_orders", "resource.meta.retention_days", "30"),
        ("fct_orders", "resource.meta.absent", "null"),
        ("fct_orders", "resource.columns.map(c, c.name)", "order_id, email"),
        ("fct_orders", "resource.columns[0].tests", "not_null, unique"),
        ("fct_orders", "resource.columns[1].tests.size()", "0"),
        ("fct_orders", "resource.columns[0].description", "Key of the order."),
        ("fct_orders", "resource.tests", "not_null, unique"),
        ("fct_orders", "resource.parents.map(p, p.name + ':' + p.layer + ':' + p.type)", "stg_orders:staging:model"),
        ("stg_orders", "resource.children.map(c, c.name + ':' + c.owner)", "dim_days:, fct_orders:Finance"),
        ("fct_orders", "resource.children.map(c, c.type)", "exposure"),
        ("stg_orders", "resource.feeds_exposures", "weekly"),
        ("dim_days", "size(resource.feeds_exposures)", "0"),
        ("weekly", "resource.exposure_type + ' ' + resource.owner + resource.access", "dashboard Ana"),
        ("fct_orders", "resource.contract_enforced", "false"),
    ] {
        let config = format!(
            "policies:\n  x:\n    when: resource.name == '{name}'\n    require: 'false'\n    message: \"{{{expression}}}\"\n"
        );
        let found = concise(&shop(&config));
        assert_eq!(found.len(), 1, "{found:?}");
        let (_, message) = found[0].split_once(": POL/x x ").expect("it is the policy's finding");
        assert_eq!(message, value, "{expression}");
    }
}

#[test]
fn both_inputs_give_the_same() {
    let config = "policies:
  a: {require: 'size(resource.tests) > 2 && size(resource.parents) > 1', message: '{resource.name} {resource.tests} {resource.owner} {resource.parents.map(p, p.name)}'}
  b: {require: 'size(resource.columns) > 9', message: '{resource.name} {resource.columns.map(c, c.name + c.data_type)} {resource.meta}'}
  c: {require: 'size(resource.feeds_exposures) > 9', message: '{resource.layer} {resource.feeds_exposures} {resource.children.map(c, c.unique_id)}'}
";
    let desk = Desk::with("shop", "shop");
    desk.write("shop/policies.yml", config);
    let check = |input: &str| {
        let output = desk.json(&["shop", "--input", input, "--config", "shop/policies.yml", "--select", "POL"]);
        output["findings"].as_array().expect("findings are a list").clone()
    };
    let from_files = check("project");
    assert!(from_files.len() > 150, "{}", from_files.len());
    assert_eq!(from_files, check("manifest"));
}

/// A macro or a test has no description, owner or layer, and nobody means it who writes "every resource".
#[test]
fn only_what_is_named_is_looked_at() {
    let looked_at = |lines: &str| {
        let desk = shop(&format!("policies:\n  x:\n    require: 'false'\n    message: '{{resource.type}}'\n{lines}"));
        desk.write("shop/macros/cents.sql", "{% macro cents(x) %}{{ x }}{% endmacro %}\n");
        let found = concise(&desk);
        let mut types: Vec<String> =
            found.iter().map(|line| line.rsplit(' ').next().unwrap_or_default().to_owned()).collect();
        types.sort();
        types
    };
    assert_eq!(looked_at(""), ["exposure", "model", "model", "model"]);
    assert_eq!(looked_at("    resource-types: [macro, exposure]\n"), ["exposure", "macro"]);
    assert_eq!(looked_at("    when: resource.type in ['macro', 'test']\n"), ["macro", "test", "test"]);
    assert_eq!(looked_at("    when: resource.type == 'macro' && resource.name == 'cents'\n"), ["macro"]);
    assert_eq!(looked_at("    when: \"'macro' == resource.type || true\"\n"), ["exposure", "model", "model", "model"]);
    assert_eq!(looked_at("    paths: [models/staging]\n"), ["model"]);
    assert_eq!(looked_at("    tags: [core]\n"), ["model"]);
    assert_eq!(looked_at("    owners: [Ana]\n"), ["exposure"]);
}

#[test]
fn a_policy_that_has_no_answer_says_so_once() {
    let desk = shop(
        "policies:
  retention:
    when: resource.layer == 'marts' || resource.layer == 'staging'
    require: resource.meta.retention_days <= 365
    message: x
    severity: error
",
    );
    let run = desk.run(&["check", "shop", "--select", "POL"]);
    run.prints(
        1,
        "POL/retention

  × policy `retention` has no answer for model `dim_days`: `<=` compares a string with an int
    ╭─[shop/models/marts/_marts.yml:12:11]
 11 │       - name: email
 12 │   - name: dim_days
    ·           ────────
 13 │     description: Days.
    ╰────
  help: change the policy, or the value it meets
        - in `resource.meta.retention_days <= 365`
        - nor for stg_orders

",
    );
    let guarded = desk
        .read("shop/dbt-steward.yml")
        .replace("require: ", "require: resource.name == 'dim_days' || !has(resource.meta.retention_days) || ");
    desk.write("shop/dbt-steward.yml", guarded);
    assert_eq!(concise(&desk), [""; 0]);
}

#[test]
fn what_is_not_known_is_no_finding_and_counted() {
    let desk = shop(
        "policies:
  owned: {when: resource.type == 'model', require: resource.owner != '', message: '{resource.name}'}
  tables: {when: resource.type == 'model', require: \"resource.materialized == 'table' || resource.name == 'stg_orders'\", message: '{resource.name}'}
  read: {when: resource.type == 'model', require: size(resource.children) > 0, message: '{resource.name}'}
",
    );
    assert_eq!(
        concise(&desk),
        [
            "marts/_marts.yml:2:11: POL/tables tables fct_orders",
            "marts/_marts.yml:12:11: POL/owned owned dim_days",
            "marts/_marts.yml:12:11: POL/read read dim_days",
            "staging/stg_orders.sql:1:1: POL/owned owned stg_orders",
        ]
    );
    let model = "{{ config(materialized=env_var('HOW'), meta={'owner': env_var('WHO')}) }}\nselect 1 from {{ ref(env_var('X')) }}\n";
    desk.write("shop/models/staging/stg_orders.sql", model);
    desk.write("shop/models/marts/dim_days.sql", model);
    // Whoever reads a model that is not named might read dim_days, and its owner may be somebody.
    assert_eq!(concise(&desk), ["marts/_marts.yml:2:11: POL/tables tables fct_orders"]);
    let run = desk.run(&["check", "shop", "--select", "POL", "--verbose"]);
    let open: Vec<&str> = run.stderr.lines().filter(|line| line.contains("POL/")).collect();
    assert_eq!(
        open,
        [
            "  POL/owned leaves 2 resources open, because what it asks of them is not known",
            "  POL/read leaves 3 resources open, because what it asks of them is not known",
            "  POL/tables leaves 1 resource open, because what it asks of them is not known",
        ]
    );
}

#[test]
fn findings_are_the_same_with_any_number_of_threads() {
    let config = "policies:\n  a: {require: resource.meta.retention_days > 1, message: x}\n  b: {require: 'false', message: y}\n";
    let desk = shop(config);
    let run = |threads: &str| desk.run(&["check", "shop", "--select", "POL", "--threads", threads, "--quiet"]).stdout;
    assert_eq!(run("1"), run("8"));
}

/// Only the baseline's own identity counts: rule, subject and part.
#[test]
fn fingerprints_do_not_change_with_the_message() {
    let fingerprints = |message: &str| -> Vec<String> {
        let config = format!("policies:\n  x: {{require: 'false', message: '{message}'}}\n");
        let output = shop(&config).json(&["shop", "--select", "POL"]);
        let findings = output["findings"].as_array().expect("findings are a list");
        findings.iter().map(|finding| finding["fingerprint"].as_str().expect("a text").to_owned()).collect()
    };
    let found = fingerprints("a");
    assert_eq!(found.len(), 4);
    assert_eq!(found, fingerprints("{resource.name}"));
}

#[test]
fn a_policy_is_suppressed_where_it_is_named() {
    let desk = shop(
        "policies:\n  owned: {resource-types: [model], require: resource.owner != '', message: '{resource.name}'}\n",
    );
    assert_eq!(concise(&desk).len(), 2);
    for name in ["POL/owned", "POL"] {
        desk.write(
            "shop/models/staging/stg_orders.sql",
            format!("-- steward: ignore[{name}] nobody yet\nselect 1 as order_id\n"),
        );
        assert_eq!(concise(&desk), ["marts/_marts.yml:12:11: POL/owned owned dim_days"]);
    }
}

#[test]
fn a_policy_that_is_about_nothing_has_not_run() {
    let config = "policies:
  reports:
    when: resource.layer == 'reporting'
    require: 'false'
    message: m
";
    let desk = shop(config);
    let output = desk.json(&["shop", "--select", "POL,DOC001"]);
    let rules = output["summary"]["rules"].as_array().expect("a list");
    let policy = rules.iter().find(|rule| rule["code"] == "POL/reports").expect("it was asked for");
    assert_eq!((&policy["skipped"], &policy["subjects"]), (&"no resource meets `when`".into(), &0.into()));
    desk.run(&["check", "shop", "--select", "POL"]).refuses(
        "  × none of the rules that were asked for has run: POL/reports, because no resource meets `when`
  help: nothing was checked, which is no pass; --allow-empty takes it for one\n",
    );
    desk.run(&["check", "shop", "--select", "POL", "--allow-empty", "--quiet"]).prints(0, "");
}

#[test]
fn a_suppression_of_a_policy_that_is_not_there_is_told() {
    let two = "policies:
  owned: {require: resource.owner != '', message: '{resource.name}'}
  described: {severity: off, require: resource.description != '', message: '{resource.name}'}
";
    let desk = shop(two);
    let told = |name: &str| {
        desk.write(
            "shop/models/staging/stg_orders.sql",
            format!("-- steward: ignore[{name}] nobody yet\nselect 1 as order_id\n"),
        );
        let output = desk.json(&["shop", "--select", "SUP"]);
        let findings = output["findings"].as_array().expect("findings are a list");
        let line = |it: &serde_json::Value| {
            let text = |key: &str| it[key].as_str().unwrap_or_default().to_owned();
            let place = format!("{}:{}-{}", it["line"], it["column"], it["end_column"]);
            format!("{place} {} {} ({})", text("code"), text("message"), text("help"))
        };
        findings.iter().map(line).collect::<Vec<_>>()
    };
    // One that is off is there all the same.
    for name in ["POL/owned", "POL/described", "POL"] {
        assert_eq!(told(name), [""; 0], "{name}");
    }
    assert_eq!(told("POL/onwed"), ["1:20-29 SUP004 the config has no policy `POL/onwed` (did you mean POL/owned?)"]);
    assert_eq!(told("POL/x"), ["1:20-25 SUP004 the config has no policy `POL/x` (it has POL/described, POL/owned)"]);
    // A config without policies may not be the one that has them.
    desk.write("shop/dbt-steward.yml", "extends: recommended\n");
    assert_eq!(told("POL/onwed"), [""; 0]);
}
