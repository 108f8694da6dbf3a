//! Whether a file is worth reading as a document, told by its bytes alone.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// What no document for us is without.
///
/// * `-----BEGIN `: PEM, in lines or escaped.
/// * `LS0tLS1CRUdJT`, `0tLS0tQkVHSU`, `tLS0tLUJFR0lO`: base64 of `-----BEGIN`, where it begins at
///   a byte whose number is a multiple of three, or one or two more.
/// * `TFMwdExTMUNSVWRKV`, `xTMHRMUzFDUlVkSl`, `MUzB0TFMxQ1JVZEpU`: the first of them in base64 once
///   more, alone or in a document.
/// * `cert-manager.io`, `kubernetes.io/tls`: objects that speak of certificates without one.
/// * `certificate-authority`, `client-certificate`: a kubeconfig that refers to files.
/// * `X509Certificate`: SAML metadata, whose base64 may begin with white space.
const WORDS: [&[u8]; 12] = [
    b"-----BEGIN ",
    b"LS0tLS1CRUdJT",
    b"0tLS0tQkVHSU",
    b"tLS0tLUJFR0lO",
    b"TFMwdExTMUNSVWRKV",
    b"xTMHRMUzFDUlVkSl",
    b"MUzB0TFMxQ1JVZEpU",
    b"cert-manager.io",
    b"kubernetes.io/tls",
    b"certificate-authority",
    b"client-certificate",
    b"X509Certificate",
];

/// Starts of base64 text that say more by what follows: DER, the same in base64 once more, a JKS
/// and a JCEKS keystore, each with what tells whether it is that.
type Start = (&'static [u8], fn(&[u8]) -> bool);
const STARTS: [Start; 4] = [
    (b"MII", is_der),
    (b"TUlJ", is_der_twice),
    (b"/u3+7Q", |_| true),
    (b"zs7Ozg", |_| true),
];

static WORD_FINDERS: LazyLock<[Finder<'static>; WORDS.len()]> =
    LazyLock::new(|| WORDS.map(Finder::new));
static START_FINDERS: LazyLock<[Finder<'static>; STARTS.len()]> =
    LazyLock::new(|| STARTS.map(|(start, _)| Finder::new(start)));

/// Whether anything in `bytes` looks as if [`super::read`] could find something. Where it says no,
/// nothing would be found.
pub fn may_hold(bytes: &[u8]) -> bool {
    WORD_FINDERS
        .iter()
        .any(|finder| finder.find(bytes).is_some())
        || starts(bytes).next().is_some()
}

/// Where base64 of DER or of a keystore may begin; out of order.
pub(super) fn starts(bytes: &[u8]) -> impl Iterator<Item = usize> {
    STARTS
        .iter()
        .zip(START_FINDERS.iter())
        .flat_map(move |(&(_, is), finder)| {
            finder
                .find_iter(bytes)
                .filter(move |&at| bytes.get(at..).is_some_and(is))
        })
}

/// Where base64 of `-----BEGIN` may stand, at any alignment; out of order.
pub(super) fn armour_starts(bytes: &[u8]) -> impl Iterator<Item = usize> {
    WORD_FINDERS
        .iter()
        .skip(1)
        .take(6)
        .flat_map(|finder| finder.find_iter(bytes))
}

/// A SEQUENCE with two bytes of length, and in it one of those that begin a certificate, a
/// request, a revocation list, PKCS#7 or a keystore: `30 82 LL LL`, then `30 8x`, `06 09` or
/// `02 01 03 30`.
fn is_der(text: &[u8]) -> bool {
    match text {
        // 30 82 and 30 81.
        [
            b'M',
            b'I',
            b'I',
            _,
            _,
            b'D' | b'T' | b'j' | b'z',
            b'C',
            b'B' | b'C',
            ..,
        ] => true,
        // 06 09: the OID of PKCS#7.
        [
            b'M',
            b'I',
            b'I',
            _,
            _,
            b'A' | b'Q' | b'g' | b'w',
            b'Y',
            b'J',
            ..,
        ] => true,
        // 02 01: the version of PKCS#12, or of a private key.
        [
            b'M',
            b'I',
            b'I',
            _,
            _,
            b'A' | b'Q' | b'g' | b'w',
            b'I',
            b'B',
            ..,
        ] => true,
        _ => false,
    }
}

/// `TUlJ` encodes `MII`: what follows must encode base64 as well.
fn is_der_twice(text: &[u8]) -> bool {
    text.get(..16)
        .and_then(|text| crate::base64::decode(text).ok())
        .is_some_and(|text| is_der(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Standard base64, written for the tests alone.
    fn encoded(bytes: &[u8]) -> String {
        super::super::tests::base64(bytes)
    }

    #[test]
    fn armour_is_seen_at_every_alignment() {
        for lead in ["", "x", "xy", "xyz", "\n\n"] {
            let pem = format!("{lead}-----BEGIN CERTIFICATE-----\nMIIB");
            assert!(may_hold(encoded(pem.as_bytes()).as_bytes()), "{lead:?}");
        }
        for lead in ["", "x", "xy", "xyz"] {
            let once = encoded(b"-----BEGIN CERTIFICATE-----\n");
            let twice = encoded(format!("{lead}{once}").as_bytes());
            assert!(may_hold(twice.as_bytes()), "{lead:?}");
        }
    }

    #[test]
    fn der_is_seen_whatever_its_length() {
        for length in [300_u16, 301, 511, 512, 1023, 4000, 16_000] {
            for head in [[0x30, 0x82], [0x30, 0x81], [0x06, 0x09]] {
                let mut der = vec![0x30, 0x82];
                der.extend(length.to_be_bytes());
                der.extend(head);
                der.extend([7; 20]);
                assert!(may_hold(encoded(&der).as_bytes()), "{length} {head:?}");
                assert!(may_hold(encoded(encoded(&der).as_bytes()).as_bytes()));
            }
        }
    }

    #[test]
    fn most_texts_are_not_worth_it() {
        for text in [
            "",
            "MII_BMCR = 0",
            "fn main() {}",
            "a: b\n",
            "TUlJ",
            "GEMINIIIIII",
        ] {
            assert!(!may_hold(text.as_bytes()), "{text}");
        }
    }
}
