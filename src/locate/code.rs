//! From a place to a span in SQL, Python and Markdown.

use super::files::ProjectFile;
use crate::project::{Resource, ResourceType};
use crate::text::Span;
use crate::text::call::Call;
use crate::text::jinja::{Block, BlockKind};
use crate::text::sql::blank;

/// The first `ref()` or `source()` that names `parent`; of several versions the one that is asked for.
pub(super) fn reference(file: &ProjectFile, parent: &Resource<'_>) -> Option<Span> {
    let named = |call: &&Call| match parent.as_source() {
        Some(source) => call
            .as_source()
            .is_some_and(|found| found.source == source.source_name.as_str() && found.table == parent.name.as_str()),
        None => call.as_ref().is_some_and(|found| found.name == parent.name.as_str()),
    };
    let version = parent.relation().and_then(|relation| relation.version.as_deref());
    let of_version = |call: &&Call| call.as_ref().and_then(|found| found.version).as_deref() == version;
    let mut calls = file.calls().iter().filter(named);
    let first = calls.clone().next()?;
    Some(calls.find(of_version).unwrap_or(first).span)
}

/// Where a file first says that, as words of their own outside comments and strings.
pub(super) fn first(file: &ProjectFile, wanted: &str) -> Option<Span> {
    let code = blank(file.source.text());
    let is_part = |character: Option<char>| character.is_some_and(|part| part.is_alphanumeric() || part == '_');
    let is_alone =
        |at: &usize| !is_part(code[..*at].chars().next_back()) && !is_part(code[at + wanted.len()..].chars().next());
    let start = code.match_indices(wanted).map(|(at, _)| at).find(is_alone)?;
    Some(Span::new(start, start + wanted.len()))
}

/// An argument of `config()`: from its name to the end of its value.
pub(super) fn config(file: &ProjectFile, name: &str) -> Option<Span> {
    let argument = file.calls().iter().filter(|call| call.as_config().is_some()).find_map(|call| call.keyword(name))?;
    let start = argument.keyword.as_ref().map_or(argument.span.start, |keyword| keyword.span.start);
    Some(Span { start, end: argument.span.end })
}

/// The block that defines a macro, snapshot or docs block.
pub(super) fn block<'f>(file: &'f ProjectFile, resource: &Resource<'_>) -> Option<&'f Block> {
    let fits = |block: &&Block| match (resource.kind, block.kind) {
        (ResourceType::Macro, BlockKind::Macro) => block.name == resource.name.as_str(),
        // dbt names the macro of a generic test `test_<name>`.
        (ResourceType::Macro, BlockKind::Test) => resource.name.strip_prefix("test_") == Some(block.name.as_str()),
        (ResourceType::Snapshot, BlockKind::Snapshot) | (ResourceType::DocsBlock, BlockKind::Docs) => {
            block.name == resource.name.as_str()
        }
        _ => false,
    };
    file.blocks().iter().find(fits)
}

/// An argument in a macro's signature.
pub(super) fn parameter(file: &ProjectFile, resource: &Resource<'_>, name: &str) -> Option<Span> {
    let block = block(file, resource)?;
    block.parameters.iter().find(|parameter| parameter.name == name).map(|parameter| parameter.span)
}

/// The first line that says something: where a file as a whole is meant.
pub(super) fn first_line(file: &ProjectFile) -> Span {
    let lines = (1..=file.source.line_count()).filter_map(|line| file.source.line_span(line));
    let visible = lines.into_iter().find(|span| !file.source.slice(*span).trim().is_empty());
    let Some(span) = visible else { return Span::default() };
    let text = file.source.slice(span);
    let indent = text.len() - text.trim_start().len();
    let start = span.start as usize + indent;
    Span::new(start, start + text.trim().len())
}
