use std::collections::BTreeSet;

use rules::{Certainty, Finding};

use crate::audit::Audit;
use crate::certificate::Fingerprint;
use crate::check::Check;
use crate::consumer::{Kind, Software, Target};
use crate::deployment::{self, Deployment};
use crate::evidence;
use crate::inventory::Artifact;
use crate::name;
use crate::place;
use crate::role::Role;
use crate::uses::Use;
use crate::wording;

rules::rule! {
    /// Reports a server's chain that lacks a certificate between its own and the root.
    ///
    /// ## Why
    /// Clients know roots, not what lies between. Browsers hide the lack, because they remember
    /// intermediates or fetch them; curl, programs in Go, Java and Python, and other servers
    /// refuse the connection. So it works on the desk and fails in production.
    ///
    /// It is asked of what something presents: a server's configuration or a document says so, or a
    /// private key lies with the certificate. A root need not be in the chain, and a self-signed
    /// certificate needs none. Where the missing certificate lies in the same folder, in a file of
    /// its own, and nothing says what is loaded, the rule is silent: servers are told of both.
    /// Chains that a configuration names in files of their own count, and so does what a server
    /// trusts where OpenSSL completes its chain with that (Apache, Postfix, PostgreSQL and others).
    ///
    /// If nobody here knows the issuer, and the policy does not say what is trusted, the issuer may
    /// be a root that clients know: then it is only *possible*. It is also where the missing
    /// certificate lies in trust stores alone, because who has the store needs no chain.
    ///
    /// ## Bad
    /// ```text
    /// deploy/tls/server.crt: certificate of api.prod.example is presented without Example Issuing CA 3, which issued it
    /// ```
    ///
    /// ## Good
    /// The file has the certificate, then the one of its issuer, and so on up to the root, which
    /// may be left out.
    ///
    /// ## Reference
    /// [RFC 8446 §4.4.2](https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2): each certificate
    /// should certify the one before it, and the root may be omitted.
    pub MISSING_INTERMEDIATE = { id: "missing-intermediate", level: Deny, since: "0.1.0" }
}

/// The check for [`MISSING_INTERMEDIATE`].
pub(super) static CHECK: Check = Check {
    rule: &MISSING_INTERMEDIATE,
    run,
};

/// Most servers of one file that are asked.
const MOST_USES: usize = 16;

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    deployment::all(audit)
        .into_iter()
        .filter(|deployment| {
            deployment.is_live()
                && !is_of_a_client(deployment)
                && !deployment.certificate().is_self_issued()
        })
        .filter_map(|deployment| {
            let (lack, said) = lacks(audit, &deployment)?;
            match lack {
                Lack::Elsewhere { below, issuer } => {
                    elsewhere(audit, &deployment, said, below, issuer)
                }
                Lack::Unknown { below } => unknown(audit, &deployment, said, below),
            }
        })
        .collect()
}

/// What the chain lacks, and how sure it is that it is presented so: for the first of the servers
/// that present it which does not add the rest from elsewhere.
fn lacks<'a>(audit: &'a Audit<'a>, deployment: &Deployment<'a>) -> Option<(Lack<'a>, Certainty)> {
    if deployment.bundle.uses.is_empty() {
        let lack = lack(audit, deployment, BTreeSet::new())?;
        return Some((lack, deployment.certainty()));
    }
    deployment
        .bundle
        .uses
        .iter()
        .filter(|presents| !matches!(presents.role, Some(Role::Client)))
        .take(MOST_USES)
        .find_map(|presents| {
            // Mostly nothing is lacking, and nobody has to look for more.
            lack(audit, deployment, BTreeSet::new())?;
            let lack = lack(audit, deployment, added(audit, presents))?;
            Some((lack, presents.certainty()))
        })
}

fn is_of_a_client(deployment: &Deployment<'_>) -> bool {
    let for_clients_alone = || {
        let purposes = deployment.certificate().purposes;
        purposes.is_some_and(|purposes| purposes.client && !purposes.server && !purposes.any)
    };
    match deployment.role() {
        Some(Role::Server | Role::Peer) => false,
        Some(_) => true,
        None => for_clients_alone(),
    }
}

/// What a chain lacks.
enum Lack<'a> {
    /// The certificate that issued `below`, and that lies elsewhere.
    Elsewhere {
        below: &'a Artifact,
        issuer: &'a Artifact,
    },
    /// Whatever issued `below`.
    Unknown { below: &'a Artifact },
}

/// Follows verified issuers through what is presented; `None` where one of them leads to a root.
fn lack<'a>(
    audit: &'a Audit<'a>,
    deployment: &Deployment<'a>,
    mut presented: BTreeSet<Fingerprint>,
) -> Option<Lack<'a>> {
    presented.extend(deployment.presented().map(|member| member.artifact.sha256));
    let mut open = vec![deployment.leaf.artifact];
    let mut seen = BTreeSet::new();
    let mut lack = None;
    while let Some(below) = open.pop() {
        if !seen.insert(below.sha256) {
            continue;
        }
        if audit.trust.anchors.contains_key(&below.sha256) || below.certificate.is_self_issued() {
            return None;
        }
        let effective = audit.effective.get(&below.sha256)?;
        if effective.issuers.is_empty() {
            lack = lack.or(Some(Lack::Unknown { below }));
        }
        for sha256 in &effective.issuers {
            if audit.trust.anchors.contains_key(sha256) {
                return None;
            }
            // A root that is not trusted is no lack of the chain.
            let issuer = audit.inventory.artifacts.get(sha256)?;
            if issuer.certificate.is_self_issued() {
                return None;
            }
            if presented.contains(sha256) {
                open.push(issuer);
            } else if !matches!(lack, Some(Lack::Elsewhere { .. })) {
                lack = Some(Lack::Elsewhere { below, issuer });
            }
        }
    }
    lack
}

/// What a server presents besides the file: chains in files of their own, and, where it leaves it to
/// OpenSSL to complete the chain, what it trusts.
fn added(audit: &Audit<'_>, presents: &Use) -> BTreeSet<Fingerprint> {
    let completes = matches!(
        presents.software,
        Software::Apache
            | Software::Dovecot
            | Software::Haproxy
            | Software::Mysql
            | Software::Pgbouncer
            | Software::Postfix
            | Software::Postgresql
    );
    let others = audit.inventory.uses.all.iter().filter(|other| {
        other.span.path == presents.span.path
            && (other.kind == Kind::Chain
                || (completes && matches!(other.kind, Kind::Trust | Kind::TrustFolder)))
    });
    let paths = others.flat_map(|other| match &other.target {
        Target::Found { paths, .. } => paths.as_slice(),
        _ => &[],
    });
    let files = paths.filter_map(|path| audit.inventory.files.get(path.as_str()));
    files
        .flat_map(|file| file.certificates.iter().copied())
        .collect()
}

fn elsewhere(
    audit: &Audit<'_>,
    deployment: &Deployment<'_>,
    said: Certainty,
    below: &Artifact,
    issuer: &Artifact,
) -> Option<Finding> {
    let folder = place::folder(deployment.bundle.path);
    let mut places = issuer.occurrences.iter();
    let beside = places.any(|occurrence| {
        occurrence.span.path != *deployment.bundle.path
            && place::folder(&occurrence.span.path) == folder
    });
    if beside && said < Certainty::Proven {
        return None;
    }
    let sure = audit
        .effective
        .get(&below.sha256)
        .is_some_and(|effective| effective.is_sure);
    let in_stores_alone = issuer.occurrences.iter().all(|occurrence| {
        let file = audit.inventory.files.get(&occurrence.span.path);
        file.is_some_and(|file| file.store)
    });
    let certainty = match (in_stores_alone, sure) {
        (true, _) => Certainty::Possible,
        (false, true) => said,
        (false, false) => said.min(Certainty::Likely),
    };
    let called = issuer.certificate.called();
    let message = format!(
        "{} is presented without {called}, which issued {}",
        wording::called(deployment.certificate()),
        which(deployment, below),
    );
    let mut finding = evidence::at(
        &MISSING_INTERMEDIATE,
        deployment.case,
        deployment.place,
        certainty,
        message,
    )
    .with_help(format!(
        "put the certificate of {called} behind it in the same file, then reload what serves it"
    ))
    .with_data("missing", issuer.sha256.to_string());
    if let Some(occurrence) = issuer.occurrences.first() {
        finding = finding.with_label(occurrence.span.clone(), "the missing certificate lies here");
    }
    Some(finding)
}

fn unknown(
    audit: &Audit<'_>,
    deployment: &Deployment<'_>,
    said: Certainty,
    below: &Artifact,
) -> Option<Finding> {
    let is_leaf = below.sha256 == deployment.leaf.artifact.sha256;
    let certainty = match (audit.trust.is_given, is_leaf) {
        // What issued the last of several is most likely the root.
        (false, false) => return None,
        (true, true) => said,
        (false, true) | (true, false) => Certainty::Possible,
    };
    let issuer = name::cut(&below.certificate.issuer.text);
    let message = format!(
        "{} is presented without what issued {}: no certificate of `{issuer}` is here",
        wording::called(deployment.certificate()),
        which(deployment, below),
    );
    let finding = evidence::at(
        &MISSING_INTERMEDIATE,
        deployment.case,
        deployment.place,
        certainty,
        message,
    );
    Some(finding.with_help(
        "put the issuer's certificate behind it in the same file; if the issuer is a root that \
         clients know, name it in the policy's `trust`",
    ))
}

fn which(deployment: &Deployment<'_>, below: &Artifact) -> String {
    if below.sha256 == deployment.leaf.artifact.sha256 {
        return "it".to_owned();
    }
    below.certificate.called()
}
