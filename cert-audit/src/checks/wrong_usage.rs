use rules::{Certainty, Finding};

use crate::audit::Audit;
use crate::certificate::Certificate;
use crate::check::Check;
use crate::deployment::{self, Deployment};
use crate::evidence;
use crate::role::Role;
use crate::usage::Usage;
use crate::wording;

rules::rule! {
    /// Reports a certificate that is used for what its key usages do not allow.
    ///
    /// ## Why
    /// A client that is shown a certificate for clients refuses it, and so does a server that is
    /// shown one for servers. The two look alike in a folder, so they are swapped.
    ///
    /// What a certificate is used for is told by the server's configuration, or by the document
    /// that it stands in. Without an extended key usage extension everything is allowed.
    /// A Kubernetes Secret of type `kubernetes.io/tls` may hold a client's certificate, so there it
    /// is only *possible*.
    ///
    /// ## Bad
    /// A server presents a certificate whose extended key usage is `clientAuth` alone.
    ///
    /// ## Good
    /// The server presents one with `serverAuth`, the client one with `clientAuth`; members of a
    /// cluster, which are both, have both.
    ///
    /// ## Reference
    /// RFC 5280 [§4.2.1.3](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.3) and
    /// [§4.2.1.12](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12).
    pub WRONG_USAGE = { id: "wrong-usage", level: Deny, since: "0.1.0" }
}

/// The check for [`WRONG_USAGE`].
pub(super) static CHECK: Check = Check {
    rule: &WRONG_USAGE,
    run,
};

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    deployment::all(audit)
        .filter_map(|deployment| finding(&deployment))
        .collect()
}

fn finding(deployment: &Deployment<'_>) -> Option<Finding> {
    let (usages, certainty): (&[Usage], _) = match deployment.role()? {
        Role::Server => (&[Usage::Server], Certainty::Possible),
        Role::Client => (&[Usage::Client], Certainty::Proven),
        // Members of a cluster call one another.
        Role::Peer => (&[Usage::Server, Usage::Client], Certainty::Proven),
        Role::Trust | Role::Signer => return None,
    };
    let certificate = deployment.certificate();
    let (usage, why) = usages
        .iter()
        .find_map(|&usage| Some((usage, refusal(certificate, usage)?)))?;
    let message = format!(
        "{} is used by a {}, and its {why}",
        wording::called(certificate),
        usage.as_str(),
    );
    let finding = evidence::at(
        &WRONG_USAGE,
        deployment.case,
        deployment.place,
        certainty,
        message,
    );
    Some(finding.with_help(format!(
        "use the {}'s own certificate here, or have this one issued for both",
        usage.as_str()
    )))
}

/// Why a certificate may not be used so: a fragment that follows "its".
fn refusal(certificate: &Certificate, usage: Usage) -> Option<String> {
    let purpose = match usage {
        Usage::Server => "serverAuth",
        Usage::Client => "clientAuth",
    };
    if certificate
        .purposes
        .is_some_and(|purposes| !purposes.allow(usage))
    {
        return Some(format!("extended key usage lacks {purpose}"));
    }
    let bits = certificate.key_usage?;
    let fits = match usage {
        Usage::Server => bits.digital_signature || bits.establishes_keys,
        Usage::Client => bits.digital_signature || bits.agrees_on_keys,
    };
    (!fits).then(|| "key usage allows no handshake".to_owned())
}
