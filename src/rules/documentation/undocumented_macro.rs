use std::collections::HashSet;

use super::undescribed::{self, Options};
use crate::project::{ResourceType, is_macro_of_adapter, is_macro_of_dbt};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a macro without a description.
    ///
    /// Blank text, a placeholder (`todo`, `tbd`, `n/a`, `none`, the macro's own name, ...) and anything shorter than
    /// `min-length` count as missing. Generic tests and materializations count too; dbt calls them `test_<name>` and
    /// `materialization_<name>_<adapter>`. An implementation of a dispatched macro, such as `default__surrogate_key`
    /// or `postgres__surrogate_key`, is exempt where the project or a package has `surrogate_key` itself. So are
    /// overrides of the macros that name schemas, tables and databases (`generate_schema_name`, `generate_alias_name`,
    /// `generate_database_name`), with an adapter's prefix or without: what they are for is dbt's to say.
    ///
    /// # Why it matters
    /// Macros are the project's own vocabulary. One that says what it does is used again; one that does not is written
    /// a second time, slightly differently, by the next person who needs it.
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
    /// ```yaml
    /// # macros/_macros.yml
    /// macros:
    ///   - name: cents_to_euros
    ///     description: Turns an amount in cents into euros with two decimals.
    /// ```
    UndocumentedMacro(Options),
    code = "DOC007",
    slug = "undocumented-macro",
    area = Documentation,
    trap = BalanceTheTeam,
    default = Info,
    since = "0.1.0",
    subjects = [Macro]
}

impl Rule for UndocumentedMacro {
    fn check_project(&self, cx: &mut Context<'_>) {
        let macros = cx.project.all(ResourceType::Macro);
        let names: HashSet<&str> = macros.map(|(_, resource)| resource.name.as_str()).collect();
        let subjects: Vec<_> = cx.subjects(ResourceType::Macro).collect();
        for subject in subjects {
            let implements = dispatched(&subject.name);
            let is_implementation = implements
                .is_some_and(|name| names.contains(name) || is_macro_of_dbt(name) || is_macro_of_adapter(name));
            if is_implementation || is_hook(implements.unwrap_or(&subject.name)) {
                continue;
            }
            undescribed::report(subject, self.options.min_length, "say what it gives back and when to use it", cx);
        }
    }
}

/// Whether dbt itself calls a macro of that name, and documents it.
fn is_hook(name: &str) -> bool {
    matches!(name, "generate_schema_name" | "generate_alias_name" | "generate_database_name")
}

/// The macro that one called `default__name` or `<adapter>__name` implements.
fn dispatched(name: &str) -> Option<&str> {
    name.split_once("__").filter(|(adapter, _)| !adapter.is_empty()).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::findings::Place;
    use crate::project::{Resource, ResourceType, Text};
    use crate::rules::tester::{findings, resource, subjects};

    fn named(name: &str) -> Resource<'static> {
        resource(ResourceType::Macro, &format!("macro.shop.{name}"), &format!("macros/{name}.sql"))
    }

    #[test]
    fn names_the_entry_to_add() {
        let mut described = named("mask_text");
        described.properties_path = Some(Text::from("macros/_macros.yml"));
        described.description = Text::from("Hides all but the first character.");
        let found = findings("DOC007", Value::Null, &[named("cents_to_euros"), described]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "macro `cents_to_euros` has no YAML entry, so nobody can tell what it is");
        assert_eq!(
            found[0].help,
            "add `- name: cents_to_euros` with a `description:` under `macros:` in macros/_macros.yml"
        );
        assert_eq!(found[0].place, Place::Entry);
    }

    #[test]
    fn overrides_of_dbts_own_macros_are_exempt() {
        let hooks = ["generate_schema_name", "default__generate_alias_name", "snowflake__generate_database_name"];
        assert!(subjects("DOC007", &hooks.map(named)).is_empty());
        assert_eq!(
            subjects("DOC007", &["generate_schema_name_for_env", "generate_name"].map(named)),
            ["macro.shop.generate_name", "macro.shop.generate_schema_name_for_env"]
        );
    }

    #[test]
    fn implementations_of_a_dispatched_macro_are_exempt() {
        let mut described = named("surrogate_key");
        described.properties_path = Some(Text::from("macros/_macros.yml"));
        described.description = Text::from("Hash of several columns.");
        let mut foreign = named("datediff");
        foreign.unique_id = Text::from("macro.toolkit.datediff");
        foreign.package = Text::from("toolkit");
        let made =
            [described, foreign, named("default__surrogate_key"), named("spark__datediff"), named("get__orders")];
        assert_eq!(subjects("DOC007", &made), ["macro.shop.get__orders"]);
    }
}
