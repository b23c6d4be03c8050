//! How much is documented, owned, tested, fresh, under contract and classified.

use super::components::{bar, more, of_part, percent, section as view, table};
use super::markup::{Html, html};
use super::scores::part_name;
use crate::audit::{Audit, Cell, Measure, PartCoverage, Things};

const MEASURES: [(Measure, &str); 6] = [
    (Measure::Documented, "Documented"),
    (Measure::Owned, "Owned"),
    (Measure::Tested, "Tested"),
    (Measure::Fresh, "Fresh"),
    (Measure::Contracted, "Contracted"),
    (Measure::Classified, "Classified"),
];

const THINGS: [(Things, &str); 7] = [
    (Things::Models, "Models"),
    (Things::PublicModels, "Public models"),
    (Things::Columns, "Columns"),
    (Things::Sources, "Source tables"),
    (Things::Seeds, "Seeds"),
    (Things::Snapshots, "Snapshots"),
    (Things::Exposures, "Exposures"),
];

/// The columns of the tables by part: what matters most of what there is.
const PARTS: [(Measure, Things, &str); 7] = [
    (Measure::Documented, Things::Models, "Models documented"),
    (Measure::Documented, Things::Columns, "Columns documented"),
    (Measure::Owned, Things::Models, "Models owned"),
    (Measure::Tested, Things::Models, "Models tested"),
    (Measure::Contracted, Things::Models, "Models contracted"),
    (Measure::Fresh, Things::Sources, "Sources fresh"),
    (Measure::Classified, Things::Columns, "Columns classified"),
];

pub fn section(audit: &Audit) -> Html {
    let coverage = &audit.coverage;
    let content = html!(
        "<div id=\"missing\"></div><h3>The project</h3>{}<h3>By layer</h3>{}<h3>By owner</h3>{}<h3>By folder</h3>{}",
        project(audit),
        parts(audit, "layer", "Layer", &coverage.layers),
        parts(audit, "owner", "Owner", &coverage.owners),
        parts(audit, "folder", "Folder", &coverage.folders),
    );
    view(
        "coverage",
        "Coverage",
        "How much of what there is has a description, an owner, a test, a freshness check, a contract, a classification. \
         Columns are those that YAML declares; classified are columns with personal data, known or suspected. A number that \
         is underlined leads to what is missing.",
        content,
    )
}

fn project(audit: &Audit) -> Html {
    let cells = &audit.coverage.project;
    let headings: Vec<&str> = std::iter::once("").chain(MEASURES.iter().map(|(_, name)| *name)).collect();
    let row = |(of, name): &(Things, &str)| {
        let found = |measure| cells.iter().find(|cell| (cell.measure, cell.of) == (measure, *of));
        let cells: Vec<Option<&Cell>> = MEASURES.iter().map(|(measure, _)| found(*measure)).collect();
        if cells.iter().all(Option::is_none) {
            return Html::default();
        }
        let cell = |(cell, (_, label)): (Option<&Cell>, &(Measure, &str))| {
            filled(cell, label, cell.and_then(|cell| missing(audit, cell, None)))
        };
        html!(
            "<tr><th scope=\"row\">{}</th>{}</tr>",
            name,
            cells.into_iter().zip(&MEASURES).map(cell).collect::<Html>()
        )
    };
    table("coverage cells", &headings, THINGS.iter().map(row).collect())
}

/// How many parts of each kind are printed: those with the most in them.
const PRINTED: usize = 200;

fn largest(parts: &[PartCoverage]) -> Vec<&PartCoverage> {
    let size = |part: &PartCoverage| part.cells.iter().map(|cell| cell.total).sum::<usize>();
    let mut at: Vec<usize> = (0..parts.len()).collect();
    at.sort_by_key(|at| (std::cmp::Reverse(size(&parts[*at])), *at));
    at.truncate(PRINTED);
    at.sort_unstable();
    at.into_iter().map(|at| &parts[at]).collect()
}

fn parts(audit: &Audit, key: &'static str, heading: &str, parts: &[PartCoverage]) -> Html {
    let is_there = |(measure, of, _): &&(Measure, Things, &str)| {
        parts.iter().flat_map(|part| &part.cells).any(|cell| (cell.measure, cell.of) == (*measure, *of))
    };
    let columns: Vec<&(Measure, Things, &str)> = PARTS.iter().filter(is_there).collect();
    let headings: Vec<&str> = std::iter::once(heading).chain(columns.iter().map(|(_, _, name)| *name)).collect();
    let row = |part: &PartCoverage| {
        let cell = |(measure, of, name): &&(Measure, Things, &str)| {
            let cell = part.cells.iter().find(|cell| (cell.measure, cell.of) == (*measure, *of));
            filled(cell, name, cell.and_then(|cell| missing(audit, cell, Some((key, part.name.as_deref())))))
        };
        let cells = columns.iter().map(cell).collect::<Html>();
        html!("<tr><th scope=\"row\">{}</th>{}</tr>", part_name(key, part.name.as_deref()), cells)
    };
    let has_any = |part: &&PartCoverage| {
        let has = |(measure, of, _): &&(Measure, Things, &str)| {
            part.cells.iter().any(|cell| (cell.measure, cell.of) == (*measure, *of))
        };
        columns.iter().any(has)
    };
    let rows = largest(parts).into_iter().filter(has_any).map(row).collect();
    html!("{}{}", table("coverage cells sortable", &headings, rows), more(parts.len(), PRINTED, "smaller one"))
}

/// What there is, with its bar; it leads to what is missing.
fn filled(cell: Option<&Cell>, label: &str, link: Option<String>) -> Html {
    let Some(cell) = cell else { return html!("<td class=\"quiet none\" data-sort=\"-1\">·</td>") };
    let share = cell.covered as f64 / cell.total.max(1) as f64 * 100.0;
    let content = html!(
        "<b>{}</b> <span class=\"quiet\">{} of {}</span>{}",
        percent(cell.covered, cell.total),
        cell.covered,
        cell.total,
        bar(share)
    );
    let content = match link {
        Some(link) => html!("<a href=\"{}\">{}</a>", link, content),
        None => html!("<span class=\"cell\">{}</span>", content),
    };
    html!("<td data-label=\"{}\" data-sort=\"{}\">{}</td>", label, format!("{share:.2}"), content)
}

/// Leads to the list of what a cell does not cover, where the lineage knows each of it: it does for resources that have no
/// description, test, owner or freshness, and does not for columns and contracts.
fn missing(audit: &Audit, cell: &Cell, part: Option<(&'static str, Option<&str>)>) -> Option<String> {
    let (gap, measure) = match cell.measure {
        Measure::Documented => (1, "documented"),
        Measure::Tested => (2, "tested"),
        Measure::Owned => (4, "owned"),
        Measure::Fresh => (16, "fresh"),
        Measure::Classified => return (cell.covered < cell.total).then(|| "#sensitive".to_owned()),
        Measure::Contracted => return None,
    };
    let kind = match cell.of {
        Things::Models => "model",
        Things::Sources => "source",
        Things::Seeds => "seed",
        Things::Snapshots => "snapshot",
        Things::Exposures => "exposure",
        Things::PublicModels | Things::Columns => return None,
    };
    let nodes = &audit.lineage.nodes;
    let is_missing = |at: &usize| {
        nodes.gaps[*at] & gap != 0
            && nodes.id[*at].split('.').next() == Some(kind)
            && part.is_none_or(|(key, name)| is_of(audit, *at, key, name))
    };
    // Of something with several owners the lineage knows the first only.
    let is_known = (0..nodes.id.len()).filter(is_missing).count() == cell.total - cell.covered;
    let of = part.map(|(key, name)| format!("&{}", of_part(key, name))).unwrap_or_default();
    (is_known && cell.covered < cell.total).then(|| format!("#coverage?missing={measure}&of={kind}{of}"))
}

/// Whether a resource is of that owner, folder or layer.
fn is_of(audit: &Audit, at: usize, key: &str, name: Option<&str>) -> bool {
    let nodes = &audit.lineage.nodes;
    match key {
        "owner" => nodes.owner[at].map(|owner| audit.owners.owners[owner].name.as_str()) == name,
        "layer" => Some(nodes.layer[at]) == name,
        _ => Some(nodes.path[at].rsplit_once('/').map_or("", |(folder, _)| folder)) == name,
    }
}
