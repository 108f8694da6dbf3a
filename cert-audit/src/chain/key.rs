//! The public key of an issuer, read once and used for every signature that it may have made.

use x509_parser::der_parser::oid::Oid;
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_DSA, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521,
    OID_PKCS1_RSAENCRYPTION, OID_PKCS1_RSASSAPSS, OID_SIG_ED448, OID_SIG_ED25519,
};

use crate::certificate::Fingerprint;
use crate::der::{self, tag};
use crate::name;

use super::pss::Pss;

/// 1.3.132.0.10, Bitcoin's curve.
const SECP256K1: Oid<'static> = x509_parser::der_parser::oid!(1.3.132.0.10);

/// An elliptic curve that signatures can be checked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
    Secp256k1,
}

/// The curves by their OIDs.
static CURVES: [(Oid<'static>, Curve); 4] = [
    (OID_EC_P256, Curve::P256),
    (OID_NIST_EC_P384, Curve::P384),
    (OID_NIST_EC_P521, Curve::P521),
    (SECP256K1, Curve::Secp256k1),
];

/// A kind of key, to tell a signature that another kind made from one that cannot be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Rsa,
    Ec,
    Dsa,
    Ed25519,
    Ed448,
}

/// The kinds by their OIDs.
static KINDS: [(Oid<'static>, Kind); 6] = [
    (OID_PKCS1_RSAENCRYPTION, Kind::Rsa),
    (OID_PKCS1_RSASSAPSS, Kind::Rsa),
    (OID_KEY_TYPE_EC_PUBLIC_KEY, Kind::Ec),
    (OID_KEY_TYPE_DSA, Kind::Dsa),
    (OID_SIG_ED25519, Kind::Ed25519),
    (OID_SIG_ED448, Kind::Ed448),
];

/// A public key (RFC 5280 §4.1.2.7).
#[derive(Debug)]
pub(super) struct PublicKey {
    /// `None` where the kind is not known.
    pub(super) kind: Option<Kind>,
    /// The content of its BIT STRING: RSAPublicKey, a point, or 32 bytes.
    pub(super) bits: Box<[u8]>,
    /// The curve of an elliptic key, if it is one that can be computed with.
    pub(super) curve: Option<Curve>,
    /// For an RSA key both numbers, if they could be read.
    pub(super) rsa: Option<Rsa>,
    /// What people call it where it cannot be used.
    pub(super) called: String,
}

/// The numbers of an RSA key (RFC 8017 §A.1.1), big-endian.
#[derive(Debug)]
pub(super) struct Rsa {
    pub(super) modulus: Box<[u8]>,
    pub(super) exponent: Box<[u8]>,
    /// What an id-RSASSA-PSS key is good for (RFC 4055 §1.2).
    pub(super) only: Only,
}

/// Which signatures an RSA key may have made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Only {
    /// rsaEncryption: both kinds.
    Both,
    /// id-RSASSA-PSS without parameters.
    Pss,
    /// id-RSASSA-PSS with these: the hashes as they are, the salt at least as long.
    PssWith(Pss),
    /// With parameters that are not understood.
    Unknown,
}

/// A SubjectPublicKeyInfo's parts: the OID, what follows it, and the content of the BIT STRING.
fn parts(spki: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (spki, _) = der::expect(spki, tag::SEQUENCE)?;
    let (algorithm, rest) = der::expect(spki.value, tag::SEQUENCE)?;
    let (oid, parameters) = der::expect(algorithm.value, tag::OID)?;
    let (bits, _) = der::expect(rest, BIT_STRING)?;
    Some((oid.value, parameters, bits.value.strip_prefix(&[0])?))
}

/// The universal tag of BIT STRING.
const BIT_STRING: u8 = 0x03;

/// What identifies a key, however its algorithm is spelled: absent parameters or NULL are the same
/// RSA key.
pub(super) fn identity(spki: &[u8]) -> Fingerprint {
    let Some((oid, parameters, bits)) = parts(spki) else {
        return Fingerprint::of(spki);
    };
    let parameters = match parameters {
        [tag::NULL, 0] => &[],
        other => other,
    };
    Fingerprint::of(&[oid, &[0xff], parameters, &[0xff], bits].concat())
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo in DER.
    pub(super) fn read(spki: &[u8]) -> Self {
        let Some((oid, parameters, bits)) = parts(spki) else {
            return Self {
                kind: None,
                bits: Box::default(),
                curve: None,
                rsa: None,
                called: "that cannot be read".to_owned(),
            };
        };
        let kind = KINDS.iter().find(|(known, _)| known.as_bytes() == oid);
        let kind = kind.map(|(_, kind)| *kind);
        let named = der::expect(parameters, tag::OID).map(|(oid, _)| oid.value);
        let curve = CURVES
            .iter()
            .find(|(known, _)| kind == Some(Kind::Ec) && Some(known.as_bytes()) == named);
        let called = match (kind, named) {
            (Some(Kind::Rsa), _) => "of RSA".to_owned(),
            (Some(Kind::Ec), Some(named)) => format!("on the curve {}", name::dotted(named)),
            (Some(Kind::Ec), None) => "on a curve without a name".to_owned(),
            (Some(Kind::Dsa), _) => "of DSA".to_owned(),
            (Some(Kind::Ed25519), _) => "of Ed25519".to_owned(),
            (Some(Kind::Ed448), _) => "of Ed448".to_owned(),
            (None, _) => format!("of kind {}", name::dotted(oid)),
        };
        Self {
            kind,
            bits: bits.into(),
            curve: curve.map(|(_, curve)| *curve),
            rsa: if kind == Some(Kind::Rsa) {
                rsa(bits, oid, parameters)
            } else {
                None
            },
            called,
        }
    }
}

/// An RSAPublicKey with what its algorithm allows it.
fn rsa(bits: &[u8], oid: &[u8], parameters: &[u8]) -> Option<Rsa> {
    let (key, _) = der::expect(bits, tag::SEQUENCE)?;
    let (modulus, rest) = der::expect(key.value, tag::INTEGER)?;
    let (exponent, _) = der::expect(rest, tag::INTEGER)?;
    let only = if oid == OID_PKCS1_RSAENCRYPTION.as_bytes() {
        Only::Both
    } else if parameters.is_empty() {
        Only::Pss
    } else {
        Pss::read(parameters).map_or(Only::Unknown, Only::PssWith)
    };
    Some(Rsa {
        modulus: modulus.value.into(),
        exponent: exponent.value.into(),
        only,
    })
}

impl PublicKey {
    /// What a check of a signature costs, in those by ordinary keys: it grows with the square of
    /// the modulus.
    pub(super) fn cost(&self) -> usize {
        const ORDINARY: usize = 512;
        let length = self.rsa.as_ref().map_or(0, |rsa| rsa.modulus.len());
        let times = length.div_ceil(ORDINARY).max(1);
        times.saturating_mul(times)
    }
}
