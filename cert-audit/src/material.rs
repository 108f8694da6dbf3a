//! What a file holds, told by its content: PEM, DER, or base64 without armour.

use std::sync::Arc;

use memchr::memmem;
use rules::Position;

use crate::certificate::Fingerprint;
use crate::der::{self, Shape};
use crate::pem::{self, Label};
use crate::{base64, place};

/// What was found in one file.
#[derive(Debug, Default)]
pub struct Material {
    /// Certificates, keys and their like, and what should have been some, in order.
    pub pieces: Vec<Piece>,
    /// Whether the file is there to hold such material, by its name or because it holds nothing
    /// else: what cannot be read in it is a defect and not a coincidence.
    pub container: bool,
    /// How many PEM blocks say that they are certificates, in a file that is none, and do not even
    /// begin like one.
    pub doubtful: usize,
    /// The text as a report may show it, where it differs from the file: private keys are masked,
    /// and a binary file is described.
    pub shown: Option<Arc<str>>,
}

/// One certificate, key or the like, or what should have been one.
#[derive(Debug)]
pub struct Piece {
    /// Where it begins.
    pub start: Position,
    /// Where the text ends that a report points at.
    pub end: Position,
    /// Where inside the file, where a line does not tell.
    pub inside: Inside,
    /// What it is.
    pub what: What,
}

/// Where inside a file something lies, and with what it belongs together there.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inside {
    /// For people: a pointer, an alias, an index; `None` where the line says it all.
    pub place: Option<Arc<str>>,
    /// Pieces of one file and one group are one deployment, in their order: a key, its certificate
    /// and the chain. `None` is the whole file, whose pieces need not belong together.
    pub group: Option<Arc<str>>,
    /// What it is there for, where the file says so.
    pub role: Option<Role>,
}

/// What a certificate is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A server presents it.
    Server,
    /// A client presents it.
    Client,
    /// Others' certificates are held against it.
    Trust,
}

impl Role {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Trust => "trust",
        }
    }
}

/// What a piece is.
#[derive(Debug)]
pub enum What {
    /// DER that is shaped like a certificate, and perhaps cut off.
    Certificate(Vec<u8>),
    /// A private key.
    Key(HeldKey),
    /// Something else that can expire.
    Other(Kind, Vec<u8>),
    /// A certificate signing request: counted, not judged.
    Request,
    /// It cannot be read, and why: a lower-case fragment.
    Broken(String),
    /// So many bytes behind the last certificate of a binary file are something else.
    Trailing(usize),
    /// It could not be seen, and why: a lower-case fragment.
    Unseen(String),
}

/// What is known of a private key: nothing of it is kept but a digest of its public half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldKey {
    /// SHA-256 over its SubjectPublicKeyInfo in DER, as certificates have it; `None` where it is
    /// locked or of a kind that is not read.
    pub spki: Option<Fingerprint>,
    /// Whether it is locked with a password.
    pub locked: bool,
}

/// What can expire and is no certificate of X.509.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A certificate revocation list.
    Revocations,
    /// An OCSP response.
    Ocsp,
    /// An OpenSSH certificate.
    Ssh,
}

impl Kind {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Revocations => "crl",
            Self::Ocsp => "ocsp",
            Self::Ssh => "ssh-certificate",
        }
    }
}

/// Reads a file's content. `path` is used for its extension alone; `passwords` are tried on what
/// is locked.
pub fn read(bytes: &[u8], path: &str, _passwords: &[&[u8]]) -> Material {
    let named = place::is_named_container(path);
    let mut material = if memmem::find(bytes, b"-----BEGIN ").is_some() {
        of_pem(bytes, named)
    } else if let Some(der) = of_der(bytes, named) {
        der
    } else {
        of_base64(bytes, named)
    };
    if named && !bytes.trim_ascii().is_empty() && material.is_nothing() {
        material
            .pieces
            .push(Piece::of_file(What::Broken(nothing(bytes))));
    }
    material.container |= named;
    material
}

impl Material {
    /// Whether there is nothing for us in it.
    pub fn is_nothing(&self) -> bool {
        self.pieces.is_empty() && self.doubtful == 0 && !self.container
    }
}

impl Piece {
    fn of_file(what: What) -> Self {
        Self {
            start: Position::START,
            end: Position::START,
            inside: Inside::default(),
            what,
        }
    }
}

fn of_pem(bytes: &[u8], named: bool) -> Material {
    let mut material = Material::default();
    let mut masked: Option<Vec<u8>> = None;
    let mut known = false;
    let mut doubts = Vec::new();
    for block in pem::blocks(bytes) {
        known = true;
        let mut plausible = true;
        let what = match (block.label, block.content) {
            (Label::PrivateKey, _) => {
                let text = masked.get_or_insert_with(|| bytes.to_vec());
                for byte in text.get_mut(block.body).unwrap_or_default() {
                    // What is not ASCII stays the same length in bytes and becomes ASCII.
                    if !byte.is_ascii_whitespace() {
                        *byte = b'*';
                    }
                }
                What::Key(HeldKey {
                    spki: None,
                    locked: false,
                })
            }
            (Label::Other, _) => continue,
            (Label::Pkcs7, _) => unopened("a PKCS#7 bundle"),
            (Label::Certificate, Err(fault)) => {
                let body = bytes.get(block.body).unwrap_or_default().trim_ascii_start();
                // So begins the base64 of every SEQUENCE that is longer than 127 bytes.
                plausible = body.starts_with(b"MI");
                What::Broken(fault.reason())
            }
            (Label::Certificate, Ok(der)) => of_block(der),
        };
        material.pieces.push(Piece {
            start: block.start,
            end: block.end,
            inside: Inside::default(),
            what,
        });
        doubts.push(!plausible);
    }
    material.container = known && (named || is_armour_alone(bytes));
    if !material.container {
        // In a program or a document a block that does not even begin like a certificate is a
        // pattern, a template or an example.
        material.doubtful = doubts.iter().filter(|&&doubt| doubt).count();
        let mut doubts = doubts.into_iter();
        material.pieces.retain(|_| doubts.next() != Some(true));
    }
    material.shown = masked.map(|text| String::from_utf8_lossy(&text).into());
    material
}

/// What a block of certificate label holds.
fn of_block(mut der: Vec<u8>) -> What {
    match der::shape(&der) {
        // `TRUSTED CERTIFICATE` has OpenSSL's trust settings behind the certificate.
        Shape::Certificate { length } => {
            der.truncate(length);
            What::Certificate(der)
        }
        Shape::CutCertificate => What::Certificate(der),
        Shape::Pkcs7 => unopened("a PKCS#7 bundle"),
        Shape::Pkcs12 => unopened("a PKCS#12 keystore"),
        Shape::Other | Shape::Alien => {
            What::Broken("its content is not shaped like a certificate".to_owned())
        }
    }
}

/// Whether a file begins and ends with PEM blocks, whatever stands between them.
fn is_armour_alone(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii();
    let last = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
    text.starts_with(b"-----BEGIN ")
        && text
            .get(last..)
            .is_some_and(|line| line.starts_with(b"-----"))
}

/// DER from the first byte on: certificates one behind the other, or something else that we know.
fn of_der(bytes: &[u8], named: bool) -> Option<Material> {
    let mut material = Material {
        shown: Some("(binary: DER)".into()),
        ..Material::default()
    };
    let mut rest = bytes;
    loop {
        let what = match der::shape(rest) {
            Shape::Certificate { length } => {
                let (certificate, behind) = rest.split_at_checked(length)?;
                let piece = Piece::of_file(What::Certificate(certificate.to_vec()));
                material.pieces.push(piece);
                material.container = true;
                rest = behind;
                if rest.trim_ascii().is_empty() {
                    return Some(material);
                }
                continue;
            }
            Shape::CutCertificate if named || material.container => {
                What::Certificate(rest.to_vec())
            }
            Shape::CutCertificate => return None,
            Shape::Pkcs12 => unopened("a PKCS#12 keystore"),
            Shape::Pkcs7 if named => unopened("a PKCS#7 bundle"),
            Shape::Pkcs7 | Shape::Other if !material.container => {
                // A key, a request, a revocation list, a signature: known, and not ours.
                material.container = named;
                return Some(material);
            }
            _ if material.container => What::Trailing(rest.len()),
            _ if JAVA.iter().any(|magic| rest.starts_with(magic)) => unopened("a Java keystore"),
            _ => return None,
        };
        material.container = true;
        material.pieces.push(Piece::of_file(what));
        return Some(material);
    }
}

fn unopened(what: &str) -> What {
    What::Unseen(format!("this is {what}, which this release does not open"))
}

/// The first bytes of JKS and JCEKS.
const JAVA: [&[u8]; 2] = [&[0xfe, 0xed, 0xfe, 0xed], &[0xce, 0xce, 0xce, 0xce]];

/// Base64 of a certificate and nothing else, as some exports write it.
fn of_base64(bytes: &[u8], named: bool) -> Material {
    let text = bytes.trim_ascii();
    // A SEQUENCE whose length takes two bytes, as every certificate's does, begins so.
    if !text.starts_with(b"MII") {
        return Material::default();
    }
    let Ok(der) = base64::decode(text) else {
        return Material::default();
    };
    match der::shape(&der) {
        Shape::Certificate { .. } => {}
        Shape::CutCertificate if named => {}
        _ => return Material::default(),
    }
    Material {
        pieces: vec![Piece::of_file(of_block(der))],
        container: true,
        ..Material::default()
    }
}

/// What can be said about a certificate file in which there is none.
fn nothing(bytes: &[u8]) -> String {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return "the file is UTF-16 text, which servers do not read".to_owned();
    }
    let start = bytes.trim_ascii_start();
    if start.starts_with(b"<") {
        return "the file is HTML or XML, as if a download had failed".to_owned();
    }
    if memmem::find(start, b"-----BEGIN ").is_some() {
        return "every PEM block in the file is commented out".to_owned();
    }
    "there is neither PEM nor DER in the file".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(bytes: &[u8], path: &str) -> Vec<String> {
        read(bytes, path, &[])
            .pieces
            .into_iter()
            .map(|piece| match piece.what {
                What::Broken(reason) => reason,
                What::Unseen(reason) => reason,
                What::Key(_) => "a key".to_owned(),
                What::Request => "a request".to_owned(),
                What::Other(kind, _) => kind.as_str().to_owned(),
                What::Trailing(bytes) => format!("{bytes} bytes behind"),
                What::Certificate(der) => format!("{} bytes", der.len()),
            })
            .collect()
    }

    #[test]
    fn a_certificate_file_without_certificate_says_what_it_looks_like() {
        assert_eq!(
            reasons(b"<html>404", "a.crt"),
            ["the file is HTML or XML, as if a download had failed"]
        );
        assert_eq!(
            reasons(&[0xff, 0xfe, b'-', 0], "a.pem"),
            ["the file is UTF-16 text, which servers do not read"]
        );
        assert_eq!(
            reasons(b"words", "a.pem"),
            ["there is neither PEM nor DER in the file"]
        );
        assert_eq!(reasons(b" \n", "a.pem"), [""; 0]);
        assert_eq!(reasons(b"words", "a.txt"), [""; 0]);
    }

    #[test]
    fn der_that_is_something_else_is_known() {
        // An OID alone, and the start of a private key as a template.
        assert_eq!(reasons(&[0x06, 0x03, 0x2b, 0x65, 0x70], "oid.der"), [""; 0]);
        assert_eq!(
            reasons(&[0x30, 0x53, 0x02, 0x01, 0x01, 0x30, 0x05], "key.der"),
            [""; 0]
        );
        // What begins like a certificate does not pass.
        let cut = [0x30, 0x82, 0x02, 0x00, 0x30, 0x82];
        assert_eq!(
            reasons(&cut, "a.der"),
            ["there is neither PEM nor DER in the file"]
        );
    }

    #[test]
    fn keys_are_counted_and_masked() {
        let text = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";
        let material = read(text.as_bytes(), "key.pem", &[]);
        assert_eq!(reasons(text.as_bytes(), "key.pem"), ["a key"]);
        assert_eq!(
            material.shown.as_deref(),
            Some("-----BEGIN PRIVATE KEY-----\n********\n-----END PRIVATE KEY-----\n")
        );
    }

    #[test]
    fn java_keystores_are_known_by_their_first_bytes() {
        assert_eq!(
            reasons(&[0xfe, 0xed, 0xfe, 0xed, 0, 0], "cacerts"),
            ["this is a Java keystore, which this release does not open"]
        );
    }

    #[test]
    fn armour_alone_makes_a_container() {
        let block = "-----BEGIN CERTIFICATE-----\nZg==\n-----END CERTIFICATE-----\n";
        assert!(read(block.as_bytes(), "whatever", &[]).container);
        assert!(!read(format!("let x = \"{block}\";").as_bytes(), "a.rs", &[]).container);
    }
}
