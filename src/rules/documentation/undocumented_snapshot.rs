use super::undescribed::{self, Options};
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a snapshot without a description.
    ///
    /// Blank text, a placeholder (`todo`, `tbd`, `n/a`, `none`, the snapshot's own name, ...) and anything shorter than
    /// `min-length` count as missing. A snapshot without any YAML entry gets this one finding.
    ///
    /// # Why it matters
    /// History cannot be recomputed. Whoever reads a snapshot must know since when it has been kept and what counts as a
    /// change, or will read gaps as facts.
    ///
    /// # Example
    /// ```yaml
    /// # snapshots/_snapshots.yml
    /// snapshots:
    ///   - name: snap_prices
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # snapshots/_snapshots.yml
    /// snapshots:
    ///   - name: snap_prices
    ///     description: Price of each product by day since May 2023; a new row whenever the list price changes.
    /// ```
    UndocumentedSnapshot(Options),
    code = "DOC005",
    slug = "undocumented-snapshot",
    area = Documentation,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Snapshot],
    supersedes = ["DOC020"]
}

impl Rule for UndocumentedSnapshot {
    fn check(&self, snapshot: Node<'_>, cx: &mut Context<'_>) {
        undescribed::report(
            snapshot,
            self.options.min_length,
            "say whose history it keeps, since when, and what starts a new row",
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
        let bare = resource(ResourceType::Snapshot, "snapshot.shop.alpha", "snapshots/alpha.sql");
        let mut listed = resource(ResourceType::Snapshot, "snapshot.shop.beta", "snapshots/alpha.sql");
        listed.properties_path = Some(Text::from("snapshots/_snapshots.yml"));
        listed.description = Text::from("n/a");
        let mut described = resource(ResourceType::Snapshot, "snapshot.shop.gamma", "snapshots/alpha.sql");
        described.properties_path = listed.properties_path.clone();
        described.description = Text::from("Says what it is.");
        let found = findings("DOC005", Value::Null, &[bare, listed, described]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "snapshot `alpha` has no YAML entry, so nobody can tell what it is",
                "snapshot `beta` is described as \"n/a\", which says nothing"
            ]
        );
        assert_eq!(found[1].help, "say whose history it keeps, since when, and what starts a new row");
    }
}
