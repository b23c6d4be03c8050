//! Inspections of a TeamCity build, by service messages on stdout:
//! <https://www.jetbrains.com/help/teamcity/service-messages.html>.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{advice, hidden, printable};
use crate::findings::{Located, Report, Severity};
use crate::rules::RuleInfo;

/// TeamCity cuts off names, categories and ids behind this many characters, and so do we.
const NAME: usize = 255;

/// The same for messages and descriptions.
const TEXT: usize = 4000;

pub(super) fn write(report: &Report, shown: &[Located], out: &mut dyn Write) -> io::Result<()> {
    // A type has to be declared before its first inspection.
    let types: BTreeMap<_, _> = shown.iter().map(|located| (located.finding.code, located.finding.slug)).collect();
    for (code, slug) in types {
        let rule = report.summary.rules.iter().find(|rule| rule.code == code).map(|rule| rule.info);
        writeln!(out, "{}", inspection_type(code, slug, rule))?;
    }
    for located in shown {
        writeln!(out, "{}", inspection(located))?;
    }
    match hidden(report, shown) {
        Some(words) => writeln!(out, "##teamcity[message text='{}' status='WARNING']", value(&words, TEXT)),
        None => Ok(()),
    }
}

fn inspection_type(code: &str, slug: &str, rule: Option<&RuleInfo>) -> String {
    let category = rule.map_or("dbt", |rule| rule.area.title());
    let description = rule.map_or_else(|| slug.to_owned(), |rule| rule.summary());
    format!(
        "##teamcity[inspectionType id='{}' name='{}' category='{}' description='{}']",
        value(code, NAME),
        value(slug, NAME),
        value(category, NAME),
        value(&description, TEXT)
    )
}

fn inspection(located: &Located) -> String {
    let severity = match located.finding.severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Info => "INFO",
    };
    let line =
        located.location.region.as_ref().map_or_else(String::new, |region| format!(" line='{}'", region.start.line));
    format!(
        "##teamcity[inspection typeId='{}' message='{}' file='{}'{line} SEVERITY='{severity}']",
        value(located.finding.code, NAME),
        value(&advice(located), TEXT),
        value(&printable(&located.location.path), TEXT)
    )
}

/// An escaped value, cut off where TeamCity would. What is not ASCII is written in UTF-16, four digits a unit: that
/// way it arrives in whatever encoding the agent takes the log to be.
fn value(text: &str, most: usize) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars().take(most) {
        match character {
            '\n' => escaped += "|n",
            '\r' => escaped += "|r",
            '\'' | '|' | '[' | ']' => escaped.extend(['|', character]),
            ' '..='~' => escaped.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    escaped += &format!("|0x{unit:04X}");
                }
            }
        }
    }
    escaped
}
