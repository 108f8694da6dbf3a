//! Until when certificates hold, and which certificate of the chain decides it.
//!
//! A certificate does not end with its own `notAfter` but with the first of everything above it.
//! Which that is depends on what the client builds its path from, so there are three numbers: the
//! leaf's own, the chain's as it is deployed, and that of the best path there is.

use std::collections::BTreeMap;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::bundle::{self, Bundle};
use crate::certificate::{Expiry, Fingerprint, Kind};
use crate::chain::link::Link;
use crate::chain::pool::Pool;
use crate::chain::rules::Question;
use crate::instant::Instant;
use crate::inventory::{Artifact, Inventory};
use crate::trust::Trust;

/// Where the paths of a certificate lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Anchored {
    /// To no anchor that is trusted.
    Nowhere,
    /// To anchors of the estate's own.
    Privately,
    /// To a public root.
    Publicly,
}

/// Until when one certificate holds.
#[derive(Debug, Clone)]
pub struct Effective {
    /// Its own end; `None` where it cannot be read.
    pub leaf: Option<Expiry>,
    /// The earliest end in its chain as deployed, of all its deployments the earliest; equal to
    /// `leaf` where it is deployed alone.
    pub served: Option<Expiry>,
    /// Over all verified paths to the trust set the largest of the smallest ends; `None` where no
    /// path leads there.
    pub best_path: Option<Expiry>,
    /// The certificate that decides: of the best path; without one, of the chain as deployed.
    pub binding: Fingerprint,
    /// The verified issuers, sorted.
    pub issuers: Vec<Fingerprint>,
    /// Where its paths lead.
    pub anchored: Anchored,
    /// Whether every signature on the way was verified and the search saw everything; what rests
    /// on it is *likely* otherwise.
    pub is_sure: bool,
}

impl Effective {
    /// The end that clients meet: the best path's, else that of the chain as deployed.
    pub fn end(&self) -> Option<Expiry> {
        self.best_path.or(self.served).or(self.leaf)
    }
}

/// Until when each certificate holds.
pub type Effectives = BTreeMap<Fingerprint, Effective>;

/// Computes it for every certificate. Runs on the current rayon pool.
pub fn all(
    inventory: &Inventory,
    trust: &Trust,
    bundles: &[Bundle<'_>],
    now: Instant,
) -> Effectives {
    let graph = Graph::of(inventory, trust, now);
    let artifacts: Vec<&Artifact> = inventory.artifacts.values().collect();
    let found: Vec<(Fingerprint, Effective)> = artifacts
        .par_iter()
        .map(|artifact| (artifact.sha256, graph.effective(artifact)))
        .collect();
    let mut effectives: Effectives = found.into_iter().collect();
    for bundle in bundles {
        serve(bundle, &mut effectives);
    }
    effectives
}

/// What paths are built from.
struct Graph {
    pool: Pool,
    question: Question,
}

impl Graph {
    fn of(inventory: &Inventory, trust: &Trust, now: Instant) -> Self {
        let anchors = trust.anchors.par_iter();
        let anchors = anchors
            .filter_map(|(_, der)| Link::read(der).ok())
            .collect();
        let intermediates = inventory
            .artifacts
            .par_iter()
            .filter(|(sha256, artifact)| {
                artifact.certificate.kind == Kind::Ca && !trust.anchors.contains_key(sha256)
            })
            .filter_map(|(_, artifact)| Link::of(artifact.certificate.clone(), &artifact.der).ok())
            .collect();
        Self {
            pool: Pool::of(intermediates, anchors, |sha256| {
                trust.public.contains(sha256)
            }),
            question: Question {
                at: now,
                name: None,
                usage: None,
                anchor_expires: trust.anchor_expires,
            },
        }
    }

    fn effective(&self, artifact: &Artifact) -> Effective {
        let leaf = artifact
            .certificate
            .validity
            .map(|validity| validity.not_after);
        let mut effective = Effective {
            leaf,
            served: leaf,
            best_path: None,
            binding: artifact.sha256,
            issuers: Vec::new(),
            anchored: Anchored::Nowhere,
            is_sure: true,
        };
        let Ok(link) = Link::of(artifact.certificate.clone(), &artifact.der) else {
            effective.is_sure = false;
            return effective;
        };
        let found = self.pool.search(&link, &self.question);
        let issuers = found.issuers.iter();
        effective.issuers = issuers
            .filter_map(|&issuer| Some(self.pool.link(issuer)?.sha256))
            .collect();
        effective.issuers.sort();
        effective.is_sure = !found.cut;
        if let Some(way) = found.best_way() {
            effective.best_path = Some(way.end);
            effective.is_sure &= found.best.is_some();
            effective.binding = self.pool.binding(&link, way);
            effective.anchored = if found.public {
                Anchored::Publicly
            } else {
                Anchored::Privately
            };
        }
        effective
    }
}

/// Takes in what one deployment does to the certificates that it presents.
fn serve(bundle: &Bundle<'_>, effectives: &mut Effectives) {
    for (leaf, chain) in bundle.chains(effectives) {
        let Some((end, binding)) = bundle::first_to_end(&chain) else {
            continue;
        };
        if let Some(effective) = effectives.get_mut(&leaf.sha256)
            && effective.served.is_none_or(|served| end < served)
        {
            effective.served = Some(end);
            if effective.best_path.is_none() {
                effective.binding = binding.sha256;
            }
        }
    }
}
