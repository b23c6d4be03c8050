//! `dbt-steward.yml`: what it changes, and how each mistake in it is told.

mod mistakes;
#[path = "../support/mod.rs"]
mod support;

use serde_json::json;
use support::{Desk, Run};

/// Copy of `fixtures/no-exposures` with this config.
fn gym(config: &str) -> Desk {
    let desk = Desk::gym();
    desk.write("gym/dbt-steward.yml", config);
    desk
}

/// The findings of these rules, as `CODE severity subject`.
fn findings(desk: &Desk, arguments: &[&str]) -> Vec<String> {
    let output = desk.json(&[&["gym"], arguments].concat());
    let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let shown = |finding: &serde_json::Value| {
        format!("{} {} {}", text(finding, "code"), text(finding, "severity"), text(finding, "subject"))
    };
    output["findings"].as_array().unwrap().iter().map(shown).map(|line| line.replace("no_exposures", "gym")).collect()
}

/// The codes of the rules that were asked for.
fn rules(desk: &Desk, arguments: &[&str]) -> Vec<String> {
    let output = desk.json(&[&["gym"], arguments].concat());
    let rules = output["summary"]["rules"].as_array().unwrap();
    rules.iter().map(|rule| rule["code"].as_str().unwrap().to_owned()).collect()
}

const UNTESTED: [&str; 2] = ["TST002 warning source.gym.gym.visits", "TST002 warning source.gym.gym.members"];

/// Headline and help of an error, without the excerpt.
fn headline(run: &Run) -> (String, Option<String>) {
    let text = run.stderr.replace("\n  │ ", " ").replace("\n        ", " ");
    let mut lines = text.lines();
    let headline = lines.next().unwrap_or_default().trim_start_matches("  × ").to_owned();
    (headline, lines.find_map(|line| line.strip_prefix("  help: ")).map(str::to_owned))
}

#[test]
fn no_config_means_recommended() {
    let desk = Desk::gym();
    assert_eq!(findings(&desk, &["--select", "TST002"]), UNTESTED);
    let recommended = rules(&desk, &[]);
    assert_eq!(rules(&desk, &["--preset", "recommended"]), recommended);
    for nothing in [
        "",
        "# Nothing yet.\n",
        "---\n",
        "extends: recommended\n",
        "rules:\noverrides:\nlayers:\nowners:\npackages:\nextends:\nfail-on:\nbaseline:\n",
        "rules: {}\n",
    ] {
        assert_eq!(rules(&gym(nothing), &[]), recommended, "{nothing:?}");
    }
    let run = desk.run(&["check", "gym", "--verbose"]);
    assert!(
        run.stderr.contains("\nmanifest: gym/target/manifest.json\nconfig: none found, the defaults hold\n"),
        "{run:?}"
    );
}

#[test]
fn presets() {
    let desk = Desk::gym();
    let minimal = rules(&desk, &["--preset", "minimal"]);
    let recommended = rules(&desk, &["--preset", "recommended"]);
    let strict = rules(&desk, &["--preset", "strict"]);
    assert!(minimal.len() < recommended.len() && recommended.len() < strict.len());
    assert!(minimal.iter().all(|code| recommended.contains(code)), "{minimal:?}");
    assert!(recommended.iter().all(|code| strict.contains(code)), "{recommended:?}");
    for gap in ["DOC001", "OWN001", "TST002", "EXP008"] {
        assert!(minimal.iter().any(|code| code == gap), "{gap} in {minimal:?}");
    }
    for name in ["minimal", "recommended", "strict"] {
        let desk = gym(&format!("extends: {name}\n"));
        assert_eq!(rules(&desk, &[]), rules(&desk, &["--preset", name]));
        // The command line wins.
        assert_eq!(rules(&desk, &["--preset", "minimal"]), minimal);
    }
    let severity = |preset: &str| findings(&desk, &["--preset", preset, "--select", "TST002"]).swap_remove(0);
    assert_eq!(severity("recommended"), UNTESTED[0]);
    assert_eq!(severity("strict"), "TST002 error source.gym.gym.visits");
}

#[test]
fn severities() {
    for (level, severity) in
        [("error", "error"), ("warning", "warning"), ("info", "info"), ("{severity: info}", "info")]
    {
        for name in ["untested-source", "TST002", "tst002"] {
            let desk = gym(&format!("rules: {{{name}: {level}}}\n"));
            assert_eq!(findings(&desk, &["--select", "TST002"])[0], format!("TST002 {severity} source.gym.gym.visits"));
        }
    }
    // `off` is what YAML calls a boolean; here it is the word that is meant.
    for off in ["off", "'off'", "{severity: off}"] {
        let desk = gym(&format!("rules: {{untested-source: {off}}}\n"));
        assert!(!rules(&desk, &[]).contains(&"TST002".to_owned()), "{off}");
    }
}

#[test]
fn options() {
    let too_short = |desk: &Desk| findings(desk, &["--select", "DOC001"]);
    assert_eq!(too_short(&Desk::gym()), [""; 0]);
    assert_eq!(
        too_short(&gym("rules:\n  undocumented-model:\n    min-length: 28\n    severity: error\n")),
        ["DOC001 error model.gym.stg_gym__visits"]
    );
}

#[test]
fn a_block_switches_a_rule_on_that_the_preset_leaves_off() {
    let config = "rules: {description-pattern: {pattern: '^Members', resource-types: [model]}}\n";
    assert_eq!(
        findings(&gym(config), &["--ignore", "sources,project,TST002,OWN"]),
        ["DOC017 warning model.gym.fct_visits", "DOC017 warning model.gym.stg_gym__visits"]
    );
}

#[test]
fn one_rule_several_times() {
    let config = "rules:
  description-pattern:
    - {pattern: '^Members', paths: [models/staging], resource-types: [model], severity: error}
    - {pattern: 'happy', layers: [marts], severity: info}
";
    let desk = gym(config);
    assert_eq!(
        findings(&desk, &["--select", "DOC017"]),
        ["DOC017 info model.gym.fct_visits", "DOC017 error model.gym.stg_gym__visits"]
    );
    // To those who read of it, it is one rule.
    let run = desk.run(&["check", "gym", "--select", "DOC017", "--statistics"]);
    run.prints(1, "      2  DOC017  description-pattern\n");
    assert_eq!(
        run.summary(),
        "no_exposures (dbt 1.12.0): 3 models, 2 source tables, 6 data tests\n\
         read from gym/target/manifest.json, because its checksums fit the files\n\
         found 1 error, 1 info\n1 rule ran in …\n"
    );
    assert_eq!(rules(&desk, &["--select", "DOC017"]), ["DOC017"]);
}

#[test]
fn selectors() {
    for (selectors, found) in [
        ("paths: [models/staging/gym/_gym__sources.yml]", 2),
        ("paths: ['*.yml']", 2),
        ("paths: [models/marts]", 0),
        ("packages: [no_exposures]", 2),
        ("resource-types: [source]", 2),
        ("resource-types: [model]", 0),
        ("tags: [front]", 1),
        ("groups: [desk]", 0),
        ("owners: [me]", 1),
        ("meta: {tier: 1}", 0),
        ("layers: [other]", 2),
        ("layers: [marts]", 0),
        ("layers: [marts, other]", 2),
        // Every selector must fit.
        ("resource-types: [source], layers: [marts]", 0),
    ] {
        let desk = gym(&format!("rules: {{untested-source: {{{selectors}}}}}\n"));
        desk.edit_json("gym/target/manifest.json", |manifest| {
            let visits = &mut manifest["sources"]["source.no_exposures.gym.visits"];
            visits["tags"] = json!(["front"]);
            visits["meta"] = json!({"owner": "me"});
            manifest["nodes"]["model.no_exposures.fct_visits"]["group"] = json!("desk");
        });
        assert_eq!(findings(&desk, &["--select", "TST002", "--allow-empty"]).len(), found, "{selectors}");
    }
}

#[test]
fn a_selector_that_nothing_fits_is_an_error() {
    const REMOVE: &str = "remove it; a selector that matches nothing would silently do nothing";
    let desk = Desk::with("shop", "gym");
    for (config, place, message, help) in [
        ("rules: {DOC001: {tags: [nope-nope]}}\n", "1:25", "no resource has the tag `nope-nope`", REMOVE),
        (
            "rules: {DOC001: {tags: [stagging]}}\n",
            "1:25",
            "no resource has the tag `stagging`",
            "did you mean `staging`?",
        ),
        (
            "rules: {DOC001: off, DOC002: [{groups: [finanse]}]}\n",
            "1:41",
            "there is no group `finanse`",
            "did you mean `finance`?",
        ),
        (
            "overrides: [{owners: [Nobody Here], rules: {DOC001: off}}]\n",
            "1:23",
            "no resource has the owner `Nobody Here`",
            REMOVE,
        ),
        ("rules: {DOC001: {packages: [other]}}\n", "1:29", "no package `other` is installed", REMOVE),
    ] {
        desk.write("gym/dbt-steward.yml", config);
        let run = desk.run(&["check", "gym"]);
        assert_eq!(run.code, Some(2), "{config}: {run:?}");
        let (shown, shown_help) = headline(&run);
        assert_eq!(shown, format!("gym/dbt-steward.yml:{place}: {message}"));
        assert_eq!(shown_help.unwrap_or_default(), help, "{config}");
    }
}

#[test]
fn selectors_that_nothing_fits_together_are_an_error() {
    let desk = Desk::gym();
    for (config, place, message) in [
        (
            "rules: {DOC001: {paths: [models/marts], layers: [staging]}}\n",
            "1:18",
            "no model fits the selectors of undocumented-model",
        ),
        (
            "rules:\n  DOC011:\n    - {severity: warning, paths: [models/staging]}\n    - {severity: error, layers: [base]}\n",
            "4:25",
            "no resource fits the selectors of undocumented-column",
        ),
        (
            "rules: {missing-dbt-version-range: {paths: [models/marts], layers: [staging]}}\n",
            "1:37",
            "no resource fits the selectors of missing-dbt-version-range",
        ),
        (
            "overrides: [{rules: {DOC001: off, TST001: off}, paths: [models/marts], resource-types: [source]}]\n",
            "1:49",
            "nothing that its rules are about fits the selectors of this override",
        ),
        (
            "policies: {no-marts: {layers: [staging], paths: [models/marts], require: 'false', message: No.}}\n",
            "1:12",
            "no resource fits the selectors of policy `no-marts`",
        ),
    ] {
        desk.write("gym/dbt-steward.yml", config);
        let run = desk.run(&["check", "gym"]);
        let (shown, help) = headline(&run);
        assert_eq!((shown, run.code), (format!("gym/dbt-steward.yml:{place}: {message}"), Some(2)));
        let reason = "a resource has to fit every selector; what is limited to nothing would silently do nothing";
        assert_eq!(help.as_deref(), Some(reason));
    }
}

#[test]
fn selectors_that_something_may_fit_are_no_error() {
    let desk = Desk::gym();
    desk.write("gym/base.yml", "rules: {DOC001: {paths: [models/marts], layers: [staging]}}\n");
    for config in [
        // It is off, or set up anew.
        "rules: {DOC001: {severity: off, paths: [models/marts], layers: [staging]}}\n",
        "extends: base.yml\nrules: {DOC001: error}\n",
        // Such a rule says that it did not run, and why.
        "rules: {exposure-without-lineage: {paths: [models/marts], layers: [marts]}}\n",
        // One of several rules is enough for an exception.
        "overrides: [{paths: [models/marts], rules: {untested-source: off, undocumented-model: off}}]\n",
    ] {
        desk.write("gym/dbt-steward.yml", config);
        let run = desk.run(&["check", "gym"]);
        assert!(matches!(run.code, Some(0 | 1)), "{config}: {run:?}");
    }
    // What depends on an environment that is not at hand is not known to be absent.
    desk.edit("gym/dbt_project.yml", "    staging:\n", "    +tags: \"{{ env_var('TEAM') }}\"\n    staging:\n");
    let config = "rules: {DOC001: {tags: [daily], layers: [marts]}}\n";
    desk.write("gym/dbt-steward.yml", config);
    let code = |arguments: &[&str]| desk.run(&[&["check", "gym", "--input", "project"], arguments].concat()).code;
    assert!(matches!(code(&[]), Some(0 | 1)));
    desk.write("gym/dbt-steward.yml", config.replace("marts", "base"));
    assert_eq!(code(&[]), Some(2));
}

#[test]
fn a_rule_may_wait_for_its_option_where_it_is_off_or_has_it_from_elsewhere() {
    for config in [
        "rules: {description-pattern: off, unknown-owner: {severity: off}}\n",
        "owners: {allowed: [Gym]}\nrules: {unknown-owner: warning}\n",
        "rules: {description-pattern: {pattern: '.'}}\noverrides: [{paths: [models], rules: {DOC017: error}}]\n",
        "overrides: [{paths: [models], rules: {DOC017: off}}]\n",
    ] {
        let run = gym(config).run(&["check", "gym", "--exit-zero"]);
        assert_eq!(run.code, Some(0), "{config}: {run:?}");
    }
    let desk = gym("extends: base.yml\nrules: {description-pattern: off}\n");
    desk.write("gym/base.yml", "rules: {DOC017: error, OWN007: error}\n");
    let run = desk.run(&["check", "gym"]);
    assert_eq!(
        headline(&run).0,
        "gym/base.yml:1:24: `unknown-owner` is on and cannot run: neither `owners.allowed` nor `owners.pattern` is set"
    );
    desk.write(
        "gym/dbt-steward.yml",
        "extends: base.yml\nrules: {description-pattern: off}\nowners: {pattern: '^Gym'}\n",
    );
    assert_eq!(desk.run(&["check", "gym", "--exit-zero"]).code, Some(0));
}

#[test]
fn the_summary_says_first_of_rules_that_the_config_names_why_they_did_not_run() {
    let desk = gym("rules: {unowned-metric: error}\n");
    let summary = desk.run(&["check", "gym", "--exit-zero"]).summary();
    let (_, not_run) = summary.split_once(" did not run:\n").unwrap();
    let expected = "  OWN004: the project has no metric, semantic model or saved query
";
    assert!(not_run.starts_with(expected), "{summary}");
    desk.write("gym/dbt-steward.yml", "overrides: [{paths: [models], rules: {MET001: error}}]\n");
    let summary = desk.run(&["check", "gym", "--exit-zero"]).summary();
    assert!(summary.contains(" did not run:\n  MET001"), "{summary}");
}

#[test]
fn a_config_that_several_projects_share_may_be_passed_over_in_part() {
    let desk = gym("
rules:
  untested-source:
    - {severity: error, paths: [models/staging]}
    - {severity: info, paths: [models/other/**]}
overrides:
  - {tags: [elsewhere], rules: {DOC001: off}}
");
    desk.run(&["check", "gym", "--quiet"]).refuses(
        "  × gym/dbt-steward.yml:5:32: `models/other/**` matches no file of the project
   ╭─[gym/dbt-steward.yml:5:32]
 4 │     - {severity: error, paths: [models/staging]}
 5 │     - {severity: info, paths: [models/other/**]}
   ·                                ───────────────
 6 │ overrides:
   ╰────
  help: paths are relative to dbt_project.yml; one that matches nothing would silently do nothing\n",
    );
    let untested = ["TST002 error source.gym.gym.visits", "TST002 error source.gym.gym.members"];
    assert_eq!(findings(&desk, &["--select", "TST002", "--allow-empty"]), untested);
    let summary = |more: &[&str]| {
        let run = desk.run(&[&["check", "gym", "--select", "TST002", "--allow-empty"], more].concat());
        assert_eq!(run.code, Some(1), "{run:?}");
        run.summary()
    };
    assert!(
        summary(&[]).contains("\n2 globs or selectors of the config match nothing here; --verbose says which\nfound")
    );
    assert!(summary(&["--verbose"]).contains(
        "\n2 globs or selectors of the config match nothing here:
  gym/dbt-steward.yml:5:32: `models/other/**` matches no file of the project
  gym/dbt-steward.yml:7:13: no resource has the tag `elsewhere`\nfound"
    ));
    desk.edit("gym/dbt-steward.yml", "tags: [elsewhere]", "layers: [marts]");
    assert!(
        summary(&[]).contains("\n1 glob or selector of the config matches nothing here; --verbose says which\nfound")
    );
    // So that the other commands can be given the same config.
    for command in ["baseline", "audit"] {
        let code = |more: &[&str]| desk.run(&[&[command, "gym"], more].concat()).code;
        assert_eq!(code(&[]), Some(2), "{command}");
        assert_eq!(code(&["--allow-empty"]), Some(0), "{command}");
    }
}

#[test]
fn owners_that_only_codeowners_knows_are_not_asked_of_a_bare_manifest() {
    let desk = Desk::new();
    std::fs::copy(support::fixture("shop/target/manifest.json"), desk.path("m.json")).unwrap();
    desk.write("c.yml", "owners: {codeowners: true}\nrules: {DOC001: {owners: ['@shop/somewhere']}}\n");
    let run = desk.run(&["check", "m.json", "--config", "c.yml", "--quiet"]);
    assert!(matches!(run.code, Some(0 | 1)), "{run:?}");
    desk.write("c.yml", "rules: {DOC001: {owners: ['@shop/somewhere']}}\n");
    let run = desk.run(&["check", "m.json", "--config", "c.yml", "--quiet"]);
    assert_eq!(run.code, Some(2), "{run:?}");
}

#[test]
fn overrides() {
    let config = "rules: {description-pattern: {pattern: '^X', resource-types: [model]}}
overrides:
  - paths: [models/staging]
    rules: {description-pattern: error}
  - {paths: [models/**/*visits.sql], rules: {DOC017: off}}
";
    // The later of two that fit counts.
    assert_eq!(findings(&gym(config), &["--select", "DOC017"]), ["DOC017 error model.gym.stg_gym__members"]);
}

#[test]
fn layers() {
    // Unless the config says so, nothing is a layer by the folder `gym`.
    let rule = "rules: {description-pattern: {pattern: '^X', layers: [reporting]}}\n";
    assert_eq!(findings(&gym(rule), &["--select", "DOC017", "--allow-empty"]), [""; 0]);
    let paths = format!("{rule}layers: {{reporting: {{paths: [models/marts]}}}}\n");
    assert_eq!(findings(&gym(&paths), &["--select", "DOC017"]), ["DOC017 warning model.gym.fct_visits"]);
}

#[test]
fn owners() {
    let unowned = |config: &str| {
        let desk = gym(config);
        desk.edit_json("gym/target/manifest.json", |manifest| {
            manifest["nodes"]["model.no_exposures.fct_visits"]["meta"] = json!({"team": {"lead": "Front desk"}});
            manifest["nodes"]["model.no_exposures.stg_gym__visits"]["meta"] = json!({"owner": "me"});
        });
        desk.write("gym/CODEOWNERS", "/models/staging/ @gym/data\n");
        findings(&desk, &["--select", "OWN001,OWN007"])
    };
    let of_model = |code: &str, name: &str| format!("{code} warning model.gym.{name}");
    let (visits, members, fct) = ("stg_gym__visits", "stg_gym__members", "fct_visits");
    assert_eq!(unowned(""), [of_model("OWN001", fct), of_model("OWN001", members)]);
    assert_eq!(
        unowned("owners: {meta-keys: [team.lead]}\n"),
        [of_model("OWN001", visits), of_model("OWN001", members)]
    );
    assert_eq!(unowned("owners: {codeowners: true}\n"), [of_model("OWN001", fct)]);
    let allowed = unowned("owners: {meta-keys: [owner, team.lead], allowed: [Front desk]}\n");
    assert_eq!(allowed, [of_model("OWN007", visits), of_model("OWN001", members)]);
    let pattern = unowned("owners: {meta-keys: [owner, team.lead], pattern: '^[a-z]+$'}\n");
    assert_eq!(pattern, [of_model("OWN007", fct), of_model("OWN001", members)]);
}

#[test]
fn installed_packages() {
    let desk = Desk::with("shop", "gym");
    desk.write("gym/dbt-steward.yml", "packages: {include: [shop_toolkit]}\n");
    let found = findings(&desk, &["--select", "DOC001"]);
    assert_eq!(found.iter().filter(|line| line.contains("shop_toolkit")).count(), 2, "{found:?}");
    desk.write("gym/dbt-steward.yml", "packages:\n  include: [shop_tolkit]\n");
    let (message, help) = headline(&desk.run(&["check", "gym"]));
    assert_eq!(message, "gym/dbt-steward.yml:2:13: no package `shop_tolkit` is installed");
    assert_eq!(help.as_deref(), Some("did you mean `shop_toolkit`?"));
}

#[test]
fn fail_on() {
    let code = |config: &str, arguments: &[&str]| {
        let desk = gym(config);
        desk.run(&[&["check", "gym", "--quiet", "--select", "TST002"], arguments].concat()).code
    };
    assert_eq!(code("", &[]), Some(0));
    assert_eq!(code("fail-on: warning\n", &[]), Some(1));
    assert_eq!(code("fail-on: info\n", &[]), Some(1));
    assert_eq!(code("fail-on: never\nrules: {TST002: error}\n", &[]), Some(0));
    assert_eq!(code("fail-on: never\n", &["--fail-on", "warning"]), Some(1));
    assert_eq!(code("fail-on: warning\n", &["--fail-on", "error"]), Some(0));
    assert_eq!(code("fail-on: warning\n", &["--exit-zero"]), Some(0));
}

/// Old warnings are no reason to turn a whole project down; those of a change are the change's own.
#[test]
fn what_looks_only_at_a_change_fails_on_warnings_unless_told_otherwise() {
    let code = |config: &str, arguments: &[&str]| {
        let desk = gym(config);
        desk.run(&[&["check", "--quiet", "--select", "TST002", "--input", "project"], arguments].concat()).code
    };
    let files = &["gym/models/staging/gym/_gym__sources.yml"];
    assert_eq!(code("", &["gym"]), Some(0));
    assert_eq!(code("", files), Some(1));
    assert_eq!(code("", &[files[0], "--fail-on", "error"]), Some(0));
    assert_eq!(code("fail-on: error\n", files), Some(0));
    assert_eq!(code("fail-on: never\n", files), Some(0));
    assert_eq!(code("rules: {TST002: info}\n", files), Some(0));
}

#[test]
fn a_config_extends_another() {
    let desk = gym("extends: ../shared/base.yml\nrules: {undocumented-model: {min-length: 30}}\n");
    desk.write(
        "shared/base.yml",
        "extends: minimal\nfail-on: warning\nrules: {undocumented-model: {min-length: 999}, untested-source: error}\n",
    );
    // The nearer file counts, rule by rule; the preset is that of the chain's end.
    assert_eq!(
        findings(&desk, &[]).into_iter().filter(|line| !line.starts_with("OWN")).collect::<Vec<_>>(),
        [
            "DOC001 warning model.gym.stg_gym__visits",
            "TST002 error source.gym.gym.visits",
            "TST002 error source.gym.gym.members",
        ]
    );
    assert!(rules(&desk, &[]).len() < rules(&Desk::gym(), &[]).len());
    assert_eq!(desk.run(&["check", "gym", "--quiet", "--select", "DOC001"]).code, Some(1));
    // A mistake in the other file is told at its place there.
    desk.write("shared/base.yml", "rules:\n  undocumented: error\n");
    assert_eq!(headline(&desk.run(&["check", "gym"])).0, "gym/../shared/base.yml:2:3: there is no rule `undocumented`");
}

#[test]
fn configs_that_extend_each_other() {
    let help = Some("one of them has to extend a preset, or nothing".to_owned());
    let desk = gym("extends: dbt-steward.yml\n");
    assert_eq!(
        headline(&desk.run(&["check", "gym"])),
        ("gym/dbt-steward.yml:1:10: the files extend each other in a circle".to_owned(), help.clone())
    );
    let desk = gym("extends: ../a.yml\n");
    desk.write("a.yml", "extends: b.yml\n").write("b.yml", "fail-on: never\nextends: ./a.yml\n");
    assert_eq!(
        headline(&desk.run(&["check", "gym"])),
        ("gym/../b.yml:2:10: the files extend each other in a circle".to_owned(), help)
    );
    let desk = gym("extends: ../0.yml\n");
    for number in 0..9 {
        desk.write(&format!("{number}.yml"), format!("extends: {}.yml\n", number + 1));
    }
    desk.write("9.yml", "");
    assert_eq!(
        headline(&desk.run(&["check", "gym"])).0,
        "gym/../7.yml:1:10: a chain of more than 8 files is not followed"
    );
}

#[test]
fn where_the_config_is_found() {
    let desk = Desk::new();
    support::copy(&support::fixture("no-exposures"), &desk.path("repo/data/gym"));
    let found = |arguments: &[&str]| {
        let run = desk.run(&[&["check", "repo/data/gym", "--verbose", "--select", "DOC001"], arguments].concat());
        let line = run.stderr.lines().find_map(|line| line.strip_prefix("config: "));
        line.map_or_else(|| run.stderr.clone(), str::to_owned)
    };
    assert_eq!(found(&[]), "none found, the defaults hold");
    // Upwards, to the root of the repository and not beyond.
    desk.write("dbt-steward.yml", "");
    assert_eq!(found(&[]), "dbt-steward.yml");
    std::fs::create_dir(desk.path("repo/.git")).unwrap();
    assert_eq!(found(&[]), "none found, the defaults hold");
    desk.write("repo/dbt-steward.yaml", "");
    assert_eq!(found(&[]), "repo/dbt-steward.yaml");
    desk.write("repo/dbt-steward.yml", "");
    assert_eq!(found(&[]), "repo/dbt-steward.yml");
    desk.write("repo/data/gym/dbt-steward.yml", "");
    assert_eq!(found(&[]), "repo/data/gym/dbt-steward.yml");
    assert_eq!(found(&["--config", "repo/dbt-steward.yml"]), "repo/dbt-steward.yml");
    assert_eq!(found(&["--config", "none.yml"]).lines().next(), Some("  × none.yml: cannot be read"));
    // Paths in a config are relative to the project, wherever the config is.
    desk.write("repo/data/gym/dbt-steward.yml", "overrides: [{paths: [models/marts], rules: {DOC001: off}}]\n");
    assert_eq!(found(&[]), "repo/data/gym/dbt-steward.yml");
}

#[test]
fn a_glob_that_matches_a_properties_file_or_a_disabled_model_matches() {
    for path in ["models/marts/_marts__models.yml", "models/**/stg_*.sql", "models", "/models/marts/", "*.sql"] {
        let run = gym(&format!("rules: {{DOC001: {{paths: ['{path}']}}}}\n")).run(&["check", "gym", "--quiet"]);
        assert_eq!(run.code, Some(0), "{path}: {run:?}");
    }
}
