//! The scores of owners, folders and layers, and what each is made of.

use super::components::{more, of_part, score_cells, section as view, table};
use super::markup::{Html, html};
use super::overview::share;
use crate::audit::{Audit, PartScore};

/// How many parts of each kind are printed.
const PRINTED: usize = 300;

pub fn section(audit: &Audit) -> Html {
    let scores = &audit.scores;
    let content = html!(
        "<h3>By layer</h3>{}<h3>By owner</h3>{}<h3>By folder</h3>{}",
        parts(audit.risk, "layer", "Layer", &scores.layers, false),
        parts(audit.risk, "owner", "Owner", &scores.owners, true),
        parts(audit.risk, "folder", "Folder", &scores.folders, true),
    );
    view(
        "scores",
        "Scores",
        "From 0 to 100 for each part of the project, the lowest first; layers from source to exposure. The numbers of \
         findings lead to those findings.",
        content,
    )
}

fn parts(audit_risk: f64, key: &str, heading: &str, parts: &[PartScore], is_sorted: bool) -> Html {
    let mut parts: Vec<&PartScore> = parts.iter().collect();
    if is_sorted {
        let points = |part: &PartScore| part.score.score.unwrap_or(f64::INFINITY);
        parts.sort_by(|a, b| points(a).total_cmp(&points(b)).then_with(|| a.name.cmp(&b.name)));
    }
    let row = |part: &&PartScore| {
        let link = of_part(key, part.name.as_deref());
        html!(
            "<tr><td>{}</td>{}<td class=\"num\" data-label=\"Of all risk\" data-sort=\"{}\">{}</td></tr>",
            part_name(key, part.name.as_deref()),
            score_cells(&part.score, &link),
            part.risk.to_string(),
            share(part.risk, audit_risk)
        )
    };
    let rows = parts.iter().take(PRINTED).map(row).collect();
    let headings = [heading, "#Score", "#Resources", "Findings", "#Of all risk"];
    html!("{}{}", table("cells sortable", &headings, rows), more(parts.len(), PRINTED, key))
}

/// A part by name, or words for what has none.
pub fn part_name(key: &str, name: Option<&str>) -> Html {
    match name {
        None => html!("<span class=\"quiet\">nobody</span>"),
        Some("") if key == "folder" => html!("<span class=\"quiet\">top folder</span>"),
        Some(name) => html!("{}", name),
    }
}
