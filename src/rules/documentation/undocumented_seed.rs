use super::undescribed::{self, Options};
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a seed without a description.
    ///
    /// Blank text, a placeholder (`todo`, `tbd`, `n/a`, `none`, the seed's own name, ...) and anything shorter than
    /// `min-length` count as missing. A seed without any YAML entry gets this one finding.
    ///
    /// # Why it matters
    /// A seed is a list that somebody once typed or exported. Without a word on its origin and its keeper, nobody dares to
    /// correct it and nobody notices when it goes stale.
    ///
    /// # Example
    /// ```yaml
    /// # seeds/_seeds.yml
    /// seeds:
    ///   - name: country_codes
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # seeds/_seeds.yml
    /// seeds:
    ///   - name: country_codes
    ///     description: ISO 3166 codes of the countries we deliver to; logistics adds a row when a country opens.
    /// ```
    UndocumentedSeed(Options),
    code = "DOC004",
    slug = "undocumented-seed",
    area = Documentation,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Seed],
    supersedes = ["DOC020"]
}

impl Rule for UndocumentedSeed {
    fn check(&self, seed: Node<'_>, cx: &mut Context<'_>) {
        undescribed::report(
            seed,
            self.options.min_length,
            "say what the list holds, where it came from and who keeps it up to date",
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
        let bare = resource(ResourceType::Seed, "seed.shop.alpha", "seeds/alpha.csv");
        let mut listed = resource(ResourceType::Seed, "seed.shop.beta", "seeds/alpha.csv");
        listed.properties_path = Some(Text::from("seeds/_seeds.yml"));
        listed.description = Text::from("n/a");
        let mut described = resource(ResourceType::Seed, "seed.shop.gamma", "seeds/alpha.csv");
        described.properties_path = listed.properties_path.clone();
        described.description = Text::from("Says what it is.");
        let found = findings("DOC004", Value::Null, &[bare, listed, described]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "seed `alpha` has no YAML entry, so nobody can tell what it is",
                "seed `beta` is described as \"n/a\", which says nothing"
            ]
        );
        assert_eq!(found[1].help, "say what the list holds, where it came from and who keeps it up to date");
    }
}
