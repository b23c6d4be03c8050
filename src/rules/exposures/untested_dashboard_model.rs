use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::feeding::{ExposureType, Feeding, in_words, no_exposures};
use crate::findings::Place;
use crate::project::ResourceType;
use crate::rules::testing::disabled::{self, Disabled};
use crate::rules::{Context, Node, Rule, declare_rule};
use crate::words::{counted, listed};

declare_rule! {
    /// # What it does
    /// Flags a model that feeds a dashboard and has neither a data test nor a unit test.
    ///
    /// Tests on its columns count, and so do singular tests that read it; being the target of a `relationships` test
    /// does not, and a disabled test is none; a model that has no others is told so, once for all models where a key of
    /// `dbt_project.yml` disables them. `depth` says how far from an exposure to look: 1 is the models that an
    /// exposure lists in `depends_on`, and those that it reaches through metrics, saved queries and semantic models
    /// only; 2 is their parents, too; 0 is every ancestor.
    ///
    /// # Why it matters
    /// If the data is wrong, someone finds out. With a test it is the team, in the morning; without one it is whoever
    /// presents the dashboard, in front of those it was made for. Trust that is lost this way does not come back with
    /// the fix.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///
    /// exposures:
    ///   - name: weekly_kpis
    ///     type: dashboard
    ///     owner:
    ///       email: data@example.com
    ///     depends_on:
    ///       - ref('fct_orders')
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select 1 as order_id
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
    ///           - unique
    ///           - not_null
    ///
    /// exposures:
    ///   - name: weekly_kpis
    ///     type: dashboard
    ///     owner:
    ///       email: data@example.com
    ///     depends_on:
    ///       - ref('fct_orders')
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select 1 as order_id
    /// ```
    UntestedDashboardModel(Options),
    code = "EXP006",
    slug = "untested-dashboard-model",
    area = Exposures,
    trap = ServeTheBusiness,
    default = Error,
    since = "0.1.0",
    subjects = [Model],
    supersedes = ["TST001", "TST003", "TST004"]
}

/// Options of `untested-dashboard-model`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// How many models away from an exposure to look; 0 is any number.
    pub depth: u32,
    /// Types of exposure that count.
    pub types: Vec<ExposureType>,
}

impl Default for Options {
    fn default() -> Self {
        Self { depth: 1, types: ExposureType::ALL.to_vec() }
    }
}

impl Rule for UntestedDashboardModel {
    fn check_project(&self, cx: &mut Context<'_>) {
        let feeding = Feeding::new(cx, &self.options.types);
        let feeds = |model: &Node<'_>| feeding.feeds(model.id, self.options.depth);
        let untested = |model: &Node<'_>| cx.project.tests(model.id).is_empty();
        let untested = cx.subjects(ResourceType::Model).filter(untested);
        let untested = untested.map(|model| (model, disabled::that_suffice(cx.project, model, 1)));
        let (by_project, others): (Vec<_>, Vec<_>) =
            untested.partition(|(_, disabled)| disabled.as_ref().is_some_and(|disabled| disabled.is_by_project(cx)));
        let by_project = by_project.into_iter().filter_map(|(model, disabled)| Some((model, disabled?))).collect();
        report_by_project(by_project, &feeding, feeds, cx);
        for (model, disabled) in others.into_iter().filter(|(model, _)| feeds(model)) {
            report(model, disabled.as_ref(), &feeding, cx);
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        no_exposures(cx.project)
    }
}

/// Where a key of `dbt_project.yml` disables the tests, those of models that feed dashboards are where to begin, and
/// `untested-model` has no more to say.
fn report_by_project<'p>(
    all: Vec<(Node<'p>, Disabled<'p>)>,
    feeding: &Feeding,
    feeds: impl Fn(&Node<'_>) -> bool,
    cx: &mut Context<'p>,
) {
    let is_by_key_of_feeding =
        |disabled: &Disabled<'_>| all.iter().any(|(model, other)| feeds(model) && other.is_by_same(disabled));
    let wanted: Vec<bool> = all.iter().map(|(_, disabled)| is_by_key_of_feeding(disabled)).collect();
    let example = all.iter().find(|(model, _)| feeds(model)).and_then(|(model, _)| feeding.path(cx, model.id));
    let example = example.map(|path| format!("for example {}", cx.path(&path)));
    let all = all.into_iter().zip(wanted).filter(|(_, is_wanted)| *is_wanted).map(|(found, _)| found).collect();
    let message = |key: &str, models: &[Node<'p>]| {
        let names: Vec<String> = models.iter().filter(|model| feeds(model)).map(|model| model.label()).collect();
        let feed =
            if names.len() == 1 { "1 of them feeds".to_owned() } else { format!("{} of them feed", names.len()) };
        let models = counted(models.len(), "model");
        format!("{key} disables all tests of {models}, and {feed} dashboards: {}", listed(names))
    };
    disabled::report_by_project(all, cx, message, |models, finding| {
        let feeding = models.iter().filter(|model| feeds(model));
        // The others are the business of `untested-model`.
        finding.stands_for(feeding.map(|model| (model.unique_id.as_str(), "")));
        finding.evidence.extend(example.clone());
    });
}

fn report(model: Node<'_>, disabled: Option<&Disabled<'_>>, feeding: &Feeding, cx: &mut Context<'_>) {
    let Some(path) = feeding.path(cx, model.id) else { return };
    let Some(&exposure) = path.last() else { return };
    let exposure = cx.node(exposure);
    let file = match model.entry_file() {
        Some(path) => format!("its entry in {path}"),
        None => format!("an entry `- name: {}` in a YAML file beside {}", model.name, model.path),
    };
    let has = disabled.map_or_else(|| "no test of any kind".to_owned(), Disabled::in_words);
    let message = format!("model `{}` feeds {} and has {has}", model.label(), in_words(&exposure));
    let evidence = cx.path(&path);
    let help = disabled.map_or_else(
        || {
            format!(
                "give {file} the tests `unique` and `not_null` on the column that identifies a row, then test what \
                 `{}` would get wrong first",
                exposure.name
            )
        },
        Disabled::help,
    );
    cx.report(model, Place::Entry, message).evidence(evidence).help(help);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Detail, Resource, ResourceType, Text, UnitTest};
    use crate::rules::tester::{exposure, findings, model, reading, resource, subjects, test};

    fn board_on(models: &[Resource<'static>]) -> Vec<Resource<'static>> {
        let mut all = models.to_vec();
        all.push(reading(exposure("board"), &models.iter().collect::<Vec<_>>()));
        all
    }

    #[test]
    fn flags_a_model_without_any_test() {
        let (tested, mut untested) = (model("marts", "fct_orders"), model("marts", "fct_returns"));
        untested.properties_path = Some(Text::from("models/marts/_marts.yml"));
        let mut all = board_on(&[tested.clone(), untested, model("marts", "fct_unread")][..2]);
        all.push(test("unique", &tested, "order_id"));
        let found = findings("EXP006", json!(null), &all);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["model `fct_returns` feeds dashboard `board` and has no test of any kind"]);
        assert_eq!(found[0].evidence, ["fct_returns → exposure board"]);
        assert_eq!(
            found[0].help,
            "give its entry in models/marts/_marts.yml the tests `unique` and `not_null` on the column that identifies \
             a row, then test what `board` would get wrong first"
        );
    }

    #[test]
    fn a_unit_test_is_a_test() {
        let orders = model("marts", "fct_orders");
        let mut all = board_on(std::slice::from_ref(&orders));
        assert_eq!(subjects("EXP006", &all), ["model.shop.fct_orders"]);
        let mut unit =
            reading(resource(ResourceType::UnitTest, "unit_test.shop.fct_orders.adds_up", "m.yml"), &[&orders]);
        unit.detail = Detail::UnitTest(Box::new(UnitTest { model: Text::from("fct_orders") }));
        all.push(unit);
        assert!(subjects("EXP006", &all).is_empty());
    }

    #[test]
    fn the_target_of_relationships_is_not_tested_by_it() {
        let (orders, customers) = (model("marts", "fct_orders"), model("marts", "dim_customers"));
        let mut all = board_on(&[orders.clone(), customers.clone()]);
        all.push(reading(test("relationships", &orders, "customer_id"), &[&customers]));
        assert_eq!(subjects("EXP006", &all), ["model.shop.dim_customers"]);
    }

    #[test]
    fn one_test_would_satisfy_the_milder_rules_too() {
        let supersedes = crate::rules::find("EXP006").unwrap().supersedes;
        assert_eq!(supersedes, ["TST001", "TST003", "TST004"]);
    }

    #[test]
    fn parents_of_parents_count_from_depth_2() {
        let staging = model("staging", "stg_orders");
        let orders = reading(model("marts", "fct_orders"), &[&staging]);
        let mut all = board_on(std::slice::from_ref(&orders));
        all.push(staging);
        all.push(test("unique", &orders, "order_id"));
        assert!(subjects("EXP006", &all).is_empty());
        let found = findings("EXP006", json!({"depth": 2}), &all);
        assert_eq!(found[0].evidence, ["stg_orders → fct_orders → exposure board"]);
    }
}
