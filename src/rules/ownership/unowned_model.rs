use super::unowned;
use crate::project::ResourceType;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model that nobody owns.
    ///
    /// The owner is the first found of: `meta.owner` (other keys: `owners.meta-keys`), set on the model or on its folder;
    /// the owner of its group; the nearest line of CODEOWNERS, if `owners.codeowners` is on. A placeholder (`tbd`,
    /// `todo`, `none`, ...) is no owner. The finding lists the places that were looked at and, where a dashboard rests on
    /// the model, shows the way.
    ///
    /// In a project of more than five models hardly any of which (at most one in twenty) has an owner, that is one
    /// finding, at `models:` in `dbt_project.yml`: what is missing there is a beginning. Beyond that, each model without
    /// is one.
    ///
    /// # Why it matters
    /// When the number is wrong on Monday morning, somebody must be the one to look. A model without an owner is fixed
    /// by whoever complains loudest, changed by anybody, and deleted by no one.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order.
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order.
    ///     config:
    ///       meta:
    ///         owner: Finance Data
    /// ```
    UnownedModel(NoOptions),
    code = "OWN001",
    slug = "unowned-model",
    area = Ownership,
    trap = Centralise,
    default = Warning,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for UnownedModel {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        if !cx.hardly_any_is_owned(&[ResourceType::Model]) {
            unowned::report(model, cx);
        }
    }

    fn check_project(&self, cx: &mut Context<'_>) {
        if cx.hardly_any_is_owned(&[ResourceType::Model]) {
            let models: Vec<Node<'_>> = cx.subjects(ResourceType::Model).collect();
            unowned::report_all(&models, |message| message, cx);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::config::Settings;
    use crate::findings::Place;
    use crate::project::{Detail, FileOwners, Group, Owner, Owners, Resource, ResourceType, Text};
    use crate::rules::tester::{exposure, findings, findings_with, model, reading, resource, subjects};

    fn group(name: &str, owner: &'static str) -> Resource<'static> {
        let owner = Owner { name: Text::from(owner), ..Owner::default() };
        let detail = Detail::Group(Box::new(Group { owner }));
        Resource { detail, ..resource(ResourceType::Group, &format!("group.shop.{name}"), "models/_groups.yml") }
    }

    fn in_group(name: &str, group: &'static str) -> Resource<'static> {
        Resource { group: Some(Text::from(group)), ..model("marts", name) }
    }

    #[derive(Debug)]
    struct Marts;

    impl FileOwners for Marts {
        fn owners(&self, path: &str) -> Option<String> {
            path.starts_with("models/marts/").then(|| "@shop/data".to_owned())
        }
    }

    #[test]
    fn meta_and_group_name_owners() {
        let mut by_meta = model("marts", "a");
        by_meta.meta.insert("owner".to_owned(), json!("Finance Data"));
        let all = [
            by_meta,
            in_group("b", "finance"),
            in_group("c", "ghost"),
            model("marts", "d"),
            group("finance", "Ana"),
            group("ghost", ""),
        ];
        assert_eq!(subjects("OWN001", &all), ["model.shop.c", "model.shop.d"]);
    }

    #[test]
    fn says_where_it_looked_and_what_to_do() {
        let mut listed = model("marts", "a");
        listed.properties_path = Some(Text::from("models/marts/_marts.yml"));
        let found = findings("OWN001", Value::Null, &[listed.clone(), model("marts", "b")]);
        assert_eq!(found[0].message, "model `a` has no owner");
        assert_eq!(found[0].place, Place::Entry);
        assert_eq!(found[0].evidence, ["looked at meta.owner, group (none set)"]);
        assert_eq!(
            found[0].help,
            "add `meta: {owner: <team>}` under `config:` of its entry in models/marts/_marts.yml, \
             or set `+meta: {owner: <team>}` for the folder models/marts in dbt_project.yml"
        );
        assert!(
            found[1]
                .help
                .starts_with("give it an entry with `config: {meta: {owner: <team>}}` in models/marts/_marts.yml"),
            "{}",
            found[1].help
        );

        let found = findings("OWN001", Value::Null, &[listed, group("finance", "Ana")]);
        assert!(
            found[0].help.ends_with("or put the folder models/marts into a group with `+group:` in dbt_project.yml"),
            "{}",
            found[0].help
        );
        let found = findings("OWN001", Value::Null, &[in_group("c", "ghost"), group("ghost", "")]);
        assert_eq!(found[0].evidence, ["looked at meta.owner, owner of group `ghost`"]);
        assert!(
            found[0].help.ends_with("or give its group `ghost` an owner with a name and an e-mail"),
            "{}",
            found[0].help
        );
    }

    fn many(folders: &[(&str, usize)]) -> Vec<Resource<'static>> {
        let made = |(folder, count): &(&str, usize)| {
            let folder = (*folder).to_owned();
            (0..*count).map(move |number| model(&folder, &format!("{}_{number}", folder.replace('/', "_"))))
        };
        folders.iter().flat_map(made).collect()
    }

    #[test]
    fn where_hardly_any_is_ownedthing_that_is_one_finding() {
        let mut all = many(&[("staging/erp", 3), ("staging/crm", 2), ("marts", 2)]);
        let found = findings("OWN001", Value::Null, &all);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].subject.as_str(), found[0].part.as_str()), ("project.shop", ""));
        assert_eq!(found[0].message, "none of the 7 models has an owner");
        assert_eq!(found[0].place, Place::ProjectKey(vec!["models".to_owned()]));
        assert_eq!(found[0].evidence, ["looked at meta.owner, groups", "by folder: models/staging 5, models/marts 2"]);
        assert_eq!(
            found[0].help,
            "begin with a folder: `models: {shop: {staging: {+meta: {owner: <team>}}}}` in dbt_project.yml; or put them \
             into groups, whose owners count; or set `owners: {codeowners: true}` in dbt-steward.yml, if CODEOWNERS says \
             it"
        );
        // Once there are owners, each of the others is a gap.
        all[0].meta.insert("owner".to_owned(), json!("Ana"));
        assert_eq!(subjects("OWN001", &all).len(), 6);
    }

    #[test]
    fn one_owner_in_twenty_is_hardly_a_beginning() {
        let mut all = many(&[("marts", 40)]);
        all[..2].iter_mut().for_each(|model| drop(model.meta.insert("owner".to_owned(), json!("Ana"))));
        let found = findings("OWN001", Value::Null, &all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "38 of the 40 models have no owner");
        all[2].meta.insert("owner".to_owned(), json!("Ana"));
        assert_eq!(subjects("OWN001", &all).len(), 37);
    }

    #[test]
    fn a_few_models_are_a_finding_each() {
        assert_eq!(subjects("OWN001", &many(&[("marts", 5)])).len(), 5);
        assert_eq!(subjects("OWN001", &many(&[("marts", 6)])), ["project.shop"]);
    }

    #[test]
    fn a_placeholder_is_nobody() {
        let mut placeholder = model("marts", "a");
        placeholder.meta.insert("owner".to_owned(), json!("TBD"));
        let found = findings("OWN001", Value::Null, &[placeholder]);
        assert_eq!(found[0].message, "model `a` names \"TBD\" as its owner, which is nobody");
        assert_eq!(found[0].place, Place::Key(vec!["meta".to_owned(), "owner".to_owned()]));
    }

    #[test]
    fn a_key_that_is_nearly_right_is_named() {
        let plain = findings("OWN001", Value::Null, &[model("marts", "a")])[0].help.clone();
        let evidence = |key: &str, value: Value| {
            let mut slipped = model("marts", "a");
            slipped.meta.insert(key.to_owned(), value);
            let found = findings("OWN001", Value::Null, &[slipped]);
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].help, plain, "the key is to be corrected, not to be looked at: {key}");
            found[0].evidence[1..].to_vec()
        };
        for key in ["ownr", "onwer", "owners", "Owner"] {
            assert_eq!(evidence(key, json!("Ana")), [format!("meta.{key} is there; did you mean meta.owner?")]);
        }
        for (key, value) in
            [("tower", json!("Ana")), ("ownership", json!("Ana")), ("owned", json!(true)), ("own", json!("A"))]
        {
            assert!(evidence(key, value).is_empty(), "{key}");
        }
        // The right key is there, and names nobody.
        let mut both = model("marts", "a");
        both.meta.insert("ownr".to_owned(), json!("Ana"));
        both.meta.insert("owner".to_owned(), json!("TBD"));
        assert_eq!(findings("OWN001", Value::Null, &[both])[0].evidence.len(), 1);

        let owners = Owners { meta_keys: vec!["governance.owner".to_owned()], ..Owners::default() };
        let settings = Settings { owners, ..Settings::default() };
        let mut nested = model("marts", "a");
        nested.meta.insert("governance".to_owned(), json!({"ownr": "Ana"}));
        nested.meta.insert("ownr".to_owned(), json!("Ana"));
        let found = findings_with("OWN001", Value::Null, &[nested], &settings);
        assert_eq!(found[0].evidence[1], "meta.governance.ownr is there; did you mean meta.governance.owner?");
    }

    #[test]
    fn shows_the_way_to_a_dashboard() {
        let orders = model("marts", "fct_orders");
        let weekly = reading(exposure("weekly"), &[&orders]);
        let found = findings("OWN001", Value::Null, &[orders, weekly]);
        assert_eq!(found[0].evidence[1], "a dashboard rests on it: fct_orders → exposure weekly");
    }

    #[test]
    fn codeowners_and_other_keys_count_where_configured() {
        let owners = Owners {
            meta_keys: vec!["governance.owner".to_owned()],
            codeowners: Some(Box::new(Marts)),
            ..Owners::default()
        };
        let settings = Settings { owners, ..Settings::default() };
        let mut nested = model("staging", "a");
        nested.meta.insert("governance".to_owned(), json!({"owner": "Ana"}));
        let all = [nested, model("staging", "b"), model("marts", "c")];
        let found = findings_with("OWN001", Value::Null, &all, &settings);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "model.shop.b");
        assert_eq!(found[0].evidence, ["looked at meta.governance.owner, group (none set), CODEOWNERS"]);
        assert_eq!(
            found[0].help,
            "give it an entry with `config: {meta: {governance: {owner: <team>}}}` in a YAML file beside \
             models/staging/b.sql, or set `+meta: {governance: {owner: <team>}}` for the folder models/staging in \
             dbt_project.yml, or add a line for models/staging/b.sql to CODEOWNERS"
        );
    }
}
