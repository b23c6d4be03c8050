use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::identity;
use super::stated::{Statement, statements};
use crate::config::Settings;
use crate::rules::{Context, Pattern, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an owner that is one person where a team is required.
    ///
    /// A team is who matches `team-pattern`, a regular expression that may be found anywhere in the name. The owner block
    /// of a group or exposure passes if its name or one of its addresses matches; several owners pass, because they are
    /// not one person, and so does `@organisation/team`, which is a team for GitHub and GitLab. Each statement counts once: a group's owner at the group, the owner of a source at the source,
    /// and one in CODEOWNERS at the first file it owns.
    ///
    /// # Why it matters
    /// People go on holiday and change jobs, and their models stay. A team answers on the day its best-informed member
    /// is away, and shares what that member knows before it is needed.
    ///
    /// # Example
    /// ```yaml
    /// # dbt-steward.yml
    /// rules:
    ///   personal-owner: { severity: warning, team-pattern: ' Data$' }
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     config:
    ///       meta:
    ///         owner: Petra Lindqvist
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # dbt-steward.yml
    /// rules:
    ///   personal-owner: { severity: warning, team-pattern: ' Data$' }
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     config:
    ///       meta:
    ///         owner: Finance Data
    /// ```
    PersonalOwner(Options),
    code = "OWN009",
    slug = "personal-owner",
    area = Ownership,
    trap = BalanceTheTeam,
    default = Off,
    strict = Off,
    since = "0.1.0",
    subjects = [Model, Source, Seed, Snapshot, Exposure, Metric, SemanticModel, SavedQuery, Group]
}

/// Options of `personal-owner`.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Regular expression by which a team's name or address is told from a person's.
    pub team_pattern: Option<Pattern>,
}

impl Rule for PersonalOwner {
    fn check_project(&self, cx: &mut Context<'_>) {
        let Some(team) = &self.options.team_pattern else { return };
        for Statement { node, place, subject, of, by, owners } in statements(cx) {
            let [owner] = owners.as_slice() else { continue };
            let Some(name) = owner.first() else { continue };
            if owner.iter().any(|name| team.is_match(name) || is_team_of_host(name)) {
                continue;
            }
            let finding = cx.report(node, place, format!("{of} is owned by one person, \"{name}\""));
            finding
                .part(format!("owner:{}", identity::key(name)))
                .help(format!("name the team behind that person; a team's name matches `{team}`"))
                .evidence(format!("{by} names it"));
            if let Some(subject) = subject {
                finding.subject(subject);
            }
        }
    }

    fn unset(&self, _settings: &Settings) -> Option<String> {
        self.options.team_pattern.is_none().then(|| "its option `team-pattern` is not set".to_owned())
    }
}

/// `@organisation/team`: on GitHub and GitLab a person has no slash.
fn is_team_of_host(name: &str) -> bool {
    name.starts_with('@') && name.contains('/')
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::project::{Detail, Owner, Resource, Text};
    use crate::rules::tester::{exposure, findings, model};

    fn owned(name: &str, owner: Value) -> Resource<'static> {
        let mut made = model("marts", name);
        made.meta.insert("owner".to_owned(), owner);
        made
    }

    #[test]
    fn one_owner_must_be_a_team() {
        let mut dashboard = exposure("weekly");
        if let Detail::Exposure(detail) = &mut dashboard.detail {
            let email = vec![Text::from("finance-data@shop.example")];
            detail.owner = Owner { name: Text::from("Ana"), email, ..Owner::default() };
        }
        let all = [
            owned("a", json!("Finance Data")),
            owned("b", json!("Petra Lindqvist")),
            owned("c", json!(["Petra", "Ana"])),
            owned("e", json!("@shop/ledger")),
            model("marts", "d"),
            dashboard,
        ];
        let found = findings("OWN009", json!({"team-pattern": "(?i)data"}), &all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "model `b` is owned by one person, \"Petra Lindqvist\"");
        assert_eq!(found[0].help, "name the team behind that person; a team's name matches `(?i)data`");
    }

    #[test]
    fn needs_its_pattern() {
        assert!(findings("OWN009", Value::Null, &[owned("b", json!("Petra"))]).is_empty());
    }
}
