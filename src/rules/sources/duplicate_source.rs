use std::collections::BTreeMap;

use crate::findings::Place;
use crate::project::{Resource, ResourceType, Source};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a source table that is the same relation in the warehouse as another one.
    ///
    /// Two are the same if database, schema and identifier are. Capitals make no difference where dbt does not quote the
    /// name; where it does, they do, since the warehouse may then hold both. Of several, the first by its id is kept,
    /// and each of the others is flagged. Tables that installed packages define are not compared.
    ///
    /// # Why it matters
    /// Two entries have two descriptions, two owners and two sets of tests, and lineage shows two origins where there is
    /// one: who asks what depends on the table gets half of the answer.
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     schema: raw_erp
    ///     tables:
    ///       - name: orders
    ///   - name: sales
    ///     schema: raw_erp
    ///     tables:
    ///       - name: sales_orders
    ///         identifier: orders
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     schema: raw_erp
    ///     tables:
    ///       - name: orders
    /// ```
    DuplicateSource(NoOptions),
    code = "SRC006",
    slug = "duplicate-source",
    area = Sources,
    trap = Centralise,
    default = Warning,
    since = "0.1.0",
    subjects = [Source]
}

impl Rule for DuplicateSource {
    fn check_project(&self, cx: &mut Context<'_>) {
        let mut relations: BTreeMap<[String; 3], Vec<Node<'_>>> = BTreeMap::new();
        for table in cx.subjects(ResourceType::Source) {
            if let Some(key) = table.resource.as_source().filter(|_| is_named(table.resource)).and_then(relation) {
                relations.entry(key).or_default().push(table);
            }
        }
        for tables in relations.values() {
            if let [kept, others @ ..] = tables.as_slice() {
                others.iter().for_each(|&table| report(table, *kept, cx));
            }
        }
    }
}

/// Whether all parts of its name are known.
fn is_named(table: &Resource<'_>) -> bool {
    !["database", "schema", "identifier"].iter().any(|part| table.is_unknown(part))
}

/// Database, schema and identifier in a form that is equal for one relation; `None` where the table's name is unknown.
fn relation(source: &Source<'_>) -> Option<[String; 3]> {
    source.identifier.non_empty()?;
    let parts = [&source.database, &source.schema, &source.identifier];
    Some(parts.map(|part| if is_quoted(part, &source.relation_name) { part.to_string() } else { part.to_lowercase() }))
}

/// Whether the part stands in quotes in the relation's full name. A name that is not known counts as quoted, because
/// then capitals may make a difference.
fn is_quoted(part: &str, relation_name: &str) -> bool {
    let is_quote = |c: char| matches!(c, '"' | '`' | '[');
    let stands_quoted = |(at, _): (usize, &str)| relation_name[..at].ends_with(is_quote);
    relation_name.is_empty() || relation_name.match_indices(part).any(stands_quoted)
}

fn report(table: Node<'_>, kept: Node<'_>, cx: &mut Context<'_>) {
    let name = table.resource.as_source().map(|source| {
        let parts = [&source.database, &source.schema, &source.identifier];
        parts.into_iter().filter_map(|part| part.non_empty()).collect::<Vec<_>>().join(".")
    });
    let message = format!(
        "source table `{}` is the same relation as `{}`: {}",
        table.label(),
        kept.label(),
        name.unwrap_or_default()
    );
    let evidence: Vec<String> = [kept, table].into_iter().filter_map(|table| readers(table, cx)).collect();
    let finding = cx.report(table, Place::Entry, message);
    finding.help(format!("read `{}` where `{}` is read, and remove this entry", kept.label(), table.label())).related(
        kept.id,
        Place::Entry,
        "the same relation",
    );
    finding.evidence = evidence;
}

fn readers(table: Node<'_>, cx: &Context<'_>) -> Option<String> {
    let names: Vec<String> = cx.consumers(table.id).map(|reader| reader.label()).collect();
    (!names.is_empty()).then(|| format!("`{}` is read by {}", table.label(), listed(names)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::findings::Place;
    use crate::project::{Detail, Resource, Text};
    use crate::rules::tester::{findings, model, reading, source, subjects};

    fn table(group: &str, name: &str, relation: [&str; 3], quoted: bool) -> Resource<'static> {
        let mut table = source(group, name);
        if let Detail::Source(detail) = &mut table.detail {
            let [database, schema, identifier] = relation.map(|part| Text::from(part.to_owned()));
            let parts = relation.map(|part| if quoted { format!("\"{part}\"") } else { part.to_owned() });
            (detail.database, detail.schema, detail.identifier) = (database, schema, identifier);
            detail.relation_name = Text::from(parts.join("."));
        }
        table
    }

    #[test]
    fn two_names_for_one_relation() {
        let kept = table("erp", "orders", ["raw", "erp", "orders"], true);
        let again = table("sales", "sales_orders", ["raw", "erp", "orders"], true);
        let other = table("erp", "lines", ["raw", "erp", "lines"], true);
        let reader = reading(model("staging", "stg_sales__orders"), &[&again]);
        let found = findings("SRC006", json!(null), &[kept, again, other, reader]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "source.shop.sales.sales_orders");
        assert_eq!(
            found[0].message,
            "source table `sales.sales_orders` is the same relation as `erp.orders`: raw.erp.orders"
        );
        assert_eq!(found[0].place, Place::Entry);
        assert_eq!(found[0].evidence, ["`sales.sales_orders` is read by stg_sales__orders"]);
        assert_eq!(found[0].help, "read `erp.orders` where `sales.sales_orders` is read, and remove this entry");
        assert_eq!(found[0].related[0].label, "the same relation");
    }

    #[test]
    fn each_but_the_first_is_flagged() {
        let tables = ["a", "b", "c"].map(|group| table(group, "orders", ["raw", "erp", "orders"], true));
        assert_eq!(subjects("SRC006", &tables), ["source.shop.b.orders", "source.shop.c.orders"]);
    }

    #[test]
    fn capitals_differ_only_in_quotes() {
        let upper = |quoted| table("a", "orders", ["RAW", "ERP", "ORDERS"], quoted);
        let lower = |quoted| table("b", "orders", ["raw", "erp", "orders"], quoted);
        assert_eq!(subjects("SRC006", &[upper(false), lower(false)]), ["source.shop.b.orders"]);
        assert!(subjects("SRC006", &[upper(true), lower(true)]).is_empty());
        let unknown = |mut table: Resource<'static>| {
            if let Detail::Source(detail) = &mut table.detail {
                detail.relation_name = Text::default();
            }
            table
        };
        assert!(subjects("SRC006", &[unknown(upper(false)), unknown(lower(false))]).is_empty());
    }

    #[test]
    fn one_name_in_two_schemas_is_two_relations() {
        let one = table("a", "orders", ["raw", "erp", "orders"], false);
        let two = table("b", "orders", ["raw", "erp_archive", "orders"], false);
        assert!(subjects("SRC006", &[one, two]).is_empty());
    }

    #[test]
    fn tables_of_packages_are_not_compared() {
        let ours = table("erp", "orders", ["raw", "erp", "orders"], false);
        let mut theirs = table("hub", "orders", ["raw", "erp", "orders"], false);
        theirs.package = Text::from("dbt_hubspot");
        assert!(subjects("SRC006", &[ours, theirs]).is_empty());
    }

    #[test]
    fn without_an_identifier_nothing_is_known() {
        assert!(subjects("SRC006", &[source("a", "orders"), source("b", "orders")]).is_empty());
    }
}
