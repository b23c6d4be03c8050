use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::feeding::in_words;
use crate::findings::Place;
use crate::project::ResourceType;
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an exposure that lists a view or an ephemeral model in `depends_on`.
    ///
    /// `materializations` says which count. Only models do; what stands further up is `chained-views`.
    ///
    /// # Why it matters
    /// A view runs its query anew for each reader. Ten people who open a dashboard run it ten times, and wait for it
    /// ten times; at ten times the volume nobody opens the dashboard any more. An ephemeral model has no relation at
    /// all, so no dashboard can read it.
    ///
    /// # Example
    /// ```yaml
    /// # models/exposures.yml
    /// exposures:
    ///   - name: weekly_kpis
    ///     type: dashboard
    ///     owner:
    ///       email: data@example.com
    ///     depends_on:
    ///       - ref('rpt_weekly_kpis')
    /// ```
    /// ```sql
    /// -- models/reporting/rpt_weekly_kpis.sql
    /// {{ config(materialized='view') }}
    /// select 1 as week
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
    ///       - ref('rpt_weekly_kpis')
    /// ```
    /// ```sql
    /// -- models/reporting/rpt_weekly_kpis.sql
    /// {{ config(materialized='table') }}
    /// select 1 as week
    /// ```
    ExposureOnView(Options),
    code = "EXP003",
    slug = "exposure-on-view",
    area = Exposures,
    trap = Scale,
    default = Off,
    since = "0.1.0",
    subjects = [Exposure]
}

/// Options of `exposure-on-view`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Materializations that no exposure should read.
    pub materializations: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { materializations: vec!["view".to_owned(), "ephemeral".to_owned()] }
    }
}

impl Rule for ExposureOnView {
    fn check(&self, exposure: Node<'_>, cx: &mut Context<'_>) {
        for parent in cx.parents(exposure.id).filter(|parent| parent.kind == ResourceType::Model) {
            let Some(relation) = parent.relation() else { continue };
            let materialized = relation.materialized.as_str();
            if !self.options.materializations.iter().any(|name| name == materialized) {
                continue;
            }
            let label = parent.label();
            let consequence = match materialized {
                "view" => "a view: its query runs anew for every reader",
                "ephemeral" => "ephemeral: there is no relation to read",
                other => other,
            };
            cx.report(
                exposure,
                Place::Parent(parent.id),
                format!("{} reads `{label}`, which is {consequence}", in_words(&exposure)),
            )
            .part(format!("parent:{}", parent.unique_id))
            .help(format!("set `materialized: table` or `incremental` for `{label}`"))
            .related(parent.id, Place::config("materialized"), format!("materialized as {materialized}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Resource, Text};
    use crate::rules::tester::{exposure, findings, model, reading, relation, source, subjects};

    fn materialized(name: &str, materialization: &'static str) -> Resource<'static> {
        let mut model = model("marts", name);
        relation(&mut model).materialized = Text::from(materialization);
        model
    }

    #[test]
    fn flags_views_and_ephemeral_models() {
        let view = materialized("a_view", "view");
        let ephemeral = materialized("b_ephemeral", "ephemeral");
        let table = materialized("c_table", "table");
        let orders = source("erp", "orders");
        let board = reading(exposure("board"), &[&view, &ephemeral, &table, &orders]);
        let found = findings("EXP003", json!(null), &[view, ephemeral, table, orders, board]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "dashboard `board` reads `a_view`, which is a view: its query runs anew for every reader",
                "dashboard `board` reads `b_ephemeral`, which is ephemeral: there is no relation to read",
            ]
        );
        assert_eq!(found[0].part, "parent:model.shop.a_view");
    }

    #[test]
    fn only_direct_parents_count() {
        let view = materialized("stg_orders", "view");
        let table = reading(materialized("fct_orders", "table"), &[&view]);
        let board = reading(exposure("board"), &[&table]);
        assert!(subjects("EXP003", &[view, table, board]).is_empty());
    }

    #[test]
    fn materializations_are_configurable() {
        let dynamic = materialized("fct_orders", "dynamic_table");
        let board = reading(exposure("board"), &[&dynamic]);
        let found = findings("EXP003", json!({"materializations": ["dynamic_table"]}), &[dynamic, board]);
        assert_eq!(found[0].message, "dashboard `board` reads `fct_orders`, which is dynamic_table");
    }
}
