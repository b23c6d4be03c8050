use super::unowned;
use crate::project::ResourceType;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a seed or snapshot that nobody owns.
    ///
    /// The owner is the first found of `meta.owner` (other keys: `owners.meta-keys`), set on it or on its folder; the
    /// owner of its group; the nearest line of CODEOWNERS, if `owners.codeowners` is on. In a project with more than five
    /// of them hardly any of which (at most one in twenty) has an owner, that is one finding, in `dbt_project.yml`.
    ///
    /// # Why it matters
    /// A seed is kept by hand and a snapshot cannot be made again. Both go wrong silently: the one when nobody updates
    /// it, the other when nobody notices that it stopped.
    ///
    /// # Example
    /// ```yaml
    /// # seeds/_seeds.yml
    /// seeds:
    ///   - name: country_codes
    ///     description: Countries we deliver to.
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # seeds/_seeds.yml
    /// seeds:
    ///   - name: country_codes
    ///     description: Countries we deliver to.
    ///     config:
    ///       meta:
    ///         owner: Logistics Data
    /// ```
    UnownedSeedOrSnapshot(NoOptions),
    code = "OWN005",
    slug = "unowned-seed-or-snapshot",
    area = Ownership,
    trap = Centralise,
    default = Info,
    since = "0.1.0",
    subjects = [Seed, Snapshot]
}

const KINDS: [ResourceType; 2] = [ResourceType::Seed, ResourceType::Snapshot];

impl Rule for UnownedSeedOrSnapshot {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        if !cx.hardly_any_is_owned(&KINDS) {
            unowned::report(node, cx);
        }
    }

    fn check_project(&self, cx: &mut Context<'_>) {
        if cx.hardly_any_is_owned(&KINDS) {
            let nodes: Vec<Node<'_>> = KINDS.iter().flat_map(|&kind| cx.subjects(kind)).collect();
            unowned::report_all(&nodes, |message| message, cx);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::findings::Place;
    use crate::project::ResourceType;
    use crate::rules::tester::{findings, resource};

    #[test]
    fn where_hardly_any_is_owned_that_is_one_finding() {
        let seed = |number| resource(ResourceType::Seed, &format!("seed.shop.s{number}"), "seeds/s.csv");
        let mut all: Vec<_> = (0..5).map(seed).collect();
        all.push(resource(ResourceType::Snapshot, "snapshot.shop.prices", "snapshots/prices.sql"));
        let found = findings("OWN005", Value::Null, &all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "none of the 5 seeds and 1 snapshot has an owner");
        assert_eq!(found[0].evidence[1], "by folder: seeds 5, snapshots 1");
        assert!(found[0].help.starts_with("set `seeds: {shop: {+meta: {owner: <team>}}}` in dbt_project.yml; or"));
        // The largest folder is the example.
        let prices = |number| format!("snapshots/prices/p{number}.sql");
        let snapshot = |number| resource(ResourceType::Snapshot, &format!("snapshot.shop.p{number}"), &prices(number));
        all.extend((0..6).map(snapshot));
        let found = findings("OWN005", Value::Null, &all);
        assert!(
            found[0].help.starts_with("begin with a folder: `snapshots: {shop: {prices: {+meta: {owner: <team>}}}}`")
        );
        assert_eq!(found[0].place, Place::ProjectKey(vec!["snapshots".to_owned()]));
    }

    #[test]
    fn both_need_an_owner() {
        let seed = resource(ResourceType::Seed, "seed.shop.countries", "seeds/countries.csv");
        let snapshot = resource(ResourceType::Snapshot, "snapshot.shop.prices", "snapshots/prices.sql");
        let mut owned = resource(ResourceType::Seed, "seed.shop.targets", "seeds/targets.csv");
        owned.meta.insert("owner".to_owned(), json!({"name": "Finance Data", "slack": "#finance"}));
        let found = findings("OWN005", Value::Null, &[seed, snapshot, owned]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["seed `countries` has no owner", "snapshot `prices` has no owner"]);
        assert_eq!(found[0].evidence, ["looked at meta.owner, group (none set)"]);
    }
}
