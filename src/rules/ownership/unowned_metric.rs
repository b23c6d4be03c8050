use super::unowned;
use crate::project::ResourceType;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a metric, semantic model or saved query that nobody owns.
    ///
    /// The owner is the first found of `meta.owner` (other keys: `owners.meta-keys`), the owner of its group, and the
    /// nearest line of CODEOWNERS, if `owners.codeowners` is on. A semantic model that stands in its model's YAML file
    /// with the model's description is exempt, because in dbt's newer syntax it is a part of the model's entry. In a
    /// project with more than five of them hardly any of which (at most one in twenty) has an owner, that is one finding,
    /// in `dbt_project.yml`.
    ///
    /// # Why it matters
    /// A metric is a promise about a number. Somebody has to decide whether returns count, to say so when it changes,
    /// and to retire it when nobody asks for it any more.
    ///
    /// # Example
    /// ```yaml
    /// # models/semantic/_metrics.yml
    /// metrics:
    ///   - name: revenue
    ///     label: Revenue
    ///     description: Paid orders in euros, without tax.
    ///     type: simple
    ///     type_params:
    ///       measure: net_amount
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/semantic/_metrics.yml
    /// metrics:
    ///   - name: revenue
    ///     label: Revenue
    ///     description: Paid orders in euros, without tax.
    ///     type: simple
    ///     type_params:
    ///       measure: net_amount
    ///     config:
    ///       meta:
    ///         owner: Finance Data
    /// ```
    UnownedMetric(NoOptions),
    code = "OWN004",
    slug = "unowned-metric",
    area = Ownership,
    trap = ServeTheBusiness,
    default = Info,
    since = "0.1.0",
    subjects = [Metric, SemanticModel, SavedQuery]
}

const KINDS: [ResourceType; 3] = [ResourceType::Metric, ResourceType::SemanticModel, ResourceType::SavedQuery];

impl Rule for UnownedMetric {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        if !cx.hardly_any_is_owned(&KINDS) && !cx.is_part_of_its_model(node) {
            unowned::report(node, cx);
        }
    }

    fn check_project(&self, cx: &mut Context<'_>) {
        if cx.hardly_any_is_owned(&KINDS) {
            let nodes = KINDS.iter().flat_map(|&kind| cx.subjects(kind));
            let nodes: Vec<Node<'_>> = nodes.filter(|node| !cx.is_part_of_its_model(*node)).collect();
            unowned::report_all(&nodes, |message| message, cx);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::project::{Resource, ResourceType, Text};
    use crate::rules::tester::{findings, model, reading, resource};

    const FILE: &str = "models/marts/_marts.yml";

    fn made(kind: ResourceType, unique_id: &str) -> Resource<'static> {
        Resource { properties_path: Some(Text::from(FILE)), ..resource(kind, unique_id, FILE) }
    }

    #[test]
    fn each_kind_needs_an_owner() {
        let mut owned = made(ResourceType::Metric, "metric.shop.revenue");
        owned.meta.insert("owner".to_owned(), json!(["Finance Data", "Ana"]));
        let all = [
            owned,
            made(ResourceType::Metric, "metric.shop.orders"),
            made(ResourceType::SemanticModel, "semantic_model.shop.orders"),
            made(ResourceType::SavedQuery, "saved_query.shop.weekly"),
        ];
        let found = findings("OWN004", Value::Null, &all);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "metric `orders` has no owner",
                "saved query `weekly` has no owner",
                "semantic model `orders` has no owner"
            ]
        );
        assert_eq!(
            found[0].help,
            "add `meta: {owner: <team>}` under `config:` of its entry in models/marts/_marts.yml, \
             or put it into a group with an owner"
        );
    }

    #[test]
    fn where_hardly_any_is_owned_that_is_one_finding() {
        let metric = |number| made(ResourceType::Metric, &format!("metric.shop.m{number}"));
        let mut all: Vec<_> = (0..4).map(metric).collect();
        all.extend(["a", "b"].map(|name| made(ResourceType::SavedQuery, &format!("saved_query.shop.{name}"))));
        let found = findings("OWN004", Value::Null, &all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "none of the 4 metrics and 2 saved queries has an owner");
        assert!(found[0].help.starts_with("add `meta: {owner: <team>}` under `config:` of their entries"));
    }

    #[test]
    fn a_part_of_a_models_entry_is_exempt() {
        let mut orders = model("marts", "fct_orders");
        orders.properties_path = Some(Text::from(FILE));
        orders.description = Text::from("One row per order.");
        let mut inner = reading(made(ResourceType::SemanticModel, "semantic_model.shop.orders"), &[&orders]);
        inner.description = orders.description.clone();
        let mut other = reading(made(ResourceType::SemanticModel, "semantic_model.shop.other"), &[&orders]);
        other.description = Text::from("Orders by day.");
        let found = findings("OWN004", Value::Null, &[orders, inner, other]);
        assert_eq!(
            found.iter().map(|finding| finding.subject.as_str()).collect::<Vec<_>>(),
            ["semantic_model.shop.other"]
        );
    }
}
