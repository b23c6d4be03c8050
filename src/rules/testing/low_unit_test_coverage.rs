use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::project::ResourceType;
use crate::rules::coverage::{Coverage, Minimum, Per, Words, validate_minimum};
use crate::rules::{BuildError, Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a project, layer, owner or folder in which the share of models with a unit test is below a minimum.
    ///
    /// Counted are models that dbt can unit-test: not those in Python, nor materialized views, nor models whose
    /// materialization is not known. Data tests make no difference. Each version of a versioned model counts by itself, and
    /// a unit test counts for those versions that it runs on. A part with nothing in it is not flagged. Selectors of the
    /// rule limit what is counted: few projects want a unit test of each staging model.
    ///
    /// With `min: ratchet` no share may fall below what the baseline has recorded of it, for each part of its own. The
    /// share also falls when unit-tested models go; then somebody has to agree, with `dbt-steward check --update-baseline
    /// --allow-growth`. A part that is new has no minimum until the baseline records one.
    ///
    /// # Why it matters
    /// A data test sees what today's rows show. Whether a calculation holds for the refund, the leap day or the empty
    /// basket, only a unit test says, and it says so before the model is built. Nobody writes them all at once; a share
    /// that must not fall lets them grow.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     columns:
    ///       - name: order_id
    ///         data_tests: [unique, not_null]
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
    /// unit_tests:
    ///   - name: refunds_are_negative
    ///     model: fct_orders
    ///     given:
    ///       - input: ref('stg_orders')
    ///         rows: [{order_id: 1, amount: 20, is_refund: true}]
    ///     expect:
    ///       rows: [{order_id: 1, amount: -20}]
    /// ```
    LowUnitTestCoverage(Options),
    code = "TST012",
    slug = "low-unit-test-coverage",
    area = Testing,
    trap = Govern,
    default = Off,
    strict = Off,
    since = "0.1.0",
    subjects = [Project],
    validate = validate
}

/// Options of `low-unit-test-coverage`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Lowest share that will do, in percent; or `ratchet`, which is the share that the baseline has recorded.
    pub min: Minimum,
    /// What the share is taken over: the `project`, each `layer`, each `owner`, or each folder (`path`).
    pub per: Per,
}

impl Default for Options {
    fn default() -> Self {
        Self { min: Minimum::Percent(100.0), per: Per::default() }
    }
}

fn validate(options: &Options) -> Result<(), BuildError> {
    validate_minimum(options.min)
}

const WORDS: Words = Words {
    of: "models",
    things: "SQL models",
    covered: "unit-tested",
    missing: "without unit test",
    repair: "write unit tests for",
};

impl Rule for LowUnitTestCoverage {
    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let is_empty = !cx.subjects(ResourceType::Model).any(is_testable);
        let empty = is_empty.then(|| "there is no model that dbt can unit-test".to_owned());
        let is_ratchet = self.options.min == Minimum::Ratchet;
        // Any file may have unit tests.
        let empty = empty.or_else(|| cx.unknown_share(ResourceType::Model, &["entry", "readers"]));
        empty.or_else(|| is_ratchet.then(|| self.coverage(cx).without_record(WORDS, cx))?)
    }

    fn check_project(&self, cx: &mut Context<'_>) {
        self.coverage(cx).report(self.options.min, WORDS, cx);
    }
}

impl LowUnitTestCoverage {
    fn coverage(&self, cx: &Context<'_>) -> Coverage {
        let mut coverage = Coverage::new(self.options.per);
        for model in cx.subjects(ResourceType::Model).filter(|model| is_testable(*model)) {
            let mut tests = cx.project.tests(model.id).iter();
            let is_covered = tests.any(|&test| cx.project.get(test).kind == ResourceType::UnitTest);
            coverage.add(model, cx, is_covered, || model.label());
        }
        coverage
    }
}

/// Whether dbt can unit-test the model, as far as that can be told.
fn is_testable(model: Node<'_>) -> bool {
    let can_be = model.relation().is_some_and(|it| !it.is_python() && it.materialized.as_str() != "materialized_view");
    can_be && !model.is_unknown("materialized")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::findings::Place;
    use crate::project::{Detail, Resource, ResourceType, Text, UnitTest};
    use crate::rules::tester::{findings, model, reading, relation, resource, test};

    fn unit_test(model: &Resource<'static>) -> Resource<'static> {
        let id = format!("unit_test.shop.{}.adds_up", model.name);
        let mut unit = reading(resource(ResourceType::UnitTest, &id, "models/units.yml"), &[model]);
        unit.detail = Detail::UnitTest(Box::new(UnitTest { model: model.name.clone() }));
        unit
    }

    /// One unit-tested of three; a data test does not count.
    fn project() -> Vec<Resource<'static>> {
        let mut staged = model("staging", "stg_orders");
        staged.meta = json!({"owner": "Platform"}).as_object().cloned().unwrap_or_default();
        let (orders, customers) = (model("marts", "fct_orders"), model("marts", "dim_customers"));
        let tests = [unit_test(&orders), test("unique", &customers, "customer_id")];
        [staged, orders, customers].into_iter().chain(tests).collect()
    }

    fn messages(options: Value, resources: &[Resource<'static>]) -> Vec<String> {
        findings("TST012", options, resources).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn the_share_is_of_the_whole_project_unless_asked() {
        let found = findings("TST012", json!({"min": 50}), &project());
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "33.3 % of the SQL models of project `shop` are unit-tested (1 of 3); the minimum is 50 %"
        );
        assert_eq!((found[0].subject.as_str(), found[0].part.as_str()), ("project.shop", "models"));
        assert_eq!(found[0].place, Place::ProjectKey(Vec::new()));
        assert_eq!(found[0].evidence, ["without unit test: dim_customers, stg_orders"]);
        assert_eq!(found[0].help, "write unit tests for 1 more of them");
        assert_eq!(messages(json!({"min": 33.3}), &project()), [""; 0]);
        assert_eq!(
            messages(Value::Null, &project()),
            ["33.3 % of the SQL models of project `shop` are unit-tested (1 of 3); the minimum is 100 %"]
        );
    }

    #[test]
    fn parts_have_shares_of_their_own() {
        assert_eq!(
            messages(json!({"min": 50, "per": "layer"}), &project()),
            ["0.0 % of the SQL models in layer `staging` are unit-tested (0 of 1); the minimum is 50 %"]
        );
        assert_eq!(
            messages(json!({"min": 60, "per": "owner"}), &project()),
            [
                "50.0 % of the SQL models without owner are unit-tested (1 of 2); the minimum is 60 %",
                "0.0 % of the SQL models of owner `Platform` are unit-tested (0 of 1); the minimum is 60 %",
            ]
        );
        assert_eq!(
            messages(json!({"min": 60, "per": "path"}), &project()),
            [
                "50.0 % of the SQL models in `models/marts` are unit-tested (1 of 2); the minimum is 60 %",
                "0.0 % of the SQL models in `models/staging` are unit-tested (0 of 1); the minimum is 60 %",
            ]
        );
    }

    #[test]
    fn models_that_dbt_cannot_unit_test_do_not_count() {
        let with = |change: fn(&mut Resource<'static>)| {
            let mut resources = project();
            change(&mut resources[0]);
            messages(Value::Null, &resources)
        };
        let rest = ["50.0 % of the SQL models of project `shop` are unit-tested (1 of 2); the minimum is 100 %"];
        assert_eq!(with(|model| relation(model).language = Text::from("python")), rest);
        assert_eq!(with(|model| relation(model).materialized = Text::from("materialized_view")), rest);
        let unknown = |model: &mut Resource<'static>| {
            let why = Text::from("env_var('KIND') has no value here");
            model.unknown = Some(Box::new(vec![(Text::from("materialized"), why)]));
        };
        assert_eq!(with(unknown), rest);
        assert_eq!(with(|model| relation(model).materialized = Text::from("ephemeral")).len(), 1);
    }

    #[test]
    fn a_minimum_beyond_hundred_is_refused() {
        let build = crate::rules::find("TST012").expect("registered").build;
        let error = build(json!({"min": 101})).err().expect("refused");
        assert_eq!(error.option.as_deref(), Some("min"));
        assert_eq!(error.to_string(), "`min` is a percentage from 0 to 100, not 101");
        assert!(build(json!({"min": "ratchet", "per": "layer"})).is_ok());
    }
}
