//! Source tables, with what they inherit from their source.

use super::config::{Enabled, check_enabled, lay_over, levels};
use super::datum::{Datum, Map};
use super::declared_tests::texts;
use super::properties::{Entry, columns, map, maps};
use super::world::World;

/// One table of a source.
#[derive(Debug, Clone)]
pub struct SourceTable {
    pub project: usize,
    pub unique_id: String,
    pub source: String,
    pub name: String,
    /// The YAML file.
    pub path: String,
    pub enabled: Enabled,
    /// Its entry of the manifest, but for rendered descriptions.
    pub data: Map,
    pub description: Datum,
    pub source_description: Datum,
    pub columns: Vec<Map>,
}

/// The tables of an entry of `sources:`.
pub fn tables(entry: &Entry, world: &World) -> Vec<SourceTable> {
    maps(entry.data.get("tables")).filter_map(|table| source_table(entry, &table, world)).collect()
}

fn source_table(entry: &Entry, table: &Map, world: &World) -> Option<SourceTable> {
    let name = table.value("name")?.to_text();
    let package = world.package(entry.place.project);
    let mut fqn = vec![package.to_owned()];
    fqn.extend(entry.place.folders());
    fqn.extend([entry.name.clone(), name.clone()]);
    let config = config(entry, table, &fqn, world);
    let source = &entry.data;
    // An empty text says no more than nothing.
    let given = |map: &Map, key: &str| map.get(key).filter(|value| value.is_true()).cloned();
    let schema = given(source, "schema").unwrap_or_else(|| Datum::Text(entry.name.clone()));
    let database = given(source, "database").unwrap_or_else(|| world.target.database());
    let source_meta = {
        let mut meta = map(source.get("meta"));
        meta.update(map(map(source.get("config")).get("meta")));
        meta
    };
    let mut data = Map::new();
    let mut set = |key: &str, value: Datum| data.insert(key, value);
    set("identifier", given(table, "identifier").unwrap_or_else(|| Datum::Text(name.clone())));
    set("schema", schema);
    set("database", database);
    set("loader", source.value("loader").cloned().unwrap_or_default());
    set("source_meta", Datum::Map(source_meta));
    for key in ["meta", "tags", "freshness", "loaded_at_field"] {
        // Absent is not null: that would switch freshness off.
        if let Some(value) = config.get(key) {
            set(key, value.clone());
        }
    }
    set("quoting", Datum::Map(quoting(source, table)));
    let enabled = Enabled::of(&config);
    set("config", Datum::Map(config));
    Some(SourceTable {
        project: entry.place.project,
        unique_id: format!("source.{package}.{}.{name}", entry.name),
        source: entry.name.clone(),
        name,
        path: entry.place.path.clone(),
        enabled,
        data,
        description: table.get("description").cloned().unwrap_or_default(),
        source_description: source.get("description").cloned().unwrap_or_default(),
        columns: columns(table.get("columns")),
    })
}

fn quoting(source: &Map, table: &Map) -> Map {
    let mut quoting = map(source.get("quoting"));
    quoting.update(map(table.get("quoting")));
    quoting
}

/// Config of `dbt_project.yml`, then of the source, then of the table.
fn config(entry: &Entry, table: &Map, fqn: &[String], world: &World) -> Map {
    let (source, of_source, of_table) = (&entry.data, map(entry.data.get("config")), map(table.get("config")));
    let mut own = of_source.clone();
    own.update(of_table.clone());
    match freshness(source, &of_source, table, &of_table) {
        Some(freshness) => own.insert("freshness", freshness),
        None => {
            own.remove("freshness");
        }
    }
    own.insert("loaded_at_field", loaded_at_field(source, &of_source, table, &of_table));
    let mut meta = Map::new();
    for part in [source.get("meta"), of_source.get("meta"), table.get("meta"), of_table.get("meta")] {
        meta.update(map(part));
    }
    own.insert("meta", Datum::Map(meta));
    let tags = [source.get("tags"), of_source.get("tags"), table.get("tags"), of_table.get("tags")];
    let mut tags: Vec<String> = tags.into_iter().flat_map(texts).collect();
    tags.sort();
    tags.dedup();
    own.insert("tags", Datum::List(tags.into_iter().map(Datum::Text).collect()));
    let project = entry.place.project;
    let mut config = Map::new();
    let lay_levels = |config: &mut Map, of: usize| {
        for level in world.projects[of].section(&["sources"]).into_iter().flat_map(|section| levels(section, fqn)) {
            lay_over(config, level);
        }
    };
    lay_levels(&mut config, project);
    // A source's tags take the place of those of dbt_project.yml, other than a node's.
    config.remove("tags");
    lay_over(&mut config, own);
    if project != 0 {
        lay_levels(&mut config, 0);
    }
    check_enabled(&mut config);
    config
}

/// The first of the table's and the source's that is there, the table's before.
fn loaded_at_field(source: &Map, of_source: &Map, table: &Map, of_table: &Map) -> Datum {
    let first = |maps: [&Map; 2]| {
        maps.into_iter().find_map(|map| map.get("loaded_at_field").filter(|value| value.is_true()).cloned())
    };
    let says = table.get("loaded_at_field").is_some() || of_table.value("loaded_at_field").is_some();
    let found = if says { first([table, of_table]) } else { first([source, of_source]) };
    found.unwrap_or_default()
}

/// The four places that may set freshness, each laid over the one before; null switches it off, and `None` means that
/// none of them says anything.
fn freshness(source: &Map, of_source: &Map, table: &Map, of_table: &Map) -> Option<Datum> {
    let places = [source, of_source, table, of_table].map(|map| map.get("freshness").cloned());
    if places.iter().all(Option::is_none) {
        return None;
    }
    let mut current = places[0].clone().unwrap_or_else(|| Datum::Map(Map::new()));
    for place in places.into_iter().skip(1) {
        let update = place.unwrap_or_else(|| Datum::Map(Map::new()));
        current = match (current, update) {
            (Datum::Map(base), Datum::Map(update)) => Datum::Map(merged_freshness(base, &update)),
            (Datum::Null, Datum::Map(update)) if is_set(&update) => Datum::Map(update),
            (Datum::Unknown(reason), _) | (_, Datum::Unknown(reason)) => Datum::Unknown(reason),
            _ => Datum::Null,
        };
    }
    // Nothing but empty mappings is as good as nothing.
    if current.as_map().is_some_and(|map| !is_set(map)) { None } else { Some(current) }
}

fn is_set(freshness: &Map) -> bool {
    ["warn_after", "error_after"]
        .iter()
        .any(|key| freshness.get(key).and_then(Datum::as_map).is_some_and(|map| !map.is_empty()))
}

fn merged_freshness(mut base: Map, update: &Map) -> Map {
    for key in ["warn_after", "error_after"] {
        let merged = match (base.get(key), update.get(key)) {
            (_, Some(Datum::Null)) => Datum::Null,
            (Some(Datum::Map(old)), Some(Datum::Map(new))) => {
                let mut all = old.clone();
                all.update(new.clone());
                Datum::Map(all)
            }
            (old, new) => new.or(old).cloned().unwrap_or_else(|| Datum::Map(Map::new())),
        };
        base.insert(key, merged);
    }
    if let Some(filter) = update.value("filter") {
        base.insert("filter", filter.clone());
    }
    base
}
