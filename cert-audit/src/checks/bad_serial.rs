use rules::{Certainty, Finding};

use crate::audit::Audit;
use crate::certificate::Certificate;
use crate::check::Check;
use crate::evidence;
use crate::name;
use crate::wording;

rules::rule! {
    /// Reports a serial number that is not positive, or longer than 20 octets.
    ///
    /// ## Why
    /// The serial number is what a CA revokes by. Zero and negative numbers are read differently by
    /// different programs, longer ones are cut off by some and refused by others (Go refuses
    /// negative ones since 1.23), and a CA that hands them out has mostly handed out the same one
    /// twice.
    ///
    /// Anchors in trust stores are not judged.
    ///
    /// ## Bad
    /// ```text
    /// deploy/tls/api.pem: the serial number of the certificate of api.prod.example is zero
    /// ```
    ///
    /// ## Good
    /// A positive number with at least 64 random bits, as CAs make them by default.
    ///
    /// ## Reference
    /// [RFC 5280 §4.1.2.2](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.2).
    pub BAD_SERIAL = { id: "bad-serial", level: Warn, since: "0.1.0" }
}

/// The check for [`BAD_SERIAL`].
pub(super) static CHECK: Check = Check {
    rule: &BAD_SERIAL,
    run,
};

/// Most octets of a serial number.
const MOST_OCTETS: usize = 20;

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    audit
        .cases
        .iter()
        .filter_map(|case| {
            let certificate = &case.artifact.certificate;
            let fault = fault(certificate)?;
            let called = wording::called(certificate);
            let message = format!("the serial number of the {called} {fault}");
            let finding = evidence::everywhere(&BAD_SERIAL, case, Certainty::Proven, message)?;
            Some(finding.with_help(
                "have it issued again with a positive serial number of at most 20 octets",
            ))
        })
        .collect()
}

/// What is wrong: a fragment that follows "the serial number".
fn fault(certificate: &Certificate) -> Option<String> {
    let serial = &certificate.serial;
    if certificate.serial_octets > MOST_OCTETS {
        return Some(format!(
            "has {} octets, more than {MOST_OCTETS}",
            certificate.serial_octets
        ));
    }
    if serial == "0" {
        return Some("is zero".to_owned());
    }
    serial
        .starts_with('-')
        .then(|| format!("is negative ({})", name::cut(serial)))
}
