use rules::{Certainty, Finding};

use crate::audit::Audit;
use crate::certificate::Kind;
use crate::check::Check;
use crate::evidence;
use crate::naming;
use crate::wording;

rules::rule! {
    /// Reports a server's certificate without alternative names.
    ///
    /// ## Why
    /// Clients look for the host in the subject alternative names and nowhere else: the browsers
    /// since 2017, Go since 1.15, and every client that follows RFC 9525. The common name, which is
    /// all that such a certificate has, is not looked at.
    ///
    /// A server's certificate is one whose extended key usage says so. URIs count as names, as
    /// meshes use them; a mailbox does not.
    ///
    /// ## Bad
    /// ```text
    /// deploy/tls/db.pem: certificate of db.prod.example is for servers and has no alternative names
    /// ```
    ///
    /// ## Good
    /// `subjectAltName = DNS:db.prod.example`.
    ///
    /// ## Reference
    /// [RFC 9525 §2](https://www.rfc-editor.org/rfc/rfc9525#section-2).
    pub MISSING_SAN = { id: "missing-san", level: Warn, since: "0.1.0" }
}

/// The check for [`MISSING_SAN`].
pub(super) static CHECK: Check = Check {
    rule: &MISSING_SAN,
    run,
};

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    audit
        .cases
        .iter()
        .filter(|case| {
            let certificate = &case.artifact.certificate;
            certificate.kind == Kind::Leaf
                && certificate.purposes.is_some_and(|purposes| purposes.server)
                && certificate.faults.is_empty()
                && !naming::names_a_server(&certificate.sans)
        })
        .filter_map(|case| {
            let message = format!(
                "{} is for servers and has no alternative names",
                wording::called(&case.artifact.certificate)
            );
            let finding = evidence::everywhere(&MISSING_SAN, case, Certainty::Proven, message)?;
            Some(finding.with_help(
                "have it issued again with the names of the server as alternative names",
            ))
        })
        .collect()
}
