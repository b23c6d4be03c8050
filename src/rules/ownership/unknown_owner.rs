use super::identity;
use super::stated::{Statement, statements};
use crate::config::Settings;
use crate::rules::{Context, NoOptions, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an owner that is not in `owners.allowed` or does not match `owners.pattern`.
    ///
    /// Both are settings for all rules, not options of this one; where both are set, both must hold. Names are compared
    /// without case and without a leading `@`. The owner block of a group or exposure passes if its name or one of its
    /// addresses does. Each statement counts once: a group's owner at the group, the owner of a source at the source,
    /// and one in CODEOWNERS at the first file it owns.
    ///
    /// # Why it matters
    /// An owner who left, a team that was renamed, a spelling of somebody's own: each looks like ownership and reaches
    /// nobody. A list of the teams there are keeps names and reality together.
    ///
    /// # Example
    /// ```yaml
    /// # dbt-steward.yml
    /// owners: { allowed: [Finance Data, Logistics Data] }
    /// rules: { unknown-owner: warning }
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     config:
    ///       meta:
    ///         owner: Petra
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # dbt-steward.yml
    /// owners: { allowed: [Finance Data, Logistics Data] }
    /// rules: { unknown-owner: warning }
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     config:
    ///       meta:
    ///         owner: Finance Data
    /// ```
    UnknownOwner(NoOptions),
    code = "OWN007",
    slug = "unknown-owner",
    area = Ownership,
    trap = Centralise,
    default = Off,
    strict = Off,
    since = "0.1.0",
    subjects = [Model, Source, Seed, Snapshot, Exposure, Metric, SemanticModel, SavedQuery, Group]
}

/// Allowed owners that help lists.
const LISTED: usize = 5;

impl Rule for UnknownOwner {
    fn check_project(&self, cx: &mut Context<'_>) {
        for statement in statements(cx) {
            for owner in &statement.owners {
                if !owner.iter().any(|name| is_allowed(name, cx)) {
                    report(&statement, owner, cx);
                }
            }
        }
    }

    fn unset(&self, settings: &Settings) -> Option<String> {
        let owners = &settings.owners;
        let is_open = owners.allowed.is_empty() && owners.pattern.is_none();
        is_open.then(|| "neither `owners.allowed` nor `owners.pattern` is set".to_owned())
    }
}

fn is_allowed(name: &str, cx: &Context<'_>) -> bool {
    let owners = &cx.settings.owners;
    let key = identity::key(name);
    let is_listed = owners.allowed.is_empty() || owners.allowed.iter().any(|allowed| identity::key(allowed) == key);
    is_listed && owners.pattern.as_ref().is_none_or(|pattern| pattern.is_match(name))
}

fn report(statement: &Statement<'_>, owner: &[String], cx: &mut Context<'_>) {
    let Some(name) = owner.first() else { return };
    let Statement { of, by, .. } = statement;
    let help = help(cx);
    let message = format!("{of} is owned by \"{name}\", which is no owner this project knows");
    let finding = cx.report(statement.node, statement.place.clone(), message);
    finding.part(format!("owner:{}", identity::key(name))).help(help).evidence(format!("{by} names it"));
    if let Some(subject) = &statement.subject {
        finding.subject(subject.clone());
    }
}

fn help(cx: &Context<'_>) -> String {
    let owners = &cx.settings.owners;
    let mut ways = Vec::new();
    if !owners.allowed.is_empty() {
        let mut names = owners.allowed.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
        if owners.allowed.len() > LISTED {
            names.push_str(&format!(" and {} more", owners.allowed.len() - LISTED));
        }
        ways.push(format!("name one of {names}"));
    }
    if let Some(pattern) = &owners.pattern {
        ways.push(format!("write it so that it matches `{pattern}`"));
    }
    ways.join(" and ")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::config::Settings;
    use crate::findings::Finding;
    use crate::project::{Detail, Group, Owner, Owners, Resource, ResourceType, Text};
    use crate::rules::tester::{exposure, findings, findings_with, model, resource, source};

    fn owned(mut made: Resource<'static>, owner: Value) -> Resource<'static> {
        made.meta.insert("owner".to_owned(), owner);
        made
    }

    fn found(owners: Owners, all: &[Resource<'static>]) -> Vec<Finding> {
        findings_with("OWN007", Value::Null, all, &Settings { owners, ..Settings::default() })
    }

    fn allowed() -> Owners {
        Owners { allowed: vec!["Finance Data".to_owned(), "@shop/bi".to_owned()], ..Owners::default() }
    }

    #[test]
    fn compares_with_the_list() {
        let all = [
            owned(model("marts", "a"), json!("finance data")),
            owned(model("marts", "b"), json!(["shop/bi", "Petra"])),
            model("marts", "c"),
        ];
        let found = found(allowed(), &all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "model `b` is owned by \"Petra\", which is no owner this project knows");
        assert_eq!(found[0].part, "owner:petra");
        assert_eq!(found[0].help, "name one of Finance Data, @shop/bi");
        assert_eq!(found[0].evidence, ["meta.owner names it"]);
    }

    #[test]
    fn each_statement_counts_once() {
        let owner = Owner { name: Text::from("Growth"), ..Owner::default() };
        let mut group = resource(ResourceType::Group, "group.shop.growth", "models/_groups.yml");
        group.detail = Detail::Group(Box::new(Group { owner }));
        let mut member = model("marts", "a");
        member.group = Some(Text::from("growth"));
        let table = |name: &str| {
            let mut made = owned(source("erp", name), json!("Petra"));
            if let Detail::Source(source) = &mut made.detail {
                source.source_meta.insert("owner".to_owned(), json!("Petra"));
            }
            made
        };
        let mut dashboard = exposure("weekly");
        if let Detail::Exposure(detail) = &mut dashboard.detail {
            detail.owner =
                Owner { name: Text::from("Ana"), email: vec![Text::from("finance data")], ..Owner::default() };
        }
        let all = [group, member, table("orders"), table("products"), dashboard];
        let found = found(allowed(), &all);
        let subjects: Vec<&str> = found.iter().map(|finding| finding.subject.as_str()).collect();
        assert_eq!(subjects, ["group.shop.growth", "source.shop.erp"]);
    }

    #[test]
    fn a_pattern_is_searched_for() {
        let owners = Owners { pattern: Some(regex::Regex::new("Data$").unwrap()), ..Owners::default() };
        let all = [owned(model("marts", "a"), json!("Finance Data")), owned(model("marts", "b"), json!("Petra"))];
        let found = found(owners, &all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].help, "write it so that it matches `Data$`");
    }

    #[test]
    fn does_not_run_without_either() {
        assert!(findings("OWN007", Value::Null, &[owned(model("marts", "a"), json!("Petra"))]).is_empty());
    }
}
