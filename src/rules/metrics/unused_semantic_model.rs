use crate::findings::Place;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a semantic model whose measures no metric uses.
    ///
    /// One used measure is enough. A semantic model without measures is silent: it is there for its dimensions, which may
    /// be asked for on their own or, by an entity, together with metrics of other semantic models. Metrics of installed
    /// packages count.
    ///
    /// # Why it matters
    /// Measures that no metric uses look like definitions and are none. Who finds them cannot tell whether a number was
    /// forgotten or given up.
    ///
    /// # Example
    /// ```yaml
    /// # models/semantic/payments.yml
    /// semantic_models:
    ///   - name: payments
    ///     model: ref('fct_payments')
    ///     entities:
    ///       - {name: payment, type: primary, expr: payment_id}
    ///     measures:
    ///       - {name: open_amount, agg: sum, agg_time_dimension: due_on}
    ///     dimensions:
    ///       - {name: due_on, type: time, type_params: {time_granularity: day}}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/semantic/payments.yml
    /// semantic_models:
    ///   - name: payments
    ///     model: ref('fct_payments')
    ///     entities:
    ///       - {name: payment, type: primary, expr: payment_id}
    ///     measures:
    ///       - {name: open_amount, agg: sum, agg_time_dimension: due_on}
    ///     dimensions:
    ///       - {name: due_on, type: time, type_params: {time_granularity: day}}
    /// metrics:
    ///   - name: open_amount
    ///     label: Open amount
    ///     type: simple
    ///     type_params:
    ///       measure: open_amount
    /// ```
    UnusedSemanticModel(NoOptions),
    code = "MET003",
    slug = "unused-semantic-model",
    area = Metrics,
    trap = ServeTheBusiness,
    default = Info,
    since = "0.1.0",
    subjects = [SemanticModel]
}

impl Rule for UnusedSemanticModel {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        let Some(detail) = node.as_semantic_model().filter(|detail| !detail.measures.is_empty()) else { return };
        if cx.graph.consumers(node.id).next().is_some() {
            return;
        }
        let measures = listed(detail.measures.iter().map(|measure| measure.as_str()));
        let message = format!("no metric uses the measures of semantic model `{}`", node.name);
        cx.report(node, Place::key("measures"), message)
            .help("define a metric on a measure, or remove those that nobody needs")
            .evidence(format!("measures: {measures}"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::findings::Place;
    use crate::project::{Detail, Resource, ResourceType, SemanticModel, Text};
    use crate::rules::tester::{findings, reading, resource, subjects};

    fn semantic_model(name: &str, measures: &[&'static str]) -> Resource<'static> {
        let measures = measures.iter().map(|&name| Text::from(name)).collect();
        let detail = SemanticModel { measures, ..SemanticModel::default() };
        Resource {
            detail: Detail::SemanticModel(Box::new(detail)),
            ..resource(ResourceType::SemanticModel, &format!("semantic_model.shop.{name}"), "models/s.yml")
        }
    }

    fn metric_on(model: &Resource<'static>) -> Resource<'static> {
        reading(resource(ResourceType::Metric, "metric.shop.revenue", "models/m.yml"), &[model])
    }

    #[test]
    fn measures_without_a_metric() {
        let orders = semantic_model("orders", &["net_amount"]);
        let payments = semantic_model("payments", &["open_amount", "paid_amount"]);
        let metric = metric_on(&orders);
        let found = findings("MET003", json!(null), &[orders, payments, metric]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "semantic_model.shop.payments");
        assert_eq!(found[0].message, "no metric uses the measures of semantic model `payments`");
        assert_eq!(found[0].place, Place::key("measures"));
        assert_eq!(found[0].evidence, ["measures: open_amount, paid_amount"]);
    }

    #[test]
    fn one_used_measure_is_enough() {
        let orders = semantic_model("orders", &["net_amount", "tax"]);
        let metric = metric_on(&orders);
        assert!(subjects("MET003", &[orders, metric]).is_empty());
    }

    #[test]
    fn without_measures_it_is_there_for_its_dimensions() {
        assert!(subjects("MET003", &[semantic_model("products", &[])]).is_empty());
    }
}
