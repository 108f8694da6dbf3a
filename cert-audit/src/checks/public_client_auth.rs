use std::collections::BTreeSet;

use rules::{Certainty, Finding};

use crate::audit::Audit;
use crate::certificate::{Fingerprint, Kind};
use crate::check::Check;
use crate::deployment;
use crate::effective::Anchored;
use crate::evidence;
use crate::role::Role;
use crate::wording;

rules::rule! {
    /// Reports a client's certificate that a public CA issued: they stop issuing those.
    ///
    /// ## Why
    /// Chrome's root program wants hierarchies for servers alone: intermediates that come into the
    /// program from 2026-06-15 on may be for servers only, and so may every certificate that is
    /// issued from 2027-03-15 on. The public CAs follow: Let's Encrypt's certificates are for
    /// servers alone since 2026, and so are DigiCert's and Sectigo's. What clients show to servers
    /// today cannot be renewed as it is, so mutual TLS that rests on it stops with the next renewal.
    ///
    /// It speaks of certificates whose chain ends in a public root and that are for clients alone,
    /// or that a client presents.
    ///
    /// ## Bad
    /// A service proves who it is to a partner with the certificate that a public CA issued for
    /// its web site.
    ///
    /// ## Good
    /// A CA of one's own issues what clients present, and the servers that they meet trust that CA.
    ///
    /// ## Reference
    /// [Chrome Root Program Policy](https://googlechrome.github.io/chromerootprogram/), version 1.8
    /// of 2026-02-05.
    pub PUBLIC_CLIENT_AUTH = { id: "public-client-auth", level: Warn, since: "0.1.0" }
}

/// The check for [`PUBLIC_CLIENT_AUTH`].
pub(super) static CHECK: Check = Check {
    rule: &PUBLIC_CLIENT_AUTH,
    run,
};

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    let presented: BTreeSet<Fingerprint> = deployment::all(audit)
        .into_iter()
        .filter(|deployment| {
            let mut uses = deployment.bundle.uses.iter();
            deployment.role() == Some(Role::Client)
                || uses.any(|known| matches!(known.role, Some(Role::Client | Role::Peer)))
        })
        .map(|deployment| deployment.leaf.artifact.sha256)
        .collect();
    audit
        .cases
        .iter()
        .filter_map(|case| {
            let certificate = &case.artifact.certificate;
            let sha256 = case.artifact.sha256;
            let effective = audit.effective.get(&sha256)?;
            if effective.anchored != Anchored::Publicly || certificate.kind == Kind::Ca {
                return None;
            }
            let is_presented = presented.contains(&sha256);
            let for_clients = certificate
                .purposes
                .is_some_and(|purposes| purposes.client && !purposes.server && !purposes.any);
            if !is_presented && !for_clients {
                return None;
            }
            let why = if is_presented {
                "a client presents it"
            } else {
                "it is for clients alone"
            };
            let message = format!(
                "{} is of a public CA and {why}: public CAs stop issuing for clients",
                wording::called(certificate),
            );
            let certainty = if effective.is_sure {
                Certainty::Proven
            } else {
                Certainty::Likely
            };
            let finding = evidence::everywhere(&PUBLIC_CLIENT_AUTH, case, certainty, message)?;
            Some(finding.with_help(
                "move it to a CA of your own before it is renewed, and have the servers that it is \
                 shown to trust that CA",
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rcgen::ExtendedKeyUsagePurpose::{Any, ClientAuth, ServerAuth};

    use super::*;
    use crate::minted;

    #[test]
    fn only_what_is_for_clients_alone_and_of_a_public_ca_is_reported() {
        let life = ((2026, 6, 1), (2026, 12, 1));
        for (is_public, purposes, speaks) in [
            (true, vec![ClientAuth], true),
            (true, vec![ClientAuth, ServerAuth], false),
            (true, vec![Any], false),
            (true, vec![], false),
            (false, vec![ClientAuth], false),
        ] {
            let said = minted::messages(&CHECK, is_public, life, purposes.clone());
            assert_eq!(
                !said.is_empty(),
                speaks,
                "{is_public} {purposes:?} {said:?}"
            );
        }
    }
}
