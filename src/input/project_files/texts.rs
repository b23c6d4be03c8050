//! Descriptions, with the docs blocks that they mention.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::context::{self, Docs as DocsBlocks};
use super::datum::{Datum, Map, Reason};
use super::parse::Docs;
use super::resolve::Unresolved;
use super::world::World;
use crate::text::call::Call;
use crate::text::jinja;

/// Renders descriptions.
#[derive(Clone)]
pub struct Texts<'w> {
    world: &'w Arc<World>,
    /// Whether they stay as they are written.
    raw: bool,
    /// Why docs blocks may be missing that are there.
    unread: Option<Reason>,
    blocks: Arc<HashMap<(usize, String), String>>,
}

impl<'w> Texts<'w> {
    /// `unread` is a file that may have docs blocks and cannot be read.
    pub fn new(world: &'w Arc<World>, docs: &[Docs], unread: Option<&str>) -> Self {
        let blocks = docs.iter().map(|block| ((block.project, block.name.clone()), block.contents.clone())).collect();
        let unread = unread.map(|path| Reason::from(format!("{path} cannot be read")));
        Self { world, raw: false, unread, blocks: Arc::new(blocks) }
    }

    /// The same, leaving every text as it is written.
    pub fn raw(&self) -> Self {
        Self { raw: true, ..self.clone() }
    }

    /// The docs blocks for one thread, which templates keep hold of.
    pub fn blocks(&self) -> Rc<DocsBlocks> {
        Rc::new(DocsBlocks { blocks: self.blocks.clone() })
    }

    /// Unique ids of the docs blocks that a description mentions, as dbt finds them without evaluating it.
    pub fn mentioned(&self, project: usize, text: Option<&Datum>) -> Datum {
        let calls = self.calls(text);
        let ids = calls.iter().filter_map(|call| {
            let (package, name) = call.as_doc()?;
            let found = self.project_of(project, package, name)?;
            Some(Datum::Text(format!("doc.{}.{name}", self.world.package(found))))
        });
        Datum::List(ids.collect())
    }

    /// The calls in a text that is to be rendered.
    fn calls(&self, text: Option<&Datum>) -> Vec<Call> {
        let text = text.and_then(Datum::as_text).filter(|text| !self.raw && super::keypath::has_jinja(text));
        text.map(|text| jinja::calls_before_error(text).0).unwrap_or_default()
    }

    /// The project or package that has the docs block.
    fn project_of(&self, project: usize, package: Option<&str>, name: &str) -> Option<usize> {
        let packages = match package {
            Some(package) => vec![self.world.package_index(package)?],
            None => [0, project].into_iter().chain(0..self.world.projects.len()).collect(),
        };
        packages.into_iter().find(|index| self.blocks.contains_key(&(*index, name.to_owned())))
    }

    /// The docs blocks that a text mentions and nothing defines.
    fn undefined(&self, project: usize, text: &Datum) -> Vec<String> {
        let calls = self.calls(Some(text));
        let mentioned = calls.iter().filter_map(Call::as_doc);
        let undefined = mentioned.filter(|(package, name)| self.project_of(project, *package, name).is_none());
        undefined
            .map(|(package, name)| package.map_or_else(|| name.to_owned(), |package| format!("{package}.{name}")))
            .collect()
    }

    /// The docs blocks that the description of a resource, or of a column of it, mentions and nothing defines. None where
    /// a file that cannot be read may.
    pub fn missing(&self, project: usize, unique_id: &str, column: Option<&str>, text: &Datum) -> Vec<Unresolved> {
        if self.unread.is_some() {
            return Vec::new();
        }
        let missing = self.undefined(project, text).into_iter().map(|name| Unresolved {
            unique_id: unique_id.to_owned(),
            function: "doc",
            name,
            disabled: false,
            is_certain: true,
            column: column.map(str::to_owned),
        });
        missing.collect()
    }

    /// Notes which of a resource's descriptions are not known, its own or those of its parts (columns, arguments): those with
    /// a docs block that may be in a file that cannot be read.
    pub fn note_unread<'t>(
        &self,
        entry: &mut Map,
        project: usize,
        own: impl IntoIterator<Item = Option<&'t Datum>>,
        parts: impl IntoIterator<Item = Option<&'t Datum>>,
    ) {
        let Some(reason) = &self.unread else { return };
        let is_open = |text: &Datum| !self.undefined(project, text).is_empty();
        if own.into_iter().flatten().any(is_open) {
            entry.insert("description", Datum::Unknown(reason.clone()));
        }
        if parts.into_iter().flatten().any(is_open) {
            entry.insert("descriptions of parts", Datum::Unknown(reason.clone()));
        }
    }

    /// As [`missing`](Self::missing), of a description and those of columns.
    pub fn missing_in_all(
        &self,
        project: usize,
        unique_id: &str,
        description: &Datum,
        columns: &[Map],
    ) -> Vec<Unresolved> {
        let mut all = self.missing(project, unique_id, None, description);
        for column in columns {
            let (Some(name), Some(text)) = (column.get("name"), column.get("description")) else { continue };
            all.extend(self.missing(project, unique_id, Some(&name.to_text()), text));
        }
        all
    }

    pub fn render(&self, docs: &Rc<DocsBlocks>, project: usize, text: &Datum) -> Option<String> {
        let text = match text {
            Datum::Null => return None,
            other => other.to_text(),
        };
        if self.raw || !super::keypath::has_jinja(&text) {
            return Some(text);
        }
        Some(context::description(self.world, project, docs, &text).unwrap_or(text))
    }

    /// Columns by name, their descriptions rendered.
    pub fn columns(&self, docs: &Rc<DocsBlocks>, project: usize, columns: &[Map]) -> Map {
        let mut all = Map::new();
        for column in columns {
            let mut entry = column.clone();
            for key in ["tests", "data_tests"] {
                entry.remove(key);
            }
            entry.insert("doc_blocks", self.mentioned(project, entry.get("description")));
            let description = entry.get("description").and_then(|text| self.render(docs, project, text));
            entry.insert("description", description.map_or(Datum::Null, Datum::Text));
            let name = entry.get("name").map(Datum::to_text).unwrap_or_default();
            all.push(name, Datum::Map(entry));
        }
        all
    }
}
