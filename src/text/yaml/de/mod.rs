//! From tree to the types of the program, by way of serde.
//!
//! - A `String` takes any single value by its text: in `undocumented-model: off` the word `off` is meant, and `since:
//!   2024-01-01` or `version: 1.10` are texts too. So do the names of enum variants. Only nothing at all is no string.
//! - Every other type takes what PyYAML resolves the value to: a number in quotes is no number.
//! - Where the type leaves the choice to the value (untagged enums, `serde_json::Value`), the resolved value counts, and
//!   `off` arrives as `false`, a date as its text.
//! - Of repeated keys the last counts, merge keys are resolved and aliases followed, as everywhere in the tree.
//! - Nothing (`columns:`) is an absent `Option`, but neither an empty list nor an empty mapping.

mod error;
mod spanned;
#[cfg(test)]
mod tests;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};

use super::{Entries, Entry, Mapping, Node, Resolved, Value};
pub use error::{DeError, nearest};
pub use spanned::Spanned;
use spanned::SpannedAccess;

/// Makes a `T` of a node.
///
/// # Errors
/// When the node does not have the form of a `T`; the error points at the key or value at fault.
pub fn from_node<'de, T: Deserialize<'de>>(node: &'de Node) -> Result<T, DeError> {
    T::deserialize(node)
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = DeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        match self.value() {
            Value::Sequence(items) => visit_sequence(items, visitor),
            Value::Mapping(mapping) => visit_mapping(self, mapping, visitor),
            Value::Scalar(scalar) => match scalar.resolve() {
                Resolved::Null => visitor.visit_unit(),
                Resolved::Bool(value) => visitor.visit_bool(value),
                Resolved::Int(value) => visit_integer(value, visitor),
                Resolved::Float(value) => visitor.visit_f64(value),
                Resolved::HugeInt(text) | Resolved::Str(text) => visitor.visit_borrowed_str(text),
                Resolved::Timestamp(_) => visitor.visit_borrowed_str(scalar.text()),
            },
        }
        .map_err(|error| error.at(self.span))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        match self.as_str() {
            Some(text) if !self.is_null() => {
                visitor.visit_borrowed_str(text).map_err(|error: DeError| error.at(self.span))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.deserialize_str(visitor)
    }

    /// The name of a field or variant: a key `on` or `1` is that text.
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        let Some(text) = self.as_str() else { return self.deserialize_any(visitor) };
        visitor.visit_borrowed_str(text).map_err(|error: DeError| error.at(self.span))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
            .map_err(|error| error.at(self.span))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, DeError> {
        visitor.visit_newtype_struct(self).map_err(|error| error.at(self.span))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        if name == spanned::STRUCT {
            return visitor.visit_map(SpannedAccess::new(self));
        }
        if let Value::Sequence(_) = self.value() {
            // Serde's structs would take the items for the fields in their order.
            return Err(DeError::invalid_type(Unexpected::Seq, &visitor).at(self.span));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        let access = match self.value() {
            Value::Scalar(_) if !self.is_null() => Variant { name: self, value: None },
            Value::Mapping(mapping) if mapping.entries().len() == 1 => {
                let Entry { key, value } = mapping.entries().next().expect("there is one entry");
                Variant { name: key, value: Some(value) }
            }
            value => return Err(DeError::no_variant(value, variants).at(self.span)),
        };
        visitor.visit_enum(access).map_err(|error| error.at(self.span))
    }

    /// What is ignored is not walked over.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 bytes byte_buf unit unit_struct seq tuple tuple_struct map
    }
}

fn visit_integer<'de, V: Visitor<'de>>(value: i128, visitor: V) -> Result<V::Value, DeError> {
    if let Ok(value) = i64::try_from(value) {
        visitor.visit_i64(value)
    } else if let Ok(value) = u64::try_from(value) {
        visitor.visit_u64(value)
    } else {
        visitor.visit_i128(value)
    }
}

fn visit_sequence<'de, V: Visitor<'de>>(items: &'de [Node], visitor: V) -> Result<V::Value, DeError> {
    let mut items = items.iter();
    let value = visitor.visit_seq(Items(&mut items))?;
    match items.next() {
        None => Ok(value),
        Some(surplus) => Err(DeError::custom("this item is one too many").at(surplus.span)),
    }
}

fn visit_mapping<'de, V: Visitor<'de>>(node: &Node, mapping: &'de Mapping, visitor: V) -> Result<V::Value, DeError> {
    visitor
        .visit_map(Pairs { entries: mapping.entries(), value: None })
        .map_err(|error| error.in_mapping(node, mapping))
}

struct Items<'a, 'de>(&'a mut std::slice::Iter<'de, Node>);

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = DeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DeError> {
        let Some(item) = self.0.next() else { return Ok(None) };
        seed.deserialize(item).map(Some).map_err(|error| error.at(item.span))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Pairs<'de> {
    entries: Entries<'de>,
    /// The value of the key that was read last.
    value: Option<&'de Node>,
}

impl<'de> MapAccess<'de> for Pairs<'de> {
    type Error = DeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DeError> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        self.value = Some(&entry.value);
        seed.deserialize(&entry.key).map(Some).map_err(|error| error.at(entry.key.span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DeError> {
        let value = self.value.take().ok_or_else(|| DeError::custom("a value was asked for before its key"))?;
        seed.deserialize(value).map_err(|error| error.at(value.span))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// A variant: its name alone, or a mapping from its name to its value.
struct Variant<'de> {
    name: &'de Node,
    value: Option<&'de Node>,
}

impl<'de> Variant<'de> {
    fn required_value(self, expected: &str) -> Result<&'de Node, DeError> {
        self.value.ok_or_else(|| DeError::invalid_type(Unexpected::UnitVariant, &expected).at(self.name.span))
    }
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = DeError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), DeError> {
        let variant = seed.deserialize(self.name).map_err(|error| error.at(self.name.span))?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = DeError;

    fn unit_variant(self) -> Result<(), DeError> {
        match self.value {
            Some(value) if !value.is_null() => Err(DeError::custom("this takes no value").at(value.span)),
            _ => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DeError> {
        let value = self.required_value("a mapping from this name to its value")?;
        seed.deserialize(value).map_err(|error| error.at(value.span))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, DeError> {
        self.required_value("a mapping from this name to a list")?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        self.required_value("a mapping from this name to its fields")?.deserialize_any(visitor)
    }
}
