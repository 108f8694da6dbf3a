use rules::{Certainty, Finding, Position};

use crate::audit::Audit;
use crate::bundle::Member;
use crate::check::Check;
use crate::deployment::{self, Deployment};
use crate::evidence;
use crate::inventory::Artifact;
use crate::wording;

rules::rule! {
    /// Reports a chain whose certificates are not in the order in which each certifies the next.
    ///
    /// ## Why
    /// Servers present a file as it is. The first certificate must be the server's own, or the
    /// server does not start, since its key does not fit; what follows should go up one by one:
    /// before TLS 1.3 that was required, and clients that take it literally (embedded ones, old
    /// Java) refuse anything else.
    ///
    /// It is asked of PEM files and documents with one certificate that is no CA and with its
    /// issuer. Certificates that are not part of the chain may stand anywhere.
    ///
    /// ## Bad
    /// ```text
    /// deploy/tls/api.pem: the chain of the certificate of api.prod.example is out of order: Example Issuing CA 3 should stand before Example Root CA
    /// ```
    ///
    /// ## Good
    /// The server's certificate, then that of its issuer, and so on up to the root, which may be
    /// left out.
    ///
    /// ## Reference
    /// [RFC 5246 §7.4.2](https://www.rfc-editor.org/rfc/rfc5246#section-7.4.2),
    /// [RFC 8446 §4.4.2](https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2).
    pub MISORDERED_CHAIN = { id: "misordered-chain", level: Warn, since: "0.1.0" }
}

/// The check for [`MISORDERED_CHAIN`].
pub(super) static CHECK: Check = Check {
    rule: &MISORDERED_CHAIN,
    run,
};

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    deployment::all(audit)
        .into_iter()
        .filter_map(|deployment| finding(audit, &deployment))
        .collect()
}

/// What a certificate has its place in the order of: the text of a file, one value of a document,
/// or one list in it. Between values there is no order, nor in a set (PKCS#7) or a bag (PKCS#12).
fn series<'a>(member: &Member<'a>) -> Option<&'a str> {
    if member.occurrence.span.end == Position::START {
        return None;
    }
    match member.occurrence.inside.place.as_deref() {
        None => Some(""),
        Some(pointer) if pointer.starts_with('/') && !pointer.contains(", ") => {
            let list = pointer.trim_end_matches(|c: char| c.is_ascii_digit());
            Some(list.strip_suffix('/').unwrap_or(pointer))
        }
        Some(_) => None,
    }
}

fn finding<'a>(audit: &'a Audit<'a>, deployment: &Deployment<'a>) -> Option<Finding> {
    let series = series(&deployment.leaf)?;
    let is_ordered = deployment
        .presented()
        .all(|member| self::series(&member) == Some(series));
    if !is_ordered || deployment.bundle.leaves().count() != 1 {
        return None;
    }
    let chain = deployment.chain(audit);
    let at = |artifact: &Artifact| {
        deployment
            .presented()
            .position(|member| member.artifact.sha256 == artifact.sha256)
    };
    let (before, after) = chain.windows(2).find_map(|pair| match pair {
        [below, above] => (at(below)? > at(above)?).then_some((*below, *above)),
        _ => None,
    })?;
    let certainty = if deployment.is_live() {
        deployment.certainty()
    } else {
        Certainty::Likely
    };
    let message = format!(
        "the chain of the {} is out of order: {} should stand before {}",
        wording::called(deployment.certificate()),
        before.certificate.called(),
        after.certificate.called(),
    );
    let mut finding = evidence::at(
        &MISORDERED_CHAIN,
        deployment.case,
        deployment.place,
        certainty,
        message,
    );
    for (number, link) in (1..).zip(&chain) {
        let here = deployment
            .presented()
            .find(|member| member.artifact.sha256 == link.sha256);
        if let Some(here) = here
            && here.occurrence.span != *deployment.place.span
        {
            finding = finding.with_label(
                here.occurrence.span.clone(),
                format!("this should be number {number} of the chain"),
            );
        }
    }
    Some(finding.with_help(
        "put the server's certificate first, then each issuer behind the one that it issued",
    ))
}
