use super::unowned;
use crate::findings::Place;
use crate::project::ResourceType;
use crate::rules::{Context, NoOptions, Node, Rule, SourceGroup, declare_rule};
use crate::words::{counted, listed};

declare_rule! {
    /// # What it does
    /// Flags a source that nobody owns.
    ///
    /// The owner is the first found of `meta.owner` (other keys: `owners.meta-keys`) of the table, the same of its
    /// source, and the nearest line of CODEOWNERS, if `owners.codeowners` is on. A source none of whose tables has an
    /// owner is one finding; where only some have none, each of those is one. In a project with more than five sources
    /// hardly any of which (at most one table in twenty) has an owner, that is one finding, in `dbt_project.yml`.
    ///
    /// # Why it matters
    /// Sources change without asking. When a column disappears overnight, the owner is who knows the people behind the
    /// system, and whom its people know to warn.
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     config:
    ///       meta:
    ///         owner: Finance Data
    ///     tables:
    ///       - name: orders
    /// ```
    UnownedSource(NoOptions),
    code = "OWN002",
    slug = "unowned-source",
    area = Ownership,
    trap = Centralise,
    default = Warning,
    since = "0.1.0",
    subjects = [Source]
}

/// Up to this many sources are a finding each.
const MANY: usize = 5;

impl Rule for UnownedSource {
    fn check_project(&self, cx: &mut Context<'_>) {
        let sources: Vec<SourceGroup<'_>> = cx.source_groups().collect();
        if cx.as_one(sources.len() > MANY) && cx.hardly_any_is_owned(&[ResourceType::Source]) {
            report_all(&sources, cx);
            return;
        }
        for source in sources {
            let is_owned = |table: &&crate::rules::Node<'_>| cx.ownership(**table).name.is_some();
            let is_one = !source.tables.iter().any(|table| is_owned(&table));
            if !cx.as_one_of(is_one, &source.tables) {
                for table in source.tables {
                    unowned::report(table, cx);
                }
            } else {
                report_source(&source, cx);
            }
        }
    }
}

/// As if each source were one resource: its tables take its owner over.
fn report_all(sources: &[SourceGroup<'_>], cx: &mut Context<'_>) {
    let is_unowned = |source: &&SourceGroup<'_>| source.tables.iter().any(|table| unowned::is_unowned(*table, cx));
    let names: Vec<&str> = sources.iter().filter(is_unowned).map(|source| source.name).collect();
    let message = unowned::nobody(names.len(), sources.len(), &counted(sources.len(), "source"));
    let tables: Vec<Node<'_>> = sources.iter().flat_map(|source| source.tables.iter().copied()).collect();
    if let Some(finding) = unowned::report_all(&tables, |_| message, cx) {
        finding.evidence(format!("sources: {}", listed(names)));
    }
}

fn report_source(source: &SourceGroup<'_>, cx: &mut Context<'_>) {
    let first = source.tables[0];
    let looked_at = unowned::looked_at(&cx.ownership(first));
    let under_other_keys = unowned::OtherKeys::of(source.tables.iter().copied(), cx);
    let help = match unowned::meta_yaml(cx) {
        Some(meta) => {
            let files = source.declared_in();
            let to = cx.project.place_in_entry(ResourceType::Source).to();
            format!("add `{meta}` {to} source `{}` in {files}; its tables inherit it", source.name)
        }
        None => format!("add a line for {} to CODEOWNERS", source.declared_in()),
    };
    let rests_on_it = source.tables.iter().find_map(|table| cx.exposure_evidence(table.id));
    let message = match source.tables.as_slice() {
        [_] => format!("source `{}` has no owner", source.name),
        tables => format!("source `{}` has no owner, nor has any of its {} tables", source.name, tables.len()),
    };
    let finding = cx.report(first, Place::SourceGroup, message);
    finding.subject(source.unique_id()).help(under_other_keys.first_way() + &help).evidence(looked_at);
    finding.evidence.extend(under_other_keys.evidence());
    finding.stands_for(source.tables.iter().map(|table| (table.unique_id.as_str(), "")));
    if let Some(line) = rests_on_it {
        finding.evidence(line);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::findings::Place;
    use crate::project::{Facts, Project, Resource, Text};
    use crate::rules::tester::{findings, findings_of, source};

    fn owned(group: &str, table: &str) -> Resource<'static> {
        let mut made = source(group, table);
        made.meta.insert("owner".to_owned(), json!("Finance Data"));
        made
    }

    #[test]
    fn a_source_without_any_owner_is_one_finding() {
        let found = findings("OWN002", Value::Null, &[source("erp", "orders"), source("erp", "products")]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "source.shop.erp");
        assert_eq!(found[0].message, "source `erp` has no owner, nor has any of its 2 tables");
        assert_eq!(found[0].place, Place::SourceGroup);
        assert_eq!(found[0].evidence, ["looked at meta.owner, meta.owner of source `erp`"]);
        assert_eq!(
            found[0].help,
            "add `meta: {owner: <team>}` under `config:` of source `erp` in models/sources.yml; its tables inherit it"
        );
    }

    #[test]
    fn where_no_source_has_an_owner_that_is_one_finding() {
        let names = ["crm", "erp", "loyalty", "mail", "shop", "web"];
        let mut all: Vec<_> = names.iter().flat_map(|name| [source(name, "a"), source(name, "b")]).collect();
        let found = findings("OWN002", Value::Null, &all);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].subject.as_str(), found[0].message.as_str()),
            ("project.shop", "none of the 6 sources has an owner")
        );
        assert_eq!(found[0].evidence, ["looked at meta.owner", "sources: crm, erp, loyalty, mail, shop and 1 more"]);
        assert_eq!(
            found[0].help,
            "add `meta: {owner: <team>}` under `config:` of their entries, those that people rely on first; or set \
             `owners: {codeowners: true}` in dbt-steward.yml, if CODEOWNERS says it"
        );
        all.truncate(10);
        assert_eq!(findings("OWN002", Value::Null, &all).len(), 5);
    }

    #[test]
    fn a_source_may_be_declared_in_several_files() {
        let mut products = source("erp", "products");
        products.path = crate::project::Text::from("models/erp/sources.yml");
        let found = findings("OWN002", Value::Null, &[source("erp", "orders"), products]);
        assert_eq!(
            found[0].help,
            "add `meta: {owner: <team>}` under `config:` of source `erp` in each of the 2 files that declare it: \
             models/erp/sources.yml, models/sources.yml; its tables inherit it"
        );
    }

    #[test]
    fn tables_beside_owned_ones_are_findings_each() {
        let found = findings("OWN002", Value::Null, &[owned("erp", "orders"), source("erp", "products")]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "source.shop.erp.products");
        assert_eq!(found[0].message, "source table `erp.products` has no owner");
        assert_eq!(found[0].help, "add `meta: {owner: <team>}` under `config:` of its entry in models/sources.yml");
    }

    /// What OWN002 advises in a project of that version of dbt.
    fn help(version: &'static str, resources: &[Resource<'static>]) -> String {
        let facts = Facts { dbt_version: Text::from(version), resources: resources.to_vec(), ..Facts::default() };
        let project = Project::from(Facts { name: Text::from("shop"), ..facts });
        findings_of("OWN002", Value::Null, &project)[0].help.to_string()
    }

    #[test]
    fn owners_under_other_keys_are_pointed_out() {
        let mut tables = ["orders", "lines"].map(|name| source("erp", name));
        for table in &mut tables {
            table.meta.insert("business_owners".to_owned(), json!(["Ann", "Bo"]));
        }
        tables[0].meta.insert("technical_owners".to_owned(), json!([]));
        let found = findings("OWN002", Value::Null, &tables);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].help,
            "if `business_owners` says who owns it, add that key to `owners: {meta-keys: […]}` in dbt-steward.yml; or add \
             `meta: {owner: <team>}` under `config:` of source `erp` in models/sources.yml; its tables inherit it"
        );
        assert_eq!(
            found[0].evidence[1],
            "not looked at in `meta`: `business_owners` of 2 names someone, Ann, Bo for example"
        );
    }

    #[test]
    fn meta_stands_where_dbt_surely_reads_it() {
        let one = [source("erp", "orders")];
        let many: Vec<_> = (0..6).map(|number| source(&format!("s{number}"), "orders")).collect();
        assert_eq!(
            help("1.9.4", &one),
            "add `meta: {owner: <team>}` to source `erp` in models/sources.yml; its tables inherit it"
        );
        assert!(help("1.10.0", &one).starts_with("add `meta: {owner: <team>}` under `config:` of source `erp`"));
        assert!(help("1.9.4", &many).starts_with("add `meta: {owner: <team>}` to their entries, those that"));
        assert!(help("1.10.0", &many).starts_with("add `meta: {owner: <team>}` under `config:` of their entries"));
    }
}
