use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::feeding::in_words;
use crate::findings::Place;
use crate::rules::{BuildError, Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an exposure that lists fewer than `min` or more than `max` resources in `depends_on`.
    ///
    /// An exposure that lists none is `exposure-without-lineage` and not counted here.
    ///
    /// # Why it matters
    /// A dashboard on very many models is hard to keep right: any of them can break it, and most of its logic is in the
    /// dashboard, where nobody tests it. Where a team wants one reporting model for each dashboard, `max: 1` says so.
    ///
    /// # Example
    /// ```yaml
    /// # dbt-steward.yml
    /// rules:
    ///   exposure-parent-count: { max: 1, severity: warning }
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
    ///       - ref('fct_returns')
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select 1 as order_id
    /// ```
    /// ```sql
    /// -- models/marts/fct_returns.sql
    /// select 1 as return_id
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # dbt-steward.yml
    /// rules:
    ///   exposure-parent-count: { max: 1, severity: warning }
    /// ```
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
    /// select 1 as week
    /// ```
    ExposureParentCount(Options),
    code = "EXP014",
    slug = "exposure-parent-count",
    area = Exposures,
    trap = Scale,
    default = Off,
    since = "0.1.0",
    subjects = [Exposure],
    validate = validate
}

/// Options of `exposure-parent-count`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Fewest resources that an exposure may list.
    pub min: usize,
    /// Most resources that an exposure may list.
    pub max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { min: 1, max: 100 }
    }
}

fn validate(options: &Options) -> Result<(), BuildError> {
    if options.min > options.max {
        let message = format!("`min` is {}, which is more than `max`, {}", options.min, options.max);
        return Err(BuildError::new("min", message));
    }
    Ok(())
}

impl Rule for ExposureParentCount {
    fn check(&self, exposure: Node<'_>, cx: &mut Context<'_>) {
        let Options { min, max } = self.options;
        let count = exposure.depends_on.len();
        if count == 0 || (min..=max).contains(&count) {
            return;
        }
        let (limit, help) = if count < min {
            (format!("at least {min}"), "list everything it reads under `depends_on:`")
        } else {
            (format!("at most {max}"), "gather what it shows in one reporting model, or split the exposure")
        };
        let resources = if count == 1 { "resource" } else { "resources" };
        cx.report(
            exposure,
            Place::key("depends_on"),
            format!("{} depends on {count} {resources} where {limit} are wanted", in_words(&exposure)),
        )
        .help(help);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::Resource;
    use crate::rules::tester::{exposure, findings, model, reading};

    fn board(parents: usize) -> Vec<Resource<'static>> {
        let mut all: Vec<_> = (0..parents).map(|number| model("marts", &format!("fct_{number}"))).collect();
        all.push(reading(exposure("board"), &all.iter().collect::<Vec<_>>()));
        all
    }

    fn messages(options: serde_json::Value, parents: usize) -> Vec<String> {
        findings("EXP014", options, &board(parents)).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn holds_the_limits() {
        let options = || json!({"min": 2, "max": 3});
        assert_eq!(messages(options(), 1), ["dashboard `board` depends on 1 resource where at least 2 are wanted"]);
        assert!(messages(options(), 2).is_empty());
        assert!(messages(options(), 3).is_empty());
        assert_eq!(messages(options(), 4), ["dashboard `board` depends on 4 resources where at most 3 are wanted"]);
    }

    #[test]
    fn none_at_all_is_another_rule() {
        assert!(messages(json!({"min": 2}), 0).is_empty());
    }

    #[test]
    fn allows_a_hundred_by_default() {
        assert!(messages(json!(null), 100).is_empty());
        assert_eq!(messages(json!(null), 101).len(), 1);
    }

    #[test]
    fn refuses_a_min_above_max() {
        let info = crate::rules::find("EXP014").unwrap();
        let error = (info.build)(json!({"min": 5, "max": 3})).err().unwrap();
        assert_eq!(error.to_string(), "`min` is 5, which is more than `max`, 3");
    }
}
