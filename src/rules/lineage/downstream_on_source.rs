use crate::findings::Place;
use crate::project::{Layer, ResourceType};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an intermediate, mart or reporting model that reads a source directly.
    ///
    /// Each such dependency is a finding of its own, at the `source()`. Seeds are fine: the project wrote them itself.
    ///
    /// # Why it matters
    /// The raw table changes when its owner changes it. If one staging model takes the blow, one file is repaired; if
    /// marts read the raw table, every one of them breaks, and each is repaired in its own way.
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
    /// -- models/marts/fct_orders.sql
    /// select id as order_id, amt as amount from {{ source('erp', 'orders') }}
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
    /// select id as order_id, amt as amount from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select order_id, amount from {{ ref('stg_orders') }}
    /// ```
    DownstreamOnSource(NoOptions),
    code = "DAG010",
    slug = "downstream-on-source",
    area = Lineage,
    trap = Centralise,
    default = Warning,
    since = "0.1.0",
    subjects = [Model],
    supersedes = ["DAG003"]
}

impl Rule for DownstreamOnSource {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let layer = cx.layer(model.id);
        if !matches!(layer, Layer::Intermediate | Layer::Marts | Layer::Reporting) {
            return;
        }
        for parent in cx.parents(model.id).filter(|parent| parent.kind == ResourceType::Source) {
            let (label, table) = (model.label(), parent.label());
            let path = cx.path(&[parent.id, model.id]);
            let message = format!("{layer} model `{label}` reads source table `{table}` directly");
            cx.report(model, Place::Parent(parent.id), message)
                .part(format!("parent:{}", parent.unique_id))
                .help(format!("read `{table}` through a staging model: use the one there is, or write it"))
                .evidence(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::findings::Place;
    use crate::project::{ResourceId, ResourceType};
    use crate::rules::tester::{findings, model, reading, resource, source, subjects};

    #[test]
    fn points_at_each_source() {
        let (orders, refunds) = (source("erp", "orders"), source("erp", "refunds"));
        let mart = reading(model("marts", "fct_orders"), &[&orders, &refunds]);
        let found = findings("DAG010", Value::Null, &[orders, refunds, mart]);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].message, "marts model `fct_orders` reads source table `erp.orders` directly");
        assert_eq!(found[0].part, "parent:source.shop.erp.orders");
        assert_eq!(found[0].place, Place::Parent(ResourceId(1)));
        assert_eq!(found[0].evidence, ["source table erp.orders → fct_orders"]);
    }

    #[test]
    fn only_later_layers_and_only_sources() {
        let orders = source("erp", "orders");
        let seed = resource(ResourceType::Seed, "seed.shop.countries", "seeds/countries.csv");
        let staged = reading(model("staging", "stg_orders"), &[&orders]);
        let base = reading(model("base", "base_orders"), &[&orders]);
        let unnamed = reading(model("misc", "orders"), &[&orders]);
        let mart = reading(model("marts", "dim_countries"), &[&seed]);
        assert!(subjects("DAG010", &[orders.clone(), seed, staged, base, unnamed, mart]).is_empty());
        let later = ["intermediate", "reporting"].map(|folder| reading(model(folder, folder), &[&orders]));
        assert_eq!(subjects("DAG010", &[&later[..], &[orders]].concat()).len(), 2);
    }
}
