use crate::findings::Place;
use crate::project::ResourceType;
use crate::rules::by_name::{self, Reading};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a model that nothing reads and that is not made to be read from outside.
    ///
    /// Models, snapshots, exposures, metrics, semantic models and saved queries read; tests do not. Models of the layers
    /// marts and reporting are exempt, because people read those without dbt knowing; so are models with
    /// `access: public`, because other projects may read them, and MetricFlow time spines. Each version of a versioned
    /// model counts for itself. A model that a misspelt `ref` may mean is left alone. Where no data is above the model either,
    /// `disconnected-model` says so instead. A model whose table SQL reads by its name (`from prod.core.orders`) is none that
    /// can be deleted; the finding says where it is read, because dbt does not know that either.
    ///
    /// # Why it matters
    /// A model that nobody uses is built, tested and paid for every night, and it is one more place to look when a
    /// number has to change. What guides no decision only hides what does.
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    /// ```
    /// ```sql
    /// -- models/staging/stg_orders.sql
    /// select * from {{ source('erp', 'orders') }}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    /// ```
    /// ```sql
    /// -- models/staging/stg_orders.sql
    /// select * from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select order_id, amount from {{ ref('stg_orders') }}
    /// ```
    DeadEndModel(NoOptions),
    code = "DAG002",
    slug = "dead-end-model",
    area = Lineage,
    trap = ServeTheBusiness,
    default = Warning,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for DeadEndModel {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        if cx.graph.consumers(model.id).next().is_some() || super::is_read_from_outside(model, cx) {
            return;
        }
        if cx.project.may_be_meant(model.resource) {
            return;
        }
        if let Some((reading, reader)) = by_name::reading(model, cx) {
            return report_read_by_name(model, reading, reader, cx);
        }
        let message =
            format!("nothing reads model `{}`: no model, snapshot, exposure or metric depends on it", model.label());
        let disabled: Vec<&str> =
            cx.project.disabled_readers(model.resource).map(|reader| reader.name.as_str()).collect();
        let help = match (disabled.first(), cx.own_files().is_some_and(|own| own.is_package)) {
            (Some(reader), _) => format!("enable `{reader}`, which reads it, or delete both"),
            (None, true) => {
                "the project is a package (it has integration_tests/): if those who install it are to read the \
                 model, say so with `access: public`"
                    .to_owned()
            }
            (None, false) => {
                "delete it, or name who uses it: an exposure for a dashboard or a job outside dbt; if people \
                 query it themselves, move it to the marts"
                    .to_owned()
            }
        };
        let tests = reading_tests(model, cx);
        let finding = cx.report(model, Place::Entry, message);
        finding.help(help);
        if !disabled.is_empty() {
            finding.evidence(format!("read by what is disabled: {}", listed(disabled)));
        }
        if !tests.is_empty() {
            finding.evidence(format!("read by tests of other resources: {}", listed(tests)));
        }
    }
}

/// It is used, and nobody who asks dbt will learn of it.
fn report_read_by_name(model: Node<'_>, reading: &Reading, reader: Node<'_>, cx: &mut Context<'_>) {
    let label = model.label();
    let message = format!(
        "nothing reads model `{label}` through `ref()`, but {} `{}` names a table that is or may be it: `{}`",
        reader.kind.label(),
        reader.label(),
        reading.text
    );
    let help =
        format!("write `{{{{ ref('{}') }}}}` in place of `{}`, if that is what is meant", model.name, reading.text);
    let finding = cx.report(model, Place::Entry, message);
    finding.help(help).related(reader.id, Place::Code(reading.text.clone()), format!("`{label}` is read here"));
}

/// Tests that read it for the sake of something else.
fn reading_tests(model: Node<'_>, cx: &Context<'_>) -> Vec<String> {
    let own = cx.project.tests(model.id);
    let tests = cx.children(model.id).filter(|child| child.kind == ResourceType::Test && !own.contains(&child.id));
    tests.map(|test| test.label()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::{Access, Facts, OwnFiles, Project, RefCall, Resource, ResourceType, Text};
    use crate::rules::tester::{
        exposure, findings, findings_of, json_text, model, reading, relation, resource, source, subjects, test,
    };

    #[test]
    fn tests_are_no_consumers() {
        let unread = model("staging", "stg_orders");
        let tested = test("unique", &unread, "order_id");
        let found = findings("DAG002", Value::Null, &[unread, tested]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "model.shop.stg_orders");
        assert_eq!(
            found[0].message,
            "nothing reads model `stg_orders`: no model, snapshot, exposure or metric depends on it"
        );
    }

    #[test]
    fn says_what_would_read_it() {
        let (unread, other) = (model("staging", "stg_orders"), model("marts", "fct_orders"));
        let of_other = reading(test("relationships", &other, "order_id"), &[&unread]);
        let mut off = model("marts", "fct_old");
        relation(&mut off).refs = vec![RefCall { name: Text::from("stg_orders"), ..RefCall::default() }];
        let resources = [unread, other, of_other];
        let project = |disabled: Vec<Resource<'static>>| {
            let resources = resources.to_vec();
            Project::from(Facts { name: Text::from("shop"), resources, disabled, ..Facts::default() })
        };
        let found = findings_of("DAG002", Value::Null, &project(vec![off]));
        assert_eq!(found[0].help, "enable `fct_old`, which reads it, or delete both");
        assert_eq!(
            found[0].evidence,
            [
                "read by what is disabled: fct_old",
                "read by tests of other resources: relationships_fct_orders_order_id"
            ]
        );
        let mut project = project(Vec::new());
        project.own_files = Some(Box::new(OwnFiles { is_package: true, ..OwnFiles::default() }));
        assert_eq!(
            findings_of("DAG002", Value::Null, &project)[0].help,
            "the project is a package (it has integration_tests/): if those who install it are to read the model, say so \
             with `access: public`"
        );
    }

    #[test]
    fn a_table_that_sql_names_is_not_to_be_deleted() {
        let sql = |name: &str, code: &str| {
            let mut made = reading(model("intermediate", name), &[&source("erp", "x")]);
            relation(&mut made).raw_code = Some(json_text(code));
            made
        };
        let mut scores = model("workspaces", "scores");
        relation(&mut scores).schema = Text::from("dev_science");
        let elsewhere = sql("other", "select * from prod.finance.scores join prod.science.scores_old using (id)");
        let all = [scores, elsewhere, sql("reader", "select *\nfrom PROD.science.\"SCORES\" where a = 1")];
        let found = findings("DAG002", Value::Null, &all);
        let of_scores: Vec<_> = found.iter().filter(|finding| finding.subject == "model.shop.scores").collect();
        assert_eq!(of_scores.len(), 1);
        assert_eq!(
            of_scores[0].message,
            "nothing reads model `scores` through `ref()`, but model `reader` names a table that is or may be it: \
             `PROD.science.\"SCORES\"`"
        );
        assert_eq!(
            of_scores[0].help,
            "write `{{ ref('scores') }}` in place of `PROD.science.\"SCORES\"`, if that is what is meant"
        );
        let found = findings("DAG002", Value::Null, &all[..2]);
        assert_eq!(
            found.last().map(|finding| finding.message.as_str()),
            Some("nothing reads model `scores`: no model, snapshot, exposure or metric depends on it")
        );
        // That table is a source.
        let mut raw = source("science", "scores");
        raw.unique_id = Text::from("source.shop.science.scores");
        let found = findings("DAG002", Value::Null, &[&all[..], &[raw]].concat());
        assert!(found.iter().all(|finding| !finding.message.contains("through `ref()`")));
    }

    #[test]
    fn everything_else_is_one() {
        let read = ["a", "b", "c"].map(|name| model("staging", name));
        let snapshot = resource(ResourceType::Snapshot, "snapshot.shop.snap", "snapshots/snap.sql");
        let semantic = resource(ResourceType::SemanticModel, "semantic_model.shop.sem", "models/sem.yml");
        let all =
            [reading(exposure("kpis"), &[&read[0]]), reading(snapshot, &[&read[1]]), reading(semantic, &[&read[2]])];
        assert!(subjects("DAG002", &[&read[..], &all[..]].concat()).is_empty());
    }

    #[test]
    fn what_is_read_from_outside_is_exempt() {
        let mart = model("marts", "orders");
        let report = model("somewhere", "rpt_orders");
        let mut public = model("intermediate", "int_orders");
        relation(&mut public).access = Access::Public;
        let mut spine = model("utilities", "all_days");
        relation(&mut spine).time_spine = true;
        assert!(subjects("DAG002", &[mart, report, public, spine]).is_empty());
    }
}
