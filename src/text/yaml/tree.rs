//! One value of a YAML document and its place.

use std::sync::Arc;

use super::{Entries, Entry, Mapping, Resolved, Scalar, Style};
use crate::text::Span;

/// A scalar, list or mapping, and where it stands.
///
/// An alias (`*name`) has its own span and shares the value of the node that it names. Every method sees through
/// aliases. Cloning copies the tree below, except what aliases share.
#[derive(Debug, Clone)]
pub struct Node {
    /// The value's own text: without anchor, tag and surrounding blanks or comments, with the quotes of a quoted
    /// scalar, the brackets of `[…]` and `{…}`, the `|` or `>` of a block scalar. An indented list or mapping reaches
    /// from its first dash or key to the end of its last value. An empty value (`description:`) is an empty span right
    /// behind the colon or dash. An alias covers `*name`.
    pub span: Span,
    pub(super) kind: Kind,
}

/// What a node is in the file. Kept from other modules so that nobody forgets about aliases.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Scalar(Scalar),
    Sequence(Vec<Node>),
    Mapping(Mapping),
    /// The node at the place of its anchor, put apart so that aliases can share it.
    Anchored(Arc<Node>),
    Alias(Arc<Node>),
}

/// What a node is, aliases followed.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// A single value; see [`Node::resolve`] for its type.
    Scalar(&'a Scalar),
    /// A list.
    Sequence(&'a [Node]),
    /// Keys and values.
    Mapping(&'a Mapping),
}

impl Node {
    /// What this node is.
    pub fn value(&self) -> Value<'_> {
        match &self.target().kind {
            Kind::Scalar(scalar) => Value::Scalar(scalar),
            Kind::Sequence(items) => Value::Sequence(items),
            Kind::Mapping(mapping) => Value::Mapping(mapping),
            Kind::Anchored(_) | Kind::Alias(_) => unreachable!("an anchor or alias cannot have another anchor"),
        }
    }

    /// The node that an alias names; any other node is its own target.
    pub fn target(&self) -> &Self {
        match &self.kind {
            Kind::Anchored(node) | Kind::Alias(node) => node,
            _ => self,
        }
    }

    /// Whether this node is an alias (`*name`) of another.
    pub fn is_alias(&self) -> bool {
        matches!(self.kind, Kind::Alias(_))
    }

    /// The value of `key`, as Python's `mapping.get(key)` finds it: only keys that resolve to strings count, an own key
    /// goes before a merged one, the last of equal keys wins. `None` when this is no mapping or has no such key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Key and value of `key`; found as in [`get`](Self::get).
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.as_mapping()?.entry(key)
    }

    /// The entries of a mapping as Python's dictionary has them: merge keys replaced by what they bring, one entry for
    /// equal keys, in the order of the first. Nothing when this is no mapping.
    pub fn entries(&self) -> Entries<'_> {
        self.as_mapping().map_or_else(Entries::none, Mapping::entries)
    }

    /// The items of a list; nothing when this is no list.
    pub fn items(&self) -> &[Self] {
        match self.value() {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// This node as a mapping.
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match self.value() {
            Value::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// This node as a scalar.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match self.value() {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar, whatever it resolves to: `yes` for a plain `yes`, empty for an empty value.
    pub fn as_str(&self) -> Option<&str> {
        self.as_scalar().map(Scalar::text)
    }

    /// The value that PyYAML makes of a scalar; `None` for lists and mappings.
    pub fn resolve(&self) -> Option<Resolved<'_>> {
        self.as_scalar().map(Scalar::resolve)
    }

    /// Whether this is `null`, `~` or an empty value.
    pub fn is_null(&self) -> bool {
        self.resolve() == Some(Resolved::Null)
    }

    /// The value of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.resolve()? {
            Resolved::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The value of an integer.
    pub fn as_int(&self) -> Option<i128> {
        match self.resolve()? {
            Resolved::Int(value) => Some(value),
            _ => None,
        }
    }

    /// Where the text of a scalar stands, when it stands in the file byte for byte: in one line, without escapes, the
    /// quotes left out. A range of [`as_str`](Self::as_str) then is that range of the span.
    ///
    /// Of an alias, this is the place in the node that it names.
    pub fn content_span(&self) -> Option<Span> {
        let scalar = self.as_scalar().filter(|scalar| scalar.verbatim)?;
        let span = self.target().span;
        let quote = usize::from(matches!(scalar.style, Style::SingleQuoted | Style::DoubleQuoted));
        Some(Span::new(span.start as usize + quote, span.end as usize - quote))
    }
}

/// Parts of a mapping, for readers that hand the keys of one mapping to several types.
impl Node {
    /// The same mapping with only these keys; any other node is empty.
    #[must_use]
    pub fn only(&self, keys: &[&str]) -> Self {
        self.filtered(|key| keys.contains(&key))
    }

    /// The same mapping without these keys; any other node is empty.
    #[must_use]
    pub fn without(&self, keys: &[&str]) -> Self {
        self.filtered(|key| !keys.contains(&key))
    }

    fn filtered(&self, keep: impl Fn(&str) -> bool) -> Self {
        let kept = self.entries().filter(|entry| entry.key.as_str().is_none_or(&keep)).cloned().collect();
        Self { span: self.span, kind: Kind::Mapping(Mapping::new(kept, |_, _| ())) }
    }
}
