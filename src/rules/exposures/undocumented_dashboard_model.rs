use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::feeding::{ExposureType, Feeding, in_words, no_exposures};
use crate::findings::Place;
use crate::project::ResourceType;
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model that feeds a dashboard and has no description.
    ///
    /// What counts as a description is as for `undocumented-model`. `depth` says how far from an exposure to look: 1 is
    /// the models that an exposure lists in `depends_on`, and those that it reaches through metrics, saved queries and
    /// semantic models only; 2 is their parents, too; 0 is every ancestor. Exposures of all `types` count, dashboards
    /// or not.
    ///
    /// # Why it matters
    /// This is where a wrong guess costs most. Someone reads the figure, asks what it includes, and the model behind it
    /// has no answer; so each department finds its own, and the meeting is about whose number is right.
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
    ///     description: One row per order that was paid for; cancelled orders are in `fct_cancellations`.
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
    UndocumentedDashboardModel(Options),
    code = "EXP005",
    slug = "undocumented-dashboard-model",
    area = Exposures,
    trap = ServeTheBusiness,
    default = Error,
    since = "0.1.0",
    subjects = [Model],
    supersedes = ["DOC001"]
}

/// Options of `undocumented-dashboard-model`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// How many models away from an exposure to look; 0 is any number.
    pub depth: u32,
    /// Types of exposure that count.
    pub types: Vec<ExposureType>,
    /// Fewest characters that count as a description.
    pub min_length: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { depth: 1, types: ExposureType::ALL.to_vec(), min_length: 4 }
    }
}

impl Rule for UndocumentedDashboardModel {
    fn check_project(&self, cx: &mut Context<'_>) {
        let feeding = Feeding::new(cx, &self.options.types);
        let is_defect = |model: &Node<'_>| {
            feeding.feeds(model.id, self.options.depth) && !cx.is_described(*model, self.options.min_length)
        };
        let models: Vec<Node<'_>> = cx.subjects(ResourceType::Model).filter(is_defect).collect();
        for model in models {
            report(model, &feeding, cx);
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        no_exposures(cx.project)
    }
}

fn report(model: Node<'_>, feeding: &Feeding, cx: &mut Context<'_>) {
    let Some(path) = feeding.path(cx, model.id) else { return };
    let Some(&exposure) = path.last() else { return };
    let exposure = cx.node(exposure);
    let subject = format!("model `{}` feeds {}", model.label(), in_words(&exposure));
    let text = model.description.trim();
    let (place, message, help) = if !model.has_entry() {
        let help = format!(
            "add `- name: {}` with a `description:` under `models:` in a YAML file beside {}",
            model.name, model.path
        );
        (Place::File, format!("{subject} and has no YAML entry, so nobody can tell what it is"), help)
    } else {
        let message = match text {
            "" => format!("{subject} and has no description"),
            _ => format!("{subject} and is described as \"{text}\", which says nothing"),
        };
        let help = format!(
            "say in its `description:` what one row is and what is left out, so that readers of `{}` need not ask",
            exposure.name
        );
        (Place::key("description"), message, help)
    };
    let evidence = cx.path(&path);
    cx.report(model, place, message).help(help).evidence(evidence);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Detail, Resource, ResourceType, Text};
    use crate::rules::tester::{exposure, findings, model, reading, resource, subjects};

    fn listed(name: &str, description: &'static str) -> Resource<'static> {
        let mut model = model("marts", name);
        model.properties_path = Some(Text::from("models/marts/_marts.yml"));
        model.description = Text::from(description);
        model
    }

    #[test]
    fn says_what_is_missing_and_where_it_leads() {
        let models = [
            model("marts", "fct_bare"),
            listed("fct_empty", ""),
            listed("fct_good", "One row per order."),
            listed("fct_todo", "todo"),
        ];
        let mut all = models.to_vec();
        all.push(reading(exposure("board"), &models.iter().collect::<Vec<_>>()));
        let found = findings("EXP005", json!(null), &all);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "model `fct_bare` feeds dashboard `board` and has no YAML entry, so nobody can tell what it is",
                "model `fct_empty` feeds dashboard `board` and has no description",
                "model `fct_todo` feeds dashboard `board` and is described as \"todo\", which says nothing",
            ]
        );
        assert_eq!(found[0].evidence, ["fct_bare → exposure board"]);
    }

    /// stg → int → fct → metric → exposure; other → fct.
    fn chain() -> Vec<Resource<'static>> {
        let stg = listed("a_stg", "");
        let int = reading(listed("b_int", ""), &[&stg]);
        let fct = reading(listed("c_fct", ""), &[&int]);
        let semantic = reading(resource(ResourceType::SemanticModel, "semantic_model.shop.orders", "m.yml"), &[&fct]);
        let metric = reading(resource(ResourceType::Metric, "metric.shop.revenue", "m.yml"), &[&semantic]);
        let board = reading(exposure("board"), &[&metric]);
        vec![stg, int, fct, semantic, metric, board, listed("d_unused", "")]
    }

    #[test]
    fn metrics_do_not_add_to_the_depth() {
        let at = |depth: u32| -> Vec<String> {
            let found = findings("EXP005", json!({"depth": depth}), &chain());
            found.into_iter().map(|finding| finding.subject).collect()
        };
        assert_eq!(at(1), ["model.shop.c_fct"]);
        assert_eq!(at(2), ["model.shop.b_int", "model.shop.c_fct"]);
        assert_eq!(at(0), ["model.shop.a_stg", "model.shop.b_int", "model.shop.c_fct"]);
        let found = findings("EXP005", json!({"depth": 2}), &chain());
        assert_eq!(found[0].evidence, ["b_int → c_fct → semantic model orders → metric revenue → exposure board"]);
    }

    #[test]
    fn the_nearest_way_counts() {
        let mut all = chain();
        let stg = all[0].clone();
        all.push(reading(exposure("audit"), &[&stg]));
        assert_eq!(subjects("EXP005", &all), ["model.shop.a_stg", "model.shop.c_fct"]);
    }

    #[test]
    fn types_of_exposure_can_be_left_out() {
        let orders = listed("fct_orders", "");
        let mut notebook = reading(exposure("questions"), &[&orders]);
        if let Detail::Exposure(detail) = &mut notebook.detail {
            detail.exposure_type = Text::from("notebook");
        }
        let all = [orders, notebook];
        assert!(findings("EXP005", json!({"types": ["dashboard"]}), &all).is_empty());
        let found = findings("EXP005", json!(null), &all);
        assert_eq!(found[0].message, "model `fct_orders` feeds notebook `questions` and has no description");
    }
}
