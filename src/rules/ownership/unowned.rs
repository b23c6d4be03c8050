//! What the rules about missing owners share: where the owner was looked for, and the nearest fix.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::Value;

use super::stated::meta_path;
use crate::findings::{Finding, Place};
use crate::project::{Ownership, Resource, ResourceType, folder, lookup, owner_keys};
use crate::rules::{Context, Node};
use crate::words::{counted, is_slip, listed};

/// Reports a resource for which no place names an owner.
pub(super) fn report(node: Node<'_>, cx: &mut Context<'_>) {
    let ownership = cx.ownership(node);
    if ownership.name.is_some() {
        return;
    }
    let named = format!("{} `{}`", node.kind.label(), node.label());
    let rests_on_it = cx.exposure_evidence(node.id);
    let under_other_keys = OtherKeys::of([node], cx);
    let slip = slip(node, cx);
    let first_way = if slip.is_some() { String::new() } else { under_other_keys.first_way() };
    let help = first_way + &help(node, cx);
    let finding = match placeholder(node, cx) {
        Some((key, value)) => {
            let message = format!("{named} names {value} as its owner, which is nobody");
            cx.report(node, Place::Key(meta_path(key)), message)
        }
        None => cx.report(node, Place::Entry, format!("{named} has no owner")),
    };
    finding.help(help).evidence(looked_at(&ownership));
    finding.evidence.extend(slip.or_else(|| under_other_keys.evidence()));
    if let Some(line) = rests_on_it {
        finding.evidence(line);
    }
}

/// A key of its `meta` that was probably meant to name the owner.
fn slip(node: Node<'_>, cx: &Context<'_>) -> Option<String> {
    let keys = &cx.settings.owners.meta_keys;
    let mut meant = keys.iter().filter(|key| lookup(&node.meta, key).is_none());
    meant.find_map(|key| {
        let (path, name) = key.rsplit_once('.').map_or(("", key.as_str()), |(path, name)| (path, name));
        let map = if path.is_empty() { &node.meta } else { lookup(&node.meta, path)?.as_object()? };
        let names_somebody = |value: &Value| value.is_string() || value.is_array() || value.is_object();
        let (near, _) = map.iter().find(|(near, value)| is_slip(near, name) && names_somebody(value))?;
        let near = if path.is_empty() { near.clone() } else { format!("{path}.{near}") };
        let is_looked_at = keys.contains(&near);
        (!is_looked_at).then(|| format!("meta.{near} is there; did you mean meta.{key}?"))
    })
}

/// Reports once for the project that these resources have no owner, where [`Context::hardly_any_is_owned`]: what is
/// missing is a first decision, not thousands of entries. `message` gets "none of the 12 models has an owner".
pub(crate) fn report_all<'c>(
    nodes: &[Node<'_>],
    message: impl FnOnce(String) -> String,
    cx: &'c mut Context<'_>,
) -> Option<&'c mut Finding> {
    let unowned: Vec<Node<'_>> = nodes.iter().copied().filter(|node| is_unowned(*node, cx)).collect();
    let severity = unowned.iter().filter_map(|node| cx.severity(node.id)).max()?;
    let message = message(nobody(unowned.len(), nodes.len(), &by_kind(nodes)));
    let folders = folders(&unowned);
    let (largest, _) = *folders.first()?;
    let example = *unowned.iter().find(|node| top_folder(node.resource) == largest)?;
    let under_other_keys = OtherKeys::of(unowned.iter().copied(), cx);
    let (looked_at, help) = (places(example, cx), under_other_keys.first_way() + &first_steps(example, cx));
    let key = example.kind.properties_key().unwrap_or("models");
    let finding = cx.report_project(Place::ProjectKey(vec![key.to_owned()]), message);
    finding.severity = severity;
    finding.help(help).evidence(looked_at);
    finding.evidence.extend(under_other_keys.evidence());
    finding.stands_for(unowned.iter().map(|node| (node.unique_id.as_str(), "")));
    if folders.len() > 1 && has_folder(example.kind) {
        let folders = folders.iter().map(|(name, count)| format!("{name} {count}"));
        finding.evidence(format!("by folder: {}", listed(folders)));
    }
    Some(finding)
}

/// Keys of `meta` that name someone responsible and that the config does not look at: those of most resources first, each
/// with how many those are and, for example, whom it names.
pub(crate) struct OtherKeys(Vec<(String, usize, String)>);

impl OtherKeys {
    pub(crate) fn of<'n>(nodes: impl IntoIterator<Item = Node<'n>>, cx: &Context<'_>) -> Self {
        let mut counts: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for node in nodes {
            let source_meta = node.resource.as_source().map(|source| &source.source_meta);
            let keys: BTreeMap<String, String> =
                [source_meta, Some(&node.resource.meta)].into_iter().flatten().flat_map(owner_keys).collect();
            for (key, name) in keys {
                counts.entry(key).or_insert((0, name)).0 += 1;
            }
        }
        let looked_at = &cx.settings.owners.meta_keys;
        let others = counts.into_iter().filter(|(key, _)| !looked_at.contains(key));
        let mut keys: Vec<_> = others.map(|(key, (count, name))| (key, count, name)).collect();
        keys.sort_by_key(|(_, count, _)| Reverse(*count));
        Self(keys)
    }

    /// The beginning of a help that goes on with other ways.
    pub(crate) fn first_way(&self) -> String {
        let Some((key, ..)) = self.0.first() else { return String::new() };
        format!("if `{key}` says who owns it, add that key to `owners: {{meta-keys: […]}}` in dbt-steward.yml; or ")
    }

    pub(crate) fn evidence(&self) -> Option<String> {
        let say = |(key, count, name): &(String, usize, String)| match count {
            1 => format!("`{key}` names {name}"),
            _ => format!("`{key}` of {count} names someone, {name} for example"),
        };
        (!self.0.is_empty()).then(|| format!("not looked at in `meta`: {}", listed(self.0.iter().map(say))))
    }
}

/// Whether no place names an owner.
pub(crate) fn is_unowned(node: Node<'_>, cx: &Context<'_>) -> bool {
    cx.ownership(node).name.is_none()
}

/// "none of the 12 models has an owner", "11 of the 12 models have no owner".
pub(super) fn nobody(unowned: usize, all: usize, what: &str) -> String {
    if unowned == all {
        format!("none of the {what} has an owner")
    } else {
        format!("{unowned} of the {what} have no owner")
    }
}

/// "33 seeds and 100 snapshots".
fn by_kind(nodes: &[Node<'_>]) -> String {
    let mut counts: Vec<(ResourceType, usize)> = Vec::new();
    for node in nodes {
        match counts.iter_mut().find(|(kind, _)| *kind == node.kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((node.kind, 1)),
        }
    }
    let counts: Vec<String> = counts.iter().map(|(kind, count)| counted(*count, kind.label())).collect();
    counts.join(" and ")
}

/// The places that could name an owner of any of them, as a line of evidence.
fn places(example: Node<'_>, cx: &Context<'_>) -> String {
    let mut places: Vec<String> = cx.settings.owners.meta_keys.iter().map(|key| format!("meta.{key}")).collect();
    // dbt has no groups for sources.
    places.extend((example.kind != ResourceType::Source).then(|| "groups".to_owned()));
    places.extend(cx.settings.owners.codeowners.as_ref().map(|_| "CODEOWNERS".to_owned()));
    format!("looked at {}", places.join(", "))
}

/// Whether `dbt_project.yml` configures such resources folder by folder.
fn has_folder(kind: ResourceType) -> bool {
    matches!(kind, ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot)
}

/// The folder right below the one that dbt reads: `models/staging` of `models/staging/erp/stg_erp__orders.sql`.
fn top_folder<'p>(resource: &'p Resource<'_>) -> &'p str {
    let path = folder(&resource.path);
    let end = path.match_indices('/').nth(1).map_or(path.len(), |(at, _)| at);
    &path[..end]
}

/// Those folders, each with the number of resources in it, largest first.
fn folders<'p>(nodes: &[Node<'p>]) -> Vec<(&'p str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for node in nodes {
        *counts.entry(top_folder(node.resource)).or_default() += 1;
    }
    let mut folders: Vec<(&str, usize)> = counts.into_iter().collect();
    folders.sort_by_key(|(name, count)| (Reverse(*count), *name));
    folders
}

/// How a project begins to say who owns what, with a resource from the folder where most is to be said.
fn first_steps(example: Node<'_>, cx: &Context<'_>) -> String {
    let mut ways = Vec::new();
    if let (Some(meta), Some(key)) = (meta_yaml(cx), example.kind.properties_key()) {
        let by_folder = has_folder(example.kind);
        ways.push(match top_folder(example.resource).split_once('/') {
            Some((_, name)) if by_folder => format!(
                "begin with a folder: `{key}: {{{}: {{{name}: {{+{meta}}}}}}}` in dbt_project.yml",
                cx.project.name
            ),
            _ if by_folder => format!("set `{key}: {{{}: {{+{meta}}}}}` in dbt_project.yml", cx.project.name),
            _ => {
                let to = cx.project.place_in_entry(example.kind).to();
                format!("add `{meta}` {to} their entries, those that people rely on first")
            }
        });
    }
    if example.kind != ResourceType::Source {
        ways.push("put them into groups, whose owners count".to_owned());
    }
    ways.push(match cx.settings.owners.codeowners {
        Some(_) => "add lines for their folders to CODEOWNERS".to_owned(),
        None => "set `owners: {codeowners: true}` in dbt-steward.yml, if CODEOWNERS says it".to_owned(),
    });
    ways.join("; or ")
}

/// The places where the owner was looked for, as a line of evidence.
pub(super) fn looked_at(ownership: &Ownership) -> String {
    format!("looked at {}", ownership.looked_at.join(", "))
}

/// What `meta` holds instead of an owner, and under which key: `"tbd"`, `[]`.
fn placeholder<'p>(node: Node<'_>, cx: &Context<'p>) -> Option<(&'p str, String)> {
    let keys = cx.settings.owners.meta_keys.iter();
    let mut values = keys.filter_map(|key| Some((key.as_str(), lookup(&node.resource.meta, key)?)));
    values.find(|(_, value)| !value.is_null()).map(|(key, value)| (key, value.to_string()))
}

/// How to name an owner in `meta`, for example `meta: {owner: <team>}`; `None` where the config looks at no key.
pub(super) fn meta_yaml(cx: &Context<'_>) -> Option<String> {
    let key = cx.settings.owners.meta_keys.first()?;
    let nested = key.rsplit('.').fold("<team>".to_owned(), |inner, key| format!("{{{key}: {inner}}}"));
    Some(format!("meta: {nested}"))
}

/// The ways to give it an owner, nearest first.
fn help(node: Node<'_>, cx: &Context<'_>) -> String {
    let mut ways = Vec::new();
    let meta = meta_yaml(cx);
    // A package's YAML is not the project's to change.
    if let Some(meta) = meta.as_ref().filter(|_| node.entry_in_package.is_none()) {
        let place = cx.project.place_in_entry(node.kind);
        ways.push(match node.properties_path.as_deref() {
            Some(file) => format!("add `{meta}` {} its entry in {file}", place.to()),
            None => {
                let file = cx.project.entry_file_in_words(node.resource);
                format!("give it an entry with `config: {{{meta}}}` in {file}")
            }
        });
    }
    let has_folder = has_folder(node.kind);
    let folder = folder(&node.path);
    match (&node.group, meta) {
        (Some(group), _) => ways.push(format!("give its group `{group}` an owner with a name and an e-mail")),
        (None, _) if has_folder && cx.project.has_groups() => {
            ways.push(format!("put the folder {folder} into a group with `+group:` in dbt_project.yml"));
        }
        (None, Some(meta)) if has_folder => {
            ways.push(format!("set `+{meta}` for the folder {folder} in dbt_project.yml"));
        }
        // dbt has no groups for sources.
        (None, _) if node.kind == ResourceType::Source => {}
        (None, _) => ways.push("put it into a group with an owner".to_owned()),
    }
    if cx.settings.owners.codeowners.is_some() {
        ways.push(format!("add a line for {} to CODEOWNERS", node.path));
    }
    ways.join(", or ")
}
