//! Columns with personal data, known or suspected, and where they go.

use super::components::{more, noun, section as view, table};
use super::markup::{Html, html, query};
use crate::audit::{Audit, SensitiveColumn};

/// How many columns are printed, and how many places to which one flows.
const PRINTED: usize = 500;
const PLACES: usize = 4;

pub fn section(audit: &Audit) -> Html {
    let sensitive = &audit.sensitive;
    // Those that nothing classifies are what has to be done.
    let (suspected, classified): (Vec<_>, Vec<_>) =
        sensitive.columns.iter().partition(|column| column.classification.is_none());
    let headings = ["Column", "Looks like", "Classified by", "Owner", "Flows to", "Public models", "Dashboards below"];
    let rows = suspected.iter().chain(&classified).take(PRINTED).map(|column| row(audit, column)).collect();
    let list = if sensitive.columns.is_empty() {
        html!("<p>No column has the name of personal data, and none is classified as such.</p>")
    } else {
        table("cells sensitive", &headings, rows)
    };
    let content = html!(
        "<ul class=\"facts\"><li><b>{}</b><span>{} with personal data, classified</span></li><li><b>{}</b><span>{} that {} \
         like personal data, classified by nothing</span></li></ul>{}{}",
        sensitive.classified,
        noun(sensitive.classified, "column"),
        sensitive.suspected,
        noun(sensitive.suspected, "column"),
        if sensitive.suspected == 1 { "looks" } else { "look" },
        list,
        more(sensitive.columns.len(), PRINTED, "column"),
    );
    view(
        "sensitive",
        "Sensitive data",
        "Columns with personal data, those that nobody has classified first. A column is followed by its name; under another \
         name it is lost sight of, so public models and dashboards below are named whether or not it is known to arrive there.",
        content,
    )
}

fn row(audit: &Audit, column: &SensitiveColumn) -> Html {
    let nodes = &audit.lineage.nodes;
    let at = nodes.id.binary_search(&column.resource).ok();
    let resource = at.map_or(column.resource.as_str(), |at| nodes.name[at].as_str());
    let none = |text: &Option<String>, words: &str| match text {
        Some(text) => html!("{}", text),
        None => html!("<span class=\"quiet\">{}</span>", words),
    };
    let classified = match &column.classification {
        Some(by) => html!("<code>{}</code>", by),
        None => html!("<span class=\"sign warning\"><i aria-hidden=\"true\">▲</i> nothing</span>"),
    };
    html!(
        "<tr><th scope=\"row\"><a href=\"{}\">{}</a><br><b>{}</b></th><td data-label=\"Looks like\">{}</td><td \
         data-label=\"Classified by\">{}</td><td data-label=\"Owner\">{}</td><td data-label=\"Flows to\">{}</td><td \
         data-label=\"Public models\">{}</td><td data-label=\"Dashboards below\">{}</td></tr>",
        format!("#lineage?node={}", query(&column.resource)),
        resource,
        column.column,
        none(&column.looks_like, "–"),
        classified,
        none(&column.owner, "nobody"),
        places(audit, &column.flows_to),
        places(audit, &column.public_models),
        places(audit, &column.exposures),
    )
}

fn places(audit: &Audit, places: &[usize]) -> Html {
    let nodes = &audit.lineage.nodes;
    if places.is_empty() {
        return html!("<span class=\"quiet\">none known</span>");
    }
    let place = |node: &usize| {
        html!("<a href=\"{}\">{}</a> ", format!("#lineage?node={}", query(&nodes.id[*node])), nodes.name[*node])
    };
    let rest = places.len().saturating_sub(PLACES);
    let rest = if rest == 0 { Html::default() } else { html!("<span class=\"quiet\">and {} more</span>", rest) };
    html!("{}{}", places.iter().take(PLACES).map(place).collect::<Html>(), rest)
}
