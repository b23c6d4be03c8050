use crate::findings::Place;
use crate::project::{RefCall, Relation, ResourceType};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a `ref` to a versioned model without a version.
    ///
    /// Looked at are models, snapshots and exposures; the `ref`s of tests follow the model they test.
    ///
    /// # Why it matters
    /// `ref('dim_customers')` means whatever is the latest version on the day of the run. When its owner raises
    /// `latest_version`, every reader moves that same night, tested or not. That is the surprise which versions are
    /// there to prevent.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_customers
    ///     latest_version: 2
    ///     versions:
    ///       - v: 1
    ///       - v: 2
    /// ```
    /// ```sql
    /// -- models/marts/dim_customers_v1.sql
    /// select 1 as customer_id
    /// ```
    /// ```sql
    /// -- models/marts/dim_customers_v2.sql
    /// select 1 as customer_id, 'AT' as country
    /// ```
    /// ```sql
    /// -- models/reporting/rpt_customer_value.sql
    /// select * from {{ ref('dim_customers') }}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_customers
    ///     latest_version: 2
    ///     versions:
    ///       - v: 1
    ///       - v: 2
    /// ```
    /// ```sql
    /// -- models/marts/dim_customers_v1.sql
    /// select 1 as customer_id
    /// ```
    /// ```sql
    /// -- models/marts/dim_customers_v2.sql
    /// select 1 as customer_id, 'AT' as country
    /// ```
    /// ```sql
    /// -- models/reporting/rpt_customer_value.sql
    /// select * from {{ ref('dim_customers', v=2) }}
    /// ```
    UnpinnedVersionRef(NoOptions),
    code = "ACC016",
    slug = "unpinned-version-ref",
    area = Access,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Model, Snapshot, Exposure]
}

impl Rule for UnpinnedVersionRef {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        let refs = match (node.relation(), node.as_exposure()) {
            (Some(relation), _) => &relation.refs,
            (_, Some(exposure)) => &exposure.refs,
            _ => return,
        };
        if refs.is_empty() {
            return;
        }
        for parent in cx.parents(node.id).filter(|parent| parent.kind == ResourceType::Model) {
            let Some(relation) = parent.relation().filter(|relation| relation.is_latest_version()) else { continue };
            if !refs.iter().any(|call| is_unpinned(call, &parent)) {
                continue;
            }
            let Some(version) = &relation.version else { continue };
            let (kind, label, name) = (node.kind.label(), node.label(), &parent.name);
            let message = format!(
                "{kind} `{label}` reads `{name}` without a version: today that is v{version}, and it will change when \
                 the latest version does"
            );
            cx.report(node, Place::Parent(parent.id), message)
                .part(format!("parent:{}", parent.unique_id))
                .help(format!("write `ref('{name}', v={})`", quoted(version)));
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let is_versioned = |relation: &Relation<'_>| relation.version.is_some();
        let mut models = cx.project.all(ResourceType::Model);
        let has_any = models.any(|(_, model)| model.relation().is_some_and(is_versioned));
        (!has_any).then(|| "no model has versions".to_owned())
    }
}

/// Whether the call names that model, and no version.
fn is_unpinned(call: &RefCall<'_>, parent: &Node<'_>) -> bool {
    call.version.is_none()
        && call.name == parent.name
        && call.package.as_ref().is_none_or(|package| *package == parent.package)
}

/// A version as an argument: numbers as they are, words in quotes.
fn quoted(version: &str) -> String {
    if version.parse::<f64>().is_ok() { version.to_owned() } else { format!("'{version}'") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::findings::Place;
    use crate::project::{Detail, RefCall, Resource, Text};
    use crate::rules::tester::{exposure, findings, model, reading, relation, subjects};

    fn version(number: &'static str, latest: &'static str) -> Resource<'static> {
        let mut model = model("marts", "dim_customers");
        model.unique_id = Text::from(format!("model.shop.dim_customers.v{number}"));
        relation(&mut model).version = Some(Text::from(number));
        relation(&mut model).latest_version = Some(Text::from(latest));
        model
    }

    fn call(version: Option<&'static str>) -> RefCall<'static> {
        RefCall { name: Text::from("dim_customers"), version: version.map(Text::from), package: None }
    }

    fn reader(parents: &[&Resource<'static>], calls: &[RefCall<'static>]) -> Resource<'static> {
        let mut reader = reading(model("reporting", "rpt_value"), parents);
        relation(&mut reader).refs = calls.to_vec();
        reader
    }

    #[test]
    fn flags_a_ref_without_version() {
        let (old, latest) = (version("1", "2"), version("2", "2"));
        let report = reader(&[&latest], &[call(None)]);
        let found = findings("ACC016", json!(null), &[old, latest, report]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "model `rpt_value` reads `dim_customers` without a version: today that is v2, and it will change when the \
             latest version does"
        );
        assert_eq!(found[0].help, "write `ref('dim_customers', v=2)`");
        assert_eq!(found[0].part, "parent:model.shop.dim_customers.v2");
        assert!(matches!(found[0].place, Place::Parent(_)));
    }

    #[test]
    fn a_pinned_ref_is_fine() {
        let (old, latest) = (version("1", "2"), version("2", "2"));
        let report = reader(&[&old, &latest], &[call(Some("1")), call(Some("2"))]);
        assert!(subjects("ACC016", &[old, latest, report]).is_empty());
    }

    #[test]
    fn of_two_refs_the_open_one_counts() {
        let (old, latest) = (version("1", "2"), version("2", "2"));
        let report = reader(&[&old, &latest], &[call(Some("1")), call(None)]);
        let found = findings("ACC016", json!(null), &[old, latest, report]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].part, "parent:model.shop.dim_customers.v2");
    }

    #[test]
    fn exposures_count_and_words_are_quoted() {
        let gold = version("gold", "gold");
        let mut board = reading(exposure("board"), &[&gold]);
        if let Detail::Exposure(detail) = &mut board.detail {
            detail.refs = vec![call(None)];
        }
        let found = findings("ACC016", json!(null), &[gold, board]);
        assert_eq!(found[0].help, "write `ref('dim_customers', v='gold')`");
        assert!(found[0].message.starts_with("exposure `board` reads `dim_customers` without a version"));
    }

    #[test]
    fn models_without_versions_need_none() {
        let plain = model("marts", "dim_customers");
        let report = reader(&[&plain], &[call(None)]);
        assert!(subjects("ACC016", &[plain, report]).is_empty());
    }
}
