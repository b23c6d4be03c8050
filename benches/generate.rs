//! Makes a large manifest out of a real one: everything the root project defines is copied until there are as many
//! models as wanted. A copy reads its own copy of whatever the original reads, and what packages define is there once
//! and shared, so that the graph stays as believable as the seed's.
//!
//! The seed's entries are turned into templates first: JSON text with holes where a copy's suffix goes. Writing a copy
//! is then no more than writing text, in time linear in the size of the result and in the memory of the seed.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::{Map, Value};

/// Sections with one entry a resource. `macros` is left out: macros do not grow with the number of models.
const SECTIONS: [&str; 10] = [
    "nodes",
    "sources",
    "exposures",
    "metrics",
    "groups",
    "docs",
    "saved_queries",
    "semantic_models",
    "unit_tests",
    "functions",
];

/// Holes of a template, as characters that no manifest has: `_c7`, which sets names apart, and `/c7`, a folder.
const SUFFIX: char = '\u{E000}';
const FOLDER: char = '\u{E001}';

/// `ref()` and `source()` with literal arguments, wherever a string has them.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\b(ref|source)\(\s*['"]([^'"]*)['"](?:(\s*,\s*)['"]([^'"]*)['"])?"#).expect("the pattern is valid")
});

/// Writes a manifest with at least `models` models, made of the manifest `seed`, and says how many it has.
///
/// # Errors
/// When the seed is no manifest of dbt 1.6 or later with a model in it, or `out` fails.
pub fn generate(seed: &str, models: usize, out: &mut dyn Write) -> io::Result<usize> {
    let invalid = |message: &str| io::Error::new(io::ErrorKind::InvalidData, message.to_owned());
    let Value::Object(seed) = serde_json::from_str(seed)? else { return Err(invalid("the seed is no manifest")) };
    let project = seed["metadata"]["project_name"].as_str();
    let names = Names::new(&seed, project.ok_or_else(|| invalid("the seed is older than dbt 1.6"))?);
    let (copied, kept) = names.models();
    if copied == 0 {
        return Err(invalid("the seed's own project has no model"));
    }
    let copies = models.saturating_sub(kept).div_ceil(copied).max(1);
    let mut separator = '{';
    for (section, value) in &seed {
        write!(out, "{separator}{}: ", Value::from(section.as_str()))?;
        separator = ',';
        match (section.as_str(), value) {
            ("disabled", Value::Object(entries)) => names.resources(entries).write(copies, out)?,
            (name, Value::Object(entries)) if SECTIONS.contains(&name) => {
                names.resources(entries).write(copies, out)?
            }
            ("parent_map", Value::Object(map)) => names.parents(map).write(copies, out)?,
            ("child_map" | "group_map", Value::Object(map)) => names.write_children(map, copies, out)?,
            _ => write!(out, "{value}")?,
        }
    }
    out.write_all(b"}\n")?;
    Ok(copies * copied + kept)
}

/// JSON text with holes.
struct Template(Vec<Piece>);

enum Piece {
    Text(String),
    Suffix,
    Folder,
}

impl Template {
    fn new(text: &str) -> Self {
        let mut pieces = Vec::new();
        for part in text.split_inclusive([SUFFIX, FOLDER]) {
            let solid = part.trim_end_matches([SUFFIX, FOLDER]);
            pieces.push(Piece::Text(solid.to_owned()));
            match part[solid.len()..].chars().next() {
                Some(SUFFIX) => pieces.push(Piece::Suffix),
                Some(_) => pieces.push(Piece::Folder),
                None => {}
            }
        }
        Self(pieces)
    }

    /// Copy 0 is the original.
    fn write(&self, copy: usize, out: &mut dyn Write) -> io::Result<()> {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.write_all(text.as_bytes())?,
                _ if copy == 0 => {}
                Piece::Suffix => write!(out, "_c{copy}")?,
                Piece::Folder => write!(out, "/c{copy}")?,
            }
        }
        Ok(())
    }
}

/// The members of one section.
#[derive(Default)]
struct Section {
    kept: Vec<String>,
    copied: Vec<Template>,
}

impl Section {
    fn write(&self, copies: usize, out: &mut dyn Write) -> io::Result<()> {
        let mut list = List::new(out);
        list.out.write_all(b"{")?;
        for member in &self.kept {
            list.separate()?.write_all(member.as_bytes())?;
        }
        for copy in 0..copies {
            for member in &self.copied {
                member.write(copy, list.separate()?)?;
            }
        }
        list.out.write_all(b"}")
    }
}

/// Puts commas between items.
struct List<'o> {
    out: &'o mut dyn Write,
    separator: &'static [u8],
}

impl<'o> List<'o> {
    fn new(out: &'o mut dyn Write) -> Self {
        Self { out, separator: b"" }
    }

    fn separate(&mut self) -> io::Result<&mut dyn Write> {
        self.out.write_all(self.separator)?;
        self.separator = b", ";
        Ok(self.out)
    }
}

/// Which names belong to what is copied.
struct Names {
    ids: HashSet<String>,
    /// What `ref()` finds.
    refs: HashSet<String>,
    sources: HashSet<String>,
    metrics: HashSet<String>,
    groups: HashSet<String>,
    project: String,
    models: (usize, usize),
}

impl Names {
    fn new(seed: &Map<String, Value>, project: &str) -> Self {
        let mut names = Self {
            ids: HashSet::new(),
            refs: HashSet::new(),
            sources: HashSet::new(),
            metrics: HashSet::new(),
            groups: HashSet::new(),
            project: project.to_owned(),
            models: (0, 0),
        };
        let enabled = SECTIONS.iter().filter_map(|name| seed.get(*name)?.as_object()).flatten();
        let disabled = seed.get("disabled").and_then(Value::as_object).into_iter().flatten();
        for (id, is_enabled) in enabled.map(|(id, _)| (id, true)).chain(disabled.map(|(id, _)| (id, false))) {
            let mut parts = id.split('.');
            let (kind, package, name) = (parts.next(), parts.next(), parts.next());
            let (Some(kind), Some(name)) = (kind, name) else { continue };
            let is_copied = package == Some(project) && kind != "operation";
            match kind {
                "model" if is_enabled && is_copied => names.models.0 += 1,
                "model" if is_enabled => names.models.1 += 1,
                _ => {}
            }
            if !is_copied {
                continue;
            }
            names.ids.insert(id.clone());
            let by_kind = match kind {
                "model" | "seed" | "snapshot" => &mut names.refs,
                "source" => &mut names.sources,
                "metric" => &mut names.metrics,
                "group" => &mut names.groups,
                _ => continue,
            };
            by_kind.insert(name.to_owned());
        }
        names
    }

    /// How many models there are to copy, and how many besides.
    fn models(&self) -> (usize, usize) {
        self.models
    }

    fn resources(&self, entries: &Map<String, Value>) -> Section {
        let mut section = Section::default();
        for (id, entry) in entries {
            if self.ids.contains(id) {
                let mut entry = entry.clone();
                let resources = match &mut entry {
                    Value::Array(list) => list.iter_mut().collect(),
                    one => vec![one],
                };
                resources.into_iter().for_each(|resource| self.mark(resource, id));
                section.copied.push(Template::new(&member(&self.id(id), &entry)));
            } else {
                section.kept.push(member(id, entry));
            }
        }
        section
    }

    /// A copy reads copies, and what is there once.
    fn parents(&self, map: &Map<String, Value>) -> Section {
        let mut section = Section::default();
        for (id, parents) in map {
            if self.ids.contains(id) {
                let mut parents = parents.clone();
                strings(&mut parents, &mut |parent| *parent = self.id(parent));
                section.copied.push(Template::new(&member(&self.id(id), &parents)));
            } else {
                section.kept.push(member(id, parents));
            }
        }
        section
    }

    /// What is there once is read by every copy; what reads only the original is no child of the copies.
    fn write_children(&self, map: &Map<String, Value>, copies: usize, out: &mut dyn Write) -> io::Result<()> {
        let mut section = List::new(out);
        section.out.write_all(b"{")?;
        for (key, children) in map {
            let children = children.as_array().into_iter().flatten().filter_map(Value::as_str);
            let (copied, kept): (Vec<&str>, Vec<&str>) = children.partition(|child| self.ids.contains(*child));
            let copied: Vec<Template> = copied.iter().map(|child| Template::new(&quoted(&self.id(child)))).collect();
            let is_copied = self.ids.contains(key) || self.groups.contains(key);
            let marked = if self.groups.contains(key) { suffixed(key) } else { self.id(key) };
            let template = Template::new(&quoted(&marked));
            for copy in 0..if is_copied { copies } else { 1 } {
                template.write(copy, section.separate()?)?;
                section.out.write_all(b": [")?;
                let mut list = List::new(&mut *section.out);
                for child in if copy == 0 { &kept[..] } else { &[] } {
                    list.separate()?.write_all(quoted(child).as_bytes())?;
                }
                for child_copy in if is_copied { copy..copy + 1 } else { 0..copies } {
                    for child in &copied {
                        child.write(child_copy, list.separate()?)?;
                    }
                }
                section.out.write_all(b"]")?;
            }
        }
        section.out.write_all(b"}")
    }

    /// `model.shop.customers.v2` with a hole behind `customers`.
    fn id(&self, id: &str) -> String {
        let end = id.match_indices('.').nth(2).map_or(id.len(), |(dot, _)| dot);
        if self.ids.contains(id) { format!("{}{SUFFIX}{}", &id[..end], &id[end..]) } else { id.to_owned() }
    }

    /// Makes holes in one resource, wherever it names itself or another that is copied.
    fn mark(&self, resource: &mut Value, id: &str) {
        let Some(fields) = resource.as_object_mut() else { return };
        let own_name = id.split('.').nth(2).unwrap_or_default();
        let is_named_by_its_group = id.starts_with("source.") || id.starts_with("unit_test.");
        for (key, value) in fields {
            match key.as_str() {
                "name" if is_named_by_its_group => {}
                "name" | "alias" | "identifier" | "label" | "url" | "file_key_name" | "source_name" => {
                    suffix_strings(value);
                }
                "relation_name" => strings(value, &mut |name| *name = relation(name)),
                "path" | "original_file_path" | "patch_path" => strings(value, &mut |path| *path = path_of_copy(path)),
                "fqn" => strings(value, &mut |part| suffix_if(part == own_name, part)),
                "unique_id" | "attached_node" | "depends_on" | "doc_blocks" => {
                    strings(value, &mut |id| *id = self.id(id));
                }
                "group" => strings(value, &mut |name| suffix_if(self.groups.contains(name), name)),
                "refs" => strings(value, &mut |name| suffix_if(self.refs.contains(name), name)),
                "sources" => {
                    for call in value.as_array_mut().into_iter().flatten() {
                        call.get_mut(0).into_iter().for_each(suffix_strings);
                    }
                }
                "metrics" | "query_params" => {
                    strings(value, &mut |name| suffix_if(self.metrics.contains(name), name));
                }
                "type_params" | "measures" | "exports" => named(value, &mut suffix_strings),
                "config" | "node_relation" => self.mark(value, ""),
                "columns" => {
                    for column in value.as_object_mut().into_iter().flat_map(Map::values_mut) {
                        column.get_mut("doc_blocks").into_iter().for_each(|blocks| {
                            strings(blocks, &mut |id| *id = self.id(id));
                        });
                    }
                }
                "model" => strings(value, &mut |model| {
                    *model = self.calls(model);
                    suffix_if(self.refs.contains(model), model);
                }),
                _ => strings(value, &mut |text| *text = self.calls(text)),
            }
        }
    }

    /// The text with holes in the arguments of `ref()` and `source()`.
    fn calls(&self, text: &str) -> String {
        let marked = CALL.replace_all(text, |call: &Captures<'_>| {
            let first = &call[2];
            let second = call.get(4).map(|argument| argument.as_str());
            let (name, known) = match (&call[1], second) {
                ("source", _) => (call.get(2), &self.sources),
                (_, None) => (call.get(2), &self.refs),
                (_, Some(_)) if first == self.project => (call.get(4), &self.refs),
                _ => return call[0].to_owned(),
            };
            let Some(name) = name.filter(|name| known.contains(name.as_str())) else { return call[0].to_owned() };
            let end = name.end() - call.get(0).map_or(0, |whole| whole.start());
            format!("{}{SUFFIX}{}", &call[0][..end], &call[0][end..])
        });
        marked.into_owned()
    }
}

fn member(key: &str, value: &Value) -> String {
    format!("{}: {value}", quoted(key))
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn suffixed(name: &str) -> String {
    format!("{name}{SUFFIX}")
}

fn suffix_if(is_copied: bool, name: &mut String) {
    if is_copied {
        name.push(SUFFIX);
    }
}

fn suffix_strings(value: &mut Value) {
    strings(value, &mut |name| suffix_if(!name.is_empty(), name));
}

/// `"shop"."main"."orders"` with a hole behind the last name.
fn relation(name: &str) -> String {
    let solid = name.trim_end_matches(['"', '`', ']']);
    format!("{solid}{SUFFIX}{}", &name[solid.len()..])
}

/// `models/staging/erp/orders.sql` as `models/staging/erp/c7/orders_c7.sql`: each copy has folders and files of its own.
fn path_of_copy(path: &str) -> String {
    let start = path.find("://").map_or(0, |scheme| scheme + 3);
    let name = path.rfind('/').filter(|slash| *slash >= start).map_or(start, |slash| slash + 1);
    let folder = path[..name].strip_suffix('/').filter(|_| name > start);
    let dot = path[name..].rfind('.').map_or(path.len(), |dot| name + dot);
    match folder {
        Some(folder) => format!("{folder}{FOLDER}/{}{SUFFIX}{}", &path[name..dot], &path[dot..]),
        None => format!("{}{SUFFIX}{}", &path[..dot], &path[dot..]),
    }
}

/// Visits every string in a value, at any depth.
fn strings(value: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter_mut().for_each(|item| strings(item, visit)),
        Value::Object(members) => members.values_mut().for_each(|item| strings(item, visit)),
        _ => {}
    }
}

/// Visits every `name` in a value, at any depth.
fn named(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| named(item, visit)),
        Value::Object(members) => {
            for (key, item) in members {
                if key == "name" { visit(item) } else { named(item, visit) }
            }
        }
        _ => {}
    }
}
