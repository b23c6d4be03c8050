//! A deserialised value that remembers where it stood.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::U32Deserializer;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, Visitor};

use super::DeError;
use crate::text::Span;
use crate::text::yaml::Node;

/// A value and its place, for settings that are judged only after the whole file is read: a glob that matches nothing,
/// an owner that does not exist.
///
/// Only [`from_node`](super::from_node) can fill it in, and not below an untagged enum or a flattened field: serde puts
/// those aside in a form that has no places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Spanned<T> {
    /// Where the value stands; see [`Node::span`].
    pub span: Span,
    /// The value.
    pub value: T,
}

/// Name by which [`Spanned`] asks the deserialiser for a place. No other struct can be called so.
pub(super) const STRUCT: &str = "$Spanned";
const FIELDS: &[&str; 3] = &["$start", "$end", "$value"];

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(STRUCT, FIELDS, SpannedVisitor(PhantomData))
    }
}

struct SpannedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value whose place is known")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let [start, end, value] = FIELDS;
        let (start, end, value) = (field(&mut map, start)?, field(&mut map, end)?, field(&mut map, value)?);
        match (start, end, value) {
            (Some(start), Some(end), Some(value)) => Ok(Spanned { span: Span { start, end }, value }),
            _ => Err(A::Error::custom("a place is only known when reading YAML")),
        }
    }
}

/// The next value, if its key has the name.
fn field<'de, A: MapAccess<'de>, T: Deserialize<'de>>(map: &mut A, name: &str) -> Result<Option<T>, A::Error> {
    if map.next_key::<&str>()? == Some(name) { map.next_value().map(Some) } else { Ok(None) }
}

/// Gives [`SpannedVisitor`] the three fields in their order.
pub(super) struct SpannedAccess<'de> {
    node: &'de Node,
    given: usize,
}

impl<'de> SpannedAccess<'de> {
    pub(super) fn new(node: &'de Node) -> Self {
        Self { node, given: 0 }
    }
}

impl<'de> MapAccess<'de> for SpannedAccess<'de> {
    type Error = DeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DeError> {
        let Some(field) = FIELDS.get(self.given) else { return Ok(None) };
        seed.deserialize(serde::de::value::BorrowedStrDeserializer::new(field)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DeError> {
        self.given += 1;
        let number = |value: u32| -> U32Deserializer<DeError> { value.into_deserializer() };
        match self.given {
            1 => seed.deserialize(number(self.node.span.start)),
            2 => seed.deserialize(number(self.node.span.end)),
            _ => seed.deserialize(self.node),
        }
    }
}
