use crate::findings::Place;
use crate::project::{Access, Layer, ResourceType};
use crate::rules::by_name;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a mart or reporting model from which no exposure, metric or saved query can be reached.
    ///
    /// Which models are marts and reporting is the `layers:` setting. Only projects that declare exposures are looked
    /// at: elsewhere nothing is known of who reads what. Exempt are MetricFlow time spines, public models (other
    /// projects may read them), old versions, and models with a deprecation date, which are on their way out.
    ///
    /// # Why it matters
    /// A mart is built, tested, paid for and explained to newcomers, each day. If nobody uses it, that is waste; if
    /// somebody does, and nobody has written it down, the next change breaks their work without warning.
    ///
    /// # Example
    /// ```sql
    /// -- models/marts/fct_price_test.sql
    /// select 1 as price_id
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select 1 as order_id
    /// ```
    /// ```yaml
    /// # models/exposures.yml
    /// exposures:
    ///   - name: weekly_kpis
    ///     type: dashboard
    ///     owner:
    ///       email: data@example.com
    ///     depends_on:
    ///       - ref('fct_orders')
    /// ```
    ///
    /// # Use instead
    /// ```sql
    /// -- models/marts/fct_price_test.sql
    /// select 1 as price_id
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select 1 as order_id
    /// ```
    /// ```yaml
    /// # models/exposures.yml
    /// exposures:
    ///   - name: weekly_kpis
    ///     type: dashboard
    ///     owner:
    ///       email: data@example.com
    ///     depends_on:
    ///       - ref('fct_orders')
    ///   - name: price_test
    ///     type: analysis
    ///     owner:
    ///       email: pricing@example.com
    ///     depends_on:
    ///       - ref('fct_price_test')
    /// ```
    UnexposedMart(NoOptions),
    code = "EXP009",
    slug = "unexposed-mart",
    area = Exposures,
    trap = ServeTheBusiness,
    default = Warning,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for UnexposedMart {
    fn check_project(&self, cx: &mut Context<'_>) {
        let mut uses = cx.project.of_kinds([ResourceType::Exposure, ResourceType::Metric, ResourceType::SavedQuery]);
        // What may be read may be read on the way to one.
        uses.extend(cx.project.with_unknown("children"));
        let used = cx.graph.reaching(&uses);
        let is_defect =
            |model: &Node<'_>| !used[model.id.index()] && cx.layer(model.id).is_served() && !is_exempt(*model, cx);
        let models: Vec<Node<'_>> = cx.subjects(ResourceType::Model).filter(is_defect).collect();
        for model in models {
            report(model, cx);
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let declares_any = cx.project.own(ResourceType::Exposure).next().is_some();
        (!declares_any)
            .then(|| "the project declares no exposures, so nothing is known of who reads its marts".to_owned())
    }
}

fn is_exempt(model: Node<'_>, cx: &Context<'_>) -> bool {
    let is_leaving =
        model.relation().is_some_and(|relation| relation.deprecation_date.is_some() || relation.is_old_version());
    is_leaving
        || model.access() == Access::Public
        || cx.project.is_time_spine(&model)
        || cx.project.may_be_meant(&model)
        || by_name::reading(model, cx).is_some()
}

fn report(model: Node<'_>, cx: &mut Context<'_>) {
    let consumers: Vec<String> = cx.consumers(model.id).map(|node| format!("`{}`", node.label())).collect();
    let layer = match cx.layer(model.id) {
        Layer::Reporting => "reporting model",
        _ => "mart",
    };
    let message = format!("{layer} `{}` reaches no exposure, metric or saved query", model.label());
    let finding = cx.report(model, Place::Entry, message);
    finding.help(
        "declare the dashboard, notebook or application that reads it under `exposures:`; if nothing does, remove the \
         model",
    );
    finding.evidence(match consumers.as_slice() {
        [] => "nothing in the project reads it".to_owned(),
        _ => format!("read by {}, but by nothing beyond", listed(&consumers)),
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Access, ResourceType, Text};
    use crate::rules::tester::{exposure, findings, model, reading, relation, resource, subjects};

    #[test]
    fn flags_marts_that_lead_nowhere() {
        let used = model("marts", "fct_used");
        let unused = model("marts", "fct_unused");
        let report = reading(model("reporting", "rpt_unread"), &[&unused]);
        let staging = model("staging", "stg_unused");
        let board = reading(exposure("board"), &[&used]);
        let found = findings("EXP009", json!(null), &[used, unused, report, staging, board]);
        let said: Vec<_> =
            found.iter().map(|finding| (finding.message.as_str(), finding.evidence[0].as_str())).collect();
        assert_eq!(
            said,
            [
                (
                    "mart `fct_unused` reaches no exposure, metric or saved query",
                    "read by `rpt_unread`, but by nothing beyond"
                ),
                (
                    "reporting model `rpt_unread` reaches no exposure, metric or saved query",
                    "nothing in the project reads it"
                ),
            ]
        );
    }

    #[test]
    fn metrics_and_saved_queries_are_use() {
        let orders = model("marts", "fct_orders");
        let semantic =
            reading(resource(ResourceType::SemanticModel, "semantic_model.shop.orders", "m.yml"), &[&orders]);
        let metric = reading(resource(ResourceType::Metric, "metric.shop.revenue", "m.yml"), &[&semantic]);
        let board = exposure("board");
        assert_eq!(subjects("EXP009", &[orders.clone(), semantic.clone(), board.clone()]), ["model.shop.fct_orders"]);
        assert!(subjects("EXP009", &[orders, semantic, metric, board]).is_empty());
    }

    #[test]
    fn what_is_exempt() {
        let mut public = model("marts", "fct_public");
        relation(&mut public).access = Access::Public;
        let mut leaving = model("marts", "fct_leaving");
        relation(&mut leaving).deprecation_date = Some(Text::from("2031-01-01"));
        let mut old = model("marts", "fct_old");
        relation(&mut old).version = Some(Text::from("1"));
        relation(&mut old).latest_version = Some(Text::from("2"));
        let mut spine = model("marts", "dim_days");
        relation(&mut spine).time_spine = true;
        assert!(subjects("EXP009", &[public, leaving, old, spine, exposure("board")]).is_empty());
    }

    #[test]
    fn says_nothing_where_nothing_is_declared() {
        assert!(subjects("EXP009", &[model("marts", "fct_orders")]).is_empty());
    }
}
