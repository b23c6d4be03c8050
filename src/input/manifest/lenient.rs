//! Readers for shapes that differ between dbt versions: null for absent, one for a list of one, number for a string.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::project::Text;

/// `null` reads as the type's default. For use with `#[serde(deserialize_with)]`.
pub fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A type that can be built from the fields of an object.
pub trait Fields<'de>: Sized {
    /// Reads the fields; the deserializer holds an object for certain.
    ///
    /// # Errors
    /// When a field does not have its type.
    fn from_fields<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Reads an object and nothing else.
///
/// # Errors
/// When there is something else, or a field does not have its type.
pub fn object<'de, D: Deserializer<'de>, T: Fields<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct ObjectVisitor<T>(PhantomData<T>);
    impl<'de, T: Fields<'de>> Visitor<'de> for ObjectVisitor<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::from_fields(MapAccessDeserializer::new(map))
        }
    }
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

/// Strings, one string, or null (no strings). Numbers and booleans among them are taken by their text.
#[derive(Debug, Default, Clone)]
pub struct Texts<'a>(pub Vec<Text<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Texts<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextsVisitor;
        impl<'de> Visitor<'de> for TextsVisitor {
            type Value = Texts<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Texts(vec![Text::from(text)]))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Texts(vec![Text::from(text.to_owned())]))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Texts::default())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                texts(seq)
            }
        }
        deserializer.deserialize_any(TextsVisitor)
    }
}

fn texts<'de, A: SeqAccess<'de>>(seq: A) -> Result<Texts<'de>, A::Error> {
    let words: Vec<Word<'de>> = list(seq)?;
    Ok(Texts(words.into_iter().map(|Word(text)| text).collect()))
}

/// Strings, and not one string in place of a list; null is no string. For use with `#[serde(deserialize_with)]`.
///
/// # Errors
/// When there is something else.
pub fn listed_texts<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Texts<'a>, D::Error> {
    struct ListVisitor;
    impl<'de> Visitor<'de> for ListVisitor {
        type Value = Texts<'de>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of strings")
        }
        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(Texts::default())
        }
        fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
            texts(seq)
        }
    }
    deserializer.deserialize_any(ListVisitor)
}

/// The items of a list, with no room for more. Most lists are short, there are very many, and they stay as long as the
/// project does; so those of a few items wait until their number is known.
fn list<'de, A: SeqAccess<'de>, T: Deserialize<'de> + Default>(mut seq: A) -> Result<Vec<T>, A::Error> {
    const FEW: usize = 6;
    let mut few: [T; FEW] = Default::default();
    for count in 0..FEW {
        match seq.next_element()? {
            Some(item) => few[count] = item,
            None => return Ok(few.into_iter().take(count).collect()),
        }
    }
    let mut items = Vec::from(few);
    while let Some(item) = seq.next_element()? {
        items.push(item);
    }
    items.shrink_to_fit();
    Ok(items)
}

/// A string, or a number or boolean by its text: versions are `2`, `"2"` or `1.5`.
#[derive(Debug, Default, Clone)]
pub struct Word<'a>(pub Text<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for Word<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordVisitor;
        impl<'de> Visitor<'de> for WordVisitor {
            type Value = Word<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a number")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Word(Text::from(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Word(Text::from(text.to_owned())))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Word(Text::from(number.to_string())))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Word(Text::from(number.to_string())))
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
                // As Python prints it, which is what dbt makes unique ids of: version 1.0 is not version 1.
                Ok(Word(Text::from(format!("{number:?}"))))
            }
            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Self::Value, E> {
                Ok(Word(Text::from(if flag { "true" } else { "false" })))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Word::default())
            }
        }
        deserializer.deserialize_any(WordVisitor)
    }
}

/// A JSON object as a list of its entries in file order; `null` is empty.
#[derive(Debug, Clone)]
pub struct Entries<'a, T>(pub Vec<(Text<'a>, T)>);

impl<T> Default for Entries<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Entries<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
            type Value = Vec<(Text<'de>, T)>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(0));
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(entries)
            }
            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Vec::new())
            }
        }
        deserializer.deserialize_any(EntriesVisitor(PhantomData)).map(Self)
    }
}

/// `true`, `false`, null, or something that is there and not null: a freshness threshold, a time spine.
#[derive(Debug, Default, Clone, Copy)]
pub struct Present(pub bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<de::IgnoredAny>::deserialize(deserializer).map(|value| Self(value.is_some()))
    }
}

/// A field whose null is not the same as its absence: `freshness: null` switches off what is on by inheritance.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Declared<T> {
    #[default]
    Absent,
    Null,
    Value(T),
}

impl<T> Declared<T> {
    /// The first that is not absent.
    pub fn or(self, other: Self) -> Self {
        if matches!(self, Self::Absent) { other } else { self }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Declared<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(deserializer).map(|value| value.map_or(Self::Null, Self::Value))
    }
}
