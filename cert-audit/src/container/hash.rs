//! Hash functions by their object identifiers, and HMAC with each of them.

use aws_lc_rs::digest::{self, Algorithm, Context};
use aws_lc_rs::pbkdf2;

use super::Trouble;

/// Hash functions by OID: of the function, and of HMAC with it.
pub(crate) struct Hash {
    oid: &'static [u8],
    hmac: &'static [u8],
    pub(crate) function: &'static Algorithm,
    /// The library's own derivation with it, where there is one: it is faster.
    pub(crate) pbkdf2: Option<pbkdf2::Algorithm>,
}

pub(crate) static HASHES: [Hash; 9] = [
    Hash {
        oid: &[0x2b, 0x0e, 0x03, 0x02, 0x1a],
        hmac: &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x07],
        function: &digest::SHA1_FOR_LEGACY_USE_ONLY,
        pbkdf2: Some(pbkdf2::PBKDF2_HMAC_SHA1),
    },
    Hash {
        oid: &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04],
        hmac: &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x08],
        function: &digest::SHA224,
        pbkdf2: None,
    },
    Hash {
        oid: &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01],
        hmac: &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09],
        function: &digest::SHA256,
        pbkdf2: Some(pbkdf2::PBKDF2_HMAC_SHA256),
    },
    Hash {
        oid: &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02],
        hmac: &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0a],
        function: &digest::SHA384,
        pbkdf2: Some(pbkdf2::PBKDF2_HMAC_SHA384),
    },
    Hash {
        oid: &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03],
        hmac: &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0b],
        function: &digest::SHA512,
        pbkdf2: Some(pbkdf2::PBKDF2_HMAC_SHA512),
    },
    Hash {
        oid: &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x06],
        hmac: &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0d],
        function: &digest::SHA512_256,
        pbkdf2: None,
    },
    Hash {
        oid: &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x08],
        hmac: &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x0e],
        function: &digest::SHA3_256,
        pbkdf2: None,
    },
    Hash {
        oid: &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x09],
        hmac: &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x0f],
        function: &digest::SHA3_384,
        pbkdf2: None,
    },
    Hash {
        oid: &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x0a],
        hmac: &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x10],
        function: &digest::SHA3_512,
        pbkdf2: None,
    },
];

/// The hash function of this OID.
pub(crate) fn hash(oid: &[u8]) -> Result<&'static Algorithm, Trouble> {
    let hash = HASHES.iter().find(|hash| hash.oid == oid);
    hash.map(|hash| hash.function)
        .ok_or_else(|| Trouble::unsupported("hash function", oid))
}

/// The hash function of HMAC with this OID.
pub(crate) fn hmac_hash(oid: &[u8]) -> Result<&'static Algorithm, Trouble> {
    by_hmac(oid).map(|hash| hash.function)
}

pub(crate) fn by_hmac(oid: &[u8]) -> Result<&'static Hash, Trouble> {
    let hash = HASHES.iter().find(|hash| hash.hmac == oid);
    hash.ok_or_else(|| Trouble::unsupported("pseudo-random function", oid))
}

/// HMAC (RFC 2104).
pub(crate) fn hmac(hash: &'static Algorithm, key: &[u8], message: &[u8]) -> Vec<u8> {
    Hmac::new(hash, key).of(message)
}

/// HMAC with a key that is used many times.
pub(crate) struct Hmac {
    inner: Context,
    outer: Context,
}

impl Hmac {
    pub(crate) fn new(hash: &'static Algorithm, key: &[u8]) -> Self {
        let mut block = if key.len() > hash.block_len() {
            digest::digest(hash, key).as_ref().to_vec()
        } else {
            key.to_vec()
        };
        block.resize(hash.block_len(), 0);
        let keyed = |pad: u8| {
            let mut context = Context::new(hash);
            let padded: Vec<u8> = block.iter().map(|byte| byte ^ pad).collect();
            context.update(&padded);
            context
        };
        Self {
            inner: keyed(0x36),
            outer: keyed(0x5c),
        }
    }

    pub(crate) fn of(&self, message: &[u8]) -> Vec<u8> {
        let mut inner = self.inner.clone();
        inner.update(message);
        let mut outer = self.outer.clone();
        outer.update(inner.finish().as_ref());
        outer.finish().as_ref().to_vec()
    }
}
