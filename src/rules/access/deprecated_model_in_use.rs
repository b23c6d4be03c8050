use crate::findings::Place;
use crate::project::ResourceId;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};
use crate::words::counted;

declare_rule! {
    /// # What it does
    /// Flags a model past its deprecation date that still has consumers.
    ///
    /// Consumers are models, snapshots, exposures, metrics, semantic models and saved queries that read it directly;
    /// tests are none. The day itself is not past. A version of a versioned model has the date of its own entry only,
    /// as in dbt.
    ///
    /// # Why it matters
    /// The date was a promise to remove the model, and a warning to whoever reads it. While it stays because of them,
    /// the old definition lives on beside the new one; if it goes in spite of them, their work breaks.
    ///
    /// # Example
    /// ```yaml
    /// # models/_models.yml
    /// models:
    ///   - name: dim_clients
    ///     deprecation_date: 2020-06-30
    /// ```
    /// ```sql
    /// -- models/dim_clients.sql
    /// select 1 as client_id
    /// ```
    /// ```sql
    /// -- models/rpt_client_value.sql
    /// select * from {{ ref('dim_clients') }}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/_models.yml
    /// models:
    ///   - name: dim_customers
    ///     description: Takes the place of `dim_clients`, which is gone.
    /// ```
    /// ```sql
    /// -- models/dim_customers.sql
    /// select 1 as customer_id
    /// ```
    /// ```sql
    /// -- models/rpt_client_value.sql
    /// select * from {{ ref('dim_customers') }}
    /// ```
    DeprecatedModelInUse(NoOptions),
    code = "ACC017",
    slug = "deprecated-model-in-use",
    area = Access,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Model]
}

/// Most consumers that a finding points at.
const SHOWN: usize = 5;

impl Rule for DeprecatedModelInUse {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let Some(today) = cx.today() else { return };
        let Some(date) = model.relation().and_then(|relation| relation.deprecated_before(today)) else { return };
        let consumers: Vec<ResourceId> = cx.consumers(model.id).map(|consumer| consumer.id).collect();
        if consumers.is_empty() {
            return;
        }
        let (are, one) = if consumers.len() == 1 { ("is", "it") } else { ("are", "them") };
        let message = format!(
            "model `{}` was to be gone by {date}, and {} {are} still built on it",
            model.label(),
            counted(consumers.len(), "resource")
        );
        let names = cx.names(&consumers);
        let finding = cx.report(model, Place::key("deprecation_date"), message);
        finding.evidence(format!("read by {names}")).help(match replacement(model) {
            Some(replacement) => format!("move {one} to {replacement}, then remove the model"),
            None => {
                format!("move {one} to what replaces the model, then remove it; if it has to stay, set a later date")
            }
        });
        for consumer in consumers.into_iter().take(SHOWN) {
            finding.related(consumer, Place::Parent(model.id), "still reads it");
        }
    }
}

/// The latest version, where the model is an older one.
fn replacement(model: Node<'_>) -> Option<String> {
    let relation = model.relation().filter(|relation| relation.is_old_version())?;
    relation.latest_version.as_ref().map(|latest| format!("`ref('{}', v={latest})`", model.name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Resource, Text};
    use crate::rules::tester::{exposure, findings, model, reading, relation, subjects, test};

    fn deprecated(name: &str, date: &'static str) -> Resource<'static> {
        let mut model = model("marts", name);
        relation(&mut model).deprecation_date = Some(Text::from(date));
        model
    }

    #[test]
    fn names_who_still_reads_it() {
        let clients = deprecated("dim_clients", "2025-06-30T00:00:00+00:00");
        let report = reading(model("reporting", "rpt_value"), &[&clients]);
        let board = reading(exposure("board"), &[&clients]);
        let found = findings("ACC017", json!(null), &[clients, report, board]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "model `dim_clients` was to be gone by 2025-06-30, and 2 resources are still built on it"
        );
        assert_eq!(found[0].evidence, ["read by board, rpt_value"]);
        assert_eq!(found[0].related.len(), 2);
    }

    #[test]
    fn an_old_version_gives_way_to_the_latest() {
        let mut old = deprecated("dim_customers", "2025-06-30");
        relation(&mut old).version = Some(Text::from("1"));
        relation(&mut old).latest_version = Some(Text::from("2"));
        let report = reading(model("reporting", "rpt_value"), &[&old]);
        let found = findings("ACC017", json!(null), &[old, report]);
        assert_eq!(
            found[0].message,
            "model `dim_customers.v1` was to be gone by 2025-06-30, and 1 resource is still built on it"
        );
        assert_eq!(found[0].help, "move it to `ref('dim_customers', v=2)`, then remove the model");
    }

    #[test]
    fn the_date_must_have_passed() {
        // The tests' today is 2026-01-01.
        for (date, flagged) in [("2025-12-31", true), ("2026-01-01", false), ("2026-01-02", false), ("soon", false)] {
            let clients = deprecated("dim_clients", date);
            let report = reading(model("reporting", "rpt_value"), &[&clients]);
            assert_eq!(!subjects("ACC017", &[clients, report]).is_empty(), flagged, "{date}");
        }
    }

    #[test]
    fn tests_are_no_consumers() {
        let clients = deprecated("dim_clients", "2025-06-30");
        let unique = test("unique", &clients, "client_id");
        assert!(subjects("ACC017", &[clients, unique]).is_empty());
    }
}
