//! Provider authorizations: who may pass a system's routes on upwards.
//!
//! Paths are verified as draft-ietf-sidrops-aspa-verification says. What we originate goes up, so
//! only the procedure for upstream paths is needed here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::json::{self, Metadata, Number, Text};
use super::vrps::ReadError;
use crate::model::Asn;

/// Authorizations by customer: several for one customer count together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aspas {
    providers: BTreeMap<Asn, BTreeSet<Asn>>,
}

/// Authorizations as a file holds them.
#[derive(Debug)]
pub struct File {
    /// The authorizations; there may be none.
    pub aspas: Aspas,
    /// The oldest of the times at which the file says that it was made.
    pub built: Option<Timestamp>,
}

/// What the authorizations say about a path on its way up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathValidity {
    /// Every step is authorized.
    Valid,
    /// `customer` says who its providers are, and `provider` is none of them.
    Invalid {
        /// The system that is passed on.
        customer: Asn,
        /// The system that passes it on.
        provider: Asn,
    },
    /// Nothing speaks against it, and not every step has an authorization.
    Unknown,
}

impl Aspas {
    /// How many customers have one.
    pub fn len(&self) -> usize {
        self.providers.len()
    }

    /// True where no customer has one.
    pub fn is_empty(&self) -> bool {
        self.providers.is_empty()
    }

    /// The providers that `customer` names; `None` where it names none at all.
    pub fn providers(&self, customer: Asn) -> Option<&BTreeSet<Asn>> {
        self.providers.get(&customer)
    }

    /// Verifies a path that was only passed upwards, nearest system first, the origin last.
    /// Prepended numbers count once.
    pub fn upstream(&self, path: &[Asn]) -> PathValidity {
        let mut validity = PathValidity::Valid;
        for pair in path.windows(2).rev() {
            let &[provider, customer] = pair else {
                continue;
            };
            if provider == customer {
                continue;
            }
            match self.providers(customer) {
                Some(providers) if providers.contains(&provider) => {}
                Some(_) => return PathValidity::Invalid { customer, provider },
                None => validity = PathValidity::Unknown,
            }
        }
        validity
    }
}

/// Reads authorizations from a validator's JSON: `aspas`, as rpki-client and Routinator write it.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn read(bytes: &[u8]) -> Result<File, ReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        return Err(ReadError::whole("the file is empty"));
    }
    json::document(bytes, Document)
}

struct Document;

impl<'de> DeserializeSeed<'de> for Document {
    type Value = File;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<File, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document {
    type Value = File;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `aspas`, as validators write it")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<File, A::Error> {
        let mut aspas: Option<Vec<Aspa>> = None;
        let mut metadata: Option<Metadata> = None;
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match &*key.0 {
                "aspas" if aspas.is_some() => {
                    return Err(A::Error::custom("`aspas` is there twice"));
                }
                "aspas" => aspas = Some(map.next_value()?),
                "metadata" if metadata.is_some() => {
                    return Err(A::Error::custom("`metadata` is there twice"));
                }
                "metadata" => metadata = Some(map.next_value()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let Some(list) = aspas else {
            return Err(A::Error::custom(
                "there is no `aspas` in it: the validator may need to be told to write them",
            ));
        };
        let mut aspas = Aspas::default();
        for aspa in list {
            let providers = aspas.providers.entry(aspa.customer.0).or_default();
            providers.extend(aspa.providers.iter().map(|provider| provider.0.0));
        }
        Ok(File {
            aspas,
            built: metadata.and_then(|metadata| metadata.oldest()),
        })
    }
}

#[derive(Deserialize)]
struct Aspa {
    /// rpki-client's name, and Routinator's.
    #[serde(alias = "customer_asid")]
    customer: Number,
    #[serde(alias = "provider_set", alias = "provider_asids")]
    providers: Vec<Provider>,
}

/// `64501`, `"AS64501"`, or rpki-client's `{"asid": 64501}`.
struct Provider(Number);

impl<'de> Deserialize<'de> for Provider {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a provider is no autonomous system number")]
        enum Form {
            Object { asid: Number },
            Number(Number),
        }

        Form::deserialize(deserializer).map(|form| match form {
            Form::Object { asid } => Self(asid),
            Form::Number(number) => Self(number),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aspas(list: &str) -> Aspas {
        let text = format!(r#"{{"metadata": {{"generated": 1795305600}}, "aspas": [{list}]}}"#);
        read(text.as_bytes()).unwrap().aspas
    }

    #[test]
    fn both_validators_mean_the_same() {
        let forms = [
            r#"{"customer_asid": 64500, "expires": 1, "providers": [64501, 64502]}"#,
            r#"{"customer_asid": 64500, "provider_set": [{"asid": 64501}, {"asid": 64502}]}"#,
            r#"{"customer": "AS64500", "providers": ["AS64501", "AS64502"], "ta": "ripe"}"#,
            r#"{"customer": "AS64500", "providers": ["AS64501"]}, {"customer": 64500, "providers": [64502]}"#,
        ];
        for form in forms {
            let aspas = aspas(form);
            let providers = aspas.providers(Asn(64500)).unwrap();
            assert_eq!(
                providers,
                &BTreeSet::from([Asn(64501), Asn(64502)]),
                "{form}"
            );
            assert_eq!(aspas.len(), 1);
        }
    }

    #[test]
    fn a_step_that_a_customer_does_not_authorize_is_invalid() {
        let aspas = aspas(
            r#"{"customer": 64500, "providers": [64501]}, {"customer": 64501, "providers": [0]}"#,
        );
        let path = |numbers: &[u32]| {
            let path: Vec<_> = numbers.iter().copied().map(Asn).collect();
            aspas.upstream(&path)
        };
        assert_eq!(path(&[64500]), PathValidity::Valid);
        assert_eq!(path(&[64501, 64500, 64500]), PathValidity::Valid);
        assert_eq!(path(&[64500, 64510]), PathValidity::Unknown);
        assert_eq!(
            path(&[64502, 64500]),
            PathValidity::Invalid {
                customer: Asn(64500),
                provider: Asn(64502)
            }
        );
        // AS0 as the only provider: the system has none.
        assert_eq!(
            path(&[64502, 64501, 64500]),
            PathValidity::Invalid {
                customer: Asn(64501),
                provider: Asn(64502)
            }
        );
        assert_eq!(
            path(&[64502, 64500, 64510]),
            PathValidity::Invalid {
                customer: Asn(64500),
                provider: Asn(64502)
            }
        );
    }

    #[test]
    fn what_is_broken_is_named() {
        let refused = |text: &str| read(text.as_bytes()).unwrap_err().message;
        assert!(refused("").contains("the file is empty"));
        assert!(refused(r#"{"roas": []}"#).contains("no `aspas`"));
        assert!(refused(r#"{"aspas": [{"providers": []}]}"#).contains("missing field `customer`"));
        assert!(refused(r#"{"aspas": [{"customer": 1}]}"#).contains("missing field `providers`"));
        assert!(
            refused(r#"{"aspas": [{"customer": 1, "providers": ["x"]}]}"#)
                .contains("a provider is no autonomous system number")
        );
        assert!(refused(r#"{"aspas": ["#).contains("cut off"));
        assert!(refused(r#"{"aspas": [], "aspas": []}"#).contains("twice"));
    }
}
