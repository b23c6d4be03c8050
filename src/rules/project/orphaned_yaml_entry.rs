use crate::project::Orphan;
use crate::rules::{Context, NoOptions, PACKAGES_ARE_MISSING, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an entry of properties YAML that describes a resource that does not exist.
    ///
    /// Models and their versions, seeds, snapshots, analyses, macros and singular tests are looked for, disabled ones and
    /// those of packages included; while packages are not installed, the rule does not run. A snapshot with `relation` is defined by its entry, and so are sources, exposures, metrics
    /// and groups.
    ///
    /// # Why it matters
    /// A file was renamed or removed and its properties were not: the tests in the entry guard nothing any more, and the
    /// description is read by people who take it for a table that is there.
    ///
    /// # Example
    /// ```yaml
    /// # macros/_macros.yml
    /// macros:
    ///   - name: cents_to_euro
    ///     description: Turns an amount in cents into euros.
    /// ```
    /// ```sql
    /// -- macros/cents_to_euros.sql
    /// {% macro cents_to_euros(column_name) %} {{ column_name }} / 100.0 {% endmacro %}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # macros/_macros.yml
    /// macros:
    ///   - name: cents_to_euros
    ///     description: Turns an amount in cents into euros.
    /// ```
    /// ```sql
    /// -- macros/cents_to_euros.sql
    /// {% macro cents_to_euros(column_name) %} {{ column_name }} / 100.0 {% endmacro %}
    /// ```
    OrphanedYamlEntry(NoOptions),
    code = "PRJ011",
    slug = "orphaned-yaml-entry",
    area = Project,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Project]
}

impl Rule for OrphanedYamlEntry {
    fn check_project(&self, cx: &mut Context<'_>) {
        for orphan in cx.own_files().map_or(&[][..], |own| &own.orphans) {
            let (thing, name) = (thing(orphan.section), name(orphan));
            let message = format!("this describes {thing} `{name}`, and there is none");
            cx.report_at(&orphan.spot, message).part(format!("{}:{name}", orphan.section)).help(help(orphan));
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let missing = || PACKAGES_ARE_MISSING.to_owned();
        cx.without_files().or_else(|| (!super::knows_packages(cx)).then(missing))
    }
}

fn name(orphan: &Orphan) -> String {
    match &orphan.version {
        Some(version) => format!("{}.v{version}", orphan.name),
        None => orphan.name.clone(),
    }
}

fn help(orphan: &Orphan) -> String {
    match (&orphan.version, &orphan.nearest) {
        (Some(version), _) => {
            format!("add {}_v{version}.sql, name its file with `defined_in`, or remove the version", orphan.name)
        }
        (None, Some(nearest)) => format!("name what it is about, perhaps `{nearest}`, or remove the entry"),
        (None, None) => "name what it is about, or remove the entry with its tests".to_owned(),
    }
}

fn thing(section: &str) -> &'static str {
    match section {
        "models" => "model",
        "seeds" => "seed",
        "snapshots" => "snapshot",
        "analyses" => "analysis",
        "macros" => "macro",
        _ => "singular test",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::{ResourceType, Text};
    use crate::rules::tester::{lint, lint_without_manifest, model, resource};

    #[test]
    fn what_is_not_there_is_named_with_what_is() {
        let yaml = "models:\n  - name: fct_ordres\n  - name: fct_orders\n  - name: late\nmacros:\n  - name: euros\n  - name: from_package\nseeds:\n  - name: gone\n";
        let files = [("dbt_project.yml", "name: shop"), ("models/a.yml", yaml), ("models/late.sql", "select 1")];
        let mut foreign = resource(ResourceType::Macro, "macro.utils.from_package", "macros/a.sql");
        foreign.package = Text::from("utils");
        assert_eq!(
            lint("PRJ011", Value::Null, &files, &[model("marts", "fct_orders"), foreign]),
            [
                "models/a.yml:2:11 `fct_ordres`: this describes model `fct_ordres`, and there is none",
                "models/a.yml:6:11 `euros`: this describes macro `euros`, and there is none",
                "models/a.yml:9:11 `gone`: this describes seed `gone`, and there is none",
            ]
        );
    }

    #[test]
    fn a_package_that_is_not_there_may_have_it() {
        let files = [
            ("dbt_project.yml", "name: shop"),
            ("packages.yml", "packages: [{package: a/b, version: 1.0.0}]"),
            ("models/a.yml", "models: [{name: gone}]"),
        ];
        assert_eq!(lint_without_manifest("PRJ011", &files, &[]), [""; 0]);
        assert_eq!(lint("PRJ011", Value::Null, &files, &[]).len(), 1);
    }

    #[test]
    fn a_version_needs_a_file() {
        let yaml = "models:\n  - name: customers\n    versions:\n      - v: 1\n      - v: 2\n";
        let files =
            [("dbt_project.yml", "name: shop"), ("models/a.yml", yaml), ("models/customers_v1.sql", "select 1")];
        assert_eq!(
            lint("PRJ011", Value::Null, &files, &[]),
            ["models/a.yml:5:12 `2`: this describes model `customers.v2`, and there is none"]
        );
    }
}
