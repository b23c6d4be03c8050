use crate::findings::Place;
use crate::project::{Layer, ResourceType};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags an intermediate, mart or reporting model that reads a source directly.
    ///
    /// A model is one finding however many sources it reads, at the first `source()`. Seeds are fine: the project wrote
    /// them itself.
    ///
    /// # Why it matters
    /// The raw table changes when its owner changes it. If one staging model takes the blow, one file is repaired; if
    /// marts read the raw table, every one of them breaks, and each is repaired in its own way.
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
    /// -- models/marts/fct_orders.sql
    /// select id as order_id, amt as amount from {{ source('erp', 'orders') }}
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
    /// -- models/staging/stg_orders.sql
    /// select id as order_id, amt as amount from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select order_id, amount from {{ ref('stg_orders') }}
    /// ```
    DownstreamOnSource(NoOptions),
    code = "DAG010",
    slug = "downstream-on-source",
    area = Lineage,
    trap = Centralise,
    default = Warning,
    since = "0.1.0",
    subjects = [Model],
    supersedes = ["DAG003", "DAG004"]
}

/// Dependencies that are shown one by one.
const SHOWN: usize = 5;

impl Rule for DownstreamOnSource {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let layer = cx.layer(model.id);
        if !matches!(layer, Layer::Intermediate | Layer::Marts | Layer::Reporting) {
            return;
        }
        let tables: Vec<Node<'_>> = cx.parents(model.id).filter(|parent| parent.kind == ResourceType::Source).collect();
        cx.at_once(&tables).for_each(|tables| report(layer, model, tables, cx));
    }
}

fn report(layer: Layer, model: Node<'_>, tables: &[Node<'_>], cx: &mut Context<'_>) {
    let Some(first) = tables.first() else { return };
    let label = model.label();
    let names = listed(tables.iter().map(|table| format!("`{}`", table.label())));
    let (message, help) = match tables {
        [_] => (
            format!("{layer} model `{label}` reads source table {names} directly"),
            format!("read {names} through a staging model: use the one there is, or write it"),
        ),
        _ => (
            format!("{layer} model `{label}` reads {} source tables directly: {names}", tables.len()),
            "read each of them through a staging model: use the one there is, or write it".to_owned(),
        ),
    };
    let evidence: Vec<String> = tables.iter().take(SHOWN).map(|table| cx.path(&[table.id, model.id])).collect();
    let finding = cx.report(model, Place::Parent(first.id), message);
    finding.help(help);
    finding.stands_for(tables.iter().map(|table| (model.unique_id.as_str(), format!("parent:{}", table.unique_id))));
    finding.evidence.extend(evidence);
    for table in tables.iter().take(SHOWN).skip(1) {
        finding.related(model.id, Place::Parent(table.id), format!("and `{}`", table.label()));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::findings::Place;
    use crate::project::{ResourceId, ResourceType};
    use crate::rules::tester::{findings, model, reading, resource, source, subjects};

    #[test]
    fn says_what_to_read_instead() {
        let orders = source("erp", "orders");
        let mart = reading(model("marts", "fct_orders"), &[&orders]);
        let found = findings("DAG010", Value::Null, &[orders, mart]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "marts model `fct_orders` reads source table `erp.orders` directly");
        assert_eq!(found[0].help, "read `erp.orders` through a staging model: use the one there is, or write it");
        assert_eq!(found[0].place, Place::Parent(ResourceId(1)));
        assert_eq!(found[0].evidence, ["source table erp.orders → fct_orders"]);
    }

    #[test]
    fn a_model_is_one_finding() {
        let tables = ["a", "b", "c", "d", "e", "f", "g"].map(|name| source("erp", name));
        let mart = reading(model("marts", "fct_orders"), &tables.iter().collect::<Vec<_>>());
        let found = findings("DAG010", Value::Null, &[&tables[..], &[mart]].concat());
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "marts model `fct_orders` reads 7 source tables directly: `erp.a`, `erp.b`, `erp.c`, `erp.d`, `erp.e` and 2 \
             more"
        );
        // The same finding, whether it gets better or worse.
        assert_eq!(found[0].part, "");
        assert_eq!(found[0].place, Place::Parent(ResourceId(1)));
        assert_eq!(found[0].evidence.len(), 5);
        assert_eq!(found[0].evidence[1], "source table erp.b → fct_orders");
        let related: Vec<_> = found[0].related.iter().map(|other| (&other.place, other.label.as_str())).collect();
        assert_eq!(related.len(), 4);
        assert_eq!(related[0], (&Place::Parent(ResourceId(2)), "and `erp.b`"));
    }

    #[test]
    fn the_same_staging_models_repair_the_joins() {
        assert_eq!(crate::rules::find("DAG010").unwrap().supersedes, ["DAG003", "DAG004"]);
    }

    #[test]
    fn only_later_layers_and_only_sources() {
        let orders = source("erp", "orders");
        let seed = resource(ResourceType::Seed, "seed.shop.countries", "seeds/countries.csv");
        let staged = reading(model("staging", "stg_orders"), &[&orders]);
        let base = reading(model("base", "base_orders"), &[&orders]);
        let unnamed = reading(model("misc", "orders"), &[&orders]);
        let mart = reading(model("marts", "dim_countries"), &[&seed]);
        assert!(subjects("DAG010", &[orders.clone(), seed, staged, base, unnamed, mart]).is_empty());
        let later = ["intermediate", "reporting"].map(|folder| reading(model(folder, folder), &[&orders]));
        assert_eq!(subjects("DAG010", &[&later[..], &[orders]].concat()).len(), 2);
    }
}
