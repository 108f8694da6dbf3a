use rules::{Certainty, Finding};

use crate::algorithm::Key;
use crate::audit::Audit;
use crate::check::Check;
use crate::evidence;
use crate::wording;

rules::rule! {
    /// Reports a certificate whose public key is too weak.
    ///
    /// ## Why
    /// Who factors the modulus, or finds the logarithm, has the private key and can be the server.
    /// RSA below 2048 bits and curves below 224 bits have less strength than the 112 bits that NIST
    /// asks for; current versions of OpenSSL, Java and the browsers refuse such keys, so the
    /// certificate fails with the next update of a client. No client accepts DSA any more.
    ///
    /// Anchors in trust stores are not judged: whoever keeps the store decides about them.
    ///
    /// ## Bad
    /// ```text
    /// deploy/tls/old.pem: certificate of old.prod.example has an RSA key of 1024 bits, fewer than 2048
    /// ```
    ///
    /// ## Good
    /// A new key of at least 2048 bits of RSA, or on the curve P-256, and a certificate for it.
    ///
    /// ## Reference
    /// [NIST SP 800-57 part 1](https://doi.org/10.6028/NIST.SP.800-57pt1r5) §5.6.1 for the
    /// strengths.
    pub WEAK_KEY = { id: "weak-key", level: Deny, since: "0.1.0" }
}

/// The check for [`WEAK_KEY`].
pub(super) static CHECK: Check = Check {
    rule: &WEAK_KEY,
    run,
};

/// Fewest bits of a modulus.
const RSA: u32 = 2048;

/// Fewest bits of a curve's field.
const CURVE: u32 = 224;

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    audit
        .cases
        .iter()
        .filter_map(|case| {
            let certificate = &case.artifact.certificate;
            let weakness = weakness(&certificate.key)?;
            let message = format!("{} has {weakness}", wording::called(certificate));
            let finding = evidence::everywhere(&WEAK_KEY, case, Certainty::Proven, message)?;
            let finding = finding
                .with_data("algorithm", certificate.key.algorithm.as_ref())
                .with_data("bits", certificate.key.bits);
            Some(finding.with_help(
                "make a new key and order a certificate for it; keep the old one until the new \
                 one is served",
            ))
        })
        .collect()
}

/// What is weak about a key: a fragment that follows "has".
fn weakness(key: &Key) -> Option<String> {
    let algorithm = key.algorithm.as_ref();
    let least = match algorithm {
        "RSA" | "RSA-PSS" | "RSA-OAEP" => RSA,
        "EC" => CURVE,
        "DSA" => {
            return Some("a DSA key, which no current client accepts".to_owned());
        }
        _ => return None,
    };
    let bits = key.bits.filter(|&bits| bits < least)?;
    Some(format!(
        "an {algorithm} key of {bits} bits, fewer than {least}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_that_is_strong_is_strong() {
        for (algorithm, bits, weak) in [
            ("RSA", Some(2048), false),
            ("RSA", Some(2047), true),
            ("RSA-PSS", Some(1024), true),
            ("RSA", None, false),
            ("EC", Some(224), false),
            ("EC", Some(192), true),
            ("EC", None, false),
            ("DSA", Some(3072), true),
            ("Ed25519", Some(256), false),
            ("ML-DSA-44", None, false),
        ] {
            let key = Key {
                algorithm: algorithm.into(),
                bits,
            };
            assert_eq!(weakness(&key).is_some(), weak, "{algorithm} {bits:?}");
        }
    }
}
