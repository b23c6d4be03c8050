//! Where names stand that nothing defines.

use std::collections::HashSet;
use std::path::Path;

use crate::files::{Files, ProjectFile};
use crate::input::project_files::Unresolved;
use crate::locate::test_of_missing;
use crate::paths;
use crate::project::{Project, Resource, Spot, UnresolvedReference};
use crate::text::Span;
use crate::text::call::Call;
use crate::text::yaml::Node;

/// The root project's references to nothing, each with its place where that is found, and the number of those that are
/// left out because a package may define them that is not at hand. What a resource may not refer to after all is left out,
/// too, and where a properties file cannot be read all that it may define.
pub fn locate(
    unresolved: &[Unresolved],
    project: &Project<'_>,
    has_packages: bool,
    root: &Path,
    files: &Files,
) -> (Vec<UnresolvedReference>, usize) {
    let own = format!("{}.", project.name);
    let is_unread = |resource: &Resource<'_>| project.is_own(resource) && resource.is_unknown("readers");
    let is_all_read = !project.resources.iter().any(is_unread);
    let is_read = |reference: &&Unresolved| is_all_read || reference.disabled || reference.function == "doc";
    // A source is named by two words, and neither is a package.
    let is_named_as_own = |name: &Unresolved| name.function != "source" && name.name.starts_with(&own);
    let is_known = |reference: &&Unresolved| has_packages || reference.disabled || is_named_as_own(reference);
    let is_own = |id: &str| package(id) == Some(project.name.as_str());
    let all = unresolved.iter().filter(|reference| reference.is_certain && is_own(&reference.unique_id));
    let (known, undecided): (Vec<&Unresolved>, Vec<&Unresolved>) = all.filter(is_read).partition(is_known);
    // A resource that names it twice refers to it once.
    let mut seen = HashSet::new();
    let once = known.into_iter().filter(|it| seen.insert((&it.unique_id, it.function, &it.name, &it.column)));
    let located = once.filter_map(|reference| {
        let mut resources = project.resources.iter().chain(&project.disabled);
        let resource = resources.find(|resource| resource.unique_id.as_str() == reference.unique_id);
        if resource.is_some_and(|resource| resource.is_unknown("parents")) {
            return None;
        }
        Some(UnresolvedReference {
            unique_id: reference.unique_id.clone(),
            function: reference.function,
            name: reference.name.clone(),
            is_disabled: reference.disabled,
            spots: resource.map(|resource| spots(reference, resource, root, files)).unwrap_or_default(),
            column: reference.column.clone(),
        })
    });
    (located.collect(), undecided.len())
}

fn package(unique_id: &str) -> Option<&str> {
    unique_id.split('.').nth(1)
}

/// In the file that defines the resource: each call that names it in code, or such a text in YAML.
fn spots(reference: &Unresolved, resource: &Resource<'_>, root: &Path, files: &Files) -> Vec<Spot> {
    if reference.function == "doc" {
        return Vec::new();
    }
    let path = resource.path.strip_prefix("./").unwrap_or(&resource.path);
    let Some(file) = files.get(root, path, &paths::shown(&root.join(path))) else { return Vec::new() };
    let Ok(file) = file.text() else { return Vec::new() };
    let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    let spans = match is_yaml {
        true => Vec::from_iter(in_yaml(file, reference).or_else(|| declared(file, reference, resource))),
        false => in_code(file, reference),
    };
    spans.into_iter().map(|span| Spot::new(path, span)).collect()
}

fn in_code(file: &ProjectFile, reference: &Unresolved) -> Vec<Span> {
    let fits = |call: &&Call| {
        called(call).is_some_and(|(function, name)| function == reference.function && name == reference.name)
    };
    file.calls().iter().filter(fits).map(|call| call.span).collect()
}

/// Function and name of a call, the name as in [`Unresolved`].
fn called(call: &Call) -> Option<(&'static str, String)> {
    let prefixed =
        |package: Option<&str>, name: &str| package.map_or_else(|| name.to_owned(), |of| format!("{of}.{name}"));
    if let Some(found) = call.as_ref() {
        let version = found.version.map(|version| format!(".v{version}")).unwrap_or_default();
        return Some(("ref", prefixed(found.package, found.name) + &version));
    }
    if let Some(found) = call.as_source() {
        return Some(("source", format!("{}.{}", found.source, found.table)));
    }
    call.as_metric().map(|(_, name)| ("metric", name.to_owned()))
}

/// Where a data test is declared, in the entry of what is missing.
fn declared(file: &ProjectFile, reference: &Unresolved, resource: &Resource<'_>) -> Option<Span> {
    let (yaml, entries) = file.yaml().ok()?;
    let name = reference.name.rsplit_once(".v").map_or(reference.name.as_str(), |(name, _)| name);
    let fits = |(section, entry, _): &(&str, &str, &Node)| {
        matches!(*section, "models" | "seeds" | "snapshots") && (*entry == reference.name || *entry == name)
    };
    let (_, _, entry) = entries.all(yaml).filter(fits).min_by_key(|(_, _, node)| node.span.start)?;
    test_of_missing(entry, resource)
}

/// The first `ref('name')` in the text, or the name in quotes or alone.
fn in_yaml(file: &ProjectFile, reference: &Unresolved) -> Option<Span> {
    let text = file.source.text();
    let last = reference.name.rsplit('.').next().filter(|_| reference.function == "source");
    let name = last.unwrap_or(&reference.name);
    let is_call = |at: &usize| {
        let line = text[..*at].rsplit('\n').next().unwrap_or_default();
        matches!(line.chars().next_back(), Some('\'' | '"')) && line.contains(reference.function)
    };
    let start = text.match_indices(name).map(|(at, _)| at).find(is_call)?;
    Some(Span::new(start, start + name.len()))
}
