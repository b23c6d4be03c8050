//! The examples on the rules' pages: the first is flagged, what to use instead is not. Each is linted as a project of
//! its own, read without a manifest.

use std::path::Path;

use crate::support::Desk;
use dbt_steward::rules::{self, RuleInfo};
use dbt_steward::text::yaml;

/// A file of an example.
struct File {
    path: String,
    text: String,
}

/// The files of the fenced blocks under a heading: each begins with a comment that is its path.
fn files(page: &str, heading: &str) -> Vec<File> {
    let mut files = Vec::new();
    let (mut under, mut block): (bool, Option<File>) = (false, None);
    for line in page.lines() {
        match &mut block {
            Some(_) if line == "```" => files.extend(block.take()),
            Some(file) if file.path.is_empty() => {
                let path = line.trim_start_matches(['#', '-', '{', '/', ' ']).trim_end_matches(['}', '#', ' ']);
                path.clone_into(&mut file.path);
                let has_comments = !path.ends_with(".md") && !path.ends_with(".json");
                file.text = if has_comments { format!("{line}\n") } else { String::new() };
            }
            Some(file) => file.text = format!("{}{line}\n", file.text),
            None if line.starts_with("```") && under => {
                block = Some(File { path: String::new(), text: String::new() });
            }
            None => {
                if let Some(title) = line.strip_prefix("# ").or_else(|| line.strip_prefix("## ")) {
                    under = title.trim() == heading;
                }
            }
        }
    }
    files
}

/// What properties describe and the example does not show: models of one row, seeds, snapshots.
fn stubs(files: &[File]) -> Vec<File> {
    let mut stubs = Vec::new();
    let is_shown =
        |name: &str| files.iter().any(|file| Path::new(&file.path).file_stem().is_some_and(|stem| stem == name));
    for file in files.iter().filter(|file| file.path.ends_with(".yml")) {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        // One example is about a file that is no YAML.
        let Ok(tree) = yaml::parse(&file.text) else { continue };
        let Some(document) = tree.documents.first() else { continue };
        for (section, extension) in [("models", "sql"), ("seeds", "csv"), ("snapshots", "sql")] {
            for entry in document.get(section).map_or(&[][..], yaml::Node::items) {
                let Some(name) = entry.get("name").and_then(yaml::Node::as_str) else { continue };
                let versions = entry.get("versions").map_or(&[][..], yaml::Node::items).iter();
                let versions = versions.filter_map(|version| Some(format!("{name}_v{}", version.get("v")?.as_str()?)));
                let mut names: Vec<String> = versions.collect();
                if names.is_empty() {
                    names.push(name.to_owned());
                }
                let text = match section {
                    "seeds" => "id\n1\n".to_owned(),
                    "snapshots" => format!("{{% snapshot {name} %}}select 1 as id{{% endsnapshot %}}"),
                    _ => "select 1 as id".to_owned(),
                };
                let missing = names.into_iter().filter(|name| !is_shown(name) && !is_shown_in(files, name));
                let made =
                    missing.map(|name| File { path: format!("{folder}/{name}.{extension}"), text: text.clone() });
                stubs.extend(made);
            }
        }
    }
    stubs
}

/// Whether a file defines a snapshot of that name.
fn is_shown_in(files: &[File], name: &str) -> bool {
    files.iter().any(|file| file.text.contains(&format!("snapshot {name} ")))
}

/// The lines that a rule prints for the files under a heading.
fn found(rule: &RuleInfo, heading: &str) -> Vec<String> {
    let desk = Desk::new();
    desk.write("shop/dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\n");
    let profile = "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: shop.duckdb}\n";
    desk.write("shop/profiles.yml", profile);
    let files = files(&crate::read(format!("docs/rules/{}.md", rule.slug)), heading);
    assert!(!files.is_empty(), "{}: nothing under {heading}", rule.slug);
    let (before, files): (Vec<File>, Vec<File>) = files.into_iter().partition(|file| file.path.starts_with(BEFORE));
    // What to use instead is held against the same state as the example.
    let before = if before.is_empty() { former(rule) } else { before };
    let mut base = Vec::new();
    if !before.is_empty() {
        base = vec!["--base", "before"];
        let strip = |file: File| File { path: file.path.replacen(BEFORE, "", 1), text: file.text };
        let before: Vec<File> = before.into_iter().map(strip).collect();
        desk.write("before/dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\n");
        desk.write("before/profiles.yml", profile);
        let stubs = stubs(&before);
        for file in before.into_iter().chain(stubs) {
            desk.write(&format!("before/{}", file.path), file.text);
        }
    }
    let stubs = stubs(&files);
    for file in files.into_iter().chain(stubs) {
        assert!(file.path.contains('.') && !file.path.contains(' '), "{}: {:?} is no path", rule.slug, file.path);
        desk.write(&format!("shop/{}", file.path), file.text);
    }
    let rules = match ALONGSIDE.iter().find(|(code, _)| *code == rule.code) {
        Some((code, other)) => format!("{code},{other}"),
        None => rule.code.to_owned(),
    };
    let arguments = [
        "check",
        "shop",
        "--input",
        "project",
        "--select",
        &rules,
        "--format",
        "concise",
        "--exit-zero",
        "--allow-empty",
        "--quiet",
    ];
    let run = desk.run(&[&arguments[..], &base].concat());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{} {heading}", rule.slug);
    run.stdout.lines().filter(|line| line.contains(rule.code)).map(str::to_owned).collect()
}

/// Begins the path of a file of the state that an example is held against.
const BEFORE: &str = "before: ";

/// The former files of a rule's example.
fn former(rule: &RuleInfo) -> Vec<File> {
    let files = files(&crate::read(format!("docs/rules/{}.md", rule.slug)), "Example");
    files.into_iter().filter(|file| file.path.starts_with(BEFORE)).collect()
}

/// Rules that say nothing where they are alone, and the one that their example is about.
const ALONGSIDE: [(&str, &str); 2] = [("SUP001", "DOC001"), ("SUP005", "DOC001")];

/// What no example can show without a manifest; tests/project_rules.rs does.
const WITH_A_MANIFEST: [&str; 1] = ["PRJ012"];

#[test]
fn examples_are_flagged_and_what_to_use_instead_is_not() {
    let mut wrong = Vec::new();
    for rule in rules::all() {
        let (example, instead) = (found(rule, "Example"), found(rule, "Use instead"));
        if example.is_empty() && !WITH_A_MANIFEST.contains(&rule.code) {
            wrong.push(format!("{} {}: the example is not flagged", rule.code, rule.slug));
        }
        if !instead.is_empty() {
            wrong.push(format!("{} {}: what to use instead is flagged: {instead:?}", rule.code, rule.slug));
        }
    }
    assert!(wrong.is_empty(), "{} of the examples\n{}", wrong.len(), wrong.join("\n"));
}
