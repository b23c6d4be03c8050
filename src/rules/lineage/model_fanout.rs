use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::project::{ResourceId, ResourceType};
use crate::rules::{Context, Node, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a model with more than `max` child models that are leaves.
    ///
    /// A leaf is a model at the end of the line: no further model or snapshot reads it. Exposures and metrics may. With
    /// `count: all` every child model counts.
    ///
    /// # Why it matters
    /// Many end products cut from one model are often one product in many variants: each filters and groups a little
    /// differently, and each has to be changed when the business does. What they share belongs into the model, what
    /// tells them apart into the tool that shows it.
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
    /// select order_id, country, amount from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders_at.sql
    /// select * from {{ ref('stg_orders') }} where country = 'AT'
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders_ch.sql
    /// select * from {{ ref('stg_orders') }} where country = 'CH'
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders_de.sql
    /// select * from {{ ref('stg_orders') }} where country = 'DE'
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders_fr.sql
    /// select * from {{ ref('stg_orders') }} where country = 'FR'
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
    /// select order_id, country, amount from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select order_id, country, amount from {{ ref('stg_orders') }}
    /// ```
    ModelFanout(Options),
    code = "DAG006",
    slug = "model-fanout",
    area = Lineage,
    trap = Scale,
    default = Info,
    since = "0.1.0",
    subjects = [Model]
}

/// Options of `model-fanout`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// The most children that a model may have.
    pub max: usize,
    /// Which children count.
    pub count: Count,
}

/// Which children of a model count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Count {
    /// Child models that no further model or snapshot reads.
    Leaves,
    /// All child models.
    All,
}

impl Default for Options {
    fn default() -> Self {
        Self { max: 3, count: Count::Leaves }
    }
}

impl Rule for ModelFanout {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let graph = cx.graph;
        let counts = |child: &ResourceId| match self.options.count {
            Count::All => true,
            Count::Leaves => [ResourceType::Model, ResourceType::Snapshot]
                .into_iter()
                .all(|kind| graph.children_of_kind(*child, kind).next().is_none()),
        };
        if graph.children(model.id).len() <= self.options.max {
            return;
        }
        let children = cx.children(model.id).filter(|child| child.kind == ResourceType::Model && counts(&child.id));
        let children = super::once_a_model(children);
        let count = children.len();
        if count <= self.options.max {
            return;
        }
        let names = listed(children.iter().map(|child| child.name.as_str()));
        let leaves = if self.options.count == Count::Leaves { " at the end of the line" } else { "" };
        let message = format!(
            "model `{}` has {count} child models{leaves}; {} is the most allowed",
            model.label(),
            self.options.max
        );
        cx.report(model, Place::Entry, message)
            .help(
                "merge the children that differ by a filter or a grouping only, and leave the cut to the tool that shows it",
            )
            .evidence(format!("children: {names}"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::project::{Resource, Text};
    use crate::rules::tester::{exposure, findings, model, reading, relation, subjects};

    fn hub(children: usize) -> Vec<Resource<'static>> {
        let hub = model("staging", "hub");
        let child = |index: usize| reading(model("marts", &format!("child_{index}")), &[&hub]);
        let children: Vec<_> = (0..children).map(child).collect();
        [vec![hub], children].concat()
    }

    #[test]
    fn reports_above_the_limit() {
        assert!(subjects("DAG006", &hub(3)).is_empty());
        let found = findings("DAG006", Value::Null, &hub(7));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "model.shop.hub");
        assert_eq!(found[0].message, "model `hub` has 7 child models at the end of the line; 3 is the most allowed");
        assert_eq!(found[0].evidence, ["children: child_0, child_1, child_2, child_3, child_4 and 2 more"]);
    }

    #[test]
    fn a_model_with_versions_is_one_child() {
        let mut all = hub(3);
        for version in ["1", "2", "3"] {
            let mut child = reading(model("marts", "customers"), &[&all[0]]);
            child.unique_id = Text::from(format!("model.shop.customers.v{version}"));
            relation(&mut child).version = Some(Text::from(version));
            all.push(child);
        }
        let found = findings("DAG006", Value::Null, &all);
        assert_eq!(found[0].message, "model `hub` has 4 child models at the end of the line; 3 is the most allowed");
        assert_eq!(found[0].evidence, ["children: child_0, child_1, child_2, customers"]);
        assert!(findings("DAG006", json!({"max": 4}), &all).is_empty());
    }

    #[test]
    fn a_child_that_is_built_upon_is_no_leaf() {
        let mut all = hub(4);
        all.push(reading(exposure("kpis"), &[&all[1]]));
        assert_eq!(subjects("DAG006", &all), ["model.shop.hub"]);
        all.push(reading(model("reporting", "rpt"), &[&all[1]]));
        assert!(subjects("DAG006", &all).is_empty());
        let found = findings("DAG006", json!({"count": "all"}), &all);
        assert_eq!(found[0].message, "model `hub` has 4 child models; 3 is the most allowed");
    }
}
