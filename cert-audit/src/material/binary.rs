//! DER and keystores from the first byte on, and base64 of either.

use std::sync::Arc;

use crate::base64;
use crate::container::{self, Object, Opened, Trouble};
use crate::der::{self, Shape, tag};

use super::{Inside, Kind, Material, Piece, What};

/// What a binary file holds; `None` where it is not one that we know.
pub(super) fn read(bytes: &[u8], named: bool, passwords: &[&[u8]]) -> Option<Material> {
    let shape = der::shape(bytes);
    let is_signature = shape == Shape::Pkcs7 && !named && !container::is_bundle(bytes);
    if is_signature {
        // A signature over something else: what signed it is not served to anybody.
        return Some(Material {
            shown: Some("(binary: PKCS#7)".into()),
            ..Material::default()
        });
    }
    if let Some(opened) = container::open(bytes, passwords) {
        let pieces = of_opened(opened);
        return Some(Material {
            pieces: pieces
                .into_iter()
                .map(|(inside, what)| Piece {
                    inside,
                    ..Piece::of_file(what)
                })
                .collect(),
            container: true,
            shown: Some("(binary: keystore)".into()),
            ..Material::default()
        });
    }
    of_der(bytes, shape, named, passwords)
}

/// The pieces of a container.
pub(super) fn of_opened(opened: Opened) -> Vec<(Inside, What)> {
    let mut pieces: Vec<(Inside, What)> = opened
        .items
        .into_iter()
        .map(|item| {
            let inside = Inside {
                place: item.place.map(Arc::from),
                group: item.pairs.map(|pairs| format!("entry {pairs}").into()),
                ..Inside::default()
            };
            (inside, of_object(item.what))
        })
        .collect();
    pieces.extend(opened.trouble.into_iter().map(|trouble| {
        let what = match trouble {
            Trouble::Broken(reason) => What::Broken(reason),
            Trouble::Locked(reason) => What::Locked(reason),
            Trouble::Costly(reason) | Trouble::Unsupported(reason) => What::Unseen(reason),
        };
        (Inside::default(), what)
    }));
    pieces
}

fn of_object(object: Object) -> What {
    match object {
        Object::Certificate(der) => What::Certificate(der),
        Object::Key(key) => What::Key(key),
        Object::Revocations(der) => What::Other(Kind::Revocations, der),
        Object::Response(der) => What::Other(Kind::Ocsp, der),
        Object::Request => What::Request,
    }
}

/// DER from the first byte on: certificates one behind the other, or something else that we know.
fn of_der(bytes: &[u8], first: Shape, named: bool, passwords: &[&[u8]]) -> Option<Material> {
    let mut material = Material {
        shown: Some("(binary: DER)".into()),
        ..Material::default()
    };
    let mut rest = bytes;
    let mut shape = first;
    loop {
        let what = match shape {
            Shape::Certificate { length } => {
                let (certificate, behind) = rest.split_at_checked(length)?;
                let piece = Piece::of_file(What::Certificate(certificate.to_vec()));
                material.pieces.push(piece);
                material.container = true;
                rest = behind;
                if rest.trim_ascii().is_empty() {
                    return Some(material);
                }
                shape = der::shape(rest);
                continue;
            }
            Shape::CutCertificate if named || material.container => {
                What::Certificate(rest.to_vec())
            }
            Shape::CutCertificate => return None,
            Shape::Other if !material.container => {
                // A key, a request, a revocation list; else it is known, and not ours.
                if let Some(object) = container::tell(bytes, passwords) {
                    material.pieces.push(Piece::of_file(of_object(object)));
                } else if named && begins_like_a_certificate(bytes) {
                    let reason = "it is DER, but not shaped like a certificate".to_owned();
                    material.pieces.push(Piece::of_file(What::Broken(reason)));
                }
                material.container = named;
                return Some(material);
            }
            _ if material.container => What::Trailing(rest.len()),
            _ => return None,
        };
        material.container = true;
        material.pieces.push(Piece::of_file(what));
        return Some(material);
    }
}

/// Whether DER begins with a SEQUENCE in a SEQUENCE that is no algorithm: what certificates begin
/// with, and public keys do not.
fn begins_like_a_certificate(bytes: &[u8]) -> bool {
    der::expect(bytes, tag::SEQUENCE)
        .and_then(|(outer, _)| der::expect(outer.value, tag::SEQUENCE))
        .is_some_and(|(first, _)| first.value.first() != Some(&tag::OID))
}

/// Base64 of a certificate or a keystore and nothing else, as some exports write it.
pub(super) fn of_base64(bytes: &[u8], named: bool, passwords: &[&[u8]]) -> Material {
    let text = bytes.trim_ascii();
    // A SEQUENCE whose length takes two bytes, as every certificate's does, begins so.
    if !text.starts_with(b"MII") {
        return Material::default();
    }
    let Ok(der) = base64::decode(text) else {
        return Material::default();
    };
    match der::shape(&der) {
        Shape::Certificate { .. } | Shape::Pkcs12 | Shape::Pkcs7 => {}
        Shape::CutCertificate if named => {}
        _ => return Material::default(),
    }
    let mut material = read(&der, true, passwords).unwrap_or_default();
    material.shown = None;
    material
}
