use crate::findings::Place;
use crate::project::{Layer, ResourceId, ResourceType};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model that reads models and sources side by side.
    ///
    /// Seeds and snapshots count as neither. A model of a package counts as a model. A staging model may read base models
    /// beside its source: they are there to prepare it. Where several sources or staging models are among them, this finding
    /// lists them all, and `multiple-sources-joined` and `staging-on-staging` keep silent.
    ///
    /// # Why it matters
    /// A staging model renames, casts and filters its source once, for everybody. Who joins the raw table next to staged
    /// ones does that again, or forgets to: deleted rows come back, and the same key is spelled in two ways.
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    ///       - name: refunds
    /// ```
    /// ```sql
    /// -- models/staging/stg_orders.sql
    /// select id as order_id, amount from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/order_totals.sql
    /// select orders.order_id, orders.amount - refunds.amount as net_amount
    /// from {{ ref('stg_orders') }} as orders
    /// left join {{ source('erp', 'refunds') }} as refunds on refunds.order_id = orders.order_id
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    ///       - name: refunds
    /// ```
    /// ```sql
    /// -- models/staging/stg_orders.sql
    /// select id as order_id, amount from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/staging/stg_refunds.sql
    /// select order_id, amount from {{ source('erp', 'refunds') }}
    /// ```
    /// ```sql
    /// -- models/order_totals.sql
    /// select orders.order_id, orders.amount - refunds.amount as net_amount
    /// from {{ ref('stg_orders') }} as orders
    /// left join {{ ref('stg_refunds') }} as refunds on refunds.order_id = orders.order_id
    /// ```
    DirectJoinToSource(NoOptions),
    code = "DAG003",
    slug = "direct-join-to-source",
    area = Lineage,
    trap = Centralise,
    default = Warning,
    since = "0.1.0",
    subjects = [Model],
    supersedes = ["DAG004", "DAG008"]
}

impl Rule for DirectJoinToSource {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let first = |kind| cx.parents(model.id).find(|parent| parent.kind == kind);
        let (Some(source), Some(parent)) = (first(ResourceType::Source), first(ResourceType::Model)) else { return };
        let sources = super::parents_of_kind(model.id, ResourceType::Source, cx);
        let models = super::parents_of_kind(model.id, ResourceType::Model, cx);
        let is_base = |id: &ResourceId| cx.layer(*id) == Layer::Base;
        if cx.layer(model.id) == Layer::Staging && models.iter().all(is_base) {
            return;
        }
        let message = format!(
            "model `{}` reads source table `{}` next to model `{}`",
            model.label(),
            source.label(),
            parent.label()
        );
        let (raw, staged) = (cx.names(&sources), cx.names(&models));
        let help = match cx.layer(model.id) {
            // It is the staging model through which others are to read the table.
            Layer::Staging | Layer::Base => format!(
                "keep to `{}` in `{}`, and join it with `{}` in an intermediate model",
                source.label(),
                model.label(),
                parent.label()
            ),
            _ => format!("read `{}` through a staging model: use the one there is, or write it", source.label()),
        };
        cx.report(model, Place::Parent(source.id), message)
            .help(help)
            .evidence(format!("sources: {raw}"))
            .evidence(format!("models: {staged}"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::findings::Place;
    use crate::project::{ResourceId, ResourceType};
    use crate::rules::tester::{findings, model, reading, resource, source, subjects};

    #[test]
    fn names_both_sides() {
        let (orders, refunds) = (source("erp", "orders"), source("erp", "refunds"));
        let staged = reading(model("staging", "stg_orders"), &[&orders]);
        let joined = reading(model("intermediate", "int_totals"), &[&staged, &refunds]);
        let found = findings("DAG003", Value::Null, &[orders, refunds, staged, joined]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "model.shop.int_totals");
        assert_eq!(found[0].message, "model `int_totals` reads source table `erp.refunds` next to model `stg_orders`");
        assert_eq!(found[0].evidence, ["sources: erp.refunds", "models: stg_orders"]);
        assert_eq!(found[0].place, Place::Parent(ResourceId(3)));
        assert_eq!(found[0].help, "read `erp.refunds` through a staging model: use the one there is, or write it");
    }

    #[test]
    fn a_staging_model_keeps_its_source() {
        let (orders, users) = (source("erp", "orders"), source("erp", "users"));
        let base = reading(model("staging/erp/base", "base_erp__idmap"), &[&users]);
        let other = reading(model("staging", "stg_users"), &[&users]);
        let prepared = reading(model("staging", "stg_orders"), &[&orders, &base]);
        let joined = reading(model("staging", "stg_joined"), &[&orders, &other]);
        let found = findings("DAG003", Value::Null, &[orders, users, base, other, prepared, joined]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "model.shop.stg_joined");
        assert_eq!(
            found[0].help,
            "keep to `erp.orders` in `stg_joined`, and join it with `stg_users` in an intermediate model"
        );
    }

    #[test]
    fn seeds_and_snapshots_are_on_neither_side() {
        let orders = source("erp", "orders");
        let seed = resource(ResourceType::Seed, "seed.shop.countries", "seeds/countries.csv");
        let snapshot = resource(ResourceType::Snapshot, "snapshot.shop.snap", "snapshots/snap.sql");
        let staged = reading(model("staging", "stg_orders"), &[&orders, &seed, &snapshot]);
        assert!(subjects("DAG003", &[orders, seed, snapshot, staged]).is_empty());
    }
}
