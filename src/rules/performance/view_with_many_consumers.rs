use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::project::ResourceId;
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a view with more than `max` consumers.
    ///
    /// Models, snapshots, exposures, metrics, semantic models and saved queries that read it directly are consumers;
    /// tests are not. Materialized views hold rows and are exempt, and so are ephemeral models, which nobody can query.
    ///
    /// # Why it matters
    /// The view's query runs once for every consumer, each time from the beginning. A table runs it once.
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
    /// -- models/intermediate/int_orders.sql
    /// {{ config(materialized='view') }}
    /// select order_id, country, amount from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select * from {{ ref('int_orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/fct_order_days.sql
    /// select * from {{ ref('int_orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/dim_countries.sql
    /// select distinct country from {{ ref('int_orders') }}
    /// ```
    /// ```sql
    /// -- models/reporting/rpt_orders.sql
    /// select country, sum(amount) as amount from {{ ref('int_orders') }} group by country
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
    /// -- models/intermediate/int_orders.sql
    /// {{ config(materialized='table') }}
    /// select order_id, country, amount from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select * from {{ ref('int_orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/fct_order_days.sql
    /// select * from {{ ref('int_orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/dim_countries.sql
    /// select distinct country from {{ ref('int_orders') }}
    /// ```
    /// ```sql
    /// -- models/reporting/rpt_orders.sql
    /// select country, sum(amount) as amount from {{ ref('int_orders') }} group by country
    /// ```
    ViewWithManyConsumers(Options),
    code = "PRF002",
    slug = "view-with-many-consumers",
    area = Performance,
    trap = Scale,
    default = Info,
    since = "0.1.0",
    subjects = [Model]
}

/// Options of `view-with-many-consumers`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// The most consumers that a view may have.
    pub max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { max: 3 }
    }
}

impl Rule for ViewWithManyConsumers {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let is_view = model.relation().is_some_and(|relation| relation.materialized.as_str() == "view");
        if !is_view || cx.graph.consumers(model.id).count() <= self.options.max {
            return;
        }
        let consumers: Vec<ResourceId> = cx.graph.consumers(model.id).collect();
        let message = format!(
            "view `{}` has {} consumers, and its query runs for each of them; {} is the most allowed",
            model.label(),
            consumers.len(),
            self.options.max
        );
        let names = cx.names(&consumers);
        cx.report(model, Place::config("materialized"), message)
            .help("build it as a table or incremental model, unless its query is next to nothing")
            .evidence(format!("consumers: {names}"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::project::{Resource, Text};
    use crate::rules::tester::{exposure, findings, model, reading, relation, subjects, test};

    /// A view with an exposure and so many models that read it, and a test, which does not.
    fn view(models: usize) -> Vec<Resource<'static>> {
        let mut view = model("staging", "stg_orders");
        relation(&mut view).materialized = Text::from("view");
        let mut all = vec![reading(exposure("kpis"), &[&view]), test("unique", &view, "order_id")];
        all.extend((0..models).map(|index| reading(model("marts", &format!("m{index}")), &[&view])));
        all.push(view);
        all
    }

    #[test]
    fn reports_above_the_limit() {
        assert!(subjects("PRF002", &view(2)).is_empty());
        let found = findings("PRF002", Value::Null, &view(3));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "model.shop.stg_orders");
        assert_eq!(
            found[0].message,
            "view `stg_orders` has 4 consumers, and its query runs for each of them; 3 is the most allowed"
        );
        assert_eq!(found[0].evidence, ["consumers: kpis, m0, m1, m2"]);
        assert!(findings("PRF002", json!({"max": 4}), &view(3)).is_empty());
    }

    #[test]
    fn only_views() {
        for how in ["table", "ephemeral", "materialized_view"] {
            let mut all = view(9);
            relation(all.last_mut().unwrap()).materialized = Text::from(how);
            assert!(subjects("PRF002", &all).is_empty(), "{how}");
        }
    }
}
