//! Documents as people write them, with certificates minted on the spot.

mod configuration;
mod hostile;
mod manifest;
mod settings;

use super::{Document, Embedded, read};

/// Standard base64, written for the tests alone.
pub(super) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bytes
        .chunks(3)
        .flat_map(|chunk| {
            let group = chunk
                .iter()
                .chain([0, 0].iter())
                .take(3)
                .fold(0_usize, |group, &byte| group << 8 | usize::from(byte));
            let digits = [18, 12, 6, 0].map(|shift| char::from(DIGITS[group >> shift & 63]));
            let count = chunk.len() + 1;
            digits
                .into_iter()
                .enumerate()
                .map(move |(at, digit)| if at < count { digit } else { '=' })
        })
        .collect()
}

/// A certificate and its key.
struct Minted {
    pem: String,
    der: Vec<u8>,
    key: String,
}

fn minted(name: &str) -> Minted {
    let issued = rcgen::generate_simple_self_signed([name.to_owned()]).expect("a certificate");
    Minted {
        pem: issued.cert.pem().replace("\r\n", "\n"),
        der: issued.cert.der().to_vec(),
        key: issued.signing_key.serialize_pem().replace("\r\n", "\n"),
    }
}

/// The text with every line but the first behind so many spaces.
fn indented(text: &str, spaces: usize) -> String {
    text.trim_end()
        .replace('\n', &format!("\n{}", " ".repeat(spaces)))
}

fn document(text: &str) -> Document {
    read(text.as_bytes(), "file").unwrap_or_default()
}

/// Place and content of everything that is embedded.
fn found(document: &Document) -> Vec<(&str, &[u8])> {
    document
        .embedded
        .iter()
        .map(|embedded| (embedded.place.as_str(), embedded.bytes.as_slice()))
        .collect()
}

/// The DER of every certificate, in order, by a reader of PEM that is not ours.
fn certificates(embedded: &Embedded) -> Vec<Vec<u8>> {
    if embedded.bytes.starts_with(&[0x30]) {
        return vec![embedded.bytes.clone()];
    }
    x509_parser::pem::Pem::iter_from_buffer(&embedded.bytes)
        .map(|pem| pem.expect("a block").contents)
        .collect()
}

/// The masked text: what a report may show.
fn shown(document: &Document, text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for range in &document.masked {
        bytes[range.clone()].fill(b'*');
    }
    String::from_utf8(bytes).expect("masked at the bounds of characters")
}
