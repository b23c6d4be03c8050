//! Each mistake in `dbt-steward.yml`, with its place and the way out.

use super::support::Desk;
use super::{gym, headline};

#[test]
fn a_config_that_is_not_there_or_no_text() {
    let desk = Desk::gym();
    let run = desk.run(&["check", "gym", "--config", "none.yml"]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.ends_with("  help: check the path given with --config, and the file's permissions\n"),
        "{run:?}"
    );
    desk.write("latin.yml", b"# caf\xe9\n");
    desk.run(&["check", "gym", "--config", "latin.yml"])
        .refuses("  × latin.yml:1:6: not valid UTF-8: unexpected byte 0xE9; save the file as UTF-8\n");
}

#[test]
fn a_mistake_is_shown_in_full() {
    gym("extends: strict\r\nrules:\r\n  undocumented-modle: error # naïve\r\n").run(&["check", "gym"]).refuses(
        "  × gym/dbt-steward.yml:3:3: there is no rule `undocumented-modle`
   ╭─[gym/dbt-steward.yml:3:3]
 2 │ rules:
 3 │   undocumented-modle: error # naïve
   ·   ──────────────────
   ╰────
  help: did you mean `undocumented-model`?\n",
    );
}

#[test]
fn every_mistake_has_its_place_and_a_way_out() {
    const LEVELS: &str = "expected one of `error`, `warning`, `info`, `off`";
    const GLOB: &str = "paths are relative to dbt_project.yml; one that matches nothing would silently do nothing";
    const EMPTY_GLOB: &str = "an empty glob names nothing; `**` is everything";
    const EMPTY_LIST: &str = "leave it out to limit nothing, or say what it is limited to";
    const UNSET: &str = "set it, or the rule to `off`; `dbt-steward explain DOC017` has an example";
    const LIST_RULES: &str = "`dbt-steward rules` lists them all";
    for (config, place, message, help) in [
        // Keys.
        ("rulez: {}\n", "1:1", "unknown key `rulez`", "did you mean `rules`?"),
        ("overides: []\n", "1:1", "unknown key `overides`", "did you mean `overrides`?"),
        ("fail_on: error\n", "1:1", "unknown key `fail_on`", "did you mean `fail-on`?"),
        (
            "colour: red\n",
            "1:1",
            "unknown key `colour`",
            "the keys are extends, fail-on, baseline, rules, policies, overrides, layers, owners, packages",
        ),
        ("owners: {meta-key: [x]}\n", "1:10", "unknown key `meta-key`", "did you mean `meta-keys`?"),
        ("packages: {includes: [x]}\n", "1:12", "unknown key `includes`", "did you mean `include`?"),
        ("layers: {marts: {path: [x]}}\n", "1:18", "unknown key `path`", "did you mean `paths`?"),
        ("layers: {stagin: {}}\n", "1:10", "unknown value `stagin`", "did you mean `staging`?"),
        ("layers: {other: {}}\n", "1:10", "`other` is what is in none of the layers, and has no settings", ""),
        // Types and values.
        ("- rules\n", "1:1", "a config is a map of keys such as `extends:` and `rules:`", ""),
        ("rules\n", "1:1", "a config is a map of keys such as `extends:` and `rules:`", ""),
        ("extends: [a]\n", "1:10", "expected a string, found a list", ""),
        ("extends: recomended\n", "1:10", "`recomended` is neither a preset nor a file", "did you mean `recommended`?"),
        (
            "extends: ../company.yml\n",
            "1:10",
            "`../company.yml` is neither a preset nor a file",
            "presets are minimal, recommended and strict; a path is relative to this file",
        ),
        ("fail-on: eror\n", "1:10", "unknown value `eror`", "did you mean `error`?"),
        (
            "fail-on: 5\n",
            "1:10",
            "unknown value `5`",
            "expected one of `error`, `warning`, `info`, `new-error`, `new-warning`, `new-info`, `never`",
        ),
        ("owners: [x]\n", "1:9", "expected a mapping, found a list", ""),
        ("owners: {codeowners: maybe}\n", "1:22", "expected `true` or `false`, found the text `maybe`", ""),
        ("owners: {pattern: '('}\n", "1:19", "unclosed group", ""),
        ("layers: {marts: [x]}\n", "1:17", "expected a mapping, found a list", ""),
        ("layers: {marts: {prefixes: fct_}}\n", "1:28", "expected a list, found the text `fct_`", ""),
        (
            "packages: {include: [nope]}\n",
            "1:22",
            "no package `nope` is installed",
            "`dbt deps` installs what packages.yml lists",
        ),
        // Rules.
        ("rules: [x]\n", "1:8", "`rules:` is a map from a rule's slug or code to its settings", ""),
        (
            "rules: {undocumented-modl: error}\n",
            "1:9",
            "there is no rule `undocumented-modl`",
            "did you mean `undocumented-model`?",
        ),
        ("rules: {DOC0001: error}\n", "1:9", "there is no rule `DOC0001`", "did you mean `undocumented-model`?"),
        ("rules: {zzz: error}\n", "1:9", "there is no rule `zzz`", LIST_RULES),
        ("rules: {1: error}\n", "1:9", "there is no rule `1`", LIST_RULES),
        ("rules: {DOC001: eror}\n", "1:17", "unknown value `eror`", "did you mean `error`?"),
        ("rules: {DOC001: 3}\n", "1:17", "unknown value `3`", LEVELS),
        ("rules: {DOC001: {severity: 3}}\n", "1:28", "unknown value `3`", LEVELS),
        ("rules:\n  DOC001:\n", "2:10", "expected one of `error`, `warning`, `info`, `off`, found nothing", ""),
        ("rules: {DOC001: []}\n", "1:17", "this list is empty: it says neither on nor off", ""),
        ("rules: {DOC001: [error, 5]}\n", "1:25", "unknown value `5`", LEVELS),
        (
            "rules:\n  DOC001: info\n  undocumented-model: info\n",
            "3:3",
            "DOC001 is `undocumented-model`, which is set up already",
            "",
        ),
        ("rules: {DOC001: {min-lenght: 4}}\n", "1:18", "unknown key `min-lenght`", "did you mean `min-length`?"),
        ("rules: {DOC001: {severty: info}}\n", "1:18", "unknown key `severty`", "did you mean `severity`?"),
        ("rules: {DOC001: {path: [x]}}\n", "1:18", "unknown key `path`", "did you mean `paths`?"),
        (
            "rules: {DOC001: {min-length: four}}\n",
            "1:30",
            "expected a whole number of 0 or more, found the text `four`",
            "",
        ),
        (
            "rules: {DOC001: {min-length: -1}}\n",
            "1:30",
            "expected a whole number of 0 or more, found the number -1",
            "",
        ),
        (
            "rules: {PRF001: {max: 99999999999999999999999}}\n",
            "1:23",
            "expected a whole number of 0 or more, found the number 99999999999999999999999, which is too large",
            "",
        ),
        ("rules: {DOC001: {paths: x}}\n", "1:25", "expected a list, found the text `x`", ""),
        ("rules: {DOC001: {paths: ['models/[a']}}\n", "1:26", "unclosed character class; missing ']'", ""),
        (
            "rules: {DOC001: {paths: [models/marts, models/mart]}}\n",
            "1:40",
            "`models/mart` matches no file of the project",
            GLOB,
        ),
        ("rules: {DOC001: {layers: [mart]}}\n", "1:27", "unknown value `mart`", "did you mean `marts`?"),
        ("rules: {DOC001: {resource-types: [modle]}}\n", "1:35", "unknown value `modle`", "did you mean `model`?"),
        ("rules: {DOC001: {meta: [x]}}\n", "1:24", "expected a mapping, found a list", ""),
        ("rules: {DOC017: {pattern: '['}}\n", "1:27", "`[` is no regular expression: unclosed character class", ""),
        ("layers: {marts: {paths: [models/nope]}}\n", "1:26", "`models/nope` matches no file of the project", GLOB),
        // Overrides.
        ("overrides: {}\n", "1:12", "`overrides:` is a list of blocks with selectors and `rules:`", ""),
        ("overrides: [x]\n", "1:13", "an override is a block with selectors and `rules:`", ""),
        ("overrides: [{paths: [models]}]\n", "1:13", "this override has no `rules:`, so it changes nothing", ""),
        (
            "overrides: [{rules: {DOC001: off}}]\n",
            "1:13",
            "this override has no selector (paths, tags, groups, …), so it is no exception",
            "set what holds everywhere under the config's own `rules:`",
        ),
        ("overrides: [{paths: [models], rulez: {}}]\n", "1:31", "unknown key `rulez`", "did you mean `rules`?"),
        (
            "overrides: [{paths: [models], rules: []}]\n",
            "1:38",
            "`rules:` is a map from a rule's slug or code to a severity or `off`",
            "",
        ),
        (
            "overrides: [{paths: [models], rules: {DOC01: off}}]\n",
            "1:39",
            "there is no rule `DOC01`",
            "did you mean `undocumented-model`?",
        ),
        (
            "overrides: [{paths: [models], rules: {DOC001: {min-length: 9}}}]\n",
            "1:47",
            "an override sets a severity or `off`, no options",
            "options for a part of the project: list the rule twice under the config's own `rules:`, with selectors",
        ),
        ("overrides: [{paths: [nope], rules: {DOC001: off}}]\n", "1:22", "`nope` matches no file of the project", GLOB),
        // What reads like nothing and would be everything.
        ("overrides: [{paths: [\"\"], rules: {DOC001: off}}]\n", "1:22", EMPTY_GLOB, ""),
        ("overrides: [{paths: [\"./\"], rules: {DOC001: off}}]\n", "1:22", EMPTY_GLOB, ""),
        ("overrides: [{paths: [models, \"/\"], rules: {DOC001: off}}]\n", "1:30", EMPTY_GLOB, ""),
        ("rules: {DOC001: {paths: [\"\"]}}\n", "1:26", EMPTY_GLOB, ""),
        ("layers: {marts: {paths: [\"\"]}}\n", "1:26", EMPTY_GLOB, ""),
        ("policies: {p: {require: 'true', message: m, paths: [\" \"]}}\n", "1:53", EMPTY_GLOB, ""),
        ("rules: {DOC001: {paths: []}}\n", "1:25", "`paths` is empty, and so selects nothing", EMPTY_LIST),
        (
            "rules: {DOC001: {severity: info, tags: []}}\n",
            "1:40",
            "`tags` is empty, and so selects nothing",
            EMPTY_LIST,
        ),
        ("rules: {DOC001: {layers: []}}\n", "1:26", "`layers` is empty, and so selects nothing", EMPTY_LIST),
        ("rules: {DOC001: {meta: {}}}\n", "1:24", "`meta` is empty, and so selects nothing", EMPTY_LIST),
        (
            "overrides: [{paths: [models], owners: [], rules: {DOC001: off}}]\n",
            "1:39",
            "`owners` is empty, and so selects nothing",
            EMPTY_LIST,
        ),
        (
            "layers: {marts: {paths: []}}\n",
            "1:25",
            "an empty list of `paths` is no folder",
            "leave it out, and the usual folders' names count",
        ),
        (
            "rules: {DAG011: {policy: [{from: {paths: []}, to: {layers: [marts]}}]}}\n",
            "1:42",
            "expected at least one value, found 0 items",
            "",
        ),
        (
            "rules: {DAG011: {policy: [{from: {paths: [/]}, to: {layers: [marts]}}]}}\n",
            "1:43",
            "`/` is no glob: an empty glob names nothing; `**` is everything",
            "",
        ),
        // Rules that could not run.
        (
            "rules: {DOC017: error}\n",
            "1:9",
            "`description-pattern` is on and cannot run: its option `pattern` is not set",
            UNSET,
        ),
        (
            "rules:\n  DOC017:\n    - {pattern: x}\n    - {severity: info}\n",
            "4:7",
            "`description-pattern` is on and cannot run: its option `pattern` is not set",
            UNSET,
        ),
        (
            "rules: {unknown-owner: warning}\n",
            "1:9",
            "`unknown-owner` is on and cannot run: neither `owners.allowed` nor `owners.pattern` is set",
            "set it, or the rule to `off`; `dbt-steward explain OWN007` has an example",
        ),
        (
            "rules: {personal-owner: {}}\n",
            "1:9",
            "`personal-owner` is on and cannot run: its option `team-pattern` is not set",
            "set it, or the rule to `off`; `dbt-steward explain OWN009` has an example",
        ),
        (
            "rules: {missing-required-test: error}\n",
            "1:9",
            "`missing-required-test` is on and cannot run: its option `tests` names no test",
            "set it, or the rule to `off`; `dbt-steward explain TST006` has an example",
        ),
        (
            "rules: {forbidden-dependency: error}\n",
            "1:9",
            "`forbidden-dependency` is on and cannot run: its option `policy`, which says what may not read what, is not set",
            "set it, or the rule to `off`; `dbt-steward explain DAG011` has an example",
        ),
        (
            "overrides: [{paths: [models], rules: {DOC001: off, DOC017: info}}]\n",
            "1:52",
            "`description-pattern` is on and cannot run: its option `pattern` is not set",
            "set the rule up under the config's own `rules:`, with options and selectors",
        ),
        // YAML.
        (
            "rules: {DOC001: info, DOC001: error}\n",
            "1:23",
            "`DOC001` stands here twice",
            "keep one of them; which one counts would be a guess",
        ),
        ("rules: {}\n---\nrules: {}\n", "3:1", "a config is one YAML document, and this is a second one", ""),
        ("rules:\n\t- x\n", "2:1", "a tab cannot be used for indentation", "use spaces instead"),
    ] {
        let run = gym(config).run(&["check", "gym"]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{config}: {run:?}");
        let (shown, shown_help) = headline(&run);
        assert_eq!(shown, format!("gym/dbt-steward.yml:{place}: {message}"), "{config}");
        assert_eq!(shown_help.unwrap_or_default(), help, "{config}");
        assert!(run.stderr.contains(&format!("\n   ╭─[gym/dbt-steward.yml:{place}]\n")), "{config}: {}", run.stderr);
    }
}
