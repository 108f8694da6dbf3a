//! OCSP responses (RFC 6960 §4.2): what one says of which certificate, and until when.

use crate::certificate::Fingerprint;
use crate::container;
use crate::crl::time;
use crate::cursor::Cursor;
use crate::der::tag;
use crate::instant::Instant;
use crate::name::{self, Name};

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// What the responder says of the request: `successful`, `unauthorized` and so on.
    pub status: &'static str,
    /// The answer, where there is one of the only type that was ever defined.
    pub basic: Option<Basic>,
}

/// A BasicOCSPResponse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basic {
    /// Who answers.
    pub responder: Responder,
    /// When the answer was signed.
    pub produced_at: Instant,
    /// The signature algorithm's object identifier, dotted.
    pub signature_algorithm: String,
    /// What it says of each certificate.
    pub answers: Vec<Answer>,
    /// The certificates in it, in DER.
    pub certificates: Vec<Vec<u8>>,
}

/// Who signed a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Responder {
    /// By name: the name, and a digest of its DER.
    Name(Name, Fingerprint),
    /// By the SHA-1 of its public key.
    Key(Box<[u8]>),
}

/// What is said of one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// `good`, `revoked` or `unknown`.
    pub status: &'static str,
    /// The certificate's serial number in lower-case hex without leading zeros.
    pub serial: String,
    /// The hash of its issuer's public key, by the algorithm that the response names.
    pub issuer_key_hash: Box<[u8]>,
    /// Since when that is known to be so.
    pub this_update: Instant,
    /// When more will be known; without it the answer holds only for its moment.
    pub next_update: Option<Instant>,
}

/// More than a request ever asks for.
const ANSWERS: usize = 10_000;

const ENUMERATED: u8 = 0x0a;
/// The context-specific tags.
const ZERO: u8 = 0xa0;
const ONE: u8 = 0xa1;
const TWO: u8 = 0xa2;
/// 1.3.6.1.5.5.7.48.1.1.
const BASIC: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];

impl Response {
    /// Reads a response in DER; `None` where it is none.
    pub fn read(der: &[u8]) -> Option<Self> {
        let mut response = Cursor::of(der).enter(tag::SEQUENCE)?;
        let status = match response.expect(ENUMERATED)?.value {
            [0] => "successful",
            [1] => "malformedRequest",
            [2] => "internalError",
            [3] => "tryLater",
            [5] => "sigRequired",
            [6] => "unauthorized",
            _ => "unknown",
        };
        let basic = if response.is_empty() {
            None
        } else {
            let mut bytes = response.enter(ZERO)?.enter(tag::SEQUENCE)?;
            match bytes.oid()? {
                BASIC => Some(Basic::read(bytes.expect(tag::OCTET_STRING)?.value)?),
                _ => None,
            }
        };
        Some(Self { status, basic })
    }
}

impl Basic {
    fn read(der: &[u8]) -> Option<Self> {
        let mut basic = Cursor::of(der).enter(tag::SEQUENCE)?;
        let mut data = basic.enter(tag::SEQUENCE)?;
        if data.peek() == Some(ZERO) {
            data.expect(ZERO)?;
        }
        let id = data.take()?;
        let mut inner = Cursor::of(id.value);
        let responder = match id.tag {
            ONE => {
                let name = inner.expect(tag::SEQUENCE)?.raw;
                Responder::Name(
                    Name::of_der(name).unwrap_or_default(),
                    Fingerprint::of(name),
                )
            }
            TWO => Responder::Key(inner.expect(tag::OCTET_STRING)?.value.into()),
            _ => return None,
        };
        let produced_at = time(&mut data)?;
        let mut list = data.enter(tag::SEQUENCE)?;
        let mut answers = Vec::new();
        while !list.is_empty() && answers.len() < ANSWERS {
            answers.push(Answer::read(list.enter(tag::SEQUENCE)?)?);
        }
        let algorithm = basic.enter(tag::SEQUENCE)?.oid()?;
        basic.expect(tag::BIT_STRING)?;
        let mut certificates = Vec::new();
        if let Some(mut list) = basic
            .enter(ZERO)
            .and_then(|mut list| list.enter(tag::SEQUENCE))
        {
            while let Some(certificate) = list.expect(tag::SEQUENCE) {
                certificates.push(certificate.raw.to_vec());
            }
        }
        Some(Self {
            responder,
            produced_at,
            signature_algorithm: container::dotted(algorithm),
            answers,
            certificates,
        })
    }
}

impl Answer {
    fn read(mut answer: Cursor<'_>) -> Option<Self> {
        let mut id = answer.enter(tag::SEQUENCE)?;
        id.expect(tag::SEQUENCE)?;
        id.expect(tag::OCTET_STRING)?;
        let issuer_key_hash = id.expect(tag::OCTET_STRING)?.value.into();
        let serial = name::hex(id.expect(tag::INTEGER)?.value);
        // Implicit tags: NULL, RevokedInfo, NULL.
        let status = match answer.take()?.tag {
            0x80 => "good",
            0xa1 => "revoked",
            _ => "unknown",
        };
        let this_update = time(&mut answer)?;
        let next_update = match answer.peek() {
            Some(ZERO) => Some(time(&mut answer.enter(ZERO)?)?),
            _ => None,
        };
        let serial = match serial.trim_start_matches('0') {
            "" => "0",
            digits => digits,
        };
        Some(Self {
            status,
            serial: name::cut(serial),
            issuer_key_hash,
            this_update,
            next_update,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_no_answer() {
        let refusal = [0x30, 0x03, 0x0a, 0x01, 0x06];
        let read = Response::read(&refusal).expect("a response");
        assert_eq!((read.status, read.basic), ("unauthorized", None));
        assert_eq!(Response::read(&[0x30, 0x00]), None);
    }
}
