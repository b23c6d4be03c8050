//! What a metric computes, in a form that is equal for metrics that compute the same.

use serde_json::{Map, Value, json};

use crate::project::{Json, Metric, Resource};

/// The definition of a metric as JSON text; `None` where too little is known to compare it.
///
/// Left out is what only names, describes or displays the metric, and what dbt derives from the rest.
pub fn of(resource: &Resource<'_>, metric: &Metric<'_>) -> Option<String> {
    let parameters = metric.type_params.and_then(Json::parse).filter(Value::is_object);
    let computed = match parameters {
        Some(parameters) => of_parameters(&resource.name, parameters)?,
        None => before_type_params(resource, metric)?,
    };
    let filter = metric.filter.and_then(Json::parse).map(simplified).filter(|filter| !is_empty(filter));
    Some(json!([metric.metric_type.to_lowercase(), computed, filter]).to_string())
}

/// A metric of dbt 1.6 or later.
fn of_parameters(name: &str, parameters: Value) -> Option<Value> {
    let mut parameters = parameters;
    let map = parameters.as_object_mut()?;
    // dbt collects these from the metrics below.
    map.remove("input_measures");
    // Who may see the metric is no part of what it is.
    map.remove("is_private");
    let is_aggregation = map.get("metric_aggregation_params").is_some_and(Value::is_object);
    if is_aggregation && map.get("expr").is_none_or(Value::is_null) {
        // Without an expression dbt aggregates the column of the metric's own name.
        map.insert("expr".to_owned(), name.into());
    }
    for input in ["measure", "numerator", "denominator"] {
        // These are not referred to by alias, unlike the inputs of a derived metric.
        if let Some(input) = map.get_mut(input).and_then(Value::as_object_mut) {
            input.remove("alias");
        }
    }
    let parameters = simplified(parameters);
    (!is_empty(&parameters)).then_some(parameters)
}

/// A metric before dbt 1.6: an expression over one model, or over other metrics.
fn before_type_params(resource: &Resource<'_>, metric: &Metric<'_>) -> Option<Value> {
    let expression = squeezed(metric.expression.non_empty()?);
    let mut parents: Vec<&str> = resource.depends_on.iter().map(|parent| parent.as_str()).collect();
    parents.sort_unstable();
    let timestamp = metric.timestamp.and_then(Json::parse).map(simplified);
    let window = metric.window.and_then(Json::parse).map(simplified);
    Some(json!([expression, parents, timestamp, window]))
}

/// Without what says nothing (null, false, empty lists and maps), and with even white space.
fn simplified(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let entries = map.into_iter().map(|(key, value)| (key, simplified(value)));
            Value::Object(entries.filter(|(_, value)| !is_empty(value)).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(simplified).collect()),
        Value::String(text) => Value::String(squeezed(&text)),
        other => other,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

/// One blank for any white space, none at either end; what stands in quotes is left alone.
fn squeezed(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    let mut quote = None;
    for c in text.trim().chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '\'' | '"') => quote = Some(c),
            _ => {}
        }
        let is_blank = quote.is_none() && c.is_whitespace();
        if !is_blank {
            squeezed.push(c);
        } else if !squeezed.ends_with(' ') {
            squeezed.push(' ');
        }
    }
    squeezed
}

#[cfg(test)]
mod tests {
    use super::{simplified, squeezed};
    use serde_json::json;

    #[test]
    fn white_space_counts_in_quotes_only() {
        assert_eq!(squeezed(" a  =\n 'b  c' "), "a = 'b  c'");
        assert_eq!(squeezed("{{ Dimension('order__status') }} <> 'x'\n"), "{{ Dimension('order__status') }} <> 'x'");
        assert_eq!(squeezed("it's  open"), "it's  open");
    }

    #[test]
    fn nothing_said_is_nothing_meant() {
        let value = json!({"a": null, "b": false, "c": [], "d": {"e": null}, "f": 0, "g": [null, " x "], "h": true});
        assert_eq!(simplified(value), json!({"f": 0, "g": [null, "x"], "h": true}));
    }
}
