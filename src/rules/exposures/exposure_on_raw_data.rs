use super::feeding::in_words;
use crate::findings::Place;
use crate::project::{Layer, ResourceType};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an exposure that lists a source, or a staging or base model, in `depends_on`.
    ///
    /// Which models are staging and base is the `layers:` setting. Seeds do not count: they are written for the
    /// project.
    ///
    /// # Why it matters
    /// Raw data is shaped by the system it comes from, and changes when that system does. A dashboard on it holds its
    /// own definitions (what is a customer, which orders count), where nobody tests or reuses them; the next dashboard
    /// invents others.
    ///
    /// # Example
    /// ```yaml
    /// # models/schema.yml
    /// sources:
    ///   - name: carrier
    ///     tables:
    ///       - name: tracking_events
    ///
    /// exposures:
    ///   - name: late_parcels
    ///     type: dashboard
    ///     owner:
    ///       email: logistics@example.com
    ///     depends_on:
    ///       - source('carrier', 'tracking_events')
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/schema.yml
    /// exposures:
    ///   - name: late_parcels
    ///     type: dashboard
    ///     owner:
    ///       email: logistics@example.com
    ///     depends_on:
    ///       - ref('fct_shipments')
    /// ```
    /// ```sql
    /// -- models/marts/fct_shipments.sql
    /// select 1 as shipment_id
    /// ```
    ExposureOnRawData(NoOptions),
    code = "EXP004",
    slug = "exposure-on-raw-data",
    area = Exposures,
    trap = ServeTheBusiness,
    default = Warning,
    since = "0.1.0",
    subjects = [Exposure]
}

impl Rule for ExposureOnRawData {
    fn check(&self, exposure: Node<'_>, cx: &mut Context<'_>) {
        for parent in cx.parents(exposure.id) {
            let layer = cx.layer(parent.id);
            let what = match (parent.kind, layer) {
                (ResourceType::Source, _) => format!("source table `{}`", parent.label()),
                (ResourceType::Model, Layer::Staging | Layer::Base) => format!("{layer} model `{}`", parent.label()),
                _ => continue,
            };
            let finding = cx.report(
                exposure,
                Place::Parent(parent.id),
                format!("{} reads raw data, {what}", in_words(&exposure)),
            );
            finding.part(format!("parent:{}", parent.unique_id)).help(format!(
                "build a mart or reporting model on {what}, put the dashboard's definitions there, and list that model \
                 under `depends_on:` instead"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::ResourceType;
    use crate::rules::tester::{exposure, findings, model, reading, resource, source};

    #[test]
    fn flags_sources_staging_and_base() {
        let parents = [
            model("staging/erp/base", "base_erp__orders"),
            model("marts", "fct_orders"),
            model("intermediate", "int_orders"),
            model("other", "orders"),
            model("staging/erp", "stg_erp__orders"),
            resource(ResourceType::Seed, "seed.shop.countries", "seeds/countries.csv"),
            source("erp", "orders"),
        ];
        let board = reading(exposure("board"), &parents.iter().collect::<Vec<_>>());
        let mut all = parents.to_vec();
        all.push(board);
        let found = findings("EXP004", json!(null), &all);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "dashboard `board` reads raw data, base model `base_erp__orders`",
                "dashboard `board` reads raw data, staging model `stg_erp__orders`",
                "dashboard `board` reads raw data, source table `erp.orders`",
            ]
        );
        assert_eq!(found[2].part, "parent:source.shop.erp.orders");
    }

    #[test]
    fn raw_data_further_up_is_fine() {
        let orders = source("erp", "orders");
        let mart = reading(model("marts", "fct_orders"), &[&orders]);
        let board = reading(exposure("board"), &[&mart]);
        assert!(findings("EXP004", json!(null), &[orders, mart, board]).is_empty());
    }
}
