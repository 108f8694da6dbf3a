//! What documents have embedded: each value is PEM text, DER or a keystore again.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::container;
use crate::document::{self, Document, Embedded, Manifest};
use crate::pem;
use crate::role::Role;

use super::armour::{self, Read};
use super::{Inside, Material, Object, Piece, What, binary};

/// Puts what is embedded in `document` into `material`.
pub(super) fn read(document: Document, passwords: &[&[u8]], material: &mut Material) {
    let objects: Vec<Arc<Object>> = document.manifests.iter().map(of_manifest).collect();
    let groups = Groups::of(&document);
    for (number, embedded) in document.embedded.iter().enumerate() {
        let (group, is_guess) = groups.of_number(number, embedded);
        let inside = Inside {
            place: (!embedded.place.is_empty()).then(|| embedded.place.as_str().into()),
            group: Some(group),
            is_guess,
            role: role(embedded.role),
            object: embedded
                .manifest
                .and_then(|number| objects.get(number))
                .cloned(),
        };
        for (at, within, what) in pieces(&embedded.bytes, passwords) {
            let (start, end) = embedded.place_of(at);
            material.pieces.push(Piece {
                start,
                end,
                inside: joined(&inside, within),
                what,
            });
        }
    }
    for trouble in document.trouble {
        let what = if trouble.encrypted {
            What::Unseen(trouble.reason.to_owned())
        } else {
            // The document says that a certificate should be here.
            material.container = true;
            What::Broken(trouble.reason.to_owned())
        };
        material.pieces.push(Piece {
            start: trouble.start,
            end: trouble.end,
            inside: Inside {
                place: (!trouble.place.is_empty()).then(|| trouble.place.into()),
                ..Inside::default()
            },
            what,
        });
    }
}

/// What a value holds, each with the byte of the value at which it begins.
fn pieces(bytes: &[u8], passwords: &[&[u8]]) -> Vec<(usize, Inside, What)> {
    if let Some(opened) = container::open(bytes, passwords) {
        let opened = binary::of_opened(opened);
        return opened
            .into_iter()
            .map(|(inside, what)| (0, inside, what))
            .collect();
    }
    let mut found = Vec::new();
    let mut is_pem = false;
    for block in pem::blocks(bytes) {
        is_pem = true;
        let at = usize::try_from(block.start.byte).unwrap_or(usize::MAX);
        if let Read::Pieces(pieces) = armour::of_block(block, bytes, passwords) {
            found.extend(pieces.into_iter().map(|(inside, what)| (at, inside, what)));
        }
    }
    if !is_pem && let Some(der) = binary::read(bytes, true, passwords) {
        found.extend(
            der.pieces
                .into_iter()
                .map(|piece| (0, piece.inside, piece.what)),
        );
    }
    found
}

/// A place inside a value, inside the document.
fn joined(outer: &Inside, inner: Inside) -> Inside {
    let place = match (&outer.place, inner.place) {
        (Some(outer), Some(inner)) => Some(format!("{outer}, {inner}").into()),
        (outer, inner) => inner.or_else(|| outer.clone()),
    };
    let group = match (&outer.group, inner.group) {
        (Some(outer), Some(inner)) => Some(format!("{outer}, {inner}").into()),
        (outer, inner) => inner.or_else(|| outer.clone()),
    };
    Inside {
        place,
        group,
        ..outer.clone()
    }
}

/// Which values belong together.
struct Groups {
    /// By number of the value: the name of its group, and whether it is a guess.
    named: Vec<Option<(Arc<str>, bool)>>,
}

impl Groups {
    fn of(document: &Document) -> Self {
        let mut named = vec![None; document.embedded.len()];
        let name = |embedded: &Embedded| -> Arc<str> {
            let start = embedded.start.byte;
            format!("{} {start}", embedded.place).into()
        };
        let mut chains: BTreeMap<u32, Arc<str>> = BTreeMap::new();
        for (number, embedded) in document.embedded.iter().enumerate() {
            let Some(chain) = embedded.chain else {
                continue;
            };
            let group = chains.entry(chain).or_insert_with(|| name(embedded));
            if let Some(slot) = named.get_mut(number) {
                *slot = Some((group.clone(), false));
            }
        }
        for pair in &document.pairs {
            let Some(certificate) = document.embedded.get(pair.certificate) else {
                continue;
            };
            let had = named.get(pair.certificate).cloned().flatten();
            let group = had.map_or_else(|| name(certificate), |(group, _)| group);
            for number in [pair.certificate, pair.key] {
                if let Some(slot) = named.get_mut(number) {
                    *slot = Some((group.clone(), !pair.proven));
                }
            }
        }
        Self { named }
    }

    /// The group of a value; one that belongs to no other is a group of its own.
    fn of_number(&self, number: usize, embedded: &Embedded) -> (Arc<str>, bool) {
        let named = self.named.get(number).cloned().flatten();
        named.unwrap_or_else(|| {
            let start = embedded.start.byte;
            (format!("{} {start}", embedded.place).into(), false)
        })
    }
}

fn of_manifest(manifest: &Manifest) -> Arc<Object> {
    Arc::new(Object {
        title: manifest.title(),
        owner: manifest.owner().map(str::to_owned),
        is_renewed: manifest.is_renewed_automatically(),
    })
}

fn role(role: document::Role) -> Option<Role> {
    match role {
        document::Role::Served => Some(Role::Server),
        document::Role::Client => Some(Role::Client),
        document::Role::Trust => Some(Role::Trust),
        document::Role::Signing | document::Role::Encryption => Some(Role::Signer),
        document::Role::Unknown
        | document::Role::Issuer
        | document::Role::Key
        | document::Role::Keystore => None,
    }
}
