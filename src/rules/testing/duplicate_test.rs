use super::uniqueness::COMBINATIONS;
use crate::findings::Place;
use crate::project::{GenericTest, Meta, ResourceId, Test};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a generic data test that checks what another one checks already.
    ///
    /// Two tests are the same if they are on one node, have one name and package, the same column and the same
    /// arguments, and agree in `where`, `severity`, `warn_if`, `error_if`, `fail_calc` and `limit`. The order of the
    /// columns of a combination and of accepted values makes no difference, nor does whether a column's test stands
    /// under the column or names it as `column_name`. Tests that differ in a name, tags or `store_failures` only are
    /// the same. Of several, the one with the name that dbt gave it is kept, and each of the others is reported.
    /// Singular tests are not compared.
    ///
    /// # Why it matters
    /// Each build pays twice for one answer, and a fault raises two alarms. Who later relaxes one of the two will
    /// wonder why the build still fails.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     columns:
    ///       - name: order_id
    ///         data_tests:
    ///           - not_null
    ///           - not_null:
    ///               name: order_id_is_filled
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     columns:
    ///       - name: order_id
    ///         data_tests:
    ///           - not_null
    /// ```
    DuplicateTest(NoOptions),
    code = "TST014",
    slug = "duplicate-test",
    area = Testing,
    trap = Scale,
    default = Warning,
    since = "0.1.0",
    subjects = [Test]
}

impl Rule for DuplicateTest {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        let project = cx.project;
        let Some(tested) = tested_node(node.id, cx) else { return };
        let Some((test, generic)) = node.as_test().and_then(|test| Some((test, test.generic.as_ref()?))) else {
            return;
        };
        let rank = rank(node, generic);
        let mut alike = project.generic_tests(tested.id).filter(|(id, other, other_generic)| {
            *id != node.id && on_one_column(test, other) && is_alike(test, generic, other, other_generic)
        });
        // Most tests end here, before any argument is parsed.
        let Some(first) = alike.next() else { return };
        let arguments = arguments(test, generic);
        let same = std::iter::once(first)
            .chain(alike)
            .filter(|(_, other, other_generic)| self::arguments(other, other_generic) == arguments);
        let ranked = same.map(|(id, _, other_generic)| self::rank(cx.node(id), other_generic));
        let Some(kept) = ranked.min().filter(|kept| *kept < rank) else { return };
        let kept = cx.node(kept.1);
        let message = format!("data test `{}` checks what `{}` checks already", node.name, kept.name);
        let subject = match arguments.get("column_name").and_then(|column| column.as_str()) {
            Some(column) => format!("both are `{}` on `{column}` of {}", generic.full_name(), tested.label()),
            None => format!("both are `{}` on {} with the same arguments", generic.full_name(), tested.label()),
        };
        cx.report(node, Place::Entry, message)
            .help("remove one of the two: each build runs both")
            .evidence(subject)
            .related(kept.id, Place::Entry, "the same test");
    }
}

/// The node whose tests this one is among.
fn tested_node<'p>(test: ResourceId, cx: &Context<'p>) -> Option<Node<'p>> {
    cx.parents(test).find(|parent| cx.project.tests(parent.id).binary_search(&test).is_ok())
}

/// Of equal tests the lowest is kept: one that dbt named before one that people did, then the first by id.
fn rank(node: Node<'_>, generic: &GenericTest<'_>) -> (bool, ResourceId) {
    let name = node.name.strip_prefix("source_").unwrap_or(&node.name);
    let name = match &generic.namespace {
        Some(namespace) => name.strip_prefix(namespace.as_str()).unwrap_or(name).trim_start_matches('_'),
        None => name,
    };
    (!name.starts_with(generic.name.as_str()), node.id)
}

/// Whether two tests may be on the same column. Where one names none, its arguments have to be looked at.
fn on_one_column(a: &Test<'_>, b: &Test<'_>) -> bool {
    a.column.is_none() || b.column.is_none() || a.column == b.column
}

/// Whether two tests of one node agree in everything but their arguments.
fn is_alike(a: &Test<'_>, a_generic: &GenericTest<'_>, b: &Test<'_>, b_generic: &GenericTest<'_>) -> bool {
    // dbt's own four may be written with or without `dbt.`.
    let package = |generic: &GenericTest<'_>| generic.namespace.as_deref().unwrap_or("dbt").to_owned();
    let or =
        |text: &str, default: &str| if text.trim().is_empty() { default.to_owned() } else { text.trim().to_owned() };
    a_generic.name == b_generic.name
        && a.condition.trim() == b.condition.trim()
        && or(&a.severity, "error").eq_ignore_ascii_case(&or(&b.severity, "error"))
        && or(&a.warn_if, "!= 0") == or(&b.warn_if, "!= 0")
        && or(&a.error_if, "!= 0") == or(&b.error_if, "!= 0")
        && or(&a.fail_calc, "count(*)") == or(&b.fail_calc, "count(*)")
        && a.limit.map(|limit| limit.get()) == b.limit.map(|limit| limit.get())
        && package(a_generic) == package(b_generic)
}

/// What the test is called with, in a form that is equal for what means the same.
fn arguments(test: &Test<'_>, generic: &GenericTest<'_>) -> Meta {
    let mut arguments = generic.arguments();
    // How dbt spells the model differs between versions; both tests are known to be on one node.
    arguments.remove("model");
    if let Some(column) = &test.column {
        arguments.entry("column_name").or_insert_with(|| column.as_str().into());
    }
    let unordered = COMBINATIONS.iter().chain(&[("accepted_values", "values")]).find(|(name, _)| generic.is(name));
    if let Some(serde_json::Value::Array(items)) = unordered.and_then(|(_, argument)| arguments.get_mut(*argument)) {
        items.sort_by_cached_key(ToString::to_string);
    }
    arguments.retain(|_, value| !value.is_null());
    arguments
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::findings::Place;
    use crate::project::{Detail, Resource, Test, Text};
    use crate::rules::tester::{findings, json_text, model, subjects, test};

    /// A test of that name in the project, with those arguments.
    fn named(
        id: &str,
        kind: &str,
        node: &Resource<'static>,
        column: &str,
        arguments: serde_json::Value,
    ) -> Resource<'static> {
        let mut test = test(kind, node, column);
        test.unique_id = Text::from(format!("test.shop.{id}"));
        test.name = Text::from(id.to_owned());
        detail(&mut test).generic.as_mut().expect("generic").kwargs = Some(json_text(arguments));
        test
    }

    fn detail<'r>(resource: &'r mut Resource<'static>) -> &'r mut Test<'static> {
        match &mut resource.detail {
            Detail::Test(test) => test,
            other => panic!("not a test: {other:?}"),
        }
    }

    #[test]
    fn keeps_the_name_that_dbt_gave() {
        let orders = model("marts", "fct_orders");
        let kwargs = || json!({"column_name": "order_id", "model": "{{ get_where_subquery(ref('fct_orders')) }}"});
        let custom = named("filled", "not_null", &orders, "order_id", kwargs());
        let given = named("not_null_fct_orders_order_id", "not_null", &orders, "order_id", kwargs());
        let found = findings("TST014", json!(null), &[orders, custom, given]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "test.shop.filled");
        assert_eq!(found[0].message, "data test `filled` checks what `not_null_fct_orders_order_id` checks already");
        assert_eq!(found[0].evidence, ["both are `not_null` on `order_id` of fct_orders"]);
        assert_eq!(found[0].place, Place::Entry);
        assert_eq!(found[0].related.len(), 1);
    }

    #[test]
    fn each_but_one_of_several_is_reported() {
        let orders = model("marts", "fct_orders");
        let tests = ["a", "b", "c"].map(|id| named(id, "unique", &orders, "order_id", json!({})));
        let resources: Vec<_> = [orders].into_iter().chain(tests).collect();
        assert_eq!(subjects("TST014", &resources), ["test.shop.b", "test.shop.c"]);
    }

    #[test]
    fn different_tests_are_not_the_same() {
        let orders = model("marts", "fct_orders");
        let returns = model("marts", "fct_returns");
        let one =
            || named("a", "accepted_values", &orders, "status", json!({"column_name": "status", "values": ["x"]}));
        let second = |change: &dyn Fn(&mut Resource<'static>)| {
            let mut other =
                named("b", "accepted_values", &orders, "status", json!({"column_name": "status", "values": ["x"]}));
            change(&mut other);
            subjects("TST014", &[orders.clone(), one(), other]).len()
        };
        assert_eq!(second(&|_| {}), 1);
        assert_eq!(second(&|other| detail(other).condition = Text::from("status <> ''")), 0);
        assert_eq!(second(&|other| detail(other).severity = Text::from("warn")), 0);
        assert_eq!(second(&|other| detail(other).severity = Text::from("ERROR")), 1);
        assert_eq!(second(&|other| detail(other).error_if = Text::from(">10")), 0);
        assert_eq!(second(&|other| detail(other).warn_if = Text::from("!= 0")), 1);
        assert_eq!(second(&|other| detail(other).fail_calc = Text::from("sum(n)")), 0);
        assert_eq!(second(&|other| detail(other).limit = Some(json_text(10))), 0);
        let namespace = |name: &'static str| {
            second(&move |other| {
                detail(other).generic.as_mut().expect("generic").namespace = Some(Text::from(name));
            })
        };
        assert_eq!(namespace("dbt_utils"), 0);
        assert_eq!(namespace("dbt"), 1);
        let elsewhere =
            named("b", "accepted_values", &returns, "status", json!({"column_name": "status", "values": ["x"]}));
        assert!(subjects("TST014", &[orders.clone(), returns, one(), elsewhere]).is_empty());
        let other_values =
            named("b", "accepted_values", &orders, "status", json!({"column_name": "status", "values": ["y"]}));
        assert!(subjects("TST014", &[orders.clone(), one(), other_values]).is_empty());
    }

    #[test]
    fn order_makes_no_difference_where_it_means_nothing() {
        let orders = model("marts", "fct_orders");
        let pair = |test: &str, argument: &str| {
            let combination = |id: &str, items: [&str; 2]| named(id, test, &orders, "", json!({argument: items}));
            subjects("TST014", &[orders.clone(), combination("a", ["x", "y"]), combination("b", ["y", "x"])]).len()
        };
        assert_eq!(pair("unique_combination_of_columns", "combination_of_columns"), 1);
        assert_eq!(pair("expect_compound_columns_to_be_unique", "column_list"), 1);
        assert_eq!(pair("accepted_values", "values"), 1);
        assert_eq!(pair("expect_table_columns_to_match_ordered_list", "column_list"), 0);
    }

    #[test]
    fn a_column_may_be_named_in_two_ways() {
        let orders = model("marts", "fct_orders");
        let under_column = named("a", "unique", &orders, "order_id", json!({"column_name": "order_id"}));
        let on_model = named("b", "unique", &orders, "", json!({"column_name": "order_id"}));
        assert_eq!(subjects("TST014", &[orders, under_column, on_model]), ["test.shop.b"]);
    }

    #[test]
    fn singular_tests_are_not_compared() {
        let orders = model("marts", "fct_orders");
        let singular = |id: &str| {
            let mut test = named(id, "unique", &orders, "", json!({}));
            detail(&mut test).generic = None;
            test
        };
        assert!(subjects("TST014", &[orders.clone(), singular("a"), singular("b")]).is_empty());
    }
}
