use super::feeding::in_words;
use crate::findings::Place;
use crate::project::{RefCall, Resource, ResourceType};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an exposure that depends on a disabled model, seed, snapshot or source.
    ///
    /// Of a versioned model the version counts that the `ref` names. An exposure that is itself switched off with
    /// `enabled: false` is no finding. dbt 1 refuses such a project when it parses it, so that its manifest never shows
    /// the defect; dbt 2 warns, drops the exposure and goes on.
    ///
    /// # Why it matters
    /// The table behind the dashboard is no longer built. Its last rows stay, so the dashboard still shows numbers;
    /// they are older every day, and nothing fails.
    ///
    /// # Example
    /// ```yaml
    /// # models/exposures.yml
    /// exposures:
    ///   - name: loyalty_board
    ///     type: dashboard
    ///     owner:
    ///       email: marketing@example.com
    ///     depends_on:
    ///       - ref('fct_loyalty_balances')
    /// ```
    /// ```sql
    /// -- models/marts/fct_loyalty_balances.sql
    /// {{ config(enabled=false) }}
    /// select 1 as customer_id
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/exposures.yml
    /// exposures:
    ///   - name: loyalty_board
    ///     type: dashboard
    ///     owner:
    ///       email: marketing@example.com
    ///     depends_on:
    ///       - ref('fct_loyalty_balances')
    /// ```
    /// ```sql
    /// -- models/marts/fct_loyalty_balances.sql
    /// select 1 as customer_id
    /// ```
    DashboardOnDisabledModel(NoOptions),
    code = "EXP016",
    slug = "dashboard-on-disabled-model",
    area = Exposures,
    trap = ServeTheBusiness,
    default = Error,
    since = "0.1.0",
    subjects = [Exposure]
}

impl Rule for DashboardOnDisabledModel {
    fn check(&self, exposure: Node<'_>, cx: &mut Context<'_>) {
        let refs = exposure.as_exposure().map_or(&[][..], |detail| &detail.refs);
        let by_ref = refs.iter().filter(|call| !is_resolved(cx, exposure, call));
        let mut disabled: Vec<&Resource<'_>> = by_ref.filter_map(|call| disabled_by_ref(cx, call)).collect();
        let unknown = exposure.depends_on.iter().filter(|name| cx.project.find(name).is_none());
        disabled.extend(
            unknown.filter_map(|name| cx.project.disabled.iter().find(|candidate| candidate.unique_id == *name)),
        );
        disabled.sort_by(|a, b| a.unique_id.cmp(&b.unique_id));
        disabled.dedup_by(|a, b| a.unique_id == b.unique_id);
        for target in disabled {
            let what = format!("{} `{}`", target.kind.label(), target.label());
            let message = format!("{} reads {what}, which is disabled", in_words(&exposure));
            cx.report(exposure, Place::key("depends_on"), message)
                .part(format!("parent:{}", target.unique_id))
                .evidence(format!("{what} is in {}", target.path))
                .help(format!(
                    "enable {what} again, or take it out of `depends_on:`; if the dashboard is gone, too, set \
                     `enabled: false` in the exposure's `config:` or remove it"
                ));
        }
    }
}

/// Whether a `ref` led to a parent that is there.
fn is_resolved(cx: &Context<'_>, exposure: Node<'_>, call: &RefCall<'_>) -> bool {
    cx.parents(exposure.id).any(|parent| is_meant(&parent, call))
}

fn disabled_by_ref<'p>(cx: &Context<'p>, call: &RefCall<'_>) -> Option<&'p Resource<'p>> {
    cx.project.disabled.iter().find(|candidate| is_meant(candidate, call))
}

/// Whether `ref` may mean this resource: name, package and version agree as far as they are given.
fn is_meant(candidate: &Resource<'_>, call: &RefCall<'_>) -> bool {
    let can_be_read = matches!(candidate.kind, ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot);
    let version = || candidate.relation().and_then(|relation| relation.version.as_deref());
    can_be_read
        && candidate.name == call.name
        && call.package.as_ref().is_none_or(|package| *package == candidate.package)
        && call.version.as_ref().is_none_or(|wanted| version() == Some(wanted.as_str()))
}

#[cfg(test)]
mod tests {
    use crate::config::Settings;
    use crate::findings::{Finding, Severity};
    use crate::graph::Graph;
    use crate::project::{Detail, Facts, Project, RefCall, Resource, Text};
    use crate::rules::tester::{exposure, model, reading, relation, source};
    use crate::rules::{Instance, Scope, find, run};

    /// The tester knows of no disabled resources.
    fn findings(resources: Vec<Resource<'static>>, disabled: Vec<Resource<'static>>) -> Vec<Finding> {
        let info = find("EXP016").unwrap();
        let rule = (info.build)(serde_json::Value::Null).unwrap();
        let instances = [Instance { info, severity: Severity::Error, scope: Scope::default(), rule }];
        let project = Project::from(Facts { name: Text::from("shop"), resources, disabled, ..Facts::default() });
        let found = run(&project, &Graph::new(&project), &Settings::default(), &instances).findings;
        found.into_iter().map(|finding| *finding).collect()
    }

    fn with_refs(name: &str, refs: &[(&'static str, Option<&'static str>)]) -> Resource<'static> {
        let mut exposure = exposure(name);
        if let Detail::Exposure(detail) = &mut exposure.detail {
            let call = |&(name, version): &(&'static str, Option<&'static str>)| RefCall {
                name: Text::from(name),
                version: version.map(Text::from),
                ..RefCall::default()
            };
            detail.refs = refs.iter().map(call).collect();
        }
        exposure
    }

    fn version(number: &'static str) -> Resource<'static> {
        let mut model = model("marts", "dim_customers");
        model.unique_id = Text::from(format!("model.shop.dim_customers.v{number}"));
        relation(&mut model).version = Some(Text::from(number));
        model
    }

    #[test]
    fn flags_a_ref_to_a_disabled_model() {
        let orders = model("marts", "fct_orders");
        let board = reading(with_refs("board", &[("fct_orders", None), ("fct_loyalty", None)]), &[&orders]);
        let found = findings(vec![orders, board], vec![model("marts", "fct_loyalty")]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["dashboard `board` reads model `fct_loyalty`, which is disabled"]);
        assert_eq!(found[0].evidence, ["model `fct_loyalty` is in models/marts/fct_loyalty.sql"]);
        assert_eq!(found[0].part, "parent:model.shop.fct_loyalty");
    }

    #[test]
    fn flags_a_disabled_source_that_depends_on_still_names() {
        let orders = source("erp", "orders");
        let found = findings(vec![reading(exposure("board"), &[&orders])], vec![orders]);
        assert_eq!(found[0].message, "dashboard `board` reads source table `erp.orders`, which is disabled");
    }

    #[test]
    fn one_finding_where_both_say_so() {
        let loyalty = model("marts", "fct_loyalty");
        let board = reading(with_refs("board", &[("fct_loyalty", None)]), &[&loyalty]);
        assert_eq!(findings(vec![board], vec![loyalty]).len(), 1);
    }

    #[test]
    fn a_disabled_namesake_does_not_matter() {
        let orders = model("marts", "fct_orders");
        let board = reading(with_refs("board", &[("fct_orders", None)]), &[&orders]);
        assert!(findings(vec![orders.clone(), board], vec![orders]).is_empty());
    }

    #[test]
    fn the_version_counts() {
        let latest = version("2");
        let pinned = reading(with_refs("pinned", &[("dim_customers", Some("1"))]), &[]);
        let open = reading(with_refs("open", &[("dim_customers", None)]), &[&latest]);
        let found = findings(vec![latest, pinned, open], vec![version("1")]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["dashboard `pinned` reads model `dim_customers.v1`, which is disabled"]);
    }

    #[test]
    fn what_does_not_exist_is_another_rule() {
        assert!(findings(vec![with_refs("board", &[("nowhere", None)])], Vec::new()).is_empty());
    }
}
