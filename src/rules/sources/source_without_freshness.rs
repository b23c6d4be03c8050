use crate::findings::Place;
use crate::project::{Freshness, ResourceType, Source};
use crate::rules::{Context, NoOptions, Node, Rule, SourceGroup, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a source table whose freshness is checked against neither `warn_after` nor `error_after`.
    ///
    /// Thresholds count wherever they are set: on the table, on its source, or in `dbt_project.yml`. A threshold needs
    /// a count and a period. `loaded_at_field` alone checks nothing. A table that is exempt by an explicit
    /// `freshness: null` is the business of `freshness-opt-out`. Source tables of installed packages are not looked at.
    ///
    /// A source none of whose tables is checked is one finding, because one setting repairs it, and so is one with more
    /// than five such tables. Where fewer stand beside checked ones, each is one. Tables that nothing reads are left to
    /// `unused-source` where that runs.
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

/// Up to this many tables beside checked ones are a finding each.
const FEW: usize = 5;

impl Rule for SourceWithoutFreshness {
    fn check_project(&self, cx: &mut Context<'_>) {
        // What nobody reads is the business of `unused-source`, where that runs, which speaks table by table.
        let leaves_unread = cx.runs("SRC004");
        for source in cx.source_groups() {
            let unchecked = source.tables.iter().copied().filter(is_unchecked);
            let is_ours = |table: &Node<'_>| !leaves_unread || cx.graph.consumers(table.id).next().is_some();
            let (ours, unread): (Vec<Node<'_>>, Vec<Node<'_>>) = unchecked.partition(is_ours);
            let none_is_checked = !source.tables.iter().any(|table| freshness(table).is_checked());
            if cx.as_one(ours.len() > FEW || (none_is_checked && ours.len() > 1)) && !ours.is_empty() {
                report_source(&source, &ours, cx);
            } else {
                ours.into_iter().for_each(|table| report(table, cx));
            }
            unread.into_iter().for_each(|table| report(table, cx));
        }
    }
}

fn freshness(table: &Node<'_>) -> Freshness {
    table.as_source().map(|source| source.freshness).unwrap_or_default()
}

/// Whether something checks how fresh the table is; `None` where that is switched off, which is a decision.
pub(crate) fn freshness_state(source: &Source<'_>) -> Option<bool> {
    let is_checked = source.freshness.is_checked();
    (is_checked || !source.freshness_opt_out).then_some(is_checked)
}

fn is_unchecked(table: &Node<'_>) -> bool {
    table.as_source().is_some_and(|source| freshness_state(source) == Some(false))
}

fn report(table: Node<'_>, cx: &mut Context<'_>) {
    let Some(source) = table.resource.as_source() else { return };
    let rests_on_it = cx.exposure_evidence(table.id);
    let where_in_entry = cx.project.place_in_entry(ResourceType::Source).of();
    let message = format!("nothing checks how fresh source table `{}` is", table.label());
    let finding = cx.report(table, Place::key("freshness"), message);
    finding.help(format!(
        "set `freshness: {{warn_after: {{count: …, period: hour}}}}` {} `- name: {}` of source `{}` in {}{}",
        where_in_entry,
        table.name,
        source.source_name,
        table.path,
        with_field(source.loaded_at_field.non_empty().is_some())
    ));
    if let Some(field) = source.loaded_at_field.non_empty() {
        finding.evidence(format!("`loaded_at_field` is `{field}`, but there is no threshold to hold it against"));
    }
    finding.evidence.extend(rests_on_it);
}

fn report_source(source: &SourceGroup<'_>, unchecked: &[Node<'_>], cx: &mut Context<'_>) {
    let first = unchecked[0];
    let has_field =
        |table: &Node<'_>| table.as_source().is_some_and(|detail| detail.loaded_at_field.non_empty().is_some());
    let fields = unchecked.iter().filter(|table| has_field(table)).count();
    let rests_on_it = unchecked.iter().find_map(|table| cx.exposure_evidence(table.id));
    let tables = match (unchecked.len(), source.tables.len()) {
        (count, all) if count == all => format!("the {all} tables"),
        (count, all) => format!("{count} of the {all} tables"),
    };
    let where_in_entry = cx.project.place_in_entry(ResourceType::Source).of();
    let message = format!("nothing checks how fresh {tables} of source `{}` are", source.name);
    let finding = cx.report(first, Place::SourceGroupKey(vec!["freshness".to_owned()]), message);
    finding.subject(source.unique_id());
    finding.stands_for(unchecked.iter().map(|table| (table.unique_id.as_str(), "")));
    finding.help(format!(
        "set `freshness: {{warn_after: {{count: …, period: hour}}}}` {where_in_entry} source `{}` in {}, for all its \
         tables at once{}; a table that need not be fresh gets `freshness: null` and a reason: \
         `meta: {{freshness_reason: …}}`",
        source.name,
        source.declared_in(),
        with_field(fields == unchecked.len())
    ));
    finding.evidence(format!("tables: {}", listed(unchecked.iter().map(|table| table.name.as_str()))));
    if fields > 0 {
        finding.evidence(format!(
            "{} `loaded_at_field`, but there is no threshold to hold it against",
            if fields == 1 { "1 table has a".to_owned() } else { format!("{fields} tables have a") }
        ));
    }
    finding.evidence.extend(rests_on_it);
}

/// What else is needed for a check of freshness, unless it is there.
fn with_field(is_set: bool) -> &'static str {
    if is_set { "" } else { ", with `loaded_at_field` where the warehouse does not know when a table was loaded" }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::findings::Place;
    use crate::project::{Detail, Facts, Freshness, Project, Resource, Source, Text};
    use crate::rules::tester::{exposure, findings, findings_of, model, reading, recorded, source, subjects};

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
    fn an_older_dbt_reads_no_freshness_under_config() {
        let mut project = Project::from(Facts {
            name: Text::from("shop"),
            dbt_version: Text::from("1.9.4"),
            resources: vec![table("orders", |_| {})],
            ..Facts::default()
        });
        let help = |project: &Project<'_>| findings_of("SRC001", json!(null), project)[0].help.to_string();
        assert!(help(&project).starts_with(
            "set `freshness: {warn_after: {count: …, period: hour}}` in `- name: orders` of source `erp` in models/sources.yml"
        ));
        project.dbt_version = Text::from("1.10.0");
        assert!(help(&project).contains("` under `config:` of `- name: orders`"), "{}", help(&project));
    }

    /// A model that reads all of them.
    fn reader(tables: &[Resource<'static>]) -> Resource<'static> {
        reading(model("staging", "stg_erp"), &tables.iter().collect::<Vec<_>>())
    }

    #[test]
    fn a_source_without_any_check_is_one_finding() {
        let orders = table("orders", |_| {});
        let lines = table("lines", |source| source.loaded_at_field = Text::from("_loaded_at"));
        let mut all = vec![orders, lines];
        all.push(reader(&all));
        let found = findings("SRC001", json!(null), &all);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].subject.as_str(), found[0].part.as_str()), ("source.shop.erp", ""));
        assert_eq!(found[0].message, "nothing checks how fresh the 2 tables of source `erp` are");
        assert_eq!(found[0].place, Place::SourceGroupKey(vec!["freshness".to_owned()]));
        assert_eq!(
            found[0].help,
            "set `freshness: {warn_after: {count: …, period: hour}}` under `config:` of source `erp` in \
             models/sources.yml, for all its tables at once, with `loaded_at_field` where the warehouse does not know when a \
             table was loaded; a table that need not be fresh gets `freshness: null` and a reason: \
             `meta: {freshness_reason: …}`"
        );
        assert_eq!(
            found[0].evidence,
            ["tables: lines, orders", "1 table has a `loaded_at_field`, but there is no threshold to hold it against"]
        );
    }

    #[test]
    fn a_few_tables_beside_checked_ones_are_a_finding_each() {
        let beside_checked = |count: usize| {
            let checked =
                table("checked", |source| source.freshness = Freshness { warn_after: true, error_after: false });
            let names: Vec<String> = (0..count).map(|number| format!("t{number}")).collect();
            let mut all: Vec<_> = names.iter().map(|name| table(name, |_| {})).collect();
            all.push(checked);
            all.push(reader(&all));
            findings("SRC001", json!(null), &all)
        };
        assert_eq!(beside_checked(5).len(), 5);
        let found = beside_checked(6);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "nothing checks how fresh 6 of the 7 tables of source `erp` are");
    }

    #[test]
    fn tables_that_nothing_reads_stay_apart() {
        let mut all = ["a", "b", "c"].map(|name| table(name, |_| {})).to_vec();
        all.push(reader(&all[..2]));
        // Where `unused-source` runs, it takes the place of the last.
        let messages = |rules: &[&str]| {
            let (_, found) = recorded(rules, &all);
            found.into_iter().map(|finding| finding.message.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(
            messages(&["SRC001", "SRC004"]),
            ["nothing checks how fresh 2 of the 3 tables of source `erp` are", "nothing reads source table `erp.c`"]
        );
        assert_eq!(messages(&["SRC001"]), ["nothing checks how fresh the 3 tables of source `erp` are"]);
    }

    #[test]
    fn tables_that_opt_out_are_not_counted() {
        let opted_out = table("returns", |source| source.freshness_opt_out = true);
        let mut all = vec![table("orders", |_| {}), opted_out];
        all.push(reader(&all));
        assert_eq!(subjects("SRC001", &all), ["source.shop.erp.orders"]);
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
