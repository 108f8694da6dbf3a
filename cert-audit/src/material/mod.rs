//! What a file holds, told by its content: PEM, DER, keystores, base64 without armour, OpenSSH's
//! lines, and documents in which any of these is embedded.

mod armour;
mod binary;
mod embedded;
mod lines;

use std::sync::Arc;

use memchr::memmem;
use rules::Position;

use crate::der;
use crate::document::{self, Document};
use crate::key::KeyFacts;
use crate::place;
use crate::role::Role;

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
    /// Whether the group is concluded from places and names; else the format says so.
    pub is_guess: bool,
    /// What it is there for, where the file says so.
    pub role: Option<Role>,
    /// The object of Kubernetes that it is in.
    pub object: Option<Arc<Object>>,
}

/// What an object of Kubernetes says about what it holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// `Secret/shop/frontend-tls`.
    pub title: String,
    /// Who it belongs to, by its labels.
    pub owner: Option<String>,
    /// Whether a machine renews it.
    pub is_renewed: bool,
}

/// What a piece is.
#[derive(Debug)]
pub enum What {
    /// DER that is shaped like a certificate, and perhaps cut off.
    Certificate(Vec<u8>),
    /// A private key.
    Key(KeyFacts),
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
    /// It could not be seen for want of a password, and why: a lower-case fragment.
    Locked(String),
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
pub fn read(bytes: &[u8], path: &str, passwords: &[&[u8]]) -> Material {
    let named = place::is_named_container(path);
    let mut material = match binary::read(bytes, named, passwords) {
        Some(material) => material,
        None => of_text(bytes, path, named, passwords),
    };
    lines::read(bytes, path, &mut material);
    let is_empty = if place::is_named_certificate(path) {
        material.pieces.is_empty()
    } else {
        material.is_nothing()
    };
    if named && is_empty && !says_nothing(bytes) && !der::is_bare_key(bytes) {
        material
            .pieces
            .push(Piece::of_file(What::Broken(nothing(bytes))));
    }
    material.container |= named;
    material
}

/// Whether a text is empty but for comments, or explains at length what should be put there, as
/// Debian ships `postgresql-common/root.crt`; PEM blocks that are commented out are no comments.
fn says_nothing(bytes: &[u8]) -> bool {
    /// Lines of so many words are prose, and three of them are no accident.
    const WORDS: usize = 6;
    let Ok(text) = str::from_utf8(bytes) else {
        return false;
    };
    let lines = || text.lines().map(str::trim);
    let is_comment = lines().all(|line| line.is_empty() || line.starts_with('#'));
    let prose = lines().filter(|line| line.split_whitespace().count() >= WORDS);
    memmem::find(bytes, b"-----BEGIN ").is_none()
        && !text.trim_start().starts_with('<')
        && (is_comment || prose.count() >= 3)
}

/// A document, and what of PEM stands beside it.
fn of_text(bytes: &[u8], path: &str, named: bool, passwords: &[&[u8]]) -> Material {
    // What is PEM and nothing else is no document.
    let is_armour = armour::is_alone(bytes);
    let document = if is_armour {
        None
    } else {
        document::read(bytes, path)
    };
    let Some(document) = document else {
        if is_armour || memmem::find(bytes, b"-----BEGIN ").is_some() {
            return armour::read(bytes, &Document::default(), named || is_armour, passwords);
        }
        return binary::of_base64(bytes, named, passwords);
    };
    let mut material = armour::read(bytes, &document, named, passwords);
    embedded::read(document, passwords, &mut material);
    material.pieces.sort_by_key(|piece| piece.start);
    material
}

/// A text with the bytes of `ranges` blackened; `text` is what was blackened before.
fn masked(text: Option<Vec<u8>>, bytes: &[u8], range: std::ops::Range<usize>) -> Vec<u8> {
    let mut text = text.unwrap_or_else(|| bytes.to_vec());
    for byte in text.get_mut(range).unwrap_or_default() {
        // What is not ASCII stays the same length in bytes and becomes ASCII.
        if !byte.is_ascii_whitespace() {
            *byte = b'*';
        }
    }
    text
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
                What::Unseen(reason) | What::Locked(reason) => reason,
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
        assert_eq!(reasons(b"# put roots here\n", "root.crt"), [""; 0]);
        let prose = "put the roots of your clients here\n".repeat(3);
        assert_eq!(reasons(prose.as_bytes(), "root.crt"), [""; 0]);
        assert_eq!(reasons(&prose.as_bytes()[..40], "root.crt").len(), 1);
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
        let cut = [0xfe, 0xed, 0xfe, 0xed, 0, 0];
        assert_eq!(reasons(&cut, "cacerts").len(), 1);
        assert!(read(&cut, "cacerts", &[]).container);
    }

    #[test]
    fn armour_alone_makes_a_container() {
        let block = "-----BEGIN CERTIFICATE-----\nZg==\n-----END CERTIFICATE-----\n";
        assert!(read(block.as_bytes(), "whatever", &[]).container);
        assert!(!read(format!("let x = \"{block}\";").as_bytes(), "a.rs", &[]).container);
    }
}
