use super::feeding::in_words;
use crate::findings::Place;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an exposure without `maturity`.
    ///
    /// # Why it matters
    /// `maturity` (`high`, `medium` or `low`) says how far a dashboard is to be trusted and how quickly it must be
    /// mended. Where it is missing, a trial and the figures for the board look alike in lineage, and get the same care.
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
    ///     maturity: high
    ///     owner:
    ///       email: data@example.com
    /// ```
    ExposureWithoutMaturity(NoOptions),
    code = "EXP012",
    slug = "exposure-without-maturity",
    area = Exposures,
    trap = ServeTheBusiness,
    default = Info,
    since = "0.1.0",
    subjects = [Exposure]
}

impl Rule for ExposureWithoutMaturity {
    fn check(&self, exposure: Node<'_>, cx: &mut Context<'_>) {
        if exposure.as_exposure().is_none_or(|detail| !detail.maturity.trim().is_empty()) {
            return;
        }
        let message = format!("{} has no maturity, so nobody can tell how far to trust it", in_words(&exposure));
        cx.report(exposure, Place::key("maturity"), message).help(format!(
            "add `maturity:` to the exposure in {}: `high` if decisions rest on it, `low` if it is a trial, `medium` \
             between",
            exposure.path
        ));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Detail, Text};
    use crate::rules::tester::{exposure, findings};

    #[test]
    fn flags_what_has_none() {
        let mut rated = exposure("rated");
        if let Detail::Exposure(detail) = &mut rated.detail {
            detail.maturity = Text::from("low");
        }
        let found = findings("EXP012", json!(null), &[exposure("unrated"), rated]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["dashboard `unrated` has no maturity, so nobody can tell how far to trust it"]);
    }
}
