use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::project::{Resource, ResourceType};
use crate::rules::generated::sql;
use crate::rules::{Context, Node, Rule, declare_rule, hard_coded};

declare_rule! {
    /// # What it does
    /// Flags a model that reads more source tables than `max`.
    ///
    /// Each table counts once, however often the model reads it. Seeds are not counted. A model that puts tables one under
    /// another, by `union` or a macro such as `union_relations`, and joins none is what the first step after several sources
    /// with the same table looks like, and is no finding.
    ///
    /// # Why it matters
    /// Where each source table has one model that cleans it, a change in the source is a change in one file. A model
    /// that joins raw tables cleans them all for itself, and the next one who needs one of them starts over.
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    ///       - name: order_lines
    /// ```
    /// ```sql
    /// -- models/staging/stg_orders.sql
    /// select orders.id as order_id, lines.product, lines.amount
    /// from {{ source('erp', 'orders') }} as orders
    /// join {{ source('erp', 'order_lines') }} as lines on lines.order_id = orders.id
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    ///       - name: order_lines
    /// ```
    /// ```sql
    /// -- models/staging/base/base_orders.sql
    /// select id as order_id from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/staging/base/base_order_lines.sql
    /// select order_id, product, amount from {{ source('erp', 'order_lines') }}
    /// ```
    /// ```sql
    /// -- models/staging/stg_orders.sql
    /// select orders.order_id, lines.product, lines.amount
    /// from {{ ref('base_orders') }} as orders
    /// join {{ ref('base_order_lines') }} as lines on lines.order_id = orders.order_id
    /// ```
    MultipleSourcesJoined(Options),
    code = "DAG004",
    slug = "multiple-sources-joined",
    area = Lineage,
    trap = Centralise,
    default = Warning,
    since = "0.1.0",
    subjects = [Model]
}

/// Options of `multiple-sources-joined`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// The most source tables that a model may read.
    pub max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { max: 1 }
    }
}

impl Rule for MultipleSourcesJoined {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let count = cx.parents(model.id).filter(|parent| parent.kind == ResourceType::Source).count();
        if count <= self.options.max || only_unions(model.resource) {
            return;
        }
        let sources = super::parents_of_kind(model.id, ResourceType::Source, cx);
        let message = format!(
            "model `{}` reads {count} source tables directly; {} is the most allowed",
            model.label(),
            self.options.max
        );
        let names = cx.names(&sources);
        // The first ones are allowed: the one that is too many is the defect.
        cx.report(model, Place::Parent(sources[self.options.max]), message)
            .help("give each source table a staging or base model of its own, and join those")
            .evidence(format!("sources: {names}"));
    }
}

/// Whether a model puts what it reads one under another, and joins nothing.
fn only_unions(model: &Resource<'_>) -> bool {
    let calls_union = model.macros.iter().any(|id| id.rsplit('.').next().is_some_and(|name| name.contains("union")));
    sql(model).is_some_and(|code| hard_coded::only_unions(&code, calls_union))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::findings::Place;
    use crate::project::{ResourceId, Text};
    use crate::rules::tester::{findings, json_text, model, reading, relation, source};

    #[test]
    fn unions_are_no_joins() {
        let tables = ["north", "south"].map(|group| source(group, "orders"));
        let read = |sql: &str, macros: &[&'static str]| {
            let mut made = reading(model("staging", "stg_orders"), &[&tables[0], &tables[1]]);
            relation(&mut made).raw_code = Some(json_text(sql));
            made.macros = macros.iter().map(|&id| Text::from(id)).collect();
            findings("DAG004", Value::Null, &[&tables[..], &[made]].concat()).len()
        };
        let (north, south) = ("{{ source('north', 'orders') }}", "{{ source('south', 'orders') }}");
        assert_eq!(read(&format!("select * from {north} union all select * from {south}"), &[]), 0);
        let relations = "{{ dbt_utils.union_relations([source('north', 'orders'), source('south', 'orders')]) }}";
        assert_eq!(read(relations, &["macro.dbt_utils.union_relations"]), 0);
        assert_eq!(read(relations, &[]), 1);
        assert_eq!(read(&format!("select * from {north} join {south} using (id)"), &[]), 1);
    }

    #[test]
    fn reports_above_the_limit() {
        let tables = ["lines", "orders", "refunds"].map(|name| source("erp", name));
        let joined = reading(model("staging", "stg_orders"), &[&tables[0], &tables[1], &tables[2]]);
        let single = reading(model("staging", "stg_refunds"), &[&tables[2]]);
        let all = [&tables[..], &[joined, single]].concat();
        let found = findings("DAG004", Value::Null, &all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "model `stg_orders` reads 3 source tables directly; 1 is the most allowed");
        assert_eq!(found[0].evidence, ["sources: erp.lines, erp.orders, erp.refunds"]);
        assert_eq!(found[0].place, Place::Parent(ResourceId(3)));
        assert_eq!(findings("DAG004", json!({"max": 2}), &all).len(), 1);
        assert!(findings("DAG004", json!({"max": 3}), &all).is_empty());
    }
}
