use super::undescribed::{self, Options};
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a source table without a description.
    ///
    /// Blank text, a placeholder (`todo`, `tbd`, `n/a`, `none`, the table's own name, ...) and anything shorter than
    /// `min-length` count as missing. The description of the source, the group of tables, is DOC002's business.
    ///
    /// # Why it matters
    /// The source table is where a number enters. If nobody has written down what a row of it stands for, everything
    /// built on it rests on what its first reader guessed.
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     description: Orders and products, copied every hour from the planning system.
    ///     tables:
    ///       - name: orders
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     description: Orders and products, copied every hour from the planning system.
    ///     tables:
    ///       - name: orders
    ///         description: One row per order, drafts included; the planning system writes it.
    /// ```
    UndocumentedSourceTable(Options),
    code = "DOC003",
    slug = "undocumented-source-table",
    area = Documentation,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Source]
}

impl Rule for UndocumentedSourceTable {
    fn check(&self, table: Node<'_>, cx: &mut Context<'_>) {
        undescribed::report(
            table,
            self.options.min_length,
            "say in a sentence what one row is and which system writes it",
            cx,
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::findings::Place;
    use crate::project::Text;
    use crate::rules::tester::{findings, source};

    #[test]
    fn the_groups_description_is_not_the_tables() {
        let mut bare = source("erp", "orders");
        if let crate::project::Detail::Source(source) = &mut bare.detail {
            source.source_description = Text::from("The planning system.");
        }
        let mut described = source("erp", "products");
        described.description = Text::from("One row per product.");
        let found = findings("DOC003", serde_json::Value::Null, &[bare, described]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "source.shop.erp.orders");
        assert_eq!(found[0].message, "source table `erp.orders` has no description");
        assert_eq!(found[0].place, Place::key("description"));
    }
}
