//! All rules in one list.

use serde_json::json;

use super::options;
use super::page::severity;
use crate::rules::{self, Area, RuleInfo, Trap};

/// Aligned columns for a terminal; policies apart, because their codes are longer.
pub fn table(rules: &[&RuleInfo]) -> String {
    let (policies, rules): (Vec<&RuleInfo>, Vec<&RuleInfo>) = rules.iter().partition(|rule| rule.area == Area::Policy);
    let rules = aligned(&rules);
    if policies.is_empty() { rules } else { format!("{rules}\n{}", aligned(&policies)) }
}

fn aligned(rules: &[&RuleInfo]) -> String {
    let codes = rules.iter().map(|rule| rule.code.len()).max().unwrap_or(0).max(6);
    let width = rules.iter().map(|rule| rule.slug.len()).max().unwrap_or(0);
    let mut text = format!("{:codes$}  {:width$}  {:11}  {:7}  flags\n", "code", "slug", "recommended", "strict");
    for rule in rules {
        let (code, slug) = (rule.code, rule.slug);
        let (default, strict) = (severity(rule.default), severity(rule.strict));
        text += &format!("{code:codes$}  {slug:width$}  {default:11}  {strict:7}  {}\n", flags(rule));
    }
    text
}

/// A Markdown table; links to the rules' pages begin with `pages` (empty: no links).
pub fn markdown(rules: &[&RuleInfo], pages: &str) -> String {
    let mut text = "| code | slug | flags | recommended | strict |\n|---|---|---|---|---|\n".to_owned();
    for rule in rules {
        text += &row(rule, pages);
    }
    text
}

/// The same, a chapter for each area.
pub fn by_area(pages: &str) -> String {
    let mut text = String::new();
    let has_rules = |area: &Area| rules::all().iter().any(|rule| rule.area == *area);
    for area in Area::ALL.into_iter().filter(has_rules) {
        text += &format!("\n## {} ({})\n\n", area.title(), area.prefix());
        text += "| code | slug | flags | recommended | strict |\n|---|---|---|---|---|\n";
        rules::all().into_iter().filter(|rule| rule.area == area).for_each(|rule| text += &row(rule, pages));
    }
    text
}

/// The rules that guard against one trap, as a list.
pub fn by_trap(trap: Trap, pages: &str) -> String {
    let rules = rules::all().into_iter().filter(|rule| rule.trap == trap);
    rules.map(|rule| format!("- [{} {}]({pages}{}.md): {}\n", rule.code, rule.slug, rule.slug, flags(rule))).collect()
}

fn row(rule: &RuleInfo, pages: &str) -> String {
    let slug = match pages {
        "" => rule.slug.to_owned(),
        _ => format!("[{}]({pages}{}.md)", rule.slug, rule.slug),
    };
    let (default, strict) = (severity(rule.default), severity(rule.strict));
    format!("| {} | {slug} | {} | {default} | {strict} |\n", rule.code, flags(rule).replace('|', "\\|"))
}

/// A list for programs.
pub fn json(rules: &[&RuleInfo]) -> String {
    let rule = |rule: &RuleInfo| {
        json!({
            "code": rule.code,
            "slug": rule.slug,
            "area": rule.area.title(),
            "trap": rule.trap.as_str(),
            "flags": flags(rule),
            "recommended": severity(rule.default),
            "strict": severity(rule.strict),
            "since": rule.since,
            "options": options::of(rule).into_iter().map(|option| json!({
                "name": option.name,
                "type": option.kind,
                "default": option.default,
                "description": option.description,
            })).collect::<Vec<_>>(),
        })
    };
    let rules: Vec<_> = rules.iter().map(|info| rule(info)).collect();
    let mut text = serde_json::to_string_pretty(&rules).expect("plain values always serialise");
    text.push('\n');
    text
}

/// The summary without its first word, which the column's heading says.
fn flags(rule: &RuleInfo) -> String {
    let summary = rule.summary();
    let flagged = summary.strip_prefix("Flags ").unwrap_or(&summary);
    flagged.strip_suffix('.').unwrap_or(flagged).to_owned()
}
