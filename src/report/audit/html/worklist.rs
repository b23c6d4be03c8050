//! What to do, the most risk first.

use super::components::{section as view, table};
use super::markup::{Html, html};
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
        rest => html!("<p class=\"quiet\" id=\"worklist-rest\">{} smaller actions follow.</p>", rest),
    };
    view(
        "worklist",
        "Worklist",
        "Actions, each of which clears findings. The one that takes away the most risk comes first. Effort counts the places \
         to edit; a change of SQL counts three.",
        html!("<div id=\"worklist-tools\"></div>{}{}", table("worklist", HEADINGS, rows), rest),
    )
}

pub fn row(audit: &Audit, at: usize, action: &Action) -> Html {
    let (what, clears) = parts(&action.title);
    html!(
        "<tr><td class=\"num quiet\">{}</td><td><span class=\"what\">{}</span> <a class=\"clears\" href=\"{}\">{}</a></td>\
         <td data-label=\"Owner\">{}</td><td data-label=\"Effort\">{}</td><td class=\"num\" data-label=\"Risk\">{}</td><td \
         class=\"num\" data-label=\"Of all risk\">{}</td></tr>",
        at + 1,
        what,
        format!("#findings?action={at}"),
        clears,
        action.owner.as_deref().map_or(html!("<span class=\"quiet\">nobody yet</span>"), |owner| html!("{}", owner)),
        effort(action),
        format!("{:.1}", action.risk),
        share(action.risk, audit.risk),
    )
}

/// The sentence of an action, parted into what to do and what that clears.
fn parts(title: &str) -> (&str, &str) {
    let at = [": clears ", ": eases "].into_iter().filter_map(|words| title.rfind(words)).max();
    at.map_or((title, "its findings"), |at| (&title[..at], &title[at + 2..]))
}

fn effort(action: &Action) -> Html {
    let (level, word) = match action.effort {
        Effort::Small => ("●○○", "small"),
        Effort::Medium => ("●●○", "medium"),
        Effort::Large => ("●●●", "large"),
    };
    let places = if action.places == 1 { "1 place".to_owned() } else { format!("{} places", action.places) };
    html!(
        "<span class=\"effort\"><i aria-hidden=\"true\">{}</i> {} <span class=\"quiet\">{}</span></span>",
        level,
        word,
        places
    )
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_title_has_two_parts() {
        let title = "name an owner of a: clears 9: clears 1 finding and eases 2 on 3 models";
        assert_eq!(parts(title), ("name an owner of a: clears 9", "clears 1 finding and eases 2 on 3 models"));
        assert_eq!(parts("see to it"), ("see to it", "its findings"));
    }
}
