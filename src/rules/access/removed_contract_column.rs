use super::{contract, has_column};
use crate::findings::Place;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a model whose contract has lost a column that the base has.
    ///
    /// The rule runs with `--base` or `--since … --downstream`, and looks at models whose contract is enforced in both
    /// states: a contract that is enforced no more is `loosened-contract`. Names are compared without regard to case. A
    /// column may go in a new version of the model.
    ///
    /// # Why it matters
    /// A contract says which columns others may rely on. dbt builds the model without the column just as well, and what
    /// reads it fails, in this project or in others.
    ///
    /// # Example
    /// ```yaml
    /// # before: models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_products
    ///     config: {materialized: table, contract: {enforced: true}}
    ///     columns:
    ///       - {name: id, data_type: integer}
    ///       - {name: price, data_type: numeric}
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_products
    ///     config: {materialized: table, contract: {enforced: true}}
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
    ///       - {name: id, data_type: integer}
    ///       - {name: price, data_type: numeric}
    ///       - {name: list_price, data_type: numeric}
    /// ```
    RemovedContractColumn(NoOptions),
    code = "ACC031",
    slug = "removed-contract-column",
    area = Access,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for RemovedContractColumn {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let Some(former) = cx.former(model).filter(|former| contract(former).is_some()) else { return };
        if contract(model.resource).is_none() || former.is_unknown("columns") {
            return;
        }
        let gone: Vec<&str> =
            former.columns.iter().map(|column| column.name.as_str()).filter(|name| !has_column(&model, name)).collect();
        cx.at_once(&gone).for_each(|gone| report(model, gone, cx));
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        cx.without_base()
    }
}

fn report(model: Node<'_>, gone: &[&str], cx: &mut Context<'_>) {
    let named = listed(gone.iter().map(|name| format!("`{name}`")));
    let what = if gone.len() == 1 { "column" } else { "columns" };
    let id = model.unique_id.to_string();
    let members: Vec<(String, String)> = gone.iter().map(|name| (id.clone(), format!("column:{name}"))).collect();
    let part = if let [one] = gone { format!("column:{one}") } else { String::new() };
    cx.report(
        model,
        Place::key("columns"),
        format!("the contract of model `{}` has lost {what} {named}", model.label()),
    )
    .part(part)
    .stands_for(members)
    .help("bring it back, or make the change in a new version of the model and deprecate this one");
}
