//! From a place to a span in SQL, Python and Markdown.

use crate::files::ProjectFile;
use crate::project::{Resource, ResourceType};
use crate::text::Span;
use crate::text::call::{Argument, Call};
use crate::text::jinja::{Block, BlockKind};
use crate::text::sql::{Context, PieceKind, Pieces, blank};

/// The first `ref()` or `source()` that names `parent`; of several versions the one that is asked for.
pub(super) fn reference(file: &ProjectFile, parent: &Resource<'_>) -> Option<Span> {
    best(file.calls().iter().map(|call| (call, call.span)), parent)
}

/// Where Jinja first has the name of `parent` as a string: `ref()` or `source()` may get it from a variable or a macro.
pub(super) fn quoted(file: &ProjectFile, parent: &Resource<'_>) -> Option<Span> {
    let text = file.source.text();
    let jinja = Pieces::new(text).map_while(Result::ok).filter(|piece| {
        matches!(piece.kind, PieceKind::Expression | PieceKind::Statement) && piece.context != Context::Comment
    });
    let literals = [format!("'{}'", parent.name), format!("\"{}\"", parent.name)];
    let hits = jinja.flat_map(|piece| {
        let inner = &text[piece.inner.range()];
        let found = literals.iter().flat_map(|literal| inner.match_indices(literal.as_str()));
        found.map(move |(at, literal)| {
            let start = piece.inner.start as usize + at;
            Span::new(start, start + literal.len())
        })
    });
    // A call that says what it refers to would have been found: it means something else of that name.
    let is_said = |hit: &Span| {
        let mut calls = file.calls().iter().filter(|call| call.as_ref().is_some() || call.as_source().is_some());
        calls.any(|call| call.span.start <= hit.start && hit.end <= call.span.end)
    };
    hits.filter(|hit| !is_said(hit)).min()
}

/// Of calls, each with its place, the first that names `parent`: with its version, or without one (which is the latest),
/// or with any.
pub(super) fn best<'c>(calls: impl Iterator<Item = (&'c Call, Span)> + Clone, parent: &Resource<'_>) -> Option<Span> {
    let named = calls.filter(|(call, _)| names(call, parent));
    let version = parent.relation().and_then(|relation| relation.version.as_deref());
    let of_version = |wanted: Option<&str>| {
        let mut fitting =
            named.clone().filter(|(call, _)| call.as_ref().is_none_or(|found| found.version.as_deref() == wanted));
        fitting.next()
    };
    let first = of_version(version).or_else(|| of_version(None)).or_else(|| named.clone().next());
    first.map(|(_, span)| span)
}

fn names(call: &Call, parent: &Resource<'_>) -> bool {
    match parent.kind {
        ResourceType::Source => parent.as_source().zip(call.as_source()).is_some_and(|(source, found)| {
            found.source == source.source_name.as_str() && found.table == parent.name.as_str()
        }),
        ResourceType::Metric => call.as_metric().is_some_and(|(package, name)| is(parent, package, name)),
        _ => call.as_ref().is_some_and(|found| is(parent, found.package, found.name)),
    }
}

fn is(parent: &Resource<'_>, package: Option<&str>, name: &str) -> bool {
    name == parent.name.as_str() && package.is_none_or(|package| package == parent.package.as_str())
}

/// An argument of `config()`: from its name to the end of its value.
pub(super) fn config(file: &ProjectFile, name: &str) -> Option<Span> {
    let mut settings = file.calls().iter().filter_map(Call::as_config).flatten();
    let is_named = |argument: &&Argument| argument.keyword.as_ref().is_some_and(|keyword| keyword.text == name);
    let argument = settings.rfind(is_named)?;
    let start = argument.keyword.as_ref().map_or(argument.span.start, |keyword| keyword.span.start);
    Some(Span { start, end: argument.span.end })
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
