//! PKCS#7 and CMS `SignedData` (RFC 5652 §5.1): the certificates and revocation lists in it.
//!
//! What a message was signed with expires like any other certificate, and a "degenerate" one,
//! without a signature, is a bundle. Other kinds of content hold no certificates to look at.

use super::{Item, Object, Opened, Trouble};
use crate::cursor::Cursor;
use crate::der::{Tlv, tag};

/// 1.2.840.113549.1.7.2.
pub(super) const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/// The context-specific, constructed tags 0 and 1.
const ZERO: u8 = 0xa0;
const ONE: u8 = 0xa1;

/// Reads a ContentInfo in DER.
pub(super) fn open(der: &[u8]) -> Opened {
    let mut opened = Opened::default();
    if read(der, &mut opened).is_none() {
        opened
            .trouble
            .push(Trouble::broken("its structure is broken"));
    }
    opened
}

/// Whether this is a bundle of certificates and not a signature: nothing was hashed for it
/// (RFC 2315 §9.1). Files of signatures are many, and what signed them is served to nobody.
pub fn is_bundle(der: &[u8]) -> bool {
    let hashed = || {
        let mut info = Cursor::of(der).enter(tag::SEQUENCE)?;
        info.oid().filter(|oid| *oid == SIGNED_DATA)?;
        let mut signed = info.enter(ZERO)?.enter(tag::SEQUENCE)?;
        signed.expect(tag::INTEGER)?;
        signed.expect(tag::SET)
    };
    hashed().is_some_and(|algorithms| algorithms.value.is_empty())
}

fn read(der: &[u8], opened: &mut Opened) -> Option<()> {
    let mut info = Cursor::of(der).enter(tag::SEQUENCE)?;
    if info.oid()? != SIGNED_DATA {
        return Some(());
    }
    let mut signed = info.enter(ZERO)?.enter(tag::SEQUENCE)?;
    signed.expect(tag::INTEGER)?;
    signed.expect(tag::SET)?;
    signed.expect(tag::SEQUENCE)?;
    if signed.peek() == Some(ZERO) {
        let mut certificates = signed.enter(ZERO)?;
        while !certificates.is_empty() {
            let certificate = certificates.take()?;
            // Other tags are attribute certificates and what never came into use.
            if certificate.tag == tag::SEQUENCE {
                opened.push(Object::Certificate(certificate.raw.to_vec()));
            }
        }
    }
    if signed.peek() == Some(ONE) {
        let mut lists = signed.enter(ONE)?;
        while !lists.is_empty() {
            match lists.take()? {
                list if list.tag == tag::SEQUENCE => {
                    opened.push(Object::Revocations(list.raw.to_vec()));
                }
                other => opened.items.extend(response(other).map(|what| Item {
                    place: None,
                    what,
                    pairs: None,
                })),
            }
        }
    }
    signed.expect(tag::SET)?;
    Some(())
}

/// An OCSP response among the revocation lists (RFC 5940 §2.1).
fn response(other: Tlv<'_>) -> Option<Object> {
    /// 1.3.6.1.5.5.7.16.2.
    const OCSP: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x10, 0x02];
    let mut info = Cursor::of(other.value);
    if other.tag != ONE || info.oid()? != OCSP {
        return None;
    }
    Some(Object::Response(info.expect(tag::SEQUENCE)?.raw.to_vec()))
}

impl Opened {
    /// Adds what has no other name than its number.
    fn push(&mut self, what: Object) {
        self.items.push(Item {
            place: Some(format!("entry {}", self.items.len() + 1)),
            what,
            pairs: None,
        });
    }
}
