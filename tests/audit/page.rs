//! The page: its numbers are those of the JSON, it asks for nothing, and names that mean harm do none. What only a browser
//! can tell is in tests/browser.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::support::{Desk, fixture};
use super::{generate, list, shop};

/// The page of `fixtures/shop`, by its manifest, on a fixed day.
fn page(arguments: &[&str]) -> String {
    let shop = fixture("shop");
    let first = [
        "audit",
        &shop.to_string_lossy(),
        "--input",
        "manifest",
        "--today",
        "2026-01-01",
        "--format",
        "html",
        "--quiet",
    ];
    let run = Desk::new().run(&[&first[..], arguments].concat());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    run.stdout
}

static SHOP: LazyLock<(Value, String)> = LazyLock::new(|| (shop(), page(&[])));

/// The section with that id.
fn section<'p>(page: &'p str, id: &str) -> &'p str {
    let start = page.find(&format!("<section id=\"{id}\"")).unwrap_or_else(|| panic!("no section {id}"));
    let end = page[start..].find("</section>").expect("a section ends");
    &page[start..start + end]
}

/// The text of each cell of each row, in order.
fn rows(html: &str) -> Vec<Vec<String>> {
    let html = html.replace("<th ", "<td ").replace("</th>", "</td>");
    let rows = html.split("<tr>").skip(1).map(|row| row.split("</tr>").next().unwrap_or_default());
    rows.map(|row| row.split("<td").skip(1).map(|cell| words(&format!("<td{cell}"))).collect()).collect()
}

/// The text of some HTML, as one reads it.
fn words(html: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for character in html.chars() {
        match character {
            '<' => is_tag = true,
            '>' if is_tag => {
                is_tag = false;
                text.push(' ');
            }
            _ if !is_tag => text.push(character),
            _ => {}
        }
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    text.replace("&amp;", "&").replace('\u{a0}', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The row that begins with that name.
#[track_caller]
fn row<'r>(rows: &'r [Vec<String>], name: &str) -> &'r [String] {
    rows.iter()
        .find(|row| row.first().is_some_and(|first| first == name))
        .unwrap_or_else(|| panic!("no row {name:?} in {rows:#?}"))
}

fn points(score: &Value) -> String {
    score.as_f64().map_or_else(|| "–".to_owned(), |score| format!("{score:.1}"))
}

/// What the script works with.
fn data(page: &str) -> Value {
    let start = page.find("id=\"data\">").expect("the page has data") + "id=\"data\">".len();
    let end = page[start..].find("</script>").expect("the data end");
    serde_json::from_str(&page[start..start + end]).expect("the data are JSON")
}

#[test]
fn the_overview_says_what_the_json_says() {
    let (audit, page) = &*SHOP;
    let overview = section(page, "overview");
    let text = words(overview);
    let scores = &audit["scores"];
    assert!(overview.contains(&format!("<b id=\"project-score\">{}</b>", points(&scores["project"]["score"]))));
    let totals = &audit["totals"];
    for (severity, word) in [("error", "errors"), ("warning", "warnings"), ("info", "infos")] {
        assert!(text.contains(&format!("{} {word}", totals[severity])), "{severity}");
    }
    assert!(text.contains(&format!("{} resources count", scores["project"]["resources"])));
    for trap in list(&scores["traps"]) {
        let name = trap["name"].as_str().unwrap();
        let shown = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        let item = &overview[overview.find(&format!("class=\"name\">{shown}<")).expect("each trap is there")..];
        let item = &item[..item.find("</li>").unwrap()];
        assert!(words(item).ends_with(&points(&trap["score"])), "{name}: {item}");
    }
    let actions = rows(&overview[overview.find("Do this first").unwrap()..]);
    for (at, action) in list(&audit["worklist"]).iter().take(10).enumerate() {
        assert_eq!(actions[at + 1][4..5], [format!("{:.1}", action["risk"].as_f64().unwrap())], "{action}");
    }
    let dashboards = rows(&overview[overview.find("Weakest dashboards").unwrap()..]);
    for dashboard in list(&audit["dashboards"]).iter().take(5) {
        let name = dashboard["label"].as_str().or(dashboard["name"].as_str()).unwrap();
        assert_eq!(row(&dashboards, name)[2], points(&dashboard["score"]));
    }
    for finding in list(&scores["project"]["worst"]) {
        let finding = &audit["findings"][finding.as_u64().unwrap() as usize];
        // Names stand between backticks, which the page sets as code.
        let why = finding["why"].as_str().unwrap().replace('`', "");
        let said = format!("{} · {why}", finding["code"].as_str().unwrap());
        assert!(text.contains(&said), "{said}");
    }
}

#[test]
fn each_score_coverage_dashboard_and_owner_is_there() {
    let (audit, page) = &*SHOP;
    let scores = rows(section(page, "scores"));
    for part in ["owners", "folders", "layers"].iter().flat_map(|key| list(&audit["scores"][key])) {
        let found = row(&scores, part["name"].as_str().unwrap_or("nobody"));
        assert_eq!(found[1..3], [points(&part["score"]), part["resources"].to_string()]);
    }
    let coverage = words(section(page, "coverage"));
    for cell in list(&audit["coverage"]["project"]) {
        let counts = format!("{} of {}", cell["covered"], cell["total"]);
        assert!(coverage.contains(&counts), "{cell}");
    }
    let dashboards = rows(section(page, "dashboards"));
    for dashboard in list(&audit["dashboards"]) {
        let name = dashboard["label"].as_str().or(dashboard["name"].as_str()).unwrap();
        let found = row(&dashboards, name);
        let weak = |gap: &str| dashboard["weak"][gap].to_string();
        assert_eq!(found[2], points(&dashboard["score"]), "{name}");
        let gaps = ["undocumented", "untested", "unowned", "orphaned", "unfresh"];
        assert_eq!(found[4..9], gaps.map(weak), "{name}");
    }
    let owners = rows(section(page, "owners"));
    for owner in list(&audit["owners"]["owners"]) {
        let found = row(&owners, owner["name"].as_str().unwrap());
        let counts = ["models", "sources", "exposures", "others"].map(|key| owner[key].to_string());
        assert_eq!(found[1..6], [&[points(&owner["score"])], &counts[..]].concat());
        assert_eq!(found.last().unwrap(), &format!("{:.1}", owner["risk"].as_f64().unwrap()));
    }
    let sensitive = words(section(page, "sensitive"));
    assert!(
        sensitive.contains(&format!("{} columns with personal data, classified", audit["sensitive"]["classified"]))
    );
    assert!(sensitive.contains(&format!("{} columns that look like personal data", audit["sensitive"]["suspected"])));
    for column in list(&audit["sensitive"]["columns"]) {
        assert!(sensitive.contains(column["column"].as_str().unwrap()), "{column}");
    }
}

#[test]
fn the_script_has_every_finding_action_and_link_of_the_json() {
    let (audit, page) = &*SHOP;
    let data = data(page);
    let (findings, nodes) = (&data["findings"], &audit["lineage"]["nodes"]);
    assert_eq!(data["nodes"]["id"], nodes["id"]);
    assert_eq!(data["nodes"]["findings"], nodes["findings"]);
    let edges: Vec<&Value> = list(&audit["lineage"]["edges"]).iter().flat_map(list).collect();
    assert_eq!(list(&data["edges"]).iter().collect::<Vec<_>>(), edges);
    assert_eq!(list(&findings["rule"]).len(), list(&audit["findings"]).len());
    let text = |number: &Value| findings["texts"][number.as_u64().unwrap() as usize].as_str().unwrap();
    for (at, finding) in list(&audit["findings"]).iter().enumerate() {
        let subject = findings["subject"][at].as_i64().unwrap();
        let name = match subject {
            0.. => data["nodes"]["name"][subject as usize].as_str().unwrap(),
            _ => text(&json!(-1 - subject)),
        };
        for column in ["message", "help", "why", "path"] {
            assert_eq!(text(&findings[column][at]).replace('\u{1}', name), finding[column].as_str().unwrap());
        }
        let rule = findings["rule"][at].as_u64().unwrap() as usize;
        assert_eq!(data["rules"][rule]["code"], finding["code"]);
        assert_eq!((&findings["risk"][at], &findings["line"][at]), (&finding["risk"], &finding["line"]));
    }
    for (at, action) in list(&audit["worklist"]).iter().enumerate() {
        for key in ["what", "risk", "clears", "eases", "owner"] {
            assert_eq!(data["actions"][key][at], action[key]);
        }
        let effect = data["actions"]["effect"][at].as_u64().unwrap() as usize;
        assert_eq!(data["actions"]["effects"][effect], action["effect"]);
    }
}

#[test]
fn the_page_asks_for_nothing() {
    let (_, page) = &*SHOP;
    let policy = page.split("Content-Security-Policy\" content=\"").nth(1).and_then(|rest| rest.split('"').next());
    let policy = policy.expect("the page has a policy");
    assert!(policy.starts_with("default-src &#39;none&#39;; style-src &#39;sha256-"), "{policy}");
    for word in ["unsafe", "http", "data:", "*"] {
        assert!(!policy.contains(word), "{policy}");
    }
    for word in ["<link", "<img", "<iframe", "<object", "<embed", "<form", " src=", "url(", "@import", " style="] {
        assert!(!page.contains(word), "{word}");
    }
    let markup = &page[page.find("<body>").unwrap()..page.find("<script type").unwrap()];
    let is_handler = |rest: &&str| rest.split_once('=').is_some_and(|(name, _)| is_name(name));
    assert_eq!(markup.split(" on").skip(1).find(is_handler), None);
    // Links to the web are for people to follow, and say nothing of where they come from.
    for link in page.split("href=\"http").skip(1) {
        assert!(link.split('>').next().unwrap().contains("rel=\"noreferrer noopener\""), "{link:.80}");
    }
}

/// Whether an attribute such as `onclick` would be named so.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() < 20 && text.chars().all(|letter| letter.is_ascii_lowercase())
}

#[test]
fn the_page_is_the_same_on_any_number_of_threads() {
    assert_eq!(page(&["--threads", "1"]), SHOP.1);
    assert_eq!(page(&["--threads", "7"]), SHOP.1);
}

#[test]
fn the_page_goes_into_a_file_unless_somebody_says_where() {
    let desk = Desk::gym();
    let run = desk.run(&["audit", "gym", "--input", "manifest"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    assert!(run.stderr.ends_with("; written to dbt-steward-audit.html\n"), "{}", run.stderr);
    assert!(desk.read("dbt-steward-audit.html").starts_with("<!doctype html>"));
    let run = desk.run(&["audit", "gym", "--input", "manifest", "--output-file", "other.html", "--quiet"]);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
    assert!(desk.read("other.html").starts_with("<!doctype html>"));
    assert_eq!(desk.names("").iter().filter(|name| name.contains("html")).count(), 2);
}

/// Ends elements, attributes, scripts and comments; turns the direction of writing.
const HARM: &str = "</script><!--<img src=x onerror=a()>\"'`&amp;\u{202e}\u{2028}\u{1b}</td></section>";

#[test]
fn names_that_mean_harm_do_none() {
    let desk = Desk::new();
    std::fs::copy(fixture("shop/target/manifest.json"), desk.path("m.json")).unwrap();
    desk.edit_json("m.json", |manifest| {
        for (_, exposure) in manifest["exposures"].as_object_mut().unwrap() {
            exposure["label"] = HARM.into();
            exposure["url"] = "javascript:alert(1)//https://".into();
            exposure["type"] = HARM.into();
            exposure["owner"]["name"] = HARM.into();
        }
        for (id, node) in manifest["nodes"].as_object_mut().unwrap() {
            if id.starts_with("model.") {
                node["description"] = HARM.into();
                node["original_file_path"] = format!("models/{HARM}/a.sql").into();
                node["config"]["meta"] = json!({ "owner": HARM, "pii": HARM });
                node["meta"] = node["config"]["meta"].clone();
            }
        }
        for (_, source) in manifest["sources"].as_object_mut().unwrap() {
            source["name"] = HARM.into();
            source["source_name"] = HARM.into();
        }
    });
    let run = desk.run(&["audit", "m.json", "--format", "html", "--preset", "strict", "--quiet"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let page = run.stdout;
    assert!(page.contains("onerror=a()"), "the names are in the page");
    assert_eq!(page.matches("<script").count(), 3);
    assert_eq!(page.matches("</script").count(), 3);
    assert_eq!(page.matches("<section").count(), page.matches("</section>").count());
    assert!(!page.contains("<img") && !page.contains("<!--"));
    assert!(!page.to_lowercase().contains("href=\"javascript"));
    assert!(page.contains("javascript:alert(1)//https://"), "an address that is no link is text");
    assert!(!page.chars().any(|it| it.is_control() && it != '\n' || matches!(it, '\u{2028}'..='\u{202e}')));
    data(&page);
}

#[test]
fn a_large_project_has_a_page_of_bounded_size() {
    let desk = Desk::new();
    let seed = std::fs::read_to_string(fixture("shop/target/manifest.json")).unwrap();
    let mut manifest = Vec::new();
    let models = generate::generate(&seed, 1000, &mut manifest).unwrap();
    desk.write("m.json", manifest);
    let run = desk.run(&["audit", "m.json", "--format", "html", "--today", "2026-01-01", "--quiet"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    // 10 MB at 5,000 models, of which 1 MB is for tables that do not grow any more.
    let most = 1_000_000 + models * 1800;
    assert!(models >= 1000 && run.stdout.len() <= most, "{} bytes for {models} models", run.stdout.len());
    // Long tables are cut, and the page says so.
    assert!(words(section(&run.stdout, "worklist")).contains("smaller actions follow"));
    assert!(words(section(&run.stdout, "scores")).contains("more folders are in --format json"));
}

#[test]
fn the_history_is_there_if_there_is_one() {
    assert!(!SHOP.1.contains("id=\"history\""));
    let desk = Desk::with("shop", "shop");
    let audit = |arguments: &[&str]| {
        let first = ["audit", "shop", "--input", "manifest", "--today", "2026-01-01", "--quiet"];
        let run = desk.run(&[&first[..], arguments].concat());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        run.stdout
    };
    // Before, nobody had described the orders.
    let described = desk.read("shop/target/manifest.json");
    desk.edit_json("shop/target/manifest.json", |manifest| {
        for name in ["fct_orders", "fct_returns"] {
            manifest["nodes"][format!("model.shop.{name}")]["description"] = json!("");
        }
    });
    audit(&["--format", "json=old.json", "--history", "h.jsonl", "--commit", "one"]);
    desk.write("shop/target/manifest.json", described);
    let then = ["--history", "h.jsonl", "--commit", "two", "--compare", "old.json", "--format"];
    let new: Value = serde_json::from_str(&audit(&[&then[..], &["json"]].concat())).unwrap();
    let page = audit(&[&then[..], &["html"]].concat());
    let history = section(&page, "history");
    for (entry, found) in list(&new["history"]).iter().rev().zip(&rows(history)[1..]) {
        let findings = &entry["findings"];
        let counts = ["error", "warning", "info"].map(|severity| match findings[severity].as_u64().unwrap() {
            0 => format!("no {severity}"),
            count => format!("{count} {severity}s"),
        });
        let commit = entry["commit"].as_str().unwrap();
        assert_eq!(found[1..3], [commit.to_owned(), points(&entry["score"])]);
        assert_eq!(found[3], counts.join(", "));
    }
    let comparison = &new["comparison"];
    let fixed = list(&comparison["fixed"]).len();
    assert!(fixed > 0 && words(history).contains(&format!("{fixed} findings are gone")));
    let changes = list(&comparison["scores"]);
    assert!(words(history).contains(&format!(
        "project {} {}",
        points(&changes[0]["before"]),
        points(&changes[0]["after"])
    )));
    assert_eq!(data(&page)["new"].as_array().map_or(0, Vec::len), list(&comparison["new"]).len());
}

#[test]
fn the_history_tells_where_other_rules_ran() {
    let desk = Desk::with("shop", "shop");
    let audit = |arguments: &[&str]| {
        let first = ["audit", "shop", "--today", "2026-01-01", "--quiet", "--history", "h.jsonl", "--format"];
        let run = desk.run(&[&first[..], arguments].concat());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        run.stdout
    };
    let old: Value =
        serde_json::from_str(&audit(&["json", "--preset", "strict", "--input", "project", "--commit", "a"])).unwrap();
    desk.write("old.json", old.to_string());
    let then = ["--input", "manifest", "--commit", "b", "--compare", "old.json"];
    let new: Value = serde_json::from_str(&audit(&[&["json"], &then[..]].concat())).unwrap();
    let page = audit(&[&["html"], &then[..]].concat());
    let history = section(&page, "history");
    let ran = |audit: &Value| -> Vec<String> {
        let ran = list(&audit["rules"]).iter().filter(|rule| rule["skipped"].is_null());
        ran.map(|rule| rule["code"].as_str().unwrap().to_owned()).collect()
    };
    let (before, now) = (ran(&old), ran(&new));
    let severities = |audit: &Value| -> Vec<(String, Value)> {
        let rules = list(&audit["rules"]).iter().filter(|rule| rule["skipped"].is_null());
        rules.map(|rule| (rule["code"].as_str().unwrap().to_owned(), rule["severity"].clone())).collect()
    };
    let earlier = severities(&old);
    let is_other = |(code, severity): &(String, Value)| earlier.iter().any(|it| it.0 == *code && it.1 != *severity);
    let others = severities(&new).iter().filter(|rule| is_other(rule)).count();
    let more = now.iter().filter(|code| !before.contains(code)).count();
    let fewer = before.iter().filter(|code| !now.contains(code)).count();
    assert!(more > 0 && fewer > 1, "{more} and {fewer}");
    let why = format!(
        "from here on: {more} more rule{} ran, {fewer} rules did not run any more, {others} rules with another severity, read from a \
         manifest",
        if more == 1 { "" } else { "s" }
    );
    assert_eq!(rows(history)[1][3].split(" from here on").count(), 2);
    assert!(words(history).contains(&why), "{why}");
    assert_eq!(history.matches("<polyline").count(), 2);
    // So does the comparison.
    assert_eq!(new["comparison"]["is_comparable"], false);
    for words_ in ["Scores cannot be compared", "ran then only", "ran now only"] {
        assert!(words(history).contains(words_), "{words_}");
    }
}

#[test]
fn what_cannot_wait_and_what_is_left_out_is_said() {
    let (audit, page) = &*SHOP;
    let overview = words(section(page, "overview"));
    let urgent = list(&audit["worklist"]).iter().filter(|action| action["urgent"] == true);
    let reasons: Vec<&str> = urgent.map(|action| action["why_urgent"].as_str().unwrap()).collect();
    assert!(!reasons.is_empty() && list(&audit["worklist"])[0]["urgent"] == true);
    for why in reasons {
        assert!(overview.contains(&format!("cannot wait: {why}")), "{why}");
    }
    let accepted = &audit["suppressed"];
    let said = format!(
        "{} findings are accepted by suppressions and left out; with them the score would be {}.",
        accepted["findings"],
        points(&accepted["score"])
    );
    assert!(overview.contains(&said), "{said}\n{overview}");
    let folders = rows(section(page, "scores"));
    for folder in list(&audit["scores"]["folders"]) {
        let share = folder["risk"].as_f64().unwrap() / audit["risk"].as_f64().unwrap() * 100.0;
        let shown = if share > 0.0 && share < 1.0 { "< 1 %".to_owned() } else { format!("{share:.0} %") };
        assert_eq!(row(&folders, folder["name"].as_str().unwrap()).last().unwrap(), &shown);
    }
}
