use std::collections::BTreeMap;

use crate::findings::Place;
use crate::project::{ResourceType, SemanticModel};
use crate::rules::words::listed;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a semantic model whose measures no metric uses.
    ///
    /// One used measure is enough. A semantic model without measures is there for its dimensions: it is flagged only if
    /// no metric is built on it and it shares no entity with another semantic model, so that no metric can reach its
    /// dimensions either. Metrics of installed packages count.
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
    // One pass, because entities join semantic models that do not know of each other.
    fn check_project(&self, cx: &mut Context<'_>) {
        let mut by_entity: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (_, resource) in cx.project.iter() {
            for entity in resource.as_semantic_model().into_iter().flat_map(entities) {
                by_entity.entry(entity.to_owned()).or_default().push(&resource.name);
            }
        }
        let unused: Vec<Node<'_>> =
            cx.subjects(ResourceType::SemanticModel).filter(|node| cx.graph.consumers(node.id).next().is_none()).collect();
        for node in unused {
            let Some(detail) = node.resource.as_semantic_model() else { continue };
            let partner = |entity: &'_ str| {
                let others = by_entity.get(entity).into_iter().flatten();
                others.copied().find(|&other| other != node.name.as_str())
            };
            let joined = entities(detail).find_map(|entity| Some((entity, partner(entity)?)));
            report(node, detail, joined, cx);
        }
    }
}

/// Names of the entities by which metrics of other semantic models may reach this one's dimensions.
fn entities<'s>(detail: &'s SemanticModel<'_>) -> impl Iterator<Item = &'s str> {
    let named = detail.entities.iter().map(|(name, _)| name.as_str());
    named.chain(detail.primary_entity.non_empty())
}

fn report(node: Node<'_>, detail: &SemanticModel<'_>, joined: Option<(&str, &str)>, cx: &mut Context<'_>) {
    let name = &node.name;
    if !detail.measures.is_empty() {
        let measures = listed(detail.measures.iter().map(|measure| format!("`{measure}`")));
        let finding =
            cx.report(node, Place::key("measures"), format!("no metric uses the measures of semantic model `{name}`"));
        finding.help("define a metric on a measure, or remove those that nobody needs");
        finding.evidence(format!("measures: {measures}"));
        if let Some((entity, other)) = joined {
            finding.evidence(format!("`{other}` has the entity `{entity}`, too, so its dimensions may still be in use"));
        }
    } else if joined.is_none() {
        let message =
            format!("no metric is built on semantic model `{name}`, and none can reach its dimensions by an entity");
        cx.report(node, Place::Entry, message)
            .help("define a metric on it, give another semantic model the entity that joins it, or remove it");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::findings::Place;
    use crate::project::{Detail, Resource, ResourceType, SemanticModel, Text};
    use crate::rules::tester::{findings, reading, resource, subjects};

    fn semantic_model(name: &str, entities: &[(&'static str, &'static str)], measures: &[&'static str]) -> Resource<'static> {
        let detail = SemanticModel {
            entities: entities.iter().map(|&(name, kind)| (Text::from(name), Text::from(kind))).collect(),
            measures: measures.iter().map(|&name| Text::from(name)).collect(),
            ..SemanticModel::default()
        };
        let id = format!("semantic_model.shop.{name}");
        Resource { detail: Detail::SemanticModel(Box::new(detail)), ..resource(ResourceType::SemanticModel, &id, "models/s.yml") }
    }

    fn metric_on(model: &Resource<'static>) -> Resource<'static> {
        reading(resource(ResourceType::Metric, "metric.shop.revenue", "models/m.yml"), &[model])
    }

    #[test]
    fn measures_without_a_metric() {
        let orders = semantic_model("orders", &[("order", "primary")], &["net_amount"]);
        let payments = semantic_model("payments", &[("payment", "primary")], &["open_amount", "paid_amount"]);
        let metric = metric_on(&orders);
        let found = findings("MET003", json!(null), &[orders, payments, metric]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "semantic_model.shop.payments");
        assert_eq!(found[0].message, "no metric uses the measures of semantic model `payments`");
        assert_eq!(found[0].place, Place::key("measures"));
        assert_eq!(found[0].evidence, ["measures: `open_amount`, `paid_amount`"]);
    }

    #[test]
    fn says_that_dimensions_may_still_be_in_use() {
        let orders = semantic_model("orders", &[("order", "primary"), ("customer", "foreign")], &["net_amount"]);
        let customers = semantic_model("customers", &[("customer", "primary")], &["customers"]);
        let metric = metric_on(&orders);
        let found = findings("MET003", json!(null), &[orders, customers, metric]);
        assert_eq!(
            found[0].evidence,
            ["measures: `customers`", "`orders` has the entity `customer`, too, so its dimensions may still be in use"]
        );
    }

    #[test]
    fn dimensions_are_of_use_where_an_entity_joins_them() {
        let orders = semantic_model("orders", &[("order", "primary"), ("product", "foreign")], &[]);
        let products = semantic_model("products", &[("product", "primary")], &[]);
        let supplies = semantic_model("supplies", &[("supply", "primary")], &[]);
        let metric = metric_on(&orders);
        let found = findings("MET003", json!(null), &[orders, products, supplies, metric]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "no metric is built on semantic model `supplies`, and none can reach its dimensions by an entity"
        );
        assert_eq!(found[0].place, Place::Entry);
    }

    #[test]
    fn a_primary_entity_joins_as_well() {
        let orders = semantic_model("orders", &[("product", "foreign")], &[]);
        let mut products = semantic_model("products", &[], &[]);
        if let Detail::SemanticModel(detail) = &mut products.detail {
            detail.primary_entity = Text::from("product");
        }
        assert!(subjects("MET003", &[orders, products]).is_empty());
    }
}
