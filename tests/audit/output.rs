//! Formats, exit codes, badges.

use super::worklist::small;
use super::{Desk, fixture};

#[test]
fn markdown_of_the_shop_is_as_expected() {
    let desk = Desk::with("shop", "shop");
    let run =
        desk.run(&["audit", "shop", "--input", "manifest", "--today", "2026-01-01", "--format", "markdown", "--quiet"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audit/expected/shop.md");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(path, &run.stdout).expect("the repository is writable");
    }
    let expected = std::fs::read_to_string(path).expect("the expected audit is there").replace("\r\n", "\n");
    assert_eq!(run.stdout, expected, "UPDATE_EXPECTED=1 renews {path}");
}

#[test]
fn the_closing_line_is_on_stderr_and_data_on_stdout() {
    let run = small().run(&["audit", "p", "--today", "2026-01-01", "--format", "markdown"]);
    assert!(run.stdout.starts_with(
        "# Audit of `small`: 94.5 of 100\n\n2026-01-01. 2 models, 1 source table, 1 exposure: 1 warning,"
    ));
    let line = "small: score 94.5 of 100, 1 finding, 1 action, in ";
    assert!(run.stderr.starts_with(line) && run.stderr.lines().count() == 1, "{}", run.stderr);
}

#[test]
fn only_a_score_below_the_minimum_fails() {
    let desk = small();
    let code = |arguments: &[&str]| desk.run(&[&["audit", "p", "--quiet", "-o", "audit.md"], arguments].concat()).code;
    assert_eq!(code(&[]), Some(0));
    assert_eq!(code(&["--min-score", "94.5"]), Some(0));
    assert_eq!(code(&["--min-score", "94.6"]), Some(1));
    for wrong in ["101", "-1", "NaN", "much"] {
        assert_eq!(code(&[&format!("--min-score={wrong}")]), Some(2), "{wrong}");
    }
}

#[test]
fn nothing_to_score_is_no_pass() {
    let desk = Desk::new();
    desk.write("only.json", include_str!("data/nothing.json"));
    let run = desk.run(&["audit", "only.json", "--quiet", "--min-score", "0"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_eq!(
        run.stderr,
        "  × --min-score: there is nothing to score, and nothing is no pass
  help: check that the path is the project's, and that the config leaves rules on
"
    );
}

#[test]
fn csv_is_one_table_with_all_parts() {
    let desk = small();
    let run = desk.run(&["audit", "p", "--today", "2026-01-01", "--format", "csv", "--quiet"]);
    let mut reader = csv::Reader::from_reader(run.stdout.as_bytes());
    let rows: Vec<Vec<String>> = reader
        .records()
        .map(|row| row.expect("each row has each column").iter().map(str::to_owned).collect())
        .collect();
    let row = |part: &str, kind: &str| -> Vec<Vec<&str>> {
        let of = rows.iter().filter(|row| row[0] == part && row[1] == kind);
        of.map(|row| row.iter().filter(|field| !field.is_empty()).map(String::as_str).collect()).collect()
    };
    assert_eq!(row("score", "project"), [["score", "project", "small", "94.5", "4", "0", "1", "0"]]);
    assert_eq!(row("coverage", "tested")[1], ["coverage", "tested", "sources", "0", "1"]);
    assert_eq!(
        row("action", "test"),
        [[
            "action",
            "test",
            "test:source.small.erp",
            "test source `erp`",
            "Data Platform",
            "11.4",
            "small",
            "1",
            "1",
            "1",
            "p/models/staging/erp.yml:6",
            "clears 1 finding; 1 dashboard rests on that (TST002)",
        ]]
    );
    assert_eq!(row("finding", "TST002").len(), 1);
    assert_eq!(row("dashboard", "dashboard")[0][..4], ["dashboard", "dashboard", "exposure.small.board", "board"]);
    assert_eq!(row("owner", "").len(), 2);
}

#[test]
fn names_that_mean_harm_do_none() {
    let desk = small();
    desk.edit(
        "p/models/marts/marts.yml",
        "owner: {name: Finance, email",
        "owner: {name: \"=cmd|'/c calc'!A0 <img src=x> @team\", email",
    );
    let run = desk.run(&["audit", "p", "--format", "csv=a.csv", "--format", "markdown", "--quiet"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(!run.stdout.contains("<img") && !run.stdout.contains("@team"), "{}", run.stdout);
    let cell = csv::Reader::from_reader(desk.read("a.csv").as_bytes())
        .records()
        .map(|row| row.expect("a row"))
        .find(|row| &row[0] == "owner" && row[3].contains("calc"))
        .expect("the owner is there")[3]
        .to_owned();
    assert!(cell.starts_with("'="), "{cell}");
}

#[test]
fn badges_show_scores_and_shares() {
    let desk = small();
    let label = |arguments: &[&str]| {
        let run = desk.run(&[&["badge", "p"], arguments].concat());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        let svg = roxmltree::Document::parse(&run.stdout).expect("a badge is XML");
        let title = svg.descendants().find(|node| node.has_tag_name("title")).expect("it has a title");
        let label = svg.root_element().attribute("aria-label").expect("it has a label").to_owned();
        assert_eq!(title.text(), Some(label.as_str()));
        label
    };
    assert_eq!(label(&[]), "dbt-steward: 94.5");
    assert_eq!(label(&["--kind", "documented"]), "documented: 100 %");
    assert_eq!(label(&["--kind", "tested"]), "tested: 100 %");
    assert_eq!(label(&["--trap", "balance-the-team"]), "balance the team: nothing to score");
    // The source lacks a test, and a warning leaves half: (2.7925 × 0.5 + 2.5 + 2) of 7.2925, and the project a tenth.
    assert_eq!(label(&["--trap", "govern"]), "govern: 82.7");
    desk.edit("p/models/marts/marts.yml", "    config: {meta: {owner: Finance}}\n", "");
    assert_eq!(label(&["--kind", "owned"]), "owned: 50 %");
    assert_eq!(desk.run(&["badge", "p", "-o", "score.svg"]).stdout, "");
    assert!(desk.read("score.svg").starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
}

#[test]
fn formats_go_where_they_are_sent() {
    let desk = small();
    let run = desk.run(&["audit", "p", "--format", "json=a.json", "--format", "csv=a.csv", "--quiet"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    assert!(desk.read("a.json").starts_with("{\"schema_version\":1,"));
    assert!(desk.read("a.csv").starts_with("part,kind,id,name,"));
    let run = desk.run(&["audit", "p", "--format", "json", "--format", "csv"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("formats `json` and `csv` would both go to stdout"), "{}", run.stderr);
}

#[test]
fn what_is_found_never_fails() {
    let shop = fixture("shop");
    let run = Desk::new().run(&["audit", &shop.to_string_lossy(), "--quiet", "--preset", "strict"]);
    assert_eq!(run.code, Some(0));
}
