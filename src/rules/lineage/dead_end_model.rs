use crate::findings::Place;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model that nothing reads and that is not made to be read from outside.
    ///
    /// Models, snapshots, exposures, metrics, semantic models and saved queries read; tests do not. Models of the layers
    /// marts and reporting are exempt, because people read those without dbt knowing; so are models with
    /// `access: public`, because other projects may read them, and MetricFlow time spines. Each version of a versioned
    /// model counts for itself. Where no data is above the model either,
    /// `disconnected-model` says so instead.
    ///
    /// # Why it matters
    /// A model that nobody uses is built, tested and paid for every night, and it is one more place to look when a
    /// number has to change. What guides no decision only hides what does.
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
    /// select * from {{ source('erp', 'orders') }}
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
    /// select * from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select order_id, amount from {{ ref('stg_orders') }}
    /// ```
    DeadEndModel(NoOptions),
    code = "DAG002",
    slug = "dead-end-model",
    area = Lineage,
    trap = ServeTheBusiness,
    default = Warning,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for DeadEndModel {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        if cx.graph.consumers(model.id).next().is_some() || super::is_read_from_outside(model, cx) {
            return;
        }
        let message =
            format!("nothing reads model `{}`: no model, snapshot, exposure or metric depends on it", model.label());
        cx.report(model, Place::Entry, message).help(
            "delete it, or name who uses it: an exposure for a dashboard or a job outside dbt; if people query it \
             themselves, move it to the marts",
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::{Access, ResourceType};
    use crate::rules::tester::{exposure, findings, model, reading, relation, resource, subjects, test};

    #[test]
    fn tests_are_no_consumers() {
        let unread = model("staging", "stg_orders");
        let tested = test("unique", &unread, "order_id");
        let found = findings("DAG002", Value::Null, &[unread, tested]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "model.shop.stg_orders");
        assert_eq!(
            found[0].message,
            "nothing reads model `stg_orders`: no model, snapshot, exposure or metric depends on it"
        );
    }

    #[test]
    fn everything_else_is_one() {
        let read = ["a", "b", "c"].map(|name| model("staging", name));
        let snapshot = resource(ResourceType::Snapshot, "snapshot.shop.snap", "snapshots/snap.sql");
        let semantic = resource(ResourceType::SemanticModel, "semantic_model.shop.sem", "models/sem.yml");
        let all =
            [reading(exposure("kpis"), &[&read[0]]), reading(snapshot, &[&read[1]]), reading(semantic, &[&read[2]])];
        assert!(subjects("DAG002", &[&read[..], &all[..]].concat()).is_empty());
    }

    #[test]
    fn what_is_read_from_outside_is_exempt() {
        let mart = model("marts", "orders");
        let report = model("somewhere", "rpt_orders");
        let mut public = model("intermediate", "int_orders");
        relation(&mut public).access = Access::Public;
        let mut spine = model("utilities", "all_days");
        relation(&mut spine).time_spine = true;
        assert!(subjects("DAG002", &[mart, report, public, spine]).is_empty());
    }
}
