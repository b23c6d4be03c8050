use super::feeding::in_words;
use crate::findings::Place;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an exposure that depends on nothing.
    ///
    /// An exposure with an empty or missing `depends_on` counts. One that names something which is disabled or does not
    /// exist has a lineage, only a broken one: that is `dashboard-on-disabled-model` or an unresolved reference.
    ///
    /// # Why it matters
    /// An exposure is worth its lines only for its lineage: it tells who is hit when a model changes or a source is
    /// late. Without one, the dashboard breaks unannounced, and none of the rules about dashboards can protect it.
    ///
    /// # Example
    /// ```yaml
    /// # models/exposures.yml
    /// exposures:
    ///   - name: weekly_kpis
    ///     type: dashboard
    ///     owner:
    ///       email: data@example.com
    /// ```
    ///
    /// # Use instead
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
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select 1 as order_id
    /// ```
    ExposureWithoutLineage(NoOptions),
    code = "EXP001",
    slug = "exposure-without-lineage",
    area = Exposures,
    trap = ServeTheBusiness,
    default = Error,
    since = "0.1.0",
    subjects = [Exposure]
}

impl Rule for ExposureWithoutLineage {
    fn check(&self, exposure: Node<'_>, cx: &mut Context<'_>) {
        let has_refs = exposure.as_exposure().is_some_and(|detail| !detail.refs.is_empty());
        if has_refs || !exposure.depends_on.is_empty() {
            return;
        }
        let message = format!("{} depends on nothing, so nobody can tell what it is built on", in_words(&exposure));
        cx.report(exposure, Place::key("depends_on"), message).help(format!(
            "list the models, sources or metrics it reads under `depends_on:` in {}, each as `- ref('<model>')`, \
             `- source('<source>', '<table>')` or `- metric('<metric>')`",
            exposure.path
        ));
    }
}

#[cfg(test)]
mod tests {
    use crate::project::{Detail, RefCall, Text};
    use crate::rules::tester::{exposure, findings, model, reading, subjects};
    use serde_json::json;

    #[test]
    fn flags_an_exposure_without_depends_on() {
        let orders = model("marts", "fct_orders");
        let fine = reading(exposure("weekly_kpis"), &[&orders]);
        let found = findings("EXP001", json!(null), &[orders, fine, exposure("price_planner")]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["dashboard `price_planner` depends on nothing, so nobody can tell what it is built on"]);
    }

    #[test]
    fn a_broken_lineage_is_another_matter() {
        let mut dangling = exposure("dangling");
        dangling.depends_on = vec![Text::from("model.shop.gone")];
        let mut unresolved = exposure("unresolved");
        if let Detail::Exposure(detail) = &mut unresolved.detail {
            detail.refs = vec![RefCall { name: Text::from("gone"), ..RefCall::default() }];
        }
        assert!(subjects("EXP001", &[dangling, unresolved]).is_empty());
    }
}
