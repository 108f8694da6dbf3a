//! An artifact of one side, as lineages look at it.

use std::collections::{BTreeMap, BTreeSet};

use super::{One, Place, called};
use crate::v1::{Artifact, Inventory, Kind};

/// What a lineage is called: the kind, the subject and the sorted alternative names.
pub(super) type Names<'a> = (Kind, &'a str, Vec<&'a str>);

/// One artifact.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub(super) artifact: &'a Artifact,
    /// `None` where it has no names to be known by.
    pub(super) names: Option<Names<'a>>,
    /// The files that it lies in.
    pub(super) places: BTreeSet<Place>,
    /// The same, with where inside.
    pub(super) spots: BTreeSet<(Place, &'a str)>,
}

impl<'a> Facts<'a> {
    /// The artifacts of a side by their digest; `plain` leaves the machines out.
    pub(super) fn all(inventory: &'a Inventory, plain: bool) -> BTreeMap<&'a str, Self> {
        let mut all: BTreeMap<&'a str, Self> = BTreeMap::new();
        for artifact in &inventory.artifacts {
            let facts = Self::of(artifact, plain);
            match all.get_mut(artifact.sha256.as_str()) {
                Some(known) => {
                    known.places.extend(facts.places);
                    known.spots.extend(facts.spots);
                }
                None => {
                    all.insert(&artifact.sha256, facts);
                }
            }
        }
        all
    }

    fn of(artifact: &'a Artifact, plain: bool) -> Self {
        let subject = artifact.subject.as_deref().unwrap_or_default();
        let mut sans: Vec<&str> = artifact.sans.iter().map(String::as_str).collect();
        sans.sort_unstable();
        sans.dedup();
        let named = !subject.is_empty() || !sans.is_empty() || artifact.kind == Kind::Crl;
        let spots: BTreeSet<(Place, &str)> = artifact
            .occurrences
            .iter()
            .map(|occurrence| {
                let place = Place {
                    source: if plain {
                        String::new()
                    } else {
                        occurrence.source.clone()
                    },
                    path: occurrence.path.clone(),
                };
                (place, occurrence.place.as_str())
            })
            .collect();
        Self {
            artifact,
            names: named.then_some((artifact.kind, subject, sans)),
            places: spots.iter().map(|(place, _)| place.clone()).collect(),
            spots,
        }
    }

    /// Who issued it.
    pub(super) fn issuer(&self) -> &'a str {
        self.artifact.issuer.as_deref().unwrap_or_default()
    }

    /// The kind of its key: a server may have one certificate for each.
    pub(super) fn algorithm(&self) -> &'a str {
        let key = self.artifact.key.as_ref();
        key.map(|key| key.algorithm.as_str()).unwrap_or_default()
    }

    /// What sorts members of a lineage: when they begin.
    pub(super) fn order(&self) -> (&'a str, &'a str) {
        let begin = self.artifact.not_before.as_deref().unwrap_or_default();
        (begin, &self.artifact.sha256)
    }

    /// As a difference has it.
    pub(super) fn one(&self) -> One {
        let artifact = self.artifact;
        One {
            places: self.places.iter().cloned().collect(),
            name: called(artifact),
            kind: artifact.kind,
            sha256: artifact.sha256.clone(),
            subject: artifact.subject.clone(),
            issuer: artifact.issuer.clone(),
            sans: artifact.sans.clone(),
            not_after: artifact.not_after.clone(),
            owner: artifact.owner.clone(),
        }
    }
}
