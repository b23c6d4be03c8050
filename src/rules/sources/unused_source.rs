use super::by_name::ReadByName;
use crate::findings::Place;
use crate::project::Resource;
use crate::rules::{Context, NoOptions, Node, Rule, SourceGroup, declare_rule};
use crate::words::{counted, listed};

declare_rule! {
    /// # What it does
    /// Flags a source table that nothing reads: no model, snapshot, exposure, metric or semantic model.
    ///
    /// Readers in installed packages count. Tests are no readers, nor are analyses and disabled models. Source tables
    /// that installed packages define are not looked at. Where all or most tables of a source are unread, or more than
    /// five, one finding stands for them.
    ///
    /// Macros that find tables by name leave no trace in lineage. The rule therefore keeps silent on a source whose name
    /// or schema is handed to a macro that looks relations up (`get_relations('erp')`) or stands in quotes in one, on a
    /// source of which SQL takes tables whose names Jinja makes, on a source beside which a model without parents reads
    /// what does not show, and on a table that SQL names itself. What a condition leaves out (`schema not in ('erp')`) and
    /// what `source` and `ref` are given are no such names. `--verbose` says what was left alone, and why. On those sources, the
    /// rules that have nothing to say of tables that nobody reads keep silent, too.
    ///
    /// # Why it matters
    /// What is declared looks used. Somebody keeps loading it, pays for it and answers for the personal data in it, and
    /// nobody dares to switch it off.
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
    ///     tables:
    ///       - name: orders
    /// ```
    /// ```sql
    /// -- models/staging/erp/stg_erp__orders.sql
    /// select order_id, ordered_at from {{ source('erp', 'orders') }}
    /// ```
    UnusedSource(NoOptions),
    code = "SRC004",
    slug = "unused-source",
    area = Sources,
    trap = ServeTheBusiness,
    default = Warning,
    since = "0.1.0",
    subjects = [Source],
    supersedes = ["SRC001", "SRC002", "TST002", "DOC003", "DOC011"]
}

impl Rule for UnusedSource {
    fn check_project(&self, cx: &mut Context<'_>) {
        let is_unread = |table: &Node<'_>| {
            cx.graph.consumers(table.id).next().is_none() && !cx.project.may_be_meant(table.resource)
        };
        let sources = cx.source_groups().map(|source| {
            let unread: Vec<Node<'_>> = source.tables.iter().copied().filter(is_unread).collect();
            (source, unread)
        });
        let sources: Vec<_> = sources.filter(|(_, unread)| !unread.is_empty()).collect();
        if sources.is_empty() {
            return;
        }
        let by_name = ReadByName::new(cx.project, cx.by_name());
        for (source, mut unread) in sources {
            if let Some(reason) = by_name.may_read(&source) {
                cx.leave_alone(format!("source `{}` ({reason})", source.name));
                // Nor is there much to say of their tests or freshness as long as nobody knows which of them are read.
                unread.iter().for_each(|table| {
                    cx.report(*table, Place::Entry, "").silent();
                });
                continue;
            }
            unread.retain(|table| !is_named(table, &by_name, cx));
            let are_most = unread.len() > 1 && unread.len() * 2 > source.tables.len();
            if cx.as_one(unread.len() > FEW || are_most) && !unread.is_empty() {
                report_source(&source, &unread, &by_name, cx);
            } else {
                unread.into_iter().for_each(|table| report(table, &by_name, cx));
            }
        }
    }
}

/// Whether SQL names the table itself.
fn is_named(table: &Node<'_>, by_name: &ReadByName<'_>, cx: &Context<'_>) -> bool {
    let Some(reader) = by_name.reader_of(table) else { return false };
    cx.leave_alone(format!("source table `{}` ({} `{}` names it)", table.label(), reader.kind.label(), reader.label()));
    true
}

/// Up to this many tables of one source are reported one by one, unless they are most of it.
const FEW: usize = 5;

fn report(table: Node<'_>, by_name: &ReadByName<'_>, cx: &mut Context<'_>) {
    let tests = cx.project.tests(table.id).len();
    let finding = cx.report(table, Place::Entry, format!("nothing reads source table `{}`", table.label()));
    finding.help(format!(
        "read it in a staging model, or remove `- name: {}` from {}{}",
        table.name,
        table.path,
        unless(by_name, "it")
    ));
    if tests > 0 {
        finding.evidence(format!("{} on it all the same", counted(tests, "test")));
    }
}

fn report_source(source: &SourceGroup<'_>, unread: &[Node<'_>], by_name: &ReadByName<'_>, cx: &mut Context<'_>) {
    let Some(&first) = unread.first() else { return };
    let tests: usize = unread.iter().map(|table| cx.project.tests(table.id).len()).sum();
    let all = source.tables.len();
    let message = match unread.len() {
        count if count == all => format!("nothing reads any of the {all} tables of source `{}`", source.name),
        count => format!("nothing reads {count} of the {all} tables of source `{}`", source.name),
    };
    let finding = cx.report(first, Place::SourceGroup, message);
    finding.subject(source.unique_id());
    finding.stands_for(unread.iter().map(|table| (table.unique_id.as_str(), "")));
    let file = source.declared_in();
    let unless = unless(by_name, "them");
    finding.help(match unread.len() == all {
        true => format!("read them in staging models, or remove source `{}` from {file}{unless}", source.name),
        false => format!("read them in staging models, or remove their entries from {file}{unless}"),
    });
    finding.evidence(format!("tables: {}", listed(unread.iter().map(|table| table.name.as_str()))));
    if tests > 0 {
        finding.evidence(format!("{} on them all the same", counted(tests, "test")));
    }
}

/// The exception to the advice, where there may be one.
fn unless(by_name: &ReadByName<'_>, what: &str) -> String {
    let exception = |model: &Resource<'_>| {
        format!(", unless a macro finds {what} by name, as in `{}`, whose parents do not show", model.label())
    };
    by_name.example().map(exception).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::findings::Place;
    use crate::project::{Detail, Macro, Resource, ResourceType, Text};
    use crate::rules::tester::{
        exposure, findings, json_text, model, reading, recorded, relation, resource, source, subjects, test,
    };

    #[test]
    fn tests_do_not_read() {
        let orders = source("erp", "orders");
        let tests = [test("unique", &orders, "order_id"), test("not_null", &orders, "order_id")];
        let resources: Vec<_> = [orders].into_iter().chain(tests).collect();
        let found = findings("SRC004", json!(null), &resources);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "nothing reads source table `erp.orders`");
        assert_eq!(found[0].help, "read it in a staging model, or remove `- name: orders` from models/sources.yml");
        assert_eq!(found[0].evidence, ["2 tests on it all the same"]);
    }

    fn with_sql(folder: &str, name: &str, code: &str, macros: &[&'static str]) -> Resource<'static> {
        let mut model = model(folder, name);
        relation(&mut model).raw_code = Some(json_text(code));
        model.macros = macros.iter().map(|&id| Text::from(id)).collect();
        model
    }

    fn tables(count: usize) -> Vec<Resource<'static>> {
        (1..=count).map(|number| source("erp", &format!("t{number}"))).collect()
    }

    #[test]
    fn most_tables_of_a_source_are_one_finding() {
        let mut all = tables(5);
        all.push(reading(model("staging", "stg"), &[&all[0], &all[1]]));
        let found = findings("SRC004", json!(null), &all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "nothing reads 3 of the 5 tables of source `erp`");
        assert_eq!((found[0].subject.as_str(), &found[0].place), ("source.shop.erp", &Place::SourceGroup));
        assert_eq!(found[0].evidence, ["tables: t3, t4, t5"]);
        assert_eq!(found[0].help, "read them in staging models, or remove their entries from models/sources.yml");
        let atoms: Vec<&str> = found[0].atoms().map(|atom| atom.subject).collect();
        assert_eq!(atoms, ["source.shop.erp.t3", "source.shop.erp.t4", "source.shop.erp.t5"]);
        let found = findings("SRC004", json!(null), &tables(2));
        assert_eq!(found[0].message, "nothing reads any of the 2 tables of source `erp`");
        assert_eq!(found[0].help, "read them in staging models, or remove source `erp` from models/sources.yml");
        // Fewer than half are looked at one by one, as long as they are few.
        let mut few = tables(20);
        few.push(reading(model("staging", "stg"), &few.iter().take(15).collect::<Vec<_>>()));
        assert_eq!(findings("SRC004", json!(null), &few).len(), 5);
        few.last_mut().expect("a model").depends_on.pop();
        let found = findings("SRC004", json!(null), &few);
        assert_eq!(found[0].message, "nothing reads 6 of the 20 tables of source `erp`");
    }

    #[test]
    fn a_group_takes_the_place_of_what_else_is_said_of_its_tables() {
        let mut all = tables(5);
        all.push(reading(model("staging", "stg"), &[&all[0], &all[1]]));
        let (_, found) = recorded(&["SRC001", "SRC004", "TST002"], &all);
        let mut found: Vec<(&str, &str)> =
            found.iter().map(|finding| (finding.code, finding.message.as_str())).collect();
        found.sort_unstable();
        assert_eq!(
            found,
            [
                ("SRC001", "nothing checks how fresh 2 of the 5 tables of source `erp` are"),
                ("SRC004", "nothing reads 3 of the 5 tables of source `erp`"),
                ("TST002", "source table `erp.t1` has no test"),
                ("TST002", "source table `erp.t2` has no test"),
            ]
        );
    }

    /// A macro that looks relations up, unless its code is another.
    fn find_relations(code: &str) -> Resource<'static> {
        let detail = Macro { macro_sql: Some(json_text(code)), ..Macro::default() };
        let id = "macro.shop.find_relations";
        Resource { detail: Detail::Macro(Box::new(detail)), ..resource(ResourceType::Macro, id, "macros/find.sql") }
    }

    const FINDS: &str =
        "{% macro find_relations(schema) %}{% do run_query('show tables in ' ~ schema) %}{% endmacro %}";

    #[test]
    fn only_names_that_are_looked_up_count() {
        let crm = source("crm", "x");
        let calling = |code: &str| reading(with_sql("base", "a", code, &["macro.shop.find_relations"]), &[&crm]);
        let found = |code: &str, finding: &str| {
            subjects("SRC004", &[tables(2), vec![calling(code), find_relations(finding)]].concat())
        };
        let none: [&str; 0] = [];
        assert_eq!(found("{{ find_relations('erp') }}", FINDS), none);
        // The macro does nothing of the kind, or is handed something else.
        let harmless = "{% macro find_relations(pairs) %}{% for p in pairs %}{{ ref(p[1]) }}{% endfor %}{% endmacro %}";
        assert_eq!(found("{{ find_relations([('erp', 'fct')]) }}", harmless), ["source.shop.erp"]);
        let code =
            "{{ find_relations('crm') }}{{ source('other', 'erp') }}{{ ref('a', 'erp') }}{{ config(schema='erp') }}";
        assert_eq!(found(code, FINDS), ["source.shop.erp"]);
        // A macro that knows the names itself, or leaves them out.
        let knows = |condition: &str| {
            format!(
                "{{% macro find_relations() %}}{{% set q %}}select * from information_schema.tables where {condition} \
                 {{% endset %}}{{% endmacro %}}"
            )
        };
        let call = "{{ find_relations() }}";
        assert_eq!(found(call, &knows("table_schema = 'ERP'")), none);
        assert_eq!(found(call, &knows("table_schema NOT IN ('SNAPSHOTS', 'ERP')")), ["source.shop.erp"]);
        assert_eq!(found(call, &knows("table_schema != 'ERP'")), ["source.shop.erp"]);
        let own_source =
            "{% macro source(s, t) %}{% set m = {'erp': 'prod'} %}{{ builtins.source(s, t) }}{% endmacro %}";
        assert_eq!(found(call, own_source), ["source.shop.erp"]);
        // Jinja makes the name.
        let union = "{% for t in ['t1'] %}select * from raw.erp.{{ t }}{% endfor %}";
        assert_eq!(found(union, FINDS), none);
        assert_eq!(found("select * from {{ target.schema }}.t1", FINDS), ["source.shop.erp.t2"]);
    }

    #[test]
    fn what_is_read_by_name_is_read() {
        let find = "{% set all = find_relations('ERP') %}select * from {{ all }}";
        let base = with_sql("base", "base_erp", find, &["macro.shop.find_relations"]);
        let base = [base, find_relations(FINDS)];
        assert!(subjects("SRC004", &[tables(2), base.to_vec()].concat()).is_empty());
        // What else could be said of its tables depends on whether they are read.
        let (atoms, found) = recorded(&["SRC001", "SRC004", "TST002"], &[tables(2), base.to_vec()].concat());
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(atoms.iter().filter(|atom| atom.starts_with("SRC004")).count(), 0, "{atoms:?}");
        let pattern = "{% set all = dbt_utils.get_relations_by_pattern('er%', '%') %}";
        let shop = tables(2);
        let staged = reading(with_sql("base", "base_erp", pattern, &[]), &[&source("crm", "x")]);
        assert_eq!(subjects("SRC004", &[shop, vec![staged]].concat()), ["source.shop.erp"]);
        // A value is no name that is looked for.
        let literal = reading(with_sql("base", "a", "select 'erp' as origin", &[]), &[&source("crm", "x")]);
        assert_eq!(subjects("SRC004", &[tables(2), vec![literal]].concat()), ["source.shop.erp"]);
        let named = with_sql("base", "a", "select * from raw.erp.t1", &[]);
        assert_eq!(subjects("SRC004", &[tables(2), vec![named]].concat()), ["source.shop.erp.t2"]);
    }

    #[test]
    fn a_model_whose_parents_do_not_show_may_read_what_is_beside_it() {
        let find = "{% set all = find_relations(var('origin')) %}select * from {{ all }}";
        let base = with_sql("erp/base", "base_erp", find, &["macro.shop.find_relations"]);
        let mut beside = tables(2);
        beside.iter_mut().for_each(|table| table.path = Text::from("models/erp/_sources.yml"));
        let base = [base, find_relations(FINDS)];
        assert!(subjects("SRC004", &[beside, base.to_vec()].concat()).is_empty());
        let found = findings("SRC004", json!(null), &[tables(1), base.to_vec()].concat());
        assert_eq!(
            found[0].help,
            "read it in a staging model, or remove `- name: t1` from models/sources.yml, unless a macro finds it by name, \
             as in `base_erp`, whose parents do not show"
        );
        // A calendar reads nothing.
        let days = with_sql("erp/base", "days", "{{ dbt_utils.date_spine() }}", &["macro.dbt_utils.date_spine"]);
        let found = findings("SRC004", json!(null), &[tables(1), vec![days]].concat());
        assert!(found[0].help.ends_with("models/sources.yml"), "{}", found[0].help);
    }

    #[test]
    fn any_consumer_is_enough() {
        let tables = ["a", "b", "c", "d", "e"].map(|name| source("erp", name));
        let [a, b, c, d, e] = &tables;
        let snapshot = resource(ResourceType::Snapshot, "snapshot.shop.snap_b", "snapshots/b.sql");
        let analysis = resource(ResourceType::Analysis, "analysis.shop.look_at_e", "analyses/e.sql");
        let mut package_model = model("staging", "stg_d");
        package_model.package = Text::from("dbt_erp");
        let readers = [
            reading(model("staging", "stg_a"), &[a]),
            reading(snapshot, &[b]),
            reading(exposure("export"), &[c]),
            reading(package_model, &[d]),
            reading(analysis, &[e]),
        ];
        let resources: Vec<_> = tables.iter().cloned().chain(readers).collect();
        assert_eq!(subjects("SRC004", &resources), ["source.shop.erp.e"]);
    }
}
