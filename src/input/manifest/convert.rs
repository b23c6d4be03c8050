//! From a manifest's entry to a [`Resource`].

use std::mem::take;

use serde_json::value::RawValue;

use super::keep::Keep;
use super::lenient::{Declared, Texts, Word};
use super::raw;
use crate::project::{
    Access, Column, Constraint, Detail, DocsBlock, Exposure, Freshness, GenericTest, Group, Json, Macro, Meta, Metric,
    Owner, PackageEntry, RefCall, Relation, Resource, ResourceType, SavedQuery, SemanticModel, Source, Test, Text,
    UnitTest, Unknown,
};

/// The resource an entry describes. `key` is the entry's key in its section, which is its unique id.
pub fn resource<'w, 'a>(key: Text<'w>, mut entry: raw::Entry<'w>, keep: &mut impl Keep<'w, 'a>) -> Resource<'a> {
    let kind = kind(&key, &entry);
    let path = keep.text(take(&mut entry.original_file_path).into_path());
    let package = keep.text(take(&mut entry.package_name));
    let (properties_path, entry_in_package) = entry_of(kind, (&package, &path), take(&mut entry.patch_path), keep);
    Resource {
        kind,
        unique_id: keep.text(key),
        name: keep.text(take(&mut entry.name)),
        package,
        path,
        properties_path,
        entry_in_package,
        description: keep.text(take(&mut entry.description)),
        tags: union(keep.texts(take(&mut entry.tags)), keep.texts(take(&mut entry.config.tags))),
        meta: merged(take(&mut entry.meta), take(&mut entry.config.meta)),
        group: first(take(&mut entry.config.group), take(&mut entry.group)).map(|name| keep.text(name)),
        columns: list(take(&mut entry.columns.0), |(key, raw)| column(key, raw, keep)),
        doc_blocks: entry.doc_blocks.take().map(|texts| keep.texts(texts)),
        depends_on: keep.texts(take(&mut entry.depends_on.nodes)),
        macros: keep.texts(take(&mut entry.depends_on.macros)),
        unknown: unknown(take(&mut entry.unknown.0), keep),
        detail: detail(kind, entry, keep),
    }
}

/// Fields that are not known; dbt's own manifests have none.
fn unknown<'w, 'a>(fields: Vec<(Text<'w>, Text<'w>)>, keep: &mut impl Keep<'w, 'a>) -> Option<Box<Unknown<'a>>> {
    if fields.is_empty() {
        return None;
    }
    let kept = fields.into_iter().map(|(field, reason)| (keep.text(field), keep.text(reason)));
    Some(Box::new(kept.collect()))
}

/// What the manifest says of itself.
pub fn metadata<'w, 'a>(metadata: raw::Metadata<'w>, keep: &mut impl Keep<'w, 'a>) -> raw::Metadata<'a> {
    raw::Metadata {
        dbt_schema_version: keep.text(metadata.dbt_schema_version),
        dbt_version: keep.text(metadata.dbt_version),
        project_name: keep.text(metadata.project_name),
        project_id: keep.text(metadata.project_id),
        adapter_type: keep.text(metadata.adapter_type),
        generated_at: keep.text(metadata.generated_at),
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

/// Where the YAML entry of a resource is: in a file of its own package, or of another.
type EntryPlace<'a> = (Option<Text<'a>>, Option<Box<PackageEntry<'a>>>);

/// `patch_path` is `package://path`; types that exist only in YAML are described where they are defined.
fn entry_of<'w, 'a>(
    kind: ResourceType,
    (package, path): (&Text<'a>, &Text<'a>),
    patch_path: Text<'w>,
    keep: &mut impl Keep<'w, 'a>,
) -> EntryPlace<'a> {
    use ResourceType::{Exposure, Group, Metric, SavedQuery, SemanticModel, Source, UnitTest};
    if matches!(kind, Source | Exposure | Metric | SemanticModel | SavedQuery | Group | UnitTest) {
        return (Some(path.clone()), None);
    }
    let Some((by, _)) = patch_path.non_empty().map(|path| path.split_once("://").unwrap_or(("", path))) else {
        return (None, None);
    };
    let other = (!by.is_empty() && by != package.as_str()).then(|| Text::from(by.to_owned()));
    let path = keep.text(patch_path.after("://").into_path());
    match other {
        None => (Some(path), None),
        Some(package) => (None, Some(Box::new(PackageEntry { package, path }))),
    }
}

fn detail<'w, 'a>(kind: ResourceType, entry: raw::Entry<'w>, keep: &mut impl Keep<'w, 'a>) -> Detail<'a> {
    match kind {
        ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot | ResourceType::Analysis => {
            Detail::Relation(Box::new(relation(entry, keep)))
        }
        ResourceType::Source => Detail::Source(Box::new(source(entry, keep))),
        ResourceType::Test => Detail::Test(Box::new(test(entry, keep))),
        ResourceType::UnitTest => Detail::UnitTest(Box::new(UnitTest { model: keep.text(entry.model) })),
        ResourceType::Exposure => Detail::Exposure(Box::new(exposure(entry, keep))),
        ResourceType::Metric => Detail::Metric(Box::new(metric(entry, keep))),
        ResourceType::SemanticModel => Detail::SemanticModel(Box::new(semantic_model(entry, keep))),
        ResourceType::SavedQuery => Detail::SavedQuery(Box::new(SavedQuery {
            metrics: keep.texts(entry.query_params.metrics),
            exports: entry.exports.len(),
        })),
        ResourceType::Group => Detail::Group(Box::new(Group { owner: owner(entry.owner, keep) })),
        ResourceType::Macro => Detail::Macro(Box::new(macro_detail(entry, keep))),
        ResourceType::DocsBlock => Detail::DocsBlock(Box::new(DocsBlock { contents: keep.text(entry.block_contents) })),
        ResourceType::Operation | ResourceType::Function | ResourceType::Other => Detail::None,
    }
}

fn relation<'w, 'a>(entry: raw::Entry<'w>, keep: &mut impl Keep<'w, 'a>) -> Relation<'a> {
    let access = first(entry.config.access, entry.access);
    Relation {
        database: keep.text(entry.database),
        schema: keep.text(entry.schema),
        alias: keep.text(entry.alias),
        relation_name: keep.text(entry.relation_name),
        materialized: keep.text(entry.config.materialized),
        language: keep.text(entry.language),
        raw_code: json(entry.raw_code, keep),
        checksum: keep.text(checksum(entry.checksum)),
        access: Access::from_dbt(access.as_deref().unwrap_or_default()),
        contract_enforced: entry.config.contract.enforced,
        constraints: constraints(entry.constraints, keep),
        grants: entry
            .config
            .grants
            .0
            .into_iter()
            .map(|(privilege, to)| (keep.text(privilege), keep.texts(to)))
            .collect(),
        unique_key: keep.texts(entry.config.unique_key),
        incremental_strategy: keep.text(entry.config.incremental_strategy),
        on_schema_change: keep.text(entry.config.on_schema_change),
        version: word(entry.version, keep),
        latest_version: word(entry.latest_version, keep),
        latest_version_declared: None,
        deprecation_date: some(entry.deprecation_date).map(|date| keep.text(date)),
        time_spine: entry.time_spine.0,
        refs: refs(entry.refs, keep),
    }
}

fn checksum(raw: Option<&RawValue>) -> Text<'_> {
    let checksum: Option<raw::Checksum<'_>> = raw.and_then(|raw| serde_json::from_str(raw.get()).ok());
    checksum.filter(|found| found.name.as_str() == "sha256").map(|found| found.checksum).unwrap_or_default()
}

fn source<'w, 'a>(entry: raw::Entry<'w>, keep: &mut impl Keep<'w, 'a>) -> Source<'a> {
    let declared = entry.config.freshness.or(entry.freshness);
    Source {
        source_name: keep.text(entry.source_name),
        source_description: keep.text(entry.source_description),
        source_meta: entry.source_meta,
        loader: keep.text(first(entry.config.loader, entry.loader).unwrap_or_default()),
        database: keep.text(entry.database),
        schema: keep.text(entry.schema),
        identifier: keep.text(entry.identifier),
        relation_name: keep.text(entry.relation_name),
        freshness: freshness(declared),
        freshness_opt_out: matches!(declared, Declared::Null),
        loaded_at_field: keep.text(first(entry.config.loaded_at_field, entry.loaded_at_field).unwrap_or_default()),
    }
}

/// dbt writes a threshold that is not set as null or as count and period of null, depending on its version.
fn freshness(declared: Declared<raw::Freshness>) -> Freshness {
    let is_set = |threshold: Option<raw::Threshold>| threshold.is_some_and(|limit| limit.count.0 && limit.period.0);
    let Declared::Value(raw) = declared else { return Freshness::default() };
    Freshness { warn_after: is_set(raw.warn_after), error_after: is_set(raw.error_after) }
}

fn test<'w, 'a>(entry: raw::Entry<'w>, keep: &mut impl Keep<'w, 'a>) -> Test<'a> {
    Test {
        generic: entry.test_metadata.map(|metadata| GenericTest {
            name: keep.text(metadata.name),
            namespace: some(metadata.namespace).map(|namespace| keep.text(namespace)),
            kwargs: json(metadata.kwargs, keep),
        }),
        column: some(entry.column_name).map(|column| keep.text(column)),
        attached_node: some(entry.attached_node).map(|node| keep.text(node)),
        severity: keep.text(entry.config.severity),
        warn_if: keep.text(entry.config.warn_if),
        error_if: keep.text(entry.config.error_if),
        condition: keep.text(entry.config.condition),
        fail_calc: keep.text(entry.config.fail_calc),
        limit: json(entry.config.limit, keep),
        checksum: keep.text(checksum(entry.checksum)),
        refs: refs(entry.refs, keep),
    }
}

fn exposure<'w, 'a>(entry: raw::Entry<'w>, keep: &mut impl Keep<'w, 'a>) -> Exposure<'a> {
    Exposure {
        exposure_type: keep.text(entry.kind),
        owner: owner(entry.owner, keep),
        maturity: keep.text(entry.maturity),
        url: keep.text(entry.url),
        label: keep.text(entry.label),
        refs: refs(entry.refs, keep),
        metrics: metric_calls(entry.metrics, keep),
    }
}

/// The metrics that an exposure lists, as `[["name"]]` or `[["package", "name"]]`.
fn metric_calls<'w, 'a>(calls: Option<&'w RawValue>, keep: &mut impl Keep<'w, 'a>) -> Vec<RefCall<'a>> {
    let calls: Option<Vec<Texts<'w>>> = calls.and_then(|raw| serde_json::from_str(raw.get()).ok());
    refs(calls.unwrap_or_default().into_iter().map(raw::Ref::Parts).collect(), keep)
}

fn metric<'w, 'a>(entry: raw::Entry<'w>, keep: &mut impl Keep<'w, 'a>) -> Metric<'a> {
    Metric {
        label: keep.text(entry.label),
        metric_type: keep.text(first(entry.kind, entry.calculation_method).unwrap_or_default()),
        type_params: json(entry.type_params, keep),
        filter: json(entry.filter, keep),
        expression: keep.text(entry.expression),
        timestamp: json(entry.timestamp, keep),
        window: json(entry.window, keep),
    }
}

fn semantic_model<'w, 'a>(entry: raw::Entry<'w>, keep: &mut impl Keep<'w, 'a>) -> SemanticModel<'a> {
    let dimensions: Vec<raw::Named<'w>> =
        entry.dimensions.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    let parts = || entry.entities.iter().chain(&dimensions).chain(&entry.measures);
    let described = parts().filter(|part| !part.description.is_empty());
    let columns: Vec<Text<'w>> = parts().filter_map(column_of).collect();
    SemanticModel {
        columns: keep.texts(Texts(columns)),
        model: keep.text(entry.model),
        primary_entity: keep.text(entry.primary_entity),
        descriptions: described.map(|part| keep.text(part.description.clone())).collect(),
        entities: entry.entities.into_iter().map(|entity| (keep.text(entity.name), keep.text(entity.kind))).collect(),
        measures: entry.measures.into_iter().map(|measure| keep.text(measure.name)).collect(),
    }
}

/// The column that a part of a semantic model is, if it is one and not made of some: what `expr` names, or else its name.
fn column_of<'w>(part: &raw::Named<'w>) -> Option<Text<'w>> {
    let Some(expr) = part.expr.filter(|expr| expr.get() != "null") else { return Some(part.name.clone()) };
    let expr: String = serde_json::from_str(expr.get()).ok()?;
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_name = expr.bytes().all(is_word) && expr.bytes().next().is_some_and(|first| !first.is_ascii_digit());
    is_name.then(|| Text::from(expr))
}

fn macro_detail<'w, 'a>(entry: raw::Entry<'w>, keep: &mut impl Keep<'w, 'a>) -> Macro<'a> {
    let arguments = entry.arguments.into_iter();
    Macro {
        arguments: arguments.map(|argument| (keep.text(argument.name), keep.text(argument.description))).collect(),
        macro_sql: json(entry.macro_sql, keep),
    }
}

fn owner<'w, 'a>(raw: raw::Owner<'w>, keep: &mut impl Keep<'w, 'a>) -> Owner<'a> {
    let mut other = raw.other;
    // A key that is there without a value says nothing.
    other.retain(|_, value| !value.is_null());
    Owner { name: keep.text(raw.name), email: keep.texts(raw.email), other }
}

/// Into a list of just the size that is needed: `collect` would reuse the larger one of what was read.
fn list<T, U>(raw: Vec<T>, convert: impl FnMut(T) -> U) -> Vec<U> {
    let mut list = Vec::with_capacity(raw.len());
    list.extend(raw.into_iter().map(convert));
    list
}

fn column<'w, 'a>(key: Text<'w>, raw: raw::Column<'w>, keep: &mut impl Keep<'w, 'a>) -> Column<'a> {
    let databricks = [raw.databricks_tags, raw.column_mask, raw.config.databricks_tags, raw.config.column_mask];
    Column {
        name: keep.text(some(raw.name).unwrap_or(key)),
        description: keep.text(raw.description),
        data_type: some(raw.data_type).map(|data_type| keep.text(data_type)),
        tags: union(keep.texts(raw.tags), keep.texts(raw.config.tags)),
        meta: merged(raw.meta, raw.config.meta),
        constraints: constraints(raw.constraints, keep),
        policy_tags: keep.texts(raw.policy_tags),
        databricks_policy: databricks.iter().any(|key| key.0),
        doc_blocks: raw.doc_blocks.map(|texts| keep.texts(texts)),
    }
}

fn constraints<'w, 'a>(raw: Vec<raw::Constraint<'w>>, keep: &mut impl Keep<'w, 'a>) -> Vec<Constraint<'a>> {
    let constraint =
        |raw: raw::Constraint<'w>| Constraint { kind: keep.text(raw.kind), columns: keep.texts(raw.columns) };
    list(raw, constraint)
}

fn refs<'w, 'a>(raw: Vec<raw::Ref<'w>>, keep: &mut impl Keep<'w, 'a>) -> Vec<RefCall<'a>> {
    list(raw, |raw| ref_call(raw, keep))
}

fn ref_call<'w, 'a>(raw: raw::Ref<'w>, keep: &mut impl Keep<'w, 'a>) -> RefCall<'a> {
    match raw {
        raw::Ref::Named(named) => RefCall {
            name: keep.text(named.name),
            package: some(named.package).map(|package| keep.text(package)),
            version: word(named.version, keep),
        },
        raw::Ref::Parts(parts) => {
            let mut parts = keep.texts(parts);
            let name = parts.pop().unwrap_or_default();
            RefCall { name, package: parts.pop(), version: None }
        }
    }
}

fn json<'w, 'a>(raw: Option<&'w RawValue>, keep: &mut impl Keep<'w, 'a>) -> Option<Json<'a>> {
    raw.map(|raw| keep.json(raw))
}

fn word<'w, 'a>(word: Option<Word<'w>>, keep: &mut impl Keep<'w, 'a>) -> Option<Text<'a>> {
    some(word?.0).map(|word| keep.text(word))
}

fn some(text: Text<'_>) -> Option<Text<'_>> {
    text.non_empty().is_some().then_some(text)
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
