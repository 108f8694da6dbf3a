//! The certificates that paths can go through, and who signed whom among them.
//!
//! A pool is built once and asked by many threads. What is known of a certificate's issuers is
//! found when it is first asked for and kept with the certificate, so that a signature is checked
//! once for a certificate and a key, and nobody waits for a lock that all share.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::certificate::Fingerprint;

use super::canonical::CanonicalName;
use super::key::PublicKey;
use super::link::Link;
use super::signature::Verdict;

/// Most work for the issuers of one certificate, in signatures by keys of ordinary size.
const SIGNATURES: usize = 256;

/// How much of that goes to keys whose identifier is not the one that is asked for: identifiers
/// narrow nothing down, because only the signature decides (RFC 4158 §3.5.12), but a root whose
/// name a thousand others share must not make everything slow.
const MISMATCHES: usize = 32;

/// A step from a certificate to one that issued it.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    /// The issuer's number.
    pub(super) to: usize,
    /// Why the signature cannot be verified, if it cannot.
    pub(super) unverifiable: Option<Arc<str>>,
}

/// Who issued a certificate.
#[derive(Debug, Clone, Default)]
pub(super) struct Issuers {
    /// By the signature.
    pub(super) edges: Vec<Edge>,
    /// How many have the name, but did not make the signature.
    pub(super) strangers: usize,
    /// There were more to try than were tried.
    pub(super) cut: bool,
}

/// Certificates of one name and one key.
#[derive(Debug)]
struct Namesakes {
    key: PublicKey,
    members: Vec<usize>,
}

/// CAs and anchors of trust.
#[derive(Debug)]
pub struct Pool {
    /// Sorted by what identifies them, so that the order in which they were given does not count.
    links: Vec<Link>,
    is_anchor: Vec<bool>,
    /// Which anchors are public ones.
    is_public: Vec<bool>,
    by_subject: HashMap<CanonicalName, Vec<Namesakes>>,
    by_fingerprint: HashMap<Fingerprint, usize>,
    issuers: Vec<OnceLock<Issuers>>,
}

impl Pool {
    /// Puts them together; a certificate that is given twice counts once, as an anchor if it is
    /// one. `public` tells which anchors are public ones.
    pub fn of(
        intermediates: Vec<Link>,
        anchors: Vec<Link>,
        public: impl Fn(&Fingerprint) -> bool,
    ) -> Self {
        let mut all: Vec<(Link, bool)> = anchors
            .into_iter()
            .map(|link| (link, true))
            .chain(intermediates.into_iter().map(|link| (link, false)))
            .collect();
        all.sort_by_key(|(link, is_anchor)| (link.sha256, !is_anchor));
        all.dedup_by_key(|(link, _)| link.sha256);
        let (links, is_anchor): (Vec<Link>, Vec<bool>) = all.into_iter().unzip();
        let mut by_subject: HashMap<CanonicalName, Vec<Namesakes>> = HashMap::new();
        let mut group: HashMap<(&CanonicalName, Fingerprint), usize> = HashMap::new();
        let mut by_fingerprint = HashMap::new();
        for (number, link) in links.iter().enumerate() {
            by_fingerprint.insert(link.sha256, number);
            let namesakes = by_subject.entry(link.subject.clone()).or_default();
            let at = *group
                .entry((&link.subject, link.key))
                .or_insert(namesakes.len());
            match namesakes.get_mut(at) {
                Some(known) => known.members.push(number),
                None => namesakes.push(Namesakes {
                    key: PublicKey::read(link.public_key().unwrap_or_default()),
                    members: vec![number],
                }),
            }
        }
        let issuers = links.iter().map(|_| OnceLock::new()).collect();
        drop(group);
        let is_public = links.iter().zip(&is_anchor);
        let is_public = is_public.map(|(link, is_anchor)| *is_anchor && public(&link.sha256));
        Self {
            is_public: is_public.collect(),
            links,
            is_anchor,
            by_subject,
            by_fingerprint,
            issuers,
        }
    }

    /// The certificate of that number.
    pub fn link(&self, number: usize) -> Option<&Link> {
        self.links.get(number)
    }

    /// Whether the certificate of that number is an anchor.
    pub fn is_anchor(&self, number: usize) -> bool {
        self.is_anchor.get(number).copied().unwrap_or(false)
    }

    /// Whether the certificate of that number is a public anchor.
    pub fn is_public(&self, number: usize) -> bool {
        self.is_public.get(number).copied().unwrap_or(false)
    }

    /// The number of a certificate that is in it.
    pub fn number(&self, sha256: Fingerprint) -> Option<usize> {
        self.by_fingerprint.get(&sha256).copied()
    }

    /// Who issued `link`; found once for what is in the pool.
    pub(super) fn issuers(&self, link: &Link) -> std::borrow::Cow<'_, Issuers> {
        match self.number(link.sha256) {
            Some(number) => std::borrow::Cow::Borrowed(self.issuers_of(number)),
            None => std::borrow::Cow::Owned(self.find(link)),
        }
    }

    /// Who issued the certificate of that number.
    pub(super) fn issuers_of(&self, number: usize) -> &Issuers {
        static NOBODY: Issuers = Issuers {
            edges: Vec::new(),
            strangers: 0,
            cut: false,
        };
        match (self.issuers.get(number), self.links.get(number)) {
            (Some(known), Some(link)) => known.get_or_init(|| self.find(link)),
            _ => &NOBODY,
        }
    }

    fn find(&self, link: &Link) -> Issuers {
        let mut issuers = Issuers::default();
        let Some(candidates) = self.by_subject.get(&link.issuer) else {
            return issuers;
        };
        let Some(signed) = link.signed() else {
            // What is in its place is no signature of any key.
            issuers.strangers = candidates.iter().map(|one| one.members.len()).sum();
            return issuers;
        };
        let (mut left, mut mismatches) = (SIGNATURES, MISMATCHES);
        for rank in [Match::Same, Match::Unknown, Match::Other] {
            for candidate in candidates {
                if self.rank(link, candidate) != rank {
                    continue;
                }
                let cost = candidate.key.cost();
                let budget = if rank == Match::Other {
                    &mut mismatches
                } else {
                    &mut left
                };
                let Some(rest) = budget.checked_sub(cost) else {
                    issuers.cut = true;
                    continue;
                };
                *budget = rest;
                match signed.verify(&candidate.key) {
                    Verdict::Valid => {
                        issuers.edges = self.edges(candidate, None);
                        issuers.cut = false;
                        // No other key made the same signature.
                        return issuers;
                    }
                    // All that speaks for an issuer whose signature cannot be verified is its
                    // identifier.
                    Verdict::Unverifiable(why) if rank != Match::Other => {
                        issuers.edges.extend(self.edges(candidate, Some(&why)));
                    }
                    Verdict::Invalid | Verdict::Unverifiable(_) => {
                        issuers.strangers += candidate.members.len();
                    }
                }
            }
        }
        issuers
    }

    fn edges(&self, candidate: &Namesakes, unverifiable: Option<&Arc<str>>) -> Vec<Edge> {
        let edges = candidate.members.iter().map(|&to| Edge {
            to,
            unverifiable: unverifiable.cloned(),
        });
        let mut edges: Vec<Edge> = edges.collect();
        // The shortest way first.
        edges.sort_by_key(|edge| !self.is_anchor(edge.to));
        edges
    }

    /// How the key identifier that `link` names its issuer by stands to theirs.
    fn rank(&self, link: &Link, candidate: &Namesakes) -> Match {
        let Some(wanted) = link.certificate.authority_key() else {
            return Match::Unknown;
        };
        let had = candidate.members.iter().map(|&number| {
            let link = self.link(number);
            match link.and_then(|link| link.certificate.subject_key()) {
                Some(had) if had == wanted => Match::Same,
                Some(_) => Match::Other,
                None => Match::Unknown,
            }
        });
        had.min().unwrap_or(Match::Unknown)
    }
}

/// How two key identifiers stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    Same,
    Unknown,
    Other,
}
