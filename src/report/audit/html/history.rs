//! How the project has come along: the trend over earlier runs, and what has changed since one of them.

use super::components::{more, points, section as view, sign, table};
use super::markup::{Html, html, prose};
use crate::audit::history::Entry;
use crate::audit::{Audit, Comparison, Scope, ScoreChange};

/// How many changes of each kind are printed.
const PRINTED: usize = 50;

/// Nothing where the audit knows no other run.
pub fn section(audit: &Audit) -> Option<Html> {
    if audit.history.len() < 2 && audit.comparison.is_none() {
        return None;
    }
    let content = html!(
        "{}{}",
        if audit.history.len() < 2 { Html::default() } else { trend(&audit.history) },
        audit.comparison.as_ref().map(|comparison| compared(audit, comparison)),
    );
    Some(view("history", "History", "What got better and what got worse.", content))
}

/// The size of the chart, in units of its own.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 180.0;
const LEFT: f64 = 36.0;

fn trend(history: &[Entry]) -> Html {
    let row = |entry: &Entry| {
        html!(
            "<tr><td>{}</td><td data-label=\"Commit\"><code>{}</code></td><td class=\"num\" \
             data-label=\"Score\">{}</td><td data-label=\"Findings\">{}</td><td class=\"num\" \
             data-label=\"Risk\">{}</td><td class=\"num\" data-label=\"Resources\">{}</td></tr>",
            entry.date,
            entry.commit.as_ref().map(|commit| commit.chars().take(10).collect::<String>()).unwrap_or_default(),
            points(entry.score),
            counts(entry),
            format!("{:.1}", entry.risk),
            entry.resources,
        )
    };
    let headings = ["Date", "Commit", "#Score", "Findings", "#Risk", "#Resources"];
    let latest: Html = history.iter().rev().take(PRINTED).map(row).collect();
    html!("<h3>The score of the project</h3>{}{}", chart(history), table("cells", &headings, latest))
}

fn counts(entry: &Entry) -> Html {
    let counts = entry.findings;
    html!("{} errors, {} warnings, {} infos", counts.error, counts.warning, counts.info)
}

/// Runs in equal steps, from 0 to 100.
fn chart(history: &[Entry]) -> Html {
    let x = |at: usize| LEFT + (WIDTH - LEFT - 8.0) * at as f64 / (history.len() - 1).max(1) as f64;
    let y = |score: f64| 8.0 + (HEIGHT - 32.0) * (1.0 - score / 100.0);
    let scored: Vec<(f64, f64, &Entry)> =
        history.iter().enumerate().filter_map(|(at, entry)| Some((x(at), y(entry.score?), entry))).collect();
    let path = scored.iter().map(|(x, y, _)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ");
    let dot = |(x, y, entry): &(f64, f64, &Entry)| {
        html!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"3\"><title>{}</title></circle>",
            format!("{x:.1}"),
            format!("{y:.1}"),
            format!("{}: {}", entry.date, points(entry.score))
        )
    };
    let line = |score: u32| {
        let at = format!("{:.1}", y(f64::from(score)));
        html!(
            "<line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            LEFT.to_string(),
            WIDTH.to_string(),
            at,
            at,
            (LEFT - 6.0).to_string(),
            format!("{:.1}", y(f64::from(score)) + 4.0),
            score
        )
    };
    let ends = match (history.first(), history.last()) {
        (Some(first), Some(last)) => html!(
            "<text x=\"{}\" y=\"{}\">{}</text><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            LEFT.to_string(),
            (HEIGHT - 6.0).to_string(),
            first.date,
            WIDTH.to_string(),
            (HEIGHT - 6.0).to_string(),
            last.date
        ),
        _ => Html::default(),
    };
    html!(
        "<svg class=\"trend\" viewBox=\"0 0 720 180\" role=\"img\" aria-label=\"{}\">{}<polyline points=\"{}\"/>{}{}</svg>",
        format!("Score of the project in {} runs", history.len()),
        [0, 25, 50, 75, 100].into_iter().map(line).collect::<Html>(),
        path,
        scored.iter().map(dot).collect::<Html>(),
        ends,
    )
}

fn compared(audit: &Audit, comparison: &Comparison) -> Html {
    let new = match comparison.new.len() {
        0 => html!("<p>No finding is new.</p>"),
        count => {
            html!("<p><a href=\"#findings?new=1\">{} findings are new</a> or stand for more than before.</p>", count)
        }
    };
    let mut note = Html::default();
    if comparison.version != audit.version {
        note = html!(
            "<p class=\"quiet\">That audit was made with dbt-steward {}, this one with {}: some findings may be new because \
             a rule is.</p>",
            comparison.version,
            audit.version
        );
    }
    html!(
        "<h3>Since {}</h3>{}{}<h4>Scores</h4>{}<h4>Fixed</h4>{}<h4>Done</h4>{}",
        comparison.date,
        note,
        new,
        scores(&comparison.scores),
        fixed(comparison),
        done(comparison),
    )
}

fn scores(changes: &[ScoreChange]) -> Html {
    if changes.is_empty() {
        return html!("<p>No score has changed.</p>");
    }
    let row = |change: &ScoreChange| {
        let kind = match change.scope {
            Scope::Project => "project",
            Scope::Trap => "trap",
            Scope::Owner => "owner",
            Scope::Folder => "folder",
            Scope::Layer => "layer",
        };
        let (sign, word) = match (change.before, change.after) {
            (Some(before), Some(after)) if after > before => ("▲", "better"),
            (Some(_), Some(_)) => ("▼", "worse"),
            (None, _) => ("", "new"),
            (_, None) => ("", "gone"),
        };
        html!(
            "<tr><td>{} {}</td><td class=\"num\" data-label=\"Before\">{}</td><td class=\"num\" \
             data-label=\"Now\">{}</td><td data-label=\"Change\">{} {}</td></tr>",
            kind,
            change.name.as_deref().map_or(Html::default(), |name| html!("{}", name)),
            points(change.before),
            points(change.after),
            sign,
            word
        )
    };
    let rows = changes.iter().take(PRINTED).map(row).collect();
    html!(
        "{}{}",
        table("cells", &["Score of", "#Before", "#Now", "Change"], rows),
        more(changes.len(), PRINTED, "scores")
    )
}

fn fixed(comparison: &Comparison) -> Html {
    if comparison.fixed.is_empty() {
        return html!("<p>No finding is gone.</p>");
    }
    let item = |finding: &crate::audit::FixedFinding| {
        html!(
            "<li>{}<span>{} <span class=\"quiet\">{}</span></span></li>",
            sign(finding.severity),
            prose(&finding.message),
            finding.code
        )
    };
    html!(
        "<p>{} findings are gone.</p><ul class=\"worst\">{}</ul>{}",
        comparison.fixed.len(),
        comparison.fixed.iter().take(PRINTED).map(item).collect::<Html>(),
        more(comparison.fixed.len(), PRINTED, "findings")
    )
}

fn done(comparison: &Comparison) -> Html {
    if comparison.done.is_empty() {
        return html!("<p>No action is done in full.</p>");
    }
    let item = |action: &crate::audit::DoneAction| html!("<li>{}</li>", prose(&action.what));
    html!(
        "<ul>{}</ul>{}",
        comparison.done.iter().take(PRINTED).map(item).collect::<Html>(),
        more(comparison.done.len(), PRINTED, "actions")
    )
}

#[cfg(test)]
mod tests {
    use super::{Entry, chart};
    use crate::audit::Tally;

    fn entry(date: &str, score: Option<f64>) -> Entry {
        Entry {
            commit: None,
            date: date.to_owned(),
            version: "0.1.0".to_owned(),
            project: "shop".to_owned(),
            score,
            traps: Default::default(),
            findings: Tally::default(),
            risk: 0.0,
            resources: 1,
            coverage: Vec::new(),
        }
    }

    #[test]
    fn the_trend_has_a_point_for_each_run_that_has_a_score() {
        let history = [("2026-01-01", Some(0.0)), ("2026-02-01", None), ("2026-03-01", Some(100.0))];
        let chart = chart(&history.map(|(date, score)| entry(date, score)));
        assert!(chart.as_str().contains("points=\"36.0,156.0 712.0,8.0\""), "{chart:?}");
        assert_eq!(chart.as_str().matches("<circle").count(), 2);
        assert!(chart.as_str().contains(">2026-01-01<") && chart.as_str().contains(">2026-03-01<"));
    }
}
