use std::collections::VecDeque;

use super::feeding::in_words;
use crate::findings::Place;
use crate::project::{ResourceId, ResourceType, Source};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an exposure that rests, directly or through models, on a source table whose freshness nobody checks.
    ///
    /// A table with neither `warn_after` nor `error_after` counts. There is one finding for each exposure; it shows the
    /// way from the nearest of these tables. Left out are tables for which freshness is switched off with `freshness:
    /// null`, which is a decision, and tables of installed packages, whose freshness is not the project's to set.
    ///
    /// # Why it matters
    /// When a load stops, nothing fails: models run, tests pass, and the dashboard shows last week as if it were today.
    /// A freshness check is the one thing that says so before a reader does.
    ///
    /// # Example
    /// ```yaml
    /// # models/schema.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    ///
    /// exposures:
    ///   - name: weekly_kpis
    ///     type: dashboard
    ///     owner:
    ///       email: data@example.com
    ///     depends_on:
    ///       - ref('fct_orders')
    /// ```
    /// ```sql
    /// -- models/fct_orders.sql
    /// select * from {{ source('erp', 'orders') }}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/schema.yml
    /// sources:
    ///   - name: erp
    ///     config:
    ///       loaded_at_field: loaded_at
    ///       freshness:
    ///         warn_after: {count: 1, period: day}
    ///     tables:
    ///       - name: orders
    ///
    /// exposures:
    ///   - name: weekly_kpis
    ///     type: dashboard
    ///     owner:
    ///       email: data@example.com
    ///     depends_on:
    ///       - ref('fct_orders')
    /// ```
    /// ```sql
    /// -- models/fct_orders.sql
    /// select * from {{ source('erp', 'orders') }}
    /// ```
    DashboardOnUnfreshSource(NoOptions),
    code = "EXP010",
    slug = "dashboard-on-unfresh-source",
    area = Exposures,
    trap = ServeTheBusiness,
    default = Warning,
    since = "0.1.0",
    subjects = [Exposure]
}

/// Most paths that one finding shows.
const SHOWN: usize = 5;

impl Rule for DashboardOnUnfreshSource {
    fn check_project(&self, cx: &mut Context<'_>) {
        let mut upstream = Upstream::new(cx.project.resources.len());
        let exposures: Vec<Node<'_>> = cx.subjects(ResourceType::Exposure).collect();
        for exposure in exposures {
            let unchecked = upstream.collect(exposure.id, cx, is_unchecked);
            if let Some(&nearest) = unchecked.first() {
                let paths: Vec<String> =
                    unchecked.iter().take(SHOWN).map(|&source| cx.path(&upstream.path(source))).collect();
                report(exposure, cx.node(nearest), unchecked.len(), paths, cx);
            }
        }
    }
}

/// A source table of the project itself without a freshness rule.
fn is_unchecked(cx: &Context<'_>, id: ResourceId) -> bool {
    let resource = cx.project.get(id);
    let is_open = |source: &Source<'_>| !(source.freshness.is_checked() || source.freshness_opt_out);
    let unchecked = resource.as_source().is_some_and(is_open);
    unchecked && cx.settings.is_subject(cx.project, resource)
}

fn report(exposure: Node<'_>, nearest: Node<'_>, count: usize, paths: Vec<String>, cx: &mut Context<'_>) {
    let tables = match count {
        1 => format!("source table `{}`, whose freshness nobody checks", nearest.label()),
        _ => format!("{count} source tables whose freshness nobody checks"),
    };
    let finding = cx.report(exposure, Place::key("depends_on"), format!("{} rests on {tables}", in_words(&exposure)));
    // The others may be declared anywhere.
    let others = if count == 1 { "" } else { ", and for the others where they are declared" };
    finding.help(format!(
        "set `freshness:` with `warn_after` and, unless the adapter reads it from metadata, `loaded_at_field:` for \
         `{}` in {}{others}",
        nearest.label(),
        nearest.path
    ));
    let shown = paths.len();
    for path in paths {
        finding.evidence(path);
    }
    if count > shown {
        finding.evidence(format!("and {} more", count - shown));
    }
    finding.related(nearest.id, Place::key("freshness"), "no freshness here");
}

/// A search upstream that is run once for each exposure without clearing what it has visited before.
struct Upstream {
    /// Number of the search that was the last to visit a resource.
    visited: Vec<u32>,
    /// The next resource on the way back to where that search began.
    back: Vec<ResourceId>,
    search: u32,
    start: ResourceId,
}

impl Upstream {
    fn new(resources: usize) -> Self {
        Self { visited: vec![0; resources], back: vec![ResourceId(0); resources], search: 0, start: ResourceId(0) }
    }

    /// The ancestors of a resource that are wanted, nearest first.
    fn collect(
        &mut self,
        start: ResourceId,
        cx: &Context<'_>,
        is_wanted: impl Fn(&Context<'_>, ResourceId) -> bool,
    ) -> Vec<ResourceId> {
        self.search += 1;
        self.start = start;
        self.visited[start.index()] = self.search;
        let mut queue = VecDeque::from([start]);
        let mut found = Vec::new();
        while let Some(reached) = queue.pop_front() {
            for parent in cx.graph.parents(reached) {
                if std::mem::replace(&mut self.visited[parent.index()], self.search) != self.search {
                    self.back[parent.index()] = reached;
                    queue.push_back(parent);
                    if is_wanted(cx, parent) {
                        found.push(parent);
                    }
                }
            }
        }
        found
    }

    /// The way from an ancestor that the last search has found down to where it began, both included.
    fn path(&self, from: ResourceId) -> Vec<ResourceId> {
        let back = |&at: &ResourceId| (at != self.start).then(|| self.back[at.index()]);
        std::iter::successors(Some(from), back).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Detail, Freshness, Resource, Text};
    use crate::rules::tester::{exposure, findings, model, reading, source, subjects};

    fn checked(table: &str, freshness: Freshness) -> Resource<'static> {
        let mut source = source("erp", table);
        if let Detail::Source(detail) = &mut source.detail {
            detail.freshness = freshness;
        }
        source
    }

    #[test]
    fn shows_the_way_from_the_source() {
        let orders = source("erp", "orders");
        let staging = reading(model("staging", "stg_orders"), &[&orders]);
        let fct = reading(model("marts", "fct_orders"), &[&staging]);
        let board = reading(exposure("board"), &[&fct]);
        let found = findings("EXP010", json!(null), &[orders, staging, fct, board]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "dashboard `board` rests on source table `erp.orders`, whose freshness nobody checks"
        );
        assert_eq!(found[0].evidence, ["source table erp.orders → stg_orders → fct_orders → exposure board"]);
        assert_eq!(
            found[0].help,
            "set `freshness:` with `warn_after` and, unless the adapter reads it from metadata, `loaded_at_field:` for \
             `erp.orders` in models/sources.yml"
        );
    }

    #[test]
    fn one_finding_for_many_tables() {
        let tables: Vec<_> = (1..=7).map(|number| source("erp", &format!("t{number}"))).collect();
        let fct = reading(model("marts", "fct_orders"), &tables.iter().collect::<Vec<_>>());
        let board = reading(exposure("board"), &[&fct]);
        let other = reading(exposure("other"), &[&tables[0]]);
        let found = findings("EXP010", json!(null), &[tables, vec![fct, board, other]].concat());
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].message, "dashboard `board` rests on 7 source tables whose freshness nobody checks");
        assert_eq!(found[0].evidence[0], "source table erp.t1 → fct_orders → exposure board");
        assert_eq!(found[0].evidence[5], "and 2 more");
        assert_eq!(found[1].evidence, ["source table erp.t1 → exposure other"]);
    }

    #[test]
    fn either_threshold_will_do() {
        let warn = checked("a", Freshness { warn_after: true, error_after: false });
        let error = checked("b", Freshness { warn_after: false, error_after: true });
        let board = reading(exposure("board"), &[&warn, &error]);
        assert!(subjects("EXP010", &[warn, error, board]).is_empty());
    }

    #[test]
    fn switched_off_is_a_decision() {
        let mut frozen = source("erp", "orders_archive");
        if let Detail::Source(detail) = &mut frozen.detail {
            detail.freshness_opt_out = true;
        }
        let board = reading(exposure("board"), &[&frozen]);
        assert!(subjects("EXP010", &[frozen, board]).is_empty());
    }

    #[test]
    fn sources_of_packages_are_not_ours() {
        let mut foreign = source("hubspot", "contact");
        foreign.package = Text::from("hubspot");
        let board = reading(exposure("board"), &[&foreign]);
        assert!(subjects("EXP010", &[foreign, board]).is_empty());
    }
}
