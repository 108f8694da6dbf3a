use std::collections::{BTreeMap, BTreeSet};

use rules::Finding;

use crate::audit::Audit;
use crate::bundle::{Bundle, Member};
use crate::certificate::{Certificate, Fingerprint};
use crate::check::Check;
use crate::evidence;
use crate::place;
use crate::role::Role;
use crate::wording;

rules::rule! {
    /// Reports a certificate and a private key that do not belong to each other.
    ///
    /// ## Why
    /// A server that is given the two does not start, or it starts and every handshake fails.
    /// Mostly one of the two was renewed and the other was not copied; it shows at the next
    /// restart.
    ///
    /// It is *proven* where a Secret, a keystore entry or a server's configuration puts the two
    /// together, and *likely* where they stand in one file or their names say so (`server.crt` and
    /// `server.key`). Keys are compared by the digest of their public half; locked keys are not
    /// compared. Where another key of the folder fits, the names misled us and nothing is said.
    ///
    /// ## Bad
    /// ```text
    /// deploy/tls/server.crt: certificate of api.prod.example does not belong to the private key beside it
    /// ```
    ///
    /// ## Good
    /// The certificate was issued for the key that lies with it: `openssl x509 -pubkey` and
    /// `openssl pkey -pubout` print the same.
    ///
    /// ## Reference
    /// [RFC 8446 §4.4.3](https://www.rfc-editor.org/rfc/rfc8446#section-4.4.3): the server proves
    /// that it has the key of its certificate.
    pub KEY_MISMATCH = { id: "key-mismatch", level: Deny, since: "0.1.0" }
}

/// The check for [`KEY_MISMATCH`].
pub(super) static CHECK: Check = Check {
    rule: &KEY_MISMATCH,
    run,
};

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    let folders = keys_by_folder(audit);
    audit
        .bundles
        .iter()
        .filter_map(|bundle| finding(audit, bundle, &folders))
        .collect()
}

/// The keys that lie in each folder.
fn keys_by_folder<'a>(audit: &Audit<'a>) -> BTreeMap<&'a str, BTreeSet<Fingerprint>> {
    let mut folders: BTreeMap<&str, BTreeSet<Fingerprint>> = BTreeMap::new();
    for (path, file) in &audit.inventory.files {
        let keys = file.keys.iter().filter_map(|held| held.key.spki_sha256);
        folders.entry(place::folder(path)).or_default().extend(keys);
    }
    folders
}

fn finding(
    audit: &Audit<'_>,
    bundle: &Bundle<'_>,
    folders: &BTreeMap<&str, BTreeSet<Fingerprint>>,
) -> Option<Finding> {
    let certainty = bundle.keys.iter().map(|pairing| pairing.certainty).max()?;
    let mut keys = BTreeSet::new();
    for pairing in &bundle.keys {
        // What is locked may be the one that fits.
        keys.insert(pairing.key.key.spki_sha256?);
    }
    let presented: Vec<&Member<'_>> = bundle
        .members
        .iter()
        .filter(|member| member.occurrence.inside.role != Some(Role::Trust))
        .collect();
    let fits = |certificate: &Certificate| keys.contains(&certificate.spki);
    let is_known = |certificate: &Certificate| certificate.version > 0;
    let certificates = || presented.iter().map(|member| &member.artifact.certificate);
    if certificates().any(fits) || !certificates().all(is_known) {
        return None;
    }
    let leaf = bundle.leaf().or(presented.first().copied().copied())?;
    if certainty < rules::Certainty::Proven {
        let in_folder = folders.get(place::folder(bundle.path))?;
        if in_folder.contains(&leaf.artifact.certificate.spki) {
            return None;
        }
    }
    let case = evidence::case(audit, leaf.artifact.sha256)?;
    let here = evidence::places(case).find(|place| *place.span == leaf.occurrence.span)?;
    let key = bundle.keys.first()?;
    let beside = if key.key.occurrence.span.path == *bundle.path {
        "with it"
    } else {
        "beside it"
    };
    let message = format!(
        "{} does not belong to the private key {beside}",
        wording::called(&leaf.artifact.certificate),
    );
    Some(
        evidence::at(&KEY_MISMATCH, case, here, certainty, message)
            .with_label(key.key.occurrence.span.clone(), "this key is another one's")
            .with_help(
                "find the key that the certificate was issued for, or have the certificate issued \
                 for this key",
            ),
    )
}
