//! Values that a policy may write as a number or as a text.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use super::section::ServiceChange;

/// A number or a text, as it is written: `64500`, `AS64500`, `10%`, `/20`, `2x`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar(pub String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;

        impl Visitor<'_> for ScalarVisitor {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.to_owned()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }

            // A number in asdot notation has lost its zeros by now: 1.10 is 1.1.
            fn visit_f64<E: de::Error>(self, _: f64) -> Result<Scalar, E> {
                Err(E::custom("a number with a dot must be in quotes"))
            }
        }

        deserializer.deserialize_any(ScalarVisitor)
    }
}

impl JsonSchema for Scalar {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "scalar".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["integer", "string"] })
    }
}

/// A change that needs people: a rule's id, or everything that touches a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sensitive {
    /// Findings of a rule.
    Rule(String),
    /// Any change of a service's announcements.
    Service(ServiceChange),
}

impl fmt::Display for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(rule) => f.write_str(rule),
            Self::Service(change) => write!(f, "service {}", change.service.value),
        }
    }
}

impl<'de> Deserialize<'de> for Sensitive {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SensitiveVisitor;

        impl<'de> Visitor<'de> for SensitiveVisitor {
            type Value = Sensitive;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a rule or { service: … }")
            }

            fn visit_str<E: de::Error>(self, rule: &str) -> Result<Sensitive, E> {
                Ok(Sensitive::Rule(rule.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Sensitive, A::Error> {
                ServiceChange::deserialize(de::value::MapAccessDeserializer::new(map))
                    .map(Sensitive::Service)
            }
        }

        deserializer.deserialize_any(SensitiveVisitor)
    }
}

impl JsonSchema for Sensitive {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "sensitive change".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [{ "type": "string" }, generator.subschema_for::<ServiceChange>()]
        })
    }
}
