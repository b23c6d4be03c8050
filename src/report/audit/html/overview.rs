//! The first page: how bad it is, where the risk is, who does what first.

use super::components::{
    bar, number, of_part, percent, points, score_cell, section as view, sign, table, tally_words, verdict,
};
use super::markup::{Html, html, prose};
use super::worklist::row as action_row;
use crate::audit::{Audit, Measure, PartScore, Things, TrapScore};

/// How many actions, folders and dashboards the first page has.
const ACTIONS: usize = 10;
const PARTS: usize = 5;

pub fn section(audit: &Audit) -> Html {
    let content = html!(
        "<div class=\"cards\">{}{}</div>{}<div class=\"columns\">{}{}</div>{}",
        score(audit),
        traps(audit),
        first(audit),
        folders(audit),
        dashboards(audit),
        worst(audit),
    );
    view("overview", "Overview", "How bad it is, where the risk is, and what to do first.", content)
}

fn score(audit: &Audit) -> Html {
    let score = &audit.scores.project;
    let (word, sentence) = verdict(score.score);
    html!(
        "<div class=\"card\" id=\"score\"><h3>Governance score</h3><p class=\"big\"><b id=\"project-score\">{}</b><span> of \
         100 · {}</span></p><p>{}</p><p class=\"tallies\">{}</p>{}<p class=\"quiet\">{} {}, each the more, the more \
         dashboards and models rest on it. {}{}<a href=\"#method\">How scores are made</a></p></div>",
        points(score.score),
        word,
        sentence,
        tally_words(audit.totals),
        facts(audit),
        number(score.resources, "resource"),
        if score.resources == 1 { "counts" } else { "count" },
        suppressed(audit),
        disabled(audit),
    )
}

/// A score that leaves much out has to say so.
fn suppressed(audit: &Audit) -> Option<Html> {
    let accepted = audit.suppressed;
    (accepted.findings > 0).then(|| {
        html!(
            "{} accepted by suppressions and left out; with {} the score would be {}. ",
            number_are(accepted.findings, "finding"),
            if accepted.findings == 1 { "it" } else { "them" },
            points(accepted.score)
        )
    })
}

fn disabled(audit: &Audit) -> Option<Html> {
    let disabled = audit.counts.disabled_models;
    (disabled > 0).then(|| html!("{} disabled and not looked at. ", number_are(disabled, "model")))
}

/// "1 model is", "3 models are".
fn number_are(count: usize, of: &str) -> Html {
    html!("{} {}", number(count, of), if count == 1 { "is" } else { "are" })
}

/// What each trap is about, in a few words.
fn about_trap(name: &str) -> &'static str {
    match name {
        "centralise" => "one standard, an owner for each part",
        "scale" => "structures that hold at ten times the size",
        "govern" => "definitions, tests, access, privacy",
        "serve the business" => "what dashboards rest on",
        "balance the team" => "work and knowledge spread over people",
        _ => "",
    }
}

fn traps(audit: &Audit) -> Html {
    let trap = |trap: &TrapScore| {
        html!(
            "<li><a href=\"{}\"><span class=\"name\">{}</span><span class=\"quiet\">{}</span>{}<b \
             class=\"num\">{}</b></a></li>",
            format!("#findings?{}", of_part("trap", Some(trap.name))),
            capital(trap.name),
            trap.unknown.map_or_else(|| about_trap(trap.name).to_owned(), |why| format!("cannot be judged: {why}")),
            trap.score.score.map(bar),
            points(trap.score.score),
        )
    };
    html!(
        "<div class=\"card\" id=\"traps\"><h3>The five traps</h3><ul class=\"traps\">{}</ul><p class=\"quiet\">Where data teams \
         come to grief as they grow. Each counts what its own rules find; a fault in one weighs more there than in the score \
         of all.</p></div>",
        audit.scores.traps.iter().map(trap).collect::<Html>()
    )
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// The numbers that a board asks for.
fn facts(audit: &Audit) -> Html {
    let covered = |measure, of| {
        audit
            .coverage
            .project
            .iter()
            .find(|cell| (cell.measure, cell.of) == (measure, of))
            .map(|it| (it.covered, it.total))
    };
    let governed = audit.dashboards.iter().filter(|it| it.governed == it.governable && it.governable > 0).count();
    let dashboards = (!audit.dashboards.is_empty()).then_some((governed, audit.dashboards.len()));
    let facts = [
        (covered(Measure::Owned, Things::Models), "models have an owner", "#owners"),
        (covered(Measure::Documented, Things::Models), "models are documented", "#coverage"),
        (covered(Measure::Tested, Things::Models), "models are tested", "#coverage"),
        (covered(Measure::Fresh, Things::Sources), "source tables are checked for freshness", "#coverage"),
        (dashboards, "dashboards rest on governed data alone", "#dashboards"),
    ];
    let fact = |(counts, words, link): (Option<(usize, usize)>, &str, &str)| {
        let Some((part, whole)) = counts else { return Html::default() };
        html!(
            "<li><a href=\"{}\"><b class=\"num\">{}</b><span>{} of {} {}</span></a></li>",
            link,
            percent(part, whole),
            part,
            whole,
            words
        )
    };
    html!("<ul class=\"rows\">{}</ul>", facts.into_iter().map(fact).collect::<Html>())
}

fn first(audit: &Audit) -> Html {
    let steps = audit.first_steps(ACTIONS);
    if steps.actions.is_empty() {
        return html!("<h3>Do this first</h3><p>Nothing is left to do.</p>");
    }
    let risk: f64 = steps.actions.iter().map(|at| audit.worklist[*at].risk).sum();
    let rows = steps.actions.iter().map(|at| action_row(audit, *at, &audit.worklist[*at])).collect();
    let passed_over = match steps.passed_over.len() {
        0 => Html::default(),
        count => html!(" Of one kind of work there are at most three, which passes over {}.", number(count, "action")),
    };
    html!(
        "<h3>Do this first</h3><p class=\"lead\">{} of {}, which together take away {} of all risk.{} Risk is how grave a \
         finding is times what rests on it; it has no unit, and is there to compare. <a href=\"#worklist\">The whole \
         worklist</a></p>{}",
        steps.actions.len(),
        number(audit.worklist.len(), "action"),
        share(risk, audit.risk),
        passed_over,
        table("worklist", super::worklist::HEADINGS, rows),
    )
}

/// A share of the risk, in percent.
pub fn share(risk: f64, all: f64) -> String {
    let percent = if all > 0.0 { risk / all * 100.0 } else { 0.0 };
    if percent > 0.0 && percent < 1.0 { "< 1 %".to_owned() } else { format!("{percent:.0} %") }
}

fn folders(audit: &Audit) -> Html {
    let mut folders: Vec<&PartScore> = audit.scores.folders.iter().filter(|part| part.risk > 0.0).collect();
    folders.sort_by(|a, b| b.risk.total_cmp(&a.risk).then_with(|| a.name.cmp(&b.name)));
    let row = |folder: &&PartScore| {
        let name = folder.name.as_deref().unwrap_or_default();
        html!(
            "<tr><td><a href=\"{}\">{}</a></td><td class=\"num\">{}</td>{}</tr>",
            format!("#findings?{}", of_part("folder", Some(name))),
            if name.is_empty() { "(top folder)" } else { name },
            share(folder.risk, audit.risk),
            score_cell(folder.score.score)
        )
    };
    let rows = folders.iter().take(PARTS).map(row).collect();
    html!(
        "<div><h3>Folders with the most risk</h3>{}<p><a href=\"#scores\">All folders, owners and layers</a></p></div>",
        table("short", &["Folder", "#Of all risk", "#Score"], rows)
    )
}

fn dashboards(audit: &Audit) -> Html {
    if audit.dashboards.is_empty() {
        return html!(
            "<div><h3>Dashboards</h3><p>The project declares no exposures, so nobody can tell what dashboards rest on. \
             Declaring them is the first step.</p></div>"
        );
    }
    let row = |(at, dashboard): (usize, &crate::audit::Dashboard)| {
        html!(
            "<tr><td><a href=\"{}\">{}</a></td><td class=\"num\">{}</td>{}</tr>",
            format!("#dashboard-{at}"),
            dashboard.label.as_ref().unwrap_or(&dashboard.name),
            percent(dashboard.governed, dashboard.governable),
            score_cell(dashboard.score.score)
        )
    };
    let rows = audit.dashboards.iter().enumerate().take(PARTS).map(row).collect();
    html!(
        "<div><h3>Weakest dashboards</h3>{}<p><a href=\"#dashboards\">All dashboards</a></p></div>",
        table("short", &["Dashboard", "#Governed", "#Score"], rows)
    )
}

fn worst(audit: &Audit) -> Html {
    let item = |at: &usize| {
        let finding = &audit.findings[*at];
        html!(
            "<li>{}<span><a href=\"{}\">{}</a><span class=\"quiet\">{} · {}</span></span></li>",
            sign(finding.severity),
            format!("#findings?finding={at}"),
            prose(&finding.message),
            finding.code,
            prose(&finding.why),
        )
    };
    let worst = &audit.scores.project.worst;
    if worst.is_empty() {
        return Html::default();
    }
    html!("<h3>Worst findings</h3><ul class=\"worst\">{}</ul>", worst.iter().map(item).collect::<Html>())
}
