//! What the rules about missing owners share: where the owner was looked for, and the nearest fix.

use super::stated::meta_path;
use crate::findings::Place;
use crate::project::{Ownership, ResourceType, folder, lookup};
use crate::rules::{Context, Node};

/// Reports a resource for which no place names an owner.
pub(super) fn report(node: Node<'_>, cx: &mut Context<'_>) {
    let ownership = cx.ownership(node);
    if ownership.name.is_some() {
        return;
    }
    let named = format!("{} `{}`", node.kind.label(), node.label());
    let rests_on_it = cx.exposure_evidence(node.id);
    let help = help(node, cx);
    let finding = match placeholder(node, cx) {
        Some((key, value)) => {
            let message = format!("{named} names {value} as its owner, which is nobody");
            cx.report(node, Place::Key(meta_path(key)), message)
        }
        None => cx.report(node, Place::Entry, format!("{named} has no owner")),
    };
    finding.help(help).evidence(looked_at(&ownership));
    if let Some(line) = rests_on_it {
        finding.evidence(line);
    }
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
    if let Some(meta) = &meta {
        ways.push(match node.properties_path.as_deref() {
            Some(file) => format!("add `{meta}` under `config:` of its entry in {file}"),
            None => {
                let beside = || format!("a YAML file beside {}", node.path);
                let file = cx.project.properties_beside(node.resource).map_or_else(beside, str::to_owned);
                format!("give it an entry with `config: {{{meta}}}` in {file}")
            }
        });
    }
    let has_folder = matches!(node.kind, ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot);
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
