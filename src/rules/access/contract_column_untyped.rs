use crate::findings::Place;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a column without `data_type` in a model whose contract is enforced.
    ///
    /// Only declared columns can be seen. dbt itself finds the gap when it builds the model, not when it parses it.
    ///
    /// # Why it matters
    /// The contract holds the model to names and types. Where a type is missing dbt refuses to build, and the pipeline
    /// stops on the day someone adds a column, at night rather than in the review.
    ///
    /// # Example
    /// ```yaml
    /// # models/_models.yml
    /// models:
    ///   - name: dim_carriers
    ///     config:
    ///       contract:
    ///         enforced: true
    ///     columns:
    ///       - name: service_level
    /// ```
    /// ```sql
    /// -- models/dim_carriers.sql
    /// select 'express' as service_level
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/_models.yml
    /// models:
    ///   - name: dim_carriers
    ///     config:
    ///       contract:
    ///         enforced: true
    ///     columns:
    ///       - name: service_level
    ///         data_type: varchar
    /// ```
    /// ```sql
    /// -- models/dim_carriers.sql
    /// select 'express' as service_level
    /// ```
    ContractColumnUntyped(NoOptions),
    code = "ACC023",
    slug = "contract-column-untyped",
    area = Access,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for ContractColumnUntyped {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        if !model.relation().is_some_and(|relation| relation.contract_enforced) {
            return;
        }
        let is_untyped = |data_type: &str| data_type.trim().is_empty();
        for column in model.columns.iter().filter(|column| column.data_type.as_deref().is_none_or(is_untyped)) {
            let message = format!(
                "column `{}` of model `{}` has no data type, which its enforced contract needs",
                column.name,
                model.label()
            );
            cx.report(model, Place::column(&column.name), message)
                .part(format!("column:{}", column.name))
                .help(format!("add `data_type:` to `{}`, as the warehouse writes it", column.name));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::{Column, Resource, Text};
    use crate::rules::tester::{column, findings, model, relation};

    fn carriers(enforced: bool) -> Resource<'static> {
        let mut model = model("marts", "dim_carriers");
        relation(&mut model).contract_enforced = enforced;
        let typed = Column { data_type: Some(Text::from("integer")), ..column("carrier_id") };
        let blank = Column { data_type: Some(Text::from(" ")), ..column("country") };
        model.columns = vec![typed, column("service_level"), blank];
        model
    }

    #[test]
    fn flags_each_column_without_type() {
        let found = findings("ACC023", json!(null), &[carriers(true)]);
        let parts: Vec<&str> = found.iter().map(|finding| finding.part.as_str()).collect();
        assert_eq!(parts, ["column:country", "column:service_level"]);
        assert_eq!(
            found[1].message,
            "column `service_level` of model `dim_carriers` has no data type, which its enforced contract needs"
        );
    }

    #[test]
    fn without_a_contract_types_are_optional() {
        assert!(findings("ACC023", json!(null), &[carriers(false)]).is_empty());
    }
}
