use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::feeding::{ExposureType, Feeding, in_words, no_exposures};
use super::relations::Relations;
use crate::findings::Place;
use crate::project::{Resource, ResourceId, ResourceType};
use crate::rules::by_name;
use crate::rules::generated::{generates_rows, sql};
use crate::rules::hard_coded;
use crate::rules::{Context, Node, Pattern, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a model that feeds a dashboard and whose own lineage reaches no source and no seed.
    ///
    /// Reported is the model where lineage breaks: the first one of a chain, and any whose SQL names a table that it
    /// should have taken from `ref()` or `source()`. The models on the way from there to the exposure are counted in its
    /// finding; they need no repair of their own. A Python model without parents counts as well: whatever it reads,
    /// lineage does not show it.
    ///
    /// Some models are right to begin from nothing, and stand for data to all that is built on them:
    /// - MetricFlow time spines that are declared as such;
    /// - models without parents that generate their rows, as date spines do: with a macro such as `date_spine`,
    ///   `generate_series` or `get_date_dimension`, or with a table function of SQL such as `generate_series` or
    ///   `generator`, and no table that is named in SQL;
    /// - models without parents whose rows are written out in their SQL, as values or in arrays, and that read nothing at
    ///   all: nothing can move or be late; that rows belong in a seed is `root-model`'s to say;
    /// - models whose name matches a pattern of `allow`.
    ///
    /// A model of an installed package or of another project counts as data, and so does a parent that cannot be
    /// resolved: what they rest on is not known here.
    ///
    /// # Why it matters
    /// Lineage ends in the middle. When the table behind that model moves, is loaded late or is no longer loaded, no
    /// freshness check warns, no impact analysis names the dashboard, and it goes on showing numbers whose origin
    /// nobody can give. In an audit, that is the question that comes first.
    ///
    /// # Example
    /// ```sql
    /// -- models/reporting/rpt_board_targets.sql
    /// select quarter_start, target_amount
    /// from controlling.board_targets
    /// ```
    /// ```yaml
    /// # models/exposures.yml
    /// exposures:
    ///   - name: board_pack
    ///     type: dashboard
    ///     owner:
    ///       email: data@example.com
    ///     depends_on:
    ///       - ref('rpt_board_targets')
    /// ```
    ///
    /// # Use instead
    /// ```sql
    /// -- models/reporting/rpt_board_targets.sql
    /// select quarter_start, target_amount
    /// from {{ source('controlling', 'board_targets') }}
    /// ```
    /// ```yaml
    /// # models/exposures.yml
    /// sources:
    ///   - name: controlling
    ///     tables:
    ///       - name: board_targets
    ///
    /// exposures:
    ///   - name: board_pack
    ///     type: dashboard
    ///     owner:
    ///       email: data@example.com
    ///     depends_on:
    ///       - ref('rpt_board_targets')
    /// ```
    OrphanedDashboardModel(Options),
    code = "EXP008",
    slug = "orphaned-dashboard-model",
    area = Exposures,
    trap = ServeTheBusiness,
    default = Error,
    since = "0.1.0",
    subjects = [Model],
    supersedes = ["DAG001"]
}

/// Options of `orphaned-dashboard-model`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Patterns of the names of models that are right to begin from nothing, for example `^dim_calendar$`.
    pub allow: Vec<Pattern>,
    /// Types of exposure that count.
    pub types: Vec<ExposureType>,
}

impl Default for Options {
    fn default() -> Self {
        Self { allow: Vec::new(), types: ExposureType::ALL.to_vec() }
    }
}

impl Rule for OrphanedDashboardModel {
    fn check_project(&self, cx: &mut Context<'_>) {
        let feeding = Feeding::new(cx, &self.options.types);
        let nodes = cx.project.of_kinds(ORIGINS).into_iter().map(|id| cx.node(id));
        let mut origins: Vec<ResourceId> = nodes.filter(|node| self.is_origin(*node, cx)).map(|node| node.id).collect();
        // What cannot be resolved may be data.
        origins.extend(cx.project.dangling.iter().map(|(id, _)| *id));
        origins.extend(cx.project.with_unknown("parents"));
        let toward_origin = cx.graph.toward_upstream(&origins);
        let is_orphan = |id: ResourceId| toward_origin[id.index()].is_none();
        let is_defect = |model: &Node<'_>| feeding.feeds(model.id, 0) && is_orphan(model.id);
        let orphans: Vec<Node<'_>> = cx.subjects(ResourceType::Model).filter(is_defect).collect();
        if orphans.is_empty() {
            return;
        }
        let (breaks, built_on) = if cx.as_one(true) { breaks(&orphans, cx) } else { (orphans, HashMap::new()) };
        let relations = Relations::default();
        for orphan in breaks {
            let built_on_it = built_on.get(&orphan.id).map_or(&[][..], Vec::as_slice);
            report(orphan, built_on_it, &feeding, &relations, cx);
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        no_exposures(cx.project)
    }
}

/// Types that lineage may begin with.
const ORIGINS: [ResourceType; 4] =
    [ResourceType::Source, ResourceType::Seed, ResourceType::Model, ResourceType::Snapshot];

impl OrphanedDashboardModel {
    /// Whether lineage may begin with this resource of one of these types.
    fn is_origin(&self, node: Node<'_>, cx: &Context<'_>) -> bool {
        match node.kind {
            ResourceType::Source | ResourceType::Seed => true,
            _ => {
                !cx.settings.is_subject(cx.project, &node)
                    || cx.project.is_time_spine(&node)
                    || self.options.allow.iter().any(|pattern| pattern.is_match(&node.name))
                    || generates_rows(&node)
                    || by_name::writes_its_rows(node.resource, cx)
            }
        }
    }
}

/// The orphans where lineage breaks, and for each of them the others that are orphans only because they are built on
/// it. One that is built on several counts for the nearest.
fn breaks<'p>(orphans: &[Node<'p>], cx: &Context<'p>) -> (Vec<Node<'p>>, HashMap<ResourceId, Vec<ResourceId>>) {
    let ids: HashSet<ResourceId> = orphans.iter().map(|orphan| orphan.id).collect();
    let begins_here = |orphan: &Node<'_>| {
        let names_tables = || sql(orphan).is_some_and(|code| !hard_coded::relations(&code).is_empty());
        !cx.graph.parents(orphan.id).any(|parent| ids.contains(&parent)) || names_tables()
    };
    let (mut breaks, others): (Vec<Node<'_>>, Vec<Node<'_>>) = orphans.iter().partition(|orphan| begins_here(orphan));
    let ids: Vec<ResourceId> = breaks.iter().map(|orphan| orphan.id).collect();
    let toward_break = cx.graph.toward_upstream(&ids);
    let mut built_on: HashMap<ResourceId, Vec<ResourceId>> = HashMap::new();
    for orphan in others {
        match cx.graph.follow(&toward_break, orphan.id).and_then(|path| path.last().copied()) {
            Some(origin) => built_on.entry(origin).or_default().push(orphan.id),
            // Only in a cycle.
            None => breaks.push(orphan),
        }
    }
    (breaks, built_on)
}

fn report(model: Node<'_>, built_on_it: &[ResourceId], feeding: &Feeding, relations: &Relations, cx: &mut Context<'_>) {
    let Some(path) = feeding.path(cx, model.id) else { return };
    let Some(&exposure) = path.last() else { return };
    let feeds = format!("model `{}` feeds {}", model.label(), in_words(&cx.node(exposure)));
    let code = sql(&model).unwrap_or_default();
    let named = hard_coded::relations(&code);
    let parents: Vec<String> = cx.parents(model.id).map(|parent| format!("`{}`", parent.label())).collect();
    let (message, help) = match (named.first(), parents.first()) {
        (Some(first), _) => {
            let tables = listed(named.iter().map(|name| format!("`{name}`")));
            (
                format!("{feeds}, but rests on no source and no seed: it reads {tables} without `source()` or `ref()`"),
                relations.help(first, cx),
            )
        }
        (None, Some(first)) => (
            format!("{feeds}, but nothing that it is built on rests on a source or seed"),
            format!("mend the lineage where it breaks: start with {first}, which is built on no source or seed either"),
        ),
        (None, None) => {
            let finder = by_name::finder(&model, cx.by_name());
            let origin = no_origin(&model, finder.as_deref());
            (format!("{feeds}, but rests on no source and no seed: {origin}"), help(&model, finder.is_some()))
        }
    };
    let message = match built_on_it.len() {
        0 => message,
        1 => format!("{message}; 1 model that is built on it has no other origin"),
        count => format!("{message}; {count} models that are built on it have no other origin"),
    };
    let place = named.first().map_or(Place::File, |name| Place::Code((*name).to_owned()));
    let evidence = cx.path(&path);
    let project = cx.project;
    let orphans = [model.id].into_iter().chain(built_on_it.iter().copied());
    let orphans: Vec<_> = orphans.map(|id| (project.get(id).unique_id.as_str(), "")).collect();
    let built_on_it = cx.names(built_on_it);
    let finding = cx.report(model, place, message);
    finding.help(help).evidence(evidence).evidence(match parents.as_slice() {
        [] => "parents: none".to_owned(),
        [_] => format!("parents: {}, orphaned as well", parents[0]),
        _ => format!("parents: {}, all orphaned as well", listed(&parents)),
    });
    if !named.is_empty() {
        finding.evidence(format!("named in its SQL: {}", listed(&named)));
    }
    if !built_on_it.is_empty() {
        finding.evidence(format!("built on it, with no other origin: {built_on_it}"));
    }
    finding.stands_for(orphans);
}

fn is_python(model: &Resource<'_>) -> bool {
    model.relation().is_some_and(|relation| relation.is_python())
}

/// What a model without parents and without named tables does instead.
fn no_origin(model: &Resource<'_>, finder: Option<&str>) -> String {
    if is_python(model) {
        "it is a Python model, and what it reads does not show in lineage".to_owned()
    } else if let Some(finder) = finder {
        format!("what it reads does not show in lineage: it is looked up by {finder}")
    } else {
        "what its rows are made of does not show in lineage".to_owned()
    }
}

fn help(model: &Resource<'_>, is_looked_up: bool) -> String {
    if is_python(model) {
        "load what it reads into the warehouse, declare that under `sources:`, and read it with `dbt.source()` or \
         `dbt.ref()`"
            .to_owned()
    } else if is_looked_up {
        format!(
            "declare the tables that are found by name under `sources:` and read each with `source()`; if the rows are \
             generated, add the pattern `^{}$` to the rule's option `allow`",
            model.name
        )
    } else {
        format!(
            "move the rows into a seed and read it with `ref()`; if they are generated, add the pattern `^{}$` to the \
             rule's option `allow`",
            model.name
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Detail, Macro, Resource, ResourceType, Text};
    use crate::rules::tester::{exposure, findings, json_text, model, reading, relation, resource, source, subjects};

    fn with_sql(name: &str, sql: &str) -> Resource<'static> {
        let mut model = model("marts", name);
        relation(&mut model).raw_code = Some(json_text(sql));
        model
    }

    fn on_board(models: &[Resource<'static>]) -> Vec<Resource<'static>> {
        let mut all = models.to_vec();
        all.push(reading(exposure("board"), &[models.last().unwrap()]));
        all
    }

    #[test]
    fn shows_the_table_that_breaks_the_lineage() {
        let targets = with_sql("rpt_targets", "select * from controlling.targets -- from x.y\njoin dwh.days on true");
        let found = findings("EXP008", json!(null), &on_board(&[targets]));
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "model `rpt_targets` feeds dashboard `board`, but rests on no source and no seed: it reads \
             `controlling.targets`, `dwh.days` without `source()` or `ref()`"
        );
        assert_eq!(
            found[0].evidence,
            ["rpt_targets → exposure board", "parents: none", "named in its SQL: controlling.targets, dwh.days"]
        );
        assert_eq!(
            found[0].help,
            "declare `controlling.targets` under `sources:` and write `{{ source('controlling', 'targets') }}` in its \
             place; if a model builds it, write `ref()`"
        );
    }

    #[test]
    fn knows_the_tables_of_the_project() {
        let mut built = model("marts", "dim_days");
        relation(&mut built).schema = Text::from("DWH");
        let targets = with_sql("rpt_targets", "select * from prod.dwh.\"DIM_DAYS\"");
        let found = findings("EXP008", json!(null), &on_board(&[built, targets]));
        assert_eq!(found[0].help, "write `{{ ref('dim_days') }}` in place of `prod.dwh.\"DIM_DAYS\"`");
        let mut orders = source("erp", "orders");
        if let crate::project::Detail::Source(detail) = &mut orders.detail {
            detail.schema = Text::from("raw_erp");
            detail.identifier = Text::from("t_orders");
        }
        let fct = with_sql("fct_orders", "select * from raw_erp.t_orders");
        let found = findings("EXP008", json!(null), &on_board(&[orders, fct]));
        assert_eq!(found[0].help, "write `{{ source('erp', 'orders') }}` in place of `raw_erp.t_orders`");
    }

    #[test]
    fn whatever_reaches_data_is_fine() {
        let orders = source("erp", "orders");
        let seed = resource(ResourceType::Seed, "seed.shop.countries", "seeds/countries.csv");
        let staging = reading(model("staging", "stg_orders"), &[&orders]);
        let bare = with_sql("stg_bare", "select * from raw.x");
        let mixed = reading(model("marts", "fct_mixed"), &[&bare, &staging]);
        let on_seed = reading(model("marts", "dim_countries"), &[&seed]);
        let board = reading(exposure("board"), &[&mixed, &on_seed]);
        let all = [orders, seed, staging, bare, mixed, on_seed, board];
        assert_eq!(subjects("EXP008", &all), ["model.shop.stg_bare"]);
    }

    #[test]
    fn what_is_built_on_an_orphan_is_counted_there() {
        let bare = with_sql("stg_bare", "select * from raw.x");
        let inner = reading(with_sql("int_bare", "select * from {{ ref('stg_bare') }}"), &[&bare]);
        let fct = reading(with_sql("fct_bare", "select * from {{ ref('int_bare') }}"), &[&inner]);
        let found = findings("EXP008", json!(null), &on_board(&[bare.clone(), inner, fct]));
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "model `stg_bare` feeds dashboard `board`, but rests on no source and no seed: it reads `raw.x` without \
             `source()` or `ref()`; 2 models that are built on it have no other origin"
        );
        assert_eq!(
            found[0].evidence,
            [
                "stg_bare → int_bare → fct_bare → exposure board",
                "parents: none",
                "named in its SQL: raw.x",
                "built on it, with no other origin: fct_bare, int_bare"
            ]
        );
        let one = reading(with_sql("fct_bare", "select * from {{ ref('stg_bare') }}"), &[&bare]);
        let found = findings("EXP008", json!(null), &on_board(&[bare, one]));
        assert!(found[0].message.ends_with("; 1 model that is built on it has no other origin"));
    }

    #[test]
    fn a_second_break_is_a_second_finding() {
        let bare = with_sql("stg_bare", "select * from raw.x");
        let mixed =
            reading(with_sql("fct_bare", "select * from {{ ref('stg_bare') }} join raw.y using (id)"), &[&bare]);
        let found = findings("EXP008", json!(null), &on_board(&[bare, mixed]));
        let subjects: Vec<&str> = found.iter().map(|finding| finding.subject.as_str()).collect();
        assert_eq!(subjects, ["model.shop.fct_bare", "model.shop.stg_bare"]);
        assert_eq!(found[0].evidence[1], "parents: `stg_bare`, orphaned as well");
    }

    #[test]
    fn where_the_break_is_no_model_the_first_model_behind_it_is_reported() {
        let prices = resource(ResourceType::Snapshot, "snapshot.shop.prices", "snapshots/prices.sql");
        let fct = reading(with_sql("fct_prices", "select * from {{ ref('prices') }}"), &[&prices]);
        let rpt = reading(with_sql("rpt_prices", "select * from {{ ref('fct_prices') }}"), &[&fct]);
        let chain = on_board(&[prices.clone(), fct.clone(), rpt]);
        assert_eq!(subjects("EXP008", &chain), ["model.shop.fct_prices"]);
        let found = findings("EXP008", json!(null), &on_board(&[prices, fct]));
        assert_eq!(
            found[0].message,
            "model `fct_prices` feeds dashboard `board`, but nothing that it is built on rests on a source or seed"
        );
        assert_eq!(found[0].evidence, ["fct_prices → exposure board", "parents: `prices`, orphaned as well"]);
        assert_eq!(
            found[0].help,
            "mend the lineage where it breaks: start with `prices`, which is built on no source or seed either"
        );
    }

    #[test]
    fn what_feeds_no_dashboard_is_another_rule() {
        assert!(subjects("EXP008", &[with_sql("stg_bare", "select * from raw.x"), exposure("board")]).is_empty());
    }

    #[test]
    fn a_python_model_and_rows_in_sql_are_told_apart() {
        let mut python = model("marts", "scores");
        relation(&mut python).language = Text::from("python");
        let found = findings("EXP008", json!(null), &on_board(&[python]));
        assert_eq!(
            found[0].message,
            "model `scores` feeds dashboard `board`, but rests on no source and no seed: it is a Python model, and \
             what it reads does not show in lineage"
        );
        let found = findings("EXP008", json!(null), &on_board(&[with_sql("tiers", "select * from table(my_tiers())")]));
        assert_eq!(
            found[0].message,
            "model `tiers` feeds dashboard `board`, but rests on no source and no seed: what its rows are made of does not \
             show in lineage"
        );
    }

    #[test]
    fn a_macro_may_read_what_lineage_does_not_show() {
        let mut all = with_sql("union_all", "{{ dbt_utils.union_relations(found('rudder')) }}");
        all.macros = vec![Text::from("macro.shop.hook"), Text::from("macro.shop.found"), Text::from("macro.shop.rows")];
        let macros =
            ["hook", "found"].map(|name| macro_of(name, "{% macro m(s) %}{% do run_query(s) %}{% endmacro %}"));
        let rows = macro_of("rows", "{% macro rows(s) %}{{ s }}{% endmacro %}");
        let found = findings("EXP008", json!(null), &[&[rows], &macros[..], &on_board(&[all])[..]].concat());
        assert_eq!(
            found[0].message,
            "model `union_all` feeds dashboard `board`, but rests on no source and no seed: what it reads does not show in \
             lineage: it is looked up by `found`"
        );
        assert!(found[0].help.starts_with("declare the tables that are found by name under `sources:`"));
    }

    fn macro_of(name: &str, code: &str) -> Resource<'static> {
        let detail = Macro { macro_sql: Some(json_text(code)), ..Macro::default() };
        let id = format!("macro.shop.{name}");
        Resource { detail: Detail::Macro(Box::new(detail)), ..resource(ResourceType::Macro, &id, "macros/m.sql") }
    }

    #[test]
    fn rows_that_are_written_out_are_no_missing_source() {
        let audit = "{% macro audit(cte) %}select *{% if execute %}{% set old = adapter.get_relation(schema=this.schema) %}\
                     {% do run_query('select 1 from ' ~ this) %}{% endif %} from {{ cte }}{% endmacro %}";
        let audit = macro_of("audit", audit);
        let mut audited =
            with_sql("environments", "with all_of (id) as (select 1 union select 2)\n{{ audit('all_of') }}");
        audited.macros = vec![Text::from("macro.shop.audit")];
        let plain =
            with_sql("tiers", "select 'gold' as tier, {{ name_of('gold') }} as name union all values ('a', 'b')");
        for literal in [audited, plain] {
            let fct = reading(with_sql("fct", "select 1"), &[&literal]);
            let all = [std::slice::from_ref(&audit), &on_board(&[literal, fct])[..]].concat();
            assert!(subjects("EXP008", &all).is_empty());
            assert_eq!(findings("DAG001", json!(null), &all).len(), 1);
        }
        // Who knows what that is.
        for code in ["{{ everything() }}", "select * from {{ table }}", "select 1 union select * from my_function()"] {
            assert_eq!(subjects("EXP008", &on_board(&[with_sql("tiers", code)])), ["model.shop.tiers"], "{code}");
        }
    }

    #[test]
    fn spines_and_what_is_built_on_them_are_right() {
        let mut declared = model("marts", "time_spine");
        relation(&mut declared).time_spine = true;
        let mut by_macro = with_sql("all_days", "{{ dbt_utils.date_spine('day') }}");
        by_macro.macros = vec![Text::from("macro.dbt_utils.date_spine")];
        let by_function = with_sql("all_hours", "select * from generate_series(0, 23)");
        for spine in [declared, by_macro, by_function] {
            let calendar = reading(model("marts", "dim_calendar"), &[&spine]);
            assert!(subjects("EXP008", &on_board(std::slice::from_ref(&spine))).is_empty(), "{}", spine.name);
            assert!(subjects("EXP008", &on_board(&[spine, calendar])).is_empty());
        }
    }

    #[test]
    fn a_generator_beside_a_named_table_is_no_excuse() {
        let mut mixed = with_sql("all_days", "select * from {{ date_spine() }} join raw.holidays using (day)");
        mixed.macros = vec![Text::from("macro.dbt.date_spine")];
        assert_eq!(subjects("EXP008", &on_board(&[mixed])), ["model.shop.all_days"]);
    }

    #[test]
    fn allow_names_what_may_begin_from_nothing() {
        let tiers = with_sql("tiers", "select * from {{ tiers }}");
        let fct = reading(model("marts", "fct_tiers"), &[&tiers]);
        let all = on_board(&[tiers, fct]);
        assert_eq!(findings("EXP008", json!(null), &all).len(), 1);
        assert!(findings("EXP008", json!({"allow": ["^tiers$"]}), &all).is_empty());
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        let mut foreign = model("marts", "dim_shared");
        foreign.unique_id = Text::from("model.platform.dim_shared");
        foreign.package = Text::from("platform");
        let on_foreign = reading(model("marts", "fct_on_foreign"), &[&foreign]);
        let mut unresolved = model("marts", "fct_unresolved");
        unresolved.depends_on = vec![Text::from("model.shop.gone")];
        assert!(subjects("EXP008", &on_board(&[foreign, on_foreign])).is_empty());
        assert!(subjects("EXP008", &on_board(&[unresolved])).is_empty());
    }
}
