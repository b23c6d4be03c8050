use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model without a description.
    ///
    /// Blank text, a placeholder (`todo`, `tbd`, `n/a`, `none`, the model's own name, …) and a `{{ doc() }}` that names
    /// no docs block count as missing, and so does anything shorter than `min-length`. A model without any YAML entry
    /// gets this one finding, not further ones for its undeclared columns. Of a versioned model each version counts,
    /// since dbt lets each have its own description.
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
    subjects = [Model]
}

/// Options of `undocumented-model`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Fewest characters that count as a description.
    pub min_length: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_length: 4 }
    }
}

impl Rule for UndocumentedModel {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        if cx.is_described(model, self.options.min_length) {
            return;
        }
        let label = model.label();
        if model.properties_path.is_none() {
            cx.report(model, Place::File, format!("model `{label}` has no YAML entry, so nobody can tell what it is")).help(
                format!(
                    "add `- name: {}` with a `description:` under `models:` in a YAML file beside {}",
                    model.name, model.path
                ),
            );
            return;
        }
        let text = model.description.trim();
        let message = if text.is_empty() {
            format!("model `{label}` has no description")
        } else {
            format!("model `{label}` is described as \"{text}\", which says nothing")
        };
        cx.report(model, Place::key("description"), message)
            .help("say in a sentence what one row is, and what is left out");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::Text;
    use crate::rules::tester::{findings, model, subjects};

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
        let messages: Vec<String> =
            findings("DOC001", json!(null), &[bare, listed]).into_iter().map(|finding| finding.message).collect();
        assert_eq!(
            messages,
            [
                "model `fct_orders` has no YAML entry, so nobody can tell what it is",
                "model `fct_returns` has no description"
            ]
        );
    }

    #[test]
    fn min_length_is_in_characters() {
        let mut short = model("marts", "fct_orders");
        short.description = Text::from("Commandes payées");
        assert!(findings("DOC001", json!({"min-length": 16}), &[short.clone()]).is_empty());
        assert_eq!(findings("DOC001", json!({"min-length": 17}), &[short]).len(), 1);
    }
}
