use super::undescribed::{Options, complaint, quoted};
use crate::findings::Place;
use crate::project::{Column, is_description};
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a declared column without a description, in models, sources, seeds and snapshots.
    ///
    /// Blank text, a placeholder (`todo`, `tbd`, `n/a`, `none`, the column's own name, ...) and anything shorter than
    /// `min-length` count as missing. Columns that YAML does not declare are not looked at. A column that all versions
    /// of a model share is reported once, at the latest version. Where a parent describes a column of the same name,
    /// the finding quotes it.
    ///
    /// # Why it matters
    /// Tables are read column by column. `amount` with or without tax, `created_at` in which time zone: each answer is
    /// known to the person who wrote the model, and to nobody else until it is written down.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order.
    ///     columns:
    ///       - name: amount
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order.
    ///     columns:
    ///       - name: amount
    ///         description: What the customer paid, in euros, tax included.
    /// ```
    UndocumentedColumn(Options),
    code = "DOC011",
    slug = "undocumented-column",
    area = Documentation,
    trap = Govern,
    default = Info,
    since = "0.1.0",
    subjects = [Model, Source, Seed, Snapshot]
}

impl Rule for UndocumentedColumn {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        let latest = cx.latest_version(node).filter(|latest| latest.id != node.id);
        for column in node.columns.iter().filter(|column| !self.is_described(column)) {
            let there = latest.and_then(|latest| latest.resource.column(&column.name));
            let is_said_there = there.is_some_and(|column| !self.is_described(column));
            if !is_said_there {
                self.report(node, column, cx);
            }
        }
    }
}

impl UndocumentedColumn {
    fn is_described(&self, column: &Column<'_>) -> bool {
        is_description(&column.description, &column.name, self.options.min_length)
    }

    fn report(&self, node: Node<'_>, column: &Column<'_>, cx: &mut Context<'_>) {
        let upstream = cx.parents(node.id).find_map(|parent| {
            let same = parent.resource.columns.iter().find(|other| other.name.eq_ignore_ascii_case(&column.name))?;
            self.is_described(same)
                .then(|| format!("{} describes it: \"{}\"", parent.label(), quoted(&same.description)))
        });
        let complaint = complaint(&column.description, &column.name);
        let message = format!("column `{}` of {} `{}` {complaint}", column.name, node.kind.label(), node.label());
        let place = Place::ColumnKey(column.name.to_string(), "description".to_owned());
        let finding = cx.report(node, place, message).part(format!("column:{}", column.name)).help(
            "say what the value means, in which unit or format, and when it is null; \
             one docs block serves all columns of that meaning",
        );
        if let Some(line) = upstream {
            finding.evidence(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::findings::Place;
    use crate::project::{Column, Resource, Text};
    use crate::rules::tester::{column, findings, model, reading, relation, source};

    fn described(name: &str, text: &'static str) -> Column<'static> {
        Column { description: Text::from(text), ..column(name) }
    }

    #[test]
    fn each_column_is_a_finding_and_parents_are_quoted() {
        let mut orders = source("erp", "orders");
        orders.columns = vec![described("AMOUNT", "Euros, tax included."), described("state", "state")];
        let mut staged = reading(model("staging", "stg_orders"), &[&orders]);
        staged.columns = vec![column("amount"), described("day", "Day of the order.")];
        let found = findings("DOC011", Value::Null, &[orders, staged]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "column `amount` of model `stg_orders` has no description",
                "column `state` of source table `erp.orders` is described as \"state\", which says nothing"
            ]
        );
        assert_eq!(found[0].part, "column:amount");
        assert_eq!(found[0].place, Place::ColumnKey("amount".to_owned(), "description".to_owned()));
        assert_eq!(found[0].evidence, ["erp.orders describes it: \"Euros, tax included.\""]);
        assert!(found[1].evidence.is_empty());
    }

    #[test]
    fn a_column_of_all_versions_is_one_finding() {
        let version = |number: &'static str, columns: Vec<Column<'static>>| {
            let mut made: Resource<'static> = model("marts", "customers");
            made.unique_id = Text::from(format!("model.shop.customers.v{number}"));
            made.columns = columns;
            relation(&mut made).version = Some(Text::from(number));
            relation(&mut made).latest_version = Some(Text::from("2"));
            made
        };
        let first = version("1", vec![column("id"), column("nickname")]);
        let second = version("2", vec![column("id")]);
        let found = findings("DOC011", Value::Null, &[first, second]);
        let seen: Vec<_> = found.iter().map(|finding| (finding.subject.as_str(), finding.part.as_str())).collect();
        assert_eq!(seen, [("model.shop.customers.v1", "column:nickname"), ("model.shop.customers.v2", "column:id")]);
    }
}
