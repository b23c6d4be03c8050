use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::feeding::{ExposureType, in_words};
use crate::findings::Place;
use crate::project::is_placeholder;
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a dashboard or application whose exposure has no `url`.
    ///
    /// A blank `url` and a placeholder (`tbd`, `n/a`, …) count as none. `types` says which exposures need one.
    ///
    /// # Why it matters
    /// Whoever is told that a dashboard will be wrong tomorrow wants to open it, see whether anyone still uses it, and
    /// write to its readers. Without an address the exposure is a name, and after the next reorganisation not even
    /// that.
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
    ///     url: https://bi.example.com/dashboards/7
    ///     owner:
    ///       email: data@example.com
    /// ```
    ExposureWithoutUrl(Options),
    code = "EXP011",
    slug = "exposure-without-url",
    area = Exposures,
    trap = ServeTheBusiness,
    default = Warning,
    since = "0.1.0",
    subjects = [Exposure]
}

/// Options of `exposure-without-url`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Types of exposure that need a `url`.
    pub types: Vec<ExposureType>,
}

impl Default for Options {
    fn default() -> Self {
        Self { types: vec![ExposureType::Dashboard, ExposureType::Application] }
    }
}

impl Rule for ExposureWithoutUrl {
    fn check(&self, exposure: Node<'_>, cx: &mut Context<'_>) {
        let Some(detail) = exposure.as_exposure() else { return };
        let needs_one = ExposureType::of(detail).is_some_and(|kind| self.options.types.contains(&kind));
        if !needs_one || !is_placeholder(&detail.url) {
            return;
        }
        cx.report(exposure, Place::key("url"), format!("{} has no url, so nobody can open it", in_words(&exposure)))
            .help(format!("add `url:` with its address to the exposure in {}", exposure.path));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Detail, Resource, Text};
    use crate::rules::tester::{exposure, findings, subjects};

    fn with(name: &str, kind: &'static str, url: &'static str) -> Resource<'static> {
        let mut exposure = exposure(name);
        if let Detail::Exposure(detail) = &mut exposure.detail {
            detail.exposure_type = Text::from(kind);
            detail.url = Text::from(url);
        }
        exposure
    }

    #[test]
    fn dashboards_and_applications_need_one() {
        let exposures = [
            with("a", "dashboard", ""),
            with("b", "dashboard", "https://bi.example.com/7"),
            with("c", "application", " TBD "),
            with("d", "notebook", ""),
            with("e", "analysis", ""),
            with("f", "ml", ""),
            with("g", "pigeon", ""),
        ];
        assert_eq!(subjects("EXP011", &exposures), ["exposure.shop.a", "exposure.shop.c"]);
        let found = findings("EXP011", json!(null), &exposures);
        assert_eq!(found[0].message, "dashboard `a` has no url, so nobody can open it");
        assert_eq!(found[1].message, "application `c` has no url, so nobody can open it");
    }

    #[test]
    fn types_are_configurable() {
        let found = findings("EXP011", json!({"types": ["ml"]}), &[with("a", "dashboard", ""), with("f", "ml", "")]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "ML model `f` has no url, so nobody can open it");
    }
}
