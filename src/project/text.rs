//! Text borrowed from the file it was read from, where that is possible.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::de::{self, Deserialize, Deserializer, Visitor};

/// A string of the project: a slice of the manifest's own bytes where the JSON had no escapes in it, else owned.
///
/// Reads JSON `null` as the empty string, because absent and null mean the same in every manifest.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<'a>(Cow<'a, str>);

impl<'a> Text<'a> {
    /// The string itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `None` where the text is empty: absent, null and `""` are one thing in a manifest.
    pub fn non_empty(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(self.as_str())
    }

    /// With `/` as separator; manifests written on Windows have `\`.
    pub fn into_path(self) -> Self {
        if self.0.contains('\\') { Self(Cow::Owned(self.0.replace('\\', "/"))) } else { self }
    }

    /// The text behind the first occurrence of `separator`, or all of it where there is none.
    pub fn after(self, separator: &str) -> Self {
        match self.0 {
            Cow::Borrowed(text) => Self(Cow::Borrowed(text.split_once(separator).map_or(text, |(_, rest)| rest))),
            Cow::Owned(text) => match text.split_once(separator) {
                Some((_, rest)) => Self(Cow::Owned(rest.to_owned())),
                None => Self(Cow::Owned(text)),
            },
        }
    }
}

impl Deref for Text<'_> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl<'a> From<Cow<'a, str>> for Text<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self(text)
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
            fn visit_string<E: de::Error>(self, text: String) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text)))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Text::default())
            }
        }
        // `any`, not `str`: serde_json then hands null to `visit_unit` instead of failing.
        deserializer.deserialize_any(TextVisitor)
    }
}
