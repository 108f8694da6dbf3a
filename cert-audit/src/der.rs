//! A bounded, non-recursive reader of DER's outermost structure.
//!
//! It answers two questions that a full parser cannot: what is this file, before it is known to be
//! a certificate; and what can still be said about a certificate that the full parser refuses.

use x509_parser::prelude::FromDer as _;
use x509_parser::time::ASN1Time;

use crate::instant::Instant;

/// One tag, length and value.
#[derive(Debug, Clone, Copy)]
pub struct Tlv<'a> {
    /// The identifier octet; tag numbers above 30 are not read.
    pub tag: u8,
    /// The content.
    pub value: &'a [u8],
    /// Header and content.
    pub raw: &'a [u8],
}

/// Identifier octets that certificates use.
pub mod tag {
    /// BOOLEAN.
    pub const BOOLEAN: u8 = 0x01;
    /// INTEGER.
    pub const INTEGER: u8 = 0x02;
    /// BIT STRING.
    pub const BIT_STRING: u8 = 0x03;
    /// OCTET STRING.
    pub const OCTET_STRING: u8 = 0x04;
    /// NULL.
    pub const NULL: u8 = 0x05;
    /// OBJECT IDENTIFIER.
    pub const OID: u8 = 0x06;
    /// SEQUENCE.
    pub const SEQUENCE: u8 = 0x30;
    /// SET.
    pub const SET: u8 = 0x31;
    /// The context-specific, constructed tag 0: a certificate's version.
    pub const VERSION: u8 = 0xa0;
    /// The context-specific, constructed tag 3: a certificate's extensions.
    pub const EXTENSIONS: u8 = 0xa3;
}

/// The header at the start of `input`: tag, bytes of the header, bytes of the content.
fn header(input: &[u8]) -> Option<(u8, usize, usize)> {
    let (&tag, rest) = input.split_first()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (&first, rest) = rest.split_first()?;
    if first < 0x80 {
        return Some((tag, 2, usize::from(first)));
    }
    // 0x80 alone is the indefinite form, which DER does not have; five bytes pass 4 GiB.
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) {
        return None;
    }
    let length = rest
        .get(..count)?
        .iter()
        .fold(0_u64, |length, &byte| length << 8 | u64::from(byte));
    Some((tag, 2 + count, usize::try_from(length).ok()?))
}

/// The first element of `input`, and what follows it.
pub fn next(input: &[u8]) -> Option<(Tlv<'_>, &[u8])> {
    let (tag, header, length) = header(input)?;
    let (raw, rest) = input.split_at_checked(header.checked_add(length)?)?;
    let value = raw.get(header..)?;
    Some((Tlv { tag, value, raw }, rest))
}

/// The first element of `input` if it has this tag, and what follows it.
pub fn expect(input: &[u8], tag: u8) -> Option<(Tlv<'_>, &[u8])> {
    next(input).filter(|(tlv, _)| tlv.tag == tag)
}

/// Whether this is a public key without the SEQUENCE around it: an algorithm and a string of bits,
/// which is how trust anchors are kept in the sources of TLS libraries.
pub fn is_bare_key(bytes: &[u8]) -> bool {
    let key = || {
        let (algorithm, rest) = expect(bytes, tag::SEQUENCE)?;
        expect(algorithm.value, tag::OID)?;
        let (_, rest) = expect(rest, tag::BIT_STRING)?;
        Some(rest.is_empty())
    };
    key().unwrap_or(false)
}

/// What a file of DER holds, by its first elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Shaped like a certificate, whole: so many bytes, and what follows is something else.
    Certificate {
        /// Header and content.
        length: usize,
    },
    /// Shaped like a certificate, but its length passes the end.
    CutCertificate,
    /// PKCS#7 `SignedData`, which may hold certificates.
    Pkcs7,
    /// A PKCS#12 keystore.
    Pkcs12,
    /// Well-formed DER that is something else: a key, a request, a revocation list.
    Other,
    /// Not DER.
    Alien,
}

/// OID 1.2.840.113549.1.7.2, `signedData`.
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// OID 1.2.840.113549.1.7, `pkcs-7`: the kinds of content of a keystore.
const PKCS7: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];

/// Looks at the first elements of `bytes`.
pub fn shape(bytes: &[u8]) -> Shape {
    let Some((tag::SEQUENCE, start, length)) = header(bytes) else {
        return of_elements(bytes);
    };
    let end = start.saturating_add(length);
    let whole = end <= bytes.len();
    let content = bytes.get(start..end.min(bytes.len())).unwrap_or_default();
    if Skeleton::of_content(content).is_some() {
        return if whole {
            Shape::Certificate { length: end }
        } else {
            Shape::CutCertificate
        };
    }
    if !whole {
        // A certificate begins with two SEQUENCEs; what goes on otherwise is a part of something
        // else, such as a template for keys.
        let first = content.first();
        return match first {
            Some(&(tag::INTEGER | tag::OID)) => Shape::Other,
            _ => Shape::Alien,
        };
    }
    match next(content) {
        Some((tlv, _)) if tlv.tag == tag::OID && tlv.value == SIGNED_DATA => Shape::Pkcs7,
        Some((tlv, rest)) if tlv.tag == tag::INTEGER && tlv.value == [3] => {
            let kind =
                expect(rest, tag::SEQUENCE).and_then(|(info, _)| expect(info.value, tag::OID));
            if kind.is_some_and(|(oid, _)| oid.value.starts_with(PKCS7)) {
                Shape::Pkcs12
            } else {
                Shape::Other
            }
        }
        Some(_) if end == bytes.len() => Shape::Other,
        _ => Shape::Alien,
    }
}

/// What does not begin with a SEQUENCE of known length: containers whose length is not given in
/// advance (BER), as tools write them that stream, and single elements.
fn of_elements(bytes: &[u8]) -> Shape {
    let Some(content) = bytes.strip_prefix(&[tag::SEQUENCE, 0x80]) else {
        return of_fragment(bytes);
    };
    match next(content) {
        Some((tlv, _)) if tlv.tag == tag::OID && tlv.value == SIGNED_DATA => Shape::Pkcs7,
        Some((tlv, rest)) if tlv.tag == tag::INTEGER && tlv.value == [3] => {
            match rest.strip_prefix(&[tag::SEQUENCE, 0x80]).and_then(next) {
                Some((oid, _)) if oid.value.starts_with(PKCS7) => Shape::Pkcs12,
                _ => Shape::Alien,
            }
        }
        _ => Shape::Alien,
    }
}

/// Elements one behind the other, up to the end, of which the first is no SEQUENCE: an algorithm
/// or a key as libraries embed them.
fn of_fragment(bytes: &[u8]) -> Shape {
    const SINGLE: [u8; 3] = [tag::INTEGER, tag::OCTET_STRING, tag::OID];
    let mut rest = bytes;
    let mut first = true;
    while let Some((tlv, after)) = next(rest) {
        let goes_on = !first && [tag::NULL, tag::SEQUENCE].contains(&tlv.tag);
        if !SINGLE.contains(&tlv.tag) && !goes_on {
            return Shape::Alien;
        }
        first = false;
        rest = after;
    }
    if rest.is_empty() && !first {
        Shape::Other
    } else {
        Shape::Alien
    }
}

/// The fields of a certificate that can be had without understanding the rest of it.
#[derive(Debug, Clone, Copy)]
pub struct Skeleton<'a> {
    /// Content of the serial number's INTEGER.
    pub serial: &'a [u8],
    /// The issuer's name, with its header.
    pub issuer: &'a [u8],
    /// Start of the validity, if it is a time.
    pub not_before: Option<Instant>,
    /// End of the validity, if it is a time.
    pub not_after: Option<Instant>,
    /// The subject's name, with its header.
    pub subject: Option<&'a [u8]>,
    /// Content of the subjectAltName extension.
    pub subject_alt_name: Option<&'a [u8]>,
}

impl<'a> Skeleton<'a> {
    /// Reads a certificate, which may be cut off anywhere behind its validity.
    pub fn of(der: &'a [u8]) -> Option<Self> {
        let (tag::SEQUENCE, start, _) = header(der)? else {
            return None;
        };
        Self::of_content(der.get(start..)?)
    }

    /// Reads the content of the outermost SEQUENCE.
    fn of_content(content: &'a [u8]) -> Option<Self> {
        let (tag::SEQUENCE, start, length) = header(content)? else {
            return None;
        };
        let end = start.saturating_add(length).min(content.len());
        let tbs = content.get(start..end)?;
        let after_version = match expect(tbs, tag::VERSION) {
            Some((version, rest)) if version.value.first() == Some(&tag::INTEGER) => rest,
            Some(_) => return None,
            None => tbs,
        };
        let (serial, rest) = expect(after_version, tag::INTEGER)?;
        let (algorithm, rest) = expect(rest, tag::SEQUENCE)?;
        expect(algorithm.value, tag::OID)?;
        let (issuer, rest) = expect(rest, tag::SEQUENCE)?;
        let (validity, rest) = expect(rest, tag::SEQUENCE)?;
        let (not_before, times) = time(validity.value);
        let (not_after, _) = time(times);
        // Two elements that are times, even broken ones, are what no other structure has here.
        if !matches!(validity.value.first(), Some(0x17 | 0x18)) {
            return None;
        }
        let subject = expect(rest, tag::SEQUENCE);
        let rest = subject.map(|(_, rest)| rest).unwrap_or_default();
        Some(Self {
            serial: serial.value,
            issuer: issuer.raw,
            not_before,
            not_after,
            subject: subject.map(|(tlv, _)| tlv.raw),
            subject_alt_name: subject_alt_name(rest),
        })
    }
}

/// The time at the start of `input`, if it is one, and what follows it.
fn time(input: &[u8]) -> (Option<Instant>, &[u8]) {
    let Some((tlv, rest)) = next(input) else {
        return (None, &[]);
    };
    let time = ASN1Time::from_der(tlv.raw).ok();
    (time.map(|(_, time)| Instant::of(time.timestamp())), rest)
}

/// The OID of the extension (RFC 5280, appendix A.2).
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];

/// The content of the subjectAltName extension somewhere behind the subject.
fn subject_alt_name(mut rest: &[u8]) -> Option<&[u8]> {
    let extensions = loop {
        let (tlv, after) = next(rest)?;
        if tlv.tag == tag::EXTENSIONS {
            break tlv.value;
        }
        rest = after;
    };
    let (list, _) = expect(extensions, tag::SEQUENCE)?;
    let mut rest = list.value;
    loop {
        let (extension, after) = expect(rest, tag::SEQUENCE)?;
        let (oid, value) = expect(extension.value, tag::OID)?;
        if oid.value == SUBJECT_ALT_NAME {
            let value = expect(value, tag::BOOLEAN).map_or(value, |(_, after)| after);
            return expect(value, tag::OCTET_STRING).map(|(octets, _)| octets.value);
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_bounded() {
        assert!(next(&[0x30, 0x80, 0, 0]).is_none(), "indefinite");
        assert!(next(&[0x30, 0x85, 1, 0, 0, 0, 0]).is_none(), "five bytes");
        assert!(
            next(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]).is_none(),
            "past the end"
        );
        assert!(next(&[0x3f, 0x81, 0x01, 0x00]).is_none(), "long tag");
        assert!(next(&[]).is_none());
        let (tlv, rest) = next(&[0x04, 0x01, 0x2a, 0x05]).expect("an octet string");
        assert_eq!((tlv.tag, tlv.value, rest), (0x04, &[0x2a][..], &[0x05][..]));
    }

    #[test]
    fn shapes_of_what_is_no_certificate() {
        let pkcs8 = [
            0x30, 0x0a, 0x02, 0x01, 0x00, 0x30, 0x02, 0x06, 0x00, 0x04, 0x01, 0x00,
        ];
        assert_eq!(shape(&pkcs8), Shape::Other);
        let mut pkcs7 = vec![0x30, 0x0b, 0x06, 0x09];
        pkcs7.extend(SIGNED_DATA);
        assert_eq!(shape(&pkcs7), Shape::Pkcs7);
        let mut pkcs12 = vec![0x30, 0x10, 0x02, 0x01, 0x03, 0x30, 0x0b, 0x06, 0x09];
        pkcs12.extend(PKCS7);
        pkcs12.push(1);
        assert_eq!(shape(&pkcs12), Shape::Pkcs12);
        assert_eq!(shape(b"0 is a digit"), Shape::Alien);
        assert_eq!(shape(b""), Shape::Alien);
    }
}
