use std::collections::HashSet;

use crate::findings::Place;
use crate::project::ResourceType;
use crate::rules::{Context, NoOptions, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a group that nothing belongs to.
    ///
    /// Any resource of the project or its packages counts as a member, whatever its type; so does a disabled one,
    /// because it needs the group again on the day it is switched on.
    ///
    /// # Why it matters
    /// A group without members is a team that the project believes in and that owns nothing: planned and never
    /// started, or emptied when its models moved. Either way the list of owners is wrong.
    ///
    /// # Example
    /// ```yaml
    /// # models/_groups.yml
    /// groups:
    ///   - name: growth
    ///     owner:
    ///       email: growth@shop.example
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/_groups.yml
    /// groups:
    ///   - name: growth
    ///     owner:
    ///       email: growth@shop.example
    /// models:
    ///   - name: fct_trials
    ///     config:
    ///       group: growth
    /// ```
    UnusedGroup(NoOptions),
    code = "OWN011",
    slug = "unused-group",
    area = Ownership,
    trap = Centralise,
    default = Warning,
    since = "0.1.0",
    subjects = [Group]
}

impl Rule for UnusedGroup {
    fn check_project(&self, cx: &mut Context<'_>) {
        let everything = cx.project.resources.iter().chain(&cx.project.disabled);
        // dbt takes the config of `models:` for groups as well, and `+group:` there makes no group a member of one.
        let everything = everything.filter(|resource| resource.kind != ResourceType::Group);
        let used: HashSet<&str> = everything.filter_map(|resource| resource.group.as_deref()).collect();
        let groups = cx.subjects(ResourceType::Group);
        let unused: Vec<_> = groups.filter(|group| !used.contains(group.name.as_str())).collect();
        for group in unused {
            cx.report(group, Place::Entry, format!("nothing belongs to group `{}`", group.name)).help(format!(
                "remove it, or put its models into it with `group: {0}` in their config or `+group: {0}` for their \
                 folder in dbt_project.yml",
                group.name
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::{ResourceType, Text};
    use crate::rules::tester::{findings, model, resource};

    #[test]
    fn a_group_needs_a_member() {
        let group = |name: &str| resource(ResourceType::Group, &format!("group.shop.{name}"), "models/_groups.yml");
        let mut member = model("marts", "fct_orders");
        member.group = Some(Text::from("finance"));
        // As `+group: growth` for all models makes it.
        let mut growth = group("growth");
        growth.group = Some(Text::from("growth"));
        let found = findings("OWN011", Value::Null, &[group("finance"), growth, member]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["nothing belongs to group `growth`"]);
    }
}
