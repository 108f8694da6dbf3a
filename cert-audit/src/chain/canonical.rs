//! When two distinguished names are the same name (RFC 5280 §7.1), as something that can be
//! compared, hashed and taken prefixes of.

use x509_parser::x509::X509Name;

use crate::certificate::Fingerprint;
use crate::name;

/// The universal tag numbers of string types whose spelling does not count: UTF8String,
/// PrintableString, T61String, IA5String, VisibleString, UniversalString and BMPString.
const STRINGS: [u32; 7] = [12, 19, 20, 22, 26, 28, 30];

/// A distinguished name, comparable: strings of any type as UTF-8 in lower case with single
/// spaces, the attributes of one level sorted.
///
/// Only ASCII letters lose their case: RFC 5280 asks for the string preparation of RFC 4518, of
/// which every implementation in use does this part.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CanonicalName(Vec<Vec<(String, Value)>>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Value {
    Text(String),
    Other(u32, Vec<u8>),
}

impl CanonicalName {
    /// The comparable form of a parsed name.
    pub fn of(name: &X509Name<'_>) -> Self {
        let levels = name.iter_rdn().map(|rdn| {
            let mut attributes: Vec<(String, Value)> = rdn
                .iter()
                .map(|attribute| {
                    let value = attribute.attr_value();
                    let tag = value.tag().0;
                    let value = if STRINGS.contains(&tag) {
                        Value::Text(folded(&name::value_text(tag, value.data)))
                    } else {
                        Value::Other(tag, value.data.to_vec())
                    };
                    (attribute.attr_type().to_id_string(), value)
                })
                .collect();
            attributes.sort();
            attributes
        });
        Self(levels.collect())
    }

    /// A digest of it: equal for equal names.
    pub fn digest(&self) -> Fingerprint {
        // Lengths before contents, so that no two names have one encoding.
        let mut bytes = Vec::new();
        let mut put = |part: &[u8]| {
            bytes.extend_from_slice(&part.len().to_be_bytes());
            bytes.extend_from_slice(part);
        };
        for level in &self.0 {
            put(b"level");
            for (oid, value) in level {
                put(oid.as_bytes());
                match value {
                    Value::Text(text) => put(text.as_bytes()),
                    Value::Other(tag, data) => {
                        put(&tag.to_be_bytes());
                        put(data);
                    }
                }
            }
        }
        Fingerprint::of(&bytes)
    }

    /// Whether there is no attribute in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this name lies below `base`, or is it: `base` is a prefix of its levels
    /// (RFC 5280 §4.2.1.10).
    pub fn lies_below(&self, base: &Self) -> bool {
        self.0.starts_with(&base.0)
    }
}

/// Lower case, and every run of white space one space, none at the ends.
fn folded(text: &str) -> String {
    let words: Vec<String> = text
        .split_ascii_whitespace()
        .map(str::to_ascii_lowercase)
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_spaces_do_not_count() {
        assert_eq!(folded("  Good  CA\tRoot "), "good ca root");
        assert_eq!(folded("É x"), "É x");
        assert_eq!(folded(""), "");
    }
}
