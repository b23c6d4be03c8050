use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::feeding::in_words;
use crate::findings::Place;
use crate::project::{Access, ResourceType};
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an exposure that lists a model in `depends_on` whose access is not allowed for dashboards.
    ///
    /// By default that is a `private` model. dbt 1.5 to 1.12 refuses such an exposure itself, dbt 2 lets it pass. Set
    /// `allowed: [public]` where dashboards may read nothing but what is meant for everyone. A private model behind a
    /// semantic model is `semantic-model-on-private-model`.
    ///
    /// # Why it matters
    /// `private` promises a group that nobody outside reads the model, so that it may change any day. A dashboard on it
    /// makes the promise void: the next refactoring breaks a number that somebody decides by.
    ///
    /// # Example
    /// ```yaml
    /// # models/schema.yml
    /// groups:
    ///   - name: finance
    ///     owner:
    ///       email: finance-data@example.com
    ///
    /// models:
    ///   - name: int_orders_paid
    ///     config:
    ///       group: finance
    ///       access: private
    ///
    /// exposures:
    ///   - name: weekly_kpis
    ///     type: dashboard
    ///     owner:
    ///       email: data@example.com
    ///     depends_on:
    ///       - ref('int_orders_paid')
    /// ```
    /// ```sql
    /// -- models/intermediate/int_orders_paid.sql
    /// select 1 as order_id
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/schema.yml
    /// groups:
    ///   - name: finance
    ///     owner:
    ///       email: finance-data@example.com
    ///
    /// models:
    ///   - name: fct_orders
    ///     config:
    ///       group: finance
    ///       access: public
    ///
    /// exposures:
    ///   - name: weekly_kpis
    ///     type: dashboard
    ///     owner:
    ///       email: data@example.com
    ///     depends_on:
    ///       - ref('fct_orders')
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select 1 as order_id
    /// ```
    ExposureOnPrivateModel(Options),
    code = "EXP002",
    slug = "exposure-on-private-model",
    area = Exposures,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Exposure]
}

/// Options of `exposure-on-private-model`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Access levels that an exposure may read.
    pub allowed: Vec<Level>,
}

impl Default for Options {
    fn default() -> Self {
        Self { allowed: vec![Level::Public, Level::Protected] }
    }
}

/// dbt's access levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Private,
    Protected,
    Public,
}

impl From<Access> for Level {
    fn from(access: Access) -> Self {
        match access {
            Access::Private => Self::Private,
            Access::Protected => Self::Protected,
            Access::Public => Self::Public,
        }
    }
}

impl Rule for ExposureOnPrivateModel {
    fn check(&self, exposure: Node<'_>, cx: &mut Context<'_>) {
        for parent in cx.parents(exposure.id).filter(|parent| parent.kind == ResourceType::Model) {
            let access = parent.access();
            if self.options.allowed.contains(&access.into()) {
                continue;
            }
            let label = parent.label();
            let message = format!("{} reads `{label}`, which is {}", in_words(&exposure), access.as_str());
            let finding = cx.report(exposure, Place::Parent(parent.id), message);
            finding
                .part(format!("parent:{}", parent.unique_id))
                .help(format!(
                    "point the exposure at a model that is meant for dashboards, or set `access: public` on `{label}` \
                     if its owner agrees to keep it stable"
                ))
                .related(parent.id, Place::config("access"), format!("{} here", access.as_str()));
            if let Some(group) = &parent.group {
                finding.evidence(format!("`{label}` belongs to group `{group}`"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Access, Text};
    use crate::rules::tester::{exposure, findings, model, reading, relation, source, subjects};

    fn with_access(name: &str, access: Access) -> crate::project::Resource<'static> {
        let mut model = model("marts", name);
        relation(&mut model).access = access;
        model
    }

    #[test]
    fn flags_private_parents_only() {
        let mut private = with_access("fct_private", Access::Private);
        private.group = Some(Text::from("finance"));
        let protected = with_access("fct_protected", Access::Protected);
        let public = with_access("fct_public", Access::Public);
        let board = reading(exposure("board"), &[&private, &protected, &public, &source("erp", "orders")]);
        let found = findings("EXP002", json!(null), &[private, protected, public, source("erp", "orders"), board]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "dashboard `board` reads `fct_private`, which is private");
        assert_eq!(found[0].part, "parent:model.shop.fct_private");
        assert_eq!(found[0].evidence, ["`fct_private` belongs to group `finance`"]);
    }

    #[test]
    fn can_be_limited_to_public() {
        let protected = with_access("fct_protected", Access::Protected);
        let board = reading(exposure("board"), &[&protected]);
        assert!(subjects("EXP002", &[protected.clone(), board.clone()]).is_empty());
        let found = findings("EXP002", json!({"allowed": ["public"]}), &[protected, board]);
        assert_eq!(found[0].message, "dashboard `board` reads `fct_protected`, which is protected");
    }

    #[test]
    fn a_private_model_further_up_is_fine() {
        let private = with_access("int_private", Access::Private);
        let public = reading(with_access("fct_public", Access::Public), &[&private]);
        let board = reading(exposure("board"), &[&public]);
        assert!(subjects("EXP002", &[private, public, board]).is_empty());
    }
}
