use super::undescribed::{self, Options};
use crate::project::ResourceType;
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a semantic model or saved query without a description.
    ///
    /// Blank text, a placeholder (`todo`, `tbd`, `n/a`, `none`, the resource's own name, ...) and anything shorter than
    /// `min-length` count as missing. A semantic model that stands in the same file as its model and has no
    /// description either gets no finding: in dbt's newer syntax it is a part of the model's entry and takes its
    /// description from there, so DOC001 says all there is to say.
    ///
    /// # Why it matters
    /// The semantic layer is what people ask questions of who never read the SQL. What they are shown about a semantic
    /// model or a saved query is its description, and nothing else.
    ///
    /// # Example
    /// ```yaml
    /// # models/semantic/_semantic_models.yml
    /// semantic_models:
    ///   - name: payments
    ///     model: ref('fct_payments')
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/semantic/_semantic_models.yml
    /// semantic_models:
    ///   - name: payments
    ///     description: Payments by day; one that was called back counts on the day of the call.
    ///     model: ref('fct_payments')
    /// ```
    UndocumentedSemanticModel(Options),
    code = "DOC010",
    slug = "undocumented-semantic-model",
    area = Documentation,
    trap = Govern,
    default = Info,
    since = "0.1.0",
    subjects = [SemanticModel, SavedQuery]
}

impl Rule for UndocumentedSemanticModel {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        let say = match node.kind {
            ResourceType::SavedQuery => "say which question it answers and who asks it",
            _ => "say what one row is and which questions its measures answer",
        };
        if !cx.is_part_of_its_model(node) {
            undescribed::report(node, self.options.min_length, say, cx);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::{Resource, ResourceType, Text};
    use crate::rules::tester::{findings, model, reading, resource};

    const FILE: &str = "models/marts/_marts.yml";

    fn semantic_model(name: &str) -> Resource<'static> {
        let mut made = resource(ResourceType::SemanticModel, &format!("semantic_model.shop.{name}"), FILE);
        made.properties_path = Some(Text::from(FILE));
        made
    }

    #[test]
    fn semantic_models_and_saved_queries_need_one() {
        let mut query = resource(ResourceType::SavedQuery, "saved_query.shop.weekly", FILE);
        query.properties_path = Some(Text::from(FILE));
        let mut described = semantic_model("orders");
        described.description = Text::from("Orders by day.");
        let found = findings("DOC010", Value::Null, &[query, semantic_model("payments"), described]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            ["saved query `weekly` has no description", "semantic model `payments` has no description"]
        );
    }

    #[test]
    fn leaves_a_part_of_a_models_entry_to_that_model() {
        let mut beside = model("marts", "fct_orders");
        beside.properties_path = Some(Text::from(FILE));
        let mut elsewhere = model("marts", "fct_payments");
        elsewhere.properties_path = Some(Text::from("models/marts/_other.yml"));
        let orders = reading(semantic_model("orders"), &[&beside]);
        let payments = reading(semantic_model("payments"), &[&elsewhere]);
        let found = findings("DOC010", Value::Null, &[beside, elsewhere, orders, payments]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "semantic_model.shop.payments");
    }
}
