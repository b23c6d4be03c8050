use crate::findings::Place;
use crate::project::Layer;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a staging or base model that reads an intermediate, mart or reporting model.
    ///
    /// Models of installed packages are fine as parents: to this project they are as good as a source. Each such
    /// dependency is a finding of its own, at the `ref()`.
    ///
    /// # Why it matters
    /// Layers are read in one direction, and people rely on it: what is in staging has seen no business rule yet. A
    /// staging model that stands on a mart turns that around, and sooner or later somebody closes the circle.
    ///
    /// # Example
    /// ```sql
    /// -- models/marts/dim_customers.sql
    /// select 1 as customer_id
    /// ```
    /// ```sql
    /// -- models/staging/stg_customers.sql
    /// select customer_id from {{ ref('dim_customers') }}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: crm
    ///     tables:
    ///       - name: customers
    /// ```
    /// ```sql
    /// -- models/staging/stg_customers.sql
    /// select customer_id from {{ source('crm', 'customers') }}
    /// ```
    /// ```sql
    /// -- models/marts/dim_customers.sql
    /// select customer_id from {{ ref('stg_customers') }}
    /// ```
    StagingOnDownstream(NoOptions),
    code = "DAG009",
    slug = "staging-on-downstream",
    area = Lineage,
    trap = Centralise,
    default = Warning,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for StagingOnDownstream {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let own = cx.layer(model.id);
        if !matches!(own, Layer::Base | Layer::Staging) {
            return;
        }
        for (parent, layer) in super::own_parents_in(model, is_downstream, cx) {
            let (label, read) = (model.label(), parent.label());
            let path = cx.path(&[parent.id, model.id]);
            cx.report(model, Place::Parent(parent.id), format!("{own} model `{label}` reads {layer} model `{read}`"))
                .part(format!("parent:{}", parent.unique_id))
                .help(format!(
                    "read the source that `{read}` is made from, or move `{label}` to the layer of `{read}` or a later one"
                ))
                .evidence(path);
        }
    }
}

fn is_downstream(layer: Layer) -> bool {
    matches!(layer, Layer::Intermediate | Layer::Marts | Layer::Reporting)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::Text;
    use crate::rules::tester::{findings, model, reading, subjects};

    #[test]
    fn names_both_layers() {
        let mart = model("marts", "dim_customers");
        let staged = reading(model("staging", "stg_customers"), &[&mart]);
        let found = findings("DAG009", Value::Null, &[mart, staged]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "staging model `stg_customers` reads marts model `dim_customers`");
        assert_eq!(found[0].part, "parent:model.shop.dim_customers");
        assert_eq!(found[0].evidence, ["dim_customers → stg_customers"]);
    }

    #[test]
    fn every_later_layer_is_downstream_of_base_and_staging() {
        let later = ["intermediate", "marts", "reporting"].map(|folder| model(folder, &format!("m_{folder}")));
        let base = reading(model("base", "base_a"), &[&later[0], &later[1], &later[2]]);
        assert_eq!(subjects("DAG009", &[&later[..], &[base]].concat()).len(), 3);
    }

    #[test]
    fn packages_and_unnamed_layers_are_fine() {
        let mut foreign = model("marts", "hubspot__contacts");
        foreign.package = Text::from("hubspot");
        let unnamed = model("misc", "helper");
        let staged = reading(model("staging", "stg_contacts"), &[&foreign, &unnamed]);
        assert!(subjects("DAG009", &[foreign, unnamed, staged]).is_empty());
    }
}
