//! Payloads in JSON, read in one pass: nothing is kept but the payloads.
//!
//! The validators agree on `{"metadata": {…}, "roas": [{"asn": …, "prefix": …, "maxLength": …,
//! "ta": …}]}` and on little else: the number is `64500` to rpki-client and `"AS64500"` to
//! Routinator, Routinator's extended form has the anchor inside of `source`, and the time is
//! `buildtime`, `generated` or `generatedTime`.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use rules::escape;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Snapshot;
use super::vrps::{Builder, ReadError};
use crate::model::{Asn, Prefix};

/// Reads a validator's JSON.
///
/// # Errors
/// The first thing that is wrong, with its line.
pub(super) fn read(bytes: &[u8]) -> Result<Snapshot, ReadError> {
    let mut builder = Builder::default();
    let built = document(
        bytes,
        Document {
            builder: &mut builder,
        },
    )?;
    let vrps = builder
        .build()
        .map_err(|error| ReadError::whole(error.to_string()))?;
    Ok(Snapshot { vrps, built })
}

/// Reads one JSON document by `seed`.
///
/// # Errors
/// It is cut off, no JSON, or not of the shape that `seed` wants.
pub(super) fn document<'de, S>(bytes: &'de [u8], seed: S) -> Result<S::Value, ReadError>
where
    S: DeserializeSeed<'de>,
{
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = seed
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    read.map_err(|error| {
        use serde_json::error::Category;

        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let place = format!(" at line {line} column {column}");
        let text = text.strip_suffix(&place).unwrap_or(&text);
        let text = escape::word(text);
        let message = match error.classify() {
            Category::Eof => "the file ends in the middle of its JSON: it was cut off".to_owned(),
            Category::Syntax | Category::Io => format!("this is not JSON: {text}"),
            Category::Data => text.into_owned(),
        };
        ReadError {
            message,
            line: (line > 0).then_some(line),
            column: (line > 0).then_some(column),
        }
    })
}

struct Document<'b> {
    builder: &'b mut Builder,
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = Option<Timestamp>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = Option<Timestamp>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `roas`, as validators write it")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut metadata: Option<Metadata> = None;
        let mut seen = false;
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match &*key.0 {
                "roas" if seen => return Err(A::Error::custom("`roas` is there twice")),
                "roas" => {
                    seen = true;
                    map.next_value_seed(Payloads {
                        builder: &mut *self.builder,
                    })?;
                }
                "metadata" if metadata.is_some() => {
                    return Err(A::Error::custom("`metadata` is there twice"));
                }
                "metadata" => metadata = Some(map.next_value()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if seen {
            Ok(metadata.and_then(|metadata| metadata.oldest()))
        } else {
            Err(A::Error::custom(
                "there is no `roas` in it, so this is not what a validator writes",
            ))
        }
    }
}

/// When the file was made.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata {
    buildtime: Option<Time>,
    generated: Option<Time>,
    #[serde(rename = "generatedTime")]
    generated_time: Option<Time>,
}

impl Metadata {
    /// The oldest time that it names.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        let times = [&self.buildtime, &self.generated, &self.generated_time];
        times.into_iter().flatten().map(|time| time.0).min()
    }
}

/// A time as seconds since 1970, or as RFC 3339 writes it.
#[derive(Debug)]
struct Time(Timestamp);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Times;

        impl Visitor<'_> for Times {
            type Value = Time;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time, such as 1767225600 or \"2026-01-01T00:00:00Z\"")
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Time, E> {
                i64::try_from(value)
                    .ok()
                    .and_then(|seconds| Timestamp::from_second(seconds).ok())
                    .map(Time)
                    .ok_or_else(|| E::custom(format!("{value} is no time in seconds since 1970")))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Time, E> {
                let time = Timestamp::from_second(value).map(Time);
                time.map_err(|_| E::custom(format!("{value} is no time in seconds since 1970")))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Time, E> {
                let shown = escape::word(value);
                let time = value.parse().map(Time);
                time.map_err(|_| {
                    E::custom(format!("`{shown}` is no time such as 2026-01-01T00:00:00Z"))
                })
            }
        }

        deserializer.deserialize_any(Times)
    }
}

struct Payloads<'b> {
    builder: &'b mut Builder,
}

impl<'de> DeserializeSeed<'de> for Payloads<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Payloads<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of payloads")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list
            .next_element_seed(Payload {
                builder: &mut *self.builder,
            })?
            .is_some()
        {}
        Ok(())
    }
}

/// One payload. `expires` and whatever else a validator adds is left alone.
struct Payload<'b> {
    builder: &'b mut Builder,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Member {
    Asn,
    Prefix,
    MaxLength,
    Ta,
    Source,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for Payload<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Payload<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a payload, an object with `asn` and `prefix`")
    }

    // By hand, because an error that is raised in here has the payload's place in the file.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        fn once<T, E: Error>(
            name: &'static str,
            member: &mut Option<T>,
            value: T,
        ) -> Result<(), E> {
            match member.replace(value) {
                None => Ok(()),
                Some(_) => Err(E::duplicate_field(name)),
            }
        }
        let (mut asn, mut prefix, mut max_length) = (None, None, None);
        let (mut anchor, mut source) = (None, None);
        while let Some(member) = map.next_key()? {
            match member {
                Member::Asn => once("asn", &mut asn, map.next_value::<Number>()?)?,
                Member::Prefix => once("prefix", &mut prefix, map.next_value::<Net>()?)?,
                Member::MaxLength => {
                    once(
                        "maxLength",
                        &mut max_length,
                        map.next_value::<Option<u64>>()?,
                    )?;
                }
                Member::Ta => once("ta", &mut anchor, map.next_value::<Text<'de>>()?)?,
                Member::Source => once("source", &mut source, map.next_value::<Source<'de>>()?)?,
                Member::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let asn = asn.ok_or_else(|| A::Error::missing_field("asn"))?;
        let prefix = prefix.ok_or_else(|| A::Error::missing_field("prefix"))?;
        let anchor = anchor.or_else(|| source.and_then(|source| source.0));
        let anchor = anchor.as_ref().map_or("", |anchor| &*anchor.0);
        // Without a length the prefix alone is authorized.
        let pushed = self
            .builder
            .push(prefix.0, max_length.flatten(), asn.0, anchor);
        pushed.map_err(|error| {
            let at = self.builder.pushed() + 1;
            A::Error::custom(format!("entry {at} of `roas`: {error}"))
        })
    }
}

/// The trust anchor of the first object that Routinator's extended form names.
struct Source<'de>(Option<Text<'de>>);

impl<'de: 'a, 'a> Deserialize<'de> for Source<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Object<'a> {
            #[serde(borrow, default)]
            tal: Option<Text<'a>>,
        }

        let objects: Vec<Object<'de>> = Deserialize::deserialize(deserializer)?;
        Ok(Self(objects.into_iter().find_map(|object| object.tal)))
    }
}

/// A text that is only copied where it holds an escape sequence.
pub(super) struct Text<'de>(pub(super) Cow<'de, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;

        impl<'de> Visitor<'de> for Texts {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(value)))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(value.to_owned())))
            }
        }

        deserializer.deserialize_str(Texts)
    }
}

/// `64500`, `"64500"` or `"AS64500"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number(pub(super) Asn);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Numbers;

        impl Visitor<'_> for Numbers {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an autonomous system number, such as 64500 or \"AS64500\"")
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Number, E> {
                let number = u32::try_from(value).map(|value| Number(Asn(value)));
                number.map_err(|_| {
                    E::custom(format!("{value} is more than an autonomous system number"))
                })
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Number, E> {
                let number = value.parse().map(Number);
                number.map_err(|error| E::custom(escape::word(&error.to_string())))
            }
        }

        deserializer.deserialize_any(Numbers)
    }
}

/// A prefix without host bits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Net(pub(super) Prefix);

impl<'de> Deserialize<'de> for Net {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Nets;

        impl Visitor<'_> for Nets {
            type Value = Net;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address prefix, such as \"192.0.2.0/24\"")
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Net, E> {
                let prefix = value.parse().map(Net);
                prefix.map_err(|error| E::custom(escape::word(&error.to_string())))
            }
        }

        deserializer.deserialize_str(Nets)
    }
}

#[cfg(test)]
mod tests;
