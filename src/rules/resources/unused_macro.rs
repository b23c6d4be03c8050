use crate::findings::Place;
use crate::project::ResourceType;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a macro or generic test that nothing in the project calls.
    ///
    /// A macro is used if a resource depends on it, disabled ones included, or if its name stands in the project's SQL,
    /// Python or YAML where a call may be: in Jinja, before a parenthesis, in quotes. Packages count as well. Exempt are
    /// materializations, macros that replace one of dbt or of a package (`generate_schema_name`), and implementations of a
    /// dispatched macro (`default__…`, `snowflake__…`). Macros that people, scripts or jobs run by name (`dbt run-operation`)
    /// cannot be told from forgotten ones: give such a folder an override that switches the rule off. In a project that is itself a package
    /// (it has `integration_tests/`), others call the macros, and the rule does not run.
    ///
    /// # Why it matters
    /// Nobody dares to remove code that may be used somewhere. Each unused macro is read, searched through and carried over
    /// to the next version of dbt by everyone after its author.
    ///
    /// # Example
    /// ```sql
    /// -- macros/cents_to_euros.sql
    /// {% macro cents_to_euros(column_name) %}
    ///     cast({{ column_name }} / 100.0 as decimal(18, 2))
    /// {% endmacro %}
    /// ```
    ///
    /// # Use instead
    /// ```sql
    /// -- macros/cents_to_euros.sql
    /// {% macro cents_to_euros(column_name) %}
    ///     cast({{ column_name }} / 100.0 as decimal(18, 2))
    /// {% endmacro %}
    /// ```
    /// ```sql
    /// -- models/staging/stg_orders.sql
    /// select {{ cents_to_euros('amount') }} as amount
    /// ```
    UnusedMacro(NoOptions),
    code = "RES001",
    slug = "unused-macro",
    area = Resources,
    trap = BalanceTheTeam,
    default = Info,
    since = "0.1.0",
    subjects = [Macro]
}

impl Rule for UnusedMacro {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        let Some(own) = cx.own_files() else { return };
        let id = node.unique_id.as_str();
        if own.uncalled_macros.binary_search_by(|other| other.as_str().cmp(id)).is_err() {
            return;
        }
        let (message, help) = match node.name.strip_prefix("test_") {
            Some(test) => (
                format!("generic test `{test}` is used nowhere"),
                "remove it, or put it on the columns it was written for",
            ),
            None => (
                format!("macro `{}` is called by nothing in the project", node.name),
                "remove it, unless a script, a job or someone runs it by its name (`dbt run-operation`): then switch the \
                 rule off for its folder",
            ),
        };
        cx.report(node, Place::File, message).help(help);
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let is_package = cx.own_files().is_some_and(|own| own.is_package);
        let package = is_package
            .then(|| "the project is a package (it has integration_tests/): others call its macros".to_owned());
        let none = cx.project.own(ResourceType::Macro).next().is_none().then(|| "the project has no macro".to_owned());
        cx.without_files().or(package).or(none)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::{Resource, ResourceType, Text};
    use crate::rules::tester::{lint, model, resource};

    const PROJECT: (&str, &str) = ("dbt_project.yml", "name: shop\n");
    const EUROS: (&str, &str) = ("macros/euros.sql", "{% macro euros(x) %}{{ euros(x) }}{% endmacro %}\n");

    fn named(name: &str) -> Resource<'static> {
        resource(
            ResourceType::Macro,
            &format!("macro.shop.{name}"),
            &format!("macros/{}.sql", name.trim_start_matches("test_")),
        )
    }

    #[test]
    fn a_macro_that_only_calls_itself() {
        let yaml = ("macros/_macros.yml", "macros: [{name: euros, description: 'Call {{ euros(1) }}.'}]\n");
        assert_eq!(
            lint("RES001", Value::Null, &[PROJECT, EUROS, yaml], &[named("euros")]),
            ["macros/euros.sql:1:10 `euros`: macro `euros` is called by nothing in the project"]
        );
    }

    #[test]
    fn every_kind_of_call_counts() {
        for (path, text) in [
            ("models/a.sql", "select {{ euros('a') }}"),
            ("models/a.sql", "{% set f = euros %}"),
            ("models/a.py", "x = 'euros'"),
            ("models/a.yml", "models: [{name: a, config: {post_hook: '{{ euros(1) }}'}}]"),
            ("macros/b.sql", "{% macro b() %}{{ adapter.dispatch('euros')() }}{% endmacro %}"),
        ] {
            assert_eq!(
                lint("RES001", Value::Null, &[PROJECT, EUROS, (path, text)], &[named("euros")]),
                [""; 0],
                "{text}"
            );
        }
        let hook = ("dbt_project.yml", "name: shop\nmodels: {shop: {+post-hook: '{{ shop.euros(1) }}'}}\n");
        assert_eq!(lint("RES001", Value::Null, &[hook, EUROS], &[named("euros")]), [""; 0]);
        let mut caller = model("marts", "fct");
        caller.macros = vec![Text::from("macro.shop.euros")];
        assert_eq!(lint("RES001", Value::Null, &[PROJECT, EUROS], &[named("euros"), caller]), [""; 0]);
    }

    #[test]
    fn what_merely_looks_alike_does_not() {
        for (path, text) in [
            ("models/a.sql", "select euros, euros_total from x"),
            ("models/a.yml", "models: [{name: a, columns: [{name: euros}]}]"),
        ] {
            assert_eq!(
                lint("RES001", Value::Null, &[PROJECT, EUROS, (path, text)], &[named("euros")]).len(),
                1,
                "{text}"
            );
        }
    }

    #[test]
    fn generic_tests() {
        let test = ("macros/not_blank.sql", "{% test not_blank(model, column_name) %}{% endtest %}\n");
        let found = |yaml: &str| {
            lint("RES001", Value::Null, &[PROJECT, test, ("models/a.yml", yaml)], &[named("test_not_blank")])
        };
        assert_eq!(
            found("macros: [{name: test_not_blank}]"),
            ["macros/not_blank.sql:1:9 `not_blank`: generic test `not_blank` is used nowhere"]
        );
        assert_eq!(found("models: [{name: a, columns: [{name: b, data_tests: [not_blank]}]}]"), [""; 0]);
    }

    #[test]
    fn dbt_looks_for_some_by_name() {
        let mut foreign = resource(ResourceType::Macro, "macro.utils.star", "macros/star.sql");
        foreign.package = Text::from("utils");
        for name in ["generate_schema_name", "materialization_daily_default", "default__anything", "shop__star", "star"]
        {
            assert_eq!(lint("RES001", Value::Null, &[PROJECT], &[named(name), foreign.clone()]), [""; 0], "{name}");
        }
        let package = ("integration_tests/dbt_project.yml", "name: tests\n");
        assert_eq!(lint("RES001", Value::Null, &[PROJECT, EUROS, package], &[named("euros")]), [""; 0]);
    }
}
