//! The command line: what each option does, to the letter of what is printed.

mod support;

use serde_json::Value;
use support::Desk;
#[cfg(unix)]
use support::needs::has_programs;

const SOURCES: &str = "gym/models/staging/gym/_gym__sources.yml";

fn concise(lines: &[(&str, &str)]) -> String {
    lines.iter().map(|(place, text)| format!("{SOURCES}:{place}: TST002 untested-source {text}\n")).collect()
}

/// What `--select TST002` finds in `fixtures/no-exposures`.
fn untested() -> String {
    concise(&[("5:15", "source table `gym.visits` has no test"), ("7:15", "source table `gym.members` has no test")])
}

const SUMMARY: &str = "no_exposures (dbt 1.12.0): 3 models, 2 source tables, 6 data tests\n\
                       read from gym/target/manifest.json, because its checksums fit the files\n";

#[test]
fn concise_is_one_finding_a_line() {
    let run = Desk::gym().run(&["check", "gym", "--select", "TST002", "--format", "concise"]);
    run.prints(0, &untested());
    assert_eq!(run.summary(), format!("{SUMMARY}found 2 warnings\n1 rule ran in …\n"));
}

/// As root, to rename a file onto `/dev/null` is to take it from everybody.
#[cfg(unix)]
#[test]
fn a_pipe_or_device_is_written_to_and_not_replaced() {
    use std::os::unix::fs::FileTypeExt;
    if !has_programs(&["mkfifo"]) {
        return;
    }
    let desk = Desk::gym();
    let made = std::process::Command::new("mkfifo").arg(desk.path("pipe")).status().expect("mkfifo starts");
    assert!(made.success());
    let reader = std::thread::spawn({
        let pipe = desk.path("pipe");
        move || std::fs::read_to_string(pipe).expect("the pipe can be read")
    });
    let arguments = ["check", "gym", "--select", "TST002", "--format", "concise", "--quiet", "--output-file", "pipe"];
    desk.run(&arguments).prints(0, "");
    assert_eq!(reader.join().expect("the reader ends"), untested());
    let is_pipe = |path| std::fs::symlink_metadata(desk.path(path)).unwrap().file_type().is_fifo();
    assert!(is_pipe("pipe"));
}

#[test]
fn grouped_is_by_file() {
    let desk = Desk::gym();
    desk.write(
        "gym/dbt-steward.yml",
        "rules: {description-pattern: {pattern: '^X', resource-types: [model], severity: error}}\n",
    );
    desk.run(&["check", "gym", "--select", "TST002,DOC017", "--format", "grouped"]).prints(
        1,
        "gym/models/marts/_marts__models.yml
      3:18  error    DOC017 description-pattern  the description of model `fct_visits` does not match `^X`

gym/models/staging/gym/_gym__models.yml
      3:18  error    DOC017 description-pattern  the description of model `stg_gym__visits` does not match `^X`
      9:18  error    DOC017 description-pattern  the description of model `stg_gym__members` does not match `^X`

gym/models/staging/gym/_gym__sources.yml
      5:15  warning  TST002 untested-source  source table `gym.visits` has no test
      7:15  warning  TST002 untested-source  source table `gym.members` has no test
",
    );
}

#[test]
fn full_shows_the_lines_and_says_what_to_do() {
    Desk::gym().run(&["check", "gym", "--select", "TST002"]).prints(
        0,
        "TST002 untested-source

  ⚠ source table `gym.visits` has no test
   ╭─[gym/models/staging/gym/_gym__sources.yml:5:15]
 4 │     tables:
 5 │       - name: visits
   ·               ──────
 6 │         description: Each time a member passes the gate.
   ╰────
  help: add `columns: [{name: …, data_tests: [unique, not_null]}]` to `- name: visits` of source
        `gym` in models/staging/gym/_gym__sources.yml, with the column that identifies a row
        - declares no column
        - read by stg_gym__visits

TST002 untested-source

  ⚠ source table `gym.members` has no test
   ╭─[gym/models/staging/gym/_gym__sources.yml:7:15]
 6 │         description: Each time a member passes the gate.
 7 │       - name: members
   ·               ───────
 8 │         description: People with a contract.
   ╰────
  help: add `columns: [{name: …, data_tests: [unique, not_null]}]` to `- name: members` of source
        `gym` in models/staging/gym/_gym__sources.yml, with the column that identifies a row
        - declares no column
        - read by stg_gym__members

",
    );
}

#[test]
fn full_of_a_bare_manifest_names_the_file() {
    let desk = Desk::new();
    std::fs::copy(support::fixture("no-exposures/target/manifest.json"), desk.path("m.json")).unwrap();
    desk.run(&["check", "m.json", "--select", "TST002", "--max-findings", "1"]).prints(
        0,
        "TST002 untested-source

  ⚠ source table `gym.members` has no test
  help: add `columns: [{name: …, data_tests: [unique, not_null]}]` to `- name: members` of source
        `gym` in models/staging/gym/_gym__sources.yml, with the column that identifies a row
        - in models/staging/gym/_gym__sources.yml
        - declares no column
        - read by stg_gym__members

… and 1 more; --max-findings shows more of them
",
    );
}

#[test]
fn json_has_the_documented_shape() {
    let desk = Desk::gym();
    let run = desk.run(&["check", "gym", "--select", "TST002,EXP001", "--format", "json"]);
    let output: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        keys(&output),
        ["dbt_version", "findings", "project", "schema_version", "summary", "suppressed", "version"]
    );
    assert_eq!(output["schema_version"], 1);
    assert_eq!(output["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(output["project"], "no_exposures");
    assert_eq!(output["dbt_version"], "1.12.0");
    let summary = &output["summary"];
    assert_eq!(keys(summary), ["baseline", "counts", "findings", "input", "limit", "rules", "suppressed"]);
    assert_eq!(
        summary["input"],
        serde_json::json!({
            "kind": "manifest",
            "path": "gym/target/manifest.json",
            "because": "its checksums fit the files",
        })
    );
    assert_eq!((&summary["suppressed"], &output["suppressed"]), (&0.into(), &serde_json::json!([])));
    assert_eq!(
        summary["counts"],
        serde_json::json!({
            "models": 3, "seeds": 0, "snapshots": 0, "data_tests": 6, "unit_tests": 0, "source_tables": 2, "exposures": 0,
            "metrics": 0, "semantic_models": 0, "saved_queries": 0, "groups": 0, "macros": 0, "package_models": 0,
            "disabled_models": 0,
        })
    );
    assert_eq!(summary["findings"], serde_json::json!({"error": 0, "warning": 2, "info": 0}));
    assert_eq!(
        summary["rules"],
        serde_json::json!([
            {
                "code": "EXP001", "slug": "exposure-without-lineage", "subjects": 0, "findings": 0,
                "skipped": "the project has no exposure",
            },
            {"code": "TST002", "slug": "untested-source", "subjects": 2, "findings": 2, "skipped": null},
        ])
    );
    assert_eq!(
        output["findings"][0],
        serde_json::json!({
            "code": "TST002",
            "slug": "untested-source",
            "severity": "warning",
            "subject": "source.no_exposures.gym.visits",
            "message": "source table `gym.visits` has no test",
            "help": "add `columns: [{name: …, data_tests: [unique, not_null]}]` to `- name: visits` of source `gym` in \
                     models/staging/gym/_gym__sources.yml, with the column that identifies a row",
            "path": SOURCES,
            "line": 5,
            "column": 15,
            "end_line": 5,
            "end_column": 21,
            "evidence": ["declares no column", "read by stg_gym__visits"],
            "related": [],
            "fingerprint": "602754ab883d1eaf36ae5cdf88edbee0",
        })
    );
    assert_eq!(output["findings"].as_array().unwrap().len(), 2);
}

#[test]
fn json_of_a_bare_manifest_has_null_for_what_is_unknown() {
    let desk = Desk::new();
    std::fs::copy(support::fixture("no-exposures/target/manifest.json"), desk.path("m.json")).unwrap();
    let output = desk.json(&["m.json", "--select", "TST002"]);
    let finding = &output["findings"][0];
    for key in ["line", "column", "end_line", "end_column"] {
        assert_eq!(finding[key], Value::Null, "{key}");
    }
    assert_eq!(finding["path"], "models/staging/gym/_gym__sources.yml");
}

fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn rules_are_selected_by_code_slug_and_area() {
    let desk = Desk::with("shop", "shop");
    let codes = |arguments: &[&str]| -> Vec<String> {
        let output = desk.json(&[&["shop"], arguments].concat());
        let rules = output["summary"]["rules"].as_array().unwrap();
        rules.iter().map(|rule| rule["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(codes(&["--select", "DOC001"]), ["DOC001"]);
    assert_eq!(codes(&["--select", "doc001"]), ["DOC001"]);
    assert_eq!(codes(&["--select", "undocumented-model"]), ["DOC001"]);
    assert_eq!(codes(&["--select", "TST002,DOC001"]), ["DOC001", "TST002"]);
    assert_eq!(codes(&["--select", "TST002", "--select", "DOC001"]), ["DOC001", "TST002"]);
    let documentation = codes(&["--select", "DOC"]);
    assert!(documentation.len() > 8 && documentation.iter().all(|code| code.starts_with("DOC")), "{documentation:?}");
    assert_eq!(codes(&["--select", "documentation"]), documentation);
    assert_eq!(codes(&["--select", "Doc"]), documentation);
    let without = codes(&["--select", "DOC", "--ignore", "DOC001,undocumented-source"]);
    assert_eq!(without.len(), documentation.len() - 2);
    assert_eq!(codes(&["--select", "DOC", "--ignore", "documentation", "--allow-empty"]), [""; 0]);
    let all = codes(&[]);
    assert!(!codes(&["--ignore", "DOC,OWN"]).iter().any(|code| code.starts_with("DOC") || code.starts_with("OWN")));
    // A rule that the preset leaves off runs if it is asked for by name.
    assert!(!all.contains(&"DOC020".to_owned()));
    assert_eq!(codes(&["--select", "DOC020"]), ["DOC020"]);
    assert_eq!(codes(&["--select", "DOC020", "--preset", "minimal"]), ["DOC020"]);
}

#[test]
fn a_rule_that_does_not_exist() {
    let desk = Desk::gym();
    for (arguments, message, help) in [
        (["--select", "untested-sourc"], "--select untested-sourc", "did you mean TST002 (untested-source)?"),
        (["--ignore", "TST002,DOC0001"], "--ignore DOC0001", "did you mean DOC001 (undocumented-model)?"),
        (["--select", "X"], "--select X", "`dbt-steward rules` lists them all"),
    ] {
        desk.run(&[&["check", "gym"], &arguments[..]].concat())
            .refuses(&format!("  × {message}: there is no such rule or area\n  help: {help}\n"));
    }
    let help = "take out a comma; `dbt-steward rules` lists the names";
    desk.run(&["check", "gym", "--select", "DOC001,,DOC002"])
        .refuses(&format!("  × --select DOC001,,DOC002: a name is empty\n  help: {help}\n"));
    desk.run(&["check", "gym", "--ignore", ""]).refuses(&format!("  × --ignore : a name is empty\n  help: {help}\n"));
}

#[test]
fn exit_codes() {
    let desk = Desk::gym();
    let code =
        |arguments: &[&str]| desk.run(&[&["check", "gym", "--quiet", "--select", "TST002"], arguments].concat()).code;
    assert_eq!(code(&[]), Some(0), "warnings are below --fail-on error");
    assert_eq!(code(&["--fail-on", "warning"]), Some(1));
    assert_eq!(code(&["--fail-on", "info"]), Some(1));
    assert_eq!(code(&["--fail-on", "never"]), Some(0));
    assert_eq!(code(&["--fail-on", "warning", "--exit-zero"]), Some(0));
    assert_eq!(code(&["--preset", "strict"]), Some(1));
    assert_eq!(code(&["--preset", "strict", "--max-findings", "0"]), Some(1), "what is not shown counts");
    assert_eq!(code(&["--preset", "strict", "--statistics"]), Some(1));
    assert_eq!(code(&["--exit-zero", "--config", "none.yml"]), Some(2), "could not run");
    assert_eq!(code(&["--unknown"]), Some(2));
    assert_eq!(
        desk.run(&["check", "gym", "--quiet", "--select", "EXP001", "--exit-zero"]).code,
        Some(2),
        "no exposure"
    );
}

#[test]
fn the_answer_is_the_same_on_any_number_of_threads() {
    for fixture in ["shop", "spans"] {
        let desk = Desk::with(fixture, "repo");
        let root = if fixture == "spans" { "repo/transform" } else { "repo" };
        for format in ["full", "concise", "grouped", "json"] {
            let output = |threads: &str| {
                let run = desk.run(&["check", root, "--preset", "strict", "--format", format, "--threads", threads]);
                assert!(run.stdout.lines().count() > 50, "{run:?}");
                (run.code, run.stdout.clone(), run.summary())
            };
            let single = output("1");
            assert_eq!(output("2"), single, "{format}");
            assert_eq!(output("8"), single, "{format}");
            assert_eq!(output("0"), single, "{format}");
        }
    }
}

#[test]
fn time_zone_and_locale_change_nothing() {
    let mut desk = Desk::with("shop", "shop");
    let run = desk.run(&["check", "shop", "--today", "2025-01-31"]);
    for (name, value) in [
        ("TZ", "Pacific/Kiritimati"),
        ("TZ", "America/Los_Angeles"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("LC_ALL", "C"),
        ("LANG", "ja_JP.SJIS"),
        ("COLUMNS", "40"),
    ] {
        desk.set(name, value);
        let other = desk.run(&["check", "shop", "--today", "2025-01-31"]);
        assert_eq!(
            (other.code, &other.stdout, other.summary()),
            (run.code, &run.stdout, run.summary()),
            "{name}={value}"
        );
    }
}

/// These zones are 26 hours apart, so that it is never the same day in both.
#[test]
fn today_is_that_of_utc_in_every_time_zone() {
    let date = |zone: &str| {
        let mut desk = Desk::gym();
        desk.set("TZ", zone);
        let run = desk.run(&["audit", "gym", "--format", "json", "--quiet"]);
        let audit: serde_json::Value =
            serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
        audit["date"].as_str().expect("an audit has its date").to_owned()
    };
    // Midnight may pass between two runs, but not twice.
    let are_same = (0..2).any(|_| date("<-12>12") == date("<+14>-14"));
    assert!(are_same, "{} is not {}", date("<-12>12"), date("<+14>-14"));
}

#[test]
fn many_findings_at_once_are_no_dead_end() {
    let hint = |desk: &Desk, more: &[&str]| {
        let stderr = desk.run(&[&["check", "large"], more].concat()).stderr;
        stderr.lines().last().filter(|line| line.contains(" are many to begin with")).map(str::to_owned)
    };
    let with_models = |count: usize| {
        let desk = Desk::new();
        desk.write("large/dbt_project.yml", "name: large\nversion: '1.0'\n");
        for number in 0..count {
            desk.write(&format!("large/models/m{number}.sql"), "select 1 as id\n");
        }
        desk
    };
    assert_eq!(hint(&with_models(200), &["--select", "DOC001"]), None);
    let desk = with_models(201);
    assert_eq!(
        hint(&desk, &["--select", "DOC001"]).as_deref(),
        Some(
            "201 findings are many to begin with: --statistics counts them by rule, `dbt-steward audit` says what to do \
             first, `dbt-steward baseline` records them, so that only new ones are reported"
        )
    );
    for told in [&["--statistics"][..], &["--quiet"], &["--no-baseline"], &["large/models"]] {
        assert_eq!(hint(&desk, &[&["--select", "DOC001"], told].concat()), None, "{told:?}");
    }
    assert_eq!(desk.run(&["baseline", "large"]).code, Some(0));
    assert_eq!(hint(&desk, &["--select", "DOC001"]), None);
}

#[test]
fn today_is_what_one_says() {
    let desk = Desk::with("shop", "shop");
    let deprecated = |date: &str| desk.places(&["shop", "--select", "EXP013", "--today", date]);
    assert_ne!(deprecated("2099-01-01"), deprecated("2000-01-01"));
    for wrong in ["2025-02-30", "2025-1-1", "tomorrow", "20250101", "2025-01-01T00:00:00Z", ""] {
        desk.run(&["check", "shop", "--today", wrong]).refuses(&format!(
            "error: invalid value '{wrong}' for '--today <YYYY-MM-DD>': expected a date that exists, such as 2025-01-31\n\n\
             For more information, try '--help'.\n"
        ));
    }
}

#[test]
fn color() {
    let mut desk = Desk::gym();
    let run = |desk: &Desk, arguments: &[&str]| {
        desk.run(&[&["check", "gym", "--select", "TST002", "--max-findings", "1"], arguments].concat()).stdout
    };
    let plain = run(&desk, &[]);
    assert!(!plain.contains('\u{1b}'), "a pipe gets no color");
    assert_eq!(run(&desk, &["--color", "never"]), plain);
    assert_eq!(run(&desk, &["--color", "auto"]), plain);
    let colored = run(&desk, &["--color", "always"]);
    assert!(colored.contains("\u{1b}[33mTST002 untested-source\u{1b}[0m"), "{colored:?}");
    desk.set("NO_COLOR", "1");
    assert_eq!(run(&desk, &[]), plain);
    assert_eq!(run(&desk, &["--color", "always"]), colored, "what is asked for on the command line wins");
    // Errors, too.
    let error = |color: &str| desk.run(&["check", "nowhere", "--color", color]).stderr;
    assert!(error("always").contains("\u{1b}[31m"));
    assert!(!error("auto").contains('\u{1b}') && !error("never").contains('\u{1b}'));
    // A file gets colors only if they are asked for.
    desk.run(&["check", "gym", "--select", "TST002", "--output-file", "plain.txt"]);
    assert!(!desk.read("plain.txt").contains('\u{1b}'));
    desk.run(&["check", "gym", "--select", "TST002", "--output-file", "colored.txt", "--color", "always"]);
    assert!(desk.read("colored.txt").contains('\u{1b}'));
}

#[test]
fn quiet_and_verbose() {
    let desk = Desk::gym();
    let arguments = ["check", "gym", "--select", "TST002,EXP001,EXP002", "--format", "concise"];
    let run = |more: &[&str]| desk.run(&[&arguments[..], more].concat());
    assert_eq!(
        run(&[]).summary(),
        format!(
            "{SUMMARY}found 2 warnings\n1 rule ran in …; 2 did not run:\n  EXP001, EXP002: the project has no exposure\n"
        )
    );
    assert_eq!(run(&["--quiet"]).stderr, "");
    assert_eq!(run(&["-q"]).stdout, untested());
    let verbose = format!(
        "{SUMMARY}manifest: gym/target/manifest.json
config: none found, the defaults hold
found 2 warnings
1 rule ran in …; 2 did not run:
  EXP001 exposure-without-lineage did not run: the project has no exposure
  EXP002 exposure-on-private-model did not run: the project has no exposure\n"
    );
    assert_eq!(run(&["--verbose"]).summary(), verbose);
    assert_eq!(run(&["-v"]).summary(), verbose);
    assert_eq!(run(&["-v"]).stdout, untested());
    let both = run(&["-q", "-v"]);
    assert_eq!(both.code, Some(2));
    assert!(both.stderr.starts_with("error: the argument '--quiet' cannot be used with '--verbose'\n"), "{both:?}");
}

#[test]
fn a_clean_run_says_so() {
    let run = Desk::gym().run(&["check", "gym", "--select", "DOC001"]);
    run.prints(0, "");
    assert_eq!(run.summary(), format!("{SUMMARY}no findings\n1 rule ran in …\n"));
}

#[test]
fn a_run_that_looks_at_nothing_is_no_pass() {
    let desk = Desk::gym();
    let check = |arguments: &[&str]| desk.run(&[&["check", "gym"], arguments].concat());
    let allowed = |arguments: &[&str]| {
        let run = check(&[&["--allow-empty"], arguments].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run:?}");
        run.summary().strip_prefix(SUMMARY).expect("the summary comes first").to_owned()
    };
    let no_rule = "  × no rule is left to run
  help: --select, --ignore and the config leave none; --allow-empty takes that for a pass\n";
    check(&["--select", "DOC001", "--ignore", "DOC"]).refuses(no_rule);
    assert_eq!(allowed(&["--select", "DOC001", "--ignore", "DOC"]), "no findings\n0 rules ran in …\n");
    let help = "  help: nothing was checked, which is no pass; --allow-empty takes it for one\n";
    check(&["--select", "EXP001"]).refuses(&format!(
        "  × none of the rules that were asked for has run: EXP001 exposure-without-lineage, because the
  │ project has no exposure\n{help}"
    ));
    assert!(check(&["--select", "EXP,MET"]).stderr.contains(" more\n"));
    assert_eq!(
        allowed(&["--select", "EXP001"]),
        "no findings\n0 rules ran in …; 1 did not run:\n  EXP001: the project has no exposure\n"
    );
    // One of several that has a subject is enough.
    assert_eq!(check(&["--select", "EXP001,DOC001"]).code, Some(0));
    desk.write("gym/dbt-steward.yml", "extends: minimal\nrules: {exposure-without-lineage: error}\n");
    assert_eq!(check(&[]).code, Some(0));
    // A preset alone never comes to that, however little there is.
    desk.write("bare/dbt_project.yml", "name: bare\n").write("bare/macros/m.sql", "{% macro m() %}{% endmacro %}\n");
    for preset in ["minimal", "recommended", "strict"] {
        assert!(matches!(desk.run(&["check", "bare", "--preset", preset, "--exit-zero"]).code, Some(0)), "{preset}");
    }
}

#[test]
fn the_summary_counts_by_type_and_severity() {
    let run =
        Desk::with("shop", "shop").run(&["check", "shop", "--select", "DOC001,EXP001,DOC004", "--format", "concise"]);
    let summary = run.summary();
    let lines: Vec<&str> = summary.lines().collect();
    assert_eq!(
        lines[0],
        "shop (dbt 1.12.0): 62 models, 3 seeds, 2 snapshots, 20 source tables, 148 data tests, 1 unit test, 11 exposures, \
         6 metrics, 4 semantic models, 2 saved queries, 5 groups, 5 macros"
    );
    assert_eq!(lines[1], "read from shop/target/manifest.json, because its checksums fit the files");
    assert!(lines[2].starts_with("found 1 error, ") && lines[2].ends_with(" warnings"), "{summary}");
    assert_eq!(lines[3..], ["3 rules ran in …"]);
}

#[test]
fn statistics() {
    let desk = Desk::gym();
    desk.write("gym/dbt-steward.yml", "rules: {description-pattern: {pattern: '^X', resource-types: [model]}}\n");
    let select = ["check", "gym", "--select", "TST002,DOC017,DOC001,SRC004"];
    desk.run(&[&select[..], &["--statistics"]].concat()).prints(
        0,
        "      3  DOC017  description-pattern
      2  TST002  untested-source
",
    );
    // Those are all findings, not only those that would be shown.
    desk.run(&[&select[..], &["--statistics", "--max-findings", "1", "--output-file", "s.txt"]].concat()).prints(0, "");
    assert_eq!(desk.read("s.txt"), "      3  DOC017  description-pattern\n      2  TST002  untested-source\n");
    let run = desk.run(&[&select[..], &["--statistics", "--format", "json"]].concat());
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.starts_with("error: the argument '--statistics' cannot be used with '--format <FORMAT[=FILE]>'\n"),
        "{run:?}"
    );
}

#[test]
fn max_findings() {
    let desk = Desk::gym();
    let run = |format: &str, max: &str| {
        desk.run(&["check", "gym", "--select", "TST002", "--format", format, "--max-findings", max])
    };
    let more = "… and 1 more; --max-findings shows more of them\n";
    let first = concise(&[("5:15", "source table `gym.visits` has no test")]);
    run("concise", "1").prints(0, &format!("{first}{more}"));
    run("concise", "0").prints(0, "… and 2 more; --max-findings shows more of them\n");
    run("concise", "2").prints(0, &untested());
    run("concise", "3").prints(0, &untested());
    assert_eq!(run("concise", "1").summary(), format!("{SUMMARY}found 2 warnings\n1 rule ran in …\n"));
    // JSON stays JSON, and counts them all.
    let output: Value = serde_json::from_str(&run("json", "1").stdout).unwrap();
    assert_eq!(output["findings"].as_array().unwrap().len(), 1);
    assert_eq!(output["summary"]["findings"]["warning"], 2);
    assert_eq!(output["summary"]["rules"][0]["findings"], 2);
}

#[test]
fn output_file() {
    let desk = Desk::gym();
    let arguments = ["check", "gym", "--select", "TST002", "--format", "concise"];
    let run = desk.run(&[&arguments[..], &["--output-file", "findings.txt"]].concat());
    run.prints(0, "");
    assert_eq!(run.summary(), format!("{SUMMARY}found 2 warnings\n1 rule ran in …\n"));
    assert_eq!(desk.read("findings.txt"), untested());
    // It takes the place of what was there, and leaves nothing beside it.
    desk.write("gym/findings.txt", "of yesterday");
    desk.run(&[&arguments[..], &["-o", "gym/findings.txt"]].concat()).prints(0, "");
    assert_eq!(desk.read("gym/findings.txt"), untested());
    assert_eq!(desk.names(""), [".git", "findings.txt", "gym"]);
    assert!(desk.names("gym").iter().all(|name| !name.contains("tmp")), "{:?}", desk.names("gym"));
}

/// The manifest is read where it fits the files as they are, the files otherwise; the summary says which and why.
#[test]
fn which_input_is_read_and_why() {
    let desk = Desk::gym();
    let said = |desk: &Desk, more: &[&str]| {
        let run = desk.run(&[&["check", "gym", "--select", "TST002", "--format", "concise"], more].concat());
        let line = run.stderr.lines().find(|line| line.starts_with("read from ")).map(str::to_owned);
        (run.stdout, line.unwrap_or_default())
    };
    let (findings, why) = said(&desk, &[]);
    let fits = "read from gym/target/manifest.json, because its checksums fit the files";
    assert_eq!((findings.as_str(), why.as_str()), (untested().as_str(), fits));
    let named = "read from gym/target/manifest.json, because it was named";
    for by_name in
        [&["check", "gym/target/manifest.json"][..], &["check", "gym", "--manifest", "gym/target/manifest.json"]]
    {
        let run = desk.run(&[by_name, &["--select", "TST002"]].concat());
        assert_eq!(run.stderr.lines().nth(1), Some(named), "{by_name:?}");
    }
    let asked = said(&desk, &["--input", "project"]);
    assert_eq!(asked, (findings.clone(), "read from the project's files, because --input asks for it".to_owned()));
    let model = "gym/models/marts/fct_visits.sql";
    desk.write(model, desk.read(model) + "-- changed\n");
    let changed = "read from the project's files, because gym/target/manifest.json is out of date: \
                   models/marts/fct_visits.sql has changed since";
    assert_eq!(said(&desk, &[]), (findings.clone(), changed.to_owned()));
    let asked = "read from gym/target/manifest.json, because --input asks for it";
    assert_eq!(said(&desk, &["--input", "manifest"]), (findings.clone(), asked.to_owned()));
    let project = desk.read("gym/dbt_project.yml");
    desk.write("gym/dbt_project.yml", project.replace("name: no_exposures", "name: other"));
    let other = "read from gym/target/manifest.json, because the files are another project's";
    assert_eq!(said(&desk, &[]).1, other);
    desk.write("gym/dbt_project.yml", project);
    std::fs::remove_file(desk.path("gym/target/manifest.json")).unwrap();
    let missing = "read from the project's files, because there is no gym/target/manifest.json";
    assert_eq!(said(&desk, &[]), (findings, missing.to_owned()));
}

#[test]
fn where_the_manifest_is_looked_for() {
    let mut desk = Desk::gym();
    let found = |desk: &Desk, arguments: &[&str]| {
        let run = desk.run(&[&["check", "--input", "manifest", "--verbose", "--select", "DOC001"], arguments].concat());
        let line = run.stderr.lines().find_map(|line| line.strip_prefix("manifest: "));
        line.map_or_else(|| run.stderr.clone(), str::to_owned)
    };
    assert_eq!(found(&desk, &["gym"]), "gym/target/manifest.json");
    // target-path, as dbt 1.x reads it from dbt_project.yml.
    let project = desk.read("gym/dbt_project.yml");
    std::fs::create_dir(desk.path("gym/build")).unwrap();
    std::fs::rename(desk.path("gym/target/manifest.json"), desk.path("gym/build/manifest.json")).unwrap();
    desk.write("gym/dbt_project.yml", format!("{project}target-path: build\n"));
    assert_eq!(found(&desk, &["gym"]), "gym/build/manifest.json");
    // dbt renders that file, and what is rendered there is environment variables.
    for jinja in [
        "\"{{ env_var('GYM_BUILD', 'build') }}\"",
        "\"{{env_var(\\\"GYM\\\", 'bu')}}ild\"",
        "bu{{ env_var('X','il') }}d",
    ] {
        desk.write("gym/dbt_project.yml", format!("{project}target-path: {jinja}\n"));
        assert_eq!(found(&desk, &["gym"]), "gym/build/manifest.json", "{jinja}");
    }
    desk.set("GYM_BUILD", "elsewhere");
    desk.write("gym/dbt_project.yml", format!("{project}target-path: \"{{{{ env_var('GYM_BUILD', 'build') }}}}\"\n"));
    assert!(found(&desk, &["gym"]).starts_with("  × no manifest at gym/elsewhere/manifest.json\n"));
    // DBT_TARGET_PATH goes before it, and --manifest before both.
    desk.write("gym/dbt_project.yml", format!("{project}target-path: nowhere\n"));
    desk.set("DBT_TARGET_PATH", "");
    assert!(found(&desk, &["gym"]).starts_with("  × no manifest at gym/nowhere/manifest.json\n"), "empty is unset");
    desk.set("DBT_TARGET_PATH", "build");
    assert_eq!(found(&desk, &["gym"]), "gym/build/manifest.json");
    let absolute = desk.path("gym/build").display().to_string().replace('\\', "/");
    desk.set("DBT_TARGET_PATH", &absolute);
    assert_eq!(found(&desk, &["gym"]), format!("{absolute}/manifest.json"));
    std::fs::copy(desk.path("gym/build/manifest.json"), desk.path("other.v12")).unwrap();
    assert_eq!(found(&desk, &["gym", "--manifest", "other.v12"]), "other.v12");
}

#[test]
fn a_manifest_of_any_name_inside_and_outside_its_project() {
    let desk = Desk::gym();
    std::fs::copy(desk.path("gym/target/manifest.json"), desk.path("gym/last week.txt")).unwrap();
    std::fs::copy(desk.path("gym/target/manifest.json"), desk.path("outside")).unwrap();
    let place = |arguments: &[&str]| desk.places(&[arguments, &["--select", "TST002"]].concat()).swap_remove(0);
    // Inside, the project's files are at hand.
    let inside = format!("{SOURCES}:5:15-5:21 TST002 source.no_exposures.gym.visits");
    assert_eq!(place(&["gym/last week.txt"]), inside);
    assert_eq!(place(&["gym/target/manifest.json"]), inside);
    assert_eq!(place(&["gym", "--manifest", "outside"]), inside);
    assert_eq!(place(&["outside"]), "models/staging/gym/_gym__sources.yml:- TST002 source.no_exposures.gym.members");
    assert_eq!(place(&["--manifest", "outside"]), place(&["outside"]));
}

#[test]
fn threads_and_numbers_out_of_range() {
    let desk = Desk::gym();
    for (arguments, message) in [
        (["--threads", "5000"], "error: invalid value '5000' for '--threads <N>': 5000 is not in 0..=1024\n"),
        (["--threads", "-1"], "error: unexpected argument '-1' found\n"),
        (
            ["--max-findings", "many"],
            "error: invalid value 'many' for '--max-findings <N>': invalid digit found in string\n",
        ),
        (["--format", "xml"], "error: invalid value 'xml' for '--format <FORMAT[=FILE]>'\n"),
        (["--preset", "strickt"], "error: invalid value 'strickt' for '--preset <PRESET>'\n"),
    ] {
        let run = desk.run(&[&["check", "gym"], &arguments[..]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(run.stderr.starts_with(message), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn help_has_examples_that_run() {
    let desk = Desk::new();
    for command in ["check", "rules", "explain", "init", "schema", "completions"] {
        let help = desk.run(&[command, "--help"]);
        assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""), "{command}");
        let (_, examples) =
            help.stdout.split_once("\nExamples:\n").unwrap_or_else(|| panic!("{command} has no examples"));
        for example in examples.lines().filter(|line| !line.is_empty()) {
            // Each is understood: where it could not run, that is for want of a project, not because of its words.
            let words: Vec<&str> = example.split_whitespace().take_while(|word| *word != ">").collect();
            assert_eq!(words[..2], ["dbt-steward", command], "{example}");
            let run = desk.run(&words[1..]);
            assert!(run.code == Some(0) || run.stderr.starts_with("  × "), "{example}: {}", run.stderr);
        }
    }
    let help = desk.run(&["--help"]);
    assert_eq!(help.code, Some(0));
    assert!(
        help.stdout.contains("\nExamples:\n") && help.stdout.contains("\nExit codes: 0 clean, 1 findings"),
        "{}",
        help.stdout
    );
    let nothing = desk.run(&[]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (Some(2), ""));
    assert!(nothing.stderr.contains("Usage: dbt-steward <COMMAND>"), "{}", nothing.stderr);
    assert_eq!(desk.run(&["--version"]).stdout, format!("dbt-steward {}\n", env!("CARGO_PKG_VERSION")));
    assert!(desk.run(&["chekc"]).stderr.contains("similar subcommands exist: 'schema', 'check'"));
}

#[test]
fn completions() {
    let desk = Desk::new();
    for (shell, mark) in
        [("bash", "_dbt__steward()"), ("zsh", "#compdef dbt-steward"), ("fish", "complete -c dbt-steward")]
    {
        let run = desk.run(&["completions", shell]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{shell}");
        assert!(run.stdout.contains(mark), "{shell}");
        assert!(run.stdout.contains("output-file"), "{shell}");
        assert!(!run.stdout.contains("generate-docs"), "the hidden command is not offered");
    }
    assert_eq!(desk.run(&["completions", "tcsh"]).code, Some(2));
}

#[test]
fn the_list_of_rules() {
    let desk = Desk::new();
    let table = desk.run(&["rules"]);
    assert_eq!((table.code, table.stderr.as_str()), (Some(0), ""));
    let mut lines = table.stdout.lines();
    let header: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    assert_eq!(header, ["code", "slug", "recommended", "strict", "flags"]);
    let codes: Vec<&str> = lines.map(|line| line.split_whitespace().next().unwrap()).collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    assert_eq!(codes, sorted);
    let json: Value = serde_json::from_str(&desk.run(&["rules", "--format", "json"]).stdout).unwrap();
    let in_json: Vec<&str> = json.as_array().unwrap().iter().map(|rule| rule["code"].as_str().unwrap()).collect();
    assert_eq!(in_json, codes);
    let first = json.as_array().unwrap().iter().find(|rule| rule["code"] == "DOC001").unwrap();
    assert_eq!(keys(first), ["area", "code", "flags", "options", "recommended", "since", "slug", "strict", "trap"]);
    let markdown = desk.run(&["rules", "--format", "markdown"]).stdout;
    assert!(markdown.starts_with("| code | slug | flags | recommended | strict |\n|---|---|---|---|---|\n"));
    assert_eq!(markdown.lines().count(), codes.len() + 2);
    assert!(markdown.contains("\n| DOC001 | undocumented-model | "), "{markdown}");
}

#[test]
fn explain() {
    let desk = Desk::new();
    let page = desk.run(&["explain", "DOC001"]);
    assert_eq!((page.code, page.stderr.as_str()), (Some(0), ""));
    assert!(page.stdout.starts_with("DOC001 undocumented-model\n"), "{}", page.stdout);
    for heading in ["# What it does", "# Why it matters", "# Example", "# Use instead", "# Options", "# Configure"] {
        assert!(page.stdout.contains(&format!("\n{heading}\n")), "{heading}");
    }
    assert_eq!(desk.run(&["explain", "undocumented-model"]), page);
    assert_eq!(desk.run(&["explain", "doc001"]), page);
    desk.run(&["explain", "undocumented-modle"])
        .refuses("  × there is no rule `undocumented-modle`\n  help: did you mean DOC001 (undocumented-model)?\n");
    desk.run(&["explain", "zzz"]).refuses("  × there is no rule `zzz`\n  help: `dbt-steward rules` lists them all\n");
}

#[test]
fn every_rule_has_a_page() {
    let desk = Desk::new();
    let json: Value = serde_json::from_str(&desk.run(&["rules", "--format", "json"]).stdout).unwrap();
    for rule in json.as_array().unwrap() {
        let (code, slug) = (rule["code"].as_str().unwrap(), rule["slug"].as_str().unwrap());
        let page = desk.run(&["explain", slug]);
        assert!(page.stdout.starts_with(&format!("{code} {slug}\n")), "{slug}");
    }
}

#[test]
fn schemas() {
    let desk = Desk::new();
    for of in ["config", "findings"] {
        let run = desk.run(&["schema", of]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{of}");
        let schema: Value = serde_json::from_str(&run.stdout).unwrap();
        assert!(schema["$schema"].as_str().unwrap().starts_with("https://json-schema.org/"), "{of}");
    }
    assert_eq!(desk.run(&["schema"]).code, Some(2));
}
