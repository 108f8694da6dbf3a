//! What each CA issued, as far as the files show it.
//!
//! An issuer is told by its name and, where both certificates have them, by the key identifiers;
//! signatures are not checked, so what rests on this is *likely* and not *proven*.

use std::collections::{BTreeMap, BTreeSet};

use crate::certificate::{Certificate, Fingerprint, Kind};
use crate::instant::Instant;
use crate::inventory::{Artifact, Inventory};
use crate::place;

/// Longest chain that is followed within a file; RFC 5280 has no bound, servers send five.
const LONGEST_CHAIN: usize = 8;

/// Most issuers of one name that are looked at within a file.
const MOST_NAMESAKES: usize = 16;

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
    /// By the issuer's name.
    by_name: BTreeMap<Fingerprint, Longest<'a>>,
    /// By the issuer's name and what the certificate says of its key.
    by_key: BTreeMap<(Fingerprint, Option<&'a [u8]>), Longest<'a>>,
    /// Folders with the names of issuers of leaves that lie there.
    beside: BTreeMap<&'a str, BTreeSet<Fingerprint>>,
    /// By file and CA: the leaves in the file whose chain passes through it.
    carried: BTreeMap<&'a str, BTreeMap<Fingerprint, Vec<&'a Artifact>>>,
    /// By file and leaf: the certificate of its chain in the file that ends first.
    binding: BTreeMap<&'a str, BTreeMap<Fingerprint, &'a Artifact>>,
}

impl<'a> Issued<'a> {
    /// Looks through the inventory; what expired before `now`, and what lies among fixtures alone,
    /// does not count.
    pub fn of(inventory: &'a Inventory, now: Instant) -> Self {
        let mut issued = Self::default();
        for artifact in inventory.artifacts.values() {
            issued.leaf(inventory, artifact, now);
        }
        for (path, file) in &inventory.files {
            if !file.fixture && file.certificates.len() > 1 {
                let artifacts: Vec<&Artifact> = inventory.artifacts_of(file).collect();
                issued.file(path, &artifacts);
            }
        }
        issued
    }

    fn leaf(&mut self, inventory: &'a Inventory, artifact: &'a Artifact, now: Instant) {
        let certificate = &artifact.certificate;
        let Some((validity, lifetime)) = certificate
            .validity
            .and_then(|validity| Some((validity, validity.lifetime()?)))
        else {
            return;
        };
        if certificate.kind == Kind::Ca
            || certificate.is_self_issued()
            || validity.not_after.at().is_some_and(|end| end < now)
        {
            return;
        }
        let issuer = certificate.issuer_name();
        let mut judged = false;
        for occurrence in &artifact.occurrences {
            let path = &occurrence.span.path;
            if inventory.files.get(path).is_some_and(|file| !file.fixture) {
                judged = true;
                self.beside
                    .entry(place::folder(path))
                    .or_default()
                    .insert(issuer);
            }
        }
        if !judged {
            return;
        }
        let longest = Longest { lifetime, artifact };
        let keep = |known: &mut Longest<'a>| {
            // Of equals the one with the smaller fingerprint, which is looked at first, stays.
            if known.lifetime < lifetime {
                *known = longest;
            }
        };
        self.by_name
            .entry(issuer)
            .and_modify(keep)
            .or_insert(longest);
        self.by_key
            .entry((issuer, certificate.authority_key()))
            .and_modify(keep)
            .or_insert(longest);
    }

    /// Follows the chain of each leaf within one file, in the order of the file.
    fn file(&mut self, path: &'a str, artifacts: &[&'a Artifact]) {
        let mut cas: BTreeMap<Fingerprint, Vec<&'a Artifact>> = BTreeMap::new();
        for artifact in artifacts {
            if artifact.certificate.kind == Kind::Ca {
                let namesakes = cas.entry(artifact.certificate.subject_name()).or_default();
                if namesakes.len() < MOST_NAMESAKES {
                    namesakes.push(artifact);
                }
            }
        }
        for leaf in artifacts {
            if leaf.certificate.kind == Kind::Ca || leaf.certificate.is_self_issued() {
                continue;
            }
            let mut chain: Vec<&'a Artifact> = vec![leaf];
            while let Some(last) = chain.last()
                && chain.len() < LONGEST_CHAIN
            {
                let namesakes = cas.get(&last.certificate.issuer_name());
                let issuer = namesakes.into_iter().flatten().find(|issuer| {
                    last.certificate.may_be_issued_by(&issuer.certificate)
                        && !chain.iter().any(|known| known.sha256 == issuer.sha256)
                });
                let Some(issuer) = issuer else { break };
                self.carried
                    .entry(path)
                    .or_default()
                    .entry(issuer.sha256)
                    .or_default()
                    .push(leaf);
                chain.push(issuer);
            }
            let ends = |artifact: &Artifact| Some(artifact.certificate.validity?.not_after);
            let first = chain
                .into_iter()
                .filter_map(|artifact| Some((ends(artifact)?, artifact)))
                .reduce(|first, next| if next.0 < first.0 { next } else { first });
            if let Some((_, first)) = first
                && first.sha256 != leaf.sha256
            {
                self.binding
                    .entry(path)
                    .or_default()
                    .insert(leaf.sha256, first);
            }
        }
    }

    /// The longest-lived unexpired certificate that a CA issued.
    pub fn longest(&self, ca: &'a Certificate) -> Option<Longest<'a>> {
        let name = ca.subject_name();
        let Some(key) = ca.subject_key() else {
            return self.by_name.get(&name).copied();
        };
        [Some(key), None]
            .into_iter()
            .filter_map(|key| self.by_key.get(&(name, key)).copied())
            .reduce(|a, b| if b.lifetime > a.lifetime { b } else { a })
    }

    /// Whether a certificate of this issuer lies in the folder.
    pub fn lies_beside(&self, folder: &str, ca: &Certificate) -> bool {
        let issuers = self.beside.get(folder);
        issuers.is_some_and(|issuers| issuers.contains(&ca.subject_name()))
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
