use std::collections::BTreeMap;

use super::definition;
use crate::findings::Place;
use crate::project::ResourceType;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a metric that is defined exactly as another one.
    ///
    /// Two are the same if they agree in type, in what they compute (measure, expression, aggregation, numerator and
    /// denominator, inputs, window, conversion) and in their filter. Name, label, description, `meta`, tags and group
    /// make no difference, nor does white space. An aggregation without `expr` is of the column that the metric is
    /// named after, so that two such metrics differ. Of several, the first by its id is kept, and each of the others is
    /// flagged. Metrics of installed packages are not compared.
    ///
    /// # Why it matters
    /// Two names for one number are two numbers in the minds of those who read them. The day one definition is changed
    /// and the other is not, they are two numbers in the reports, too.
    ///
    /// # Example
    /// ```yaml
    /// # models/semantic/metrics.yml
    /// metrics:
    ///   - name: revenue
    ///     label: Revenue
    ///     type: simple
    ///     type_params:
    ///       measure: net_amount
    ///   - name: sales
    ///     label: Sales
    ///     type: simple
    ///     type_params:
    ///       measure: net_amount
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/semantic/metrics.yml
    /// metrics:
    ///   - name: revenue
    ///     label: Revenue
    ///     type: simple
    ///     type_params:
    ///       measure: net_amount
    /// ```
    DuplicateMetric(NoOptions),
    code = "MET001",
    slug = "duplicate-metric",
    area = Metrics,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Metric]
}

impl Rule for DuplicateMetric {
    fn check_project(&self, cx: &mut Context<'_>) {
        let mut definitions: BTreeMap<String, Vec<Node<'_>>> = BTreeMap::new();
        for metric in cx.subjects(ResourceType::Metric) {
            if let Some(definition) = metric.as_metric().and_then(|detail| definition::of(metric.resource, detail)) {
                definitions.entry(definition).or_default().push(metric);
            }
        }
        for metrics in definitions.values() {
            if let [kept, others @ ..] = metrics.as_slice() {
                others.iter().for_each(|&metric| report(metric, *kept, cx));
            }
        }
    }
}

fn report(metric: Node<'_>, kept: Node<'_>, cx: &mut Context<'_>) {
    let owners = [kept, metric].map(|metric| cx.ownership(metric).name);
    let message = format!("metric `{}` is defined exactly as `{}`", metric.name, kept.name);
    let finding = cx.report(metric, Place::Entry, message);
    finding
        .help(format!("agree on one name, use it where the other is used, and remove `- name: {}`", metric.name))
        .related(kept.id, Place::Entry, "the same definition");
    if let [Some(first), Some(second)] = owners {
        if first == second {
            finding.evidence(format!("both belong to {first}"));
        } else {
            finding.evidence(format!("`{}` belongs to {first}, `{}` to {second}", kept.name, metric.name));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::findings::Place;
    use crate::project::{Detail, Json, Metric, Resource, ResourceType, Text};
    use crate::rules::tester::{findings, json_text, resource, subjects};

    fn raw(value: &Value) -> Option<Json<'static>> {
        (!value.is_null()).then(|| json_text(value))
    }

    fn metric(name: &str, kind: &'static str, parameters: Value, filter: Value) -> Resource<'static> {
        let detail = Metric {
            metric_type: Text::from(kind),
            type_params: raw(&parameters),
            filter: raw(&filter),
            ..Metric::default()
        };
        Resource {
            detail: Detail::Metric(Box::new(detail)),
            ..resource(ResourceType::Metric, &format!("metric.shop.{name}"), "models/metrics.yml")
        }
    }

    fn measure(name: &str) -> Value {
        json!({
            "measure": {"name": name, "filter": null, "alias": null, "join_to_timespine": false},
            "input_measures": [{"name": name}], "metrics": [], "expr": null
        })
    }

    fn old(name: &str, expression: &'static str, timestamp: &str) -> Resource<'static> {
        let detail = Metric {
            metric_type: Text::from("sum"),
            expression: Text::from(expression),
            timestamp: raw(&json!(timestamp)),
            filter: raw(&json!([])),
            ..Metric::default()
        };
        Resource {
            detail: Detail::Metric(Box::new(detail)),
            ..resource(ResourceType::Metric, &format!("metric.shop.{name}"), "models/metrics.yml")
        }
    }

    fn is_same(a: Resource<'static>, b: Resource<'static>) -> bool {
        !subjects("MET001", &[a, b]).is_empty()
    }

    #[test]
    fn two_names_for_one_number() {
        let mut revenue = metric("revenue", "simple", measure("net_amount"), Value::Null);
        revenue.meta = json!({"owner": "Finance"}).as_object().cloned().unwrap_or_default();
        let mut sales = metric("sales", "simple", measure("net_amount"), Value::Null);
        sales.meta = json!({"owner": "Marketing"}).as_object().cloned().unwrap_or_default();
        let orders = metric("orders", "simple", measure("order_count"), Value::Null);
        let found = findings("MET001", json!(null), &[revenue, sales, orders]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "metric.shop.sales");
        assert_eq!(found[0].message, "metric `sales` is defined exactly as `revenue`");
        assert_eq!(found[0].place, Place::Entry);
        assert_eq!(found[0].evidence, ["`revenue` belongs to Finance, `sales` to Marketing"]);
        assert_eq!(found[0].related[0].label, "the same definition");
    }

    #[test]
    fn each_but_the_first_is_flagged() {
        let metrics = ["a", "b", "c"].map(|name| metric(name, "simple", measure("net_amount"), Value::Null));
        assert_eq!(subjects("MET001", &metrics), ["metric.shop.b", "metric.shop.c"]);
    }

    #[test]
    fn type_and_filter_tell_apart() {
        let filtered = |name: &str, sql: &str| {
            metric(name, "simple", measure("n"), json!({"where_filters": [{"where_sql_template": sql}]}))
        };
        assert!(is_same(filtered("a", "x = 'a b'\n"), filtered("b", " x  = 'a b'")));
        assert!(!is_same(filtered("a", "x = 'a b'"), filtered("b", "x = 'a  b'")));
        assert!(!is_same(filtered("a", "x = 1"), metric("b", "simple", measure("n"), Value::Null)));
        assert!(!is_same(
            metric("a", "simple", measure("n"), Value::Null),
            metric("b", "cumulative", measure("n"), Value::Null)
        ));
        assert!(is_same(
            metric("a", "simple", measure("n"), Value::Null),
            metric("b", "simple", measure("n"), json!({"where_filters": []}))
        ));
    }

    #[test]
    fn an_aggregation_without_expression_is_of_its_own_column() {
        let sum = |name: &str, expr: Value| {
            let of = json!({"semantic_model": "orders", "agg": "sum", "agg_time_dimension": "ordered_at"});
            metric(name, "simple", json!({"expr": expr, "metric_aggregation_params": of}), Value::Null)
        };
        assert!(!is_same(sum("tax_paid", Value::Null), sum("order_cost", Value::Null)));
        assert!(is_same(sum("tax_paid", Value::Null), sum("taxes", json!("tax_paid"))));
        assert!(is_same(sum("a", json!("1")), sum("b", json!("1"))));
    }

    #[test]
    fn derived_metrics_refer_to_their_inputs_by_alias() {
        let derived = |name: &str, alias: &str, offset: Value| {
            let inputs = json!([{"name": "revenue", "alias": alias, "offset_window": offset}]);
            metric(name, "derived", json!({"expr": "now - before", "metrics": inputs}), Value::Null)
        };
        let month = json!({"count": 1, "granularity": "month"});
        let year = json!({"count": 1, "granularity": "year"});
        assert!(is_same(derived("a", "before", month.clone()), derived("b", "before", month.clone())));
        assert!(!is_same(derived("a", "before", month.clone()), derived("b", "before", year)));
        assert!(!is_same(derived("a", "before", month.clone()), derived("b", "now", month)));
    }

    #[test]
    fn metrics_of_old_have_an_expression_and_a_time_column() {
        assert!(is_same(old("a", "amount", "ordered_at"), old("b", "amount ", "ordered_at")));
        assert!(!is_same(old("a", "amount", "ordered_at"), old("b", "amount", "paid_at")));
        assert!(!is_same(old("a", "amount", "ordered_at"), old("b", "tax", "ordered_at")));
        let mut other_model = old("b", "amount", "ordered_at");
        other_model.depends_on = vec![Text::from("model.shop.fct_returns")];
        assert!(!is_same(old("a", "amount", "ordered_at"), other_model));
    }

    #[test]
    fn what_is_not_known_is_not_compared() {
        let unknown = |name: &str| metric(name, "simple", Value::Null, Value::Null);
        assert!(!is_same(unknown("a"), unknown("b")));
        let empty = |name: &str| metric(name, "simple", json!({"input_measures": [], "expr": null}), Value::Null);
        assert!(!is_same(empty("a"), empty("b")));
    }
}
