use super::undescribed::{self, Options};
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an exposure without a description.
    ///
    /// Blank text, a placeholder (`todo`, `tbd`, `n/a`, `none`, the exposure's own name, ...) and anything shorter than
    /// `min-length` count as missing.
    ///
    /// # Why it matters
    /// A dashboard that guides no decision is not worth its upkeep. The description is where its purpose stands; without
    /// one, nobody can tell whether it may be changed, merged with another, or switched off.
    ///
    /// # Example
    /// ```yaml
    /// # models/exposures/_exposures.yml
    /// exposures:
    ///   - name: weekly_kpis
    ///     type: dashboard
    ///     owner:
    ///       email: finance-data@shop.example
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/exposures/_exposures.yml
    /// exposures:
    ///   - name: weekly_kpis
    ///     type: dashboard
    ///     description: Revenue and margin by week; the board sets the discount budget by it on Mondays.
    ///     owner:
    ///       email: finance-data@shop.example
    /// ```
    UndocumentedExposure(Options),
    code = "DOC006",
    slug = "undocumented-exposure",
    area = Documentation,
    trap = ServeTheBusiness,
    default = Warning,
    since = "0.1.0",
    subjects = [Exposure]
}

impl Rule for UndocumentedExposure {
    fn check(&self, exposure: Node<'_>, cx: &mut Context<'_>) {
        undescribed::report(exposure, self.options.min_length, "say who looks at it and which decision it serves", cx);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::{ResourceType, Text};
    use crate::rules::tester::{findings, resource};

    #[test]
    fn fires_without_and_is_silent_with_description() {
        let mut bare = resource(ResourceType::Exposure, "exposure.shop.alpha", "models/marts/_marts.yml");
        bare.properties_path = Some(Text::from("models/marts/_marts.yml"));
        let mut described = resource(ResourceType::Exposure, "exposure.shop.gamma", "models/marts/_marts.yml");
        described.properties_path = bare.properties_path.clone();
        described.description = Text::from("Says what it is.");
        let found = findings("DOC006", Value::Null, &[bare, described]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["exposure `alpha` has no description"]);
        assert_eq!(found[0].help, "say who looks at it and which decision it serves");
    }
}
