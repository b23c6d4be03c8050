use super::feeding::in_words;
use crate::findings::Place;
use crate::project::ResourceType;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an exposure that lists in `depends_on` a model past its deprecation date, or an old version of a model.
    ///
    /// A version below `latest_version` is old; one above it is a prerelease and is not. A deprecation date that lies
    /// ahead is no finding: there is still time.
    ///
    /// # Why it matters
    /// The owner of the model has announced that it goes, or that it is no longer the one to use. A dashboard that
    /// stays behind shows other numbers than those that have moved, until the day it shows none.
    ///
    /// # Example
    /// ```yaml
    /// # models/schema.yml
    /// models:
    ///   - name: dim_customers
    ///     latest_version: 2
    ///     versions:
    ///       - v: 1
    ///       - v: 2
    ///
    /// exposures:
    ///   - name: mailing_export
    ///     type: application
    ///     owner:
    ///       email: marketing@example.com
    ///     depends_on:
    ///       - ref('dim_customers', v=1)
    /// ```
    /// ```sql
    /// -- models/dim_customers_v1.sql
    /// select 1 as customer_id
    /// ```
    /// ```sql
    /// -- models/dim_customers_v2.sql
    /// select 1 as customer_id, 'AT' as country
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/schema.yml
    /// models:
    ///   - name: dim_customers
    ///     latest_version: 2
    ///     versions:
    ///       - v: 1
    ///       - v: 2
    ///
    /// exposures:
    ///   - name: mailing_export
    ///     type: application
    ///     owner:
    ///       email: marketing@example.com
    ///     depends_on:
    ///       - ref('dim_customers', v=2)
    /// ```
    /// ```sql
    /// -- models/dim_customers_v1.sql
    /// select 1 as customer_id
    /// ```
    /// ```sql
    /// -- models/dim_customers_v2.sql
    /// select 1 as customer_id, 'AT' as country
    /// ```
    ExposureOnDeprecatedModel(NoOptions),
    code = "EXP013",
    slug = "exposure-on-deprecated-model",
    area = Exposures,
    trap = ServeTheBusiness,
    default = Error,
    since = "0.1.0",
    subjects = [Exposure]
}

impl Rule for ExposureOnDeprecatedModel {
    fn check(&self, exposure: Node<'_>, cx: &mut Context<'_>) {
        for parent in cx.parents(exposure.id).filter(|parent| parent.kind == ResourceType::Model) {
            let Some(relation) = parent.relation() else { continue };
            let passed = cx.today().and_then(|today| relation.deprecated_before(today));
            let defect = match (passed, relation.is_old_version()) {
                (Some(date), _) => format!("which was to be gone by {date}"),
                (None, true) => "an old version".to_owned(),
                (None, false) => continue,
            };
            let latest = relation.latest_version.as_ref().filter(|_| relation.is_old_version());
            let help = match latest {
                Some(latest) => {
                    format!("move the exposure to `ref('{}', v={latest})`, the latest version", parent.name)
                }
                None => format!("move the exposure to the model that replaces `{}`", parent.label()),
            };
            let message = format!("{} reads `{}`, {defect}", in_words(&exposure), parent.label());
            let finding = cx.report(exposure, Place::Parent(parent.id), message);
            finding.part(format!("parent:{}", parent.unique_id)).help(help);
            if passed.is_some() {
                finding.related(parent.id, Place::key("deprecation_date"), "deprecated here");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Resource, Text};
    use crate::rules::tester::{exposure, findings, model, reading, relation, subjects};

    fn version(number: &'static str, deprecation_date: Option<&'static str>) -> Resource<'static> {
        let mut model = model("marts", "dim_customers");
        model.unique_id = Text::from(format!("model.shop.dim_customers.v{number}"));
        let detail = relation(&mut model);
        detail.version = Some(Text::from(number));
        detail.latest_version = Some(Text::from("2"));
        detail.deprecation_date = deprecation_date.map(Text::from);
        model
    }

    #[test]
    fn flags_an_old_version() {
        let (old, latest, next) = (version("1", None), version("2", None), version("3", None));
        let board = reading(exposure("board"), &[&old, &latest, &next]);
        let found = findings("EXP013", json!(null), &[old, latest, next, board]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "dashboard `board` reads `dim_customers.v1`, an old version");
        assert_eq!(found[0].help, "move the exposure to `ref('dim_customers', v=2)`, the latest version");
        assert_eq!(found[0].part, "parent:model.shop.dim_customers.v1");
    }

    #[test]
    fn one_finding_for_a_version_both_old_and_past_its_date() {
        let old = version("1", Some("2025-06-30T00:00:00+02:00"));
        let board = reading(exposure("board"), &[&old]);
        let found = findings("EXP013", json!(null), &[old, board]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["dashboard `board` reads `dim_customers.v1`, which was to be gone by 2025-06-30"]);
        assert_eq!(found[0].help, "move the exposure to `ref('dim_customers', v=2)`, the latest version");
    }

    #[test]
    fn the_date_must_have_passed() {
        // The tests' today is 2026-01-01.
        for (date, flagged) in [("2025-12-31", true), ("2026-01-01", false), ("2031-12-31", false), ("soon", false)] {
            let mut orders = model("marts", "fct_orders");
            relation(&mut orders).deprecation_date = Some(Text::from(date));
            let board = reading(exposure("board"), &[&orders]);
            assert_eq!(!subjects("EXP013", &[orders, board]).is_empty(), flagged, "{date}");
        }
    }
}
