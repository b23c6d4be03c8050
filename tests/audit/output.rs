//! Formats, exit codes, badges.

use super::worklist::small;
use super::{Desk, fixture};

#[test]
fn markdown_of_the_shop_is_as_expected() {
    let desk = Desk::with("shop", "shop");
    let run =
        desk.run(&["audit", "shop", "--input", "manifest", "--today", "2026-01-01", "--format", "markdown", "--quiet"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    super::as_expected("shop.md", &run.stdout);
}

#[test]
fn the_closing_line_is_on_stderr_and_data_on_stdout() {
    let run = small().run(&["audit", "p", "--today", "2026-01-01", "--format", "markdown"]);
    assert!(run.stdout.starts_with(
        "# Audit of `small`: 94.5 of 100\n\n2026-01-01, read from the project's files, because there is no p/target/manifest.json. 2 models, 1 source \
         table, 1 exposure: 1 warning,"
    ));
    let lines = "read from the project's files, because there is no p/target/manifest.json\nsmall: score 94.5 of 100, 1 finding, 1 action, in ";
    assert!(run.stderr.starts_with(lines) && run.stderr.lines().count() == 2, "{}", run.stderr);
    // Nobody watches stderr: nothing is drawn there.
    assert!(!run.stderr.contains(['\r', '…']), "{}", run.stderr);
}

#[test]
fn only_a_score_below_the_minimum_fails() {
    let desk = small();
    let ends = |arguments: &[&str]| {
        let run = desk.run(&[&["audit", "p", "--quiet", "-o", "audit.md"], arguments].concat());
        (run.code, run.stderr)
    };
    assert_eq!(ends(&[]), (Some(0), String::new()));
    assert_eq!(ends(&["--min-score", "94.5"]), (Some(0), String::new()));
    let why = "score 94.5 is below the minimum of 94.6\n".to_owned();
    assert_eq!(ends(&["--min-score", "94.6"]), (Some(1), why));
    for wrong in ["101", "-1", "NaN", "much"] {
        assert_eq!(ends(&[&format!("--min-score={wrong}")]).0, Some(2), "{wrong}");
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

/// The rows of a CSV audit of that part: what is set of each, as `column=value`.
fn rows(csv: &str, part: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let columns = reader.headers().expect("a heading").clone();
    let distinct: std::collections::BTreeSet<&str> = columns.iter().collect();
    assert_eq!(distinct.len(), columns.len(), "each column stands once");
    let rows = reader.records().map(|row| row.expect("each row has each column"));
    let set = |row: csv::StringRecord| {
        let set = columns.iter().zip(&row).skip(1).filter(|(_, value)| !value.is_empty());
        set.map(|(column, value)| format!("{column}={value}")).collect::<Vec<_>>().join("|")
    };
    rows.filter(|row| &row[0] == part).map(set).collect()
}

#[test]
fn csv_is_one_table_with_all_parts() {
    let desk = small();
    desk.edit("p/models/marts/marts.yml", ", email: finance@example.com", "");
    desk.edit("p/models/staging/erp.yml", "[{name: order_id", "[{name: email}, {name: order_id");
    let run = |arguments: &[&str]| {
        let first = ["audit", "p", "--today", "2026-01-01", "--quiet", "--history", "h.jsonl", "--format"];
        let run = desk.run(&[&first[..], arguments].concat());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        run.stdout
    };
    desk.write("old.json", run(&["json", "--commit", "a1"]));
    desk.edit("p/models/staging/stg_orders.sql", "select order_id", "select email, order_id");
    desk.edit("p/models/marts/marts.yml", "    config: {meta: {owner: Finance}}\n", "");
    let csv = run(&["csv", "--commit", "b2", "--compare", "old.json"]);
    let parts = [
        "score",
        "suppressed",
        "coverage",
        "action",
        "finding",
        "dashboard",
        "weak link",
        "owner",
        "unreachable owner",
        "column",
        "flow",
        "history",
        "change",
        "rule",
        "note",
    ];
    let mut text = String::new();
    for part in parts {
        let rows = rows(&csv, part);
        assert!(!rows.is_empty(), "no {part}");
        text += &format!("## {part}\n{}\n", rows.join("\n"));
    }
    let all = csv::Reader::from_reader(csv.as_bytes()).into_records().count();
    assert_eq!(all, text.lines().filter(|line| !line.starts_with("## ")).count(), "there are no other parts");
    super::as_expected("small.csv.txt", &text);
}

/// The numbers of a row are those of the JSON, for the shop, where each part is long.
#[test]
fn csv_and_json_have_the_same_numbers() {
    let shop = fixture("shop");
    let audit = super::shop();
    let arguments = ["audit", &shop.to_string_lossy(), "--input", "manifest", "--today", "2026-01-01", "--quiet"];
    let csv = Desk::new().run(&[&arguments[..], &["--format", "csv"]].concat()).stdout;
    let dashboards = rows(&csv, "dashboard");
    for (row, dashboard) in dashboards.iter().zip(super::list(&audit["dashboards"])) {
        let numbers = format!("|covered={}|total={}|", dashboard["governed"], dashboard["governable"]);
        assert!(row.contains(&numbers), "{row}: {numbers}");
        let resources = format!("|resources={}|", dashboard["resources"]);
        assert!(row.contains(&resources), "{row}: {resources}");
    }
    let weak = rows(&csv, "weak link");
    for gap in ["undocumented", "untested", "unowned", "orphaned", "unfresh"] {
        let all: u64 = super::list(&audit["dashboards"]).iter().map(|it| it["weak"][gap].as_u64().unwrap()).sum();
        let found = weak.iter().filter(|row| row.starts_with(&format!("kind={gap}|"))).count();
        assert_eq!(found as u64, all, "{gap}");
    }
    let count = |part: &str| rows(&csv, part).len();
    let cells = ["owners", "folders", "layers"].iter().flat_map(|key| super::list(&audit["coverage"][key]));
    let cells: usize = cells.map(|part| super::list(&part["cells"]).len()).sum();
    assert_eq!(count("coverage"), super::list(&audit["coverage"]["project"]).len() + cells);
    assert_eq!(count("unreachable owner"), super::list(&audit["owners"]["unreachable"]).len());
    assert_eq!(count("note"), super::list(&audit["notes"]).len());
    let flows = super::list(&audit["sensitive"]["columns"]).iter();
    let flows = flows.flat_map(|it| ["flows_to", "public_models", "exposures"].map(|key| super::list(&it[key]).len()));
    assert_eq!(count("flow"), flows.sum::<usize>());
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
    let is_harmless = |event: pulldown_cmark::Event<'_>| match event {
        pulldown_cmark::Event::Html(html) => {
            ["<details>", "<summary>", "</details>"].iter().any(|ours| html.starts_with(ours))
        }
        pulldown_cmark::Event::InlineHtml(_) => false,
        _ => true,
    };
    let options = pulldown_cmark::Options::all();
    assert!(pulldown_cmark::Parser::new_ext(&run.stdout, options).all(is_harmless), "{}", run.stdout);
    assert!(run.stdout.contains("\\<img src=x> @\u{200b}team"), "{}", run.stdout);
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
