//! What each dashboard rests on, and where that is weak.

use super::components::{bar, more, number, percent, points, score_cell, section as view, sum, table, tally, verdict};
use super::markup::{Html, html, outside_link};
use crate::audit::{Audit, Dashboard, WeakLinks};

/// How many dashboards, and how many weak links of each, are printed. The script shows all links.
const PRINTED: usize = 150;
const WEAKEST: usize = 8;

pub fn section(audit: &Audit) -> Html {
    let shown = &audit.dashboards[..audit.dashboards.len().min(PRINTED)];
    let content = html!(
        "{}{}{}",
        overview(audit),
        shown.iter().enumerate().map(|(at, it)| dashboard(audit, at, it)).collect::<Html>(),
        more(audit.dashboards.len(), shown.len(), "dashboard"),
    );
    view(
        "dashboards",
        "Dashboards",
        "Each exposure with all that it rests on, the lowest score first. Governed is what is documented, owned and tested, \
         and fresh where it is a source table. The weakest links are named: what is missing of them is missing of the \
         dashboard.",
        content,
    )
}

fn overview(audit: &Audit) -> Html {
    let row = |(at, it): (usize, &Dashboard)| {
        let name = html!("<a href=\"{}\">{}</a>", format!("#dashboard-{at}"), title(it));
        html!(
            "<tr><td>{}</td><td data-label=\"Owner\">{}</td>{}<td class=\"num\" data-label=\"Governed\" \
             data-sort=\"{}\">{}</td>{}<td class=\"tally\" data-label=\"Findings\" data-sort=\"{}\">{}</td></tr>",
            name,
            owner(it),
            score_cell(it.score.score),
            format!("{:.4}", it.governed as f64 / it.governable.max(1) as f64),
            percent(it.governed, it.governable),
            weak_cells(it.weak),
            sum(it.score.findings).to_string(),
            tally(it.score.findings, &of_dashboard(it)),
        )
    };
    let headings = [
        "Dashboard",
        "Owner",
        "#Score",
        "#Governed",
        "#Undocumented",
        "#Untested",
        "#Unowned",
        "#Orphaned",
        "#Unfresh",
        "Findings",
    ];
    let rows = audit.dashboards.iter().enumerate().take(PRINTED).map(row).collect();
    table("dashboards cells sortable", &headings, rows)
}

fn title(dashboard: &Dashboard) -> &str {
    dashboard.label.as_ref().unwrap_or(&dashboard.name)
}

fn owner(dashboard: &Dashboard) -> Html {
    match &dashboard.owner {
        Some(owner) => html!("{}", owner),
        None => html!("<span class=\"quiet\">nobody</span>"),
    }
}

/// Findings on the dashboard and on what it rests on.
fn of_dashboard(dashboard: &Dashboard) -> String {
    format!("above={}", super::markup::query(&dashboard.id))
}

fn weak_cells(weak: WeakLinks) -> Html {
    let cells = [
        (weak.undocumented, "Undocumented"),
        (weak.untested, "Untested"),
        (weak.unowned, "Unowned"),
        (weak.orphaned, "Orphaned"),
        (weak.unfresh, "Unfresh"),
    ];
    let cell = |(count, label): (usize, &str)| {
        let class = if count == 0 { "num quiet" } else { "num" };
        html!("<td class=\"{}\" data-label=\"{}\">{}</td>", class, label, count)
    };
    cells.into_iter().map(cell).collect()
}

fn dashboard(audit: &Audit, at: usize, it: &Dashboard) -> Html {
    let mut about = vec![it.exposure_type.clone()];
    about.extend((it.label.is_some()).then(|| it.name.clone()));
    about.extend(it.maturity.as_ref().map(|maturity| format!("maturity {maturity}")));
    about.retain(|words| !words.is_empty());
    let share = it.governed as f64 / it.governable.max(1) as f64 * 100.0;
    let (word, _) = verdict(it.score.score);
    html!(
        "<article id=\"{}\" class=\"dashboard\"><h3>{}</h3><p class=\"quiet\">{}{}</p><dl><dt>Score</dt><dd><b>{}</b> \
         {}</dd><dt>Owner</dt><dd>{}</dd><dt>Governed</dt><dd><b>{}</b> {} of {} \
         upstream{}</dd><dt>Findings</dt><dd>{}</dd></dl>{}</article>",
        format!("dashboard-{at}"),
        title(it),
        about.join(" · "),
        it.url.as_ref().map(|url| html!(" · {}", outside_link(url, "open it"))),
        points(it.score.score),
        word,
        owner(it),
        percent(it.governed, it.governable),
        it.governed,
        it.governable,
        bar(share),
        tally(it.score.findings, &of_dashboard(it)),
        links(audit, it),
    )
}

/// The weakest links: what lacks most, of equals the nearest.
fn links(audit: &Audit, it: &Dashboard) -> Html {
    let nodes = &audit.lineage.nodes;
    let mut weak: Vec<(usize, u32)> = it.upstream.iter().copied().filter(|(node, _)| nodes.gaps[*node] != 0).collect();
    weak.sort_by_key(|(node, steps)| (std::cmp::Reverse(nodes.gaps[*node].count_ones()), *steps, *node));
    let all = html!(
        "<p class=\"upstream\" data-node=\"{}\"><a href=\"{}\">All {} upstream in the lineage</a></p>",
        nodes.id.binary_search(&it.id).map_or_else(|_| String::new(), |at| at.to_string()),
        format!("#lineage?node={}&above=1", super::markup::query(&it.id)),
        it.upstream.len(),
    );
    if it.upstream.is_empty() {
        return html!("<p><b>It names nothing that it rests on.</b> Its <code>depends_on</code> is empty.</p>");
    }
    if weak.is_empty() {
        return html!("<p>No weak link: all that it rests on is documented, owned, tested and fresh.</p>{}", all);
    }
    let row = |(node, steps): &(usize, u32)| {
        html!(
            "<tr><td><a href=\"{}\">{}</a></td><td data-label=\"Layer\">{}</td><td data-label=\"Lacks\">{}</td><td \
             class=\"num\" data-label=\"Steps away\">{}</td></tr>",
            format!("#lineage?node={}", super::markup::query(&nodes.id[*node])),
            nodes.name[*node],
            nodes.layer[*node],
            gaps(nodes.gaps[*node]),
            *steps,
        )
    };
    let rows = weak.iter().take(WEAKEST).map(row).collect();
    let rest = weak.len().saturating_sub(WEAKEST);
    let rest = if rest == 0 {
        Html::default()
    } else {
        html!("<p class=\"quiet\">and {}</p>", number(rest, "more weak link"))
    };
    html!("{}{}{}", table("links cells", &["Weakest links", "Layer", "Lacks", "#Steps away"], rows), rest, all)
}

/// What is missing of a resource, in words.
fn gaps(bits: u8) -> Html {
    const WORDS: [&str; 5] = ["description", "test", "owner", "lineage (orphaned)", "freshness check"];
    let is_missing = |at: &usize| bits & (1 << at) != 0;
    let word = |at: usize| html!("<span class=\"gap\">{}</span> ", WORDS[at]);
    (0..WORDS.len()).filter(is_missing).map(word).collect()
}
