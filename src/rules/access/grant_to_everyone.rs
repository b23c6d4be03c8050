use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model, seed or snapshot whose `grants` let everyone in.
    ///
    /// Everyone is what the warehouse calls so: `public` (PostgreSQL, Redshift, Snowflake and most others), `allUsers`
    /// and `allAuthenticatedUsers` (BigQuery), `account users` and `users` (Databricks and Spark, where these are built
    /// in; a role of that name elsewhere is a role like any other). `principals` sets other names in their place. Case,
    /// quotes and a kind in front (`group:`, `specialGroup:`, `role`) do not matter. Ephemeral models have nothing to
    /// grant.
    ///
    /// # Why it matters
    /// dbt grants it anew with each run, so that nobody who looks at the warehouse alone can take it back. Everyone
    /// includes the trainee, the tool on trial and the account that was forgotten; which data they see nobody has
    /// decided.
    ///
    /// # Example
    /// ```yaml
    /// # models/reporting/_reporting__models.yml
    /// models:
    ///   - name: rpt_board_targets
    ///     config:
    ///       grants:
    ///         select: [public]
    /// ```
    /// ```sql
    /// -- models/reporting/rpt_board_targets.sql
    /// select 1 as target
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/reporting/_reporting__models.yml
    /// models:
    ///   - name: rpt_board_targets
    ///     config:
    ///       grants:
    ///         select: [controlling]
    /// ```
    /// ```sql
    /// -- models/reporting/rpt_board_targets.sql
    /// select 1 as target
    /// ```
    GrantToEveryone(Options),
    code = "ACC010",
    slug = "grant-to-everyone",
    area = Access,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Model, Seed, Snapshot]
}

/// Options of `grant-to-everyone`.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Names that mean everyone, in place of those the warehouse has.
    pub principals: Vec<String>,
}

impl Rule for GrantToEveryone {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        let Some(relation) = node.relation() else { return };
        if relation.is_ephemeral() {
            return;
        }
        for (privilege, principals) in &relation.grants {
            let adapter = cx.project.adapter.as_str();
            let Some(everyone) = principals.iter().find(|principal| self.is_everyone(principal, adapter)) else {
                continue;
            };
            let (kind, label) = (node.kind.label(), node.label());
            let message = format!("{kind} `{label}` grants {privilege} to `{everyone}`, which is everyone");
            let finding = cx.report(node, Place::config("grants"), message);
            finding.part(format!("grant:{privilege}")).help(format!(
                "name the roles that need it under `grants: {privilege}:`, here or where the project sets grants for \
                 this folder"
            ));
        }
    }
}

impl GrantToEveryone {
    fn is_everyone(&self, principal: &str, adapter: &str) -> bool {
        let name = bare(principal);
        if !self.options.principals.is_empty() {
            return self.options.principals.iter().any(|everyone| bare(everyone).eq_ignore_ascii_case(name));
        }
        everyone_in(adapter).iter().any(|everyone| everyone.eq_ignore_ascii_case(name))
    }
}

/// What a warehouse calls everyone.
fn everyone_in(adapter: &str) -> &'static [&'static str] {
    match adapter {
        "bigquery" => &["allUsers", "allAuthenticatedUsers"],
        "databricks" | "spark" => &["account users", "users", "public"],
        "" => &["public", "allUsers", "allAuthenticatedUsers", "account users"],
        _ => &["public"],
    }
}

/// The name without quotes and without the kind in front of it.
fn bare(principal: &str) -> &str {
    let name = principal.trim();
    let kinds = ["specialGroup:", "group:", "role:", "role ", "group "];
    let after_kind = |kind: &&str| {
        let (start, rest) = name.split_at_checked(kind.len())?;
        start.eq_ignore_ascii_case(kind).then_some(rest)
    };
    kinds.iter().find_map(after_kind).unwrap_or(name).trim().trim_matches(['"', '`', '\''])
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{GrantToEveryone, Options};
    use crate::project::{Resource, Text};
    use crate::rules::tester::{findings, model, relation, subjects};

    fn granting(principals: &[&'static str]) -> Resource<'static> {
        let mut model = model("marts", "fct_orders");
        let principals = principals.iter().map(|&name| Text::from(name)).collect();
        relation(&mut model).grants = vec![(Text::from("select"), principals)];
        model
    }

    #[test]
    fn says_what_is_granted_to_whom() {
        let found = findings("ACC010", Value::Null, &[granting(&["reporter", "PUBLIC"])]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["model `fct_orders` grants select to `PUBLIC`, which is everyone"]);
        assert_eq!(found[0].part, "grant:select");
        assert!(subjects("ACC010", &[granting(&["reporter", "publisher"]), model("marts", "dim")]).is_empty());
    }

    #[test]
    fn each_warehouse_has_its_own_everyone() {
        let rule = GrantToEveryone { options: Options::default() };
        for (adapter, principal, everyone) in [
            ("snowflake", "public", true),
            ("snowflake", "\"PUBLIC\"", true),
            ("postgres", "users", false),
            ("redshift", "group public", true),
            ("databricks", "account users", true),
            ("databricks", "`account users`", true),
            ("databricks", "users", true),
            ("bigquery", "allUsers", true),
            ("bigquery", "specialGroup:allAuthenticatedUsers", true),
            ("bigquery", "group:public@example.com", false),
            ("bigquery", "public", false),
            ("", "users", false),
            ("", "allusers", true),
        ] {
            assert_eq!(rule.is_everyone(principal, adapter), everyone, "{principal} in {adapter}");
        }
    }

    #[test]
    fn principals_replace_the_built_in_names() {
        let options = || json!({"principals": ["staff"]});
        assert!(findings("ACC010", options(), &[granting(&["public"])]).is_empty());
        let found = findings("ACC010", options(), &[granting(&["Staff"])]);
        assert_eq!(found[0].message, "model `fct_orders` grants select to `Staff`, which is everyone");
    }

    #[test]
    fn ephemeral_models_grant_nothing() {
        let mut ephemeral = granting(&["public"]);
        relation(&mut ephemeral).materialized = Text::from("ephemeral");
        assert!(subjects("ACC010", &[ephemeral]).is_empty());
    }
}
