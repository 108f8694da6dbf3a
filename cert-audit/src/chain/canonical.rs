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
pub struct CanonicalName {
    /// Each level with its length before it, and so each attribute of it: one name begins with the
    /// bytes of another exactly where it begins with its levels.
    levels: Box<[u8]>,
}

impl CanonicalName {
    /// The comparable form of a parsed name.
    pub fn of(name: &X509Name<'_>) -> Self {
        let mut levels = Vec::new();
        for rdn in name.iter_rdn() {
            let mut attributes: Vec<Vec<u8>> = rdn
                .iter()
                .map(|attribute| {
                    let value = attribute.attr_value();
                    let tag = value.tag().0;
                    let (kind, value) = if STRINGS.contains(&tag) {
                        let text = folded(&name::value_text(tag, value.data));
                        (0, text.into_bytes())
                    } else {
                        (tag, value.data.to_vec())
                    };
                    let mut bytes = Vec::new();
                    push(&mut bytes, attribute.attr_type().as_bytes());
                    bytes.extend(kind.to_be_bytes());
                    push(&mut bytes, &value);
                    bytes
                })
                .collect();
            attributes.sort();
            push(&mut levels, &attributes.concat());
        }
        Self {
            levels: levels.into(),
        }
    }

    /// A digest of it: equal for equal names.
    pub fn digest(&self) -> Fingerprint {
        Fingerprint::of(&self.levels)
    }

    /// Whether there is no attribute in it.
    pub fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }

    /// Whether this name lies below `base`, or is it: `base` is a prefix of its levels
    /// (RFC 5280 §4.2.1.10).
    pub fn lies_below(&self, base: &Self) -> bool {
        self.levels.starts_with(&base.levels)
    }
}

/// Adds `part` with its length before it.
fn push(bytes: &mut Vec<u8>, part: &[u8]) {
    let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
    bytes.extend(length.to_be_bytes());
    bytes.extend(part);
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

    #[test]
    fn a_level_is_a_prefix_as_a_whole_or_not_at_all() {
        let of = |levels: &[&str]| {
            let mut bytes = Vec::new();
            for level in levels {
                push(&mut bytes, level.as_bytes());
            }
            CanonicalName {
                levels: bytes.into(),
            }
        };
        assert!(of(&["a", "b"]).lies_below(&of(&["a"])));
        assert!(of(&["a"]).lies_below(&of(&[])));
        assert!(!of(&["ab"]).lies_below(&of(&["a"])));
        assert!(!of(&["a"]).lies_below(&of(&["a", "b"])));
    }
}
