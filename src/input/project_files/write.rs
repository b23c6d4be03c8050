//! From everything that was read to the manifest: parents are found, descriptions rendered, entries written.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use rayon::prelude::*;

use super::assemble::of_section;
use super::config::Enabled;
use super::context::{self, Purpose, Scope};
use super::datum::{Datum, Map, Reason};
use super::manifest::{self, Manifest};
use super::node::{Calls, Kind, Node, TestOf};
use super::parse::{Docs, MacroFile};
use super::problem::Problem;
use super::properties::Entry;
use super::resolve::{Names, Unresolved, parents, possible_parents, unit_tests};
use super::sources::SourceTable;
use super::texts::Texts;
use super::unread::Unread;
use super::world::World;
use super::yaml_only::YamlResource;

/// What the expressions of an exposure or a semantic model call.
pub fn calls_of(world: &Arc<World>, resource: &YamlResource) -> Calls {
    if resource.asks.expressions.is_empty() {
        return Calls::default();
    }
    let scope = Scope::new(world, resource.project, Purpose::Expression(Rc::default()));
    let texts: Vec<String> = resource.asks.expressions.iter().map(|text| format!("{{{{ {text} }}}}")).collect();
    context::expression_calls(&scope, &texts)
}

/// Looks for a node's parents, and says which of the names that it mentions nothing defines.
fn find_parents(node: &mut Node, names: &Names, world: &World) -> Vec<Unresolved> {
    let enabled = node.enabled();
    if enabled == Enabled::No {
        // dbt looks for no parents of what is disabled.
        return Vec::new();
    }
    let found = parents(names, world, node.project, &node.unique_id, &node.calls, None);
    let mut missing = found.unresolved;
    node.possible = possible_parents(names, world, node.project, &node.calls);
    node.possible.retain(|id| !found.ids.contains(id));
    node.depends_on = found.ids;
    if let Some(reason) = found.uncertain {
        match node.kind {
            // dbt leaves it out with what it tests.
            Kind::Test if missing.is_empty() => node.config.insert("enabled", Datum::Unknown(reason)),
            Kind::Test => {}
            _ => node.calls.uncertain = node.calls.uncertain.take().or(Some(reason)),
        }
    }
    if !enabled.is_certain() {
        missing.iter_mut().for_each(|name| name.is_certain = false);
    } else if node.kind != Kind::Test {
        // They are parents all the same, if not of a known kind.
        node.depends_on.extend(missing.iter().filter_map(|name| missing_id(name, world.package(node.project))));
    } else if !missing.is_empty() {
        // dbt disables a test of something that is not there, and goes on; where it is merely disabled, silently.
        node.config.insert("enabled", Datum::Bool(false));
        missing.retain(|name| !name.disabled);
    }
    missing
}

/// The id that a parent would have if it were there.
fn missing_id(name: &Unresolved, package: &str) -> Option<String> {
    let kind = match name.function {
        "ref" => "model",
        "source" => "source",
        "metric" => "metric",
        "function" => "function",
        _ => return None,
    };
    Some(format!("{kind}.{package}.{}", name.name))
}

/// By unique id, who may read it though it is not known to be a child.
type Readers<'n> = HashMap<Cow<'n, str>, Cow<'n, str>>;

/// Whether anything else reads a resource is not known where something may.
fn note_reader(entry: &mut Map, readers: &Readers<'_>, unique_id: &str) {
    if let Some(reader) = readers.get(unique_id) {
        entry.insert("children", Datum::Unknown(Reason::from(format!("{reader} may read it"))));
    }
}

/// What only an entry says, and who may read what; `entry` is all of what it says.
const SAID_BY_ENTRIES: [&str; 8] =
    ["access", "columns", "contract", "description", "entry", "group", "meta", "readers"];

/// Everything that goes into the manifest.
pub struct Whole<'w> {
    pub world: &'w Arc<World>,
    pub nodes: Vec<Node>,
    pub sources: Vec<SourceTable>,
    pub resources: Vec<(Calls, YamlResource)>,
    pub macros: Vec<MacroFile>,
    pub entries: &'w [Entry],
    /// Names of the groups that files define which can be read.
    pub groups: HashSet<&'w str>,
    pub docs: Vec<Docs>,
    pub unread: Unread,
}

impl Whole<'_> {
    pub fn write(mut self, problems: &mut Vec<Problem>) -> (Vec<String>, Vec<Unresolved>, Rest) {
        let yaml = self.resources.iter().map(|(_, resource)| resource);
        let names = Names::new(&self.nodes, &self.sources, yaml, self.world);
        let mut unresolved = Vec::new();
        let world = self.world;
        let missing: Vec<Vec<Unresolved>> =
            self.nodes.par_iter_mut().map(|node| find_parents(node, &names, world)).collect();
        unresolved.extend(missing.into_iter().flatten());
        for node in &self.nodes {
            if let Some(failure) = &node.calls.error {
                problems.push(Problem::new(node.project, node.path.clone(), failure.span, failure.message.clone()));
            }
        }
        let mut manifest = Manifest::default();
        let texts = Texts::new(self.world, &self.docs, self.unread.docs.as_deref());
        let readers = self.possible_readers(&names);
        self.write_nodes(&mut manifest, &texts, &readers);
        self.write_sources(&mut manifest, &texts, &readers);
        unresolved.extend(self.missing_docs(&texts));
        self.write_yaml(&mut manifest, &texts, &readers, &names, &mut unresolved);
        self.write_rest(&mut manifest, &texts);
        unresolved.sort();
        let json = manifest.into_json(self.world);
        (json, unresolved, Rest(self.world.clone(), self.nodes, self.sources, self.resources, self.macros))
    }

    fn possible_readers(&self, names: &Names) -> Readers<'_> {
        let mut readers = Readers::new();
        for code in &self.unread.code {
            let reader = format!("{}, which cannot be read,", code.path);
            for id in code.may_reference(&self.nodes, &self.sources) {
                readers.insert(Cow::Borrowed(id), Cow::Owned(reader.clone()));
            }
        }
        for node in self.nodes.iter().filter(|node| node.may_be_enabled()) {
            // A test that may be there is no consumer.
            let is_certain = node.kind == Kind::Test || node.is_enabled();
            let read = if is_certain { &[][..] } else { &node.depends_on };
            let ids = node.possible.iter().chain(read).map(|id| Cow::Borrowed(id.as_str()));
            readers.extend(ids.map(|id| (id, Cow::Borrowed(node.unique_id.as_str()))));
        }
        for (calls, resource) in &self.resources {
            if let Enabled::Unknown(_) = resource.enabled {
                let asks = Some(&resource.asks);
                let found = parents(names, self.world, resource.project, &resource.unique_id, calls, asks);
                let ids = found.ids.into_iter().map(Cow::Owned);
                readers.extend(ids.map(|id| (id, Cow::Borrowed(resource.unique_id.as_str()))));
            }
        }
        readers
    }

    /// Unique ids of nodes and source tables of which nobody knows whether they are enabled, and none of that id is.
    fn possible(&self) -> HashSet<&str> {
        let is_possible = |enabled: &Enabled| matches!(enabled, Enabled::Unknown(_));
        let nodes = self.nodes.iter().filter(|node| node.kind != Kind::Test && is_possible(&node.enabled()));
        let mut ids: HashSet<&str> = nodes.map(|node| node.unique_id.as_str()).collect();
        if !ids.is_empty() {
            let certain = self.nodes.iter().filter(|node| node.is_enabled());
            certain.for_each(|node| {
                ids.remove(node.unique_id.as_str());
            });
        }
        ids
    }

    /// The docs blocks that descriptions mention and nothing defines: dbt stops at the first of them.
    fn missing_docs(&self, texts: &Texts) -> Vec<Unresolved> {
        let nodes = self.nodes.par_iter().filter(|node| node.is_enabled()).flat_map_iter(|node| {
            texts.missing_in_all(node.project, &node.unique_id, &node.patch.description, &node.patch.columns)
        });
        let mut missing: Vec<Unresolved> = nodes.collect();
        for table in self.sources.iter().filter(|table| table.enabled.is_certain()) {
            let of = texts.missing_in_all(table.project, &table.unique_id, &table.description, &table.columns);
            missing.extend(of);
        }
        let is_rendered =
            |resource: &YamlResource| resource.enabled.is_certain() && !matches!(resource.kind, "group" | "unit_test");
        for (_, resource) in self.resources.iter().filter(|(_, resource)| is_rendered(resource)) {
            missing.extend(texts.missing(resource.project, &resource.unique_id, None, &resource.description));
        }
        missing
    }

    fn write_nodes(&self, manifest: &mut Manifest, texts: &Texts, readers: &Readers<'_>) {
        let raw = texts.raw();
        let possible = self.possible();
        let entries: Vec<(String, bool)> = self
            .nodes
            .par_iter()
            .map(|node| {
                let docs = texts.blocks();
                // dbt leaves the descriptions of what is disabled as they are.
                let is_listed = is_listed(node, &possible);
                let texts = if is_listed { texts } else { &raw };
                let columns = texts.columns(&docs, node.project, &node.patch.columns);
                let description = texts.render(&docs, node.project, &node.patch.description);
                let mut entry = manifest::node(node, self.world, description, columns);
                entry.push("doc_blocks", texts.mentioned(node.project, Some(&node.patch.description)));
                if let Some(group) = Some(&node.group).filter(|group| !group.is_null()) {
                    entry.insert("group", group.clone());
                }
                note_reader(&mut entry, readers, &node.unique_id);
                let (own, parts) = ([Some(&node.patch.description)], described(&node.patch.columns));
                texts.note_unread(&mut entry, node.project, own, parts);
                if node.kind.is_described() {
                    self.note_unread(&mut entry, node.project, node.patch.place.is_some());
                }
                (manifest::json(&node.unique_id, entry), is_listed)
            })
            .collect();
        for (node, (entry, is_listed)) in self.nodes.iter().zip(entries) {
            let section = if node.kind == Kind::Function { "functions" } else { "nodes" };
            manifest.add(section, &node.unique_id, entry, is_listed);
        }
    }

    fn write_sources(&self, manifest: &mut Manifest, texts: &Texts, readers: &Readers<'_>) {
        let (docs, raw) = (texts.blocks(), texts.raw());
        for table in &self.sources {
            let is_listed = table.enabled.is_certain();
            let texts = if is_listed { texts } else { &raw };
            let render = |text: &Datum| texts.render(&docs, table.project, text);
            let columns = texts.columns(&docs, table.project, &table.columns);
            let descriptions = [render(&table.description), render(&table.source_description)];
            let mut entry = manifest::source(table, self.world, descriptions, columns);
            entry.insert("doc_blocks", texts.mentioned(table.project, Some(&table.description)));
            note_reader(&mut entry, readers, &table.unique_id);
            let own = [Some(&table.description), Some(&table.source_description)];
            texts.note_unread(&mut entry, table.project, own, described(&table.columns));
            self.note_unread(&mut entry, table.project, true);
            manifest.add("sources", &table.unique_id, manifest::json(&table.unique_id, entry), is_listed);
        }
    }

    /// Where a properties file, or a whole folder, cannot be read, nobody knows what it says of resources that have no entry elsewhere, nor what
    /// exposures and metrics in it read.
    fn note_unread(&self, entry: &mut Map, project: usize, has_entry: bool) {
        let folder = self.world.unread_folder(project);
        let Some(path) = folder.or(self.unread.properties.get(&project).map(String::as_str)) else { return };
        let reason = Reason::from(format!("{path} cannot be read"));
        let fields: &[&str] = match (has_entry, folder) {
            (false, _) => &SAID_BY_ENTRIES,
            (true, None) => &["readers"],
            // Tests that are files of their own may lie in the folder.
            (true, Some(_)) => &["entry", "readers"],
        };
        for field in fields {
            entry.insert(*field, Datum::Unknown(reason.clone()));
        }
        self.note_unread_group(entry, &reason);
    }

    /// Nobody knows who owns what is in a group that no file defines which can be read.
    fn note_unread_group(&self, entry: &mut Map, reason: &Reason) {
        let of_config = || entry.get("config").and_then(|config| config.get("group"));
        let group = entry.get("group").filter(|group| !group.is_null()).or_else(of_config).and_then(Datum::as_text);
        if group.is_some_and(|name| !self.groups.contains(name)) {
            entry.insert("owner", Datum::Unknown(reason.clone()));
        }
    }

    fn write_yaml(
        &self,
        manifest: &mut Manifest,
        texts: &Texts,
        readers: &Readers<'_>,
        names: &Names,
        unresolved: &mut Vec<Unresolved>,
    ) {
        let (docs, raw) = (texts.blocks(), texts.raw());
        for (calls, resource) in &self.resources {
            // dbt leaves the descriptions of these as they are written, and those of what is disabled.
            let is_listed = resource.enabled.is_certain();
            let is_raw = matches!(resource.kind, "group" | "unit_test") || !is_listed;
            let texts = if is_raw { &raw } else { texts };
            let description = texts.render(&docs, resource.project, &resource.description);
            let section = section(resource.kind);
            if resource.kind == "unit_test" {
                for (id, parent, enabled) in unit_tests(names, self.world, resource) {
                    let parents: Vec<String> = parent.into_iter().collect();
                    let mut entry = manifest::yaml_resource(resource, self.world, description.clone(), &parents);
                    // One that may be enabled counts, so that its model is not said to have none.
                    let is_listed = resource.enabled != Enabled::No && enabled.is_certain();
                    if let Enabled::Unknown(reason) = enabled {
                        entry.insert("enabled", Datum::Unknown(reason));
                    }
                    manifest.add(section, &id, manifest::json(&id, entry), is_listed);
                }
                continue;
            }
            let (mut ids, mut uncertain) = (Vec::new(), None);
            if is_listed {
                let asks = Some(&resource.asks);
                let found = parents(names, self.world, resource.project, &resource.unique_id, calls, asks);
                unresolved.extend(found.unresolved);
                (ids, uncertain) = (found.ids, found.uncertain);
            }
            let mut entry = manifest::yaml_resource(resource, self.world, description, &ids);
            if let Some(reason) = uncertain {
                entry.insert("parents", Datum::Unknown(reason));
            }
            note_reader(&mut entry, readers, &resource.unique_id);
            if resource.kind == "exposure" {
                entry.insert("refs", manifest::refs(&calls.refs));
                entry.insert("metrics", metric_names(calls));
            }
            texts.note_unread(&mut entry, resource.project, [Some(&resource.description)], []);
            self.note_unread(&mut entry, resource.project, true);
            render_parts(&mut entry, &|text| texts.render(&docs, resource.project, text));
            let json = manifest::json(&resource.unique_id, entry);
            manifest.add(section, &resource.unique_id, json, is_listed);
        }
    }

    fn write_rest(&self, manifest: &mut Manifest, texts: &Texts) {
        let docs = texts.blocks();
        let said: HashMap<(usize, &str), &Entry> = of_section(self.entries, "macros")
            .map(|entry| ((entry.place.project, entry.name.as_str()), entry))
            .collect();
        for file in &self.macros {
            let project = file.entry.package;
            let said = said.get(&(project, file.name.as_str())).copied();
            let mut entry = manifest::macro_entry(file, said, self.world, &|text| texts.render(&docs, project, text));
            let value = |key: &str| said.and_then(|said| said.data.get(key));
            let arguments = value("arguments").map(Datum::items).unwrap_or_default();
            let parts = arguments.iter().map(|argument| argument.get("description"));
            texts.note_unread(&mut entry, project, [value("description")], parts);
            self.note_unread(&mut entry, project, said.is_some());
            let id = &file.entry.unique_id;
            manifest.add("macros", id, manifest::json(id, entry), true);
        }
        for block in &self.docs {
            let id = format!("doc.{}.{}", self.world.package(block.project), block.name);
            manifest.add("docs", &id, manifest::json(&id, manifest::docs(block, self.world)), true);
        }
    }
}

/// Whether a node stands among those that are enabled. A test of which that is not known is counted there, so that what it
/// tests is not said to have none; one that is of nothing but what may be disabled goes with it.
fn is_listed(node: &Node, possible: &HashSet<&str>) -> bool {
    match (node.enabled(), node.kind, &node.test) {
        (Enabled::Yes, ..) => true,
        (Enabled::No, ..) => false,
        (_, Kind::Test, Some(TestOf { attached: Some(id), .. })) => !possible.contains(id.as_str()),
        // One of a source table is attached to nothing.
        (_, Kind::Test, Some(_)) => node.depends_on.iter().any(|id| id.starts_with("source.")),
        (_, Kind::Test, None) => !node.depends_on.is_empty(),
        _ => false,
    }
}

/// The descriptions of columns.
fn described(columns: &[Map]) -> impl Iterator<Item = Option<&Datum>> {
    columns.iter().map(|column| column.get("description"))
}

fn section(kind: &str) -> &'static str {
    match kind {
        "exposure" => "exposures",
        "group" => "groups",
        "metric" => "metrics",
        "semantic_model" => "semantic_models",
        "saved_query" => "saved_queries",
        _ => "unit_tests",
    }
}

/// `[["revenue"]]`, as the manifest has the metrics of an exposure.
fn metric_names(calls: &Calls) -> Datum {
    let names = calls.metrics.iter().map(|(package, name)| {
        Datum::List(package.iter().chain([name]).map(|part| Datum::Text(part.clone())).collect())
    });
    Datum::List(names.collect())
}

/// Renders the descriptions of a semantic model's parts.
fn render_parts(entry: &mut Map, render: &dyn Fn(&Datum) -> Option<String>) {
    for key in ["entities", "dimensions", "measures"] {
        let Some(Datum::List(parts)) = entry.get_mut(key) else { continue };
        for part in parts {
            if let Datum::Map(part) = part
                && let Some(text) = part.get("description").and_then(render)
            {
                part.insert("description", Datum::Text(text));
            }
        }
    }
}

/// What was written and is needed no longer.
#[derive(Debug)]
#[expect(dead_code, reason = "kept only so that it is freed with the input, or never")]
pub struct Rest(Arc<World>, Vec<Node>, Vec<SourceTable>, Vec<(Calls, YamlResource)>, Vec<MacroFile>);
