//! Revocation lists (RFC 5280 §5): who issued one, and until when it is worth something.
//!
//! Lists can be larger than everything else, so entries are counted and not kept.

use x509_parser::prelude::FromDer as _;
use x509_parser::time::ASN1Time;

use crate::certificate::Fingerprint;
use crate::container;
use crate::cursor::Cursor;
use crate::der::tag;
use crate::instant::Instant;
use crate::name::{self, Name};

/// What one says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crl {
    /// Who issued it.
    pub issuer: Name,
    /// A digest of the issuer's DER: equal for equal names.
    pub issuer_name: Fingerprint,
    /// The key identifier of the issuer.
    pub authority_key: Option<Box<[u8]>>,
    /// When it was issued.
    pub this_update: Instant,
    /// When the next one is issued at the latest; without it, it never gets stale by itself.
    pub next_update: Option<Instant>,
    /// Its number, in lower-case hex without leading zeros.
    pub number: Option<String>,
    /// Whether it lists only what changed since another one.
    pub is_delta: bool,
    /// The signature algorithm's object identifier, dotted.
    pub signature_algorithm: String,
    /// How many certificates it revokes.
    pub revoked: usize,
}

const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// The context-specific, constructed tag 0.
const EXTENSIONS: u8 = 0xa0;
/// id-ce-cRLNumber, id-ce-deltaCRLIndicator and id-ce-authorityKeyIdentifier.
const NUMBER: &[u8] = &[0x55, 0x1d, 0x14];
const DELTA: &[u8] = &[0x55, 0x1d, 0x1b];
const AUTHORITY_KEY: &[u8] = &[0x55, 0x1d, 0x23];
/// The context-specific tag 0: a key identifier.
const KEY_IDENTIFIER: u8 = 0x80;

impl Crl {
    /// Reads a list in DER; `None` where it is none.
    pub fn read(der: &[u8]) -> Option<Self> {
        let mut list = Cursor::of(der).enter(tag::SEQUENCE)?;
        let mut signed = list.enter(tag::SEQUENCE)?;
        if signed.peek() == Some(tag::INTEGER) {
            signed.expect(tag::INTEGER)?;
        }
        signed.enter(tag::SEQUENCE)?.oid()?;
        let issuer = signed.expect(tag::SEQUENCE)?;
        let this_update = time(&mut signed)?;
        let next_update = match signed.peek() {
            Some(UTC_TIME | GENERALIZED_TIME) => Some(time(&mut signed)?),
            _ => None,
        };
        let mut revoked = 0;
        if signed.peek() == Some(tag::SEQUENCE) {
            let mut entries = signed.enter(tag::SEQUENCE)?;
            while !entries.is_empty() {
                entries.expect(tag::SEQUENCE)?;
                revoked += 1;
            }
        }
        let algorithm = list.enter(tag::SEQUENCE)?.oid()?;
        list.expect(tag::BIT_STRING)?;
        let mut crl = Self {
            issuer: Name::of_der(issuer.raw).unwrap_or_default(),
            issuer_name: Fingerprint::of(issuer.raw),
            authority_key: None,
            this_update,
            next_update,
            number: None,
            is_delta: false,
            signature_algorithm: container::dotted(algorithm),
            revoked,
        };
        if let Some(extensions) = signed.enter(EXTENSIONS) {
            crl.extend(extensions);
        }
        Some(crl)
    }

    fn extend(&mut self, mut extensions: Cursor<'_>) {
        let mut list = extensions.enter(tag::SEQUENCE);
        while let Some(mut extension) = list.as_mut().and_then(|list| list.enter(tag::SEQUENCE)) {
            let oid = extension.oid();
            extension.expect(tag::BOOLEAN);
            let Some(value) = extension.expect(tag::OCTET_STRING) else {
                continue;
            };
            let mut value = Cursor::of(value.value);
            match oid {
                Some(NUMBER) => self.number = value.expect(tag::INTEGER).map(|n| hex(n.value)),
                Some(DELTA) => self.is_delta = true,
                Some(AUTHORITY_KEY) => {
                    let key = value
                        .enter(tag::SEQUENCE)
                        .and_then(|mut id| id.expect(KEY_IDENTIFIER));
                    self.authority_key = key.map(|key| key.value.into());
                }
                _ => {}
            }
        }
    }
}

/// The next element as a time.
pub(crate) fn time(cursor: &mut Cursor<'_>) -> Option<Instant> {
    let tlv = cursor.take()?;
    let (_, time) = ASN1Time::from_der(tlv.raw).ok()?;
    Some(Instant::of(time.timestamp()))
}

/// A number in hex, cut to what fits into a message.
fn hex(content: &[u8]) -> String {
    let digits = name::hex(content);
    match digits.trim_start_matches('0') {
        "" => "0".to_owned(),
        digits => name::cut(digits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_leading_zeros() {
        assert_eq!(hex(&[0x00, 0x0a]), "a");
        assert_eq!(hex(&[0x00]), "0");
    }

    #[test]
    fn what_is_no_list_is_none() {
        assert_eq!(Crl::read(&[]), None);
        assert_eq!(Crl::read(&[0x30, 0x04, 0x30, 0x02, 0x02, 0x00]), None);
    }
}
