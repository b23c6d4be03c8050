use crate::findings::Place;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a version older than the latest that has no deprecation date.
    ///
    /// A version above `latest_version` is a prerelease and needs none. The date has to stand with the version: dbt
    /// does not hand the model's own down to its versions.
    ///
    /// # Why it matters
    /// Versions are for moving readers from one shape to the next within a known time. Without a date nobody moves,
    /// each version is built for ever, and three definitions of one thing are in use.
    ///
    /// # Example
    /// ```yaml
    /// # models/_models.yml
    /// models:
    ///   - name: dim_customers
    ///     latest_version: 2
    ///     versions:
    ///       - v: 1
    ///       - v: 2
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
    /// # models/_models.yml
    /// models:
    ///   - name: dim_customers
    ///     latest_version: 2
    ///     versions:
    ///       - v: 1
    ///         deprecation_date: 2031-06-30
    ///       - v: 2
    /// ```
    /// ```sql
    /// -- models/dim_customers_v1.sql
    /// select 1 as customer_id
    /// ```
    /// ```sql
    /// -- models/dim_customers_v2.sql
    /// select 1 as customer_id, 'AT' as country
    /// ```
    OldVersionWithoutDeprecation(NoOptions),
    code = "ACC019",
    slug = "old-version-without-deprecation",
    area = Access,
    trap = Scale,
    default = Warning,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for OldVersionWithoutDeprecation {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let Some(relation) = model.relation() else { return };
        if !relation.is_old_version() || relation.deprecation_date.is_some() {
            return;
        }
        let (Some(version), Some(latest)) = (&relation.version, &relation.latest_version) else { return };
        let message = format!(
            "`{}` is older than the latest version, v{latest}, and has no date by which it goes",
            model.label()
        );
        cx.report(model, Place::key("deprecation_date"), message).help(format!(
            "add `deprecation_date:` to `v: {version}` under `versions:`, far enough ahead for its readers to move to \
             v{latest}"
        ));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Resource, Text};
    use crate::rules::tester::{findings, model, relation};

    fn version(number: &'static str, date: Option<&'static str>) -> Resource<'static> {
        let mut model = model("marts", "dim_customers");
        model.unique_id = Text::from(format!("model.shop.dim_customers.v{number}"));
        let detail = relation(&mut model);
        detail.version = Some(Text::from(number));
        detail.latest_version = Some(Text::from("3"));
        detail.deprecation_date = date.map(Text::from);
        model
    }

    #[test]
    fn flags_old_versions_without_a_date() {
        let all = [version("1", Some("2025-06-30")), version("2", None), version("3", None), version("4", None)];
        let found = findings("ACC019", json!(null), &all);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "`dim_customers.v2` is older than the latest version, v3, and has no date by which it goes"
        );
        assert_eq!(
            found[0].help,
            "add `deprecation_date:` to `v: 2` under `versions:`, far enough ahead for its readers to move to v3"
        );
    }
}
