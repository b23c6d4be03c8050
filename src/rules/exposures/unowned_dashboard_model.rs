use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::feeding::{ExposureType, Feeding, in_words, no_exposures};
use crate::findings::Place;
use crate::project::{Ownership, ResourceType};
use crate::rules::ownership::unowned;
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model that feeds a dashboard, directly or through other models, and has no owner.
    ///
    /// An owner is what `meta.owner`, the model's group or CODEOWNERS names; the `owners:` setting says which places
    /// count, and the finding lists those that were looked at. `depth` says how far from an exposure to look: 0 is
    /// every ancestor; 1 is the models that an exposure lists in `depends_on`, and those that it reaches through
    /// metrics, saved queries and semantic models only; 2 is their parents, too.
    ///
    /// In a project of more than five models hardly any of which (at most one in twenty) has an owner, that is one
    /// finding, at `models:` in `dbt_project.yml`, in place of the one of `unowned-model`.
    ///
    /// # Why it matters
    /// When the dashboard is wrong, someone must be called; when the model is to change, someone must say yes. The
    /// owner of the exposure answers for the picture, not for the data. Whatever nobody owns on the way is mended by
    /// whoever feels guilty first, which is always the same person.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
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
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     config:
    ///       meta:
    ///         owner: finance-data@example.com
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
    UnownedDashboardModel(Options),
    code = "EXP007",
    slug = "unowned-dashboard-model",
    area = Exposures,
    trap = ServeTheBusiness,
    default = Error,
    since = "0.1.0",
    subjects = [Model],
    supersedes = ["OWN001"]
}

/// Options of `unowned-dashboard-model`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// How many models away from an exposure to look; 0 is any number.
    pub depth: u32,
    /// Types of exposure that count.
    pub types: Vec<ExposureType>,
}

impl Default for Options {
    fn default() -> Self {
        Self { depth: 0, types: ExposureType::ALL.to_vec() }
    }
}

impl Rule for UnownedDashboardModel {
    fn check_project(&self, cx: &mut Context<'_>) {
        let feeding = Feeding::new(cx, &self.options.types);
        let feeds = |model: &Node<'_>| feeding.feeds(model.id, self.options.depth);
        let models: Vec<Node<'_>> = cx.subjects(ResourceType::Model).filter(feeds).collect();
        if cx.hardly_any_is_owned(&[ResourceType::Model]) {
            report_all(&models, &feeding, cx);
            return;
        }
        for model in models {
            let ownership = cx.ownership(model);
            if ownership.name.is_none() {
                report(model, &ownership, &feeding, cx);
            }
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        no_exposures(cx.project)
    }
}

/// Where hardly a model has an owner, those that feed dashboards are where to begin, and `unowned-model` has no more to
/// say.
fn report_all(feeding_models: &[Node<'_>], feeding: &Feeding, cx: &mut Context<'_>) {
    let feeding_models: Vec<_> = feeding_models.iter().filter(|model| unowned::is_unowned(**model, cx)).collect();
    let Some(first) = feeding_models.first() else { return };
    let evidence = feeding.path(cx, first.id).map(|path| format!("for example {}", cx.path(&path)));
    let count = feeding_models.len();
    let models: Vec<Node<'_>> = cx.subjects(ResourceType::Model).collect();
    let feed = if count == 1 { "1 of them feeds" } else { &format!("{count} of them feed") };
    let message = |nobody: String| format!("{nobody}, and {feed} dashboards");
    if let Some(finding) = unowned::report_all(&models, message, cx) {
        finding.evidence.extend(evidence);
        // The others are the business of `unowned-model`.
        finding.stands_for(feeding_models.iter().map(|model| (model.unique_id.as_str(), "")));
    }
}

fn report(model: Node<'_>, ownership: &Ownership, feeding: &Feeding, cx: &mut Context<'_>) {
    let Some(path) = feeding.path(cx, model.id) else { return };
    let Some(&exposure) = path.last() else { return };
    let exposure = cx.node(exposure);
    let message = format!("model `{}` feeds {} and has no owner", model.label(), in_words(&exposure));
    let key = cx.settings.owners.meta_keys.first().map_or("owner", String::as_str);
    let help = match &model.group {
        Some(group) => format!("give group `{group}` an `owner:` with an e-mail, or set `meta.{key}` on the model"),
        None => format!("put the model into a `group:` that has an owner, or set `meta.{key}` on it or its folder"),
    };
    let evidence = cx.path(&path);
    let under_other_keys = unowned::OtherKeys::of([model], cx);
    let finding = cx.report(model, Place::Entry, message);
    finding
        .help(under_other_keys.first_way() + &help)
        .evidence(evidence)
        .evidence(format!("looked at: {}", ownership.looked_at.join(", ")));
    finding.evidence.extend(under_other_keys.evidence());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Detail, Group, Owner, Resource, ResourceType, Text};
    use crate::rules::tester::{exposure, findings, model, reading, resource, subjects};

    fn chain() -> Vec<Resource<'static>> {
        let staging = model("staging", "stg_orders");
        let orders = reading(model("marts", "fct_orders"), &[&staging]);
        let board = reading(exposure("board"), &[&orders]);
        vec![staging, orders, board, model("marts", "fct_unread")]
    }

    #[test]
    fn every_ancestor_counts_by_default() {
        let found = findings("EXP007", json!(null), &chain());
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "model `fct_orders` feeds dashboard `board` and has no owner",
                "model `stg_orders` feeds dashboard `board` and has no owner",
            ]
        );
        assert_eq!(
            found[1].evidence,
            ["stg_orders → fct_orders → exposure board", "looked at: meta.owner, group (none set)"]
        );
        let found = findings("EXP007", json!({"depth": 1}), &chain());
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn where_hardly_any_is_owned_model_that_is_one_finding() {
        let mut all = chain();
        all.extend(["a", "b", "c"].map(|name| model("marts", name)));
        let found = findings("EXP007", json!(null), &all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "project.shop");
        assert_eq!(found[0].message, "none of the 6 models has an owner, and 2 of them feed dashboards");
        assert_eq!(found[0].evidence[2], "for example fct_orders → exposure board");
        // `unowned-model` has the same subject, so that this finding takes its place.
        assert_eq!(subjects("OWN001", &all), ["project.shop"]);
        let found = findings("EXP007", json!({"depth": 1}), &all);
        assert_eq!(found[0].message, "none of the 6 models has an owner, and 1 of them feeds dashboards");
    }

    #[test]
    fn meta_and_group_name_owners() {
        let mut all = chain();
        all[0].meta.insert("owner".to_owned(), json!("finance"));
        all[1].group = Some(Text::from("finance"));
        let found = findings("EXP007", json!(null), &all);
        assert_eq!(found[0].help, "give group `finance` an `owner:` with an e-mail, or set `meta.owner` on the model");
        let owner = Owner { name: Text::from("Finance Data"), ..Owner::default() };
        let mut group = resource(ResourceType::Group, "group.shop.finance", "models/groups.yml");
        group.detail = Detail::Group(Box::new(Group { owner }));
        all.push(group);
        assert!(subjects("EXP007", &all).is_empty());
    }
}
