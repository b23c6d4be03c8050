use crate::findings::Place;
use crate::project::Source;
use crate::rules::words::counted;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a source table whose freshness is checked against neither `warn_after` nor `error_after`.
    ///
    /// Thresholds count wherever they are set: on the table, on its source, or in `dbt_project.yml`. A threshold needs
    /// a count and a period. `loaded_at_field` alone checks nothing. A table that is exempt by an explicit
    /// `freshness: null` is the business of `freshness-opt-out`. Source tables of installed packages are not looked at.
    ///
    /// # Why it matters
    /// When a loader stops, nothing fails: every model builds, every test passes, and the dashboard shows last week.
    /// Freshness is the one check that notices data that is not there.
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
    ///     config:
    ///       loaded_at_field: _loaded_at
    ///       freshness:
    ///         warn_after: {count: 26, period: hour}
    ///     tables:
    ///       - name: orders
    /// ```
    SourceWithoutFreshness(NoOptions),
    code = "SRC001",
    slug = "source-without-freshness",
    area = Sources,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Source]
}

impl Rule for SourceWithoutFreshness {
    // By source, because what to do depends on its other tables.
    fn check_project(&self, cx: &mut Context<'_>) {
        for source in cx.source_groups() {
            let freshness = |table: &Node<'_>| table.as_source().map(|detail| detail.freshness).unwrap_or_default();
            let none_is_checked = !source.tables.iter().any(|table| freshness(table).is_checked());
            let all_at_once = none_is_checked && source.tables.len() > 1;
            for &table in &source.tables {
                if let Some(detail) = table.resource.as_source()
                    && !detail.freshness.is_checked()
                    && !detail.freshness_opt_out
                {
                    report(table, detail, all_at_once.then_some(source.tables.len()), cx);
                }
            }
        }
    }
}

/// `all_tables` is their number, if no table of the source is checked.
fn report(table: Node<'_>, source: &Source<'_>, all_tables: Option<usize>, cx: &mut Context<'_>) {
    let rests_on_it = cx.exposure_evidence(table.id);
    let field = match source.loaded_at_field.non_empty() {
        Some(_) => String::new(),
        None => ", with `loaded_at_field` where the warehouse does not know when a table was loaded".to_owned(),
    };
    let help = match all_tables {
        Some(count) => format!(
            "set `freshness: {{warn_after: {{count: …, period: hour}}}}` under `config:` of source `{}` in {}, once for \
             all its {}{field}",
            source.source_name,
            table.path,
            counted(count, "table")
        ),
        None => format!(
            "set `freshness: {{warn_after: {{count: …, period: hour}}}}` under `config:` of `- name: {}` of source `{}` \
             in {}{field}",
            table.name, source.source_name, table.path
        ),
    };
    let message = format!("nothing checks how fresh source table `{}` is", table.label());
    let finding = cx.report(table, Place::key("freshness"), message);
    finding.help(help);
    if let Some(field) = source.loaded_at_field.non_empty() {
        finding.evidence(format!("`loaded_at_field` is `{field}`, but there is no threshold to hold it against"));
    }
    finding.evidence.extend(rests_on_it);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::findings::Place;
    use crate::project::{Detail, Freshness, Resource, Source, Text};
    use crate::rules::tester::{exposure, findings, model, reading, source, subjects};

    fn table(name: &str, change: impl Fn(&mut Source<'static>)) -> Resource<'static> {
        let mut table = source("erp", name);
        if let Detail::Source(detail) = &mut table.detail {
            change(detail);
        }
        table
    }

    #[test]
    fn either_threshold_is_enough() {
        let resources = [
            table("both", |source| source.freshness = Freshness { warn_after: true, error_after: true }),
            table("error", |source| source.freshness = Freshness { error_after: true, ..Freshness::default() }),
            table("none", |_| {}),
            table("opted_out", |source| source.freshness_opt_out = true),
            table("warn", |source| source.freshness = Freshness { warn_after: true, ..Freshness::default() }),
        ];
        assert_eq!(subjects("SRC001", &resources), ["source.shop.erp.none"]);
    }

    #[test]
    fn a_field_without_threshold_checks_nothing() {
        let orders = table("orders", |source| source.loaded_at_field = Text::from("_loaded_at"));
        let found = findings("SRC001", json!(null), &[orders]);
        assert_eq!(found[0].message, "nothing checks how fresh source table `erp.orders` is");
        assert_eq!(found[0].place, Place::key("freshness"));
        assert_eq!(
            found[0].evidence,
            ["`loaded_at_field` is `_loaded_at`, but there is no threshold to hold it against"]
        );
        assert_eq!(
            found[0].help,
            "set `freshness: {warn_after: {count: …, period: hour}}` under `config:` of `- name: orders` of source \
             `erp` in models/sources.yml"
        );
    }

    #[test]
    fn where_no_table_is_checked_it_is_set_once() {
        let found = findings("SRC001", json!(null), &[table("orders", |_| {}), table("lines", |_| {})]);
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[0].help,
            "set `freshness: {warn_after: {count: …, period: hour}}` under `config:` of source `erp` in \
             models/sources.yml, once for all its 2 tables, with `loaded_at_field` where the warehouse does not know \
             when a table was loaded"
        );
    }

    #[test]
    fn says_which_dashboard_rests_on_it() {
        let orders = table("orders", |_| {});
        let staged = reading(model("staging", "stg_orders"), &[&orders]);
        let kpis = reading(exposure("weekly_kpis"), &[&staged]);
        let found = findings("SRC001", json!(null), &[orders, staged, kpis]);
        assert_eq!(
            found[0].evidence,
            ["a dashboard rests on it: source table erp.orders → stg_orders → exposure weekly_kpis"]
        );
    }
}
