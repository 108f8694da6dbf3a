//! Whether one key made the signature over a certificate: yes, no, or not verifiable here.
//!
//! The third answer matters: a key of a kind that is not in the table (Ed448, DSA, P-224, MD5)
//! says nothing about the certificate, and a gate that calls it forged sends people after nothing.

use std::sync::Arc;

use aws_lc_rs::signature::{self, VerificationAlgorithm};
use x509_parser::der_parser::oid;
use x509_parser::der_parser::oid::Oid;
use x509_parser::oid_registry::{
    OID_PKCS1_MD5WITHRSAENC, OID_PKCS1_RSASSAPSS, OID_PKCS1_SHA1WITHRSA, OID_PKCS1_SHA224WITHRSA,
    OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA, OID_PKCS1_SHA512WITHRSA,
    OID_SIG_ECDSA_WITH_SHA224, OID_SIG_ECDSA_WITH_SHA256, OID_SIG_ECDSA_WITH_SHA384,
    OID_SIG_ECDSA_WITH_SHA512, OID_SIG_ED448, OID_SIG_ED25519,
};

use crate::der::{self, tag};
use crate::name;

use super::key::{Curve, Kind, Only, PublicKey};
use super::pss::{Hash, Pss};
use super::rsa::{self, Checked};

/// What a signature is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The key made it.
    Valid,
    /// The key did not make it.
    Invalid,
    /// Not known, and why: a lower-case fragment.
    Unverifiable(Arc<str>),
}

/// Kinds of signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    /// RSASSA-PKCS1-v1_5.
    Pkcs1(Hash),
    /// RSASSA-PSS; the parameters tell more.
    Pss,
    /// ECDSA.
    Ecdsa(Hash),
    /// Ed25519.
    Ed25519,
    /// One that is not computed, by a key of that kind.
    Other(Kind),
}

/// The kinds by their OIDs; those of SHA-3 and its like are in NIST's arc of signatures.
static SCHEMES: [(Oid<'static>, Scheme); 26] = [
    (OID_PKCS1_SHA1WITHRSA, Scheme::Pkcs1(Hash::Sha1)),
    // The same under a name of 1988, which some CAs of the nineties used (OIW).
    (oid!(1.3.14.3.2.29), Scheme::Pkcs1(Hash::Sha1)),
    (OID_PKCS1_SHA224WITHRSA, Scheme::Pkcs1(Hash::Sha224)),
    (OID_PKCS1_SHA256WITHRSA, Scheme::Pkcs1(Hash::Sha256)),
    (OID_PKCS1_SHA384WITHRSA, Scheme::Pkcs1(Hash::Sha384)),
    (OID_PKCS1_SHA512WITHRSA, Scheme::Pkcs1(Hash::Sha512)),
    (oid!(1.2.840.113549.1.1.16), Scheme::Pkcs1(Hash::Sha512_256)),
    (oid!(2.16.840.1.101.3.4.3.14), Scheme::Pkcs1(Hash::Sha3_256)),
    (oid!(2.16.840.1.101.3.4.3.15), Scheme::Pkcs1(Hash::Sha3_384)),
    (oid!(2.16.840.1.101.3.4.3.16), Scheme::Pkcs1(Hash::Sha3_512)),
    (OID_PKCS1_RSASSAPSS, Scheme::Pss),
    (oid!(1.2.840.10045.4.1), Scheme::Ecdsa(Hash::Sha1)),
    (OID_SIG_ECDSA_WITH_SHA224, Scheme::Ecdsa(Hash::Sha224)),
    (OID_SIG_ECDSA_WITH_SHA256, Scheme::Ecdsa(Hash::Sha256)),
    (OID_SIG_ECDSA_WITH_SHA384, Scheme::Ecdsa(Hash::Sha384)),
    (OID_SIG_ECDSA_WITH_SHA512, Scheme::Ecdsa(Hash::Sha512)),
    (oid!(2.16.840.1.101.3.4.3.10), Scheme::Ecdsa(Hash::Sha3_256)),
    (oid!(2.16.840.1.101.3.4.3.11), Scheme::Ecdsa(Hash::Sha3_384)),
    (oid!(2.16.840.1.101.3.4.3.12), Scheme::Ecdsa(Hash::Sha3_512)),
    (OID_SIG_ED25519, Scheme::Ed25519),
    (OID_SIG_ED448, Scheme::Other(Kind::Ed448)),
    (OID_PKCS1_MD5WITHRSAENC, Scheme::Other(Kind::Rsa)),
    (oid!(1.2.840.113549.1.1.2), Scheme::Other(Kind::Rsa)),
    (oid!(1.2.840.10040.4.3), Scheme::Other(Kind::Dsa)),
    (oid!(2.16.840.1.101.3.4.3.1), Scheme::Other(Kind::Dsa)),
    (oid!(2.16.840.1.101.3.4.3.2), Scheme::Other(Kind::Dsa)),
];

/// ECDSA: the key's curve, the hash, and the library's function.
static ECDSA: [(Curve, Hash, &dyn VerificationAlgorithm); 16] = [
    (Curve::P256, Hash::Sha1, &signature::ECDSA_P256_SHA1_ASN1),
    (
        Curve::P256,
        Hash::Sha256,
        &signature::ECDSA_P256_SHA256_ASN1,
    ),
    (
        Curve::P256,
        Hash::Sha384,
        &signature::ECDSA_P256_SHA384_ASN1,
    ),
    (
        Curve::P256,
        Hash::Sha512,
        &signature::ECDSA_P256_SHA512_ASN1,
    ),
    (
        Curve::P384,
        Hash::Sha256,
        &signature::ECDSA_P384_SHA256_ASN1,
    ),
    (
        Curve::P384,
        Hash::Sha384,
        &signature::ECDSA_P384_SHA384_ASN1,
    ),
    (
        Curve::P384,
        Hash::Sha512,
        &signature::ECDSA_P384_SHA512_ASN1,
    ),
    (
        Curve::P384,
        Hash::Sha3_384,
        &signature::ECDSA_P384_SHA3_384_ASN1,
    ),
    (Curve::P521, Hash::Sha1, &signature::ECDSA_P521_SHA1_ASN1),
    (
        Curve::P521,
        Hash::Sha224,
        &signature::ECDSA_P521_SHA224_ASN1,
    ),
    (
        Curve::P521,
        Hash::Sha256,
        &signature::ECDSA_P521_SHA256_ASN1,
    ),
    (
        Curve::P521,
        Hash::Sha384,
        &signature::ECDSA_P521_SHA384_ASN1,
    ),
    (
        Curve::P521,
        Hash::Sha512,
        &signature::ECDSA_P521_SHA512_ASN1,
    ),
    (
        Curve::P521,
        Hash::Sha3_512,
        &signature::ECDSA_P521_SHA3_512_ASN1,
    ),
    (
        Curve::Secp256k1,
        Hash::Sha256,
        &signature::ECDSA_P256K1_SHA256_ASN1,
    ),
    (
        Curve::Secp256k1,
        Hash::Sha3_256,
        &signature::ECDSA_P256K1_SHA3_256_ASN1,
    ),
];

/// A certificate as its issuer's key sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signed<'a> {
    /// tbsCertificate, with its header.
    message: &'a [u8],
    /// The algorithm's OID.
    algorithm: &'a [u8],
    /// What follows it.
    parameters: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Signed<'a> {
    /// The parts of a certificate in DER; `None` where it has another shape.
    pub(super) fn read(der: &'a [u8]) -> Option<Self> {
        let (certificate, _) = der::expect(der, tag::SEQUENCE)?;
        let (message, rest) = der::expect(certificate.value, tag::SEQUENCE)?;
        let (algorithm, rest) = der::expect(rest, tag::SEQUENCE)?;
        let (oid, parameters) = der::expect(algorithm.value, tag::OID)?;
        let (bits, _) = der::next(rest)?;
        Some(Self {
            message: message.raw,
            algorithm: oid.value,
            parameters,
            signature: bits.value.strip_prefix(&[0])?,
        })
    }

    /// Whether `key` made the signature.
    pub(super) fn verify(&self, key: &PublicKey) -> Verdict {
        let scheme = SCHEMES
            .iter()
            .find(|(oid, _)| oid.as_bytes() == self.algorithm);
        let Some((_, scheme)) = scheme else {
            return self.unknown(key);
        };
        let wanted = match scheme {
            Scheme::Pkcs1(_) | Scheme::Pss => Kind::Rsa,
            Scheme::Ecdsa(_) => Kind::Ec,
            Scheme::Ed25519 => Kind::Ed25519,
            Scheme::Other(kind) => *kind,
        };
        match key.kind {
            // A key of another kind cannot have made it.
            Some(kind) if kind != wanted => return Verdict::Invalid,
            None => return self.unknown(key),
            Some(_) => {}
        }
        match scheme {
            Scheme::Pkcs1(hash) => self.pkcs1(key, *hash),
            Scheme::Pss => self.pss(key),
            Scheme::Ecdsa(hash) => {
                let row = ECDSA
                    .iter()
                    .find(|(curve, known, _)| Some(*curve) == key.curve && known == hash);
                match row {
                    Some((_, _, function)) => self.by_library(*function, key),
                    None => self.unknown(key),
                }
            }
            Scheme::Ed25519 => self.by_library(&signature::ED25519, key),
            Scheme::Other(_) => self.unknown(key),
        }
    }

    fn by_library(&self, function: &dyn VerificationAlgorithm, key: &PublicKey) -> Verdict {
        match function.verify_sig(&key.bits, self.message, self.signature) {
            Ok(()) => Verdict::Valid,
            Err(_) => Verdict::Invalid,
        }
    }

    fn pkcs1(&self, key: &PublicKey, hash: Hash) -> Verdict {
        let row: Option<&dyn VerificationAlgorithm> = match hash {
            Hash::Sha256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
            Hash::Sha384 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
            Hash::Sha512 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
            Hash::Sha1 => Some(&signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY),
            _ => None,
        };
        let Some(rsa) = &key.rsa else {
            return self.unknown(key);
        };
        if rsa.only != Only::Both {
            // RFC 4055 §1.2: such a key makes no signatures of the older kind.
            return Verdict::Invalid;
        }
        if let Some(row) = row
            && self.by_library(row, key) == Verdict::Valid
        {
            return Verdict::Valid;
        }
        // The library refuses keys of unusual size like wrong signatures, so that a "no" is
        // computed once more.
        self.checked(
            key,
            rsa::PublicKey::of(rsa).pkcs1(
                hash.function(),
                &hash.prefix(),
                self.message,
                self.signature,
            ),
        )
    }

    fn pss(&self, key: &PublicKey) -> Verdict {
        let (Some(rsa), Some(pss)) = (&key.rsa, Pss::read(self.parameters)) else {
            return self.unknown(key);
        };
        match rsa.only {
            Only::PssWith(wanted)
                if (pss.hash, pss.mask) != (wanted.hash, wanted.mask) || pss.salt < wanted.salt =>
            {
                return Verdict::Invalid;
            }
            Only::Unknown => return self.unknown(key),
            Only::Both | Only::Pss | Only::PssWith(_) => {}
        }
        let row: Option<&dyn VerificationAlgorithm> = match (pss.hash, pss.mask, pss.salt) {
            (Hash::Sha256, Hash::Sha256, 32) => Some(&signature::RSA_PSS_2048_8192_SHA256),
            (Hash::Sha384, Hash::Sha384, 48) => Some(&signature::RSA_PSS_2048_8192_SHA384),
            (Hash::Sha512, Hash::Sha512, 64) => Some(&signature::RSA_PSS_2048_8192_SHA512),
            _ => None,
        };
        if let Some(row) = row
            && self.by_library(row, key) == Verdict::Valid
        {
            return Verdict::Valid;
        }
        self.checked(
            key,
            rsa::PublicKey::of(rsa).pss(
                pss.hash.function(),
                pss.mask.function(),
                pss.salt,
                self.message,
                self.signature,
            ),
        )
    }

    fn checked(&self, key: &PublicKey, checked: Checked) -> Verdict {
        match checked {
            Checked::Right => Verdict::Valid,
            Checked::Wrong => Verdict::Invalid,
            Checked::TooLarge => self.unknown(key),
        }
    }

    /// What cannot be verified, and by what.
    fn unknown(&self, key: &PublicKey) -> Verdict {
        let algorithm = name::dotted(self.algorithm);
        Verdict::Unverifiable(
            format!(
                "signatures of algorithm {algorithm} by a key {} are not verified here",
                key.called
            )
            .into(),
        )
    }
}
