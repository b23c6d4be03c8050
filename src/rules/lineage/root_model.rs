use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::{Place, Severity};
use crate::rules::by_name;
use crate::rules::generated::{generates_rows, sql};
use crate::rules::hard_coded;
use crate::rules::{Context, Node, Pattern, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a model that has no parent at all.
    ///
    /// Anything that dbt lists as a dependency is a parent: a model, source, seed, snapshot or function, of the project
    /// or of a package. MetricFlow time spines make their rows themselves and are exempt; a calendar or the like that is
    /// not declared as one is an info at most, and can be named in `allow`. Where nothing reads the model either, `disconnected-model` says so
    /// instead.
    ///
    /// # Why it matters
    /// A model without parents either reads tables by their literal names, so that dbt neither builds them first nor
    /// shows in the lineage where the numbers come from, or holds its rows in the SQL, where nobody looks for data.
    ///
    /// # Example
    /// ```sql
    /// -- models/staging/stg_countries.sql
    /// select code, name from raw.reference.countries
    /// ```
    /// ```sql
    /// -- models/marts/dim_countries.sql
    /// select code, name from {{ ref('stg_countries') }}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: reference
    ///     database: raw
    ///     tables:
    ///       - name: countries
    /// ```
    /// ```sql
    /// -- models/staging/stg_countries.sql
    /// select code, name from {{ source('reference', 'countries') }}
    /// ```
    /// ```sql
    /// -- models/marts/dim_countries.sql
    /// select code, name from {{ ref('stg_countries') }}
    /// ```
    RootModel(Options),
    code = "DAG001",
    slug = "root-model",
    area = Lineage,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Model]
}

/// Options of `root-model`.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Patterns of the names of models that are right to begin from nothing, for example `^dim_calendar$`.
    pub allow: Vec<Pattern>,
}

impl Rule for RootModel {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        // Not the graph: a parent that is unknown or disabled is a parent, too.
        if !model.depends_on.is_empty() || cx.project.is_time_spine(model.resource) {
            return;
        }
        if self.options.allow.iter().any(|pattern| pattern.is_match(&model.name)) {
            return;
        }
        if generates_rows(model.resource) {
            report_generated(model, cx);
        } else if by_name::writes_its_rows(model.resource, cx) {
            let message = format!("model `{}` has no parent: its rows are written in its SQL", model.label());
            cx.report(model, Place::File, message)
                .help("move the rows into a seed, where everyone looks for data, and read it through `ref()`");
        } else {
            report(model, cx);
        }
    }
}

fn report(model: Node<'_>, cx: &mut Context<'_>) {
    let code = sql(model.resource).unwrap_or_default();
    let named = hard_coded::relations(&code);
    let place = named.first().map_or(Place::File, |name| Place::Code((*name).to_owned()));
    let message = format!("model `{}` reads nothing that dbt knows: it has no parent", model.label());
    let finder = named.is_empty().then(|| by_name::finder(model.resource, cx.by_name())).flatten();
    let finding = cx.report(model, place, message);
    finding.help(
        "read the data through `ref()` or `source()`, declaring the source if there is none; rows that are written in \
         the file belong in a seed",
    );
    if !named.is_empty() {
        finding.evidence(format!("named in its SQL: {}", listed(&named)));
    } else if let Some(finder) = finder {
        finding.evidence(format!("what it reads is looked up by {finder}"));
    }
}

/// It is a root all the same, but nothing that it reads is missing.
fn report_generated(model: Node<'_>, cx: &mut Context<'_>) {
    let message = format!("model `{}` has no parent: it generates its rows itself", model.label());
    let finding = cx.report(model, Place::File, message);
    // Nothing is wrong with it that anybody would have to repair.
    finding.severity = finding.severity.min(Severity::Info);
    finding.help(format!(
        "if that is what it is for, as it is for a calendar, declare it as a time spine in its YAML entry or add \
         `^{}$` to the rule's option `allow`",
        model.name
    ));
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::findings::{Place, Severity};
    use crate::project::{Resource, Text};
    use crate::rules::tester::{findings, json_text, model, reading, relation, source, subjects};

    #[test]
    fn says_which_model_reads_nothing() {
        let orders = source("erp", "orders");
        let staged = reading(model("staging", "stg_orders"), &[&orders]);
        let root = model("marts", "dim_countries");
        let found = findings("DAG001", Value::Null, &[orders, staged, root]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "model.shop.dim_countries");
        assert_eq!(found[0].message, "model `dim_countries` reads nothing that dbt knows: it has no parent");
    }

    #[test]
    fn rows_that_are_written_out_belong_in_a_seed() {
        let found = findings("DAG001", Value::Null, &[with_sql("codes", "select * from unnest(['a', 'b']) as code")]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "model `codes` has no parent: its rows are written in its SQL");
        assert_eq!(
            found[0].help,
            "move the rows into a seed, where everyone looks for data, and read it through `ref()`"
        );
    }

    fn with_sql(name: &str, sql: &str) -> Resource<'static> {
        let mut made = model("marts", name);
        relation(&mut made).raw_code = Some(json_text(sql));
        made
    }

    #[test]
    fn points_at_the_table_it_names() {
        let found = findings("DAG001", Value::Null, &[with_sql("scores", "select * from prod.ml.scores")]);
        assert_eq!(found[0].place, Place::Code("prod.ml.scores".to_owned()));
        assert_eq!(found[0].evidence, ["named in its SQL: prod.ml.scores"]);
    }

    #[test]
    fn names_what_finds_its_tables() {
        let found = findings("DAG001", Value::Null, &[with_sql("all", "{% set r = run_query(q) %}{{ union(r) }}")]);
        assert_eq!(found[0].evidence, ["what it reads is looked up by its own Jinja"]);
        assert_eq!(found[0].severity, Severity::Warning);
    }

    #[test]
    fn a_calendar_is_told_apart_and_can_be_allowed() {
        let spine = with_sql("dim_hours", "select * from generate_series(0, 23)");
        let found = findings("DAG001", Value::Null, std::slice::from_ref(&spine));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "model `dim_hours` has no parent: it generates its rows itself");
        assert!(found[0].help.ends_with("add `^dim_hours$` to the rule's option `allow`"), "{}", found[0].help);
        assert_eq!(found[0].severity, Severity::Info);
        assert!(findings("DAG001", json!({"allow": ["^dim_hours$"]}), &[spine]).is_empty());
    }

    #[test]
    fn a_parent_that_is_not_there_is_a_parent() {
        let mut broken = model("marts", "fct_orders");
        broken.depends_on.push(Text::from("source.shop.erp.disabled"));
        assert!(subjects("DAG001", &[broken]).is_empty());
    }

    #[test]
    fn time_spines_and_packages_are_exempt() {
        let mut spine = model("utilities", "all_days");
        relation(&mut spine).time_spine = true;
        let mut foreign = model("marts", "calendar");
        foreign.package = Text::from("dbt_date");
        assert!(subjects("DAG001", &[spine, foreign]).is_empty());
    }
}
