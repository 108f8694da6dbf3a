//! Binary files that hold certificates: PKCS#7, PKCS#12, and Java's keystores.
//!
//! Bytes and passwords in, certificates and what stood in the way out; nothing else is asked.
//! What a container holds is told by its content. What cannot be read is told apart: a broken file
//! is a defect of the file, a locked one is a lack of ours.

pub(crate) mod ber;
mod hash;
mod java;
mod jks;
pub(crate) mod kdf;
pub(crate) mod pbe;
mod pkcs12;
mod pkcs7;

use crate::crl;
use crate::der::{self, Shape, tag};
use crate::key::{self, KeyFacts};
use crate::name;
use crate::ocsp;

use ber::Header;
pub use pkcs7::is_bundle;

/// What a container holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened {
    /// What was found, in the order in which it stands there.
    pub items: Vec<Item>,
    /// What could not be read, and why.
    pub trouble: Vec<Trouble>,
    /// Secrets that are neither certificates nor private keys: counted and not looked at.
    pub secrets: usize,
    /// Whether a password fits the code that guards the whole: `None` where it has no such code,
    /// or no password was given. Certificates that are not encrypted are read in any case.
    pub verified: Option<bool>,
}

/// One thing in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where in it: `alias web`, `alias web, certificate 2`, `entry 3`. The alias is hostile text.
    pub place: Option<String>,
    /// What it is.
    pub what: Object,
    /// What has the same number belongs together by the container's own word: a private key and
    /// its certificate (PKCS#12), or its whole chain, the leaf first (Java).
    pub pairs: Option<u32>,
}

/// What a thing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object {
    /// A certificate in DER, or what stands in a certificate's place.
    Certificate(Vec<u8>),
    /// A private key: what may be known of it.
    Key(KeyFacts),
    /// A revocation list in DER.
    Revocations(Vec<u8>),
    /// An OCSP response in DER.
    Response(Vec<u8>),
    /// A request for a certificate.
    Request,
}

/// Why something in a container was not read: each a lower-case fragment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// No password fits, or none was given.
    Locked(String),
    /// It is not what it says that it is.
    Broken(String),
    /// Opening it would take more than is spent on a file.
    Costly(String),
    /// It is protected by something that is not known here.
    Unsupported(String),
}

impl Trouble {
    /// The reason alone.
    pub fn reason(&self) -> &str {
        match self {
            Self::Locked(reason)
            | Self::Broken(reason)
            | Self::Costly(reason)
            | Self::Unsupported(reason) => reason,
        }
    }

    fn locked() -> Self {
        Self::Locked("no password fits".to_owned())
    }

    fn broken(reason: &str) -> Self {
        Self::Broken(reason.to_owned())
    }

    fn unsupported(what: &str, oid: &[u8]) -> Self {
        Self::Unsupported(format!("its {what} ({}) is not known", dotted(oid)))
    }
}

/// An object identifier in its dotted form, cut to what fits into a message.
pub(crate) fn dotted(oid: &[u8]) -> String {
    let oid = x509_parser::der_parser::oid::Oid::new(oid.into());
    name::cut(&oid.to_id_string())
}

/// Opens a container; `None` where `bytes` are none.
///
/// Beside `passwords` none at all and the empty one are tried, and for Java's keystores
/// `changeit`, which is their default.
/// The work is bounded: ten million rounds of key derivation and 64 MB of memory for a password.
pub fn open(bytes: &[u8], passwords: &[&[u8]]) -> Option<Opened> {
    if let Some(opened) = jks::open(bytes, passwords) {
        return Some(opened);
    }
    let kind = Kind::of(bytes)?;
    let der = match ber::to_der(bytes) {
        Ok(der) => der,
        Err(fault) => {
            return Some(Opened {
                trouble: vec![Trouble::broken(fault.reason())],
                ..Opened::default()
            });
        }
    };
    Some(match kind {
        Kind::Pkcs7 => pkcs7::open(&der),
        Kind::Pkcs12 => pkcs12::open(&der, passwords),
    })
}

/// Tells what a single object in DER is: a certificate, a private key, a revocation list, an OCSP
/// response, or a request. `None` where it is none of these; what follows it is ignored.
pub fn tell(der: &[u8], passwords: &[&[u8]]) -> Option<Object> {
    if let Shape::Certificate { length } = der::shape(der) {
        return Some(Object::Certificate(der.get(..length)?.to_vec()));
    }
    let (whole, _) = der::expect(der, tag::SEQUENCE)?;
    if let Some(key) = key::of_der(whole.raw, passwords) {
        return Some(Object::Key(key));
    }
    if crl::Crl::read(whole.raw).is_some() {
        return Some(Object::Revocations(whole.raw.to_vec()));
    }
    if ocsp::Response::read(whole.raw).is_some() {
        return Some(Object::Response(whole.raw.to_vec()));
    }
    is_request(whole.value).then_some(Object::Request)
}

/// Whether this is the content of a CertificationRequest (RFC 2986 §4.2).
fn is_request(content: &[u8]) -> bool {
    let inner = || {
        let mut outer = crate::cursor::Cursor::of(content);
        let mut info = outer.enter(tag::SEQUENCE)?;
        info.expect(tag::INTEGER)?;
        info.expect(tag::SEQUENCE)?;
        let mut key = info.enter(tag::SEQUENCE)?;
        key.enter(tag::SEQUENCE)?.oid()?;
        key.expect(tag::BIT_STRING)?;
        outer.enter(tag::SEQUENCE)?.oid()?;
        outer.expect(tag::BIT_STRING)
    };
    inner().is_some()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Pkcs7,
    Pkcs12,
}

/// The arc 1.2.840.113549.1.7, under which the kinds of content of PKCS#7 are.
const PKCS7: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];
/// The arc 1.2.840.113549.1.9.16.1, under which CMS has more of them.
const CMS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01];

impl Kind {
    /// Looks at the first elements, whose ends may be missing.
    fn of(bytes: &[u8]) -> Option<Self> {
        let content = inside(bytes, tag::SEQUENCE)?;
        if let Some(oid) = inside(content, tag::OID) {
            let known = oid.starts_with(PKCS7) || oid.starts_with(CMS);
            return known.then_some(Self::Pkcs7);
        }
        let rest = content.strip_prefix(&[tag::INTEGER, 1, 3])?;
        let oid = inside(inside(rest, tag::SEQUENCE)?, tag::OID)?;
        oid.starts_with(PKCS7).then_some(Self::Pkcs12)
    }
}

/// What follows the header of the first element if that has this tag.
fn inside(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let header = Header::of(bytes).ok().filter(|header| header.tag == tag)?;
    bytes.get(header.octets..)
}

/// The octets of an implicitly tagged OCTET STRING, which is in pieces where its tag is a
/// constructed one.
fn octets(tlv: der::Tlv<'_>) -> Vec<u8> {
    if tlv.tag & 0x20 == 0 {
        return tlv.value.to_vec();
    }
    let mut octets = Vec::new();
    let mut pieces = crate::cursor::Cursor::of(tlv.value);
    while let Some(piece) = pieces.expect(tag::OCTET_STRING) {
        octets.extend_from_slice(piece.value);
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_are_known_by_their_first_bytes() {
        for (bytes, known) in [
            (
                &b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"[..],
                true,
            ),
            (
                b"\x30\x82\xff\xff\x02\x01\x03\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01",
                true,
            ),
            (b"\x30\x05\x02\x01\x03\x30\x00", false),
            (b"\x30", false),
            (b"", false),
            (b"text", false),
        ] {
            let opened = open(bytes, &[]);
            assert_eq!(opened.is_some(), known, "{bytes:02x?}");
            let cut = [Trouble::broken("it was cut off")];
            assert!(opened.is_none_or(|opened| opened.trouble == cut));
        }
    }
}
