//! A rule's page: in Markdown for the book, plain for the terminal.

use serde_json::Value;

use super::options::{self, OptionDoc};
use crate::config::Settings;
use crate::findings::Severity;
use crate::rules::{self, Area, RuleInfo, Subject};

/// Longest value shown on one line.
const LINE: usize = 80;

/// The page in Markdown.
pub fn markdown(rule: &RuleInfo) -> String {
    let mut page = format!("# {} {}\n\n", rule.code, rule.slug);
    page += "| area | looks at | guards against | recommended | strict | since |\n|---|---|---|---|---|---|\n";
    page += &format!(
        "| {} | {} | [{}](../traps.md#{}) | {} | {} | {} |\n\n",
        rule.area.title(),
        subjects(rule),
        rule.trap,
        rule.trap.as_str().replace(' ', "-"),
        severity(rule.default),
        severity(rule.strict),
        rule.since
    );
    page += &body(rule, "##");
    page += &precedence(rule, |other| format!("[{}]({}.md)", other.slug, other.slug));
    page += "\n## Options\n\n";
    page += &options_table(&options::of(rule));
    page += "\n## Configure\n\n";
    if rule.default.is_none() {
        page += "The rule is off in `recommended`; naming it switches it on:\n\n";
    }
    page += &format!("```yaml\n{}```\n\n", configuration(rule));
    page += &format!("Only this rule: `dbt-steward check --select {}`\n", rule.code);
    page
}

/// What a report can tell of a rule besides its findings: the words of the page, their headings at the given depth.
pub fn words(rule: &RuleInfo, heading: &str) -> String {
    body(rule, heading) + &precedence(rule, |other| format!("{} ({})", other.slug, other.code))
}

/// The page for a terminal: the same words, without tables.
pub fn terminal(rule: &RuleInfo) -> String {
    if rule.area == Area::Policy {
        let (severity, subjects) = (severity(rule.default), subjects(rule));
        let head = format!("{}\n{}; looks at: {subjects}; {severity}\n\n", rule.code, rule.area.title());
        return head + &words(rule, "#");
    }
    let mut page = format!("{} {}\n", rule.code, rule.slug);
    page += &format!(
        "{}; looks at: {}; guards against the trap \"{}\"; {} in recommended, {} in strict; since {}\n\n",
        rule.area.title(),
        subjects(rule),
        rule.trap,
        severity(rule.default),
        severity(rule.strict),
        rule.since
    );
    page += &words(rule, "#");
    page += "\n# Options\n\n";
    let options = options::of(rule);
    if options.is_empty() {
        page += "This rule has no options of its own.\n";
    }
    for option in options {
        page += &format!("  {} ({}; default {})\n", option.name, option.kind, default(&option.default));
        page += &format!("      {}\n", option.description);
    }
    page += "\n# Configure\n\n";
    page += &configuration(rule);
    page
}

/// The types of resource that a rule is about, in words.
fn subjects(rule: &RuleInfo) -> String {
    let words = rule.subjects.iter().map(|subject| match subject {
        Subject::Resource(kind) => kind.label(),
        Subject::Project => "project",
    });
    words.collect::<Vec<_>>().join(", ")
}

/// One defect, one finding: which rules give way to this one, and to which it gives way. Empty where there is none.
fn precedence(rule: &RuleInfo, show: impl Fn(&RuleInfo) -> String) -> String {
    let list = |rules: Vec<&RuleInfo>| rules.into_iter().map(&show).collect::<Vec<_>>().join(", ");
    let milder: Vec<_> = rule.supersedes.iter().filter_map(|code| rules::find(code)).collect();
    let graver: Vec<_> = rules::all().into_iter().filter(|other| other.supersedes.contains(&rule.code)).collect();
    let mut sentences = Vec::new();
    if !milder.is_empty() {
        sentences.push(format!("What this rule reports, {} leaves out.", list(milder)));
    }
    if !graver.is_empty() {
        sentences.push(format!("What {} reports, this rule leaves out.", list(graver)));
    }
    if sentences.is_empty() { String::new() } else { format!("\nOne defect, one finding. {}\n", sentences.join(" ")) }
}

/// The documentation comment, its headings at the given depth.
fn body(rule: &RuleInfo, heading: &str) -> String {
    let mut text = String::new();
    let mut fenced = false;
    for line in rule.docs.lines() {
        // Doc comments begin every line with the blank that follows the slashes.
        let line = line.strip_prefix(' ').unwrap_or(line);
        fenced ^= line.starts_with("```");
        match line.strip_prefix("# ") {
            Some(title) if !fenced => text += &format!("{heading} {title}\n\n"),
            _ => text += &format!("{line}\n"),
        }
    }
    text
}

fn options_table(options: &[OptionDoc]) -> String {
    if options.is_empty() {
        return "This rule has no options of its own. [Selectors and severity](../configuration.md) apply.\n"
            .to_owned();
    }
    let mut table = "| option | is | default | meaning |\n|---|---|---|---|\n".to_owned();
    for option in options {
        table += &format!(
            "| `{}` | {} | {} | {} |\n",
            option.name,
            option.kind,
            default_cell(&option.default),
            escape(&option.description)
        );
    }
    table
}

/// A default that would burst the table stands under "Configure" instead.
fn default_cell(value: &Value) -> String {
    let text = default(value);
    match value {
        Value::Null => text,
        _ if text.chars().count() > LINE => "see below".to_owned(),
        _ => format!("`{}`", escape(&text)),
    }
}

fn default(value: &Value) -> String {
    if value.is_null() { "none".to_owned() } else { flow(value) }
}

fn escape(text: &str) -> String {
    text.replace('|', "\\|")
}

/// What to write into `dbt-steward.yml` to have the rule: with its defaults or, if it cannot run with these, as its
/// example has it.
fn configuration(rule: &RuleInfo) -> String {
    let cannot_run = rule.by_default().unset(&Settings::default()).is_some();
    cannot_run.then(|| example_config(rule)).flatten().unwrap_or_else(|| defaults(rule))
}

/// The config that stands in the rule's first example.
fn example_config(rule: &RuleInfo) -> Option<String> {
    let (_, example) = rule.docs.split_once("# Example")?;
    let (_, config) = example.split_once("# dbt-steward.yml\n")?;
    let lines = config.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
    Some(lines.take_while(|line| !line.starts_with("```")).map(|line| format!("{line}\n")).collect())
}

fn defaults(rule: &RuleInfo) -> String {
    let severity = rule.default.or(rule.strict).unwrap_or(Severity::Warning);
    let mut text = format!("rules:\n  {}:\n    severity: {severity}\n", rule.slug);
    for option in options::of(rule) {
        text += &match &option.default {
            Value::Null => format!("    # {}: {}\n", option.name, option.kind),
            Value::Array(items) if flow(&option.default).chars().count() > LINE => {
                let items: String = items.iter().map(|item| format!("      - {}\n", flow(item))).collect();
                format!("    {}:\n{items}", option.name)
            }
            value => format!("    {}: {}\n", option.name, flow(value)),
        };
    }
    text
}

/// JSON is YAML; only that words look better without quotes and other texts in single ones.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) if is_word(text) => text.clone(),
        Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Number(number) => number.to_string().trim_end_matches(".0").to_owned(),
        other => other.to_string(),
    }
}

/// Whether YAML reads the text as a string without quotes; `yes`, `no`, `on`, `off` and `null` it does not.
fn is_word(text: &str) -> bool {
    let starts_with_letter = text.starts_with(|first: char| first.is_ascii_alphabetic());
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let special = ["yes", "no", "on", "off", "y", "n", "true", "false", "null"].contains(&text.to_lowercase().as_str());
    starts_with_letter && plain && !special
}

/// The word for a preset's answer.
pub fn severity(severity: Option<Severity>) -> &'static str {
    severity.map_or("off", Severity::as_str)
}
