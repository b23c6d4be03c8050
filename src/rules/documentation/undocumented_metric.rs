use super::undescribed::{self, Options};
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a metric without a description.
    ///
    /// Blank text, a placeholder (`todo`, `tbd`, `n/a`, `none`, the metric's own name, ...) and anything shorter than
    /// `min-length` count as missing.
    ///
    /// # Why it matters
    /// A metric is the company's definition of a number. If the definition exists only as an expression, the people whose
    /// decisions rest on it cannot check that it means what they think.
    ///
    /// # Example
    /// ```yaml
    /// # models/semantic/_metrics.yml
    /// metrics:
    ///   - name: revenue
    ///     label: Revenue
    ///     type: simple
    ///     type_params:
    ///       measure: net_amount
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/semantic/_metrics.yml
    /// metrics:
    ///   - name: revenue
    ///     label: Revenue
    ///     description: Paid orders in euros without tax; returns count on the day they arrive.
    ///     type: simple
    ///     type_params:
    ///       measure: net_amount
    /// ```
    UndocumentedMetric(Options),
    code = "DOC009",
    slug = "undocumented-metric",
    area = Documentation,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Metric]
}

impl Rule for UndocumentedMetric {
    fn check(&self, metric: Node<'_>, cx: &mut Context<'_>) {
        undescribed::report(
            metric,
            self.options.min_length,
            "say what it counts, in which unit, and what it leaves out",
            cx,
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::{ResourceType, Text};
    use crate::rules::tester::{findings, resource};

    #[test]
    fn fires_without_and_is_silent_with_description() {
        let mut bare = resource(ResourceType::Metric, "metric.shop.alpha", "models/marts/_marts.yml");
        bare.properties_path = Some(Text::from("models/marts/_marts.yml"));
        let mut described = resource(ResourceType::Metric, "metric.shop.gamma", "models/marts/_marts.yml");
        described.properties_path = bare.properties_path.clone();
        described.description = Text::from("Says what it is.");
        let found = findings("DOC009", Value::Null, &[bare, described]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["metric `alpha` has no description"]);
        assert_eq!(found[0].help, "say what it counts, in which unit, and what it leaves out");
    }
}
