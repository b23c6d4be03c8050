//! From a manifest's entry to a [`Resource`].

use serde_json::value::RawValue;

use super::lenient::{Declared, Texts, Word};
use super::raw;
use crate::project::{
    Access, Column, Constraint, Detail, DocsBlock, Exposure, Freshness, GenericTest, Group, Macro, Meta, Metric, Owner,
    RefCall, Relation, Resource, ResourceType, SavedQuery, SemanticModel, Source, Test, Text, UnitTest,
};

/// The resource an entry describes. `key` is the entry's key in its section, which is its unique id.
pub fn resource<'a>(key: Text<'a>, mut entry: raw::Entry<'a>) -> Resource<'a> {
    let kind = kind(&key, &entry);
    let path = std::mem::take(&mut entry.original_file_path).into_path();
    let properties_path = properties_path(kind, &path, std::mem::take(&mut entry.patch_path));
    Resource {
        kind,
        unique_id: key,
        name: std::mem::take(&mut entry.name),
        package: std::mem::take(&mut entry.package_name),
        path,
        properties_path,
        description: std::mem::take(&mut entry.description),
        tags: union(std::mem::take(&mut entry.tags.0), std::mem::take(&mut entry.config.tags.0)),
        meta: merged(std::mem::take(&mut entry.meta), std::mem::take(&mut entry.config.meta)),
        group: first(std::mem::take(&mut entry.config.group), std::mem::take(&mut entry.group)),
        columns: columns(std::mem::take(&mut entry.columns.0)),
        doc_blocks: entry.doc_blocks.take().map(|texts| texts.0),
        depends_on: std::mem::take(&mut entry.depends_on.nodes.0),
        macros: std::mem::take(&mut entry.depends_on.macros.0),
        unknown: (!entry.unknown.0.is_empty()).then(|| Box::new(std::mem::take(&mut entry.unknown.0))),
        detail: detail(kind, entry),
    }
}

fn kind(key: &str, entry: &raw::Entry<'_>) -> ResourceType {
    let by_key = ResourceType::from_dbt(key.split('.').next().unwrap_or_default());
    let Some(name) = entry.resource_type.non_empty() else { return by_key };
    match (ResourceType::from_dbt(name), by_key) {
        // dbt 2.x lists the block of a SQL snapshot among the macros, as `snapshot.<project>.snapshot_<name>`.
        (ResourceType::Macro, ResourceType::Snapshot) => ResourceType::Other,
        (kind, _) => kind,
    }
}

/// `patch_path` is `package://path`; types that exist only in YAML are described where they are defined.
fn properties_path<'a>(kind: ResourceType, path: &Text<'a>, patch_path: Text<'a>) -> Option<Text<'a>> {
    use ResourceType::{Exposure, Group, Metric, SavedQuery, SemanticModel, Source, UnitTest};
    if matches!(kind, Source | Exposure | Metric | SemanticModel | SavedQuery | Group | UnitTest) {
        return Some(path.clone());
    }
    patch_path.non_empty()?;
    Some(patch_path.after("://").into_path())
}

fn detail<'a>(kind: ResourceType, entry: raw::Entry<'a>) -> Detail<'a> {
    match kind {
        ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot | ResourceType::Analysis => {
            Detail::Relation(Box::new(relation(entry)))
        }
        ResourceType::Source => Detail::Source(Box::new(source(entry))),
        ResourceType::Test => Detail::Test(Box::new(test(entry))),
        ResourceType::UnitTest => Detail::UnitTest(Box::new(UnitTest { model: entry.model })),
        ResourceType::Exposure => Detail::Exposure(Box::new(exposure(entry))),
        ResourceType::Metric => Detail::Metric(Box::new(metric(entry))),
        ResourceType::SemanticModel => Detail::SemanticModel(Box::new(semantic_model(entry))),
        ResourceType::SavedQuery => Detail::SavedQuery(Box::new(SavedQuery {
            metrics: entry.query_params.metrics.0,
            exports: entry.exports.len(),
        })),
        ResourceType::Group => Detail::Group(Box::new(Group { owner: owner(entry.owner) })),
        ResourceType::Macro => Detail::Macro(Box::new(Macro {
            arguments: entry.arguments.into_iter().map(|argument| (argument.name, argument.description)).collect(),
            macro_sql: entry.macro_sql,
        })),
        ResourceType::DocsBlock => Detail::DocsBlock(Box::new(DocsBlock { contents: entry.block_contents })),
        ResourceType::Operation | ResourceType::Function | ResourceType::Other => Detail::None,
    }
}

fn relation<'a>(entry: raw::Entry<'a>) -> Relation<'a> {
    let access = first(entry.config.access, entry.access);
    Relation {
        database: entry.database,
        schema: entry.schema,
        alias: entry.alias,
        relation_name: entry.relation_name,
        materialized: entry.config.materialized,
        language: entry.language,
        raw_code: entry.raw_code,
        checksum: checksum(entry.checksum),
        access: Access::from_dbt(access.as_deref().unwrap_or_default()),
        contract_enforced: entry.config.contract.enforced,
        constraints: entry.constraints.into_iter().map(constraint).collect(),
        grants: entry.config.grants.0.into_iter().map(|(privilege, names)| (privilege, names.0)).collect(),
        unique_key: entry.config.unique_key.0,
        incremental_strategy: entry.config.incremental_strategy,
        on_schema_change: entry.config.on_schema_change,
        version: word(entry.version),
        latest_version: word(entry.latest_version),
        latest_version_declared: None,
        deprecation_date: some(entry.deprecation_date),
        time_spine: entry.time_spine.0,
        refs: entry.refs.into_iter().map(ref_call).collect(),
    }
}

fn checksum(raw: Option<&RawValue>) -> Text<'_> {
    let checksum: Option<raw::Checksum<'_>> = raw.and_then(|raw| serde_json::from_str(raw.get()).ok());
    checksum.filter(|found| found.name.as_str() == "sha256").map(|found| found.checksum).unwrap_or_default()
}

fn source<'a>(entry: raw::Entry<'a>) -> Source<'a> {
    let declared = entry.config.freshness.or(entry.freshness);
    Source {
        source_name: entry.source_name,
        source_description: entry.source_description,
        source_meta: entry.source_meta,
        loader: first(entry.config.loader, entry.loader).unwrap_or_default(),
        database: entry.database,
        schema: entry.schema,
        identifier: entry.identifier,
        relation_name: entry.relation_name,
        freshness: freshness(declared),
        freshness_opt_out: matches!(declared, Declared::Null),
        loaded_at_field: first(entry.config.loaded_at_field, entry.loaded_at_field).unwrap_or_default(),
    }
}

/// dbt writes a threshold that is not set as null or as count and period of null, depending on its version.
fn freshness(declared: Declared<raw::Freshness>) -> Freshness {
    let is_set = |threshold: Option<raw::Threshold>| threshold.is_some_and(|limit| limit.count.0 && limit.period.0);
    let Declared::Value(raw) = declared else { return Freshness::default() };
    Freshness { warn_after: is_set(raw.warn_after), error_after: is_set(raw.error_after) }
}

fn test<'a>(entry: raw::Entry<'a>) -> Test<'a> {
    Test {
        generic: entry.test_metadata.map(|metadata| GenericTest {
            name: metadata.name,
            namespace: some(metadata.namespace),
            kwargs: metadata.kwargs,
        }),
        column: some(entry.column_name),
        attached_node: some(entry.attached_node),
        severity: entry.config.severity,
        warn_if: entry.config.warn_if,
        error_if: entry.config.error_if,
        condition: entry.config.condition,
        fail_calc: entry.config.fail_calc,
        limit: entry.config.limit,
        checksum: checksum(entry.checksum),
        refs: entry.refs.into_iter().map(ref_call).collect(),
    }
}

fn exposure<'a>(entry: raw::Entry<'a>) -> Exposure<'a> {
    Exposure {
        exposure_type: entry.kind,
        owner: owner(entry.owner),
        maturity: entry.maturity,
        url: entry.url,
        label: entry.label,
        refs: entry.refs.into_iter().map(ref_call).collect(),
        metrics: metric_calls(entry.metrics),
    }
}

/// The metrics that an exposure lists, as `[["name"]]` or `[["package", "name"]]`.
fn metric_calls<'a>(calls: Option<&'a RawValue>) -> Vec<RefCall<'a>> {
    let calls: Option<Vec<Texts<'a>>> = calls.and_then(|raw| serde_json::from_str(raw.get()).ok());
    calls.unwrap_or_default().into_iter().map(|parts| ref_call(raw::Ref::Parts(parts))).collect()
}

fn metric<'a>(entry: raw::Entry<'a>) -> Metric<'a> {
    Metric {
        label: entry.label,
        metric_type: first(entry.kind, entry.calculation_method).unwrap_or_default(),
        type_params: entry.type_params,
        filter: entry.filter,
        expression: entry.expression,
        timestamp: entry.timestamp,
        window: entry.window,
    }
}

fn semantic_model<'a>(entry: raw::Entry<'a>) -> SemanticModel<'a> {
    let dimensions: Vec<raw::Named<'a>> =
        entry.dimensions.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    let parts = entry.entities.iter().chain(&dimensions).chain(&entry.measures);
    let descriptions = parts.map(|part| part.description.clone()).filter(|text| !text.is_empty()).collect();
    SemanticModel {
        model: entry.model,
        primary_entity: entry.primary_entity,
        entities: entry.entities.into_iter().map(|entity| (entity.name, entity.kind)).collect(),
        measures: entry.measures.into_iter().map(|measure| measure.name).collect(),
        descriptions,
    }
}

fn owner<'a>(raw: raw::Owner<'a>) -> Owner<'a> {
    let mut other = raw.other;
    // A key that is there without a value says nothing.
    other.retain(|_, value| !value.is_null());
    Owner { name: raw.name, email: raw.email.0, other }
}

/// Into a list of just the size that is needed: `collect` would reuse the larger one of what was read.
fn columns<'a>(raw: Vec<(Text<'a>, raw::Column<'a>)>) -> Vec<Column<'a>> {
    let mut columns = Vec::with_capacity(raw.len());
    columns.extend(raw.into_iter().map(column));
    columns
}

fn column<'a>((key, raw): (Text<'a>, raw::Column<'a>)) -> Column<'a> {
    let databricks = [raw.databricks_tags, raw.column_mask, raw.config.databricks_tags, raw.config.column_mask];
    Column {
        name: some(raw.name).unwrap_or(key),
        description: raw.description,
        data_type: some(raw.data_type),
        tags: union(raw.tags.0, raw.config.tags.0),
        meta: merged(raw.meta, raw.config.meta),
        constraints: raw.constraints.into_iter().map(constraint).collect(),
        policy_tags: raw.policy_tags.0,
        databricks_policy: databricks.iter().any(|key| key.0),
        doc_blocks: raw.doc_blocks.map(|texts| texts.0),
    }
}

fn constraint<'a>(raw: raw::Constraint<'a>) -> Constraint<'a> {
    Constraint { kind: raw.kind, columns: raw.columns.0 }
}

fn ref_call<'a>(raw: raw::Ref<'a>) -> RefCall<'a> {
    match raw {
        raw::Ref::Named { name, package, version } => RefCall { name, package: some(package), version: word(version) },
        raw::Ref::Parts(parts) => {
            let mut parts = parts.0;
            let name = parts.pop().unwrap_or_default();
            RefCall { name, package: parts.pop(), version: None }
        }
    }
}

fn some(text: Text<'_>) -> Option<Text<'_>> {
    text.non_empty().is_some().then_some(text)
}

fn word<'a>(word: Option<Word<'a>>) -> Option<Text<'a>> {
    some(word?.0)
}

/// The first that is not empty.
fn first<'a>(preferred: Text<'a>, otherwise: Text<'a>) -> Option<Text<'a>> {
    some(preferred).or_else(|| some(otherwise))
}

/// Both lists without repetition, in order.
fn union<'a>(mut texts: Vec<Text<'a>>, more: Vec<Text<'a>>) -> Vec<Text<'a>> {
    for text in more {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// Both maps; `config` wins.
fn merged(mut meta: Meta, config: Meta) -> Meta {
    if meta.is_empty() {
        return config;
    }
    meta.extend(config);
    meta
}
