use std::collections::BTreeMap;

use rules::{Certainty, Finding, Span};

use crate::audit::{Audit, Case, Place};
use crate::check::Check;
use crate::deployment::{self, Deployment};
use crate::evidence;
use crate::expectation::Found;
use crate::name;
use crate::naming;
use crate::role::Role;
use crate::uses::Use;
use crate::wording;

rules::rule! {
    /// Reports a certificate that lacks a name that it is needed for.
    ///
    /// ## Why
    /// A client that asks for a name and is shown a certificate without it closes the connection.
    ///
    /// The names come from the policy, `san` of an entry of `expect` and `expect-san` of an entry
    /// of `assign`, and from the server that uses the file. A wildcard is the whole first label and
    /// stands for exactly one; addresses and URIs are names too; the common name is none.
    /// Certificates of CAs are not asked. Where a server's certificate has some of the names that
    /// are served with it and lacks others, it is only *possible*: those may only redirect.
    ///
    /// ## Bad
    /// ```yaml
    /// certs:
    ///   assign: [ { match: { path: deploy/tls/api.pem }, expect-san: [api.prod.example] } ]
    /// ```
    /// and `deploy/tls/api.pem` is for `www.prod.example` alone.
    ///
    /// ## Good
    /// The certificate has `api.prod.example`, or `*.prod.example`.
    ///
    /// ## Reference
    /// [RFC 9525 §6](https://www.rfc-editor.org/rfc/rfc9525#section-6), and
    /// [RFC 6125](https://www.rfc-editor.org/rfc/rfc6125) before it.
    pub NAME_MISMATCH = { id: "name-mismatch", level: Deny, since: "0.1.0" }
}

/// The check for [`NAME_MISMATCH`].
pub(super) static CHECK: Check = Check {
    rule: &NAME_MISMATCH,
    run,
};

/// Most names of the certificate that are shown.
const MOST_NAMES: usize = 8;

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for case in &audit.cases {
        if case.artifact.certificate.is_anchor() {
            continue;
        }
        for place in evidence::places(case).filter(|place| !place.in_store) {
            if let Some((names, span)) = &place.assignment.expect_san {
                findings.extend(lack(case, place, names, span));
            }
        }
    }
    findings.extend(expected(audit));
    findings.extend(served(audit));
    findings
}

/// What servers are asked for, and what they present: the places of the names of one service tell
/// it from every other.
fn served<'a>(audit: &'a Audit<'a>) -> Vec<Finding> {
    let mut services: BTreeMap<Vec<&'a Span>, Vec<(&'a Use, Deployment<'a>)>> = BTreeMap::new();
    for deployment in deployment::all(audit) {
        for known in &deployment.bundle.uses {
            if known.role == Some(Role::Server) && !known.names.is_empty() {
                let names = known.names.iter().map(|(_, span)| span).collect();
                let presented = services.entry(names).or_default();
                presented.push((*known, deployment));
            }
        }
    }
    services
        .into_values()
        .filter_map(|presented| of_service(&presented))
        .collect()
}

/// A finding where no certificate of a service has one of its names.
fn of_service(presented: &[(&Use, Deployment<'_>)]) -> Option<Finding> {
    let (known, deployment) = presented.first()?;
    let certificate = deployment.certificate();
    let is_named = |host: &str| {
        presented
            .iter()
            .any(|(_, deployment)| serves(&deployment.certificate().sans, host))
    };
    let hosts: Vec<&(String, Span)> = known
        .names
        .iter()
        .filter(|(host, _)| is_host(host))
        .collect();
    let lacking: Vec<&(String, Span)> = hosts
        .iter()
        .copied()
        .filter(|(host, _)| !is_named(host))
        .collect();
    let (first, span) = lacking.first()?;
    let more = match lacking.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more of its names"),
    };
    let message = format!(
        "{} does not name {}{more}, which {} serves with it",
        wording::called(certificate),
        name::cut(first),
        known.software.as_str(),
    );
    // Names that only redirect, and are never asked for by TLS, stand in the same list.
    let certainty = if lacking.len() == hosts.len() {
        known.certainty()
    } else {
        Certainty::Possible
    };
    let lacking: Vec<String> = lacking.iter().map(|(host, _)| name::cut(host)).collect();
    Some(
        evidence::at(
            &NAME_MISMATCH,
            deployment.case,
            deployment.place,
            certainty,
            message,
        )
        .with_label(span.clone(), "this name is served")
        .with_label(known.span.clone(), format!("with the {}", known.called()))
        .with_note(names(&certificate.sans))
        .with_data("lacking", lacking)
        .with_help("have it issued for all names that are served, or load the one that has them"),
    )
}

/// Whether something is a name that a public or private DNS has, rather than a pattern or the
/// machine itself.
fn is_host(host: &str) -> bool {
    host.contains(['.', ':'])
        && host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".-:*".contains(c))
}

/// Whether the names serve a host, or some host that a wildcard of the configuration stands for.
fn serves(sans: &[String], host: &str) -> bool {
    naming::is_named(sans, host)
        || host.strip_prefix("*.").is_some_and(|domain| {
            let end = format!(".{}", domain.to_ascii_lowercase());
            sans.iter()
                .any(|san| san.to_ascii_lowercase().ends_with(&end))
        })
}

/// What a certificate names, for people.
fn names(sans: &[String]) -> String {
    let has: Vec<String> = sans
        .iter()
        .take(MOST_NAMES)
        .map(|san| name::cut(san))
        .collect();
    match (has.is_empty(), sans.len() > MOST_NAMES) {
        (true, _) => "it has no alternative names".to_owned(),
        (false, false) => format!("it names {}", has.join(", ")),
        (false, true) => format!("it names {} and more", has.join(", ")),
    }
}

/// What files that are expected lack.
fn expected(audit: &Audit<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for expectation in &audit.expectations {
        let (Some(wanted), Found::Certificates(found)) = (&expectation.san, &expectation.found)
        else {
            continue;
        };
        let cases = || {
            found
                .iter()
                .filter_map(|sha256| evidence::case(audit, *sha256))
        };
        if cases().any(|case| naming::is_named(&case.artifact.certificate.sans, wanted)) {
            continue;
        }
        let leaf = cases().find(|case| !case.artifact.certificate.is_anchor());
        let Some(case) = leaf.or_else(|| cases().next()) else {
            continue;
        };
        let here = evidence::places(case).find(|place| {
            place.span.path == expectation.path
                || place
                    .span
                    .path
                    .starts_with(&format!("{}/", expectation.path))
        });
        if let Some(place) = here {
            let wanted = std::slice::from_ref(wanted);
            findings.extend(lack(case, place, wanted, &expectation.span));
        }
    }
    findings
}

/// A finding where the certificate lacks one of `wanted`, which the policy asks for at `span`.
fn lack(case: &Case<'_>, place: &Place<'_>, wanted: &[String], span: &Span) -> Option<Finding> {
    let certificate = &case.artifact.certificate;
    let lacking: Vec<String> = wanted
        .iter()
        .filter(|wanted| !naming::is_named(&certificate.sans, wanted))
        .map(|wanted| name::cut(wanted))
        .collect();
    let first = lacking.first()?;
    let more = match lacking.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more of its names"),
    };
    let message = format!(
        "{} does not name {first}{more}",
        wording::called(certificate)
    );
    Some(
        evidence::at(&NAME_MISMATCH, case, place, Certainty::Proven, message)
            .with_label(span.clone(), "this entry asks for the name")
            .with_note(names(&certificate.sans))
            .with_data("lacking", lacking)
            .with_help(
                "have it issued for all names that are asked for, or correct what asks for them",
            ),
    )
}
