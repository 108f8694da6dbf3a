//! The parameters of RSASSA-PSS (RFC 4055 §3.1), and the hashes that they and other signatures name.

use aws_lc_rs::digest;
use x509_parser::der_parser::oid::Oid;
use x509_parser::oid_registry::{
    OID_HASH_SHA1, OID_NIST_HASH_SHA256, OID_NIST_HASH_SHA384, OID_NIST_HASH_SHA512,
};

use crate::der::{self, tag};

/// A hash that can be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha512_256,
    Sha3_256,
    Sha3_384,
    Sha3_512,
}

/// A hash: its name, OID and function.
type Row = (Hash, Oid<'static>, &'static digest::Algorithm);

/// The hashes; what the registry of OIDs has not is written out (NIST's arc of hashes).
static HASHES: [Row; 9] = [
    (Hash::Sha1, OID_HASH_SHA1, &digest::SHA1_FOR_LEGACY_USE_ONLY),
    (
        Hash::Sha224,
        x509_parser::der_parser::oid!(2.16.840.1.101.3.4.2.4),
        &digest::SHA224,
    ),
    (Hash::Sha256, OID_NIST_HASH_SHA256, &digest::SHA256),
    (Hash::Sha384, OID_NIST_HASH_SHA384, &digest::SHA384),
    (Hash::Sha512, OID_NIST_HASH_SHA512, &digest::SHA512),
    (
        Hash::Sha512_256,
        x509_parser::der_parser::oid!(2.16.840.1.101.3.4.2.6),
        &digest::SHA512_256,
    ),
    (
        Hash::Sha3_256,
        x509_parser::der_parser::oid!(2.16.840.1.101.3.4.2.8),
        &digest::SHA3_256,
    ),
    (
        Hash::Sha3_384,
        x509_parser::der_parser::oid!(2.16.840.1.101.3.4.2.9),
        &digest::SHA3_384,
    ),
    (
        Hash::Sha3_512,
        x509_parser::der_parser::oid!(2.16.840.1.101.3.4.2.10),
        &digest::SHA3_512,
    ),
];

impl Hash {
    /// The hash of that OID's content.
    fn of(oid: &[u8]) -> Option<Self> {
        let row = HASHES.iter().find(|(_, known, _)| known.as_bytes() == oid);
        row.map(|(hash, ..)| *hash)
    }

    fn row(self) -> &'static Row {
        let row = HASHES.iter().find(|(hash, ..)| *hash == self);
        row.expect("the table has a row for each hash")
    }

    /// Its function.
    pub(super) fn function(self) -> &'static digest::Algorithm {
        self.row().2
    }

    /// DigestInfo up to the digest, with NULL for the parameters (RFC 8017 §9.2).
    pub(super) fn prefix(self) -> Vec<u8> {
        let oid = self.row().1.as_bytes();
        let digest = self.function().output_len();
        let byte = |length: usize| u8::try_from(length).expect("OIDs and digests are short");
        let mut bytes = vec![tag::SEQUENCE, byte(oid.len() + digest + 8)];
        bytes.extend([tag::SEQUENCE, byte(oid.len() + 4)]);
        bytes.extend([tag::OID, byte(oid.len())]);
        bytes.extend(oid);
        bytes.extend([tag::NULL, 0, tag::OCTET_STRING, byte(digest)]);
        bytes
    }
}

/// The parameters of RSASSA-PSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pss {
    pub(super) hash: Hash,
    /// Of MGF1.
    pub(super) mask: Hash,
    /// Bytes.
    pub(super) salt: usize,
}

/// 1.2.840.113549.1.1.8.
const MGF1: Oid<'static> = x509_parser::der_parser::oid!(1.2.840.113549.1.1.8);

impl Pss {
    /// Reads the parameters in DER; `None` where they name what is not known.
    pub(super) fn read(parameters: &[u8]) -> Option<Self> {
        let (parameters, after) = der::expect(parameters, tag::SEQUENCE)?;
        if !after.is_empty() {
            return None;
        }
        let mut rest = parameters.value;
        let mut field = |number: u8| {
            let (tlv, after) = der::expect(rest, 0xa0 | number)?;
            rest = after;
            Some(tlv.value)
        };
        let (hash, mask) = (field(0), field(1));
        let (salt, trailer) = (field(2), field(3));
        if !rest.is_empty() {
            return None;
        }
        let hash = match hash {
            Some(algorithm) => Hash::of(identifier(algorithm)?.0)?,
            None => Hash::Sha1,
        };
        let mask = match mask {
            Some(algorithm) => {
                let (oid, parameters) = identifier(algorithm)?;
                if oid != MGF1.as_bytes() {
                    return None;
                }
                Hash::of(identifier(parameters)?.0)?
            }
            None => Hash::Sha1,
        };
        let salt = salt.map_or(Some(20), number)?;
        let trailer = trailer.map_or(Some(1), number)?;
        (trailer == 1).then_some(Self { hash, mask, salt })
    }
}

/// An AlgorithmIdentifier: its OID and what follows.
fn identifier(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, _) = der::expect(input, tag::SEQUENCE)?;
    let (oid, parameters) = der::expect(sequence.value, tag::OID)?;
    Some((oid.value, parameters))
}

/// A small INTEGER that is not negative.
fn number(input: &[u8]) -> Option<usize> {
    let (integer, _) = der::expect(input, tag::INTEGER)?;
    if integer.value.len() > 4 || integer.value.first().is_none_or(|&byte| byte >= 0x80) {
        return None;
    }
    let bytes = integer.value.iter();
    Some(bytes.fold(0, |number, &byte| number << 8 | usize::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8017 §9.2, note 1.
    #[test]
    fn the_prefixes_are_those_of_the_standard() {
        assert_eq!(
            Hash::Sha256.prefix(),
            [
                0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                0x01, 0x05, 0x00, 0x04, 0x20
            ]
        );
        assert_eq!(
            Hash::Sha1.prefix(),
            [
                0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04,
                0x14
            ]
        );
    }

    #[test]
    fn absent_parameters_have_their_defaults() {
        let defaults = Pss {
            hash: Hash::Sha1,
            mask: Hash::Sha1,
            salt: 20,
        };
        assert_eq!(Pss::read(&[0x30, 0x00]), Some(defaults));
        let salt = [0x30, 0x06, 0xa2, 0x04, 0x02, 0x02, 0x00, 0xde];
        assert_eq!(
            Pss::read(&salt),
            Some(Pss {
                salt: 222,
                ..defaults
            })
        );
        for broken in [
            &[][..],
            &[0x30, 0x05, 0xa2, 0x03, 0x02, 0x01, 0x80],
            &[0x30, 0x05, 0xa3, 0x03, 0x02, 0x01, 0x02],
            &[0x30, 0x02, 0x05, 0x00],
        ] {
            assert_eq!(Pss::read(broken), None);
        }
    }
}
