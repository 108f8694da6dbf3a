//! Distinguished names as text (RFC 4514), and subject alternative names.
//!
//! The text is hostile and is not made harmless here: the kernel escapes it when it writes a
//! report. Here its length is bounded, because a name can be as long as the file.

use x509_parser::der_parser::oid::Oid;
use x509_parser::extensions::GeneralName;
use x509_parser::oid_registry::{
    OID_DOMAIN_COMPONENT, OID_USERID, OID_X509_COMMON_NAME, OID_X509_COUNTRY_NAME,
    OID_X509_LOCALITY_NAME, OID_X509_ORGANIZATION_NAME, OID_X509_ORGANIZATIONAL_UNIT,
    OID_X509_STATE_OR_PROVINCE_NAME, OID_X509_STREET_ADDRESS,
};
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::X509Name;

use crate::der;

/// Attribute types that RFC 4514 §3 names, with the short names that every tool knows.
static SHORT_NAMES: [(Oid<'static>, &str); 9] = [
    (OID_X509_COMMON_NAME, "CN"),
    (OID_X509_LOCALITY_NAME, "L"),
    (OID_X509_STATE_OR_PROVINCE_NAME, "ST"),
    (OID_X509_ORGANIZATION_NAME, "O"),
    (OID_X509_ORGANIZATIONAL_UNIT, "OU"),
    (OID_X509_COUNTRY_NAME, "C"),
    (OID_X509_STREET_ADDRESS, "STREET"),
    (OID_DOMAIN_COMPONENT, "DC"),
    (OID_USERID, "UID"),
];
/// The universal tag number of BIT STRING.
const BIT_STRING: u32 = 3;

/// A distinguished name as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Name {
    /// RFC 4514: the last attribute first. Attribute types without a short name are dotted OIDs
    /// with their value as text, which is what people can read, rather than as hex.
    pub text: String,
    /// The first common name that is not empty.
    pub common_name: Option<String>,
}

impl Name {
    /// The text of a parsed name.
    pub fn of(name: &X509Name<'_>) -> Self {
        let mut rdns = Vec::new();
        let mut common_name = None;
        for rdn in name.iter_rdn() {
            let mut attributes = Vec::new();
            for attribute in rdn.iter() {
                let oid = attribute.attr_type();
                let value = attribute.attr_value();
                let tag = value.tag().0;
                let text = value_text(tag, value.data);
                let short = SHORT_NAMES.iter().find(|(known, _)| known == oid);
                let shown =
                    short.map_or_else(|| oid.to_id_string(), |(_, name)| (*name).to_owned());
                // A string of bits has no text (RFC 4514 §2.4).
                let value = match tag {
                    BIT_STRING => format!("#{}", hex(value.data)),
                    _ => escaped(&text),
                };
                attributes.push(format!("{shown}={value}"));
                if common_name.is_none() && *oid == OID_X509_COMMON_NAME && !text.trim().is_empty()
                {
                    common_name = Some(text);
                }
            }
            rdns.push(attributes.join("+"));
        }
        rdns.reverse();
        Self {
            text: rdns.join(","),
            common_name,
        }
    }

    /// The text of a name in DER; `None` where it is not one.
    pub fn of_der(der: &[u8]) -> Option<Self> {
        let (_, name) = X509Name::from_der(der).ok()?;
        Some(Self::of(&name))
    }
}

/// The text of an attribute's value by its string type (universal tag number).
///
/// Types that should be ASCII or T.61 are read as UTF-8 if they can be, because that is what is
/// written into them, and else as Latin-1, which never fails.
pub(crate) fn value_text(tag: u32, value: &[u8]) -> String {
    const UNIVERSAL_STRING: u32 = 28;
    const BMP_STRING: u32 = 30;
    match tag {
        BMP_STRING => {
            let units = value.chunks(2).map(|pair| {
                pair.iter()
                    .fold(0_u16, |unit, &byte| unit << 8 | u16::from(byte))
            });
            char::decode_utf16(units)
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        UNIVERSAL_STRING => value
            .chunks(4)
            .map(|four| {
                let scalar = four
                    .iter()
                    .fold(0_u32, |scalar, &byte| scalar << 8 | u32::from(byte));
                char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER)
            })
            .collect(),
        _ => std::str::from_utf8(value).map_or_else(
            |_| value.iter().copied().map(char::from).collect(),
            str::to_owned,
        ),
    }
}

/// RFC 4514 §2.4.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (at, c) in value.chars().enumerate() {
        match c {
            '\0' => text.push_str("\\00"),
            '\\' | '"' | '+' | ',' | ';' | '<' | '>' => text.extend(['\\', c]),
            '#' | ' ' if at == 0 => text.extend(['\\', c]),
            ' ' if at == last => text.extend(['\\', c]),
            c => text.push(c),
        }
    }
    text
}

/// One subject alternative name: `dns:…`, `ip:…`, `uri:…`, `email:…`, and other kinds alike.
pub fn alternative(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::DNSName(dns) => format!("dns:{dns}"),
        GeneralName::IPAddress(bytes) => format!("ip:{}", address(bytes)),
        GeneralName::URI(uri) => format!("uri:{uri}"),
        GeneralName::RFC822Name(email) => format!("email:{email}"),
        GeneralName::DirectoryName(name) => format!("dir:{}", Name::of(name).text),
        GeneralName::RegisteredID(oid) => format!("rid:{}", oid.to_id_string()),
        GeneralName::OtherName(oid, value) => {
            // The value stands in an explicit [0] (RFC 5280 §4.2.1.6), which says nothing.
            let inner = der::expect(value, 0xa0).map_or(*value, |(inner, _)| inner.value);
            format!("other:{};{}", oid.to_id_string(), hex(inner))
        }
        GeneralName::X400Address(any) => format!("x400:{}", hex(any.data)),
        GeneralName::EDIPartyName(any) => format!("edi:{}", hex(any.data)),
        GeneralName::Invalid(tag, value) => format!("invalid:{}:{}", tag.0, hex(value)),
    }
}

/// An address of 4 or 16 bytes, or with its mask, of 8 or 32; anything else as hex.
fn address(bytes: &[u8]) -> String {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return std::net::Ipv4Addr::from(v4).to_string();
    }
    if let Ok(v6) = <[u8; 16]>::try_from(bytes) {
        return std::net::Ipv6Addr::from(v6).to_string();
    }
    hex(bytes)
}

/// The content octets of an OBJECT IDENTIFIER in dots (X.690 §8.19); numbers above 2^64 as `…`.
pub fn dotted(oid: &[u8]) -> String {
    let mut text = String::new();
    let mut number = Some(0_u64);
    for &byte in oid {
        number = number
            .and_then(|number| number.checked_mul(0x80))
            .map(|number| number | u64::from(byte & 0x7f));
        if byte >= 0x80 {
            continue;
        }
        let shown = |number: Option<u64>| number.map_or("…".to_owned(), |it| it.to_string());
        if text.is_empty() {
            // The first two arcs are one number.
            let first = number.map_or(2, |number| (number / 40).min(2));
            text = format!(
                "{first}.{}",
                shown(number.map(|number| number - 40 * first))
            );
        } else {
            text.push('.');
            text.push_str(&shown(number));
        }
        number = Some(0);
    }
    text
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

/// A text from a certificate cut to what fits into a message.
pub fn cut(text: &str) -> String {
    /// A host name has at most 253 characters.
    const MAX: usize = 253;
    if text.chars().nth(MAX).is_none() {
        return text.to_owned();
    }
    text.chars().take(MAX).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_are_escaped_where_rfc_4514_says() {
        for (value, text) in [
            ("James \"Jim\" Smith, III", "James \\\"Jim\\\" Smith\\, III"),
            ("# a #", "\\# a #"),
            (" a ", "\\ a\\ "),
            (" ", "\\ "),
            ("a\0b\\", "a\\00b\\\\"),
            ("", ""),
        ] {
            assert_eq!(escaped(value), text);
        }
    }

    #[test]
    fn string_types_are_read_by_their_tag() {
        assert_eq!(value_text(30, &[0, b'a', 0x20, 0xac]), "a€");
        assert_eq!(value_text(30, &[0xd8]), "Ø");
        assert_eq!(value_text(28, &[0, 1, 0xf6, 0]), "😀");
        assert_eq!(value_text(20, &[0xe9]), "é");
        assert_eq!(value_text(12, "é".as_bytes()), "é");
    }

    #[test]
    fn identifiers_in_dots() {
        for (oid, text) in [
            (&[0x55, 0x1d, 0x11][..], "2.5.29.17"),
            (&[0x2a, 0x86, 0x48], "1.2.840"),
            (&[0x88, 0x37, 0x01], "2.999.1"),
            (&[0x00, 0x27], "0.0.39"),
            (
                &[
                    0x2a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
                ],
                "1.2.…",
            ),
            (&[], ""),
        ] {
            assert_eq!(dotted(oid), text);
        }
    }

    #[test]
    fn long_names_are_cut_by_characters() {
        assert_eq!(cut("é"), "é");
        assert_eq!(cut(&"é".repeat(10_000)).chars().count(), 254);
    }

    #[test]
    fn addresses() {
        assert_eq!(address(&[192, 0, 2, 1]), "192.0.2.1");
        let mut v6 = [0; 16];
        v6[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
        assert_eq!(address(&v6), "2001:db8::");
        assert_eq!(address(&[1, 2, 3]), "010203");
    }
}
