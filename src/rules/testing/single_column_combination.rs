use super::uniqueness::COMBINATIONS;
use crate::findings::Place;
use crate::project::{GenericTest, ResourceId};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a test of a unique combination of columns that names only one column.
    ///
    /// Looked at are `unique_combination_of_columns` and `expect_compound_columns_to_be_unique`, of whatever package.
    /// One column given twice is one column.
    ///
    /// # Why it matters
    /// Either the rest of the key was forgotten, and the test fails as soon as the data is right, or the column is the
    /// whole key: then `unique` says so, stands where people look for it, and needs no package.
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/ads/_ads__models.yml
    /// models:
    ///   - name: stg_ads__campaigns
    ///     data_tests:
    ///       - dbt_utils.unique_combination_of_columns:
    ///           arguments:
    ///             combination_of_columns: [campaign_id]
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/ads/_ads__models.yml
    /// models:
    ///   - name: stg_ads__campaigns
    ///     columns:
    ///       - name: campaign_id
    ///         data_tests: [unique, not_null]
    /// ```
    SingleColumnCombination(NoOptions),
    code = "TST016",
    slug = "single-column-combination",
    area = Testing,
    trap = BalanceTheTeam,
    default = Info,
    since = "0.1.0",
    subjects = [Test]
}

impl Rule for SingleColumnCombination {
    fn check(&self, test: Node<'_>, cx: &mut Context<'_>) {
        let Some(generic) = test.as_test().and_then(|detail| detail.generic.as_ref()) else { return };
        let Some(column) = single_column(generic) else { return };
        let tested = tested_label(test.id, cx);
        let message = format!("`{}` on {tested} names one column, `{column}`", generic.full_name());
        let condition = match condition(generic) {
            Some(condition) => format!(", with `where: {condition}` under its `config:`"),
            None => String::new(),
        };
        cx.report(test, Place::Entry, message).help(format!(
            "name the other columns of the key or, if `{column}` alone identifies a row, put `unique` on that column \
             instead{condition}"
        ));
    }
}

/// The column, if the test is about a combination and names no more than one.
fn single_column(generic: &GenericTest<'_>) -> Option<String> {
    let (_, argument) = COMBINATIONS.iter().find(|(name, _)| generic.is(name))?;
    let arguments = generic.arguments();
    let mut columns = arguments.get(*argument)?.as_array()?.iter().map(|column| column.as_str());
    let first = columns.next()??;
    let is_first = |column: Option<&str>| column.is_some_and(|name| name.trim().eq_ignore_ascii_case(first.trim()));
    columns.all(is_first).then(|| first.trim().to_owned())
}

/// The rows that the test is about, where it is not about all.
fn condition(generic: &GenericTest<'_>) -> Option<String> {
    let condition = generic.arguments().get("row_condition")?.as_str()?.trim().to_owned();
    (!condition.is_empty()).then_some(condition)
}

/// The node that is tested, by its name.
fn tested_label(test: ResourceId, cx: &Context<'_>) -> String {
    let tested = cx.parents(test).find(|parent| cx.project.tests(parent.id).contains(&test));
    tested.map_or_else(|| "its node".to_owned(), |node| format!("`{}`", node.label()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::findings::{Finding, Place};
    use crate::project::Detail;
    use crate::rules::tester::{findings, json_text, model, test};

    fn found(name: &str, arguments: serde_json::Value) -> Vec<Finding> {
        let orders = model("marts", "fct_orders");
        let mut test = test(name, &orders, "");
        if let Detail::Test(detail) = &mut test.detail {
            detail.generic.as_mut().expect("generic").kwargs = Some(json_text(arguments));
        }
        findings("TST016", json!(null), &[orders, test])
    }

    #[test]
    fn one_column_is_no_combination() {
        let found = found("unique_combination_of_columns", json!({"combination_of_columns": ["order_id"]}));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "`unique_combination_of_columns` on `fct_orders` names one column, `order_id`");
        assert_eq!(found[0].place, Place::Entry);
        assert!(found[0].help.contains("if `order_id` alone identifies a row"));
    }

    #[test]
    fn a_condition_on_rows_is_kept() {
        let arguments = json!({"column_list": ["order_id"], "row_condition": "is_current = true"});
        let found = found("expect_compound_columns_to_be_unique", arguments);
        assert!(
            found[0]
                .help
                .ends_with("put `unique` on that column instead, with `where: is_current = true` under its `config:`"),
            "{}",
            found[0].help
        );
    }

    #[test]
    fn counts_what_differs() {
        for (columns, is_single) in [
            (json!(["a", "b"]), false),
            (json!(["a", "A "]), true),
            (json!([]), false),
            (json!("a"), false),
            (json!([1]), false),
        ] {
            let name = "expect_compound_columns_to_be_unique";
            assert_eq!(found(name, json!({"column_list": columns})).len(), usize::from(is_single), "{columns}");
        }
    }

    #[test]
    fn other_tests_may_list_one_column() {
        assert!(found("primary_key", json!({"column_names": ["order_id"]})).is_empty());
        assert!(found("unique_combination_of_columns", json!({})).is_empty());
    }
}
