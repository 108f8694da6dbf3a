//! PEM blocks in any text.

use crate::container;
use crate::der::{self, Shape};
use crate::document::Document;
use crate::key::{self, KeyFacts};
use crate::pem::{self, Block, Label};

use super::{Inside, Kind, Material, Piece, What, binary, masked};

/// What becomes of one block.
pub(super) enum Read {
    /// It holds these, in order, with their places inside it.
    Pieces(Vec<(Inside, What)>),
    /// It is none of ours.
    Nothing,
}

/// Reads the blocks of a file, except those that `document` has read already.
pub(super) fn read(
    bytes: &[u8],
    document: &Document,
    container: bool,
    passwords: &[&[u8]],
) -> Material {
    let mut material = Material {
        container,
        ..Material::default()
    };
    let mut text: Option<Vec<u8>> = None;
    for range in &document.masked {
        text = Some(masked(text, bytes, range.clone()));
    }
    let mut known = false;
    for block in pem::blocks(bytes) {
        known = true;
        let start = usize::try_from(block.start.byte).unwrap_or(usize::MAX);
        if block.label == Label::PrivateKey {
            text = Some(masked(text, bytes, block.body.clone()));
        }
        if document.claims(start) {
            continue;
        }
        // In a program or a document a block that does not even begin like the base64 of a
        // SEQUENCE is a pattern, a template or an example.
        let body = bytes.get(block.body.clone()).unwrap_or_default();
        if !container && block.content.is_err() && !body.trim_ascii_start().starts_with(b"MI") {
            material.doubtful += 1;
            continue;
        }
        let (begin, end) = (block.start, block.end);
        if let Read::Pieces(pieces) = of_block(block, bytes, passwords) {
            material
                .pieces
                .extend(pieces.into_iter().map(|(inside, what)| Piece {
                    start: begin,
                    end,
                    inside,
                    what,
                }));
        }
    }
    material.container &= known || container;
    material.shown = text.map(|text| String::from_utf8_lossy(&text).into());
    material
}

/// What one block holds.
pub(super) fn of_block(block: Block, bytes: &[u8], passwords: &[&[u8]]) -> Read {
    let body = bytes.get(block.body.clone()).unwrap_or_default();
    let what = match (block.label, block.content) {
        (Label::Other, _) => return Read::Nothing,
        (Label::PrivateKey, Err(_)) => What::Key(KeyFacts::unknown()),
        (Label::PrivateKey, Ok(_)) => {
            let name = bytes.get(block.name).unwrap_or_default();
            What::Key(key::of_pem(name, body, passwords).unwrap_or_else(KeyFacts::unknown))
        }
        (Label::Request, _) => What::Request,
        (_, Err(fault)) => What::Broken(fault.reason()),
        (Label::Certificate, Ok(der)) => return of_certificate(der, passwords),
        (Label::Revocations, Ok(der)) => match container::tell(&der, passwords) {
            Some(container::Object::Revocations(der)) => What::Other(Kind::Revocations, der),
            _ => What::Broken("its content is not a revocation list".to_owned()),
        },
        (Label::Pkcs7, Ok(der)) => return of_container(&der, passwords),
    };
    Read::Pieces(vec![(Inside::default(), what)])
}

/// What a block of certificate label holds.
fn of_certificate(mut der: Vec<u8>, passwords: &[&[u8]]) -> Read {
    let what = match der::shape(&der) {
        // `TRUSTED CERTIFICATE` has OpenSSL's trust settings behind the certificate.
        Shape::Certificate { length } => {
            der.truncate(length);
            What::Certificate(der)
        }
        Shape::CutCertificate => What::Certificate(der),
        Shape::Pkcs7 | Shape::Pkcs12 => return of_container(&der, passwords),
        Shape::Other | Shape::Alien => {
            What::Broken("its content is not shaped like a certificate".to_owned())
        }
    };
    Read::Pieces(vec![(Inside::default(), what)])
}

fn of_container(der: &[u8], passwords: &[&[u8]]) -> Read {
    Read::Pieces(match container::open(der, passwords) {
        Some(opened) => binary::of_opened(opened),
        None => vec![(
            Inside::default(),
            What::Broken("its content is not what its label says".to_owned()),
        )],
    })
}

/// Whether a file begins and ends with PEM blocks, whatever stands between them.
pub(super) fn is_alone(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii();
    let last = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
    text.starts_with(b"-----BEGIN ")
        && text
            .get(last..)
            .is_some_and(|line| line.starts_with(b"-----"))
}
