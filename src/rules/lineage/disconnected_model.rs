use crate::findings::Place;
use crate::project::{Access, Resource, ResourceId, ResourceType};
use crate::rules::by_name;
use crate::rules::generated::{generates_rows, sql};
use crate::rules::hard_coded::relations;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model that reaches neither data nor a reader: no source or seed is above it, and nothing reads it.
    ///
    /// It is the one finding for such a model, in place of `root-model` and `dead-end-model`. A model of the layers marts
    /// or reporting counts only if it has no parent of its own and does not generate its rows, as a calendar does: that
    /// people may read it does not give it data, but where the data is lost further up, the finding belongs there. Models
    /// with `access: public` and MetricFlow time spines are exempt; and where something upstream is unknown or disabled,
    /// nothing is claimed. Nor is it where a table is named in SQL, the model's or one that reads it, or found by a macro
    /// (`run_query`, `get_relations_by_pattern`) or by Python: then data may flow that lineage does not show.
    ///
    /// # Why it matters
    /// Nothing flows into the model and nothing out of it. Usually it is left over from a trial, and it keeps costing:
    /// it runs, it is searched, and it is asked about.
    ///
    /// # Example
    /// ```sql
    /// -- models/staging/stg_trial.sql
    /// select 1 as id, 'try this' as note
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: notes
    /// ```
    /// ```sql
    /// -- models/staging/stg_notes.sql
    /// select id, note from {{ source('erp', 'notes') }}
    /// ```
    /// ```sql
    /// -- models/marts/dim_notes.sql
    /// select id, note from {{ ref('stg_notes') }}
    /// ```
    DisconnectedModel(NoOptions),
    code = "DAG019",
    slug = "disconnected-model",
    area = Lineage,
    trap = ServeTheBusiness,
    default = Warning,
    since = "0.1.0",
    subjects = [Model],
    supersedes = ["DAG001", "DAG002"]
}

impl Rule for DisconnectedModel {
    fn check_project(&self, cx: &mut Context<'_>) {
        let mut broken: Vec<ResourceId> = cx.project.dangling.iter().map(|(child, _)| *child).collect();
        broken.extend(cx.project.with_unknown("parents"));
        let rests_on_unknown = cx.graph.toward_upstream(&broken);
        let is_disconnected = |id: ResourceId| {
            !cx.graph.rests_on_data(id)
                && rests_on_unknown[id.index()].is_none()
                && cx.graph.consumers(id).next().is_none()
        };
        let mut models: Vec<Node<'_>> = cx
            .subjects(ResourceType::Model)
            .filter(|model| is_disconnected(model.id) && !is_exempt(*model, cx))
            .collect();
        retain_without_hidden_data(&mut models, cx);
        for model in models {
            let message = format!(
                "model `{}` is connected to nothing: no source or seed is above it, and nothing in the project \
                 reads it",
                model.label()
            );
            let parents: Vec<ResourceId> = cx.graph.parents(model.id).collect();
            let reads = if parents.is_empty() { "nothing".to_owned() } else { cx.names(&parents) };
            cx.report(model, Place::Entry, message)
                .help("delete it, or connect it: read its data through `source()` or `ref()`, and name who uses it")
                .evidence(format!("reads: {reads}"));
        }
    }
}

fn is_exempt(model: Node<'_>, cx: &Context<'_>) -> bool {
    let has_origin = !model.depends_on.is_empty() || generates_rows(model.resource);
    model.access() == Access::Public
        || cx.project.is_time_spine(model.resource)
        || (cx.layer(model.id).is_served() && has_origin)
        || cx.project.may_be_meant(model.resource)
}

/// Leaves out models that data may flow into, or out of, without lineage showing it.
fn retain_without_hidden_data(models: &mut Vec<Node<'_>>, cx: &Context<'_>) {
    if models.is_empty() {
        return;
    }
    let ids: Vec<ResourceId> = models.iter().map(|model| model.id).collect();
    let above = cx.graph.reaching(&ids);
    let names_tables = |resource: &Resource<'_>| sql(resource).is_some_and(|code| !relations(&code).is_empty());
    let has_data = |resource: &Resource<'_>| names_tables(resource) || by_name::is_blind(resource, cx.by_name());
    let hidden = cx.project.iter().filter(|(id, resource)| above[id.index()] && has_data(resource));
    let hidden: Vec<ResourceId> = hidden.map(|(id, _)| id).collect();
    let rests_on_hidden = cx.graph.toward_upstream(&hidden);
    models.retain(|model| rests_on_hidden[model.id.index()].is_none() && by_name::reading(*model, cx).is_none());
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::{Access, Detail, Macro, Resource, ResourceType, Text};
    use crate::rules::tester::{findings, json_text, model, reading, relation, resource, source, subjects};

    #[test]
    fn neither_data_nor_reader() {
        let island = model("staging", "stg_trial");
        let root = model("staging", "stg_more");
        let end = reading(model("intermediate", "int_more"), &[&root]);
        let found = findings("DAG019", Value::Null, &[island, root, end]);
        let subjects: Vec<&str> = found.iter().map(|finding| finding.subject.as_str()).collect();
        assert_eq!(subjects, ["model.shop.int_more", "model.shop.stg_trial"]);
        assert_eq!(
            found[1].message,
            "model `stg_trial` is connected to nothing: no source or seed is above it, and nothing in the project reads it"
        );
        assert_eq!(found[0].evidence, ["reads: stg_more"]);
        assert_eq!(found[1].evidence, ["reads: nothing"]);
    }

    #[test]
    fn one_connection_is_enough() {
        let orders = source("erp", "orders");
        let staged = reading(model("staging", "stg_orders"), &[&orders]);
        let seed = resource(ResourceType::Seed, "seed.shop.countries", "seeds/countries.csv");
        let seeded = reading(model("staging", "stg_countries"), &[&seed]);
        let root = model("staging", "stg_rows");
        let mart = reading(model("marts", "dim_rows"), &[&root]);
        assert!(subjects("DAG019", &[orders, staged, seed, seeded, root, mart]).is_empty());
    }

    #[test]
    fn claims_nothing_about_what_it_cannot_see() {
        let mut broken = model("staging", "stg_orders");
        broken.depends_on.push(Text::from("source.shop.erp.disabled"));
        let behind = reading(model("intermediate", "int_orders"), &[&broken]);
        let mut public = model("intermediate", "int_days");
        relation(&mut public).access = Access::Public;
        let mut spine = model("utilities", "all_days");
        relation(&mut spine).time_spine = true;
        let mut served_spine = model("marts", "all_hours");
        relation(&mut served_spine).time_spine = true;
        assert!(subjects("DAG019", &[broken, behind, public, spine, served_spine]).is_empty());
    }

    #[test]
    fn a_mart_counts_if_it_reads_nothing_itself() {
        let island = model("marts", "fct_price_test");
        let root = model("staging", "stg_days");
        let mart = reading(model("marts", "dim_days"), &[&root]);
        assert_eq!(subjects("DAG019", &[island, root, mart]), ["model.shop.fct_price_test"]);
    }

    #[test]
    fn a_calendar_among_the_marts_is_there_to_be_joined() {
        let spine = |folder: &str| {
            let mut made = model(folder, "hours");
            relation(&mut made).raw_code = Some(json_text("select * from range(24)"));
            made
        };
        assert!(subjects("DAG019", &[spine("marts")]).is_empty());
        assert_eq!(subjects("DAG019", &[spine("intermediate")]), ["model.shop.hours"]);
    }

    fn with_sql(name: &str, code: &str) -> Resource<'static> {
        let mut made = model("staging", name);
        relation(&mut made).raw_code = Some(json_text(code));
        made
    }

    #[test]
    fn a_macro_may_find_what_lineage_does_not_show() {
        let macro_of = |name: &str, code: &str| {
            let detail = Macro { macro_sql: Some(json_text(code)), ..Macro::default() };
            let id = format!("macro.shop.{name}");
            Resource { detail: Detail::Macro(Box::new(detail)), ..resource(ResourceType::Macro, &id, "macros/m.sql") }
        };
        let finds = macro_of("find", "{% macro find(s) %}{% do run_query('show tables in ' ~ s) %}{% endmacro %}");
        let mut wraps = macro_of("wrap", "{% macro wrap(s) %}{{ find(s) }}{% endmacro %}");
        wraps.macros = vec![Text::from("macro.shop.find")];
        let plain = macro_of("plain", "{% macro plain(s) %}select '{{ s }}' as s{% endmacro %}");
        let calling = |name: &str, called: &str| {
            let mut made = with_sql(name, &format!("{{{{ {called}('erp') }}}}"));
            made.macros = vec![Text::from(format!("macro.shop.{called}"))];
            made
        };
        let base = calling("stg_found", "wrap");
        let built_on = reading(model("intermediate", "int_found"), &[&base]);
        let own = with_sql("stg_own", "{% set r = run_query('show tables') %}select 1 as id");
        let mut hooked = with_sql("stg_hooked", "select 1 as id");
        hooked.macros = vec![Text::from("macro.shop.find")];
        let all = [finds, wraps, plain, base, built_on, own, hooked, calling("stg_rows", "plain")];
        assert_eq!(subjects("DAG019", &all), ["model.shop.stg_hooked", "model.shop.stg_rows"]);
    }

    #[test]
    fn a_table_that_sql_names_is_a_connection() {
        let named = with_sql("stg_named", "select * from raw.erp.orders");
        let read = with_sql("stg_read", "select 1 as id");
        let reader = with_sql("reader", "select * from prod.core.stg_read");
        let all = [named, read, reader];
        assert!(subjects("DAG019", &all).is_empty());
        assert_eq!(subjects("DAG019", &all[..2]), ["model.shop.stg_read"]);
        assert_eq!(subjects("DAG001", &all).len(), 3);
    }
}
