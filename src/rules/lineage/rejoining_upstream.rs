use std::collections::BTreeMap;

use crate::findings::Place;
use crate::project::{ResourceId, ResourceType};
use crate::rules::generated::is_calendar;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a model that reads a parent both directly and through a model that nothing else reads.
    ///
    /// The model in between is one that could be folded in: of this project, in SQL like its reader, and a view, a table
    /// or ephemeral. An incremental model keeps what is no longer upstream, a snapshot likewise; marts, reporting models
    /// and models with `access: public` may have readers that dbt does not see. Those are left alone. A shared parent that
    /// is made to be joined anywhere does not count either: a seed, a time spine, a calendar that generates its rows, a
    /// model of the marts or reports. Models in between that start from the same parents are one finding.
    ///
    /// # Why it matters
    /// A step that exists for one reader, and whose input that reader takes anyway, is half an idea in another file. Who
    /// changes the one has to know of the other, and the lineage shows a detour where there is one thought.
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    /// ```
    /// ```sql
    /// -- models/staging/stg_orders.sql
    /// select order_id, customer_id, amount from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/intermediate/int_customer_totals.sql
    /// select customer_id, sum(amount) as total from {{ ref('stg_orders') }} group by customer_id
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select orders.order_id, orders.amount / totals.total as share
    /// from {{ ref('stg_orders') }} as orders
    /// join {{ ref('int_customer_totals') }} as totals on totals.customer_id = orders.customer_id
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
    /// select order_id, customer_id, amount from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// with orders as (select * from {{ ref('stg_orders') }}),
    /// totals as (select customer_id, sum(amount) as total from orders group by customer_id)
    /// select orders.order_id, orders.amount / totals.total as share
    /// from orders
    /// join totals on totals.customer_id = orders.customer_id
    /// ```
    RejoiningUpstream(NoOptions),
    code = "DAG005",
    slug = "rejoining-upstream",
    area = Lineage,
    trap = BalanceTheTeam,
    default = Info,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for RejoiningUpstream {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        // Steps that start from the same parents are one design, and one finding.
        let mut detours: BTreeMap<Vec<ResourceId>, Vec<Node<'_>>> = BTreeMap::new();
        for between in cx.parents(model.id).filter(|parent| parent.kind == ResourceType::Model) {
            if is_only_reader(model, between, cx) && could_be_folded(between, model, cx) {
                let shared = shared_parents(model, between, cx);
                if !shared.is_empty() {
                    detours.entry(shared).or_default().push(between);
                }
            }
        }
        for (shared, steps) in detours {
            cx.at_once(&steps).for_each(|steps| report(model, &shared, steps, cx));
        }
    }
}

fn is_only_reader(model: Node<'_>, between: Node<'_>, cx: &Context<'_>) -> bool {
    let mut consumers = cx.graph.consumers(between.id);
    !between.is_unknown("children") && consumers.next() == Some(model.id) && consumers.next().is_none()
}

fn could_be_folded(between: Node<'_>, model: Node<'_>, cx: &Context<'_>) -> bool {
    let Some(relation) = between.relation() else { return false };
    let in_sql = |node: Node<'_>| node.relation().is_some_and(|relation| !relation.is_python());
    cx.settings.is_subject(cx.project, between.resource)
        && between.id != model.id
        && !super::is_read_from_outside(between, cx)
        && in_sql(between)
        && in_sql(model)
        && matches!(relation.materialized.as_str(), "view" | "table" | "ephemeral")
}

/// What the model reads both itself and through the step in between, by id. Each step has one reader, so that its
/// parents are looked at once in the whole project.
fn shared_parents(model: Node<'_>, between: Node<'_>, cx: &Context<'_>) -> Vec<ResourceId> {
    let direct: Vec<ResourceId> = cx.graph.parents(model.id).collect();
    let is_shared = |id: ResourceId| id != between.id && id != model.id && direct.binary_search(&id).is_ok();
    let shared = cx.parents(between.id).filter(|parent| is_shared(parent.id) && !is_lookup(*parent, cx));
    shared.map(|parent| parent.id).collect()
}

fn report(model: Node<'_>, shared: &[ResourceId], steps: &[Node<'_>], cx: &mut Context<'_>) {
    let first = steps[0];
    let (label, step, names) = (model.label(), first.label(), cx.names(shared));
    let (message, help) = match steps {
        [_] => (
            format!(
                "model `{label}` reads `{step}`, which nothing else reads, and also what `{step}` is made from: {names}"
            ),
            format!("make `{step}` a CTE of `{label}`, or let `{step}` pass on what `{label}` reads beside it"),
        ),
        _ => (
            format!(
                "model `{label}` reads {} models that nothing else reads, and also what all of them are made from: {names}",
                steps.len()
            ),
            format!("make them CTEs of `{label}`, or let them pass on what `{label}` reads beside them"),
        ),
    };
    let mut evidence = vec![cx.path(&[shared[0], model.id]), cx.path(&[shared[0], first.id, model.id])];
    if steps.len() > 1 {
        evidence.push(format!("read by nothing else: {}", listed(steps.iter().map(|step| step.label()))));
    }
    let finding = cx.report(model, Place::Parent(first.id), message);
    finding.part(format!("parent:{}", first.unique_id)).help(help);
    finding.stands_for(steps.iter().map(|step| (model.unique_id.as_str(), format!("parent:{}", step.unique_id))));
    finding.evidence.extend(evidence);
}

/// Whether it is a table that models of any layer join for its columns, such as a calendar or a list of countries.
fn is_lookup(parent: Node<'_>, cx: &Context<'_>) -> bool {
    parent.kind == ResourceType::Seed
        || cx.layer(parent.id).is_served()
        || cx.project.is_time_spine(parent.resource)
        || is_calendar(parent, cx)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::{Access, Resource, Text};
    use crate::rules::tester::{exposure, findings, json_text, model, reading, relation, source, subjects};

    /// a → c, a → b → c.
    fn triangle() -> [Resource<'static>; 3] {
        let a = model("staging", "a");
        let b = reading(model("intermediate", "b"), &[&a]);
        let c = reading(model("marts", "c"), &[&a, &b]);
        [a, b, c]
    }

    #[test]
    fn shows_both_ways() {
        let found = findings("DAG005", Value::Null, &triangle());
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].subject.as_str(), found[0].part.as_str()), ("model.shop.c", "parent:model.shop.b"));
        assert_eq!(
            found[0].message,
            "model `c` reads `b`, which nothing else reads, and also what `b` is made from: a"
        );
        assert_eq!(found[0].evidence, ["a → c", "a → b → c"]);
    }

    #[test]
    fn steps_from_the_same_parent_are_one_finding() {
        let a = model("staging", "a");
        let other = model("staging", "other");
        let steps = ["b1", "b2", "b3"].map(|name| reading(model("intermediate", name), &[&a]));
        let apart = reading(model("intermediate", "b4"), &[&other]);
        let c = reading(model("marts", "c"), &[&a, &other, &steps[0], &steps[1], &steps[2], &apart]);
        let found = findings("DAG005", Value::Null, &[&steps[..], &[a, other, apart, c]].concat());
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].part, "parent:model.shop.b1");
        assert_eq!(
            found[0].message,
            "model `c` reads 3 models that nothing else reads, and also what all of them are made from: a"
        );
        assert_eq!(found[0].evidence, ["a → c", "a → b1 → c", "read by nothing else: b1, b2, b3"]);
        assert_eq!(found[0].help, "make them CTEs of `c`, or let them pass on what `c` reads beside them");
        assert_eq!(found[1].part, "parent:model.shop.b4");
    }

    #[test]
    fn a_calendar_may_be_joined_anywhere() {
        let [a, b, c] = triangle();
        let mut spine = model("staging", "spine");
        relation(&mut spine).raw_code = Some(json_text("select * from generate_series(0, 23)"));
        let mut days = a.clone();
        days.depends_on.push(spine.unique_id.clone());
        assert_eq!(subjects("DAG005", &[a, b.clone(), c.clone()]), ["model.shop.c"]);
        assert!(subjects("DAG005", &[spine, days, b, c]).is_empty());
    }

    #[test]
    fn a_source_can_be_rejoined() {
        let raw = source("erp", "orders");
        let b = reading(model("staging", "b"), &[&raw]);
        let c = reading(model("staging", "c"), &[&raw, &b]);
        assert_eq!(subjects("DAG005", &[raw, b, c]), ["model.shop.c"]);
    }

    #[test]
    fn a_second_reader_justifies_the_step() {
        let [a, b, c] = triangle();
        let other = reading(exposure("kpis"), &[&b]);
        assert!(subjects("DAG005", &[a, b, c, other]).is_empty());
    }

    #[test]
    fn leaves_alone_what_cannot_be_folded_in() {
        let changes: [fn(&mut Resource<'static>); 6] = [
            |b| relation(b).materialized = Text::from("incremental"),
            |b| relation(b).materialized = Text::from("materialized_view"),
            |b| relation(b).language = Text::from("python"),
            |b| relation(b).access = Access::Public,
            |b| b.path = Text::from("models/marts/b.sql"),
            |b| b.package = Text::from("dbt_date"),
        ];
        for change in changes {
            let [a, mut b, c] = triangle();
            change(&mut b);
            assert!(subjects("DAG005", &[a, b, c]).is_empty());
        }
    }

    #[test]
    fn lookups_may_be_joined_anywhere() {
        let changes: [fn(&mut Resource<'static>); 2] =
            [|a| a.path = Text::from("models/marts/a.sql"), |a| relation(a).time_spine = true];
        for change in changes {
            let [mut a, b, c] = triangle();
            change(&mut a);
            assert!(subjects("DAG005", &[a, b, c]).is_empty());
        }
    }
}
