//! How the project has come along: the trend over earlier runs, and what has changed since one of them.

use super::components::{more, number, points, section as view, sign, table};
use super::markup::{Html, html, prose};
use super::scores::part_name;
use crate::audit::history::Entry;
use crate::audit::{Audit, Comparison, Scope, ScoreChange};
use crate::words::counted;

/// How many changes of each kind are printed.
const PRINTED: usize = 50;

/// How many rules are named.
const CODES: usize = 12;

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
const LEFT: f64 = 48.0;

fn trend(history: &[Entry]) -> Html {
    let breaks = breaks(history);
    let row = |(entry, why): (&Entry, &Option<String>)| {
        html!(
            "<tr><td>{}</td><td data-label=\"Commit\"><code>{}</code></td><td class=\"num\" \
             data-label=\"Score\">{}</td><td data-label=\"Findings\">{}{}</td><td class=\"num\" \
             data-label=\"Risk\">{}</td><td class=\"num\" data-label=\"Resources\">{}</td></tr>",
            entry.date,
            entry.commit.as_ref().map(|commit| commit.chars().take(10).collect::<String>()).unwrap_or_default(),
            points(entry.score),
            counts(entry),
            why.as_ref().map(|why| html!("<span class=\"quiet break\">from here on: {}</span>", why)),
            format!("{:.1}", entry.risk),
            entry.resources,
        )
    };
    let headings = ["Date", "Commit", "#Score", "Findings", "#Risk", "#Resources"];
    let latest: Html = history.iter().zip(&breaks).rev().take(PRINTED).map(row).collect();
    let note = breaks.iter().any(Option::is_some).then(|| {
        html!(
            "<p class=\"quiet\">At a dashed line other rules ran or something else was read: what is left and right of it \
             cannot be compared.</p>"
        )
    });
    html!("<h3>The score of the project</h3>{}{}{}", chart(history, &breaks), note, table("cells", &headings, latest))
}

/// Why each run cannot be held against the one before, where that is so.
fn breaks(history: &[Entry]) -> Vec<Option<String>> {
    let since = history.windows(2).map(|pair| pair[1].break_since(&pair[0]));
    std::iter::once(None).chain(since).take(history.len()).collect()
}

fn counts(entry: &Entry) -> String {
    let counts = entry.findings;
    [counted(counts.error, "error"), counted(counts.warning, "warning"), counted(counts.info, "info")].join(", ")
}

/// Runs in equal steps, from 0 to 100. The line ends where what follows cannot be compared.
fn chart(history: &[Entry], breaks: &[Option<String>]) -> Html {
    let step = (WIDTH - LEFT - 8.0) / (history.len() - 1).max(1) as f64;
    let x = |at: usize| LEFT + step * at as f64;
    let y = |score: f64| 8.0 + (HEIGHT - 32.0) * (1.0 - score / 100.0);
    let mut lines = vec![String::new()];
    let mut marks = Html::default();
    for (at, entry) in history.iter().enumerate() {
        if breaks[at].is_some() {
            lines.push(String::new());
            let between = format!("{:.1}", x(at) - step / 2.0);
            let bottom = format!("{:.1}", HEIGHT - 24.0);
            marks = html!("{}<path class=\"break\" d=\"M{} 8V{}\"/>", marks, between, bottom);
        }
        if let (Some(line), Some(score)) = (lines.last_mut(), entry.score) {
            *line += &format!("{:.1},{:.1} ", x(at), y(score));
            marks = html!(
                "{}<circle cx=\"{}\" cy=\"{}\" r=\"3\"><title>{}</title></circle>",
                marks,
                format!("{:.1}", x(at)),
                format!("{:.1}", y(score)),
                format!("{}: {}", entry.date, points(entry.score))
            );
        }
    }
    let line = |points: &String| html!("<polyline points=\"{}\"/>", points.trim_end());
    html!(
        "<svg class=\"trend\" viewBox=\"0 0 720 180\" role=\"img\" aria-label=\"{}\">{}{}{}{}</svg>",
        format!("Score of the project in {}", counted(history.len(), "run")),
        [0, 25, 50, 75, 100].into_iter().map(|score| rule(score, y(f64::from(score)))).collect::<Html>(),
        lines.iter().map(line).collect::<Html>(),
        marks,
        ends(history),
    )
}

/// A line across the chart, with its number.
fn rule(score: u32, at: f64) -> Html {
    let (line, text) = (format!("{at:.1}"), format!("{:.1}", at + 4.0));
    html!(
        "<line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
        LEFT.to_string(),
        WIDTH.to_string(),
        line,
        line,
        (LEFT - 6.0).to_string(),
        text,
        score
    )
}

/// The days of the first and the last run.
fn ends(history: &[Entry]) -> Html {
    let (Some(first), Some(last)) = (history.first(), history.last()) else { return Html::default() };
    let bottom = (HEIGHT - 6.0).to_string();
    html!(
        "<text x=\"{}\" y=\"{}\">{}</text><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
        LEFT.to_string(),
        bottom,
        first.date,
        WIDTH.to_string(),
        bottom,
        last.date
    )
}

fn compared(audit: &Audit, comparison: &Comparison) -> Html {
    let new = match comparison.new.len() {
        0 => html!("<p>No finding is new.</p>"),
        count => {
            let (findings, are) = (counted(count, "finding"), are(count));
            html!(
                "<p><a href=\"#findings?new=1\">{} {} new</a> or {} for more than before.</p>",
                findings,
                are,
                if count == 1 { "stands" } else { "stand" }
            )
        }
    };
    html!(
        "<h3>Since {}</h3>{}{}{}<h4>Scores</h4>{}<h4>Fixed</h4>{}<h4>Done</h4>{}",
        comparison.date,
        other_version(audit, comparison),
        other_rules(comparison),
        new,
        if comparison.is_comparable {
            scores(&comparison.scores)
        } else {
            html!("<p>Scores cannot be compared: what they count is another thing now.</p>")
        },
        fixed(comparison),
        done(comparison),
    )
}

fn other_version(audit: &Audit, comparison: &Comparison) -> Html {
    if comparison.version == audit.version {
        return Html::default();
    }
    html!(
        "<p class=\"quiet\">That audit was made with dbt-steward {}, this one with {}: some findings may be new because a rule \
         is.</p>",
        comparison.version,
        audit.version
    )
}

/// What cannot be told, because a rule ran in one of the audits only, or weighs otherwise.
fn other_rules(comparison: &Comparison) -> Html {
    let codes = |words: &str, codes: &[String]| match codes {
        [] => Html::default(),
        _ => {
            let rest = codes.len().saturating_sub(CODES);
            let rest = if rest == 0 { String::new() } else { format!(" and {rest} more") };
            let named = codes[..codes.len().min(CODES)].join(", ");
            html!("<li>{} {}: {}{}</li>", number(codes.len(), "rule"), words, named, rest)
        }
    };
    let untold = |words: &str, count: usize| match count {
        0 => Html::default(),
        _ => html!("<li>{}: {}</li>", number(count, "finding"), words),
    };
    let rules = &comparison.rules;
    let items: Html = [
        codes("ran then only", &rules.only_before),
        codes("ran now only", &rules.only_now),
        codes("with another severity", &rules.severity),
        untold("whether they are gone cannot be told", comparison.untold.len()),
        untold("whether they are new cannot be told", comparison.untold_new.len()),
    ]
    .into_iter()
    .collect();
    if items == Html::default() {
        return items;
    }
    html!("<p>Other rules ran than then, or with another weight:</p><ul>{}</ul>", items)
}

fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
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
        let words = match (change.before, change.after) {
            (Some(before), Some(after)) if after > before => format!("▲ {:.1} better", after - before),
            (Some(before), Some(after)) => format!("▼ {:.1} worse", before - after),
            (None, _) => "not there before".to_owned(),
            (_, None) => "gone".to_owned(),
        };
        html!(
            "<tr><td>{} {}</td><td class=\"num\" data-label=\"Before\">{}</td><td class=\"num\" \
             data-label=\"Now\">{}</td><td data-label=\"Change\">{}</td></tr>",
            kind,
            match (change.scope, change.name.as_deref()) {
                (Scope::Project, _) => Html::default(),
                (_, name) => part_name(kind, name),
            },
            points(change.before),
            points(change.after),
            words
        )
    };
    let rows = changes.iter().take(PRINTED).map(row).collect();
    html!(
        "{}{}",
        table("cells", &["Score of", "#Before", "#Now", "Change"], rows),
        more(changes.len(), PRINTED, "score")
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
        "<p>{} {} gone.</p><ul class=\"worst\">{}</ul>{}",
        counted(comparison.fixed.len(), "finding"),
        are(comparison.fixed.len()),
        comparison.fixed.iter().take(PRINTED).map(item).collect::<Html>(),
        more(comparison.fixed.len(), PRINTED, "finding")
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
        more(comparison.done.len(), PRINTED, "action")
    )
}

#[cfg(test)]
mod tests {
    use super::{Entry, breaks, chart, trend};
    use crate::audit::{InputKind, Tally};

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
            rules: Some([("DOC001".to_owned(), None)].into()),
            input: Some(InputKind::Files),
        }
    }

    #[test]
    fn the_trend_has_a_point_for_each_run_that_has_a_score() {
        let history = [("2026-01-01", Some(0.0)), ("2026-02-01", None), ("2026-03-01", Some(100.0))];
        let history = history.map(|(date, score)| entry(date, score));
        let chart = chart(&history, &breaks(&history));
        assert!(chart.as_str().contains("points=\"48.0,156.0 712.0,8.0\""), "{chart:?}");
        assert_eq!(chart.as_str().matches("<circle").count(), 2);
        assert!(chart.as_str().contains(">2026-01-01<") && chart.as_str().contains(">2026-03-01<"));
    }
    #[test]
    fn the_line_ends_where_other_rules_run() {
        let mut history = ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"].map(|date| entry(date, Some(50.0)));
        history[2..].iter_mut().for_each(|entry| {
            entry.rules.as_mut().unwrap().insert("OWN001".to_owned(), None);
        });
        let trend = trend(&history);
        let lines: Vec<&str> =
            trend.as_str().split("<polyline points=\"").skip(1).filter_map(|it| it.split('"').next()).collect();
        assert_eq!(lines, ["48.0,82.0 269.3,82.0", "490.7,82.0 712.0,82.0"]);
        assert_eq!(trend.as_str().matches("class=\"break\"").count(), 1, "a dashed line");
        assert!(
            trend.as_str().contains("<span class=\"quiet break\">from here on: 1 more rule ran</span>"),
            "{trend:?}"
        );
        assert!(trend.as_str().contains("no error, no warning, no info"), "{trend:?}");
    }
}
