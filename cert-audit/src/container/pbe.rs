//! Decryption with a password: the schemes of PKCS#12 (RFC 7292 appendix C) and both of PKCS#5
//! (RFC 8018).

use aws_lc_rs::cipher::{self, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::digest;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, InnerIvInit as _, KeyInit};
use des::{Des, TdesEde2, TdesEde3};
use rc2::Rc2;

use super::Trouble;
use super::kdf::{self, Budget, Derivation, Password, Pkcs12, Purpose};
use crate::cursor::{Cursor, unsigned};
use crate::der::tag;

/// A cipher and what it takes apart from the key.
#[derive(Debug, Clone, Copy)]
enum Cipher {
    Aes128,
    Aes192,
    Aes256,
    Des,
    TripleDes2,
    TripleDes3,
    /// With so many effective bits (RFC 2268 §2).
    Rc2 {
        bits: usize,
    },
    Rc4,
}

impl Cipher {
    /// Decrypts in CBC mode and takes the padding off; `None` where there is no proper padding,
    /// so that the password is another one.
    fn decrypt(self, key: &[u8], iv: &[u8], text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Aes128 => aes(&cipher::AES_128, key, iv, text),
            Self::Aes192 => aes(&cipher::AES_192, key, iv, text),
            Self::Aes256 => aes(&cipher::AES_256, key, iv, text),
            Self::Des => cbc(Des::new_from_slice(key).ok()?, iv, text),
            Self::TripleDes2 => cbc(TdesEde2::new_from_slice(key).ok()?, iv, text),
            Self::TripleDes3 => cbc(TdesEde3::new_from_slice(key).ok()?, iv, text),
            Self::Rc2 { bits } => {
                // Beyond these the cipher has no definition.
                let sound = (1..=128).contains(&key.len()) && (1..=1024).contains(&bits);
                cbc(
                    sound.then(|| Rc2::new_with_eff_key_len(key, bits))?,
                    iv,
                    text,
                )
            }
            Self::Rc4 => rc4(key, text),
        }
    }
}

fn aes(
    algorithm: &'static cipher::Algorithm,
    key: &[u8],
    iv: &[u8],
    text: &[u8],
) -> Option<Vec<u8>> {
    let iv: &[u8; 16] = iv.try_into().ok()?;
    let key = UnboundCipherKey::new(algorithm, key).ok()?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
    let mut buffer = text.to_vec();
    let plain = key.decrypt(&mut buffer, DecryptionContext::Iv128(iv.into()));
    let length = plain.ok()?.len();
    buffer.truncate(length);
    Some(buffer)
}

fn cbc<C: BlockCipherDecrypt>(cipher: C, iv: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = text.to_vec();
    let decryptor = cbc::Decryptor::inner_iv_slice_init(cipher, iv).ok()?;
    let length = decryptor.decrypt_padded::<Pkcs7>(&mut buffer).ok()?.len();
    buffer.truncate(length);
    Some(buffer)
}

/// The stream cipher of old keystores, which no library that we have knows any more.
fn rc4(key: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let mut state: Vec<u8> = (0..=u8::MAX).collect();
    let mut j = 0_u8;
    for (i, key) in (0..=u8::MAX).zip(key.iter().cycle()) {
        j = j
            .wrapping_add(*state.get(usize::from(i))?)
            .wrapping_add(*key);
        state.swap(i.into(), j.into());
    }
    let (mut i, mut j) = (0_u8, 0_u8);
    text.iter()
        .map(|byte| {
            i = i.wrapping_add(1);
            let at_i = *state.get(usize::from(i))?;
            j = j.wrapping_add(at_i);
            let at_j = *state.get(usize::from(j))?;
            state.swap(i.into(), j.into());
            Some(byte ^ *state.get(usize::from(at_i.wrapping_add(at_j)))?)
        })
        .collect()
}

/// The arc 1.2.840.113549.1.12.1, under which the schemes of PKCS#12 are.
const PKCS12: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01];
/// The arc 1.2.840.113549.1.5, under which those of PKCS#5 are.
const PKCS5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05];

/// The schemes of PKCS#12: the last number of the OID, the cipher, bytes of its key and of its
/// initialization vector.
const OF_PKCS12: [(u8, Cipher, usize, usize); 6] = [
    (1, Cipher::Rc4, 16, 0),
    (2, Cipher::Rc4, 5, 0),
    (3, Cipher::TripleDes3, 24, 8),
    (4, Cipher::TripleDes2, 16, 8),
    (5, Cipher::Rc2 { bits: 128 }, 16, 8),
    (6, Cipher::Rc2 { bits: 40 }, 5, 8),
];

/// The first scheme of PKCS#5 with SHA-1: the last number of the OID and the cipher. Those with
/// MD2 and MD5 are not read.
const OF_PKCS5: [(u8, Cipher); 2] = [(10, Cipher::Des), (11, Cipher::Rc2 { bits: 64 })];

/// The last number of the OID of the second scheme of PKCS#5.
const PBES2: u8 = 13;

/// Ciphers of the second scheme: OID, cipher, bytes of the key.
const OF_PBES2: [(&[u8], Cipher, u64); 6] = [
    (
        &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02],
        Cipher::Aes128,
        16,
    ),
    (
        &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x16],
        Cipher::Aes192,
        24,
    ),
    (
        &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a],
        Cipher::Aes256,
        32,
    ),
    (
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07],
        Cipher::TripleDes3,
        24,
    ),
    (&[0x2b, 0x0e, 0x03, 0x02, 0x07], Cipher::Des, 8),
    (RC2_CBC, Cipher::Rc2 { bits: 32 }, 4),
];

/// Its parameters say how many bits are effective.
const RC2_CBC: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x02];

/// Decrypts `text` by the AlgorithmIdentifier whose content is given.
///
/// # Errors
/// `Locked` where the password is not the one, the others where no password would do.
pub(crate) fn decrypt(
    mut algorithm: Cursor<'_>,
    text: &[u8],
    password: &Password,
    budget: &mut Budget,
) -> Result<Vec<u8>, Trouble> {
    let oid = algorithm.oid().ok_or_else(malformed)?;
    let parameters = algorithm.enter(tag::SEQUENCE).ok_or_else(malformed)?;
    let unsupported = || Trouble::unsupported("encryption", oid);
    let plain = if let Some([number]) = oid.strip_prefix(PKCS12) {
        let row = OF_PKCS12.iter().find(|(of, ..)| of == number);
        let &(_, cipher, key, iv) = row.ok_or_else(unsupported)?;
        let (salt, rounds) = kdf::salt_and_rounds(parameters)?;
        let hash = &digest::SHA1_FOR_LEGACY_USE_ONLY;
        let derivation = Pkcs12::new(hash, salt.value, rounds.value, budget)?;
        let key = derivation.derive(password, Purpose::Key, key);
        let iv = derivation.derive(password, Purpose::Iv, iv);
        cipher.decrypt(&key, &iv, text)
    } else if oid.strip_prefix(PKCS5) == Some(&[PBES2]) {
        return pbes2(parameters, text, password, budget);
    } else if let Some([number]) = oid.strip_prefix(PKCS5) {
        let row = OF_PKCS5.iter().find(|(of, _)| of == number);
        let &(_, cipher) = row.ok_or_else(unsupported)?;
        let (salt, rounds) = kdf::salt_and_rounds(parameters)?;
        let derived = kdf::pbkdf1(&password.text, salt.value, rounds.value, budget)?;
        let (key, iv) = derived.split_at_checked(8).ok_or_else(malformed)?;
        cipher.decrypt(key, iv, text)
    } else {
        return Err(unsupported());
    };
    plain.ok_or_else(Trouble::locked)
}

/// The second scheme of PKCS#5 (RFC 8018 §6.2).
fn pbes2(
    mut parameters: Cursor<'_>,
    text: &[u8],
    password: &Password,
    budget: &mut Budget,
) -> Result<Vec<u8>, Trouble> {
    let derivation = parameters.enter(tag::SEQUENCE).ok_or_else(malformed)?;
    let mut scheme = parameters.enter(tag::SEQUENCE).ok_or_else(malformed)?;
    let oid = scheme.oid().ok_or_else(malformed)?;
    let row = OF_PBES2.iter().find(|(of, ..)| *of == oid);
    let &(_, mut cipher, mut length) =
        row.ok_or_else(|| Trouble::unsupported("encryption", oid))?;
    let derivation = Derivation::of(derivation)?;
    if oid == RC2_CBC {
        let mut inner = scheme.enter(tag::SEQUENCE).ok_or_else(malformed)?;
        if let Some(version) = inner.expect(tag::INTEGER) {
            let bits = effective_bits(version.value).ok_or_else(malformed)?;
            cipher = Cipher::Rc2 { bits };
            length = u64::try_from(bits / 8).unwrap_or_default();
        }
        length = derivation.length().unwrap_or(length);
        scheme = inner;
    }
    let iv = scheme.expect(tag::OCTET_STRING).ok_or_else(malformed)?;
    if derivation.length().is_some_and(|asked| asked != length) {
        return Err(malformed());
    }
    let key = derivation.derive(&password.text, length, budget)?;
    cipher
        .decrypt(&key, iv.value, text)
        .ok_or_else(Trouble::locked)
}

/// RC2's effective bits by its "version" (RFC 8018 §B.2.3).
fn effective_bits(version: &[u8]) -> Option<usize> {
    match unsigned(version)? {
        160 => Some(40),
        120 => Some(64),
        58 => Some(128),
        bits @ 256..=1024 => usize::try_from(bits).ok(),
        _ => None,
    }
}

fn malformed() -> Trouble {
    Trouble::Broken("how it is encrypted cannot be read".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6229 §2: the first bytes of the key stream for the key 0102030405.
    #[test]
    fn rc4_of_the_rfc() {
        let stream = rc4(&[1, 2, 3, 4, 5], &[0; 8]).expect("a stream");
        assert_eq!(stream, [0xb2, 0x39, 0x63, 0x05, 0xf0, 0x3d, 0xc0, 0x27]);
    }

    #[test]
    fn keys_and_vectors_of_other_lengths_are_no_panic() {
        let ciphers = OF_PBES2.iter().map(|row| row.1).chain([Cipher::TripleDes2]);
        for cipher in ciphers {
            for length in [0, 1, 7, 129] {
                let bytes = vec![0; length];
                assert_eq!(cipher.decrypt(&bytes, &bytes, &[0; 16]), None);
            }
        }
    }
}
