//! What holds for every rule: its page, its name, its place in the source.

use std::collections::BTreeSet;
use std::path::Path;

use dbt_steward::config::SELECTOR_KEYS;
use dbt_steward::docs::{options, page};
use dbt_steward::rules::{self, Area, RuleInfo};

use super::{read, root, steward};

const HEADINGS: [&str; 4] = ["What it does", "Why it matters", "Example", "Use instead"];

/// Code, slug and severity of every rule that there has ever been.
const FROZEN: &str = "tests/frozen_rules.txt";

#[test]
fn every_page_has_its_headings_in_order() {
    for rule in rules::all() {
        let mut fenced = false;
        let lines = rule.docs.lines().map(str::trim).filter(|line| {
            fenced ^= line.starts_with("```");
            !fenced
        });
        let headings: Vec<&str> = lines.filter_map(|line| line.strip_prefix("# ")).collect();
        assert_eq!(headings, HEADINGS, "{}: headings of the documentation", rule.slug);
    }
}

#[test]
fn every_summary_says_what_is_flagged() {
    for rule in rules::all() {
        let summary = rule.summary();
        assert!(summary.starts_with("Flags ") && summary.ends_with('.'), "{}: {summary}", rule.slug);
        assert!(summary.chars().count() <= 160, "{}: one line, please: {summary}", rule.slug);
    }
}

#[test]
fn codes_and_slugs_are_unique_and_belong_to_their_area() {
    let (mut codes, mut slugs) = (BTreeSet::new(), BTreeSet::new());
    for rule in rules::all() {
        assert!(codes.insert(rule.code), "{} stands twice", rule.code);
        assert!(slugs.insert(rule.slug), "{} stands twice", rule.slug);
        let digits = rule.code.strip_prefix(rule.area.prefix());
        let is_number = |digits: &str| digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
        assert!(digits.is_some_and(is_number), "{} is no code of {:?}", rule.code, rule.area);
        let is_slug = rule.slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        assert!(is_slug, "{} is no slug", rule.slug);
    }
}

#[test]
fn what_a_rule_supersedes_is_a_rule() {
    for rule in rules::all() {
        for code in rule.supersedes {
            assert!(rules::find(code).is_some(), "{} supersedes {code}, which is no rule", rule.slug);
            assert_ne!(*code, rule.code, "{} supersedes itself", rule.slug);
        }
    }
}

#[test]
fn no_option_has_the_name_of_a_selector() {
    for rule in rules::all() {
        for option in options::of(rule) {
            let is_taken = SELECTOR_KEYS.contains(&option.name.as_str()) || option.name == "severity";
            assert!(!is_taken, "{}: `{}` is a key of every rule's block", rule.slug, option.name);
            assert!(!option.description.is_empty(), "{}: `{}` is not explained", rule.slug, option.name);
        }
    }
}

/// What a page says under "Configure" is a config.
#[test]
fn every_page_shows_a_config_that_works() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("dbt-steward.yml");
    for rule in rules::all() {
        let page = page::terminal(rule);
        let (_, config) = page.split_once("# Configure\n").expect("the page shows a config");
        std::fs::write(&path, config).expect("the folder is writable");
        let changes = dbt_steward::config::Changes {
            preset: None,
            select: &[],
            ignore: &[],
            fail_on: None,
            today: "2026-01-01".to_owned(),
        };
        if let Err(error) = dbt_steward::config::load(Some(&path), changes) {
            panic!("{}: {error}\n{config}", rule.slug);
        }
    }
}

/// The rule that CONTRIBUTING.md adds is compiled and tested, as it stands there.
#[test]
fn the_example_of_a_new_rule_is_a_rule() {
    let page = read("CONTRIBUTING.md");
    let (_, block) = page.split_once("```rust\n").expect("the page shows a rule");
    let (block, _) = block.split_once("\n```\n").expect("the block ends");
    assert_eq!(block, read("src/rules/example.rs").trim_end(), "the page and src/rules/example.rs differ");
    assert!(rules::find("NAM900").is_none(), "the example's code is never used");
}

/// A rule that needs an option is shown with it.
#[test]
fn a_rule_that_cannot_run_by_default_is_shown_as_it_can() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("dbt-steward.yml");
    let mut shown = Vec::new();
    for rule in rules::all() {
        if rule.by_default().unset(&dbt_steward::config::Settings::default()).is_none() {
            continue;
        }
        let page = page::terminal(rule);
        let (_, config) = page.split_once("# Configure\n").expect("the page shows a config");
        std::fs::write(&path, config).expect("the folder is writable");
        let arguments =
            ["check", "fixtures/spotless", "--config", path.to_str().unwrap(), "--exit-zero", "--allow-empty"];
        let ran = steward(root(), &arguments);
        assert_eq!(ran.status.code(), Some(0), "{}: {}", rule.code, String::from_utf8_lossy(&ran.stderr));
        shown.push((rule.code, config.trim().to_owned()));
    }
    let codes: Vec<&str> = shown.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, ["DAG011", "DOC017", "OWN007", "OWN009", "TST006"]);
    assert_eq!(shown[2].1, "owners: { allowed: [Finance Data, Logistics Data] }\nrules: { unknown-owner: warning }");
    assert_eq!(shown[3].1, "rules:\n  personal-owner: { severity: warning, team-pattern: ' Data$' }");
}

#[test]
fn every_rule_file_is_registered_where_it_lies() {
    let mut files = 0;
    for area in Area::ALL {
        let folder = root().join("src/rules").join(area.folder());
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("the source is readable").path();
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = read(&path);
            if !text.contains("\ndeclare_rule! {") {
                continue;
            }
            files += 1;
            let rule = declared(&path, &text);
            assert_eq!(rule.area, area, "{} lies in the folder of another area", path.display());
            let stem = path.file_stem().expect("a file has a name").to_string_lossy().replace('_', "-");
            assert_eq!(stem, rule.slug, "{}: a rule's file is named as its slug", path.display());
        }
    }
    assert_eq!(files, rules::all().len(), "rules and files that declare one");
}

/// The registered rule whose slug a file states.
fn declared(path: &Path, text: &str) -> &'static RuleInfo {
    let slug = text.split_once("slug = \"").and_then(|(_, rest)| rest.split_once('"')).map(|(slug, _)| slug);
    let slug = slug.unwrap_or_else(|| panic!("{} states no slug", path.display()));
    rules::find(slug).unwrap_or_else(|| panic!("{}: `{slug}` is not named in mod.rs of its folder", path.display()))
}

/// Configs, baselines and pipelines name rules: what is once released stays. `DBT_STEWARD_FREEZE=1` adds new rules to the
/// list; a line that changes or goes away is edited by hand, and named in CHANGELOG.md.
#[test]
fn names_and_severities_are_frozen() {
    let line = |rule: &RuleInfo| format!("{} {} {}", rule.code, rule.slug, page::severity(rule.default));
    let current: BTreeSet<String> = rules::all().into_iter().map(line).collect();
    let frozen = std::fs::read_to_string(root().join(FROZEN)).unwrap_or_default();
    let frozen: BTreeSet<String> = frozen.lines().map(str::to_owned).collect();
    let gone: Vec<_> = frozen.difference(&current).collect();
    assert!(gone.is_empty(), "{FROZEN} has rules that have changed or gone: {gone:?}; put them back, or say so there");
    let new: Vec<_> = current.difference(&frozen).collect();
    if new.is_empty() {
        return;
    }
    let wanted = std::env::var_os("DBT_STEWARD_FREEZE").is_some();
    assert!(wanted, "not in {FROZEN}: {new:?}; run: DBT_STEWARD_FREEZE=1 cargo test --test docs frozen");
    let lines: String = current.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(root().join(FROZEN), lines).expect("the list is writable");
}
