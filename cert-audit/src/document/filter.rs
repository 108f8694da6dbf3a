//! Whether a file is worth reading as a document, told by its bytes alone.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::packed::Searcher;
use memchr::memmem::Finder;

/// What no document for us is without, and how what follows tells whether it is that.
type Word = (&'static [u8], fn(&[u8]) -> bool);

/// * `-----BEGIN `: PEM, in lines or escaped.
/// * `LS0tLS1CRUdJT`, `0tLS0tQkVHSU`, `tLS0tLUJFR0lO`: base64 of `-----BEGIN`, where it begins at
///   a byte whose number is a multiple of three, or one or two more.
/// * `TFMwdExTMUNSVWRKV`, `xTMHRMUzFDUlVkSl`, `MUzB0TFMxQ1JVZEpU`: the first of them in base64 once
///   more, alone or in a document.
/// * `MII`, `TUlJ`: base64 of DER, and that in base64 once more.
/// * `/u3+7Q`, `zs7Ozg`: base64 of a JKS or a JCEKS keystore.
/// * `MIACAQM`, `MIAGCSqGSIb3DQEH`: PKCS#12 and PKCS#7 in BER, whose lengths are not stated.
/// * `cert-manager.io`, `kubernetes.io/tls`: objects that speak of certificates without one.
/// * `certificate-authority`, `client-certificate`: a kubeconfig that refers to files.
/// * `X509Certificate`: SAML metadata, whose base64 may begin with white space.
/// * `"x5c"`, `caBundle`: what stands there is a certificate, or broken.
const WORDS: [Word; 20] = [
    (b"-----BEGIN ", |_| true),
    (b"LS0tLS1CRUdJT", |_| true),
    (b"0tLS0tQkVHSU", |_| true),
    (b"tLS0tLUJFR0lO", |_| true),
    (b"TFMwdExTMUNSVWRKV", |_| true),
    (b"xTMHRMUzFDUlVkSl", |_| true),
    (b"MUzB0TFMxQ1JVZEpU", |_| true),
    (b"MII", is_der),
    (b"TUlJ", is_der_twice),
    (b"/u3+7Q", |_| true),
    (b"zs7Ozg", |_| true),
    (b"MIACAQM", |_| true),
    (b"MIAGCSqGSIb3DQEH", |_| true),
    (b"cert-manager.io", |_| true),
    (b"kubernetes.io/tls", |_| true),
    (b"certificate-authority", |_| true),
    (b"client-certificate", |_| true),
    (b"X509Certificate", |_| true),
    (b"\"x5c\"", |_| true),
    (b"caBundle", |_| true),
];

/// Which of the words are base64 of a BEGIN marker.
const ARMOUR: Range<usize> = 1..7;

/// Which of the words begin base64 of something binary.
const STARTS: Range<usize> = 7..13;

/// Looks for all words at once, several gigabytes a second.
static SEARCHER: LazyLock<Option<Searcher>> =
    LazyLock::new(|| Searcher::new(WORDS.iter().map(|(word, _)| word)));

/// For machines without the instructions that the search for all words at once needs, and for
/// texts that are known to be worth it.
static FINDERS: LazyLock<[Finder<'static>; WORDS.len()]> =
    LazyLock::new(|| WORDS.map(|(word, _)| Finder::new(word)));

/// Whether anything in `bytes` looks as if [`super::read`] could find something. Where it says no,
/// nothing would be found.
pub fn may_hold(bytes: &[u8]) -> bool {
    // No two words can overlap so that the first, where it is not meant, hides the second.
    match &*SEARCHER {
        Some(searcher) => searcher.find_iter(bytes).any(|found| {
            let word = WORDS.get(found.pattern().as_usize());
            let rest = bytes.get(found.start()..).unwrap_or_default();
            word.is_some_and(|(_, is)| is(rest))
        }),
        None => found(bytes, 0..WORDS.len()).next().is_some(),
    }
}

/// Where base64 of DER or of a keystore may begin; out of order.
pub(super) fn starts(bytes: &[u8]) -> impl Iterator<Item = usize> {
    found(bytes, STARTS)
}

/// Where base64 of `-----BEGIN` may stand, at any alignment; out of order.
pub(super) fn armour_starts(bytes: &[u8]) -> impl Iterator<Item = usize> {
    found(bytes, ARMOUR)
}

/// Where these words are meant.
fn found(bytes: &[u8], words: Range<usize>) -> impl Iterator<Item = usize> {
    WORDS
        .iter()
        .zip(FINDERS.iter())
        .skip(words.start)
        .take(words.len())
        .flat_map(move |(&(_, is), finder)| {
            finder
                .find_iter(bytes)
                .filter(move |&at| bytes.get(at..).is_some_and(is))
        })
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
    fn both_searches_agree() {
        for (word, _) in WORDS {
            for lead in ["", "MII", "TUlJ", "tLS0", "-----", "M", "TUl"] {
                let text = [lead.as_bytes(), word, b"AADTCC more text behind it"].concat();
                assert_eq!(
                    may_hold(&text),
                    found(&text, 0..WORDS.len()).next().is_some(),
                    "{}",
                    String::from_utf8_lossy(&text)
                );
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
