//! Compares two projects, resource by resource and field by field.

use std::collections::BTreeMap;

use dbt_steward::project::{Detail, Json, Project, Resource};
use serde_json::Value;

/// Packages that come with dbt and its adapters, whose macros are in no project.
const DBTS_OWN: [&str; 11] = [
    "dbt",
    "dbt_duckdb",
    "dbt_postgres",
    "dbt_snowflake",
    "dbt_bigquery",
    "dbt_redshift",
    "dbt_databricks",
    "dbt_spark",
    "dbt_trino",
    "dbt_athena",
    "dbt_clickhouse",
];

/// What a comparison counted, and what differs.
#[derive(Debug, Default)]
pub struct Comparison {
    pub resources: usize,
    pub properties: usize,
    pub edges: usize,
    /// Fields that the files cannot tell, each with its reason.
    pub unknown: usize,
    /// How often each reason was given, with its field.
    pub reasons: BTreeMap<String, usize>,
    pub differences: Vec<String>,
    pub wrong_edges: usize,
    /// Edges that are missing where the files say that some may be.
    pub unknown_edges: usize,
}

/// Compares what files give with what dbt's manifest says. Resources of dbt itself and of adapters have no files.
pub fn compare(files: &Project<'_>, dbt: &Project<'_>) -> Comparison {
    let mut comparison = Comparison::default();
    compare_lists("", &by_id(&files.resources), &by_id(&dbt.resources), &mut comparison);
    compare_lists("disabled ", &by_id(&files.disabled), &by_id(&dbt.disabled), &mut comparison);
    comparison
}

type ById<'p> = BTreeMap<&'p str, &'p Resource<'p>>;

fn by_id<'p>(resources: &'p [Resource<'p>]) -> ById<'p> {
    let is_dbts = |resource: &&Resource<'_>| DBTS_OWN.contains(&resource.package.as_str());
    resources
        .iter()
        .filter(|resource| !is_dbts(resource))
        .map(|resource| (resource.unique_id.as_str(), resource))
        .collect()
}

fn compare_lists(prefix: &str, files: &ById<'_>, dbt: &ById<'_>, into: &mut Comparison) {
    for id in dbt.keys().filter(|id| !files.contains_key(*id)) {
        into.differences.push(format!("{prefix}{id}: only dbt has it"));
    }
    for (id, ours) in files {
        let Some(theirs) = dbt.get(id) else {
            into.differences.push(format!("{prefix}{id}: only the files have it"));
            continue;
        };
        into.resources += 1;
        compare_fields(&format!("{prefix}{id}"), ours, theirs, into);
    }
}

fn compare_fields(id: &str, ours: &Resource<'_>, theirs: &Resource<'_>, into: &mut Comparison) {
    let (ours_fields, theirs_fields) = (fields(ours), fields(theirs));
    for (name, theirs_value) in &theirs_fields {
        into.properties += 1;
        let because = said_by(name);
        let mut unknown = ours.unknown.iter().flat_map(|all| all.iter());
        if let Some((_, reason)) = unknown.find(|(field, _)| because.contains(&field.as_str())) {
            into.unknown += 1;
            *into.reasons.entry(format!("{name}: {reason}")).or_default() += 1;
            continue;
        }
        let ours_value = &ours_fields[name];
        if ours_value != theirs_value {
            into.differences.push(format!("{id}: {name}: {ours_value} instead of {theirs_value}"));
        }
    }
    compare_edges(id, ours, theirs, into);
}

/// The fields that leave a field of the comparison unknown.
fn said_by<'n>(name: &'n &'static str) -> Vec<&'n str> {
    match *name {
        "refs" | "macros" => vec![name, "parents"],
        "test config" => vec!["severity", "warn_if", "error_if", "where", "fail_calc", "limit"],
        _ => vec![name],
    }
}

fn compare_edges(id: &str, ours: &Resource<'_>, theirs: &Resource<'_>, into: &mut Comparison) {
    into.edges += theirs.depends_on.len();
    let missing = theirs.depends_on.iter().filter(|parent| !ours.depends_on.contains(parent));
    // Some of them are said not to be known; that one is invented is never excused.
    let (excused, missing): (Vec<_>, Vec<_>) = missing.partition(|_| ours.is_unknown("parents"));
    into.unknown_edges += excused.len();
    let invented = ours.depends_on.iter().filter(|parent| !theirs.depends_on.contains(parent));
    for (what, parent) in
        missing.into_iter().map(|parent| ("no edge", parent)).chain(invented.map(|parent| ("an invented edge", parent)))
    {
        into.wrong_edges += 1;
        into.differences.push(format!("{id}: {what} to {parent}"));
    }
}

/// Every field as text, sorted where order means nothing.
fn fields(resource: &Resource<'_>) -> BTreeMap<&'static str, String> {
    let mut all = BTreeMap::new();
    let mut set = |name: &'static str, value: String| all.insert(name, value);
    let sorted = |texts: &[dbt_steward::project::Text<'_>]| {
        let mut texts: Vec<&str> = texts.iter().map(|text| text.as_str()).collect();
        texts.sort_unstable();
        format!("{texts:?}")
    };
    set("kind", format!("{:?}", resource.kind));
    set("name", resource.name.to_string());
    set("package", resource.package.to_string());
    set("path", resource.path.to_string());
    set("properties_path", format!("{:?}", resource.properties_path));
    set("description", resource.description.to_string());
    set("tags", sorted(&resource.tags));
    set("meta", format!("{:?}", resource.meta));
    set("group", format!("{:?}", resource.group));
    set("doc_blocks", format!("{:?}", resource.doc_blocks));
    let mut columns: Vec<String> = Vec::new();
    for column in &resource.columns {
        columns.push(format!(
            "{:?} tags {}",
            dbt_steward::project::Column { tags: Vec::new(), ..column.clone() },
            sorted(&column.tags)
        ));
    }
    set("columns", format!("{columns:#?}"));
    set("macros", format!("{:?}", macros(resource)));
    detail(resource, &mut set);
    all
}

/// The macros that a resource calls, but for those of dbt itself and of adapters, which nothing looks at.
fn macros<'r>(resource: &'r Resource<'_>) -> Vec<&'r str> {
    let mut ids: Vec<&str> = resource.macros.iter().map(|id| id.as_str()).collect();
    // dbt writes `None` for the macro of a test that it does not find.
    ids.retain(|id| id.split('.').nth(1).is_some_and(|package| !DBTS_OWN.contains(&package)));
    ids.sort_unstable();
    ids
}

fn detail(resource: &Resource<'_>, set: &mut dyn FnMut(&'static str, String) -> Option<String>) {
    match &resource.detail {
        Detail::Relation(relation) => {
            set("database", relation.database.to_string());
            set("schema", relation.schema.to_string());
            set("alias", relation.alias.to_string());
            set("relation_name", relation.relation_name.to_string());
            set("materialized", relation.materialized.to_string());
            set("language", relation.language.to_string());
            // A byte-order mark is no part of the code, though dbt keeps it.
            set("raw_code", relation.code().unwrap_or_default().trim_start_matches('\u{feff}').to_owned());
            set("access", format!("{:?}", relation.access));
            set("contract", format!("{:?}", relation.contract_enforced));
            set("constraints", format!("{:?}", relation.constraints));
            let mut grants = relation.grants.clone();
            grants.sort();
            set("grants", format!("{grants:?}"));
            set("unique_key", format!("{:?}", relation.unique_key));
            set("incremental_strategy", relation.incremental_strategy.to_string());
            set("on_schema_change", relation.on_schema_change.to_string());
            set("version", format!("{:?} {:?}", relation.version, relation.latest_version));
            set("deprecation_date", format!("{:?}", relation.deprecation_date));
            set("time_spine", format!("{:?}", relation.time_spine));
            set("refs", format!("{:?}", relation.refs));
        }
        Detail::Test(test) => {
            let kwargs = test.generic.as_ref().map(|generic| generic.arguments());
            set("test", format!("{:?}", test.generic.as_ref().map(|generic| generic.full_name())));
            set("kwargs", format!("{kwargs:?}"));
            set("column", format!("{:?}", test.column));
            set("attached_node", format!("{:?}", test.attached_node));
            let config = [&test.severity, &test.warn_if, &test.error_if, &test.condition, &test.fail_calc];
            set("test config", format!("{config:?} {:?}", test.limit));
        }
        Detail::Source(source) => {
            set("database", source.database.to_string());
            set("schema", source.schema.to_string());
            set("identifier", source.identifier.to_string());
            set("relation_name", source.relation_name.to_string());
            set("loader", source.loader.to_string());
            set("source_description", source.source_description.to_string());
            set("source_meta", format!("{:?}", source.source_meta));
            set("freshness", format!("{:?} {}", source.freshness, source.freshness_opt_out));
            set("loaded_at_field", source.loaded_at_field.to_string());
        }
        Detail::Metric(metric) => {
            set("label", metric.label.to_string());
            set("type", metric.metric_type.to_string());
            set("type_params", plain(metric.type_params.as_ref()));
            set("filter", plain(metric.filter.as_ref()));
        }
        Detail::Macro(of) => {
            set("arguments", format!("{:?}", of.arguments));
            set("macro_sql", of.code().unwrap_or_default());
        }
        other => {
            set("detail", format!("{other:#?}"));
        }
    }
}

/// JSON without what says nothing, and without what dbt derives from the other metrics.
fn plain(raw: Option<&Json<'_>>) -> String {
    let mut value: Value = raw.map_or(Value::Null, |raw| serde_json::from_str(raw.get()).expect("valid JSON"));
    if let Some(map) = value.as_object_mut() {
        map.remove("input_measures");
    }
    without_nulls(value).to_string()
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nulls(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
