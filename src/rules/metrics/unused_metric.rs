use crate::findings::Place;
use crate::project::ResourceType;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a metric that is in no exposure, no saved query and no other metric.
    ///
    /// A metric that only serves as input of another one is used. Models that read the metric count as well. The rule
    /// runs only in a project that declares exposures or saved queries: elsewhere nothing tells what metrics are for.
    ///
    /// # Why it matters
    /// A metric that guides no decision still has to be maintained, explained and defended, and it stands in every list
    /// from which somebody picks the wrong one.
    ///
    /// # Example
    /// ```yaml
    /// # models/semantic/metrics.yml
    /// metrics:
    ///   - name: revenue
    ///     label: Revenue
    ///     type: simple
    ///     type_params:
    ///       measure: net_amount
    ///   - name: orders
    ///     label: Orders
    ///     type: simple
    ///     type_params:
    ///       measure: order_count
    /// saved_queries:
    ///   - name: weekly_orders
    ///     query_params:
    ///       metrics: [orders]
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/semantic/metrics.yml
    /// metrics:
    ///   - name: revenue
    ///     label: Revenue
    ///     type: simple
    ///     type_params:
    ///       measure: net_amount
    ///   - name: orders
    ///     label: Orders
    ///     type: simple
    ///     type_params:
    ///       measure: order_count
    /// saved_queries:
    ///   - name: weekly_orders
    ///     query_params:
    ///       metrics: [orders, revenue]
    /// ```
    UnusedMetric(NoOptions),
    code = "MET002",
    slug = "unused-metric",
    area = Metrics,
    trap = ServeTheBusiness,
    default = Info,
    since = "0.1.0",
    subjects = [Metric]
}

impl Rule for UnusedMetric {
    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let uses = [ResourceType::Exposure, ResourceType::SavedQuery];
        let has_uses = uses.iter().any(|&kind| !cx.project.of_kind(kind).is_empty());
        (!has_uses).then(|| {
            "the project declares neither exposures nor saved queries, so no metric could be in one".to_owned()
        })
    }

    fn check(&self, metric: Node<'_>, cx: &mut Context<'_>) {
        if cx.graph.consumers(metric.id).next().is_some() {
            return;
        }
        let message = format!("metric `{}` is in no exposure, saved query or other metric", metric.name);
        cx.report(metric, Place::Entry, message).help(format!(
            "name it under `depends_on` of the exposure that shows it (`metric('{}')`), or remove it",
            metric.name
        ));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Resource, ResourceType};
    use crate::rules::tester::{exposure, findings, reading, resource, subjects};

    fn metric(name: &str) -> Resource<'static> {
        resource(ResourceType::Metric, &format!("metric.shop.{name}"), "models/metrics.yml")
    }

    #[test]
    fn a_metric_is_used_by_metrics_queries_and_exposures() {
        let (base, shown, queried, unused) = (metric("base"), metric("shown"), metric("queried"), metric("unused"));
        let ratio = reading(metric("ratio"), &[&base]);
        let dashboard = reading(exposure("weekly_kpis"), &[&shown, &ratio]);
        let query = resource(ResourceType::SavedQuery, "saved_query.shop.weekly", "models/metrics.yml");
        let query = reading(query, &[&queried]);
        let found = findings("MET002", json!(null), &[base, shown, queried, unused, ratio, dashboard, query]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "metric.shop.unused");
        assert_eq!(found[0].message, "metric `unused` is in no exposure, saved query or other metric");
    }

    #[test]
    fn of_a_chain_only_the_end_is_flagged() {
        let base = metric("base");
        let ratio = reading(metric("ratio"), &[&base]);
        assert_eq!(subjects("MET002", &[base, ratio, exposure("weekly_kpis")]), ["metric.shop.ratio"]);
    }

    #[test]
    fn does_not_run_where_nothing_is_declared_to_use_metrics() {
        assert!(subjects("MET002", &[metric("revenue")]).is_empty());
    }
}
