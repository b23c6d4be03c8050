use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::disabled::{self, Disabled, these};
use super::suggestion::{entry, likely_key};
use super::uniqueness::{Claims, KEY_TESTS, idle_constraint, is_any, is_claim};
use crate::findings::Place;
use crate::project::{GenericTest, Project, Resource, ResourceType};
use crate::rules::{Context, Node, Rule, declare_rule};
use crate::words::{counted, is_slip, listed};

declare_rule! {
    /// # What it does
    /// Flags a model without a test that proves what identifies a row.
    ///
    /// Proof is any of these:
    /// - `unique` and `not_null` on one column; `expect_column_values_to_be_unique`, `unique_key` and any other test under
    ///   a column whose name begins with `unique_` count as the one, `expect_column_values_to_not_be_null` and
    ///   `not_null_where` as the other;
    /// - `unique` on an expression, with `not_null` on it or on every declared column in it;
    /// - one of the tests in `accepted`: of a unique combination of columns, or any other test of the whole model whose
    ///   name begins with `unique_` or is `primary_key`;
    /// - a `primary_key` constraint, on the model or a column, under an enforced contract;
    /// - a `unique` constraint under an enforced contract on columns that are `not_null` by constraint or test; test
    ///   and constraint may also complete each other the other way round.
    ///
    /// dbt creates constraints on tables and incremental models only, so those of a view prove nothing. Disabled tests
    /// do not count; if they would prove the key, the finding says so, once for all models where a key of `dbt_project.yml`
    /// disables them. Nor does a test that is content with most rows, such as `unique_proportion` with `at_least: 0.99`. Tests with a `where` do count, though they prove the key of those rows only, and so do tests that only
    /// warn. Ephemeral models are looked at, because dbt tests them like any other. Where
    /// `untested-model` reports that a model has no test at all, this rule keeps silent on it.
    ///
    /// # Why it matters
    /// Until the grain of a table is tested, every join to it may multiply rows, and sums grow without an error. It is
    /// the one test that no model can do without.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     columns:
    ///       - name: order_id
    ///         data_tests: [unique]
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     columns:
    ///       - name: order_id
    ///         data_tests: [unique, not_null]
    /// ```
    MissingPrimaryKeyTest(Options),
    code = "TST003",
    slug = "missing-primary-key-test",
    area = Testing,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Model],
    supersedes = ["TST004"]
}

/// Options of `missing-primary-key-test`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Generic tests that prove a key alone; with its package (`dbt_utils.unique_combination_of_columns`) or, for any
    /// package, without. An asterisk at the end is for any ending.
    pub accepted: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { accepted: KEY_TESTS.map(str::to_owned).to_vec() }
    }
}

impl Rule for MissingPrimaryKeyTest {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let project = cx.project;
        let claims = Claims::of(project, cx.node(model.id), &self.options.accepted);
        if claims.prove_key(model.resource) {
            return;
        }
        let (place, help, message) = match self.disabled(model, cx) {
            Some(disabled) if disabled.is_by_project(cx) => return,
            Some(disabled) => {
                let what = "has tests that would prove what identifies a row, but they are disabled";
                (Place::Entry, disabled.help(), format!("model `{}` {what}", model.label()))
            }
            None => {
                let (place, help) = repair(&claims, model, project);
                (place, help, message(model, project))
            }
        };
        let slip = self.slip(model, project);
        let finding = cx.report(model, place, message);
        finding.help(help);
        finding.evidence.extend(known(&claims));
        finding.evidence.extend(slip);
        finding.evidence.extend(idle_constraint(model.resource).map(str::to_owned));
    }

    fn finish(&self, cx: &mut Context<'_>) {
        if cx.project.test_switches.is_empty() {
            return;
        }
        let unproven = |model: &Node<'_>| {
            !Claims::of(cx.project, cx.node(model.id), &self.options.accepted).prove_key(model.resource)
        };
        let models = cx.subjects(ResourceType::Model).filter(unproven);
        let found = models.filter_map(|model| Some((model, self.disabled(model, cx)?))).collect();
        let message = |key: &str, models: &[Node<'_>]| {
            format!("{key} disables the tests that would prove the keys of {}", these(models))
        };
        disabled::report_by_project(found, cx, message, |_, _| {});
    }
}

impl MissingPrimaryKeyTest {
    /// A test of the model that was probably meant by a name in `accepted`, or the other way around.
    fn slip(&self, model: Node<'_>, project: &Project<'_>) -> Option<String> {
        let tests = || project.data_tests(model.id).filter_map(|(_, test)| test.generic.as_ref());
        let missing = |name: &&String| !name.ends_with('*') && !tests().any(|generic| generic.is(name));
        self.options.accepted.iter().filter(missing).find_map(|name| {
            let full = name.contains('.');
            let written = |generic: &GenericTest<'_>| if full { generic.full_name() } else { generic.name.to_string() };
            let near = |generic: &&GenericTest<'_>| {
                !is_any(generic, &self.options.accepted) && is_slip(&written(generic), name)
            };
            let test = tests().find(near)?;
            Some(format!(
                "it has the test `{}`, and `accepted` has `{name}`: is one a slip of the other?",
                written(test)
            ))
        })
    }

    /// The disabled tests that would prove the key, were they enabled.
    fn disabled<'p>(&self, model: Node<'_>, cx: &Context<'p>) -> Option<Disabled<'p>> {
        let accepted = &self.options.accepted;
        let is_claim = |test: &&Resource<'_>| test.as_test().is_some_and(|test| is_claim(test, accepted));
        let disabled = Disabled::among(cx.project, cx.project.disabled_tests(model.id).filter(is_claim).collect())?;
        let claims = Claims::with_disabled(cx.project, cx.node(model.id), accepted);
        claims.prove_key(model.resource).then_some(disabled)
    }
}

fn message(model: Node<'_>, project: &Project<'_>) -> String {
    let tests = project.tests(model.id).len();
    let data_tests = project.data_tests(model.id).count();
    let name = model.label();
    match (data_tests, tests - data_tests) {
        (0, 0) => format!("model `{name}` has no test, and so none that proves what identifies a row"),
        (0, units) => {
            let units = counted(units, "unit test");
            format!("model `{name}` has {units}, but no data test, and so none that proves what identifies a row")
        }
        (_, 0) => {
            let tests = counted(tests, "test");
            format!("model `{name}` has {tests}, but none that proves what identifies a row")
        }
        (_, units) => {
            let tests = format!("{} and {}", counted(data_tests, "data test"), counted(units, "unit test"));
            format!("model `{name}` has {tests}, but none that proves what identifies a row")
        }
    }
}

/// What is proven already, in words.
fn known(claims: &Claims<'_>) -> Vec<String> {
    let unique = claims.unique.iter().filter(|columns| !columns.is_empty());
    let unique: Vec<String> = unique.map(|columns| format!("unique, but maybe null: {}", listed(columns))).collect();
    if !unique.is_empty() || claims.filled.is_empty() {
        return unique;
    }
    let mut filled: Vec<&str> = claims.filled.iter().map(|column| &**column).collect();
    filled.sort_unstable();
    filled.dedup();
    vec![format!("never null, but maybe repeated: {}", listed(filled))]
}

/// The shortest way to a proven key, and where it begins.
fn repair(claims: &Claims<'_>, model: Node<'_>, project: &Project<'_>) -> (Place, String) {
    let entry = entry(project, model.resource);
    let several = "a `unique_combination_of_columns` test (package dbt_utils)";
    if let Some(column) = only_unique(claims, model) {
        let help = format!("add `not_null` to the tests of column `{column}` of {entry}");
        return (Place::column(column), help);
    }
    let key = likely_key(model.resource);
    match key.filter(|key| claims.filled.iter().any(|filled| filled.eq_ignore_ascii_case(key))) {
        Some(column) => {
            let help = format!(
                "add `unique` to the tests of column `{column}` of {entry} if it identifies a row; if only several \
                 columns together do, add {several}"
            );
            (Place::column(column), help)
        }
        None => {
            let help = format!(
                "add `unique` and `not_null` to the column of {entry} that identifies a row, or {several} over those \
                 that do together"
            );
            (Place::Entry, help)
        }
    }
}

/// The declared column that is unique but may be null, if there is just one such.
fn only_unique<'m>(claims: &Claims<'_>, model: Node<'m>) -> Option<&'m str> {
    let [columns] = claims.unique.as_slice() else { return None };
    let [unique] = columns.as_slice() else { return None };
    let columns = &model.resource.columns;
    columns.iter().map(|column| column.name.as_str()).find(|name| name.eq_ignore_ascii_case(unique))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::findings::{Finding, Place};
    use crate::project::{Constraint, Detail, GenericTest, Resource, ResourceType, Text, UnitTest};
    use crate::rules::tester::{column, findings, json_text, model, reading, relation, resource, test};

    fn orders(tests: &[(&str, &str)]) -> Vec<Resource<'static>> {
        let mut orders = model("marts", "fct_orders");
        orders.properties_path = Some(Text::from("models/marts/_marts.yml"));
        orders.columns = ["order_id", "line", "status"].into_iter().map(column).collect();
        let tests = tests.iter().map(|(name, column)| test(name, &orders, column)).collect::<Vec<_>>();
        std::iter::once(orders).chain(tests).collect()
    }

    fn found(resources: &[Resource<'static>]) -> Vec<Finding> {
        findings("TST003", json!(null), resources)
    }

    fn constrain(resource: &mut Resource<'static>, kind: &'static str, columns: &[&'static str]) {
        let columns = columns.iter().map(|&name| Text::from(name)).collect();
        let relation = relation(resource);
        relation.contract_enforced = true;
        relation.constraints.push(Constraint { kind: Text::from(kind), columns });
    }

    fn constrain_column(resource: &mut Resource<'static>, index: usize, kind: &'static str) {
        relation(resource).contract_enforced = true;
        resource.columns[index].constraints.push(Constraint { kind: Text::from(kind), columns: Vec::new() });
    }

    #[test]
    fn unique_and_not_null_must_be_on_one_column() {
        assert!(found(&orders(&[("unique", "order_id"), ("not_null", "order_id")])).is_empty());
        assert!(found(&orders(&[("unique", "ORDER_ID"), ("not_null", "\"order_id\"")])).is_empty());
        let apart = found(&orders(&[("unique", "order_id"), ("not_null", "status")]));
        assert_eq!(apart.len(), 1);
        assert_eq!(apart[0].message, "model `fct_orders` has 2 tests, but none that proves what identifies a row");
        assert_eq!(apart[0].place, Place::column("order_id"));
        assert_eq!(apart[0].evidence, ["unique, but maybe null: order_id"]);
        assert_eq!(
            apart[0].help,
            "add `not_null` to the tests of column `order_id` of `- name: fct_orders` in models/marts/_marts.yml"
        );
    }

    #[test]
    fn a_name_that_is_nearly_accepted_is_named() {
        let evidence = |accepted: Value, test: &str| {
            let found = findings("TST003", json!({ "accepted": accepted }), &orders(&[(test, "order_id")]));
            found.into_iter().next().map(|found| found.evidence)
        };
        assert_eq!(
            evidence(json!(["primary_kye", "unique"]), "primary_key"),
            Some(vec![
                "it has the test `primary_key`, and `accepted` has `primary_kye`: is one a slip of the other?"
                    .to_owned()
            ])
        );
        assert_eq!(evidence(json!(["primary_key"]), "primary_key"), None);
        for (accepted, test) in
            [("primary_*", "prinary_key"), ("dbt_x.primary_key", "primary_keys"), ("key_is_there", "primary_key")]
        {
            assert_eq!(evidence(json!([accepted]), test), Some(Vec::new()), "{accepted}");
        }
    }

    #[test]
    fn of_several_unique_columns_none_is_picked() {
        let found = found(&orders(&[("unique", "order_id"), ("unique", "line")]));
        assert_eq!(found[0].place, Place::Entry);
        assert_eq!(found[0].evidence, ["unique, but maybe null: line", "unique, but maybe null: order_id"]);
        assert!(found[0].help.starts_with("add `unique` and `not_null` to the column"));
    }

    #[test]
    fn not_null_alone_is_no_key() {
        let found = found(&orders(&[("not_null", "order_id"), ("not_null", "line")]));
        assert_eq!(found[0].place, Place::column("order_id"));
        assert_eq!(found[0].evidence, ["never null, but maybe repeated: line, order_id"]);
        assert!(found[0].help.starts_with("add `unique` to the tests of column `order_id` of `- name: fct_orders`"));
    }

    #[test]
    fn without_any_claim_the_help_is_general() {
        let found = found(&orders(&[("accepted_values", "status")]));
        assert_eq!(found[0].place, Place::Entry);
        assert!(found[0].evidence.is_empty());
        assert!(found[0].help.starts_with("add `unique` and `not_null` to the column of `- name: fct_orders`"));
    }

    #[test]
    fn accepted_tests_prove_it_in_any_package() {
        for name in
            ["unique_combination_of_columns", "expect_compound_columns_to_be_unique", "primary_key", "unique_grain"]
        {
            assert!(found(&orders(&[(name, "")])).is_empty(), "{name}");
        }
        let only = json!({"accepted": ["one_row_per"]});
        assert_eq!(findings("TST003", only.clone(), &orders(&[("primary_key", "")])).len(), 1);
        assert!(findings("TST003", only, &orders(&[("one_row_per", "")])).is_empty());
    }

    #[test]
    fn under_a_column_a_test_is_of_that_column() {
        assert_eq!(found(&orders(&[("unique_where", "order_id")])).len(), 1);
        assert!(found(&orders(&[("unique_where", "order_id"), ("not_null_where", "order_id")])).is_empty());
        assert_eq!(found(&orders(&[("expect_column_unique_value_count_to_be_between", "order_id")])).len(), 1);
    }

    #[test]
    fn an_expression_needs_its_columns_filled() {
        let kwargs = json_text(json!({"column_name": "concat(order_id, '-', line)"}));
        let with_expression = |filled: &[(&str, &str)]| {
            let mut resources = orders(filled);
            let mut unique = test("unique", &resources[0], "");
            if let Detail::Test(detail) = &mut unique.detail {
                detail.generic =
                    Some(GenericTest { name: Text::from("unique"), kwargs: Some(kwargs), namespace: None });
            }
            resources.push(unique);
            resources
        };
        assert!(found(&with_expression(&[("not_null", "order_id"), ("not_null", "line")])).is_empty());
        let half = found(&with_expression(&[("not_null", "order_id")]));
        assert_eq!(half[0].evidence, ["unique, but maybe null: concat(order_id, '-', line)"]);
    }

    #[test]
    fn constraints_prove_it_under_an_enforced_contract() {
        let mut on_model = orders(&[("accepted_values", "status")]);
        constrain(&mut on_model[0], "primary_key", &["order_id", "line"]);
        assert!(found(&on_model).is_empty());

        let mut on_column = orders(&[("accepted_values", "status")]);
        constrain_column(&mut on_column[0], 0, "primary_key");
        assert!(found(&on_column).is_empty());

        relation(&mut on_column[0]).contract_enforced = false;
        assert_eq!(
            found(&on_column)[0].evidence,
            ["a key constraint is declared, but dbt does not create it, as the contract is not enforced"]
        );

        relation(&mut on_model[0]).materialized = Text::from("view");
        assert_eq!(
            found(&on_model)[0].evidence,
            ["a key constraint is declared, but dbt creates constraints on tables only"]
        );
    }

    #[test]
    fn constraint_and_test_complete_each_other() {
        let mut unique_by_constraint = orders(&[("not_null", "order_id"), ("not_null", "line")]);
        constrain(&mut unique_by_constraint[0], "unique", &["order_id", "line"]);
        assert!(found(&unique_by_constraint).is_empty());

        let mut filled_by_constraint = orders(&[("unique", "order_id")]);
        constrain_column(&mut filled_by_constraint[0], 0, "not_null");
        assert!(found(&filled_by_constraint).is_empty());

        let mut half_filled = orders(&[("not_null", "order_id")]);
        constrain(&mut half_filled[0], "unique", &["order_id", "line"]);
        assert_eq!(found(&half_filled)[0].evidence, ["unique, but maybe null: order_id, line"]);

        let mut of_nothing = orders(&[("not_null", "order_id")]);
        constrain(&mut of_nothing[0], "unique", &[]);
        assert_eq!(found(&of_nothing).len(), 1);
    }

    #[test]
    fn a_unit_test_proves_no_key() {
        let orders = orders(&[]);
        let detail = Detail::UnitTest(Box::new(UnitTest { model: Text::from("fct_orders") }));
        let unit_test = resource(ResourceType::UnitTest, "unit_test.shop.fct_orders.adds_up", "models/units.yml");
        let unit_test = reading(Resource { detail, ..unit_test }, &[&orders[0]]);
        let found = found(&[orders[0].clone(), unit_test]);
        assert_eq!(
            found[0].message,
            "model `fct_orders` has 1 unit test, but no data test, and so none that proves what identifies a row"
        );
    }

    #[test]
    fn a_test_of_most_rows_proves_no_key() {
        let with_share = |name: &'static str, least: Value| {
            let mut resources = orders(&[]);
            let mut share = test(name, &resources[0], "");
            if let Detail::Test(detail) = &mut share.detail {
                let kwargs = Some(json_text(json!({ "at_least": least })));
                detail.generic = Some(GenericTest { name: Text::from(name), kwargs, namespace: None });
            }
            resources.push(share);
            found(&resources).len()
        };
        assert_eq!(with_share("unique_proportion", json!(0.999)), 1);
        assert_eq!(with_share("unique_proportion", json!("{{ var('share') }}")), 1);
        assert_eq!(with_share("unique_proportion", json!(1)), 0);
        assert_eq!(with_share("unique_grain", json!(0.5)), 0);
    }

    #[test]
    fn untested_models_count_where_untested_model_does_not_say_so() {
        assert_eq!(
            found(&orders(&[]))[0].message,
            "model `fct_orders` has no test, and so none that proves what identifies a row"
        );
        let info = |code| crate::rules::find(code).expect("registered");
        assert!(info("TST001").supersedes.contains(&"TST003"));
    }
}
