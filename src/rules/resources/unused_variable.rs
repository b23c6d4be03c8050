use crate::project::OwnFiles;
use crate::rules::{Context, NoOptions, PACKAGES_ARE_MISSING, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a variable in `vars:` that nothing reads.
    ///
    /// A variable counts as read if its name stands in quotes anywhere in the project's SQL, Python, macros or YAML, or in
    /// those of a package: names are handed on to macros, too. Where a name is put together, as in
    /// `var(source ~ '_schema')`, every variable with that part in its name counts as read, and every one that is set for the
    /// package that does so. Variables that a package may read are not looked at while a package is not installed.
    ///
    /// # Why it matters
    /// Somebody will change its value one day, in the file or with `--vars`, and wait for an effect.
    ///
    /// # Example
    /// ```yaml
    /// # dbt_project.yml
    /// name: shop
    /// vars:
    ///   first_order_date: "2019-03-01"
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # dbt_project.yml
    /// name: shop
    /// vars:
    ///   first_order_date: "2019-03-01"
    /// ```
    /// ```sql
    /// -- models/staging/stg_orders.sql
    /// select 1 as order_id where ordered_at >= '{{ var('first_order_date') }}'
    /// ```
    UnusedVariable(NoOptions),
    code = "RES009",
    slug = "unused-variable",
    area = Resources,
    trap = Scale,
    default = Info,
    since = "0.1.0",
    subjects = [Project]
}

impl Rule for UnusedVariable {
    fn check_project(&self, cx: &mut Context<'_>) {
        for variable in cx.own_files().map_or(&[][..], |own| &own.unread_variables) {
            let scope = variable.scope.as_deref().unwrap_or("");
            let of = variable.scope.as_ref().map_or(String::new(), |scope| format!(" of `{scope}`"));
            cx.report_at(&variable.spot, format!("variable `{}`{of} is set and never read", variable.name))
                .part(format!("variable:{scope}.{}", variable.name))
                .help("remove it, or read it where its value is written out now");
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let is_undecided = |own: &OwnFiles| own.unread_variables.is_empty() && own.undecided_variables > 0;
        let undecided = cx.own_files().filter(|own| is_undecided(own)).map(|_| PACKAGES_ARE_MISSING.to_owned());
        cx.without_files().or(undecided)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::{Detail, Json, Macro, Resource, ResourceType, Text};
    use crate::rules::tester::{lint, resource};

    const PROJECT: (&str, &str) =
        ("dbt_project.yml", "name: shop\nvars:\n  start: 1\n  'dates:zone': x\n  shop: {limit: 2}\n");

    fn found(files: &[(&str, &str)], resources: &[Resource<'static>]) -> Vec<String> {
        let files: Vec<(&str, &str)> = std::iter::once(PROJECT).chain(files.iter().copied()).collect();
        lint("RES009", Value::Null, &files, resources)
    }

    #[test]
    fn variables_that_nothing_reads() {
        assert_eq!(
            found(&[("models/a.sql", "select start, limit")], &[]),
            [
                "dbt_project.yml:3:3 `start`: variable `start` is set and never read",
                "dbt_project.yml:4:3 `'dates:zone'`: variable `dates:zone` is set and never read",
                "dbt_project.yml:5:10 `limit`: variable `limit` of `shop` is set and never read",
            ]
        );
    }

    #[test]
    fn reads_of_every_kind() {
        let code = "{{ var(\"start\") }} {{ read('dates:zone') }} {{ var('lim' ~ x) }}";
        assert_eq!(found(&[("models/a.sql", code)], &[]), [""; 0]);
        let yaml = "models: [{name: a, config: {enabled: \"{{ var('start') }}\"}}]";
        assert_eq!(found(&[("models/a.yml", yaml)], &[]).len(), 2);
    }

    #[test]
    fn a_package_may_read_them() {
        let packages = ("packages.yml", "packages: [{local: lib}]");
        let mut foreign = resource(ResourceType::Macro, "macro.lib.m", "macros/m.sql");
        foreign.package = Text::from("lib");
        let detail = Macro { macro_sql: Some(Json::new(r#""{{ var(\"start\") }}""#)), ..Macro::default() };
        foreign.detail = Detail::Macro(Box::new(detail));
        let library =
            [packages, ("lib/dbt_project.yml", "name: lib\nmodels: {lib: {+enabled: \"{{ var('dates:zone') }}\"}}\n")];
        assert_eq!(
            found(&library, &[foreign]),
            ["dbt_project.yml:5:10 `limit`: variable `limit` of `shop` is set and never read"]
        );
        assert_eq!(found(&[packages], &[]).len(), 1, "what a package that is not there may read is left alone");
    }
}
