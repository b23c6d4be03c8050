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

#[cfg(test)]
mod tests {
    use super::super::product;
    use crate::findings::Place;
    use crate::project::{Constraint, Resource, Text};
    use crate::rules::tester::{findings_against, relation};

    fn messages(before: Resource<'static>, now: Resource<'static>) -> Vec<String> {
        findings_against("ACC034", &[before], &[now]).into_iter().map(|it| it.message).collect()
    }

    fn constraint(kind: &'static str, columns: &[&'static str]) -> Constraint<'static> {
        Constraint { kind: Text::from(kind), columns: columns.iter().map(|name| Text::from(*name)).collect() }
    }

    /// Without constraints at columns, and with these of the model.
    fn with(constraints: Vec<Constraint<'static>>) -> Resource<'static> {
        let mut product = product();
        product.columns.iter_mut().for_each(|column| column.constraints.clear());
        relation(&mut product).constraints = constraints;
        product
    }

    #[test]
    fn one_that_is_enforced_no_more() {
        let mut loose = product();
        relation(&mut loose).contract_enforced = false;
        let found = findings_against("ACC034", &[product()], &[loose.clone()]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "the contract of model `dim_products` is enforced no more");
        assert_eq!((&found[0].place, found[0].part.as_str()), (&Place::config("contract"), ""));
        assert_eq!(messages(loose.clone(), product()), [""; 0]);
        assert_eq!(messages(loose.clone(), loose), [""; 0]);
    }

    #[test]
    fn constraints_that_are_lost() {
        let keys = || vec![constraint("primary_key", &["price", "id"]), constraint("not_null", &["ID"])];
        assert_eq!(
            messages(product(), with(Vec::new())),
            ["the contract of model `dim_products` has lost constraint not_null on id"]
        );
        assert_eq!(
            messages(with(keys()), with(Vec::new())),
            ["the contract of model `dim_products` has lost constraints not_null on id, primary_key on id, price"]
        );
        // Where it stands, in which case and order, makes no difference.
        assert_eq!(messages(product(), with(keys())), [""; 0]);
        assert_eq!(
            messages(
                with(keys()),
                with(vec![constraint("Primary_Key", &["id", "price"]), constraint("not_null", &["id"]),])
            ),
            [""; 0]
        );
    }

    #[test]
    fn a_column_takes_its_constraints_along() {
        let mut shorter = product();
        shorter.columns.remove(0);
        assert_eq!(messages(product(), shorter), [""; 0]);
    }

    #[test]
    fn whether_it_was_enforced_must_be_known() {
        let mut unknown = product();
        unknown.unknown = Some(Box::new(vec![(Text::from("contract"), Text::from("var('x') has no value"))]));
        assert_eq!(messages(unknown, with(Vec::new())), [""; 0]);
    }
}
