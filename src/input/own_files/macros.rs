//! Macros that nothing calls, as far as that can be seen.

use std::collections::HashSet;
use std::ops::Range;

use super::mentions::{OwnText, Texts, is_in_jinja, is_quoted, is_word};
use crate::input::project_files::is_dbt_macro;
use crate::project::{Project, Resource, ResourceType, is_macro_of_adapter};

/// Prefixes of a dispatched macro's implementations; the root project may have some for a package's macro.
#[rustfmt::skip]
const ADAPTERS: [&str; 39] = [
    "athena", "bigquery", "clickhouse", "databricks", "default", "doris", "dremio", "duckdb",
    "exasol", "fabric", "fabricspark", "firebolt", "glue", "greenplum", "hive", "ibmdb2",
    "impala", "iomete", "materialize", "maxcompute", "mysql", "netezza", "oracle", "postgres",
    "redshift", "risingwave", "rockset", "singlestore", "snowflake", "spark", "sqlite", "sqlserver",
    "starrocks", "synapse", "teradata", "tidb", "trino", "vertica", "yellowbrick",
];

/// Unique ids of the root project's macros that nothing calls, in order.
pub(super) fn uncalled(texts: &Texts<'_>) -> Vec<String> {
    let candidates = candidates(texts.project);
    let names: Vec<&str> = candidates.iter().map(|resource| called_as(resource)).collect();
    let mut mentioned = texts.own(&names, |text, name, range| is_call(candidates[name], text, range));
    mentioned.extend(texts.packages(&names, |text, range| is_word(text, &range)));
    let uncalled = candidates.iter().enumerate().filter(|(index, _)| !mentioned.contains(index));
    uncalled.map(|(_, resource)| resource.unique_id.to_string()).collect()
}

/// Those that no resource depends on and dbt does not look for by name.
fn candidates<'p>(project: &'p Project<'p>) -> Vec<&'p Resource<'p>> {
    let all = project.resources.iter().chain(&project.disabled);
    let called: HashSet<&str> = all
        .flat_map(|resource| resource.macros.iter().filter(|id| **id != resource.unique_id))
        .map(|id| id.as_str())
        .collect();
    let macros = project.all(ResourceType::Macro).map(|(_, resource)| resource);
    let (own, foreign): (Vec<_>, Vec<_>) = macros.partition(|resource| project.is_own(resource));
    let foreign: HashSet<&str> = foreign.iter().map(|resource| resource.name.as_str()).collect();
    let names: HashSet<&str> = own.iter().map(|resource| resource.name.as_str()).collect();
    let is_known = |name: &str| foreign.contains(name) || is_dbt_macro(name) || is_macro_of_adapter(name);
    let is_implementation = |name: &str| {
        let parts = name.split_once("__");
        parts.is_some_and(|(prefix, rest)| ADAPTERS.contains(&prefix) || names.contains(rest) || is_known(rest))
    };
    let is_exempt = |name: &str| name.starts_with("materialization_") || is_known(name) || is_implementation(name);
    own.into_iter()
        .filter(|resource| !called.contains(resource.unique_id.as_str()) && !is_exempt(&resource.name))
        .collect()
}

/// The name by which texts call it: of a generic test, YAML has the bare one.
fn called_as<'r>(resource: &'r Resource<'_>) -> &'r str {
    resource.name.strip_prefix("test_").unwrap_or(&resource.name)
}

/// Whether a mention may be a call: in Jinja, before a parenthesis or in quotes, and not in what defines or describes
/// the macro itself.
fn is_call(resource: &Resource<'_>, own: OwnText<'_>, range: Range<usize>) -> bool {
    let text = own.text();
    if !is_word(text, &range) && !is_word(text, &(range.start.saturating_sub("test_".len())..range.end)) {
        return false;
    }
    if own.is_yaml {
        return !is_in_macros_section(own, &range)
            && (is_test(resource)
                || is_in_jinja(text, range.start)
                || text[range.end..].trim_start().starts_with('('));
    }
    let is_own = |block: &crate::text::jinja::Block| {
        block.name == called_as(resource) || block.name.as_str() == resource.name.as_str()
    };
    let mut blocks = own.file.blocks().iter().filter(|block| is_own(block));
    let defines = own.path == resource.path.as_str()
        && blocks.any(|block| block.span.range().start <= range.start && range.end <= block.span.range().end);
    let is_used =
        text[range.end..].trim_start().starts_with('(') || is_quoted(text, &range) || is_in_jinja(text, range.start);
    !defines && is_used
}

fn is_test(resource: &Resource<'_>) -> bool {
    resource.name.starts_with("test_")
}

/// Whether a place is where properties YAML describes macros.
fn is_in_macros_section(own: OwnText<'_>, range: &Range<usize>) -> bool {
    let Ok(yaml) = own.file.tree() else { return false };
    let section = yaml.documents.first().and_then(|document| document.get("macros"));
    section.is_some_and(|section| section.span.range().contains(&range.start))
}
