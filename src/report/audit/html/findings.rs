//! The parts that the script fills: the lineage and the list of findings; and what the numbers mean.

use super::components::{number, section as view, table};
use super::markup::{Html, html, prose};
use crate::audit::{Audit, Rule};

const NO_SCRIPT: &str = "This part needs the page's own script, which is switched off here.";

/// The picture of the lineage.
pub fn lineage(audit: &Audit) -> Html {
    let content = html!(
        "<p class=\"needs-script\">{}</p><div id=\"lineage-tools\" class=\"tools\" hidden><label>Search <input \
         type=\"search\" id=\"lineage-search\" autocomplete=\"off\" role=\"combobox\" aria-expanded=\"false\" \
         aria-controls=\"lineage-hits\"></label><ul id=\"lineage-hits\" role=\"listbox\" hidden></ul><label>Owner <select \
         id=\"lineage-owner\"></select></label><label>Layer <select id=\"lineage-layer\"></select></label><label>Severity \
         <select id=\"lineage-severity\"></select></label></div><div class=\"tools\" id=\"lineage-bar\" hidden><p \
         id=\"crumbs\"></p><span class=\"steps\" id=\"steps\" hidden>Steps <button type=\"button\" id=\"fewer\" \
         aria-label=\"Fewer steps\">−</button> <b id=\"depth\"></b> <button type=\"button\" id=\"deeper\" aria-label=\"More \
         steps\">+</button></span><span class=\"steps\">Zoom <button type=\"button\" id=\"zoom-out\" aria-label=\"Zoom \
         out\">−</button> <button type=\"button\" id=\"zoom-in\" aria-label=\"Zoom in\">+</button> <button type=\"button\" \
         id=\"zoom-fit\">Fit</button></span></div>{}<div id=\"picture\" hidden><div id=\"canvas\" tabindex=\"-1\"></div><aside \
         id=\"panel\" aria-live=\"polite\"></aside></div>",
        NO_SCRIPT,
        legend()
    );
    let about = html!(
        "{} and {} between them. Folders come first; open one, or search for a model, to see what it reads \
         and feeds.",
        number(audit.lineage.nodes.id.len(), "resource"),
        number(audit.lineage.edges.len(), "link")
    );
    view("lineage", "Lineage", about, content)
}

/// How to read the picture, above it: below it stands what is in it.
fn legend() -> Html {
    html!(
        "<p class=\"quiet legend\" hidden id=\"legend\">From left to right as data flow. The gravest finding within: <span \
         class=\"sign error\"><i>◆</i> error</span> <span class=\"sign warning\"><i>▲</i> warning</span> <span class=\"sign \
         info\"><i>●</i> info</span> Click a box, or move by arrow keys; Enter opens, Escape goes back. <b id=\"beyond\" \
         hidden>Scroll or drag: not all fits.</b></p>"
    )
}

/// The list of all findings.
pub fn section(audit: &Audit) -> Html {
    let content = html!(
        "<p class=\"needs-script\">{}</p><div id=\"findings-tools\" class=\"tools\" hidden><label>Search <input \
         type=\"search\" id=\"find-text\" autocomplete=\"off\"></label><label>Rule <select \
         id=\"find-rule\"></select></label><label>Severity <select id=\"find-severity\"></select></label><label>Owner \
         <select id=\"find-owner\"></select></label><label>Folder <select id=\"find-folder\"></select></label></div><p \
         id=\"findings-chips\"></p><p id=\"findings-count\" role=\"status\"></p><div id=\"findings-list\"></div><p \
         id=\"findings-pages\" class=\"pages\"></p>",
        NO_SCRIPT
    );
    let about = html!("{}, the gravest risk first.", number(audit.findings.len(), "finding"));
    view("findings", "Findings", about, content)
}

/// What the numbers mean, what ran and what could not be known.
pub fn method(audit: &Audit) -> Html {
    let (skipped, ran): (Vec<&Rule>, Vec<&Rule>) = audit.rules.iter().partition(|rule| rule.skipped.is_some());
    let note = |note: &String| html!("<li>{}</li>", prose(note));
    let ran_row = |rule: &&Rule| {
        html!(
            "<tr><td><code>{}</code> {}</td><td data-label=\"What it does\">{}</td><td data-label=\"Trap\">{}</td><td \
             class=\"num\" data-label=\"Looked at\">{}</td><td class=\"num\" data-label=\"Findings\"><a \
             href=\"{}\">{}</a></td></tr>",
            rule.code,
            rule.slug,
            prose(&rule.summary),
            rule.trap,
            rule.subjects,
            format!("#findings?rule={}", rule.code),
            rule.findings
        )
    };
    let skipped_row = |rule: &&Rule| {
        html!(
            "<tr><td><code>{}</code> {}</td><td data-label=\"Why\">{}</td></tr>",
            rule.code,
            rule.slug,
            prose(rule.skipped.as_deref().unwrap_or_default())
        )
    };
    let not_ran = if skipped.is_empty() {
        Html::default()
    } else {
        html!(
            "<h3>Rules that did not run</h3>{}",
            table("cells", &["Rule", "Why"], skipped.iter().map(skipped_row).collect())
        )
    };
    let content = html!(
        "<h3>Risk</h3><p>The risk of a finding is its severity (error 8, warning 3, info 1) times what it touches: \
         dashboards and models downstream, contracts, personal data, failures of the last run. Of many alike on one \
         resource, each counts less. Risk has no unit; it is there to compare.</p><h3>Score</h3><p>Each finding leaves a \
         share of a resource's health: an error half, a warning four fifths, an info nineteen twentieths. A score is the \
         mean of healths, weighed by what rests on each resource, times 100. With the project otherwise unchanged, fixing a \
         finding never lowers it.</p><h3>What \
         was read</h3><p>This is the state of {}.</p><h3>What \
         could not be known</h3><ul>{}</ul><h3>Rules that ran</h3>{}{}",
        audit.input.choice,
        audit.notes.iter().map(note).collect::<Html>(),
        table(
            "cells rules",
            &["Rule", "What it does", "Trap", "#Looked at", "#Findings"],
            ran.iter().map(ran_row).collect()
        ),
        not_ran,
    );
    view("method", "Method", "What the numbers mean, what ran, and what could not be known.", content)
}
