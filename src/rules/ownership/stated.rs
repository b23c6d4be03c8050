//! Every statement of an owner in the project, once each, for rules about the owner's name.

use std::collections::HashSet;

use super::identity;
use crate::findings::Place;
use crate::project::{Owner, OwnerPlace, Resource, ResourceType, is_placeholder, lookup};
use crate::rules::{Context, Node};

/// The types whose owners such rules look at.
const KINDS: [ResourceType; 9] = [
    ResourceType::Model,
    ResourceType::Source,
    ResourceType::Seed,
    ResourceType::Snapshot,
    ResourceType::Exposure,
    ResourceType::Metric,
    ResourceType::SemanticModel,
    ResourceType::SavedQuery,
    ResourceType::Group,
];

/// One place that says who owns something.
pub(super) struct Statement<'p> {
    pub node: Node<'p>,
    pub place: Place,
    /// A source (group of tables) has no node of its own.
    pub subject: Option<String>,
    /// "model `fct_orders`".
    pub of: String,
    /// "meta.owner", "CODEOWNERS".
    pub by: String,
    /// The owners, each with all it is known by: a group's owner by name and by address.
    pub owners: Vec<Vec<String>>,
}

/// All statements in scope. A source's owner, which its tables inherit, is one statement; so is what CODEOWNERS says,
/// for each owner it names; a group's owner is the group's, not each member's.
pub(super) fn statements<'p>(cx: &Context<'p>) -> Vec<Statement<'p>> {
    let mut seen = HashSet::new();
    let nodes = KINDS.into_iter().flat_map(|kind| cx.subjects(kind));
    nodes.filter_map(|node| statement(node, &mut seen, cx)).collect()
}

fn statement<'p>(node: Node<'p>, seen: &mut HashSet<String>, cx: &Context<'p>) -> Option<Statement<'p>> {
    let of = format!("{} `{}`", node.kind.label(), node.label());
    if let Some(group) = node.resource.as_group() {
        return Some(by_owner_block(node, of, &group.owner)).filter(|made| !made.owners[0].is_empty());
    }
    let ownership = cx.ownership(node);
    let name = ownership.name?;
    let owners = || identity::names(&name).into_iter().map(|name| vec![name.to_owned()]).collect();
    match ownership.from? {
        // Said once, by the group.
        OwnerPlace::Group => None,
        OwnerPlace::Exposure => Some(by_owner_block(node, of, &node.resource.as_exposure()?.owner)),
        OwnerPlace::Codeowners => seen.insert(name.clone()).then(|| {
            // One line of a file that may be about any number of resources, of which this happens to be the first.
            let subject = Some(format!("project.{}", cx.project.name));
            let by = "CODEOWNERS".to_owned();
            Statement { node, place: Place::Entry, subject, of, by, owners: owners() }
        }),
        OwnerPlace::Meta => {
            let key = key_of(node.resource, cx)?;
            let by = format!("meta.{key}");
            let Some(source) = source_of_inherited(node.resource, cx) else {
                let place = Place::Key(meta_path(key));
                return Some(Statement { node, place, subject: None, of, by, owners: owners() });
            };
            let subject = format!("source.{}.{source}", node.package);
            seen.insert(subject.clone()).then(|| Statement {
                node,
                place: Place::SourceGroupKey(meta_path(key)),
                subject: Some(subject),
                of: format!("source `{source}`"),
                by,
                owners: owners(),
            })
        }
    }
}

fn by_owner_block<'p>(node: Node<'p>, of: String, owner: &Owner<'_>) -> Statement<'p> {
    let names = std::iter::once(&owner.name).chain(&owner.email);
    let names = names.filter(|name| !is_placeholder(name)).map(|name| name.trim().to_owned()).collect();
    let key = if is_placeholder(&owner.name) { "email" } else { "name" };
    let place = Place::Key(vec!["owner".to_owned(), key.to_owned()]);
    Statement { node, place, subject: None, of, by: "owner".to_owned(), owners: vec![names] }
}

/// The way to a key of `meta` in YAML.
pub(super) fn meta_path(key: &str) -> Vec<String> {
    std::iter::once("meta").chain(key.split('.')).map(str::to_owned).collect()
}

/// The first key of `meta` that names the owner.
fn key_of<'c>(resource: &Resource<'_>, cx: &'c Context<'_>) -> Option<&'c str> {
    let keys = &cx.settings.owners.meta_keys;
    let source_meta = resource.as_source().map(|source| &source.source_meta);
    let has = |key: &&String| {
        lookup(&resource.meta, key).is_some() || source_meta.is_some_and(|meta| lookup(meta, key).is_some())
    };
    keys.iter().find(has).map(String::as_str)
}

/// The source from which a source table has the owner in its `meta`.
pub(super) fn source_of_inherited<'r>(resource: &'r Resource<'_>, cx: &Context<'_>) -> Option<&'r str> {
    let source = resource.as_source()?;
    let key = key_of(resource, cx)?;
    let inherited = lookup(&source.source_meta, key)?;
    let is_same = lookup(&resource.meta, key).is_none_or(|own| own == inherited);
    is_same.then_some(source.source_name.as_str())
}
