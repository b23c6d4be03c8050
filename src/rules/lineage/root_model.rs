use crate::findings::Place;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model that has no parent at all.
    ///
    /// Anything that dbt lists as a dependency is a parent: a model, source, seed, snapshot or function, of the project
    /// or of a package. MetricFlow time spines make their rows themselves and are exempt. Where nothing reads the model
    /// either, `disconnected-model` says so instead.
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
    RootModel(NoOptions),
    code = "DAG001",
    slug = "root-model",
    area = Lineage,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for RootModel {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        // Not the graph: a parent that is unknown or disabled is a parent, too.
        if !model.depends_on.is_empty() || cx.project.is_time_spine(model.resource) {
            return;
        }
        let message = format!("model `{}` reads nothing that dbt knows: it has no parent", model.label());
        cx.report(model, Place::File, message).help(
            "read the data through `ref()` or `source()`, declaring the source if there is none; rows that are written \
             in the file belong in a seed",
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::Text;
    use crate::rules::tester::{findings, model, reading, relation, source, subjects};

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
