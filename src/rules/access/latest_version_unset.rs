use crate::findings::Place;
use crate::project::ResourceType;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a versioned model that does not set `latest_version`.
    ///
    /// There is one finding for each model; its subject is the latest version. dbt fills the highest version into the
    /// manifest where the YAML sets none, so the rule reads the YAML; with a manifest alone it cannot run.
    ///
    /// # Why it matters
    /// Without `latest_version` the highest number is the latest. Adding version 3 to try it out then moves every
    /// reader who has not pinned a version, at once and without a word.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_customers
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
    LatestVersionUnset(NoOptions),
    code = "ACC014",
    slug = "latest-version-unset",
    area = Access,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for LatestVersionUnset {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let Some(relation) = model.relation() else { return };
        if !relation.is_latest_version() || relation.latest_version_declared != Some(false) {
            return;
        }
        let Some(version) = &relation.version else { return };
        let message = format!("model `{}` has versions, but does not say which is the latest", model.name);
        cx.report(model, Place::key("versions"), message)
            .help(format!("add `latest_version: {version}` beside `versions:`, and raise it when readers may move"));
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let models = cx.subjects(ResourceType::Model).filter_map(|model| model.resource.relation());
        let versioned: Vec<_> = models.filter(|relation| relation.version.is_some()).collect();
        if versioned.is_empty() {
            return Some("no model has versions".to_owned());
        }
        let is_known = versioned.iter().any(|relation| relation.latest_version_declared.is_some());
        (!is_known).then(|| {
            "the project's YAML is not at hand, and the manifest does not tell whether it sets latest_version"
                .to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Resource, Text};
    use crate::rules::tester::{findings, model, relation};

    fn versions(name: &str, declared: Option<bool>) -> Vec<Resource<'static>> {
        let version = |number: &'static str| {
            let mut model = model("marts", name);
            model.unique_id = Text::from(format!("model.shop.{name}.v{number}"));
            let detail = relation(&mut model);
            detail.version = Some(Text::from(number));
            detail.latest_version = Some(Text::from("2"));
            detail.latest_version_declared = declared;
            model
        };
        vec![version("1"), version("2")]
    }

    #[test]
    fn one_finding_for_all_versions() {
        let all = [versions("dim_open", Some(false)), versions("dim_set", Some(true))].concat();
        let found = findings("ACC014", json!(null), &all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "model.shop.dim_open.v2");
        assert_eq!(found[0].message, "model `dim_open` has versions, but does not say which is the latest");
        assert_eq!(found[0].help, "add `latest_version: 2` beside `versions:`, and raise it when readers may move");
    }

    #[test]
    fn what_the_input_does_not_say_is_not_guessed() {
        assert!(findings("ACC014", json!(null), &versions("dim_unknown", None)).is_empty());
    }
}
