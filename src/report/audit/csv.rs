//! One table for spreadsheets: its first column says what a row is of, so that a filter gives each part.

use std::io::{self, Write};

use crate::audit::history::Entry;
use crate::audit::{
    Action, Audit, Cell, Comparison, Dashboard, Finding, Nodes, Owner, Rule, Score, SensitiveColumn, Tally, Unreachable,
};
use crate::report::csv::cell;

/// Makes the row and its columns of one list, so that no column can be forgotten or filled twice.
macro_rules! columns {
    ($($column:ident),* $(,)?) => {
        /// A row by column; what a part has no use for is empty.
        #[derive(Default)]
        struct Row {
            $($column: String),*
        }

        const COLUMNS: &[&str] = &[$(stringify!($column)),*];

        impl Row {
            fn fields(&self) -> [&str; COLUMNS.len()] {
                [$(&self.$column),*]
            }
        }
    };
}

columns! {
    part, kind, id, name, owner, severity, risk, effort, places, score, before, resources, measure, of, covered, total,
    share, errors, warnings, infos, dashboards, steps, to, path, line, date, commit, why, help,
}

impl Row {
    fn of(part: &str, kind: impl ToString) -> Self {
        Self { part: part.to_owned(), kind: kind.to_string(), ..Self::default() }
    }

    /// The same row with the numbers of a score.
    fn scored(self, score: &Score) -> Self {
        Self { score: points(score.score), resources: score.resources.to_string(), ..self }.tallied(score.findings)
    }

    fn tallied(self, tally: Tally) -> Self {
        let [errors, warnings, infos] = [tally.error, tally.warning, tally.info].map(|count| count.to_string());
        Self { errors, warnings, infos, ..self }
    }

    fn covered(self, cell: &Cell) -> Self {
        Self {
            measure: word(cell.measure),
            of: word(cell.of),
            covered: cell.covered.to_string(),
            total: cell.total.to_string(),
            ..self
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{}\r\n", self.fields().map(cell).join(","))
    }
}

fn decimal(number: f64) -> String {
    format!("{number:.1}")
}

fn points(score: Option<f64>) -> String {
    score.map(decimal).unwrap_or_default()
}

fn text(value: Option<&String>) -> String {
    value.cloned().unwrap_or_default()
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
    let nodes = &audit.lineage.nodes;
    let rows = scores(audit)
        .into_iter()
        .chain(coverage(audit))
        .chain(audit.worklist.iter().map(action))
        .chain(audit.findings.iter().map(finding))
        .chain(audit.dashboards.iter().map(dashboard))
        .chain(audit.dashboards.iter().flat_map(|it| weak_links(it, nodes)))
        .chain(audit.owners.owners.iter().map(owner))
        .chain(audit.owners.unreachable.iter().map(unreachable))
        .chain(audit.sensitive.columns.iter().map(column))
        .chain(audit.sensitive.columns.iter().flat_map(|it| flows(it, nodes)))
        .chain(audit.history.iter().flat_map(run))
        .chain(audit.comparison.iter().flat_map(|it| changes(it, audit)))
        .chain(audit.rules.iter().map(rule))
        .chain(audit.notes.iter().map(|note| Row { name: note.clone(), ..Row::of("note", "") }));
    for row in rows {
        row.write(out)?;
    }
    Ok(())
}

fn scores(audit: &Audit) -> Vec<Row> {
    let scores = &audit.scores;
    let row =
        |kind: &str, name: &str, score: &Score| Row { name: name.to_owned(), ..Row::of("score", kind) }.scored(score);
    let project = Row { risk: decimal(audit.risk), ..row("project", &audit.project, &scores.project) };
    let traps = scores
        .traps
        .iter()
        .map(|trap| Row { why: trap.unknown.unwrap_or_default().to_owned(), ..row("trap", trap.name, &trap.score) });
    let accepted = Row {
        score: points(audit.suppressed.score),
        risk: decimal(audit.suppressed.risk),
        total: audit.suppressed.findings.to_string(),
        ..Row::of("suppressed", "")
    };
    let parts = [("owner", &scores.owners), ("folder", &scores.folders), ("layer", &scores.layers)];
    let parts = parts.into_iter().flat_map(|(kind, parts)| parts.iter().map(move |part| (kind, part)));
    let parts = parts.map(|(kind, part)| Row {
        risk: decimal(part.risk),
        ..row(kind, part.name.as_deref().unwrap_or_default(), &part.score)
    });
    std::iter::once(project).chain(traps).chain(parts).chain([accepted]).collect()
}

fn coverage(audit: &Audit) -> Vec<Row> {
    let coverage = &audit.coverage;
    let row =
        |kind: &str, name: &str, cell: &Cell| Row { name: name.to_owned(), ..Row::of("coverage", kind) }.covered(cell);
    let mut rows: Vec<Row> = coverage.project.iter().map(|cell| row("project", &audit.project, cell)).collect();
    for (kind, parts) in [("owner", &coverage.owners), ("folder", &coverage.folders), ("layer", &coverage.layers)] {
        for part in parts {
            let name = part.name.as_deref().unwrap_or_default();
            rows.extend(part.cells.iter().map(|cell| row(kind, name, cell)));
        }
    }
    rows
}

fn action(action: &Action) -> Row {
    let urgent = action.why_urgent.map(|why| format!("cannot wait: {why}; ")).unwrap_or_default();
    Row {
        id: action.id.clone(),
        name: action.what.clone(),
        owner: text(action.owner.as_ref()),
        risk: decimal(action.risk),
        effort: word(action.effort),
        places: action.places.to_string(),
        total: action.members.to_string(),
        dashboards: action.dashboards.to_string(),
        path: action.files.join("; "),
        why: format!("{urgent}{} ({})", action.effect, action.rules.join(", ")),
        ..Row::of("action", word(action.kind))
    }
}

fn finding(finding: &Finding) -> Row {
    Row {
        id: finding.fingerprint.clone(),
        name: finding.message.clone(),
        severity: finding.severity.to_string(),
        risk: decimal(finding.risk),
        to: finding.subject.clone(),
        path: finding.path.clone(),
        line: finding.line.map(|line| line.to_string()).unwrap_or_default(),
        why: finding.why.clone(),
        help: finding.help.clone(),
        ..Row::of("finding", finding.code)
    }
}

fn dashboard(dashboard: &Dashboard) -> Row {
    Row {
        id: dashboard.id.clone(),
        name: dashboard.label.as_ref().unwrap_or(&dashboard.name).clone(),
        owner: text(dashboard.owner.as_ref()),
        measure: "governed".to_owned(),
        covered: dashboard.governed.to_string(),
        total: dashboard.governable.to_string(),
        path: text(dashboard.url.as_ref()),
        ..Row::of("dashboard", &dashboard.exposure_type)
    }
    .scored(&dashboard.score)
}

/// What a dashboard rests on and what is missing of it, a row for each gap.
fn weak_links<'a>(dashboard: &'a Dashboard, nodes: &'a Nodes) -> impl Iterator<Item = Row> + 'a {
    const GAPS: [&str; 5] = ["undocumented", "untested", "unowned", "orphaned", "unfresh"];
    dashboard.upstream.iter().flat_map(move |&(node, steps)| {
        let has = move |(bit, _): &(usize, &str)| nodes.gaps[node] & (1 << bit) != 0;
        let row = move |(_, gap)| Row {
            id: nodes.id[node].clone(),
            name: nodes.name[node].clone(),
            steps: steps.to_string(),
            to: dashboard.id.clone(),
            path: nodes.path[node].clone(),
            ..Row::of("weak link", gap)
        };
        GAPS.into_iter().enumerate().filter(has).map(row)
    })
}

fn owner(owner: &Owner) -> Row {
    Row {
        name: owner.name.clone(),
        risk: decimal(owner.risk),
        score: points(owner.score),
        resources: (owner.models + owner.sources + owner.exposures + owner.others).to_string(),
        measure: "of models that feed dashboards".to_owned(),
        covered: owner.feeding.to_string(),
        share: owner.share.map(|share| format!("{share:.3}")).unwrap_or_default(),
        dashboards: owner.dashboards.to_string(),
        ..Row::of("owner", "")
    }
    .tallied(owner.findings)
}

fn unreachable(it: &Unreachable) -> Row {
    let kind = it.id.split('.').next().unwrap_or_default();
    Row {
        id: it.id.clone(),
        name: text(it.name.as_ref()),
        resources: it.resources.to_string(),
        ..Row::of("unreachable owner", kind)
    }
}

fn column(column: &SensitiveColumn) -> Row {
    Row {
        id: column.resource.clone(),
        name: column.column.clone(),
        owner: text(column.owner.as_ref()),
        dashboards: column.exposures.len().to_string(),
        why: text(column.looks_like.as_ref().or(column.classification.as_ref())),
        ..Row::of("column", if column.classification.is_some() { "classified" } else { "suspected" })
    }
}

/// Where a column with personal data goes, or may go.
fn flows<'a>(column: &'a SensitiveColumn, nodes: &'a Nodes) -> impl Iterator<Item = Row> + 'a {
    let kinds =
        [("column", &column.flows_to), ("public model", &column.public_models), ("dashboard", &column.exposures)];
    kinds.into_iter().flat_map(move |(kind, places)| {
        places.iter().map(move |node| Row {
            id: column.resource.clone(),
            name: column.column.clone(),
            to: nodes.id[*node].clone(),
            ..Row::of("flow", kind)
        })
    })
}

/// A run that is remembered: its numbers, and those of its traps and coverage.
fn run(entry: &Entry) -> Vec<Row> {
    let row = |kind: &str, name: &str| Row {
        name: name.to_owned(),
        date: entry.date.clone(),
        commit: text(entry.commit.as_ref()),
        ..Row::of("history", kind)
    };
    let project = Row {
        score: points(entry.score),
        risk: decimal(entry.risk),
        resources: entry.resources.to_string(),
        ..row("project", &entry.project)
    };
    let traps = entry.traps.iter().map(|(name, score)| Row { score: points(*score), ..row("trap", name) });
    let coverage = entry.coverage.iter().map(|cell| row("coverage", &entry.project).covered(cell));
    std::iter::once(project.tallied(entry.findings)).chain(traps).chain(coverage).collect()
}

/// What has changed since an earlier audit.
fn changes(comparison: &Comparison, audit: &Audit) -> Vec<Row> {
    let row = |kind: &str, name: &str| Row {
        name: name.to_owned(),
        date: comparison.date.clone(),
        commit: text(comparison.commit.as_ref()),
        ..Row::of("change", kind)
    };
    let scores = comparison.scores.iter().map(|it| Row {
        of: word(it.scope),
        before: points(it.before),
        score: points(it.after),
        ..row("score", it.name.as_deref().unwrap_or_default())
    });
    let coverage = comparison.coverage.iter().map(|it| Row {
        measure: word(it.measure),
        of: word(it.of),
        before: format!("{} of {}", it.covered_before, it.total_before),
        covered: it.covered.to_string(),
        total: it.total.to_string(),
        ..row("coverage", "")
    });
    let fixed = comparison.fixed.iter().map(|it| Row {
        id: it.fingerprint.clone(),
        severity: it.severity.to_string(),
        to: it.subject.clone(),
        why: it.code.clone(),
        ..row("fixed", &it.message)
    });
    let new = comparison.new.iter().map(|at| &audit.findings[*at]).map(|it| Row {
        id: it.fingerprint.clone(),
        severity: it.severity.to_string(),
        to: it.subject.clone(),
        why: it.code.to_owned(),
        ..row("new", &it.message)
    });
    let done =
        comparison.done.iter().map(|it| Row { id: it.id.clone(), risk: decimal(it.risk), ..row("done", &it.what) });
    let untold = comparison.untold.iter().map(|it| Row {
        id: it.fingerprint.clone(),
        severity: it.severity.to_string(),
        to: it.subject.clone(),
        why: it.code.clone(),
        ..row("untold", &it.message)
    });
    let rules = &comparison.rules;
    let rules = [("only before", &rules.only_before), ("only now", &rules.only_now), ("severity", &rules.severity)];
    let rules = rules.into_iter().flat_map(|(how, codes)| codes.iter().map(move |code| (how, code)));
    let rules = rules.map(|(how, code)| Row { id: code.clone(), why: how.to_owned(), ..row("rule", "") });
    scores.chain(coverage).chain(fixed).chain(untold).chain(new).chain(done).chain(rules).collect()
}

fn rule(rule: &Rule) -> Row {
    Row {
        id: rule.code.to_owned(),
        name: rule.slug.to_owned(),
        severity: rule.severity.map(|severity| severity.to_string()).unwrap_or_default(),
        of: rule.trap.to_owned(),
        resources: rule.subjects.to_string(),
        total: rule.findings.to_string(),
        why: rule.skipped.clone().unwrap_or_default(),
        ..Row::of("rule", if rule.skipped.is_some() { "did not run" } else { "ran" })
    }
}
