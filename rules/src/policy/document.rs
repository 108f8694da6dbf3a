//! The policy as it is written: one mapping with the kernel's keys and a section a part.

use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::exemption::Entry;
use super::{Entries, Spanned};
use crate::Level;

/// A whole policy; `L`, `C` and `B` are the parts' sections.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    rename = "preflight-policy",
    title = "Preflight policy",
    description = "What a team wants of the rules, in `preflight.yaml`."
)]
pub(super) struct Document<L = IgnoredAny, C = IgnoredAny, B = IgnoredAny> {
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    pub(super) version: Spanned<u64>,
    /// The level of each rule that shall not have its default: `allow`, `warn` or `deny`.
    pub(super) levels: Option<Entries<Spanned<Setting>>>,
    /// Findings that are accepted for a while.
    pub(super) exemptions: Option<Vec<Entry>>,
    /// What `structlint` needs to know.
    pub(super) lints: Option<Section<L>>,
    /// What `cert-audit` needs to know.
    pub(super) certs: Option<Section<C>>,
    /// What `bgp-ci` needs to know.
    pub(super) bgp: Option<Section<B>>,
}

/// A section with the place of its value.
pub(super) type Section<T> = Spanned<T>;

/// What the policy says about one rule's level: `deny`, or `{ level: deny, deny-possible: true }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Setting {
    /// The level; `None` leaves the finding's own.
    pub level: Option<Level>,
    /// Whether findings that are only *possible* keep level deny.
    pub deny_possible: bool,
}

/// A level with more to say about it.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    rename_all = "kebab-case",
    rename = "level-setting"
)]
struct Long {
    /// The level; without it the rule keeps its own.
    level: Option<Word>,
    /// Whether findings that are only *possible* may deny.
    #[serde(default)]
    deny_possible: bool,
}

impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SettingVisitor(PhantomData))
    }
}

struct SettingVisitor(PhantomData<()>);

impl<'de> Visitor<'de> for SettingVisitor {
    type Value = Setting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a level (allow, warn or deny) or { level: …, deny-possible: … }")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Setting, E> {
        Ok(Setting {
            level: Some(Word::read(word)?.0),
            deny_possible: false,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Setting, A::Error> {
        let long = Long::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Ok(Setting {
            level: long.level.map(|word| word.0),
            deny_possible: long.deny_possible,
        })
    }
}

/// A level as a word.
struct Word(Level);

impl Word {
    fn read<E: de::Error>(word: &str) -> Result<Self, E> {
        [Level::Allow, Level::Warn, Level::Deny]
            .into_iter()
            .find(|level| level.as_str() == word)
            .map(Self)
            // Not `unknown_variant`: the parser places that at the key and this at the value.
            .ok_or_else(|| {
                let word = crate::escape::word(word);
                E::custom(format!(
                    "there is no level `{word}`; a level is allow, warn or deny"
                ))
            })
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?)
    }
}

impl JsonSchema for Word {
    fn inline_schema() -> bool {
        Level::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Level::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        Level::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Level::json_schema(generator)
    }
}

impl JsonSchema for Setting {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "setting".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "anyOf": [generator.subschema_for::<Level>(), generator.subschema_for::<Long>()]
        })
    }
}
