//! Suppressions in `meta`: `steward: {ignore: [DOC001, {rule: DOC011, reason: …, until: 2027-01-31}]}` of a resource or a
//! column.
//!
//! dbt hands `+meta` of a folder down to every resource in it, and the manifest does not tell which of them has it from
//! where. What several have in the same words is therefore one suppression.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde_json::Value;

use super::super::{Locator, Lookup};
use super::Search;
use crate::findings::suppress::{Cover, Flaw, Name, Origin, Subject, Suppression, Until};
use crate::findings::{Location, Place};
use crate::project::{Meta, Project, Resource, ResourceId};

/// The keys of an item that is a mapping.
const KEYS: [&str; 3] = ["rule", "reason", "until"];

/// What an item says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    names: Vec<String>,
    reason: String,
    until: Option<String>,
    flaw: Option<Flaw>,
}

/// Who has an item: a resource, or a column of it.
type Holder<'p> = (ResourceId, Option<&'p str>);

/// The suppressions in `meta`, in order of what they say.
pub(super) fn find(search: &Search<'_>) -> Vec<Suppression> {
    let (project, settings) = (search.project, search.settings);
    let resources = project.resources.par_iter().enumerate();
    let subjects = resources.filter(|(_, resource)| settings.is_subject(project, resource));
    let all: Vec<(Item, Holder<'_>)> =
        subjects.flat_map_iter(|(index, resource)| items_of(ResourceId(index as u32), resource)).collect();
    let mut held: BTreeMap<Item, Vec<Holder<'_>>> = BTreeMap::new();
    for (item, holder) in all {
        held.entry(item).or_default().push(holder);
    }
    held.into_iter().filter_map(|(item, holders)| suppression(search, item, &holders)).collect()
}

/// The items of a resource and its columns, each with who has it.
fn items_of<'p>(id: ResourceId, resource: &'p Resource<'_>) -> impl Iterator<Item = (Item, Holder<'p>)> {
    let columns = resource.columns.iter().map(|column| (Some(column.name.as_str()), &column.meta));
    let metas = std::iter::once((None, &resource.meta)).chain(columns).filter(|(_, meta)| !meta.is_empty());
    metas.flat_map(move |(column, meta)| items(meta).into_iter().map(move |item| (item, (id, column))))
}

/// The items of a `meta`. `steward` may be somebody's name, and then it is none of our business.
fn items(meta: &Meta) -> Vec<Item> {
    let Some(ignore) = meta.get("steward").and_then(|steward| steward.get("ignore")) else { return Vec::new() };
    match ignore {
        Value::Array(list) => list.iter().map(item).collect(),
        Value::Null => Vec::new(),
        other => vec![item(other)],
    }
}

fn item(value: &Value) -> Item {
    let bare = Item { names: Vec::new(), reason: String::new(), until: None, flaw: None };
    match value {
        Value::String(name) => with_names(bare, name),
        Value::Object(fields) => {
            let unknown = fields.keys().find(|key| !KEYS.contains(&key.as_str()));
            let text = |key: &str| fields.get(key).filter(|value| !value.is_null()).map(text);
            let read = Item {
                reason: text("reason").unwrap_or_default().trim().to_owned(),
                until: text("until").map(|until| until.trim().to_owned()),
                flaw: unknown.map(|key| Flaw::UnknownKey(key.clone())),
                ..bare
            };
            if read.flaw.is_some() { read } else { with_names(read, &text("rule").unwrap_or_default()) }
        }
        _ => Item { flaw: Some(Flaw::NoList), ..bare },
    }
}

/// The item with the rules that `rule` names, several with commas.
fn with_names(item: Item, rule: &str) -> Item {
    let names: Vec<String> =
        rule.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let flaw = names.is_empty().then_some(Flaw::NoRule);
    Item { names, flaw, ..item }
}

/// A text as it is, all else as JSON.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn suppression(search: &Search<'_>, item: Item, holders: &[Holder<'_>]) -> Option<Suppression> {
    let project = search.project;
    let &(first, column) = holders.first()?;
    let location = location(search.locator, project, first, column);
    let name = |text: String| Name { meaning: (search.meanings)(&text), text, location: location.clone() };
    let resource = project.get(first);
    Some(Suppression {
        names: item.names.into_iter().map(name).collect(),
        flaw: item.flaw,
        reason: item.reason,
        until: item.until.map(|text| Until { text, location: location.clone() }),
        path: resource.properties_path.as_ref().unwrap_or(&resource.path).to_string(),
        resource: (holders.iter().all(|(id, _)| *id == first)).then_some(first),
        about: holders.iter().map(|(id, _)| *id).collect(),
        is_about_disabled: false,
        covers: Cover::new(None, subjects(project, holders)),
        origin: Origin::Meta(holders.len()),
        location,
    })
}

/// The holders, and each source of which all tables are among them: dbt gives the `meta` of a source to its tables.
fn subjects(project: &Project<'_>, holders: &[Holder<'_>]) -> Vec<Subject> {
    let group = |id: ResourceId| {
        let resource = project.get(id);
        Some(format!("source.{}.{}", resource.package, resource.as_source()?.source_name))
    };
    let mut tables: BTreeMap<String, usize> = BTreeMap::new();
    for id in holders.iter().filter(|(_, column)| column.is_none()).filter_map(|(id, _)| group(*id)) {
        *tables.entry(id).or_default() += 1;
    }
    for (id, _) in project.iter() {
        if let Some(count) = group(id).and_then(|id| tables.get_mut(&id)) {
            *count = count.wrapping_sub(1);
        }
    }
    let whole = tables.into_iter().filter(|(_, missing)| *missing == 0).map(|(id, _)| Subject { id, column: None });
    let held = holders
        .iter()
        .map(|(id, column)| Subject { id: project.get(*id).unique_id.to_string(), column: column.map(str::to_owned) });
    held.chain(whole).collect()
}

/// Where the `meta` stands: in YAML, or in `config()`, or in `dbt_project.yml`, of which only the entry is known.
fn location(locator: &Locator, project: &Project<'_>, id: ResourceId, column: Option<&str>) -> Location {
    let lookup = Lookup { locator, project, resource: project.get(id) };
    if let Some(column) = column {
        return lookup.location(&Place::ColumnKey(column.to_owned(), "meta".to_owned()));
    }
    let keys = ["meta", "steward", "ignore"].map(str::to_owned).to_vec();
    lookup.in_properties(&Place::Key(keys)).unwrap_or_else(|| lookup.location(&Place::config("meta")))
}
