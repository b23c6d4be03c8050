//! A file that cannot be read causes no finding but the one on itself: each file of a project is broken in turn, and what is
//! found is held against what the whole project has.

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;
use support::{Desk, fixture};

/// Files of that name say what the project is, and are read or the run ends.
const SETTINGS: [&str; 5] = ["dbt_project.yml", "dbt-steward.yml", "every-rule.yml", "profiles.yml", "CODEOWNERS"];

/// A copy of `fixtures/shop`, and the files of it that are read.
fn shop() -> (Desk, Vec<String>) {
    let desk = Desk::with("shop", "shop");
    let _ = std::fs::remove_dir_all(desk.path("shop/target"));
    let mut files = Vec::new();
    list(&fixture("shop"), "", &mut files);
    files.sort();
    (desk, files)
}

fn list(folder: &Path, prefix: &str, files: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("the fixture is there") {
        let entry = entry.expect("the fixture can be listed");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        // What is in packages is found by others' own runs.
        let is_left_out = name == "target" || name.starts_with('.') || name.ends_with("packages");
        if entry.path().is_dir() {
            if !is_left_out {
                list(&entry.path(), &format!("{path}/"), files);
            }
        } else if !SETTINGS.contains(&name.as_str()) && !name.ends_with(".csv") {
            files.push(path);
        }
    }
}

/// The ways in which a file is broken: a byte that is no text, and mistakes that fit its type.
fn breaks(path: &str, text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let byte = |text: &str| [text.as_bytes(), b"\n\xE9\n"].concat();
    let mut all = vec![("a byte", byte(text))];
    let mut add = |what: &'static str, text: String| all.push((what, text.into_bytes()));
    match path.rsplit('.').next() {
        Some("md") => {
            add("the first block is open", text.replacen("{% enddocs %}", "", 1));
            add("all blocks are open", text.replace("{% enddocs %}", ""));
            add("a block begins", format!("{text}{{% docs new"));
            add("the last block is open", format!("{text}{{% docs new %}}\n"));
        }
        Some("yml") if text.contains("\n  - ") => add("a tab", text.replacen("\n  - ", "\n\t- ", 1)),
        Some("yml") => add("a quote", format!("{text}\nx: \"open\n")),
        Some("sql") if text.contains("{% macro") => add("an open block", text.replace("{% endmacro %}", "")),
        Some("sql") if text.contains("{{") => add("an open bracket", text.replacen("{{", "{{ (", 1)),
        Some("sql") => add("an open tag", format!("{{% if true %}}{text}")),
        _ => {}
    }
    all
}

fn check(desk: &Desk) -> Vec<Value> {
    let arguments = ["shop", "--preset", "strict", "--input", "project", "--today", "2026-01-15", "--threads", "1"];
    let json = desk.json(&[&arguments[..], &["--baseline", "baseline.json", "--ignore", "SUP005"]].concat());
    json["findings"].as_array().expect("findings are a list").clone()
}

/// Code and subject, without the version: which model is a version of which is said in YAML.
fn known_as(code: &str, subject: &str) -> (String, String) {
    let unversioned = match subject.rsplit_once(".v") {
        Some((model, version)) if version.chars().all(|digit| digit.is_ascii_digit()) => model,
        _ => subject,
    };
    (code.to_owned(), unversioned.to_owned())
}

/// All that the whole project has, also what other findings take the place of: the baseline records both.
fn recorded(desk: &Desk) -> BTreeSet<(String, String)> {
    let run = desk.run(&[
        "baseline",
        "shop",
        "--preset",
        "strict",
        "--input",
        "project",
        "--today",
        "2026-01-15",
        "--baseline",
        "baseline.json",
    ]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let baseline: Value = serde_json::from_str(&desk.read("baseline.json")).expect("a baseline is JSON");
    let mut all = BTreeSet::new();
    for (rule, subjects) in baseline["findings"].as_object().expect("findings by rule") {
        let code = rule.split(' ').next().expect("a rule has a code");
        all.extend(subjects.as_object().expect("by subject").keys().map(|subject| known_as(code, subject)));
    }
    all
}

/// What is new once a file is broken, for each way of breaking it that is due.
fn news(desk: &Desk, known: &BTreeSet<(String, String)>, path: &str, number: usize) -> Vec<String> {
    let file = format!("shop/{path}");
    let text = desk.read(&file);
    let all = breaks(path, &text);
    // Of two ways every other file has the one; Markdown has all.
    let (count, is_all) = (all.len(), path.ends_with(".md"));
    let mut wrong = Vec::new();
    for (_, (what, bytes)) in all.into_iter().enumerate().filter(|(way, _)| is_all || *way == number % count) {
        desk.write(&file, bytes);
        let (mut own, mut others) = (0, Vec::new());
        for finding in check(desk) {
            let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            if text("code") == "PRJ013" && text("path") == file {
                own += 1;
            } else if !known.contains(&known_as(&text("code"), &text("subject"))) {
                others.push(format!("{path} ({what}): {} {}: {}", text("code"), text("subject"), text("message")));
            }
        }
        if own == 0 {
            wrong.push(format!("{path} ({what}): is not reported"));
        }
        wrong.extend(others);
    }
    desk.write(&file, text);
    wrong
}

/// As many at once as there are cores; each has a project of its own.
#[test]
fn a_file_that_cannot_be_read_says_nothing_of_others() {
    let next = AtomicUsize::new(0);
    let work = || {
        let (desk, files) = shop();
        let known = recorded(&desk);
        let mut wrong = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = files.get(number) else { return (files.len(), wrong) };
            wrong.extend(news(&desk, &known, path, number));
        }
    };
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let results: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().map(|thread| thread.join().expect("no thread panics")).collect()
    });
    assert!(results[0].0 > 100, "{}", results[0].0);
    let wrong: Vec<String> = results.into_iter().flat_map(|(_, wrong)| wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
