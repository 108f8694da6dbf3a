//! Whether one key made the signature over a certificate: yes, no, or not verifiable here.
//!
//! The third answer matters: a key of a kind that is not in the table (Ed448, DSA, P-224, MD5)
//! says nothing about the certificate, and a gate that calls it forged sends people after nothing.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{self, VerificationAlgorithm};
use x509_parser::certificate::X509Certificate;
use x509_parser::der_parser::oid::Oid;
use x509_parser::oid_registry::{
    OID_EC_P256, OID_HASH_SHA1, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521,
    OID_NIST_HASH_SHA256, OID_NIST_HASH_SHA384, OID_NIST_HASH_SHA512, OID_PKCS1_RSAENCRYPTION,
    OID_PKCS1_RSASSAPSS, OID_PKCS1_SHA1WITHRSA, OID_PKCS1_SHA224WITHRSA, OID_PKCS1_SHA256WITHRSA,
    OID_PKCS1_SHA384WITHRSA, OID_PKCS1_SHA512WITHRSA, OID_SIG_ECDSA_WITH_SHA256,
    OID_SIG_ECDSA_WITH_SHA384, OID_SIG_ECDSA_WITH_SHA512, OID_SIG_ED25519,
};
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;
use x509_parser::signature_algorithm::RsaSsaPssParams;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use super::rsa::{self, Checked};

/// What a signature is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The key made it.
    Valid,
    /// The key did not make it.
    Invalid,
    /// Not known: the algorithm, as a fragment.
    Unverifiable(String),
}

/// A hash: its OID, its function, and DigestInfo up to the digest (RFC 8017 §9.2).
struct Hash {
    oid: Oid<'static>,
    function: &'static digest::Algorithm,
    prefix: &'static [u8],
}

/// 2.16.840.1.101.3.4.2.4, which the registry of OIDs has not.
const SHA224: Oid<'static> = x509_parser::der_parser::oid!(2.16.840.1.101.3.4.2.4);
/// 1.2.840.10045.4.1, which the registry of OIDs has not.
const ECDSA_WITH_SHA1: Oid<'static> = x509_parser::der_parser::oid!(1.2.840.10045.4.1);
/// 1.3.132.0.10, Bitcoin's curve.
const SECP256K1: Oid<'static> = x509_parser::der_parser::oid!(1.3.132.0.10);
/// 1.2.840.113549.1.1.8.
const MGF1: Oid<'static> = x509_parser::der_parser::oid!(1.2.840.113549.1.1.8);

static HASHES: [Hash; 5] = [
    Hash {
        oid: OID_HASH_SHA1,
        function: &digest::SHA1_FOR_LEGACY_USE_ONLY,
        prefix: &[
            0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04,
            0x14,
        ],
    },
    Hash {
        oid: SHA224,
        function: &digest::SHA224,
        prefix: &[
            0x30, 0x2d, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x04, 0x05, 0x00, 0x04, 0x1c,
        ],
    },
    Hash {
        oid: OID_NIST_HASH_SHA256,
        function: &digest::SHA256,
        prefix: &[
            0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x01, 0x05, 0x00, 0x04, 0x20,
        ],
    },
    Hash {
        oid: OID_NIST_HASH_SHA384,
        function: &digest::SHA384,
        prefix: &[
            0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x02, 0x05, 0x00, 0x04, 0x30,
        ],
    },
    Hash {
        oid: OID_NIST_HASH_SHA512,
        function: &digest::SHA512,
        prefix: &[
            0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x03, 0x05, 0x00, 0x04, 0x40,
        ],
    },
];

/// RSASSA-PKCS1-v1_5: the signature's OID and its hash's.
static PKCS1: [(Oid<'static>, Oid<'static>); 5] = [
    (OID_PKCS1_SHA1WITHRSA, OID_HASH_SHA1),
    (OID_PKCS1_SHA224WITHRSA, SHA224),
    (OID_PKCS1_SHA256WITHRSA, OID_NIST_HASH_SHA256),
    (OID_PKCS1_SHA384WITHRSA, OID_NIST_HASH_SHA384),
    (OID_PKCS1_SHA512WITHRSA, OID_NIST_HASH_SHA512),
];

/// ECDSA: the signature's OID, the key's curve, and the function.
static ECDSA: [(Oid<'static>, Oid<'static>, &dyn VerificationAlgorithm); 13] = [
    (
        ECDSA_WITH_SHA1,
        OID_EC_P256,
        &signature::ECDSA_P256_SHA1_ASN1,
    ),
    (
        OID_SIG_ECDSA_WITH_SHA256,
        OID_EC_P256,
        &signature::ECDSA_P256_SHA256_ASN1,
    ),
    (
        OID_SIG_ECDSA_WITH_SHA384,
        OID_EC_P256,
        &signature::ECDSA_P256_SHA384_ASN1,
    ),
    (
        OID_SIG_ECDSA_WITH_SHA512,
        OID_EC_P256,
        &signature::ECDSA_P256_SHA512_ASN1,
    ),
    (
        OID_SIG_ECDSA_WITH_SHA256,
        OID_NIST_EC_P384,
        &signature::ECDSA_P384_SHA256_ASN1,
    ),
    (
        OID_SIG_ECDSA_WITH_SHA384,
        OID_NIST_EC_P384,
        &signature::ECDSA_P384_SHA384_ASN1,
    ),
    (
        OID_SIG_ECDSA_WITH_SHA512,
        OID_NIST_EC_P384,
        &signature::ECDSA_P384_SHA512_ASN1,
    ),
    (
        ECDSA_WITH_SHA1,
        OID_NIST_EC_P521,
        &signature::ECDSA_P521_SHA1_ASN1,
    ),
    (
        OID_SIG_ECDSA_WITH_SHA256,
        OID_NIST_EC_P521,
        &signature::ECDSA_P521_SHA256_ASN1,
    ),
    (
        OID_SIG_ECDSA_WITH_SHA384,
        OID_NIST_EC_P521,
        &signature::ECDSA_P521_SHA384_ASN1,
    ),
    (
        OID_SIG_ECDSA_WITH_SHA512,
        OID_NIST_EC_P521,
        &signature::ECDSA_P521_SHA512_ASN1,
    ),
    (
        OID_SIG_ECDSA_WITH_SHA256,
        SECP256K1,
        &signature::ECDSA_P256K1_SHA256_ASN1,
    ),
    (OID_SIG_ED25519, OID_SIG_ED25519, &signature::ED25519),
];

/// Whether the key of `issuer` made the signature over `subject`.
pub fn verify(subject: &X509Certificate<'_>, issuer: &SubjectPublicKeyInfo<'_>) -> Verdict {
    let algorithm = &subject.signature_algorithm;
    // RFC 5280 §4.1.1.2: the same algorithm inside the signed part and outside of it.
    if *algorithm != subject.tbs_certificate.signature {
        return Verdict::Invalid;
    }
    let signed = Signed {
        message: subject.tbs_certificate.as_ref(),
        signature: &subject.signature_value.data,
    };
    if let Some((_, hash)) = PKCS1.iter().find(|(oid, _)| *oid == algorithm.algorithm) {
        return signed.by_rsa(issuer, algorithm, |key| {
            let hash = self::hash(hash)?;
            Some(key.pkcs1(hash.function, hash.prefix, signed.message, signed.signature))
        });
    }
    if algorithm.algorithm == OID_PKCS1_RSASSAPSS {
        return signed.by_rsa(issuer, algorithm, |key| signed.pss(key, algorithm));
    }
    let curve = curve(issuer);
    let row = ECDSA
        .iter()
        .find(|(oid, key, _)| *oid == algorithm.algorithm && Some(key) == curve.as_ref());
    match row {
        Some((_, _, function)) => {
            let key = &issuer.subject_public_key.data;
            match function.verify_sig(key, signed.message, signed.signature) {
                Ok(()) => Verdict::Valid,
                Err(_) => Verdict::Invalid,
            }
        }
        None => unknown(algorithm, issuer),
    }
}

struct Signed<'a> {
    message: &'a [u8],
    signature: &'a [u8],
}

impl Signed<'_> {
    fn by_rsa(
        &self,
        issuer: &SubjectPublicKeyInfo<'_>,
        algorithm: &AlgorithmIdentifier<'_>,
        check: impl FnOnce(rsa::PublicKey<'_>) -> Option<Checked>,
    ) -> Verdict {
        let is_rsa =
            [OID_PKCS1_RSAENCRYPTION, OID_PKCS1_RSASSAPSS].contains(&issuer.algorithm.algorithm);
        if !is_rsa {
            // A key of another kind cannot have made it.
            return Verdict::Invalid;
        }
        let parsed = issuer.parsed();
        let Ok(PublicKey::RSA(key)) = &parsed else {
            return Verdict::Unverifiable("an RSA key that cannot be read".to_owned());
        };
        let key = rsa::PublicKey {
            modulus: key.modulus,
            exponent: key.exponent,
        };
        match check(key) {
            Some(Checked::Right) => Verdict::Valid,
            Some(Checked::Wrong) => Verdict::Invalid,
            Some(Checked::TooLarge) => {
                Verdict::Unverifiable("an RSA key of unusual size".to_owned())
            }
            None => unknown(algorithm, issuer),
        }
    }

    /// RSASSA-PSS by its parameters; `None` where they name what is not known.
    fn pss(&self, key: rsa::PublicKey<'_>, algorithm: &AlgorithmIdentifier<'_>) -> Option<Checked> {
        let raw = algorithm.parameters.as_ref()?;
        let parameters = RsaSsaPssParams::try_from(raw).ok()?;
        let mask = parameters.mask_gen_algorithm().ok()?;
        if mask.mgf != MGF1 || parameters.trailer_field() != 1 {
            return None;
        }
        let (hash, mask) = (hash(parameters.hash_algorithm_oid())?, hash(&mask.hash)?);
        let salt = usize::try_from(parameters.salt_length()).ok()?;
        Some(key.pss(
            hash.function,
            mask.function,
            salt,
            self.message,
            self.signature,
        ))
    }
}

fn hash(oid: &Oid<'_>) -> Option<&'static Hash> {
    HASHES.iter().find(|hash| hash.oid == *oid)
}

/// The curve of an elliptic key, and for other kinds the kind itself.
fn curve(key: &SubjectPublicKeyInfo<'_>) -> Option<Oid<'static>> {
    let kind = &key.algorithm.algorithm;
    if *kind != OID_KEY_TYPE_EC_PUBLIC_KEY {
        return Some(kind.to_owned());
    }
    let parameters = key.algorithm.parameters.as_ref()?;
    let (_, curve) = Oid::from_der(parameters.as_bytes()).ok()?;
    Some(curve.to_owned())
}

/// What cannot be verified, and by what.
fn unknown(algorithm: &AlgorithmIdentifier<'_>, key: &SubjectPublicKeyInfo<'_>) -> Verdict {
    let curve = curve(key).map_or_else(|| "unknown".to_owned(), |oid| oid.to_id_string());
    Verdict::Unverifiable(format!(
        "signature algorithm {} by a key of kind {curve}",
        algorithm.algorithm.to_id_string()
    ))
}
