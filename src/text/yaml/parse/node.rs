//! One value: a scalar, an alias, or the start of a list or mapping, with what stands before it.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Anchor, DuplicateKey, MAX_DEPTH, MAX_NODES, Parsed, Parser, Size};
use crate::text::Span;
use crate::text::yaml::error::{self, YamlError};
use crate::text::yaml::mapping::{Entry, Mapping, can_be_merged};
use crate::text::yaml::scalar::{Scalar, Style, Tag};
use crate::text::yaml::scan::{Token, TokenKind};
use crate::text::yaml::tree::{Kind, Node};

/// What may stand at a place besides scalars, aliases and brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Anything.
    Block,
    /// Anything, and a list whose dashes are not indented: the value of a key.
    BlockOfKey,
    /// Nothing else: inside of brackets.
    Flow,
}

/// Anchor and tag before a value.
#[derive(Default)]
pub(super) struct Properties<'t> {
    anchor: Option<&'t str>,
    tag: Option<(String, Span)>,
    /// End of the last of them.
    end: Option<usize>,
}

/// What was read of a list or mapping besides its nodes.
pub(super) struct Collection {
    is_mapping: bool,
    /// End of the closing bracket, if it has one.
    end: Option<usize>,
    pub size: Size,
}

impl Collection {
    pub fn sequence() -> Self {
        Self { is_mapping: false, end: None, size: Size::SCALAR }
    }

    pub fn mapping() -> Self {
        Self { is_mapping: true, ..Self::sequence() }
    }

    pub fn ending_at(self, end: usize) -> Self {
        Self { end: Some(end), ..self }
    }
}

/// Each of these puts one node onto [`Parser::nodes`].
impl<'t> Parser<'t> {
    pub(super) fn node(&mut self, place: Place) -> Parsed {
        let properties = self.properties()?;
        let in_block = place != Place::Flow;
        let span = self.peek_span()?;
        match self.peek()? {
            TokenKind::Alias(_) if properties.end.is_none() => self.alias(),
            TokenKind::Scalar { .. } => self.scalar(properties),
            TokenKind::FlowSequenceStart => self.collection(properties, span, Self::flow_sequence),
            TokenKind::FlowMappingStart => self.collection(properties, span, Self::flow_mapping),
            TokenKind::BlockSequenceStart if in_block => self.collection(properties, span, Self::block_sequence),
            TokenKind::BlockMappingStart if in_block => self.collection(properties, span, Self::block_mapping),
            TokenKind::BlockEntry if place == Place::BlockOfKey => {
                self.collection(properties, span, Self::indentless_sequence)
            }
            _ => match properties.end {
                Some(end) => self.empty_scalar(properties, end),
                None => Err(self.no_value()),
            },
        }
    }

    /// The key of a mapping. PyYAML makes no keys of lists and mappings.
    pub(super) fn key(&mut self, place: Place, mapping_start: usize) -> Parsed {
        let span = self.peek_span()?;
        let is_collection = matches!(
            self.peek()?,
            TokenKind::FlowSequenceStart
                | TokenKind::FlowMappingStart
                | TokenKind::BlockSequenceStart
                | TokenKind::BlockMappingStart
                | TokenKind::BlockEntry
        );
        if is_collection {
            let start = span.start as usize;
            let is_jinja = mapping_start + 1 == start && self.text[mapping_start..].starts_with("{{");
            return Err(error::collection_as_key(self.text, if is_jinja { mapping_start } else { start }));
        }
        let size = self.node(place)?;
        let key = self.nodes.last().expect("a node was read just now");
        match &key.target().kind {
            Kind::Scalar(_) => Ok(size),
            _ => Err(error::collection_as_key(self.text, key.span.start as usize)),
        }
    }

    /// What is next cannot start a value.
    fn no_value(&mut self) -> YamlError {
        let (kind, span) = match self.scanner.peek() {
            Ok(token) => (&token.kind, Span::new(token.start, token.end)),
            Err(error) => return error,
        };
        let message = match kind {
            TokenKind::FlowSequenceEnd | TokenKind::FlowMappingEnd => "there is no bracket that this one could close",
            TokenKind::BlockEntry => "a list with dashes cannot stand in brackets",
            TokenKind::FlowEntry => "a value is missing before this `,`",
            _ => "a value is missing here",
        };
        YamlError::new(span, message)
    }

    /// What is next does not belong to the list or mapping that is open.
    pub(super) fn unexpected(&mut self, expected: &str) -> YamlError {
        let last_end = self.last_end();
        match self.peek_span() {
            Ok(span) => error::unexpected(self.text, last_end, span, expected),
            Err(error) => error,
        }
    }

    fn properties(&mut self) -> Result<Properties<'t>, YamlError> {
        let mut properties = Properties::default();
        loop {
            match self.peek()? {
                TokenKind::Anchor(_) if properties.anchor.is_none() => {}
                TokenKind::Tag { .. } if properties.tag.is_none() => {}
                _ => return Ok(properties),
            }
            let Token { kind, start, end } = self.scanner.take();
            properties.end = Some(end);
            match kind {
                TokenKind::Anchor(name) => {
                    // While its value is being read an anchor is known, but nothing can be made of its aliases.
                    if self.anchors.insert(name, None).is_some() {
                        let message = format!("the anchor `&{name}` is defined twice in the same document");
                        return Err(YamlError::new(Span::new(start, end), message));
                    }
                    properties.anchor = Some(name);
                }
                TokenKind::Tag { handle, suffix } => {
                    let span = Span::new(start, end);
                    properties.tag = Some((self.resolve_tag(handle, suffix, span)?, span));
                }
                _ => unreachable!("only anchors and tags come here"),
            }
        }
    }

    /// The tag with the prefix that its handle stands for.
    fn resolve_tag(&self, handle: &str, suffix: String, span: Span) -> Result<String, YamlError> {
        match (handle, self.tag_prefixes.get(handle)) {
            ("", _) => Ok(suffix),
            (_, Some(prefix)) => Ok(format!("{prefix}{suffix}")),
            ("!", None) => Ok(format!("!{suffix}")),
            ("!!", None) => Ok(format!("tag:yaml.org,2002:{suffix}")),
            _ => Err(YamlError::new(span, "no `%TAG` directive declares the start of this tag")),
        }
    }

    fn alias(&mut self) -> Parsed {
        let Token { kind: TokenKind::Alias(name), start, end } = self.scanner.take() else {
            unreachable!("only an alias comes here")
        };
        let span = Span::new(start, end);
        let (node, size) = match self.anchors.get(name) {
            Some(Some(anchor)) => (Arc::clone(&anchor.node), anchor.size),
            Some(None) => return Err(YamlError::new(span, "this alias stands inside of the value that it names")),
            None => {
                let message = format!("no anchor `&{name}` is defined before this alias");
                return Err(YamlError::new(span, message).with_help("put the value in quotes if it starts with a `*`"));
            }
        };
        self.aliased = self.aliased.saturating_add(size.nodes);
        if self.aliased > MAX_NODES {
            return Err(YamlError::new(
                span,
                format!("the aliases of this file stand for more than {MAX_NODES} values"),
            ));
        }
        if self.depth + size.height > MAX_DEPTH {
            return Err(error::too_deep(span));
        }
        self.nodes.push(Node { span, kind: Kind::Alias(node) });
        Ok(size)
    }

    fn scalar(&mut self, properties: Properties<'t>) -> Parsed {
        let Token { kind: TokenKind::Scalar { text, style }, start, end } = self.scanner.take() else {
            unreachable!("only a scalar comes here")
        };
        let tag = match &properties.tag {
            Some((tag, span)) => Some(error::scalar_tag(tag, *span)?),
            None => None,
        };
        let is_block = matches!(style, Style::Literal | Style::Folded);
        let verbatim = !is_block && matches!(text, Cow::Borrowed(_));
        let text = match text {
            Cow::Borrowed(text) => Box::from(text),
            Cow::Owned(text) => text.into_boxed_str(),
        };
        self.finish_scalar(Scalar { text, style, tag, verbatim }, Span::new(start, end), properties.anchor)
    }

    /// An empty value with anchor or tag, right behind them.
    fn empty_scalar(&mut self, properties: Properties<'t>, at: usize) -> Parsed {
        let tag = match &properties.tag {
            // Nothing with `!` before it is an empty string.
            Some((tag, _)) if tag == "!" => Some(Tag::Str),
            Some((tag, span)) => Some(error::scalar_tag(tag, *span)?),
            None => None,
        };
        let scalar = Scalar { text: Box::default(), style: Style::Plain, tag, verbatim: true };
        self.finish_scalar(scalar, Span::new(at, at), properties.anchor)
    }

    /// An empty value.
    pub(super) fn empty(&mut self, at: usize) -> Parsed {
        self.empty_scalar(Properties::default(), at)
    }

    fn finish_scalar(&mut self, scalar: Scalar, span: Span, anchor: Option<&'t str>) -> Parsed {
        error::check_resolves(&scalar, span)?;
        self.finish(Node { span, kind: Kind::Scalar(scalar) }, Size::SCALAR, anchor)
    }

    fn finish(&mut self, node: Node, size: Size, anchor: Option<&'t str>) -> Parsed {
        let Some(name) = anchor else {
            self.nodes.push(node);
            return Ok(size);
        };
        let span = node.span;
        let node = Arc::new(node);
        self.anchors.insert(name, Some(Anchor { node: Arc::clone(&node), size }));
        self.nodes.push(Node { span, kind: Kind::Anchored(node) });
        Ok(size)
    }

    /// Reads a list or mapping whose first token is next.
    pub(super) fn collection(
        &mut self,
        properties: Properties<'t>,
        start: Span,
        read: fn(&mut Self, usize) -> Result<Collection, YamlError>,
    ) -> Parsed {
        if self.depth == MAX_DEPTH {
            return Err(error::too_deep(start));
        }
        self.depth += 1;
        let first = self.nodes.len();
        let Collection { is_mapping, end, size } = read(self, start.start as usize)?;
        self.depth -= 1;
        let start = start.start as usize;
        let last = self.nodes.last().filter(|_| self.nodes.len() > first).map_or(start, |node| node.span.end as usize);
        let span = Span::new(start, end.unwrap_or(last));
        if let Some((tag, place)) = &properties.tag {
            if is_mapping { error::check_mapping_tag(tag, *place)? } else { error::check_sequence_tag(tag, *place)? }
        }
        let kind = if is_mapping { self.mapping(first)? } else { self.sequence(first)? };
        self.finish(Node { span, kind }, size, properties.anchor)
    }

    fn sequence(&mut self, first: usize) -> Result<Kind, YamlError> {
        self.nodes[first..].iter().try_for_each(error::check_value)?;
        Ok(Kind::Sequence(self.nodes.drain(first..).collect()))
    }

    fn mapping(&mut self, first: usize) -> Result<Kind, YamlError> {
        let mut nodes = self.nodes.drain(first..);
        let mut entries = Vec::with_capacity(nodes.len() / 2);
        while let (Some(key), Some(value)) = (nodes.next(), nodes.next()) {
            entries.push(Entry { key, value });
        }
        drop(nodes);
        entries.iter().try_for_each(|entry| error::check_value(&entry.value))?;
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
            self.duplicates.push(DuplicateKey { key, key_span: again.span, first_span: first.span });
        }
        Ok(Kind::Mapping(mapping))
    }
}
