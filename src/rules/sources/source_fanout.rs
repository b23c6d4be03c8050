use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::{Finding, Place};
use crate::project::{Project, ResourceId, ResourceType};
use crate::rules::{Context, Node, Rule, SourceGroup, declare_rule};
use crate::words::{counted, listed};

declare_rule! {
    /// # What it does
    /// Flags a source table that more than `max` models read directly.
    ///
    /// The versions of a model are one reader, since they are one model. Snapshots, exposures and tests are not counted.
    /// Models of installed packages are. More than five tables of a source with the very same readers are one finding.
    ///
    /// # Why it matters
    /// Each reader cleans, renames and filters the raw rows in its own way, and so one order comes to count in one
    /// report and not in another. When the source changes, every reader has to be found and mended.
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select order_id, amount from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/fct_returns.sql
    /// select order_id, returned_at from {{ source('erp', 'orders') }}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    /// ```
    /// ```sql
    /// -- models/staging/erp/stg_erp__orders.sql
    /// select order_id, amount, returned_at from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select order_id, amount from {{ ref('stg_erp__orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/fct_returns.sql
    /// select order_id, returned_at from {{ ref('stg_erp__orders') }}
    /// ```
    SourceFanout(Options),
    code = "SRC005",
    slug = "source-fanout",
    area = Sources,
    trap = Centralise,
    default = Warning,
    since = "0.1.0",
    subjects = [Source]
}

/// Options of `source-fanout`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Most models that may read a source table.
    pub max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { max: 1 }
    }
}

/// Up to this many tables with the same readers are a finding each.
const FEW: usize = 5;

impl Rule for SourceFanout {
    // By source, because many tables with the same readers have one cause.
    fn check_project(&self, cx: &mut Context<'_>) {
        for source in cx.source_groups() {
            let mut tables: BTreeMap<Vec<ResourceId>, Vec<Node<'_>>> = BTreeMap::new();
            for &table in &source.tables {
                let readers = readers(table, cx);
                if readers.len() > self.options.max {
                    tables.entry(readers).or_default().push(table);
                }
            }
            for (readers, tables) in tables {
                if cx.as_one(tables.len() > FEW) {
                    self.report_all(&source, &tables, &readers, cx);
                } else {
                    tables.into_iter().for_each(|table| self.report(table, &readers, cx));
                }
            }
        }
    }
}

/// The models that read a source table, each of them in its first version, by id.
fn readers(table: Node<'_>, cx: &Context<'_>) -> Vec<ResourceId> {
    // Versions of a model have ids that differ in their ending only, so they follow each other.
    let mut readers: Vec<Node<'_>> =
        cx.consumers(table.id).filter(|reader| reader.kind == ResourceType::Model).collect();
    readers.dedup_by(|a, b| (&a.package, &a.name) == (&b.package, &b.name));
    readers.into_iter().map(|reader| reader.id).collect()
}

impl SourceFanout {
    fn report(&self, table: Node<'_>, readers: &[ResourceId], cx: &mut Context<'_>) {
        let read = format!("{} read source table `{}` directly", counted(readers.len(), "model"), table.label());
        let project = cx.project;
        let finding = cx.report(table, Place::Entry, self.with_limit(read));
        finding.help("let one staging model read the source and clean it, and `ref` that model in the others");
        show(readers, table, finding, project);
    }

    fn report_all(&self, source: &SourceGroup<'_>, tables: &[Node<'_>], readers: &[ResourceId], cx: &mut Context<'_>) {
        let (first, count) = (tables[0], tables.len());
        let read =
            format!("{} read {count} tables of source `{}` directly", counted(readers.len(), "model"), source.name);
        let project = cx.project;
        let ids: Vec<&str> = readers.iter().map(|&reader| project.get(reader).unique_id.as_str()).collect();
        let finding = cx.report(first, Place::SourceGroup, self.with_limit(read));
        finding.subject(source.unique_id()).part(format!("readers:{}", ids.join(",")));
        finding.stands_for(tables.iter().map(|table| (table.unique_id.as_str(), "")));
        finding
            .help("let one staging model a table read the source and clean it, and `ref` those models in the others");
        finding.evidence(format!("tables: {}", listed(tables.iter().map(|table| table.name.as_str()))));
        show(readers, first, finding, project);
    }

    fn with_limit(&self, message: String) -> String {
        match self.options.max {
            1 => message,
            max => format!("{message}; the most is {max}"),
        }
    }
}

/// Adds who reads a table, and where.
fn show(readers: &[ResourceId], table: Node<'_>, finding: &mut Finding, project: &Project<'_>) {
    let name = |reader: &ResourceId| project.get(*reader).name.as_str();
    finding.evidence(format!("read by {}", listed(readers.iter().map(name))));
    for reader in readers.iter().take(5) {
        finding.related(*reader, Place::Parent(table.id), format!("`{}` reads it here", name(reader)));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::findings::Place;
    use crate::project::{Resource, ResourceType, Text};
    use crate::rules::tester::{findings, model, reading, resource, source, subjects};

    fn read_by(readers: &[&str]) -> Vec<Resource<'static>> {
        let orders = source("erp", "orders");
        let readers: Vec<_> = readers.iter().map(|name| reading(model("staging", name), &[&orders])).collect();
        std::iter::once(orders).chain(readers).collect()
    }

    #[test]
    fn one_reader_is_enough() {
        assert!(subjects("SRC005", &read_by(&["stg_a"])).is_empty());
        let found = findings("SRC005", json!(null), &read_by(&["stg_a", "stg_b"]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "source.shop.erp.orders");
        assert_eq!(found[0].message, "2 models read source table `erp.orders` directly");
        assert_eq!(found[0].evidence, ["read by stg_a, stg_b"]);
        assert_eq!(found[0].related.len(), 2);
        assert_eq!(found[0].related[1].label, "`stg_b` reads it here");
        assert!(matches!(found[0].related[1].place, Place::Parent(_)));
    }

    #[test]
    fn max_is_the_most_that_may() {
        let readers = ["a", "b", "c", "d", "e", "f"];
        assert!(findings("SRC005", json!({"max": 6}), &read_by(&readers)).is_empty());
        let found = findings("SRC005", json!({"max": 5}), &read_by(&readers));
        assert_eq!(found[0].message, "6 models read source table `erp.orders` directly; the most is 5");
        assert_eq!(found[0].evidence, ["read by a, b, c, d, e and 1 more"]);
        assert_eq!(found[0].related.len(), 5);
    }

    #[test]
    fn many_tables_with_the_same_readers_are_one_finding() {
        let tables = ["a", "b", "c", "d", "e", "f", "g"].map(|name| source("erp", name));
        let [staged, audit] =
            ["stg_all", "dim_audit"].map(|name| reading(model("staging", name), &tables.iter().collect::<Vec<_>>()));
        let third = reading(model("staging", "stg_g"), &[&tables[6]]);
        let found = findings("SRC005", json!(null), &[&tables[..], &[staged, audit, third]].concat());
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].subject, "source.shop.erp");
        assert_eq!(found[0].part, "readers:model.shop.dim_audit,model.shop.stg_all");
        assert_eq!(found[0].message, "2 models read 6 tables of source `erp` directly");
        assert_eq!(found[0].place, Place::SourceGroup);
        assert_eq!(found[0].evidence, ["tables: a, b, c, d, e and 1 more", "read by dim_audit, stg_all"]);
        assert_eq!(found[0].related.len(), 2);
        assert_eq!(found[1].subject, "source.shop.erp.g");
        assert_eq!(found[1].message, "3 models read source table `erp.g` directly");
    }

    #[test]
    fn only_models_count() {
        let mut resources = read_by(&["stg_a"]);
        let snapshot = resource(ResourceType::Snapshot, "snapshot.shop.snap", "snapshots/snap.sql");
        resources.push(reading(snapshot, &[&resources[0]]));
        assert!(subjects("SRC005", &resources).is_empty());
    }

    #[test]
    fn versions_are_one_reader() {
        let orders = source("erp", "orders");
        let version = |number: &str| {
            let mut model = model("staging", "stg_a");
            model.unique_id = Text::from(format!("model.shop.stg_a.v{number}"));
            reading(model, &[&orders])
        };
        assert!(subjects("SRC005", &[orders.clone(), version("1"), version("2")]).is_empty());
    }
}
