//! A rule's page: in Markdown for the book, plain for the terminal.

use serde_json::Value;

use super::options::{self, OptionDoc};
use crate::findings::Severity;
use crate::rules::RuleInfo;

/// The page in Markdown.
pub fn markdown(rule: &RuleInfo) -> String {
    let mut page = format!("# {} {}\n\n", rule.code, rule.slug);
    page += "| area | guards against | recommended | strict | since |\n|---|---|---|---|---|\n";
    page += &format!(
        "| {} | {} | {} | {} | {} |\n\n",
        rule.area.title(),
        rule.trap,
        severity(rule.default),
        severity(rule.strict),
        rule.since
    );
    page += &body(rule, "##");
    page += "\n## Options\n\n";
    page += &options_table(&options::of(rule));
    page += "\n## Configure\n\n```yaml\n";
    page += &configuration(rule);
    page += "```\n";
    page
}

/// The page for a terminal: the same words, without tables.
pub fn terminal(rule: &RuleInfo) -> String {
    let mut page = format!("{} {}\n", rule.code, rule.slug);
    page += &format!(
        "{}; guards against the trap \"{}\"; {} in recommended, {} in strict; since {}\n\n",
        rule.area.title(),
        rule.trap,
        severity(rule.default),
        severity(rule.strict),
        rule.since
    );
    page += &body(rule, "#");
    page += "\n# Options\n\n";
    let options = options::of(rule);
    if options.is_empty() {
        page += "This rule has no options of its own.\n";
    }
    for option in options {
        page +=
            &format!("  {} ({}; default {})\n      {}\n", option.name, option.kind, option.default, option.description);
    }
    page += "\n# Configure\n\n";
    page += &configuration(rule);
    page
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
            Some(title) if !fenced => text += &format!("{heading} {title}\n"),
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
            "| `{}` | {} | `{}` | {} |\n",
            option.name,
            option.kind,
            escape(&option.default.to_string()),
            escape(&option.description)
        );
    }
    table
}

fn escape(text: &str) -> String {
    text.replace('|', "\\|")
}

/// What to write into `dbt-steward.yml` to have the rule with its defaults.
fn configuration(rule: &RuleInfo) -> String {
    let severity = rule.default.or(rule.strict).unwrap_or(Severity::Warning);
    let mut text = format!("rules:\n  {}:\n    severity: {severity}\n", rule.slug);
    for option in options::of(rule).iter().filter(|option| !option.default.is_null()) {
        text += &format!("    {}: {}\n", option.name, flow(&option.default));
    }
    text
}

/// JSON is YAML; only strings look better in single quotes.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// The word for a preset's answer.
pub fn severity(severity: Option<Severity>) -> &'static str {
    severity.map_or("off", Severity::as_str)
}
