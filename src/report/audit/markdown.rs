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
        "# Audit of {}: {score}\n\n{}{commit}, read from {}. {}: {found}, with a risk of {:.1}.\n",
        code(&audit.project),
        audit.date,
        inline(&audit.input.choice),
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
        let urgent = action.why_urgent.map(|why| format!("**cannot wait: {why}.** ")).unwrap_or_default();
        let (what, effect) = (urgent + &field(&action.what), field(&action.effect));
        format!("{:.1} | {what} | {effect} | {effort} | {owner} | {place}", action.risk)
    };
    // What is passed over because it is like three before comes after the rest.
    let first = audit.first_steps(SHOWN).actions;
    let others = (0..audit.worklist.len()).filter(|at| !first.contains(at));
    let rows = first.iter().copied().chain(others).map(|at| row(&audit.worklist[at])).collect();
    table("What to do first", "risk#|action|effect|effort|owner|where", rows)
}

fn traps(audit: &Audit) -> String {
    let row = |trap: &crate::audit::TrapScore| {
        let why = trap.unknown.map(|why| format!(" (cannot be judged: {why})")).unwrap_or_default();
        format!("{}{why} | {} | {}", trap.name, points(trap.score.score), findings(&trap.score))
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
            "{} | {} | {} | {} | {:.1}",
            name(part_name),
            points(part.score.score),
            part.score.resources,
            findings(&part.score),
            part.risk
        )
    };
    let columns = format!("{word}|score#|resources#|errors#|warnings#|info#|risk#");
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
    text += &other_rules(comparison);
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

/// What cannot be compared, because a rule ran in one of the audits only, or weighs otherwise.
fn other_rules(comparison: &Comparison) -> String {
    let rules = &comparison.rules;
    let all = [
        ("ran then only", &rules.only_before),
        ("ran now only", &rules.only_now),
        ("with another severity", &rules.severity),
    ];
    let some = all.into_iter().filter(|(_, codes)| !codes.is_empty());
    let words: Vec<String> = some.map(|(words, codes)| format!("{} {words}", counted(codes.len(), "rule"))).collect();
    if words.is_empty() {
        return String::new();
    }
    let scores = if comparison.is_comparable { "" } else { " Scores cannot be compared." };
    let untold = comparison.untold.len() + comparison.untold_new.len();
    let untold = if untold == 0 {
        String::new()
    } else {
        format!(" Of {} nobody can tell whether it is gone or new.", counted(untold, "finding"))
    };
    format!("\nOther rules than then: {}.{scores}{untold}\n", words.join(", "))
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
    let lines: String = audit.notes.iter().map(|note| format!("- {}\n", inline(note))).collect();
    let text = lines + &did_not_run(audit);
    if text.is_empty() { text } else { format!("\n## What is not known\n\n{text}") }
}

/// In one line for who reads the numbers; which rules, and why, for who wants to know.
fn did_not_run(audit: &Audit) -> String {
    let mut skipped: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for rule in &audit.rules {
        if let Some(why) = rule.skipped.as_deref() {
            skipped.entry(why).or_default().push(rule.code);
        }
    }
    let count: usize = skipped.values().map(Vec::len).sum();
    if count == 0 {
        return String::new();
    }
    let lines = skipped.into_iter().map(|(why, codes)| format!("- {}: {}\n", codes.join(", "), inline(why)));
    format!(
        "- {} of {} did not run: what they look for is in none of these numbers.\n\n<details><summary>Which, and \
         why</summary>\n\n{}\n</details>\n",
        count,
        counted(audit.rules.len(), "rule"),
        lines.collect::<String>()
    )
}
