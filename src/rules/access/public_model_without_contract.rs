use super::can_have_contract;
use crate::findings::Place;
use crate::project::Access;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a public model whose contract is not enforced.
    ///
    /// Looked at are SQL models that are materialized as table, view or incremental. Python models and ephemeral ones
    /// cannot have a contract; what other materializations do with one is not known.
    ///
    /// # Why it matters
    /// `public` invites other teams and projects to build on the model. Without a contract nothing tells them, or you,
    /// that a column was renamed or a type changed, until their run fails or their numbers do.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_products
    ///     config:
    ///       access: public
    /// ```
    /// ```sql
    /// -- models/marts/dim_products.sql
    /// {{ config(materialized='table') }}
    /// select 1 as product_id
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_products
    ///     config:
    ///       access: public
    ///       contract:
    ///         enforced: true
    ///     columns:
    ///       - name: product_id
    ///         data_type: integer
    /// ```
    /// ```sql
    /// -- models/marts/dim_products.sql
    /// {{ config(materialized='table') }}
    /// select 1 as product_id
    /// ```
    PublicModelWithoutContract(NoOptions),
    code = "ACC001",
    slug = "public-model-without-contract",
    area = Access,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for PublicModelWithoutContract {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let Some(relation) = model.relation() else { return };
        if relation.access != Access::Public || relation.contract_enforced || !can_have_contract(relation) {
            return;
        }
        let message = format!("model `{}` is public, but no contract keeps its columns as they are", model.label());
        cx.report(model, Place::config("contract"), message).help(
            "set `contract: {enforced: true}` in its `config:` and give every column a `data_type:`; if no other team \
             should build on it, make it `access: protected`",
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Access, Resource, Text};
    use crate::rules::tester::{findings, model, relation, subjects};

    fn public(name: &str) -> Resource<'static> {
        let mut model = model("marts", name);
        relation(&mut model).access = Access::Public;
        model
    }

    #[test]
    fn flags_public_models_only() {
        let mut contracted = public("dim_contracted");
        relation(&mut contracted).contract_enforced = true;
        let found = findings("ACC001", json!(null), &[public("dim_open"), contracted, model("marts", "dim_protected")]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["model `dim_open` is public, but no contract keeps its columns as they are"]);
    }

    #[test]
    fn what_cannot_have_a_contract_is_exempt() {
        let mut python = public("scores");
        relation(&mut python).language = Text::from("python");
        assert!(subjects("ACC001", &[python]).is_empty());
        for (materialization, flagged) in [
            ("table", true),
            ("view", true),
            ("incremental", true),
            ("ephemeral", false),
            ("materialized_view", false),
            ("dynamic_table", false),
        ] {
            let mut model = public("dim");
            relation(&mut model).materialized = Text::from(materialization);
            assert_eq!(!subjects("ACC001", &[model]).is_empty(), flagged, "{materialization}");
        }
    }
}
