//! Who owns what, who carries how much of it, and whom nobody can reach.

use super::components::{bar, more, noun, of_part, percent, score_cell, section as view, sum, table, tally};
use super::markup::{Html, html};
use crate::audit::{Audit, Owner, Unreachable};
use crate::words::counted;

/// How many owners and how many unreachable ones are printed.
const PRINTED: usize = 500;

pub fn section(audit: &Audit) -> Html {
    let owners = &audit.owners;
    let mut sorted: Vec<&Owner> = owners.owners.iter().collect();
    sorted.sort_by(|a, b| b.feeding.cmp(&a.feeding).then(b.models.cmp(&a.models)).then_with(|| a.name.cmp(&b.name)));
    let content = html!(
        "{}{}{}{}",
        summary(audit),
        table("cells sortable", HEADINGS, sorted.iter().take(PRINTED).map(|owner| row(owner)).collect()),
        more(sorted.len(), PRINTED, "owner"),
        unreachable(&owners.unreachable),
    );
    view(
        "owners",
        "Owners",
        "Who owns what, and how much rests on each. Load is the share of all models that feed a dashboard: where one owner \
         has most of them, an absence is felt in every meeting.",
        content,
    )
}

const HEADINGS: &[&str] = &[
    "Owner",
    "#Score",
    "#Models",
    "#Source tables",
    "#Exposures",
    "#Others",
    "#Load",
    "#Dashboards concerned",
    "Findings",
    "#Risk",
];

fn summary(audit: &Audit) -> Html {
    let owners = &audit.owners;
    let models = audit.lineage.nodes.id.iter().zip(&audit.lineage.nodes.is_foreign);
    let models = models.filter(|(id, is_foreign)| id.starts_with("model.") && !**is_foreign).count();
    html!(
        "<ul class=\"facts\"><li><b>{}</b><span>{}</span></li><li><a href=\"#findings?owner=-\"><b>{}</b><span>of {} \
         without an owner</span></a></li><li><b>{}</b><span>of {} that feed a dashboard without an \
         owner</span></li><li><b>{}</b><span>{} cannot be reached</span></li></ul>",
        owners.owners.len(),
        noun(owners.owners.len(), "owner"),
        owners.unowned_models,
        counted(models, "model"),
        owners.unowned_feeding,
        counted(owners.feeding, "model"),
        owners.unreachable.len(),
        noun(owners.unreachable.len(), "owner"),
    )
}

fn row(owner: &Owner) -> Html {
    let share = owner.share.unwrap_or_default();
    html!(
        "<tr><th scope=\"row\">{}</th>{}<td class=\"num\" data-label=\"Models\">{}</td><td class=\"num\" data-label=\"Source \
         tables\">{}</td><td class=\"num\" data-label=\"Exposures\">{}</td><td class=\"num\" \
         data-label=\"Others\">{}</td><td class=\"num score\" data-label=\"Load\" data-sort=\"{}\">{}<b>{}</b></td><td \
         class=\"num\" data-label=\"Dashboards concerned\">{}</td><td class=\"tally\" data-label=\"Findings\" data-sort=\"{}\">{}</td><td \
         class=\"num\" data-label=\"Risk\">{}</td></tr>",
        owner.name,
        score_cell(owner.score),
        owner.models,
        owner.sources,
        owner.exposures,
        owner.others,
        share.to_string(),
        owner.share.map(|share| bar(share * 100.0)),
        owner.share.map_or_else(|| "–".to_owned(), |share| percent((share * 1000.0).round() as usize, 1000)),
        owner.dashboards,
        sum(owner.findings).to_string(),
        tally(owner.findings, &of_part("owner", Some(&owner.name))),
        format!("{:.1}", owner.risk),
    )
}

fn unreachable(all: &[Unreachable]) -> Html {
    if all.is_empty() {
        return Html::default();
    }
    let row = |it: &Unreachable| {
        let (kind, rest) = it.id.split_once('.').unwrap_or(("", &it.id));
        let name = rest.split_once('.').map_or(rest, |(_, name)| name);
        html!(
            "<tr><td>{}</td><td data-label=\"Named owner\">{}</td><td class=\"num\" data-label=\"Resources\">{}</td></tr>",
            format!("{kind} {name}"),
            it.name.as_deref().map_or(html!("<span class=\"quiet\">none</span>"), |name| html!("{}", name)),
            it.resources
        )
    };
    html!(
        "<h3>Cannot be reached</h3><p class=\"lead\">Groups whose owner has no address, and exposures whose owner lacks what \
         is required. If one of them breaks, nobody is told.</p>{}{}",
        table(
            "cells",
            &["Group or exposure", "Named owner", "#Resources"],
            all.iter().take(PRINTED).map(row).collect()
        ),
        more(all.len(), PRINTED, "such owner"),
    )
}
