use crate::findings::Place;
use crate::project::ResourceType;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model that is in no group, in a project that uses groups.
    ///
    /// Groups of installed packages do not count as use.
    ///
    /// # Why it matters
    /// A group gives a model an owner and lets it be private. A model outside of all groups belongs to nobody, and
    /// anyone may build on it; the more there are, the less the groups mean.
    ///
    /// # Example
    /// ```yaml
    /// # models/_models.yml
    /// groups:
    ///   - name: finance
    ///     owner:
    ///       email: finance-data@example.com
    ///
    /// models:
    ///   - name: fct_orders
    /// ```
    /// ```sql
    /// -- models/fct_orders.sql
    /// select 1 as order_id
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/_models.yml
    /// groups:
    ///   - name: finance
    ///     owner:
    ///       email: finance-data@example.com
    ///
    /// models:
    ///   - name: fct_orders
    ///     config:
    ///       group: finance
    /// ```
    /// ```sql
    /// -- models/fct_orders.sql
    /// select 1 as order_id
    /// ```
    UngroupedModel(NoOptions),
    code = "ACC004",
    slug = "ungrouped-model",
    area = Access,
    trap = Centralise,
    default = Info,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for UngroupedModel {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        if model.group.is_some() {
            return;
        }
        cx.report(model, Place::config("group"), format!("model `{}` is in no group", model.label())).help(
            "set `group:` in its `config:`, or `+group:` for its folder in dbt_project.yml, to the team that answers \
             for it",
        );
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let uses_groups = cx.project.own(ResourceType::Group).next().is_some();
        (!uses_groups).then(|| "the project uses no groups".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{ResourceType, Text};
    use crate::rules::tester::{findings, model, resource, subjects};

    #[test]
    fn flags_models_in_no_group() {
        let group = resource(ResourceType::Group, "group.shop.finance", "models/groups.yml");
        let mut grouped = model("marts", "fct_grouped");
        grouped.group = Some(Text::from("finance"));
        let found = findings("ACC004", json!(null), &[group, grouped, model("marts", "fct_free")]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["model `fct_free` is in no group"]);
    }

    #[test]
    fn says_nothing_where_groups_are_not_used() {
        let mut foreign = resource(ResourceType::Group, "group.package.team", "models/groups.yml");
        foreign.package = Text::from("package");
        assert!(subjects("ACC004", &[foreign, model("marts", "fct_free")]).is_empty());
    }
}
