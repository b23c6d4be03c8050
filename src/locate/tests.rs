//! The item of a list of tests that made a generic test.

use crate::project::{GenericTest, Meta, Resource, Test};
use crate::text::Span;
use crate::text::yaml::{Node, from_node};

/// The item under the tested node's entry, in its own list of tests or in its column's.
pub(super) fn item(entry: &Node, node: &Resource<'_>, resource: &Resource<'_>) -> Option<Span> {
    let column = resource.as_test()?.column.as_ref();
    let of_column = column.and_then(|name| super::properties::column(entry, node, name));
    best(of_column.into_iter().chain(super::properties::version_entry(entry, node)).chain([entry]), resource)
}

/// The item under an entry of what does not exist, whose version nobody knows: of all that it has.
pub(super) fn item_of_missing(entry: &Node, resource: &Resource<'_>) -> Option<Span> {
    let column = resource.as_test()?.column.as_deref();
    let versions = entry.get("versions").map_or(&[][..], Node::items).iter();
    let places: Vec<&Node> = versions.chain([entry]).collect();
    let columns = places.iter().flat_map(|place| place.get("columns").map_or(&[][..], Node::items));
    let is_wanted = |node: &&Node| column.is_some_and(|name| node.get("name").and_then(Node::as_str) == Some(name));
    best(columns.filter(is_wanted).chain(places.iter().copied()), resource)
}

/// Of the lists of tests in these places, the item that fits best.
fn best<'y>(places: impl Iterator<Item = &'y Node>, resource: &Resource<'_>) -> Option<Span> {
    let test = resource.as_test()?;
    let generic = test.generic.as_ref()?;
    let arguments = generic.arguments();
    let lists = places.flat_map(|place| [place.get("data_tests"), place.get("tests")]);
    let items: Vec<&Node> = lists.flatten().flat_map(Node::items).filter(|item| is_test(item, generic)).collect();
    let fits = |item: &&&Node| has_arguments(item, &arguments) && has_configs(item, test);
    let named = |item: &&&Node| name(item).is_some_and(|name| name == resource.name.as_str());
    let unnamed = |item: &&&Node| name(item).is_none() && fits(item);
    let best = items.iter().find(named).or_else(|| items.iter().find(unnamed));
    best.or_else(|| items.iter().find(fits)).or_else(|| items.first()).map(|item| name_span(item))
}

/// Whether the item is a test of that name: `unique`, `unique: {…}` or `{name: …, test_name: unique}`.
fn is_test(item: &Node, generic: &GenericTest<'_>) -> bool {
    let wanted = generic.full_name();
    let is_wanted = |name: &str| name == wanted;
    if let Some(name) = item.as_str() {
        return is_wanted(name);
    }
    match item.get("test_name").and_then(Node::as_str) {
        Some(name) => is_wanted(name),
        None => item.entries().any(|entry| entry.key.as_str().is_some_and(is_wanted)),
    }
}

/// Where the item's arguments and settings stand: in itself if it has a `test_name`, else below the test's name.
fn block(item: &Node) -> Option<&Node> {
    match item.get("test_name") {
        Some(_) => Some(item),
        None => item.entries().next().map(|entry| &entry.value),
    }
}

/// The name that the item gives to the test.
fn name(item: &Node) -> Option<&str> {
    block(item)?.get("name")?.as_str()
}

/// Whether every argument that the item states is the test's.
fn has_arguments(item: &Node, arguments: &Meta) -> bool {
    let Some(block) = block(item) else { return true };
    let stated = block.get("arguments").unwrap_or(block);
    stated.entries().all(|entry| {
        let Some(wanted) = entry.key.as_str().and_then(|key| arguments.get(key)) else { return true };
        from_node::<serde_json::Value>(&entry.value).is_ok_and(|value| value == *wanted)
    })
}

/// Whether the item has the test's `where`, or neither has one: two tests may differ in nothing else.
fn has_configs(item: &Node, test: &Test<'_>) -> bool {
    let stated = block(item)
        .and_then(|block| block.get("config").and_then(|config| config.get("where")).or_else(|| block.get("where")));
    stated.and_then(Node::as_str) == test.condition.non_empty()
}

/// The test's name within the item.
fn name_span(item: &Node) -> Span {
    let named = item.get("test_name").map(|name| name.span);
    named.or_else(|| item.entries().next().map(|entry| entry.key.span)).unwrap_or(item.span)
}
