//! Writes what was read in the shape of `manifest.json`, so that both inputs become a project in the same way. Only
//! fields that the linter reads are written; values that are not known are left out and named under `unknown`.

use std::collections::BTreeMap;

use super::datum::{Datum, Map, Reason};
use super::node::{Kind, Node, RefArgs};
use super::parse::{Docs, MacroFile};
use super::properties::Entry;
use super::shape::shaped;
use super::sources::SourceTable;
use super::world::World;
use super::yaml_only::YamlResource;

/// The manifest as it grows.
#[derive(Debug, Default)]
pub struct Manifest {
    /// The text of each section, in pieces: it is long, and joining it would copy it.
    sections: BTreeMap<&'static str, Vec<String>>,
    disabled: BTreeMap<String, Vec<String>>,
}

fn text(value: &str) -> Datum {
    Datum::Text(value.to_owned())
}

fn ids(list: &[String]) -> Datum {
    Datum::List(list.iter().map(|id| text(id)).collect())
}

/// An entry as JSON. Made apart from the manifest, so that many can be made at once.
pub fn json(unique_id: &str, entry: Map) -> String {
    let mut entry = shaped(entry);
    entry.insert("unique_id", text(unique_id));
    take_unknown(&mut entry);
    serde_json::to_string(&entry).expect("every key is a text")
}

impl Manifest {
    /// Adds an entry that [`json`] made.
    pub fn add(&mut self, section: &'static str, unique_id: &str, json: String, enabled: bool) {
        if !enabled {
            self.disabled.entry(unique_id.to_owned()).or_default().push(json);
            return;
        }
        let text = self.sections.entry(section).or_default();
        let separator = if text.is_empty() { "" } else { ",\n" };
        text.extend([format!("{separator}{}", key(unique_id)), json]);
    }

    /// The whole as JSON, in pieces.
    pub fn into_json(self, world: &World) -> Vec<String> {
        let metadata = Map::from_iter([
            ("dbt_schema_version".to_owned(), text("https://schemas.getdbt.com/dbt/manifest/v12.json")),
            ("project_name".to_owned(), text(world.root())),
            ("adapter_type".to_owned(), text(world.target.adapter().unwrap_or_default())),
        ]);
        let metadata = serde_json::to_string(&metadata).expect("every key is a text");
        let mut json = vec![format!("{{\"metadata\":{metadata}")];
        for (name, entries) in self.sections {
            json.push(format!(",\"{name}\":{{"));
            json.extend(entries);
            json.push("}".to_owned());
        }
        let disabled = self.disabled.iter().map(|(id, list)| format!("{}[{}]", key(id), list.join(",")));
        json.push(format!(",\"disabled\":{{{}}}}}", disabled.collect::<Vec<_>>().join(",")));
        json
    }
}

fn key(unique_id: &str) -> String {
    format!("{}:", serde_json::Value::from(unique_id))
}

/// Moves what is unknown out of the entry, into a list of field and reason.
fn take_unknown(entry: &mut Map) {
    let mut unknown = Map::new();
    let mut note = |key: &str, reason: &Reason| unknown.insert(key, text(reason));
    for (key, value) in entry.iter() {
        match value {
            Datum::Map(config) if key == "config" => {
                for (key, value) in config.iter() {
                    if let Some(reason) = value.unknown() {
                        note(key, reason);
                    }
                }
            }
            value => {
                if let Some(reason) = value.unknown() {
                    note(key, reason);
                }
            }
        }
    }
    if !unknown.is_empty() {
        entry.insert("unknown", Datum::Map(unknown));
    }
}

/// A node's entry; `description` and `columns` come rendered.
pub fn node(node: &Node, world: &World, description: Option<String>, columns: Map) -> Map {
    let mut entry = Map::new();
    let mut set = |key: &str, value: Datum| entry.push(key, value);
    set("name", text(&node.name));
    set("resource_type", text(node.kind.word()));
    set("package_name", text(world.package(node.project)));
    set("original_file_path", text(&node.path));
    if let Some(place) = &node.patch.place {
        set("patch_path", text(&format!("{}://{}", world.package(place.project), place.path)));
    }
    set("description", description.map_or(Datum::Null, Datum::Text));
    set("tags", ids(&node.tags));
    set("columns", Datum::Map(columns));
    let mut depends_on = Map::new();
    depends_on.push("nodes", ids(&node.depends_on));
    depends_on.push("macros", ids(&node.calls.macros));
    set("depends_on", Datum::Map(depends_on));
    set("config", Datum::Map(config(node)));
    for (key, value) in [("database", &node.database), ("schema", &node.schema), ("alias", &node.alias)] {
        set(key, value.clone());
    }
    if node.kind != Kind::Seed {
        set("language", text(node.language));
    }
    set("raw_code", text(&node.code));
    set("refs", refs(&node.calls.refs));
    if let Some(reason) = &node.calls.uncertain {
        // There may be more of them than are listed.
        set("parents", Datum::Unknown(reason.clone()));
    }
    match &node.test {
        Some(_) => add_test(node, &mut entry),
        None => add_model(node, world, &mut entry),
    }
    entry
}

/// `refs` as the manifest lists them.
pub fn refs(calls: &[RefArgs]) -> Datum {
    let optional = |value: &Option<String>| value.clone().map_or(Datum::Null, Datum::Text);
    let refs = calls.iter().map(|call| {
        Datum::Map(Map::from_iter([
            ("name".to_owned(), Datum::Text(call.name.clone())),
            ("package".to_owned(), optional(&call.package)),
            ("version".to_owned(), optional(&call.version)),
        ]))
    });
    Datum::List(refs.collect())
}

/// The config with dbt's defaults where the linter reads them.
fn config(node: &Node) -> Map {
    let mut config = node.config.clone();
    let defaults: &[(&str, &str)] = match node.kind {
        Kind::Test => &[("severity", "ERROR"), ("warn_if", "!= 0"), ("error_if", "!= 0"), ("fail_calc", "count(*)")],
        _ => &[("on_schema_change", "ignore")],
    };
    for (key, value) in defaults {
        if config.value(key).is_none() {
            config.insert(*key, text(value));
        }
    }
    config
}

fn add_test(node: &Node, entry: &mut Map) {
    let Some(test) = &node.test else { return };
    let optional = |value: &Option<String>| value.as_deref().map_or(Datum::Null, text);
    entry.push("column_name", optional(&test.column));
    entry.push("attached_node", optional(&test.attached));
    let metadata = Map::from_iter([
        ("name".to_owned(), text(&test.name)),
        ("namespace".to_owned(), optional(&test.namespace)),
        ("kwargs".to_owned(), Datum::Map(test.kwargs.clone())),
    ]);
    entry.push("test_metadata", Datum::Map(metadata));
}

fn add_model(node: &Node, world: &World, entry: &mut Map) {
    let patch = &node.patch;
    entry.push("relation_name", if node.has_relation() { relation_name(node, world) } else { Datum::Null });
    entry.push("constraints", Datum::List(patch.constraints.clone()));
    if let Some(version) = &patch.version {
        entry.push("version", text(version));
        entry.push("latest_version", patch.latest_version.as_deref().map_or(Datum::Null, text));
    }
    entry.push("deprecation_date", moment(&patch.deprecation_date));
    if patch.time_spine {
        entry.push("time_spine", Datum::Map(Map::from_iter([("declared".to_owned(), Datum::Bool(true))])));
    }
}

/// A date as dbt writes it: the moment at which it begins.
fn moment(date: &Datum) -> Datum {
    match date {
        Datum::Time(date) | Datum::Text(date) if date.len() == "2025-01-31".len() => {
            Datum::Text(format!("{date}T00:00:00+00:00"))
        }
        other => other.clone(),
    }
}

fn relation_name(node: &Node, world: &World) -> Datum {
    quoted(world, [&node.database, &node.schema, &node.alias], node.config.get("quoting"))
}

/// The full name in the warehouse, in the adapter's quotes.
fn quoted(world: &World, parts: [&Datum; 3], quoting: Option<&Datum>) -> Datum {
    if let Some(reason) = parts.iter().find_map(|part| part.unknown()) {
        return Datum::Unknown(reason.clone());
    }
    let Some(adapter) = world.target.adapter() else {
        return Datum::Unknown(Reason::from("the adapter is not known"));
    };
    let quote = if matches!(adapter, "bigquery" | "databricks" | "spark" | "clickhouse" | "mysql") { '`' } else { '"' };
    let project = world.projects[0].settings.get("quoting");
    let keys = ["database", "schema", "identifier"];
    // ClickHouse has no databases beside its schemas, whatever `database` says.
    let none = Datum::Null;
    let parts = if adapter == "clickhouse" { [&none, parts[1], parts[2]] } else { parts };
    let is_quoted = |key: &str| {
        let set = [quoting, project].into_iter().flatten().find_map(|map| map.get(key)?.as_bool());
        set.unwrap_or(!matches!(adapter, "snowflake" | "spark"))
    };
    let named = keys.iter().zip(parts).filter_map(|(key, part)| {
        let name = part.as_text()?;
        Some(if is_quoted(key) { format!("{quote}{name}{quote}") } else { name.to_owned() })
    });
    let name = named.collect::<Vec<_>>().join(".");
    Datum::Text(if adapter == "databricks" { name.to_lowercase() } else { name })
}

/// A source table's entry.
pub fn source(table: &SourceTable, world: &World, descriptions: [Option<String>; 2], columns: Map) -> Map {
    let [description, source_description] = descriptions;
    let mut entry = table.data.clone();
    let part = |key: &str| table.data.get(key).cloned().unwrap_or_default();
    let parts = [part("database"), part("schema"), part("identifier")];
    let relation = quoted(world, [&parts[0], &parts[1], &parts[2]], table.data.get("quoting"));
    let mut set = |key: &str, value: Datum| entry.insert(key, value);
    set("relation_name", relation);
    set("name", text(&table.name));
    set("source_name", text(&table.source));
    set("resource_type", text("source"));
    set("package_name", text(world.package(table.project)));
    set("original_file_path", text(&table.path));
    set("description", description.map_or(Datum::Null, Datum::Text));
    set("source_description", source_description.map_or(Datum::Null, Datum::Text));
    set("columns", Datum::Map(columns));
    entry
}

/// The entry of a resource that exists in YAML alone.
pub fn yaml_resource(resource: &YamlResource, world: &World, description: Option<String>, parents: &[String]) -> Map {
    let mut entry = resource.data.clone();
    let mut set = |key: &str, value: Datum| entry.insert(key, value);
    set("name", text(&resource.name));
    set("resource_type", text(resource.kind));
    set("package_name", text(world.package(resource.project)));
    set("original_file_path", text(&resource.path));
    set("description", description.map_or(Datum::Null, Datum::Text));
    set("depends_on", Datum::Map(Map::from_iter([("nodes".to_owned(), ids(parents))])));
    entry
}

/// A macro's entry; `said` is what YAML says of it.
pub fn macro_entry(
    file: &MacroFile,
    said: Option<&Entry>,
    world: &World,
    render: &dyn Fn(&Datum) -> Option<String>,
) -> Map {
    let mut entry = Map::new();
    let mut set = |key: &str, value: Datum| entry.push(key, value);
    set("name", text(&file.name));
    set("resource_type", text("macro"));
    set("package_name", text(world.package(file.entry.package)));
    set("original_file_path", text(&file.path));
    set("macro_sql", text(&file.code));
    set(
        "depends_on",
        Datum::Map(Map::from_iter([("macros".to_owned(), ids(world.macros.calls_of(&file.entry.unique_id)))])),
    );
    let described = |argument: &Datum| {
        let description = argument.get("description").and_then(render).map_or(Datum::Null, Datum::Text);
        let name = argument.get("name").cloned().unwrap_or_default();
        Datum::Map(Map::from_iter([("name".to_owned(), name), ("description".to_owned(), description)]))
    };
    let listed = said.and_then(|said| said.data.get("arguments")).map(Datum::items).unwrap_or_default();
    let arguments = match listed {
        [] => {
            file.parameters.iter().map(|name| Datum::Map(Map::from_iter([("name".to_owned(), text(name))]))).collect()
        }
        listed => listed.iter().map(described).collect(),
    };
    set("arguments", Datum::List(arguments));
    if let Some(said) = said {
        set("patch_path", text(&format!("{}://{}", world.package(said.place.project), said.place.path)));
        set("description", said.data.get("description").and_then(render).map_or(Datum::Null, Datum::Text));
        let mut meta = super::properties::map(said.data.get("meta"));
        meta.update(super::properties::map(super::properties::map(said.data.get("config")).get("meta")));
        set("meta", Datum::Map(meta));
    }
    entry
}

/// A docs block's entry.
pub fn docs(block: &Docs, world: &World) -> Map {
    Map::from_iter([
        ("name".to_owned(), text(&block.name)),
        ("resource_type".to_owned(), text("doc")),
        ("package_name".to_owned(), text(world.package(block.project))),
        ("original_file_path".to_owned(), text(&block.path)),
        ("block_contents".to_owned(), text(&block.contents)),
    ])
}
