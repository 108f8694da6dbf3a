//! Deployments: bundles that are judged, each through the certificate that it presents.
//!
//! Many rules are about what happens when a server, or a client, takes a file as it is: whether
//! the chain is whole, whether the key fits, whether the names are right. They all ask here.

use std::collections::HashMap;

use rules::{Certainty, Span};

use crate::audit::{Audit, Case, Place};
use crate::bundle::{Bundle, Member};
use crate::certificate::{Certificate, Fingerprint};
use crate::evidence;
use crate::inventory::Artifact;
use crate::role::Role;

/// A bundle and the certificate that it presents.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deployment<'a> {
    /// The bundle.
    pub(crate) bundle: &'a Bundle<'a>,
    /// The certificate that is presented: no CA, unless it names a host.
    pub(crate) leaf: Member<'a>,
    /// What is known of that certificate.
    pub(crate) case: &'a Case<'a>,
    /// The place of it in the bundle.
    pub(crate) place: &'a Place<'a>,
}

/// From so many places of one certificate on, they are looked up and not searched.
const MANY_PLACES: usize = 16;

/// Every deployment, by path and group. Bundles of CAs alone, what others' certificates are
/// held against, and what signs messages, are none.
pub(crate) fn all<'a>(audit: &'a Audit<'a>) -> Vec<Deployment<'a>> {
    let many = audit
        .cases
        .iter()
        .filter(|case| case.others.len() >= MANY_PLACES);
    let lookup: Lookup<'a> = many
        .flat_map(|case| {
            evidence::places(case).map(|place| ((case.artifact.sha256, place.span), place))
        })
        .collect();
    audit
        .bundles
        .iter()
        .filter_map(|bundle| of(audit, bundle, &lookup))
        .filter(|deployment| !matches!(deployment.role(), Some(Role::Trust | Role::Signer)))
        .collect()
}

/// The places of certificates that have many.
type Lookup<'a> = HashMap<(Fingerprint, &'a Span), &'a Place<'a>>;

fn of<'a>(
    audit: &'a Audit<'a>,
    bundle: &'a Bundle<'a>,
    lookup: &Lookup<'a>,
) -> Option<Deployment<'a>> {
    let leaf = bundle
        .leaves()
        .find(|member| member.occurrence.inside.role != Some(Role::Trust));
    // What a server loads is its own, also a CA.
    let loaded = || bundle.leaf().filter(|_| !bundle.uses.is_empty());
    let leaf = leaf.or_else(loaded)?;
    let case = evidence::case(audit, leaf.artifact.sha256)?;
    let place = if case.others.len() >= MANY_PLACES {
        *lookup.get(&(case.artifact.sha256, &leaf.occurrence.span))?
    } else {
        evidence::places(case).find(|place| *place.span == leaf.occurrence.span)?
    };
    (!place.in_store).then_some(Deployment {
        bundle,
        leaf,
        case,
        place,
    })
}

impl<'a> Deployment<'a> {
    /// The certificate that is presented.
    pub(crate) fn certificate(&self) -> &'a Certificate {
        &self.leaf.artifact.certificate
    }

    /// What it is there for, where a server's configuration or the file says so.
    pub(crate) fn role(&self) -> Option<Role> {
        let uses = self.bundle.uses.iter();
        uses.filter_map(|known| known.role)
            .min()
            .or(self.leaf.occurrence.inside.role)
    }

    /// Whether something presents it, rather than that it only lies there: somebody says what it
    /// is there for, or its key lies with it.
    pub(crate) fn is_live(&self) -> bool {
        self.role().is_some() || !self.bundle.keys.is_empty() || !self.bundle.uses.is_empty()
    }

    /// How sure it is that something presents it.
    pub(crate) fn certainty(&self) -> Certainty {
        if let Some(best) = self.bundle.uses.iter().map(|known| known.certainty()).max() {
            return best;
        }
        let grouped = self.bundle.group.is_some() && !self.leaf.occurrence.inside.is_guess;
        if self.role().is_some() || grouped {
            return Certainty::Proven;
        }
        let keys = self.bundle.keys.iter().map(|pairing| pairing.certainty);
        keys.max().unwrap_or(Certainty::Possible)
    }

    /// What is presented, in order: everything but what others are held against.
    pub(crate) fn presented(&self) -> impl Iterator<Item = Member<'a>> + '_ {
        let members = self.bundle.members.iter().copied();
        members.filter(|member| member.occurrence.inside.role != Some(Role::Trust))
    }

    /// The leaf and the certificates above it, as far as they lie in the bundle.
    pub(crate) fn chain(&self, audit: &Audit<'a>) -> Vec<&'a Artifact> {
        self.bundle
            .chains(&audit.effective)
            .into_iter()
            .find(|(leaf, _)| leaf.sha256 == self.leaf.artifact.sha256)
            .map(|(_, chain)| chain)
            .unwrap_or_default()
    }
}
