//! From text to tree, in one pass over the parser's events.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, Tag as WrittenTag};

use super::error::{self, YamlError};
use super::layout;
use super::mapping::{Entry, Mapping, can_be_merged};
use super::scalar::{Scalar, Style, Tag};
use super::tree::{Kind, Node};
use crate::text::Span;

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
    let options = granit_parser::options! {
        block_nesting_limit: MAX_DEPTH,
        flow_nesting_limit: MAX_DEPTH,
        // Long files may be commented out as a whole.
        max_buffered_comment_events: usize::MAX,
        emit_anchor_events: true,
        block_scalar_eof_without_line_feed: true,
        bom_inside_document_as_content: true,
    };
    let mut builder = Builder::new(text);
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| error::explain(text, &error))?;
        let range = span.byte_range().expect("the parser counts the bytes of a string");
        builder.event(event, Span::new(range.start, range.end))?;
    }
    Ok(builder.yaml)
}

/// The tree as far as it is built.
struct Builder<'text> {
    text: &'text str,
    yaml: Yaml,
    /// Finished nodes whose list or mapping is still open, innermost last. Of a mapping: key, value, key, …
    nodes: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchor>,
    /// Names of the anchors of this document.
    anchor_names: HashSet<String>,
    /// How many nodes aliases stand for so far.
    aliased: u64,
    /// End of the last key, value or indicator that was read: properties of the next node come after it.
    read_to: usize,
}

/// A list or mapping whose end has not been read.
struct Open {
    start: usize,
    style: StructureStyle,
    is_mapping: bool,
    /// Number of its anchor, 0 if it has none.
    anchor: usize,
    /// Where its nodes start in [`Builder::nodes`].
    first: usize,
    size: Size,
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

    /// A tree with one more child below its root.
    fn with(self, child: Self) -> Self {
        Self { height: self.height.max(child.height + 1), nodes: self.nodes.saturating_add(child.nodes) }
    }
}

impl<'text> Builder<'text> {
    fn new(text: &'text str) -> Self {
        Self {
            text,
            yaml: Yaml::default(),
            nodes: Vec::new(),
            open: Vec::new(),
            anchors: HashMap::new(),
            anchor_names: HashSet::new(),
            aliased: 0,
            read_to: 0,
        }
    }

    fn event(&mut self, event: Event<'text>, span: Span) -> Result<(), YamlError> {
        match event {
            Event::DocumentStart(..) => self.start_document(span),
            Event::DocumentEnd => self.yaml.documents.append(&mut self.nodes),
            Event::Comment(..) => self.comment(span),
            Event::Anchor(_, name) => return self.name_anchor(&name, span),
            Event::Alias(anchor) => return self.alias(anchor, span),
            Event::Scalar(value, style, anchor, tag) => {
                return self.scalar(value.into_owned(), style, anchor, tag.as_deref(), span);
            }
            Event::SequenceStart(style, anchor, tag) => {
                error::check_sequence_tag(tag.as_deref(), span)?;
                return self.start_collection(span, style, anchor, false);
            }
            Event::MappingStart(style, anchor, tag) => {
                error::check_mapping_tag(tag.as_deref(), span)?;
                return self.start_collection(span, style, anchor, true);
            }
            Event::SequenceEnd | Event::MappingEnd => return self.end_collection(span),
            _ => {}
        }
        Ok(())
    }

    fn start_document(&mut self, span: Span) {
        self.anchors.clear();
        self.anchor_names.clear();
        self.read_to = span.end as usize;
    }

    fn comment(&mut self, span: Span) {
        let before = &self.text[..span.start as usize];
        let in_line = before.trim_end_matches([' ', '\t']);
        let own_line = in_line.is_empty() || in_line.ends_with(['\n', '\r']);
        self.yaml.comments.push(Comment { span, own_line });
    }

    fn name_anchor(&mut self, name: &str, span: Span) -> Result<(), YamlError> {
        if self.anchor_names.insert(name.to_owned()) {
            return Ok(());
        }
        Err(YamlError::new(span, format!("the anchor `&{name}` is defined twice in the same document")))
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), YamlError> {
        let Some(Anchor { node, size }) = self.anchors.get(&anchor) else {
            return Err(YamlError::new(span, "this alias stands inside of the value that it names"));
        };
        let (node, size) = (Arc::clone(node), *size);
        self.aliased = self.aliased.saturating_add(size.nodes);
        if self.aliased > MAX_NODES {
            return Err(YamlError::new(
                span,
                format!("the aliases of this file stand for more than {MAX_NODES} values"),
            ));
        }
        self.read_to = span.end as usize;
        self.place(Node { span, kind: Kind::Alias(node) }, size)
    }

    fn scalar(
        &mut self,
        text: String,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&WrittenTag>,
        span: Span,
    ) -> Result<(), YamlError> {
        let is_empty = span.is_empty() && style == ScalarStyle::Plain;
        let span = match style {
            _ if is_empty => self.empty_value(span.start as usize),
            ScalarStyle::Literal | ScalarStyle::Folded => layout::block_scalar(self.text, self.read_to, span),
            _ => span,
        };
        let style = Style::from(style);
        let text = if is_empty { Box::default() } else { text.into_boxed_str() };
        let verbatim = layout::is_verbatim(&self.text[span.range()], &text, style);
        let tag = match error::scalar_tag(tag, span)? {
            // Nothing with `!` before it is an empty string.
            Some(Tag::ByText) if is_empty => Some(Tag::Str),
            tag => tag,
        };
        let scalar = Scalar { text, style, tag, verbatim };
        error::check_scalar(&scalar, span, self.is_key())?;
        self.read_to = span.end as usize;
        self.finish(Node { span, kind: Kind::Scalar(scalar) }, Size::SCALAR, anchor)
    }

    /// Where an empty value stands: right behind the colon or dash, or what else comes before it.
    fn empty_value(&self, reported: usize) -> Span {
        let at = match self.nodes.last() {
            Some(key) if self.is_value() => layout::behind_colon(self.text, key.span.end as usize),
            _ => self.text[..reported].trim_end().len().max(self.read_to.min(reported)),
        };
        Span::new(at, at)
    }

    fn is_in_mapping(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_mapping)
    }

    /// Whether the next node is the key of a mapping.
    fn is_key(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_mapping && (self.nodes.len() - open.first).is_multiple_of(2))
    }

    /// Whether the next node is the value of a mapping.
    fn is_value(&self) -> bool {
        self.is_in_mapping() && !self.is_key()
    }

    fn start_collection(
        &mut self,
        span: Span,
        style: StructureStyle,
        anchor: usize,
        is_mapping: bool,
    ) -> Result<(), YamlError> {
        if self.is_key() {
            return Err(error::collection_as_key(self.text, span, self.open.last().map(|open| open.start)));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(error::too_deep(span));
        }
        let is_block_list = !is_mapping && style == StructureStyle::Block;
        let start = if is_block_list { layout::first_dash(self.text, self.read_to, span) } else { span.start as usize };
        let first = self.nodes.len();
        self.read_to = span.end as usize;
        self.open.push(Open { start, style, is_mapping, anchor, first, size: Size::SCALAR });
        Ok(())
    }

    fn end_collection(&mut self, span: Span) -> Result<(), YamlError> {
        let open = self.open.pop().expect("the parser ends only what it has started");
        let last_child = self.nodes[open.first..].last().map_or(open.start, |node| node.span.end as usize);
        // `[a: b]` holds a mapping without brackets of its own, whose end is reported as an empty span.
        let has_brackets = open.style == StructureStyle::Flow && !span.is_empty();
        let end = if has_brackets { span.end as usize } else { last_child };
        self.read_to = end;
        let items = self.nodes.drain(open.first..);
        let kind = if open.is_mapping {
            let mut items = items;
            let mut entries = Vec::with_capacity(items.len() / 2);
            while let (Some(key), Some(value)) = (items.next(), items.next()) {
                entries.push(Entry { key, value });
            }
            drop(items);
            self.mapping(entries)?
        } else {
            Kind::Sequence(items.collect())
        };
        self.finish(Node { span: Span::new(open.start, end), kind }, open.size, open.anchor)
    }

    fn mapping(&mut self, entries: Vec<Entry>) -> Result<Kind, YamlError> {
        let unmergeable = entries.iter().find(|entry| entry.is_merge() && !can_be_merged(&entry.value));
        if let Some(entry) = unmergeable {
            let message = "a merge key `<<` takes a mapping or a list of mappings";
            return Err(YamlError::new(entry.value.span, message));
        }
        let mut repeated = Vec::new();
        let mapping = Mapping::new(entries, |first, again| repeated.push((first, again)));
        for (first, again) in repeated {
            let [first, again] = [first, again].map(|at| &mapping.written()[at].key);
            let key = again.as_str().unwrap_or_default().into();
            self.yaml.duplicates.push(DuplicateKey { key, key_span: again.span, first_span: first.span });
        }
        Ok(Kind::Mapping(mapping))
    }

    /// Puts a node with its anchor, if it has one, into its list or mapping.
    fn finish(&mut self, node: Node, size: Size, anchor: usize) -> Result<(), YamlError> {
        if anchor == 0 {
            return self.place(node, size);
        }
        let span = node.span;
        let node = Arc::new(node);
        self.anchors.insert(anchor, Anchor { node: Arc::clone(&node), size });
        self.place(Node { span, kind: Kind::Anchored(node) }, size)
    }

    fn place(&mut self, node: Node, size: Size) -> Result<(), YamlError> {
        if self.is_key() && node.as_scalar().is_none() {
            return Err(error::collection_as_key(self.text, node.span, None));
        }
        if self.open.len() + size.height > MAX_DEPTH {
            return Err(error::too_deep(node.span));
        }
        if let Some(open) = self.open.last_mut() {
            open.size = open.size.with(size);
        }
        self.nodes.push(node);
        Ok(())
    }
}

impl From<ScalarStyle> for Style {
    fn from(style: ScalarStyle) -> Self {
        match style {
            ScalarStyle::Plain => Self::Plain,
            ScalarStyle::SingleQuoted => Self::SingleQuoted,
            ScalarStyle::DoubleQuoted => Self::DoubleQuoted,
            ScalarStyle::Literal => Self::Literal,
            ScalarStyle::Folded => Self::Folded,
        }
    }
}
