use super::undescribed::{self, Options};
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model without a description.
    ///
    /// Blank text, a placeholder (`todo`, `tbd`, `n/a`, `none`, the model's own name, …) and a `{{ doc() }}` that names
    /// no docs block count as missing, and so does anything shorter than `min-length`. A model without any YAML entry
    /// gets this one finding, not further ones for its undeclared columns. Of a versioned model each version counts,
    /// since dbt lets each have its own description. Where a dashboard rests on the model, the finding shows the way.
    ///
    /// # Why it matters
    /// Nobody can govern what nobody has defined. The second person who needs this number will not find the model, or
    /// will find it and guess what it means; that is how one KPI comes to have three definitions.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order that was paid for; cancelled orders are in `fct_cancellations`.
    /// ```
    UndocumentedModel(Options),
    code = "DOC001",
    slug = "undocumented-model",
    area = Documentation,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Model],
    supersedes = ["DOC020"]
}

impl Rule for UndocumentedModel {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        undescribed::report(
            model,
            self.options.min_length,
            "say in a sentence what one row is and what is left out",
            cx,
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::findings::Place;
    use crate::project::Text;
    use crate::rules::tester::{exposure, findings, model, reading, relation, subjects};

    #[test]
    fn placeholders_count_as_missing() {
        let mut described = model("marts", "fct_orders");
        described.description = Text::from("One row per order.");
        let mut placeholder = model("marts", "fct_returns");
        placeholder.description = Text::from(" TBD ");
        assert_eq!(subjects("DOC001", &[described, placeholder]), ["model.shop.fct_returns"]);
    }

    #[test]
    fn says_whether_there_is_an_entry() {
        let bare = model("marts", "fct_orders");
        let mut listed = model("marts", "fct_returns");
        listed.properties_path = Some(Text::from("models/marts/_marts.yml"));
        let found = findings("DOC001", json!(null), &[bare.clone(), listed]);
        assert_eq!(found[0].message, "model `fct_orders` has no YAML entry, so nobody can tell what it is");
        assert_eq!(found[0].place, Place::File);
        assert_eq!(
            found[0].help,
            "add `- name: fct_orders` with a `description:` under `models:` in models/marts/_marts.yml"
        );
        assert_eq!(found[1].message, "model `fct_returns` has no description");
        assert_eq!(found[1].place, Place::key("description"));

        let alone = findings("DOC001", json!(null), &[bare]);
        assert_eq!(
            alone[0].help,
            "add `- name: fct_orders` with a `description:` under `models:` in a new file models/marts/_marts__models.yml"
        );
    }

    #[test]
    fn min_length_is_in_characters() {
        let mut short = model("marts", "fct_orders");
        short.description = Text::from("Commandes payées");
        assert!(findings("DOC001", json!({"min-length": 16}), &[short.clone()]).is_empty());
        assert_eq!(findings("DOC001", json!({"min-length": 17}), &[short]).len(), 1);
    }

    #[test]
    fn shows_the_way_to_a_dashboard() {
        let orders = model("staging", "stg_orders");
        let mut kpis = reading(model("marts", "fct_kpis"), &[&orders]);
        kpis.description = Text::from("One row per week.");
        let weekly = reading(exposure("weekly"), &[&kpis]);
        let found = findings("DOC001", json!(null), &[orders, kpis, weekly]);
        assert_eq!(found[0].evidence, ["a dashboard rests on it: stg_orders → fct_kpis → exposure weekly"]);
    }

    #[test]
    fn every_version_counts_but_no_package_does() {
        let version = |number: &str, description: &'static str| {
            let mut model = model("marts", "customers");
            model.unique_id = Text::from(format!("model.shop.customers.v{number}"));
            model.properties_path = Some(Text::from("models/marts/_marts.yml"));
            model.description = Text::from(description);
            relation(&mut model).version = Some(Text::from(number.to_owned()));
            model
        };
        let mut foreign = model("marts", "toolkit");
        foreign.package = Text::from("toolkit");
        let found =
            findings("DOC001", json!(null), &[version("1", ""), version("2", "One row per customer."), foreign]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "model `customers.v1` has no description");
    }
}
