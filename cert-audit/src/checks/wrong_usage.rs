use rules::{Certainty, Finding};

use crate::audit::Audit;
use crate::certificate::Certificate;
use crate::check::Check;
use crate::deployment::{self, Deployment};
use crate::evidence;
use crate::role::Role;
use crate::usage::Usage;
use crate::uses::Use;
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
        .into_iter()
        .filter_map(|deployment| finding(&deployment))
        .collect()
}

fn finding(deployment: &Deployment<'_>) -> Option<Finding> {
    let certificate = deployment.certificate();
    let (by, (usage, why), certainty) = uses(deployment).into_iter().find_map(|used| {
        let refused = used
            .usages
            .iter()
            .find_map(|&usage| Some((usage, refusal(certificate, usage)?)))?;
        Some((used.by, refused, used.certainty))
    })?;
    let message = format!(
        "{} is used by a {}, and its {why}",
        wording::called(certificate),
        usage.as_str(),
    );
    let mut finding = evidence::at(
        &WRONG_USAGE,
        deployment.case,
        deployment.place,
        certainty,
        message,
    );
    if let Some(by) = by {
        finding = finding.with_label(by.span.clone(), format!("the {}", by.called()));
    }
    Some(finding.with_help(format!(
        "use the {}'s own certificate here, or have this one issued for both",
        usage.as_str()
    )))
}

/// One way in which a certificate is used.
struct Used<'a> {
    by: Option<&'a Use>,
    usages: &'static [Usage],
    certainty: Certainty,
}

/// How the certificate is used: by servers' configurations, else as its document says.
fn uses<'a>(deployment: &Deployment<'a>) -> Vec<Used<'a>> {
    let configured: Vec<Used<'a>> = deployment
        .bundle
        .uses
        .iter()
        .filter_map(|by| {
            Some(Used {
                by: Some(*by),
                usages: usages(by.role?),
                certainty: by.certainty(),
            })
        })
        .collect();
    if !configured.is_empty() {
        return configured;
    }
    let said = deployment.role().map(|role| Used {
        by: None,
        usages: usages(role),
        // `tls.crt` is what every Secret calls it, also a client's.
        certainty: match role {
            Role::Server => Certainty::Possible,
            _ => Certainty::Proven,
        },
    });
    said.into_iter().collect()
}

fn usages(role: Role) -> &'static [Usage] {
    match role {
        Role::Server => &[Usage::Server],
        Role::Client => &[Usage::Client],
        // Members of a cluster call one another.
        Role::Peer => &[Usage::Server, Usage::Client],
        Role::Trust | Role::Signer => &[],
    }
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
