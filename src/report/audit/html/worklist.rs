//! What to do, the most risk first.

use super::components::{number, section as view, table};
use super::markup::{Html, html, prose};
use super::overview::share;
use crate::audit::{Action, Audit, Effort};

/// How many actions are printed; the script shows all.
const PRINTED: usize = 200;

pub const HEADINGS: &[&str] = &["#", "What to do", "Owner", "Effort", "#Risk", "#Of all risk"];

pub fn section(audit: &Audit) -> Html {
    let shown = audit.worklist.len().min(PRINTED);
    let rows = audit.worklist[..shown].iter().enumerate().map(|(at, action)| row(audit, at, action)).collect();
    let rest = match audit.worklist.len() - shown {
        0 => Html::default(),
        rest => html!(
            "<p class=\"quiet\" id=\"worklist-rest\">{} {}.</p>",
            number(rest, "smaller action"),
            if rest == 1 { "follows" } else { "follow" }
        ),
    };
    view(
        "worklist",
        "Worklist",
        "Actions, each of which clears findings. What cannot wait comes first, then what takes away the most risk. Effort counts the places \
         to edit; a change of SQL counts three.",
        html!("<div id=\"worklist-tools\"></div>{}{}", table("worklist", HEADINGS, rows), rest),
    )
}

pub fn row(audit: &Audit, at: usize, action: &Action) -> Html {
    html!(
        "<tr><td class=\"num quiet\">{}</td><td>{}<span class=\"what\">{}</span> <a class=\"clears\" href=\"{}\">{}</a></td>\
         <td data-label=\"Owner\">{}</td><td data-label=\"Effort\">{}</td><td class=\"num\" data-label=\"Risk\">{}</td><td \
         class=\"num\" data-label=\"Of all risk\">{}</td></tr>",
        at + 1,
        action.why_urgent.map(|why| html!("<span class=\"urgent\">cannot wait: {}</span>", why)),
        prose(&action.what),
        format!("#findings?action={at}"),
        prose(&action.effect),
        action.owner.as_deref().map_or(html!("<span class=\"quiet\">nobody yet</span>"), |owner| html!("{}", owner)),
        effort(action),
        format!("{:.1}", action.risk),
        share(action.risk, audit.risk),
    )
}

fn effort(action: &Action) -> Html {
    let (level, word) = match action.effort {
        Effort::Small => ("●○○", "small"),
        Effort::Medium => ("●●○", "medium"),
        Effort::Large => ("●●●", "large"),
    };
    html!(
        "<span class=\"effort\"><i aria-hidden=\"true\">{}</i> {} <span class=\"quiet\">{}</span></span>",
        level,
        word,
        number(action.places, "place")
    )
}
