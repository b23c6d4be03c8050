//! The metrics that exposures, saved queries and other metrics name. dbt 1.x lists them in `depends_on`; 2.x leaves out
//! those of exposures, and those that ratios and derived metrics are made of.

use std::collections::HashMap;

use serde_json::Value;

use super::{Detail, Resource, ResourceId, ResourceType, Text};

/// Where `type_params` names an input, besides the list `metrics`.
const INPUTS: [&str; 5] = [
    "/numerator/name",
    "/denominator/name",
    "/cumulative_type_params/metric/name",
    "/conversion_type_params/base_metric/name",
    "/conversion_type_params/conversion_metric/name",
];

/// Metrics by name. Of a name that two packages use, nothing is known for sure.
#[derive(Debug, Default)]
pub(super) struct MetricNames<'a>(HashMap<Text<'a>, Option<ResourceId>>);

impl<'a> MetricNames<'a> {
    pub(super) fn new(resources: &[Resource<'a>]) -> Self {
        let mut names = HashMap::new();
        for (index, resource) in resources.iter().enumerate() {
            if resource.kind == ResourceType::Metric {
                let id = Some(ResourceId(index as u32));
                names.entry(resource.name.clone()).and_modify(|known| *known = None).or_insert(id);
            }
        }
        Self(names)
    }

    /// The metrics that a resource shows or is made of.
    pub(super) fn inputs(&self, resource: &Resource<'a>) -> Vec<ResourceId> {
        let find = |name: &str| self.0.get(&Text::from(name)).copied().flatten();
        match &resource.detail {
            _ if self.0.is_empty() => Vec::new(),
            Detail::Exposure(exposure) => exposure.metrics.iter().filter_map(|name| find(name)).collect(),
            Detail::SavedQuery(query) => query.metrics.iter().filter_map(|name| find(name)).collect(),
            Detail::Metric(metric) => {
                let parameters = metric.type_params.and_then(|raw| serde_json::from_str::<Value>(raw.get()).ok());
                let names = parameters.iter().flat_map(named);
                names.filter(|name| *name != resource.name.as_str()).filter_map(find).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn named(parameters: &Value) -> impl Iterator<Item = &str> {
    let listed = parameters.get("metrics").and_then(Value::as_array).into_iter().flatten();
    let listed = listed.filter_map(|input| input.get("name"));
    INPUTS.iter().filter_map(|pointer| parameters.pointer(pointer)).chain(listed).filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use crate::project::{Detail, Exposure, Facts, Metric, Project, Resource, ResourceType, Text};
    use crate::rules::tester::resource;

    fn metric(package: &'static str, name: &str, parameters: &str) -> Resource<'static> {
        let raw = RawValue::from_string(parameters.to_owned()).expect("valid JSON");
        let detail = Metric { type_params: Some(Box::leak(raw)), ..Metric::default() };
        Resource {
            detail: Detail::Metric(Box::new(detail)),
            package: Text::from(package),
            ..resource(ResourceType::Metric, &format!("metric.{package}.{name}"), "models/m.yml")
        }
    }

    fn showing(metrics: &[&'static str]) -> Resource<'static> {
        let metrics = metrics.iter().map(|&name| Text::from(name)).collect();
        let detail = Detail::Exposure(Box::new(Exposure { metrics, ..Exposure::default() }));
        Resource { detail, ..resource(ResourceType::Exposure, "exposure.shop.kpis", "models/e.yml") }
    }

    fn parents(resources: Vec<Resource<'static>>, of: &str) -> Vec<String> {
        let project = Project::from(Facts { name: Text::from("shop"), resources, ..Facts::default() });
        let id = project.find(of).expect("it is there");
        project.parents(id).iter().map(|&parent| project.get(parent).unique_id.to_string()).collect()
    }

    #[test]
    fn exposures_and_metrics_have_their_metrics_as_parents() {
        let of = |parameters: &'static str| {
            let base = ["a", "b"].map(|name| metric("shop", name, "{}"));
            let resources = base.into_iter().chain([metric("shop", "c", parameters)]).collect();
            parents(resources, "metric.shop.c")
        };
        assert_eq!(
            of(r#"{"numerator": {"name": "a"}, "denominator": {"name": "b"}}"#),
            ["metric.shop.a", "metric.shop.b"]
        );
        assert_eq!(of(r#"{"metrics": [{"name": "b"}, {"name": "b"}]}"#), ["metric.shop.b"]);
        assert_eq!(of(r#"{"cumulative_type_params": {"metric": {"name": "a"}}, "metrics": null}"#), ["metric.shop.a"]);
        assert!(of(r#"{"measure": {"name": "a"}, "numerator": {"name": "c"}}"#).is_empty());
        let resources = vec![metric("shop", "a", "{}"), showing(&["a", "gone"])];
        assert_eq!(parents(resources, "exposure.shop.kpis"), ["metric.shop.a"]);
    }

    #[test]
    fn what_depends_on_lists_is_not_repeated() {
        let mut exposure = showing(&["a"]);
        exposure.depends_on = vec![Text::from("metric.shop.a")];
        assert_eq!(parents(vec![metric("shop", "a", "{}"), exposure], "exposure.shop.kpis"), ["metric.shop.a"]);
    }

    #[test]
    fn a_name_in_two_packages_is_not_guessed() {
        let resources = vec![metric("shop", "a", "{}"), metric("other", "a", "{}"), showing(&["a"])];
        assert!(parents(resources, "exposure.shop.kpis").is_empty());
    }
}
