//! Private keys: which public key belongs to one, and nothing else of it.
//!
//! A key is compared with a certificate by the SHA-256 over the SubjectPublicKeyInfo, as it would
//! stand in a certificate (RFC 5280 §4.1.2.7). It is derived, the key is forgotten.

use aws_lc_rs::agreement;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1_SIGNING,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _,
};
use memchr::memmem;
use num_bigint::BigUint;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::algorithm::Key;
use crate::base64;
use crate::certificate::Fingerprint;
use crate::container::kdf::{Budget, Password};
use crate::container::pbe;
use crate::cursor::{Cursor, element};
use crate::der::tag;
use crate::ssh::string;

/// What may be known of a private key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFacts {
    /// SHA-256 over the DER of the public key's SubjectPublicKeyInfo; `None` where the key is
    /// locked or of a kind whose public part is not computed here.
    pub spki_sha256: Option<Fingerprint>,
    /// Its kind and size, as far as they can be told.
    pub key: Key,
    /// Whether it is stored encrypted, also where a password opened it.
    pub encrypted: bool,
}

impl KeyFacts {
    /// A key of which nothing is known.
    pub(crate) fn unknown() -> Self {
        Self {
            spki_sha256: None,
            key: Key::unknown(),
            encrypted: false,
        }
    }

    /// Whether it is a key that anybody who has the file can use: not a locked one, and not a
    /// placeholder between the lines of a document.
    pub fn is_readable(&self) -> bool {
        !self.encrypted && *self != Self::unknown()
    }

    /// A key of which only the AlgorithmIdentifier, with its header, is known.
    fn private(algorithm: &[u8]) -> Self {
        Self {
            spki_sha256: None,
            ..Self::public(algorithm, &[])
        }
    }

    /// The key with this AlgorithmIdentifier and this content of the public key's bits.
    fn public(algorithm: &[u8], bits: &[u8]) -> Self {
        let bits = element(tag::BIT_STRING, &[&[0], bits]);
        let info = element(tag::SEQUENCE, &[algorithm, &bits]);
        let parsed = SubjectPublicKeyInfo::from_der(&info);
        Self {
            spki_sha256: Some(Fingerprint::of(&info)),
            key: parsed.map_or_else(|_| Key::unknown(), |(_, info)| Key::of(&info)),
            encrypted: false,
        }
    }

    fn locked(self) -> Self {
        Self {
            encrypted: true,
            ..self
        }
    }
}

/// An AlgorithmIdentifier, with its header.
fn algorithm(oid: &[u8], parameters: &[u8]) -> Vec<u8> {
    element(tag::SEQUENCE, &[&element(tag::OID, &[oid]), parameters])
}

/// Object identifiers of keys, as the content of their element.
mod oid {
    pub(super) const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    pub(super) const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
    pub(super) const DSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01];
    pub(super) const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    pub(super) const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
    pub(super) const X25519: &[u8] = &[0x2b, 0x65, 0x6e];
    pub(super) const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    pub(super) const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
    pub(super) const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];
    pub(super) const P256K1: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x0a];
}

/// Curves on which the library finds the public point, with the bytes of a secret scalar.
static COMPUTED: [(&[u8], usize, &EcdsaSigningAlgorithm); 4] = [
    (oid::P256, 32, &ECDSA_P256_SHA256_ASN1_SIGNING),
    (oid::P384, 48, &ECDSA_P384_SHA384_ASN1_SIGNING),
    (oid::P521, 66, &ECDSA_P521_SHA512_ASN1_SIGNING),
    (oid::P256K1, 32, &ECDSA_P256K1_SHA256_ASN1_SIGNING),
];

/// The context-specific tags 0 and 1: constructed, and the implicit one of a bit string.
const ZERO: u8 = 0xa0;
const ONE: u8 = 0xa1;
const ONE_IMPLICIT: u8 = 0x81;
/// The parameters of RSA's AlgorithmIdentifier.
const NULL: [u8; 2] = [tag::NULL, 0];

/// Reads the body of a PEM block whose label ends with `PRIVATE KEY`; `None` where it is no key.
pub fn of_pem(label: &[u8], body: &[u8], passwords: &[&[u8]]) -> Option<KeyFacts> {
    // OpenSSL's own encryption (RFC 1421 §4.6.1.1) needs MD5 and stays locked.
    if memmem::find(body, b"Proc-Type").is_some() {
        let facts = match label {
            b"RSA PRIVATE KEY" => KeyFacts::private(&algorithm(oid::RSA, &NULL)),
            b"DSA PRIVATE KEY" => KeyFacts::private(&algorithm(oid::DSA, &[])),
            b"EC PRIVATE KEY" => KeyFacts::private(&algorithm(oid::EC, &[])),
            _ => KeyFacts::unknown(),
        };
        return Some(facts.locked());
    }
    let bytes = base64::decode(body).ok()?;
    of_openssh(&bytes).or_else(|| of_der(&bytes, passwords))
}

/// Reads a private key in DER: PKCS#8, also encrypted, or the older forms of RSA, EC and DSA.
pub fn of_der(der: &[u8], passwords: &[&[u8]]) -> Option<KeyFacts> {
    of_pkcs8(der)
        .or_else(|| of_rsa(der))
        .or_else(|| of_sec1(der, None))
        .or_else(|| of_dsa(der))
        .or_else(|| of_encrypted(der, passwords))
}

/// OneAsymmetricKey (RFC 5958 §2).
pub(crate) fn of_pkcs8(der: &[u8]) -> Option<KeyFacts> {
    let mut info = Cursor::of(der).enter(tag::SEQUENCE)?;
    let version = info.expect(tag::INTEGER)?;
    if !matches!(version.value, [0 | 1]) {
        return None;
    }
    let algorithm = info.expect(tag::SEQUENCE)?;
    let key = info.expect(tag::OCTET_STRING)?.value;
    let mut inner = Cursor::of(algorithm.value);
    let public = match inner.oid()? {
        oid::RSA => return Some(of_rsa(key).unwrap_or_else(|| KeyFacts::private(algorithm.raw))),
        oid::EC => return of_sec1(key, Some(algorithm.raw)),
        oid::RSA_PSS => modulus_and_exponent(key)
            .map(|(modulus, exponent)| element(tag::SEQUENCE, &[modulus, exponent])),
        oid::ED25519 => ed25519(key),
        oid::X25519 => x25519(key),
        oid::DSA => dsa_public(inner, key),
        _ => None,
    };
    if let Some(public) = public {
        return Some(KeyFacts::public(algorithm.raw, &public));
    }
    // Version 2 may carry the public key.
    while let Some(tlv) = info.take() {
        if let (ONE_IMPLICIT, [0, public @ ..]) = (tlv.tag, tlv.value) {
            return Some(KeyFacts::public(algorithm.raw, public));
        }
    }
    Some(KeyFacts::private(algorithm.raw))
}

fn ed25519(key: &[u8]) -> Option<Vec<u8>> {
    let seed = Cursor::of(key).expect(tag::OCTET_STRING)?.value;
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
    Some(pair.public_key().as_ref().to_vec())
}

fn x25519(key: &[u8]) -> Option<Vec<u8>> {
    let key = Cursor::of(key).expect(tag::OCTET_STRING)?.value;
    let key = agreement::PrivateKey::from_private_key(&agreement::X25519, key).ok()?;
    Some(key.compute_public_key().ok()?.as_ref().to_vec())
}

/// RSAPrivateKey (RFC 8017 appendix A.1.2).
fn of_rsa(der: &[u8]) -> Option<KeyFacts> {
    let (modulus, exponent) = modulus_and_exponent(der)?;
    Some(rsa(modulus, exponent))
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> KeyFacts {
    let public = element(tag::SEQUENCE, &[modulus, exponent]);
    KeyFacts::public(&algorithm(oid::RSA, &NULL), &public)
}

/// The first two numbers of an RSA key, as elements.
fn modulus_and_exponent(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut key = Cursor::of(der).enter(tag::SEQUENCE)?;
    let version = key.expect(tag::INTEGER)?;
    let (modulus, exponent) = (key.expect(tag::INTEGER)?, key.expect(tag::INTEGER)?);
    // The private exponent, two primes, two exponents and the coefficient.
    for _ in 0..6 {
        key.expect(tag::INTEGER)?;
    }
    matches!(version.value, [0 | 1]).then_some((modulus.raw, exponent.raw))
}

/// ECPrivateKey (RFC 5915 §3). The curve is that of `around`, an AlgorithmIdentifier with its
/// header, or its own.
fn of_sec1(der: &[u8], around: Option<&[u8]>) -> Option<KeyFacts> {
    let mut key = Cursor::of(der).enter(tag::SEQUENCE)?;
    let version = key.expect(tag::INTEGER)?;
    if version.value != [1] {
        return None;
    }
    let scalar = key.expect(tag::OCTET_STRING)?.value;
    let own = match key.peek() {
        Some(ZERO) => key.enter(ZERO)?.take(),
        _ => None,
    };
    let stated = match key.peek() {
        Some(ONE) => key.enter(ONE)?.expect(tag::BIT_STRING),
        _ => None,
    };
    let algorithm = match (around, own) {
        (Some(algorithm), _) => algorithm.to_vec(),
        (None, Some(curve)) => algorithm(oid::EC, curve.raw),
        (None, None) => return None,
    };
    let mut inner = Cursor::of(&algorithm).enter(tag::SEQUENCE)?;
    inner.oid()?;
    let curve = inner.expect(tag::OID).map(|curve| curve.value);
    let public = match stated.map(|stated| stated.value) {
        Some([0, point @ ..]) => Some(point.to_vec()),
        _ => point(curve, scalar),
    };
    Some(match public {
        Some(public) => KeyFacts::public(&algorithm, &public),
        None => KeyFacts::private(&algorithm),
    })
}

/// The public point of a secret scalar, uncompressed.
fn point(curve: Option<&[u8]>, scalar: &[u8]) -> Option<Vec<u8>> {
    let (oid, length, algorithm) = COMPUTED.iter().find(|(oid, ..)| Some(*oid) == curve)?;
    // Some tools leave leading zeros out.
    let zeros = vec![0; length.saturating_sub(scalar.len())];
    let key = element(
        tag::SEQUENCE,
        &[
            &[tag::INTEGER, 1, 1],
            &element(tag::OCTET_STRING, &[&zeros, scalar]),
            &element(ZERO, &[&element(tag::OID, &[oid])]),
        ],
    );
    let pair = EcdsaKeyPair::from_private_key_der(algorithm, &key).ok()?;
    Some(pair.public_key().as_ref().to_vec())
}

/// The older form of DSA: version, p, q, g, y, x.
fn of_dsa(der: &[u8]) -> Option<KeyFacts> {
    let mut key = Cursor::of(der).enter(tag::SEQUENCE)?;
    let version = key.expect(tag::INTEGER)?;
    let mut number = || key.expect(tag::INTEGER).map(|number| number.raw);
    let (p, q, g, y, _) = (number()?, number()?, number()?, number()?, number()?);
    if version.value != [0] || !key.is_empty() {
        return None;
    }
    let parameters = element(tag::SEQUENCE, &[p, q, g]);
    Some(KeyFacts::public(&algorithm(oid::DSA, &parameters), y))
}

/// y = g^x mod p, as an element.
fn dsa_public(mut algorithm: Cursor<'_>, key: &[u8]) -> Option<Vec<u8>> {
    /// Bytes of 4096 bits and a sign: nothing larger was ever standardised, and the work grows
    /// with the cube.
    const LARGEST: usize = 513;
    let mut parameters = algorithm.enter(tag::SEQUENCE)?;
    let mut number = || parameters.expect(tag::INTEGER);
    let (p, _, g) = (number()?.value, number()?, number()?.value);
    let x = Cursor::of(key).expect(tag::INTEGER)?.value;
    if [p, g, x].iter().any(|number| number.len() > LARGEST) {
        return None;
    }
    let [p, g, x] = [p, g, x].map(BigUint::from_bytes_be);
    if p == BigUint::ZERO {
        return None;
    }
    let y = g.modpow(&x, &p).to_bytes_be();
    let sign: &[u8] = match y.first() {
        Some(0x80..) => &[0],
        _ => &[],
    };
    Some(element(tag::INTEGER, &[sign, &y]))
}

/// EncryptedPrivateKeyInfo (RFC 5958 §3).
fn of_encrypted(der: &[u8], passwords: &[&[u8]]) -> Option<KeyFacts> {
    let mut info = Cursor::of(der).enter(tag::SEQUENCE)?;
    let algorithm = info.enter(tag::SEQUENCE)?;
    let text = info.expect(tag::OCTET_STRING)?.value;
    let mut inner = algorithm;
    inner.oid()?;
    if !info.is_empty() {
        return None;
    }
    let opened = Password::all(passwords).into_iter().find_map(|password| {
        let plain = pbe::decrypt(algorithm, text, &password, &mut Budget::new());
        of_pkcs8(&plain.ok()?)
    });
    Some(opened.unwrap_or_else(KeyFacts::unknown).locked())
}

/// OpenSSH's own form, in which the public key is never encrypted (its file PROTOCOL.key).
fn of_openssh(bytes: &[u8]) -> Option<KeyFacts> {
    let mut rest = bytes.strip_prefix(b"openssh-key-v1\0")?;
    let cipher = string(&mut rest)?;
    let (_, _) = (string(&mut rest)?, string(&mut rest)?);
    let (_, after) = rest.split_at_checked(4)?;
    rest = after;
    let mut public = string(&mut rest)?;
    let facts = of_ssh_public(&mut public);
    Some(KeyFacts {
        encrypted: cipher != b"none",
        ..facts.unwrap_or_else(KeyFacts::unknown)
    })
}

/// A public key of SSH (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4).
fn of_ssh_public(rest: &mut &[u8]) -> Option<KeyFacts> {
    Some(match string(rest)? {
        b"ssh-rsa" => {
            let exponent = element(tag::INTEGER, &[string(rest)?]);
            let modulus = element(tag::INTEGER, &[string(rest)?]);
            rsa(&modulus, &exponent)
        }
        b"ssh-ed25519" => KeyFacts::public(&algorithm(oid::ED25519, &[]), string(rest)?),
        b"ssh-dss" => {
            let mut number = || Some(element(tag::INTEGER, &[string(rest)?]));
            let parameters = [number()?, number()?, number()?].concat();
            let parameters = element(tag::SEQUENCE, &[&parameters]);
            KeyFacts::public(&algorithm(oid::DSA, &parameters), &number()?)
        }
        name if name.starts_with(b"ecdsa-sha2-") => {
            let curve = match string(rest)? {
                b"nistp256" => oid::P256,
                b"nistp384" => oid::P384,
                b"nistp521" => oid::P521,
                _ => return None,
            };
            let curve = element(tag::OID, &[curve]);
            KeyFacts::public(&algorithm(oid::EC, &curve), string(rest)?)
        }
        // Keys on a token, and what came later.
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_is_none() {
        for der in [
            &[][..],
            &[0x30, 0x00],
            &[0x30, 0x03, 0x02, 0x01, 0x00],
            &[0x30, 0x07, 0x02, 0x01, 0x00, 0x30, 0x02, 0x06, 0x00],
        ] {
            assert_eq!(of_der(der, &[]), None, "{der:02x?}");
        }
        assert_eq!(of_pem(b"PRIVATE KEY", b"\nZm9v\n", &[]), None);
    }
}
