//! Which anchors are trusted.
//!
//! Without a policy these are the public roots and the self-signed CAs that were found: an estate
//! trusts what it carries. The public roots are embedded with their dates, so that every machine
//! gives the same answer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rules::scope::Scope;
use rules::tree::Tree;
use rules::{Span, Undecided};

use crate::certificate::{Fingerprint, Kind};
use crate::inventory::Inventory;
use crate::material::{self, What};
use crate::policy::{AnchorExpiry, Policy, Root};
use crate::read;

/// The anchors.
#[derive(Debug, Default)]
pub struct Trust {
    /// DER, by fingerprint.
    pub anchors: BTreeMap<Fingerprint, Box<[u8]>>,
    /// Which of them are public.
    pub public: BTreeSet<Fingerprint>,
    /// Whether an anchor's own expiry counts.
    pub anchor_expires: bool,
    /// Whether the policy says what is trusted; without it an unknown issuer may just be known
    /// elsewhere.
    pub is_given: bool,
    /// Whether the machine's own store is among them, so that the answer depends on it.
    pub is_of_system: bool,
    /// Anchors that the policy names and that could not be seen.
    pub undecided: Vec<Undecided>,
}

/// What is needed to find the files that a policy names.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// What was asked for.
    pub scope: &'a Scope,
    /// The files.
    pub tree: &'a Tree,
    /// What makes a report path relative to the policy's folder when it is put before it.
    pub prefix: &'a str,
    /// The policy's folder.
    pub folder: Option<&'a Path>,
}

impl Trust {
    /// The anchors of the policy, or the default ones.
    pub fn of(inventory: &Inventory, policy: &Policy, place: Place<'_>) -> Self {
        let mut trust = Self {
            anchor_expires: policy.anchor_expiry != Some(AnchorExpiry::Ignore),
            is_given: policy.roots.is_some(),
            ..Self::default()
        };
        match &policy.roots {
            None => {
                trust.add_public();
                trust.add_found(inventory);
            }
            Some(roots) => {
                for root in roots {
                    match root {
                        Root::Public => trust.add_public(),
                        Root::System => trust.add_system(),
                        Root::File(path, span) => trust.add_file(path, span, inventory, place),
                    }
                }
            }
        }
        trust
    }

    /// What tells one set of anchors from another.
    pub fn digest(&self) -> Fingerprint {
        let mut bytes = vec![u8::from(self.anchor_expires)];
        for sha256 in self.anchors.keys() {
            bytes.extend_from_slice(sha256.bytes());
        }
        Fingerprint::of(&bytes)
    }

    fn add(&mut self, der: &[u8]) -> Fingerprint {
        let sha256 = Fingerprint::of(der);
        self.anchors.entry(sha256).or_insert_with(|| der.into());
        sha256
    }

    fn add_public(&mut self) {
        for root in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
            let sha256 = self.add(root);
            self.public.insert(sha256);
        }
    }

    fn add_system(&mut self) {
        self.is_of_system = true;
        let found = rustls_native_certs::load_native_certs();
        for root in &found.certs {
            self.add(root);
        }
        if found.certs.is_empty() {
            self.undecided.push(Undecided {
                path: "(system)".into(),
                at: None,
                reason: "the policy trusts the system's anchors, and there are none here"
                    .to_owned(),
            });
        }
    }

    /// Self-issued CAs that were found, and what lies in stores.
    fn add_found(&mut self, inventory: &Inventory) {
        for artifact in inventory.artifacts.values() {
            let certificate = &artifact.certificate;
            let in_store = || {
                artifact.occurrences.iter().any(|occurrence| {
                    let file = inventory.files.get(&occurrence.span.path);
                    file.is_some_and(|file| file.store)
                })
            };
            if certificate.is_self_issued()
                && (certificate.kind == Kind::Ca || (certificate.is_old_anchor() && in_store()))
            {
                self.add(&artifact.der);
            }
        }
    }

    fn add_file(&mut self, path: &str, span: &Span, inventory: &Inventory, place: Place<'_>) {
        let shown = path.strip_prefix(place.prefix).unwrap_or(path);
        let is_empty = if let Some(file) = inventory.files.get(shown) {
            for artifact in inventory.artifacts_of(file) {
                self.add(&artifact.der);
            }
            file.certificates.is_empty()
        } else {
            let found = match certificates(path, shown, place) {
                Ok(found) => found,
                Err(reason) => {
                    self.unseen(span, format!("the trusted root `{path}`: {reason}"));
                    return;
                }
            };
            for der in &found {
                self.add(der);
            }
            found.is_empty()
        };
        if is_empty {
            let reason = format!("there is no certificate in the trusted root `{path}`");
            self.unseen(span, reason);
        }
    }

    fn unseen(&mut self, span: &Span, reason: String) {
        self.undecided.push(Undecided {
            path: span.path.clone(),
            at: Some(span.start),
            reason,
        });
    }
}

/// The certificates of a file that was not asked for, in DER.
fn certificates(path: &str, shown: &str, place: Place<'_>) -> Result<Vec<Vec<u8>>, String> {
    let bytes = match place.tree {
        Tree::Folder(_) => {
            let folder = place.folder.unwrap_or(&place.scope.root);
            read::on_disk(&folder.join(path))
        }
        Tree::Revision(_) => read::in_tree(place.tree, shown),
    };
    let pieces = material::read(&bytes?.unwrap_or_default(), path, &[]).pieces;
    let certificates = pieces.into_iter().filter_map(|piece| match piece.what {
        What::Certificate(der) => Some(der),
        _ => None,
    });
    Ok(certificates.collect())
}
