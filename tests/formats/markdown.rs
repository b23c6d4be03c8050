//! The comment, as a parser of GitHub's Markdown reads it.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::support::Desk;
use super::{Case, cases, hostile};

/// All that a comment may have of HTML.
const HTML: [&str; 6] = ["<details>", "<summary>", "<code>", "</code>", "</summary>", "</details>"];

fn events(markdown: &str) -> Vec<Event<'_>> {
    Parser::new_ext(markdown, Options::all()).collect()
}

/// The text that is no code, in pieces, as the platforms look through it.
fn prose(markdown: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for event in events(markdown) {
        match event {
            Event::Text(text) => pieces.last_mut().unwrap().push_str(&text),
            _ => pieces.push(String::new()),
        }
    }
    pieces
}

#[test]
fn nothing_in_a_comment_is_from_a_name() {
    for case in cases() {
        let comment = case.output("markdown");
        for event in events(comment) {
            match event {
                Event::Start(Tag::Link { dest_url, .. }) => assert!(
                    dest_url.starts_with("https://github.com/dbt-steward/dbt-steward/blob/main/docs/rules/"),
                    "{}: {dest_url}",
                    case.name
                ),
                Event::Start(
                    Tag::Image { .. } | Tag::FootnoteDefinition(_) | Tag::CodeBlock(_) | Tag::BlockQuote(_),
                )
                | Event::Start(Tag::Emphasis | Tag::Strikethrough | Tag::Superscript | Tag::Subscript)
                | Event::InlineMath(_)
                | Event::DisplayMath(_)
                | Event::FootnoteReference(_)
                | Event::Rule => panic!("{}: {event:?}", case.name),
                Event::InlineHtml(html) => assert_eq!(&*html, "<br>", "{}", case.name),
                Event::Html(html) => assert!(is_ours(&html), "{}: {html}", case.name),
                _ => {}
            }
        }
    }
}

/// Whether a stretch of HTML has no other tags and comments than a comment of ours.
fn is_ours(html: &str) -> bool {
    if html.starts_with("<!-- dbt-steward: ") {
        return html.trim_end().ends_with(" -->") && html.matches("-->").count() == 1;
    }
    let rest = HTML.iter().fold(html.to_owned(), |rest, tag| rest.replace(tag, ""));
    !rest.contains(['<', '>'])
}

#[test]
fn names_mention_nobody_and_refer_to_nothing() {
    let case = Case::new("hostile", hostile::project(), &["m.json", "--preset", "strict"]);
    let comment = case.output("markdown");
    let reference = regex::Regex::new(r"(?i)@\w|#\d|\bgh-\d|!\d|://|\bwww\.|%\d").unwrap();
    let pieces = prose(comment);
    assert!(pieces.iter().any(|piece| piece.contains("@\u{200b}team")), "a name stands outside of code");
    for piece in pieces {
        assert!(!reference.is_match(&piece), "{piece}");
    }
}

#[test]
fn a_list_item_and_a_row_are_one_finding_and_one_rule() {
    for case in cases() {
        let comment = case.output("markdown");
        let (mut rows, mut items, mut listed) = (0, 0, 0);
        for event in events(comment) {
            match event {
                Event::Start(Tag::TableRow) => rows += 1,
                Event::End(TagEnd::Item) => items += 1,
                Event::Html(html) if html.contains("</code>: ") => {
                    let (_, count) = html.split_once("</code>: ").unwrap();
                    listed += count.split(' ').next().unwrap().parse::<usize>().unwrap();
                }
                _ => {}
            }
        }
        let json = case.json();
        let summary = &json["summary"];
        let skipped = summary["rules"].as_array().unwrap().iter().filter(|rule| !rule["skipped"].is_null()).count();
        assert_eq!(items, listed + skipped, "{}", case.name);
        let found = summary["rules"].as_array().unwrap().iter().filter(|rule| rule["findings"] != 0).count();
        assert!(rows >= found, "{}: {rows} rows", case.name);
        let all: u64 = summary["findings"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        let left = comment
            .split("Not listed here: ")
            .nth(1)
            .map_or(0, |rest| rest.split(' ').next().unwrap().parse().unwrap());
        assert_eq!(listed as u64 + left, all, "{}", case.name);
    }
}

#[test]
fn a_comment_is_never_too_long_and_says_what_it_leaves_out() {
    let desk = Desk::new();
    std::fs::copy(super::support::fixture("no-exposures/target/manifest.json"), desk.path("m.json")).unwrap();
    desk.edit_json("m.json", |manifest| {
        let nodes = manifest["nodes"].as_object_mut().unwrap();
        let model = nodes["model.no_exposures.fct_visits"].clone();
        for number in 0..1000 {
            let (name, mut copy) = (format!("größe_{number}_{}", "@x".repeat(50)), model.clone());
            let id = format!("model.no_exposures.{name}");
            (copy["name"], copy["unique_id"], copy["description"]) = (name.into(), id.clone().into(), "".into());
            copy["patch_path"] = format!("no_exposures://models/{number}.yml").into();
            nodes.insert(id, copy);
        }
    });
    let case = Case::new("long", desk, &["m.json", "--preset", "strict", "--fail-on", "never"]);
    let comment = case.output("markdown");
    let length = comment.chars().count();
    assert!((60_000..=65_536).contains(&length), "{length}");
    // The gravest come first, and the count of the others is told.
    let summary = &case.json()["summary"]["findings"];
    let listed = |severity: &str| comment.matches(&format!("\n- **{severity}** ")).count() as u64;
    assert!(listed("error") < summary["error"].as_u64().unwrap() && listed("warning") == 0, "{summary}");
    let left = summary["error"].as_u64().unwrap() + summary["warning"].as_u64().unwrap() - listed("error");
    assert!(comment.ends_with(&format!("\nNot listed here: {left} more findings. `dbt-steward check` shows all.\n")));
}

#[test]
fn the_marker_finds_the_comment_of_the_same_project() {
    let gym = Case::new("gym", Desk::gym(), &["gym"]);
    assert!(gym.output("markdown").starts_with("<!-- dbt-steward: no_exposures -->\n"));
    let clean = Case::new("clean", Desk::gym(), &["gym", "--select", "DOC001"]);
    assert_eq!(
        clean.output("markdown"),
        "<!-- dbt-steward: no_exposures -->\n### dbt-steward: no findings\n\n`no_exposures` has 3 models, 2 source tables, \
         6 data tests.\n"
    );
}
