use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a project that does not say which versions of dbt it works with.
    ///
    /// `require-dbt-version` in `dbt_project.yml` says so. With `upper-bound: true`, a range without an end is flagged, too:
    /// `>=1.9.0` lets in every version to come.
    ///
    /// # Why it matters
    /// Without it, dbt of any version starts on the project and fails, or builds something else, somewhere in the middle.
    /// With it, it stops at once and says what is wanted: to the colleague with a new laptop, and to the pipeline whose
    /// image was rebuilt over night.
    ///
    /// # Example
    /// ```yaml
    /// # dbt_project.yml
    /// name: shop
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # dbt_project.yml
    /// name: shop
    /// require-dbt-version: [">=1.9.0", "<2.0.0"]
    /// ```
    MissingDbtVersionRange(Options),
    code = "PRJ001",
    slug = "missing-dbt-version-range",
    area = Project,
    trap = Scale,
    default = Warning,
    since = "0.1.0",
    subjects = [Project]
}

/// Options of `missing-dbt-version-range`.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Whether the range must have an end.
    pub upper_bound: bool,
}

impl Rule for MissingDbtVersionRange {
    fn check_project(&self, cx: &mut Context<'_>) {
        let Some(own) = cx.own_files() else { return };
        match (&own.required_dbt, &own.required_dbt_at) {
            (Some(range), Some(at)) if !range.is_empty() => {
                if self.options.upper_bound && !super::is_bounded(range) {
                    let message = format!("`require-dbt-version: {}` lets in every version to come", range.join(", "));
                    cx.report_at(at, message)
                        .help("add an end, such as \"<2.0.0\", and raise it once the project was tried");
                }
            }
            _ => {
                let message = format!("project `{}` does not say which versions of dbt it works with", cx.project.name);
                cx.report_project(Place::ProjectKey(Vec::new()), message).help(HELP);
            }
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        cx.without_files()
    }
}

/// The same whichever input is read: only a manifest says which dbt has written it.
const HELP: &str = "add `require-dbt-version: [\">=1.9.0\", \"<2.0.0\"]` to dbt_project.yml, with the versions you run in place of these";

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::rules::tester::lint;

    #[test]
    fn the_range_must_be_there() {
        let found = lint("PRJ001", Value::Null, &[("dbt_project.yml", "name: shop\nversion: 1\n")], &[]);
        assert_eq!(
            found,
            ["dbt_project.yml:1:7 `shop`: project `shop` does not say which versions of dbt it works with"]
        );
        let empty = [("dbt_project.yml", "name: shop\nrequire-dbt-version: []\n")];
        assert_eq!(lint("PRJ001", Value::Null, &empty, &[]).len(), 1);
        let open = [("dbt_project.yml", "name: shop\nrequire-dbt-version: '>=1.9.0'\n")];
        assert_eq!(lint("PRJ001", Value::Null, &open, &[]), [""; 0]);
    }

    #[test]
    fn an_end_may_be_demanded() {
        let options = json!({"upper-bound": true});
        let open = [("dbt_project.yml", "name: shop\nrequire-dbt-version: '>=1.9.0'\n")];
        assert_eq!(
            lint("PRJ001", options.clone(), &open, &[]),
            ["dbt_project.yml:2:22 `'>=1.9.0'`: `require-dbt-version: >=1.9.0` lets in every version to come"]
        );
        for range in ["['>=1.9.0', '<2.0.0']", "'>=1.9.0,<2.0.0'", "'1.9.4'", "'=1.9.4'"] {
            let text = format!("name: shop\nrequire-dbt-version: {range}\n");
            assert_eq!(lint("PRJ001", options.clone(), &[("dbt_project.yml", &text)], &[]), [""; 0], "{range}");
        }
    }
}
