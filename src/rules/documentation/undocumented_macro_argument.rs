use super::undescribed::{Options, complaint};
use crate::findings::Place;
use crate::project::is_description;
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an argument in a macro's signature that the macro's YAML entry does not describe.
    ///
    /// The signature is read from `{% macro name(...) %}` or `{% test name(...) %}`. A test's `model` and `column_name`
    /// are exempt, because dbt fills them in. A macro without any YAML entry is exempt, too: DOC007 speaks of it.
    ///
    /// # Why it matters
    /// A caller who has to read a macro's body to learn whether `days` means calendar days or working days will guess
    /// instead, and the guess compiles.
    ///
    /// # Example
    /// ```sql
    /// -- macros/safe_divide.sql
    /// {% macro safe_divide(numerator, denominator) %}
    ///     {{ numerator }} / nullif({{ denominator }}, 0)
    /// {% endmacro %}
    /// ```
    /// ```yaml
    /// # macros/_macros.yml
    /// macros:
    ///   - name: safe_divide
    ///     description: Divides, and gives null where the divisor is zero.
    ///     arguments:
    ///       - name: numerator
    ///         description: SQL expression above the line.
    /// ```
    ///
    /// # Use instead
    /// ```sql
    /// -- macros/safe_divide.sql
    /// {% macro safe_divide(numerator, denominator) %}
    ///     {{ numerator }} / nullif({{ denominator }}, 0)
    /// {% endmacro %}
    /// ```
    /// ```yaml
    /// # macros/_macros.yml
    /// macros:
    ///   - name: safe_divide
    ///     description: Divides, and gives null where the divisor is zero.
    ///     arguments:
    ///       - name: numerator
    ///         description: SQL expression above the line.
    ///       - name: denominator
    ///         description: SQL expression below the line; it may be zero.
    /// ```
    UndocumentedMacroArgument(Options),
    code = "DOC008",
    slug = "undocumented-macro-argument",
    area = Documentation,
    trap = BalanceTheTeam,
    default = Off,
    since = "0.1.0",
    subjects = [Macro]
}

/// What dbt passes to every generic test.
const GIVEN_TO_TESTS: [&str; 2] = ["model", "column_name"];

impl Rule for UndocumentedMacroArgument {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        let Some(detail) = node.resource.as_macro().filter(|_| node.properties_path.is_some()) else { return };
        let is_test = node.name.starts_with("test_");
        for argument in detail.signature().unwrap_or_default() {
            if is_test && GIVEN_TO_TESTS.contains(&argument.as_str()) {
                continue;
            }
            let described = detail.arguments.iter().find(|(name, _)| name.as_str() == argument);
            let text = described.map_or("", |(_, text)| text.as_str());
            if is_description(text, &argument, self.options.min_length) {
                continue;
            }
            let message = format!("argument `{argument}` of macro `{}` {}", node.name, complaint(text, &argument));
            cx.report(node, Place::Argument(argument.clone()), message).part(format!("argument:{argument}")).help(
                format!(
                    "describe it under `arguments:` of the macro's entry: `- name: {argument}` with a `description:`"
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::findings::Place;
    use crate::project::{Detail, Macro, Resource, ResourceType, Text};
    use crate::rules::tester::{findings, json_text, resource};

    fn named(name: &str, sql: &str, arguments: &[(&'static str, &'static str)]) -> Resource<'static> {
        let arguments = arguments.iter().map(|(name, text)| (Text::from(*name), Text::from(*text))).collect();
        let detail = Detail::Macro(Box::new(Macro { arguments, macro_sql: Some(json_text(sql)) }));
        Resource {
            properties_path: Some(Text::from("macros/_macros.yml")),
            detail,
            ..resource(ResourceType::Macro, &format!("macro.shop.{name}"), "macros/a.sql")
        }
    }

    #[test]
    fn compares_the_signature_with_the_entry() {
        let divide =
            named("divide", "{% macro divide(above, below, other=0) %}", &[("above", "The top."), ("below", "")]);
        let found = findings("DOC008", Value::Null, &[divide]);
        let seen: Vec<_> = found.iter().map(|finding| (finding.part.as_str(), finding.message.as_str())).collect();
        assert_eq!(
            seen,
            [
                ("argument:below", "argument `below` of macro `divide` has no description"),
                ("argument:other", "argument `other` of macro `divide` has no description")
            ]
        );
        assert_eq!(found[0].place, Place::Argument("below".to_owned()));
    }

    #[test]
    fn what_dbt_passes_to_tests_is_exempt() {
        let test = named("test_below", "{% test below(model, column_name, limit) %}", &[]);
        let found = findings("DOC008", Value::Null, &[test]);
        assert_eq!(found.iter().map(|finding| finding.part.as_str()).collect::<Vec<_>>(), ["argument:limit"]);
    }

    #[test]
    fn a_macro_without_entry_is_left_to_doc007() {
        let mut bare = named("divide", "{% macro divide(above) %}", &[]);
        bare.properties_path = None;
        assert!(findings("DOC008", Value::Null, &[bare]).is_empty());
    }
}
