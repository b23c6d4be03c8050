use super::identity::may_be_same;
use crate::findings::Place;
use crate::project::{Access, ResourceType};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model or snapshot that reads another team's model which is not public.
    ///
    /// Where both are in a group, the teams differ if the groups do, unless both groups have the same owner. Else they
    /// differ if both have an owner and not the same one (case, a leading `@` and the like do not count). Where one of
    /// the two belongs to nobody, nothing is said. The rule does not run on a project in which no model is public or
    /// private: there `access` is not in use, and nothing tells a team's interface from its internals.
    ///
    /// # Why it matters
    /// A model that is not public may change on any day, because its owners believe that only they read it. Whoever
    /// builds on it from outside learns of the change from a broken dashboard.
    ///
    /// # Example
    /// ```yaml
    /// # models/_models.yml
    /// groups:
    ///   - name: finance
    ///     owner: { email: finance-data@shop.example }
    ///   - name: marketing
    ///     owner: { email: marketing-analytics@shop.example }
    /// models:
    ///   - name: fct_orders
    ///     config: { group: finance, access: public }
    ///   - name: int_orders_paid
    ///     config: { group: finance }
    ///   - name: rpt_campaigns
    ///     config: { group: marketing }
    /// ```
    /// ```sql
    /// -- models/fct_orders.sql
    /// select * from {{ ref('int_orders_paid') }}
    /// ```
    /// ```sql
    /// -- models/int_orders_paid.sql
    /// select 1 as order_id
    /// ```
    /// ```sql
    /// -- models/rpt_campaigns.sql
    /// select * from {{ ref('int_orders_paid') }}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/_models.yml
    /// groups:
    ///   - name: finance
    ///     owner: { email: finance-data@shop.example }
    ///   - name: marketing
    ///     owner: { email: marketing-analytics@shop.example }
    /// models:
    ///   - name: fct_orders
    ///     config: { group: finance, access: public }
    ///   - name: int_orders_paid
    ///     config: { group: finance }
    ///   - name: rpt_campaigns
    ///     config: { group: marketing }
    /// ```
    /// ```sql
    /// -- models/fct_orders.sql
    /// select * from {{ ref('int_orders_paid') }}
    /// ```
    /// ```sql
    /// -- models/int_orders_paid.sql
    /// select 1 as order_id
    /// ```
    /// ```sql
    /// -- models/rpt_campaigns.sql
    /// select * from {{ ref('fct_orders') }}
    /// ```
    CrossTeamPrivateDependency(NoOptions),
    code = "OWN012",
    slug = "cross-team-private-dependency",
    area = Ownership,
    trap = Centralise,
    default = Warning,
    since = "0.1.0",
    subjects = [Model, Snapshot]
}

/// Who two resources belong to, where those are different.
struct Teams {
    reader: String,
    owner: String,
}

impl Rule for CrossTeamPrivateDependency {
    fn check(&self, reader: Node<'_>, cx: &mut Context<'_>) {
        for parent in cx.parents(reader.id) {
            let is_internal = parent.kind == ResourceType::Model
                && parent.resource.access() != Access::Public
                && cx.project.is_own(parent.resource)
                && !["access", "group", "meta"].iter().any(|field| parent.is_unknown(field));
            if is_internal && let Some(teams) = different_teams(reader, parent, cx) {
                report(reader, parent, &teams, cx);
            }
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let mut models = cx.project.own(ResourceType::Model);
        let is_used = models.any(|(_, model)| model.access() != Access::Protected);
        (!is_used).then(|| "no model of the project is public or private, so `access` is not in use".to_owned())
    }
}

fn report(reader: Node<'_>, parent: Node<'_>, teams: &Teams, cx: &mut Context<'_>) {
    let access = parent.resource.access().as_str();
    let message = format!(
        "{} `{}` of {} reads `{}` of {}, which is {access}",
        reader.kind.label(),
        reader.label(),
        teams.reader,
        parent.label(),
        teams.owner
    );
    cx.report(reader, Place::Parent(parent.id), message)
        .part(format!("parent:{}", parent.unique_id))
        .help(format!(
            "read a public model of {0} instead, or agree with {0} that `{1}` becomes one (`access: public`, with a \
             contract)",
            teams.owner,
            parent.label()
        ))
        .related(parent.id, Place::config("access"), format!("{access} model of {}", teams.owner));
}

fn different_teams(reader: Node<'_>, parent: Node<'_>, cx: &Context<'_>) -> Option<Teams> {
    if let (Some(one), Some(other)) = (reader.group.as_deref(), parent.group.as_deref()) {
        let is_one_team = one == other || may_be_one_owner(one, other, cx);
        return (!is_one_team).then(|| Teams { reader: format!("group `{one}`"), owner: format!("group `{other}`") });
    }
    let (one, other) = (cx.ownership(reader).name?, cx.ownership(parent).name?);
    (!may_be_same(&one, &other)).then_some(Teams { reader: one, owner: other })
}

/// Whether both groups may have the same owner.
fn may_be_one_owner(one: &str, other: &str, cx: &Context<'_>) -> bool {
    // It may be in a file that cannot be read.
    let is_known = |group: &str| cx.project.unreadable.is_empty() || cx.project.group(group).is_some();
    if !is_known(one) || !is_known(other) {
        return true;
    }
    let names = |group: &str| -> Vec<String> {
        let owner = cx.project.group(group).and_then(|group| group.as_group()).map(|group| &group.owner);
        let texts = owner.into_iter().flat_map(|owner| std::iter::once(&owner.name).chain(&owner.email));
        texts.filter(|text| !text.trim().is_empty()).map(|text| text.to_string()).collect()
    };
    let others = names(other);
    names(one).iter().any(|name| others.iter().any(|other| may_be_same(name, other)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::findings::Place;
    use crate::project::{Access, Detail, Group, Owner, Resource, ResourceId, ResourceType, Text};
    use crate::rules::tester::{findings, model, reading, relation, resource};

    fn group(name: &str, owner: &'static str) -> Resource<'static> {
        let owner = Owner { name: Text::from(owner), ..Owner::default() };
        let detail = Detail::Group(Box::new(Group { owner }));
        Resource { detail, ..resource(ResourceType::Group, &format!("group.shop.{name}"), "models/_groups.yml") }
    }

    fn of(group: &'static str, name: &str) -> Resource<'static> {
        Resource { group: Some(Text::from(group)), ..model("marts", name) }
    }

    fn owned(owner: &str, name: &str) -> Resource<'static> {
        let mut made = model("marts", name);
        made.meta.insert("owner".to_owned(), json!(owner));
        made
    }

    fn public(mut made: Resource<'static>) -> Resource<'static> {
        relation(&mut made).access = Access::Public;
        made
    }

    #[test]
    fn groups_read_each_others_public_models_only() {
        let (internal, interface) = (of("finance", "int_orders"), public(of("finance", "fct_orders")));
        let reader = reading(of("marketing", "rpt_campaigns"), &[&internal, &interface]);
        let own = reading(of("finance", "fct_days"), &[&internal]);
        let all = [group("finance", "Ana"), group("marketing", "Ben"), internal, interface, reader, own];
        let found = findings("OWN012", Value::Null, &all);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "model `rpt_campaigns` of group `marketing` reads `int_orders` of group `finance`, which is protected"
        );
        assert_eq!(found[0].part, "parent:model.shop.int_orders");
        assert_eq!(found[0].place, Place::Parent(ResourceId(4)));
    }

    #[test]
    fn groups_of_one_owner_are_one_team() {
        let internal = of("finance", "int_orders");
        let reader = reading(of("ledger", "fct_ledger"), &[&internal]);
        let all = [group("finance", "Ana"), group("ledger", "ana"), internal, reader, public(of("finance", "f"))];
        assert!(findings("OWN012", Value::Null, &all).is_empty());
    }

    #[test]
    fn owners_count_where_groups_are_missing() {
        let internal = owned("Finance Data", "int_orders");
        let foreign = reading(owned("Growth", "rpt_a"), &[&internal]);
        let same = reading(owned("@shop/finance-data", "rpt_b"), &[&internal]);
        let nobodys = reading(model("marts", "rpt_c"), &[&internal]);
        let all = [internal, foreign, same, nobodys, public(owned("Finance Data", "f"))];
        let found = findings("OWN012", Value::Null, &all);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["model `rpt_a` of Growth reads `int_orders` of Finance Data, which is protected"]);
    }

    #[test]
    fn does_not_run_where_access_is_not_in_use() {
        let internal = owned("Finance Data", "int_orders");
        let foreign = reading(owned("Growth", "rpt_a"), &[&internal]);
        assert!(findings("OWN012", Value::Null, &[internal, foreign]).is_empty());
    }
}
