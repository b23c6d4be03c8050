use super::contract;
use crate::findings::Place;
use crate::project::Resource;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a model whose contract promises less than in the base: it is not enforced any more, or has lost a constraint.
    ///
    /// The rule runs with `--base` or `--since … --downstream`. A constraint counts by its type and columns, whether it
    /// stands at the column or at the model. Columns and types are rules of their own.
    ///
    /// # Why it matters
    /// Others rely on the promise, not on today's data: a column that was never empty and may be now breaks a join months
    /// later, far from the change that allowed it.
    ///
    /// # Example
    /// ```yaml
    /// # before: models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_products
    ///     config: {materialized: table, contract: {enforced: true}}
    ///     columns:
    ///       - {name: id, data_type: integer}
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_products
    ///     config: {materialized: table, contract: {enforced: false}}
    ///     columns:
    ///       - {name: id, data_type: integer}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_products
    ///     config: {materialized: table, contract: {enforced: true}}
    ///     columns:
    ///       - {name: id, data_type: integer, constraints: [{type: not_null}]}
    /// ```
    LoosenedContract(NoOptions),
    code = "ACC034",
    slug = "loosened-contract",
    area = Access,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for LoosenedContract {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let Some(former) = cx.former(model).filter(|former| contract(former).is_some()) else { return };
        if former.is_unknown("contract") {
            return;
        }
        if contract(model.resource).is_none() {
            cx.report(
                model,
                Place::config("contract"),
                format!("the contract of model `{}` is enforced no more", model.label()),
            )
            .help("enforce it again, or make the change in a new version of the model");
            return;
        }
        let now = constraints(model.resource);
        let lost: Vec<Constraint> = constraints(former).into_iter().filter(|before| !now.contains(before)).collect();
        // A column that is gone takes its constraints along.
        let lost =
            lost.into_iter().filter(|(_, columns)| columns.iter().all(|column| super::has_column(&model, column)));
        let names: Vec<String> = lost.map(|(kind, columns)| format!("{kind} on {}", columns.join(", "))).collect();
        if names.is_empty() {
            return;
        }
        let what = if names.len() == 1 { "constraint" } else { "constraints" };
        let message = format!("the contract of model `{}` has lost {what} {}", model.label(), listed(&names));
        cx.report(model, Place::key("columns"), message)
            .part(format!("constraints:{}", names.join(";")))
            .help("bring it back, or make the change in a new version of the model");
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        cx.without_base()
    }
}

/// Type and columns, in lower case and in order.
type Constraint = (String, Vec<String>);

fn constraints(model: &Resource<'_>) -> Vec<Constraint> {
    let lower = |name: &str| name.to_lowercase();
    let of_columns = model.columns.iter().flat_map(|column| {
        column.constraints.iter().map(move |constraint| (lower(&constraint.kind), vec![lower(&column.name)]))
    });
    let of_model = model.relation().map_or(&[][..], |relation| &relation.constraints).iter();
    let of_model = of_model.map(|constraint| {
        let mut columns: Vec<String> = constraint.columns.iter().map(|column| lower(column)).collect();
        columns.sort_unstable();
        (lower(&constraint.kind), columns)
    });
    let mut all: Vec<Constraint> = of_columns.chain(of_model).collect();
    all.sort_unstable();
    all.dedup();
    all
}
