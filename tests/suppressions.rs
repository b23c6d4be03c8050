//! Suppressions in comments and in `meta`: what they cover, when they end, and what is said of those that are of no use.

mod support;

use serde_json::Value;
use support::Desk;

/// `path:line CODE subject` of findings or of what is suppressed, in order.
fn lines(list: &Value) -> Vec<String> {
    let line = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let line = finding["line"].as_u64().map_or_else(|| "-".to_owned(), |line| line.to_string());
        format!("{}:{line} {} {}", text("path"), text("code"), text("subject"))
    };
    list.as_array().expect("it is a list").iter().map(line).collect()
}

/// A run with some rules on the project's own files, as JSON.
fn check(desk: &Desk, rules: &str) -> Value {
    run(desk, &["gym", "--input", "project", "--select", rules])
}

fn run(desk: &Desk, arguments: &[&str]) -> Value {
    let mut all = vec!["check", "--format", "json", "--exit-zero", "--quiet", "--today", "2026-06-15"];
    all.extend(arguments);
    let run = desk.run(&all);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    serde_json::from_str(&run.stdout).expect("the output is JSON")
}

/// What was found and what was suppressed.
#[track_caller]
fn expect(output: &Value, findings: &[&str], suppressed: &[&str]) {
    assert_eq!(lines(&output["findings"]), findings, "findings");
    assert_eq!(lines(&output["suppressed"]), suppressed, "suppressed");
    assert_eq!(output["summary"]["suppressed"], suppressed.len());
}

const SOURCES: &str = "gym/models/staging/gym/_gym__sources.yml";
const MODELS: &str = "gym/models/staging/gym/_gym__models.yml";
const MART: &str = "gym/models/marts/_marts__models.yml";
const MART_SQL: &str = "gym/models/marts/fct_visits.sql";

/// The gym, whose mart reads a source beside its models.
fn gym() -> Desk {
    let desk = Desk::gym();
    desk.write(MART_SQL, desk.read(MART_SQL) + "left join {{ source('gym', 'members') }} using (member_id)\n");
    desk
}

#[test]
fn a_comment_beside_an_entry_covers_the_resource_wherever_it_is_found_wanting() {
    let desk = gym();
    let at_ref = format!("{MART_SQL}:9 DAG003 model.no_exposures.fct_visits");
    expect(&check(&desk, "DAG003"), &[&at_ref], &[]);
    desk.edit(MART, "- name: fct_visits", "- name: fct_visits  # steward: ignore[DAG003] no staging model yet");
    let output = check(&desk, "DAG003,SUP");
    expect(&output, &[], &[&at_ref]);
    let suppression = serde_json::json!({
        "reason": "no staging model yet", "until": null,
        "path": MART, "line": 2, "column": 25, "end_line": 2, "end_column": 48,
    });
    assert_eq!(output["suppressed"][0]["suppression"], suppression);
    assert_eq!(output["summary"]["findings"], serde_json::json!({"error": 0, "warning": 0, "info": 0}));
}

#[test]
fn a_comment_beside_a_key_covers_that_key_alone() {
    let desk = gym();
    let key = "description: One row for each visit, with the day the member joined.";
    desk.edit(MART, key, "description: ''  # steward: ignore[DOC001, DAG003] later");
    expect(
        &check(&desk, "DOC001,DAG003"),
        &[&format!("{MART_SQL}:9 DAG003 model.no_exposures.fct_visits")],
        &[&format!("{MART}:3 DOC001 model.no_exposures.fct_visits")],
    );
}

#[test]
fn a_comment_in_sql_covers_its_line_the_next_or_the_model() {
    let found = format!("{MART_SQL}:9 DAG003 model.no_exposures.fct_visits");
    let desk = gym();
    let join = "left join {{ source('gym', 'members') }}";
    desk.edit(MART_SQL, join, "left join {{ source('gym', 'members') }} /* steward: ignore[DAG003] a */");
    expect(&check(&desk, "DAG003,SUP"), &[], &[&found]);
    let desk = gym();
    desk.edit(MART_SQL, join, &format!("-- steward: ignore[direct-join-to-source] a\n{join}"));
    expect(&check(&desk, "DAG003,SUP"), &[], &[&found.replace(":9 ", ":10 ")]);
    let desk = gym();
    desk.edit(MART_SQL, "from {{", "-- steward: ignore[DAG003] a\nfrom {{");
    let unused = format!("{MART_SQL}:6 SUP001 model.no_exposures.fct_visits");
    expect(&check(&desk, "DAG003,SUP"), &[&unused, &found.replace(":9 ", ":10 ")], &[]);
    for comment in ["{# steward: ignore[DAG003,DOC001] a #}\n", "-- steward: ignore-file[DAG,DOC] a\n"] {
        let desk = gym();
        desk.edit(MART, "    description: One row for each visit, with the day the member joined.\n", "");
        desk.write(MART_SQL, comment.to_owned() + &desk.read(MART_SQL));
        let in_yaml = format!("{MART}:2 DOC001 model.no_exposures.fct_visits");
        expect(&check(&desk, "DAG003,DOC001,SUP"), &[], &[&in_yaml, &found.replace(":9 ", ":10 ")]);
    }
}

#[test]
fn strings_suppress_nothing() {
    let desk = gym();
    desk.edit(
        MART_SQL,
        "left join {{ source",
        "where '-- steward: ignore[DAG003] a' = '{# steward: ignore-file[DAG] #}' join {{ source",
    );
    let found = format!("{MART_SQL}:9 DAG003 model.no_exposures.fct_visits");
    expect(&check(&desk, "DAG003,SUP"), &[&found], &[]);
}

#[test]
fn a_comment_beside_a_source_covers_its_tables() {
    let desk = Desk::gym();
    desk.edit(SOURCES, "  - name: gym", "  - name: gym  # steward: ignore[TST, OWN002] checked by the vendor");
    expect(
        &check(&desk, "TST002,OWN002,SUP"),
        &[],
        &[
            &format!("{SOURCES}:2 OWN002 source.no_exposures.gym"),
            &format!("{SOURCES}:5 TST002 source.no_exposures.gym.visits"),
            &format!("{SOURCES}:7 TST002 source.no_exposures.gym.members"),
        ],
    );
    let desk = Desk::gym();
    desk.edit(
        SOURCES,
        "      - name: members",
        "      # steward: ignore[TST002] checked by the vendor\n      - name: members",
    );
    expect(
        &check(&desk, "TST002,OWN002,SUP"),
        &[
            &format!("{SOURCES}:2 OWN002 source.no_exposures.gym"),
            &format!("{SOURCES}:5 TST002 source.no_exposures.gym.visits"),
        ],
        &[&format!("{SOURCES}:8 TST002 source.no_exposures.gym.members")],
    );
}

#[test]
fn a_whole_file_is_covered_with_all_that_it_describes() {
    let desk = gym();
    desk.write(MART, desk.read(MART) + "# steward: ignore-file[DAG003, OWN001] a\n");
    expect(
        &check(&desk, "DAG003,OWN001"),
        &[
            &format!("{MODELS}:2 OWN001 model.no_exposures.stg_gym__visits"),
            &format!("{MODELS}:8 OWN001 model.no_exposures.stg_gym__members"),
        ],
        &[
            &format!("{MART}:2 OWN001 model.no_exposures.fct_visits"),
            &format!("{MART_SQL}:9 DAG003 model.no_exposures.fct_visits"),
        ],
    );
}

#[test]
fn the_last_day_is_in_force_and_the_next_is_not() {
    let desk = Desk::gym();
    desk.edit(SOURCES, "      - name: members", "      - name: members  # steward: ignore[TST002] a until 2026-06-15");
    let found = format!("{SOURCES}:7 TST002 source.no_exposures.gym.members");
    let arguments = ["gym", "--input", "project", "--select", "TST002,SUP", "--ignore", "SUP003"];
    let output = run(&desk, &arguments);
    assert_eq!(lines(&output["suppressed"]), [found.as_str()]);
    assert_eq!(output["suppressed"][0]["suppression"]["until"], "2026-06-15");
    let next_day =
        desk.run(&[&["check", "--today", "2026-06-16", "--format", "concise", "--quiet"], &arguments[..]].concat());
    next_day.prints(
        1,
        &format!(
            "{SOURCES}:5:15: TST002 untested-source source table `gym.visits` has no test\n\
             {SOURCES}:7:15: TST002 untested-source source table `gym.members` has no test\n\
             {SOURCES}:7:58: SUP002 expired-suppression a suppression of TST002 ended on 2026-06-15\n"
        ),
    );
    let alone = desk.run(&[
        "check",
        "gym",
        "--input",
        "project",
        "--today",
        "2026-06-16",
        "--select",
        "TST002",
        "--format",
        "concise",
        "--quiet",
    ]);
    assert_eq!(alone.stdout.lines().count(), 2, "it ended, whether or not somebody says so: {}", alone.stdout);
}

#[test]
fn a_day_that_does_not_exist_ends_it_at_once() {
    let desk = Desk::gym();
    desk.edit(SOURCES, "      - name: members", "      - name: members  # steward: ignore[TST002] a until 2027-02-29");
    let output = check(&desk, "TST002,SUP002");
    let messages: Vec<&str> =
        output["findings"].as_array().unwrap().iter().map(|f| f["message"].as_str().unwrap()).collect();
    assert_eq!(
        messages[1..],
        [
            "source table `gym.members` has no test",
            "a suppression of TST002 ends on `2027-02-29`, which is no day, and suppresses nothing",
        ]
    );
}

#[test]
fn what_is_of_no_use_is_told_by_name_and_place() {
    let desk = Desk::gym();
    desk.edit(
        SOURCES,
        "- name: members",
        "- name: members  # steward: ignore[TST002, DOC003, untested-sources, EXP011] a",
    );
    let run = desk.run(&[
        "check",
        "gym",
        "--input",
        "project",
        "--quiet",
        "--format",
        "concise",
        "--select",
        "TST002,DOC003,EXP011,SUP",
        "--ignore",
        "SUP003",
    ]);
    run.prints(
        0,
        &format!(
            "{SOURCES}:5:15: TST002 untested-source source table `gym.visits` has no test\n\
             {SOURCES}:7:50: SUP001 unused-suppression nothing is suppressed here: DOC003 (undocumented-source-table) finds nothing that this covers\n\
             {SOURCES}:7:58: SUP004 unknown-rule-in-suppression there is no rule `untested-sources`\n"
        ),
    );
    // Of rules that did not run nothing is known: EXP011 has no exposure to look at, and here DOC003 is not asked for.
    expect(
        &check(&desk, "TST002,SUP001"),
        &[&format!("{SOURCES}:5 TST002 source.no_exposures.gym.visits")],
        &[&format!("{SOURCES}:7 TST002 source.no_exposures.gym.members")],
    );
}

#[test]
fn an_area_is_unused_only_if_no_rule_was_left_out() {
    let desk = Desk::gym();
    desk.edit(SOURCES, "- name: members", "- name: members  # steward: ignore[DOC] a");
    let unused = format!("{SOURCES}:7 SUP001 source.no_exposures.gym.members");
    let of_sup = |output: &Value| -> Vec<String> {
        lines(&output["findings"]).into_iter().filter(|line| line.contains(" SUP")).collect()
    };
    assert_eq!(of_sup(&run(&desk, &["gym", "--input", "project", "--select", "DOC,SUP001"])), [""; 0]);
    // Some rules on definitions have nothing to look at in this project.
    assert_eq!(of_sup(&run(&desk, &["gym", "--input", "project"])), [""; 0]);
    desk.edit(SOURCES, "ignore[DOC]", "ignore[NAM]");
    assert_eq!(of_sup(&run(&desk, &["gym", "--input", "project", "--preset", "recommended"])), [""; 0]);
    assert_eq!(of_sup(&run(&desk, &["gym", "--input", "project"])), [unused]);
}

#[test]
fn a_rule_that_is_off_for_the_resource_says_nothing_of_a_suppression() {
    let desk = Desk::gym();
    desk.edit(MODELS, "- name: stg_gym__visits", "- name: stg_gym__visits  # steward: ignore[TST001] a");
    let unused = format!("{MODELS}:2 SUP001 model.no_exposures.stg_gym__visits");
    expect(&check(&desk, "TST001,SUP001"), &[&unused], &[]);
    desk.write(
        "gym/dbt-steward.yml",
        "overrides:\n  - paths: [models/staging/**]\n    rules: {untested-model: 'off'}\n",
    );
    expect(&check(&desk, "TST001,SUP001"), &[], &[]);
}

#[test]
fn what_gave_way_to_a_graver_finding_is_no_useless_suppression() {
    let desk = Desk::gym();
    let exposure = "exposures:\n  - name: board\n    type: dashboard\n    owner: {email: a@gym.example}\n    depends_on: [ref('fct_visits')]\n";
    desk.write("gym/models/marts/_exposures.yml", exposure);
    desk.edit(MART, "    description: One row for each visit, with the day the member joined.\n", "");
    desk.edit(MART, "- name: fct_visits", "- name: fct_visits  # steward: ignore[DOC001] a");
    let graver = format!("{MART}:2 EXP005 model.no_exposures.fct_visits");
    expect(&check(&desk, "DOC001,EXP005,SUP001"), &[&graver], &[]);
    // What is accepted is the graver one; the milder one does not come back for it.
    desk.edit(MART, "ignore[DOC001]", "ignore[EXP005]");
    expect(&check(&desk, "DOC001,EXP005,SUP001"), &[], &[&graver]);
}

#[test]
fn findings_on_suppressions_are_suppressed_too_but_for_the_end_of_one() {
    let desk = Desk::gym();
    desk.edit(
        SOURCES,
        "- name: members",
        "- name: members  # steward: ignore[DOC003, SUP001, SUP002] a until 2026-06-15",
    );
    let unused = format!("{SOURCES}:7 SUP001 source.no_exposures.gym.members");
    let never = format!("{SOURCES}:7 SUP004 source.no_exposures.gym.members");
    expect(&check(&desk, "DOC003,SUP"), &[&never], &[&unused]);
    desk.edit(SOURCES, "2026-06-15", "2026-06-14");
    desk.write(SOURCES, desk.read(SOURCES) + "# steward: ignore-file[SUP] b\n");
    expect(&check(&desk, "DOC003,SUP"), &[&format!("{SOURCES}:7 SUP002 source.no_exposures.gym.members")], &[&never]);
}

#[test]
fn a_comment_above_nothing_says_where_to_put_it() {
    let desk = Desk::gym();
    desk.edit(SOURCES, "      - name: members", "      # steward: ignore[TST002] a\n\n      - name: members");
    let output = check(&desk, "TST002,SUP001");
    let finding = &output["findings"][1];
    assert_eq!(finding["code"], "SUP001");
    assert_eq!(finding["help"], "put it beside the line that it is for, or right above it");
    assert_eq!(
        finding["evidence"],
        serde_json::json!(["it covers nothing: no code, no key and no item stands right below"])
    );
}

#[test]
fn a_bare_ignore_is_told_and_suppresses_nothing() {
    let desk = Desk::gym();
    desk.edit(SOURCES, "- name: visits", "- name: visits  # steward: ignore");
    desk.edit(SOURCES, "- name: members", "- name: members  # steward: ignore[*]");
    let output = check(&desk, "TST002,SUP");
    let said: Vec<[&str; 3]> = output["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| ["code", "message", "help"].map(|key| finding[key].as_str().unwrap()))
        .filter(|[code, ..]| code.starts_with("SUP004"))
        .collect();
    assert_eq!(
        said,
        [
            [
                "SUP004",
                "this names no rule, and suppresses nothing",
                "name it in brackets: `steward: ignore[DOC001] why`"
            ],
            [
                "SUP004",
                "there is no rule `*`",
                "name the rules, or an area such as DOC: this would hide what nobody has seen yet"
            ],
        ]
    );
    assert_eq!(output["summary"]["suppressed"], 0);
}

#[test]
fn columns_of_a_group_are_taken_out_of_it() {
    let desk = Desk::gym();
    let columns: String = ["a", "b", "c", "d", "e", "g"].map(|name| format!("      - name: {name}\n")).concat();
    desk.write(MART, desk.read(MART) + &columns);
    let group = format!("{MART}:4 DOC011 model.no_exposures.fct_visits");
    expect(&check(&desk, "DOC011"), &[&group], &[]);
    desk.edit(MART, "- name: a", "- name: a  # steward: ignore[DOC011] why");
    desk.edit(MART, "- name: c", "- name: c  # steward: ignore[DOC011] why");
    let column = |line: u32| format!("{MART}:{line} DOC011 model.no_exposures.fct_visits");
    let left = [9, 11, 12, 13].map(column);
    let left: Vec<&str> = left.iter().map(String::as_str).collect();
    let output = check(&desk, "DOC011,SUP001");
    expect(&output, &left, &[]);
    assert_eq!(output["findings"][0]["message"], "column `b` of model `fct_visits` has no description");
    for name in ["b", "d", "e", "g"] {
        desk.edit(MART, &format!("- name: {name}"), &format!("- name: {name}  # steward: ignore[DOC011] why"));
    }
    expect(&check(&desk, "DOC011,SUP001"), &[], &[&group]);
}

#[test]
fn a_model_of_a_group_of_the_project_is_no_useless_suppression() {
    let desk = Desk::gym();
    for name in ["a", "b", "c"] {
        desk.write(&format!("gym/models/marts/dim_{name}.sql"), "select 1 as id\n");
    }
    desk.edit(MART, "- name: fct_visits", "- name: fct_visits  # steward: ignore[OWN001] why");
    let output = check(&desk, "OWN001,SUP001");
    let left: Vec<String> = output["findings"].as_array().unwrap().iter().map(|it| it["subject"].to_string()).collect();
    let names = ["dim_a", "dim_b", "dim_c", "stg_gym__visits", "stg_gym__members"];
    assert_eq!(left, names.map(|name| format!("\"model.no_exposures.{name}\"")));
    // One more, and they are one finding again.
    desk.write("gym/models/marts/dim_d.sql", "select 1 as id\n");
    let output = check(&desk, "OWN001,SUP001");
    expect(&output, &["gym/models/marts/dim_a.sql:1 OWN001 project.no_exposures"], &[]);
    assert_eq!(
        output["findings"][0]["message"],
        "none of the 7 models has an owner; 6 models are not suppressed: dim_a, dim_b, dim_c, dim_d, stg_gym__members and \
         1 more"
    );
}

/// What a manifest of dbt and the files say of `meta` is the same, and the manifest needs no file for it.
#[test]
fn meta_holds_with_and_without_files() {
    let desk = Desk::with("shop", "shop");
    desk.write("elsewhere/manifest.json", desk.read("shop/target/manifest.json"));
    desk.write("elsewhere/dbt2.json", desk.read("shop/target/dbt2/manifest.json"));
    let rules = ["--select", "TST002,TST003,ACC020,SUP001,SUP002,SUP004"];
    let in_meta = |output: &Value| -> Vec<String> {
        let all = output["suppressed"].as_array().unwrap().iter();
        let reasons = all.map(|one| {
            format!(
                "{} {} {}: {}",
                one["code"], one["subject"], one["suppression"]["until"], one["suppression"]["reason"]
            )
            .replace('"', "")
        });
        let mut reasons: Vec<String> = reasons.collect();
        reasons.sort();
        reasons
    };
    let expected = [
        "ACC020 model.shop.stg_payments__payouts null: The account is our own.",
        "TST002 source.shop.carrier.returns null: ",
        "TST003 model.shop.fct_ad_performance.v1 2027-03-31: The grain is settled with the new ad platform.",
        "TST003 model.shop.fct_ad_performance.v2 2027-03-31: The grain is settled with the new ad platform.",
    ];
    for input in [
        &["elsewhere/manifest.json"][..],
        &["elsewhere/dbt2.json"],
        &["shop", "--input", "manifest"],
        &["shop", "--input", "project"],
    ] {
        let output = run(&desk, &[input, &rules[..]].concat());
        assert_eq!(in_meta(&output), expected, "{input:?}");
        let of_meta = lines(&output["findings"])
            .into_iter()
            .filter(|line| line.contains("SUP") && !line.contains("seeds") && !line.contains("webshop"));
        assert_eq!(of_meta.collect::<Vec<_>>(), [""; 0], "{input:?}: nine models inherit it and two make use of it");
    }
}

#[test]
fn meta_that_is_of_no_use_is_told_once() {
    let desk = Desk::gym();
    let inherited = "      +meta: {steward: {ignore: [{rule: DOC001, reason: a, until: 2026-06-14}, TST001]}}\n";
    desk.edit("gym/dbt_project.yml", "      +materialized: view\n", &format!("      +materialized: view\n{inherited}"));
    let run = desk.run(&[
        "check",
        "gym",
        "--input",
        "project",
        "--today",
        "2026-06-15",
        "--select",
        "TST001,SUP",
        "--quiet",
        "--format",
        "concise",
    ]);
    run.prints(
        1,
        "gym/models/staging/gym/_gym__models.yml:8:11: SUP001 unused-suppression nothing is suppressed here: TST001 (untested-model) finds nothing that this covers\n\
         gym/models/staging/gym/_gym__models.yml:8:11: SUP002 expired-suppression a suppression of DOC001 ended on 2026-06-14\n\
         gym/models/staging/gym/_gym__models.yml:8:11: SUP003 suppression-without-reason nothing says why TST001 may be ignored here\n",
    );
}

#[test]
fn meta_that_cannot_be_read_is_told_and_a_steward_is_left_alone() {
    for (meta, said) in [
        ("{steward: jane}", None),
        ("{steward: {name: jane}}", None),
        ("{steward: {ignore: DOC003}}", None),
        ("{steward: {ignore: [DOC999]}}", Some("there is no rule `DOC999`")),
        ("{steward: {ignore: 7}}", Some("`meta.steward.ignore` is no list of rules, and suppresses nothing")),
        ("{steward: {ignore: [{reason: a}]}}", Some("an item of `meta.steward.ignore` names no rule")),
        (
            "{steward: {ignore: [{rule: DOC003, because: a}]}}",
            Some("an item of `meta.steward.ignore` has the key `because`, which means nothing, and is left out"),
        ),
    ] {
        let desk = Desk::gym();
        desk.edit(SOURCES, "- name: members", &format!("- name: members\n        config: {{meta: {meta}}}"));
        let output = check(&desk, "SUP004");
        let messages: Vec<&str> =
            output["findings"].as_array().unwrap().iter().map(|finding| finding["message"].as_str().unwrap()).collect();
        assert_eq!(messages, said.into_iter().collect::<Vec<_>>(), "{meta}");
    }
}

#[test]
fn the_summary_counts_what_is_suppressed_and_lists_it_on_demand() {
    let desk = Desk::gym();
    desk.edit(SOURCES, "- name: members", "- name: members  # steward: ignore[TST002] checked by the vendor");
    let arguments = ["check", "gym", "--input", "project", "--select", "TST002", "--fail-on", "warning"];
    let run = desk.run(&arguments);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.summary().lines().nth(2), Some("found 1 warning; 1 suppressed"));
    desk.edit(SOURCES, "- name: visits", "- name: visits  # steward: ignore[TST002]");
    let run = desk.run(&[&arguments[..], &["--verbose"]].concat());
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "what is suppressed fails no run");
    let summary = run.summary();
    let said: Vec<&str> = summary.lines().skip(4).take(3).collect();
    assert_eq!(
        said,
        [
            "no findings; 2 suppressed",
            "  gym/models/staging/gym/_gym__sources.yml:5:15 TST002 untested-source (suppressed at gym/models/staging/gym/_gym__sources.yml:5:25: without a reason)",
            "  gym/models/staging/gym/_gym__sources.yml:7:15 TST002 untested-source (suppressed at gym/models/staging/gym/_gym__sources.yml:7:26: checked by the vendor)",
        ]
    );
}

#[test]
fn a_suppression_in_what_is_disabled_is_left_alone() {
    let desk = Desk::gym();
    desk.write(
        "gym/models/marts/dim_old.sql",
        "-- steward: ignore[TST001] a\n{{ config(enabled=false) }}\nselect 1 as id\n",
    );
    desk.write(MART, desk.read(MART) + "  - name: dim_old  # steward: ignore[DOC001] a\n");
    expect(&check(&desk, "TST001,DOC001,SUP001"), &[], &[]);
}

#[test]
fn output_is_the_same_with_one_thread_and_with_many() {
    let desk = Desk::with("shop", "shop");
    let output = |threads: &str| {
        desk.run(&[
            "check",
            "shop",
            "--format",
            "json",
            "--quiet",
            "--today",
            "2026-01-01",
            "--preset",
            "strict",
            "--threads",
            threads,
        ])
    };
    assert_eq!(output("1").stdout, output("8").stdout);
}

#[test]
fn a_comment_at_the_other_of_two_is_not_for_nothing() {
    let desk = Desk::gym();
    for name in ["board", "wall"] {
        let exposure =
            format!("exposures:\n  - name: {name}\n    type: dashboard\n    url: https://bi.gym.example/1\n");
        desk.write(&format!("gym/models/marts/_{name}.yml"), exposure);
    }
    let output = check(&desk, "EXP015");
    let (at, other) = (
        output["findings"][0]["path"].as_str().unwrap(),
        output["findings"][0]["related"][0]["path"].as_str().unwrap(),
    );
    assert_ne!(at, other);
    let found = lines(&output["findings"]);
    desk.edit(
        other,
        "    url: https://bi.gym.example/1",
        "    url: https://bi.gym.example/1  # steward: ignore[EXP015] two views of one",
    );
    expect(&check(&desk, "EXP015,SUP001"), &[found[0].as_str()], &[]);
}

#[test]
fn sarif_marks_what_is_suppressed_if_asked_to() {
    let desk = Desk::gym();
    desk.edit(
        SOURCES,
        "- name: members",
        "- name: members  # steward: ignore[TST002] checked by the vendor until 2027-01-31",
    );
    let arguments = [
        "check",
        "gym",
        "--input",
        "project",
        "--select",
        "TST002",
        "--quiet",
        "--format",
        "sarif",
        "--today",
        "2026-06-15",
    ];
    let results = |extra: &[&str]| -> Vec<Value> {
        let run = desk.run(&[&arguments[..], extra].concat());
        let log: Value = serde_json::from_str(&run.stdout).expect("the log is JSON");
        log["runs"][0]["results"].as_array().expect("there are results").clone()
    };
    let plain = results(&[]);
    assert_eq!(plain.len(), 1);
    assert_eq!(plain[0]["suppressions"], Value::Null);
    let marked = results(&["--show-suppressed"]);
    assert_eq!(marked.len(), 2);
    assert_eq!(marked[0]["suppressions"], serde_json::json!([]));
    assert_eq!(
        marked[1]["suppressions"],
        serde_json::json!([{
            "kind": "inSource",
            "justification": "checked by the vendor until 2027-01-31",
            "location": {"physicalLocation": {
                "artifactLocation": {"uri": SOURCES, "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 7, "startColumn": 26, "endLine": 7, "endColumn": 49},
            }},
        }])
    );
}

#[test]
fn junit_skips_what_is_suppressed() {
    let desk = Desk::gym();
    desk.edit(SOURCES, "- name: members", "- name: members  # steward: ignore[TST002] <checked> by the vendor");
    let run = desk.run(&["check", "gym", "--input", "project", "--select", "TST002", "--quiet", "--format", "junit"]);
    assert!(run.stdout.contains("tests=\"2\" skipped=\"1\" errors=\"0\" failures=\"1\""), "{}", run.stdout);
    let skipped = format!("<skipped message=\"suppressed at {SOURCES}:7:26: &lt;checked&gt; by the vendor\"/>");
    assert!(run.stdout.contains(&skipped), "{}", run.stdout);
}

/// The gym with seven models; `first` is what the first of them has besides.
fn seven_models(first: &str) -> Desk {
    let desk = Desk::gym();
    for name in ["a", "b", "c", "d"] {
        desk.write(&format!("gym/models/marts/dim_{name}.sql"), "select 1 as id\n");
    }
    desk.edit("gym/models/marts/dim_a.sql", "select", &format!("{first}select"));
    desk
}

#[test]
fn what_is_accepted_of_a_project_as_one_is_accepted_one_by_one() {
    let project = "gym/dbt_project.yml";
    let at_models = format!("{project}:6 OWN001 project.no_exposures");
    let desk = seven_models("");
    expect(&check(&desk, "OWN001,SUP001"), &[&at_models], &[]);
    desk.edit(project, "models:\n", "models:  # steward: ignore[OWN001] nobody knows yet\n");
    expect(&check(&desk, "OWN001,SUP001"), &[], &[&at_models]);
    // Now that somebody has begun, each of the others would be a finding.
    let begun = || seven_models("{{ config(meta={'owner': 'Ana'}) }} ");
    let desk = begun();
    let all = lines(&check(&desk, "OWN001")["findings"]);
    assert_eq!(all.len(), 6);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    desk.edit(project, "models:\n", "models:  # steward: ignore[OWN001] nobody knows yet\n");
    expect(&check(&desk, "OWN001,SUP001"), &[], &all);
    let desk = begun();
    desk.edit(project, "name: no_exposures\n", "name: no_exposures  # steward: ignore[OWN001] nobody knows yet\n");
    expect(&check(&desk, "OWN001,SUP001"), &[], &all);
    // The area is named, and other rules that it has are not meant to be reported there.
    let desk = begun();
    desk.edit(project, "models:\n", "models:  # steward: ignore[OWN, DOC, TST] nobody knows yet\n");
    expect(&check(&desk, "OWN001"), &[], &all);
    assert_eq!(check(&desk, "DOC001")["summary"]["suppressed"], 0);
    assert_eq!(lines(&check(&desk, "DOC001")["findings"]).len(), 4);
    // Elsewhere in the file it covers nothing, and is of no use.
    let desk = begun();
    desk.edit(project, "models:\n", "profile: gym  # steward: ignore[OWN001] why\nmodels:\n");
    let output = check(&desk, "OWN001,SUP001");
    assert_eq!(lines(&output["findings"]).len(), 7);
    assert_eq!(output["summary"]["suppressed"], 0);
}

#[test]
fn what_is_accepted_of_a_source_is_accepted_of_its_tables() {
    let desk = Desk::gym();
    let key = "    freshness: {filter: 'id > 0'}";
    desk.edit(SOURCES, "    tables:", &format!("{key}\n    tables:"));
    let at_key = format!("{SOURCES}:4 SRC001 source.no_exposures.gym");
    expect(&check(&desk, "SRC001,SUP001"), &[&at_key], &[]);
    desk.edit(SOURCES, key, &format!("{key}  # steward: ignore[SRC001] loaded by hand"));
    expect(&check(&desk, "SRC001,SUP001"), &[], &[&at_key]);
    // One table is checked, and the other is a finding by itself.
    desk.edit(SOURCES, "- name: members", "- name: members\n        freshness: {warn_after: {count: 1, period: day}}");
    let visits = format!("{SOURCES}:6 SRC001 source.no_exposures.gym.visits");
    expect(&check(&desk, "SRC001,SUP001"), &[], &[&visits]);
}

#[test]
fn a_member_of_a_group_may_be_accepted_where_it_would_be_by_itself() {
    let desk = Desk::gym();
    let columns: String = ["a", "b", "c", "d", "e", "g"].map(|name| format!("      - name: {name}\n")).concat();
    desk.write(MART, desk.read(MART) + &columns);
    // Beside a key of the column, not beside its entry.
    desk.edit(MART, "- name: c\n", "- name: c\n        description: ''  # steward: ignore[DOC011] why\n");
    let output = check(&desk, "DOC011,SUP001");
    let column = |line: u32| format!("{MART}:{line} DOC011 model.no_exposures.fct_visits");
    let left = [8, 9, 12, 13, 14].map(column);
    expect(&output, &left.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
    // Of two sources that a mart reads, one beside its `source()`.
    let desk = Desk::gym();
    desk.write(
        MART_SQL,
        "select 1 as visit_id\nfrom {{ source('gym', 'members') }} -- steward: ignore[DAG010] why\n\
         join {{ source('gym', 'visits') }} on true\n",
    );
    let output = check(&desk, "DAG010,SUP001");
    expect(&output, &[], &[&format!("{MART_SQL}:2 DAG010 model.no_exposures.fct_visits")]);
    desk.edit(MART_SQL, " -- steward: ignore[DAG010] why", "");
    desk.edit(MART_SQL, " on true", " on true -- steward: ignore[DAG010] why");
    let output = check(&desk, "DAG010,SUP001");
    expect(&output, &[&format!("{MART_SQL}:2 DAG010 model.no_exposures.fct_visits")], &[]);
    assert_eq!(output["findings"][0]["message"], "marts model `fct_visits` reads source table `gym.members` directly");
}

#[test]
fn what_is_accepted_of_a_project_is_what_is_named() {
    let project = "gym/dbt_project.yml";
    let exposure =
        "exposures:\n  - {name: weekly, type: dashboard, owner: {email: a@b.c}, depends_on: [ref('dim_b')]}\n";
    // Somebody has begun, so that one model feeds a dashboard without an owner, and five others have none.
    let begun = |comment: &str| {
        let desk = seven_models("{{ config(meta={'owner': 'Ana'}) }} ");
        desk.write("gym/models/e.yml", exposure);
        desk.edit(project, "models:\n", &format!("models:  {comment}\n"));
        check(&desk, "OWN001,EXP007,SUP001")
    };
    let counts = |output: &Value| (lines(&output["findings"]).len(), lines(&output["suppressed"]).len());
    assert_eq!(counts(&begun("")), (6, 0));
    let output = begun("# steward: ignore[EXP007] why");
    assert_eq!(counts(&output), (5, 1));
    assert!(lines(&output["findings"]).iter().all(|line| line.contains("OWN001")));
    let output = begun("# steward: ignore[OWN001] why");
    assert_eq!(counts(&output), (1, 5));
    assert!(lines(&output["findings"])[0].contains("EXP007 model.no_exposures.dim_b"));
    assert_eq!(counts(&begun("# steward: ignore[EXP007, OWN001] why")), (0, 6));
}

#[test]
fn a_comment_at_the_name_of_the_project_is_none_for_its_files() {
    let desk = Desk::gym();
    desk.write(MART, desk.read(MART).replacen("    columns:\n", "    meta: {x: 1}\n    columns:\n", 1));
    desk.edit("gym/dbt_project.yml", "name: no_exposures\n", "name: no_exposures  # steward: ignore[PRJ006] why\n");
    let output = check(&desk, "PRJ006");
    expect(&output, &[&format!("{MART}:4 PRJ006 project.no_exposures")], &[]);
    // Beside the entry that the finding is about, it covers that.
    desk.edit(MART, "- name: fct_visits", "- name: fct_visits  # steward: ignore[PRJ006] why");
    let output = check(&desk, "PRJ006");
    expect(&output, &[], &[&format!("{MART}:4 PRJ006 project.no_exposures")]);
}
