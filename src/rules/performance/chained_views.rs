use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::project::{ResourceId, ResourceType};
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a view or ephemeral model that stands on a row of more than `max` views and ephemeral models, itself
    /// included.
    ///
    /// A chain is reported once, at the model where it ends: the last one that no further view or ephemeral model of the
    /// project reads. Views of installed packages count as links. Materialized views and dynamic tables hold rows and end
    /// a chain.
    ///
    /// # Why it matters
    /// A view holds no rows: each query of the last one runs all of them, down to the raw tables. That is quick with
    /// little data and stays so for a while; with ten times the volume the dashboard waits, and so does the bill.
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
    /// -- models/staging/base_orders.sql
    /// {{ config(materialized='view') }}
    /// select * from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/staging/stg_orders.sql
    /// {{ config(materialized='view') }}
    /// select * from {{ ref('base_orders') }}
    /// ```
    /// ```sql
    /// -- models/intermediate/int_orders_paid.sql
    /// {{ config(materialized='view') }}
    /// select * from {{ ref('stg_orders') }} where is_paid
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// {{ config(materialized='view') }}
    /// select * from {{ ref('int_orders_paid') }}
    /// ```
    /// ```sql
    /// -- models/reporting/rpt_orders.sql
    /// {{ config(materialized='view') }}
    /// select country, sum(amount) as amount from {{ ref('fct_orders') }} group by country
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
    /// -- models/staging/base_orders.sql
    /// {{ config(materialized='view') }}
    /// select * from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/staging/stg_orders.sql
    /// {{ config(materialized='view') }}
    /// select * from {{ ref('base_orders') }}
    /// ```
    /// ```sql
    /// -- models/intermediate/int_orders_paid.sql
    /// {{ config(materialized='view') }}
    /// select * from {{ ref('stg_orders') }} where is_paid
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// {{ config(materialized='table') }}
    /// select * from {{ ref('int_orders_paid') }}
    /// ```
    /// ```sql
    /// -- models/reporting/rpt_orders.sql
    /// {{ config(materialized='view') }}
    /// select country, sum(amount) as amount from {{ ref('fct_orders') }} group by country
    /// ```
    ChainedViews(Options),
    code = "PRF001",
    slug = "chained-views",
    area = Performance,
    trap = Scale,
    default = Info,
    since = "0.1.0",
    subjects = [Model]
}

/// Options of `chained-views`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// The most views and ephemeral models in a row.
    pub max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { max: 4 }
    }
}

impl Rule for ChainedViews {
    fn check_project(&self, cx: &mut Context<'_>) {
        let chains = Chains::of(cx);
        let ends: Vec<Node<'_>> = cx
            .subjects(ResourceType::Model)
            .filter(|model| chains.links[model.id.index()].length > self.options.max && is_end(*model, cx))
            .collect();
        for model in ends {
            let chain = chains.up_to(model.id);
            let message = format!(
                "model `{}` ends a row of {} views and ephemeral models; {} is the most allowed",
                model.label(),
                chain.len(),
                self.options.max
            );
            // Any table in the row cuts it; the middle leaves the shortest parts.
            let own = |id: &&ResourceId| cx.settings.is_subject(cx.project, cx.project.get(**id));
            let middle = chain[chain.len() / 2..].iter().find(own).copied().unwrap_or(model.id);
            let (middle, path) = (cx.project.get(middle).label(), cx.path(&chain));
            cx.report(model, Place::config("materialized"), message)
                .help(format!("build one of them as a table or incremental model, for example `{middle}`"))
                .evidence(path);
        }
    }
}

/// Whether no further view of the project stands on it.
fn is_end(model: Node<'_>, cx: &Context<'_>) -> bool {
    !cx.consumers(model.id).any(|child| holds_no_rows(child) && cx.settings.is_subject(cx.project, child.resource))
}

fn holds_no_rows(node: Node<'_>) -> bool {
    let relation = node.relation().filter(|_| node.kind == ResourceType::Model);
    relation.is_some_and(|relation| matches!(relation.materialized.as_str(), "view" | "ephemeral"))
}

/// For every resource the longest row of views that ends with it.
struct Chains {
    links: Vec<Link>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Link {
    /// Views in the row; 0 for what is no view.
    length: usize,
    /// The view before it.
    previous: Option<ResourceId>,
}

impl Chains {
    /// One pass in topological order, so that a parent's row is known before its children's.
    fn of(cx: &Context<'_>) -> Self {
        let mut links = vec![Link::default(); cx.project.resources.len()];
        for id in cx.graph.topological().filter(|&id| holds_no_rows(cx.node(id))) {
            let mut longest = Link { length: 1, previous: None };
            for parent in cx.graph.parents(id).filter(|parent| *parent != id) {
                let length = links[parent.index()].length + 1;
                if length > longest.length {
                    longest = Link { length, previous: Some(parent) };
                }
            }
            links[id.index()] = longest;
        }
        Self { links }
    }

    /// The row that ends with `id`, from its beginning.
    fn up_to(&self, id: ResourceId) -> Vec<ResourceId> {
        let mut chain: Vec<ResourceId> =
            std::iter::successors(Some(id), |id| self.links[id.index()].previous).collect();
        chain.reverse();
        chain
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::project::{Resource, Text};
    use crate::rules::tester::{findings, model, reading, relation, source, subjects};

    fn materialized(mut model: Resource<'static>, how: &str) -> Resource<'static> {
        relation(&mut model).materialized = Text::from(how.to_owned());
        model
    }

    /// Views v1 to vN in a row, on a source.
    fn row(length: usize) -> Vec<Resource<'static>> {
        let mut all = vec![source("erp", "orders")];
        for number in 1..=length {
            let how = if number % 2 == 0 { "ephemeral" } else { "view" };
            let view = reading(materialized(model("misc", &format!("v{number}")), how), &[all.last().unwrap()]);
            all.push(view);
        }
        all
    }

    #[test]
    fn reports_the_end_of_a_row_above_the_limit() {
        assert!(subjects("PRF001", &row(4)).is_empty());
        let found = findings("PRF001", Value::Null, &row(6));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "model.shop.v6");
        assert_eq!(found[0].message, "model `v6` ends a row of 6 views and ephemeral models; 4 is the most allowed");
        assert_eq!(found[0].evidence, ["v1 → v2 → v3 → v4 → v5 → v6"]);
        assert_eq!(found[0].help, "build one of them as a table or incremental model, for example `v4`");
        assert!(findings("PRF001", json!({"max": 6}), &row(6)).is_empty());
    }

    #[test]
    fn a_table_cuts_the_row() {
        for how in ["table", "incremental", "materialized_view"] {
            let mut all = row(6);
            relation(&mut all[3]).materialized = Text::from(how);
            assert!(subjects("PRF001", &all).is_empty(), "{how}");
        }
    }

    #[test]
    fn a_table_at_the_end_does_not_count() {
        let mut all = row(5);
        let table = reading(model("marts", "table"), &[&all[5]]);
        all.push(table);
        assert_eq!(subjects("PRF001", &all), ["model.shop.v5"]);
    }

    #[test]
    fn the_longest_of_several_ways_counts() {
        let mut all = row(4);
        let end = reading(materialized(model("misc", "end"), "view"), &[&all[1], &all[4]]);
        all.push(end);
        let found = findings("PRF001", Value::Null, &all);
        assert_eq!(found[0].evidence, ["v1 → v2 → v3 → v4 → end"]);
    }

    #[test]
    fn views_of_packages_are_links_but_no_subjects() {
        let mut all = row(5);
        all[1].package = Text::from("hubspot");
        assert_eq!(subjects("PRF001", &all), ["model.shop.v5"]);
        all[5].package = Text::from("hubspot");
        assert!(subjects("PRF001", &all).is_empty());
    }
}
