//! Report formats: exact output, read back by what is not ours, with names that mean harm, and into several files.

mod destinations;
mod exact;
mod hostile;
mod markdown;
mod readers;
mod schemas;
#[path = "../support/mod.rs"]
mod support;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use serde_json::Value;
use support::Desk;

/// The formats for machines and for comments, JSON aside.
pub const FORMATS: [&str; 11] =
    ["ndjson", "csv", "sarif", "github", "gitlab", "azure", "teamcity", "junit", "checkstyle", "rdjsonl", "markdown"];

/// The others that tests here look at.
const FOR_PEOPLE: [&str; 3] = ["json", "full", "concise"];

/// A project to lint, and how.
pub struct Case {
    pub name: &'static str,
    pub desk: Desk,
    pub arguments: Vec<&'static str>,
    outputs: OnceCell<BTreeMap<&'static str, String>>,
}

impl Case {
    fn new(name: &'static str, desk: Desk, arguments: &[&'static str]) -> Self {
        Self { name, desk, arguments: arguments.to_vec(), outputs: OnceCell::new() }
    }

    /// What `check` writes in that format.
    pub fn output(&self, format: &str) -> &str {
        &self.outputs.get_or_init(|| self.run(&[]))[format]
    }

    /// Every format of one run.
    pub fn run(&self, more: &[&str]) -> BTreeMap<&'static str, String> {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = |format: &str| folder.path().join(format);
        let formats: Vec<&str> = FORMATS.into_iter().chain(FOR_PEOPLE).collect();
        let files: Vec<String> = formats.iter().map(|it| format!("--format={it}={}", file(it).display())).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let run = self.desk.run(&[&["check", "--quiet"], &files[..], &self.arguments, more].concat());
        assert!(matches!(run.code, Some(0 | 1)) && run.stdout.is_empty() && run.stderr.is_empty(), "{run:?}");
        let read = |format| std::fs::read_to_string(file(format)).expect("the file was written");
        FORMATS.into_iter().chain(FOR_PEOPLE).map(|format| (format, read(format))).collect()
    }

    /// The same run in JSON, against which the others are held.
    pub fn json(&self) -> Value {
        serde_json::from_str(self.output("json")).expect("the output is JSON")
    }
}

/// What every format has to cope with.
pub fn cases() -> Vec<Case> {
    let bare = Desk::new();
    std::fs::copy(support::fixture("no-exposures/target/manifest.json"), bare.path("m.json")).unwrap();
    vec![
        Case::new("findings, passes and rules that did not run", Desk::gym(), &["gym"]),
        Case::new("no findings", Desk::gym(), &["gym", "--select", "DOC001"]),
        Case::new("no rule that ran", Desk::gym(), &["gym", "--select", "EXP001", "--allow-empty"]),
        Case::new("no lines", bare, &["m.json", "--preset", "strict"]),
        Case::new("spans", Desk::with("spans", "spans"), &["spans/transform", "--preset", "strict"]),
        Case::new(
            "many findings",
            Desk::with("shop", "shop"),
            &["shop", "--preset", "strict", "--today", "2026-01-01"],
        ),
        Case::new("left out", Desk::with("shop", "shop"), &["shop", "--max-findings", "7", "--today", "2026-01-01"]),
        Case::new("a path to escape", Desk::with("no-exposures", "größe 1,5%;a#b"), &["größe 1,5%;a#b"]),
        Case::new("hostile names", hostile::project(), &["m.json", "--preset", "strict"]),
    ]
}
