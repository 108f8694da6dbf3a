use rules::{Certainty, Finding};

use crate::audit::Audit;
use crate::check::Check;
use crate::evidence;
use crate::material::Kind;
use crate::name;
use crate::ssh::{self, Certificate};

rules::rule! {
    /// Reports an OpenSSH certificate that never expires.
    ///
    /// ## Why
    /// SSH has hardly any revocation: what limits the harm of a lost key is the end of its
    /// certificate. One without an end is worth as much as a line in every `authorized_keys`, and
    /// nobody sees it there. `ssh-keygen -s` makes such certificates unless it is told `-V`.
    ///
    /// ## Bad
    /// ```text
    /// etc/ssh/ssh_host_ed25519_key-cert.pub: the SSH certificate `web1` for hosts never expires
    /// ```
    ///
    /// ## Good
    /// `ssh-keygen -s ca -I web1 -h -n web1.prod.example -V +52w ssh_host_ed25519_key.pub`, and a
    /// job that signs again in time.
    ///
    /// ## Reference
    /// [PROTOCOL.certkeys](https://cvsweb.openbsd.org/src/usr.bin/ssh/PROTOCOL.certkeys): `valid
    /// before` of all ones is no end.
    pub SSH_CERTIFICATE_WITHOUT_EXPIRY = { id: "ssh-certificate-without-expiry", level: Warn, since: "0.1.0" }
}

/// The check for [`SSH_CERTIFICATE_WITHOUT_EXPIRY`].
pub(super) static CHECK: Check = Check {
    rule: &SSH_CERTIFICATE_WITHOUT_EXPIRY,
    run,
};

/// Most principals that are named.
const MOST_PRINCIPALS: usize = 16;

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    evidence::others(audit, Kind::Ssh)
        .filter_map(|other| {
            let certificate = Certificate::read(&other.der)?;
            if certificate.valid_before.is_some() {
                return None;
            }
            let purpose = match certificate.kind {
                ssh::Kind::User => " for users",
                ssh::Kind::Host => " for hosts",
                ssh::Kind::Other(_) => "",
            };
            let message = format!(
                "the SSH certificate `{}`{purpose} never expires",
                name::cut(&certificate.key_id)
            );
            let principals: Vec<String> = certificate
                .principals
                .iter()
                .take(MOST_PRINCIPALS)
                .map(|principal| name::cut(principal))
                .collect();
            let finding = evidence::of_other(
                &SSH_CERTIFICATE_WITHOUT_EXPIRY,
                audit,
                other,
                Certainty::Proven,
                message,
            )?;
            Some(
                finding
                    .with_data("key_id", name::cut(&certificate.key_id))
                    .with_data("serial", certificate.serial.to_string())
                    .with_data("principals", principals)
                    .with_help(
                        "sign it again with an end (`ssh-keygen -V`), and a job that renews it",
                    ),
            )
        })
        .collect()
}
