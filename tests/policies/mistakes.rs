use super::shop;

/// Asserts that a config of policies is refused, by headline and help, with what is marked.
#[track_caller]
fn refused(config: &str, place: &str, marked: &str, message: &str, help: Option<&str>) {
    let run = shop(config).run(&["check", "shop"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{config}\n{}", run.stderr);
    let text = run.stderr.replace("\n  │ ", " ").replace("\n        ", " ");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some(format!("  × shop/dbt-steward.yml:{place}: {message}").as_str()));
    assert_eq!(text.lines().find_map(|line| line.strip_prefix("  help: ")), help, "{text}");
    let underline = text.lines().find(|line| line.trim_start().starts_with('·')).unwrap_or_default();
    let shown = underline.chars().filter(|character| *character == '─').count();
    assert_eq!(shown.max(1), marked.chars().count(), "{text}");
}

/// The config of a policy with this `require:`, as it stands in YAML behind `require: `.
fn requires(yaml: &str) -> String {
    format!("policies:\n  x:\n    message: m\n    require: {yaml}\n")
}

#[test]
fn mistakes_in_expressions_are_at_their_place_in_every_style_of_yaml() {
    let (message, help) = ("a resource has no field `ownr`", Some("did you mean `owner`?"));
    refused(&requires("resource.ownr != ''"), "4:23", "ownr", message, help);
    refused(&requires("'resource.name == ''é'' || resource.ownr != ''x'''"), "4:50", "ownr", message, help);
    refused(&requires(r#""resource.name == \"é\" || resource.ownr != ''""#), "4:50", "ownr", message, help);
    refused(&requires("resource.name == 'a'\n      && resource.ownr != ''"), "5:19", "ownr", message, help);
    refused(&requires(">-\n      resource.name == 'a'\n      && resource.ownr != ''"), "6:19", "ownr", message, help);
    refused(
        &requires("|\n      resource.name == 'a' ||\n\n        resource.ownr != ''"),
        "7:18",
        "ownr",
        message,
        help,
    );
    let when = "policies:\n  x:\n    when: resorce.name == ''\n    require: 'true'\n    message: m\n";
    refused(when, "3:11", "resorce", "there is no `resorce`", Some("did you mean `resource`?"));
}

#[test]
fn conditions_are_true_or_false() {
    refused(
        &requires("size(resource.tests)"),
        "4:14",
        "size(resource.tests)",
        "this gives an int, and should be true or false",
        Some("compare it: `… > 0`"),
    );
    refused(
        &requires("resource.owner"),
        "4:14",
        "resource.owner",
        "this gives a string, and should be true or false",
        Some("compare it: `… != ''`"),
    );
    refused(
        &requires("resource.tests"),
        "4:14",
        "resource.tests",
        "this gives a list of strings, and should be true or false",
        Some("compare its size: `size(…) > 0`"),
    );
    refused(
        &requires("size(resource.tests) == 'a'"),
        "4:14",
        "size(resource.tests) == 'a'",
        "`==` compares an int with a string",
        Some("they are never equal"),
    );
    refused(
        &requires("resource.layer == 'mart'"),
        "4:32",
        "'mart'",
        "'mart' is not a layer",
        Some("did you mean 'marts'?"),
    );
    refused(
        &requires("resource.type in ['modle']"),
        "4:32",
        "'modle'",
        "'modle' is not a resource type",
        Some("did you mean 'model'?"),
    );
    refused(
        &requires("resource.columns.all(c, c.nme != '')"),
        "4:40",
        "nme",
        "a column has no field `nme`",
        Some("did you mean `name`?"),
    );
}

#[test]
fn messages_are_checked() {
    let says = |message: &str| format!("policies:\n  x:\n    require: 'true'\n    message: {message}\n");
    refused(
        &says("'é {resource.nmae}'"),
        "4:27",
        "nmae",
        "a resource has no field `nmae`",
        Some("did you mean `name`?"),
    );
    refused(
        &says("'{resource.name'"),
        "4:15",
        "{",
        "this `{` has no counterpart",
        Some("write `{{` for a brace that is one"),
    );
    refused(
        &says("'{resource.columns}'"),
        "4:16",
        "resource.columns",
        "a list of columns is no text for people",
        Some("name what is to be shown: `resource.columns.map(c, c.name)`"),
    );
    refused(
        &says("'{resource}'"),
        "4:16",
        "resource",
        "a resource is no text for people",
        Some("name a field of it, such as `resource.name`"),
    );
    refused(&says("''"), "4:14", "''", "`message:` is a text", None);
    let help = "policies:\n  x: {require: 'true', message: m, help: '{resource.x}'}\n";
    refused(
        help,
        "2:53",
        "x",
        "a resource has no field `x`",
        Some(
            "its fields are name, type, unique_id, path, properties_path, package, layer, owner, group, access, description, tags, meta, materialized, database, schema, alias, language, contract_enforced, version, columns, tests, test_names, unit_tests, parents, children, feeds_exposures, source_name, loader, freshness_checked, exposure_type, maturity, url, label",
        ),
    );
}

#[test]
fn keys_and_names_are_checked() {
    refused("policies: [a]\n", "1:11", "[a]", "`policies:` is a map from a policy's name to what it requires", None);
    refused(
        "policies:\n  x: resource.owner != ''\n",
        "2:6",
        "resource.owner != ''",
        "a policy is a block with `require:` and `message:`",
        Some("for example `{require: \"resource.owner != ''\", message: \"{resource.name} has no owner\"}`"),
    );
    refused(
        "policies:\n  x: {require: 'true', message: m, requires: a}\n",
        "2:36",
        "requires",
        "unknown key `requires`",
        Some("did you mean `require`?"),
    );
    refused("policies:\n  x: {message: m}\n", "2:3", "x", "policy `x` has no `require:`", None);
    refused("policies:\n  x: {require: 'true'}\n", "2:3", "x", "policy `x` has no `message:`", None);
    refused(
        "policies:\n  My Policy: {require: 'true', message: m}\n",
        "2:3",
        "My Policy",
        "`My Policy` is no name for a policy",
        Some("lower-case words with hyphens, such as `marts-have-owners`"),
    );
    refused(
        "policies:\n  untested-model: {require: 'true', message: m}\n",
        "2:3",
        "untested-model",
        "`untested-model` is the rule TST001; choose another name",
        None,
    );
    refused(
        "policies:\n  x: {require: 'true', message: m, at: descripton}\n",
        "2:40",
        "descripton",
        "`descripton` is no place in a resource",
        Some("did you mean `description`?"),
    );
    refused(
        "policies:\n  x: {require: 'true', message: m, severity: fatal}\n",
        "2:46",
        "fatal",
        "unknown value `fatal`",
        Some("expected one of `error`, `warning`, `info`, `off`"),
    );
    refused(
        "policies:\n  x: {require: 'true', message: m, paths: [models/nowhere]}\n",
        "2:44",
        "models/nowhere",
        "`models/nowhere` matches no file of the project",
        Some("paths are relative to dbt_project.yml; one that matches nothing would silently do nothing"),
    );
    refused(
        "policies:\n  x: {require: 'true', message: m}\nrules:\n  POL/y: off\n",
        "4:3",
        "POL/y",
        "there is no rule `POL/y`",
        Some("did you mean `x`?"),
    );
    refused(
        "policies:\n  x: {require: 'true', message: m}\nrules:\n  POL/x: {paths: [models]}\n",
        "4:11",
        "paths",
        "unknown key `paths`",
        Some("the keys are severity"),
    );
    refused("polices: {}\n", "1:1", "polices", "unknown key `polices`", Some("did you mean `policies`?"));
}

#[test]
fn examples_are_parts_of_resources() {
    let example = |yaml: &str| format!("policies:\n  x:\n    require: 'true'\n    message: m\n    examples: {yaml}\n");
    refused(
        &example("{pass: [{ownr: a}]}"),
        "5:24",
        "ownr",
        "a resource has no field `ownr`",
        Some("did you mean `owner`?"),
    );
    refused(
        &example("{pass: [{columns: [{nme: a}]}]}"),
        "5:35",
        "nme",
        "a column has no field `nme`",
        Some("did you mean `name`?"),
    );
    refused(&example("{pass: [{layer: mart}]}"), "5:31", "mart", "`layer` is a layer", Some("did you mean `marts`?"));
    refused(&example("{pass: [{tests: unique}]}"), "5:31", "unique", "`tests` is a list of strings", None);
    refused(
        &example("{pass: [{contract_enforced: maybe}]}"),
        "5:43",
        "maybe",
        "`contract_enforced` is true or false",
        None,
    );
    refused(&example("{pass: [{meta: 3}]}"), "5:30", "3", "`meta` is a map", None);
    refused(&example("{pass: [{name: [a]}]}"), "5:30", "[a]", "`name` is a string", None);
    refused(
        &example("{pass: [a]}"),
        "5:23",
        "a",
        "this should be a resource: a map of its fields",
        Some("for example `{name: fct_orders, layer: marts}`"),
    );
    refused(&example("{pass: a}"), "5:22", "a", "`pass:` is a list of resources", None);
    refused(&example("{passes: []}"), "5:16", "passes", "unknown key `passes`", Some("did you mean `pass`?"));
    refused(&example("[a]"), "5:15", "[a]", "`examples:` is a map with `pass:`, `fail:` and `skip:`", None);
}
