//! What the keys and signatures of certificates are called, and how strong they are.

use std::borrow::Cow;

use x509_parser::der_parser::oid;
use x509_parser::der_parser::oid::Oid;
use x509_parser::public_key::PublicKey;
use x509_parser::signature_algorithm::RsaSsaPssParams;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use crate::der::{self, tag};

/// A public key as far as its strength goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// `RSA`, `RSA-PSS`, `EC`, `DSA`, `Ed25519`, …; a dotted OID where it has no name here.
    pub algorithm: Cow<'static, str>,
    /// Bits of the modulus, the field or the key; `None` where they cannot be told.
    pub bits: Option<u32>,
}

/// How a certificate was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// As RFC 8017, RFC 5758 and their like name it (`sha256WithRSAEncryption`); a dotted OID
    /// where it has no name here.
    pub algorithm: Cow<'static, str>,
    /// The hash under it, where that is known and broken: `MD5`, `SHA-1`.
    pub broken_hash: Option<&'static str>,
}

/// A key on an elliptic curve.
const EC: Oid<'static> = oid!(1.2.840.10045.2.1);

/// A key for RSASSA-PSS alone; the same identifier names the signature.
const RSA_PSS: Oid<'static> = oid!(1.2.840.113549.1.1.10);

/// The kinds of keys, with their bits where every key of the kind has as many.
static KEYS: [(Oid<'static>, &str, Option<u32>); 13] = [
    (oid!(1.2.840.113549.1.1.1), "RSA", None),
    (RSA_PSS, "RSA-PSS", None),
    (oid!(1.2.840.113549.1.1.7), "RSA-OAEP", None),
    (EC, "EC", None),
    (oid!(1.2.840.10040.4.1), "DSA", None),
    (oid!(1.2.840.113549.1.3.1), "DH", None),
    (oid!(1.3.101.110), "X25519", Some(256)),
    (oid!(1.3.101.111), "X448", Some(448)),
    (oid!(1.3.101.112), "Ed25519", Some(256)),
    (oid!(1.3.101.113), "Ed448", Some(456)),
    (oid!(2.16.840.1.101.3.4.3.17), "ML-DSA-44", None),
    (oid!(2.16.840.1.101.3.4.3.18), "ML-DSA-65", None),
    (oid!(2.16.840.1.101.3.4.3.19), "ML-DSA-87", None),
];

/// Named curves and the bits of their fields (SEC 2, RFC 5480, RFC 5639).
static CURVES: [(Oid<'static>, u32); 18] = [
    (oid!(1.2.840.10045.3.1.1), 192),
    (oid!(1.2.840.10045.3.1.7), 256),
    (oid!(1.3.132.0.33), 224),
    (oid!(1.3.132.0.34), 384),
    (oid!(1.3.132.0.35), 521),
    (oid!(1.3.132.0.10), 256),
    (oid!(1.3.132.0.1), 163),
    (oid!(1.3.132.0.15), 163),
    (oid!(1.3.132.0.26), 233),
    (oid!(1.3.132.0.27), 233),
    (oid!(1.3.132.0.16), 283),
    (oid!(1.3.132.0.17), 283),
    (oid!(1.3.132.0.36), 409),
    (oid!(1.3.132.0.37), 409),
    (oid!(1.3.132.0.38), 571),
    (oid!(1.3.36.3.3.2.8.1.1.7), 256),
    (oid!(1.3.36.3.3.2.8.1.1.11), 384),
    (oid!(1.3.36.3.3.2.8.1.1.13), 512),
];

const MD2: Option<&str> = Some("MD2");
const MD4: Option<&str> = Some("MD4");
const MD5: Option<&str> = Some("MD5");
const SHA1: Option<&str> = Some("SHA-1");

/// RSASSA-PSS, whose hash is in its parameters.
const PSS: Oid<'static> = RSA_PSS;

/// RSAES-OAEP.
const OAEP: Oid<'static> = oid!(1.2.840.113549.1.1.7);

/// The kinds of signatures, with their hash where that is broken.
static SIGNATURES: [(Oid<'static>, &str, Option<&str>); 35] = [
    (oid!(1.2.840.113549.1.1.11), "sha256WithRSAEncryption", None),
    (oid!(1.2.840.10045.4.3.2), "ecdsa-with-SHA256", None),
    (oid!(1.2.840.10045.4.3.3), "ecdsa-with-SHA384", None),
    (oid!(1.2.840.113549.1.1.12), "sha384WithRSAEncryption", None),
    (oid!(1.2.840.113549.1.1.13), "sha512WithRSAEncryption", None),
    (oid!(1.2.840.113549.1.1.5), "sha1WithRSAEncryption", SHA1),
    (PSS, "rsassaPss", None),
    (oid!(1.3.101.112), "ed25519", None),
    (oid!(1.3.101.113), "ed448", None),
    (oid!(1.2.840.113549.1.1.14), "sha224WithRSAEncryption", None),
    (oid!(1.2.840.113549.1.1.2), "md2WithRSAEncryption", MD2),
    (oid!(1.2.840.113549.1.1.3), "md4WithRSAEncryption", MD4),
    (oid!(1.2.840.113549.1.1.4), "md5WithRSAEncryption", MD5),
    (oid!(1.3.14.3.2.29), "sha1WithRSAEncryption", SHA1),
    (oid!(1.3.14.3.2.3), "md5WithRSA", MD5),
    (oid!(1.3.36.3.3.1.2), "ripemd160WithRSA", None),
    (oid!(1.2.840.10045.4.1), "ecdsa-with-SHA1", SHA1),
    (oid!(1.2.840.10045.4.3.1), "ecdsa-with-SHA224", None),
    (oid!(1.2.840.10045.4.3.4), "ecdsa-with-SHA512", None),
    (oid!(2.16.840.1.101.3.4.3.9), "ecdsa-with-SHA3-224", None),
    (oid!(2.16.840.1.101.3.4.3.10), "ecdsa-with-SHA3-256", None),
    (oid!(2.16.840.1.101.3.4.3.11), "ecdsa-with-SHA3-384", None),
    (oid!(2.16.840.1.101.3.4.3.12), "ecdsa-with-SHA3-512", None),
    (oid!(1.2.840.10040.4.3), "dsa-with-sha1", SHA1),
    (oid!(1.3.14.3.2.27), "dsa-with-sha1", SHA1),
    (oid!(2.16.840.1.101.3.4.3.1), "dsa-with-sha224", None),
    (oid!(2.16.840.1.101.3.4.3.2), "dsa-with-sha256", None),
    (oid!(2.16.840.1.101.3.4.3.3), "dsa-with-sha384", None),
    (oid!(2.16.840.1.101.3.4.3.4), "dsa-with-sha512", None),
    (oid!(1.2.156.10197.1.501), "SM2-with-SM3", None),
    (
        oid!(1.2.643.2.2.3),
        "GOST R 34.11-94 with GOST R 34.10-2001",
        None,
    ),
    (
        oid!(1.2.643.7.1.1.3.2),
        "GOST R 34.10-2012 with 256 bit",
        None,
    ),
    (oid!(2.16.840.1.101.3.4.3.17), "ML-DSA-44", None),
    (oid!(2.16.840.1.101.3.4.3.18), "ML-DSA-65", None),
    (oid!(2.16.840.1.101.3.4.3.19), "ML-DSA-87", None),
];

impl Key {
    /// What a parsed key says of itself.
    pub fn of(key: &SubjectPublicKeyInfo<'_>) -> Self {
        let kind = KEYS
            .iter()
            .find(|(oid, ..)| *oid == key.algorithm.algorithm);
        let Some((_, algorithm, bits)) = kind else {
            return Self {
                algorithm: Cow::Owned(key.algorithm.algorithm.to_id_string()),
                bits: None,
            };
        };
        Self {
            algorithm: Cow::Borrowed(algorithm),
            bits: bits.or_else(|| bits_of(key)),
        }
    }

    /// A key that cannot be read.
    pub fn unknown() -> Self {
        Self {
            algorithm: Cow::Borrowed("unknown"),
            bits: None,
        }
    }
}

impl Signature {
    /// What a parsed signature's algorithm says.
    pub fn of(algorithm: &AlgorithmIdentifier<'_>) -> Self {
        let kind = SIGNATURES
            .iter()
            .find(|(oid, ..)| *oid == algorithm.algorithm);
        let Some((_, name, broken_hash)) = kind else {
            return Self {
                algorithm: Cow::Owned(algorithm.algorithm.to_id_string()),
                broken_hash: None,
            };
        };
        Self {
            algorithm: Cow::Borrowed(name),
            broken_hash: if algorithm.algorithm == PSS {
                hash_of_pss(algorithm)
            } else {
                *broken_hash
            },
        }
    }

    /// A signature that cannot be read.
    pub fn unknown() -> Self {
        Self {
            algorithm: Cow::Borrowed("unknown"),
            broken_hash: None,
        }
    }
}

/// The hash of RSASSA-PSS, if it is broken; without parameters it is SHA-1 (RFC 4055 §3.1).
fn hash_of_pss(algorithm: &AlgorithmIdentifier<'_>) -> Option<&'static str> {
    let Some(parameters) = &algorithm.parameters else {
        return SHA1;
    };
    let parameters = RsaSsaPssParams::try_from(parameters).ok()?;
    let hash = parameters.hash_algorithm_oid();
    if *hash == oid!(1.3.14.3.2.26) {
        SHA1
    } else if *hash == oid!(1.2.840.113549.2.5) {
        MD5
    } else {
        None
    }
}

fn bits_of(key: &SubjectPublicKeyInfo<'_>) -> Option<u32> {
    if key.algorithm.algorithm == EC
        && let Some(parameters) = &key.algorithm.parameters
        && let Some(bits) = bits_of_field(parameters.data)
    {
        return Some(bits);
    }
    match key.parsed().ok()? {
        // Keys for RSASSA-PSS alone are written as those for all of RSA (RFC 4055 §1.2).
        PublicKey::Unknown(bits) if [PSS, OAEP].contains(&key.algorithm.algorithm) => {
            let (numbers, _) = der::expect(bits, tag::SEQUENCE)?;
            let (modulus, _) = der::expect(numbers.value, tag::INTEGER)?;
            bits_of_integer(modulus.value)
        }
        PublicKey::RSA(rsa) => bits_of_integer(rsa.modulus),
        PublicKey::DSA(_) => {
            // The modulus is the first of the parameters (RFC 3279 §2.3.2).
            let parameters = key.algorithm.parameters.as_ref()?;
            let (prime, _) = der::expect(parameters.data, tag::INTEGER)?;
            bits_of_integer(prime.value)
        }
        PublicKey::EC(_) => {
            let curve = key.algorithm.parameters.as_ref()?.as_oid().ok()?;
            CURVES
                .iter()
                .find(|(oid, _)| *oid == curve)
                .map(|&(_, bits)| bits)
        }
        _ => None,
    }
}

/// The size of the prime field of a curve that is not named but written out (RFC 3279 §2.3.5).
fn bits_of_field(parameters: &[u8]) -> Option<u32> {
    let (_, rest) = der::expect(parameters, tag::INTEGER)?;
    let (field, _) = der::expect(rest, tag::SEQUENCE)?;
    let (_, prime) = der::expect(field.value, tag::OID)?;
    let (prime, _) = der::expect(prime, tag::INTEGER)?;
    bits_of_integer(prime.value)
}

/// The length of a number in bits, leading zeros left out.
fn bits_of_integer(bytes: &[u8]) -> Option<u32> {
    let start = bytes.iter().position(|&byte| byte != 0)?;
    let significant = bytes.get(start..)?;
    let leading = significant.first()?.leading_zeros();
    u32::try_from(significant.len())
        .ok()?
        .checked_mul(8)?
        .checked_sub(leading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_of_numbers() {
        assert_eq!(bits_of_integer(&[0, 0x80, 0]), Some(16));
        assert_eq!(bits_of_integer(&[0x01, 0]), Some(9));
        assert_eq!(bits_of_integer(&[0, 0]), None);
    }

    #[test]
    fn no_algorithm_has_two_names() {
        for (at, (oid, ..)) in SIGNATURES.iter().enumerate() {
            assert!(SIGNATURES[at + 1..].iter().all(|(other, ..)| other != oid));
        }
        for (at, (oid, _)) in CURVES.iter().enumerate() {
            assert!(CURVES[at + 1..].iter().all(|(other, _)| other != oid));
        }
    }
}
