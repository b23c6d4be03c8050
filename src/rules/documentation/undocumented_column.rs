use super::undescribed::{Options, complaint, quoted};
use crate::findings::Place;
use crate::project::{Column, Project, is_description};
use crate::rules::{Context, Node, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a declared column without a description, in models, sources, seeds and snapshots.
    ///
    /// Blank text, a placeholder (`todo`, `tbd`, `n/a`, `none`, the column's own name, ...) and anything shorter than
    /// `min-length` count as missing. Columns that YAML does not declare are not looked at. A column that all versions
    /// of a model share is reported once, at the latest version. Where a parent describes a column of the same name,
    /// the finding says so. A resource with more than five such columns is one finding, at its `columns:`.
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

/// Up to this many columns of a resource are a finding each.
const FEW: usize = 5;

const HELP: &str = "say what the value means, in which unit or format, and when it is null; one docs block serves all \
                    columns of that meaning";

impl Rule for UndocumentedColumn {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        let missing = missing(node, self.options.min_length, cx.project);
        if cx.as_one(missing.len() > FEW) && !missing.is_empty() {
            self.report_all(node, &missing, cx);
        } else {
            missing.into_iter().for_each(|column| self.report(node, column, cx));
        }
    }
}

/// The columns without description, but for those of an old version that the latest version has, undescribed, too.
pub(crate) fn missing<'p>(node: Node<'p>, min_length: usize, project: &Project<'_>) -> Vec<&'p Column<'p>> {
    let is_described = |column: &Column<'_>| is_description(&column.description, &column.name, min_length);
    let latest = project.latest_version(node.resource).filter(|latest| *latest != node.id);
    let is_said_there = |column: &Column<'_>| {
        let there = latest.and_then(|latest| project.get(latest).column(&column.name));
        there.is_some_and(|column| !is_described(column))
    };
    let is_missing = |column: &&Column<'_>| !is_described(column) && !is_said_there(column);
    node.resource.columns.iter().filter(is_missing).collect()
}

impl UndocumentedColumn {
    fn is_described(&self, column: &Column<'_>) -> bool {
        is_description(&column.description, &column.name, self.options.min_length)
    }

    /// A parent that describes a column of that name, and the column there.
    fn described_upstream<'p>(
        &self,
        node: Node<'_>,
        column: &Column<'_>,
        cx: &Context<'p>,
    ) -> Option<(Node<'p>, &'p Column<'p>)> {
        cx.parents(node.id).find_map(|parent| {
            let same = parent.resource.columns.iter().find(|other| other.name.eq_ignore_ascii_case(&column.name))?;
            self.is_described(same).then_some((parent, same))
        })
    }

    fn report(&self, node: Node<'_>, column: &Column<'_>, cx: &mut Context<'_>) {
        let upstream = self.described_upstream(node, column, cx);
        let complaint = complaint(&column.description, &column.name);
        let message = format!("column `{}` of {} `{}` {complaint}", column.name, node.kind.label(), node.label());
        let place = Place::ColumnKey(column.name.to_string(), "description".to_owned());
        let finding = cx.report(node, place, message);
        finding.part(format!("column:{}", column.name)).help(HELP);
        if let Some((parent, same)) = upstream {
            finding.evidence(format!("{} describes it: \"{}\"", parent.label(), quoted(&same.description)));
        }
    }

    fn report_all(&self, node: Node<'_>, missing: &[&Column<'_>], cx: &mut Context<'_>) {
        let upstream = missing.iter().filter_map(|column| {
            let (parent, _) = self.described_upstream(node, column, cx)?;
            Some(format!("{} ({})", column.name, parent.label()))
        });
        let upstream: Vec<String> = upstream.collect();
        let message = format!(
            "{} of the {} declared columns of {} `{}` {}",
            missing.len(),
            node.columns.len(),
            node.kind.label(),
            node.label(),
            complaint_of(missing)
        );
        let finding = cx.report(node, Place::key("columns"), message);
        finding.help(HELP);
        finding.stands_for(missing.iter().map(|column| (node.unique_id.as_str(), format!("column:{}", column.name))));
        finding.evidence(format!("undescribed: {}", listed(missing.iter().map(|column| column.name.as_str()))));
        if !upstream.is_empty() {
            finding.evidence(format!("described by a parent: {}", listed(&upstream)));
        }
    }
}

/// What is the matter with them, as the complaints about each of them would have it.
fn complaint_of(missing: &[&Column<'_>]) -> &'static str {
    let empty = missing.iter().filter(|column| column.description.trim().is_empty()).count();
    let says_something = |column: &&&Column<'_>| {
        let text = column.description.trim();
        !text.is_empty() && !text.eq_ignore_ascii_case(&column.name)
    };
    match (empty, missing.iter().find(says_something)) {
        (count, _) if count == missing.len() => "have no description",
        (0, None) => "have a description that only repeats the name",
        (_, None) => "have no description, or one that only repeats the name",
        (0, Some(_)) => "have a description that says nothing or too little",
        (_, Some(_)) => "have no description, or one that says nothing or too little",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::findings::Place;
    use crate::project::{Column, PackageEntry, Resource, Text};
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
    fn an_entry_in_a_package_is_named() {
        let mut views = model("marts", "page_views");
        views.columns = vec![column("page_view_id")];
        let entry = PackageEntry { package: Text::from("snowplow"), path: Text::from("models/schema.yml") };
        views.entry_in_package = Some(Box::new(entry));
        let found = findings("DOC011", Value::Null, &[views]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].evidence, ["its YAML entry is in package `snowplow`: models/schema.yml"]);
    }

    #[test]
    fn many_columns_of_a_resource_are_one_finding() {
        let columns = ["id", "day", "amount", "tax", "state", "note"];
        let mut orders = source("erp", "orders");
        orders.columns = vec![described("AMOUNT", "Euros, tax included."), described("day", "Day of the order.")];
        let mut staged = reading(model("staging", "stg_orders"), &[&orders]);
        staged.columns = columns.map(column).to_vec();
        staged.columns.push(described("currency", "Three letters."));
        let found = findings("DOC011", Value::Null, &[orders.clone(), staged.clone()]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "6 of the 7 declared columns of model `stg_orders` have no description");
        assert_eq!((found[0].part.as_str(), &found[0].place), ("", &Place::key("columns")));
        assert_eq!(
            found[0].evidence,
            [
                "undescribed: id, day, amount, tax, state and 1 more",
                "described by a parent: day (erp.orders), amount (erp.orders)"
            ]
        );
        staged.columns.truncate(5);
        let found = findings("DOC011", Value::Null, &[orders, staged]);
        assert_eq!(found.len(), 5);
        assert!(found.iter().all(|finding| finding.part.starts_with("column:")));
    }

    #[test]
    fn a_group_says_what_is_the_matter_with_them() {
        let group = |texts: [&'static str; 6]| {
            let columns = ["id", "day", "amount", "tax", "state", "note"].into_iter().zip(texts);
            let mut orders = model("marts", "fct_orders");
            orders.columns = columns.map(|(name, text)| described(name, text)).collect();
            findings("DOC011", Value::Null, &[orders])[0].message.to_string()
        };
        for (texts, complaint) in [
            (["", "", "", "", "", " "], "have no description"),
            (["id", "day", "AMOUNT", "tax", "state", "note"], "have a description that only repeats the name"),
            (["id", "", "", "", "", ""], "have no description, or one that only repeats the name"),
            (["id", "day", "TBD", "tax", "state", "x"], "have a description that says nothing or too little"),
            (["", "day", "", "", "", "x"], "have no description, or one that says nothing or too little"),
        ] {
            assert_eq!(group(texts), format!("6 of the 6 declared columns of model `fct_orders` {complaint}"));
        }
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
