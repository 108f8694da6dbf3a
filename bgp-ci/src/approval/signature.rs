//! An OpenSSH signature (`PROTOCOL.sshsig`): read, and verified without running anything.

use aws_lc_rs::signature::{self as library, RsaPublicKeyComponents, UnparsedPublicKey};
use sha2::{Digest, Sha256};
use ssh_key::public::{EcdsaPublicKey, KeyData};
use ssh_key::{Algorithm, EcdsaCurve, HashAlg, LineEnding, SshSig};

/// Octets behind the signature of a security key: its flags and its counter.
const TRAILER: usize = 5;

/// A signature as its file has it.
#[derive(Debug)]
pub(super) struct Signed(SshSig);

impl Signed {
    /// Reads an armoured signature, as `ssh-keygen -Y sign` writes it.
    pub(super) fn read(armoured: &str) -> Result<Self, String> {
        let read = SshSig::from_pem(armoured.trim()).map_err(|error| {
            format!(
                "its signature cannot be read ({error}): it is what `ssh-keygen -Y sign` writes \
                 for a key without a certificate"
            )
        })?;
        // Version and lengths are not among what is signed: only the one way to write them is
        // taken, so that no letter of the file can be another one.
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        let written = read.to_pem(LineEnding::LF).unwrap_or_default();
        if read.version() == SshSig::VERSION && bare(&written) == bare(armoured) {
            Ok(Self(read))
        } else {
            Err("its signature is not written as `ssh-keygen -Y sign` writes it".to_owned())
        }
    }

    /// The key that it claims.
    pub(super) fn key(&self) -> &KeyData {
        self.0.public_key()
    }

    /// Whether its key signed `text`, with a line feed behind it or without, in `namespace`.
    pub(super) fn verify(&self, namespace: &str, text: &str) -> Result<(), String> {
        let found = self.0.namespace();
        if found != namespace {
            return Err(format!(
                "it is signed for the namespace `{}` and not for `{namespace}`",
                rules::escape::word(found)
            ));
        }
        let with_line_feed = format!("{text}\n");
        for message in [text, &with_line_feed] {
            let data = SshSig::signed_data(namespace, self.0.hash_alg(), message.as_bytes())
                .map_err(|error| format!("its signature cannot be read ({error})"))?;
            if self.made(&data)? {
                return Ok(());
            }
        }
        Err("its signature is over something else than this plan".to_owned())
    }

    /// Whether the key made the signature over `data`; an error where that cannot be told.
    fn made(&self, data: &[u8]) -> Result<bool, String> {
        let bytes = self.0.signature_bytes();
        let answer = match (self.0.public_key(), self.0.algorithm()) {
            (KeyData::Ed25519(key), Algorithm::Ed25519) => ed25519(&key.0, data, bytes),
            (KeyData::Rsa(key), Algorithm::Rsa { hash: Some(hash) }) => {
                let scheme = match hash {
                    HashAlg::Sha512 => &library::RSA_PKCS1_2048_8192_SHA512,
                    _ => &library::RSA_PKCS1_2048_8192_SHA256,
                };
                let parts = (key.n.as_positive_bytes(), key.e.as_positive_bytes());
                let (Some(n), Some(e)) = parts else {
                    return Err("its key is malformed".to_owned());
                };
                if n.len() < 256 {
                    return Err("its RSA key has less than 2,048 bits".to_owned());
                }
                let key = RsaPublicKeyComponents { n, e };
                key.verify(scheme, data, bytes).is_ok()
            }
            (KeyData::Ecdsa(key), Algorithm::Ecdsa { curve }) if key.curve() == curve => {
                ecdsa(key, data, bytes)
            }
            (KeyData::SkEd25519(key), Algorithm::SkEd25519) => {
                let Some((signature, data)) = by_security_key(key.application(), data, bytes)
                else {
                    return Ok(false);
                };
                ed25519(&key.public_key().0, &data, signature)
            }
            (KeyData::SkEcdsaSha2NistP256(key), Algorithm::SkEcdsaSha2NistP256) => {
                let Some((signature, data)) = by_security_key(key.application(), data, bytes)
                else {
                    return Ok(false);
                };
                ecdsa(&EcdsaPublicKey::NistP256(*key.ec_point()), &data, signature)
            }
            (key, algorithm) => {
                return Err(format!(
                    "a signature of kind {algorithm} by a key of kind {} is not supported",
                    key.algorithm()
                ));
            }
        };
        Ok(answer)
    }
}

fn ed25519(key: &[u8], data: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&library::ED25519, key)
        .verify(data, signature)
        .is_ok()
}

/// RFC 5656, section 3.1.2: the two numbers, each with its length before it.
fn ecdsa(key: &EcdsaPublicKey, data: &[u8], signature: &[u8]) -> bool {
    let (scheme, octets) = match key.curve() {
        EcdsaCurve::NistP256 => (&library::ECDSA_P256_SHA256_FIXED, 32),
        EcdsaCurve::NistP384 => (&library::ECDSA_P384_SHA384_FIXED, 48),
        EcdsaCurve::NistP521 => (&library::ECDSA_P521_SHA512_FIXED, 66),
    };
    let Some((r, rest)) = number(signature, octets) else {
        return false;
    };
    let Some((s, [])) = number(rest, octets) else {
        return false;
    };
    UnparsedPublicKey::new(scheme, key.as_sec1_bytes())
        .verify(data, &[r, s].concat())
        .is_ok()
}

/// A number of at most `octets` octets, as exactly that many, and what follows it.
fn number(bytes: &[u8], octets: usize) -> Option<(Vec<u8>, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (number, rest) = rest.split_at_checked(length)?;
    // A number whose first bit is set has a zero in front.
    let number = number.strip_prefix(&[0]).unwrap_or(number);
    let mut whole = vec![0; octets.checked_sub(number.len())?];
    whole.extend(number);
    Some((whole, rest))
}

/// What a security key signs (`PROTOCOL.u2f`), and its signature without the trailer.
fn by_security_key<'a>(
    application: &str,
    data: &[u8],
    bytes: &'a [u8],
) -> Option<(&'a [u8], Vec<u8>)> {
    let (signature, trailer) = bytes.split_at_checked(bytes.len().checked_sub(TRAILER)?)?;
    let mut signed = Sha256::digest(application.as_bytes()).to_vec();
    signed.extend(trailer);
    signed.extend(Sha256::digest(data));
    Some((signature, signed))
}
