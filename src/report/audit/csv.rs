//! One table for spreadsheets: its first column says what a row is of, so that a filter gives each part.

use std::io::{self, Write};

use crate::audit::{Action, Audit, Dashboard, Finding, Owner, Score, SensitiveColumn, Tally};
use crate::report::csv::cell;

const COLUMNS: [&str; 20] = [
    "part",
    "kind",
    "id",
    "name",
    "owner",
    "severity",
    "risk",
    "effort",
    "places",
    "score",
    "covered",
    "total",
    "errors",
    "warnings",
    "infos",
    "dashboards",
    "path",
    "line",
    "why",
    "help",
];

/// Fields by column; what is not set is empty.
#[derive(Default)]
struct Row(Vec<(&'static str, String)>);

impl Row {
    fn of(part: &str, kind: &str) -> Self {
        Self(Vec::new()).set("part", part).set("kind", kind)
    }

    fn set(mut self, column: &'static str, value: impl ToString) -> Self {
        self.0.push((column, value.to_string()));
        self
    }

    fn maybe(self, column: &'static str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.set(column, value),
            None => self,
        }
    }

    fn tally(self, tally: Tally) -> Self {
        self.set("errors", tally.error).set("warnings", tally.warning).set("infos", tally.info)
    }

    fn score(self, score: &Score) -> Self {
        self.maybe("score", score.score.map(decimal)).set("total", score.resources).tally(score.findings)
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let field = |column: &&str| {
            let value = self.0.iter().find(|(name, _)| name == column).map(|(_, value)| value.as_str());
            cell(value.unwrap_or_default())
        };
        let fields: Vec<String> = COLUMNS.iter().map(field).collect();
        write!(out, "{}\r\n", fields.join(","))
    }
}

fn decimal(number: f64) -> String {
    format!("{number:.1}")
}

/// The word that JSON has for it.
fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

pub(super) fn write(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{}\r\n", COLUMNS.join(","))?;
    for row in rows(audit) {
        row.write(out)?;
    }
    Ok(())
}

fn rows(audit: &Audit) -> impl Iterator<Item = Row> + '_ {
    let parts = scores(audit).into_iter().chain(coverage(audit));
    parts
        .chain(audit.worklist.iter().map(action))
        .chain(audit.findings.iter().map(finding))
        .chain(audit.dashboards.iter().map(dashboard))
        .chain(audit.owners.owners.iter().map(owner))
        .chain(audit.sensitive.columns.iter().map(column))
}

fn scores(audit: &Audit) -> Vec<Row> {
    let scores = &audit.scores;
    let mut rows = vec![Row::of("score", "project").set("name", &audit.project).score(&scores.project)];
    rows.extend(scores.traps.iter().map(|trap| Row::of("score", "trap").set("name", trap.name).score(&trap.score)));
    for (kind, parts) in [("owner", &scores.owners), ("folder", &scores.folders), ("layer", &scores.layers)] {
        rows.extend(
            parts.iter().map(|part| Row::of("score", kind).maybe("name", part.name.as_deref()).score(&part.score)),
        );
    }
    rows
}

fn coverage(audit: &Audit) -> impl Iterator<Item = Row> + '_ {
    audit.coverage.project.iter().map(|cell| {
        let row = Row::of("coverage", &word(cell.measure)).set("name", word(cell.of));
        row.set("covered", cell.covered).set("total", cell.total)
    })
}

fn action(action: &Action) -> Row {
    Row::of("action", &word(action.kind))
        .set("id", &action.id)
        .set("name", &action.what)
        .maybe("owner", action.owner.as_deref())
        .set("risk", decimal(action.risk))
        .set("effort", word(action.effort))
        .set("places", action.places)
        .set("total", action.clears.len())
        .set("dashboards", action.dashboards)
        .set("path", action.files.join("; "))
        .set("why", format!("{} ({})", action.effect, action.rules.join(", ")))
}

fn finding(finding: &Finding) -> Row {
    Row::of("finding", finding.code)
        .set("id", &finding.fingerprint)
        .set("name", &finding.message)
        .set("severity", finding.severity)
        .set("risk", decimal(finding.risk))
        .set("path", &finding.path)
        .maybe("line", finding.line)
        .set("why", &finding.why)
        .set("help", &finding.help)
}

fn dashboard(dashboard: &Dashboard) -> Row {
    Row::of("dashboard", &dashboard.exposure_type)
        .set("id", &dashboard.id)
        .set("name", dashboard.label.as_ref().unwrap_or(&dashboard.name))
        .maybe("owner", dashboard.owner.as_deref())
        .score(&dashboard.score)
        .set("covered", dashboard.governed)
        .set("total", dashboard.governable)
        .maybe("path", dashboard.url.as_deref())
}

fn owner(owner: &Owner) -> Row {
    Row::of("owner", "")
        .set("name", &owner.name)
        .set("risk", decimal(owner.risk))
        .maybe("score", owner.score.map(decimal))
        .set("total", owner.models + owner.sources + owner.exposures + owner.others)
        .tally(owner.findings)
        .set("dashboards", owner.dashboards)
}

fn column(column: &SensitiveColumn) -> Row {
    Row::of("column", if column.classification.is_some() { "classified" } else { "suspected" })
        .set("id", &column.resource)
        .set("name", &column.column)
        .maybe("owner", column.owner.as_deref())
        .set("dashboards", column.exposures.len())
        .maybe("why", column.looks_like.as_deref().or(column.classification.as_deref()))
}
