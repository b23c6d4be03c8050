use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::undescribed::quoted;
use crate::config::Settings;
use crate::findings::Place;
use crate::rules::{Context, Node, Pattern, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a description that does not match `pattern`.
    ///
    /// The pattern is a regular expression that may be found anywhere in the description, unless `^` and `$` tie it to
    /// the ends; `(?s)` lets a dot match line breaks. Resources without description are exempt, because the rules about
    /// missing descriptions speak of them. Limit it with `resource-types`, `layers` and the other selectors.
    ///
    /// # Why it matters
    /// A house style is worth having where readers rely on it: each mart says its grain, each exposure names the
    /// decision it serves. What only a reviewer checks is checked on quiet days.
    ///
    /// # Example
    /// ```yaml
    /// # dbt-steward.yml
    /// rules:
    ///   description-pattern: { severity: warning, pattern: '^One row per ' }
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: All orders that were paid for.
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # dbt-steward.yml
    /// rules:
    ///   description-pattern: { severity: warning, pattern: '^One row per ' }
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order that was paid for.
    /// ```
    DescriptionPattern(Options),
    code = "DOC017",
    slug = "description-pattern",
    area = Documentation,
    trap = Govern,
    default = Off,
    strict = Off,
    since = "0.1.0",
    subjects = [Model, Source, Seed, Snapshot, Exposure, Macro, Metric, SemanticModel, SavedQuery, Group]
}

/// Options of `description-pattern`.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Regular expression that every description must match.
    pub pattern: Option<Pattern>,
}

impl Rule for DescriptionPattern {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        let Some(pattern) = &self.options.pattern else { return };
        let text = node.description.trim();
        if text.is_empty() || pattern.is_match(text) {
            return;
        }
        let named = format!("{} `{}`", node.kind.label(), node.label());
        cx.report(node, Place::key("description"), format!("the description of {named} does not match `{pattern}`"))
            .help(format!("reword it so that it matches `{pattern}`"))
            .evidence(format!("it reads \"{}\"", quoted(text)));
    }

    fn unset(&self, _settings: &Settings) -> Option<String> {
        self.options.pattern.is_none().then(|| "its option `pattern` is not set".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::project::Text;
    use crate::rules::tester::{findings, model};

    #[test]
    fn compares_what_is_described() {
        let described = |name: &str, text: &'static str| {
            let mut made = model("marts", name);
            made.description = Text::from(text);
            made
        };
        let models = [described("a", "One row per order."), described("b", "All orders."), described("c", "  ")];
        let found = findings("DOC017", json!({"pattern": "^One row per "}), &models);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "the description of model `b` does not match `^One row per `");
        assert_eq!(found[0].evidence, ["it reads \"All orders.\""]);
    }

    #[test]
    fn needs_its_pattern() {
        let mut described = model("marts", "a");
        described.description = Text::from("All orders.");
        assert!(findings("DOC017", Value::Null, &[described]).is_empty());
    }

    #[test]
    fn refuses_what_is_no_pattern() {
        let build = crate::rules::find("DOC017").unwrap().build;
        let error = build(json!({"pattern": "("})).err().unwrap();
        assert_eq!(error.to_string(), "`(` is no regular expression: unclosed group");
    }
}
