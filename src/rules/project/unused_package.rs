use std::collections::{BTreeSet, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::project::{PackageOrigin, RequiredPackage, ResourceType};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a package that is installed and that nothing makes use of.
    ///
    /// Used is a package that builds something of its own (models, seeds, snapshots, hooks), whose macros, tests or
    /// materializations the project or another package uses, or that the project's files name, in `dispatch:` for example.
    /// Packages in `allow` are tools to be run by hand. A package from git is known by the name of its repository; where no
    /// installed package is called so, nothing is said.
    ///
    /// # Why it matters
    /// Each package is code of others that runs with the project's rights, and one more thing that holds back an upgrade of
    /// dbt.
    ///
    /// # Example
    /// ```yaml
    /// # packages.yml
    /// packages:
    ///   - local: packages/dates
    /// ```
    /// ```yaml
    /// # packages/dates/dbt_project.yml
    /// name: dates
    /// ```
    /// ```sql
    /// -- packages/dates/macros/weekday.sql
    /// {% macro weekday(column_name) %} strftime({{ column_name }}, '%A') {% endmacro %}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # packages.yml
    /// packages:
    ///   - local: packages/dates
    /// ```
    /// ```yaml
    /// # packages/dates/dbt_project.yml
    /// name: dates
    /// ```
    /// ```sql
    /// -- packages/dates/macros/weekday.sql
    /// {% macro weekday(column_name) %} strftime({{ column_name }}, '%A') {% endmacro %}
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select {{ dates.weekday('ordered_at') }} as ordered_on from orders
    /// ```
    UnusedPackage(Options),
    code = "PRJ003",
    slug = "unused-package",
    area = Project,
    trap = Scale,
    default = Off,
    since = "0.1.0",
    subjects = [Project]
}

/// Options of `unused-package`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Packages that are used by hand, by name.
    pub allow: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { allow: ["codegen", "audit_helper", "dbt_audit_helper"].map(str::to_owned).to_vec() }
    }
}

impl Rule for UnusedPackage {
    fn check_project(&self, cx: &mut Context<'_>) {
        let Some(own) = cx.own_files() else { return };
        let used = used(cx);
        let installed = super::installed(cx);
        for package in &own.packages {
            let Some(name) = installed.iter().find(|name| is_named(package, name)) else { continue };
            let is_allowed = self.options.allow.iter().any(|allowed| allowed == name);
            if is_allowed || used.contains(name) || own.named_packages.iter().any(|other| other == name) {
                continue;
            }
            cx.report_at(&package.spot, format!("nothing makes use of package `{name}`"))
                .part(format!("package:{name}"))
                .help("remove it and run `dbt deps`; if people run its macros by hand, add it to the rule's `allow`");
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        cx.without_files().or_else(|| super::without_packages(cx))
    }
}

/// Whether an item of `packages:` is the package of that name.
fn is_named(package: &RequiredPackage, name: &str) -> bool {
    let address = match &package.origin {
        PackageOrigin::Hub { name, .. } => name,
        PackageOrigin::Git { url, .. } => url,
        PackageOrigin::Local { path } => path,
        PackageOrigin::Tarball => return false,
    };
    let last = address.trim_end_matches('/').rsplit('/').next().unwrap_or(address);
    let last = last.strip_suffix(".git").unwrap_or(last).replace('-', "_");
    last == name || last.strip_prefix("dbt_") == Some(name)
}

/// Packages that build something, or on which something outside of them depends.
fn used<'p>(cx: &Context<'p>) -> BTreeSet<&'p str> {
    let resources = &cx.project.resources;
    let package_of: HashMap<&str, &str> =
        resources.iter().map(|resource| (resource.unique_id.as_str(), resource.package.as_str())).collect();
    let mut used = BTreeSet::new();
    for resource in resources {
        if !matches!(resource.kind, ResourceType::Macro | ResourceType::DocsBlock | ResourceType::Test) {
            used.insert(resource.package.as_str());
        }
        let parents = resource.macros.iter().chain(&resource.depends_on);
        let packages = parents.filter_map(|id| package_of.get(id.as_str()).copied());
        used.extend(packages.filter(|package| *package != resource.package.as_str()));
        let test = resource.as_test().and_then(|test| test.generic.as_ref());
        used.extend(test.and_then(|generic| generic.namespace.as_deref()));
    }
    used.extend(materializing(cx));
    used
}

/// Packages with a materialization that something has.
fn materializing<'p>(cx: &Context<'p>) -> Vec<&'p str> {
    let materialized: BTreeSet<&str> =
        cx.project.resources.iter().filter_map(|resource| resource.relation()?.materialized.non_empty()).collect();
    let is_used = |name: &str| {
        let name = name.strip_prefix("materialization_").and_then(|rest| rest.rsplit_once('_'));
        name.is_some_and(|(name, _)| materialized.contains(name))
    };
    let macros = cx.project.all(ResourceType::Macro).filter(|(_, resource)| is_used(&resource.name));
    macros.map(|(_, resource)| resource.package.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::project::{Resource, ResourceType, Text};
    use crate::rules::tester::{lint, model, resource};

    const PACKAGES: (&str, &str) = ("packages.yml", "packages:\n  - package: x/dbt_dates\n    version: 1.0.0\n");
    const PROJECT: (&str, &str) = ("dbt_project.yml", "name: shop\n");

    fn foreign(name: &str) -> Resource<'static> {
        let mut made = resource(ResourceType::Macro, &format!("macro.dates.{name}"), "macros/a.sql");
        made.package = Text::from("dates");
        made
    }

    #[test]
    fn a_package_of_macros_that_nothing_calls() {
        let own = model("marts", "fct_orders");
        assert_eq!(
            lint("PRJ003", Value::Null, &[PROJECT, PACKAGES], &[own, foreign("today")]),
            ["packages.yml:2:14 `x/dbt_dates`: nothing makes use of package `dates`"]
        );
        assert_eq!(lint("PRJ003", json!({"allow": ["dates"]}), &[PROJECT, PACKAGES], &[foreign("today")]), [""; 0]);
        assert_eq!(lint("PRJ003", Value::Null, &[PROJECT, PACKAGES], &[]), [""; 0], "not installed");
    }

    #[test]
    fn whatever_uses_it_counts() {
        let mut caller = model("marts", "fct_orders");
        caller.macros = vec![Text::from("macro.dates.today")];
        let silent = |resources: &[Resource<'static>], project: &str| {
            let found = lint("PRJ003", Value::Null, &[("dbt_project.yml", project), PACKAGES], resources);
            assert_eq!(found, [""; 0]);
        };
        silent(&[caller, foreign("today")], "name: shop");
        silent(&[foreign("today")], "name: shop\ndispatch: [{macro_namespace: dates, search_order: [shop, dates]}]");
        let mut built = model("x", "calendar");
        built.package = Text::from("dates");
        silent(&[built], "name: shop");
        let mut materialized = model("marts", "fct_orders");
        crate::rules::tester::relation(&mut materialized).materialized = Text::from("daily");
        silent(&[materialized, foreign("materialization_daily_default")], "name: shop");
    }
}
