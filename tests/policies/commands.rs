use super::shop;

const TWO: &str = "policies:
  owned:
    require: resource.owner != ''
    message: '{resource.name} has no owner'
    severity: info
    examples:
      pass: [{owner: Ana}]
  described:
    when: resource.layer == 'marts'
    require: size(resource.description) > 4
    message: '{resource.name} is not described'
";

fn codes(config: &str, arguments: &[&str]) -> Vec<String> {
    let output = shop(config).json(&[&["shop"], arguments].concat());
    let findings = output["findings"].as_array().expect("findings are a list");
    let line = |finding: &serde_json::Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        format!("{} {} {}", text("code"), text("severity"), text("subject"))
    };
    findings.iter().map(line).filter(|line| line.starts_with("POL/")).collect()
}

#[test]
fn policies_are_chosen_and_changed_as_rules_are() {
    let owned = ["POL/owned info model.shop.dim_days", "POL/owned info model.shop.stg_orders"];
    assert_eq!(codes(TWO, &[]), owned);
    assert_eq!(codes(TWO, &["--preset", "minimal"]), owned);
    assert_eq!(codes(TWO, &["--preset", "strict"]), owned);
    for select in ["POL", "policy", "POL/owned", "owned", "pol/OWNED"] {
        assert_eq!(codes(TWO, &["--select", select]), owned, "{select}");
        assert_eq!(codes(TWO, &["--ignore", select]), [""; 0], "{select}");
    }
    assert_eq!(codes(TWO, &["--select", "DOC"]), [""; 0]);
    assert_eq!(codes(&format!("{TWO}rules: {{POL/owned: off}}\n"), &[]), [""; 0]);
    assert_eq!(
        codes(&format!("{TWO}rules: {{owned: {{severity: error}}}}\n"), &[])[0],
        "POL/owned error model.shop.dim_days"
    );
    let only_staging = "overrides:\n  - {paths: [models/marts], rules: {POL/owned: off}}\n";
    assert_eq!(codes(&format!("{TWO}{only_staging}"), &[]), ["POL/owned info model.shop.stg_orders"]);
    // Off but for a part of the project, and there, too, only within its own selectors.
    let config = "policies:
  x: {require: 'false', message: m, severity: off, layers: [marts]}
overrides:
  - {resource-types: [model], rules: {POL/x: warning}}
";
    assert_eq!(codes(config, &[]), ["POL/x warning model.shop.fct_orders", "POL/x warning model.shop.dim_days"]);
}

#[test]
fn a_config_changes_the_policies_of_the_one_it_extends() {
    let desk = shop(
        "extends: ../company.yml\nrules: {POL/a: off, POL/c: error}\npolicies:\n  b: {require: 'false', message: own}\n",
    );
    desk.write("company.yml", "policies:\n  a: {require: 'false', message: a}\n  b: {require: 'false', message: b}\n  c: {require: 'false', message: c, layers: [staging]}\n");
    let found = desk.json(&["shop", "--select", "a,b,c"]);
    let messages = found["findings"].as_array().expect("a list").iter();
    let mut messages: Vec<String> = messages
        .map(|it| {
            format!(
                "{} {} {}",
                it["code"].as_str().unwrap(),
                it["severity"].as_str().unwrap(),
                it["message"].as_str().unwrap()
            )
        })
        .collect();
    messages.dedup();
    messages.sort();
    messages.dedup();
    assert_eq!(messages, ["POL/a warning a", "POL/b warning own", "POL/c error c"]);
    assert_eq!(
        desk.run(&["check", "shop", "--select", "POL/c", "--exit-zero", "--statistics", "-q"]).stdout,
        "      1  POL/c\n"
    );
}

#[test]
fn policies_are_shown() {
    let desk = shop(TWO);
    let run = desk.run(&["explain", "POL/described", "--config", "shop/dbt-steward.yml"]);
    run.prints(
        0,
        "POL/described
Policies of your own; looks at: model, source table, seed, snapshot, exposure, metric, semantic model, saved query; warning

# What it does

Flags what breaks the policy at shop/dbt-steward.yml:8: {resource.name} is not described

# The policy

```yaml
described:
  when: resource.layer == 'marts'
  require: size(resource.description) > 4
  message: '{resource.name} is not described'
```
",
    );
    let mut inside = shop(TWO);
    inside.start = "shop".into();
    assert_eq!(inside.run(&["explain", "owned"]).code, Some(0));
    assert_eq!(inside.run(&["explain", "DOC001"]).code, Some(0));
    inside
        .run(&["explain", "POL/onwed"])
        .refuses("  × there is no rule `POL/onwed`\n  help: did you mean POL/owned (owned)?\n");
    let rules = inside.run(&["rules"]).stdout;
    let last: Vec<&str> = rules.lines().rev().take(3).collect();
    assert_eq!(
        last,
        [
            "POL/owned      owned      info         info     what breaks the policy at dbt-steward.yml:2: {resource.name} has no owner",
            "POL/described  described  warning      warning  what breaks the policy at dbt-steward.yml:8: {resource.name} is not described",
            "code           slug       recommended  strict   flags",
        ]
    );
}

#[test]
fn a_broken_config_hides_no_rule() {
    let mut desk = shop("policies: 3\n");
    desk.start = "shop".into();
    let run = desk.run(&["rules"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stdout.starts_with("code    slug "), "{}", run.stdout);
    let place = "dbt-steward.yml:1:11: `policies:` is a map from a policy's name to what it requires";
    assert_eq!(run.stderr, format!("policies are left out: {place}\n"));
    assert_eq!(desk.run(&["explain", "DOC001"]).code, Some(0));
    let run = desk.run(&["explain", "POL/x"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains(place), "{}", run.stderr);
}

#[test]
fn examples_are_tested() {
    let desk = shop(
        "policies:
  good:
    when: resource.type == 'model'
    require: resource.tests.exists(test, test.startsWith('dbt_utils.')) && 'x' in resource.test_names
    message: m
    examples:
      pass:
        - {name: a, tests: [dbt_utils.x]}
      fail:
        - {name: a, tests: [x]}
        - {}
      skip:
        - {type: seed}
  wrong:
    when: resource.layer == 'marts'
    require: resource.meta.days < 3 && resource.columns.all(c, c.meta.pii != true)
    message: m
    examples:
      pass:
        - {layer: marts, meta: {days: 4}}
        - {layer: staging}
        - {layer: marts}
        - {layer: marts, meta: {days: 1}, columns: [{name: a}]}
      fail:
        - layer: marts
          meta: {days: 1}
      skip:
        - {layer: marts, meta: {days: 9}}
  without: {require: 'true', message: m}
",
    );
    let run = desk.run(&["policies", "test", "shop"]);
    run.prints(
        1,
        "POL/good: 4 examples as expected
shop/dbt-steward.yml:29:3: POL/without has no examples
shop/dbt-steward.yml:20:11: POL/wrong: this example should pass, but it fails
shop/dbt-steward.yml:21:11: POL/wrong: this example should pass, but `when` is false, so that the policy skips it
shop/dbt-steward.yml:22:11: POL/wrong: this example should pass, but the policy has no answer: `<` compares null with an int, in `resource.meta.days < 3`
shop/dbt-steward.yml:25:11: POL/wrong: this example should fail, but it passes
shop/dbt-steward.yml:28:11: POL/wrong: this example should skip, but it fails
",
    );
    assert_eq!(run.stderr, "3 policies, 10 examples; 5 not as expected; without examples: POL/without\n");
    let run = desk.write("shop/dbt-steward.yml", TWO).run(&["policies", "test", "shop/dbt-steward.yml"]);
    run.prints(0, "shop/dbt-steward.yml:8:3: POL/described has no examples\nPOL/owned: 1 example as expected\n");
}

#[test]
fn nothing_to_test_is_no_pass() {
    let desk = shop("extends: strict\n");
    desk.run(&["policies", "test", "shop"]).refuses(
        "  × shop/dbt-steward.yml: it has no policies\n  help: they stand under `policies:`; docs/policies.md tells what they can ask\n",
    );
    std::fs::remove_file(desk.path("shop/dbt-steward.yml")).expect("it is there");
    desk.run(&["policies", "test", "shop"]).refuses(
        "  × shop: no dbt-steward.yml there or above it\n  help: name the config: dbt-steward policies test FILE\n",
    );
    desk.run(&["check", "shop", "--select", "POL"]).refuses(
        "  × --select POL: the config has no policies\n  help: they stand under `policies:`; see `dbt-steward rules` for the rules\n",
    );
}

#[test]
fn every_format_knows_policies() {
    let desk = shop(TWO);
    let print =
        |format: &str| desk.run(&["check", "shop", "--select", "POL/owned", "--quiet", "--format", format]).stdout;
    let sarif: serde_json::Value = serde_json::from_str(&print("sarif")).expect("SARIF is JSON");
    let rule = &sarif["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "POL/owned");
    assert_eq!(rule["name"], "owned");
    assert_eq!(
        rule["shortDescription"]["text"],
        "Flags what breaks the policy at shop/dbt-steward.yml:2: {resource.name} has no owner"
    );
    assert_eq!(rule["helpUri"], "https://github.com/dbt-steward/dbt-steward/blob/main/docs/policies.md");
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((&result["ruleId"], &result["ruleIndex"]), (&"POL/owned".into(), &0.into()));
    assert_eq!(
        print("github").lines().next(),
        Some(
            "::notice file=shop/models/marts/_marts.yml,line=12,endLine=12,col=11,endColumn=19,title=POL/owned::dim_days has no owner"
        )
    );
    assert!(print("teamcity").starts_with(
        "##teamcity[inspectionType id='POL/owned' name='owned' category='Policies of your own' description='Flags what breaks"
    ));
    assert!(print("markdown").contains(
        "| info | [POL/owned](https://github.com/dbt-steward/dbt-steward/blob/main/docs/policies.md) owned | 2 |"
    ));
    assert!(print("junit").contains("<testsuite name=\"POL/owned\""), "{}", print("junit"));
}
