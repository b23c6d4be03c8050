use std::collections::BTreeMap;

use crate::findings::Place;
use crate::project::{Relation, Resource, ResourceId, ResourceType};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model, seed or snapshot that builds the same relation in the warehouse as another one.
    ///
    /// Database, schema and alias are compared as the warehouse compares them: dbt itself refuses two names that are
    /// written alike, but not `Orders` and `orders` where the warehouse takes those for one. Names in quotes count as
    /// different where quotes preserve case (Snowflake, Postgres, Redshift), and names that differ in case never count
    /// as one on adapters whose habits are not known, nor on BigQuery, which tells them apart. Ephemeral models build
    /// nothing. Versions count like any other models. Of several resources with one relation one is let
    /// pass: a package's, or the first that has the relation's name without an alias.
    ///
    /// # Why it matters
    /// The two overwrite each other, and which of them is there after a run depends on which was built last. Everything
    /// downstream shows the one or the other, and no test has to fail.
    ///
    /// # Example
    /// ```sql
    /// -- models/marts/dim_products.sql
    /// select 1 as product_id
    /// ```
    /// ```sql
    /// -- models/marts/dim_products_new.sql
    /// {{ config(alias='dim_products') }}
    /// select 1 as product_id, 'hammer' as product_name
    /// ```
    ///
    /// # Use instead
    /// ```sql
    /// -- models/marts/dim_products.sql
    /// select 1 as product_id
    /// ```
    /// ```sql
    /// -- models/marts/dim_products_new.sql
    /// select 1 as product_id, 'hammer' as product_name
    /// ```
    DuplicateRelation(NoOptions),
    code = "DAG017",
    slug = "duplicate-relation",
    area = Lineage,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Model, Seed, Snapshot]
}

impl Rule for DuplicateRelation {
    fn check_project(&self, cx: &mut Context<'_>) {
        let folding = Folding::of(&cx.project.adapter);
        let mut builders: BTreeMap<String, Vec<ResourceId>> = BTreeMap::new();
        for (id, resource) in cx.project.iter() {
            if let Some(relation) = built(resource) {
                builders.entry(folding.identity(relation)).or_default().push(id);
            }
        }
        for ids in builders.values().filter(|ids| ids.len() > 1) {
            let is_subject = |id: &ResourceId| cx.settings.is_subject(cx.project, cx.project.get(*id));
            // Of one of ours and one of a package's, ours is the one to change; of two of ours, the one with an alias.
            let package = ids.iter().find(|id| !is_subject(id));
            let kept = *package.or_else(|| ids.iter().find(|id| has_own_name(cx.node(**id)))).unwrap_or(&ids[0]);
            let later: Vec<ResourceId> = ids.iter().copied().filter(|id| *id != kept && is_subject(id)).collect();
            for id in later {
                report(id, kept, cx);
            }
        }
    }
}

fn report(id: ResourceId, kept: ResourceId, cx: &mut Context<'_>) {
    let (node, other) = (cx.node(id), cx.node(kept));
    let relation = node.relation().map(written).unwrap_or_default();
    let message = format!(
        "{} `{}` builds `{relation}`, and so does {} `{}`",
        node.kind.label(),
        node.label(),
        other.kind.label(),
        other.label()
    );
    cx.report(node, Place::config("alias"), message)
        .help("give one of them another name, alias or schema, or delete the one that is not meant to be there")
        .related(kept, Place::config("alias"), "builds the same relation");
}

/// Whether the relation is named as the resource is, and not by an alias.
fn has_own_name(node: Node<'_>) -> bool {
    node.relation().is_some_and(|relation| relation.alias.eq_ignore_ascii_case(&node.name))
}

/// What the resource builds, if it builds something in the warehouse.
fn built<'r, 'p>(resource: &'r Resource<'p>) -> Option<&'r Relation<'p>> {
    let relation = resource.relation()?;
    let builds = match resource.kind {
        ResourceType::Model => !relation.is_ephemeral(),
        ResourceType::Seed | ResourceType::Snapshot => true,
        _ => false,
    };
    let is_named = !["database", "schema", "alias"].iter().any(|part| resource.is_unknown(part));
    (builds && is_named && !relation.alias.is_empty()).then_some(relation)
}

/// The relation's name for people, without quotes.
fn written(relation: &Relation<'_>) -> String {
    let parts = [&relation.database, &relation.schema, &relation.alias];
    parts.into_iter().filter_map(|part| part.non_empty()).collect::<Vec<_>>().join(".")
}

/// When a warehouse takes two names for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Folding {
    /// Only if they are equal: the warehouse does so, or is not known.
    Exact,
    /// A name without quotes means the same name in lower case.
    UnquotedToLower,
    /// A name without quotes means the same name in upper case.
    UnquotedToUpper,
    /// If they differ in case only, quoted or not.
    IgnoreCase,
}

impl Folding {
    fn of(adapter: &str) -> Self {
        match adapter {
            "snowflake" => Self::UnquotedToUpper,
            "postgres" | "redshift" => Self::UnquotedToLower,
            "duckdb" | "databricks" | "spark" | "trino" | "athena" => Self::IgnoreCase,
            _ => Self::Exact,
        }
    }

    /// A text that two relations share if and only if they are one.
    fn identity(self, relation: &Relation<'_>) -> String {
        // Manifests before dbt 1.3 lack the name as the warehouse gets it, and so do not say what is quoted.
        let Some(name) = relation.relation_name.non_empty() else { return written(relation) };
        let mut quote = None;
        let mut identity = String::with_capacity(name.len());
        for letter in name.chars() {
            match (quote, letter) {
                (None, '"' | '`' | '[') => quote = Some(if letter == '[' { ']' } else { letter }),
                (Some(closing), _) if letter == closing => quote = None,
                (_, letter) => identity.push(self.fold(letter, quote.is_some())),
            }
        }
        identity
    }

    fn fold(self, letter: char, quoted: bool) -> char {
        match self {
            Self::UnquotedToLower if !quoted => letter.to_ascii_lowercase(),
            Self::UnquotedToUpper if !quoted => letter.to_ascii_uppercase(),
            Self::IgnoreCase => letter.to_ascii_lowercase(),
            _ => letter,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::Folding;
    use crate::project::{Detail, Relation, Resource, ResourceType, Text};
    use crate::rules::tester::{findings, model, relation, resource, subjects};

    fn named(name: &str, relation_name: &str) -> Resource<'static> {
        let mut model = model("marts", name);
        let detail = relation(&mut model);
        detail.schema = Text::from("main");
        detail.alias = Text::from("orders");
        detail.relation_name = Text::from(relation_name.to_owned());
        model
    }

    #[test]
    fn names_both_builders() {
        let all = [named("fct_orders", "shop.main.orders"), named("orders_old", "shop.main.orders")];
        let found = findings("DAG017", Value::Null, &all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "model.shop.orders_old");
        assert_eq!(found[0].message, "model `orders_old` builds `main.orders`, and so does model `fct_orders`");
        assert_eq!(found[0].related.len(), 1);
    }

    #[test]
    fn without_relation_names_the_parts_are_compared() {
        let mut seed = resource(ResourceType::Seed, "seed.shop.orders", "seeds/orders.csv");
        seed.detail = Detail::Relation(Box::new(Relation {
            schema: Text::from("main"),
            alias: Text::from("orders"),
            ..Relation::default()
        }));
        assert_eq!(subjects("DAG017", &[named("fct_orders", ""), seed]), ["model.shop.fct_orders"]);
    }

    #[test]
    fn where_a_package_is_there_already_ours_is_reported() {
        let ours = named("a", "main.orders");
        let mut theirs = named("b", "main.orders");
        theirs.package = Text::from("hubspot");
        assert_eq!(subjects("DAG017", &[ours, theirs.clone()]), ["model.shop.a"]);
        let mut more = named("c", "main.orders");
        more.package = Text::from("hubspot");
        assert!(subjects("DAG017", &[theirs, more]).is_empty());
    }

    #[test]
    fn the_one_with_an_alias_is_reported() {
        let all = [named("a", "main.orders"), named("orders", "main.orders")];
        assert_eq!(subjects("DAG017", &all), ["model.shop.a"]);
    }

    #[test]
    fn ephemeral_models_build_nothing() {
        let mut ephemeral = named("int_orders", "");
        relation(&mut ephemeral).materialized = Text::from("ephemeral");
        assert!(subjects("DAG017", &[ephemeral, named("orders", "")]).is_empty());
    }

    #[test]
    fn compares_as_the_warehouse_does() {
        for (adapter, one, other, same) in [
            ("snowflake", "db.main.orders", "DB.MAIN.Orders", true),
            ("snowflake", "db.main.orders", "db.main.\"ORDERS\"", true),
            ("snowflake", "db.main.orders", "db.main.\"orders\"", false),
            ("postgres", "\"db\".\"main\".\"orders\"", "\"db\".\"main\".\"Orders\"", false),
            ("postgres", "\"db\".\"main\".\"orders\"", "db.main.Orders", true),
            ("duckdb", "\"db\".\"main\".\"orders\"", "\"db\".\"main\".\"Orders\"", true),
            ("bigquery", "`db`.`main`.`orders`", "`db`.`main`.`Orders`", false),
            ("bigquery", "`db`.`main`.`orders`", "`db`.main.`orders`", true),
            ("", "db.main.orders", "db.main.Orders", false),
        ] {
            let identity = |name: &str| {
                let relation = Relation { relation_name: Text::from(name.to_owned()), ..Relation::default() };
                Folding::of(adapter).identity(&relation)
            };
            assert_eq!(identity(one) == identity(other), same, "{adapter}: {one} {other}");
        }
    }
}
