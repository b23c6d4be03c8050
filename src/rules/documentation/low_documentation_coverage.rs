use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::project::{ResourceType, is_description};
use crate::rules::coverage::{Coverage, Minimum, Per, Words, validate_minimum};
use crate::rules::{BuildError, Context, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a share of documented models or columns below the minimum, in the whole project or in a part of it.
    ///
    /// `of` says what is counted: models, or the declared columns of models. `per` says what has a share of its own:
    /// the project, each layer, each owner, or each directory (`path`) with models in it. What counts as a description
    /// is what DOC001 and DOC011 take for one. A part without models or declared columns has no share. To demand less
    /// of one part than of another, list the rule several times with selectors.
    ///
    /// With `min: ratchet` no share may fall below what the baseline has recorded of it, for each part of its own. The
    /// share also falls when described models go; then somebody has to agree, with `dbt-steward check --update-baseline
    /// --allow-growth`. A part that is new has no minimum until the baseline records one.
    ///
    /// # Why it matters
    /// In an inherited project not everything can be described at once. A share with a minimum is a ratchet: it may
    /// rise as slowly as it must, but it does not fall.
    ///
    /// # Example
    /// ```yaml
    /// # dbt-steward.yml
    /// rules:
    ///   low-documentation-coverage: { severity: warning, min: 80 }
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order.
    ///   - name: fct_returns
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # dbt-steward.yml
    /// rules:
    ///   low-documentation-coverage: { severity: warning, min: 80 }
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order.
    ///   - name: fct_returns
    ///     description: One row per parcel that came back.
    /// ```
    LowDocumentationCoverage(Options),
    code = "DOC022",
    slug = "low-documentation-coverage",
    area = Documentation,
    trap = Govern,
    default = Off,
    since = "0.1.0",
    subjects = [Model],
    validate = validate
}

/// Options of `low-documentation-coverage`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Smallest share in percent, 0 to 100; or `ratchet`, which is the share that the baseline has recorded.
    pub min: Minimum,
    /// What is counted.
    pub of: Counted,
    /// What has a share of its own.
    pub per: Per,
    /// Fewest characters that count as a description.
    pub min_length: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { min: Minimum::Percent(100.0), of: Counted::Models, per: Per::Project, min_length: 4 }
    }
}

/// What a share is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    /// Models, each version of a versioned model by itself.
    Models,
    /// Declared columns of models.
    Columns,
}

fn validate(options: &Options) -> Result<(), BuildError> {
    validate_minimum(options.min)
}

impl Rule for LowDocumentationCoverage {
    fn check_project(&self, cx: &mut Context<'_>) {
        let Options { min, of, .. } = self.options;
        self.coverage(cx).report(min, of.words(), cx);
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let Options { min, of, .. } = self.options;
        let unknown = cx.unknown_share(ResourceType::Model, of.fields());
        let is_ratchet = min == Minimum::Ratchet;
        unknown.or_else(|| is_ratchet.then(|| self.coverage(cx).without_record(of.words(), cx))?)
    }
}

impl LowDocumentationCoverage {
    fn coverage(&self, cx: &Context<'_>) -> Coverage {
        let Options { of, per, min_length, .. } = self.options;
        let mut coverage = Coverage::new(per);
        for model in cx.subjects(ResourceType::Model) {
            match of {
                Counted::Models => coverage.add(model, cx, cx.is_described(model, min_length), || model.label()),
                Counted::Columns => {
                    for column in &model.columns {
                        let is_documented = is_description(&column.description, &column.name, min_length);
                        coverage.add(model, cx, is_documented, || format!("{}.{}", model.label(), column.name));
                    }
                }
            }
        }
        coverage
    }
}

impl Counted {
    /// What decides whether something counts.
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Models => &["description"],
            Self::Columns => &["columns", "descriptions of parts"],
        }
    }

    fn words(self) -> Words {
        let (of, things) = match self {
            Self::Models => ("models", "models"),
            Self::Columns => ("columns", "declared columns"),
        };
        Words { of, things, covered: "documented", missing: "undocumented", repair: "describe" }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::project::{Column, Resource, Text};
    use crate::rules::tester::{column, findings, model};

    fn models() -> Vec<Resource<'static>> {
        let described = |folder: &str, name: &str, text: &'static str| {
            let mut made = model(folder, name);
            made.description = Text::from(text);
            made.columns = vec![column("day"), Column { description: Text::from("In euros."), ..column("amount") }];
            made
        };
        let mut owned = described("marts", "fct_orders", "One row per order.");
        owned.meta.insert("owner".to_owned(), json!("finance"));
        vec![owned, described("marts", "fct_returns", ""), described("staging", "stg_orders", "One row per order.")]
    }

    fn messages(options: Value) -> Vec<String> {
        findings("DOC022", options, &models()).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn the_share_is_of_the_whole_project_unless_asked() {
        let found = findings("DOC022", Value::Null, &models());
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "66.6 % of the models of project `shop` are documented (2 of 3); the minimum is 100 %"
        );
        assert_eq!(found[0].evidence, ["undocumented: fct_returns"]);
        assert_eq!(found[0].help, "describe 1 more of them");
        assert_eq!((found[0].subject.as_str(), found[0].part.as_str()), ("project.shop", "models"));
    }

    #[test]
    fn the_minimum_itself_is_enough() {
        assert!(messages(json!({"min": 66.6})).is_empty());
        assert_eq!(messages(json!({"min": 66.7})).len(), 1);
        assert!(messages(json!({"min": 50, "per": "layer"})).is_empty());
        assert_eq!(messages(json!({"min": 50.1, "per": "layer"})).len(), 1);
    }

    #[test]
    fn parts_have_shares_of_their_own() {
        let half = "50.0 % of the models";
        assert_eq!(
            messages(json!({"per": "layer"})),
            [format!("{half} in layer `marts` are documented (1 of 2); the minimum is 100 %")]
        );
        assert_eq!(
            messages(json!({"per": "path"})),
            [format!("{half} in `models/marts` are documented (1 of 2); the minimum is 100 %")]
        );
        assert_eq!(
            messages(json!({"per": "owner"})),
            [format!("{half} without owner are documented (1 of 2); the minimum is 100 %")]
        );
    }

    #[test]
    fn columns_are_those_declared() {
        assert_eq!(
            messages(json!({"of": "columns"})),
            ["50.0 % of the declared columns of project `shop` are documented (3 of 6); the minimum is 100 %"]
        );
    }

    #[test]
    fn a_minimum_beyond_hundred_is_refused() {
        let build = crate::rules::find("DOC022").unwrap().build;
        let error = build(json!({"min": 120})).err().unwrap();
        assert_eq!(error.option.as_deref(), Some("min"));
        assert_eq!(error.to_string(), "`min` is a percentage from 0 to 100, not 120");
    }
}
