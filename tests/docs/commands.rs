//! Every command of a `console` or `bash` block, and of a `yaml` block with a folder to run it in, is run, and what a page
//! shows as its output is in its output.
//!
//! Commands run in the repository's folder. `<!-- in: fixtures/shop -->` above a block runs them in a fresh copy of that
//! folder, `with: name` puts a file of tests/docs/data beside, `exits: 2` says what they exit with. `…` alone on a line
//! stands for lines left out.

use std::path::{Path, PathBuf};

use regex::Regex;
use tempfile::TempDir;

use super::{pages, read, root, steward};

/// A fenced block and the comment above it.
pub(super) struct Block {
    page: PathBuf,
    pub(super) line: usize,
    pub(super) language: String,
    setting: String,
    pub(super) text: String,
}

#[test]
fn commands_do_what_pages_show() {
    let mut commands = 0;
    // A story is told in order: see guides.rs.
    let is_told = |block: &Block| block.setting.split(", ").any(|word| word == "story");
    for block in pages().iter().flat_map(blocks).filter(|block| block.has_commands() && !is_told(block)) {
        let folder = folder(&block);
        let folder = folder.as_ref().map_or(root(), TempDir::path);
        for (command, shown) in block.commands() {
            let Some(arguments) = arguments(&command) else { continue };
            // Run here, it would renew the very pages that another test holds against the source.
            if arguments.first().is_some_and(|name| name == "generate-docs") {
                continue;
            }
            let writes =
                |given: &String| ["init", "--output-file", "-o"].contains(&given.as_str()) || given.contains('=');
            let writes = arguments.iter().any(writes);
            assert!(!writes || folder != root(), "{}: {command} would write here", block.page.display());
            commands += 1;
            check(&block, folder, &command, &arguments, &shown);
        }
    }
    assert!(commands > 10, "only {commands} commands were found in the documentation");
}

fn check(block: &Block, folder: &Path, command: &str, arguments: &[String], shown: &[String]) {
    let place = format!("{}:{}: {command}", block.page.display(), block.line);
    let output = steward(folder, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let wanted = block.option("exits");
    let code = output.status.code().expect("the program ends by itself");
    match wanted {
        Some(wanted) => assert_eq!(code.to_string(), wanted, "{place}\n{stderr}"),
        None => assert!(code < 2, "{place} could not run:\n{stderr}"),
    }
    let printed = normal(&format!("{stdout}{stderr}"));
    let mut rest = printed.as_str();
    for excerpt in excerpts(shown) {
        let Some((_, after)) = rest.split_once(&excerpt) else {
            panic!("{place} does not print, at all or in this order:\n{excerpt}\nbut:\n{rest}");
        };
        rest = after;
    }
}

impl Block {
    fn has_commands(&self) -> bool {
        match self.language.as_str() {
            "console" | "bash" => true,
            "yaml" => self.option("in").is_some(),
            _ => false,
        }
    }

    /// Commands, each with the lines shown as its output.
    pub(super) fn commands(&self) -> Vec<(String, Vec<String>)> {
        let mut commands: Vec<(String, Vec<String>)> = Vec::new();
        for line in self.text.lines() {
            let command = match self.language.as_str() {
                "console" => line.strip_prefix("$ "),
                "yaml" => step(line),
                _ => Some(line),
            };
            match (command, commands.last_mut()) {
                (Some(command), _) => commands.push((command.to_owned(), Vec::new())),
                (None, _) if self.language == "yaml" => {}
                (None, Some((_, shown))) => shown.push(line.to_owned()),
                (None, None) => panic!("{}:{}: a console block starts with `$ `", self.page.display(), self.line),
            }
        }
        commands
    }

    /// A word of the comment above the block: `in: fixtures/shop, exits: 2`.
    pub(super) fn option(&self, name: &str) -> Option<&str> {
        let parts = self.setting.split(", ").filter_map(|part| part.split_once(": "));
        parts.filter(|(key, _)| *key == name).map(|(_, value)| value).next()
    }
}

/// The command of a pipeline's step: `- run: dbt-steward check`, `- dbt-steward check`.
fn step(line: &str) -> Option<&str> {
    let item = line.trim_start().strip_prefix("- ")?;
    let command = ["run: ", "script: "].iter().find_map(|key| item.strip_prefix(key)).unwrap_or(item);
    command.starts_with("dbt-steward ").then_some(command)
}

/// The arguments of a command that starts dbt-steward; `None` for any other command. Pipes, redirections and comments
/// are left out.
fn arguments(command: &str) -> Option<Vec<String>> {
    let command = command.split(" | ").next()?.split(" > ").next()?.split(" #").next()?;
    let rest = ["dbt-steward ", "cargo run --release -- ", "cargo run -- "]
        .iter()
        .find_map(|start| command.strip_prefix(start))?;
    assert!(!rest.contains(['\'', '"', '$', '\\']), "the test cannot read this command: {command}");
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// A copy of the folder that the block asks for.
fn folder(block: &Block) -> Option<TempDir> {
    let copy = tempfile::tempdir().expect("a temporary folder can be made");
    copy_folder(&root().join(block.option("in")?), copy.path());
    // A config search ends at the repository's root.
    std::fs::create_dir(copy.path().join(".git")).expect("the copy is writable");
    if let Some(name) = block.option("with") {
        let data = root().join("tests/docs/data").join(name);
        std::fs::copy(data, copy.path().join(name)).expect("the file is there");
    }
    Some(copy)
}

pub(super) fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.expect("fixtures are readable");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("fixtures are readable").is_dir() {
            std::fs::create_dir(&target).expect("the copy is writable");
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("the copy is writable");
        }
    }
}

/// The stretches between lines of `…`.
pub(super) fn excerpts(shown: &[String]) -> Vec<String> {
    let stretches = shown.split(|line| line.trim() == "…").map(|lines| normal(&lines.join("\n")));
    stretches.map(|text| text.trim_matches('\n').to_owned()).filter(|text| !text.is_empty()).collect()
}

/// Without what differs between runs and systems: how long it took, blanks at the ends of lines.
pub(super) fn normal(text: &str) -> String {
    let time = Regex::new(r" in [0-9.]+ m?s\b").expect("the pattern is valid");
    let text = text.replace("\r\n", "\n");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    time.replace_all(&lines.join("\n"), " in TIME").into_owned()
}

pub(super) fn blocks(page: &PathBuf) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut setting = String::new();
    let mut open: Option<Block> = None;
    for (index, line) in read(page).lines().enumerate() {
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(language)) => {
                open = Some(Block {
                    page: page.clone(),
                    line: index + 1,
                    language: language.trim().to_owned(),
                    setting: std::mem::take(&mut setting),
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => block.text += &format!("{line}\n"),
            (None, None) => {
                let comment = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"));
                setting = comment.unwrap_or_default().to_owned();
            }
        }
    }
    assert!(open.is_none(), "{}: a fenced block is not closed", page.display());
    blocks
}
