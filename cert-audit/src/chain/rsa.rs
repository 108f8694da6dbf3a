//! RSA signatures that the library has no function for (RFC 8017): PSS with any salt length, and
//! combinations of key size and hash that are out of use but not out of certificates.
//!
//! Nothing here is secret, so that plain big integers do.

use aws_lc_rs::digest::{self, Algorithm};
use num_bigint::BigUint;

use super::key::Rsa;

/// Largest modulus in bits: an operation takes time by its cube.
const MODULUS_BITS: u64 = 16_384;

/// Largest public exponent in bits; 65537 has 17.
const EXPONENT_BITS: u64 = 33;

/// What a check of a signature says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checked {
    Right,
    Wrong,
    /// The key is larger than what is computed with.
    TooLarge,
}

/// A public key: both numbers big-endian.
#[derive(Debug, Clone, Copy)]
pub(super) struct PublicKey<'a> {
    pub(super) modulus: &'a [u8],
    pub(super) exponent: &'a [u8],
}

impl<'a> PublicKey<'a> {
    /// The numbers of a key.
    pub(super) fn of(key: &'a Rsa) -> Self {
        Self {
            modulus: &key.modulus,
            exponent: &key.exponent,
        }
    }

    /// RSAVP1 and the encoded message: exactly as many bytes as the modulus has.
    fn encoded(&self, signature: &[u8]) -> Result<Vec<u8>, Checked> {
        let modulus = BigUint::from_bytes_be(self.modulus);
        let exponent = BigUint::from_bytes_be(self.exponent);
        if modulus.bits() > MODULUS_BITS || exponent.bits() > EXPONENT_BITS {
            return Err(Checked::TooLarge);
        }
        let length = usize::try_from(modulus.bits().div_ceil(8)).map_err(|_| Checked::TooLarge)?;
        let signed = BigUint::from_bytes_be(signature);
        if signature.len() != length || signed >= modulus {
            return Err(Checked::Wrong);
        }
        let bytes = signed.modpow(&exponent, &modulus).to_bytes_be();
        let padding = length.saturating_sub(bytes.len());
        Ok([vec![0; padding], bytes].concat())
    }

    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2); `prefix` is DigestInfo up to the digest.
    pub(super) fn pkcs1(
        &self,
        hash: &'static Algorithm,
        prefix: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Checked {
        let encoded = match self.encoded(signature) {
            Ok(encoded) => encoded,
            Err(checked) => return checked,
        };
        let digest = digest::digest(hash, message);
        let tail = [prefix, digest.as_ref()].concat();
        let Some(padding) = encoded
            .len()
            .checked_sub(tail.len() + 3)
            .filter(|&n| n >= 8)
        else {
            return Checked::Wrong;
        };
        let wanted = [&[0, 1][..], &vec![0xff; padding], &[0], &tail].concat();
        of(encoded == wanted)
    }

    /// RSASSA-PSS (RFC 8017 §8.1.2, §9.1.2), with MGF1 over `mask`.
    pub(super) fn pss(
        &self,
        hash: &'static Algorithm,
        mask: &'static Algorithm,
        salt: usize,
        message: &[u8],
        signature: &[u8],
    ) -> Checked {
        let encoded = match self.encoded(signature) {
            Ok(encoded) => encoded,
            Err(checked) => return checked,
        };
        of(self
            .is_pss(&encoded, hash, mask, salt, message)
            .unwrap_or(false))
    }

    /// EMSA-PSS-VERIFY; `None` where the encoding has not even the right lengths.
    fn is_pss(
        &self,
        encoded: &[u8],
        hash: &'static Algorithm,
        mask: &'static Algorithm,
        salt: usize,
        message: &[u8],
    ) -> Option<bool> {
        // One bit less than the modulus has, so that the first byte may be no part of it.
        let bits = BigUint::from_bytes_be(self.modulus).bits().checked_sub(1)?;
        let length = usize::try_from(bits.div_ceil(8)).ok()?;
        let encoded = encoded.get(encoded.len().checked_sub(length)?..)?;
        let hashed = digest::digest(hash, message);
        let data_length = length.checked_sub(hash.output_len() + 1)?;
        let (masked, rest) = encoded.split_at_checked(data_length)?;
        let (digest, trailer) = rest.split_at_checked(hash.output_len())?;
        let mut data = masked.to_vec();
        for (byte, mask) in data.iter_mut().zip(mgf1(mask, digest, data_length)) {
            *byte ^= mask;
        }
        let unused = u32::try_from(8 * length)
            .ok()?
            .checked_sub(u32::try_from(bits).ok()?)?;
        let (first, masked_first) = (data.first_mut()?, masked.first()?);
        let kept = 0xff_u8.checked_shr(unused)?;
        if masked_first & !kept != 0 {
            return Some(false);
        }
        *first &= kept;
        let (padding, salted) = data.split_at_checked(data_length.checked_sub(salt)?)?;
        let (one, zeros) = padding.split_last()?;
        if trailer != [0xbc] || *one != 1 || zeros.iter().any(|&byte| byte != 0) {
            return Some(false);
        }
        let again = [&[0; 8][..], hashed.as_ref(), salted].concat();
        Some(digest::digest(hash, &again).as_ref() == digest)
    }
}

/// MGF1 (RFC 8017 §B.2.1).
fn mgf1(hash: &'static Algorithm, seed: &[u8], length: usize) -> Vec<u8> {
    let mut mask = Vec::with_capacity(length + hash.output_len());
    for counter in 0_u32.. {
        if mask.len() >= length {
            break;
        }
        let block = [seed, &counter.to_be_bytes()].concat();
        mask.extend_from_slice(digest::digest(hash, &block).as_ref());
    }
    mask.truncate(length);
    mask
}

fn of(right: bool) -> Checked {
    if right {
        Checked::Right
    } else {
        Checked::Wrong
    }
}
