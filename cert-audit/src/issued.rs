//! What each CA issued, and what hangs on it where it is deployed.
//!
//! Issuers are verified ones: their key made the signature.

use std::collections::{BTreeMap, BTreeSet};

use crate::bundle::{self, Bundle};
use crate::certificate::{Certificate, Fingerprint, Kind};
use crate::effective::Effectives;
use crate::instant::Instant;
use crate::inventory::{Artifact, Inventory};
use crate::place;

/// The longest-lived certificate of an issuer.
#[derive(Debug, Clone, Copy)]
pub struct Longest<'a> {
    /// Seconds.
    pub lifetime: i64,
    /// The certificate.
    pub artifact: &'a Artifact,
}

/// Who issued what.
#[derive(Debug, Default)]
pub struct Issued<'a> {
    /// By CA: the longest-lived unexpired leaf that it issued.
    longest: BTreeMap<Fingerprint, Longest<'a>>,
    /// Folders with the issuers of leaves that lie there.
    beside: BTreeMap<&'a str, BTreeSet<Fingerprint>>,
    /// By file and CA: the leaves in the file whose chain there passes through it.
    carried: BTreeMap<&'a str, BTreeMap<Fingerprint, Vec<&'a Artifact>>>,
    /// By file and leaf: the certificate of its chain in the file that ends first.
    binding: BTreeMap<&'a str, BTreeMap<Fingerprint, &'a Artifact>>,
}

impl<'a> Issued<'a> {
    /// Looks through the inventory; what expired before `now`, and what lies among fixtures alone,
    /// does not count for a horizon.
    pub fn of(
        inventory: &'a Inventory,
        effectives: &Effectives,
        bundles: &[Bundle<'a>],
        now: Instant,
    ) -> Self {
        let mut issued = Self::default();
        for artifact in inventory.artifacts.values() {
            issued.leaf(inventory, effectives, artifact, now);
        }
        for bundle in bundles {
            if !bundle.file.fixture && bundle.members.len() > 1 {
                issued.bundle(bundle, effectives);
            }
        }
        issued
    }

    fn leaf(
        &mut self,
        inventory: &'a Inventory,
        effectives: &Effectives,
        artifact: &'a Artifact,
        now: Instant,
    ) {
        let certificate = &artifact.certificate;
        if certificate.kind == Kind::Ca || certificate.is_self_issued() {
            return;
        }
        let Some(known) = effectives.get(&artifact.sha256) else {
            return;
        };
        let mut judged = false;
        for occurrence in &artifact.occurrences {
            let path = &occurrence.span.path;
            if inventory.files.get(path).is_some_and(|file| !file.fixture) {
                judged = true;
                let beside = self.beside.entry(place::folder(path)).or_default();
                beside.extend(known.issuers.iter().copied());
            }
        }
        let lifetime = certificate
            .validity
            .filter(|validity| validity.not_after.at().is_some_and(|end| end >= now))
            .and_then(|validity| validity.lifetime());
        let Some(lifetime) = lifetime.filter(|_| judged) else {
            return;
        };
        let longest = Longest { lifetime, artifact };
        for issuer in &known.issuers {
            self.longest
                .entry(*issuer)
                // Of equals the one with the smaller fingerprint, which is looked at first, stays.
                .and_modify(|known| {
                    if known.lifetime < lifetime {
                        *known = longest;
                    }
                })
                .or_insert(longest);
        }
    }

    fn bundle(&mut self, bundle: &Bundle<'a>, effectives: &Effectives) {
        let path: &'a str = bundle.path;
        for (leaf, chain) in bundle.chains(effectives) {
            let carried = self.carried.entry(path).or_default();
            for issuer in chain.iter().skip(1) {
                carried.entry(issuer.sha256).or_default().push(leaf);
            }
            if let Some((_, first)) = bundle::first_to_end(&chain)
                && first.sha256 != leaf.sha256
            {
                let binding = self.binding.entry(path).or_default();
                binding.insert(leaf.sha256, first);
            }
        }
    }

    /// The longest-lived unexpired certificate that a CA issued.
    pub fn longest(&self, ca: Fingerprint) -> Option<Longest<'a>> {
        self.longest.get(&ca).copied()
    }

    /// Whether a certificate that this CA issued lies in the folder.
    pub fn lies_beside(&self, folder: &str, ca: Fingerprint) -> bool {
        let issuers = self.beside.get(folder);
        issuers.is_some_and(|issuers| issuers.contains(&ca))
    }

    /// The leaves in a file whose chain in that file passes through a CA.
    pub fn carried(&self, path: &str, ca: Fingerprint) -> &[&'a Artifact] {
        let in_file = self.carried.get(path);
        in_file
            .and_then(|cas| cas.get(&ca))
            .map_or(&[], Vec::as_slice)
    }

    /// The certificate above a leaf in a file that ends before it, if one does.
    pub fn binding(&self, path: &str, leaf: Fingerprint) -> Option<&'a Artifact> {
        self.binding.get(path)?.get(&leaf).copied()
    }
}

/// Whether a CA has a horizon at all: one that lives no longer than what it issued could not issue
/// a second certificate of full life on its first day, so that is not what it is there for.
pub fn has_horizon(ca: &Certificate, longest: Longest<'_>) -> bool {
    ca.validity
        .and_then(|validity| validity.lifetime())
        .is_some_and(|lifetime| lifetime > longest.lifetime)
}
