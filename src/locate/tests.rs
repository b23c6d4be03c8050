//! The item of a list of tests that made a generic test.

use crate::project::{GenericTest, Meta, Resource};
use crate::text::Span;
use crate::text::yaml::{Node, from_node};

/// The item under the tested node's entry, in its own list of tests or in its column's.
pub(super) fn item(entry: &Node, node: &Resource<'_>, resource: &Resource<'_>) -> Option<Span> {
    let test = resource.as_test()?;
    let generic = test.generic.as_ref()?;
    let arguments = generic.arguments();
    let of_column = test.column.as_ref().and_then(|name| super::properties::column(entry, node, name));
    let lists = of_column.into_iter().chain([entry]).flat_map(|place| [place.get("data_tests"), place.get("tests")]);
    let items: Vec<&Node> = lists.flatten().flat_map(Node::items).filter(|item| is_test(item, generic)).collect();
    let named = items.iter().find(|item| own_name(item) == Some(&resource.name));
    let unnamed = || items.iter().find(|item| own_name(item).is_none() && fits(item, &arguments));
    let best = named.or_else(unnamed).or_else(|| items.iter().find(|item| fits(item, &arguments)));
    best.or_else(|| items.first()).map(|item| name_span(item))
}

/// The name that the item gives the test in place of the one dbt would make.
fn own_name(item: &Node) -> Option<&str> {
    let block = item.entries().next().and_then(|entry| entry.value.get("name"));
    item.get("name").or(block).and_then(Node::as_str)
}

/// Whether the item is a test of that name: `unique`, `unique: {…}` or `{name: …, test_name: unique}`.
fn is_test(item: &Node, generic: &GenericTest<'_>) -> bool {
    let wanted = generic.full_name();
    let is_wanted = |name: &str| name == wanted;
    if let Some(name) = item.as_str() {
        return is_wanted(name);
    }
    item.get("test_name").and_then(Node::as_str).is_some_and(is_wanted)
        || item.entries().any(|entry| entry.key.as_str().is_some_and(is_wanted))
}

/// Whether every argument that the item states is the test's.
fn fits(item: &Node, arguments: &Meta) -> bool {
    let Some(block) = item.entries().next().map(|entry| &entry.value) else { return true };
    let stated = block.get("arguments").unwrap_or(block);
    stated.entries().all(|entry| {
        let Some(wanted) = entry.key.as_str().and_then(|key| arguments.get(key)) else { return true };
        from_node::<serde_json::Value>(&entry.value).is_ok_and(|value| value == *wanted)
    })
}

/// The test's name within the item.
fn name_span(item: &Node) -> Span {
    let named = item.get("test_name").map(|name| name.span);
    named.or_else(|| item.entries().next().map(|entry| entry.key.span)).unwrap_or(item.span)
}
