//! From a password to a key: the three derivations, and what may be spent on them.
//!
//! A container says itself how much work it takes to try a password, so that a file of a hundred
//! bytes could keep a machine busy for a day. The price is looked at before anything is begun.

use std::num::NonZeroU32;

use aws_lc_rs::digest::{self, Algorithm};
use aws_lc_rs::pbkdf2;

use super::Trouble;
use super::hash::{self, Hmac};
use crate::cursor::{Cursor, unsigned};
use crate::der::{Tlv, tag};

/// A password in the forms that containers want it in.
#[derive(Clone)]
pub(crate) struct Password {
    /// As it was given.
    pub(crate) text: Vec<u8>,
    /// UTF-16, big-endian, with two zeros behind; nothing at all is "no password", which is
    /// another password than an empty one (RFC 7292 §B.1).
    pub(crate) wide: Vec<u8>,
}

impl Password {
    /// What to try, in this order: each that was given, then none, then the empty one.
    pub(crate) fn all(given: &[&[u8]]) -> Vec<Self> {
        let mut all = Vec::new();
        for &text in given {
            let mut add = |units: &mut dyn Iterator<Item = u16>| {
                all.push(Self {
                    text: text.to_vec(),
                    wide: units.chain([0]).flat_map(u16::to_be_bytes).collect(),
                });
            };
            if let Ok(unicode) = str::from_utf8(text) {
                add(&mut unicode.encode_utf16());
            }
            if !text.is_ascii() {
                // Up to 1.0.2 OpenSSL took each byte for a character.
                add(&mut text.iter().map(|&byte| u16::from(byte)));
            }
        }
        for wide in [vec![], vec![0, 0]] {
            all.push(Self { text: vec![], wide });
        }
        all
    }
}

/// What may still be spent on one password for one file.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    rounds: u64,
}

/// Rounds that all derivations of one file may ask for together.
const ROUNDS: u64 = 10_000_000;

/// Bytes of memory for scrypt.
const MEMORY: u64 = 64 << 20;

impl Budget {
    pub(crate) fn new() -> Self {
        Self { rounds: ROUNDS }
    }

    /// Takes the rounds that this INTEGER's content asks for.
    fn rounds(&mut self, content: &[u8]) -> Result<NonZeroU32, Trouble> {
        let rounds = unsigned(content).ok_or_else(|| broken("a negative number of rounds"))?;
        self.spend(rounds)?;
        let rounds = u32::try_from(rounds).ok().and_then(NonZeroU32::new);
        rounds.ok_or_else(|| broken("no rounds"))
    }

    fn spend(&mut self, rounds: u64) -> Result<(), Trouble> {
        if rounds > ROUNDS {
            return Err(Trouble::Costly(format!(
                "its key derivation asks for {rounds} rounds, more than the 10 million that are spent on a file"
            )));
        }
        self.rounds = self.rounds.checked_sub(rounds).ok_or_else(|| {
            Trouble::Costly(
                "its key derivations together ask for more than the 10 million rounds that are spent on a file"
                    .to_owned(),
            )
        })?;
        Ok(())
    }
}

fn broken(what: &str) -> Trouble {
    Trouble::Broken(format!("its key derivation asks for {what}"))
}

/// What a key is for (RFC 7292 §B.3).
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// To decrypt.
    Key = 1,
    /// The initialization vector.
    Iv = 2,
    /// To check the integrity.
    Mac = 3,
}

/// The derivation of PKCS#12 (RFC 7292 appendix B.2).
pub(crate) struct Pkcs12<'a> {
    pub(crate) hash: &'static Algorithm,
    pub(crate) salt: &'a [u8],
    rounds: NonZeroU32,
}

impl<'a> Pkcs12<'a> {
    /// With as many rounds as this INTEGER's content says.
    pub(crate) fn new(
        hash: &'static Algorithm,
        salt: &'a [u8],
        rounds: &[u8],
        budget: &mut Budget,
    ) -> Result<Self, Trouble> {
        Ok(Self {
            hash,
            salt,
            rounds: budget.rounds(rounds)?,
        })
    }

    /// A key of `length` bytes.
    pub(crate) fn derive(&self, password: &Password, purpose: Purpose, length: usize) -> Vec<u8> {
        let block = self.hash.block_len();
        let diversifier = vec![
            match purpose {
                Purpose::Key => 1,
                Purpose::Iv => 2,
                Purpose::Mac => 3,
            };
            block
        ];
        let filled = |text: &[u8]| -> Vec<u8> {
            let length = text.len().div_ceil(block) * block;
            text.iter().copied().cycle().take(length).collect()
        };
        let mut input = [filled(self.salt), filled(&password.wide)].concat();
        let mut output = Vec::new();
        loop {
            let mut hashed = digest::digest(self.hash, &[&diversifier[..], &input].concat());
            for _ in 1..self.rounds.get() {
                hashed = digest::digest(self.hash, hashed.as_ref());
            }
            output.extend_from_slice(hashed.as_ref());
            if output.len() >= length {
                output.truncate(length);
                return output;
            }
            let added: Vec<u8> = hashed
                .as_ref()
                .iter()
                .copied()
                .cycle()
                .take(block)
                .collect();
            for part in input.chunks_exact_mut(block) {
                let mut carry = 1;
                for (byte, added) in part.iter_mut().zip(&added).rev() {
                    let [high, low] = (u16::from(*byte) + u16::from(*added) + carry).to_be_bytes();
                    *byte = low;
                    carry = u16::from(high);
                }
            }
        }
    }
}

/// The derivation of the first scheme of PKCS#5 with SHA-1 (RFC 8018 §5.1): 16 bytes.
pub(crate) fn pbkdf1(
    password: &[u8],
    salt: &[u8],
    rounds: &[u8],
    budget: &mut Budget,
) -> Result<Vec<u8>, Trouble> {
    let rounds = budget.rounds(rounds)?;
    let hash = &digest::SHA1_FOR_LEGACY_USE_ONLY;
    let mut hashed = digest::digest(hash, &[password, salt].concat());
    for _ in 1..rounds.get() {
        hashed = digest::digest(hash, hashed.as_ref());
    }
    Ok(hashed.as_ref().iter().copied().take(16).collect())
}

/// Longest key that anything asks for.
const LONGEST: u64 = 128;

/// A derivation of the second scheme: its AlgorithmIdentifier (RFC 8018 appendix A.2, RFC 7914 §7).
#[derive(Debug, Clone, Copy)]
pub(crate) enum Derivation<'a> {
    Pbkdf2 {
        salt: &'a [u8],
        rounds: &'a [u8],
        length: Option<u64>,
        /// The OID of the pseudo-random function.
        function: &'a [u8],
    },
    Scrypt {
        salt: &'a [u8],
        cost: u64,
        block: u64,
        parallel: u64,
    },
}

const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
const SCRYPT: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b];
/// HMAC with SHA-1, the default.
const HMAC_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x07];

impl<'a> Derivation<'a> {
    /// Reads the content of an AlgorithmIdentifier.
    pub(crate) fn of(mut algorithm: Cursor<'a>) -> Result<Self, Trouble> {
        let oid = algorithm.oid().ok_or_else(malformed)?;
        let mut parameters = algorithm.enter(tag::SEQUENCE).ok_or_else(malformed)?;
        match oid {
            PBKDF2 => Self::pbkdf2(&mut parameters).ok_or_else(malformed),
            SCRYPT => Self::scrypt(&mut parameters).ok_or_else(malformed),
            _ => Err(Trouble::unsupported("key derivation", oid)),
        }
    }

    fn pbkdf2(parameters: &mut Cursor<'a>) -> Option<Self> {
        let salt = parameters.expect(tag::OCTET_STRING)?.value;
        let rounds = parameters.expect(tag::INTEGER)?.value;
        let length = parameters.expect(tag::INTEGER);
        let function = match parameters.enter(tag::SEQUENCE) {
            Some(mut function) => function.oid()?,
            None => HMAC_SHA1,
        };
        Some(Self::Pbkdf2 {
            salt,
            rounds,
            length: length.map_or(Some(None), |length| unsigned(length.value).map(Some))?,
            function,
        })
    }

    fn scrypt(parameters: &mut Cursor<'a>) -> Option<Self> {
        let salt = parameters.expect(tag::OCTET_STRING)?.value;
        let mut number = || unsigned(parameters.expect(tag::INTEGER)?.value);
        Some(Self::Scrypt {
            salt,
            cost: number()?,
            block: number()?,
            parallel: number()?,
        })
    }

    /// The length of the key that the parameters themselves ask for.
    pub(crate) fn length(&self) -> Option<u64> {
        match self {
            Self::Pbkdf2 { length, .. } => *length,
            Self::Scrypt { .. } => None,
        }
    }

    /// A key of `length` bytes.
    pub(crate) fn derive(
        &self,
        password: &[u8],
        length: u64,
        budget: &mut Budget,
    ) -> Result<Vec<u8>, Trouble> {
        let length = usize::try_from(length.min(LONGEST)).unwrap_or_default();
        let mut key = vec![0; length];
        match *self {
            Self::Pbkdf2 {
                salt,
                rounds,
                function,
                ..
            } => {
                let hash = hash::by_hmac(function)?;
                let rounds = budget.rounds(rounds)?;
                match hash.pbkdf2 {
                    Some(library) => pbkdf2::derive(library, rounds, salt, password, &mut key),
                    None => pbkdf2(hash.function, rounds, salt, password, &mut key),
                }
            }
            Self::Scrypt {
                salt,
                cost,
                block,
                parallel,
            } => {
                let parameters = scrypt_parameters(cost, block, parallel, budget)?;
                scrypt::scrypt(password, salt, &parameters, &mut key)
                    .map_err(|_| broken("a key of no length"))?;
            }
        }
        Ok(key)
    }
}

fn scrypt_parameters(
    cost: u64,
    block: u64,
    parallel: u64,
    budget: &mut Budget,
) -> Result<scrypt::Params, Trouble> {
    let blocks = cost.saturating_mul(block);
    let memory = blocks.saturating_add(block.saturating_mul(parallel));
    let memory = memory.saturating_mul(128);
    // The table of the default parameters up to the bound, and a little for the blocks.
    if memory > MEMORY + (1 << 20) {
        return Err(Trouble::Costly(format!(
            "its key derivation asks for {} MB of memory, more than the 64 MB that are spent on a file",
            memory >> 20
        )));
    }
    // Two passes over the table, for each of the parallel computations.
    budget.spend(blocks.saturating_mul(2).saturating_mul(parallel))?;
    let parameters = cost
        .is_power_of_two()
        .then(|| u8::try_from(cost.ilog2()).ok())
        .flatten()
        .and_then(|log| {
            let (block, parallel) = (u32::try_from(block).ok()?, u32::try_from(parallel).ok()?);
            scrypt::Params::new(log, block, parallel).ok()
        });
    parameters.ok_or_else(|| broken("parameters that scrypt has not"))
}

/// PBKDF2 (RFC 8018 §5.2) with functions that the library has none for.
fn pbkdf2(
    hash: &'static Algorithm,
    rounds: NonZeroU32,
    salt: &[u8],
    password: &[u8],
    key: &mut [u8],
) {
    let hmac = Hmac::new(hash, password);
    for (number, part) in (1_u32..).zip(key.chunks_mut(hash.output_len())) {
        let mut last = hmac.of(&[salt, &number.to_be_bytes()].concat());
        let mut sum = last.clone();
        for _ in 1..rounds.get() {
            last = hmac.of(&last);
            for (sum, byte) in sum.iter_mut().zip(&last) {
                *sum ^= byte;
            }
        }
        for (byte, sum) in part.iter_mut().zip(sum) {
            *byte = sum;
        }
    }
}

fn malformed() -> Trouble {
    Trouble::Broken("its key derivation cannot be read".to_owned())
}

/// The salt and the rounds of the schemes of PKCS#12 and of the first one of PKCS#5.
pub(crate) fn salt_and_rounds(mut parameters: Cursor<'_>) -> Result<(Tlv<'_>, Tlv<'_>), Trouble> {
    let salt = parameters.expect(tag::OCTET_STRING);
    let rounds = parameters.expect(tag::INTEGER);
    salt.zip(rounds).ok_or_else(malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two ways to one key, of which one is the library's.
    #[test]
    fn our_derivation_is_the_library_s() {
        let rounds = NonZeroU32::new(3).expect("not zero");
        for hash in &hash::HASHES {
            let Some(library) = hash.pbkdf2 else { continue };
            let (mut ours, mut theirs) = ([0; 100], [0; 100]);
            pbkdf2(hash.function, rounds, b"salt", b"password", &mut ours);
            pbkdf2::derive(library, rounds, b"salt", b"password", &mut theirs);
            assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn the_price_is_known_before() {
        let mut budget = Budget::new();
        assert!(matches!(
            budget.rounds(&[0x7f, 0xff, 0xff, 0xff]),
            Err(Trouble::Costly(_))
        ));
        assert!(matches!(budget.rounds(&[0]), Err(Trouble::Broken(_))));
        assert!(matches!(budget.rounds(&[0xff]), Err(Trouble::Broken(_))));
        // 10 million, which is everything.
        assert!(budget.rounds(&[0x00, 0x98, 0x96, 0x80]).is_ok());
        assert!(matches!(budget.rounds(&[1]), Err(Trouble::Costly(_))));
        for (cost, block, parallel) in [(1 << 30, 8, 1), (1 << 16, 16, 1), (2, 8, 1 << 30)] {
            let asked = scrypt_parameters(cost, block, parallel, &mut Budget::new());
            assert!(matches!(asked, Err(Trouble::Costly(_))), "{cost}");
        }
        assert!(scrypt_parameters(1 << 16, 8, 1, &mut Budget::new()).is_ok());
        let odd = scrypt_parameters(3, 8, 1, &mut Budget::new());
        assert!(matches!(odd, Err(Trouble::Broken(_))));
        assert!(scrypt_parameters(0, 8, 1, &mut Budget::new()).is_err());
    }

    #[test]
    fn no_password_is_another_than_the_empty_one() {
        let all = Password::all(&["ä".as_bytes()]);
        let wide: Vec<&[u8]> = all.iter().map(|password| &password.wide[..]).collect();
        assert_eq!(
            wide,
            [
                &[0x00, 0xe4, 0, 0][..],
                &[0x00, 0xc3, 0x00, 0xa4, 0, 0],
                &[],
                &[0, 0]
            ]
        );
    }
}
