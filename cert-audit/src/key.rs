//! Private keys: which public key belongs to one, and nothing else of it.
//!
//! A key is compared with a certificate by the SHA-256 over the SubjectPublicKeyInfo, as it would
//! stand in a certificate (RFC 5280 §4.1.2.7). It is derived, the key is forgotten.

use std::borrow::Cow;

use aws_lc_rs::agreement;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1_SIGNING,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _,
};
use memchr::memmem;
use num_bigint::BigUint;

use crate::base64;
use crate::certificate::Fingerprint;
use crate::container;
use crate::container::kdf::{Budget, Password};
use crate::container::pbe;
use crate::cursor::{Cursor, element};
use crate::der::tag;

/// What may be known of a private key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFacts {
    /// SHA-256 over the DER of the public key's SubjectPublicKeyInfo; `None` where the key is
    /// locked or of a kind whose public part is not computed here.
    pub spki_sha256: Option<Fingerprint>,
    /// `RSA`, `EC`, `Ed25519` and so on, `unknown`, or an object identifier.
    pub algorithm: Cow<'static, str>,
    /// Bits of the modulus or of the curve's field.
    pub bits: Option<u32>,
    /// Whether it is stored encrypted, also where a password opened it.
    pub encrypted: bool,
}

impl KeyFacts {
    /// A key of which nothing is known.
    pub(crate) fn unknown() -> Self {
        Self::named("unknown")
    }

    fn named(algorithm: impl Into<Cow<'static, str>>) -> Self {
        Self {
            spki_sha256: None,
            algorithm: algorithm.into(),
            bits: None,
            encrypted: false,
        }
    }

    fn locked(self) -> Self {
        Self {
            encrypted: true,
            ..self
        }
    }

    /// With the public key whose AlgorithmIdentifier and bits these are.
    fn with(self, algorithm: &[u8], public: &[u8]) -> Self {
        let bits = element(tag::BIT_STRING, &[&[0], public]);
        let info = element(tag::SEQUENCE, &[algorithm, &bits]);
        Self {
            spki_sha256: Some(Fingerprint::of(&info)),
            ..self
        }
    }
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

/// Kinds of keys: OID, name, and bits where the kind alone tells.
const KINDS: [(&[u8], &str, Option<u32>); 11] = [
    (oid::RSA, "RSA", None),
    (oid::RSA_PSS, "RSA-PSS", None),
    (oid::DSA, "DSA", None),
    (oid::EC, "EC", None),
    (oid::ED25519, "Ed25519", Some(256)),
    (&[0x2b, 0x65, 0x71], "Ed448", Some(456)),
    (oid::X25519, "X25519", Some(256)),
    (&[0x2b, 0x65, 0x6f], "X448", Some(448)),
    (
        &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11],
        "ML-DSA-44",
        None,
    ),
    (
        &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12],
        "ML-DSA-65",
        None,
    ),
    (
        &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x13],
        "ML-DSA-87",
        None,
    ),
];

/// Curves: OID and bits of the field.
const CURVES: [(&[u8], u32); 12] = [
    (oid::P256, 256),
    (oid::P384, 384),
    (oid::P521, 521),
    (oid::P256K1, 256),
    // P-192 and P-224.
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x01], 192),
    (&[0x2b, 0x81, 0x04, 0x00, 0x21], 224),
    // Brainpool's r1 curves of 192 to 512 bits (RFC 5639).
    (&[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x03], 192),
    (&[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x05], 224),
    (&[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07], 256),
    (&[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x09], 320),
    (&[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0b], 384),
    (&[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0d], 512),
];

/// Curves on which the library finds the public point.
static COMPUTED: [(&[u8], &EcdsaSigningAlgorithm); 4] = [
    (oid::P256, &ECDSA_P256_SHA256_ASN1_SIGNING),
    (oid::P384, &ECDSA_P384_SHA384_ASN1_SIGNING),
    (oid::P521, &ECDSA_P521_SHA512_ASN1_SIGNING),
    (oid::P256K1, &ECDSA_P256K1_SHA256_ASN1_SIGNING),
];

/// The context-specific tags 0 and 1: constructed, and the implicit one of a bit string.
const ZERO: u8 = 0xa0;
const ONE: u8 = 0xa1;
const ONE_IMPLICIT: u8 = 0x81;

/// Reads the body of a PEM block whose label ends with `PRIVATE KEY`; `None` where it is no key.
pub fn of_pem(label: &[u8], body: &[u8], passwords: &[&[u8]]) -> Option<KeyFacts> {
    // OpenSSL's own encryption (RFC 1421 §4.6.1.1) needs MD5 and stays locked.
    if memmem::find(body, b"Proc-Type").is_some() {
        let algorithm = match label {
            b"RSA PRIVATE KEY" => "RSA",
            b"DSA PRIVATE KEY" => "DSA",
            b"EC PRIVATE KEY" => "EC",
            _ => "unknown",
        };
        return Some(KeyFacts::named(algorithm).locked());
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
    let kind = inner.oid()?;
    let facts = match KINDS.iter().find(|(oid, ..)| *oid == kind) {
        Some(&(_, name, bits)) => KeyFacts {
            bits,
            ..KeyFacts::named(name)
        },
        None => KeyFacts::named(container::dotted(kind)),
    };
    let found = match kind {
        oid::RSA => of_rsa(key),
        oid::RSA_PSS => modulus_and_exponent(key).map(|(modulus, exponent)| {
            let public = element(tag::SEQUENCE, &[modulus, exponent]);
            KeyFacts {
                bits: bits_of(modulus),
                ..facts.clone()
            }
            .with(algorithm.raw, &public)
        }),
        oid::EC => of_sec1(key, Some(algorithm.raw)),
        oid::ED25519 => Cursor::of(key)
            .expect(tag::OCTET_STRING)
            .and_then(|seed| Ed25519KeyPair::from_seed_unchecked(seed.value).ok())
            .map(|pair| {
                facts
                    .clone()
                    .with(algorithm.raw, pair.public_key().as_ref())
            }),
        oid::X25519 => Cursor::of(key)
            .expect(tag::OCTET_STRING)
            .and_then(|key| {
                let key = agreement::PrivateKey::from_private_key(&agreement::X25519, key.value);
                key.ok()?.compute_public_key().ok()
            })
            .map(|public| facts.clone().with(algorithm.raw, public.as_ref())),
        oid::DSA => dsa_public(inner, key).map(|(bits, public)| {
            KeyFacts {
                bits,
                ..facts.clone()
            }
            .with(algorithm.raw, &public)
        }),
        _ => None,
    };
    Some(found.unwrap_or_else(|| {
        // Version 2 may carry the public key.
        while let Some(tlv) = info.take() {
            if let (ONE_IMPLICIT, [0, public @ ..]) = (tlv.tag, tlv.value) {
                return facts.with(algorithm.raw, public);
            }
        }
        facts
    }))
}

/// RSAPrivateKey (RFC 8017 appendix A.1.2).
fn of_rsa(der: &[u8]) -> Option<KeyFacts> {
    let (modulus, exponent) = modulus_and_exponent(der)?;
    Some(rsa(modulus, exponent))
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> KeyFacts {
    let algorithm = element(
        tag::SEQUENCE,
        &[&element(tag::OID, &[oid::RSA]), &[tag::NULL, 0]],
    );
    let public = element(tag::SEQUENCE, &[modulus, exponent]);
    KeyFacts {
        bits: bits_of(modulus),
        ..KeyFacts::named("RSA")
    }
    .with(&algorithm, &public)
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

/// Bits of an INTEGER, given as an element.
fn bits_of(integer: &[u8]) -> Option<u32> {
    let content = Cursor::of(integer).expect(tag::INTEGER)?.value;
    let zeros = content.iter().take_while(|&&byte| byte == 0).count();
    let digits = content.get(zeros..)?;
    let unused = digits.first().map_or(0, |first| first.leading_zeros());
    u32::try_from(digits.len())
        .ok()?
        .checked_mul(8)?
        .checked_sub(unused)
}

/// ECPrivateKey (RFC 5915 §3). The curve is that of `algorithm`, an AlgorithmIdentifier with its
/// header, or its own.
fn of_sec1(der: &[u8], algorithm: Option<&[u8]>) -> Option<KeyFacts> {
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
    let algorithm = match (algorithm, own) {
        (Some(algorithm), _) => algorithm.to_vec(),
        (None, Some(curve)) => element(tag::SEQUENCE, &[&element(tag::OID, &[oid::EC]), curve.raw]),
        (None, None) => return None,
    };
    let mut inner = Cursor::of(&algorithm).enter(tag::SEQUENCE)?;
    inner.oid()?;
    let curve = inner.expect(tag::OID).map(|curve| curve.value);
    let bits = CURVES.iter().find(|(oid, _)| Some(*oid) == curve);
    let facts = KeyFacts {
        bits: bits.map(|&(_, bits)| bits),
        ..KeyFacts::named("EC")
    };
    let public = match stated.map(|stated| stated.value) {
        Some([0, point @ ..]) => Some(point.to_vec()),
        _ => point(curve, scalar),
    };
    Some(match public {
        Some(public) => facts.with(&algorithm, &public),
        None => facts,
    })
}

/// The public point of a secret scalar, uncompressed.
fn point(curve: Option<&[u8]>, scalar: &[u8]) -> Option<Vec<u8>> {
    let (oid, algorithm) = COMPUTED.iter().find(|(oid, _)| Some(*oid) == curve)?;
    let (_, bits) = CURVES.iter().find(|(curve, _)| curve == oid)?;
    // Some tools leave leading zeros out.
    let length = usize::try_from(bits.div_ceil(8)).ok()?;
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
    let algorithm = element(
        tag::SEQUENCE,
        &[&element(tag::OID, &[oid::DSA]), &parameters],
    );
    let facts = KeyFacts {
        bits: bits_of(p),
        ..KeyFacts::named("DSA")
    };
    Some(facts.with(&algorithm, y))
}

/// Bits of p, and y = g^x mod p as an element.
fn dsa_public(mut algorithm: Cursor<'_>, key: &[u8]) -> Option<(Option<u32>, Vec<u8>)> {
    /// Nothing larger was ever standardised, and the work grows with the cube.
    const LARGEST: u32 = 4096;
    let mut parameters = algorithm.enter(tag::SEQUENCE)?;
    let mut number = || parameters.expect(tag::INTEGER);
    let (p, q, g) = (number()?, number()?, number()?);
    let x = Cursor::of(key).expect(tag::INTEGER)?;
    let sizes = [p, q, g, x].map(|number| bits_of(number.raw));
    if sizes
        .iter()
        .any(|bits| bits.is_none_or(|bits| bits > LARGEST))
    {
        return None;
    }
    let [p_number, g, x] = [p, g, x].map(|number| BigUint::from_bytes_be(number.value));
    if p_number == BigUint::ZERO {
        return None;
    }
    let y = g.modpow(&x, &p_number).to_bytes_be();
    let sign: &[u8] = if y.first().is_some_and(|&byte| byte >= 0x80) {
        &[0]
    } else {
        &[]
    };
    Some((bits_of(p.raw), element(tag::INTEGER, &[sign, &y])))
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

/// A string of SSH: four bytes of length, and the content (RFC 4251 §5).
fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (string, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(string)
}

/// A public key of SSH (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4).
fn of_ssh_public(rest: &mut &[u8]) -> Option<KeyFacts> {
    let simple = |kind| element(tag::SEQUENCE, &[&element(tag::OID, &[kind])]);
    Some(match string(rest)? {
        b"ssh-rsa" => {
            let exponent = element(tag::INTEGER, &[string(rest)?]);
            let modulus = element(tag::INTEGER, &[string(rest)?]);
            rsa(&modulus, &exponent)
        }
        b"ssh-ed25519" => KeyFacts {
            bits: Some(256),
            ..KeyFacts::named("Ed25519")
        }
        .with(&simple(oid::ED25519), string(rest)?),
        name if name.starts_with(b"ecdsa-sha2-") => {
            let curve = match string(rest)? {
                b"nistp256" => oid::P256,
                b"nistp384" => oid::P384,
                b"nistp521" => oid::P521,
                _ => return Some(KeyFacts::named("EC")),
            };
            let algorithm = element(
                tag::SEQUENCE,
                &[&element(tag::OID, &[oid::EC]), &element(tag::OID, &[curve])],
            );
            let bits = CURVES.iter().find(|(oid, _)| *oid == curve);
            KeyFacts {
                bits: bits.map(|&(_, bits)| bits),
                ..KeyFacts::named("EC")
            }
            .with(&algorithm, string(rest)?)
        }
        b"ssh-dss" => KeyFacts::named("DSA"),
        name => KeyFacts::named(String::from_utf8_lossy(name).into_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_counted_from_the_first_one() {
        for (integer, bits) in [
            (&[0x02, 0x01, 0x00][..], Some(0)),
            (&[0x02, 0x02, 0x00, 0x80], Some(8)),
            (&[0x02, 0x02, 0x01, 0x00], Some(9)),
            (&[0x04, 0x01, 0x00], None),
        ] {
            assert_eq!(bits_of(integer), bits);
        }
    }

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
