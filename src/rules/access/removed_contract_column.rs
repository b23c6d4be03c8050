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
    let part = if let [one] = gone { format!("column:{one}") } else { String::new() };
    cx.report(
        model,
        Place::key("columns"),
        format!("the contract of model `{}` has lost {what} {named}", model.label()),
    )
    .part(part)
    .stands_for(gone.iter().map(|name| (model.unique_id.as_str(), format!("column:{name}"))))
    .help("bring it back, or make the change in a new version of the model and deprecate this one");
}

#[cfg(test)]
mod tests {
    use super::super::product;
    use crate::findings::Finding;
    use crate::project::{Resource, Text};
    use crate::rules::tester::{findings_against, relation};

    fn found(before: &Resource<'static>, now: &Resource<'static>) -> Vec<Finding> {
        findings_against("ACC031", std::slice::from_ref(before), std::slice::from_ref(now))
    }

    fn without(columns: &[&str]) -> Resource<'static> {
        let mut product = product();
        product.columns.retain(|column| !columns.contains(&column.name.as_str()));
        product
    }

    #[test]
    fn one_is_named_and_several_are_one_finding() {
        let one = &found(&product(), &without(&["price"]))[0];
        assert_eq!(one.message, "the contract of model `dim_products` has lost column `price`");
        assert_eq!(one.part, "column:price");
        let both = found(&product(), &without(&["id", "price"]));
        assert_eq!(both.len(), 1);
        assert_eq!(both[0].message, "the contract of model `dim_products` has lost columns `id`, `price`");
        let parts: Vec<&str> = both[0].atoms().map(|atom| atom.part).collect();
        assert_eq!(parts, ["column:id", "column:price"]);
    }

    #[test]
    fn only_contracts_in_force_count_and_case_does_not() {
        let mut upper = product();
        upper.columns[1].name = Text::from("PRICE");
        assert_eq!(found(&upper, &product()).len(), 0);
        let loose = |mut product: Resource<'static>| {
            relation(&mut product).contract_enforced = false;
            product
        };
        assert_eq!(found(&product(), &loose(without(&["price"]))).len(), 0);
        assert_eq!(found(&loose(product()), &without(&["price"])).len(), 0);
        assert_eq!(found(&without(&["price"]), &product()).len(), 0);
    }

    #[test]
    fn what_columns_there_were_must_be_known() {
        let mut unknown = product();
        unknown.unknown = Some(Box::new(vec![(Text::from("columns"), Text::from("var('x') has no value"))]));
        assert_eq!(found(&unknown, &without(&["price"])).len(), 0);
        let mut now = without(&["price"]);
        now.unknown = unknown.unknown;
        assert_eq!(found(&product(), &now).len(), 0);
    }
}
