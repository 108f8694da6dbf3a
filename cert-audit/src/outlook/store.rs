//! Trust stores, as people think of them: by folder.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::Audit;
use crate::certificate::Fingerprint;
use crate::instant::Instant;
use crate::place;

/// Anchors of one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// The folder, or its only file.
    pub path: String,
    /// Files in it.
    pub files: usize,
    /// Different certificates in it.
    pub anchors: usize,
    /// Those that have ended, the first one first.
    pub ended: Vec<(Instant, String)>,
    /// The one that ends next.
    pub next: Option<(Instant, String)>,
}

/// The digests of everything that lies in stores.
pub(super) fn anchors(audit: &Audit<'_>) -> BTreeSet<String> {
    let files = audit.inventory.files.values();
    let stores = files.filter(|file| file.store && !file.fixture);
    let anchors = stores.flat_map(|file| &file.certificates);
    anchors.map(ToString::to_string).collect()
}

/// Every store that is no fixture.
pub(super) fn all(audit: &Audit<'_>) -> Vec<Store> {
    let mut folders: BTreeMap<&str, (Vec<&str>, BTreeSet<Fingerprint>)> = BTreeMap::new();
    for (path, file) in &audit.inventory.files {
        if file.store && !file.fixture {
            let (files, anchors) = folders.entry(place::folder(path)).or_default();
            files.push(path);
            anchors.extend(&file.certificates);
        }
    }
    let stores = folders.into_iter();
    stores
        .map(|(folder, (files, anchors))| {
            let artifacts = anchors
                .iter()
                .filter_map(|sha256| audit.inventory.artifacts.get(sha256));
            let mut ends: Vec<(Instant, String)> = artifacts
                .filter_map(|artifact| {
                    let end = artifact.certificate.validity?.not_after.at()?;
                    Some((end, artifact.certificate.called()))
                })
                .collect();
            ends.sort();
            let ahead = ends.partition_point(|(end, _)| *end < audit.now);
            let rest = ends.split_off(ahead);
            Store {
                path: match files.as_slice() {
                    [only] => (*only).to_owned(),
                    _ if folder.is_empty() => ".".to_owned(),
                    _ => folder.to_owned(),
                },
                files: files.len(),
                anchors: anchors.len(),
                ended: ends,
                next: rest.into_iter().next(),
            }
        })
        .collect()
}
