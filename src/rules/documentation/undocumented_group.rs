use super::undescribed::{self, Options};
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a dbt group without a description.
    ///
    /// Blank text, a placeholder (`todo`, `tbd`, `n/a`, `none`, the group's own name, ...) and anything shorter than
    /// `min-length` count as missing. Before dbt 1.10 groups could not have a description, so the rule does not run on
    /// manifests of older versions.
    ///
    /// # Why it matters
    /// A group is a promise that somebody is responsible for these models. The description says for what: where its
    /// subject begins and ends, so that a new model lands with the right team.
    ///
    /// # Example
    /// ```yaml
    /// # models/_groups.yml
    /// groups:
    ///   - name: finance
    ///     owner:
    ///       email: finance-data@shop.example
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/_groups.yml
    /// groups:
    ///   - name: finance
    ///     description: Orders, invoices, payments and everything that ends in the ledger.
    ///     owner:
    ///       email: finance-data@shop.example
    /// ```
    UndocumentedGroup(Options),
    code = "DOC024",
    slug = "undocumented-group",
    area = Documentation,
    trap = Centralise,
    default = Off,
    since = "0.1.0",
    subjects = [Group]
}

impl Rule for UndocumentedGroup {
    fn check(&self, group: Node<'_>, cx: &mut Context<'_>) {
        undescribed::report(group, self.options.min_length, "say which subjects the group is responsible for", cx);
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let version = &cx.project.dbt_version;
        is_older_than_1_10(version)
            .then(|| format!("groups have no description in dbt {version}; dbt 1.10 and later do"))
    }
}

/// Whether that is a version before 1.10; one that cannot be read is not.
fn is_older_than_1_10(version: &str) -> bool {
    let mut parts = version.split('.').map_while(|part| part.parse::<u32>().ok());
    matches!((parts.next(), parts.next()), (Some(major), Some(minor)) if (major, minor) < (1, 10))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::is_older_than_1_10;
    use crate::project::{ResourceType, Text};
    use crate::rules::tester::{findings, resource};

    #[test]
    fn fires_without_and_is_silent_with_description() {
        let mut bare = resource(ResourceType::Group, "group.shop.finance", "models/_groups.yml");
        bare.properties_path = Some(Text::from("models/_groups.yml"));
        let mut described = resource(ResourceType::Group, "group.shop.growth", "models/_groups.yml");
        described.description = Text::from("New markets.");
        let found = findings("DOC024", Value::Null, &[bare, described]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["group `finance` has no description"]);
    }

    #[test]
    fn knows_which_versions_have_none() {
        for version in ["1.5.0", "1.9.4", "1.9.0b1", "0.21.0"] {
            assert!(is_older_than_1_10(version), "{version}");
        }
        for version in ["1.10.0", "1.12.6", "2.0.0-beta.2", "", "main"] {
            assert!(!is_older_than_1_10(version), "{version}");
        }
    }
}
