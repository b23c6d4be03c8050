use std::collections::BTreeMap;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::project::{Relation, Resource, ResourceId, ResourceType};
use crate::rules::{Context, Node, Rule, declare_rule};
use crate::text::sql::{PieceKind, Pieces};

declare_rule! {
    /// # What it does
    /// Flags a model with the same SQL as another model of the project.
    ///
    /// Comments, blanks, `config()`, a semicolon at the end, and the case of everything outside of quotes and Jinja make
    /// no difference. SQL with fewer than `min-lines` lines of code is too short to be logic. Models that read different
    /// parents are different, whatever their text; so may those be whose Jinja asks for the model it stands in
    /// (`model.name`, `config.get()`, `this.schema`), and nothing is said of them. Versions of one model are not compared
    /// with each other, since they are there to drift apart. Of several models with one SQL, each but the first by name
    /// is reported.
    ///
    /// # Why it matters
    /// The next change will be made in one of the two. From then on there are two answers to one question, each
    /// computed, tested and paid for, and each believed by somebody.
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    /// ```
    /// ```sql
    /// -- models/marts/fct_sales.sql
    /// select
    ///     country,
    ///     sum(amount) as amount
    /// from {{ source('erp', 'orders') }}
    /// where state <> 'cancelled'
    /// group by country
    /// ```
    /// ```sql
    /// -- models/marts/fct_revenue.sql
    /// -- revenue by country
    /// SELECT
    ///     country,
    ///     SUM(amount) AS amount
    /// FROM {{ source('erp', 'orders') }}
    /// WHERE state <> 'cancelled'
    /// GROUP BY country
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    /// ```
    /// ```sql
    /// -- models/marts/fct_sales.sql
    /// select
    ///     country,
    ///     sum(amount) as amount
    /// from {{ source('erp', 'orders') }}
    /// where state <> 'cancelled'
    /// group by country
    /// ```
    /// ```sql
    /// -- models/marts/fct_revenue.sql
    /// select country, amount from {{ ref('fct_sales') }}
    /// ```
    DuplicateLogic(Options),
    code = "DAG016",
    slug = "duplicate-logic",
    area = Lineage,
    trap = Centralise,
    default = Warning,
    since = "0.1.0",
    subjects = [Model]
}

/// Options of `duplicate-logic`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Fewest lines of code that are compared; blank lines, comments and `config()` are none.
    pub min_lines: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_lines: 5 }
    }
}

impl Rule for DuplicateLogic {
    fn check_project(&self, cx: &mut Context<'_>) {
        for set in self.alike(cx) {
            let first = cx.node(set.ids[0]);
            let code = first.relation().and_then(Relation::code).unwrap_or_default();
            if asks_for_its_model(&code) {
                continue;
            }
            for &id in &set.ids[1..] {
                let node = cx.node(id);
                if !is_same_model(first, node) {
                    report(node, first, set.lines, cx);
                }
            }
        }
    }
}

/// Models with the same SQL and the same parents, by id.
struct Alike {
    ids: Vec<ResourceId>,
    lines: u32,
}

impl DuplicateLogic {
    fn alike(&self, cx: &Context<'_>) -> Vec<Alike> {
        let sets = with_same_parents(cx);
        // Few models share all their parents, so that the SQL of most need not be looked at.
        let fingerprints = cx.project.sql_fingerprints(&sets.concat());
        let mut fingerprints = fingerprints.into_iter();
        let mut alike = Vec::new();
        for set in sets {
            let mut by_sql: BTreeMap<u128, Alike> = BTreeMap::new();
            for (id, fingerprint) in set.into_iter().zip(&mut fingerprints) {
                let long_enough = fingerprint.filter(|found| found.code_lines >= self.options.min_lines);
                if let Some(found) = long_enough {
                    let same = by_sql.entry(found.hash);
                    same.or_insert_with(|| Alike { ids: Vec::new(), lines: found.code_lines }).ids.push(id);
                }
            }
            alike.extend(by_sql.into_values().filter(|alike| alike.ids.len() > 1));
        }
        alike
    }
}

/// Sets of models that read the same; those that are alone in what they read are left out. All models, within the
/// rule's selectors or not: the one that comes first may be elsewhere.
fn with_same_parents(cx: &Context<'_>) -> Vec<Vec<ResourceId>> {
    let hasher = RandomState::default();
    let mut by_hash: Vec<(u64, ResourceId)> = cx
        .project
        .all(ResourceType::Model)
        .filter(|(_, model)| cx.settings.is_subject(cx.project, model))
        .map(|(id, model)| (hasher.hash_one(parents(model)), id))
        .collect();
    by_hash.sort_unstable();
    let mut sets = Vec::new();
    for alike in by_hash.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
        let mut by_parents: BTreeMap<Vec<&str>, Vec<ResourceId>> = BTreeMap::new();
        for &(_, id) in alike {
            by_parents.entry(parents(cx.project.get(id))).or_default().push(id);
        }
        sets.extend(by_parents.into_values().filter(|set| set.len() > 1));
    }
    sets.sort_unstable();
    sets
}

/// What it reads, each once and in order.
fn parents<'r>(model: &'r Resource<'_>) -> Vec<&'r str> {
    let mut parents: Vec<&str> = model.depends_on.iter().map(|parent| parent.as_str()).collect();
    parents.sort_unstable();
    parents.dedup();
    parents
}

/// Versions of one model, or two models made from one file.
fn is_same_model(one: Node<'_>, other: Node<'_>) -> bool {
    (one.name == other.name || one.path == other.path) && one.package == other.package
}

/// Whether the Jinja uses what differs from model to model, so that one text may stand for several queries. `{{ this }}`
/// by itself does not count: each reads its own rows with it.
fn asks_for_its_model(code: &str) -> bool {
    let is_jinja = |kind| matches!(kind, PieceKind::Expression | PieceKind::Statement);
    let mut jinja = Pieces::new(code)
        .map_while(Result::ok)
        .filter(|piece| is_jinja(piece.kind))
        .map(|piece| code[piece.inner.range()].trim());
    jinja.any(|jinja| jinja != "this" && outside_quotes(jinja).any(names_model))
}

fn outside_quotes(jinja: &str) -> impl Iterator<Item = &str> {
    jinja.split(['\'', '"']).step_by(2)
}

fn names_model(jinja: &str) -> bool {
    let mut words = jinja.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.any(|word| matches!(word, "this" | "model")) || jinja.contains("config.")
}

fn report(node: Node<'_>, first: Node<'_>, lines: u32, cx: &mut Context<'_>) {
    let (label, same) = (node.label(), first.label());
    cx.report(node, Place::File, format!("model `{label}` has the same {lines} lines of SQL as `{same}`"))
        .help(format!(
            "read `{same}` instead: `select * from {{{{ ref('{}') }}}}`, or move what both share into one model before them",
            first.name
        ))
        .related(first.id, Place::File, "the same SQL");
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::asks_for_its_model;
    use crate::project::{Resource, Text};
    use crate::rules::tester::{findings, json_text, model, reading, relation, source, subjects};

    const SQL: &str = "select\n    country,\n    sum(amount) as amount\nfrom {{ ref('a') }}\ngroup by country\n";

    fn with_code(name: &str, code: &str) -> Resource<'static> {
        let mut model = model("marts", name);
        relation(&mut model).raw_code = Some(json_text(code));
        model
    }

    #[test]
    fn reports_each_but_the_first() {
        let shouted = SQL.to_uppercase().replace("'A'", "'a'").replace("REF", "ref");
        let commented = format!("{{{{ config(tags=['x']) }}}}\n-- by country\n{SQL};");
        let all = [with_code("a_sales", SQL), with_code("revenue", &shouted), with_code("turnover", &commented)];
        let found = findings("DAG016", Value::Null, &all);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].subject, "model.shop.revenue");
        assert_eq!(found[0].message, "model `revenue` has the same 5 lines of SQL as `a_sales`");
        assert_eq!(found[1].subject, "model.shop.turnover");
        assert_eq!(found[1].related.len(), 1);
    }

    #[test]
    fn short_sql_is_no_logic() {
        let all = [with_code("a", SQL), with_code("b", SQL)];
        assert_eq!(findings("DAG016", json!({"min-lines": 5}), &all).len(), 1);
        assert!(findings("DAG016", json!({"min-lines": 6}), &all).is_empty());
    }

    #[test]
    fn other_parents_make_another_model() {
        let (orders, returns) = (source("erp", "orders"), source("erp", "returns"));
        let all = [reading(with_code("a", SQL), &[&orders]), reading(with_code("b", SQL), &[&returns])];
        assert!(subjects("DAG016", &[&all[..], &[orders, returns]].concat()).is_empty());
    }

    #[test]
    fn versions_and_python_models_are_not_compared() {
        let mut versions = ["v1", "v2"].map(|name| with_code(name, SQL));
        for version in &mut versions {
            version.name = Text::from("dim_customers");
        }
        assert!(subjects("DAG016", &versions).is_empty());
        let mut python = ["a", "b"].map(|name| with_code(name, SQL));
        for model in &mut python {
            relation(model).language = Text::from("python");
        }
        assert!(subjects("DAG016", &python).is_empty());
    }

    #[test]
    fn knows_jinja_that_asks_for_its_model() {
        for (code, asks) in [
            ("select * from {{ this }}", false),
            ("select * from {{- this -}}", false),
            ("{% if is_incremental() %} where at > (select max(at) from {{ this }}) {% endif %}", false),
            ("{{ config(materialized='table') }} select model from {{ ref('model') }}", false),
            ("select '{{ this.name }}'", true),
            ("{{ union_partitions(this) }}", true),
            ("{% set name = model.name %}", true),
            ("{{ config.get('country') }}", true),
        ] {
            assert_eq!(asks_for_its_model(code), asks, "{code}");
        }
    }
}
