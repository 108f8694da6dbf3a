//! Lineages: certificates that follow one another.
//!
//! A renewed certificate is another one, with another serial number and mostly another key. What
//! stays is whom it names and who issued it.

use std::collections::BTreeMap;

use crate::certificate::{Certificate, Fingerprint};
use crate::inventory::Artifact;

/// Whom a certificate names, and who issued it: equal for a certificate and its renewal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lineage {
    names: Vec<String>,
    issuer: Fingerprint,
}

impl Lineage {
    /// The lineage of a certificate; `None` where it names nobody.
    pub(crate) fn of(certificate: &Certificate) -> Option<Self> {
        let names = names(certificate);
        (!names.is_empty()).then(|| Self {
            names,
            issuer: certificate.issuer_name(),
        })
    }
}

/// Whom a certificate names: its alternative names in lower case and sorted, or without any its
/// subject.
pub(crate) fn names(certificate: &Certificate) -> Vec<String> {
    let mut names: Vec<String> = certificate
        .sans
        .iter()
        .map(|san| san.to_ascii_lowercase())
        .collect();
    if names.is_empty() && !certificate.subject.text.is_empty() {
        names.push(format!("subject:{}", certificate.subject.text));
    }
    names.sort();
    names.dedup();
    names
}

/// Certificates by lineage, those of one lineage by when they begin.
pub(crate) fn by_lineage<'a>(
    artifacts: impl Iterator<Item = &'a Artifact>,
) -> BTreeMap<Lineage, Vec<&'a Artifact>> {
    let mut lineages: BTreeMap<Lineage, Vec<&'a Artifact>> = BTreeMap::new();
    for artifact in artifacts {
        if let Some(lineage) = Lineage::of(&artifact.certificate) {
            lineages.entry(lineage).or_default().push(artifact);
        }
    }
    for members in lineages.values_mut() {
        members.sort_by_key(|member| {
            let validity = member.certificate.validity;
            (
                validity.map(|validity| validity.not_before),
                validity.map(|validity| validity.not_after),
                member.sha256,
            )
        });
    }
    lineages
}

/// Whether `new` is the renewal of `old` rather than its twin: it was made when half of the other's
/// life was over, and ends after it.
pub(crate) fn is_renewal(old: &Certificate, new: &Certificate) -> bool {
    let (Some(old), Some(new)) = (old.validity, new.validity) else {
        return false;
    };
    let Some(lifetime) = old.lifetime() else {
        return false;
    };
    new.not_after > old.not_after && new.not_before.since(old.not_before) >= lifetime / 2
}
