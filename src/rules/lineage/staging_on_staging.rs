use crate::findings::Place;
use crate::project::Layer;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a staging model that reads another staging model.
    ///
    /// Base models are what staging models may be made of: a parent in the base layer, or with a base model's prefix
    /// wherever it lies, is fine. Staging models of installed packages are fine, too; they are as good as a source. A
    /// model with another layer's prefix, such as `int_`, that merely lies among the staging models is the business of
    /// `model-in-wrong-directory`, if the project has a folder of that layer. Each such dependency is a finding of its own,
    /// at the `ref()`.
    ///
    /// # Why it matters
    /// Staging is the one place where a source table is cleaned and nothing else happens to it. Once staging models
    /// stand on each other, joins and business rules hide there, and nobody can tell any more what came from the source.
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
    /// select order_id, amount from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/staging/stg_large_orders.sql
    /// select order_id, amount from {{ ref('stg_orders') }} where amount > 1000
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
    /// select order_id, amount from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/intermediate/int_large_orders.sql
    /// select order_id, amount from {{ ref('stg_orders') }} where amount > 1000
    /// ```
    StagingOnStaging(NoOptions),
    code = "DAG008",
    slug = "staging-on-staging",
    area = Lineage,
    trap = Centralise,
    default = Warning,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for StagingOnStaging {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let is_named_otherwise = || cx.layer_contradiction(model).is_some();
        if cx.layer(model.id) != Layer::Staging || is_named_otherwise() {
            return;
        }
        let is_base = |name: &str| cx.settings.layers.by_prefix(name) == Some(Layer::Base);
        let mut parents = super::own_parents_in(model, |layer| layer == Layer::Staging, cx);
        parents.retain(|(parent, _)| !is_base(&parent.name));
        for parents in cx.at_once(&parents) {
            report(model, parents, cx);
        }
    }
}

fn report(model: Node<'_>, parents: &[(Node<'_>, Layer)], cx: &mut Context<'_>) {
    let Some(&(first, _)) = parents.first() else { return };
    let label = model.label();
    let names: Vec<String> = parents.iter().map(|(parent, _)| parent.label()).collect();
    let (message, help) = match names.as_slice() {
        [staged] => (
            format!("staging model `{label}` reads staging model `{staged}`"),
            format!(
                "move `{label}` to the intermediate layer, or make `{staged}` a base model if it only prepares `{label}`"
            ),
        ),
        _ => (
            format!("staging model `{label}` reads {} staging models: {}", names.len(), listed(&names)),
            format!("move `{label}` to the intermediate layer, or make those base models that only prepare `{label}`"),
        ),
    };
    let paths: Vec<String> = parents.iter().map(|(parent, _)| cx.path(&[parent.id, model.id])).collect();
    let edges: Vec<String> = parents.iter().map(|(parent, _)| format!("parent:{}", parent.unique_id)).collect();
    let finding = cx.report(model, Place::Parent(first.id), message);
    // A model that reads one such model is known by that edge, as it is where several are reported one by one.
    if let [edge] = edges.as_slice() {
        finding.part(edge.clone());
    }
    finding.help(help);
    finding.evidence.extend(paths.into_iter().take(SHOWN));
    finding.stands_for(edges.into_iter().map(|edge| (model.unique_id.as_str(), edge)));
}

/// Most paths that are shown.
const SHOWN: usize = 5;

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::findings::Place;
    use crate::project::{ResourceId, Text};
    use crate::rules::tester::{findings, model, reading, subjects};

    #[test]
    fn one_finding_stands_for_all_dependencies_of_a_model() {
        let (a, b) = (model("staging", "stg_a"), model("staging", "stg_b"));
        let c = reading(model("staging", "stg_c"), &[&a, &b]);
        let found = findings("DAG008", Value::Null, &[a.clone(), b.clone(), c]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "staging model `stg_c` reads 2 staging models: stg_a, stg_b");
        assert_eq!(found[0].place, Place::Parent(ResourceId(0)));
        assert_eq!(found[0].evidence, ["stg_a → stg_c", "stg_b → stg_c"]);
        let parts: Vec<&str> = found[0].atoms().map(|atom| atom.part).collect();
        assert_eq!(parts, ["parent:model.shop.stg_a", "parent:model.shop.stg_b"]);
        let c = reading(model("staging", "stg_c"), &[&b]);
        let found = findings("DAG008", Value::Null, &[a, b, c]);
        assert_eq!(found[0].message, "staging model `stg_c` reads staging model `stg_b`");
        assert_eq!((found[0].part.as_str(), found[0].atoms().count()), ("parent:model.shop.stg_b", 1));
        assert_eq!(
            found[0].help,
            "move `stg_c` to the intermediate layer, or make `stg_b` a base model if it only prepares `stg_c`"
        );
    }

    #[test]
    fn base_models_and_packages_are_fine() {
        let in_folder = model("staging/erp/base", "erp_orders");
        let by_prefix = model("staging/erp", "base_erp__orders");
        let mut foreign = model("staging", "stg_hubspot__deal");
        foreign.package = Text::from("hubspot");
        let staged = reading(model("staging/erp", "stg_erp__orders"), &[&in_folder, &by_prefix, &foreign]);
        assert!(subjects("DAG008", &[in_folder, by_prefix, foreign, staged]).is_empty());
    }

    #[test]
    fn a_model_in_the_wrong_folder_is_another_finding() {
        let staged = model("staging", "stg_a");
        let misplaced = reading(model("staging", "int_a"), &[&staged]);
        let mut all = vec![staged, misplaced, model("intermediate", "int_b")];
        assert!(subjects("DAG008", &all).is_empty());
        assert_eq!(subjects("NAM003", &all), ["model.shop.int_a"]);
        // Without a folder that it could move to, it is a model of the staging layer.
        all.pop();
        assert_eq!(subjects("DAG008", &all), ["model.shop.int_a"]);
        assert!(subjects("NAM003", &all).is_empty());
    }

    #[test]
    fn other_layers_may_read_staging() {
        let staged = model("staging", "stg_a");
        let next = reading(model("intermediate", "int_a"), &[&staged]);
        let unnamed = reading(model("misc", "a"), &[&staged]);
        assert!(subjects("DAG008", &[staged, next, unnamed]).is_empty());
    }
}
