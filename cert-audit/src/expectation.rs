//! What the policy expects to find, and what is there.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use rules::Span;
use rules::tree::Tree;

use crate::certificate::Fingerprint;
use crate::inventory::{FileFacts, Inventory};
use crate::policy::Policy;
use crate::trust::Place;

/// A file or folder that the policy expects.
#[derive(Debug)]
pub struct Expectation {
    /// As reports show it.
    pub path: Arc<str>,
    /// A name that a certificate in it must have.
    pub san: Option<String>,
    /// The policy's line.
    pub span: Span,
    /// What is there.
    pub found: Found,
}

/// What is where a certificate is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Neither file nor folder.
    Nowhere,
    /// Something without a certificate.
    Nothing,
    /// Something that cannot be read, or not in full, which is said elsewhere.
    Unseen,
    /// Certificates, in the order of their files.
    Certificates(Vec<Fingerprint>),
}

/// Every expectation about what was asked for; of what lies outside nothing is known.
pub fn all(inventory: &Inventory, policy: &Policy, place: Place<'_>) -> Vec<Expectation> {
    policy
        .expected
        .iter()
        .filter_map(|(expect, span)| {
            let path = expect.path.trim_start_matches("./").trim_end_matches('/');
            let path = path.strip_prefix(place.prefix)?;
            place.scope.covers(path).then(|| Expectation {
                path: path.into(),
                san: expect.san.clone(),
                span: span.clone(),
                found: found(inventory, path, place),
            })
        })
        .collect()
}

fn found(inventory: &Inventory, path: &str, place: Place<'_>) -> Found {
    let below = format!("{path}/");
    let certificates: Vec<Fingerprint> = file_and_below(&inventory.files, path, &below)
        .flat_map(|facts| facts.certificates.iter().copied())
        .filter(|sha256| inventory.artifacts.contains_key(sha256))
        .collect();
    if !certificates.is_empty() {
        return Found::Certificates(certificates);
    }
    let is_there = |other: &str| other == path || other.starts_with(&below);
    let mut unseen = inventory.gaps.iter().map(|gap| &gap.span.path);
    let mut undecided = inventory.undecided.iter().map(|gap| &gap.path);
    if unseen.any(|path| is_there(path)) || undecided.any(|path| is_there(path)) {
        return Found::Unseen;
    }
    let exists = match place.tree {
        Tree::Folder(_) => place.scope.root.join(path).symlink_metadata().is_ok(),
        Tree::Revision(_) => place
            .tree
            .files()
            .is_ok_and(|entries| entries.iter().any(|entry| is_there(&entry.path))),
    };
    if exists {
        Found::Nothing
    } else {
        Found::Nowhere
    }
}

/// The file at a path, and the files below it.
fn file_and_below<'a>(
    files: &'a BTreeMap<Arc<str>, FileFacts>,
    path: &str,
    below: &'a str,
) -> impl Iterator<Item = &'a FileFacts> {
    let range = files.range::<str, _>((Bound::Included(below), Bound::Unbounded));
    let inside = range.take_while(move |(path, _)| path.starts_with(below));
    files
        .get(path)
        .into_iter()
        .chain(inside.map(|(_, facts)| facts))
}
