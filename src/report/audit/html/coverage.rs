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
        "<h3>The project</h3>{}<h3>By layer</h3>{}<h3>By owner</h3>{}<h3>By folder</h3>{}",
        project(&coverage.project),
        parts("layer", "Layer", &coverage.layers),
        parts("owner", "Owner", &coverage.owners),
        parts("folder", "Folder", &coverage.folders),
    );
    view(
        "coverage",
        "Coverage",
        "How much of what there is has a description, an owner, a test, a freshness check, a contract, a classification. \
         Columns are those that YAML declares; classified are columns with personal data, known or suspected.",
        content,
    )
}

fn project(cells: &[Cell]) -> Html {
    let headings: Vec<&str> = std::iter::once("").chain(MEASURES.iter().map(|(_, name)| *name)).collect();
    let row = |(of, name): &(Things, &str)| {
        let found = |measure| cells.iter().find(|cell| (cell.measure, cell.of) == (measure, *of));
        let cells: Vec<Option<&Cell>> = MEASURES.iter().map(|(measure, _)| found(*measure)).collect();
        if cells.iter().all(Option::is_none) {
            return Html::default();
        }
        let cell = |(cell, (_, label)): (Option<&Cell>, &(Measure, &str))| filled(cell, label, "");
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

fn parts(key: &str, heading: &str, parts: &[PartCoverage]) -> Html {
    let is_there = |(measure, of, _): &&(Measure, Things, &str)| {
        parts.iter().flat_map(|part| &part.cells).any(|cell| (cell.measure, cell.of) == (*measure, *of))
    };
    let columns: Vec<&(Measure, Things, &str)> = PARTS.iter().filter(is_there).collect();
    let headings: Vec<&str> = std::iter::once(heading).chain(columns.iter().map(|(_, _, name)| *name)).collect();
    let row = |part: &PartCoverage| {
        let link = of_part(key, part.name.as_deref());
        let cell = |(measure, of, name): &&(Measure, Things, &str)| {
            filled(part.cells.iter().find(|cell| (cell.measure, cell.of) == (*measure, *of)), name, &link)
        };
        let cells = columns.iter().map(cell).collect::<Html>();
        html!("<tr><th scope=\"row\">{}</th>{}</tr>", part_name(key, part.name.as_deref()), cells)
    };
    let rows = largest(parts).into_iter().map(row).collect();
    html!("{}{}", table("coverage cells sortable", &headings, rows), more(parts.len(), PRINTED, "smaller ones"))
}

/// What there is, with its bar; it leads to the findings on what is not covered.
fn filled(cell: Option<&Cell>, label: &str, part: &str) -> Html {
    let Some(cell) = cell else { return html!("<td class=\"quiet none\" data-sort=\"-1\">·</td>") };
    let share = cell.covered as f64 / cell.total.max(1) as f64 * 100.0;
    let separator = if part.is_empty() { "" } else { "&" };
    let link = format!("#findings?{part}{separator}about={}", word(cell.measure));
    html!(
        "<td data-label=\"{}\" data-sort=\"{}\"><a href=\"{}\"><b>{}</b> <span class=\"quiet\">{} of {}</span>{}</a></td>",
        label,
        format!("{share:.2}"),
        link,
        percent(cell.covered, cell.total),
        cell.covered,
        cell.total,
        bar(share)
    )
}

fn word(measure: Measure) -> &'static str {
    match measure {
        Measure::Documented => "documented",
        Measure::Owned => "owned",
        Measure::Tested => "tested",
        Measure::Fresh => "fresh",
        Measure::Contracted => "contracted",
        Measure::Classified => "classified",
    }
}
