use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a group whose name has capital letters.
    ///
    /// # Why it matters
    /// `ref` and `group:` are compared letter by letter, so that `Finance` and `finance` are two groups.
    ///
    /// # Example
    /// ```yaml
    /// # models/_groups.yml
    /// groups:
    ///   - name: Finance
    ///     owner: { email: finance@example.com }
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/_groups.yml
    /// groups:
    ///   - name: finance
    ///     owner: { email: finance@example.com }
    /// ```
    GroupNameCase(Options),
    code = "NAM900",
    slug = "group-name-case",
    area = Naming,
    trap = Govern,
    default = Off,
    since = "0.1.0",
    subjects = [Group]
}

/// Options of `group-name-case`.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Names that may have capitals.
    pub allowed: Vec<String>,
}

impl Rule for GroupNameCase {
    fn check(&self, group: Node<'_>, cx: &mut Context<'_>) {
        let is_allowed = self.options.allowed.iter().any(|name| name == group.name.as_str());
        if is_allowed || !group.name.contains(char::is_uppercase) {
            return;
        }
        cx.report(group, Place::Entry, format!("group `{}` has capitals in its name", group.name))
            .help(format!("rename it to `{}`, here and in every `group:`", group.name.to_lowercase()));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::ResourceType;
    use crate::rules::tester::{findings, resource};

    #[test]
    fn capitals_are_flagged() {
        let groups = [
            resource(ResourceType::Group, "group.shop.Finance", "models/_groups.yml"),
            resource(ResourceType::Group, "group.shop.crm", "models/_groups.yml"),
        ];
        let found = findings("NAM900", json!(null), &groups);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "group.shop.Finance");
        assert!(findings("NAM900", json!({ "allowed": ["Finance"] }), &groups).is_empty());
    }
}
