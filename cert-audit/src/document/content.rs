//! What a string of a document holds: PEM, base64 of PEM, of DER or of a keystore, or base64 of
//! any of these once more.

use std::borrow::Cow;

use memchr::memmem;

use super::filter;
use crate::base64;
use crate::der::{self, Shape, tag};

/// What a string holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// PEM text, perhaps among other text, as the string has it or behind base64.
    Pem(Vec<u8>),
    /// One object in DER or BER that may hold certificates, or is one.
    Der(Vec<u8>),
    /// A keystore.
    Keystore(Vec<u8>),
    /// A private key in DER.
    Key(Vec<u8>),
    /// Text behind base64 that may hold any of these in its turn.
    Text(Vec<u8>),
}

impl Content {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Pem(bytes)
            | Self::Der(bytes)
            | Self::Keystore(bytes)
            | Self::Key(bytes)
            | Self::Text(bytes) => bytes,
        }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Pem(bytes)
            | Self::Der(bytes)
            | Self::Keystore(bytes)
            | Self::Key(bytes)
            | Self::Text(bytes) => bytes,
        }
    }

    /// Whether it is a private key or may hold one.
    pub(super) fn is_secret(&self) -> bool {
        match self {
            Self::Pem(bytes) | Self::Text(bytes) => holds_key(bytes),
            Self::Der(_) => false,
            Self::Keystore(_) | Self::Key(_) => true,
        }
    }

    /// Whether there is a certificate in it, or should be.
    pub(super) fn holds_certificate(&self) -> bool {
        match self {
            Self::Pem(bytes) => memmem::find(bytes, b"CERTIFICATE-----").is_some(),
            Self::Der(_) | Self::Keystore(_) => true,
            Self::Key(_) | Self::Text(_) => false,
        }
    }
}

/// Shorter strings hold neither a certificate nor a key.
pub(super) const SHORTEST: usize = 40;

/// Looks at a string, and behind at most two layers of base64.
pub(super) fn of(text: &[u8]) -> Option<Content> {
    if text.len() < SHORTEST {
        return None;
    }
    if let Some(pem) = of_pem(text) {
        return Some(pem);
    }
    let once = decoded(text)?;
    let found = of_bytes(&once);
    if found.is_some() {
        return found;
    }
    if is_base64_like(&once)
        && let Some(twice) = decoded(&once)
        && let Some(found) = of_bytes(&twice).or_else(|| of_document(twice))
    {
        return Some(found);
    }
    of_document(once)
}

/// Decoded text that may hold something in its turn. What is compressed or encrypted is no text.
fn of_document(bytes: Vec<u8>) -> Option<Content> {
    let is_text = !bytes.contains(&0) && str::from_utf8(&bytes).is_ok();
    (is_text && filter::may_hold(&bytes)).then_some(Content::Text(bytes))
}

/// What decoded bytes are.
pub(super) fn of_bytes(bytes: &[u8]) -> Option<Content> {
    if let Some(pem) = of_pem(bytes) {
        return Some(pem);
    }
    if KEYSTORES.iter().any(|magic| bytes.starts_with(magic)) {
        return Some(Content::Keystore(bytes.to_vec()));
    }
    if bytes.starts_with(PKCS7) {
        return Some(Content::Der(bytes.to_vec()));
    }
    match der::shape(bytes) {
        Shape::Certificate { .. } | Shape::CutCertificate | Shape::Pkcs7 => {
            Some(Content::Der(bytes.to_vec()))
        }
        Shape::Pkcs12 => Some(Content::Keystore(bytes.to_vec())),
        _ if is_private_key(bytes) => Some(Content::Key(bytes.to_vec())),
        _ => None,
    }
}

/// The first bytes of JKS, of JCEKS, and of PKCS#12 in BER without a stated length.
const KEYSTORES: [&[u8]; 3] = [
    &[0xfe, 0xed, 0xfe, 0xed],
    &[0xce, 0xce, 0xce, 0xce],
    &[0x30, 0x80, 0x02, 0x01, 0x03],
];

/// The first bytes of PKCS#7 in BER: 1.2.840.113549.1.7.
const PKCS7: &[u8] = &[
    0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07,
];

const BEGIN: &[u8] = b"-----BEGIN ";

/// Text with at least one block that is ours, and has something in it: what begins with a template
/// or an ellipsis is none.
fn of_pem(text: &[u8]) -> Option<Content> {
    memmem::find(text, BEGIN)?;
    let pem = lines(&plain(text)).into_owned();
    let ours = memmem::find_iter(&pem, BEGIN).any(|at| {
        let block = pem.get(at + BEGIN.len()..).unwrap_or_default();
        let line = memchr::memchr(b'\n', block).unwrap_or(block.len());
        let (label, body) = block.split_at(line);
        let body = body.trim_ascii_start();
        LABELS
            .iter()
            .any(|ours| memmem::find(label, ours).is_some())
            && (begins_like_base64(body) || body.starts_with(b"Proc-Type:"))
    });
    ours.then_some(Content::Pem(pem))
}

fn begins_like_base64(body: &[u8]) -> bool {
    body.len() >= 8
        && body
            .iter()
            .take(8)
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte))
}

/// What stands in the labels of the blocks that are of interest.
const LABELS: [&[u8]; 6] = [
    b"CERTIFICATE",
    b"PRIVATE KEY",
    b"PKCS7",
    b"CMS",
    b"X509 CRL",
    b"PKCS12",
];

/// Whether PEM text has a private key.
pub(super) fn holds_key(text: &[u8]) -> bool {
    memmem::find(text, b"PRIVATE KEY-----").is_some()
}

/// PKCS#8 (RFC 5958), its encrypted form, PKCS#1 (RFC 8017 A.1.2) or SEC 1 (RFC 5915).
fn is_private_key(bytes: &[u8]) -> bool {
    let Some((key, [])) = der::expect(bytes, tag::SEQUENCE) else {
        return false;
    };
    let Some((first, rest)) = der::next(key.value) else {
        return false;
    };
    let next = |rest| der::next(rest).map(|(tlv, _)| tlv);
    match (first.tag, first.value, next(rest)) {
        (tag::INTEGER, [0 | 1], Some(second)) => match second.tag {
            // An algorithm, then the key.
            tag::SEQUENCE => der::expect(second.value, tag::OID).is_some(),
            // The modulus, which is longer than any version.
            tag::INTEGER => second.value.len() > 32,
            tag::OCTET_STRING => true,
            _ => false,
        },
        (tag::SEQUENCE, algorithm, Some(second)) => {
            // PBES2 and the older schemes: 1.2.840.113549.1.5 and .12.
            const PKCS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01];
            second.tag == tag::OCTET_STRING
                && der::expect(algorithm, tag::OID)
                    .is_some_and(|(oid, _)| oid.value.starts_with(PKCS))
        }
        _ => false,
    }
}

/// Escapes that a string keeps where its format has none, or where it was escaped twice: `\n` is
/// a line break, `\/` a slash.
fn plain(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (before, escape) = rest.split_at(at);
        plain.extend_from_slice(before);
        let slashes = escape.iter().take_while(|&&byte| byte == b'\\').count();
        let behind = escape.get(slashes..).unwrap_or_default();
        rest = behind.get(1..).unwrap_or_default();
        match behind.first() {
            Some(b'n') => plain.push(b'\n'),
            Some(b'r') => {}
            Some(b't') => plain.push(b'\t'),
            // JSON inside JSON, by writers that escape what HTML has a use for.
            Some(b'u') if matches!(rest.get(..4), Some(b"002b" | b"002B" | b"003d" | b"003D")) => {
                let is_plus = matches!(rest.get(..4), Some(b"002b" | b"002B"));
                plain.push(if is_plus { b'+' } else { b'=' });
                rest = rest.get(4..).unwrap_or_default();
            }
            // A line that goes on, as in properties and shells.
            Some(b'\n') => plain.push(b'\n'),
            Some(&other) => plain.push(other),
            None => {}
        }
    }
    plain.extend_from_slice(rest);
    Cow::Owned(plain)
}

/// Gives PEM blocks that stand on one line their line breaks back.
fn lines(text: &[u8]) -> Cow<'_, [u8]> {
    let mut lines = Vec::new();
    let mut done = 0;
    for at in memmem::find_iter(text, BEGIN) {
        if at < done {
            continue;
        }
        let Some((body, end, behind)) = on_one_line(text, at) else {
            continue;
        };
        lines.extend_from_slice(text.get(done..body).unwrap_or_default());
        for word in text
            .get(body..end)
            .unwrap_or_default()
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty())
        {
            lines.push(b'\n');
            lines.extend_from_slice(word);
        }
        lines.push(b'\n');
        lines.extend_from_slice(text.get(end..behind).unwrap_or_default());
        if !text.get(behind..).unwrap_or_default().starts_with(b"\n") {
            lines.push(b'\n');
        }
        let rest = text.get(behind..).unwrap_or_default();
        done = behind + rest.iter().take_while(|&&byte| byte == b' ').count();
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    lines.extend_from_slice(text.get(done..).unwrap_or_default());
    Cow::Owned(lines)
}

/// Where body, END marker and what follows begin, if something stands behind the BEGIN marker at
/// `at` on its line.
fn on_one_line(text: &[u8], at: usize) -> Option<(usize, usize, usize)> {
    let label = at + BEGIN.len();
    let rest = text.get(label..)?;
    let length = memmem::find(rest.get(..rest.len().min(70))?, b"-----")?;
    let name = rest.get(..length)?;
    let body = label + length + 5;
    let line = text.get(body..)?;
    let line = line.get(..memchr::memchr(b'\n', line).unwrap_or(line.len()))?;
    if line.trim_ascii().is_empty() {
        return None;
    }
    let end = body + memmem::find(text.get(body..)?, b"-----END ")?;
    let behind = end + 9 + name.len() + 5;
    let marker = text.get(end + 9..behind)?;
    (marker.starts_with(name) && marker.ends_with(b"-----")).then_some((body, end, behind))
}

/// Whether all of a text may be base64, by its first characters.
fn is_base64_like(text: &[u8]) -> bool {
    let mut head = text.trim_ascii().iter().take(24).peekable();
    head.peek().is_some()
        && head.all(|&byte| byte.is_ascii_alphanumeric() || b"+/-_= \r\n\\".contains(&byte))
}

/// Base64 of either alphabet, with or without padding, white space or escaped line breaks, as it
/// stands in documents; a `data:` URL (RFC 2397) is told by its head.
pub(super) fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut text = text.trim_ascii();
    if text.starts_with(b"data:") {
        let head = text.get(..text.len().min(100))?;
        let mark = memmem::find(head, b";base64,")?;
        text = text.get(mark + 8..)?;
    }
    if !is_base64_like(text) {
        return None;
    }
    let plain = plain(text);
    let mut digits: Vec<u8> = plain
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|&byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            byte => byte,
        })
        .collect();
    while digits.last() == Some(&b'=') {
        digits.pop();
    }
    digits.resize(digits.len().next_multiple_of(4), b'=');
    base64::decode(&digits).ok()
}

#[cfg(test)]
mod tests {
    use super::super::tests::base64;
    use super::*;

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nZm9vYmFy\nZm9v\n-----END CERTIFICATE-----\n";

    fn pem(text: &str) {
        assert_eq!(
            of(text.as_bytes()),
            Some(Content::Pem(PEM.into())),
            "{text}"
        );
    }

    #[test]
    fn pem_is_read_however_it_is_written() {
        pem(PEM);
        pem(&PEM.replace('\n', "\\n"));
        pem(&PEM.replace('\n', "\\\\n"));
        pem(&PEM.replace('\n', "\\r\\n"));
        pem(&PEM.replace('\n', " "));
        pem(PEM.replace('\n', " ").trim());
        pem(&PEM
            .replace("Y-----\n", "Y-----")
            .replace("\n---", "---")
            .replace("-\nZ", "-Z"));
        pem(&base64(PEM.as_bytes()));
        pem(&base64(base64(PEM.as_bytes()).as_bytes()));
        pem(base64(PEM.as_bytes()).trim_end_matches('='));
        pem(&format!(
            "data:application/x-pem-file;base64,{}",
            base64(PEM.as_bytes())
        ));
        let wrapped: String = base64(PEM.as_bytes())
            .chars()
            .enumerate()
            .flat_map(|(at, c)| {
                let lead = if at % 64 == 0 { "\n  " } else { "" };
                lead.chars().chain([c])
            })
            .collect();
        pem(&wrapped);
    }

    #[test]
    fn a_third_layer_is_not_followed() {
        let thrice = base64(base64(base64(PEM.as_bytes()).as_bytes()).as_bytes());
        assert_eq!(
            of(thrice.as_bytes()).filter(Content::holds_certificate),
            None
        );
        let mut bomb = PEM.repeat(1000).into_bytes();
        for _ in 0..20 {
            bomb = base64(&bomb).into_bytes();
        }
        assert_eq!(of(&bomb), None);
    }

    #[test]
    fn what_is_not_ours_is_nothing() {
        for text in [
            "-----BEGIN PUBLIC KEY-----\nZm9vYmFy\n-----END PUBLIC KEY-----\n",
            "a long text that is no base64 at all, whatever one tries",
            "QWxsIHRoaXMgaXMgdGV4dCB3aXRob3V0IGFueXRoaW5nIGluIGl0Lg==",
            "short",
        ] {
            assert_eq!(of(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn keys_and_keystores_are_told_and_secret() {
        let key = rcgen::KeyPair::generate().expect("a key");
        for (content, certificate) in [
            (of(base64(key.serialize_der().as_slice()).as_bytes()), false),
            (of(key.serialize_pem().as_bytes()), false),
            (
                of(base64(&[&[0xfe, 0xed, 0xfe, 0xed][..], &[0; 40]].concat()).as_bytes()),
                true,
            ),
        ] {
            let content = content.expect("something is found");
            assert!(content.is_secret());
            assert_eq!(content.holds_certificate(), certificate);
        }
    }
}
