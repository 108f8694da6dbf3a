use std::collections::{BTreeMap, BTreeSet};

use rules::{Certainty, Finding};

use crate::audit::{Audit, Case};
use crate::certificate::{Certificate, Fingerprint};
use crate::check::Check;
use crate::evidence;
use crate::lineage;
use crate::wording;

rules::rule! {
    /// Reports one private key under certificates of different services.
    ///
    /// ## Why
    /// Who gets the key of the least guarded of them has all of them, and when it is lost all must
    /// be replaced on one day. Mostly it is no decision: a key was copied along with a
    /// configuration, or came with an image.
    ///
    /// Certificates that have a name in common are one service: a renewal that keeps its key, one
    /// with a name more, and a crossed one are not reported. Nor are CAs, and what has expired.
    ///
    /// ## Bad
    /// ```text
    /// deploy/tls/one.pem: certificate of one.example and that of two.example have one private key
    /// ```
    ///
    /// ## Good
    /// Each service makes a key of its own, where it is used, and the key stays there.
    ///
    /// ## Reference
    /// [NIST SP 800-57 part 1](https://doi.org/10.6028/NIST.SP.800-57pt1r5) §5.2: one key, one use.
    pub SHARED_KEY = { id: "shared-key", level: Warn, since: "0.1.0" }
}

/// The check for [`SHARED_KEY`].
pub(super) static CHECK: Check = Check {
    rule: &SHARED_KEY,
    run,
};

/// Most services that are shown, and most certificates of one key that are compared.
const MOST: usize = 16;

/// Certificates with names in common, and all of their names.
struct Service<'a> {
    names: BTreeSet<String>,
    first: &'a Case<'a>,
}

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    let mut by_key: BTreeMap<Fingerprint, Vec<&Case<'_>>> = BTreeMap::new();
    for case in &audit.cases {
        let certificate = &case.artifact.certificate;
        let end = certificate.validity.map(|validity| validity.not_after);
        let is_alive = end.is_some_and(|end| end.at().is_none_or(|end| end >= audit.now));
        let is_judged = evidence::deployed(case).is_some();
        if certificate.version > 0 && !certificate.is_anchor() && is_alive && is_judged {
            by_key.entry(certificate.spki).or_default().push(case);
        }
    }
    by_key
        .into_values()
        .filter(|cases| cases.len() > 1)
        .filter_map(|mut cases| {
            cases.sort_by_key(|case| (case.place.span, case.artifact.sha256));
            finding(&services(&cases))
        })
        .collect()
}

/// Puts together what has names in common.
fn services<'a>(cases: &[&'a Case<'a>]) -> Vec<Service<'a>> {
    let mut services: Vec<Service<'a>> = Vec::new();
    for case in cases {
        let names = names(&case.artifact.certificate);
        let (same, other): (Vec<_>, Vec<_>) = services
            .into_iter()
            .partition(|service| !service.names.is_disjoint(&names));
        services = other;
        let first = same.first().map_or(*case, |service| service.first);
        let mut service = Service { names, first };
        for other in same {
            service.names.extend(other.names);
        }
        services.push(service);
        if services.len() > MOST {
            break;
        }
    }
    services.sort_by_key(|service| (service.first.place.span, service.first.artifact.sha256));
    services
}

fn names(certificate: &Certificate) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = lineage::names(certificate).into_iter().collect();
    if let Some(name) = &certificate.subject.common_name {
        names.insert(format!("dns:{}", name.to_ascii_lowercase()));
    }
    names
}

fn finding(services: &[Service<'_>]) -> Option<Finding> {
    let (first, others) = services.split_first()?;
    let second = others.first()?;
    let more = match others.len() - 1 {
        0 => String::new(),
        more => format!(" and of {more} more"),
    };
    let message = format!(
        "{} and that of {}{more} have one private key",
        wording::called(&first.first.artifact.certificate),
        second.first.artifact.certificate.called(),
    );
    let place = evidence::deployed(first.first)?;
    let mut finding = evidence::at(&SHARED_KEY, first.first, place, Certainty::Proven, message)
        .with_data(
            "spki_sha256",
            first.first.artifact.certificate.spki.to_string(),
        );
    for service in others {
        if let Some(place) = evidence::deployed(service.first) {
            let called = service.first.artifact.certificate.called();
            finding = finding.with_label(
                place.span.clone(),
                format!("the certificate of {called} has the same key"),
            );
        }
    }
    Some(finding.with_help("make a key of its own for each service, and a certificate for it"))
}
