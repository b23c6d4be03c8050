//! What dbt's own tags define in a file.

use std::sync::Arc;

use super::ast::Node;
use super::error::TemplateError;
use super::{Macro, Template, parse};
use crate::text::Span;
use crate::text::jinja::{BlockKind, find_blocks_of};

/// One definition in a file.
#[derive(Debug)]
pub struct Block {
    /// What is defined.
    pub kind: BlockKind,
    /// The name behind the tag.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// From the opening tag to the end of the closing one.
    pub span: Span,
    /// What stands between the tags.
    pub body: Span,
    /// The same, parsed; an error only concerns this definition.
    pub content: Result<Content, TemplateError>,
}

/// What a definition consists of.
#[derive(Debug)]
pub enum Content {
    /// A macro, test or materialization.
    Macro(Arc<Macro>),
    /// The body of a snapshot, which dbt renders like a model.
    Snapshot(Template),
    /// The body of a docs block, which dbt renders without any context.
    Docs(Template),
}

/// The definitions of some kinds at the top level of a file, in order. As in dbt, what stands around them is not
/// parsed, and each is a template of its own.
pub fn read_blocks(text: &Arc<str>, kinds: &[BlockKind]) -> Vec<Block> {
    let found = find_blocks_of(text, kinds);
    found
        .into_iter()
        .map(|block| {
            let content = if block.closed { content(text, &block) } else { Err(unclosed(&block)) };
            let crate::text::jinja::Block { kind, name, name_span, span, body, .. } = block;
            Block { kind, name, name_span, span, body, content }
        })
        .collect()
}

fn unclosed(block: &crate::text::jinja::Block) -> TemplateError {
    TemplateError::new(block.opening, never_closed(&block.name))
}

/// What is wrong with a definition that has no end.
pub fn never_closed(name: &str) -> String {
    format!("the block `{name}` is never closed")
}

fn content(text: &Arc<str>, block: &crate::text::jinja::Block) -> Result<Content, TemplateError> {
    match block.kind {
        BlockKind::Snapshot => Template::parse_part(Arc::clone(text), block.body).map(Content::Snapshot),
        BlockKind::Docs => Template::parse_part(Arc::clone(text), block.body).map(Content::Docs),
        BlockKind::Macro | BlockKind::Test | BlockKind::Materialization => {
            let body = parse::template(text, block.span.range())?;
            match <[Node; 1]>::try_from(body.into_vec()) {
                Ok([Node::Macro(definition)]) => Ok(Content::Macro(definition)),
                _ => Err(TemplateError::new(block.span, format!("`{}` is not a definition alone", block.name))),
            }
        }
    }
}
