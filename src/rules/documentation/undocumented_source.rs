use super::undescribed::{Options, complaint};
use crate::findings::Place;
use crate::project::is_description;
use crate::rules::{Context, Rule, SourceGroup, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a source, the group of tables, without a description.
    ///
    /// Blank text, a placeholder (`todo`, `tbd`, `n/a`, `none`, the source's own name, ...) and anything shorter than
    /// `min-length` count as missing. Each source counts once, however many tables and files it has; a description in
    /// any of them is enough. The tables' own descriptions are DOC003's business.
    ///
    /// # Why it matters
    /// When a number looks wrong, the first question is where it came from. The source's description says which system
    /// it is, how the data gets here and whom to call; without it that search begins anew each time.
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    ///         description: One row per order, drafts included.
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     description: Orders and products, copied every hour from the planning system by the platform team.
    ///     tables:
    ///       - name: orders
    ///         description: One row per order, drafts included.
    /// ```
    UndocumentedSource(Options),
    code = "DOC002",
    slug = "undocumented-source",
    area = Documentation,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Source]
}

impl Rule for UndocumentedSource {
    fn check_project(&self, cx: &mut Context<'_>) {
        for source in cx.source_groups() {
            self.check_source(&source, cx);
        }
    }
}

impl UndocumentedSource {
    fn check_source(&self, source: &SourceGroup<'_>, cx: &mut Context<'_>) {
        let mut texts = source.tables.iter().filter_map(|table| Some(&table.resource.as_source()?.source_description));
        if texts.clone().any(|text| is_description(text, source.name, self.options.min_length)) {
            return;
        }
        let text = texts.find(|text| !text.trim().is_empty()).map_or("", |text| text.as_str());
        let message = format!("source `{}` {}", source.name, complaint(text, source.name));
        let place = Place::SourceGroupKey(vec!["description".to_owned()]);
        cx.report(source.tables[0], place, message)
            .subject(source.unique_id())
            .help("say which system it is, how its data gets here, and whom to ask");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::findings::Place;
    use crate::project::{Detail, Resource, Text};
    use crate::rules::tester::{findings, source};

    fn described(group: &str, table: &str, text: &'static str) -> Resource<'static> {
        let mut made = source(group, table);
        if let Detail::Source(source) = &mut made.detail {
            source.source_description = Text::from(text);
        }
        made
    }

    #[test]
    fn counts_each_source_once() {
        let tables = [source("erp", "orders"), source("erp", "products"), described("crm", "people", "Our customers.")];
        let found = findings("DOC002", Value::Null, &tables);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "source.shop.erp");
        assert_eq!(found[0].message, "source `erp` has no description");
        assert_eq!(found[0].place, Place::SourceGroupKey(vec!["description".to_owned()]));
    }

    #[test]
    fn one_description_is_enough_and_a_placeholder_is_none() {
        let split = [source("erp", "orders"), described("erp", "products", "The planning system.")];
        assert!(findings("DOC002", Value::Null, &split).is_empty());
        let found = findings("DOC002", Value::Null, &[source("erp", "orders"), described("erp", "products", "ERP")]);
        assert_eq!(found[0].message, "source `erp` is described as \"ERP\", which says nothing");
    }
}
