//! For people who read text: the head of each part, and where the rest is.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::audit::{Audit, Cell, Comparison, PartScore, Score};
use crate::report::markdown::{code, inline, prose};
use crate::words::counted;

/// Rows of a table that has more.
const SHOWN: usize = 20;

pub(super) fn write(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    let parts = [
        head(audit),
        audit.comparison.as_ref().map(|comparison| changes(audit, comparison)).unwrap_or_default(),
        worklist(audit),
        traps(audit),
        coverage(audit),
        dashboards(audit),
        owners(audit),
        weakest("folder", "Folders", &audit.scores.folders),
        weakest("layer", "Layers", &audit.scores.layers),
        sensitive(audit),
        history(audit),
        notes(audit),
    ];
    parts.iter().try_for_each(|part| out.write_all(part.as_bytes()))
}

/// A table, cut to its first rows, with a word on the others.
fn table(heading: &str, columns: &str, rows: Vec<String>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let dashes: String = columns.split('|').map(|name| if name.ends_with('#') { "|---:" } else { "|---" }).collect();
    let names: String = columns.split('|').map(|name| format!("| {} ", name.trim_end_matches('#'))).collect();
    let more = match rows.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("\nand {more} more; `--format json` and `csv` have them all.\n"),
    };
    let shown: String = rows.into_iter().take(SHOWN).map(|row| format!("| {row} |\n")).collect();
    format!("\n## {heading}\n\n{names}|\n{dashes}|\n{shown}{more}")
}

/// Text in a table, where a `|` would end the field even in code.
fn field(text: &str) -> String {
    if text.contains('|') { prose(text) } else { inline(text) }
}

/// A name in a table.
fn name(text: &str) -> String {
    if text.contains('|') || text.is_empty() { prose(text) } else { code(text) }
}

fn points(score: Option<f64>) -> String {
    score.map_or_else(|| "–".to_owned(), |score| format!("{score:.1}"))
}

fn findings(score: &Score) -> String {
    format!("{} | {} | {}", score.findings.error, score.findings.warning, score.findings.info)
}

fn head(audit: &Audit) -> String {
    let score = match audit.scores.project.score {
        Some(score) => format!("{score:.1} of 100"),
        None => "nothing to score".to_owned(),
    };
    let commit = audit.commit.as_ref().map(|commit| format!(", commit {}", code(commit))).unwrap_or_default();
    let totals = [(audit.totals.error, "error"), (audit.totals.warning, "warning")];
    let mut found: Vec<String> =
        totals.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| counted(count, word)).collect();
    found.extend((audit.totals.info > 0).then(|| format!("{} info", audit.totals.info)));
    let found = if found.is_empty() { "no findings".to_owned() } else { found.join(", ") };
    let looked_at = [
        (audit.counts.models, "model"),
        (audit.counts.source_tables, "source table"),
        (audit.counts.exposures, "exposure"),
    ];
    let looked_at: Vec<String> = looked_at.into_iter().map(|(count, word)| counted(count, word)).collect();
    format!(
        "# Audit of {}: {score}\n\n{}{commit}. {}: {found}, with a risk of {:.1}.\n",
        code(&audit.project),
        audit.date,
        looked_at.join(", "),
        audit.risk
    )
}

fn worklist(audit: &Audit) -> String {
    let row = |action: &crate::audit::Action| {
        let effort = match action.effort {
            crate::audit::Effort::Small => "small",
            crate::audit::Effort::Medium => "medium",
            crate::audit::Effort::Large => "large",
        };
        let owner = action.owner.as_deref().map(field).unwrap_or_default();
        let place = match action.files.as_slice() {
            [] => String::new(),
            [only] => name(only),
            [first, rest @ ..] => format!("{} and {} more", name(first), rest.len()),
        };
        let (what, effect) = (field(&action.what), field(&action.effect));
        format!("{:.1} | {what} | {effect} | {effort} | {owner} | {place}", action.risk)
    };
    table("What to do first", "risk#|action|effect|effort|owner|where", audit.worklist.iter().map(row).collect())
}

fn traps(audit: &Audit) -> String {
    let row = |trap: &crate::audit::TrapScore| {
        format!("{} | {} | {}", trap.name, points(trap.score.score), findings(&trap.score))
    };
    table("The five traps", "trap|score#|errors#|warnings#|info#", audit.scores.traps.iter().map(row).collect())
}

fn coverage(audit: &Audit) -> String {
    let row = |cell: &Cell| {
        let word = |value: serde_json::Result<serde_json::Value>| match value {
            Ok(serde_json::Value::String(word)) => word.replace('_', " "),
            _ => String::new(),
        };
        let (measure, of) = (word(serde_json::to_value(cell.measure)), word(serde_json::to_value(cell.of)));
        format!("{of} | {measure} | {} | {} | {}", cell.covered, cell.total, percent(cell.covered, cell.total))
    };
    table("Coverage", "of|are|covered#|total#|share#", audit.coverage.project.iter().map(row).collect())
}

/// Rounded down, so that a gap never reads as everything.
fn percent(covered: usize, total: usize) -> String {
    match (covered * 1000).checked_div(total) {
        Some(permille) => format!("{}.{} %", permille / 10, permille % 10),
        None => "–".to_owned(),
    }
}

fn dashboards(audit: &Audit) -> String {
    let row = |dashboard: &crate::audit::Dashboard| {
        let weak = [
            (dashboard.weak.undocumented, "undocumented"),
            (dashboard.weak.untested, "untested"),
            (dashboard.weak.unowned, "unowned"),
            (dashboard.weak.orphaned, "orphaned"),
            (dashboard.weak.unfresh, "unfresh"),
        ];
        let weak: Vec<String> =
            weak.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        format!(
            "{} | {} | {} | {} of {} | {}",
            name(&dashboard.name),
            dashboard.owner.as_deref().map(field).unwrap_or_default(),
            points(dashboard.score.score),
            dashboard.governed,
            dashboard.governable,
            weak.join(", ")
        )
    };
    let rows = audit.dashboards.iter().map(row).collect();
    table("Dashboards", "dashboard|owner|score#|governed lineage#|weak links above it", rows)
}

fn owners(audit: &Audit) -> String {
    let row = |owner: &crate::audit::Owner| {
        format!(
            "{} | {} | {} | {} | {} | {:.1} | {}",
            field(&owner.name),
            owner.models,
            owner.sources,
            owner.exposures,
            owner.share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", share * 100.0)),
            owner.risk,
            points(owner.score)
        )
    };
    let columns = "owner|models#|source tables#|exposures#|of models that feed dashboards#|risk#|score#";
    let mut text = table("Owners", columns, audit.owners.owners.iter().map(row).collect());
    if audit.owners.unowned_models > 0 {
        text += &format!(
            "\nModels without owner: {}. Of these, models that feed dashboards: {}.\n",
            audit.owners.unowned_models, audit.owners.unowned_feeding
        );
    }
    if !audit.owners.unreachable.is_empty() {
        let names: Vec<String> = audit.owners.unreachable.iter().map(|it| name(&it.id)).collect();
        text += &format!("\nNobody can reach the owners of {}.\n", names.join(", "));
    }
    text
}

/// Parts by score, the lowest first.
fn weakest(word: &str, heading: &str, parts: &[PartScore]) -> String {
    let mut parts: Vec<&PartScore> = parts.iter().collect();
    let score = |part: &PartScore| part.score.score.unwrap_or(f64::INFINITY);
    parts.sort_by(|a, b| score(a).total_cmp(&score(b)).then_with(|| a.name.cmp(&b.name)));
    let row = |part: &PartScore| {
        let part_name = part.name.as_deref().unwrap_or_default();
        format!(
            "{} | {} | {} | {}",
            name(part_name),
            points(part.score.score),
            part.score.resources,
            findings(&part.score)
        )
    };
    let columns = format!("{word}|score#|resources#|errors#|warnings#|info#");
    table(heading, &columns, parts.into_iter().map(row).collect())
}

fn sensitive(audit: &Audit) -> String {
    let row = |column: &crate::audit::SensitiveColumn| {
        format!(
            "{} | {} | {} | {} | {} | {}",
            name(&column.resource),
            name(&column.column),
            column.looks_like.as_deref().map(field).unwrap_or_default(),
            column.classification.as_deref().map_or_else(|| "**nothing**".to_owned(), field),
            column.public_models.len(),
            column.exposures.len()
        )
    };
    let mut columns: Vec<_> = audit.sensitive.columns.iter().collect();
    // What nobody has classified first, and of that what reaches most.
    columns.sort_by_key(|it| (it.classification.is_some(), std::cmp::Reverse(it.exposures.len())));
    let heading = "resource|column|looks like|classified by|public models below#|dashboards below#";
    table("Personal data", heading, columns.into_iter().map(row).collect())
}

fn changes(audit: &Audit, comparison: &Comparison) -> String {
    let since = comparison.commit.as_deref().map(|commit| format!(" ({})", code(commit))).unwrap_or_default();
    let mut text = format!("\n## Since {}{since}\n\n", comparison.date);
    let (fixed, new) = (comparison.fixed.len(), comparison.new.len());
    text += &format!("{} gone, {} new, ", counted(fixed, "finding"), new);
    text += &format!("{} done.\n", counted(comparison.done.len(), "action"));
    let of = |name: &Option<String>| name.as_deref().map(field).unwrap_or_default();
    let row = |change: &crate::audit::ScoreChange| {
        let scope = match serde_json::to_value(change.scope) {
            Ok(serde_json::Value::String(word)) => word,
            _ => String::new(),
        };
        format!("{scope} {} | {} | {}", of(&change.name), points(change.before), points(change.after))
    };
    text += &table("Scores that have changed", "score of|before#|now#", comparison.scores.iter().map(row).collect());
    let row = |&at: &usize| {
        let finding = &audit.findings[at];
        format!("{:.1} | {} | {}", finding.risk, finding.code, field(&finding.message))
    };
    text += &table("New findings", "risk#|rule|finding", comparison.new.iter().map(row).collect());
    let row = |done: &crate::audit::DoneAction| format!("{:.1} | {}", done.risk, field(&done.what));
    text + &table("Done", "risk taken away#|action", comparison.done.iter().map(row).collect())
}

fn history(audit: &Audit) -> String {
    let row = |entry: &crate::audit::history::Entry| {
        format!(
            "{} | {} | {} | {} | {} | {} | {:.1}",
            entry.date,
            entry
                .commit
                .as_deref()
                .map(|commit| code(&commit.chars().take(12).collect::<String>()))
                .unwrap_or_default(),
            points(entry.score),
            entry.findings.error,
            entry.findings.warning,
            entry.findings.info,
            entry.risk
        )
    };
    // The latest first: the table is cut.
    let rows = audit.history.iter().rev().map(row).collect();
    table("History", "date|commit|score#|errors#|warnings#|info#|risk#", rows)
}

fn notes(audit: &Audit) -> String {
    let mut skipped: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for rule in &audit.rules {
        if let Some(why) = rule.skipped.as_deref() {
            skipped.entry(why).or_default().push(rule.code);
        }
    }
    let skipped = skipped.into_iter().map(|(why, codes)| format!("- Not run: {}. {}\n", codes.join(", "), inline(why)));
    let lines: String = audit.notes.iter().map(|note| format!("- {}\n", inline(note))).chain(skipped).collect();
    if lines.is_empty() { lines } else { format!("\n## What is not known\n\n{lines}") }
}
