use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::project::Access;
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model past its deprecation date that nothing in the project reads any more.
    ///
    /// `grace-days` leaves it that many days beyond the date. Tests are no readers.
    ///
    /// # Why it matters
    /// All that was left to do is to delete it. Until then it is built and tested with every run, turns up in every
    /// search, and one day somebody builds on it again.
    ///
    /// # Example
    /// ```yaml
    /// # models/_models.yml
    /// models:
    ///   - name: fct_order_days
    ///     deprecation_date: 2020-06-30
    /// ```
    /// ```sql
    /// -- models/fct_order_days.sql
    /// select 1 as order_id
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/_models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: Takes the place of `fct_order_days`, which is gone.
    /// ```
    /// ```sql
    /// -- models/fct_orders.sql
    /// select 1 as order_id
    /// ```
    OverdueRemoval(Options),
    code = "ACC018",
    slug = "overdue-removal",
    area = Access,
    trap = Scale,
    default = Warning,
    since = "0.1.0",
    subjects = [Model],
    supersedes = ["DAG002"]
}

/// Options of `overdue-removal`.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Days beyond the deprecation date that a model may stay.
    pub grace_days: u32,
}

impl Rule for OverdueRemoval {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let Some(today) = cx.today() else { return };
        let Some(date) = model.relation().and_then(|relation| relation.deprecated_before(today)) else { return };
        let is_due = today.days_since(date) > i64::from(self.options.grace_days);
        if !is_due || cx.consumers(model.id).next().is_some() {
            return;
        }
        let message =
            format!("model `{}` was to be gone by {date}, and nothing in the project reads it", model.label());
        let finding = cx.report(model, Place::key("deprecation_date"), message);
        finding.help("remove the model with its YAML entry and tests, and drop its relation in the warehouse");
        if model.access() == Access::Public {
            finding.evidence("it is public: make sure that no other project reads it");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Access, Resource, Text};
    use crate::rules::tester::{exposure, findings, model, reading, relation, subjects, test};

    fn deprecated(date: &'static str) -> Resource<'static> {
        let mut model = model("marts", "fct_order_days");
        relation(&mut model).deprecation_date = Some(Text::from(date));
        model
    }

    #[test]
    fn flags_what_nobody_reads() {
        let mut days = deprecated("2025-06-30");
        let unique = test("unique", &days, "order_id");
        relation(&mut days).access = Access::Public;
        let found = findings("ACC018", json!(null), &[days, unique]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "model `fct_order_days` was to be gone by 2025-06-30, and nothing in the project reads it"
        );
        assert_eq!(found[0].evidence, ["it is public: make sure that no other project reads it"]);
    }

    #[test]
    fn what_is_read_is_another_rule() {
        let days = deprecated("2025-06-30");
        let board = reading(exposure("board"), &[&days]);
        assert!(subjects("ACC018", &[days, board]).is_empty());
    }

    #[test]
    fn grace_days_come_on_top() {
        // The tests' today is 2026-01-01.
        for (date, grace, flagged) in [
            ("2025-12-31", 0, true),
            ("2026-01-01", 0, false),
            ("2025-12-31", 1, false),
            ("2025-12-30", 1, true),
            ("2025-12-02", 30, false),
            ("2025-12-01", 30, true),
            ("2031-12-31", 0, false),
        ] {
            let found = findings("ACC018", json!({"grace-days": grace}), &[deprecated(date)]);
            assert_eq!(!found.is_empty(), flagged, "{date} and {grace} days");
        }
    }
}
