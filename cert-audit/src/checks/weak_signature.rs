use rules::{Certainty, Finding};

use crate::audit::{Audit, Case};
use crate::check::Check;
use crate::evidence;
use crate::wording;

rules::rule! {
    /// Reports a certificate that was signed over a broken hash: MD2, MD4, MD5 or SHA-1.
    ///
    /// ## Why
    /// For these hashes two certificates with one signature can be made, so the signature no longer
    /// says what the CA signed. Clients refuse them: the browsers since 2017, OpenSSL 3 at its
    /// default security level, Go since 1.18, and Java in its default configuration.
    ///
    /// Anchors and other self-signed certificates are not judged: they are trusted because they are
    /// known, and nobody looks at their signature.
    ///
    /// ## Bad
    /// ```text
    /// deploy/tls/old.pem: certificate of old.prod.example is signed over SHA-1 (sha1WithRSAEncryption)
    /// ```
    ///
    /// ## Good
    /// The certificate issued again by the same CA, over SHA-256.
    ///
    /// ## Reference
    /// [RFC 9155](https://www.rfc-editor.org/rfc/rfc9155) on MD5 and SHA-1,
    /// [RFC 6194](https://www.rfc-editor.org/rfc/rfc6194) for the state of SHA-1.
    pub WEAK_SIGNATURE = { id: "weak-signature", level: Deny, since: "0.1.0" }
}

/// The check for [`WEAK_SIGNATURE`].
pub(super) static CHECK: Check = Check {
    rule: &WEAK_SIGNATURE,
    run,
};

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    audit
        .cases
        .iter()
        .filter(|case| !is_trusted_as_it_is(audit, case))
        .filter_map(|case| {
            let certificate = &case.artifact.certificate;
            let signature = &certificate.signature;
            let hash = signature.broken_hash?;
            let message = format!(
                "{} is signed over {hash} ({})",
                wording::called(certificate),
                signature.algorithm
            );
            let finding = evidence::everywhere(&WEAK_SIGNATURE, case, Certainty::Proven, message)?;
            Some(
                finding
                    .with_data("signature_algorithm", signature.algorithm.as_ref())
                    .with_help("have the CA issue it again over SHA-256"),
            )
        })
        .collect()
}

fn is_trusted_as_it_is(audit: &Audit<'_>, case: &Case<'_>) -> bool {
    case.artifact.certificate.is_self_issued()
        || audit.trust.anchors.contains_key(&case.artifact.sha256)
}
