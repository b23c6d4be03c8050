use std::collections::{HashMap, HashSet, VecDeque};

use crate::findings::Place;
use crate::graph::Graph;
use crate::project::ResourceId;
use crate::rules::{Context, NoOptions, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags resources that depend on each other in a circle, or on themselves.
    ///
    /// A knot of several circles is one finding, which shows the shortest circle through its first resource in order of
    /// unique id. dbt refuses to parse a project with a cycle, so a manifest has one only if it was not written by dbt
    /// alone; read from the project's files, the lineage may have one before dbt has ever seen it.
    ///
    /// # Why it matters
    /// Nothing in a circle can be built, because each of its models waits for another. No answer about the lineage of
    /// what is in it, or behind it, is worth anything.
    ///
    /// # Example
    /// ```sql
    /// -- models/marts/dim_customers.sql
    /// select customer_id, last_order_id from {{ ref('fct_orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select order_id, customer_id from {{ ref('dim_customers') }}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    /// ```
    /// ```sql
    /// -- models/staging/stg_orders.sql
    /// select order_id, customer_id from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/dim_customers.sql
    /// select customer_id, max(order_id) as last_order_id from {{ ref('stg_orders') }} group by customer_id
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select order_id, customer_id from {{ ref('stg_orders') }}
    /// ```
    DependencyCycle(NoOptions),
    code = "DAG014",
    slug = "dependency-cycle",
    area = Lineage,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Model, Snapshot, Metric]
}

impl Rule for DependencyCycle {
    fn check_project(&self, cx: &mut Context<'_>) {
        for members in cx.graph.cycles() {
            let is_subject = |id: &&ResourceId| cx.settings.is_subject(cx.project, cx.project.get(**id));
            let Some(&first) = members.iter().find(is_subject) else { continue };
            let circle = shortest_circle(cx.graph, &members, first);
            let node = cx.node(first);
            let (kind, label) = (node.kind.label(), node.label());
            let message = match members.len() {
                1 => format!("{kind} `{label}` depends on itself"),
                count => format!("{kind} `{label}` depends on itself, in a knot of {count} resources"),
            };
            // The last but one in the circle is the parent by which it closes.
            let parent = circle[circle.len() - 2];
            let path = cx.path(&circle);
            let project = cx.project;
            let knot: Vec<_> =
                members.iter().filter(is_subject).map(|&id| (project.get(id).unique_id.as_str(), "")).collect();
            cx.report(node, Place::Parent(parent), message)
                .stands_for(knot)
                .help(
                    "take out one of these dependencies: let both sides read what they share from a model before them",
                )
                .evidence(path);
        }
    }
}

/// A shortest way downstream from `start` back to it, both ends included, within a strongly connected component.
fn shortest_circle(graph: &Graph, members: &[ResourceId], start: ResourceId) -> Vec<ResourceId> {
    let members: HashSet<ResourceId> = members.iter().copied().collect();
    let mut reached_from: HashMap<ResourceId, ResourceId> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front()
        && !reached_from.contains_key(&start)
    {
        for child in graph.children(at).filter(|child| members.contains(child)) {
            reached_from.entry(child).or_insert_with(|| {
                queue.push_back(child);
                at
            });
        }
    }
    let mut circle = vec![start];
    let mut at = start;
    while let Some(&previous) = reached_from.get(&at) {
        circle.push(previous);
        at = previous;
        if at == start {
            break;
        }
    }
    circle.reverse();
    circle
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::findings::Place;
    use crate::project::{Resource, ResourceId, Text};
    use crate::rules::tester::{findings, model, subjects};

    fn named(name: &str, parents: &[&str]) -> Resource<'static> {
        let mut model = model("marts", name);
        model.depends_on = parents.iter().map(|parent| Text::from(format!("model.shop.{parent}"))).collect();
        model
    }

    #[test]
    fn shows_the_way_round() {
        let all = [named("a", &["c"]), named("b", &["a"]), named("c", &["b"]), named("d", &["c"])];
        let found = findings("DAG014", Value::Null, &all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "model.shop.a");
        assert_eq!(found[0].message, "model `a` depends on itself, in a knot of 3 resources");
        assert_eq!(found[0].evidence, ["a → b → c → a"]);
        assert_eq!(found[0].place, Place::Parent(ResourceId(2)));
    }

    #[test]
    fn a_knot_is_one_finding_with_its_shortest_circle() {
        let all = [named("a", &["b", "c"]), named("b", &["a"]), named("c", &["b"])];
        let found = findings("DAG014", Value::Null, &all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].evidence, ["a → b → a"]);
    }

    #[test]
    fn a_model_may_read_itself() {
        let found = findings("DAG014", Value::Null, &[named("a", &["a"])]);
        assert_eq!(found[0].message, "model `a` depends on itself");
        assert_eq!(found[0].evidence, ["a → a"]);
    }

    #[test]
    fn silent_without_circles_and_about_those_of_packages() {
        let (mut a, mut b) = (named("a", &["b"]), named("b", &["a"]));
        a.package = Text::from("dbt_date");
        b.package = Text::from("dbt_date");
        assert!(subjects("DAG014", &[a, b.clone(), named("c", &["b"])]).is_empty());
    }
}
