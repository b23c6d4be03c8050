use crate::findings::Place;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model, seed or snapshot that no YAML file has an entry for.
    ///
    /// Where the rule about its missing description (DOC001, DOC004, DOC005) reports the resource, that one says it
    /// already and this one is silent; it is for projects that do not ask for descriptions everywhere.
    ///
    /// # Why it matters
    /// Tests, descriptions, owners, contracts and access all live in the YAML entry. A model without one is outside
    /// everything that is agreed on in the project, and each check that looks for a key there passes it by.
    ///
    /// # Example
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select 1 as order_id
    /// ```
    ///
    /// # Use instead
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select 1 as order_id
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     columns:
    ///       - name: order_id
    ///         data_tests: [unique, not_null]
    /// ```
    UndeclaredModel(NoOptions),
    code = "DOC020",
    slug = "undeclared-model",
    area = Documentation,
    trap = Govern,
    default = Off,
    since = "0.1.0",
    subjects = [Model, Seed, Snapshot]
}

impl Rule for UndeclaredModel {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        if node.has_entry() {
            return;
        }
        let key = node.kind.properties_key().unwrap_or("models");
        let file = cx.project.entry_file_in_words(node.resource);
        cx.report(node, Place::File, format!("{} `{}` has no YAML entry", node.kind.label(), node.label()))
            .help(format!("add `- name: {}` under `{key}:` in {file}", node.name));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::{ResourceType, Text};
    use crate::rules::tester::{findings, model, resource};

    #[test]
    fn only_an_entry_counts() {
        let mut listed = model("marts", "fct_orders");
        listed.properties_path = Some(Text::from("models/marts/_marts.yml"));
        let seed = resource(ResourceType::Seed, "seed.shop.countries", "seeds/countries.csv");
        let found = findings("DOC020", Value::Null, &[listed, model("marts", "fct_returns"), seed]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["model `fct_returns` has no YAML entry", "seed `countries` has no YAML entry"]);
        assert_eq!(found[0].help, "add `- name: fct_returns` under `models:` in models/marts/_marts.yml");
        assert_eq!(found[1].help, "add `- name: countries` under `seeds:` in a YAML file beside seeds/countries.csv");
    }
}
