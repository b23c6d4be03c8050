use crate::findings::Place;
use crate::project::is_placeholder;
use crate::rules::{Context, NoOptions, Node, Rule, SourceGroup, declare_rule};
use crate::words::{counted, listed};

declare_rule! {
    /// # What it does
    /// Flags a source that does not say by which `loader` its tables come.
    ///
    /// Blank text and placeholders (`todo`, `tbd`, `n/a`, …) count as missing. A source has one finding, not one for
    /// each table; where some of its tables name a loader of their own, each of the others is flagged.
    ///
    /// # Why it matters
    /// When a source is late or wrong, the loader is where to look and whom to ask. Who is on call at night should not
    /// have to find out first.
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     loader: airbyte
    ///     tables:
    ///       - name: orders
    /// ```
    SourceWithoutLoader(NoOptions),
    code = "SRC003",
    slug = "source-without-loader",
    area = Sources,
    trap = BalanceTheTeam,
    default = Off,
    since = "0.1.0",
    subjects = [Source]
}

impl Rule for SourceWithoutLoader {
    fn check_project(&self, cx: &mut Context<'_>) {
        for source in cx.source_groups() {
            let has_none = |table: &&Node<'_>| table.as_source().is_some_and(|detail| is_placeholder(&detail.loader));
            let without: Vec<Node<'_>> = source.tables.iter().filter(has_none).copied().collect();
            let is_all = without.len() == source.tables.len();
            if cx.as_one(is_all) && !without.is_empty() {
                report_source(&source, cx);
            } else {
                without.into_iter().for_each(|table| report_table(table, is_all, cx));
            }
        }
    }
}

fn report_source(source: &SourceGroup<'_>, cx: &mut Context<'_>) {
    let place = Place::SourceGroupKey(vec!["loader".to_owned()]);
    let first = source.tables[0];
    let tables = listed(source.tables.iter().map(|table| table.name.as_str()));
    cx.report(first, place, format!("source `{}` does not say what loads it", source.name))
        .subject(source.unique_id())
        .stands_for(source.tables.iter().map(|table| (table.unique_id.as_str(), "")))
        .help(format!("add `loader:` to `- name: {}` in {}", source.name, source.declared_in()))
        .evidence(format!("{}: {tables}", counted(source.tables.len(), "table")));
}

fn report_table(table: Node<'_>, is_as_all: bool, cx: &mut Context<'_>) {
    let message = format!("source table `{}` does not say what loads it", table.label());
    let like_others = if is_as_all { "" } else { ", as other tables of the source have it" };
    cx.report(table, Place::key("loader"), message)
        .help(format!("add `loader:` to `- name: {}` in {}{like_others}", table.name, table.path));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::findings::Place;
    use crate::project::{Detail, Resource, Text};
    use crate::rules::tester::{findings, source, subjects};

    fn table(group: &str, name: &str, loader: &'static str) -> Resource<'static> {
        let mut table = source(group, name);
        if let Detail::Source(detail) = &mut table.detail {
            detail.loader = Text::from(loader);
        }
        table
    }

    #[test]
    fn a_source_has_one_finding() {
        let resources =
            [table("erp", "lines", ""), table("erp", "orders", " TBD "), table("crm", "accounts", "airbyte")];
        let found = findings("SRC003", json!(null), &resources);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "source.shop.erp");
        assert_eq!(found[0].message, "source `erp` does not say what loads it");
        assert_eq!(found[0].place, Place::SourceGroupKey(vec!["loader".to_owned()]));
        assert_eq!(found[0].evidence, ["2 tables: lines, orders"]);
        assert_eq!(found[0].help, "add `loader:` to `- name: erp` in models/sources.yml");
    }

    #[test]
    fn tables_may_differ() {
        let resources = [table("erp", "lines", ""), table("erp", "orders", "airbyte")];
        assert_eq!(subjects("SRC003", &resources), ["source.shop.erp.lines"]);
    }
}
