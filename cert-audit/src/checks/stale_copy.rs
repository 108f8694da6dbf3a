use std::collections::BTreeMap;

use rules::{Certainty, Finding};

use crate::audit::Audit;
use crate::certificate::Fingerprint;
use crate::check::Check;
use crate::deployment::{self, Deployment};
use crate::evidence;
use crate::instant::Instant;
use crate::inventory::Artifact;
use crate::lineage;
use crate::place;
use crate::wording;

rules::rule! {
    /// Reports a certificate that was renewed elsewhere and left in place here.
    ///
    /// ## Why
    /// A certificate is renewed in one place and copied to the others, and one copy is forgotten.
    /// All is well until the old one ends: then one host of five fails.
    ///
    /// The two must be of one lineage, which is the same names and the same issuer, the new one
    /// must have been issued when half of the old one's life was over, and both must be deployed,
    /// with their key or their chain. That is not enough: two servers may each have a certificate
    /// of their own for one name. So the two must also have one key (*likely*), or lie under one
    /// file name in sibling folders (*possible*). What has expired is `expired`'s to report, and
    /// folders of backups and archives are left alone.
    ///
    /// ## Bad
    /// ```text
    /// web2/tls/shop.pem: certificate of shop.example is the old one: web1/tls/shop.pem has its renewal of 2026-11-10
    /// ```
    ///
    /// ## Good
    /// The renewed certificate is in every place of the old one.
    ///
    /// ## Reference
    /// [RFC 9773 §4.1](https://www.rfc-editor.org/rfc/rfc9773#section-4.1) tells a certificate from
    /// the one that replaces it.
    pub STALE_COPY = { id: "stale-copy", level: Warn, since: "0.1.0" }
}

/// The check for [`STALE_COPY`].
pub(super) static CHECK: Check = Check {
    rule: &STALE_COPY,
    run,
};

/// Most deployments of one certificate that are compared with those of another.
const MOST_COMPARED: usize = 64;

/// Folders that keep what was: whole words of their names.
const HISTORY: [&str; 9] = [
    "archive", "archived", "archives", "backup", "backups", "bak", "history", "old", "previous",
];

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    let mut deployed: BTreeMap<Fingerprint, Vec<Deployment<'_>>> = BTreeMap::new();
    for deployment in deployment::all(audit) {
        let with_chain = deployment.presented().count() > 1;
        if (deployment.is_live() || with_chain) && !is_history(deployment.bundle.path) {
            let sha256 = deployment.leaf.artifact.sha256;
            deployed.entry(sha256).or_default().push(deployment);
        }
    }
    let artifacts = deployed
        .keys()
        .filter_map(|sha256| audit.inventory.artifacts.get(sha256));
    let valid = artifacts.filter(|artifact| is_valid(artifact, audit.now));
    let mut findings = Vec::new();
    for members in lineage::by_lineage(valid).into_values() {
        let Some((newest, older)) = members.split_last() else {
            continue;
        };
        for old in older {
            if lineage::is_renewal(&old.certificate, &newest.certificate) {
                let at = |artifact: &Artifact| deployed.get(&artifact.sha256);
                if let (Some(here), Some(there)) = (at(old), at(newest)) {
                    findings.extend(finding(here, there));
                }
            }
        }
    }
    findings
}

fn is_valid(artifact: &Artifact, now: Instant) -> bool {
    artifact.certificate.validity.is_some_and(|validity| {
        now >= validity.not_before && validity.not_after.at().is_none_or(|end| end >= now)
    })
}

fn is_history(path: &str) -> bool {
    place::folder(path)
        .split('/')
        .flat_map(|folder| folder.split(|c: char| !c.is_ascii_alphanumeric()))
        .any(|word| HISTORY.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// A finding at the first deployment of the old certificate that the new one should have reached.
fn finding(old: &[Deployment<'_>], new: &[Deployment<'_>]) -> Option<Finding> {
    // A file that holds both keeps its own history.
    let apart = old.iter().take(MOST_COMPARED).flat_map(|here| {
        new.iter()
            .take(MOST_COMPARED)
            .filter(|there| there.bundle.path != here.bundle.path)
            .map(move |there| (here, there))
    });
    let (here, there, certainty) = apart
        .filter_map(|(here, there)| Some((here, there, resemblance(here, there)?)))
        .reduce(|best, next| if next.2 > best.2 { next } else { best })?;
    let begin = there.certificate().validity?.not_before;
    let message = format!(
        "{} is the old one: {} has its renewal of {}",
        wording::called(here.certificate()),
        there.bundle.path,
        begin.date(),
    );
    let finding = evidence::at(&STALE_COPY, here.case, here.place, certainty, message);
    let finding = evidence::with_other_places(finding, here.case, here.place);
    Some(
        finding
            .with_label(there.leaf.occurrence.span.clone(), "this is its renewal")
            .with_data("renewal", there.leaf.artifact.sha256.to_string())
            .with_help("put the renewed certificate here too, then reload what serves it"),
    )
}

/// How sure it is that one place was meant to have what the other has; `None` where nothing says
/// so.
fn resemblance(here: &Deployment<'_>, there: &Deployment<'_>) -> Option<Certainty> {
    if here.certificate().spki == there.certificate().spki {
        return Some(Certainty::Likely);
    }
    are_siblings(here.bundle.path, there.bundle.path).then_some(Certainty::Possible)
}

/// Whether two paths differ in the name of one folder and in nothing else.
fn are_siblings(a: &str, b: &str) -> bool {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split('/').collect(), b.split('/').collect());
    let differing = a.iter().zip(&b).filter(|(a, b)| a != b).count();
    a.len() == b.len() && differing == 1 && a.last() == b.last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_differ_in_one_folder() {
        assert!(are_siblings("web1/tls/a.pem", "web2/tls/a.pem"));
        assert!(are_siblings("tls/one/a.pem", "tls/two/a.pem"));
        assert!(!are_siblings("tls/a.pem", "tls/b.pem"));
        assert!(!are_siblings("x/one/a.pem", "y/two/a.pem"));
        assert!(!are_siblings("one/a.pem", "one/two/a.pem"));
    }

    #[test]
    fn backups_are_told_by_whole_words() {
        for path in [
            "etc/letsencrypt/archive/x/a.pem",
            "tls-old/a.pem",
            "Backup/a.pem",
        ] {
            assert!(is_history(path), "{path}");
        }
        for path in ["gold/a.pem", "tls/old.pem", "a.pem"] {
            assert!(!is_history(path), "{path}");
        }
    }
}
