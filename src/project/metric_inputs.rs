//! The metrics that an exposure lists and that a metric is made of. dbt 1.x has them in `depends_on`, too; 2.x has not.

use serde_json::Value;

use super::{Detail, Json, Resource, ResourceId};

/// Where `type_params` names another metric, besides its list `metrics`.
const INPUTS: [&str; 5] = [
    "/numerator/name",
    "/denominator/name",
    "/cumulative_type_params/metric/name",
    "/conversion_type_params/base_metric/name",
    "/conversion_type_params/conversion_metric/name",
];

/// Metrics that are parents of the resource apart from `depends_on`. One that is not there need not be missing: dbt 2.x
/// leaves metrics in older syntax out of its manifest.
pub(super) fn of(resource: &Resource<'_>, find: impl Fn(&str) -> Option<ResourceId>) -> Vec<ResourceId> {
    let find = |package: &str, name: &str| find(&format!("metric.{package}.{name}"));
    match &resource.detail {
        Detail::Exposure(exposure) => {
            let package = |call: &super::RefCall<'_>| call.package.as_deref().unwrap_or(&resource.package).to_owned();
            exposure.metrics.iter().filter_map(|call| find(&package(call), &call.name)).collect()
        }
        Detail::Metric(metric) => {
            let parameters = metric.type_params.and_then(Json::parse::<Value>);
            let names = parameters.iter().flat_map(named).filter(|name| *name != resource.name.as_str());
            names.filter_map(|name| find(&resource.package, name)).collect()
        }
        _ => Vec::new(),
    }
}

fn named(parameters: &Value) -> impl Iterator<Item = &str> {
    let listed = parameters.get("metrics").and_then(Value::as_array).into_iter().flatten();
    let listed = listed.filter_map(|input| input.get("name"));
    INPUTS.iter().filter_map(|pointer| parameters.pointer(pointer)).chain(listed).filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use crate::project::{Detail, Exposure, Facts, Json, Metric, Project, RefCall, Resource, ResourceType, Text};
    use crate::rules::tester::resource;

    fn metric(package: &'static str, name: &str, parameters: &str) -> Resource<'static> {
        let detail = Metric { type_params: Some(Json::new(parameters.to_owned().leak())), ..Metric::default() };
        Resource {
            detail: Detail::Metric(Box::new(detail)),
            package: Text::from(package),
            ..resource(ResourceType::Metric, &format!("metric.{package}.{name}"), "models/m.yml")
        }
    }

    fn showing(package: Option<&'static str>, name: &'static str) -> Resource<'static> {
        let call = RefCall { package: package.map(Text::from), name: Text::from(name), version: None };
        let detail = Detail::Exposure(Box::new(Exposure { metrics: vec![call], ..Exposure::default() }));
        Resource { detail, ..resource(ResourceType::Exposure, "exposure.shop.kpis", "models/e.yml") }
    }

    fn parents(resources: Vec<Resource<'static>>, of: &str) -> Vec<String> {
        let project = Project::from(Facts { name: Text::from("shop"), resources, ..Facts::default() });
        let id = project.find(of).expect("it is there");
        project.parents(id).iter().map(|&parent| project.get(parent).unique_id.to_string()).collect()
    }

    #[test]
    fn a_metric_has_its_inputs_as_parents() {
        let of = |parameters: &'static str| {
            let base = ["a", "b"].map(|name| metric("shop", name, "{}"));
            parents(base.into_iter().chain([metric("shop", "c", parameters)]).collect(), "metric.shop.c")
        };
        let ratio = r#"{"numerator": {"name": "a"}, "denominator": {"name": "b"}}"#;
        assert_eq!(of(ratio), ["metric.shop.a", "metric.shop.b"]);
        assert_eq!(of(r#"{"metrics": [{"name": "b"}, {"name": "b"}]}"#), ["metric.shop.b"]);
        assert_eq!(of(r#"{"cumulative_type_params": {"metric": {"name": "a"}}, "metrics": null}"#), ["metric.shop.a"]);
        assert!(of(r#"{"measure": {"name": "a"}, "numerator": {"name": "c"}}"#).is_empty());
    }

    #[test]
    fn an_exposure_has_its_metrics_as_parents() {
        let metrics = || vec![metric("shop", "a", "{}"), metric("kpi", "a", "{}")];
        let of = |exposure: Resource<'static>| {
            let resources = metrics().into_iter().chain([exposure]).collect();
            parents(resources, "exposure.shop.kpis")
        };
        assert_eq!(of(showing(None, "a")), ["metric.shop.a"]);
        assert_eq!(of(showing(Some("kpi"), "a")), ["metric.kpi.a"]);
        assert!(of(showing(None, "gone")).is_empty());
        let mut listed = showing(None, "a");
        listed.depends_on = vec![Text::from("metric.shop.a")];
        assert_eq!(of(listed), ["metric.shop.a"]);
    }
}
