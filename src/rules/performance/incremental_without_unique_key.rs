use crate::findings::Place;
use crate::project::Relation;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an incremental model that adds its rows without a `unique_key`, though it does not say that it wants to.
    ///
    /// Without a key dbt has nothing to find an earlier row by, and `merge`, `delete+insert` and the adapter's default
    /// strategy all just add rows. The strategies `append`, `insert_overwrite` and `microbatch` need no key and are
    /// exempt, and so is any strategy of the project's own. Where no strategy is set, only adapters whose default is
    /// known to add rows are looked at: Postgres, Redshift, Snowflake, BigQuery, Databricks, Spark, DuckDB, Trino, SQL
    /// Server, Synapse and Fabric.
    ///
    /// # Why it matters
    /// A run that is repeated, a late row that is loaded twice, a filter that overlaps by an hour: each adds rows that
    /// are there already. Sums grow without an error, and only a full refresh brings them back.
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: webshop
    ///     tables:
    ///       - name: page_views
    /// ```
    /// ```sql
    /// -- models/staging/stg_page_views.sql
    /// {{ config(materialized='incremental', incremental_strategy='delete+insert') }}
    /// select page_view_id, viewed_at from {{ source('webshop', 'page_views') }}
    /// {% if is_incremental() %}
    /// where viewed_at >= (select max(viewed_at) from {{ this }})
    /// {% endif %}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: webshop
    ///     tables:
    ///       - name: page_views
    /// ```
    /// ```sql
    /// -- models/staging/stg_page_views.sql
    /// {{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='page_view_id') }}
    /// select page_view_id, viewed_at from {{ source('webshop', 'page_views') }}
    /// {% if is_incremental() %}
    /// where viewed_at >= (select max(viewed_at) from {{ this }})
    /// {% endif %}
    /// ```
    IncrementalWithoutUniqueKey(NoOptions),
    code = "PRF004",
    slug = "incremental-without-unique-key",
    area = Performance,
    trap = Scale,
    default = Warning,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for IncrementalWithoutUniqueKey {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let Some(relation) = model.relation() else { return };
        let has_key = relation.unique_key.iter().any(|key| !key.trim().is_empty());
        if relation.materialized.as_str() != "incremental" || has_key {
            return;
        }
        let adapter = cx.project.adapter.as_str();
        let Some(strategy) = adding_strategy(relation, adapter) else { return };
        let message = format!(
            "incremental model `{}` has no `unique_key`: {strategy} then only adds rows, and what is loaded twice is \
             there twice",
            model.label()
        );
        cx.report(model, Place::config("materialized"), message).help(format!(
            "set `unique_key` to the column or columns that tell one row from another; {}",
            alternative(adapter)
        ));
    }
}

/// What else there is to do about it.
fn alternative(adapter: &str) -> &'static str {
    match adapter {
        // It has no `append`.
        "bigquery" => {
            "if each run rewrites whole partitions, set `incremental_strategy='insert_overwrite'` with `partition_by`"
        }
        _ => "if rows are only ever added, say so with `incremental_strategy='append'`",
    }
}

/// How the model's rows get into its table, in words, if that is known to add rows whether they are there or not.
fn adding_strategy(relation: &Relation<'_>, adapter: &str) -> Option<String> {
    match relation.incremental_strategy.as_str() {
        "" | "default" => adds_by_default(adapter).then(|| format!("the default strategy of {adapter}")),
        // dbt-duckdb may merge on columns of another setting.
        "merge" if adapter == "duckdb" => None,
        strategy @ ("merge" | "delete+insert") => Some(format!("strategy `{strategy}`")),
        _ => None,
    }
}

fn adds_by_default(adapter: &str) -> bool {
    matches!(
        adapter,
        "postgres"
            | "redshift"
            | "snowflake"
            | "bigquery"
            | "databricks"
            | "spark"
            | "duckdb"
            | "trino"
            | "sqlserver"
            | "synapse"
            | "fabric"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{adding_strategy, alternative};
    use crate::project::{Relation, Resource, Text};
    use crate::rules::tester::{findings, model, relation, subjects};

    fn incremental(strategy: &str) -> Resource<'static> {
        let mut model = model("marts", "fct_events");
        let detail = relation(&mut model);
        detail.materialized = Text::from("incremental");
        detail.incremental_strategy = Text::from(strategy.to_owned());
        model
    }

    #[test]
    fn says_what_the_strategy_does() {
        let found = findings("PRF004", Value::Null, &[incremental("merge")]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "incremental model `fct_events` has no `unique_key`: strategy `merge` then only adds rows, and what is \
             loaded twice is there twice"
        );
    }

    #[test]
    fn proposes_a_strategy_that_the_adapter_has() {
        assert_eq!(
            alternative("snowflake"),
            "if rows are only ever added, say so with `incremental_strategy='append'`"
        );
        assert_eq!(
            alternative("bigquery"),
            "if each run rewrites whole partitions, set `incremental_strategy='insert_overwrite'` with `partition_by`"
        );
    }

    #[test]
    fn a_key_or_another_materialization_will_do() {
        let mut keyed = incremental("merge");
        relation(&mut keyed).unique_key = vec![Text::from("event_id")];
        assert!(subjects("PRF004", &[keyed]).is_empty());
        let mut blank = incremental("delete+insert");
        relation(&mut blank).unique_key = vec![Text::from(" ")];
        assert_eq!(subjects("PRF004", &[blank]).len(), 1);
        let mut table = incremental("merge");
        relation(&mut table).materialized = Text::from("table");
        assert!(subjects("PRF004", &[table]).is_empty());
    }

    #[test]
    fn knows_which_strategies_add_rows() {
        for (strategy, adapter, adds) in [
            ("", "snowflake", true),
            ("default", "postgres", true),
            ("", "athena", false),
            ("", "", false),
            ("merge", "", true),
            ("merge", "duckdb", false),
            ("delete+insert", "duckdb", true),
            ("append", "snowflake", false),
            ("insert_overwrite", "bigquery", false),
            ("microbatch", "snowflake", false),
            ("insert_by_period", "snowflake", false),
        ] {
            let relation = Relation { incremental_strategy: Text::from(strategy.to_owned()), ..Relation::default() };
            assert_eq!(adding_strategy(&relation, adapter).is_some(), adds, "{strategy} on {adapter}");
        }
    }
}
