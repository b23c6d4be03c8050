use super::can_have_contract;
use crate::findings::Place;
use crate::project::Access;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model without an enforced contract.
    ///
    /// The rule is meant for a part of the project: give it `paths`, `layers` or `groups`. Looked at are SQL models
    /// that are materialized as table, view or incremental, for only they can have a contract. Public models are
    /// `public-model-without-contract`.
    ///
    /// # Why it matters
    /// With a contract dbt refuses to build a model whose columns or types are not those that were promised. Without
    /// one the change goes out, and is found by whoever reads the table next.
    ///
    /// # Example
    /// ```yaml
    /// # dbt-steward.yml
    /// rules:
    ///   contract-not-enforced: { paths: [models/marts/**], severity: warning }
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// {{ config(materialized='table') }}
    /// select 1 as order_id
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # dbt-steward.yml
    /// rules:
    ///   contract-not-enforced: { paths: [models/marts/**], severity: warning }
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     config:
    ///       contract:
    ///         enforced: true
    ///     columns:
    ///       - name: order_id
    ///         data_type: integer
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// {{ config(materialized='table') }}
    /// select 1 as order_id
    /// ```
    ContractNotEnforced(NoOptions),
    code = "ACC002",
    slug = "contract-not-enforced",
    area = Access,
    trap = Govern,
    default = Off,
    strict = Off,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for ContractNotEnforced {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let Some(relation) = model.relation() else { return };
        if relation.contract_enforced || relation.access == Access::Public || !can_have_contract(relation) {
            return;
        }
        cx.report(model, Place::config("contract"), format!("model `{}` enforces no contract", model.label()))
            .help("set `contract: {enforced: true}` in its `config:` and give every column a `data_type:`");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Access, Text};
    use crate::rules::tester::{findings, model, relation};

    #[test]
    fn flags_what_could_have_one() {
        let mut contracted = model("marts", "contracted");
        relation(&mut contracted).contract_enforced = true;
        let mut public = model("marts", "public");
        relation(&mut public).access = Access::Public;
        let mut ephemeral = model("marts", "ephemeral");
        relation(&mut ephemeral).materialized = Text::from("ephemeral");
        let mut python = model("marts", "python");
        relation(&mut python).language = Text::from("python");
        let found = findings("ACC002", json!(null), &[contracted, public, ephemeral, python, model("marts", "open")]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["model `open` enforces no contract"]);
    }
}
