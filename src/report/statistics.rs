//! Findings per rule, most first.

use std::io::{self, Write};

use crate::findings::Report;

/// Writes one line a rule with findings: count, code, slug.
///
/// # Errors
/// Whatever `out` fails with.
pub fn statistics(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut rules: Vec<_> = report.summary.rules.iter().filter(|rule| rule.findings > 0).collect();
    rules.sort_by_key(|rule| (std::cmp::Reverse(rule.findings), rule.code));
    for rule in rules {
        let slug = if rule.code.ends_with(rule.slug) { String::new() } else { format!("  {}", rule.slug) };
        writeln!(out, "{:>7}  {}{slug}", rule.findings, rule.code)?;
    }
    Ok(())
}
