//! `dbt-steward generate-docs`: every page that is made from the source, or a check that none has drifted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use miette::Diagnostic;
use thiserror::Error;

use super::{CLEAN, Cli, output};
use crate::docs::{catalogue, page, policies, schemas};
use crate::rules::policy::{COLUMN, NEIGHBOUR, RESOURCE};
use crate::rules::{self, Trap};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The repository's root
    #[arg(default_value = ".")]
    root: PathBuf,

    /// Write nothing; fail if a page differs from what would be written
    #[arg(long)]
    check: bool,
}

/// The head of the catalogue's page.
const RULES_PAGE: &str = "\
# Rules

Each rule is one defect. Its slug names the defect; slug and code mean the same in the config and on the command line,
and neither ever changes its meaning. `recommended` and `strict` are the severities in these
[presets](../configuration.md#presets); a rule that is off runs once the config names it. `minimal` has the errors of
`recommended` and the four gaps: undocumented models, missing owners, untested sources, and orphaned models that feed
dashboards. The same table in a terminal: `dbt-steward rules`; a rule's page: `dbt-steward explain DOC001`.
";

#[derive(Debug, Error, Diagnostic)]
enum DocsError {
    #[error("out of date: {}", paths.join(", "))]
    #[diagnostic(help("run `cargo run -- generate-docs` and commit the result"))]
    Drift { paths: Vec<String> },

    #[error("{}: no line `{marker}`, between which and its end the generated part would go", path.display())]
    NoMarker { path: PathBuf, marker: String },
}

pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let pages = pages(&arguments.root)?;
    if arguments.check {
        let differs = |(path, text): (&String, &String)| {
            let found = std::fs::read_to_string(arguments.root.join(path)).unwrap_or_default();
            (found.replace("\r\n", "\n") != *text).then(|| path.clone())
        };
        let mut paths: Vec<String> = pages.iter().filter_map(differs).collect();
        paths.extend(leftover(&arguments.root, &pages));
        if !paths.is_empty() {
            return Err(DocsError::Drift { paths }.into());
        }
        return Ok(CLEAN);
    }
    for (path, text) in &pages {
        let path = arguments.root.join(path);
        if let Some(folder) = path.parent() {
            // If this fails, writing the file says why.
            let _ = std::fs::create_dir_all(folder);
        }
        output::to_file(&path, |out| out.write_all(text.as_bytes()))?;
    }
    for path in leftover(&arguments.root, &pages) {
        // A page of a rule that is gone; the check reports it as long as it is there.
        let _ = std::fs::remove_file(arguments.root.join(path));
    }
    Ok(CLEAN)
}

/// Path relative to the root, and text, of every generated page.
fn pages(root: &Path) -> Result<BTreeMap<String, String>, DocsError> {
    let mut pages = BTreeMap::new();
    for rule in rules::all() {
        pages.insert(format!("docs/rules/{}.md", rule.slug), page::markdown(rule));
    }
    pages.insert("docs/rules/README.md".to_owned(), format!("{RULES_PAGE}{}", catalogue::by_area("./")));
    pages.insert("docs/schema/dbt-steward.schema.json".to_owned(), schemas::config());
    pages.insert("docs/schema/findings.schema.json".to_owned(), schemas::findings());
    pages.insert("docs/schema/audit.schema.json".to_owned(), schemas::audit());
    pages.insert("docs/cli.md".to_owned(), command_line());
    let readme = filled(root, "README.md", "rules", &catalogue::markdown(&rules::all(), "docs/rules/"))?;
    pages.insert("README.md".to_owned(), readme);
    let mut policies = filled(root, "docs/policies.md", "resource", &policies::table(&RESOURCE))?;
    for (part, shape) in [("column", &COLUMN), ("neighbour", &NEIGHBOUR)] {
        policies = fill(&root.join("docs/policies.md"), &policies, part, &policies::table(shape))?;
    }
    policies = fill(&root.join("docs/policies.md"), &policies, "functions", &policies::functions())?;
    pages.insert("docs/policies.md".to_owned(), policies);
    let mut traps =
        filled(root, "docs/traps.md", Trap::Centralise.as_str(), &catalogue::by_trap(Trap::Centralise, "rules/"))?;
    for trap in Trap::ALL.into_iter().skip(1) {
        traps = fill(&root.join("docs/traps.md"), &traps, trap.as_str(), &catalogue::by_trap(trap, "rules/"))?;
    }
    pages.insert("docs/traps.md".to_owned(), traps);
    let summary = filled(root, "docs/SUMMARY.md", "rules", &summary_lines())?;
    pages.insert("docs/SUMMARY.md".to_owned(), summary);
    Ok(pages)
}

/// The rules as the book's table of contents wants them.
fn summary_lines() -> String {
    let rules = rules::all();
    rules.iter().map(|rule| format!("  - [{} {}](rules/{}.md)\n", rule.code, rule.slug, rule.slug)).collect()
}

/// Pages in `docs/rules/` that no rule has.
fn leftover(root: &Path, pages: &BTreeMap<String, String>) -> Vec<String> {
    let Ok(folder) = std::fs::read_dir(root.join("docs/rules")) else { return Vec::new() };
    let names = folder.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()));
    let mut paths: Vec<String> =
        names.map(|name| format!("docs/rules/{name}")).filter(|path| !pages.contains_key(path)).collect();
    paths.sort();
    paths
}

/// A hand-written file with its generated part renewed.
fn filled(root: &Path, path: &str, part: &str, generated: &str) -> Result<String, DocsError> {
    let path = root.join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    fill(&path, &text, part, generated)
}

/// Replaces what stands between `<!-- generated: part -->` and `<!-- end: part -->`.
fn fill(path: &Path, text: &str, part: &str, generated: &str) -> Result<String, DocsError> {
    let (begin, end) = (format!("<!-- generated: {part} -->\n"), format!("<!-- end: {part} -->"));
    let no_marker = |marker: &str| DocsError::NoMarker { path: path.to_owned(), marker: marker.trim().to_owned() };
    let (before, rest) = text.split_once(&begin).ok_or_else(|| no_marker(&begin))?;
    let (_, after) = rest.split_once(&end).ok_or_else(|| no_marker(&end))?;
    Ok(format!("{before}{begin}{generated}{end}{after}"))
}

/// Help of every command, as a page.
pub fn command_line() -> String {
    let mut cli = Cli::command();
    // Help texts wrap at the same column on every machine.
    cli = cli.term_width(100);
    cli.build();
    let mut page = "# Command line\n\n".to_owned();
    page += "The same texts as `dbt-steward help` and `dbt-steward help check` print.\n\n";
    page += &help_block(&cli.render_long_help().to_string());
    let commands: Vec<_> = cli.get_subcommands().filter(|command| !command.is_hide_set()).cloned().collect();
    for mut command in commands.into_iter().filter(|command| command.get_name() != "help") {
        let help = command.render_long_help().to_string();
        page += &format!("\n## {}\n\n{}", command.get_name(), help_block(&help));
    }
    page
}

/// clap leaves blanks at the ends of lines and of the text.
fn help_block(help: &str) -> String {
    let lines: String = help.trim_end().lines().map(|line| format!("{}\n", line.trim_end())).collect();
    format!("```text\n{lines}```\n")
}
