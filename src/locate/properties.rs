//! From a place to a span in properties YAML.

use super::code;
use crate::project::Resource;
use crate::text::call::Call;
use crate::text::yaml::{Entry, Node};
use crate::text::{Span, jinja};

/// The name in an entry, for a version of a model the version's `v`; where neither is there, the start of the entry.
pub(super) fn entry_name(entry: &Node, resource: &Resource<'_>) -> Span {
    if let Some(version) = version_entry(entry, resource)
        && let Some(number) = version.get("v")
    {
        return number.span;
    }
    entry.get("name").map_or_else(|| first_key(entry), |name| name.span)
}

/// A key of the entry, first below `config`, which wins for dbt; for a version of a model first in its own entry.
pub(super) fn key(entry: &Node, resource: &Resource<'_>, path: &[&str]) -> Option<Span> {
    let places = version_entry(entry, resource).into_iter().chain([entry]);
    places.into_iter().find_map(|place| in_config_or_beside(place, path))
}

/// A key below `config`, which wins for dbt, or beside it.
pub(super) fn in_config_or_beside(entry: &Node, path: &[&str]) -> Option<Span> {
    [entry.get("config"), Some(entry)].into_iter().flatten().find_map(|place| value_at(place, path))
}

/// A column's entry; a version of a model may declare its own.
pub(super) fn column<'y>(entry: &'y Node, resource: &Resource<'_>, name: &str) -> Option<&'y Node> {
    let in_list = |place: &'y Node| {
        let named = |column: &&Node| column.get("name").and_then(Node::as_str).is_some_and(|found| found == name);
        place.get("columns").map_or(&[][..], Node::items).iter().find(named)
    };
    version_entry(entry, resource).and_then(in_list).or_else(|| in_list(entry))
}

/// The item of `versions:` that describes this version.
pub(super) fn version_entry<'y>(entry: &'y Node, resource: &Resource<'_>) -> Option<&'y Node> {
    let version = resource.relation()?.version.as_ref()?;
    let fits = |item: &&Node| item.get("v").and_then(Node::as_str).is_some_and(|found| found == version.as_str());
    entry.get("versions")?.items().iter().find(fits)
}

/// The value at a path of keys, or the last key on the way if the rest is not there. `None` if not even the first is.
pub(super) fn value_at(node: &Node, path: &[&str]) -> Option<Span> {
    let (first, rest) = path.split_first()?;
    let entry = node.entry(first)?;
    if rest.is_empty() {
        return Some(entry_span(entry));
    }
    value_at(&entry.value, rest).or(Some(entry.key.span))
}

/// The value where it is a text of its own, else the key: underlining a whole list helps nobody.
fn entry_span(entry: &Entry) -> Span {
    let is_visible = entry.value.as_scalar().is_some() && !entry.value.span.is_empty();
    if is_visible { entry.value.span } else { entry.key.span }
}

/// The first key of a mapping, or the node's own span.
fn first_key(node: &Node) -> Span {
    node.entries().next().map_or(node.span, |entry| entry.key.span)
}

/// The `ref('…')` or `source('…', '…')` written somewhere in an entry, as exposures and snapshots have it.
pub(super) fn reference(entry: &Node, parent: &Resource<'_>) -> Option<Span> {
    let mut texts = Vec::new();
    add_texts(entry, &mut texts);
    let calls: Vec<(Call, Span)> = texts.into_iter().filter_map(|(text, span)| Some((call(text)?, span))).collect();
    code::best(calls.iter().map(|(call, span)| (call, *span)), parent)
}

/// Every text below a node, but for those of tests: what a relationship refers to is the test's parent.
fn add_texts<'y>(node: &'y Node, texts: &mut Vec<(&'y str, Span)>) {
    match node.as_str() {
        Some(text) if text.contains('(') => texts.push((text, node.span)),
        _ => {}
    }
    node.items().iter().for_each(|item| add_texts(item, texts));
    let is_test = |key: &Node| matches!(key.as_str(), Some("data_tests" | "tests"));
    node.entries().filter(|entry| !is_test(&entry.key)).for_each(|entry| add_texts(&entry.value, texts));
}

/// The call that a text is, with or without braces. A text that merely mentions one is none.
fn call(text: &str) -> Option<Call> {
    let text = text.trim();
    let braced = text.strip_prefix("{{").and_then(|text| text.strip_suffix("}}"));
    let expression = format!("{{{{{}}}}}", braced.unwrap_or(text));
    let calls = jinja::calls_before_error(&expression).0;
    calls.into_iter().find(|call| expression[call.span.range()] == *braced.unwrap_or(text).trim())
}
