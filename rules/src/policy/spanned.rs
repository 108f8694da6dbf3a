//! Values that remember where in the policy they stand.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// A value of the policy with its place, so that a message can point at it.
///
/// [`Policy::span`](super::Policy::span) turns the place into a [`Span`](crate::Span).
/// The place is lost (line 1) inside `#[serde(flatten)]`, untagged and internally tagged enums,
/// which buffer their content: put the whole enum into `Spanned` instead.
/// A scalar's place is the scalar; a mapping's or a list's is where it begins.
#[derive(Clone)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    pub(super) at: Place,
}

/// A place as the YAML parser knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// From 1; 0 where unknown.
    pub(super) line: u32,
    /// In characters, from 1; 0 where unknown.
    pub(super) column: u32,
    /// First byte and length, where the parser knows them.
    pub(super) bytes: Option<(u32, u32)>,
}

impl Place {
    /// Reads a location of the YAML parser.
    pub(super) fn new(location: serde_saphyr::Location) -> Self {
        let narrow = |wide: u64| u32::try_from(wide).unwrap_or(u32::MAX);
        let span = location.span();
        // The parser marks byte offsets that it does not have by the largest number.
        let bytes = span
            .byte_offset()
            .zip(span.byte_len())
            .filter(|&(at, len)| at < u64::from(u32::MAX) && len < u64::from(u32::MAX))
            .map(|(at, len)| (narrow(at), narrow(len)));
        Self {
            line: narrow(location.line()),
            column: narrow(location.column()),
            bytes,
        }
    }
}

impl<T> Spanned<T> {
    /// The same place with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned {
            value: change(self.value),
            at: self.at,
        }
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}:{}", self.value, self.at.line, self.at.column)
    }
}

/// Two values are equal wherever they stand.
impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let inner = serde_saphyr::Spanned::deserialize(deserializer)?;
        Ok(Self {
            value: inner.value,
            at: Place::new(inner.referenced),
        })
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A mapping in the order of the file, with the place of each key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries<V>(pub Vec<(Spanned<String>, V)>);

impl<V> Entries<V> {
    /// Each key with its value, in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, (Spanned<String>, V)> {
        self.0.iter()
    }

    /// The value under `key`.
    pub fn value(&self, key: &str) -> Option<&V> {
        self.iter()
            .find(|(known, _)| known.value == key)
            .map(|(_, value)| value)
    }
}

impl<V> Default for Entries<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'a, V> IntoIterator for &'a Entries<V> {
    type Item = &'a (Spanned<String>, V);
    type IntoIter = std::slice::Iter<'a, (Spanned<String>, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Entries<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for EntriesVisitor<V> {
    type Value = Entries<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key()? {
            entries.push((key, map.next_value()?));
        }
        Ok(Entries(entries))
    }
}

impl<V: JsonSchema> JsonSchema for Entries<V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Map_of_{}", V::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        std::collections::BTreeMap::<String, V>::json_schema(generator)
    }
}
