//! From tokens to tree, in one pass: the grammar of YAML 1.1 as libyaml applies it.

mod block;
mod flow;
mod node;

use std::collections::HashMap;
use std::sync::Arc;

use super::error::{self, YamlError};
use super::scan::{Scanner, TokenKind};
use super::tree::Node;
use crate::text::Span;
use node::Place;

/// How deep lists and mappings may nest, aliases followed. dbt's deepest properties need about ten levels; 128 is what
/// `serde_json` allows, and leaves a walk over the tree far from the end of a thread's stack.
pub const MAX_DEPTH: usize = 128;

/// How many nodes all aliases of a file may stand for. A few nested aliases can stand for billions; the tree shares
/// them, but whoever walks over it would not come to an end.
pub const MAX_NODES: u64 = 1_000_000;

/// Everything that one YAML file says.
#[derive(Debug, Clone, Default)]
pub struct Yaml {
    /// One node for each document; none for a file without any, such as an empty one. dbt accepts one at most.
    pub documents: Vec<Node>,
    /// All comments in the order of the file.
    pub comments: Vec<Comment>,
    /// Keys that occur again in the same mapping, in the order in which their mappings end.
    pub duplicates: Vec<DuplicateKey>,
}

/// A comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of the line.
    pub span: Span,
    /// Whether nothing but blanks stands before it in its line.
    pub own_line: bool,
}

/// A key that occurs again in the same mapping. The last one wins; dbt says nothing about the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateKey {
    /// The key as it is written the second time.
    pub key: Box<str>,
    /// Where it occurs again.
    pub key_span: Span,
    /// Where it occurred first.
    pub first_span: Span,
}

/// Reads the YAML in `text`, which must be below 4 GiB and have no byte-order mark: see
/// [`SourceFile`](crate::text::SourceFile).
///
/// # Errors
/// When dbt could not load the file either, or when it goes beyond [`MAX_DEPTH`] or [`MAX_NODES`].
pub fn parse(text: &str) -> Result<Yaml, YamlError> {
    error::check_characters(text)?;
    let mut parser = Parser {
        text,
        scanner: Scanner::new(text),
        nodes: Vec::new(),
        depth: 0,
        anchors: HashMap::new(),
        tag_prefixes: HashMap::new(),
        aliased: 0,
        duplicates: Vec::new(),
    };
    let documents = parser.documents()?;
    Ok(Yaml { documents, comments: parser.scanner.comments, duplicates: parser.duplicates })
}

struct Parser<'t> {
    text: &'t str,
    scanner: Scanner<'t>,
    /// Finished nodes whose list or mapping is still open, innermost last. Of a mapping: key, value, key, …
    nodes: Vec<Node>,
    /// How many lists and mappings are open.
    depth: usize,
    /// The anchors of this document; `None` while the value of an anchor is still being read.
    anchors: HashMap<&'t str, Option<Anchor>>,
    /// Handles and prefixes of `%TAG` directives of this document.
    tag_prefixes: HashMap<&'t str, String>,
    /// How many nodes aliases stand for so far.
    aliased: u64,
    duplicates: Vec<DuplicateKey>,
}

/// An anchored node, for aliases to share.
struct Anchor {
    node: Arc<Node>,
    size: Size,
}

/// How large a tree is, aliases followed.
#[derive(Clone, Copy)]
struct Size {
    height: usize,
    nodes: u64,
}

impl Size {
    const SCALAR: Self = Self { height: 0, nodes: 1 };

    /// Makes a tree larger by a child of its root.
    fn add(&mut self, child: Self) {
        self.height = self.height.max(child.height + 1);
        self.nodes = self.nodes.saturating_add(child.nodes);
    }
}

type Parsed = Result<Size, YamlError>;

impl<'t> Parser<'t> {
    fn peek(&mut self) -> Result<&TokenKind<'t>, YamlError> {
        self.scanner.peek().map(|token| &token.kind)
    }

    fn peek_span(&mut self) -> Result<Span, YamlError> {
        self.scanner.peek().map(|token| Span::new(token.start, token.end))
    }

    fn documents(&mut self) -> Result<Vec<Node>, YamlError> {
        let mut documents = Vec::new();
        let mut is_first = true;
        loop {
            while !is_first && matches!(self.peek()?, TokenKind::DocumentEnd) {
                self.scanner.take();
            }
            if matches!(self.peek()?, TokenKind::StreamEnd) {
                return Ok(documents);
            }
            documents.push(self.document(is_first)?);
            is_first = false;
        }
    }

    fn document(&mut self, is_first: bool) -> Result<Node, YamlError> {
        self.anchors.clear();
        self.tag_prefixes.clear();
        let has_directives = self.directives()?;
        let mut start = None;
        if matches!(self.peek()?, TokenKind::DocumentStart) {
            start = Some(self.scanner.take().end);
        } else if !is_first || has_directives {
            let span = self.peek_span()?;
            return Err(YamlError::new(span, "this does not belong to the document above, and `---` starts another"));
        }
        match (self.peek()?, start) {
            (
                TokenKind::VersionDirective
                | TokenKind::TagDirective { .. }
                | TokenKind::DocumentStart
                | TokenKind::DocumentEnd
                | TokenKind::StreamEnd,
                Some(start),
            ) => self.empty(start)?,
            _ => self.node(Place::Block)?,
        };
        if matches!(self.peek()?, TokenKind::DocumentEnd) {
            self.scanner.take();
        }
        let root = self.nodes.pop().expect("a document is one node");
        error::check_value(&root)?;
        Ok(root)
    }

    /// Reads the directives before a document; true if there are any.
    fn directives(&mut self) -> Result<bool, YamlError> {
        let mut has_version = false;
        loop {
            let span = self.peek_span()?;
            let again = || YamlError::new(span, "this directive has been given already");
            match self.peek()? {
                TokenKind::VersionDirective if has_version => return Err(again()),
                TokenKind::VersionDirective => has_version = true,
                TokenKind::TagDirective { handle, prefix } => {
                    let (handle, prefix) = (*handle, prefix.clone());
                    if self.tag_prefixes.insert(handle, prefix).is_some() {
                        return Err(again());
                    }
                }
                _ => return Ok(has_version || !self.tag_prefixes.is_empty()),
            }
            self.scanner.take();
        }
    }
}
